// cli/ports_show: what was found, as a table, as records with their proof, and as JSON.
// no unit test: shows what real ports are; tests/it/test_ports.py reads both forms
#include "cli/ports.h"

static const struct ports_holder none = { .state = PORTS_LISTENING };

static enum cli_tone tone_of(enum ports_severity severity)
{
    static const enum cli_tone tones[] = { [PORTS_OK] = CLI_GOOD,
                                           [PORTS_NOTE] = CLI_PLAIN,
                                           [PORTS_WARNING] = CLI_WARN,
                                           [PORTS_CRITICAL] = CLI_BAD };
    return tones[severity];
}

const char *cli_ports_service(struct cli_ports *ports, const struct cli_port_row *row)
{
    struct iana_row found;
    if (row->known != NULL) {
        return row->known->service;
    }
    for (size_t at = 0; iana_next_of_port(ports->registry, row->port, &at, &found);) {
        if (found.text[IANA_NAME][0] != '\0') {
            return arena_text(&ports->cli->arena, str_of(found.text[IANA_NAME]));
        }
    }
    return "";
}

static const char *transport_of(const struct ports_holder *holder)
{
    return holder->state == PORTS_TAP ? "packet" : holder->udp ? "udp" : "tcp";
}

static const char *who(struct cli_ports *ports, const struct ports_holder *holder)
{
    char text[PORTS_TEXT_MAX];
    const char *place = holder->container[0] != '\0' ? holder->container
                        : holder->elsewhere          ? holder->spacename
                                                     : NULL;
    if (holder->state == PORTS_FORWARDED) {
        return holder->peer[0] != '\0' ? holder->peer : holder->rule;
    }
    (void)ports_holder_text(holder, text);
    return arena_textf(&ports->cli->arena, "%s%s%s%s", text,
                       holder->more_processes > 0 ? " and others" : "", place != NULL ? " in " : "",
                       place != NULL ? place : "");
}

// --- a table ------------------------------------------------------------------------------------

static void show_table(struct cli_ports *ports)
{
    static const struct cli_column columns[] = {
        { .title = "PORT", .right = true },
        { .title = "REGISTERED" },
        { .title = "ENGINE" },
        { .title = "OVER" },
        { .title = "VERDICT" },
        { .title = "ADDRESS" },
        { .title = "HELD BY" },
        { .title = "PROGRAM", .gives = true },
        { .title = "SINCE (UTC)", .gives = true },
        { .title = "CALLS", .right = true },
        { .title = NULL },
    };
    struct cli *cli = ports->cli;
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < ports->row_count; i++) {
        const struct cli_port_row *row = &ports->rows[i];
        const struct ports_holder *holder = row->holder != NULL ? row->holder : &none;
        cli_table_row(&table, (const char *const[]){
                                  row->port != 0 ? cli_number(cli, row->port) : "any",
                                  cli_ports_service(ports, row),
                                  row->known != NULL ? engine_name(row->known->engine) : "-",
                                  row->holder != NULL ? transport_of(holder) : "-",
                                  ports_verdict_name(row->opinion.verdict),
                                  holder->address,
                                  row->holder != NULL ? who(ports, holder) : "",
                                  holder->program,
                                  row->holder != NULL ? cli_time(cli, holder->since_ms) : "",
                                  row->calls > 0 ? cli_number(cli, (int64_t)row->calls) : "",
                              });
    }
    cli_table_print(&table, "nobody holds any of these ports");
    for (size_t i = 0; i < ports->row_count; i++) {
        const struct cli_port_row *row = &ports->rows[i];
        if (row->opinion.severity >= PORTS_WARNING) {
            cli_say(cli, tone_of(row->opinion.severity), "\n%s %u %s",
                    ports_severity_name(row->opinion.severity), row->port,
                    ports_verdict_name(row->opinion.verdict));
            buf_addf(&cli->out, ": %s. What to do: %s.\n", row->opinion.why,
                     ports_verdict_advice(row->opinion.verdict));
        }
    }
}

// --- records ------------------------------------------------------------------------------------

static void line_if(struct cli *cli, const char *name, const char *text)
{
    if (text[0] != '\0') {
        cli_line(cli, name, "%s", text);
    }
}

static void show_holder(struct cli_ports *ports, const struct ports_holder *holder)
{
    struct cli *cli = ports->cli;
    char text[PORTS_TEXT_MAX];
    cli_line(cli, "State", "%s on %s over %s%s", ports_state_name(holder->state), holder->address,
             transport_of(holder), holder->v6_only ? " (IPv6 alone)" : "");
    if (holder->state != PORTS_FORWARDED) {
        cli_line(cli, "Held by", "%s", ports_holder_text(holder, text));
    }
    if (holder->more_processes > 0) {
        cli_line(cli, "Also", "%d more with the same socket, process %d among them",
                 holder->more_processes, holder->others[0]);
    }
    line_if(cli, "Program", holder->program);
    line_if(cli, "Arguments", holder->arguments);
    line_if(cli, "Unit", holder->unit);
    line_if(cli, "Container", holder->container);
    line_if(cli, "Package", holder->package);
    line_if(cli, "Namespace", holder->spacename);
    line_if(cli, "Rule", holder->rule);
    line_if(cli, "Goes to", holder->state == PORTS_FORWARDED ? holder->peer : "");
    if (holder->since_ms != 0) {
        cli_line(cli, "Since", "%s", cli_time(cli, holder->since_ms));
    }
}

static void show_callers(struct cli_ports *ports, const struct cli_port_row *row)
{
    size_t shown = 0;
    for (size_t i = 0; i < ports->view->count && shown < 8; i++) {
        const struct ports_holder *caller = &ports->view->holders[i];
        if (caller->state == PORTS_CONNECTED && caller->port == row->port) {
            shown++;
            cli_line(ports->cli, "Connected", "%s port %u", caller->peer, caller->peer_port);
        }
    }
    if (row->calls > shown) {
        cli_line(ports->cli, "Connected", "and %zu more", row->calls - shown);
    }
}

static void show_record(struct cli_ports *ports, const struct cli_port_row *row, bool explain)
{
    struct cli *cli = ports->cli;
    cli_say(cli, tone_of(row->opinion.severity), "%s", ports_verdict_name(row->opinion.verdict));
    buf_addf(&cli->out, "\n");
    cli_line(cli, "Seen", "%s", row->opinion.why);
    if (row->opinion.severity > PORTS_OK || explain) {
        cli_line(cli, "It matters", "%s", ports_verdict_matters(row->opinion.verdict));
        cli_line(cli, "What to do", "%s", ports_verdict_advice(row->opinion.verdict));
    }
    if (row->holder != NULL) {
        show_holder(ports, row->holder);
    }
    show_callers(ports, row);
}

// The answer in a line: what is worst on this port.
static void show_answer(struct cli_ports *ports, size_t first)
{
    const struct cli_port_row *worst = &ports->rows[first];
    size_t rows = 0;
    for (size_t i = first; i < ports->row_count && ports->rows[i].port == worst->port; i++) {
        rows++;
        if (ports->rows[i].opinion.severity > worst->opinion.severity) {
            worst = &ports->rows[i];
        }
    }
    cli_say(ports->cli, CLI_BOLD, "Port %u", worst->port);
    buf_addf(&ports->cli->out, " is ");
    cli_say(ports->cli, tone_of(worst->opinion.severity), "%s",
            ports_verdict_name(worst->opinion.verdict));
    if (worst->holder != NULL) {
        buf_addf(&ports->cli->out, ": %s over %s", who(ports, worst->holder),
                 transport_of(worst->holder));
    }
    if (rows > 1) {
        buf_addf(&ports->cli->out, ", and %zu more, below", rows - 1);
    }
    buf_addf(&ports->cli->out, "\n");
}

// At ports that are moved the registry is asked for the one that it stands for.
static void show_registered(struct cli_ports *ports, const struct cli_port_row *row)
{
    uint16_t offset = ports->place.port_offset;
    bool moved = row->known != NULL && offset > 0 && row->port > offset;
    uint16_t port = (uint16_t)(moved ? row->port - offset : row->port);
    if (moved) {
        cli_line(ports->cli, "Stands for", "port %u, %s: here each port is %u further", port,
                 row->known->service, offset);
    }
    cli_ports_registered(ports, port);
}

static void show_records(struct cli_ports *ports, bool explain)
{
    uint16_t last = 0;
    for (size_t i = 0; i < ports->row_count; i++) {
        const struct cli_port_row *row = &ports->rows[i];
        bool first = i == 0 || row->port != last;
        buf_addf(&ports->cli->out, i > 0 ? "\n" : "");
        if (first && row->port != 0) {
            show_answer(ports, i);
            show_registered(ports, row);
        }
        last = row->port;
        show_record(ports, row, explain);
        bool ends = i + 1 == ports->row_count || ports->rows[i + 1].port != row->port;
        if (explain && ends && row->port != 0) {
            cli_ports_explain(ports, row->port);
        }
    }
    if (ports->row_count == 0) {
        buf_addf(&ports->cli->out, "nobody holds any of these ports\n");
    }
}

// --- what this is not
// -----------------------------------------------------------------------------

static const struct {
    unsigned bit;
    const char *name;
    const char *words;
} unasked[] = {
    { PORTS_ASK_BOUND, "bound",
      "what is bound and does not listen, in other namespaces and beside listeners" },
    { PORTS_ASK_CONNECTED, "connected", "who is connected" },
    { PORTS_ASK_SPACES, "namespaces", "other network namespaces" },
    { PORTS_ASK_TAPS, "taps", "who reads packets" },
    { PORTS_ASK_FORWARDS, "forwards", "rules that take a port elsewhere" },
    { PORTS_ASK_SHARERS, "sharers",
      "which other processes have a stranger's socket too (inherited, or sent to them)" },
    { PORTS_ASK_PACKAGES, "packages", "the programs' packages" },
};

static bool was_asked(const struct cli_ports *ports, size_t at)
{
    return (ports->asked & unasked[at].bit) != 0;
}

// Others on request: not asked to be quick, or because it would take long.
static void show_unasked(struct cli_ports *ports)
{
    const char *list = "";
    for (size_t i = 0; i < sizeof(unasked) / sizeof(unasked[0]); i++) {
        if (!was_asked(ports, i)) {
            list = arena_textf(&ports->cli->arena, "%s%s%s", list, list[0] != '\0' ? "; " : "",
                               unasked[i].words);
        }
    }
    if (list == NULL || list[0] == '\0') {
        return;
    }
    cli_say(ports->cli, CLI_FAINT, "Not looked for: %s.", list);
    if (cli_value(ports->cli, "quick") == NULL && (ports->asked & PORTS_ASK_SHARERS) == 0) {
        cli_say(ports->cli, CLI_FAINT,
                " %llu files are open here; --all looks through "
                "them.",
                (unsigned long long)ports->files);
    }
    buf_addf(&ports->cli->out, "\n");
}

static void json_unasked(struct json *json, const struct cli_ports *ports)
{
    json_key(json, "not_looked_for");
    json_array(json);
    for (size_t i = 0; i < sizeof(unasked) / sizeof(unasked[0]); i++) {
        if (!was_asked(ports, i)) {
            json_object(json);
            json_text_field(json, "what", unasked[i].name);
            json_text_field(json, "sentence", unasked[i].words);
            json_end(json);
        }
    }
    json_end(json);
}

static void show_blind(struct cli_ports *ports)
{
    for (int i = 0; i < PORTS_BLINDS; i++) {
        if ((ports->view->blind & (1U << i)) != 0) {
            cli_say(ports->cli, CLI_FAINT, "Not seen: %s.",
                    ports_blind_sentence((enum ports_blind)i));
            buf_addf(&ports->cli->out, "\n");
        }
    }
    show_unasked(ports);
    if (ports->view->more) {
        buf_addf(&ports->cli->out, "There are more than can be shown: ask for fewer ports.\n");
    }
}

// --- JSON ---------------------------------------------------------------------------------------

static void json_registered(struct json *json, struct cli_ports *ports, uint16_t port)
{
    struct iana_row row;
    const struct iana_practice *practice = NULL;
    json_key(json, "registered");
    json_array(json);
    for (size_t at = 0; iana_next_of_port(ports->registry, port, &at, &row);) {
        json_object(json);
        json_text_field(json, "transport", iana_transport_name(row.transport));
        for (int i = 0; i < IANA_FIELDS; i++) {
            json_key(json, iana_field_key((enum iana_field)i));
            if (row.text[i][0] != '\0') {
                json_str(json, str_of(row.text[i]));
            } else {
                json_null(json); // not recorded
            }
        }
        json_end(json);
    }
    json_end(json);
    json_key(json, "in_practice");
    json_array(json);
    for (size_t at = 0; iana_next_practice(port, &at, &practice);) {
        json_object(json);
        json_text_field(json, "use", practice->use);
        json_text_field(json, "transport", practice->transport);
        json_text_field(json, "source", practice->source);
        json_end(json);
    }
    json_end(json);
    if (iana_trojan_word(port) != NULL) {
        json_text_field(json, "trojan_lists", iana_trojan_word(port));
    }
}

static void json_callers(struct json *json, struct cli_ports *ports, uint16_t port)
{
    json_key(json, "connections");
    json_array(json);
    for (size_t i = 0; i < ports->view->count; i++) {
        const struct ports_holder *caller = &ports->view->holders[i];
        if (caller->state != PORTS_CONNECTED || caller->port != port) {
            continue;
        }
        json_object(json);
        json_text_field(json, "address", caller->address);
        json_text_field(json, "peer", caller->peer);
        json_int_field(json, "peer_port", caller->peer_port);
        json_int_field(json, "pid", caller->pid);
        json_text_field(json, "program", caller->program);
        json_end(json);
    }
    json_end(json);
}

static void json_holder(struct json *json, const struct ports_holder *holder)
{
    json_text_field(json, "protocol", transport_of(holder));
    json_text_field(json, "state", ports_state_name(holder->state));
    json_text_field(json, "address", holder->address);
    json_bool_field(json, "v6_only", holder->v6_only);
    json_text_field(json, "user", holder->user);
    json_int_field(json, "uid", holder->uid);
    json_int_field(json, "pid", holder->pid);
    json_text_field(json, "program", holder->program);
    json_bool_field(json, "program_replaced", holder->program_gone);
    json_text_field(json, "command", holder->command);
    json_text_field(json, "arguments", holder->arguments);
    json_int_field(json, "more_processes", holder->more_processes);
    json_text_field(json, "unit", holder->unit);
    json_text_field(json, "container", holder->container);
    json_text_field(json, "package", holder->package);
    json_int_field(json, "network_namespace", (int64_t)holder->space);
    json_bool_field(json, "elsewhere", holder->elsewhere);
    json_text_field(json, "namespace_name", holder->spacename);
    json_text_field(json, "rule", holder->rule);
    json_text_field(json, "goes_to", holder->state == PORTS_FORWARDED ? holder->peer : "");
    json_int_field(json, "cookie", (int64_t)holder->cookie);
    cli_json_time(json, "since", holder->since_ms);
}

static void json_row(struct json *json, struct cli_ports *ports, const struct cli_port_row *row)
{
    json_object(json);
    json_int_field(json, "port", row->port);
    json_text_field(json, "service", cli_ports_service(ports, row));
    json_key(json, "engine");
    if (row->known != NULL) {
        json_str(json, str_of(engine_name(row->known->engine)));
    } else {
        json_null(json);
    }
    json_text_field(json, "verdict", ports_verdict_name(row->opinion.verdict));
    json_text_field(json, "severity", ports_severity_name(row->opinion.severity));
    json_text_field(json, "seen", row->opinion.why);
    json_text_field(json, "matters", ports_verdict_matters(row->opinion.verdict));
    json_text_field(json, "what_to_do", ports_verdict_advice(row->opinion.verdict));
    json_registered(json, ports, row->port);
    json_int_field(json, "calls", (int64_t)row->calls);
    json_callers(json, ports, row->port);
    if (row->holder != NULL) {
        json_holder(json, row->holder);
    }
    json_end(json);
}

static void show_json(struct cli_ports *ports)
{
    struct json json = json_to(&ports->cli->out);
    json_object(&json);
    json_text_field(&json, "worst", ports_severity_name(ports->worst));
    json_key(&json, "registry");
    json_object(&json);
    json_text_field(&json, "date", iana_date(ports->registry));
    json_text_field(&json, "from", ports->registry_from);
    json_end(&json);
    json_int_field(&json, "namespaces", (int64_t)ports->view->spaces);
    json_key(&json, "not_seen");
    json_array(&json);
    for (int i = 0; i < PORTS_BLINDS; i++) {
        if ((ports->view->blind & (1U << i)) != 0) {
            json_object(&json);
            json_text_field(&json, "what", ports_blind_name((enum ports_blind)i));
            json_text_field(&json, "sentence", ports_blind_sentence((enum ports_blind)i));
            json_end(&json);
        }
    }
    json_end(&json);
    json_unasked(&json, ports);
    json_int_field(&json, "open_files", (int64_t)ports->files);
    json_bool_field(&json, "more", ports->view->more);
    json_key(&json, "ports");
    json_array(&json);
    for (size_t i = 0; i < ports->row_count; i++) {
        json_row(&json, ports, &ports->rows[i]);
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&ports->cli->out, "\n");
}

void cli_ports_show(struct cli_ports *ports)
{
    bool explain = cli_value(ports->cli, "explain") != NULL;
    if (ports->cli->json) {
        show_json(ports);
        return;
    }
    if (explain || (ports->named && ports->row_count <= 4)) {
        show_records(ports, explain);
    } else {
        show_table(ports);
    }
    show_blind(ports);
}
