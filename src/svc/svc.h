// svc: what every engine is: start, settings, certificates, its gRPC server, beacon, health,
// status, renewal, signals and the end. An engine's main fills a struct svc_engine and calls
// svc_main.
//
// All on the loop thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "model/engine.h"
#include "net/net.h"
#include "proto/engine.pb-c.h"
#include "wire/client.h"
#include "wire/server.h"

// What `quoin up` and packaging give an engine on its command line:
//   --data DIR --port-offset N --listen ADDRESS [--cas HOST:PORT] [--log LEVEL]
//   [--store sqlite:|postgresql://HOST/DATABASE] [--dre HOST:PORT]... [--reader-port N] [--lpd-port
//   N] [--metrics off|HOST|HOST:PORT]
enum { SVC_DRES_MAX = 32 };
struct svc_settings {
    const char *data; // DIR; the engine owns DIR/NAME and DIR/run/NAME.pid, which it locks
    uint16_t port_offset;
    const char *listen;     // numeric address; default "127.0.0.1"
    struct net_address cas; // default: this host, CAS's port with our offset
    const char *store;      // of CAS: where its database is; NULL: as DIR/cas/store says
    // Of DCE and web: document routing engines beside that of this host and those whose beacons
    // are heard.
    struct net_address dres[SVC_DRES_MAX];
    size_t dre_count;
    uint16_t lpd_port; // of DRE: RFC 1179; 0: its own, with our offset
    bool no_lpd;       // … none at all: --lpd-port 0
    // Where metrics are told; an empty host: loopback, port 0: its own, with our offset.
    struct net_address metrics;
    bool no_metrics;      // --metrics off
    uint16_t reader_port; // of DCE: network card readers; 0: its own, with our offset
};

struct svc; // the running engine
struct svc_beacon_peer;
struct svc_counts; // what Engine.Status counts
struct svc_metrics;

struct svc_engine {
    enum engine engine;
    const struct wire_method *methods; // of this engine; svc adds Engine/Status itself
    size_t method_count;
    // Opens stores, resumes from the journal, starts listeners of its own. False stops the start.
    // The gRPC server listens already but answers nobody before this is done.
    bool (*start)(struct svc *svc, void *state, struct err *err);
    // SIGTERM: finish what must be finished, then svc_stopped. May be NULL.
    void (*stop)(struct svc *svc, void *state);
    // After the loop ended, also where the start failed half-way. Open asks were answered and
    // svc_cas is NULL by then; the loop and the server are still there. May be NULL.
    void (*fini)(void *state);
    // Counters for Engine.Status: adds them with svc_count. May be NULL.
    void (*count)(void *state, struct svc_counts *counts);
    // What /metrics tells beside what every engine tells (svc/metrics.h). May be NULL.
    void (*measure)(void *state, struct svc_metrics *metrics);
    // False: /readyz answers 503 with the word. NULL: ready while it serves.
    bool (*is_ready)(void *state, const char **word);
    // Join tokens, in CAS: as in struct net_tls_settings. May be NULL.
    size_t (*psk_find)(void *state, struct str identity, uint8_t key[static 64]);
    void *state; // borrowed; given to all above and to every handler
};

// Runs the engine to its end; the process's exit status: 0 ended as asked, 1 could not start (the
// log says why), 2 wrong options. Once a process.
int svc_main(const struct svc_engine *engine, int argc, char **argv);

struct net_loop *svc_loop(struct svc *svc);
const struct svc_settings *svc_settings(const struct svc *svc);
const char *svc_path(struct svc *svc, const char *below); // DIR/below, owned by svc for its life
const char *svc_site(const struct svc *svc);              // of our certificate
const char *svc_host(const struct svc *svc);
struct wire_server *svc_server(struct svc *svc);
struct wire_client *svc_cas(struct svc *svc); // the kept connection to CAS; NULL in CAS itself

// Who was turned away since the start, the newest first (svc/strangers.h); borrowed for the turn.
size_t svc_turned_away(struct svc *svc, const Quoin__V1__Stranger *const **list);

// The context that this engine asks others with; anew after on_renewed.
struct net_tls *svc_client_tls(struct svc *svc);
// Who of the site said that it is there (svc/beacon.h); at most `most` of them.
size_t svc_peers(const struct svc *svc, struct svc_beacon_peer *peers, size_t most);

// A front door's contexts (ipps): the engine's own certificate, TLS 1.2 too. Again after
// on_renewed.
bool svc_door_tls(struct svc *svc, struct net_tls **tls, struct err *err) CC_MUST_USE; // asks none
// The same, but a caller may prove itself by a certificate of the site.
bool svc_door_tls_asking(struct svc *svc, struct net_tls **tls, struct err *err) CC_MUST_USE;
// fn runs each time our certificate was renewed; one a process.
void svc_on_renewed(struct svc *svc, void (*fn)(void *state), void *state);

void svc_stopped(struct svc *svc);                                          // from stop, when done
void svc_count(struct svc_counts *counts, const char *name, int64_t value); // name lives for ever
