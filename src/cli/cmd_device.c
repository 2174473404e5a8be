// cli/cmd_device: devices where people sign in, and who is signed in.
// no unit test: needs running engines; tests/it/test_dce.py asks by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/thing_one.h"
#include "cli/value.h"
#include "proto/config.pb-c.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"

enum { PAGE = 500, WORDS_MAX = 200, SECONDS_MOST = 86400 };

// --- a device, as it is configured --------------------------------------------------------------

static char *word_of(const struct cli *cli, const char *option, char *otherwise)
{
    const char *given = cli_value(cli, option);
    return given == NULL ? otherwise : cli_field(given);
}

// "a,b,c" as a list; "": an empty one.
static bool words_of(struct cli *cli, const char *option, char ***words, size_t *count,
                     struct err *err)
{
    const char *given = cli_value(cli, option);
    if (given == NULL) {
        return true;
    }
    *words = arena_new_array(&cli->arena, WORDS_MAX, sizeof(**words));
    *count = 0;
    while (*given != '\0' && *words != NULL) {
        const char *end = strchr(given, ',');
        size_t len = end == NULL ? strlen(given) : (size_t)(end - given);
        if (*count == WORDS_MAX || len == 0) {
            return err_set(err, ERR_INVALID, "--%s: names with a comma between them", option);
        }
        (*words)[(*count)++] = arena_text(&cli->arena, (struct str){ given, len });
        given += end == NULL ? len : len + 1;
    }
    return *words != NULL || err_set(err, ERR_LIMIT, "out of room");
}

static bool yes_of(const struct cli *cli, const char *option, protobuf_c_boolean *value,
                   struct err *err)
{
    const char *given = cli_value(cli, option);
    if (given == NULL) {
        return true;
    }
    bool is_yes = strcmp(given, "yes") == 0;
    *value = is_yes;
    return is_yes || strcmp(given, "no") == 0 ||
           err_set(err, ERR_INVALID, "--%s is yes or no, not \"%.40s\"", option, given);
}

static bool device_options(struct cli *cli, Quoin__V1__Device *device, struct err *err)
{
    uint64_t idle = 0;
    uint64_t longest = 0;
    device->title = word_of(cli, "title", device->title);
    device->pull_group = word_of(cli, "pull-group", device->pull_group);
    device->language = word_of(cli, "language", device->language);
    device->reader = word_of(cli, "reader", device->reader);
    device->reader_address = word_of(cli, "reader-address", device->reader_address);
    device->location = word_of(cli, "location", device->location);
    device->panel = word_of(cli, "panel", device->panel);
    if (!words_of(cli, "printers", &device->printers, &device->n_printers, err) ||
        !words_of(cli, "sign-in", &device->sign_in, &device->n_sign_in, err) ||
        !cli_number_of(cli, "idle", SECONDS_MOST, device->idle_seconds, &idle, err) ||
        !cli_number_of(cli, "longest", SECONDS_MOST, device->longest_seconds, &longest, err) ||
        !yes_of(cli, "show-titles", &device->show_titles, err) ||
        !yes_of(cli, "register-cards", &device->register_cards, err)) {
        return false;
    }
    device->idle_seconds = (uint32_t)idle;
    device->longest_seconds = (uint32_t)longest;
    return true;
}

static void json_words(struct json *json, const char *key, char **words, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t at = 0; at < count; at++) {
        json_str(json, str_of(words[at]));
    }
    json_end(json);
}

static void device_json(struct json *json, const char *name, const Quoin__V1__Device *device)
{
    json_text_field(json, "name", name);
    json_text_field(json, "title", device->title);
    json_words(json, "printers", device->printers, device->n_printers);
    json_text_field(json, "pull_group", device->pull_group);
    json_words(json, "sign_in", device->sign_in, device->n_sign_in);
    json_int_field(json, "idle_seconds", device->idle_seconds);
    json_int_field(json, "longest_seconds", device->longest_seconds);
    json_bool_field(json, "show_titles", device->show_titles != 0);
    json_bool_field(json, "register_cards", device->register_cards != 0);
    json_text_field(json, "language", device->language);
    json_text_field(json, "reader", device->reader);
    json_text_field(json, "reader_address", device->reader_address);
    json_text_field(json, "location", device->location);
    json_text_field(json, "panel", device->panel);
}

static const char *words_text(struct cli *cli, char **words, size_t count, const char *none)
{
    const char *text = none;
    for (size_t at = 0; at < count; at++) {
        text = at == 0 ? words[0] : arena_textf(&cli->arena, "%s, %s", text, words[at]);
    }
    return text;
}

static void device_lines(struct cli *cli, const char *name, const Quoin__V1__Device *device)
{
    cli_line(cli, "Device", "%s", name);
    cli_line(cli, "Title", "%s", device->title[0] == '\0' ? "-" : device->title);
    cli_line(cli, "Printers", "%s",
             words_text(cli, device->printers, device->n_printers, "those of its pull group"));
    cli_line(cli, "Pull group", "%s", device->pull_group[0] == '\0' ? "-" : device->pull_group);
    cli_line(cli, "Sign in by", "%s",
             words_text(cli, device->sign_in, device->n_sign_in, "card, password, ticket"));
    cli_line(cli, "Ends", "after %u s of idling, %u s at most",
             device->idle_seconds == 0 ? 60 : device->idle_seconds,
             device->longest_seconds == 0 ? 600 : device->longest_seconds);
    cli_line(cli, "Shows titles", "%s", device->show_titles ? "yes" : "no");
    cli_line(cli, "New cards", "%s", device->register_cards ? "may be registered here" : "refused");
    cli_line(cli, "Reader", "%s%s%s",
             device->reader_address[0] == '\0' ? "-" : device->reader_address,
             device->reader[0] == '\0' ? "" : ", of kind ", device->reader);
    if (device->panel[0] != '\0') {
        cli_line(cli, "Panel", "%s", device->panel);
    }
}

static bool device_apply(struct cli *cli, const char *name, const Quoin__V1__Device *device,
                         struct err *err)
{
    char **warnings = NULL;
    size_t count = 0;
    if (!cli_thing_apply(cli, "device", name, device == NULL ? NULL : &device->base, &warnings,
                         &count, err)) {
        return false;
    }
    cli_warn(warnings, count);
    return true;
}

static bool device_read(struct cli *cli, const char *name, Quoin__V1__Device **device,
                        struct err *err)
{
    ProtobufCMessage *message = NULL;
    bool good = cli_thing_one(cli, "device", name, &message, err);
    *device = (void *)message;
    return good;
}

static bool device_done(struct cli *cli, const char *name, const Quoin__V1__Device *device,
                        const char *done, struct err *err)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (!device_apply(cli, name, device, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        device_json(&json, name, device);
        json_bool_field(&json, "dry_run", is_dry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_say(cli, CLI_BOLD, is_dry ? "Would be (nothing was done):\n" : "%s:\n", done);
    device_lines(cli, name, device);
    return true;
}

bool cli_device_add(struct cli *cli, struct err *err)
{
    Quoin__V1__Device *before = NULL;
    Quoin__V1__Device device = QUOIN__V1__DEVICE__INIT;
    const char *name = cli->arguments[0];
    if (!device_read(cli, name, &before, err)) {
        return false;
    }
    if (before != NULL) {
        return err_set(err, ERR_EXISTS, "there is a device %.80s: quoin device set changes it",
                       name);
    }
    return device_options(cli, &device, err) && device_done(cli, name, &device, "Added", err);
}

static bool device_need(struct cli *cli, const char *name, Quoin__V1__Device **device,
                        struct err *err)
{
    return device_read(cli, name, device, err) &&
           (*device != NULL || err_set(err, ERR_NOT_FOUND, "there is no device %.80s", name));
}

bool cli_device_set(struct cli *cli, struct err *err)
{
    Quoin__V1__Device *device = NULL;
    const char *name = cli->arguments[0];
    return device_need(cli, name, &device, err) && device_options(cli, device, err) &&
           device_done(cli, name, device, "Now", err);
}

bool cli_device_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__Device *device = NULL;
    const char *name = cli->arguments[0];
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (!device_need(cli, name, &device, err) || !device_apply(cli, name, NULL, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        device_json(&json, name, device);
        json_bool_field(&json, "dry_run", is_dry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out,
             is_dry ? "Would remove device %s (nothing was done).\n"
                    : "Device %s is removed; whoever was signed in there is not.\n",
             name);
    return true;
}

// --- as they are now ----------------------------------------------------------------------------

static void state_json(struct json *json, const Quoin__V1__DeviceState *state)
{
    json_object(json);
    device_json(json, state->name, state->device);
    json_bool_field(json, "is_free", state->is_free != 0);
    cli_json_time(json, "reader_seen_at", state->reader_seen_at);
    json_key(json, "printer_states");
    json_array(json);
    for (size_t at = 0; at < state->n_printers; at++) {
        json_object(json);
        json_text_field(json, "name", state->printers[at]->name);
        json_text_field(json, "state", state->printers[at]->state);
        json_text_field(json, "message", state->printers[at]->message);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static const char *printers_text(struct cli *cli, const Quoin__V1__DeviceState *state)
{
    const char *text = "none that is known";
    for (size_t at = 0; at < state->n_printers; at++) {
        const Quoin__V1__Printer *printer = state->printers[at];
        text = arena_textf(&cli->arena, "%s%s%s (%s)", at == 0 ? "" : text, at == 0 ? "" : ", ",
                           printer->name, printer->state);
    }
    return text;
}

bool cli_device_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetDeviceRequest request = QUOIN__V1__GET_DEVICE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_DCE, "/quoin.v1.Sessions/GetDevice", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__DeviceState *state = (const Quoin__V1__DeviceState *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        state_json(&json, state);
        buf_addf(&cli->out, "\n");
        return true;
    }
    device_lines(cli, state->name, state->device);
    cli_line(cli, "Now", "%s", state->is_free ? "free" : "somebody is signed in");
    cli_line(cli, "Printers now", "%s", printers_text(cli, state));
    if (state->reader_seen_at > 0) {
        cli_line(cli, "Reader heard", "%s UTC", cli_time(cli, state->reader_seen_at));
    }
    return true;
}

bool cli_device_unlock(struct cli *cli, struct err *err)
{
    Quoin__V1__UnlockRequest request = QUOIN__V1__UNLOCK_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *address = cli_value(cli, "address");
    if ((cli->argument_count == 1) == (address != NULL)) {
        return err_set(err, ERR_INVALID, "which one: a device's NAME, or --address");
    }
    request.key = cli_key(cli);
    request.device = address == NULL ? cli->arguments[0] : cli_field("");
    request.address = cli_field(address == NULL ? "" : address);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Credentials/Unlock", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__CredentialState *was = (const Quoin__V1__CredentialState *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, address == NULL ? "device" : "address",
                        address == NULL ? request.device : address);
        json_int_field(&json, "failures", was->failures);
        cli_json_time(&json, "locked_until", was->locked_until);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%u wrong tries at %s are forgotten%s\n", was->failures,
             address == NULL ? request.device : address,
             was->locked_until == 0 ? "; it was not refused." : ": people sign in again.");
    return true;
}

static void state_row(struct cli_table *table, struct json *json,
                      const Quoin__V1__DeviceState *state)
{
    struct cli *cli = table->cli;
    const Quoin__V1__Device *device = state->device;
    if (cli->json) {
        state_json(json, state);
        return;
    }
    cli_table_row(table,
                  (const char *const[]){
                      state->name, device->title, state->is_free ? "free" : "in use",
                      words_text(cli, device->sign_in, device->n_sign_in, "card, password, ticket"),
                      printers_text(cli, state) });
}

bool cli_device_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "TITLE", .gives = true },
        { .title = "NOW" },
        { .title = "SIGN IN BY", .gives = true },
        { .title = "PRINTERS", .gives = true },
        { .title = NULL },
    };
    Quoin__V1__ListDevicesRequest request = QUOIN__V1__LIST_DEVICES_REQUEST__INIT;
    const Quoin__V1__ListDevicesReply *page = NULL;
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    if (cli->json) {
        json_array(&json);
    }
    request.limit = PAGE;
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DCE, "/quoin.v1.Sessions/ListDevices", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListDevicesReply *)reply;
        for (size_t at = 0; at < page->n_devices; at++) {
            state_row(&table, &json, page->devices[at]);
            request.after = page->devices[at]->name;
        }
    } while (page->more && page->n_devices > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no devices: quoin device add NAME --printers PRINTER");
    }
    return true;
}

// --- sessions -----------------------------------------------------------------------------------

static void session_row(struct cli_table *table, struct json *json,
                        const Quoin__V1__Session *session)
{
    struct cli *cli = table->cli;
    const char *user = session->person == NULL ? "" : session->person->user;
    if (cli->json) {
        json_object(json);
        json_text_field(json, "user", user);
        json_text_field(json, "device", session->device);
        json_text_field(json, "by", session->by);
        cli_json_time(json, "since", session->since);
        cli_json_time(json, "until", session->until);
        json_text_field(json, "mark", session->mark);
        json_bool_field(json, "ended", session->ended != 0);
        json_end(json);
        return;
    }
    cli_table_row(table, (const char *const[]){
                             user[0] == '\0' ? "(guest)" : user,
                             session->device[0] == '\0' ? "(web)" : session->device, session->by,
                             cli_time(cli, session->since), cli_time(cli, session->until) });
}

static struct cli_table session_table(struct cli *cli)
{
    static const struct cli_column columns[] = {
        { .title = "USER" },        { .title = "DEVICE" },      { .title = "BY" },
        { .title = "SINCE (UTC)" }, { .title = "UNTIL (UTC)" }, { .title = NULL },
    };
    return cli_table_of(cli, columns);
}

bool cli_session_list(struct cli *cli, struct err *err)
{
    Quoin__V1__ListSessionsRequest request = QUOIN__V1__LIST_SESSIONS_REQUEST__INIT;
    const Quoin__V1__ListSessionsReply *page = NULL;
    struct cli_table table = session_table(cli);
    struct json json = json_to(&cli->out);
    request.device = word_of(cli, "device", cli_field(""));
    request.user = word_of(cli, "user", cli_field(""));
    request.limit = PAGE;
    if (cli->json) {
        json_array(&json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DCE, "/quoin.v1.Sessions/ListSessions", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListSessionsReply *)reply;
        for (size_t at = 0; at < page->n_sessions; at++) {
            session_row(&table, &json, page->sessions[at]);
            request.after = page->sessions[at]->mark;
        }
    } while (page->more && page->n_sessions > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "Nobody is signed in.");
    }
    return true;
}

bool cli_session_end(struct cli *cli, struct err *err)
{
    Quoin__V1__EndSessionsRequest request = QUOIN__V1__END_SESSIONS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct cli_table table = session_table(cli);
    struct json json = json_to(&cli->out);
    request.key = cli_key(cli);
    request.device = word_of(cli, "device", cli_field(""));
    request.user = word_of(cli, "user", cli_field(""));
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_DCE, "/quoin.v1.Sessions/EndSessions", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__ListSessionsReply *ended = (const Quoin__V1__ListSessionsReply *)reply;
    if (cli->json) {
        json_array(&json);
    }
    for (size_t at = 0; at < ended->n_sessions; at++) {
        session_row(&table, &json, ended->sessions[at]);
    }
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    if (ended->n_sessions > 0) {
        cli_say(cli, CLI_BOLD, request.dry_run ? "Would end (nothing was done):\n" : "Ended:\n");
    }
    cli_table_print(&table, "Nobody was signed in there.");
    return true;
}
