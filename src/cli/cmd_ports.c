// cli/cmd_ports: the five SM-PAS ports and the front doors: who holds them, and is it us?
// no unit test: the verdict is ports_judge's, whose table is tested; tests/it hold ports for it
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/status.h"
#include "cli/value.h"
#include "ports/ports.h"

enum { PORTS_ASKED_MAX = 64 };

struct asked_port {
    uint16_t port;
    const char *service; // "sm-pas-1", "ipp front door"; "" of any other port
    bool has_engine;     // one of ours is expected, or would be
    enum engine engine;
    bool speaks_grpc; // the engine's own port: it can be asked who it is
};

struct look {
    struct cli *cli;
    struct asked_port asked[PORTS_ASKED_MAX];
    size_t count;
    struct ports_view view;
    struct cli_engine_state engines[ENGINE_COUNT]; // of those that were asked
    bool probed[ENGINE_COUNT];
    bool has_site;
    bool foreign;
    struct cli_table table;
    struct json json;
};

static bool add_ours(struct look *look, const struct cli_place *place, struct err *err)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        enum engine engine = (enum engine)i;
        struct asked_port *asked = &look->asked[look->count++];
        *asked = (struct asked_port){ .service = engine_service(engine),
                                      .has_engine = true,
                                      .engine = engine,
                                      .speaks_grpc = true };
        if (!cli_port(place, engine_port(engine), &asked->port, err)) {
            return false;
        }
    }
    struct asked_port *door = &look->asked[look->count++];
    *door = (struct asked_port){ .service = "ipp front door",
                                 .has_engine = true,
                                 .engine = ENGINE_DRE };
    struct asked_port *web = &look->asked[look->count++];
    *web = (struct asked_port){ .service = "https", .has_engine = true, .engine = ENGINE_WEB };
    struct asked_port *lpd = &look->asked[look->count++];
    *lpd = (struct asked_port){ .service = "lpd front door",
                                .has_engine = true,
                                .engine = ENGINE_DRE };
    struct asked_port *readers = &look->asked[look->count++];
    *readers =
        (struct asked_port){ .service = "card readers", .has_engine = true, .engine = ENGINE_DCE };
    return cli_port(place, ENGINE_READER_PORT, &readers->port, err) &&
           cli_port(place, ENGINE_IPP_PORT, &door->port, err) &&
           cli_port(place, ENGINE_WEB_PORT, &web->port, err) &&
           cli_port(place, ENGINE_LPD_PORT, &lpd->port, err);
}

// Keeps only the ports that were named; those of ours keep what is known of them.
static bool keep_named(struct look *look, struct err *err)
{
    struct cli *cli = look->cli;
    struct asked_port ours[PORTS_ASKED_MAX];
    size_t our_count = look->count;
    memcpy(ours, look->asked, sizeof(ours));
    look->count = 0;
    for (int i = 0; i < cli->argument_count; i++) {
        uint64_t port = 0;
        if (!cli_read_number(cli->arguments[i], "PORT", UINT16_MAX, &port, err)) {
            return false;
        }
        if (look->count == PORTS_ASKED_MAX) {
            return err_set(err, ERR_LIMIT, "at most %d ports at a time", PORTS_ASKED_MAX);
        }
        struct asked_port *asked = &look->asked[look->count++];
        *asked = (struct asked_port){ .port = (uint16_t)port, .service = "" };
        for (size_t j = 0; j < our_count; j++) {
            if (ours[j].port == port) {
                *asked = ours[j];
            }
        }
    }
    return true;
}

static void probe(struct look *look, enum engine engine)
{
    struct err ignored; // told by the verdict
    if (look->has_site && !look->probed[engine]) {
        look->probed[engine] = cli_engine_look(look->cli, engine, &look->engines[engine], &ignored);
    }
}

static enum ports_verdict judge(struct look *look, const struct asked_port *asked,
                                const struct ports_holder *holder)
{
    struct ports_proof proof = { .pid = holder->pid };
    if (asked->has_engine) {
        const char *name = engine_name(asked->engine);
        const char *program =
            arena_textf(&look->cli->arena, "%s/quoin-%s", cli_programs(look->cli), name);
        probe(look, asked->engine);
        const struct cli_engine_state *state = &look->engines[asked->engine];
        bool answered = look->probed[asked->engine] && state->reply != NULL;
        proof.program_agrees = program != NULL && strcmp(program, holder->program) == 0;
        proof.expected_pid = answered ? state->pid : cli_pid_of(look->cli, name);
        if (asked->speaks_grpc && holder->state == PORTS_LISTENING && look->probed[asked->engine]) {
            proof.asked = answered || !state->late;
            proof.proved = answered;
            proof.proved_pid = answered ? state->pid : 0;
        }
    }
    return ports_judge(&proof);
}

static const char *state_name(enum ports_state state)
{
    static const char *const names[] = {
        [PORTS_LISTENING] = "listening", [PORTS_BOUND] = "bound", [PORTS_UDP] = "open"
    };
    return names[state];
}

static void show_json(struct look *look, const struct asked_port *asked,
                      const struct ports_holder *holder, enum ports_verdict verdict)
{
    struct json *json = &look->json;
    json_object(json);
    json_int_field(json, "port", asked->port);
    json_text_field(json, "service", asked->service);
    json_key(json, "engine");
    if (asked->has_engine) {
        json_str(json, str_of(engine_name(asked->engine)));
    } else {
        json_null(json);
    }
    json_text_field(json, "verdict", ports_verdict_name(verdict));
    if (holder != NULL) {
        json_text_field(json, "protocol", holder->state == PORTS_UDP ? "udp" : "tcp");
        json_text_field(json, "state", state_name(holder->state));
        json_text_field(json, "address", holder->address);
        json_text_field(json, "user", holder->user);
        json_int_field(json, "uid", holder->uid);
        json_int_field(json, "pid", holder->pid);
        json_text_field(json, "program", holder->program);
        json_text_field(json, "command", holder->command);
        json_int_field(json, "more_processes", holder->more_processes);
        cli_json_time(json, "since", holder->since_ms);
    }
    json_end(json);
}

static void show_row(struct look *look, const struct asked_port *asked,
                     const struct ports_holder *holder, enum ports_verdict verdict)
{
    struct cli *cli = look->cli;
    const char *who = "";
    if (holder != NULL) {
        char text[PORTS_TEXT_MAX];
        who = arena_text(&cli->arena, str_of(ports_holder_text(holder, text)));
    }
    cli_table_row(&look->table, (const char *const[]){
                                    cli_number(cli, asked->port),
                                    asked->service,
                                    asked->has_engine ? engine_name(asked->engine) : "-",
                                    holder == NULL               ? "-"
                                    : holder->state == PORTS_UDP ? "udp"
                                                                 : "tcp",
                                    ports_verdict_name(verdict),
                                    holder != NULL ? holder->address : "",
                                    who,
                                    holder != NULL ? holder->program : "",
                                    holder != NULL ? cli_time(cli, holder->since_ms) : "",
                                });
}

static void tell_port(struct look *look, const struct asked_port *asked)
{
    bool held = false;
    for (size_t i = 0; i < look->view.count; i++) {
        const struct ports_holder *holder = &look->view.holders[i];
        if (holder->port != asked->port) {
            continue;
        }
        held = true;
        enum ports_verdict verdict = judge(look, asked, holder);
        look->foreign = look->foreign || verdict == PORTS_FOREIGN;
        if (look->cli->json) {
            show_json(look, asked, holder, verdict);
        } else {
            show_row(look, asked, holder, verdict);
        }
    }
    if (!held && look->cli->json) {
        show_json(look, asked, NULL, PORTS_FREE);
    } else if (!held) {
        show_row(look, asked, NULL, PORTS_FREE);
    }
}

static bool find_place(struct look *look, struct cli_place *place, struct err *err)
{
    struct cli *cli = look->cli;
    const struct cli_place *known = NULL;
    struct err ignored; // without a site the ports can still be looked at
    *place = (struct cli_place){ .listen = "127.0.0.1" };
    look->has_site = cli_site_open(cli, &known, &ignored);
    if (look->has_site) {
        *place = *known;
    }
    uint64_t offset = 0;
    if (!cli_number_of(cli, "port-offset", UINT16_MAX, place->port_offset, &offset, err)) {
        return false;
    }
    // At other ports than the site's nobody can be asked for its certificate.
    look->has_site = look->has_site && offset == place->port_offset;
    place->port_offset = (uint16_t)offset;
    return true;
}

bool cli_ports(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "PORT", .right = true },
        { .title = "REGISTERED" },
        { .title = "ENGINE" },
        { .title = "OVER" },
        { .title = "VERDICT" },
        { .title = "ADDRESS" },
        { .title = "HELD BY", .gives = true },
        { .title = "PROGRAM", .gives = true },
        { .title = "SINCE (UTC)" },
        { .title = NULL },
    };
    struct look *look = arena_new(&cli->arena, sizeof(*look));
    if (look == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    look->cli = cli;
    look->table = cli_table_of(cli, columns);
    look->json = json_to(&cli->out);
    struct cli_place place;
    if (!find_place(look, &place, err) || !add_ours(look, &place, err) ||
        (cli->argument_count > 0 && !keep_named(look, err))) {
        return false;
    }
    uint16_t ports[PORTS_ASKED_MAX];
    for (size_t i = 0; i < look->count; i++) {
        ports[i] = look->asked[i].port;
    }
    if (!ports_look(ports, look->count, &look->view, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&look->json);
    }
    for (size_t i = 0; i < look->count; i++) {
        tell_port(look, &look->asked[i]);
    }
    if (cli->json) {
        json_end(&look->json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&look->table, "");
    }
    cli->exit = look->foreign ? CLI_EXIT_FINDING : CLI_EXIT_OK;
    return true;
}
