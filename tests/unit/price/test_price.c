// Prices are exact to the last unit, every line multiplies out, and nothing overflows in silence.
#include "price/price.h"

#include "lib/tap.h"

static struct err err;

static const struct {
    const char *name;
    struct page_class class;
    uint32_t duplex;
    int64_t per_job;
    int64_t total;
    const char *what;
    const char *rule;
} rows[] = {
    { "one mono page",
      { PAGE_NORMAL, false, false, false, 1, 1 },
      100,
      0,
      5000,
      "1 mono page, normal size",
      "page.normal.mono" },
    { "three colour pages",
      { PAGE_NORMAL, true, false, false, 3, 3 },
      100,
      0,
      60000,
      "3 colour pages, normal size",
      "page.normal.color" },
    { "two-sided at a discount",
      { PAGE_NORMAL, false, false, true, 4, 2 },
      90,
      0,
      18000,
      "4 mono pages, normal size, two-sided",
      "page.normal.mono.two-sided" },
    { "the discount is not for one side",
      { PAGE_NORMAL, false, false, false, 4, 4 },
      90,
      0,
      20000,
      "4 mono pages, normal size",
      "page.normal.mono" },
    { "a third of the price",
      { PAGE_NORMAL, false, false, true, 2, 1 },
      33,
      0,
      3300,
      "2 mono pages, normal size, two-sided",
      "page.normal.mono.two-sided" },
    { "a job fee comes on top",
      { PAGE_LARGE, true, false, false, 1, 1 },
      100,
      700,
      40700,
      "1 colour page, large size",
      "page.large.color" },
    { "small",
      { PAGE_SMALL, false, false, false, 2, 2 },
      100,
      0,
      5000,
      "2 mono pages, small size",
      "page.small.mono" },
    { "huge colour",
      { PAGE_HUGE, true, false, true, 10, 5 },
      0,
      0,
      0,
      "10 colour pages, huge size, two-sided",
      "page.huge.color.two-sided" },
    { "more than 100 percent",
      { PAGE_NORMAL, false, false, true, 1, 1 },
      150,
      0,
      7500,
      "1 mono page, normal size, two-sided",
      "page.normal.mono.two-sided" },
    { "the most pages there can be",
      { PAGE_NORMAL, false, false, false, 4294967295u, 1 },
      100,
      0,
      21474836475000,
      "4294967295 mono pages, normal size",
      "page.normal.mono" },
};

static void test_every_row(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct price_list list = price_default();
        struct price_quote quote;
        list.duplex_percent = rows[i].duplex;
        list.per_job.units = rows[i].per_job;
        bool ok = price_check(&list, &err) && price_job(&list, &rows[i].class, 1, &quote, &err) &&
                  quote.total.units == rows[i].total &&
                  strcmp(quote.lines[0].what, rows[i].what) == 0 &&
                  strcmp(quote.lines[0].rule, rows[i].rule) == 0;
        tap_result(ok, rows[i].name, __FILE__, __LINE__);
        CHECK(quote.line_count == (rows[i].per_job > 0 ? 2 : 1));
        for (size_t k = 0; k < quote.line_count; k++) {
            CHECK(quote.lines[k].amount.units ==
                  quote.lines[k].each.units * quote.lines[k].quantity);
        }
    }
}

static void test_all_classes_at_once(void)
{
    struct price_list list = price_default();
    struct page_class classes[PAGE_CLASS_MAX];
    struct price_quote quote;
    int64_t sum = 0;
    for (unsigned i = 0; i < PAGE_CLASS_MAX; i++) {
        classes[i] = (struct page_class){
            (enum page_size)(i / 6), i / 2 % 3 == 1, i / 2 % 3 == 2, i % 2 == 1, i, i
        };
    }
    list.per_job.units = 1;
    CHECK(price_job(&list, classes, PAGE_CLASS_MAX, &quote, &err));
    for (size_t i = 0; i < quote.line_count; i++) {
        sum += quote.lines[i].amount.units;
    }
    CHECK(quote.line_count == PAGE_CLASS_MAX && sum == quote.total.units); // one class was empty
}

static void test_half_a_unit_rounds_up_for_each_page(void)
{
    struct price_list list = price_default();
    struct price_quote quote;
    const struct page_class class = { PAGE_NORMAL, false, false, true, 2, 1 };
    list.page_mono[PAGE_NORMAL].units = 5;
    list.duplex_percent = 50;
    CHECK(price_job(&list, &class, 1, &quote, &err));
    CHECK(quote.lines[0].each.units == 3 && quote.total.units == 6);
}

static void test_blank_pages_cost_what_mono_pages_cost(void)
{
    struct price_list list = price_default();
    struct price_quote mono;
    struct price_quote blank;
    struct page_class class = { PAGE_LARGE, false, false, true, 3, 2 };
    list.duplex_percent = 70;
    CHECK(price_job(&list, &class, 1, &mono, &err));
    class.blank = true;
    CHECK(price_job(&list, &class, 1, &blank, &err));
    CHECK(blank.total.units == mono.total.units && blank.total.units > 0);
    CHECK(strcmp(blank.lines[0].what, "3 blank pages, large size, two-sided") == 0);
    CHECK(strcmp(blank.lines[0].rule, mono.lines[0].rule) == 0);
    class.pages = 0; // unprinted sheets
    CHECK(price_job(&list, &class, 1, &blank, &err) && blank.line_count == 0);
}

static void test_nothing_costs_nothing(void)
{
    struct price_list list = price_default();
    struct price_quote quote;
    const struct page_class empty = { PAGE_NORMAL, false, false, false, 0, 0 };
    list.per_job.units = 500;
    CHECK(price_job(&list, NULL, 0, &quote, &err) && quote.total.units == 0);
    CHECK(price_job(&list, &empty, 1, &quote, &err) && quote.line_count == 0);
}

static void test_what_is_out_of_bounds_is_refused(void)
{
    struct price_quote quote = { .line_count = 99 };
    struct price_list list = price_default();
    struct page_class class = { PAGE_SIZE_COUNT, false, false, false, 1, 1 };
    CHECK(!price_job(&list, &class, 1, &quote, &err) && err.code == ERR_INVALID);
    CHECK(!price_job(&list, &class, PAGE_CLASS_MAX + 1, &quote, &err) && err.code == ERR_INVALID);
    CHECK(quote.line_count == 99);
    class = (struct page_class){ PAGE_HUGE, true, false, false, 4294967295u, 1 };
    list.page_color[PAGE_HUGE].units = PRICE_MOST;
    CHECK(price_check(&list, &err));
    CHECK(!price_job(&list, &class, 1, &quote, &err) && err.code == ERR_LIMIT);
    list.page_color[PAGE_HUGE].units = PRICE_MOST + 1;
    CHECK(!price_check(&list, &err) && strstr(err.text, "huge") != NULL);
    list = price_default();
    list.page_mono[PAGE_SMALL].units = -1;
    CHECK(!price_check(&list, &err) && err.code == ERR_INVALID);
    list = price_default();
    list.duplex_percent = PRICE_DUPLEX_MAX + 1;
    CHECK(!price_check(&list, &err) && err.code == ERR_INVALID);
    list = price_default();
    list.per_job.units = -1;
    CHECK(!price_check(&list, &err) && err.code == ERR_INVALID);
}

int main(void)
{
    test_every_row();
    test_all_classes_at_once();
    test_half_a_unit_rounds_up_for_each_page();
    test_blank_pages_cost_what_mono_pages_cost();
    test_nothing_costs_nothing();
    test_what_is_out_of_bounds_is_refused();
    return tap_done();
}
