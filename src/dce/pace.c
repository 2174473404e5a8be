// pace: see pace.h.

#include "dce/pace.h"

bool dce_pace_is_due(const struct dce_pace *pace, int64_t now_ms)
{
    return now_ms >= pace->due_ms;
}

void dce_pace_good(struct dce_pace *pace)
{
    *pace = (struct dce_pace){ .wait_ms = 0 };
}

void dce_pace_bad(struct dce_pace *pace, int64_t now_ms, uint32_t random)
{
    if (!dce_pace_is_due(pace, now_ms)) {
        return;
    }
    int64_t wait = pace->wait_ms == 0 ? DCE_PACE_FIRST_MS : 2 * pace->wait_ms;
    pace->wait_ms = wait > DCE_PACE_MOST_MS ? DCE_PACE_MOST_MS : wait;
    pace->due_ms = now_ms + pace->wait_ms / 2 + (int64_t)(random % (pace->wait_ms / 2 + 1));
}
