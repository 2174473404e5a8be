// civil: see civil.h.

#include "expr/civil.h"

enum { CIVIL_ERA_DAYS = 146097, CIVIL_EPOCH = 719468, CIVIL_DAY_MINUTES = 1440 };

#define CIVIL_MINUTE_MS ((int64_t)60 * 1000)

static bool civil_is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool expr_civil_is_date(int64_t year, int64_t month, int64_t day)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    return day <= days[month - 1] + (month == 2 && civil_is_leap(year) ? 1 : 0);
}

static int64_t civil_floor(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

// Years are counted from March, so that the day that comes and goes is the last one.
int64_t expr_civil_days(struct expr_civil date)
{
    int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    int64_t era = civil_floor(year, 400);
    int64_t of_era = year - era * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * CIVIL_ERA_DAYS + day - CIVIL_EPOCH;
}

struct expr_civil expr_civil_of(int64_t days)
{
    int64_t shifted = days + CIVIL_EPOCH;
    int64_t era = civil_floor(shifted, CIVIL_ERA_DAYS);
    int64_t day = shifted - era * CIVIL_ERA_DAYS;
    int64_t of_era = (day - day / 1460 + day / 36524 - day / (CIVIL_ERA_DAYS - 1)) / 365;
    int64_t of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t real = month < 10 ? month + 3 : month - 9;
    return (struct expr_civil){ .year = (int32_t)(of_era + era * 400 + (real <= 2 ? 1 : 0)),
                                .month = (uint8_t)real,
                                .day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1) };
}

int expr_civil_weekday(int64_t days)
{
    int64_t since = (days % 7 + 3) % 7; // 1970-01-01 was a Thursday
    return (int)(since < 0 ? since + 7 : since);
}

struct expr_local expr_local_of(int64_t local_ms)
{
    int64_t minutes = civil_floor(local_ms, CIVIL_MINUTE_MS);
    int64_t days = civil_floor(minutes, CIVIL_DAY_MINUTES);
    return (struct expr_local){ .days = days,
                                .minute = (int32_t)(minutes - days * CIVIL_DAY_MINUTES) };
}
