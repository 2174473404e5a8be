// cli/cmd_monitored: how the monitored devices are, as the device monitoring engine knows them.
// no unit test: needs running engines; tests/it/test_dme.py asks by every command of a real site
#include "base/clk.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/thing_one.h"
#include "cli/value.h"
#include "proto/config.pb-c.h"
#include "proto/dme.pb-c.h"

enum { PAGE = 500, SECONDS_MOST = 86400, PORT_MOST = 65535, LATE_MOST = 3600, FLUSH = 65536 };
#define DAY_MS (24LL * 3600 * 1000)

// --- how they are -------------------------------------------------------------------------------

static enum cli_tone tone_of(const Quoin__V1__MonitoredDevice *device)
{
    return device->severity >= 3   ? CLI_BAD
           : device->severity == 2 ? CLI_WARN
           : device->severity == 1 ? CLI_PLAIN
                                   : CLI_GOOD;
}

static const char *why_text(struct cli *cli, const Quoin__V1__MonitoredDevice *device)
{
    const char *text = "";
    for (size_t at = 0; at < device->n_reasons && at < 3; at++) {
        text =
            arena_textf(&cli->arena, "%s%s%s", text, at == 0 ? "" : " ", device->reasons[at]->text);
    }
    return text;
}

static const char *todo_text(const Quoin__V1__MonitoredDevice *device)
{
    return device->n_reasons > 0 ? device->reasons[0]->what_to_do : "";
}

static const char *level_text(struct cli *cli, int64_t level)
{
    return level == -1   ? "not known"
           : level == -2 ? "some"
                         : arena_textf(&cli->arena, "%lld %%", (long long)level);
}

// In the two greatest units that say something.
static const char *span_text(struct cli *cli, int64_t ms)
{
    long long seconds = ms < 0 ? 0 : (long long)(ms / 1000);
    long long minutes = seconds / 60;
    long long hours = minutes / 60;
    return hours >= 48   ? arena_textf(&cli->arena, "%lld d %lld h", hours / 24, hours % 24)
           : hours > 0   ? arena_textf(&cli->arena, "%lld h %lld min", hours, minutes % 60)
           : minutes > 0 ? arena_textf(&cli->arena, "%lld min %lld s", minutes, seconds % 60)
                         : arena_textf(&cli->arena, "%lld s", seconds);
}

static void status_reasons(struct cli *cli, const Quoin__V1__MonitoredDevice *device)
{
    for (size_t at = 0; at < device->n_reasons; at++) {
        const Quoin__V1__DeviceReason *reason = device->reasons[at];
        cli_line(cli, at == 0 ? "Because" : "and", "%s (%s)", reason->text, reason->keyword);
        if (reason->what_to_do[0] != '\0') {
            cli_line(cli, "What to do", "%s", reason->what_to_do);
        }
    }
    for (size_t at = 0; at < device->n_open_faults; at++) {
        const Quoin__V1__Fault *fault = device->open_faults[at];
        cli_line(cli, "Open fault", "%s since %s, %s so far%s", fault->keyword,
                 cli_time(cli, fault->began), span_text(cli, clk_wall_ms() - fault->began),
                 fault->times > 1
                     ? arena_textf(&cli->arena, ", %lld times", (long long)fault->times)
                     : "");
    }
    for (size_t at = 0; at < device->n_disagreements; at++) {
        cli_line(cli, "Disagreement", "%s", device->disagreements[at]);
    }
}

static void status_parts(struct cli *cli, const Quoin__V1__MonitoredDevice *device)
{
    for (size_t at = 0; at < device->n_supplies; at++) {
        const Quoin__V1__Supply *supply = device->supplies[at];
        cli_line(cli, at == 0 ? "Supplies" : "", "%s: %s%s%s", supply->name,
                 level_text(cli, supply->level), supply->fills ? " full" : "",
                 supply->runs_out_at == 0 ? ""
                                          : arena_textf(&cli->arena, ", until about %.10s",
                                                        cli_time(cli, supply->runs_out_at)));
    }
    for (size_t at = 0; at < device->n_trays; at++) {
        const Quoin__V1__Tray *tray = device->trays[at];
        cli_line(cli, at == 0 ? "Trays" : "", "%s: %s%s%s%s", tray->name, tray->status,
                 tray->level >= 0
                     ? arena_textf(&cli->arena, ", %lld sheets", (long long)tray->level)
                     : "",
                 tray->media[0] == '\0' ? "" : ", ", tray->media);
    }
    for (size_t at = 0; at < device->n_covers; at++) {
        cli_line(cli, at == 0 ? "Covers" : "", "%s: %s", device->covers[at]->name,
                 device->covers[at]->status);
    }
    for (size_t at = 0; at < device->n_meters; at++) {
        const Quoin__V1__Meter *meter = device->meters[at];
        cli_line(cli, at == 0 ? "Meters" : "", "%s: %lld %s (by %s)", meter->kind,
                 (long long)meter->count, meter->unit, meter->source);
    }
    for (size_t at = 0; at < device->n_witnesses; at++) {
        const Quoin__V1__DeviceWitness *witness = device->witnesses[at];
        cli_line(cli, at == 0 ? "Witnesses" : "", "%s: %s", witness->source,
                 witness->trouble[0] == '\0' ? witness->state : witness->trouble);
    }
}

static const char *changes_text(const char *way)
{
    return strcmp(way, "told") == 0    ? "it tells them by itself"
           : strcmp(way, "asked") == 0 ? "its state is asked for every second or two"
                                       : "are seen at its next look";
}

static void status_one(struct cli *cli, const Quoin__V1__MonitoredDevice *device)
{
    cli_line(cli, "Device", "%s", device->name);
    cli_say(cli, tone_of(device), "%-14s", "State:");
    buf_addf(&cli->out, " %s since %s%s\n", device->state, cli_time(cli, device->state_since),
             device->flapping ? ", flapping" : "");
    status_reasons(cli, device);
    cli_line(cli, "Prints", "%s", device->can_print ? "yes" : "no: nothing is released to it");
    cli_line(cli, "Address", "%s", device->address[0] == '\0' ? "-" : device->address);
    cli_line(cli, "Make", "%s", device->make_and_model[0] == '\0' ? "-" : device->make_and_model);
    if (device->serial[0] != '\0' || device->firmware[0] != '\0') {
        cli_line(cli, "Serial", "%s, firmware %s", device->serial,
                 device->firmware[0] == '\0' ? "not said" : device->firmware);
    }
    if (device->location[0] != '\0') {
        cli_line(cli, "Location", "%s", device->location);
    }
    if (device->console[0] != '\0') {
        cli_line(cli, "It says", "%s", device->console);
    }
    cli_line(cli, "Up since", "%s", cli_time(cli, device->up_since));
    status_parts(cli, device);
    cli_line(cli, "Looked at", "%s, answered in %lld ms", cli_time(cli, device->looked_at),
             (long long)device->answered_ms);
    cli_line(cli, "Changes", "%s", changes_text(device->changes));
}

static bool show_one(struct cli *cli, const char *path, struct err *err)
{
    Quoin__V1__GetMonitoredRequest request = QUOIN__V1__GET_MONITORED_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_DME, path, &request.base, &reply, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_message_json(&json, reply);
        buf_addf(&cli->out, "\n");
    } else {
        status_one(cli, (const Quoin__V1__MonitoredDevice *)reply);
    }
    return true;
}

// Each of them, page by page; take may print.
static bool each_device(struct cli *cli, bool supplies,
                        void (*take)(struct cli *cli, void *arg,
                                     const Quoin__V1__MonitoredDevice *device),
                        void *arg, struct err *err)
{
    Quoin__V1__ListMonitoredRequest request = QUOIN__V1__LIST_MONITORED_REQUEST__INIT;
    const Quoin__V1__ListMonitoredReply *page = NULL;
    const char *state = cli_value(cli, "state");
    char *states[] = { cli_field(state == NULL ? "" : state) };
    request.limit = PAGE;
    request.supplies = supplies;
    request.states = states;
    request.n_states = state != NULL;
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Devices/ListMonitored", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListMonitoredReply *)reply;
        for (size_t at = 0; at < page->n_devices; at++) {
            take(cli, arg, page->devices[at]);
        }
        if (cli->json && cli->out.len > FLUSH && !cli_flush(cli, err)) {
            return false;
        }
        request.after = page->next;
    } while (page->more && page->n_devices > 0);
    return true;
}

struct shown {
    struct cli_table table;
    struct json json;
};

static void status_row(struct cli *cli, void *arg, const Quoin__V1__MonitoredDevice *device)
{
    struct shown *shown = arg;
    if (cli->json) {
        cli_message_json(&shown->json, &device->base);
        return;
    }
    cli_table_row(&shown->table, (const char *const[]){ device->name, device->state,
                                                        cli_time(cli, device->state_since),
                                                        why_text(cli, device), todo_text(device) });
}

static bool show_all(struct cli *cli, const struct cli_column *columns, bool supplies,
                     void (*row)(struct cli *cli, void *arg,
                                 const Quoin__V1__MonitoredDevice *device),
                     const char *when_empty, struct err *err)
{
    struct shown shown = { .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    if (cli->json) {
        json_array(&shown.json);
    }
    if (!each_device(cli, supplies, row, &shown, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&shown.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&shown.table, when_empty);
    }
    return true;
}

bool cli_device_status(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "STATE" },
        { .title = "SINCE (UTC)" },
        { .title = "BECAUSE", .gives = true },
        { .title = "WHAT TO DO", .gives = true },
        { .title = NULL },
    };
    if (cli->argument_count > 0) {
        return show_one(cli, "/quoin.v1.Devices/GetMonitored", err);
    }
    return show_all(cli, columns, false, status_row,
                    "Nothing is monitored: quoin printer add, or quoin device monitor NAME "
                    "--address HOST",
                    err);
}

bool cli_device_look(struct cli *cli, struct err *err)
{
    return show_one(cli, "/quoin.v1.Devices/LookNow", err);
}

// --- supplies and meters ------------------------------------------------------------------------

static void supply_json(struct json *json, const Quoin__V1__MonitoredDevice *device,
                        const Quoin__V1__Supply *supply)
{
    json_object(json);
    json_text_field(json, "device", device->name);
    json_text_field(json, "location", device->location);
    cli_message_json_fields(json, &supply->base);
    json_end(json);
}

static void supply_rows(struct cli *cli, void *arg, const Quoin__V1__MonitoredDevice *device)
{
    struct shown *shown = arg;
    for (size_t at = 0; at < device->n_supplies; at++) {
        const Quoin__V1__Supply *supply = device->supplies[at];
        if (cli->json) {
            supply_json(&shown->json, device, supply);
            continue;
        }
        cli_table_row(
            &shown->table,
            (const char *const[]){
                supply->runs_out_at == 0
                    ? "-"
                    : arena_textf(&cli->arena, "%.10s", cli_time(cli, supply->runs_out_at)),
                device->name, supply->name,
                arena_textf(&cli->arena, "%s%s", level_text(cli, supply->level),
                            supply->fills ? " full" : ""),
                supply->pages_a_percent == 0
                    ? "-"
                    : arena_textf(&cli->arena, "%lld.%02lld",
                                  (long long)(supply->pages_a_percent / 100),
                                  (long long)(supply->pages_a_percent % 100)),
                device->location });
    }
}

bool cli_device_supplies(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "RUNS OUT" },
        { .title = "DEVICE" },
        { .title = "SUPPLY" },
        { .title = "LEVEL", .right = true },
        { .title = "PAGES A PERCENT", .right = true, .gives = true },
        { .title = "LOCATION", .gives = true },
        { .title = NULL },
    };
    bool all = cli_value(cli, "all") != NULL;
    return show_all(cli, columns, !all, supply_rows,
                    all ? "No device tells of supplies."
                        : "Nothing is to be ordered: quoin device supplies --all shows every one.",
                    err);
}

static void meter_rows(struct cli *cli, void *arg, const Quoin__V1__MonitoredDevice *device)
{
    struct shown *shown = arg;
    for (size_t at = 0; at < device->n_meters; at++) {
        const Quoin__V1__Meter *meter = device->meters[at];
        if (cli->json) {
            json_object(&shown->json);
            json_text_field(&shown->json, "device", device->name);
            cli_message_json_fields(&shown->json, &meter->base);
            json_end(&shown->json);
            continue;
        }
        cli_table_row(&shown->table,
                      (const char *const[]){ device->name, meter->kind,
                                             cli_number(cli, meter->count), meter->unit,
                                             meter->source, cli_time(cli, meter->read_at) });
    }
}

bool cli_device_meters(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "METER" },
        { .title = "COUNT", .right = true },
        { .title = "UNIT" },
        { .title = "BY", .gives = true },
        { .title = "READ (UTC)", .gives = true },
        { .title = NULL },
    };
    return show_all(cli, columns, false, meter_rows, "No device tells of a meter.", err);
}

// --- faults and history -------------------------------------------------------------------------

static bool time_of(const struct cli *cli, const char *option, int64_t *at, struct err *err)
{
    const char *given = cli_value(cli, option);
    return given == NULL || cli_read_time(given, option, at, err);
}

static void fault_row(struct cli *cli, struct shown *shown, const Quoin__V1__Fault *fault)
{
    if (cli->json) {
        cli_message_json(&shown->json, &fault->base);
        return;
    }
    int64_t until = fault->ended == 0 ? clk_wall_ms() : fault->ended;
    cli_table_row(&shown->table,
                  (const char *const[]){ fault->device, fault->keyword, cli_time(cli, fault->began),
                                         fault->ended == 0 ? "open" : cli_time(cli, fault->ended),
                                         span_text(cli, until - fault->began),
                                         cli_number(cli, fault->times), fault->text });
}

bool cli_device_faults(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "DEVICE" },
        { .title = "FAULT" },
        { .title = "BEGAN (UTC)" },
        { .title = "ENDED (UTC)" },
        { .title = "LASTED" },
        { .title = "TIMES", .right = true },
        { .title = "MEANS", .gives = true },
        { .title = NULL },
    };
    struct shown shown = { .table = cli_table_of(cli, columns), .json = json_to(&cli->out) };
    Quoin__V1__ListFaultsRequest request = QUOIN__V1__LIST_FAULTS_REQUEST__INIT;
    const Quoin__V1__ListFaultsReply *page = NULL;
    request.device = cli_field(cli->argument_count > 0 ? cli->arguments[0] : "");
    request.open_only = cli_value(cli, "open") != NULL;
    request.limit = PAGE;
    if (!time_of(cli, "from", &request.from, err) || !time_of(cli, "until", &request.until, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&shown.json);
    }
    do {
        const ProtobufCMessage *reply = NULL;
        if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Devices/ListFaults", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListFaultsReply *)reply;
        for (size_t at = 0; at < page->n_faults; at++) {
            fault_row(cli, &shown, page->faults[at]);
            request.before = page->faults[at]->id;
        }
    } while (page->more && page->n_faults > 0);
    if (cli->json) {
        json_end(&shown.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&shown.table, "There are none.");
    }
    return true;
}

bool cli_device_history(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "FROM (UTC)" },          { .title = "LEAST", .right = true },
        { .title = "MOST", .right = true }, { .title = "LAST", .right = true },
        { .title = "SUM", .right = true },  { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    Quoin__V1__ListSamplesRequest request = QUOIN__V1__LIST_SAMPLES_REQUEST__INIT;
    const ProtobufCMessage *answer = NULL;
    const char *series = cli_value(cli, "series");
    uint64_t step = 0;
    request.device = cli->arguments[0];
    request.series = cli_field(series == NULL ? "pages" : series);
    if (!time_of(cli, "from", &request.from, err) || !time_of(cli, "until", &request.until, err) ||
        !cli_number_of(cli, "step", SECONDS_MOST, 0, &step, err)) {
        return false;
    }
    request.step_ms = (int64_t)step * 1000;
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Devices/ListSamples", &request.base, &answer, err)) {
        return false;
    }
    const Quoin__V1__ListSamplesReply *reply = (const Quoin__V1__ListSamplesReply *)answer;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        cli_message_json(&json, answer);
        buf_addf(&cli->out, "\n");
        return true;
    }
    for (size_t at = 0; at < reply->n_samples; at++) {
        const Quoin__V1__Sample *sample = reply->samples[at];
        cli_table_row(&table, (const char *const[]){
                                  cli_time(cli, sample->at), cli_number(cli, sample->least),
                                  cli_number(cli, sample->most), cli_number(cli, sample->last),
                                  cli_number(cli, sample->sum) });
    }
    cli_table_print(&table, "Nothing of it is known in that time.");
    return true;
}

// --- how it is looked at ------------------------------------------------------------------------

static char *word_of(const struct cli *cli, const char *option, char *otherwise)
{
    const char *given = cli_value(cli, option);
    return given == NULL ? otherwise : cli_field(given);
}

static bool yes_of(const struct cli *cli, const char *option, protobuf_c_boolean *value,
                   struct err *err)
{
    const char *given = cli_value(cli, option);
    if (given == NULL) {
        return true;
    }
    *value = strcmp(given, "yes") == 0;
    return *value || strcmp(given, "no") == 0 ||
           err_set(err, ERR_INVALID, "--%s is yes or no, not \"%.40s\"", option, given);
}

static bool sources_of(struct cli *cli, Quoin__V1__Monitor *monitor, struct err *err)
{
    enum { SOURCES_MAX = 8 };
    const char *given = cli_value(cli, "sources");
    if (given == NULL) {
        return true;
    }
    monitor->sources = arena_new_array(&cli->arena, SOURCES_MAX, sizeof(*monitor->sources));
    monitor->n_sources = 0;
    while (*given != '\0' && monitor->sources != NULL) {
        const char *end = strchr(given, ',');
        size_t len = end == NULL ? strlen(given) : (size_t)(end - given);
        if (monitor->n_sources == SOURCES_MAX || len == 0) {
            return err_set(err, ERR_INVALID, "--sources: ipp, snmp, pjl with a comma between them");
        }
        monitor->sources[monitor->n_sources++] =
            arena_text(&cli->arena, (struct str){ given, len });
        given += end == NULL ? len : len + 1;
    }
    return true;
}

static bool monitor_options(struct cli *cli, Quoin__V1__Monitor *monitor, struct err *err)
{
    uint64_t every = 0;
    uint64_t port = 0;
    uint64_t wraps = 0;
    uint64_t late = 0;
    monitor->address = word_of(cli, "address", monitor->address);
    monitor->snmp_version = word_of(cli, "snmp", monitor->snmp_version);
    monitor->snmp_user = word_of(cli, "user", monitor->snmp_user);
    monitor->snmp_security = word_of(cli, "security", monitor->snmp_security);
    monitor->snmp_auth = word_of(cli, "auth", monitor->snmp_auth);
    monitor->snmp_privacy = word_of(cli, "privacy", monitor->snmp_privacy);
    monitor->counter_unit = word_of(cli, "counter-unit", monitor->counter_unit);
    monitor->changes = word_of(cli, "changes", monitor->changes);
    monitor->location = word_of(cli, "location", monitor->location);
    monitor->contact = word_of(cli, "contact", monitor->contact);
    if (!cli_number_of(cli, "every", SECONDS_MOST, monitor->every_seconds, &every, err) ||
        !cli_number_of(cli, "snmp-port", PORT_MOST, monitor->snmp_port, &port, err) ||
        !cli_number_of(cli, "wraps-at", INT64_MAX, (uint64_t)monitor->counter_wraps_at, &wraps,
                       err) ||
        !cli_number_of(cli, "meter-late", LATE_MOST, monitor->meter_late_seconds, &late, err) ||
        !yes_of(cli, "off", &monitor->off, err) ||
        !yes_of(cli, "prints-elsewhere", &monitor->prints_elsewhere, err) ||
        !yes_of(cli, "meter-settles", &monitor->meter_settles, err)) {
        return false;
    }
    monitor->every_seconds = (uint32_t)every;
    monitor->snmp_port = (uint32_t)port;
    monitor->counter_wraps_at = (int64_t)wraps;
    monitor->meter_late_seconds = (uint32_t)late;
    return sources_of(cli, monitor, err);
}

static bool monitor_apply(struct cli *cli, const char *name, const Quoin__V1__Monitor *monitor,
                          struct err *err)
{
    char **warnings = NULL;
    size_t count = 0;
    if (!cli_thing_apply(cli, "monitor", name, monitor == NULL ? NULL : &monitor->base, &warnings,
                         &count, err)) {
        return false;
    }
    cli_warn(warnings, count);
    return true;
}

static void monitor_lines(struct cli *cli, const Quoin__V1__Monitor *monitor)
{
    const char *sources = monitor->n_sources == 0 ? "ipp, snmp" : "";
    for (size_t at = 0; at < monitor->n_sources; at++) {
        sources =
            arena_textf(&cli->arena, "%s%s%s", sources, at == 0 ? "" : ", ", monitor->sources[at]);
    }
    cli_line(cli, "Address", "%s",
             monitor->address[0] == '\0' ? "that of the printer" : monitor->address);
    cli_line(cli, "Asked by", "%s, every %u s", sources,
             monitor->every_seconds == 0 ? 60 : monitor->every_seconds);
    cli_line(cli, "SNMP", "version %s%s%s%s%s, port %u",
             monitor->snmp_version[0] == '\0' ? "2c" : monitor->snmp_version,
             monitor->snmp_user[0] == '\0' ? "" : ", user ", monitor->snmp_user,
             monitor->snmp_security[0] == '\0' ? "" : ", ", monitor->snmp_security,
             monitor->snmp_port == 0 ? 161 : monitor->snmp_port);
    cli_line(cli, "Looked at", "%s", monitor->off ? "no" : "yes");
    if (monitor->changes[0] != '\0') {
        cli_line(cli, "Changes", "%s",
                 strcmp(monitor->changes, "told") == 0 ? "as it tells them itself"
                                                       : "at its next look");
    }
    if (monitor->prints_elsewhere || monitor->meter_settles) {
        cli_line(cli, "Meter", "%s",
                 monitor->meter_settles ? "settles what jobs cost" : "counts pages of others too");
    }
}

bool cli_device_monitor(struct cli *cli, struct err *err)
{
    Quoin__V1__Monitor empty = QUOIN__V1__MONITOR__INIT;
    Quoin__V1__Monitor *monitor = &empty;
    ProtobufCMessage *before = NULL;
    const char *name = cli->arguments[0];
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    bool removes = cli_value(cli, "remove") != NULL;
    if (!cli_thing_one(cli, "monitor", name, &before, err)) {
        return false;
    }
    if (removes && before == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no monitor %.80s", name);
    }
    if (before != NULL) {
        monitor = (void *)before;
    }
    if ((!removes && !monitor_options(cli, monitor, err)) ||
        !monitor_apply(cli, name, removes ? NULL : monitor, err)) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", name);
        json_bool_field(&json, "removed", removes);
        json_bool_field(&json, "dry_run", is_dry);
        json_key(&json, "monitor");
        cli_message_json(&json, &monitor->base);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    cli_say(cli, CLI_BOLD, is_dry ? "Would be (nothing was done):\n" : "Now:\n");
    cli_line(cli, "Device", "%s%s", name,
             removes ? ": no monitor; a printer of this name is looked at as usual" : "");
    if (!removes) {
        monitor_lines(cli, monitor);
    }
    return true;
}
