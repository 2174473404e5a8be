// What the files of a zone share. Seconds since 1970.
#pragma once

#include "calendar/zone.h"

enum { ZONE_CHANGES_MAX = 4096, ZONE_KINDS_MAX = 256, ZONE_DAY_S = 86400 };

// Ahead of UTC, as far as RFC 8536 (3.2) lets it be.
enum { ZONE_OFFSET_LEAST = -89999, ZONE_OFFSET_MOST = 93599 };

struct zone_kind {
    int32_t offset_s;
    bool is_summer;
    char name[CALENDAR_SHORT_MAX + 1];
};

// A day of each year: POSIX.1, 8.3, TZ.
enum zone_day { ZONE_JULIAN, ZONE_ORDINAL, ZONE_WEEKDAY };
struct zone_when {
    enum zone_day how;
    int day;        // JULIAN: 1 to 365, never 29 February; ORDINAL: 0 to 365; WEEKDAY: 0 to 6
    int week;       // 1 to 5, 5: the last
    int month;      // 1 to 12
    int32_t time_s; // of the clock before
};

struct zone_rule {
    struct zone_kind standard;
    bool has_summer;
    struct zone_kind summer;
    struct zone_when begins; // summer
    struct zone_when ends;
};

struct calendar_zone {
    char name[CALENDAR_NAME_MAX + 1];
    const int64_t *changes; // ascending; in the arena
    const uint8_t *after;   // each one's kind from then on
    size_t change_count;
    const struct zone_kind *kinds; // in the arena; the first one stands before all changes
    size_t kind_count;
    bool has_rule; // from the last change on
    struct zone_rule rule;
};

// "CET-1CEST,M3.5.0,M10.5.0/3", with the hours -167 to 167 of RFC 8536 3.3.1.
bool calendar_rule_read(struct str text, struct zone_rule *rule, struct err *err) CC_MUST_USE;
const struct zone_kind *calendar_rule_at(const struct zone_rule *rule, int64_t at);
// The rule's first change after a second; false: it has none.
bool calendar_rule_change(const struct zone_rule *rule, int64_t at, int64_t *change);
