// rnd: see rnd.h.

#include "base/rnd.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

void rnd_bytes(void *bytes, size_t len)
{
    uint8_t *at = bytes;
    while (len > 0) {
        size_t part = len > 256 ? 256 : len; // up to 256 bytes getrandom does not come back short
        if (getrandom(at, part, 0) != (ssize_t)part) {
            abort();
        }
        at += part;
        len -= part;
    }
}

void rnd_uuid(uint8_t uuid[16], int64_t wall_ms)
{
    rnd_bytes(uuid, 16);
    for (int i = 0; i < 6; i++) {
        uuid[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
    }
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x70);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

uint64_t rnd_below(uint64_t bound)
{
    assert(bound > 0);
    uint64_t value;
    uint64_t fair = UINT64_MAX - UINT64_MAX % bound;
    do {
        rnd_bytes(&value, sizeof(value));
    } while (value >= fair);
    return value % bound;
}
