// date: see date.h. Days and dates by the years that begin with March, whose lengths are regular
// over 400 years (146,097 days).

#include "calendar/date.h"

#include "base/num.h"

enum { DATE_ERA_DAYS = 146097, DATE_ERA_YEARS = 400, DATE_EPOCH = 719468 };

int64_t calendar_days_of(struct calendar_date date)
{
    int64_t year = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - (DATE_ERA_YEARS - 1)) / DATE_ERA_YEARS;
    int64_t in_era = year - era * DATE_ERA_YEARS;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t in_year = (153 * month + 2) / 5 + date.day - 1;
    return era * DATE_ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DATE_EPOCH;
}

struct calendar_date calendar_date_of(int64_t days)
{
    int64_t from = days + DATE_EPOCH;
    int64_t era = (from >= 0 ? from : from - (DATE_ERA_DAYS - 1)) / DATE_ERA_DAYS;
    int64_t in_era = from - era * DATE_ERA_DAYS;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    struct calendar_date date = { .day = (int)(in_year - (153 * month + 2) / 5 + 1),
                                  .month = (int)(month < 10 ? month + 3 : month - 9) };
    date.year = (int)(year + era * DATE_ERA_YEARS) + (date.month <= 2 ? 1 : 0);
    return date;
}

int calendar_weekday_of(int64_t days)
{
    int64_t weekday = (days + 4) % 7; // 1970-01-01 was a Thursday
    return (int)(weekday < 0 ? weekday + 7 : weekday);
}

static bool date_is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int calendar_month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && date_is_leap(year) ? 29 : days[(month - 1) % 12];
}

bool calendar_date_read(struct str text, struct calendar_date *date)
{
    uint64_t year;
    uint64_t month;
    uint64_t day;
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        !num_u64((struct str){ text.ptr, 4 }, 9999, &year) ||
        !num_u64((struct str){ text.ptr + 5, 2 }, 12, &month) ||
        !num_u64((struct str){ text.ptr + 8, 2 }, 31, &day) || year == 0 || month == 0 ||
        day == 0 || (int)day > calendar_month_days((int)year, (int)month)) {
        return false;
    }
    *date = (struct calendar_date){ (int)year, (int)month, (int)day };
    return true;
}

void calendar_date_add_text(struct buf *buf, struct calendar_date date)
{
    buf_addf(buf, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static const char *const date_weekdays[] = { "sunday",   "monday", "tuesday", "wednesday",
                                             "thursday", "friday", "saturday" };
static const char *const date_months[] = { "january",   "february", "march",    "april",
                                           "may",       "june",     "july",     "august",
                                           "september", "october",  "november", "december" };

static bool date_is_name(struct str text, const char *name)
{
    size_t len = strlen(name);
    if (text.len != 3 && text.len != len) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (c != name[i]) {
            return false;
        }
    }
    return true;
}

int calendar_weekday_read(struct str name)
{
    for (int i = 0; i < 7; i++) {
        if (date_is_name(name, date_weekdays[i])) {
            return i;
        }
    }
    return -1;
}

int calendar_month_read(struct str name)
{
    for (int i = 0; i < 12; i++) {
        if (date_is_name(name, date_months[i])) {
            return i + 1;
        }
    }
    return -1;
}

const char *calendar_weekday_name(int weekday)
{
    return date_weekdays[weekday];
}
