// cli/cmd_discover: looks for devices that could be printed to or watched, by the device monitoring
// engine: in ranges of addresses, by DNS-SD, at servers of CUPS. Shows each once, with the line
// that makes it known here, or makes monitors of them.
//
// no unit test: needs running engines; tests/it/test_discover.py looks for real devices
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/message.h"
#include "cli/out.h"
#include "cli/thing_one.h"
#include "cli/things.h"
#include "cli/value.h"
#include "proto/dme.pb-c.h"

#include <stdio.h>

enum { LIST_MAX = 64, FOUND_MAX = 20000, RATE_MOST = 200 };

struct looking {
    struct cli *cli;
    struct json json;
    Quoin__V1__Discovered **devices; // in cli's arena
    size_t count;
    size_t size;
    size_t left_out; // of those that were told
};

// --- what is asked for --------------------------------------------------------------------------

static bool read_list(struct cli *cli, const char *option, char ***list, size_t *count,
                      struct err *err)
{
    const char *given = cli_value(cli, option);
    *count = 0;
    *list = arena_new_array(&cli->arena, LIST_MAX, sizeof(**list));
    while (given != NULL && *given != '\0' && *list != NULL) {
        const char *end = strchr(given, ',');
        size_t len = end == NULL ? strlen(given) : (size_t)(end - given);
        if (*count == LIST_MAX || len == 0) {
            return err_set(err, ERR_INVALID,
                           "--%s: at most %d, with a comma between them, and none empty", option,
                           LIST_MAX);
        }
        (*list)[(*count)++] = arena_text(&cli->arena, (struct str){ given, len });
        given += end == NULL ? len : len + 1;
    }
    return true;
}

static char *word_of(const struct cli *cli, const char *option)
{
    const char *given = cli_value(cli, option);
    return cli_field(given == NULL ? "" : given);
}

static bool read_secrets(struct cli *cli, Quoin__V1__DiscoverRequest *request, struct err *err)
{
    bool is_v3 = strcmp(request->snmp_version, "3") == 0;
    if (!is_v3 && (request->snmp_user[0] != '\0' || request->snmp_auth[0] != '\0')) {
        return err_set(err, ERR_INVALID, "a user and ways to authenticate are of --snmp 3");
    }
    if (!is_v3) {
        return strcmp(request->community, "-") != 0 ||
               cli_secret_read(cli, "Community", &request->community, err);
    }
    return (request->snmp_auth[0] == '\0' ||
            cli_secret_read(cli, "Authentication password", &request->auth_secret, err)) &&
           (request->snmp_privacy[0] == '\0' ||
            cli_secret_read(cli, "Privacy password", &request->privacy_secret, err));
}

static bool read_request(struct cli *cli, Quoin__V1__DiscoverRequest *request, struct err *err)
{
    uint64_t rate = 0;
    uint64_t ports[3] = { 0, 0, 0 };
    request->dnssd = cli_value(cli, "dns-sd") != NULL;
    request->dry_run = cli_value(cli, "dry-run") != NULL;
    request->progress = cli->progress;
    request->snmp_version = word_of(cli, "snmp");
    request->snmp_user = word_of(cli, "user");
    request->snmp_auth = word_of(cli, "auth");
    request->snmp_privacy = word_of(cli, "privacy");
    request->community = word_of(cli, "community");
    request->like = word_of(cli, "like");
    request->by = cli_field("the command line");
    if (!read_list(cli, "range", &request->ranges, &request->n_ranges, err) ||
        !read_list(cli, "cups", &request->cups, &request->n_cups, err) ||
        !read_list(cli, "by", &request->sources, &request->n_sources, err) ||
        !cli_number_of(cli, "rate", RATE_MOST, 0, &rate, err) ||
        !cli_number_of(cli, "snmp-port", UINT16_MAX, 0, &ports[0], err) ||
        !cli_number_of(cli, "ipp-port", UINT16_MAX, 0, &ports[1], err) ||
        !cli_number_of(cli, "raw-port", UINT16_MAX, 0, &ports[2], err)) {
        return false;
    }
    request->most = (uint32_t)rate;
    request->snmp_port = (uint32_t)ports[0];
    request->ipp_port = (uint32_t)ports[1];
    request->raw_port = (uint32_t)ports[2];
    return read_secrets(cli, request, err);
}

// --- what is found ------------------------------------------------------------------------------

static Quoin__V1__Discovered *copy(struct cli *cli, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(&cli->arena, size);
    if (bytes == NULL) {
        return NULL;
    }
    (void)protobuf_c_message_pack(message, bytes);
    return cli_thing_unpack(cli, message->descriptor, (struct str){ (char *)bytes, size });
}

static void keep(struct looking *looking, const ProtobufCMessage *message)
{
    if (looking->count == looking->size) {
        size_t size = looking->size == 0 ? 256 : 2 * looking->size;
        Quoin__V1__Discovered **longer =
            arena_new_array(&looking->cli->arena, size, sizeof(Quoin__V1__Discovered *));
        if (longer == NULL || looking->count >= FOUND_MAX) {
            looking->left_out++;
            return;
        }
        if (looking->count > 0) {
            memcpy(longer, looking->devices, looking->count * sizeof(Quoin__V1__Discovered *));
        }
        looking->devices = longer;
        looking->size = size;
    }
    looking->devices[looking->count] = copy(looking->cli, message);
    looking->count += looking->devices[looking->count] != NULL;
}

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct looking *looking = arg;
    struct cli *cli = looking->cli;
    const Quoin__V1__Discovered *part = (const Quoin__V1__Discovered *)message;
    bool is_device = strcmp(part->what, "device") == 0;
    if (strcmp(part->what, "progress") == 0) {
        cli_progress(cli, "%s", part->text);
        return;
    }
    if (cli->json) {
        cli_message_json(&looking->json, message);
    } else if (!is_device) {
        cli_say(cli, CLI_FAINT, "%s", part->text);
        buf_addf(&cli->out, "\n");
    }
    if (is_device) {
        keep(looking, message);
    }
}

// --- showing ------------------------------------------------------------------------------------

static const char *witnesses_text(struct cli *cli, const Quoin__V1__Discovered *device)
{
    const char *text = "";
    for (size_t at = 0; at < device->n_witnesses; at++) {
        const char *source = device->witnesses[at]->source;
        if (strstr(text, source) == NULL) {
            text = arena_textf(&cli->arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ", source);
        }
    }
    return text;
}

static const char *known_text(struct cli *cli, const Quoin__V1__Discovered *device)
{
    if (strcmp(device->known_kind, "queue") == 0) {
        return "a queue of Quoin";
    }
    return device->known_kind[0] == '\0'
               ? "new"
               : arena_textf(&cli->arena, "%s %s", device->known_kind, device->known_as);
}

static void table(struct looking *looking)
{
    static const struct cli_column columns[] = {
        { .title = "ADDRESS" },
        { .title = "MAKE AND MODEL", .gives = true },
        { .title = "SERIAL", .gives = true },
        { .title = "FOUND BY" },
        { .title = "HERE" },
        { .title = "TO PRINT TO", .gives = true },
        { .title = NULL },
    };
    struct cli *cli = looking->cli;
    struct cli_table rows = cli_table_of(cli, columns);
    for (size_t at = 0; at < looking->count; at++) {
        const Quoin__V1__Discovered *device = looking->devices[at];
        cli_table_row(&rows,
                      (const char *const[]){ device->address[0] == '\0' ? "-" : device->address,
                                             device->make_and_model, device->serial,
                                             witnesses_text(cli, device), known_text(cli, device),
                                             device->uri });
    }
    cli_table_print(&rows, "No device was found.");
    for (size_t at = 0; at < looking->count; at++) {
        const Quoin__V1__Discovered *device = looking->devices[at];
        for (size_t i = 0; i < device->n_disagreements; i++) {
            cli_say(cli, CLI_WARN, "%s: ", device->address);
            buf_addf(&cli->out, "%s\n", device->disagreements[i]);
        }
        if (device->text[0] != '\0') {
            cli_say(cli, CLI_WARN, "%s: ", device->address);
            buf_addf(&cli->out, "%s\n", device->text);
        }
    }
}

static bool is_new(const Quoin__V1__Discovered *device)
{
    return device->known_kind[0] == '\0' && (device->address[0] != '\0' || device->uri[0] != '\0');
}

// For a shell: nothing that a device says stands outside of quotes.
static const char *quoted(struct cli *cli, const char *text)
{
    size_t plain = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "._-:/%@");
    const char *out = "'";
    if (text[plain] == '\0' && plain > 0) {
        return text;
    }
    for (; *text != '\0' && out != NULL; text++) {
        out = arena_textf(&cli->arena, *text == '\'' ? "%s'\\'%c" : "%s%c", out, *text);
    }
    return out == NULL ? "''" : arena_textf(&cli->arena, "%s'", out);
}

static bool has_witness(const Quoin__V1__Discovered *device, const char *source)
{
    for (size_t at = 0; at < device->n_witnesses; at++) {
        if (strcmp(device->witnesses[at]->source, source) == 0) {
            return true;
        }
    }
    return false;
}

// How it would be watched: by what it answered, where it answered.
static void fill_monitor(struct cli *cli, const Quoin__V1__DiscoverRequest *request,
                         const Quoin__V1__Discovered *device, Quoin__V1__Monitor *monitor)
{
    bool by_ipp = strncmp(device->uri, "ipp", 3) == 0;
    monitor->address = by_ipp || device->address[0] == '\0' ? device->uri : device->address;
    monitor->location = device->location;
    monitor->sources = arena_new_array(&cli->arena, 2, sizeof(*monitor->sources));
    if (by_ipp && monitor->sources != NULL) {
        monitor->sources[monitor->n_sources++] = cli_field("ipp");
    }
    if (has_witness(device, "snmp") && monitor->sources != NULL) {
        monitor->sources[monitor->n_sources++] = cli_field("snmp");
        monitor->snmp_version = request->snmp_version;
        monitor->snmp_port = request->snmp_port;
        monitor->snmp_user = request->snmp_user;
        monitor->snmp_auth = request->snmp_auth;
        monitor->snmp_privacy = request->snmp_privacy;
    }
}

static void monitor_line(struct cli *cli, const char *name, const Quoin__V1__Monitor *monitor)
{
    const struct {
        const char *option;
        const char *value;
    } words[] = {
        { "address", monitor->address },      { "snmp", monitor->snmp_version },
        { "user", monitor->snmp_user },       { "auth", monitor->snmp_auth },
        { "privacy", monitor->snmp_privacy }, { "location", monitor->location },
    };
    buf_addf(&cli->out, "  quoin device monitor %s", quoted(cli, name));
    for (size_t at = 0; at < sizeof(words) / sizeof(words[0]); at++) {
        if (words[at].value[0] != '\0') {
            buf_addf(&cli->out, " --%s %s", words[at].option, quoted(cli, words[at].value));
        }
    }
    if (monitor->snmp_port != 0) {
        buf_addf(&cli->out, " --snmp-port %u", monitor->snmp_port);
    }
    if (monitor->n_sources == 1) {
        buf_addf(&cli->out, " --sources %s", monitor->sources[0]);
    }
    buf_addf(&cli->out, "\n");
}

static void lines(struct looking *looking, const Quoin__V1__DiscoverRequest *request)
{
    struct cli *cli = looking->cli;
    bool is_first = true;
    for (size_t at = 0; at < looking->count; at++) {
        const Quoin__V1__Discovered *device = looking->devices[at];
        Quoin__V1__Monitor monitor = QUOIN__V1__MONITOR__INIT;
        if (!is_new(device)) {
            continue;
        }
        if (is_first) {
            cli_say(cli, CLI_BOLD, "\nTo print to them, or only to watch them:\n");
            is_first = false;
        }
        if (device->uri[0] != '\0') {
            buf_addf(&cli->out, "  quoin printer add %s %s\n", quoted(cli, device->name),
                     quoted(cli, device->uri));
        }
        fill_monitor(cli, request, device, &monitor);
        monitor_line(cli, device->name, &monitor);
    }
}

// --- adding -------------------------------------------------------------------------------------

static bool add_one(struct cli *cli, const Quoin__V1__DiscoverRequest *request,
                    const Quoin__V1__Discovered *device, struct err *err)
{
    Quoin__V1__Monitor monitor = QUOIN__V1__MONITOR__INIT;
    char **warnings = NULL;
    size_t count = 0;
    fill_monitor(cli, request, device, &monitor);
    if (!cli_thing_apply(cli, "monitor", device->name, &monitor.base, &warnings, &count, err)) {
        return err_in(err, "%s", device->name);
    }
    cli_warn(warnings, count);
    return true;
}

static bool add_all(struct looking *looking, const Quoin__V1__DiscoverRequest *request,
                    struct err *err)
{
    struct cli *cli = looking->cli;
    size_t added = 0;
    for (size_t at = 0; at < looking->count; at++) {
        if (!is_new(looking->devices[at])) {
            continue;
        }
        if (!add_one(cli, request, looking->devices[at], err)) {
            return false;
        }
        added++;
        if (!cli->json) {
            buf_addf(&cli->out, "Watched now: %s\n", looking->devices[at]->name);
        }
    }
    if (!cli->json) {
        buf_addf(&cli->out, added == 0 ? "Nothing new was found.\n" : "");
        if (added > 0 && (request->community[0] != '\0' || request->auth_secret[0] != '\0')) {
            buf_addf(&cli->out,
                     "What opens them to SNMP is not kept with them: quoin device secret "
                     "NAME\n");
        }
    }
    return true;
}

bool cli_device_discover(struct cli *cli, struct err *err)
{
    Quoin__V1__DiscoverRequest request = QUOIN__V1__DISCOVER_REQUEST__INIT;
    struct looking looking = { .cli = cli, .json = json_to(&cli->out) };
    bool adds = cli_value(cli, "add") != NULL;
    if (!read_request(cli, &request, err)) {
        return false;
    }
    if (adds && cli_value(cli, "yes") == NULL && !request.dry_run) {
        return err_set(err, ERR_INVALID,
                       "--add makes a monitor of everything new that is found: look first without "
                       "it, then say --add --yes");
    }
    if (cli->json) {
        json_array(&looking.json);
    }
    bool good = cli_ask_parts(cli, ENGINE_DME, "/quoin.v1.Devices/Discover", &request.base, on_part,
                              &looking, err);
    cli_progress_end(cli);
    if (!good) {
        return false;
    }
    if (cli->json) {
        json_end(&looking.json);
        buf_addf(&cli->out, "\n");
    } else if (!request.dry_run) {
        table(&looking);
    }
    if (looking.left_out > 0) {
        (void)fprintf(stderr, "quoin: %zu more devices were found than are shown\n",
                      looking.left_out);
    }
    if (adds && !request.dry_run) {
        return add_all(&looking, &request, err);
    }
    if (!cli->json) {
        lines(&looking, &request);
    }
    return true;
}
