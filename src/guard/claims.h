// guard/claims: what the engines of this host say of themselves, asked over gRPC with certificates
// on both sides: their sockets, and whom they turned away. Loop thread.
#pragma once

#include "guard/sights.h"
#include "net/net.h"
#include "proto/engine.pb-c.h"

struct guard_claims;

struct guard_claims_settings { // borrowed for its life
    const char *site;
    const char *listen;
    uint16_t port_offset;
    struct net_tls *tls;
    int self; // is not asked
    // An engine answered, or did not. reply: borrowed for the call; NULL: it did not. changed: it
    // claims another thing than before.
    void (*answered)(void *arg, enum engine engine, const Quoin__V1__StatusReply *reply,
                     bool changed);
    void *arg;
};

struct guard_claims *guard_claims_new(struct net_loop *loop,
                                      const struct guard_claims_settings *settings);
void guard_claims_free(struct guard_claims **claims);
// Is the engine's port called by us, now or a moment ago?
bool guard_claims_is_asking(const struct guard_claims *claims, enum engine engine);
void guard_claims_set_tls(struct guard_claims *claims, struct net_tls *tls);

// What is known, of all engines.
struct guard_claim *guard_claims_list(struct guard_claims *claims);
// Somebody listens on the engine's port, or nobody does: then it claims nothing.
void guard_claims_here(struct guard_claims *claims, enum engine engine, bool here);
// Asks those that are here and were not asked since then (monotonic). True: nothing is waited for.
bool guard_claims_since(struct guard_claims *claims, int64_t since_ms);
