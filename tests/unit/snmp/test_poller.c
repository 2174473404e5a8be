// Many looks: the silent, the closed and the talking ones, cancelled ones, more than the window,
// and none of it in anybody's way. The other side is a socket of the test's own.
#include "snmp/snmp.h"

#include "base/clk.h"
#include "lib/tap.h"
#include <string.h>

enum { MANY = 60 };

struct rig {
    struct net_loop *loop;
    struct snmp_poller *poller;
    struct net_udp *silent; // takes and says nothing
    struct net_udp *echo;   // sends back what it got: no answer at all
    int told;
    int want;
    struct snmp_result last;
};

static void on_silence(void *arg, struct net_udp *udp, const struct net_address *from,
                       struct str bytes)
{
    (void)arg;
    (void)udp;
    (void)from;
    (void)bytes;
}

static void on_echo(void *arg, struct net_udp *udp, const struct net_address *from,
                    struct str bytes)
{
    (void)arg;
    net_udp_send(udp, from, bytes);
}

static void on_result(void *arg, const struct snmp_result *result)
{
    struct rig *rig = arg;
    rig->told++;
    rig->last = *result;
    if (rig->told == rig->want) {
        net_loop_stop(rig->loop);
    }
}

static struct snmp_target *target_of(uint16_t port, enum snmp_version version)
{
    struct err err;
    struct snmp_target *target = NULL;
    struct snmp_access access = { .host = "127.0.0.1", .port = port, .version = version };
    if (version == SNMP_ASK_V3) {
        access.user = "user";
    }
    CHECK(snmp_target_new(&access, &target, &err));
    return target;
}

static void run(struct rig *rig, int want)
{
    rig->told = 0;
    rig->want = want;
    net_loop_run(rig->loop);
    CHECK(rig->told == want);
}

static void test_silence(struct rig *rig, enum snmp_version version)
{
    struct snmp_target *target = target_of(net_udp_port(rig->silent), version);
    int64_t began = clk_mono_ms();
    CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_ALL, on_result, rig) != NULL);
    CHECK(rig->told == 0 || rig->want > 0);
    run(rig, 1);
    CHECK(rig->last.mib == NULL && rig->last.err.code == ERR_TIMEOUT && rig->last.messages == 3);
    CHECK(clk_mono_ms() - began >= 7 * 20); // 20, 40 and 80 ms
    // The next time one try is enough to see that it is silent still.
    CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_ALL, on_result, rig) != NULL);
    run(rig, 1);
    CHECK(rig->last.messages == 1);
    snmp_target_free(&target);
}

// A name is looked up anew where nobody answered, once a look, and the look goes on with it.
static void test_silence_of_a_name(struct rig *rig)
{
    struct err err;
    struct snmp_target *target = NULL;
    struct snmp_access access = { .host = "localhost", .port = net_udp_port(rig->silent) };
    CHECK(snmp_target_new(&access, &target, &err));
    for (int times = 0; times < 2; times++) {
        CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_STATE, on_result, rig) != NULL);
        run(rig, 1);
        CHECK(rig->last.mib == NULL && rig->last.err.code != ERR_NONE);
    }
    snmp_target_free(&target);
}

static void test_nobody_there(struct rig *rig)
{
    struct err err;
    struct net_udp *gone = NULL;
    CHECK(net_udp_new(rig->loop, "127.0.0.1", 0, on_silence, NULL, &gone, &err));
    struct snmp_target *target = target_of(net_udp_port(gone), SNMP_ASK_V2C);
    net_udp_close(&gone);
    CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_STATE, on_result, rig) != NULL);
    run(rig, 1);
    CHECK(rig->last.mib == NULL && (rig->last.err.code == ERR_UNAVAILABLE ||
                                    rig->last.err.code == ERR_TIMEOUT)); // closing takes a turn
    CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_STATE, on_result, rig) != NULL);
    run(rig, 1);
    CHECK(rig->last.err.code == ERR_UNAVAILABLE);
    snmp_target_free(&target);
}

static void test_echo_is_no_answer(struct rig *rig, enum snmp_version version)
{
    struct snmp_target *target = target_of(net_udp_port(rig->echo), version);
    CHECK(snmp_look_start(rig->poller, target, SNMP_WANT_STATE, on_result, rig) != NULL);
    run(rig, 1);
    CHECK(rig->last.mib == NULL && rig->last.err.code != ERR_NONE && rig->last.strange > 0);
    snmp_target_free(&target);
}

static void test_many(struct rig *rig)
{
    static struct snmp_target *targets[MANY];
    struct snmp_look *cancelled = NULL;
    for (int i = 0; i < MANY; i++) {
        targets[i] = target_of(net_udp_port(rig->silent), SNMP_ASK_V2C);
        struct snmp_look *look =
            snmp_look_start(rig->poller, targets[i], SNMP_WANT_STATE, on_result, rig);
        cancelled = i == MANY - 1 ? look : cancelled;
    }
    CHECK(snmp_look_start(rig->poller, targets[0], SNMP_WANT_STATE, on_result, rig) == NULL);
    CHECK(snmp_poller_counts(rig->poller).waiting == MANY); // the queue is full
    snmp_look_cancel(&cancelled);
    CHECK(cancelled == NULL);
    snmp_look_cancel(&cancelled);
    run(rig, MANY - 1);
    struct snmp_counts counts = snmp_poller_counts(rig->poller);
    CHECK(counts.running == 0 && counts.waiting == 0);
    // Two at one device take turns; what runs and waits goes with the poller, and is told nothing.
    CHECK(snmp_look_start(rig->poller, targets[0], SNMP_WANT_STATE, on_result, rig) != NULL);
    CHECK(snmp_look_start(rig->poller, targets[0], SNMP_WANT_STATE, on_result, rig) != NULL);
    run(rig, 1);
    snmp_poller_free(&rig->poller);
    CHECK(rig->told == 1);
    for (int i = 0; i < MANY; i++) {
        snmp_target_free(&targets[i]);
    }
}

int main(void)
{
    struct err err;
    struct rig rig = { .loop = net_loop_new() };
    struct snmp_poller_settings settings = { .window = 7, .timeout_ms = 20, .queue_max = MANY };
    rig.poller = snmp_poller_new(rig.loop, &settings);
    CHECK(net_udp_new(rig.loop, "127.0.0.1", 0, on_silence, NULL, &rig.silent, &err));
    CHECK(net_udp_new(rig.loop, "127.0.0.1", 0, on_echo, NULL, &rig.echo, &err));
    test_silence(&rig, SNMP_ASK_V2C);
    test_silence(&rig, SNMP_ASK_V3);
    test_silence_of_a_name(&rig);
    test_nobody_there(&rig);
    test_echo_is_no_answer(&rig, SNMP_ASK_V2C);
    test_echo_is_no_answer(&rig, SNMP_ASK_V3);
    test_many(&rig);
    net_udp_close(&rig.silent);
    net_udp_close(&rig.echo);
    net_loop_free(&rig.loop);
    return tap_done();
}
