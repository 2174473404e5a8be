// Each kind of line says what it is, and which rule of which book made it.
#include "price/price.h"

#include "lib/tap.h"

static const struct work_class two_pages = {
    .page = { .size = PAGE_NORMAL, .color = true, .two_sided = true, .pages = 2, .sheets = 1 }
};
static const struct work_class one_blank = { .page = { .size = PAGE_SMALL, .blank = true } };
static const struct price_adjustment eco = { .name = STR_INIT("eco"),
                                             .amount = { -5 },
                                             .each = PRICE_EACH_SAVED_SHEET };
static const struct price_adjustment less = { .name = STR_INIT("less"),
                                              .on = PRICE_ON_FINISHING,
                                              .percent = -50000 };

static const struct {
    struct price_line line;
    const char *what;
    const char *rule;
} rows[] = {
    { { .kind = PRICE_LINE_PAGES, .class = &two_pages, .rule = STR_INIT("c"), .quantity = 2 },
      "2 colour pages, normal size, two-sided",
      "base.c" },
    { { .kind = PRICE_LINE_PAGES, .class = &one_blank, .rule = STR_INIT("b"), .quantity = 1 },
      "1 blank page, small size",
      "base.b" },
    { { .kind = PRICE_LINE_SHEETS, .class = &two_pages, .rule = STR_INIT("s"), .quantity = 1 },
      "1 sheet of colour pages, normal size",
      "base.s" },
    { { .kind = PRICE_LINE_AREA,
        .class = &two_pages,
        .rule = STR_INIT("a"),
        .quantity = 1,
        .area = 1234567,
        .pages = 2 },
      "2 colour pages, normal size, 1.23 square metres",
      "base.a" },
    { { .kind = PRICE_LINE_FREE, .class = &one_blank, .rule = STR_INIT("f"), .quantity = 1 },
      "1 free blank page, small size",
      "base.f" },
    { { .kind = PRICE_LINE_JOB, .rule = STR_INIT("job"), .quantity = 1 }, "the job", "base.job" },
    { { .kind = PRICE_LINE_FINISHING,
        .rule = STR_INIT("x"),
        .thing = STR_INIT("punch"),
        .quantity = 4 },
      "4 times punch",
      "base.x" },
    { { .kind = PRICE_LINE_DESTINATION,
        .rule = STR_INIT("germany"),
        .thing = STR_INIT("minute"),
        .quantity = 1 },
      "1 minute to germany",
      "base.germany" },
    { { .kind = PRICE_LINE_ADJUSTMENT, .rule = STR_INIT("eco"), .adjustment = &eco, .quantity = 1 },
      "eco a saved sheet",
      "base.eco" },
    { { .kind = PRICE_LINE_ADJUSTMENT, .rule = STR_INIT("less"), .adjustment = &less },
      "less, -0.5 per cent of finishing",
      "base.less" },
    { { .kind = PRICE_LINE_POLICY, .rule = STR_INIT("policy"), .parts = 250000 },
      "policy \xc3\x97"
      "0.25",
      "policy" },
    { { .kind = PRICE_LINE_ZERO, .rule = STR_INIT("zero") }, "not below zero", "zero" },
    { { .kind = PRICE_LINE_ROUNDING, .rule = STR_INIT("rounding") }, "rounding", "rounding" },
    { { .kind = PRICE_LINE_RESERVED, .rule = STR_INIT("reserved") },
      "no more than was reserved",
      "reserved" },
};

int main(void)
{
    const struct price_book book = { .name = STR("base") };
    static struct price_quote quote;
    quote.book = &book;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf what = BUF_CAP(400);
        OWN(buf_free) struct buf rule = BUF_CAP(400);
        price_line_what(&quote, &rows[i].line, &what);
        price_line_rule(&quote, &rows[i].line, &rule);
        tap_result(str_eq(buf_str(&what), str_of(rows[i].what)), rows[i].what, __FILE__, __LINE__);
        tap_result(str_eq(buf_str(&rule), str_of(rows[i].rule)), rows[i].rule, __FILE__, __LINE__);
    }
    return tap_done();
}
