// cli/cmd_status: do the engines serve? And the version.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/status.h"

#include "base/clk.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/engine.pb-c.h"

enum { LOOK_EVERY_MS = 50, ANSWER_MS = 2000, WAIT_S_MAX = 86400 };

size_t cli_engines(const struct cli_place *place, enum engine *engines)
{
    if (place->joined) {
        return engine_find(str_of(place->role), &engines[0]) ? 1 : 0;
    }
    engines[0] = ENGINE_CAS;
    engines[1] = ENGINE_DRE;
    engines[2] = ENGINE_DCE;
    engines[3] = ENGINE_DME;
    engines[4] = ENGINE_WEB;
    return 5;
}

bool cli_engine_look(struct cli *cli, enum engine engine, struct cli_engine_state *state,
                     struct err *err)
{
    const struct cli_place *place = NULL;
    *state = (struct cli_engine_state){ .engine = engine, .state = "down" };
    if (!cli_site_open(cli, &place, err) ||
        !cli_port(place, engine_port(engine), &state->port, err)) {
        return false;
    }
    state->pid = cli_pid_of(cli, engine_name(engine));
    Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err why;
    if (!cli_ask_within(cli, engine, "/quoin.v1.Engine/Status", &request.base, ANSWER_MS, &reply,
                        &why)) {
        state->why = arena_text(&cli->arena, str_of(why.text));
        state->late = why.code == ERR_TIMEOUT;
        return true;
    }
    state->reply = (const Quoin__V1__StatusReply *)reply;
    state->state = state->reply->state;
    state->pid = (int)state->reply->pid;
    state->up = strcmp(state->state, "up") == 0;
    return true;
}

static bool look_at_all(struct cli *cli, struct cli_engine_state *states, size_t *count, bool *up,
                        struct err *err)
{
    enum engine engines[ENGINE_COUNT];
    const struct cli_place *place = NULL;
    if (!cli_site_open(cli, &place, err)) {
        return false;
    }
    *count = cli_engines(place, engines);
    *up = true;
    for (size_t i = 0; i < *count; i++) {
        if (!cli_engine_look(cli, engines[i], &states[i], err)) {
            return false;
        }
        *up = *up && states[i].up;
    }
    return true;
}

static void show_json(struct cli *cli, const struct cli_engine_state *states, size_t count)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_key(&json, "engines");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_text_field(&json, "name", engine_name(states[i].engine));
        json_text_field(&json, "state", states[i].state);
        json_int_field(&json, "port", states[i].port);
        json_int_field(&json, "pid", states[i].pid);
        const Quoin__V1__StatusReply *reply = states[i].reply;
        if (reply != NULL) {
            json_text_field(&json, "version", reply->version);
            json_text_field(&json, "host", reply->host);
            cli_json_time(&json, "started_at", reply->started_at);
            json_key(&json, "counters");
            json_object(&json);
            for (size_t j = 0; j < reply->n_counters; j++) {
                json_int_field(&json, reply->counters[j]->name, reply->counters[j]->value);
            }
            json_end(&json);
        }
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void show(struct cli *cli, const struct cli_engine_state *states, size_t count)
{
    static const struct cli_column columns[] = {
        { .title = "ENGINE" },
        { .title = "STATE" },
        { .title = "PORT", .right = true },
        { .title = "PID", .right = true },
        { .title = "VERSION" },
        { .title = "SINCE (UTC)" },
        { .title = "ANSWERS", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    for (size_t i = 0; i < count; i++) {
        const Quoin__V1__StatusReply *reply = states[i].reply;
        cli_table_row(&table, (const char *const[]){
                                  engine_name(states[i].engine),
                                  states[i].state,
                                  cli_number(cli, states[i].port),
                                  states[i].pid > 0 ? cli_number(cli, states[i].pid) : "-",
                                  reply != NULL ? reply->version : "-",
                                  reply != NULL ? cli_time(cli, reply->started_at) : "-",
                                  reply != NULL ? engine_question(states[i].engine) : states[i].why,
                              });
    }
    cli_table_print(&table, "This folder has no engines.");
}

bool cli_status(struct cli *cli, struct err *err)
{
    struct cli_engine_state states[ENGINE_COUNT];
    size_t count = 0;
    uint64_t wait_s = 0;
    bool up = false;
    if (!cli_number_of(cli, "wait", WAIT_S_MAX, 0, &wait_s, err)) {
        return false;
    }
    int64_t until = clk_mono_ms() + (int64_t)wait_s * 1000;
    for (;;) {
        bool looked = look_at_all(cli, states, &count, &up, err);
        // With --wait the site itself may be about to appear.
        bool late = clk_mono_ms() >= until;
        if (!looked && (late || err->code != ERR_UNAVAILABLE)) {
            return false;
        }
        if ((looked && up) || late) {
            break;
        }
        cli_progress(cli, "waiting for the engines, %lld s left ...",
                     (long long)((until - clk_mono_ms()) / 1000 + 1));
        cli_wait(cli, LOOK_EVERY_MS);
        cli_site_close(&cli->site); // it may be starting now, on other ports than last time
    }
    cli_progress_end(cli);
    if (cli->json) {
        show_json(cli, states, count);
    } else {
        show(cli, states, count);
    }
    cli->exit = up ? CLI_EXIT_OK : CLI_EXIT_UNREACHABLE;
    return true;
}

bool cli_version(struct cli *cli, struct err *err)
{
    (void)err;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "version", QUOIN_VERSION);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "quoin " QUOIN_VERSION "\n");
    }
    return true;
}
