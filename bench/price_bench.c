// price_bench - what it costs to price one job: four classes of pages by the eight rules of a book
// like "base", rounded to a cent. Prints nanoseconds a job.
#include "base/clk.h"
#include "price/price.h"

#include <stdio.h>

enum { JOBS = 5000000 };

int main(void)
{
    struct price_page_rule rules[PRICE_LIST_RULES];
    for (unsigned i = 0; i < PRICE_LIST_RULES; i++) {
        rules[i] =
            (struct price_page_rule){ .name = price_list_rule((enum page_size)(i / 2), i % 2),
                                      .ink = i % 2 != 0 ? PRICE_COLOR : PRICE_MONO,
                                      .sizes = 1U << (i / 2),
                                      .each = { { 5000 }, { 1 } } };
    }
    const struct price_book book = {
        .name = STR("base"), .kinds = 3, .pages = rules, .page_count = PRICE_LIST_RULES
    };
    struct price_money money = price_money_default();
    struct work work = { .queue = STR("main"), .class_count = 4 };
    static struct price_quote quote;
    struct err err;
    money.precision.units = 1000;
    for (unsigned i = 0; i < 4; i++) {
        work.classes[i].page = (struct page_class){
            .size = PAGE_NORMAL, .color = i % 2, .two_sided = i / 2, .pages = 3 + i, .sheets = 2
        };
    }
    const struct price_ask ask = { .book = &book, .work = &work, .money = &money };
    int64_t began = clk_mono_ns();
    int64_t sum = 0;
    for (unsigned i = 0; i < JOBS; i++) {
        work.classes[0].page.pages = i % 100;
        if (!price_job(&ask, &quote, &err)) {
            return 1;
        }
        sum += quote.total.units;
    }
    printf("%lld ns a job (checksum %lld)\n", (long long)((clk_mono_ns() - began) / JOBS),
           (long long)sum);
    return 0;
}
