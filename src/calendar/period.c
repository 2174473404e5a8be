// period: see period.h.

#include "calendar/period.h"

static const char *const period_names[CALENDAR_PERIOD_COUNT] = { "always", "day",  "week",
                                                                 "month",  "term", "year" };

const char *calendar_period_name(enum calendar_period period)
{
    return period_names[period];
}

bool calendar_period_read(struct str name, enum calendar_period *period)
{
    for (int i = 0; i < CALENDAR_PERIOD_COUNT; i++) {
        if (str_eq(name, str_of(period_names[i]))) {
            *period = (enum calendar_period)i;
            return true;
        }
    }
    return false;
}

bool calendar_terms_check(const struct calendar_term *terms, size_t count, struct err *err)
{
    if (count > CALENDAR_TERMS_MAX) {
        return err_set(err, ERR_LIMIT, "a site has at most %d terms", CALENDAR_TERMS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        int64_t first = calendar_days_of(terms[i].first);
        if (first > calendar_days_of(terms[i].last)) {
            return err_set(err, ERR_INVALID, "term \"%.*s\" ends before it begins",
                           (int)terms[i].name.len, terms[i].name.ptr);
        }
        if (i > 0 && first <= calendar_days_of(terms[i - 1].last)) {
            return err_set(err, ERR_INVALID,
                           "term \"%.*s\" begins before the one ahead of it has ended",
                           (int)terms[i].name.len, terms[i].name.ptr);
        }
    }
    return true;
}

static int64_t period_begin(const struct calendar_zone *zone, int64_t days)
{
    return calendar_instants_of(zone, days * CALENDAR_DAY_MS).first;
}

// The day that an instant belongs to, where a day begins once: the hour that clocks show twice
// around a midnight belongs to the later day from the first time on.
static int64_t period_day(const struct calendar_zone *zone, int64_t at)
{
    int64_t clock = calendar_clock_of(zone, at);
    int64_t day = clock / CALENDAR_DAY_MS - (clock % CALENDAR_DAY_MS < 0 ? 1 : 0);
    while (period_begin(zone, day + 1) <= at) {
        day++;
    }
    while (period_begin(zone, day) > at) {
        day--;
    }
    return day;
}

static struct calendar_span period_term(const struct calendar_site *site, int64_t at)
{
    struct calendar_span span = { CALENDAR_LEAST_MS, CALENDAR_MOST_MS, STR("") };
    for (size_t i = 0; i < site->term_count; i++) {
        const struct calendar_term *term = &site->terms[i];
        int64_t from = period_begin(site->zone, calendar_days_of(term->first));
        int64_t until = period_begin(site->zone, calendar_days_of(term->last) + 1);
        if (at < from) {
            span.until = from;
            return span;
        }
        if (at < until) {
            return (struct calendar_span){ from, until, term->name };
        }
        span.from = until;
    }
    return span;
}

struct calendar_span calendar_span_of(const struct calendar_site *site, enum calendar_period period,
                                      int64_t at)
{
    struct calendar_span span = { CALENDAR_LEAST_MS, CALENDAR_MOST_MS, STR("") };
    int64_t now =
        at < CALENDAR_LEAST_MS + 400 * CALENDAR_DAY_MS  ? CALENDAR_LEAST_MS + 400 * CALENDAR_DAY_MS
        : at > CALENDAR_MOST_MS - 400 * CALENDAR_DAY_MS ? CALENDAR_MOST_MS - 400 * CALENDAR_DAY_MS
                                                        : at;
    int64_t first = period_day(site->zone, now);
    struct calendar_date date = calendar_date_of(first);
    int64_t next = first + 1;
    switch (period) {
    case CALENDAR_PERIOD_COUNT:
    case CALENDAR_ALWAYS: return span;
    case CALENDAR_TERM: return period_term(site, now);
    case CALENDAR_DAY: break;
    case CALENDAR_WEEK:
        first -= (calendar_weekday_of(first) - site->week_begins + 7) % 7;
        next = first + 7;
        break;
    case CALENDAR_MONTH:
        first -= date.day - 1;
        next = first + calendar_month_days(date.year, date.month);
        break;
    case CALENDAR_YEAR:
        first = calendar_days_of((struct calendar_date){ date.year, 1, 1 });
        next = calendar_days_of((struct calendar_date){ date.year + 1, 1, 1 });
        break;
    }
    span.from = period_begin(site->zone, first);
    span.until = period_begin(site->zone, next);
    return span;
}

void calendar_span_add_text(struct buf *buf, const struct calendar_site *site,
                            enum calendar_period period, const struct calendar_span *span)
{
    struct calendar_date date = calendar_date_of(period_day(site->zone, span->from));
    switch (period) {
    case CALENDAR_PERIOD_COUNT:
    case CALENDAR_ALWAYS: buf_addf(buf, "always"); break;
    case CALENDAR_TERM:
        buf_addf(buf, "%.*s", (int)span->term.len, span->term.len > 0 ? span->term.ptr : "");
        break;
    case CALENDAR_DAY: calendar_date_add_text(buf, date); break;
    case CALENDAR_WEEK:
        buf_addf(buf, "week of ");
        calendar_date_add_text(buf, date);
        break;
    case CALENDAR_MONTH: buf_addf(buf, "%04d-%02d", date.year, date.month); break;
    case CALENDAR_YEAR: buf_addf(buf, "%04d", date.year); break;
    }
}
