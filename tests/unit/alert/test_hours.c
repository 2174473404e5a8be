#include "alert/hours.h"
#include "lib/tap.h"

#define DAY CALENDAR_DAY_MS
#define HOUR ((int64_t)3600000)

static void test_what_is_read(void)
{
    static const struct {
        const char *text;
        bool good;
        int from;
        int until;
    } rows[] = {
        { "", true, 0, 0 },
        { "22:00-06:00", true, 1320, 360 },
        { "00:00-24:00", false, 0, 0 }, // the whole day is no quiet hours
        { "18:30-24:00", true, 1110, 0 },
        { "07:00-07:00", false, 0, 0 },
        { "7:00-08:00", false, 0, 0 },
        { "22:00 06:00", false, 0, 0 },
        { "22:60-06:00", false, 0, 0 },
        { "24:01-06:00", false, 0, 0 },
        { "25:00-06:00", false, 0, 0 },
        { "22:00-06:00 ", false, 0, 0 },
        { "-1:00-06:00", false, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct alert_hours hours;
        struct err err = { 0 };
        bool good = alert_hours_read(str_of(rows[i].text), &hours, &err);
        printf("# %s\n", rows[i].text);
        CHECK(good == rows[i].good);
        CHECK(!good || (hours.from == rows[i].from && hours.until == rows[i].until));
        CHECK(good || err.code == ERR_INVALID);
    }
}

static void test_when_they_hold(void)
{
    const struct calendar_zone *utc = calendar_zone_utc();
    struct alert_hours night = { 1320, 360 };
    struct alert_hours noon = { 720, 780 };
    struct alert_hours none = { 0, 0 };
    int64_t day = 20000 * DAY;
    CHECK(alert_hours_hold(&night, utc, day + 22 * HOUR));
    CHECK(alert_hours_hold(&night, utc, day + 6 * HOUR - 1));
    CHECK(!alert_hours_hold(&night, utc, day + 6 * HOUR));
    CHECK(!alert_hours_hold(&night, utc, day + 22 * HOUR - 1));
    CHECK(alert_hours_over(&night, utc, day + 23 * HOUR) == day + DAY + 6 * HOUR);
    CHECK(alert_hours_over(&night, utc, day + 5 * HOUR) == day + 6 * HOUR);
    CHECK(alert_hours_over(&night, utc, day + 12 * HOUR) == day + 12 * HOUR);
    CHECK(alert_hours_hold(&noon, utc, day + 12 * HOUR) && !alert_hours_hold(&noon, utc, day));
    CHECK(alert_hours_over(&noon, utc, day + 12 * HOUR) == day + 13 * HOUR);
    CHECK(!alert_hours_hold(&none, utc, day) && alert_hours_over(&none, utc, day + 5) == day + 5);
    CHECK(alert_hours_hold(&night, utc, -1) && alert_hours_over(&night, utc, -1) == 6 * HOUR);
}

int main(void)
{
    test_what_is_read();
    test_when_they_hold();
    return tap_done();
}
