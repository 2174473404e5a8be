// rate: see rate.h. Each name may stand in one of eight slots, which a keyed hash chooses.

#include "web/rate.h"

#include "base/mem.h"
#include "base/rnd.h"
#include <stdlib.h>

enum { RATE_WAYS = 8 };

struct rate_slot {
    uint64_t name; // of its hash; 0: free
    int64_t left;  // see RATE_TOKEN
    int64_t at_ms;
};

struct web_rates {
    uint32_t count;
    uint8_t key[32];
    struct rate_slot slots[];
};

// Levels are kept in token-milliseconds of a minute: a token is 60,000, and a millisecond brings
// a_minute of them.
enum { RATE_TOKEN = 60000 };

struct web_rates *web_rates_new(uint32_t slots)
{
    struct web_rates *rates = mem_new(sizeof(*rates) + slots * sizeof(struct rate_slot));
    rates->count = slots;
    rnd_bytes(rates->key, sizeof(rates->key));
    return rates;
}

void web_rates_free(struct web_rates **rates)
{
    free(*rates);
    *rates = NULL;
}

static uint64_t name_of(const struct web_rates *rates, struct str name, uint8_t kind)
{
    // With a secret start and end, so that nobody outside can choose what collides.
    uint64_t hash = 0xcbf29ce484222325U;
    memcpy(&hash, rates->key, sizeof(hash));
    uint64_t more = 0;
    memcpy(&more, rates->key + 8, sizeof(more));
    hash = (hash ^ kind) * 0x100000001b3U;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (uint8_t)name.ptr[i]) * 0x100000001b3U;
        hash ^= hash >> 29;
    }
    hash = (hash ^ more) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
    return hash == 0 ? 1 : hash;
}

uint32_t web_rate_take(struct web_rates *rates, struct str name, uint8_t kind,
                       struct web_rate_limit limit, int64_t now_ms)
{
    uint64_t id = name_of(rates, name, kind);
    uint32_t first = (uint32_t)id & (rates->count - 1) & ~(uint32_t)(RATE_WAYS - 1);
    int64_t most = (int64_t)limit.burst * RATE_TOKEN;
    struct rate_slot *slot = NULL;
    struct rate_slot *spare = &rates->slots[first];
    for (uint32_t i = 0; i < RATE_WAYS; i++) {
        struct rate_slot *at = &rates->slots[first + i];
        if (at->name == id) {
            slot = at;
        }
        if (at->name == 0 || (spare->name != 0 && at->at_ms < spare->at_ms)) {
            spare = at;
        }
    }
    if (slot == NULL) {
        slot = spare;
        *slot = (struct rate_slot){ id, most, now_ms };
    }
    int64_t gone = now_ms > slot->at_ms ? now_ms - slot->at_ms : 0;
    int64_t gained = gone > 24 * 3600 * 1000 ? most : gone * limit.a_minute;
    slot->left = slot->left + gained > most ? most : slot->left + gained;
    slot->at_ms = now_ms;
    if (slot->left >= RATE_TOKEN) {
        slot->left -= RATE_TOKEN;
        return 0;
    }
    int64_t wait_ms = (RATE_TOKEN - slot->left) / (limit.a_minute > 0 ? limit.a_minute : 1);
    return (uint32_t)(wait_ms / 1000 + 1);
}
