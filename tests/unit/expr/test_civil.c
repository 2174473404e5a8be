// Days and dates are one another's inverse, weekdays follow, and a clock before 1970 is no trouble.
#include "expr/civil.h"

#include "lib/tap.h"

static void test_every_day_is_its_own(void)
{
    bool same = true;
    bool week = true;
    for (int64_t days = -719162; days < 2932896; days++) {
        struct expr_civil date = expr_civil_of(days);
        same = same && expr_civil_is_date(date.year, date.month, date.day) &&
               expr_civil_days(date) == days;
        week = week && expr_civil_weekday(days + 1) == (expr_civil_weekday(days) + 1) % 7;
    }
    CHECK(same);
    CHECK(week);
}

int main(void)
{
    test_every_day_is_its_own();
    CHECK(expr_civil_days((struct expr_civil){ 2026, 11, 22 }) == 20779);
    CHECK(expr_civil_weekday(20779) == 6); // a Sunday
    CHECK(!expr_civil_is_date(2026, 2, 29));
    CHECK(expr_civil_is_date(2024, 2, 29));
    CHECK(!expr_civil_is_date(1900, 2, 29));
    CHECK(!expr_civil_is_date(2026, 13, 1));
    CHECK(!expr_civil_is_date(0, 1, 1));
    struct expr_local local = expr_local_of(-1);
    CHECK(local.days == -1 && local.minute == 1439);
    local = expr_local_of((int64_t)20779 * 86400000 + 18 * 3600000 + 59999);
    CHECK(local.days == 20779 && local.minute == 18 * 60);
    return tap_done();
}
