// What a book may say, how a charge is rounded, and what the simple list stands for.
#include "price/price.h"

#include "lib/tap.h"

static struct err err;

static const struct {
    const char *name;
    enum price_rounding rounding;
    int64_t precision;
    int64_t amount;
    int64_t rounded;
} roundings[] = {
    { "exact", PRICE_HALF_AWAY, 1, 12345, 12345 },
    { "a cent, half goes away", PRICE_HALF_AWAY, 1000, 12500, 13000 },
    { "a cent, less than half goes back", PRICE_HALF_AWAY, 1000, 12499, 12000 },
    { "half away below zero", PRICE_HALF_AWAY, 1000, -12500, -13000 },
    { "half to even, down", PRICE_HALF_EVEN, 1000, 12500, 12000 },
    { "half to even, up", PRICE_HALF_EVEN, 1000, 13500, 14000 },
    { "half to even, more than half", PRICE_HALF_EVEN, 1000, 12501, 13000 },
    { "half to even below zero", PRICE_HALF_EVEN, 1000, -13500, -14000 },
    { "up", PRICE_UP, 1000, 12001, 13000 },
    { "up leaves what is whole", PRICE_UP, 1000, 12000, 12000 },
    { "up below zero is towards it", PRICE_UP, 1000, -12001, -12000 },
    { "down", PRICE_DOWN, 1000, 12999, 12000 },
    { "down below zero is away", PRICE_DOWN, 1000, -12001, -13000 },
    { "half a cent", PRICE_HALF_AWAY, 500, 12250, 12500 },
    { "no decimals", PRICE_HALF_AWAY, 100000, 149999, 100000 },
    { "no decimals, half", PRICE_HALF_AWAY, 100000, 150000, 200000 },
    { "three decimals", PRICE_HALF_AWAY, 100, 12350, 12400 },
    { "five rappen", PRICE_HALF_AWAY, 5000, 12345, 10000 },
    { "an odd precision", PRICE_HALF_AWAY, 3, 10, 9 },
    { "the largest", PRICE_DOWN, 1000, INT64_MAX, INT64_MAX / 1000 * 1000 },
    { "the smallest", PRICE_UP, 1000, INT64_MIN, INT64_MIN / 1000 * 1000 },
};

static void test_rounding(void)
{
    struct money rounded;
    for (size_t i = 0; i < sizeof(roundings) / sizeof(roundings[0]); i++) {
        struct price_money money = price_money_default();
        money.rounding = roundings[i].rounding;
        money.precision.units = roundings[i].precision;
        const struct money amount = { roundings[i].amount };
        bool ok = price_round(&money, amount, &rounded) && rounded.units == roundings[i].rounded;
        tap_result(ok, roundings[i].name, __FILE__, __LINE__);
    }
    struct price_money money = price_money_default();
    money.precision.units = 1000;
    money.rounding = PRICE_UP;
    CHECK(!price_round(&money, (struct money){ INT64_MAX }, &rounded));
    money.rounding = PRICE_DOWN;
    CHECK(!price_round(&money, (struct money){ INT64_MIN }, &rounded));
}

static void test_money_is_checked(void)
{
    struct price_money money = price_money_default();
    CHECK(price_money_check(&money, &err) && money.precision.units == 1 && money.decimals == 2);
    memcpy(money.currency, "JPY", 4);
    money.decimals = 0;
    money.precision.units = 100000;
    CHECK(price_money_check(&money, &err));
    memcpy(money.currency, "jpy", 4);
    CHECK(!price_money_check(&money, &err) && err.code == ERR_INVALID);
    memcpy(money.currency, "EU", 3);
    CHECK(!price_money_check(&money, &err));
    money = price_money_default();
    money.decimals = 1;
    CHECK(!price_money_check(&money, &err));
    money = price_money_default();
    money.precision.units = 0;
    CHECK(!price_money_check(&money, &err));
    money.precision.units = 1000 * (int64_t)MONEY_SCALE + 1;
    CHECK(!price_money_check(&money, &err));
    money = price_money_default();
    money.rounding = (enum price_rounding)4;
    CHECK(!price_money_check(&money, &err));
}

static struct price_page_rule page_rule;
static struct price_step steps[2];
static struct price_finishing finishing;
static struct price_destination destination;
static struct price_adjustment adjustments[2];
static struct price_book book;

static void begin(void)
{
    page_rule = (struct price_page_rule){ .name = STR("a"), .each = { { 1 }, { 1 } } };
    steps[0] = (struct price_step){ 2, { { 1 }, { 1 } } };
    steps[1] = (struct price_step){ 3, { { 1 }, { 1 } } };
    finishing = (struct price_finishing){ .name = STR("b") };
    destination = (struct price_destination){ .name = STR("c") };
    adjustments[0] = (struct price_adjustment){ .name = STR("d"), .percent = -10 };
    adjustments[1] = (struct price_adjustment){ .name = STR("e"), .amount = { -10 } };
    book = (struct price_book){ .name = STR("base"),
                                .kinds = 1,
                                .pages = &page_rule,
                                .page_count = 1,
                                .finishing = &finishing,
                                .finishing_count = 1,
                                .destinations = &destination,
                                .destination_count = 1,
                                .adjustments = adjustments,
                                .adjustment_count = 2 };
}

// The book is refused, and the sentence has the word in it. Begins anew.
static bool is_refused(const char *word)
{
    memset(&err, 0, sizeof(err));
    bool refused = !price_check(&book, &err) && err.code == ERR_INVALID;
    bool said = strstr(err.text, word) != NULL;
    begin();
    return refused && said;
}

static void test_what_is_out_of_bounds_is_refused(void)
{
    begin();
    CHECK(price_check(&book, &err));
    page_rule.each.price.units = -1;
    CHECK(is_refused("a: a price"));
    page_rule.each.cost.units = PRICE_MOST + 1;
    CHECK(is_refused("a: a price"));
    page_rule.name = STR("");
    CHECK(is_refused("page rule 1"));
    page_rule.name =
        STR("a name of more than sixty bytes, which is more than anyone wants to read");
    CHECK(is_refused("page rule 1"));
    page_rule.least.units = 1;
    CHECK(is_refused("square metre"));
    page_rule.per = PRICE_PER_SHEET;
    page_rule.coverage = 1;
    CHECK(is_refused("ink"));
    page_rule.steps = steps;
    page_rule.step_count = 2;
    page_rule.per = PRICE_PER_SHEET;
    CHECK(is_refused("steps"));
    page_rule.steps = steps;
    page_rule.step_count = 2;
    steps[1].from = 2;
    CHECK(is_refused("page 2"));
    page_rule.steps = steps;
    page_rule.step_count = 1;
    steps[0].from = 1;
    CHECK(is_refused("page 2"));
    page_rule.steps = steps;
    page_rule.step_count = 1;
    steps[0].each.price.units = -5;
    CHECK(is_refused("a: a price"));
    finishing.each.price.units = -1;
    CHECK(is_refused("b: a price"));
    finishing.name = STR("");
    CHECK(is_refused("finishing price 1"));
    destination.minute.price.units = -1;
    CHECK(is_refused("c: a price"));
    destination.name = STR("");
    CHECK(is_refused("destination 1"));
    adjustments[1].percent = 5;
    CHECK(is_refused("either"));
    adjustments[0].percent = 0;
    CHECK(is_refused("either"));
    adjustments[0].percent = -100 * (int64_t)MONEY_SCALE - 1;
    CHECK(is_refused("d: an adjustment"));
    adjustments[1].amount.units = PRICE_MOST + 1;
    CHECK(is_refused("e: an adjustment"));
    adjustments[1].name = STR("d");
    CHECK(is_refused("two adjustments"));
    book.valid_from = 5;
    book.valid_until = 5;
    CHECK(is_refused("before it begins"));
    book.two_sided_change = -101;
    CHECK(is_refused("two-sided"));
    book.two_sided_change = 901;
    CHECK(is_refused("two-sided"));
    book.job.price.units = -1;
    CHECK(is_refused("a job"));
    book.page.price.units = -1;
    CHECK(is_refused("a page"));
    book.adjustment_count = PRICE_ADJUSTMENTS_MAX + 1;
    CHECK(is_refused("64 adjustments"));
    CHECK(price_check(&book, &err));
}

static void test_the_simple_list(void)
{
    struct price_list list = price_list_default();
    CHECK(price_list_check(&list, &err) && list.page_mono[PAGE_NORMAL].units == 5000);
    CHECK(str_eq(price_list_rule(PAGE_HUGE, true), STR("page.huge.color")));
    CHECK(str_eq(price_list_rule(PAGE_SMALL, false), STR("page.small.mono")));
    list.page_color[PAGE_HUGE].units = PRICE_MOST + 1;
    CHECK(!price_list_check(&list, &err) && strstr(err.text, "huge") != NULL);
    list = price_list_default();
    list.page_mono[PAGE_SMALL].units = -1;
    CHECK(!price_list_check(&list, &err) && err.code == ERR_INVALID);
    list = price_list_default();
    list.duplex_percent = PRICE_DUPLEX_MAX + 1;
    CHECK(!price_list_check(&list, &err) && err.code == ERR_INVALID);
    list = price_list_default();
    list.per_job.units = -1;
    CHECK(!price_list_check(&list, &err) && err.code == ERR_INVALID);
}

int main(void)
{
    test_rounding();
    test_money_is_checked();
    test_what_is_out_of_bounds_is_refused();
    test_the_simple_list();
    return tap_done();
}
