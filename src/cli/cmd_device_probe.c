// cli/cmd_device_probe: asks one device by SNMP, from here and without any engine, and shows what
// it says and what Quoin makes of it.
//
// no unit test: needs a device; tests/it/test_snmp.py asks snmpd and a device that lies
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/out.h"
#include "cli/value.h"
#include "device/meter.h"
#include "device/truth.h"
#include "snmp/snmp.h"

enum { PROBE_ARENA_BYTES = 512 << 10, PATIENCE = 12, PATIENCE_MOST = 600 };

struct probe {
    struct cli *cli;
    struct net_loop *loop;
    struct snmp_result result; // without mib
    struct arena arena;
    struct device_sight sight;
    struct device_truth truth;
    bool told;
    bool partial;
};

static void on_result(void *arg, const struct snmp_result *result)
{
    struct probe *probe = arg;
    probe->result = *result;
    probe->result.mib = NULL;
    if (result->mib != NULL) {
        // What is told goes with this call; the sight borrows nothing of it.
        device_sight_mib(result->mib, &probe->arena, &probe->sight);
        device_truth(&probe->sight, 1, NULL, &probe->arena, &probe->truth);
        probe->told = true;
        probe->partial = result->mib->partial;
    }
    net_loop_stop(probe->loop);
}

static bool read_secrets(struct cli *cli, struct snmp_access *access, struct err *err)
{
    char *secret = NULL;
    if (access->version != SNMP_ASK_V3) {
        if (cli_value(cli, "community") != NULL) {
            access->community = cli_value(cli, "community");
            if (strcmp(access->community, "-") == 0) {
                if (!cli_secret_read(cli, "Community", &secret, err)) {
                    return false;
                }
                access->community = secret;
            }
        }
        return true;
    }
    if (access->auth != SNMP_AUTH_NONE) {
        if (!cli_secret_read(cli, "Authentication password", &secret, err)) {
            return false;
        }
        access->auth_secret = secret;
    }
    if (access->privacy != SNMP_PRIVACY_NONE) {
        if (!cli_secret_read(cli, "Privacy password", &secret, err)) {
            return false;
        }
        access->privacy_secret = secret;
    }
    return true;
}

static struct str option_text(struct cli *cli, const char *name)
{
    const char *text = cli_value(cli, name);
    return text == NULL ? STR("") : str_of(text);
}

static bool read_access(struct cli *cli, struct snmp_access *access, struct err *err)
{
    uint64_t port = 0;
    *access = (struct snmp_access){ .host = cli->arguments[0], .user = cli_value(cli, "user") };
    if (!snmp_version_read(option_text(cli, "snmp"), &access->version, err) ||
        !snmp_auth_read(option_text(cli, "auth"), &access->auth, err) ||
        !snmp_privacy_read(option_text(cli, "privacy"), &access->privacy, err) ||
        !cli_number_of(cli, "port", UINT16_MAX, 161, &port, err)) {
        return false;
    }
    access->port = (uint16_t)port;
    if (access->version != SNMP_ASK_V3 && (access->user != NULL || access->auth != 0)) {
        return err_set(err, ERR_INVALID, "a user and ways to authenticate are of --snmp 3");
    }
    return read_secrets(cli, access, err);
}

// --- showing
// --------------------------------------------------------------------------------------

static const char *text_of(struct cli *cli, struct str text)
{
    const char *copy = arena_text(&cli->arena, text);
    return copy == NULL ? "" : copy;
}

static const char *level_text(struct cli *cli, int64_t level, const char *behind)
{
    return level == DEVICE_LEVEL_SOME ? "some"
           : level < 0                ? "not known"
                       : arena_textf(&cli->arena, "%lld%s", (long long)level, behind);
}

static void show_reasons(struct probe *probe)
{
    struct cli *cli = probe->cli;
    for (size_t i = 0; i < probe->truth.reason_count; i++) {
        const struct device_seen *seen = &probe->truth.reasons[i];
        enum cli_tone tone = seen->severity == DEVICE_WORST     ? CLI_BAD
                             : seen->severity == DEVICE_WARNING ? CLI_WARN
                                                                : CLI_PLAIN;
        cli_say(cli, tone, "  %s", text_of(cli, seen->keyword));
        buf_addf(&cli->out, ": %s%s%s%s", seen->reason == NULL ? "" : seen->reason->text,
                 seen->detail.len > 0 ? " (" : "", text_of(cli, seen->detail),
                 seen->detail.len > 0 ? ")" : "");
        if (seen->reason != NULL && seen->reason->what_to_do[0] != '\0') {
            buf_addf(&cli->out, ". %s", seen->reason->what_to_do);
        }
        buf_addf(&cli->out, "\n");
    }
}

static void show_tables(struct probe *probe)
{
    static const struct cli_column supplies[] = {
        { .title = "SUPPLY", .gives = true }, { .title = "KIND" }, { .title = "COLOR" },
        { .title = "LEVEL", .right = true },  { .title = "OF" },   { .title = NULL },
    };
    static const struct cli_column trays[] = {
        { .title = "TRAY", .gives = true },
        { .title = "MEDIA" },
        { .title = "STATUS" },
        { .title = "SHEETS", .right = true },
        { .title = "OF", .right = true },
        { .title = NULL },
    };
    struct cli *cli = probe->cli;
    const struct device_truth *truth = &probe->truth;
    struct cli_table table = cli_table_of(cli, supplies);
    for (size_t i = 0; i < truth->supply_count; i++) {
        const struct device_supply *supply = &truth->supplies[i];
        const char *of =
            supply->capacity > 0
                ? arena_textf(&cli->arena, "%lld %s", (long long)supply->capacity, supply->unit)
                : "";
        cli_table_row(&table, (const char *const[]){
                                  text_of(cli, supply->name),
                                  supply->kind,
                                  text_of(cli, supply->color),
                                  level_text(cli, supply->level, supply->fills ? " % full" : " %"),
                                  of,
                              });
    }
    cli_table_print(&table, "It names no supplies.");
    table = cli_table_of(cli, trays);
    for (size_t i = 0; i < truth->tray_count; i++) {
        const struct device_tray *tray = &truth->trays[i];
        cli_table_row(&table, (const char *const[]){
                                  text_of(cli, tray->name),
                                  text_of(cli, tray->media),
                                  tray->status,
                                  level_text(cli, tray->level, ""),
                                  level_text(cli, tray->capacity, ""),
                              });
    }
    cli_table_print(&table, "It names no trays.");
}

static void show(struct probe *probe)
{
    struct cli *cli = probe->cli;
    const struct device_truth *truth = &probe->truth;
    cli_line(cli, "Device", "%s", text_of(cli, truth->make_and_model));
    cli_line(cli, "State", "%s%s", device_state_name(truth->state),
             truth->can_print ? "" : ", cannot print");
    show_reasons(probe);
    cli_line(cli, "Serial", "%s", text_of(cli, truth->serial));
    cli_line(cli, "Firmware", "%s", text_of(cli, truth->firmware));
    cli_line(cli, "Name", "%s", text_of(cli, truth->name));
    cli_line(cli, "Location", "%s", text_of(cli, truth->location));
    cli_line(cli, "Display", "%s", text_of(cli, truth->console));
    for (size_t i = 0; i < truth->count_count; i++) {
        cli_line(cli, "Counter", "%lld %s, %s", (long long)truth->counts[i].count,
                 truth->counts[i].unit, truth->counts[i].kind);
    }
    for (size_t i = 0; i < truth->cover_count; i++) {
        cli_line(cli, "Cover", "%s: %s", text_of(cli, truth->covers[i].name),
                 truth->covers[i].status);
    }
    show_tables(probe);
    cli_line(cli, "Answered", "in %u ms; %u messages were sent%s", probe->result.answered_ms,
             probe->result.messages, probe->partial ? "; not everything was told" : "");
    if (probe->result.err.code != ERR_NONE) {
        cli_line(cli, "But", "%s", probe->result.err.text);
    }
}

static void str_field(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    json_str(json, text);
}

static void json_tables(struct json *json, const struct device_truth *truth)
{
    json_key(json, "supplies");
    json_array(json);
    for (size_t i = 0; i < truth->supply_count; i++) {
        const struct device_supply *supply = &truth->supplies[i];
        json_object(json);
        str_field(json, "name", supply->name);
        json_text_field(json, "kind", supply->kind);
        str_field(json, "color", supply->color);
        json_int_field(json, "level", supply->level);
        json_int_field(json, "left", supply->left);
        json_int_field(json, "capacity", supply->capacity);
        json_text_field(json, "unit", supply->unit);
        json_bool_field(json, "fills", supply->fills);
        json_end(json);
    }
    json_end(json);
    json_key(json, "trays");
    json_array(json);
    for (size_t i = 0; i < truth->tray_count; i++) {
        const struct device_tray *tray = &truth->trays[i];
        json_object(json);
        str_field(json, "name", tray->name);
        str_field(json, "media", tray->media);
        json_text_field(json, "status", tray->status);
        json_int_field(json, "level", tray->level);
        json_int_field(json, "capacity", tray->capacity);
        json_bool_field(json, "output", tray->output);
        json_end(json);
    }
    json_end(json);
    json_key(json, "covers");
    json_array(json);
    for (size_t i = 0; i < truth->cover_count; i++) {
        json_object(json);
        str_field(json, "name", truth->covers[i].name);
        json_text_field(json, "status", truth->covers[i].status);
        json_end(json);
    }
    json_end(json);
    json_key(json, "meters");
    json_array(json);
    for (size_t i = 0; i < truth->count_count; i++) {
        json_object(json);
        json_text_field(json, "kind", truth->counts[i].kind);
        json_text_field(json, "unit", truth->counts[i].unit);
        json_int_field(json, "count", truth->counts[i].count);
        json_end(json);
    }
    json_end(json);
}

static void show_json(struct probe *probe)
{
    const struct device_truth *truth = &probe->truth;
    struct json json = json_to(&probe->cli->out);
    json_object(&json);
    json_bool_field(&json, "told", probe->told);
    json_bool_field(&json, "partial", probe->partial);
    json_text_field(&json, "trouble",
                    probe->result.err.code == ERR_NONE ? "" : probe->result.err.text);
    json_text_field(&json, "error", err_name(probe->result.err.code));
    json_int_field(&json, "answered_ms", probe->result.answered_ms);
    json_int_field(&json, "messages", probe->result.messages);
    json_int_field(&json, "strange", probe->result.strange);
    if (probe->told) {
        json_text_field(&json, "state", device_state_name(truth->state));
        json_bool_field(&json, "can_print", truth->can_print);
        json_int_field(&json, "severity", truth->severity);
        str_field(&json, "make_and_model", truth->make_and_model);
        str_field(&json, "serial", truth->serial);
        str_field(&json, "firmware", truth->firmware);
        str_field(&json, "name", truth->name);
        str_field(&json, "location", truth->location);
        str_field(&json, "console", truth->console);
        if (truth->up_seconds != DEVICE_ABSENT) {
            json_int_field(&json, "up_seconds", truth->up_seconds);
        }
        json_key(&json, "reasons");
        json_array(&json);
        for (size_t i = 0; i < truth->reason_count; i++) {
            json_object(&json);
            str_field(&json, "keyword", truth->reasons[i].keyword);
            json_int_field(&json, "severity", truth->reasons[i].severity);
            str_field(&json, "detail", truth->reasons[i].detail);
            json_end(&json);
        }
        json_end(&json);
        json_tables(&json, truth);
    }
    json_end(&json);
    buf_addf(&probe->cli->out, "\n");
}

bool cli_device_probe(struct cli *cli, struct err *err)
{
    struct snmp_access access;
    struct snmp_target *target = NULL;
    uint64_t patience = 0;
    if (!cli_number_of(cli, "patience", PATIENCE_MOST, PATIENCE, &patience, err) ||
        !read_access(cli, &access, err) || !snmp_target_new(&access, &target, err)) {
        return false;
    }
    uint32_t deadline_ms = (uint32_t)(patience < 1 ? 1 : patience) * 1000;
    struct snmp_poller_settings settings = { .deadline_ms = deadline_ms,
                                             .timeout_ms = deadline_ms / 8 };
    struct probe probe = { .cli = cli,
                           .loop = net_loop_new(),
                           .arena = ARENA_CAP(PROBE_ARENA_BYTES) };
    struct snmp_poller *poller = snmp_poller_new(probe.loop, &settings);
    (void)snmp_look_start(poller, target, SNMP_WANT_ALL, on_result, &probe); // the queue is empty
    net_loop_run(probe.loop);
    if (cli->json) {
        show_json(&probe);
    } else if (probe.told) {
        show(&probe);
    }
    snmp_poller_free(&poller);
    snmp_target_free(&target);
    net_loop_free(&probe.loop);
    bool told = probe.told;
    cli->exit = !told                                  ? cli_exit_of(probe.result.err.code)
                : probe.truth.severity == DEVICE_WORST ? CLI_EXIT_FINDING
                                                       : CLI_EXIT_OK;
    arena_free(&probe.arena);
    if (!told && !cli->json) {
        return err_set(err, probe.result.err.code, "%s: %s", access.host, probe.result.err.text);
    }
    return true;
}
