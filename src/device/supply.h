// device/supply: how fast a supply is used, and when it runs out, from its levels over time. Pure.
//
// Looks at what was used since it was last refilled or replaced (a rise of 3 points or more that
// stays), by the median of the slopes between all samples, so that a reading that was off moves
// nothing. Not known: under 4 samples, under 2 points of use, under a day, a level that is not a
// number, or more than 2 years ahead. Coarse levels (steps of 10 or 25) are samples at their steps.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_level {
    int64_t at;    // ms
    int64_t level; // percent; negative: not known, and skipped
    int64_t pages; // the device's meter then; negative: not known
};

enum { DEVICE_LEVELS_MAX = 400 }; // the newest are taken

struct device_forecast {
    bool known;
    int64_t runs_out_at;     // ms; of what fills: when it is full
    int64_t permille_a_day;  // tenths of a percent used a day
    int64_t pages_a_percent; // in hundredths; 0: not known
    int64_t refilled_at;     // 0: not seen
    int64_t first_at;        // of what was looked at
};

// levels: in the order of time. fills: it runs out at 100.
void device_supply_forecast(const struct device_level *levels, size_t count, bool fills,
                            int64_t now, struct device_forecast *forecast);
