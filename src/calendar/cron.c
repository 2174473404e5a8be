// cron: see cron.h.

#include "calendar/cron.h"

#include "base/num.h"

enum { CRON_MINUTE_MS = 60000, CRON_YEARS = 40 };

// ---- reading ------------------------------------------------------------------------------------

struct cron_field {
    const char *name;
    int least;
    int most;
    int (*read)(struct str name); // of a name; or NULL
};

static const struct cron_field cron_fields[] = {
    { "minute", 0, 59, NULL },
    { "hour", 0, 23, NULL },
    { "day", 1, 31, NULL },
    { "month", 1, 12, calendar_month_read },
    { "weekday", 0, 7, calendar_weekday_read },
};
enum { CRON_FIELDS = 5, CRON_DAY = 2, CRON_WEEKDAY = 4 };

static bool cron_fault(const struct cron_field *field, struct str item, struct err *err)
{
    return err_set(err, ERR_INVALID, "\"%.*s\" is no %s of a schedule, which goes from %d to %d",
                   (int)(item.len < 60 ? item.len : 60), item.ptr, field->name, field->least,
                   field->most);
}

static bool cron_number(const struct cron_field *field, struct str text, int *number)
{
    uint64_t value;
    if (num_u64(text, (uint64_t)field->most, &value)) {
        *number = (int)value;
        return *number >= field->least;
    }
    *number = field->read == NULL ? -1 : field->read(text);
    return *number >= 0;
}

// Cuts off what stands before a mark; without one all of it, and nothing is left.
static struct str cron_cut(struct str *rest, char mark)
{
    const char *at = rest->len == 0 ? NULL : memchr(rest->ptr, mark, rest->len);
    struct str first = *rest;
    if (at == NULL) {
        *rest = (struct str){ rest->ptr + rest->len, 0 };
        return first;
    }
    first.len = (size_t)(at - rest->ptr);
    *rest = (struct str){ at + 1, rest->len - first.len - 1 };
    return first;
}

static bool cron_item(const struct cron_field *field, struct str item, uint64_t *set,
                      struct err *err)
{
    struct str rest = item;
    struct str range = cron_cut(&rest, '/');
    bool stepped = range.len < item.len;
    uint64_t step = 1;
    int from = field->least;
    int to = field->most;
    if (stepped && (!num_u64(rest, (uint64_t)field->most, &step) || step == 0)) {
        return cron_fault(field, item, err);
    }
    if (!str_eq(range, STR("*"))) {
        struct str last = range;
        struct str first = cron_cut(&last, '-');
        bool is_range = first.len < range.len;
        if (!cron_number(field, first, &from) || (is_range && !cron_number(field, last, &to))) {
            return cron_fault(field, item, err);
        }
        if (is_range && to == 0 && from > 0 && field->least == 0 && field->most == 7) {
            to = 7; // "fri-sun"
        }
        to = is_range || stepped ? to : from;
        if (from > to) {
            return cron_fault(field, item, err);
        }
    } else if (field->most == 7) {
        to = 6;
    }
    for (int at = from; at <= to; at += (int)step) {
        *set |= (uint64_t)1 << at;
    }
    return true;
}

static bool cron_set(int which, struct str text, uint64_t *set, bool *last_day, struct err *err)
{
    const struct cron_field *field = &cron_fields[which];
    struct str rest = text;
    bool more = true;
    *set = 0;
    while (more) {
        size_t before = rest.len;
        struct str item = cron_cut(&rest, ',');
        more = item.len < before;
        if (which == CRON_DAY && (str_eq(item, STR("L")) || str_eq(item, STR("l")))) {
            *last_day = true;
        } else if (!cron_item(field, item, set, err)) {
            return false;
        }
    }
    return true;
}

static bool cron_short(struct str *text, struct err *err)
{
    static const struct {
        const char *name;
        const char *means;
    } shorts[] = { { "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },
                   { "@midnight", "0 0 * * *" }, { "@weekly", "0 0 * * 0" },
                   { "@monthly", "0 0 1 * *" },  { "@yearly", "0 0 1 1 *" },
                   { "@annually", "0 0 1 1 *" } };
    for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
        if (str_eq(*text, str_of(shorts[i].name))) {
            *text = str_of(shorts[i].means);
            return true;
        }
    }
    return err_set(err, ERR_INVALID,
                   "\"%.*s\" is no schedule: @hourly, @daily, @weekly, @monthly, @yearly",
                   (int)(text->len < 60 ? text->len : 60), text->ptr);
}

static bool cron_words(struct str text, struct str words[CRON_FIELDS], struct err *err)
{
    size_t count = 0;
    struct str rest = text;
    while (rest.len > 0) {
        struct str word = cron_cut(&rest, ' ');
        if (word.len == 0) {
            continue;
        }
        if (count == CRON_FIELDS) {
            count++;
            break;
        }
        words[count++] = word;
    }
    return count == CRON_FIELDS ||
           err_set(err, ERR_INVALID,
                   "a schedule has five fields: minute hour day month weekday, as in "
                   "\"30 6 * * mon-fri\"");
}

// Is there a month with such a day? 29 February counts.
static bool cron_can_be(const struct calendar_cron *cron)
{
    if (cron->last_day || !cron->any_weekday) {
        return true;
    }
    for (int month = 1; month <= 12; month++) {
        for (int day = 1; day <= calendar_month_days(2000, month); day++) {
            if ((cron->months >> month & 1) != 0 && (cron->days >> day & 1) != 0) {
                return true;
            }
        }
    }
    return false;
}

bool calendar_cron_read(struct str text, struct calendar_cron *cron, struct err *err)
{
    struct str words[CRON_FIELDS];
    uint64_t sets[CRON_FIELDS] = { 0 };
    struct calendar_cron made = { .last_day = false };
    if (text.len > CALENDAR_CRON_MAX) {
        return err_set(err, ERR_INVALID, "a schedule is at most %d bytes long", CALENDAR_CRON_MAX);
    }
    if ((text.len > 0 && text.ptr[0] == '@' && !cron_short(&text, err)) ||
        !cron_words(text, words, err)) {
        return false;
    }
    for (int i = 0; i < CRON_FIELDS; i++) {
        if (!cron_set(i, words[i], &sets[i], &made.last_day, err)) {
            return false;
        }
    }
    made.minutes = sets[0];
    made.hours = (uint32_t)sets[1];
    made.days = (uint32_t)sets[CRON_DAY];
    made.months = (uint32_t)sets[3];
    made.weekdays = (uint32_t)((sets[CRON_WEEKDAY] | sets[CRON_WEEKDAY] >> 7) & 0x7f);
    made.any_hour = str_eq(words[1], STR("*"));
    made.any_day = str_eq(words[CRON_DAY], STR("*"));
    made.any_weekday = str_eq(words[CRON_WEEKDAY], STR("*"));
    if (!cron_can_be(&made)) {
        return err_set(err, ERR_INVALID, "no month that the schedule names has such a day");
    }
    *cron = made;
    return true;
}

// ---- asking -------------------------------------------------------------------------------------

static bool cron_has_day(const struct calendar_cron *cron, int64_t days)
{
    struct calendar_date date = calendar_date_of(days);
    if ((cron->months >> date.month & 1) == 0) {
        return false;
    }
    bool day = (cron->days >> date.day & 1) != 0 ||
               (cron->last_day && date.day == calendar_month_days(date.year, date.month));
    bool weekday = (cron->weekdays >> calendar_weekday_of(days) & 1) != 0;
    return cron->any_day ? weekday : cron->any_weekday ? day : day || weekday;
}

// The first minute of the clock at or after one that fits; false: none before `end`.
static bool cron_clock(const struct calendar_cron *cron, int64_t clock, int64_t end, int64_t *fit)
{
    int64_t minute = clock / CRON_MINUTE_MS + (clock % CRON_MINUTE_MS > 0 ? 1 : 0);
    int64_t day = minute / 1440 - (minute % 1440 < 0 ? 1 : 0);
    int in_day = (int)(minute - day * 1440);
    int64_t end_day = end / CALENDAR_DAY_MS;
    for (; day <= end_day; day++, in_day = 0) {
        if (!cron_has_day(cron, day)) {
            continue;
        }
        for (int hour = in_day / 60; hour < 24; hour++) {
            int from = hour == in_day / 60 ? in_day % 60 : 0;
            uint64_t left = cron->minutes >> from << from;
            if ((cron->hours >> hour & 1) != 0 && left != 0) {
                *fit = (day * 1440 + hour * 60 + __builtin_ctzll(left)) * CRON_MINUTE_MS;
                return true;
            }
        }
    }
    return false;
}

// By the clock: once a time that it shows.
static bool cron_by_clock(const struct calendar_cron *cron, const struct calendar_zone *zone,
                          int64_t at, int64_t end, int64_t *due)
{
    int64_t clock = calendar_clock_of(zone, at);
    while (cron_clock(cron, clock, end, &clock)) {
        *due = calendar_instants_of(zone, clock).first;
        if (*due > at) {
            return true;
        }
        clock += CRON_MINUTE_MS;
    }
    return false;
}

// By real hours: every instant at which the clock shows a time that fits, from one change of the
// clock to the next.
static bool cron_by_hours(const struct calendar_cron *cron, const struct calendar_zone *zone,
                          int64_t at, int64_t end, int64_t *due)
{
    int64_t from = at + 1;
    bool more = true;
    while (more && from < end) {
        int64_t until = CALENDAR_MOST_MS;
        int64_t ahead = calendar_clock_of(zone, from) - from;
        int64_t fit;
        more = calendar_change_after(zone, from, &until);
        if (cron_clock(cron, from + ahead, (until < end ? until : end) + ahead, &fit) &&
            fit - ahead < until) {
            *due = fit - ahead;
            return true;
        }
        from = until;
    }
    return false;
}

static bool cron_next(const struct calendar_cron *cron, const struct calendar_zone *zone,
                      int64_t at, int64_t end, int64_t *due)
{
    return cron->any_hour ? cron_by_hours(cron, zone, at, end, due)
                          : cron_by_clock(cron, zone, at, end, due);
}

bool calendar_cron_after(const struct calendar_cron *cron, const struct calendar_zone *zone,
                         int64_t at, int64_t *due)
{
    int64_t most = CALENDAR_MOST_MS - 2 * CALENDAR_DAY_MS;
    int64_t from =
        at < CALENDAR_LEAST_MS + 2 * CALENDAR_DAY_MS ? CALENDAR_LEAST_MS + 2 * CALENDAR_DAY_MS : at;
    int64_t end = from > most ? most : from + (int64_t)CRON_YEARS * 366 * CALENDAR_DAY_MS;
    return from < most && cron_next(cron, zone, from, end < most ? end : most, due);
}

// Due times are a rising function of the instant that is asked after: so the last one is found by
// halving.
bool calendar_cron_before(const struct calendar_cron *cron, const struct calendar_zone *zone,
                          int64_t at, int64_t *due)
{
    int64_t high = at;
    int64_t back = (int64_t)3600 * 1000;
    int64_t found;
    while (!(calendar_cron_after(cron, zone, at - back, &found) && found <= at)) {
        high = at - back;
        back *= 2;
        if (back > (int64_t)CRON_YEARS * 366 * CALENDAR_DAY_MS) {
            return false;
        }
    }
    int64_t low = at - back; // something is due after low, and by `at`; nothing between high and at
    *due = found;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (calendar_cron_after(cron, zone, middle, &found) && found <= at) {
            low = middle;
            *due = found;
        } else {
            high = middle;
        }
    }
    return true;
}
