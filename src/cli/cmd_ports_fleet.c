// cli/cmd_ports_fleet: the ports of all hosts as the device monitoring engine knows them, their
// history, and what is expected there.
// no unit test: needs running engines; tests/it/test_port_watch.py asks by every command
#include "base/clk.h"
#include "base/num.h"
#include "calendar/zone.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/things.h"
#include "cli/value.h"
#include "ports/verdict.h"
#include "proto/config.pb-c.h"
#include "proto/dme.pb-c.h"

enum { PAGE = 500, EVENTS_DEFAULT = 50, EVENTS_MOST = 1000, ALLOWED_MAX = 64 };
#define PATH "/quoin.v1.PortWatch/"

// --- hosts × ports ------------------------------------------------------------------------------

struct shown {
    struct cli_table table;
    struct json json;
    uint32_t worst;
    size_t rows;
    const Quoin__V1__ListPortsReply *first; // with the hosts
};

static const char *holder_text(struct cli *cli, const Quoin__V1__PortSight *sight)
{
    if (sight->n_holders == 0) {
        return "-";
    }
    const Quoin__V1__PortHolder *holder = sight->holders[0];
    const char *slash = strrchr(holder->program, '/');
    const char *more =
        sight->n_holders > 1 ? arena_textf(&cli->arena, ", %zu more", sight->n_holders - 1) : "";
    return arena_textf(&cli->arena, "%s %lld%s", slash != NULL ? slash + 1 : holder->program,
                       (long long)holder->pid, more);
}

static void take_sight(struct cli *cli, struct shown *shown, const Quoin__V1__PortSight *sight)
{
    shown->worst = sight->severity > shown->worst ? sight->severity : shown->worst;
    shown->rows++;
    if (cli->json) {
        json_object(&shown->json);
        cli_message_json_fields(&shown->json, &sight->base);
        json_end(&shown->json);
        return;
    }
    cli_table_row(
        &shown->table,
        (const char *const[]){
            sight->host,
            sight->port == 0 ? "every port"
                             : arena_textf(&cli->arena, "%u/%s", sight->port, sight->transport),
            sight->verdict, cli_time(cli, sight->since), holder_text(cli, sight), sight->why });
}

static bool take_all(struct cli *cli, struct shown *shown, struct err *err)
{
    Quoin__V1__ListPortsRequest request = QUOIN__V1__LIST_PORTS_REQUEST__INIT;
    const char *host = cli_value(cli, "host");
    request.limit = PAGE;
    request.deviations = cli_value(cli, "deviations") != NULL;
    request.host = cli_field(host == NULL ? "" : host);
    for (bool more = true; more;) {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DME, PATH "ListPorts", &request.base, &reply, err)) {
            return false;
        }
        const Quoin__V1__ListPortsReply *page = (const void *)reply;
        shown->first = shown->first == NULL ? page : shown->first;
        for (size_t at = 0; at < page->n_sights; at++) {
            take_sight(cli, shown, page->sights[at]);
        }
        more = page->more;
        request.after = page->next;
    }
    return true;
}

static void show_hosts(struct cli *cli, const Quoin__V1__ListPortsReply *reply)
{
    for (size_t at = 0; at < reply->n_hosts; at++) {
        const Quoin__V1__PortHost *host = reply->hosts[at];
        cli_say(cli, host->heard_at == 0 ? CLI_WARN : CLI_BOLD, "%s", host->host);
        buf_addf(&cli->out, ", heard of %s\n",
                 host->heard_at == 0 ? "never" : cli_time(cli, host->heard_at));
        for (size_t i = 0; i < host->n_blind; i++) {
            cli_say(cli, CLI_FAINT, "  not seen: %s\n", host->blind[i]);
        }
    }
}

bool cli_ports_fleet(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "HOST" },   { .title = "PORT" },
        { .title = "IS" },     { .title = "SINCE (UTC)", .gives = true },
        { .title = "HOLDER" }, { .title = "WHY", .gives = true },
        { .title = NULL },
    };
    struct shown shown = { .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    bool deviations = cli_value(cli, "deviations") != NULL;
    if (cli->json) {
        json_object(&shown.json);
        json_key(&shown.json, "ports");
        json_array(&shown.json);
    }
    if (!take_all(cli, &shown, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&shown.json);
        json_key(&shown.json, "hosts");
        json_array(&shown.json);
        for (size_t at = 0; at < shown.first->n_hosts; at++) {
            json_object(&shown.json);
            cli_message_json_fields(&shown.json, &shown.first->hosts[at]->base);
            json_end(&shown.json);
        }
        json_end(&shown.json);
        json_end(&shown.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&shown.table, deviations ? "Every port is as it should be."
                                                 : "No host has told of its ports yet.");
        buf_addf(&cli->out, "\n");
        show_hosts(cli, shown.first);
    }
    cli->exit = shown.worst >= PORTS_CRITICAL  ? CLI_EXIT_CRITICAL
                : shown.worst == PORTS_WARNING ? CLI_EXIT_WARNING
                                               : CLI_EXIT_OK;
    return true;
}

// --- history ------------------------------------------------------------------------------------

static bool time_of(const struct cli *cli, const char *option, int64_t *at, struct err *err)
{
    const char *given = cli_value(cli, option);
    *at = 0;
    return given == NULL || cli_read_time(given, option, at, err);
}

// By the site's clock: people remember nights by it. With a Z it is UTC.
static bool clock_of(struct cli *cli, const char *option, const struct calendar_zone *zone,
                     int64_t *at, struct err *err)
{
    const char *given = cli_value(cli, option);
    *at = 0;
    if (given == NULL) {
        return true;
    }
    char *text = arena_text(&cli->arena, str_of(given));
    size_t len = strlen(given);
    if (text != NULL && len > 10 && text[10] == ' ') {
        text[10] = 'T';
    }
    if (text == NULL || !clk_read_utc(str_of(text), at)) {
        return err_set(err, ERR_INVALID,
                       "--%s: \"%.40s\" is not a time; write it as 2026-11-03, or "
                       "2026-11-03T02:00 by the clock of %s, or with a Z behind it in UTC",
                       option, given, calendar_zone_name(zone));
    }
    if (text[len - 1] != 'Z') {
        *at = calendar_instants_of(zone, *at).first;
    }
    return true;
}

static const char *clock_text(struct cli *cli, const struct calendar_zone *zone, int64_t at)
{
    struct calendar_local is = calendar_local_of(zone, at);
    const char *text = arena_textf(&cli->arena, "%04d-%02d-%02d %02d:%02d:%02d", is.date.year,
                                   is.date.month, is.date.day, is.hour, is.minute, is.second);
    return text != NULL ? text : "";
}

struct history {
    struct shown shown;
    const struct calendar_zone *zone;
    Quoin__V1__ListPortEventsRequest request;
};

static void show_event(struct cli *cli, struct history *history, const Quoin__V1__PortEvent *event)
{
    struct shown *shown = &history->shown;
    bool before = event->at < history->request.from; // it held when the span began
    if (cli->json) {
        json_object(&shown->json);
        cli_message_json_fields(&shown->json, &event->base);
        json_bool_field(&shown->json, "before", before);
        json_end(&shown->json);
        return;
    }
    cli_table_row(
        &shown->table,
        (const char *const[]){
            arena_textf(&cli->arena, "%s%s", clock_text(cli, history->zone, event->at),
                        before ? " (before)" : ""),
            event->host,
            event->port == 0 ? "every port"
                             : arena_textf(&cli->arena, "%u/%s", event->port, event->transport),
            event->what,
            event->count > 1 ? arena_textf(&cli->arena, "%lld", (long long)event->count) : "",
            event->until <= event->at
                ? event->text
                : arena_textf(&cli->arena, "until %s: %s",
                              clock_text(cli, history->zone, event->until), event->text) });
}

static bool read_port(struct cli *cli, uint32_t *asked, struct err *err)
{
    const char *text = cli->argument_count > 0 ? cli->arguments[0] : NULL;
    uint64_t port = 0;
    enum engine engine;
    if (text != NULL && engine_find(str_of(text), &engine)) {
        const struct cli_place *place = NULL;
        uint16_t own = 0;
        if (!cli_site_open(cli, &place, err) || !cli_port(place, engine_port(engine), &own, err)) {
            return false;
        }
        port = own;
    } else if (text != NULL && (!num_u64(str_of(text), UINT16_MAX, &port) || port == 0)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" is no port: a number from 1 to 65535, or an engine's name", text);
    }
    *asked = (uint32_t)port;
    return true;
}

static bool read_history(struct cli *cli, struct history *history, struct err *err)
{
    Quoin__V1__ListPortEventsRequest *request = &history->request;
    uint64_t limit = 0;
    const char *host = cli_value(cli, "host");
    bool at = cli_value(cli, "at") != NULL;
    struct err ignored; // the engine that keeps the site's time is away: then it is UTC
    if (!cli_site_zone(cli, &history->zone, &ignored)) {
        history->zone = calendar_zone_utc();
    }
    if (at && (cli_value(cli, "from") != NULL || cli_value(cli, "until") != NULL)) {
        return err_set(err, ERR_INVALID,
                       "--at asks for one time, --from and --until for a span: choose");
    }
    if (!clock_of(cli, at ? "at" : "from", history->zone, &request->from, err) ||
        !clock_of(cli, "until", history->zone, &request->until, err) ||
        !cli_number_of(cli, "limit", EVENTS_MOST, EVENTS_DEFAULT, &limit, err) ||
        !read_port(cli, &request->port, err)) {
        return false;
    }
    if (at) { // what held when that millisecond began, and what happened in it
        request->until = request->from + 1;
    }
    request->host = cli_field(host == NULL ? "" : host);
    request->limit = (uint32_t)limit;
    return true;
}

static void show_history(struct cli *cli, struct history *history,
                         const Quoin__V1__ListPortEventsReply *told)
{
    struct json *json = &history->shown.json;
    if (cli->json) {
        json_object(json);
        json_text_field(json, "zone", calendar_zone_name(history->zone));
        json_key(json, "events");
        json_array(json);
    }
    for (size_t at = 0; at < told->n_events; at++) {
        show_event(cli, history, told->events[at]);
    }
    if (cli->json) {
        json_end(json);
        json_bool_field(json, "more", told->more);
        json_end(json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_table_print(&history->shown.table,
                    history->request.from > 0
                        ? "Nothing changed then, and nothing is known of before."
                        : "Nothing is known yet.");
    if (told->more) {
        buf_addf(&cli->out, "There is more: --until a time, or --limit.\n");
    }
}

bool cli_ports_history(struct cli *cli, struct err *err)
{
    struct cli_column columns[] = {
        { .title = "" },     { .title = "HOST" },  { .title = "PORT" },
        { .title = "WHAT" }, { .title = "TIMES" }, { .title = "TEXT", .gives = true },
        { .title = NULL },
    };
    struct history history = { .request = QUOIN__V1__LIST_PORT_EVENTS_REQUEST__INIT };
    const ProtobufCMessage *reply = NULL;
    if (!read_history(cli, &history, err) ||
        !cli_ask(cli, ENGINE_DME, PATH "ListPortEvents", &history.request.base, &reply, err)) {
        return false;
    }
    columns[0].title = arena_textf(&cli->arena, "WHEN (%s)", calendar_zone_name(history.zone));
    if (columns[0].title == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    history.shown =
        (struct shown){ .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    show_history(cli, &history, (const void *)reply);
    return true;
}

// --- what is expected ---------------------------------------------------------------------------

static bool expectation_of(struct cli *cli, const char *host, Quoin__V1__Expectation **told,
                           struct err *err)
{
    static Quoin__V1__Expectation empty = QUOIN__V1__EXPECTATION__INIT;
    struct cli_things things;
    if (!cli_things_now(cli, "expectation", &things, err)) {
        return false;
    }
    const struct cli_thing *thing = cli_things_find(&things, "expectation", host);
    *told = arena_new(&cli->arena, sizeof(empty));
    if (*told != NULL && thing != NULL) {
        *told = cli_thing_unpack(cli, thing->descriptor, thing->body);
    } else if (*told != NULL) {
        **told = empty;
    }
    return *told != NULL || err_set(err, ERR_LIMIT, "out of room");
}

static bool apply(struct cli *cli, const char *host, const Quoin__V1__Expectation *told,
                  struct err *err)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit edit = QUOIN__V1__THING_EDIT__INIT;
    Quoin__V1__ThingEdit *edits[] = { &edit };
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.edits = edits;
    request.n_edits = 1;
    request.seen = -1;
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    edit.kind = cli_field("expectation");
    edit.name = cli_field(host);
    edit.remove = told == NULL;
    if (told != NULL) {
        edit.body.len = quoin__v1__expectation__get_packed_size(told);
        edit.body.data = arena_new(&cli->arena, edit.body.len + 1);
        if (edit.body.data == NULL) {
            return err_set(err, ERR_LIMIT, "out of room");
        }
        (void)quoin__v1__expectation__pack(told, edit.body.data);
    }
    return cli_ask(cli, ENGINE_CAS, "/quoin.v1.Configuration/ApplyThings", &request.base, &reply,
                   err);
}

static void show_expectation(struct cli *cli, const char *host, const Quoin__V1__Expectation *told)
{
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "host", host);
        json_bool_field(&json, "removed", told == NULL);
        json_bool_field(&json, "dry_run", is_dry);
        if (told != NULL) {
            json_key(&json, "expectation");
            cli_message_json(&json, &told->base);
        }
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_say(cli, CLI_BOLD, is_dry ? "Would be (nothing was done):\n" : "Now:\n");
    cli_line(cli, "Host", "%s", strcmp(host, "*") == 0 ? "every host" : host);
    if (told == NULL || told->n_engines == 0) {
        cli_line(cli, "Engines", "those that were seen there");
    }
    for (size_t at = 0; told != NULL && at < told->n_engines; at++) {
        cli_line(cli, at == 0 ? "Engines" : "", "%s", told->engines[at]);
    }
    for (size_t at = 0; told != NULL && at < told->n_allowed; at++) {
        const Quoin__V1__PortAllowed *allowed = told->allowed[at];
        const char *last =
            allowed->last > allowed->first ? arena_textf(&cli->arena, "-%u", allowed->last) : "";
        cli_line(cli, at == 0 ? "Allowed" : "", "%u%s%s%s: %s%s%s%s%s", allowed->first, last,
                 allowed->transport[0] == '\0' ? "" : "/", allowed->transport, allowed->program,
                 allowed->why[0] == '\0' ? "" : ", ", allowed->why,
                 allowed->until == 0 ? "" : ", until ",
                 allowed->until == 0 ? "" : cli_time(cli, allowed->until));
    }
}

bool cli_ports_expect(struct cli *cli, struct err *err)
{
    const char *host = cli->arguments[0];
    bool removes = cli_value(cli, "remove") != NULL;
    Quoin__V1__Expectation *told = NULL;
    if (!expectation_of(cli, host, &told, err)) {
        return false;
    }
    if (cli->argument_count > 1) {
        told->n_engines = (size_t)cli->argument_count - 1;
        told->engines = cli->arguments + 1;
    } else if (!removes) { // shows what is
        show_expectation(cli, host, told);
        return true;
    }
    told = removes ? NULL : told;
    if (!apply(cli, host, told, err)) {
        return false;
    }
    show_expectation(cli, host, told);
    return true;
}

static bool read_allowed(struct cli *cli, Quoin__V1__PortAllowed *allowed, struct err *err)
{
    const char *text = cli->arguments[1];
    const char *why = cli_value(cli, "why");
    const char *transport = cli_value(cli, "transport");
    size_t dash = strcspn(text, "-");
    uint64_t first = 0;
    uint64_t last = 0;
    if (!num_u64((struct str){ text, dash }, UINT16_MAX, &first) || first == 0 ||
        (text[dash] == '-' && !num_u64(str_of(text + dash + 1), UINT16_MAX, &last))) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no port or range: 9100, 9100-9109", text);
    }
    allowed->first = (uint32_t)first;
    allowed->last = (uint32_t)last;
    allowed->program = cli_field(cli->argument_count > 2 ? cli->arguments[2] : "*");
    allowed->why = cli_field(why == NULL ? "" : why);
    allowed->transport = cli_field(transport == NULL ? "" : transport);
    return time_of(cli, "until", &allowed->until, err);
}

// One row a range and transport: said again, it is changed.
static void put_allowed(Quoin__V1__Expectation *told, Quoin__V1__PortAllowed **list,
                        Quoin__V1__PortAllowed *allowed, bool removes)
{
    size_t count = 0;
    for (size_t at = 0; at < told->n_allowed && count < ALLOWED_MAX; at++) {
        Quoin__V1__PortAllowed *one = told->allowed[at];
        if (one->first != allowed->first || one->last != allowed->last ||
            strcmp(one->transport, allowed->transport) != 0) {
            list[count++] = one;
        }
    }
    if (!removes) {
        list[count++] = allowed;
    }
    told->allowed = list;
    told->n_allowed = count;
}

bool cli_ports_allow(struct cli *cli, struct err *err)
{
    const char *host = cli->arguments[0];
    Quoin__V1__Expectation *told = NULL;
    Quoin__V1__PortAllowed *allowed = arena_new(&cli->arena, sizeof(*allowed));
    Quoin__V1__PortAllowed **list =
        arena_new_array(&cli->arena, ALLOWED_MAX + 1, sizeof(Quoin__V1__PortAllowed *));
    if (allowed == NULL || list == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    quoin__v1__port_allowed__init(allowed);
    if (!read_allowed(cli, allowed, err) || !expectation_of(cli, host, &told, err)) {
        return false;
    }
    put_allowed(told, list, allowed, cli_value(cli, "remove") != NULL);
    if (!apply(cli, host, told, err)) {
        return false;
    }
    show_expectation(cli, host, told);
    return true;
}
