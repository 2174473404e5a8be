// cli/cmd_config: the configuration as a file: written, compared, applied, put back.
// no unit test: needs running engines; tests/it/test_config.py asks by every command of a real site

#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/diff.h"
#include "cli/edits.h"
#include "cli/out.h"
#include "cli/things.h"
#include "cli/value.h"
#include "proto/config.pb-c.h"

#include <inttypes.h>

enum { CONFIG_PAGE = 100, CONFIG_SHOWN_MAX = 20 << 20 };

// ---- edits -------------------------------------------------------------------------------------

static void config_name(struct buf *out, const struct cli_edit *edit)
{
    buf_addf(out, "%s %s", edit->kind, edit->name);
}

static void config_text(struct buf *out, const struct cli_edit *edit, struct str body, bool is,
                        const struct calendar_zone *zone)
{
    const struct cli_thing thing = {
        .kind = edit->kind, .name = edit->name, .descriptor = edit->descriptor, .body = body
    };
    if (is) {
        cli_things_add_text(out, 0, &thing, zone);
    }
}

static void config_edit_show(struct cli *cli, const struct cli_edit *edit,
                             const struct calendar_zone *zone)
{
    OWN(buf_free) struct buf old = BUF_CAP(CONFIG_SHOWN_MAX);
    OWN(buf_free) struct buf new = BUF_CAP(CONFIG_SHOWN_MAX);
    OWN(buf_free) struct buf name = BUF_CAP(1024);
    config_text(&old, edit, edit->old, edit->had_old, zone);
    config_text(&new, edit, edit->body, !edit->is_removal, zone);
    config_name(&name, edit);
    cli_say(cli, CLI_BOLD, "%s: %s\n", buf_str(&name).ptr,
            edit->is_removal ? "removed"
            : edit->had_old  ? "changed"
                             : "new");
    OWN(arena_free) struct arena arena = ARENA_CAP(CLI_ARENA_BYTES_MAX);
    (void)cli_diff_add(&cli->out, &arena, buf_str(&old), buf_str(&new));
}

static void config_edit_json(struct json *json, const struct cli_edit *edit,
                             const struct calendar_zone *zone)
{
    OWN(buf_free) struct buf old = BUF_CAP(CONFIG_SHOWN_MAX);
    OWN(buf_free) struct buf new = BUF_CAP(CONFIG_SHOWN_MAX);
    config_text(&old, edit, edit->old, edit->had_old, zone);
    config_text(&new, edit, edit->body, !edit->is_removal, zone);
    json_object(json);
    json_text_field(json, "kind", edit->kind);
    json_text_field(json, "name", edit->name);
    json_text_field(json, "what", edit->is_removal ? "removed" : edit->had_old ? "changed" : "new");
    json_key(json, "old");
    if (edit->had_old) {
        json_str(json, buf_str(&old));
    } else {
        json_null(json);
    }
    json_key(json, "new");
    if (edit->is_removal) {
        json_null(json);
    } else {
        json_str(json, buf_str(&new));
    }
    json_end(json);
}

static void config_edits_json(struct json *json, const struct cli_edits *edits,
                              const struct calendar_zone *zone)
{
    json_key(json, "edits");
    json_array(json);
    for (size_t i = 0; i < edits->count; i++) {
        config_edit_json(json, &edits->list[i], zone);
    }
    json_end(json);
}

// What was done, or would be.
static void config_done(struct cli *cli, const struct cli_edits *edits, int64_t change, bool is_dry,
                        const struct calendar_zone *zone)
{
    cli_warn(edits->warnings, edits->warning_count);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "change", change);
        json_bool_field(&json, "dry_run", is_dry);
        config_edits_json(&json, edits, zone);
        cli_json_warnings(&json, edits->warnings, edits->warning_count);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    if (is_dry || cli->progress) {
        for (size_t i = 0; i < edits->count; i++) {
            config_edit_show(cli, &edits->list[i], zone);
        }
    }
    if (edits->count == 0) {
        buf_addf(&cli->out, "Nothing to change: the site is as the file says.\n");
    } else if (is_dry) {
        buf_addf(&cli->out, "%zu would be changed. Nothing was done.\n", edits->count);
    } else {
        buf_addf(&cli->out,
                 "Changed %zu, as change %" PRId64 ". To take it back: quoin config rollback "
                 "%" PRId64 "\n",
                 edits->count, change, change);
    }
}

// ---- export, diff, apply -----------------------------------------------------------------------

bool cli_config_export(struct cli *cli, struct err *err)
{
    const char *kind = cli_value(cli, "kind");
    const ProtobufCMessageDescriptor *unused;
    struct cli_things now;
    if (kind != NULL && cli_thing_kind(kind, NULL, &unused) < 0) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no kind of thing that is configured", kind);
    }
    if (!cli_things_now(cli, kind, &now, err)) {
        return false;
    }
    if (!cli->json) {
        buf_addf(&cli->out, "# The configuration as of change %" PRId64 ". Times: %s.\n",
                 now.change < 0 ? 0 : now.change, calendar_zone_name(now.zone));
        cli_things_add_file(&cli->out, &now);
        return true;
    }
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_int_field(&json, "change", now.change < 0 ? 0 : now.change);
    json_key(&json, "things");
    json_array(&json);
    for (size_t i = 0; i < now.count; i++) {
        OWN(buf_free) struct buf text = BUF_CAP(CONFIG_SHOWN_MAX);
        cli_things_add_text(&text, 0, &now.list[i], now.zone);
        json_object(&json);
        json_text_field(&json, "kind", now.list[i].kind);
        json_text_field(&json, "name", now.list[i].name);
        json_key(&json, "text");
        json_str(&json, buf_str(&text));
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
    return true;
}

// What must be done so that the site is as the file says.
static bool config_compare(struct cli *cli, struct cli_things *now, struct cli_edits *edits,
                           struct err *err)
{
    struct cli_things wanted;
    uint64_t kinds;
    bool remove = cli_value(cli, "remove-missing") != NULL;
    if (!cli_things_now(cli, NULL, now, err) ||
        !cli_things_file(cli, cli->arguments[0], now, &wanted, &kinds, err)) {
        return false;
    }
    return cli_edits_between(cli, now, &wanted, remove ? kinds : 0, edits, err);
}

bool cli_config_diff(struct cli *cli, struct err *err)
{
    struct cli_things now;
    struct cli_edits edits;
    if (!config_compare(cli, &now, &edits, err)) {
        return false;
    }
    cli->exit = edits.count == 0 ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    config_done(cli, &edits, now.change, true, now.zone);
    return true;
}

bool cli_config_apply(struct cli *cli, struct err *err)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    const char *why = cli_value(cli, "why");
    struct cli_things now;
    struct cli_edits edits;
    int64_t change = 0;
    if (!config_compare(cli, &now, &edits, err) ||
        !cli_edits_apply(cli, &edits, now.change, why == NULL ? "quoin config apply" : why, is_dry,
                         &change, err)) {
        return false;
    }
    config_done(cli, &edits, change, is_dry, now.zone);
    return true;
}

// ---- history and rollback ----------------------------------------------------------------------

static bool config_changes(struct cli *cli, int64_t before, uint32_t limit,
                           const Quoin__V1__ListThingChangesReply **page, struct err *err)
{
    Quoin__V1__ListThingChangesRequest request = QUOIN__V1__LIST_THING_CHANGES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.before = before;
    request.limit = limit;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ListChanges", &request.base, &reply,
                 err)) {
        return false;
    }
    *page = (const Quoin__V1__ListThingChangesReply *)(const void *)reply;
    return true;
}

static void config_change_json(struct json *json, const Quoin__V1__ThingChange *change)
{
    json_int_field(json, "number", change->number);
    cli_json_time(json, "at", change->at);
    json_text_field(json, "by", change->by);
    json_text_field(json, "why", change->why);
    json_int_field(json, "undoes", change->undoes);
    json_int_field(json, "edit_count", change->edit_count);
}

bool cli_config_history(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "CHANGE", .right = true }, { .title = "AT" },
        { .title = "BY", .gives = true },     { .title = "THINGS", .right = true },
        { .title = "WHY", .gives = true },    { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListThingChangesReply *page = NULL;
    int64_t before = 0;
    uint64_t left = 0;
    if (!cli_number_of(cli, "limit", UINT32_MAX, UINT32_MAX, &left, err)) {
        return false;
    }
    if (left == 0) {
        return err_set(err, ERR_INVALID, "--limit is at least 1");
    }
    if (cli->json) {
        json_array(&json);
    }
    do {
        uint32_t limit = left < CONFIG_PAGE ? (uint32_t)left : CONFIG_PAGE;
        if (!config_changes(cli, before, limit, &page, err)) {
            return false;
        }
        for (size_t i = 0; left > 0 && i < page->n_changes; i++) {
            const Quoin__V1__ThingChange *change = page->changes[i];
            before = change->number;
            left--;
            if (cli->json) {
                json_object(&json);
                config_change_json(&json, change);
                json_end(&json);
            } else {
                cli_table_row(&table, (const char *const[]){ cli_number(cli, change->number),
                                                             cli_time(cli, change->at), change->by,
                                                             cli_number(cli, change->edit_count),
                                                             change->why });
            }
        }
    } while (left > 0 && page->more && page->n_changes > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "Nothing was configured yet: all is as a new site has it.");
    }
    return true;
}

bool cli_config_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetThingChangeRequest request = QUOIN__V1__GET_THING_CHANGE_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct cli_things now;
    struct cli_edits edits;
    uint64_t number;
    if (!cli_read_number(cli->arguments[0], "CHANGE", INT64_MAX, &number, err)) {
        return false;
    }
    request.number = (int64_t)number;
    if (!cli_things_now(cli, "site", &now, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/GetChange", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__ThingChange *change = (const Quoin__V1__ThingChange *)(const void *)reply;
    if (!cli_edits_answered(cli, change->edits, change->n_edits, &edits, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        config_change_json(&json, change);
        config_edits_json(&json, &edits, now.zone);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "Change %" PRId64 ", %s, by %s: %s\n", change->number,
             cli_time(cli, change->at), change->by, change->why);
    for (size_t i = 0; i < edits.count; i++) {
        config_edit_show(cli, &edits.list[i], now.zone);
    }
    return true;
}

bool cli_config_rollback(struct cli *cli, struct err *err)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    const char *why = cli_value(cli, "why");
    const char *to = cli_value(cli, "to");
    struct cli_things now;
    struct cli_edits edits;
    uint64_t number;
    int64_t change = 0;
    if ((to == NULL) == (cli->argument_count == 0)) {
        return err_set(err, ERR_INVALID,
                       "say which change to take back: quoin config rollback CHANGE; or --to "
                       "CHANGE, to be as after that one");
    }
    if (!cli_read_number(to == NULL ? cli->arguments[0] : to, "CHANGE", INT64_MAX, &number, err) ||
        !cli_things_now(cli, NULL, &now, err) ||
        !cli_edits_undo(cli, &now, (int64_t)number, to != NULL,
                        why == NULL ? "quoin config rollback" : why, is_dry, &edits, &change,
                        err)) {
        return false;
    }
    config_done(cli, &edits, change, is_dry, now.zone);
    return true;
}
