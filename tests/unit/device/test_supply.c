// When a supply runs out: true uses are found, and what cannot be known is not.
#include "device/supply.h"

#include "lib/tap.h"

#define DAY ((int64_t)86400000)

static struct device_level levels[1000];
static struct device_forecast forecast;

static bool near_day(int64_t at, int64_t day, int64_t off)
{
    return at >= (day - off) * DAY && at <= (day + off) * DAY;
}

// A percent a day, from 90 on day 1, read each day; then what the case changes.
static size_t steady(int days)
{
    for (int i = 0; i < days; i++) {
        levels[i] =
            (struct device_level){ .at = (i + 1) * DAY, .level = 90 - i, .pages = 1000 + 50 * i };
    }
    return (size_t)days;
}

static void test_steady_use(void)
{
    size_t count = steady(31);
    device_supply_forecast(levels, count, false, 31 * DAY, &forecast);
    CHECK(forecast.known && near_day(forecast.runs_out_at, 91, 2));
    CHECK(forecast.permille_a_day >= 9 && forecast.permille_a_day <= 11);
    CHECK(forecast.pages_a_percent == 5000 && forecast.refilled_at == 0);
}

static void test_noise_and_lies(void)
{
    size_t count = steady(31);
    levels[5].level = 0;
    levels[12].level = 100;
    levels[20].level = -2;
    levels[29].level = 3;
    device_supply_forecast(levels, count, false, 31 * DAY, &forecast);
    CHECK(forecast.known && near_day(forecast.runs_out_at, 91, 3));
    CHECK(forecast.refilled_at == 0);
}

static void test_replaced(void)
{
    size_t count = steady(31);
    for (int i = 15; i < 31; i++) {
        levels[i].level = 100 - 2 * (i - 15); // a new cartridge, and more printing
    }
    device_supply_forecast(levels, count, false, 31 * DAY, &forecast);
    CHECK(forecast.known && forecast.refilled_at == 16 * DAY);
    CHECK(near_day(forecast.runs_out_at, 66, 3)); // 70 left at 2 a day
}

static void test_waste_box_fills(void)
{
    size_t count = steady(31);
    for (size_t i = 0; i < count; i++) {
        levels[i].level = 100 - levels[i].level;
    }
    device_supply_forecast(levels, count, true, 31 * DAY, &forecast);
    CHECK(forecast.known && near_day(forecast.runs_out_at, 91, 2));
}

static void test_coarse_steps(void)
{
    for (int i = 0; i < 60; i++) {
        levels[i] =
            (struct device_level){ .at = (i + 1) * DAY, .level = 100 - i / 10 * 10, .pages = -1 };
    }
    device_supply_forecast(levels, 60, false, 60 * DAY, &forecast);
    CHECK(forecast.known && near_day(forecast.runs_out_at, 110, 15));
    CHECK(forecast.pages_a_percent == 0);
}

static void test_not_known(void)
{
    size_t count = steady(3);
    device_supply_forecast(levels, count, false, 3 * DAY, &forecast);
    CHECK(!forecast.known); // too few
    for (int i = 0; i < 50; i++) {
        levels[i] = (struct device_level){ .at = (i + 1) * DAY, .level = 80, .pages = 0 };
    }
    device_supply_forecast(levels, 50, false, 50 * DAY, &forecast);
    CHECK(!forecast.known); // nothing used
    for (int i = 0; i < 50; i++) {
        levels[i].level = i % 2 == 0 ? -2 : -3;
    }
    device_supply_forecast(levels, 50, false, 50 * DAY, &forecast);
    CHECK(!forecast.known); // no numbers
    for (int i = 0; i < 50; i++) {
        levels[i] = (struct device_level){ .at = 1000 * i, .level = 90 - i, .pages = 0 };
    }
    device_supply_forecast(levels, 50, false, 50000, &forecast);
    CHECK(!forecast.known); // within a minute
    device_supply_forecast(levels, 0, false, 0, &forecast);
    CHECK(!forecast.known);
    for (int i = 0; i < 900; i++) {
        levels[i] =
            (struct device_level){ .at = (i + 1) * DAY, .level = 100 - i / 400, .pages = 0 };
    }
    device_supply_forecast(levels, 900, false, 900 * DAY, &forecast);
    CHECK(!forecast.known); // a hundred years ahead
}

static void test_empty_now(void)
{
    size_t count = steady(3);
    levels[1].level = 0;
    levels[2].level = 0;
    device_supply_forecast(levels, count, false, 4 * DAY, &forecast);
    CHECK(forecast.known && forecast.runs_out_at == 4 * DAY);
}

int main(void)
{
    test_steady_use();
    test_noise_and_lies();
    test_replaced();
    test_waste_box_fills();
    test_coarse_steps();
    test_not_known();
    test_empty_now();
    return tap_done();
}
