// price: see price.h. Pure: it writes its few words by itself.

#include "price/price.h"

#include "base/num.h"

// Appends what fits; the longest text this file makes has 64 bytes.
static void price_add(char *text, const char *more)
{
    size_t at = strlen(text);
    size_t len = strlen(more);
    size_t room = PRICE_TEXT_MAX - 1 - at;
    memcpy(text + at, more, len < room ? len : room);
    text[at + (len < room ? len : room)] = '\0';
}

static void price_add_count(char *text, uint32_t count)
{
    char digits[11];
    size_t at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    price_add(text, digits + at);
}

static bool price_is_fit(struct money money)
{
    return money.units >= 0 && money.units <= PRICE_MOST;
}

bool price_check(const struct price_list *list, struct err *err)
{
    for (unsigned size = 0; size < PAGE_SIZE_COUNT; size++) {
        if (!price_is_fit(list->page_mono[size]) || !price_is_fit(list->page_color[size])) {
            return err_set(err, ERR_INVALID, "the price of a %s page is between 0 and 1000000",
                           page_size_name((enum page_size)size));
        }
    }
    if (list->duplex_percent > PRICE_DUPLEX_MAX) {
        return err_set(err, ERR_INVALID, "two-sided pages cost 0 to %d percent", PRICE_DUPLEX_MAX);
    }
    return price_is_fit(list->per_job) ||
           err_set(err, ERR_INVALID, "the price of a job is between 0 and 1000000");
}

static bool price_too_much(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the job costs more than can be counted");
}

static bool price_class(const struct price_list *list, const struct page_class *class,
                        struct price_line *line, struct err *err)
{
    struct money page = class->color ? list->page_color[class->size] : list->page_mono[class->size];
    *line = (struct price_line){ .quantity = class->pages };
    if (!money_scale(page, class->two_sided ? list->duplex_percent : 100, 100, &line->each) ||
        !num_mul(line->each.units, line->quantity, &line->amount.units)) {
        return price_too_much(err);
    }
    price_add_count(line->what, class->pages);
    price_add(line->what, class->color   ? " colour page"
                          : class->blank ? " blank page"
                                         : " mono page");
    price_add(line->what, class->pages == 1 ? ", " : "s, ");
    price_add(line->what, page_size_name(class->size));
    price_add(line->what, class->two_sided ? " size, two-sided" : " size");
    price_add(line->rule, "page.");
    price_add(line->rule, page_size_name(class->size));
    price_add(line->rule, class->color ? ".color" : ".mono");
    price_add(line->rule, class->two_sided ? ".two-sided" : "");
    return true;
}

static bool price_put(struct price_quote *quote, const struct price_line *line, struct err *err)
{
    quote->lines[quote->line_count++] = *line;
    return money_sum(quote->total, line->amount, &quote->total) || price_too_much(err);
}

bool price_job(const struct price_list *list, const struct page_class *classes, size_t count,
               struct price_quote *quote, struct err *err)
{
    struct price_quote made = { .line_count = 0 };
    if (count > PAGE_CLASS_MAX) {
        return err_set(err, ERR_INVALID, "there are %d classes of pages, not %zu", PAGE_CLASS_MAX,
                       count);
    }
    for (size_t i = 0; i < count; i++) {
        struct price_line line;
        if ((unsigned)classes[i].size >= PAGE_SIZE_COUNT) {
            return err_set(err, ERR_INVALID, "%u is no size of pages", (unsigned)classes[i].size);
        }
        if (classes[i].pages > 0 &&
            (!price_class(list, &classes[i], &line, err) || !price_put(&made, &line, err))) {
            return false;
        }
    }
    if (made.line_count > 0 && list->per_job.units != 0) {
        const struct price_line job = { .what = "the job",
                                        .rule = "job",
                                        .quantity = 1,
                                        .each = list->per_job,
                                        .amount = list->per_job };
        if (!price_put(&made, &job, err)) {
            return false;
        }
    }
    *quote = made;
    return true;
}

struct price_list price_default(void)
{
    return (struct price_list){
        .page_mono = { { 2500 }, { 5000 }, { 10000 }, { 20000 } },
        .page_color = { { 10000 }, { 20000 }, { 40000 }, { 80000 } },
        .duplex_percent = 100,
        .per_job = { 0 },
    };
}
