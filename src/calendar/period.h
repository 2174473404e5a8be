// calendar/period: the day, week, month, year or term that holds an instant, in a zone. Pure.
// Periods of one kind follow each other without a hole: each instant is in exactly one.
#pragma once

#include "calendar/zone.h"

enum calendar_period {
    CALENDAR_ALWAYS, // one that never ends
    CALENDAR_DAY,
    CALENDAR_WEEK,
    CALENDAR_MONTH,
    CALENDAR_TERM,
    CALENDAR_YEAR,
    CALENDAR_PERIOD_COUNT
};
const char *calendar_period_name(enum calendar_period period); // "always", "day", …
bool calendar_period_read(struct str name, enum calendar_period *period) CC_MUST_USE;

enum { CALENDAR_TERMS_MAX = 200 };

// A named run of days, both included: "autumn 2026" from 2026-09-01 to 2027-01-31.
struct calendar_term {
    struct str name; // borrowed
    struct calendar_date first;
    struct calendar_date last;
};
// In order, none ends before it begins, no two share a day. ERR_INVALID names the one.
bool calendar_terms_check(const struct calendar_term *terms, size_t count,
                          struct err *err) CC_MUST_USE;

// What the site says of its calendar; borrowed.
struct calendar_site {
    const struct calendar_zone *zone;
    int week_begins; // 0: Sunday
    const struct calendar_term *terms;
    size_t term_count;
};

// In milliseconds; until is no part of it. ALWAYS is from CALENDAR_LEAST_MS to CALENDAR_MOST_MS.
struct calendar_span {
    int64_t from;
    int64_t until;
    struct str term; // of a TERM: its name, borrowed from the terms; empty: between two of them
};
// A day begins at the first instant at which its midnight is shown or passed. Between two terms
// the span reaches from the end of one to the beginning of the other.
struct calendar_span calendar_span_of(const struct calendar_site *site, enum calendar_period period,
                                      int64_t at);

// "2026-11-22", "week of 2026-11-16", "2026-11", "2026", the term's name; for people.
void calendar_span_add_text(struct buf *buf, const struct calendar_site *site,
                            enum calendar_period period, const struct calendar_span *span);
