// svc: what every engine is: start, settings, certificates, its gRPC server, beacon, health, status,
// renewal, signals and the end. An engine's main fills a struct svc_engine and calls svc_main.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "model/engine.h"
#include "net/net.h"
#include "wire/client.h"
#include "wire/server.h"

// What `quoin up` and packaging give an engine on its command line:
//   --data DIR --port-offset N --listen ADDRESS [--cas HOST:PORT] [--log LEVEL]
struct svc_settings {
    const char *data;      // DIR; the engine owns DIR/NAME and DIR/run/NAME.pid
    uint16_t port_offset;
    const char *listen;    // numeric address; default "127.0.0.1"
    struct net_address cas;
};

struct svc; // the running engine

struct svc_engine {
    enum engine engine;
    const struct wire_method *methods; // of this engine; svc adds Engine/Status itself
    size_t method_count;
    // Opens stores, resumes from the journal, starts listeners of its own. False stops the start.
    bool (*start)(struct svc *svc, void *state, struct err *err);
    // SIGTERM: finish what must be finished, then svc_stopped. May be NULL.
    void (*stop)(struct svc *svc, void *state);
    void (*fini)(void *state); // after the loop ended
    // Counters for Engine.Status; NULL: none. Adds with svc_count(reply...).
    void *state; // borrowed; given to all above and to every handler
};

int svc_main(const struct svc_engine *engine, int argc, char **argv); // the process's exit status

struct net_loop *svc_loop(struct svc *svc);
const struct svc_settings *svc_settings(const struct svc *svc);
const char *svc_path(struct svc *svc, const char *below); // DIR/below, owned by svc for its life
struct wire_server *svc_server(struct svc *svc);
struct wire_client *svc_cas(struct svc *svc); // the kept connection to CAS; NULL in CAS itself
// The front door's certificate (ipps): the engine's own.
bool svc_door_tls(struct svc *svc, struct net_tls **tls, struct err *err) CC_MUST_USE;
void svc_stopped(struct svc *svc); // from stop, when done
