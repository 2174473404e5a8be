// calendar/date: days of the Gregorian calendar, also before it was made (ISO 8601). Pure.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

#define CALENDAR_DAY_MS ((int64_t)24 * 3600 * 1000)

// Instants are taken within the years 1 to 9999: what lies outside is taken for the nearest end.
#define CALENDAR_LEAST_MS ((int64_t)-62135596800000)
#define CALENDAR_MOST_MS ((int64_t)253402300799999)

struct calendar_date {
    int year;
    int month; // 1 to 12
    int day;   // 1 to 31
};

// Days since 1970-01-01 and back. month and day within their bounds.
int64_t calendar_days_of(struct calendar_date date);
struct calendar_date calendar_date_of(int64_t days);

int calendar_weekday_of(int64_t days); // 0: Sunday
int calendar_month_days(int year, int month);

// "2026-09-01", wholly; a day that there is, in the years 1 to 9999.
bool calendar_date_read(struct str text, struct calendar_date *date) CC_MUST_USE;
void calendar_date_add_text(struct buf *buf, struct calendar_date date);

// Names: "sunday" or "sun", "january" or "jan", in any case. -1: none. Weekdays from 0, months from
// 1.
int calendar_weekday_read(struct str name);
int calendar_month_read(struct str name);
const char *calendar_weekday_name(int weekday); // "sunday"
