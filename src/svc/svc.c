// svc: see svc.h.
//
// The start: options, lock, certificate, contexts, loop, server, CAS, the engine, then "serving".
// The end: no new calls, the engine's stop, the calls under way, then everything in the reverse
// order. A second signal does not wait.

#include "svc/svc.h"

#include "base/arena.h"
#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/cert.h"
#include "proto/engine.pb-c.h"
#include "svc/beacon.h"
#include "svc/calls.h"
#include "svc/options.h"
#include "svc/pki.h"
#include "svc/probe.h"
#include "svc/process.h"
#include "svc/renew.h"
#include "svc/strangers.h"
#include "wire/peer.h"
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SVC_SOCKETS_MAX = 256, // doors of all queues among them
    SVC_PATHS_MAX = 64 << 10,
    SVC_END_MS = 10000, // for calls under way
    SVC_END_LOOK_MS = 20,
    SVC_RENEW_LOOK_MS = 30 * 60 * 1000,
    SVC_BEACON_MS = 5000,
    SVC_REFUSALS_A_SECOND = 10, // that are logged
    SVC_COUNTS_MAX = 64,
};

struct svc_own {
    Quoin__V1__OwnSocket sockets[SVC_SOCKETS_MAX];
    Quoin__V1__OwnSocket *list[SVC_SOCKETS_MAX];
};

enum svc_state {
    SVC_STARTING,
    SVC_UP,
    SVC_DRAINING,
};

struct svc {
    const struct svc_engine *engine; // borrowed
    struct svc_options options;
    const char *name; // of the engine; lives for ever
    char program[32];
    struct crypto_identity who;
    int64_t ends_at;
    enum svc_state state;
    int64_t started_at;
    int64_t end_by; // clk_mono_ms
    bool stopped;   // the engine has nothing left to do
    int lock;
    struct arena paths;
    struct wire_method *methods; // owned: the engine's and ours
    struct net_loop *loop;       // owned, as all below
    struct net_tls *server_tls;
    struct net_tls *client_tls;
    struct wire_server *server;
    struct wire_client *cas;
    struct svc_beacon *beacon;
    struct svc_renew *renew;
    struct net_timer *end;
    void (*on_renewed)(void *state);
    void *on_renewed_state;
    int64_t refusals_second;
    unsigned refusals;
    uint64_t refused;                // since the start
    struct svc_strangers *strangers; // owned
    struct svc_calls *calls;         // owned
    struct svc_probe *probe;         // owned; NULL: nobody is told metrics
};

struct svc_counts {
    size_t count;
    Quoin__V1__Counter counters[SVC_COUNTS_MAX];
    Quoin__V1__Counter *list[SVC_COUNTS_MAX];
};

static struct svc *svc_here; // handlers get the engine's state; Status wants the process's svc

// --- what engines ask ---------------------------------------------------------------------------

struct net_loop *svc_loop(struct svc *svc)
{
    return svc->loop;
}

const struct svc_settings *svc_settings(const struct svc *svc)
{
    return &svc->options.settings;
}

const char *svc_path(struct svc *svc, const char *below)
{
    char *path = arena_textf(&svc->paths, "%s/%s", svc->options.settings.data, below);
    assert(path != NULL); // a handful of paths of our own; the folder's length was checked
    return path;
}

const char *svc_site(const struct svc *svc)
{
    return svc->who.site;
}

const char *svc_host(const struct svc *svc)
{
    return svc->who.host;
}

struct wire_server *svc_server(struct svc *svc)
{
    return svc->server;
}

struct wire_client *svc_cas(struct svc *svc)
{
    return svc->cas;
}

struct net_tls *svc_client_tls(struct svc *svc)
{
    return svc->client_tls;
}

size_t svc_peers(const struct svc *svc, struct svc_beacon_peer *peers, size_t most)
{
    return svc->beacon == NULL ? 0 : svc_beacon_peers(svc->beacon, peers, most);
}

size_t svc_turned_away(struct svc *svc, const Quoin__V1__Stranger *const **list)
{
    return svc_strangers_list(svc->strangers, list);
}

void svc_on_renewed(struct svc *svc, void (*fn)(void *state), void *state)
{
    svc->on_renewed = fn;
    svc->on_renewed_state = state;
}

void svc_count(struct svc_counts *counts, const char *name, int64_t value)
{
    if (counts->count == SVC_COUNTS_MAX) {
        return;
    }
    Quoin__V1__Counter *one = &counts->counters[counts->count];
    quoin__v1__counter__init(one);
    memcpy(&one->name, &name, sizeof(name)); // packing does not write there
    one->value = value;
    counts->list[counts->count++] = one;
}

// --- contexts -----------------------------------------------------------------------------------

static struct net_tls_settings svc_tls_settings(struct svc *svc)
{
    static const char *const alpn[] = { "h2", NULL };
    char name[48];
    struct net_tls_settings settings = { .peer = NET_TLS_PEER_REQUIRED, .alpn = alpn };
    (void)snprintf(name, sizeof(name), "pki/%s.crt", svc->name);
    settings.certificate = svc_path(svc, name);
    (void)snprintf(name, sizeof(name), "pki/%s.key", svc->name);
    settings.key = svc_path(svc, name);
    settings.authority = svc_path(svc, "pki/ca.crt");
    return settings;
}

static bool svc_make_tls(struct svc *svc, struct net_tls **server, struct net_tls **client,
                         struct err *err)
{
    struct net_tls_settings settings = svc_tls_settings(svc);
    OWN(net_tls_free) struct net_tls *asks = NULL;
    if (!net_tls_new(&settings, false, &asks, err)) {
        return false;
    }
    settings.psk_find = svc->engine->psk_find;
    settings.psk_arg = svc->engine->state;
    if (!net_tls_new(&settings, true, server, err)) {
        return false;
    }
    *client = asks;
    asks = NULL;
    return true;
}

static struct net_tls_settings svc_door_settings(struct svc *svc)
{
    static const char *const alpn[] = { "http/1.1", NULL };
    struct net_tls_settings settings = svc_tls_settings(svc);
    settings.peer = NET_TLS_PEER_ASKED;
    settings.tls_1_2 = true;
    settings.alpn = alpn;
    return settings;
}

bool svc_door_tls_asking(struct svc *svc, struct net_tls **tls, struct err *err)
{
    const struct net_tls_settings settings = svc_door_settings(svc);
    return net_tls_new(&settings, true, tls, err);
}

bool svc_door_tls(struct svc *svc, struct net_tls **tls, struct err *err)
{
    struct net_tls_settings settings = svc_door_settings(svc);
    settings.authority = NULL;
    settings.peer = NET_TLS_PEER_NONE;
    return net_tls_new(&settings, true, tls, err);
}

static void svc_renew_failed(void *arg, const struct err *err)
{
    const struct svc *svc = arg;
    bool bad = svc->ends_at < clk_wall_ms();
    log_event(bad ? LOG_ERROR : LOG_WARNING, "certificate.not-renewed", log_text("why", err->text),
              log_int("ends-at", svc->ends_at));
}

static void svc_start_beacon(struct svc *svc);

static void svc_renewed(void *arg)
{
    struct svc *svc = arg;
    struct net_tls *server = NULL;
    struct net_tls *client = NULL;
    struct err err;
    if (!svc_pki_read(svc->options.settings.data, svc->name, &svc->who, &svc->ends_at, &err) ||
        !svc_make_tls(svc, &server, &client, &err)) {
        svc_renew_failed(svc, &err);
        return;
    }
    wire_server_set_tls(svc->server, server);
    if (svc->cas != NULL) {
        wire_client_set_tls(svc->cas, client);
    }
    net_tls_free(&svc->server_tls);
    net_tls_free(&svc->client_tls);
    svc->server_tls = server;
    svc->client_tls = client;
    svc_beacon_free(&svc->beacon); // it carries the certificate
    svc_start_beacon(svc);
    log_event(LOG_INFO, "certificate.renewed", log_int("ends-at", svc->ends_at));
    if (svc->on_renewed != NULL) {
        svc->on_renewed(svc->on_renewed_state);
    }
}

// --- status -------------------------------------------------------------------------------------

static void svc_fill_counts(struct svc *svc, struct svc_counts *counts)
{
    svc_count(counts, "certificate-ends-at", svc->ends_at);
    if (svc->beacon != NULL) {
        struct svc_beacon_counts heard = svc_beacon_counts(svc->beacon);
        svc_count(counts, "beacon-heard", (int64_t)heard.heard);
        svc_count(counts, "beacon-foreign", (int64_t)heard.foreign);
    }
    if (svc->engine->count != NULL) {
        svc->engine->count(svc->engine->state, counts);
    }
}

// What the watch on the ports takes for ours.
static size_t svc_tell_sockets(const struct svc *svc, struct svc_own *own)
{
    struct net_socket sockets[SVC_SOCKETS_MAX];
    static char names[][4] = { "tcp", "udp" };
    size_t count = net_sockets(svc->loop, sockets, SVC_SOCKETS_MAX);
    for (size_t i = 0; i < count; i++) {
        quoin__v1__own_socket__init(&own->sockets[i]);
        own->sockets[i].port = sockets[i].port;
        own->sockets[i].transport = names[sockets[i].udp ? 1 : 0];
        own->sockets[i].cookie = sockets[i].cookie;
        own->list[i] = &own->sockets[i];
    }
    return count;
}

static void svc_on_status(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    static const char *const states[] = { "starting", "up", "draining" };
    static char version[] = QUOIN_VERSION;
    struct svc *svc = svc_here;
    struct svc_counts counts = { .count = 0 };
    struct svc_own own;
    Quoin__V1__StatusReply reply = QUOIN__V1__STATUS_REPLY__INIT;
    (void)engine;
    (void)ask;
    if (strcmp(wire_call_role(call), "agent") == 0 &&
        strcmp(wire_call_host(call), svc->who.host) != 0) {
        struct err err;
        err_fill(&err, ERR_DENIED, "an agent asks the engines of its own host alone");
        wire_call_refuse(call, &err, NULL);
        return;
    }
    svc_fill_counts(svc, &counts);
    memcpy(&reply.name, &svc->name, sizeof(reply.name)); // packing does not write there
    memcpy(&reply.state, &states[svc->state], sizeof(reply.state));
    reply.port = wire_server_port(svc->server);
    reply.pid = getpid();
    reply.version = version;
    reply.started_at = svc->started_at;
    reply.host = svc->who.host;
    reply.n_counters = counts.count;
    reply.counters = counts.list;
    reply.n_sockets = svc_tell_sockets(svc, &own);
    reply.sockets = own.list;
    const Quoin__V1__Stranger *const *strangers = NULL;
    reply.n_strangers = svc_turned_away(svc, &strangers);
    memcpy(&reply.strangers, &strangers, sizeof(strangers));
    const char *word = "";
    if (svc->engine->is_ready != NULL && !svc->engine->is_ready(svc->engine->state, &word)) {
        reply.unready = (char *)(uintptr_t)word;
    }
    wire_call_answer(call, &reply.base);
}

// Does an engine of the site run there, as far as is known?
static bool svc_is_near(const struct svc *svc, struct str address)
{
    const char *const known[] = { "127.0.0.1", "::1", svc->options.settings.listen,
                                  svc->options.settings.cas.host };
    struct svc_beacon_peer peers[SVC_BEACON_PEERS_MAX];
    size_t count = svc_peers(svc, peers, SVC_BEACON_PEERS_MAX);
    if (address.len > 7 && memcmp(address.ptr, "::ffff:", 7) == 0) {
        address = (struct str){ address.ptr + 7, address.len - 7 };
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_eq(address, str_of(known[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(address, str_of(peers[i].at.host))) {
            return true;
        }
    }
    return false;
}

// Neither a member of the site that asked too much, nor one that broke off.
static bool svc_is_stranger(const struct svc *svc, const struct wire_refused *what)
{
    struct wire_peer peer;
    struct err ignored;
    bool member = wire_peer_read(what->identity, &peer, &ignored) &&
                  strcmp(peer.site, svc->who.site) == 0 &&
                  (peer.role & (ROLE_ENGINE | ROLE_WEB | ROLE_ADMIN)) != 0;
    return !member && (!what->broke || !svc_is_near(svc, what->from));
}

static void svc_on_refused(void *engine, const struct wire_refused *what)
{
    struct svc *svc = svc_here;
    int64_t second = clk_mono_ms() / 1000;
    (void)engine;
    if (svc_is_stranger(svc, what)) {
        svc_strangers_note(svc->strangers, what->from, what->identity, what->why, clk_wall_ms());
    } else if (what->broke) {
        return; // an engine that ends, or a hand that looks whether the port is open
    }
    if (second != svc->refusals_second) {
        svc->refusals_second = second;
        svc->refusals = 0;
    }
    svc->refused++;
    if (svc->refusals++ < SVC_REFUSALS_A_SECOND) {
        log_event(LOG_WARNING, "call.refused", log_str("from", what->from),
                  log_str("identity", what->identity), log_str("call", what->path),
                  log_text("why", what->why));
    }
}

// --- metrics ------------------------------------------------------------------------------------

static void svc_on_called(void *engine, const struct wire_called *called)
{
    (void)engine;
    svc_calls_note(svc_here->calls, called);
}

static void svc_measure(void *arg, struct svc_metrics *metrics)
{
    const struct svc *svc = arg;
    const struct svc_label about[] = { { "engine", svc->name },
                                       { "version", QUOIN_VERSION },
                                       { "host", svc->who.host },
                                       { NULL, NULL } };
    svc_metrics_family(metrics, SVC_GAUGE, "quoin_build_info", "Which engine of which release.");
    svc_metrics_int(metrics, about, 1);
    svc_metrics_gauge(metrics, "quoin_up", "1 while the engine serves.", svc->state == SVC_UP);
    svc_metrics_gauge(metrics, "quoin_certificate_expiry_timestamp_seconds",
                      "When the engine's certificate ends.", svc->ends_at / 1000);
    svc_metrics_family(metrics, SVC_GAUGE, "process_start_time_seconds", "When the process began.");
    svc_metrics_real(metrics, NULL, (double)svc->started_at / 1000);
    svc_process_measure(metrics);
    svc_metrics_gauge(metrics, "quoin_calls_open", "Calls that wait for their answer.",
                      (int64_t)wire_server_call_count(svc->server));
    svc_metrics_counter(metrics, "quoin_calls_refused_total",
                        "Calls and connections that were turned away before they were read.",
                        (int64_t)svc->refused);
    svc_calls_measure(svc->calls, metrics);
    if (svc->engine->measure != NULL) {
        svc->engine->measure(svc->engine->state, metrics);
    }
}

static bool svc_is_ready(void *arg, const char **word)
{
    const struct svc *svc = arg;
    if (svc->state != SVC_UP) {
        *word = svc->state == SVC_STARTING ? "starting" : "draining";
        return false;
    }
    return svc->engine->is_ready == NULL || svc->engine->is_ready(svc->engine->state, word);
}

// It serves all the same where the port is another's: whoever looks for metrics misses them.
static void svc_start_probe(struct svc *svc)
{
    const struct svc_settings *settings = &svc->options.settings;
    int port = settings->metrics.port != 0
                   ? settings->metrics.port
                   : engine_metrics_port(svc->engine->engine) + settings->port_offset;
    const struct svc_probe_settings probe = { .host = settings->metrics.host[0] != '\0'
                                                          ? settings->metrics.host
                                                          : "127.0.0.1",
                                              .port = (uint16_t)port,
                                              .measure = svc_measure,
                                              .is_ready = svc_is_ready,
                                              .arg = svc };
    struct err err;
    err_fill(&err, ERR_INVALID, "there is no port %d", port);
    if (!settings->no_metrics &&
        (port > UINT16_MAX || !svc_probe_new(svc->loop, &probe, &svc->probe, &err))) {
        log_event(LOG_WARNING, "metrics.off", log_text("why", err.text));
    }
}

// --- the end ------------------------------------------------------------------------------------

static void svc_look_at_end(void *arg)
{
    struct svc *svc = arg;
    bool late = clk_mono_ms() >= svc->end_by;
    if (late || (svc->stopped && wire_server_call_count(svc->server) == 0)) {
        if (late) {
            log_event(LOG_WARNING, "engine.cut",
                      log_int("calls", (int64_t)wire_server_call_count(svc->server)));
        }
        net_loop_stop(svc->loop);
    }
}

void svc_stopped(struct svc *svc)
{
    svc->stopped = true;
}

static void svc_on_signal(void *arg)
{
    struct svc *svc = arg;
    if (svc->state == SVC_DRAINING) {
        net_loop_stop(svc->loop); // asked twice: now
        return;
    }
    svc->state = SVC_DRAINING;
    log_event(LOG_INFO, "engine.ending", log_int("pid", getpid()));
    svc->end_by = clk_mono_ms() + SVC_END_MS;
    svc->end = net_timer_new(svc->loop, svc_look_at_end, svc);
    net_timer_every(svc->end, SVC_END_LOOK_MS);
    wire_server_serving(svc->server, false);
    wire_server_drain(svc->server);
    if (svc->engine->stop == NULL) {
        svc->stopped = true;
    } else {
        svc->engine->stop(svc, svc->engine->state);
    }
}

static void svc_fini(struct svc *svc)
{
    svc_renew_free(&svc->renew);
    wire_client_free(&svc->cas); // what the engine asked is answered
    if (svc->loop != NULL && svc->engine->fini != NULL) {
        svc->engine->fini(svc->engine->state);
    }
    net_timer_free(&svc->end);
    svc_probe_free(&svc->probe);
    svc_beacon_free(&svc->beacon);
    wire_server_free(&svc->server);
    svc_calls_free(&svc->calls);
    svc_strangers_free(&svc->strangers);
    net_tls_free(&svc->server_tls);
    net_tls_free(&svc->client_tls);
    net_loop_free(&svc->loop);
    free(svc->methods);
    arena_free(&svc->paths);
    if (svc->lock >= 0) {
        if (ftruncate(svc->lock, 0) != 0) { // a pid that is left would be another's one day
            log_event(LOG_WARNING, "lock.not-cleared", log_text("engine", svc->name));
        }
        (void)close(svc->lock);
    }
}

// --- the start ----------------------------------------------------------------------------------

static void svc_keep_secrets(void)
{
    struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);      // lowering is always allowed
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no debugger, no core of keys
    (void)umask(077);
}

static bool svc_take_folder(struct svc *svc, struct err *err)
{
    char lock[48];
    if (strlen(svc->options.settings.data) > SVC_PATH_MAX - 256) {
        return err_set(err, ERR_INVALID, "the path of the data folder is too long");
    }
    (void)snprintf(lock, sizeof(lock), "run/%s.pid", svc->name);
    return fs_make_folder(svc_path(svc, "run"), err) &&
           fs_make_folder(svc_path(svc, svc->name), err) &&
           fs_lock(svc_path(svc, lock), &svc->lock, err);
}

static bool svc_read_identity(struct svc *svc, struct err *err)
{
    if (svc_pki_read(svc->options.settings.data, svc->name, &svc->who, &svc->ends_at, err)) {
        return true;
    }
    return err_in(err, "\"quoin up\" makes the site's certificates, \"quoin engine join\" gets one "
                       "from elsewhere");
}

static bool svc_start_server(struct svc *svc, struct err *err)
{
    const struct svc_engine *engine = svc->engine;
    svc->methods = mem_new((engine->method_count + 1) * sizeof(*svc->methods));
    if (engine->method_count > 0) {
        memcpy(svc->methods, engine->methods, engine->method_count * sizeof(*svc->methods));
    }
    svc->methods[engine->method_count] =
        (struct wire_method){ "/quoin.v1.Engine/Status", svc_on_status };
    struct wire_server_settings settings = {
        .host = svc->options.settings.listen,
        .port = (uint16_t)(engine_port(engine->engine) + svc->options.settings.port_offset),
        .tls = svc->server_tls,
        .methods = svc->methods,
        .method_count = engine->method_count + 1,
        .engine = engine->state,
        .site = svc->who.site,
        .on_refused = svc_on_refused,
        .on_called = svc_on_called,
    };
    return wire_server_new(svc->loop, &settings, &svc->server, err);
}

static void svc_start_client(struct svc *svc)
{
    struct wire_client_settings settings = { .to = svc->options.settings.cas,
                                             .tls = svc->client_tls,
                                             .role = "cas",
                                             .site = svc->who.site };
    if (svc->engine->engine != ENGINE_CAS) {
        svc->cas = wire_client_new(svc->loop, &settings);
    }
    struct svc_renew_settings renew = { .data = svc->options.settings.data,
                                        .role = svc->name,
                                        .cas = svc->cas,
                                        .every_ms = SVC_RENEW_LOOK_MS,
                                        .ends_at = svc->ends_at,
                                        .on_renewed = svc_renewed,
                                        .on_failed = svc_renew_failed,
                                        .arg = svc };
    svc->renew = svc_renew_new(svc->loop, &renew);
}

static bool svc_open_beacon(struct svc *svc, struct err *err)
{
    OWN(buf_free) struct buf certificate = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf authority = BUF_CAP(CRYPTO_PEM_MAX);
    struct net_tls_settings files = svc_tls_settings(svc);
    if (!fs_read(files.certificate, &certificate, err) || !fs_read(files.key, &key, err) ||
        !fs_read(files.authority, &authority, err)) {
        return false;
    }
    struct svc_beacon_settings settings = { .host = svc->options.settings.listen,
                                            .port = wire_server_port(svc->server),
                                            .serves = wire_server_port(svc->server),
                                            .certificate = buf_str(&certificate),
                                            .key = buf_str(&key),
                                            .authority = buf_str(&authority),
                                            .every_ms = SVC_BEACON_MS };
    bool ok = svc_beacon_new(svc->loop, &settings, &svc->beacon, err);
    mem_wipe(key.ptr, key.size);
    return ok;
}

// Tells the other engines on this host, and those at CAS.
static void svc_start_beacon(struct svc *svc)
{
    struct err err;
    if (!svc_open_beacon(svc, &err)) { // it has no authority, so nothing fails without it
        log_event(LOG_WARNING, "beacon.off", log_text("why", err.text));
        return;
    }
    struct net_address to = svc->options.settings.cas;
    for (unsigned i = 0; i < ENGINE_COUNT; i++) {
        to.port = (uint16_t)(engine_port((enum engine)i) + svc->options.settings.port_offset);
        (void)snprintf(to.host, sizeof(to.host), "%s",
                       strchr(svc->options.settings.listen, ':') != NULL ? "::1" : "127.0.0.1");
        if ((enum engine)i != svc->engine->engine) {
            svc_beacon_tell(svc->beacon, &to);
        }
    }
    // And CAS wherever it is, with the engines beside it that look for others: there people sign
    // in, and devices are watched.
    static const enum engine beside[] = { ENGINE_CAS, ENGINE_DCE, ENGINE_DME };
    const struct net_address *cas = &svc->options.settings.cas;
    uint16_t ours = (uint16_t)(engine_port(ENGINE_CAS) + svc->options.settings.port_offset);
    bool elsewhere = strcmp(cas->host, to.host) != 0 || cas->port != ours;
    for (size_t i = 0; elsewhere && i < sizeof(beside) / sizeof(beside[0]); i++) {
        int port = cas->port + engine_port(beside[i]) - engine_port(ENGINE_CAS);
        to = *cas;
        to.port = (uint16_t)port;
        if (port <= UINT16_MAX) {
            svc_beacon_tell(svc->beacon, &to);
        }
    }
}

static bool svc_start(struct svc *svc, struct err *err)
{
    if (!svc_take_folder(svc, err) || !svc_read_identity(svc, err) ||
        !svc_make_tls(svc, &svc->server_tls, &svc->client_tls, err)) {
        return false;
    }
    svc->loop = net_loop_new();
    svc->calls = svc_calls_new();
    svc->strangers = svc_strangers_new();
    if (!svc_start_server(svc, err)) {
        return false;
    }
    svc_start_client(svc);
    svc_start_probe(svc);
    if (svc->engine->start != NULL && !svc->engine->start(svc, svc->engine->state, err)) {
        return false;
    }
    svc_start_beacon(svc);
    net_loop_on_signal(svc->loop, SIGTERM, svc_on_signal, svc);
    net_loop_on_signal(svc->loop, SIGINT, svc_on_signal, svc);
    svc->state = SVC_UP;
    wire_server_serving(svc->server, true);
    if (svc_pki_is_due(svc->ends_at)) { // it was off for long
        svc_renew_now(svc->renew);
    }
    log_event(LOG_INFO, "engine.up", log_int("port", wire_server_port(svc->server)),
              log_int("pid", getpid()), log_text("version", QUOIN_VERSION));
    return true;
}

static void svc_help(const struct svc *svc)
{
    (void)fprintf(stdout,
                  "usage: %s --data DIR [--port-offset N] [--listen ADDRESS] [--cas HOST:PORT]\n"
                  "           [--log error|warning|info|debug] [--store ADDRESS]\n"
                  "           [--dre HOST:PORT]... [--reader-port N] [--lpd-port N]\n"
                  "           [--metrics off|HOST|HOST:PORT]\n"
                  "One engine of Quoin; \"quoin up\" starts it.\n",
                  svc->program);
}

int svc_main(const struct svc_engine *engine, int argc, char **argv)
{
    struct err err;
    struct svc svc = { .engine = engine,
                       .name = engine_name(engine->engine),
                       .lock = -1,
                       .started_at = clk_wall_ms(),
                       .paths = ARENA_CAP(SVC_PATHS_MAX) };
    (void)snprintf(svc.program, sizeof(svc.program), "quoin-%s", svc.name);
    if (!svc_options_read(argc, argv, &svc.options, &err)) {
        (void)fprintf(stderr, "%s: %s\n", svc.program, err.text);
        return 2;
    }
    if (svc.options.help || svc.options.version) {
        if (svc.options.help) {
            svc_help(&svc);
        } else {
            (void)fprintf(stdout, "%s %s\n", svc.program, QUOIN_VERSION);
        }
        return 0;
    }
    svc_here = &svc;
    log_start(svc.program, svc.options.log);
    svc_keep_secrets();
    bool ok = svc_start(&svc, &err);
    if (ok) {
        net_loop_run(svc.loop);
    } else {
        log_event(LOG_ERROR, "engine.not-started", log_text("why", err.text));
    }
    svc_fini(&svc);
    if (ok) {
        log_event(LOG_INFO, "engine.ended", log_int("pid", getpid()));
    }
    svc_here = NULL;
    return ok ? 0 : 1;
}
