// allow: see allow.h.
#include "dme/allow.h"

bool dme_allow_take(struct dme_allow *allow, const struct dme_allowance *allowance, int64_t count,
                    int64_t now)
{
    allow->at = now < allow->at ? now : allow->at; // a wall clock that was set back
    int64_t back = (now - allow->at) / allowance->each_ms;
    if (back >= allow->spent) {
        allow->spent = 0;
        allow->at = now;
    } else if (back > 0) {
        allow->spent -= back;
        allow->at += back * allowance->each_ms;
    }
    if (count > allowance->most - allow->spent) {
        return false;
    }
    allow->spent += count;
    return true;
}

bool dme_allow_is_whole(const struct dme_allow *allow, const struct dme_allowance *allowance,
                        int64_t now)
{
    return (now - allow->at) / allowance->each_ms >= allow->spent;
}
