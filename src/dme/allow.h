// allow: how much one host may tell in a time: so many at once, and then so many a while. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct dme_allow {
    int64_t spent; // of `most`
    int64_t at;    // when that was so; one clock, for all that one allowance is asked
};

struct dme_allowance {
    int64_t most;    // at once
    int64_t each_ms; // one more each
};

// Takes them, or none and false.
bool dme_allow_take(struct dme_allow *allow, const struct dme_allowance *allowance, int64_t count,
                    int64_t now);
// Nothing is spent any more: it is as a new one.
bool dme_allow_is_whole(const struct dme_allow *allow, const struct dme_allowance *allowance,
                        int64_t now);
