// calendar/zone: a time zone as the tz database has it, and what its clocks show. Pure; no clock is
// read here. Leap seconds are not counted, as everywhere in POSIX time.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "calendar/date.h"

struct calendar_zone;

enum {
    CALENDAR_NAME_MAX = 63,        // of a zone's name: "Europe/Berlin"
    CALENDAR_FILE_MAX = 64 * 1024, // bytes of a zone
    CALENDAR_SHORT_MAX = 15,       // "CEST", "+0330"
};

// Reads a TZif file (RFC 8536, versions 1 to 4): the 64-bit data and the rule at its end. The zone
// is in the arena. ERR_INVALID: it is none, or counts leap seconds.
bool calendar_zone_read(struct str bytes, struct str name, struct arena *arena,
                        const struct calendar_zone **zone, struct err *err) CC_MUST_USE;
const struct calendar_zone *calendar_zone_utc(void);
const char *calendar_zone_name(const struct calendar_zone *zone);

// What a clock on the wall shows.
struct calendar_local {
    struct calendar_date date;
    int hour;
    int minute;
    int second;
    int milli;
    int weekday;  // 0: Sunday
    int offset_s; // ahead of UTC
    bool is_summer;
    char zone[CALENDAR_SHORT_MAX + 1];
};
struct calendar_local calendar_local_of(const struct calendar_zone *zone, int64_t at);

// The clock at an instant as milliseconds, as if the clock showed UTC.
int64_t calendar_clock_of(const struct calendar_zone *zone, int64_t at);
// The first instant after one at which clocks are set or the zone's name changes; false: never
// again.
bool calendar_change_after(const struct calendar_zone *zone, int64_t at, int64_t *change);

// When a clock shows a time (milliseconds as if it showed UTC). count 1: at first. 2: twice, first
// and last. 0: never, it is in a gap; both are the instant at which the clock jumps over it.
struct calendar_instants {
    int count;
    int64_t first;
    int64_t last;
};
struct calendar_instants calendar_instants_of(const struct calendar_zone *zone, int64_t clock);

// "2026-11-22 10:00".
void calendar_add_text(struct buf *buf, const struct calendar_zone *zone, int64_t at);
