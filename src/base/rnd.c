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
