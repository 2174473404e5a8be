// near: see near.h. Row by row of the table of distances between beginnings.

#include "base/near.h"

#include <stdint.h>

static char near_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t near_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t near_distance(struct str a, struct str b)
{
    size_t row[NEAR_WORD_MAX + 1];
    if (a.len > NEAR_WORD_MAX || b.len > NEAR_WORD_MAX) {
        return SIZE_MAX;
    }
    for (size_t k = 0; k <= b.len; k++) {
        row[k] = k;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            size_t above = row[k];
            size_t kept = corner + (near_fold(a.ptr[i - 1]) == near_fold(b.ptr[k - 1]) ? 0 : 1);
            row[k] = near_least(kept, near_least(above, row[k - 1]) + 1);
            corner = above;
        }
    }
    return row[b.len];
}
