// value: see value.h.

#include "expr/value.h"

#include "expr/civil.h"
#include "expr/fold.h"
#include "model/money.h"
#include "model/page.h"

const char *expr_type_says(enum expr_type type)
{
    switch (type) {
    case EXPR_BOOL: return "true or false";
    case EXPR_INT: return "a number";
    case EXPR_MONEY: return "an amount of money";
    case EXPR_TIME: return "a time of day";
    case EXPR_WEEKDAY: return "a day of the week";
    case EXPR_DATE: return "a date";
    case EXPR_DURATION: return "a duration";
    case EXPR_SIZE: return "a size of pages";
    case EXPR_TEXT:
    case EXPR_PATH: return "text";
    case EXPR_LIST: return "a list of texts";
    case EXPR_TYPE_COUNT: break;
    }
    return "nothing";
}

static const char *const value_weekdays[] = { "monday", "tuesday",  "wednesday", "thursday",
                                              "friday", "saturday", "sunday" };

bool expr_weekday_read(struct str word, int64_t *number)
{
    for (int i = 0; i < 7; i++) {
        struct str name = str_of(value_weekdays[i]);
        if (expr_same_text(word, name) || expr_same_text(word, (struct str){ name.ptr, 3 })) {
            *number = i;
            return true;
        }
    }
    return false;
}

bool expr_size_read(struct str word, int64_t *number)
{
    static const char *const papers[] = { "a5", "a4", "a3" };
    for (int i = 0; i < PAGE_SIZE_COUNT; i++) {
        if (expr_same_text(word, str_of(page_size_name((enum page_size)i))) ||
            (i < 3 && expr_same_text(word, str_of(papers[i])))) {
            *number = i;
            return true;
        }
    }
    return false;
}

static void value_add_duration(struct buf *buf, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = { { (int64_t)24 * 3600 * 1000, "day" },
                  { 3600 * 1000, "hour" },
                  { 60 * 1000, "minute" } };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (ms != 0 && ms % units[i].ms == 0) {
            int64_t count = ms / units[i].ms;
            buf_addf(buf, "%lld %s%s", (long long)count, units[i].name, count == 1 ? "" : "s");
            return;
        }
    }
    buf_addf(buf, "%lld second%s", (long long)(ms / 1000), ms / 1000 == 1 ? "" : "s");
}

void expr_value_add(struct buf *buf, enum expr_type type, union expr_value value)
{
    int64_t number = value.number;
    switch (type) {
    case EXPR_BOOL: buf_addf(buf, "%s", number != 0 ? "true" : "false"); return;
    case EXPR_INT: buf_addf(buf, "%lld", (long long)number); return;
    case EXPR_MONEY: money_add_shown(buf, (struct money){ number }); return;
    case EXPR_TIME: buf_addf(buf, "%02d:%02d", (int)(number / 60), (int)(number % 60)); return;
    case EXPR_WEEKDAY: buf_addf(buf, "%s", value_weekdays[number]); return;
    case EXPR_SIZE: buf_addf(buf, "%s", page_size_name((enum page_size)number)); return;
    case EXPR_DURATION: value_add_duration(buf, number); return;
    case EXPR_DATE: {
        struct expr_civil date = expr_civil_of(number);
        buf_addf(buf, "%04d-%02u-%02u", (int)date.year, date.month, date.day);
        return;
    }
    case EXPR_TEXT:
    case EXPR_PATH: buf_add(buf, value.text); return;
    case EXPR_LIST:
        for (size_t i = 0; i < value.list.count; i++) {
            buf_addf(buf, "%s", i == 0 ? "" : ", ");
            buf_add(buf, value.list.items[i]);
        }
        return;
    case EXPR_TYPE_COUNT: return;
    }
}
