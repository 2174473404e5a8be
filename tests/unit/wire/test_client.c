// A client and a server on one loop, over real TLS on the loopback.
#include "wire/client.h"

#include "base/clk.h"
#include "lib/pki.h"
#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "wire/server.h"
#include <signal.h>
#include <sys/wait.h>

enum { MANY = 1000, GIVE_UP_MS = 20000 };

static const char get_person[] = "/quoin.v1.People/GetPerson";
static const char verify[] = "/quoin.v1.Ledger/Verify";

// --- the engine ---------------------------------------------------------------------------------

struct engine {
    struct net_loop *loop;
    struct wire_server *server;
    struct net_timer *timer;
    struct wire_call_id kept[MANY];
    size_t kept_count;
    size_t handled;
    size_t refused;
    int64_t parts_left;
};

static void engine_answer(struct wire_call *call, const char *name)
{
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    person.name = arena_text(wire_call_arena(call), str_of(name));
    person.balance = 4200;
    wire_call_answer(call, &person.base);
}

// What is done goes by the name that is asked for.
static void engine_get(void *arg, struct wire_call *call, const ProtobufCMessage *message)
{
    struct engine *engine = arg;
    const char *name = ((const Quoin__V1__GetPersonRequest *)message)->name;
    engine->handled++;
    if (strcmp(name, "poor") == 0) {
        const struct err err = { .code = ERR_LIMIT, .text = "poor has 0.20, this costs 0.30" };
        const char *const reasons[] = { "account-limit-reached", NULL };
        wire_call_refuse(call, &err, reasons);
    } else if (strcmp(name, "never") == 0) {
        engine->kept[engine->kept_count++] = wire_call_id(call);
    } else {
        engine_answer(call, name);
    }
}

static void engine_ready(void *arg, struct wire_call *call)
{
    struct engine *engine = arg;
    while (engine->parts_left > 0) {
        Quoin__V1__VerifyReply reply = QUOIN__V1__VERIFY_REPLY__INIT;
        reply.checked = engine->parts_left--;
        if (!wire_call_part(call, &reply.base, engine_ready)) {
            return;
        }
    }
    wire_call_end(call);
}

static void engine_verify(void *arg, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct engine *engine = arg;
    engine->parts_left = 50000; // more than the windows hold
    engine_ready(engine, call);
}

static void engine_on_refused(void *arg, const struct wire_refused *what)
{
    struct engine *engine = arg;
    engine->refused++;
    CHECK(what->why[0] != '\0' && what->from.len > 0);
}

static const struct wire_method engine_methods[] = {
    { "/quoin.v1.People/GetPerson", engine_get },
    { "/quoin.v1.Ledger/Verify", engine_verify },
};

static void engine_start(struct engine *engine, struct net_tls *tls, uint16_t port)
{
    const struct wire_server_settings settings = {
        .host = "127.0.0.1",
        .port = port,
        .tls = tls,
        .methods = engine_methods,
        .method_count = 2,
        .engine = engine,
        .on_refused = engine_on_refused,
    };
    struct err err = { 0 };
    site_must(wire_server_new(engine->loop, &settings, &engine->server, &err), "server", &err);
}

// --- the rig ------------------------------------------------------------------------------------

struct rig {
    struct site site;
    struct net_loop *loop;
    struct net_tls *server_tls;
    struct net_tls *client_tls;
    struct engine engine;
    struct wire_client *client;
    struct net_timer *guard;
    size_t answers; // so many are expected; the loop stops at 0
    size_t good;
    size_t parts;
    struct err err; // of the last refusal
    char reason[64];
    char name[32];
};

static void rig_on_guard(void *arg)
{
    struct rig *rig = arg;
    CHECK(false); // an answer did not come
    net_loop_stop(rig->loop);
}

static void rig_client(struct rig *rig, uint16_t port)
{
    struct wire_client_settings settings = { .tls = rig->client_tls, .role = "cas" };
    settings.to.port = port;
    (void)snprintf(settings.to.host, sizeof(settings.to.host), "127.0.0.1");
    rig->client = wire_client_new(rig->loop, &settings);
}

static void rig_init(struct rig *rig)
{
    *rig = (struct rig){ 0 };
    site_init(&rig->site);
    rig->loop = net_loop_new();
    rig->server_tls = site_tls(&rig->site, &rig->site, "cas", true);
    rig->client_tls = site_tls(&rig->site, &rig->site, "admin", false);
    rig->engine.loop = rig->loop;
    engine_start(&rig->engine, rig->server_tls, 0);
    rig_client(rig, wire_server_port(rig->engine.server));
    rig->guard = net_timer_new(rig->loop, rig_on_guard, rig);
}

static void rig_fini(struct rig *rig)
{
    wire_client_free(&rig->client);
    wire_server_free(&rig->engine.server);
    net_timer_free(&rig->guard);
    net_tls_free(&rig->server_tls);
    net_tls_free(&rig->client_tls);
    net_loop_free(&rig->loop);
    site_fini(&rig->site);
}

static void rig_run(struct rig *rig, size_t answers)
{
    rig->answers = answers;
    net_timer_start(rig->guard, GIVE_UP_MS);
    net_loop_run(rig->loop);
    net_timer_stop(rig->guard);
}

static void rig_done(void *arg, const struct wire_answer *answer)
{
    struct rig *rig = arg;
    if (answer->more) {
        rig->parts++;
        return;
    }
    if (answer->reply != NULL) {
        rig->good++;
        (void)snprintf(rig->name, sizeof(rig->name), "%s",
                       ((const Quoin__V1__Person *)answer->reply)->name);
    } else {
        rig->err = answer->err;
        (void)snprintf(rig->reason, sizeof(rig->reason), "%s",
                       answer->reasons[0] == NULL ? "" : answer->reasons[0]);
    }
    if (--rig->answers == 0) {
        net_loop_stop(rig->loop);
    }
}

static struct wire_ask rig_ask(struct rig *rig, const char *name, uint64_t wait_ms)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%s", name);
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    request.name = text;
    return wire_ask(rig->client, get_person, &request.base, wait_ms, rig_done, rig);
}

// --- the tests ----------------------------------------------------------------------------------

static void test_a_question_is_answered_or_refused(void)
{
    struct rig rig;
    rig_init(&rig);
    CHECK(!wire_client_is_connected(rig.client));
    (void)rig_ask(&rig, "mary", 0);
    CHECK(rig.good == 0); // never from inside wire_ask
    rig_run(&rig, 1);
    CHECK(rig.good == 1 && strcmp(rig.name, "mary") == 0);
    CHECK(wire_client_is_connected(rig.client));
    (void)rig_ask(&rig, "poor", 0);
    rig_run(&rig, 1);
    CHECK(rig.err.code == ERR_LIMIT && strcmp(rig.err.text, "poor has 0.20, this costs 0.30") == 0);
    CHECK(strcmp(rig.reason, "account-limit-reached") == 0);
    rig_fini(&rig);
}

static void test_a_deadline_is_kept(void)
{
    struct rig rig;
    rig_init(&rig);
    int64_t before = clk_mono_ms();
    (void)rig_ask(&rig, "never", 50);
    rig_run(&rig, 1);
    int64_t took = clk_mono_ms() - before;
    CHECK(rig.err.code == ERR_TIMEOUT && took >= 50 && took < 2000);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    CHECK(rig.good == 1);
    CHECK(wire_server_call_count(rig.engine.server) == 0); // it ended there too
    rig_fini(&rig);
}

static void test_a_cancelled_question_is_forgotten_on_both_sides(void)
{
    struct rig rig;
    rig_init(&rig);
    struct wire_ask waits = rig_ask(&rig, "never", 0); // before there is a connection
    wire_ask_cancel(rig.client, waits);
    wire_ask_cancel(rig.client, waits);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    CHECK(rig.engine.handled == 1);
    struct wire_ask open = rig_ask(&rig, "never", 0);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    CHECK(wire_call_find(rig.engine.server, rig.engine.kept[0]) != NULL);
    wire_ask_cancel(rig.client, open);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    CHECK(wire_call_find(rig.engine.server, rig.engine.kept[0]) == NULL);
    CHECK(rig.good == 3 && rig.err.code == ERR_NONE);
    rig_fini(&rig);
}

static void test_a_thousand_questions_at_once(void)
{
    struct rig rig;
    rig_init(&rig);
    for (int i = 0; i < MANY; i++) {
        (void)rig_ask(&rig, "never", 0);
    }
    (void)rig_ask(&rig, "mary", 0); // comes last
    rig_run(&rig, 1);
    CHECK(wire_server_call_count(rig.engine.server) == MANY);
    for (size_t i = 0; i < rig.engine.kept_count; i++) {
        engine_answer(wire_call_find(rig.engine.server, rig.engine.kept[i]), "late");
    }
    rig_run(&rig, MANY);
    CHECK(rig.good == MANY + 1 && wire_server_call_count(rig.engine.server) == 0);
    rig_fini(&rig);
}

static void test_past_the_stream_limit_questions_wait(void)
{
    struct rig rig;
    rig_init(&rig);
    for (int i = 0; i < 2 * MANY; i++) {
        (void)rig_ask(&rig, "x", 0);
        if (i == MANY) { // the queue takes 1,024 while there is no connection
            rig_run(&rig, MANY + 1);
        }
    }
    rig_run(&rig, MANY - 1);
    CHECK(rig.good == 2 * (size_t)MANY);
    for (int i = 0; i < 3 * MANY; i++) {
        (void)rig_ask(&rig, "x", 0);
    }
    rig_run(&rig, 3 * (size_t)MANY);
    CHECK(rig.good == 2 * (size_t)MANY + 2048 && rig.err.code == ERR_UNAVAILABLE);
    rig_fini(&rig);
}

static void test_a_stream_of_parts_arrives_whole(void)
{
    struct rig rig;
    rig_init(&rig);
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    (void)wire_ask(rig.client, verify, &request.base, 0, rig_done, &rig);
    rig_run(&rig, 1);
    CHECK(rig.parts == 50000 && rig.err.code == ERR_NONE);
    rig_fini(&rig);
}

static void test_loss_of_the_server_is_told_and_mended(void)
{
    struct rig rig;
    rig_init(&rig);
    uint16_t port = wire_server_port(rig.engine.server);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    (void)rig_ask(&rig, "never", 0);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    wire_server_free(&rig.engine.server);
    rig_run(&rig, 1);
    CHECK(rig.err.code == ERR_UNAVAILABLE && strstr(rig.err.text, "not known") != NULL);
    int64_t before = clk_mono_ms();
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1); // nobody is there: told at once, not at the deadline
    CHECK(rig.err.code == ERR_UNAVAILABLE && clk_mono_ms() - before < 2000);
    CHECK(strstr(rig.err.text, "127.0.0.1") != NULL);
    engine_start(&rig.engine, rig.server_tls, port);
    (void)rig_ask(&rig, "mary", 0); // waits for the back-off
    rig_run(&rig, 1);
    CHECK(rig.good == 3);
    rig_fini(&rig);
}

static void test_draining_finishes_and_moves_on(void)
{
    struct rig rig;
    rig_init(&rig);
    uint16_t port = wire_server_port(rig.engine.server);
    (void)rig_ask(&rig, "never", 0);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    wire_server_drain(rig.engine.server);
    struct wire_server *old = rig.engine.server;
    engine_answer(wire_call_find(old, rig.engine.kept[0]), "late");
    rig_run(&rig, 1);
    CHECK(rig.good == 2 && strcmp(rig.name, "late") == 0);
    engine_start(&rig.engine, rig.server_tls, port);
    (void)rig_ask(&rig, "mary", 0); // of the new one
    rig_run(&rig, 1);
    CHECK(rig.good == 3);
    wire_server_free(&old);
    rig_fini(&rig);
}

static void rig_done_and_free(void *arg, const struct wire_answer *answer)
{
    struct rig *rig = arg;
    if (rig->client != NULL) {
        wire_client_free(&rig->client);
    }
    rig_done(arg, answer);
}

static void test_the_client_may_be_freed_inside_an_answer(void)
{
    static const char *const names[] = { "mary", "poor" };
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        rig_init(&rig);
        Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
        char name[8];
        (void)snprintf(name, sizeof(name), "%s", names[i]);
        request.name = name;
        (void)wire_ask(rig.client, get_person, &request.base, 0, rig_done_and_free, &rig);
        rig_run(&rig, 1);
        CHECK(rig.good == (i == 0 ? 1 : 0) && rig.client == NULL);
        rig_fini(&rig);
    }
    struct rig rig;
    rig_init(&rig);
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    (void)wire_ask(rig.client, verify, &request.base, 0, rig_done_and_free, &rig);
    (void)rig_ask(&rig, "never", 0); // told first, when the client goes
    rig_run(&rig, 1);
    CHECK(rig.err.code == ERR_UNAVAILABLE);
    rig_fini(&rig);
}

static void test_freeing_the_client_answers_all(void)
{
    struct rig rig;
    rig_init(&rig);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    (void)rig_ask(&rig, "never", 0);
    (void)rig_ask(&rig, "never", 0);
    rig.answers = 3;
    wire_client_free(&rig.client);
    CHECK(rig.answers == 1 && rig.err.code == ERR_UNAVAILABLE);
    rig_fini(&rig);
}

// A server in a process of its own, killed while it holds a call.
static void test_kill_of_the_server_mid_call(void)
{
    struct rig rig;
    struct site site;
    site_init(&site);
    int said[2];
    CHECK(pipe(said) == 0);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct engine engine = { .loop = net_loop_new() };
        engine_start(&engine, site_tls(&site, &site, "cas", true), 0);
        uint16_t port = wire_server_port(engine.server);
        if (write(said[1], &port, sizeof(port)) == (ssize_t)sizeof(port)) {
            net_loop_run(engine.loop);
        }
        _exit(1);
    }
    uint16_t port = 0;
    CHECK(read(said[0], &port, sizeof(port)) == (ssize_t)sizeof(port));
    rig = (struct rig){ .site = site };
    rig.loop = net_loop_new();
    rig.client_tls = site_tls(&site, &site, "admin", false);
    rig.guard = net_timer_new(rig.loop, rig_on_guard, &rig);
    rig_client(&rig, port);
    (void)rig_ask(&rig, "mary", 0);
    rig_run(&rig, 1);
    CHECK(rig.good == 1);
    (void)rig_ask(&rig, "never", 0);
    (void)rig_ask(&rig, "mary", 0); // behind it: the server has both
    rig_run(&rig, 1);
    (void)kill(child, SIGKILL);
    rig_run(&rig, 1);
    CHECK(rig.err.code == ERR_UNAVAILABLE && rig.good == 2);
    (void)waitpid(child, NULL, 0);
    (void)close(said[0]);
    (void)close(said[1]);
    rig_fini(&rig);
}

int main(void)
{
    test_kill_of_the_server_mid_call(); // forks: before there are threads
    test_a_question_is_answered_or_refused();
    test_a_deadline_is_kept();
    test_a_cancelled_question_is_forgotten_on_both_sides();
    test_a_thousand_questions_at_once();
    test_past_the_stream_limit_questions_wait();
    test_a_stream_of_parts_arrives_whole();
    test_loss_of_the_server_is_told_and_mended();
    test_draining_finishes_and_moves_on();
    test_the_client_may_be_freed_inside_an_answer();
    test_freeing_the_client_answers_all();
    return tap_done();
}
