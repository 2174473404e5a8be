// guard/sights: what one look means: for each port of ours, and each that somebody holds, a verdict
// with its proof; and what changed since the look before. Pure.
#pragma once

#include "base/arena.h"
#include "guard/known.h"
#include "ports/ports.h"
#include "ports/verdict.h"
#include "proto/dme.pb-c.h"

enum {
    GUARD_SOCKETS_MAX = 256,
    GUARD_SIGHTS_MAX = 512,
    GUARD_HOLDERS_MAX = 8,            // of one port, that are told
    GUARD_RECENT_MS = 10 * 60 * 1000, // a port is loud for so long after it was called
};

// What an engine of this host says of itself over its authenticated connection.
struct guard_claim {
    bool asked;    // and answered, or refused
    bool answered; // as who it should be
    bool late;     // not in time: it may be ours and busy
    int pid;
    struct {
        uint16_t port;
        uint64_t cookie;
    } sockets[GUARD_SOCKETS_MAX];
    size_t socket_count;
    char why[160]; // it did not answer
    bool seen;     // was ours once, since the watch began
};

// Calls to a port, as far as they are seen.
struct guard_calls {
    uint16_t port;
    bool udp;
    int64_t count;
    int64_t last_quiet;    // when it was called though nobody was there; 0: never
    int64_t last_stranger; // when its engine turned somebody away; 0: never
    int64_t turned_away;   // how many it turned away since the watch began
    char who[80];          // the first of them in a while
};

struct guard_program { // an engine's installed file; inode 0: not known
    uint64_t device;
    uint64_t inode;
};

struct guard_scene { // all borrowed
    const char *host;
    int64_t now;
    const struct ports_view *view;
    const struct guard_known *known;
    size_t known_count;
    const struct guard_claim *claims;          // ENGINE_COUNT
    const Quoin__V1__Expectation *expectation; // NULL: none
    const struct guard_program *programs;      // ENGINE_COUNT
    const bool *is_free;                       // of known: the kernel gives it to whoever asks
    const struct guard_calls *calls;
    size_t call_count;
};

struct guard_sights {
    struct arena arena;
    Quoin__V1__PortSight **list;
    size_t count;
};

// In the order of ports. False: too many for the arena, and nothing is told.
bool guard_sights_make(const struct guard_scene *scene, const struct guard_sights *before,
                       struct guard_sights *sights);
void guard_sights_free(struct guard_sights *sights);
Quoin__V1__PortSight *guard_sights_find(const struct guard_sights *sights, uint32_t port,
                                        const char *transport);
// Is it another verdict, or another's port?
bool guard_sight_differs(const Quoin__V1__PortSight *is, const Quoin__V1__PortSight *was);

// Should the engine be on this host: by what was said, else because it was there before.
bool guard_is_wanted(const struct guard_scene *scene, enum engine engine);
// Which engine says that this is its socket; ENGINE_COUNT: none.
int guard_claimant(const struct guard_claim *claims, const struct ports_holder *holder);

// A holder as it is told; in the arena. Texts of strangers become plain.
Quoin__V1__PortHolder *guard_holder_told(const struct ports_holder *holder, struct arena *arena);
// "nginx (pid 7, user www-data) on *, …" of all that hold it.
const char *guard_sight_holders(const Quoin__V1__PortSight *sight, struct arena *arena);
