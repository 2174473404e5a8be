// words: what a line says to people. See price.h.

#include "price/price_int.h"

static const char *ink_word(const struct page_class *page)
{
    return page->color ? "colour " : page->blank ? "blank " : "mono ";
}

static void add_pages(struct buf *text, const struct price_line *line, int64_t count,
                      const char *before)
{
    const struct page_class *page = &line->class->page;
    buf_addf(text, "%lld %s%spage%s, %s size", (long long)count, before, ink_word(page),
             count == 1 ? "" : "s", page_size_name(page->size));
}

static void add_decimal(struct buf *text, int64_t units)
{
    int64_t rest = units < 0 ? -(units % MONEY_SCALE) : units % MONEY_SCALE;
    int digits = MONEY_DIGITS;
    buf_addf(text, "%s%lld", units < 0 && units > -MONEY_SCALE ? "-" : "",
             (long long)(units / MONEY_SCALE));
    while (rest != 0 && rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    if (rest != 0) {
        buf_addf(text, ".%0*lld", digits, (long long)rest);
    }
}

static void add_area(struct buf *text, const struct price_line *line)
{
    uint64_t hundredths = line->area / 10000 + (line->area % 10000 >= 5000 ? 1 : 0);
    add_pages(text, line, (int64_t)line->pages, "");
    buf_addf(text, ", %llu.%02llu square metres", (unsigned long long)(hundredths / 100),
             (unsigned long long)(hundredths % 100));
}

static void add_adjustment(struct buf *text, const struct price_line *line)
{
    static const char *const sorts[] = { "all above", "pages", "colour pages", "mono pages",
                                         "finishing" };
    static const char *const each[] = { "", " a page", " a sheet", " a saved sheet" };
    const struct price_adjustment *adjustment = line->adjustment;
    buf_add(text, adjustment->name);
    if (adjustment->percent == 0) {
        buf_add(text, str_of(each[adjustment->each]));
        return;
    }
    buf_addf(text, ", %s", adjustment->percent > 0 ? "+" : "");
    add_decimal(text, adjustment->percent);
    buf_addf(text, " per cent of %s", sorts[adjustment->on]);
}

void price_line_what(const struct price_quote *quote, const struct price_line *line,
                     struct buf *text)
{
    (void)quote;
    switch (line->kind) {
    case PRICE_LINE_PAGES:
        add_pages(text, line, line->quantity, "");
        buf_addf(text, "%s", line->class->page.two_sided ? ", two-sided" : "");
        if (line->from > 0) {
            buf_addf(text, ", from page %u on", line->from);
        }
        break;
    case PRICE_LINE_SHEETS:
        buf_addf(text, "%lld sheet%s of %spages, %s size", (long long)line->quantity,
                 line->quantity == 1 ? "" : "s", ink_word(&line->class->page),
                 page_size_name(line->class->page.size));
        break;
    case PRICE_LINE_AREA: add_area(text, line); break;
    case PRICE_LINE_FREE: add_pages(text, line, line->quantity, "free "); break;
    case PRICE_LINE_JOB: buf_add(text, STR("the job")); break;
    case PRICE_LINE_FINISHING:
        buf_addf(text, "%lld times %.*s", (long long)line->quantity, (int)line->thing.len,
                 line->thing.ptr);
        break;
    case PRICE_LINE_DESTINATION:
        buf_addf(text, "%lld %.*s%s to %.*s", (long long)line->quantity, (int)line->thing.len,
                 line->thing.ptr, line->quantity == 1 ? "" : "s", (int)line->rule.len,
                 line->rule.ptr);
        break;
    case PRICE_LINE_ADJUSTMENT: add_adjustment(text, line); break;
    case PRICE_LINE_POLICY:
        buf_add(text, STR("policy \xc3\x97")); // money has five places, a factor six
        money_add_text(text, (struct money){ line->parts / 10 + (line->parts % 10 >= 5 ? 1 : 0) });
        break;
    case PRICE_LINE_ZERO: buf_add(text, STR("not below zero")); break;
    case PRICE_LINE_ROUNDING: buf_add(text, STR("rounding")); break;
    case PRICE_LINE_RESERVED: buf_add(text, STR("no more than was reserved")); break;
    }
}

void price_line_rule(const struct price_quote *quote, const struct price_line *line,
                     struct buf *text)
{
    if (line->kind < PRICE_LINE_POLICY) {
        buf_add(text, quote->book->name);
        buf_add(text, STR("."));
    }
    buf_add(text, line->rule);
}
