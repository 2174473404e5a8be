// start: the engine's calls, its beginning and its end. Loop thread.
//
// no unit test: is the whole engine; tests/it/test_dce.py runs it.

#include "dce/dce.h"
#include "dce/dce_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "svc/metrics.h"

#include <stdlib.h>

static const struct wire_method methods[] = {
    { "/quoin.v1.Sessions/SignIn", dce_sign_in },
    { "/quoin.v1.Sessions/SignOut", dce_sign_out },
    { "/quoin.v1.Sessions/Extend", dce_extend },
    { "/quoin.v1.Sessions/RegisterCard", dce_register_card },
    { "/quoin.v1.Sessions/ListSessions", dce_list_sessions },
    { "/quoin.v1.Sessions/EndSessions", dce_end_sessions },
    { "/quoin.v1.Sessions/GetDevice", dce_get_device },
    { "/quoin.v1.Sessions/ListDevices", dce_list_devices },
    { "/quoin.v1.Sessions/Watch", dce_watch_start },
    { "/quoin.v1.Release/ListHeld", dce_list_held },
    { "/quoin.v1.Release/Quote", dce_quote },
    { "/quoin.v1.Release/ReleaseJobs", dce_release },
    { "/quoin.v1.Release/DeleteJobs", dce_delete },
    { "/quoin.v1.Release/SendJobs", dce_send },
    { "/quoin.v1.Release/ClaimJobs", dce_claim },
};

static void on_tick(void *arg)
{
    struct dce *dce = arg;
    dce_sessions_tick(&dce->sessions);
    dce_once_tick(&dce->once);
    dce_engines_tick(dce);
    dce_watch_tick(dce);
}

static void on_follow(void *arg)
{
    struct dce *dce = arg;
    if (dce_pace_is_due(&dce->cas_pace, clk_mono_ms())) {
        dce_devices_follow(dce);
        dce_versions_follow(dce);
    }
}

static void on_ended(void *arg, const struct session *session, const char *why)
{
    dce_watch_session(arg, session, "ended", why);
}

static void on_renewed(void *state)
{
    dce_engines_renewed(state);
}

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct dce *dce = state;
    (void)err;
    dce->svc = svc;
    dce->loop = svc_loop(svc);
    dce->devices_change = -1;
    dce->versions_seen = -1;
    rnd_bytes(dce->secret, sizeof(dce->secret));
    dce_sessions_init(&dce->sessions, on_ended, dce);
    dce_engines_start(dce);
    svc_on_renewed(svc, on_renewed, dce);
    on_follow(dce);
    dce->tick = net_timer_new(dce->loop, on_tick, dce);
    net_timer_every(dce->tick, DCE_TICK_MS);
    dce->follow = net_timer_new(dce->loop, on_follow, dce);
    net_timer_every(dce->follow, DCE_FOLLOW_MS);
    return true;
}

static void stop(struct svc *svc, void *state)
{
    struct dce *dce = state;
    dce_watch_end(dce);
    svc_stopped(svc);
}

static void fini(void *state)
{
    struct dce *dce = state;
    dce->ending = true;
    net_timer_free(&dce->tick);
    net_timer_free(&dce->follow);
    dce_readers_fini(dce);
    dce_engines_fini(dce);
    dce_watch_fini(dce);
    dce_sessions_fini(&dce->sessions);
    dce_once_fini(&dce->once);
    dce_devices_fini(dce);
    map_free(&dce->busy_jobs);
    mem_wipe(dce->secret, sizeof(dce->secret));
}

static void count(void *state, struct svc_counts *counts)
{
    const struct dce *dce = state;
    size_t here = 0;
    for (size_t at = 0; at < dce->engine_count; at++) {
        here += dce->engines[at]->is_here;
    }
    svc_count(counts, "sessions.open", (int64_t)dce->sessions.open);
    svc_count(counts, "sessions.begun", (int64_t)dce->counts.signed_in);
    svc_count(counts, "sign-ins.refused", (int64_t)dce->counts.refused);
    svc_count(counts, "cards.registered", (int64_t)dce->counts.cards);
    svc_count(counts, "jobs.released", (int64_t)dce->counts.released);
    svc_count(counts, "devices", (int64_t)dce->device_count);
    svc_count(counts, "watches", (int64_t)dce->watch_count);
    svc_count(counts, "engines.here", (int64_t)here);
    dce_readers_count(dce, counts);
}

static void measure(void *state, struct svc_metrics *metrics)
{
    const struct dce *dce = state;
    size_t here = 0;
    for (size_t at = 0; at < dce->engine_count; at++) {
        here += dce->engines[at]->is_here;
    }
    svc_metrics_gauge(metrics, "quoin_sessions_open", "People who are signed in at devices.",
                      (int64_t)dce->sessions.open);
    svc_metrics_counter(metrics, "quoin_sessions_total", "Sessions that began.",
                        (int64_t)dce->counts.signed_in);
    svc_metrics_counter(metrics, "quoin_sign_ins_refused_total", "Tries to sign in that failed.",
                        (int64_t)dce->counts.refused);
    svc_metrics_counter(metrics, "quoin_jobs_released_total", "Jobs that were released at devices.",
                        (int64_t)dce->counts.released);
    svc_metrics_gauge(metrics, "quoin_sign_in_devices", "Devices where people sign in.",
                      (int64_t)dce->device_count);
    svc_metrics_gauge(metrics, "quoin_routing_engines_here",
                      "Document routing engines that answer.", (int64_t)here);
}

int dce_main(int argc, char **argv)
{
    struct dce *dce = mem_new(sizeof(*dce));
    const struct svc_engine engine = {
        .engine = ENGINE_DCE,
        .methods = methods,
        .method_count = sizeof(methods) / sizeof(methods[0]),
        .start = start,
        .stop = stop,
        .fini = fini,
        .count = count,
        .measure = measure,
        .state = dce,
    };
    int status = svc_main(&engine, argc, argv);
    mem_wipe(dce, sizeof(*dce));
    free(dce);
    return status;
}
