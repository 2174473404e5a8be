// price: from classes of pages and a price list to lines and a total. Pure, in whole units; nothing
// overflows in silence. In every line amount = quantity x each.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "model/money.h"
#include "model/page.h"

struct price_list {
    struct money page_mono[PAGE_SIZE_COUNT];
    struct money page_color[PAGE_SIZE_COUNT];
    // What a page costs that shares its sheet, of one that does not: 100 is no discount.
    uint32_t duplex_percent;
    struct money per_job; // where at least one page comes out
};

enum { PRICE_DUPLEX_MAX = 1000 };
// One page or job costs at most a million of the major unit.
#define PRICE_MOST ((int64_t)1000000 * MONEY_SCALE)

enum { PRICE_LINES_MAX = PAGE_CLASS_MAX + 1, PRICE_TEXT_MAX = 80 };

struct price_line {
    char what[PRICE_TEXT_MAX]; // "3 colour pages, normal size, two-sided"
    char rule[PRICE_TEXT_MAX]; // "page.normal.color.two-sided", "job"
    int64_t quantity;
    struct money each;
    struct money amount;
};

struct price_quote {
    struct price_line lines[PRICE_LINES_MAX];
    size_t line_count;
    struct money total;
};

// ERR_INVALID names the first price that is out of bounds.
bool price_check(const struct price_list *list, struct err *err) CC_MUST_USE;

// Blank pages cost what mono pages cost. No classes, or only empty ones, cost nothing, not even the
// job. ERR_INVALID: a class that is no class; ERR_LIMIT: more than a sum can hold.
bool price_job(const struct price_list *list, const struct page_class *classes, size_t count,
               struct price_quote *quote, struct err *err) CC_MUST_USE;

// What a site begins with: mono 0.05 and colour 0.20 a normal page, half for small, twice for
// large, four times for huge pages; two-sided 100 %; nothing for the job.
struct price_list price_default(void);
