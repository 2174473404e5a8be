// web/rate: token buckets by name, in a table of fixed size. Where there is no room the one
// longest unused gives way. Pure; the caller tells the time.
#pragma once

#include "base/str.h"
#include <stdint.h>

struct web_rates;
struct web_rates *web_rates_new(uint32_t slots); // a power of two
void web_rates_free(struct web_rates **rates);

struct web_rate_limit {
    uint32_t a_minute;
    uint32_t burst;
};

// Takes one from the bucket of this name and class. 0: it was there; else seconds until one is.
uint32_t web_rate_take(struct web_rates *rates, struct str name, uint8_t kind,
                       struct web_rate_limit limit, int64_t now_ms);
