#include "calendar/cron.h"
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

static int64_t utc(const int *t)
{
    return calendar_days_of((struct calendar_date){ t[0], t[1], t[2] }) * CALENDAR_DAY_MS +
           (int64_t)(t[3] * 60 + t[4]) * 60000;
}

static void test_texts(void)
{
    static const struct {
        const char *text;
        const char *says; // NULL: it is good
    } rows[] = {
        { "* * * * *", NULL },
        { "@daily", NULL },
        { "@monthly", NULL },
        { "0 0 1,15 * *", NULL },
        { "*/5 8-18/2 * jan-mar mon-fri", NULL },
        { "0 0 L * *", NULL },
        { "0 0 * * 5-7", NULL },
        { "0 0 * * fri-sun", NULL },
        { "0  0   29 2 *", NULL },
        { "5/10 * * * *", NULL },
        { "", "five fields" },
        { "0 0 * *", "five fields" },
        { "0 0 * * * *", "five fields" },
        { "60 0 * * *", "minute" },
        { "0 24 * * *", "hour" },
        { "0 0 0 * *", "day" },
        { "0 0 32 * *", "day" },
        { "0 0 * 13 *", "month" },
        { "0 0 * * 8", "weekday" },
        { "0 0 * foo *", "month" },
        { "0 0 30 2 *", "no month" },
        { "0 0 31 4,6,9,11 *", "no month" },
        { "30-10 0 * * *", "minute" },
        { "*/0 0 * * *", "minute" },
        { "1,,2 0 * * *", "minute" },
        { "1- 0 * * *", "minute" },
        { "-1 0 * * *", "minute" },
        { "+1 0 * * *", "minute" },
        { "@often", "@hourly" },
        { "0 0 * * mon\t", "weekday" },
    };
    struct calendar_cron cron;
    struct err err;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool good = calendar_cron_read(str_of(rows[i].text), &cron, &err);
        bool right = rows[i].says == NULL ? good : !good && strstr(err.text, rows[i].says) != NULL;
        CHECK(right);
        if (!right) {
            printf("# %s: %s\n", rows[i].text, good ? "read" : err.text);
        }
    }
}

static void test_the_next_time(void)
{
    static const struct {
        const char *text;
        const char *zone;
        int at[5];   // UTC
        int next[5]; // UTC
    } rows[] = {
        { "0 0 1 * *", "UTC", { 2026, 11, 22, 10, 0 }, { 2026, 12, 1, 0, 0 } },
        { "0 0 1 * *", "Europe/Berlin", { 2026, 11, 22, 10, 0 }, { 2026, 11, 30, 23, 0 } },
        { "0 0 1 * *", "UTC", { 2026, 12, 1, 0, 0 }, { 2027, 1, 1, 0, 0 } },
        { "0 0 L * *", "UTC", { 2026, 2, 1, 0, 0 }, { 2026, 2, 28, 0, 0 } },
        { "0 0 L * *", "UTC", { 2028, 2, 1, 0, 0 }, { 2028, 2, 29, 0, 0 } },
        { "0 0 29 2 *", "UTC", { 2096, 3, 1, 0, 0 }, { 2104, 2, 29, 0, 0 } },
        { "30 6 * * mon-fri", "UTC", { 2026, 11, 20, 6, 30 }, { 2026, 11, 23, 6, 30 } },
        { "0 0 13 * fri", "UTC", { 2026, 11, 1, 0, 0 }, { 2026, 11, 6, 0, 0 } },
        { "0 0 * * 7", "UTC", { 2026, 11, 20, 0, 0 }, { 2026, 11, 22, 0, 0 } },
        { "*/20 * * * *", "UTC", { 2026, 11, 20, 0, 41 }, { 2026, 11, 20, 1, 0 } },
        // 02:30 is jumped over: right after the jump, once.
        { "30 2 * * *", "Europe/Berlin", { 2026, 3, 28, 12, 0 }, { 2026, 3, 29, 1, 0 } },
        { "30 2 * * *", "Europe/Berlin", { 2026, 3, 29, 1, 0 }, { 2026, 3, 30, 0, 30 } },
        { "*/10 2 * * *", "Europe/Berlin", { 2026, 3, 29, 0, 0 }, { 2026, 3, 29, 1, 0 } },
        { "*/10 2 * * *", "Europe/Berlin", { 2026, 3, 29, 1, 0 }, { 2026, 3, 30, 0, 0 } },
        // 02:30 is shown twice: the first time, once.
        { "30 2 * * *", "Europe/Berlin", { 2026, 10, 24, 12, 0 }, { 2026, 10, 25, 0, 30 } },
        { "30 2 * * *", "Europe/Berlin", { 2026, 10, 25, 0, 30 }, { 2026, 10, 26, 1, 30 } },
        { "30 2 * * *", "Europe/Berlin", { 2026, 10, 25, 1, 0 }, { 2026, 10, 26, 1, 30 } },
        // Every hour goes by real hours.
        { "30 * * * *", "Europe/Berlin", { 2026, 10, 25, 0, 30 }, { 2026, 10, 25, 1, 30 } },
        { "30 * * * *", "Europe/Berlin", { 2026, 10, 25, 1, 30 }, { 2026, 10, 25, 2, 30 } },
        { "30 * * * *", "Europe/Berlin", { 2026, 3, 29, 0, 30 }, { 2026, 3, 29, 1, 30 } },
        { "0 12 30 12 *", "Pacific/Apia", { 2011, 12, 1, 0, 0 }, { 2011, 12, 30, 10, 0 } },
        { "0 12 30 12 *", "Pacific/Apia", { 2011, 12, 30, 10, 0 }, { 2012, 12, 29, 22, 0 } },
        { "0 0 * * *", "Australia/Lord_Howe", { 2026, 4, 4, 13, 0 }, { 2026, 4, 5, 13, 30 } },
        { "0 3 19 1 *", "UTC", { 2037, 2, 1, 0, 0 }, { 2038, 1, 19, 3, 0 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct calendar_cron cron;
        struct err err;
        int64_t due = 0;
        CHECK(calendar_cron_read(str_of(rows[i].text), &cron, &err));
        bool good = calendar_cron_after(&cron, zone_of(rows[i].zone), utc(rows[i].at), &due) &&
                    due == utc(rows[i].next);
        CHECK(good);
        if (!good) {
            printf("# row %zu \"%s\": %lld is not %lld\n", i, rows[i].text, (long long)due,
                   (long long)utc(rows[i].next));
        }
    }
}

static void test_the_last_time(void)
{
    static const char *const texts[] = { "* * * * *",  "*/7 * * * *", "30 2 * * *", "0 0 1 * *",
                                         "0 0 29 2 *", "@weekly",     "5 4 L jun *" };
    const struct calendar_zone *zone = zone_of("America/New_York");
    bool good = true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct calendar_cron cron;
        struct err err;
        int64_t at = utc((const int[]){ 2026, 3, 7, 3, 3 }) + 777;
        int64_t due = 0;
        int64_t before;
        CHECK(calendar_cron_read(str_of(texts[i]), &cron, &err));
        CHECK(calendar_cron_before(&cron, zone, at, &before) && before <= at);
        for (int k = 0; k < 300; k++, at = due) {
            good = good && calendar_cron_after(&cron, zone, at, &due) && due > at &&
                   calendar_cron_before(&cron, zone, due, &before) && before == due &&
                   calendar_cron_before(&cron, zone, due - 1, &before) && before < due &&
                   calendar_cron_after(&cron, zone, before, &before) && before == due;
        }
    }
    CHECK(good);
}

static void test_the_ends_of_time(void)
{
    struct calendar_cron cron;
    struct err err;
    int64_t due;
    CHECK(calendar_cron_read(STR("@daily"), &cron, &err));
    CHECK(!calendar_cron_after(&cron, calendar_zone_utc(), INT64_MAX, &due));
    CHECK(calendar_cron_after(&cron, calendar_zone_utc(), INT64_MIN, &due));
    CHECK(calendar_cron_after(&cron, calendar_zone_utc(), -1, &due) && due == 0);
    CHECK(calendar_cron_before(&cron, calendar_zone_utc(), CALENDAR_MOST_MS, &due));
}

int main(void)
{
    test_texts();
    test_the_next_time();
    test_the_last_time();
    test_the_ends_of_time();
    arena_free(&test_arena);
    return tap_done();
}
