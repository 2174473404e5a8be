// rule: the rule at the end of a TZif file, which holds for all times after its table.
//
//   rule   = name offset [name [offset] "," when "," when]
//   name   = 3* ALPHA / "<" 3* (ALPHA / DIGIT / "+" / "-") ">"
//   offset = ["+" / "-"] hour [":" minute [":" second]]      west of Greenwich is positive
//   when   = ("J" 1..365 / 0..365 / "M" month "." week "." weekday) ["/" offset]
//
// POSIX.1-2017, 8.3; RFC 8536, 3.3.
// no unit test: tests/unit/calendar/test_zone.c reads it as part of zones

#include "calendar/zone_int.h"

struct rule_text {
    const char *at;
    const char *end;
};

static char rule_peek(const struct rule_text *text)
{
    return text->at < text->end ? *text->at : '\0';
}

static bool rule_take(struct rule_text *text, char c)
{
    if (rule_peek(text) != c || c == '\0') {
        return false;
    }
    text->at++;
    return true;
}

static bool rule_number(struct rule_text *text, int most, int *number)
{
    int sum = 0;
    const char *from = text->at;
    while (rule_peek(text) >= '0' && rule_peek(text) <= '9' && text->at - from < 4) {
        sum = sum * 10 + (*text->at - '0');
        text->at++;
    }
    *number = sum;
    return text->at > from && sum <= most;
}

static bool rule_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool rule_name(struct rule_text *text, char *name)
{
    bool quoted = rule_take(text, '<');
    size_t len = 0;
    for (char c = rule_peek(text);
         rule_is_letter(c) || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
         c = rule_peek(text)) {
        if (len == CALENDAR_SHORT_MAX) {
            return false;
        }
        name[len++] = c;
        text->at++;
    }
    name[len] = '\0';
    return len >= 3 && (!quoted || rule_take(text, '>'));
}

static bool rule_time(struct rule_text *text, int hours_most, int32_t *seconds)
{
    bool negative = rule_take(text, '-');
    int hour;
    int minute = 0;
    int second = 0;
    if (!negative) {
        (void)rule_take(text, '+'); // it may stand there
    }
    if (!rule_number(text, hours_most, &hour) ||
        (rule_take(text, ':') && (!rule_number(text, 59, &minute) ||
                                  (rule_take(text, ':') && !rule_number(text, 59, &second))))) {
        return false;
    }
    *seconds = (hour * 3600 + minute * 60 + second) * (negative ? -1 : 1);
    return true;
}

static bool rule_when(struct rule_text *text, struct zone_when *when)
{
    bool good;
    when->time_s = 2 * 3600;
    if (rule_take(text, 'J')) {
        when->how = ZONE_JULIAN;
        good = rule_number(text, 365, &when->day) && when->day >= 1;
    } else if (rule_take(text, 'M')) {
        when->how = ZONE_WEEKDAY;
        good = rule_number(text, 12, &when->month) && when->month >= 1 && rule_take(text, '.') &&
               rule_number(text, 5, &when->week) && when->week >= 1 && rule_take(text, '.') &&
               rule_number(text, 6, &when->day);
    } else {
        when->how = ZONE_ORDINAL;
        good = rule_number(text, 365, &when->day);
    }
    return good && (!rule_take(text, '/') || rule_time(text, 167, &when->time_s));
}

static bool rule_summer(struct rule_text *text, struct zone_rule *rule)
{
    int32_t west;
    rule->has_summer = true;
    rule->summer.is_summer = true;
    rule->summer.offset_s = rule->standard.offset_s + 3600;
    if (!rule_name(text, rule->summer.name)) {
        return false;
    }
    if (rule_peek(text) != ',') {
        if (!rule_time(text, 24, &west)) {
            return false;
        }
        rule->summer.offset_s = -west;
    }
    return rule_take(text, ',') && rule_when(text, &rule->begins) && rule_take(text, ',') &&
           rule_when(text, &rule->ends);
}

bool calendar_rule_read(struct str run, struct zone_rule *rule, struct err *err)
{
    struct rule_text text = { run.ptr, run.ptr + run.len };
    int32_t west = 0;
    *rule = (struct zone_rule){ .has_summer = false };
    bool good = rule_name(&text, rule->standard.name) && rule_time(&text, 24, &west);
    rule->standard.offset_s = -west;
    good = good && (text.at == text.end || rule_summer(&text, rule));
    if (!good || text.at != text.end) {
        return err_set(err, ERR_INVALID, "\"%.*s\" is no rule of a time zone",
                       (int)(run.len < 80 ? run.len : 80), run.ptr);
    }
    return true;
}

// ---- when it is ---------------------------------------------------------------------------------

// Days since 1970 of that day in a year.
static int64_t rule_day(const struct zone_when *when, int year)
{
    int64_t first = calendar_days_of((struct calendar_date){ year, 1, 1 });
    if (when->how == ZONE_ORDINAL) {
        return first + when->day;
    }
    if (when->how == ZONE_JULIAN) {
        bool is_leap = calendar_month_days(year, 2) == 29;
        return first + when->day - 1 + (is_leap && when->day >= 60 ? 1 : 0);
    }
    int64_t month = calendar_days_of((struct calendar_date){ year, when->month, 1 });
    int in_month = (when->day - calendar_weekday_of(month) + 7) % 7 + (when->week - 1) * 7;
    return month + (in_month < calendar_month_days(year, when->month) ? in_month : in_month - 7);
}

// Both changes of a year, the earlier first.
static void rule_changes(const struct zone_rule *rule, int year, int64_t changes[2],
                         bool is_summer[2])
{
    int64_t begins =
        rule_day(&rule->begins, year) * ZONE_DAY_S + rule->begins.time_s - rule->standard.offset_s;
    int64_t ends =
        rule_day(&rule->ends, year) * ZONE_DAY_S + rule->ends.time_s - rule->summer.offset_s;
    bool north = begins <= ends;
    changes[0] = north ? begins : ends;
    changes[1] = north ? ends : begins;
    is_summer[0] = north;
    is_summer[1] = !north;
}

static int rule_year(int64_t at)
{
    int64_t days = at / ZONE_DAY_S - (at % ZONE_DAY_S < 0 ? 1 : 0);
    return calendar_date_of(days).year;
}

// A change may fall into the years beside its own by hours and offset, so that the last one of all
// may be that of the year before last; of two at one instant (the
// end of a summer and the beginning of the next) the later year's counts.
const struct zone_kind *calendar_rule_at(const struct zone_rule *rule, int64_t at)
{
    bool now_summer = false;
    int64_t latest = INT64_MIN;
    if (!rule->has_summer) {
        return &rule->standard;
    }
    for (int year = rule_year(at) - 2, end = year + 3; year <= end; year++) {
        int64_t changes[2];
        bool is_summer[2];
        rule_changes(rule, year, changes, is_summer);
        for (int i = 0; i < 2; i++) {
            if (changes[i] <= at && changes[i] >= latest) {
                latest = changes[i];
                now_summer = is_summer[i];
            }
        }
    }
    return now_summer ? &rule->summer : &rule->standard;
}

bool calendar_rule_change(const struct zone_rule *rule, int64_t at, int64_t *change)
{
    int64_t next = INT64_MAX;
    if (!rule->has_summer) {
        return false;
    }
    for (int year = rule_year(at) - 1, end = year + 3; year <= end; year++) {
        int64_t changes[2];
        bool is_summer[2];
        rule_changes(rule, year, changes, is_summer);
        for (int i = 0; i < 2; i++) {
            if (changes[i] > at && changes[i] < next) {
                next = changes[i];
            }
        }
    }
    *change = next;
    return next != INT64_MAX;
}
