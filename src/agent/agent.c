// agent: see agent.h.
//
// The start: options, certificate, lock of the folder, contexts, then the sandbox, then the watch.
// What the sandbox forbids, a new certificate among it, is done before it; a process whose
// certificate ends soon ends, and is started anew.
//
// no unit test: needs the kernel and a running engine; tests/it/test_port_agent.py has them.
#include "agent/agent.h"

#include "agent/memory.h"
#include "agent/options.h"
#include "agent/outbox.h"
#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "guard/guard.h"
#include "jail/jail.h"
#include "svc/agent.h"
#include "svc/pki.h"
#include "wire/client.h"
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TICK_MS = 250,
    PACE_MS = 250, // between two reports
    AGAIN_MS = 1000,
    DENIED_MS = 30000, // somebody has to do something first
    HEARTBEAT_MS = 60000,
    CERTIFICATE_MS = 600000,
    RENEW_MS = 10000,
    RENEW_REST_MS = 3600000, // after a start that could not renew it
    REPORT_BYTES = 4 << 20,
    PATH_BYTES = 4096,
    GIVE_BACK_MS = 5000, // after the start, and then
    GIVE_BACK_EVERY_MS = 60000,
};

struct agent {
    struct agent_options options;
    struct crypto_identity who;
    int64_t ends_at;
    char programs[PATH_BYTES];
    struct net_loop *loop; // owned, as all below
    struct net_tls *tls;
    struct wire_client *dme;
    struct guard *guard;
    struct net_timer *timer;
    struct agent_outbox outbox;
    int lock;
    bool is_asking;
    bool is_changed;    // the engine was not told how it stands
    bool is_away;       // as logged
    bool is_known;      // it answered once
    int64_t not_before; // all monotonic
    int64_t told_at;
    int64_t began;
    int64_t looked_at; // at the certificate
    int64_t give_back_at;
    int status;
};

// --- telling ------------------------------------------------------------------------------------

static void report(struct agent *agent);

static void on_told(struct agent *agent, const Quoin__V1__PortReportReply *reply)
{
    if (agent->is_away || !agent->is_known) {
        log_event(LOG_INFO, "agent.reports", log_text("host", agent->who.host));
    }
    agent->is_away = false;
    agent->is_known = true;
    agent->told_at = clk_mono_ms();
    agent->not_before = agent->told_at + PACE_MS;
    agent_outbox_told(&agent->outbox);
    guard_expect(agent->guard, reply->expectation);
}

static void on_refused(struct agent *agent, const struct err *err)
{
    bool later = err->code == ERR_UNAVAILABLE || err->code == ERR_TIMEOUT || err->code == ERR_LIMIT;
    agent->is_changed = true;
    agent->not_before = clk_mono_ms() + (later ? AGAIN_MS : DENIED_MS);
    if (err->code == ERR_INVALID) {
        agent_outbox_refused(&agent->outbox);
    }
    if (!agent->is_away || !later) {
        log_event(later ? LOG_WARNING : LOG_ERROR, "agent.not-told", log_text("why", err->text));
    }
    agent->is_away = true;
}

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct agent *agent = arg;
    agent->is_asking = false;
    if (answer->reply != NULL) {
        on_told(agent, (const void *)answer->reply);
    } else {
        on_refused(agent, &answer->err);
    }
}

static void report(struct agent *agent)
{
    int64_t now = clk_mono_ms();
    Quoin__V1__PortReport report;
    bool is_due = agent->is_changed || agent->outbox.count > 0 || agent->outbox.lost > 0 ||
                  now - agent->told_at >= HEARTBEAT_MS;
    if (!is_due || agent->is_asking || agent->guard == NULL || now < agent->not_before) {
        return;
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(REPORT_BYTES);
    if (!guard_report(agent->guard, &arena, &report) ||
        !agent_outbox_take(&agent->outbox, &arena, &report)) {
        return; // nothing was seen yet
    }
    agent->is_changed = false;
    agent->is_asking = true;
    (void)wire_ask(agent->dme, "/quoin.v1.PortWatch/ReportPorts", &report.base, 0, on_answer,
                   agent);
}

static void on_news(void *arg, const struct guard_news *news)
{
    struct agent *agent = arg;
    for (size_t i = 0; i < news->event_count; i++) {
        agent_outbox_add(&agent->outbox, news->events[i]);
    }
    agent->is_changed = agent->is_changed || news->changed;
    report(agent);
}

// --- its certificate ----------------------------------------------------------------------------

// Another program of the host's may have renewed it (quoin cups renew).
static void take_certificate(struct agent *agent)
{
    struct crypto_identity who;
    struct net_tls *tls = NULL;
    int64_t ends_at = 0;
    struct err err;
    if (!svc_pki_read(agent->options.data, "agent", &who, &ends_at, &err) ||
        ends_at == agent->ends_at || !svc_agent_tls(agent->options.data, &tls, &err)) {
        return;
    }
    wire_client_set_tls(agent->dme, tls);
    guard_set_tls(agent->guard, tls);
    net_tls_free(&agent->tls);
    agent->tls = tls;
    agent->ends_at = ends_at;
    log_event(LOG_INFO, "certificate.renewed", log_int("ends-at", ends_at));
}

static void look_at_certificate(struct agent *agent)
{
    int64_t now = clk_mono_ms();
    if (now - agent->looked_at < CERTIFICATE_MS) {
        return;
    }
    agent->looked_at = now;
    take_certificate(agent);
    if (svc_pki_is_due(agent->ends_at) && now - agent->began >= RENEW_REST_MS) {
        log_event(LOG_INFO, "agent.anew", log_int("ends-at", agent->ends_at));
        agent->status = AGENT_ANEW;
        net_loop_stop(agent->loop);
    }
}

static void on_timer(void *arg)
{
    struct agent *agent = arg;
    if (clk_mono_ms() >= agent->give_back_at) {
        agent->give_back_at = clk_mono_ms() + GIVE_BACK_EVERY_MS;
        agent_memory_give_back();
    }
    look_at_certificate(agent);
    report(agent);
}

static void on_signal(void *arg)
{
    net_loop_stop(((struct agent *)arg)->loop);
}

// --- its life -----------------------------------------------------------------------------------

static bool find_programs(struct agent *agent, struct err *err)
{
    ssize_t len = readlink("/proc/self/exe", agent->programs, sizeof(agent->programs) - 1);
    agent->programs[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(agent->programs, '/');
    if (slash == NULL) {
        return err_set(err, ERR_UNAVAILABLE, "there is no /proc here, and so nothing to see");
    }
    *slash = '\0';
    return true;
}

static bool take_folder(struct agent *agent, struct err *err)
{
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/run", agent->options.data);
    if (len < 0 || (size_t)len >= sizeof(path) - sizeof("/agent.pid")) {
        return err_set(err, ERR_INVALID, "the path of the data folder is too long");
    }
    if (!fs_make_folder(path, err)) {
        return false;
    }
    memcpy(path + len, "/agent.pid", sizeof("/agent.pid"));
    return fs_lock(path, &agent->lock, err);
}

static bool find_certificate(struct agent *agent, struct err *err)
{
    struct err why;
    bool renewed = false;
    if (!svc_agent_renew(agent->options.data, RENEW_MS, &renewed, &agent->ends_at, &why)) {
        log_event(LOG_WARNING, "certificate.not-renewed", log_text("why", why.text));
    }
    return svc_pki_read(agent->options.data, "agent", &agent->who, &agent->ends_at, err) ||
           err_in(
               err,
               "\"quoin engine join-token agent HOST\" at the site makes a token, \"quoin engine "
               "join\" here takes it");
}

// DME is beside CAS unless it is named.
static bool find_dme(struct agent *agent, struct err *err)
{
    struct net_address *dme = &agent->options.dme;
    if (dme->host[0] != '\0') {
        return true;
    }
    if (!svc_agent_cas(agent->options.data, dme, err)) {
        return err_in(err, "--dme HOST:PORT is not said");
    }
    int port = dme->port + engine_port(ENGINE_DME) - engine_port(ENGINE_CAS);
    if (port > UINT16_MAX) {
        return err_set(err, ERR_INVALID, "--dme HOST:PORT must say where the engine is");
    }
    dme->port = (uint16_t)port;
    return true;
}

static bool start(struct agent *agent, struct err *err)
{
    if (!find_programs(agent, err) || !take_folder(agent, err) || !find_certificate(agent, err) ||
        !find_dme(agent, err) || !svc_agent_tls(agent->options.data, &agent->tls, err)) {
        return false;
    }
    (void)getpwuid(geteuid()); // what the C library loads for it, it loads now
    if (!jail_lock_watcher(err)) {
        return false;
    }
    agent->loop = net_loop_new();
    const struct wire_client_settings dme = { .to = agent->options.dme,
                                              .tls = agent->tls,
                                              .role = "dme",
                                              .site = agent->who.site,
                                              .queue_max = 4 };
    agent->dme = wire_client_new(agent->loop, &dme);
    const struct guard_settings guard = { .host = agent->who.host,
                                          .site = agent->who.site,
                                          .listen = agent->options.listen,
                                          .port_offset = agent->options.port_offset,
                                          .programs = agent->programs,
                                          .tls = agent->tls,
                                          .self = ENGINE_COUNT,
                                          .told = on_news,
                                          .arg = agent };
    if (!guard_new(agent->loop, &guard, &agent->guard, err)) {
        return false;
    }
    agent->timer = net_timer_new(agent->loop, on_timer, agent);
    net_timer_every(agent->timer, TICK_MS);
    net_loop_on_signal(agent->loop, SIGTERM, on_signal, agent);
    net_loop_on_signal(agent->loop, SIGINT, on_signal, agent);
    log_event(LOG_INFO, "agent.up", log_text("host", agent->who.host),
              log_text("dme", agent->options.dme.host), log_int("port", agent->options.dme.port),
              log_int("pid", getpid()), log_text("version", QUOIN_VERSION));
    return true;
}

static void fini(struct agent *agent)
{
    net_timer_free(&agent->timer);
    guard_free(&agent->guard);
    wire_client_free(&agent->dme);
    net_tls_free(&agent->tls);
    net_loop_free(&agent->loop);
    agent_outbox_free(&agent->outbox);
    if (agent->lock >= 0) {
        (void)close(agent->lock);
    }
}

static void help(void)
{
    (void)fprintf(stdout,
                  "usage: quoin-dme --ports-only --data DIR [--dme HOST:PORT] [--port-offset N]\n"
                  "           [--listen ADDRESS] [--log error|warning|info|debug]\n"
                  "Watches the ports of a host without a monitoring engine, and tells the site's.\n"
                  "DIR is what \"quoin engine join\" made with a token for role agent.\n"
                  "  --dme          the monitoring engine; else beside the accounting server\n"
                  "  --port-offset  of the engines whose ports are watched\n"
                  "  --listen       where engines of this host are asked; else 127.0.0.1\n");
}

int agent_main(int argc, char **argv)
{
    struct agent agent = { .lock = -1,
                           .began = clk_mono_ms(),
                           .give_back_at = clk_mono_ms() + GIVE_BACK_MS };
    struct err err;
    if (!agent_options_read(argc, argv, &agent.options, &err)) {
        (void)fprintf(stderr, "quoin-agent: %s\n", err.text);
        return 2;
    }
    if (agent.options.help || agent.options.version) {
        if (agent.options.help) {
            help();
        } else {
            (void)fprintf(stdout, "quoin-agent %s\n", QUOIN_VERSION);
        }
        return 0;
    }
    agent_memory_keep_small();
    (void)umask(077);
    log_start("quoin-agent", agent.options.log);
    bool ok = start(&agent, &err);
    if (ok) {
        net_loop_run(agent.loop);
        log_event(LOG_INFO, "agent.ended", log_int("pid", getpid()));
    } else {
        agent.status = 1;
        log_event(LOG_ERROR, "agent.not-started", log_text("why", err.text));
    }
    fini(&agent);
    return agent.status;
}
