// What clocks show, against the C library's own reader of the same database, over two hundred
// years; and the way back.
#include "calendar/load.h"
#include "lib/tap.h"
#include <time.h>

static const char *const zones[] = {
    "Europe/Berlin",   "America/New_York",  "Australia/Lord_Howe", "Africa/Casablanca",
    "Asia/Kolkata",    "Pacific/Apia",      "Europe/Dublin",       "America/Sao_Paulo",
    "Asia/Tehran",     "Pacific/Kwajalein", "Antarctica/Troll",    "America/St_Johns",
    "Africa/Cairo",    "Asia/Gaza",         "Pacific/Chatham",     "America/Scoresbysund",
    "Africa/Monrovia", "Asia/Manila",       "Europe/London",       "Etc/GMT+12",
};

static uint64_t seed = 20261122;

static uint64_t below(uint64_t bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % bound;
}

static bool is_same(const struct calendar_zone *zone, int64_t second)
{
    struct calendar_local ours = calendar_local_of(zone, second * 1000);
    time_t at = (time_t)second;
    struct tm theirs;
    (void)localtime_r(&at, &theirs);
    return ours.date.year == theirs.tm_year + 1900 && ours.date.month == theirs.tm_mon + 1 &&
           ours.date.day == theirs.tm_mday && ours.hour == theirs.tm_hour &&
           ours.minute == theirs.tm_min && ours.second == theirs.tm_sec &&
           ours.weekday == theirs.tm_wday && ours.offset_s == theirs.tm_gmtoff &&
           ours.is_summer == (theirs.tm_isdst > 0) && strcmp(ours.zone, theirs.tm_zone) == 0;
}

static bool is_reversed(const struct calendar_zone *zone, int64_t at)
{
    int64_t clock = calendar_clock_of(zone, at);
    struct calendar_instants back = calendar_instants_of(zone, clock);
    struct calendar_instants any = calendar_instants_of(zone, clock + 1800000);
    return back.count >= 1 && (at == back.first || at == back.last) &&
           (any.count == 0 ? calendar_clock_of(zone, any.first - 1) < clock + 1800000 &&
                                 calendar_clock_of(zone, any.first) > clock + 1800000
                           : calendar_clock_of(zone, any.first) == clock + 1800000 &&
                                 calendar_clock_of(zone, any.last) == clock + 1800000) &&
           (any.count == 2) == (any.first < any.last);
}

static void check_zone(const char *name)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    const struct calendar_zone *zone;
    struct err err;
    const int64_t from = calendar_days_of((struct calendar_date){ 1900, 1, 1 }) * 86400;
    const int64_t to = calendar_days_of((struct calendar_date){ 2101, 1, 1 }) * 86400;
    int64_t wrong = INT64_MAX;
    int64_t lost = INT64_MAX;
    int changes = 0;
    if (!calendar_zone_load(str_of(name), &arena, &zone, &err)) {
        printf("# %s\n", err.text);
        CHECK(false);
        return;
    }
    (void)setenv("TZ", name, 1);
    tzset();
    int64_t change = from * 1000;
    while (calendar_change_after(zone, change, &change) && change < to * 1000) {
        static const int64_t beside[] = {
            -90000, -7200, -3601, -1800, -1, 0, 1, 1800, 3600, 90000
        };
        changes++;
        for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
            int64_t second = change / 1000 - (change % 1000 < 0 ? 1 : 0) + beside[i];
            wrong = is_same(zone, second) ? wrong : second;
            lost = is_reversed(zone, second * 1000 + 123) ? lost : second;
        }
    }
    for (int i = 0; i < 20000; i++) {
        int64_t second = from + (int64_t)below((uint64_t)(to - from));
        wrong = is_same(zone, second) ? wrong : second;
        lost = i % 4 != 0 || is_reversed(zone, second * 1000) ? lost : second;
    }
    CHECK(wrong == INT64_MAX);
    CHECK(lost == INT64_MAX);
    printf("# %s: %d changes; wrong at %lld, lost at %lld\n", name, changes, (long long)wrong,
           (long long)lost);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        check_zone(zones[i]);
    }
    return tap_done();
}
