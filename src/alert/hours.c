// alert/hours: see hours.h.

#include "alert/hours.h"

#include "base/num.h"

enum { HOURS_DAY = 24 * 60, HOURS_MINUTE_MS = 60 * 1000 };

static bool clock_read(struct str text, int *minutes)
{
    uint64_t hour;
    uint64_t minute;
    if (text.len != 5 || text.ptr[2] != ':' || !num_u64((struct str){ text.ptr, 2 }, 24, &hour) ||
        !num_u64((struct str){ text.ptr + 3, 2 }, 59, &minute) || (hour == 24 && minute > 0)) {
        return false;
    }
    *minutes = (int)(hour * 60 + minute) % HOURS_DAY;
    return true;
}

bool alert_hours_read(struct str text, struct alert_hours *hours, struct err *err)
{
    *hours = (struct alert_hours){ 0 };
    if (text.len == 0) {
        return true;
    }
    if (text.len != 11 || text.ptr[5] != '-' ||
        !clock_read((struct str){ text.ptr, 5 }, &hours->from) ||
        !clock_read((struct str){ text.ptr + 6, 5 }, &hours->until)) {
        return err_set(err, ERR_INVALID,
                       "quiet hours are written like 22:00-06:00, by the site's clock");
    }
    if (hours->from == hours->until) {
        return err_set(err, ERR_INVALID,
                       "quiet hours that end when they begin are none; leave them empty, or turn "
                       "the target off");
    }
    return true;
}

static int minute_of(const struct calendar_zone *zone, int64_t at)
{
    int64_t clock = calendar_clock_of(zone, at) / HOURS_MINUTE_MS;
    return (int)((clock % HOURS_DAY + HOURS_DAY) % HOURS_DAY);
}

bool alert_hours_hold(const struct alert_hours *hours, const struct calendar_zone *zone, int64_t at)
{
    int now = minute_of(zone, at);
    if (hours->from <= hours->until) {
        return now >= hours->from && now < hours->until;
    }
    return now >= hours->from || now < hours->until;
}

int64_t alert_hours_over(const struct alert_hours *hours, const struct calendar_zone *zone,
                         int64_t at)
{
    // Clocks that are set in between may make it hold again: then the next end is looked for.
    for (int tries = 0; tries < 4 && alert_hours_hold(hours, zone, at); tries++) {
        int64_t clock = calendar_clock_of(zone, at);
        int64_t day = clock - ((clock % CALENDAR_DAY_MS) + CALENDAR_DAY_MS) % CALENDAR_DAY_MS;
        int64_t end = day + (int64_t)hours->until * HOURS_MINUTE_MS;
        at = calendar_instants_of(zone, end > clock ? end : end + CALENDAR_DAY_MS).first;
    }
    return at;
}
