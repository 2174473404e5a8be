// calendar/cron: when something is due again and again: "30 6 1 * mon-fri". Pure.
//
//   minute hour day month weekday        lists "1,15", ranges "8-17", steps "*/5" "8-18/2"
//   months and weekdays by name (jan, january); weekday 0 and 7 are Sunday; day L is a month's last
//   @hourly @daily @midnight @weekly @monthly @yearly @annually
//
// Where day and weekday are both restricted, either is enough. A time that clocks jump over is due
// right after the jump, one that they show twice is due the first time. Only where the hour is "*"
// do the real hours count: nothing is due for a time that was jumped over, and what is shown twice
// is due twice.
#pragma once

#include "calendar/zone.h"

enum { CALENDAR_CRON_MAX = 200 }; // bytes of a text

struct calendar_cron {
    uint64_t minutes; // bit 0: minute 0
    uint32_t hours;
    uint32_t days; // bit 1: the first
    uint32_t months;
    uint32_t weekdays; // bit 0: Sunday
    bool last_day;
    bool any_hour;
    bool any_day;
    bool any_weekday;
};

// ERR_INVALID names the field, also where no day of any year fits (30 February).
bool calendar_cron_read(struct str text, struct calendar_cron *cron, struct err *err) CC_MUST_USE;

// The first time it is due after an instant; false: not before the year 10000.
bool calendar_cron_after(const struct calendar_cron *cron, const struct calendar_zone *zone,
                         int64_t at, int64_t *due);
// The last time it was due at or before an instant; false: not within 40 years before.
bool calendar_cron_before(const struct calendar_cron *cron, const struct calendar_zone *zone,
                          int64_t at, int64_t *due);
