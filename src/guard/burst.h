// guard/burst: many things that happen alike become few events with counts. The first one is told
// at once; those that follow are told together, after a second, and then ever later while it goes
// on: ten thousand in a minute are six events. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUARD_BURSTS_MAX = 256,
    GUARD_BURST_ALIKE = 6, // keys that begin alike and are counted apart
    GUARD_BURST_KEY = 120,
    GUARD_BURST_MOST_MS = 60000
};

struct guard_burst {
    char key[GUARD_BURST_KEY]; // what is alike: "called 2940/tcp 192.0.2.7"
    int64_t from;              // of what is not told yet; wall time
    int64_t until;
    int64_t count; // not told yet
    int64_t wait_ms;
    int64_t due; // wall time
};

struct guard_bursts {
    struct guard_burst list[GUARD_BURSTS_MAX];
    size_t count;
};

// `by` more of them. True: this is news, and is to be told now with what is in *told. `other` is
// how the key begins, and what further ones count as together where too many go on at once.
bool guard_burst_add(struct guard_bursts *bursts, const char *key, const char *other, int64_t by,
                     int64_t now, struct guard_burst *told);
// One whose time has come, in *told; false: none. Those that have rested are forgotten.
bool guard_burst_due(struct guard_bursts *bursts, int64_t now, struct guard_burst *told);
