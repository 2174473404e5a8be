// Values are shown as people write them.
#include "expr/value.h"

#include "lib/tap.h"

static const struct {
    enum expr_type type;
    int64_t number;
    const char *text;
} rows[] = {
    { EXPR_BOOL, 1, "true" },
    { EXPR_BOOL, 0, "false" },
    { EXPR_INT, -7, "-7" },
    { EXPR_MONEY, 1250000, "12.50" },
    { EXPR_MONEY, -1, "-0.00001" },
    { EXPR_TIME, 65, "01:05" },
    { EXPR_WEEKDAY, 0, "monday" },
    { EXPR_WEEKDAY, 6, "sunday" },
    { EXPR_DATE, 20779, "2026-11-22" },
    { EXPR_SIZE, 2, "large" },
    { EXPR_DURATION, 0, "0 seconds" },
    { EXPR_DURATION, 600000, "10 minutes" },
    { EXPR_DURATION, 3600000, "1 hour" },
    { EXPR_DURATION, 90000, "90 seconds" },
    { EXPR_DURATION, 86400000 * 7, "7 days" },
};

static void test_lists_and_texts(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(100);
    struct str items[] = { STR("students"), STR("staff") };
    union expr_value value = { 0 };
    value.list.items = items;
    value.list.count = 2;
    expr_value_add(&buf, EXPR_LIST, value);
    CHECK_STR(buf_str(&buf), "students, staff");
    value = (union expr_value){ .text = STR("; mary") };
    expr_value_add(&buf, EXPR_TEXT, value);
    CHECK_STR(buf_str(&buf), "students, staff; mary");
}

int main(void)
{
    int64_t number = -1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(100);
        expr_value_add(&buf, rows[i].type, (union expr_value){ .number = rows[i].number });
        CHECK(str_eq(buf_str(&buf), str_of(rows[i].text)));
    }
    for (int i = 0; i < EXPR_TYPE_COUNT; i++) {
        CHECK(strcmp(expr_type_says((enum expr_type)i), "nothing") != 0);
    }
    test_lists_and_texts();
    CHECK(expr_weekday_read(STR("Sat"), &number) && number == 5);
    CHECK(expr_weekday_read(STR("wednesday"), &number) && number == 2);
    CHECK(!expr_weekday_read(STR("w"), &number));
    CHECK(expr_size_read(STR("A3"), &number) && number == 2);
    CHECK(expr_size_read(STR("huge"), &number) && number == 3);
    CHECK(!expr_size_read(STR("a2"), &number));
    return tap_done();
}
