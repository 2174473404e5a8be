#include "calendar/load.h"
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

static int64_t clock_of(int year, int month, int day, int hour, int minute)
{
    return calendar_days_of((struct calendar_date){ year, month, day }) * CALENDAR_DAY_MS +
           (int64_t)(hour * 60 + minute) * 60000;
}

static void test_gaps_and_overlaps(void)
{
    // Each instant is the UTC clock's.
    static const struct {
        const char *zone;
        int clock[5];
        int count;
        int first[5];
        int last[5];
    } rows[] = {
        { "Europe/Berlin",
          { 2026, 3, 29, 1, 59 },
          1,
          { 2026, 3, 29, 0, 59 },
          { 2026, 3, 29, 0, 59 } },
        { "Europe/Berlin", { 2026, 3, 29, 2, 0 }, 0, { 2026, 3, 29, 1, 0 }, { 2026, 3, 29, 1, 0 } },
        { "Europe/Berlin",
          { 2026, 3, 29, 2, 59 },
          0,
          { 2026, 3, 29, 1, 0 },
          { 2026, 3, 29, 1, 0 } },
        { "Europe/Berlin", { 2026, 3, 29, 3, 0 }, 1, { 2026, 3, 29, 1, 0 }, { 2026, 3, 29, 1, 0 } },
        { "Europe/Berlin",
          { 2026, 10, 25, 1, 59 },
          1,
          { 2026, 10, 24, 23, 59 },
          { 2026, 10, 24, 23, 59 } },
        { "Europe/Berlin",
          { 2026, 10, 25, 2, 0 },
          2,
          { 2026, 10, 25, 0, 0 },
          { 2026, 10, 25, 1, 0 } },
        { "Europe/Berlin",
          { 2026, 10, 25, 2, 59 },
          2,
          { 2026, 10, 25, 0, 59 },
          { 2026, 10, 25, 1, 59 } },
        { "Europe/Berlin",
          { 2026, 10, 25, 3, 0 },
          1,
          { 2026, 10, 25, 2, 0 },
          { 2026, 10, 25, 2, 0 } },
        { "Europe/Berlin",
          { 2090, 3, 26, 2, 30 },
          0,
          { 2090, 3, 26, 1, 0 },
          { 2090, 3, 26, 1, 0 } },
        { "America/New_York",
          { 2026, 11, 1, 1, 30 },
          2,
          { 2026, 11, 1, 5, 30 },
          { 2026, 11, 1, 6, 30 } },
        { "America/New_York",
          { 2026, 3, 8, 2, 30 },
          0,
          { 2026, 3, 8, 7, 0 },
          { 2026, 3, 8, 7, 0 } },
        // Half an hour of summer.
        { "Australia/Lord_Howe",
          { 2026, 4, 5, 1, 45 },
          2,
          { 2026, 4, 4, 14, 45 },
          { 2026, 4, 4, 15, 15 } },
        { "Australia/Lord_Howe",
          { 2026, 10, 4, 2, 15 },
          0,
          { 2026, 10, 3, 15, 30 },
          { 2026, 10, 3, 15, 30 } },
        // A day that was not.
        { "Pacific/Apia",
          { 2011, 12, 30, 12, 0 },
          0,
          { 2011, 12, 30, 10, 0 },
          { 2011, 12, 30, 10, 0 } },
        { "Pacific/Apia",
          { 2011, 12, 31, 0, 0 },
          1,
          { 2011, 12, 30, 10, 0 },
          { 2011, 12, 30, 10, 0 } },
        // And one that was twice.
        { "Pacific/Kwajalein",
          { 1969, 9, 30, 12, 0 },
          2,
          { 1969, 9, 30, 1, 0 },
          { 1969, 10, 1, 0, 0 } },
        { "Asia/Kolkata", { 2026, 1, 1, 5, 30 }, 1, { 2026, 1, 1, 0, 0 }, { 2026, 1, 1, 0, 0 } },
        { "UTC", { 2026, 1, 1, 5, 30 }, 1, { 2026, 1, 1, 5, 30 }, { 2026, 1, 1, 5, 30 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int *c = rows[i].clock;
        const int *f = rows[i].first;
        const int *l = rows[i].last;
        struct calendar_instants got =
            calendar_instants_of(zone_of(rows[i].zone), clock_of(c[0], c[1], c[2], c[3], c[4]));
        bool good = got.count == rows[i].count &&
                    got.first == clock_of(f[0], f[1], f[2], f[3], f[4]) &&
                    got.last == clock_of(l[0], l[1], l[2], l[3], l[4]);
        CHECK(good);
        if (!good) {
            printf("# row %zu: %d %lld %lld\n", i, got.count, (long long)got.first,
                   (long long)got.last);
        }
    }
}

static void test_a_clock_shows_date_time_and_zone(void)
{
    struct calendar_local local =
        calendar_local_of(zone_of("Europe/Berlin"), clock_of(2026, 7, 1, 22, 5) + 61007);
    CHECK(local.date.year == 2026 && local.date.month == 7 && local.date.day == 2);
    CHECK(local.hour == 0 && local.minute == 6 && local.second == 1 && local.milli == 7);
    CHECK(local.weekday == 4 && local.offset_s == 7200 && local.is_summer);
    CHECK_STR(str_of(local.zone), "CEST");
    OWN(buf_free) struct buf buf = BUF_CAP(100);
    calendar_add_text(&buf, zone_of("Asia/Kathmandu"), clock_of(2026, 1, 1, 0, 0));
    CHECK_STR(buf_str(&buf), "2026-01-01 05:45");
    // What lies outside all years is taken for the nearest end.
    CHECK(calendar_local_of(calendar_zone_utc(), INT64_MAX).date.year == 9999);
    CHECK(calendar_local_of(calendar_zone_utc(), INT64_MIN).date.year == 1);
    CHECK(calendar_instants_of(calendar_zone_utc(), INT64_MAX).first == CALENDAR_MOST_MS);
    int64_t change;
    CHECK(!calendar_change_after(calendar_zone_utc(), 0, &change));
    CHECK(!calendar_change_after(zone_of("Europe/Berlin"), INT64_MAX, &change));
    CHECK(calendar_change_after(zone_of("Europe/Berlin"), clock_of(2026, 1, 1, 0, 0), &change) &&
          change == clock_of(2026, 3, 29, 1, 0));
}

// --- files that are none
// --------------------------------------------------------------------------

static void put(struct buf *buf, const void *bytes, size_t len)
{
    buf_add(buf, (struct str){ bytes, len });
}

static void put_u32(struct buf *buf, uint32_t value)
{
    const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value };
    put(buf, bytes, 4);
}

static void put_head(struct buf *buf, char version, uint32_t leap, uint32_t time, uint32_t type)
{
    static const char zeros[15] = { 0 };
    put(buf, "TZif", 4);
    put(buf, &version, 1);
    put(buf, zeros, 15);
    put_u32(buf, 0);
    put_u32(buf, 0);
    put_u32(buf, leap);
    put_u32(buf, time);
    put_u32(buf, type);
    put_u32(buf, 4);
}

// A file of version 2 with one kind, no change, and a rule.
static void put_file(struct buf *buf, const char *rule)
{
    for (int i = 0; i < 2; i++) {
        put_head(buf, '2', 0, 0, 1);
        put_u32(buf, 3600);
        put(buf, "\0\0", 2);
        put(buf, "ABC\0", 4);
    }
    put(buf, "\n", 1);
    put(buf, rule, strlen(rule));
    put(buf, "\n", 1);
}

static bool is_read(struct str bytes, const struct calendar_zone **zone)
{
    struct err err;
    return calendar_zone_read(bytes, STR("Test/Zone"), &test_arena, zone, &err);
}

static void test_rules(void)
{
    static const struct {
        const char *rule;
        bool good;
    } rows[] = {
        { "", true },
        { "CET-1", true },
        { "<-03>3", true },
        { "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", true },
        { "IST-1GMT0,M10.5.0,M3.5.0/1", true },
        { "EET-2EEST,M3.4.4/50,M10.4.4/50", true },
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true },
        { "XXX3EDT4,0/0,J365/23", true },
        { "CET-1CEST", false },
        { "CE-1", false },
        { "CET", false },
        { "CET-25", false },
        { "CET-1CEST,M13.5.0,M10.5.0", false },
        { "CET-1CEST,M3.0.0,M10.5.0", false },
        { "CET-1CEST,M3.6.0,M10.5.0", false },
        { "CET-1CEST,M3.5.7,M10.5.0", false },
        { "CET-1CEST,M3.5.0", false },
        { "CET-1CEST,J0,J365", false },
        { "CET-1CEST,366,J365", false },
        { "CET-1CEST,M3.5.0/168,M10.5.0", false },
        { "CET-1CEST,M3.5.0,M10.5.0 ", false },
        { "<+03-3", false },
        { "ABCDEFGHIJKLMNOPQ-1", false },
        { ":Europe/Berlin", false },
    };
    const struct calendar_zone *zone;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(1000);
        put_file(&buf, rows[i].rule);
        bool good = is_read(buf_str(&buf), &zone) == rows[i].good;
        CHECK(good);
        if (!good) {
            printf("# %s\n", rows[i].rule);
        }
    }
}

// RFC 8536, 3.3.1: summer all year long.
static void test_a_summer_that_never_ends(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1000);
    const struct calendar_zone *zone;
    bool good = true;
    put_file(&buf, "XXX3EDT4,0/0,J365/23");
    CHECK(is_read(buf_str(&buf), &zone));
    for (int64_t at = 0; at < 400LL * 3600000 * 24; at += 1800000) {
        good = good && calendar_local_of(zone, at).offset_s == -4 * 3600;
    }
    CHECK(good);
}

static void test_a_damaged_file_is_refused(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1000);
    const struct calendar_zone *zone;
    bool refused = true;
    put_file(&buf, "CET-1CEST,M3.5.0,M10.5.0/3");
    CHECK(is_read(buf_str(&buf), &zone));
    for (size_t len = 0; len < buf.len; len++) {
        refused = refused && !is_read((struct str){ buf.ptr, len }, &zone);
    }
    CHECK(refused);
    OWN(buf_free) struct buf leap = BUF_CAP(1000);
    put_head(&leap, '\0', 1, 0, 1);
    put_u32(&leap, 0);
    put(&leap, "\0\0ABC\0\0\0\0\1\0\0\0\1", 14);
    CHECK(!is_read(buf_str(&leap), &zone));
    OWN(buf_free) struct buf none = BUF_CAP(1000);
    put_head(&none, '\0', 0, 0, 0);
    CHECK(!is_read(buf_str(&none), &zone));
    OWN(buf_free) struct buf old = BUF_CAP(1000);
    put_head(&old, '\0', 0, 1, 1);
    put_u32(&old, 0x80000000U);
    put(&old, "\0", 1);
    put_u32(&old, 0xfffff1f0U);
    put(&old, "\0\0ABC", 6);
    CHECK(buf_ok(&old));
    OWN(arena_free) struct arena small = ARENA_CAP(16);
    struct err err;
    CHECK(!calendar_zone_read(buf_str(&buf), STR("X"), &small, &zone, &err));
    put(&old, "\0", 1);
    CHECK(is_read(buf_str(&old), &zone));
    CHECK(calendar_local_of(zone, 0).offset_s == -3600);
}

int main(void)
{
    test_gaps_and_overlaps();
    test_a_clock_shows_date_time_and_zone();
    test_rules();
    test_a_summer_that_never_ends();
    test_a_damaged_file_is_refused();
    arena_free(&test_arena);
    return tap_done();
}
