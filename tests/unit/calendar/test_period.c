#include "calendar/load.h"
#include "calendar/period.h"
#include "lib/tap.h"

static struct arena test_arena = { .cap = 4 << 20 };

static const struct calendar_zone *zone_of(const char *name)
{
    const struct calendar_zone *zone = NULL;
    struct err err;
    if (!calendar_zone_load(str_of(name), &test_arena, &zone, &err)) {
        printf("# %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return zone;
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return calendar_days_of((struct calendar_date){ year, month, day }) * CALENDAR_DAY_MS +
           (int64_t)(hour * 60 + minute) * 60000;
}

static void check_span(const struct calendar_site *site, enum calendar_period period, int64_t at,
                       int64_t from, int64_t until)
{
    struct calendar_span span = calendar_span_of(site, period, at);
    CHECK(span.from == from && span.until == until);
    if (span.from != from || span.until != until) {
        printf("# %lld %lld\n", (long long)span.from, (long long)span.until);
    }
}

static void test_periods_of_a_zone(void)
{
    struct calendar_site site = { .zone = zone_of("Europe/Berlin"), .week_begins = 1 };
    int64_t at = utc(2026, 10, 25, 12, 0); // a Sunday of 25 hours
    check_span(&site, CALENDAR_DAY, at, utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 23, 0));
    check_span(&site, CALENDAR_WEEK, at, utc(2026, 10, 18, 22, 0), utc(2026, 10, 25, 23, 0));
    check_span(&site, CALENDAR_MONTH, at, utc(2026, 9, 30, 22, 0), utc(2026, 10, 31, 23, 0));
    check_span(&site, CALENDAR_YEAR, at, utc(2025, 12, 31, 23, 0), utc(2026, 12, 31, 23, 0));
    check_span(&site, CALENDAR_ALWAYS, at, CALENDAR_LEAST_MS, CALENDAR_MOST_MS);
    site.week_begins = 0;
    check_span(&site, CALENDAR_WEEK, at, utc(2026, 10, 24, 22, 0), utc(2026, 10, 31, 23, 0));
    // The last millisecond belongs to the day, the next one does not.
    check_span(&site, CALENDAR_DAY, utc(2026, 10, 25, 23, 0) - 1, utc(2026, 10, 24, 22, 0),
               utc(2026, 10, 25, 23, 0));
    check_span(&site, CALENDAR_DAY, utc(2026, 10, 25, 23, 0), utc(2026, 10, 25, 23, 0),
               utc(2026, 10, 26, 23, 0));
    site.zone = zone_of("Pacific/Apia"); // 30 December 2011 was not
    check_span(&site, CALENDAR_DAY, utc(2011, 12, 30, 9, 59), utc(2011, 12, 29, 10, 0),
               utc(2011, 12, 30, 10, 0));
    check_span(&site, CALENDAR_DAY, utc(2011, 12, 30, 10, 0), utc(2011, 12, 30, 10, 0),
               utc(2011, 12, 31, 10, 0));
}

static void test_each_instant_is_in_exactly_one(void)
{
    // Clocks are set at midnight, or were, in these.
    static const char *const names[] = { "America/Sao_Paulo", "America/Havana",   "Asia/Beirut",
                                         "Pacific/Kwajalein", "America/St_Johns", "Asia/Amman" };
    bool good = true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct calendar_site site = { .zone = zone_of(names[i]), .week_begins = 1 };
        int64_t at = utc(1960, 1, 1, 0, 0);
        while (at < utc(2040, 1, 1, 0, 0)) {
            struct calendar_span span = calendar_span_of(&site, CALENDAR_DAY, at);
            struct calendar_span last = calendar_span_of(&site, CALENDAR_DAY, span.until - 1);
            struct calendar_span month = calendar_span_of(&site, CALENDAR_MONTH, at);
            good = good && span.from <= at && span.until > at && last.from == span.from &&
                   month.from <= span.from && month.until >= span.until &&
                   calendar_span_of(&site, CALENDAR_DAY, span.until).from == span.until;
            at = span.until;
        }
    }
    CHECK(good);
}

static void test_terms(void)
{
    const struct calendar_term terms[] = {
        { STR("autumn"), { 2026, 9, 1 }, { 2027, 1, 31 } },
        { STR("spring"), { 2027, 2, 1 }, { 2027, 6, 30 } },
        { STR("next"), { 2027, 9, 1 }, { 2028, 1, 31 } },
    };
    struct calendar_site site = { zone_of("Europe/Berlin"), 1, terms, 3 };
    struct calendar_term bad[2] = { terms[0], terms[1] };
    struct err err;
    CHECK(calendar_terms_check(terms, 3, &err));
    bad[1].first.day = 31;
    bad[1].first.month = 1;
    CHECK(!calendar_terms_check(bad, 2, &err));
    bad[1] = terms[1];
    bad[1].last = (struct calendar_date){ 2027, 1, 1 };
    CHECK(!calendar_terms_check(bad, 2, &err));
    check_span(&site, CALENDAR_TERM, utc(2026, 12, 1, 0, 0), utc(2026, 8, 31, 22, 0),
               utc(2027, 1, 31, 23, 0));
    check_span(&site, CALENDAR_TERM, utc(2027, 1, 31, 23, 0), utc(2027, 1, 31, 23, 0),
               utc(2027, 6, 30, 22, 0));
    check_span(&site, CALENDAR_TERM, utc(2027, 7, 15, 0, 0), utc(2027, 6, 30, 22, 0),
               utc(2027, 8, 31, 22, 0));
    check_span(&site, CALENDAR_TERM, utc(2030, 1, 1, 0, 0), utc(2028, 1, 31, 23, 0),
               CALENDAR_MOST_MS);
    check_span(&site, CALENDAR_TERM, utc(2020, 1, 1, 0, 0), CALENDAR_LEAST_MS,
               utc(2026, 8, 31, 22, 0));
    struct calendar_span span = calendar_span_of(&site, CALENDAR_TERM, utc(2027, 3, 1, 0, 0));
    CHECK_STR(span.term, "spring");
    CHECK_STR(calendar_span_of(&site, CALENDAR_TERM, utc(2027, 7, 15, 0, 0)).term, "");
}

static void test_names_and_texts(void)
{
    static const char *const texts[] = { "always",  "2026-10-25", "week of 2026-10-19",
                                         "2026-10", "",           "2026" };
    struct calendar_site site = { .zone = zone_of("Europe/Berlin"), .week_begins = 1 };
    enum calendar_period period;
    for (int i = 0; i < CALENDAR_PERIOD_COUNT; i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(100);
        CHECK(
            calendar_period_read(str_of(calendar_period_name((enum calendar_period)i)), &period) &&
            (int)period == i);
        struct calendar_span span = calendar_span_of(&site, period, utc(2026, 10, 25, 12, 0));
        calendar_span_add_text(&buf, &site, period, &span);
        CHECK(str_eq(buf_str(&buf), str_of(texts[i])));
    }
    CHECK(!calendar_period_read(STR("fortnight"), &period));
    CHECK(calendar_span_of(&site, CALENDAR_MONTH, INT64_MIN).from < 0);
    CHECK(calendar_span_of(&site, CALENDAR_MONTH, INT64_MAX).until > 0);
}

int main(void)
{
    test_periods_of_a_zone();
    test_each_instant_is_in_exactly_one();
    test_terms();
    test_names_and_texts();
    arena_free(&test_arena);
    return tap_done();
}
