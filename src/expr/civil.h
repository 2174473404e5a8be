// expr/civil: days of the Gregorian calendar as numbers, and what a clock on the wall shows. Which
// zone it hangs in is the caller's to know: it hands over local time.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct expr_civil {
    int32_t year;
    uint8_t month; // 1 to 12
    uint8_t day;   // 1 to 31
};

// A day is the number of days since 1970-01-01. Years 1 to 9999.
bool expr_civil_is_date(int64_t year, int64_t month, int64_t day);
int64_t expr_civil_days(struct expr_civil date);
struct expr_civil expr_civil_of(int64_t days);
int expr_civil_weekday(int64_t days); // 0 is Monday

// What the wall shows.
struct expr_local {
    int64_t days;
    int32_t minute; // of the day: 0 to 1439
};
// local_ms: milliseconds since 1970-01-01 00:00 by that clock, which is UTC and its offset.
struct expr_local expr_local_of(int64_t local_ms);
