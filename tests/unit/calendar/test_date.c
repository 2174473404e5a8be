#include "calendar/date.h"
#include "lib/tap.h"

static void test_days_and_dates_are_each_others_reverse(void)
{
    bool good = true;
    int64_t expected = calendar_days_of((struct calendar_date){ -401, 1, 1 });
    for (int year = -401; year <= 2500; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= calendar_month_days(year, month); day++) {
                struct calendar_date date = { year, month, day };
                int64_t days = calendar_days_of(date);
                struct calendar_date back = calendar_date_of(days);
                good = good && days == expected++ && back.year == year && back.month == month &&
                       back.day == day;
            }
        }
    }
    CHECK(good);
    CHECK(calendar_days_of((struct calendar_date){ 1970, 1, 1 }) == 0);
    CHECK(calendar_days_of((struct calendar_date){ 2000, 2, 29 }) == 11016);
    CHECK(calendar_days_of((struct calendar_date){ 1, 1, 1 }) * CALENDAR_DAY_MS ==
          CALENDAR_LEAST_MS);
    CHECK((calendar_days_of((struct calendar_date){ 9999, 12, 31 }) + 1) * CALENDAR_DAY_MS - 1 ==
          CALENDAR_MOST_MS);
}

static void test_weekdays(void)
{
    CHECK(calendar_weekday_of(0) == 4);
    CHECK(calendar_weekday_of(-1) == 3);
    CHECK(calendar_weekday_of(calendar_days_of((struct calendar_date){ 2026, 11, 22 })) == 0);
    CHECK(calendar_weekday_read(STR("Fri")) == 5);
    CHECK(calendar_weekday_read(STR("friday")) == 5);
    CHECK(calendar_weekday_read(STR("frid")) == -1);
    CHECK(calendar_weekday_read(STR("")) == -1);
    CHECK(calendar_month_read(STR("FEB")) == 2);
    CHECK(calendar_month_read(STR("may")) == 5);
    CHECK(strcmp(calendar_weekday_name(1), "monday") == 0);
}

static void test_a_date_is_read_wholly_or_refused(void)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = { { "2026-09-01", true },  { "2024-02-29", true },  { "2026-02-29", false },
                 { "2026-13-01", false }, { "2026-00-01", false }, { "2026-01-00", false },
                 { "0000-01-01", false }, { "2026-1-01", false },  { "2026-01-01 ", false },
                 { "+026-01-01", false }, { "", false },           { "2026/01/01", false } };
    struct calendar_date date;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(calendar_date_read(str_of(rows[i].text), &date) == rows[i].good);
    }
    OWN(buf_free) struct buf buf = BUF_CAP(100);
    CHECK(calendar_date_read(STR("0987-06-05"), &date));
    calendar_date_add_text(&buf, date);
    CHECK_STR(buf_str(&buf), "0987-06-05");
}

int main(void)
{
    test_days_and_dates_are_each_others_reverse();
    test_weekdays();
    test_a_date_is_read_wholly_or_refused();
    return tap_done();
}
