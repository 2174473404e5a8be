// burst: see burst.h.
#include "guard/burst.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_MS = 1000, GROWS = 4, OTHERS = 64 }; // places kept for what is counted together

static struct guard_burst *find(struct guard_bursts *bursts, const char *key)
{
    for (size_t i = 0; i < bursts->count; i++) {
        if (strncmp(bursts->list[i].key, key, GUARD_BURST_KEY - 1) == 0) {
            return &bursts->list[i];
        }
    }
    return NULL;
}

static size_t count_alike(const struct guard_bursts *bursts, const char *other)
{
    size_t count = 0;
    for (size_t i = 0; i < bursts->count; i++) {
        count += strncmp(bursts->list[i].key, other, strlen(other)) == 0 ? 1 : 0;
    }
    return count;
}

bool guard_burst_add(struct guard_bursts *bursts, const char *key, const char *other, int64_t by,
                     int64_t now, struct guard_burst *told)
{
    struct guard_burst *burst = find(bursts, key);
    bool many = bursts->count >= GUARD_BURSTS_MAX - OTHERS ||
                count_alike(bursts, other) >= GUARD_BURST_ALIKE;
    if (burst == NULL && many) {
        key = other;
        burst = find(bursts, key);
    }
    if (burst != NULL) {
        burst->from = burst->count == 0 ? now : burst->from;
        burst->until = now;
        burst->count += by;
        return false;
    }
    if (bursts->count == GUARD_BURSTS_MAX) {
        return false;
    }
    burst = &bursts->list[bursts->count++];
    *burst = (struct guard_burst){ .wait_ms = FIRST_MS, .due = now + FIRST_MS };
    (void)snprintf(burst->key, sizeof(burst->key), "%s", key);
    *told = *burst;
    told->count = by;
    told->from = now;
    told->until = now;
    return true;
}

bool guard_burst_due(struct guard_bursts *bursts, int64_t now, struct guard_burst *told)
{
    for (size_t i = 0; i < bursts->count;) {
        struct guard_burst *burst = &bursts->list[i];
        if (now < burst->due && burst->due - now <= GUARD_BURST_MOST_MS) { // the clock was set back
            i++;
            continue;
        }
        if (burst->count == 0) { // it has rested
            *burst = bursts->list[--bursts->count];
            continue;
        }
        *told = *burst;
        burst->count = 0;
        burst->wait_ms *= GROWS;
        burst->wait_ms =
            burst->wait_ms > GUARD_BURST_MOST_MS ? GUARD_BURST_MOST_MS : burst->wait_ms;
        burst->due = now + burst->wait_ms;
        return true;
    }
    return false;
}
