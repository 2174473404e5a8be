// pace: how often somebody is asked who does not answer: twice as long after each time, and not all
// at once. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { DCE_PACE_FIRST_MS = 500, DCE_PACE_MOST_MS = 8000 };

struct dce_pace { // zeros: ask now
    int64_t wait_ms;
    int64_t due_ms; // by the monotonic clock
};

bool dce_pace_is_due(const struct dce_pace *pace, int64_t now_ms);
// It answered: ask as usual.
void dce_pace_good(struct dce_pace *pace);
// It did not: between half of the wait and all of it has to go by. What fails before that counts
// once: several questions went out together.
void dce_pace_bad(struct dce_pace *pace, int64_t now_ms, uint32_t random);
