// cli/cmd_alert_rule: when people are told, and where: things of the kinds alert-rule and
// alert-target.
// no unit test: needs running engines; tests/it/test_alerts.py asks by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/thing_one.h"
#include "cli/things.h"
#include "cli/value.h"
#include "proto/dme.pb-c.h"

struct kind {
    const char *kind;
    const char *words; // for sentences
    const ProtobufCMessageDescriptor *descriptor;
};

static struct kind kind_rule(void)
{
    return (struct kind){ "alert-rule", "alert rule", &quoin__v1__alert_rule__descriptor };
}

static struct kind kind_target(void)
{
    return (struct kind){ "alert-target", "alert target", &quoin__v1__alert_target__descriptor };
}

static void one_show(struct cli *cli, const char *name, const ProtobufCMessage *message,
                     const char *done)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", name);
        cli_message_json_fields(&json, message);
        json_bool_field(&json, "dry_run", cli_value(cli, "dry-run") != NULL);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    struct cli_thing thing = { .name = name, .descriptor = message->descriptor };
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(&cli->arena, len + 1);
    if (bytes == NULL) {
        return;
    }
    (void)protobuf_c_message_pack(message, bytes);
    thing.body = (struct str){ (const char *)bytes, len };
    cli_say(cli, CLI_BOLD, "%s %s\n",
            cli_value(cli, "dry-run") != NULL ? "Would be (nothing was done):" : done, name);
    cli_things_add_text(&cli->out, 2, &thing, calendar_zone_utc());
}

static bool one_set(struct cli *cli, const struct kind *kind, bool is_new, struct err *err)
{
    const char *name = cli->arguments[0];
    ProtobufCMessage *message = NULL;
    char **warnings = NULL;
    size_t count = 0;
    if (!cli_thing_one(cli, kind->kind, name, &message, err)) {
        return false;
    }
    if (is_new && message != NULL) {
        return err_set(err, ERR_EXISTS, "there is an %s %.80s: quoin %s set changes it",
                       kind->words, name, kind->kind);
    }
    if (!is_new && message == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no %s %.80s: quoin %s list", kind->words, name,
                       kind->kind);
    }
    if (message == NULL) {
        message = arena_new(&cli->arena, kind->descriptor->sizeof_message);
        if (message == NULL) {
            return err_set(err, ERR_LIMIT, "out of room");
        }
        kind->descriptor->message_init(message);
    }
    if (!cli_thing_options(cli, message, err) ||
        !cli_thing_apply(cli, kind->kind, name, message, &warnings, &count, err)) {
        return false;
    }
    one_show(cli, name, message, is_new ? "Added:" : "Now:");
    cli_warn(warnings, count);
    return true;
}

static bool one_remove(struct cli *cli, const struct kind *kind, struct err *err)
{
    const char *name = cli->arguments[0];
    ProtobufCMessage *message = NULL;
    char **warnings = NULL;
    size_t count = 0;
    if (!cli_thing_one(cli, kind->kind, name, &message, err)) {
        return false;
    }
    if (message == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no %s %.80s: quoin %s list", kind->words, name,
                       kind->kind);
    }
    if (!cli_thing_apply(cli, kind->kind, name, NULL, &warnings, &count, err)) {
        return false;
    }
    one_show(cli, name, message, "Removed:");
    cli_warn(warnings, count);
    return true;
}

static bool one_list(struct cli *cli, const struct kind *kind, const char *when_none,
                     struct err *err)
{
    struct cli_things now;
    struct json json = json_to(&cli->out);
    if (!cli_things_now(cli, kind->kind, &now, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&json);
    }
    for (size_t at = 0; at < now.count; at++) {
        const struct cli_thing *thing = &now.list[at];
        const ProtobufCMessage *message = cli_thing_unpack(cli, thing->descriptor, thing->body);
        if (message == NULL) {
            continue;
        }
        if (!cli->json) {
            one_show(cli, thing->name, message, "");
            continue;
        }
        json_object(&json);
        json_text_field(&json, "name", thing->name);
        cli_message_json_fields(&json, message);
        json_end(&json);
    }
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (now.count == 0) {
        buf_addf(&cli->out, "%s\n", when_none);
    }
    return true;
}

bool cli_alert_rule_add(struct cli *cli, struct err *err)
{
    struct kind kind = kind_rule();
    return one_set(cli, &kind, true, err);
}

bool cli_alert_rule_set(struct cli *cli, struct err *err)
{
    struct kind kind = kind_rule();
    return one_set(cli, &kind, false, err);
}

bool cli_alert_rule_remove(struct cli *cli, struct err *err)
{
    struct kind kind = kind_rule();
    return one_remove(cli, &kind, err);
}

bool cli_alert_rule_list(struct cli *cli, struct err *err)
{
    struct kind kind = kind_rule();
    return one_list(cli, &kind,
                    "There is no rule, so the usual ones hold: devices in error or away, supplies "
                    "below 10 %, ports, gaps of meters and engines that are away are told on the "
                    "page and in the log.",
                    err);
}

bool cli_alert_target_add(struct cli *cli, struct err *err)
{
    struct kind kind = kind_target();
    return one_set(cli, &kind, true, err);
}

bool cli_alert_target_set(struct cli *cli, struct err *err)
{
    struct kind kind = kind_target();
    return one_set(cli, &kind, false, err);
}

bool cli_alert_target_remove(struct cli *cli, struct err *err)
{
    struct kind kind = kind_target();
    return one_remove(cli, &kind, err);
}

bool cli_alert_target_list(struct cli *cli, struct err *err)
{
    struct kind kind = kind_target();
    return one_list(cli, &kind, "Alerts go to the page and the log alone: quoin alert-target add",
                    err);
}

// From standard input or the keyboard, never from the command line, where others could read it.
bool cli_alert_target_secret(struct cli *cli, struct err *err)
{
    Quoin__V1__SetTargetSecretRequest request = QUOIN__V1__SET_TARGET_SECRET_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    bool remove = cli_value(cli, "remove") != NULL;
    request.key = cli_key(cli);
    request.target = cli->arguments[0];
    if (!remove &&
        !cli_secret_read(cli, "Password, or the webhook's secret", &request.secret, err)) {
        return false;
    }
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Alerts/SetTargetSecret", &request.base, &reply, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "target", request.target);
        json_bool_field(&json, "has_secret", !remove);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%s has %s. Try it: quoin alert test %s\n", request.target,
             remove ? "no secret any more" : "a new secret, which is shown nowhere",
             request.target);
    return true;
}
