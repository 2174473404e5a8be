// alert/hours: the hours of a day in which only what is critical is told. Pure.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "calendar/zone.h"

struct alert_hours { // minutes of the day by the site's clock; from == until: none
    int from;
    int until; // no part of them; less than from: over midnight
};

// "22:00-06:00"; an empty text is none. ERR_INVALID says how it is written.
bool alert_hours_read(struct str text, struct alert_hours *hours, struct err *err) CC_MUST_USE;
bool alert_hours_hold(const struct alert_hours *hours, const struct calendar_zone *zone,
                      int64_t at);
// The first instant after `at` at which they do not hold; `at` itself where they do not.
int64_t alert_hours_over(const struct alert_hours *hours, const struct calendar_zone *zone,
                         int64_t at);
