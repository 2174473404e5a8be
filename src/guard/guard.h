// guard: the watch on this host's ports. Ten quick looks a second on a thread of its own, a full
// one when something changed and now and then; what it means is found on the loop, with what the
// engines of this host say of themselves.
//
// Loop thread. The engine that monitors devices runs one, and so does the agent of a host.
#pragma once

#include "guard/sights.h"
#include "net/net.h"
#include "proto/engine.pb-c.h"

enum {
    GUARD_LOOK_MS = 100,
    GUARD_FULL_MS = 30000,  // a look at everything, at the latest; later where it costs much
    GUARD_STATUS_MS = 1500, // engines are asked whom they turned away
    GUARD_EVENTS_MAX = 256, // at once; further ones are counted
};

struct guard;

struct guard_news {
    const struct guard_sights *sights; // as they are; NULL: not known yet
    bool changed;                      // the sights are others
    Quoin__V1__PortEvent *const *events;
    size_t event_count;
};

struct guard_settings { // borrowed for its life, but the expectation
    const char *host;
    const char *site;
    const char *listen; // where the engines of this host are asked
    uint16_t port_offset;
    const char *programs; // the folder of the installed programs
    struct net_tls *tls;  // to ask with
    int self;             // enum engine: we are this one; ENGINE_COUNT: none
    // Whom the engine itself turned away; may be NULL.
    size_t (*strangers)(void *arg, const Quoin__V1__Stranger *const **list);
    // Something changed. What is told is borrowed for the call.
    void (*told)(void *arg, const struct guard_news *news);
    void *arg;
};

// ERR_UNAVAILABLE: the kernel does not answer.
bool guard_new(struct net_loop *loop, const struct guard_settings *settings, struct guard **guard,
               struct err *err) CC_MUST_USE;
void guard_free(struct guard **guard);
void guard_set_tls(struct guard *guard, struct net_tls *tls);
// What belongs here; copied. NULL: nobody said.
void guard_expect(struct guard *guard, const Quoin__V1__Expectation *told);
// What was known before we began, so that it is not told as news. Copied.
void guard_remember(struct guard *guard, const Quoin__V1__PortReport *report);

// All of it, in the arena: sights, what is not seen; no events.
bool guard_report(struct guard *guard, struct arena *arena, Quoin__V1__PortReport *report);

struct guard_counts {
    uint64_t looks;
    uint64_t full_looks;
    uint64_t events;
    uint64_t lost;   // of the kernel's: so much came that some was dropped
    int64_t look_ns; // the last quick one
    int64_t full_ns; // the last full one
};
struct guard_counts guard_counts(const struct guard *guard);
