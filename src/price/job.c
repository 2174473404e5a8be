// job: the lines of one job by one book. See price.h for their order.

#include "price/price_int.h"

#include <assert.h>

#define JOB_MILLION ((int64_t)1000000)
enum { JOB_SORTS = PRICE_ON_FINISHING + 1 };

// One job as it is being priced.
struct job {
    const struct price_ask *ask;
    const struct price_book *book;
    struct price_quote *quote;
    price_wide sum;
    price_wide sums[JOB_SORTS]; // of each sort of line; PRICE_ON_ALL's is not kept here
    price_wide cost;
    uint64_t pages;
    uint64_t color_pages;
    uint64_t sheets;
    uint64_t color_sheets;
    uint64_t seen[PRICE_RULES_MAX]; // pages that a rule has priced; of those with steps
    struct err *err;
};

// ---- a line ------------------------------------------------------------------------------------

static void add_to_sorts(struct job *job, const struct price_line *line)
{
    if (line->class != NULL) {
        job->sums[PRICE_ON_PAGES] += line->amount.units;
        job->sums[line->class->page.color ? PRICE_ON_COLOR : PRICE_ON_MONO] += line->amount.units;
    }
    if (line->kind == PRICE_LINE_FINISHING) {
        job->sums[PRICE_ON_FINISHING] += line->amount.units;
    }
}

static bool put(struct job *job, const struct price_line *line, price_wide cost)
{
    struct price_quote *quote = job->quote;
    if (quote->line_count == PRICE_LINES_MAX) {
        return err_set(job->err, ERR_LIMIT, "the job's price has more than %d lines",
                       PRICE_LINES_MAX);
    }
    struct price_line *made = &quote->lines[quote->line_count];
    *made = *line;
    job->sum += (price_wide)line->each.units * line->quantity;
    job->cost += cost;
    if (!price_narrow((price_wide)line->each.units * line->quantity, &made->amount) ||
        !price_narrow(cost, &made->cost) || job->sum > INT64_MAX || job->sum < INT64_MIN ||
        job->cost > INT64_MAX) {
        return price_too_much(job->err);
    }
    quote->line_count++;
    add_to_sorts(job, made);
    return true;
}

// A line of so many at one price.
static bool put_many(struct job *job, struct price_line line, uint64_t quantity,
                     struct price_amount each)
{
    if (quantity == 0) {
        return true;
    }
    if (quantity > INT64_MAX) {
        return price_too_much(job->err);
    }
    line.quantity = (int64_t)quantity;
    line.each = each.price;
    return put(job, &line, (price_wide)each.cost.units * line.quantity);
}

// A line of one amount, which is left out where it is nothing.
static bool put_one(struct job *job, enum price_line_kind kind, struct str rule, price_wide amount)
{
    struct price_line line = { .kind = kind, .rule = rule, .quantity = 1 };
    if (amount == 0) {
        return true;
    }
    return price_narrow(amount, &line.each) ? put(job, &line, 0) : price_too_much(job->err);
}

// ---- pages -------------------------------------------------------------------------------------

// Pages of one class that one rule prices.
struct share {
    const struct work_class *class;
    const struct price_page_rule *rule; // NULL: none fits
    uint64_t pages;
};

static unsigned ink_of(const struct page_class *page)
{
    return page->color ? PRICE_COLOR : page->blank ? PRICE_MONO | PRICE_BLANK : PRICE_MONO;
}

// tier < 0: the ink was not measured.
static bool rule_fits(const struct price_page_rule *rule, const struct work *work,
                      const struct page_class *page, int tier)
{
    if (rule->ink != 0 && (rule->ink & ink_of(page)) == 0) {
        return false;
    }
    if (rule->sizes != 0 && (rule->sizes & (1U << (unsigned)page->size)) == 0) {
        return false;
    }
    if (rule->sides != PRICE_ANY_SIDES && (rule->sides == PRICE_TWO_SIDED) != page->two_sided) {
        return false;
    }
    if (rule->coverage != 0 && (tier < 0 || (rule->coverage & (1U << (unsigned)tier)) == 0)) {
        return false;
    }
    return price_is_among(work->media, &rule->media) &&
           price_is_among(work->media_type, &rule->media_types) &&
           price_is_among(work->media_source, &rule->trays);
}

static const struct price_page_rule *rule_find(const struct job *job, const struct page_class *page,
                                               int tier)
{
    for (size_t i = 0; i < job->book->page_count; i++) {
        if (rule_fits(&job->book->pages[i], job->ask->work, page, tier)) {
            return &job->book->pages[i];
        }
    }
    return NULL;
}

// What a page costs that shares its sheet.
static struct price_amount two_sided(const struct job *job, const struct page_class *page,
                                     struct price_amount each)
{
    if (page->two_sided && job->book->two_sided_change != 0) {
        price_wide made = (price_wide)each.price.units * (100 + job->book->two_sided_change);
        each.price.units = (int64_t)price_share(made, 100); // at most ten times PRICE_MOST
    }
    return each;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// By the page: in as many lines as there are prices on the way.
static bool put_pages(struct job *job, const struct share *share)
{
    const struct price_page_rule *rule = share->rule;
    struct price_line line = { .kind = PRICE_LINE_PAGES,
                               .class = share->class,
                               .rule = rule == NULL ? STR("default") : rule->name };
    struct price_amount each = rule == NULL ? job->book->page : rule->each;
    uint64_t left = share->pages;
    size_t step = 0;
    if (rule == NULL || rule->step_count == 0) {
        return put_many(job, line, left, two_sided(job, &share->class->page, each));
    }
    uint64_t *seen = &job->seen[rule - job->book->pages];
    while (left > 0) {
        while (step < rule->step_count && rule->steps[step].from <= *seen + 1) {
            each = rule->steps[step].each;
            line.from = rule->steps[step++].from;
        }
        uint64_t most = step == rule->step_count ? left : rule->steps[step].from - 1 - *seen;
        uint64_t count = least(left, most);
        if (!put_many(job, line, count, two_sided(job, &share->class->page, each))) {
            return false;
        }
        left -= count;
        *seen += count;
    }
    return true;
}

// Where the area is not known, it is that of the largest page of its size, or of A0.
static uint64_t area_of(const struct work_class *class, uint64_t pages)
{
    static const uint64_t most[PAGE_SIZE_COUNT] = { 148 * 210, 210 * 297, 297 * 420, 841 * 1189 };
    if (class->area == 0) {
        return most[class->page.size] * pages;
    }
    return (uint64_t)((price_wide) class->area * pages / class->page.pages);
}

static bool put_area(struct job *job, const struct share *share)
{
    const struct price_page_rule *rule = share->rule;
    struct price_line line = { .kind = PRICE_LINE_AREA,
                               .class = share->class,
                               .rule = rule->name,
                               .quantity = 1,
                               .area = area_of(share->class, share->pages) };
    price_wide amount = price_share((price_wide)rule->each.price.units * line.area, JOB_MILLION);
    price_wide cost = price_share((price_wide)rule->each.cost.units * line.area, JOB_MILLION);
    price_wide floor = (price_wide)rule->least.units * share->pages;
    line.pages = share->pages;
    return price_narrow(amount < floor ? floor : amount, &line.each) ? put(job, &line, cost)
                                                                     : price_too_much(job->err);
}

// sheets_told: the sheets of the class stand in a line already.
static bool put_share(struct job *job, const struct share *share, bool *sheets_told)
{
    const struct price_page_rule *rule = share->rule;
    if (rule != NULL && rule->per == PRICE_PER_SHEET) {
        const struct price_line line = { .kind = PRICE_LINE_SHEETS,
                                         .class = share->class,
                                         .rule = rule->name };
        uint64_t sheets = *sheets_told ? 0 : share->class->page.sheets;
        *sheets_told = true;
        return put_many(job, line, sheets, rule->each);
    }
    if (share->pages == 0) {
        return true; // sheets that pass unprinted cost only where sheets do
    }
    return rule != NULL && rule->per == PRICE_PER_AREA ? put_area(job, share)
                                                       : put_pages(job, share);
}

static bool is_measured(const struct work_class *class)
{
    uint64_t sum = 0;
    for (int i = 0; i < WORK_INK_COUNT; i++) {
        sum += class->by_ink[i];
    }
    return sum > 0;
}

// Pages of a class by ink; neighbours that one rule prices stay together.
static bool put_by_ink(struct job *job, const struct work_class *class)
{
    struct share share = { .class = class };
    bool sheets_told = false;
    for (int tier = 0; tier < WORK_INK_COUNT; tier++) {
        const struct price_page_rule *rule = rule_find(job, &class->page, tier);
        if (class->by_ink[tier] == 0) {
            continue;
        }
        if (share.pages > 0 && share.rule != rule) {
            if (!put_share(job, &share, &sheets_told)) {
                return false;
            }
            share.pages = 0;
        }
        share.rule = rule;
        share.pages += class->by_ink[tier];
    }
    return put_share(job, &share, &sheets_told);
}

static bool put_class(struct job *job, const struct work_class *class)
{
    struct share share = { .class = class, .pages = class->page.pages };
    bool sheets_told = false;
    if (is_measured(class)) {
        return put_by_ink(job, class);
    }
    share.rule = rule_find(job, &class->page, -1);
    return put_share(job, &share, &sheets_told);
}

static bool put_classes(struct job *job)
{
    const struct work *work = job->ask->work;
    for (size_t i = 0; i < job->book->page_count; i++) {
        job->seen[i] = job->book->pages[i].steps_by_month ? job->ask->month_pages : 0;
    }
    for (size_t i = 0; i < work->class_count; i++) {
        if (!put_class(job, &work->classes[i])) {
            return false;
        }
    }
    return true;
}

static bool put_free(struct job *job)
{
    const struct price_free *free = &job->book->free;
    uint64_t month = job->ask->month_pages;
    uint64_t left = free->per_job + (free->per_month > month ? free->per_month - month : 0);
    size_t count = job->quote->line_count;
    for (size_t i = 0; i < count && left > 0; i++) {
        const struct price_line *of = &job->quote->lines[i];
        if (of->kind != PRICE_LINE_PAGES || of->each.units == 0 ||
            (free->ink != 0 && (free->ink & ink_of(&of->class->page)) == 0) ||
            (free->sizes != 0 && (free->sizes & (1U << (unsigned)of->class->page.size)) == 0)) {
            continue;
        }
        const struct price_line line = { .kind = PRICE_LINE_FREE,
                                         .class = of->class,
                                         .rule = STR("free-pages") };
        const struct price_amount back = { .price = { -of->each.units } };
        uint64_t many = least(left, (uint64_t)of->quantity);
        left -= many;
        if (!put_many(job, line, many, back)) {
            return false;
        }
    }
    return true;
}

// ---- what stands beside the pages --------------------------------------------------------------

static bool is_nothing(struct price_amount amount)
{
    return amount.price.units == 0 && amount.cost.units == 0;
}

static bool put_job(struct job *job)
{
    const struct price_line line = { .kind = PRICE_LINE_JOB, .rule = STR("job") };
    return is_nothing(job->book->job) || put_many(job, line, 1, job->book->job);
}

static bool put_finishing(struct job *job)
{
    const struct work *work = job->ask->work;
    for (size_t i = 0; i < work->finishing_count; i++) {
        for (size_t k = 0; k < job->book->finishing_count; k++) {
            const struct price_finishing *rule = &job->book->finishing[k];
            if (price_is_among(work->finishings[i].kind, &rule->kinds)) {
                const struct price_line line = { .kind = PRICE_LINE_FINISHING,
                                                 .rule = rule->name,
                                                 .thing = work->finishings[i].kind };
                if (!put_many(job, line, work->finishings[i].count, rule->each)) {
                    return false;
                }
                break;
            }
        }
    }
    return true;
}

static bool put_destination(struct job *job)
{
    const struct work *work = job->ask->work;
    const struct price_destination *rule = NULL;
    for (size_t i = 0; i < job->book->destination_count && rule == NULL; i++) {
        if (price_is_among(work->destination, &job->book->destinations[i].to)) {
            rule = &job->book->destinations[i];
        }
    }
    if (rule == NULL || (work->kind != WORK_SCAN && work->kind != WORK_FAX)) {
        return true;
    }
    struct price_line line = { .kind = PRICE_LINE_DESTINATION, .rule = rule->name };
    line.thing = STR("job");
    if (!is_nothing(rule->job) && !put_many(job, line, 1, rule->job)) {
        return false;
    }
    line.thing = STR("page");
    if (!is_nothing(rule->page) && !put_many(job, line, job->pages, rule->page)) {
        return false;
    }
    line.thing = STR("minute");
    uint64_t minutes = ((uint64_t)work->seconds + 59) / 60;
    return work->kind != WORK_FAX || is_nothing(rule->minute) ||
           put_many(job, line, minutes, rule->minute);
}

// ---- adjustments -------------------------------------------------------------------------------

static uint64_t how_many(const struct job *job, const struct price_adjustment *adjustment)
{
    uint64_t pages = job->pages;
    uint64_t sheets = job->sheets;
    if (adjustment->on == PRICE_ON_COLOR) {
        pages = job->color_pages;
        sheets = job->color_sheets;
    } else if (adjustment->on == PRICE_ON_MONO) {
        pages -= job->color_pages;
        sheets -= job->color_sheets;
    }
    switch (adjustment->each) {
    case PRICE_EACH_JOB: return 1;
    case PRICE_EACH_PAGE: return pages;
    case PRICE_EACH_SHEET: return sheets;
    case PRICE_EACH_SAVED_SHEET: return pages > sheets ? pages - sheets : 0;
    }
    return 0;
}

static bool put_adjustments(struct job *job)
{
    for (size_t i = 0; i < job->book->adjustment_count; i++) {
        const struct price_adjustment *adjustment = &job->book->adjustments[i];
        if ((job->ask->adjustments >> i & 1) == 0) {
            continue;
        }
        struct price_line line = { .kind = PRICE_LINE_ADJUSTMENT,
                                   .rule = adjustment->name,
                                   .adjustment = adjustment };
        struct price_amount each = { .price = adjustment->amount };
        uint64_t count = adjustment->percent != 0 ? 1 : how_many(job, adjustment);
        if (adjustment->percent != 0) {
            price_wide of = adjustment->on == PRICE_ON_ALL ? job->sum : job->sums[adjustment->on];
            price_wide part = price_share(of * adjustment->percent, 100 * (price_wide)MONEY_SCALE);
            if (!price_narrow(part, &each.price)) {
                return price_too_much(job->err);
            }
            count = part == 0 ? 0 : 1;
        }
        if (!put_many(job, line, count, each)) {
            return false;
        }
    }
    return true;
}

static bool put_policy(struct job *job)
{
    int64_t parts = job->ask->charge_parts;
    if (parts == 0 || parts == JOB_MILLION) {
        return true;
    }
    if (parts < 0) {
        return err_set(job->err, ERR_INVALID, "a price cannot be multiplied by less than nothing");
    }
    size_t count = job->quote->line_count;
    price_wide more = price_share(job->sum * (parts - JOB_MILLION), JOB_MILLION);
    if (!put_one(job, PRICE_LINE_POLICY, STR("policy"), more)) {
        return false;
    }
    if (job->quote->line_count > count) {
        job->quote->lines[count].parts = parts;
    }
    return true;
}

// ---- all of it ---------------------------------------------------------------------------------

static bool put_end(struct job *job)
{
    struct money rounded;
    if (!put_one(job, PRICE_LINE_ZERO, STR("zero"), job->sum < 0 ? -job->sum : 0)) {
        return false;
    }
    const struct money sum = { (int64_t)job->sum }; // put keeps it in 64 bits
    if (!price_round(job->ask->money, sum, &rounded)) {
        return price_too_much(job->err);
    }
    if (!put_one(job, PRICE_LINE_ROUNDING, STR("rounding"), rounded.units - job->sum)) {
        return false;
    }
    const struct money *most = job->ask->reserved;
    return most == NULL || job->sum <= most->units ||
           put_one(job, PRICE_LINE_RESERVED, STR("reserved"), most->units - job->sum);
}

static bool count_all(struct job *job)
{
    const struct work *work = job->ask->work;
    if (work->class_count > PAGE_CLASS_MAX) {
        return err_set(job->err, ERR_INVALID, "there are %d classes of pages, not %zu",
                       PAGE_CLASS_MAX, work->class_count);
    }
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        if ((unsigned)page->size >= PAGE_SIZE_COUNT) {
            return err_set(job->err, ERR_INVALID, "%u is no size of pages", (unsigned)page->size);
        }
        job->pages += page->pages;
        job->sheets += page->sheets;
        job->color_pages += page->color ? page->pages : 0;
        job->color_sheets += page->color ? page->sheets : 0;
    }
    return true;
}

bool price_job(const struct price_ask *ask, struct price_quote *quote, struct err *err)
{
    assert(ask->book->page_count <= PRICE_RULES_MAX && ask->money->precision.units > 0);
    struct job job;
    memset(&job, 0, offsetof(struct job, seen)); // put_classes sets what is used of seen
    job.ask = ask;
    job.book = ask->book;
    job.quote = quote;
    job.err = err;
    quote->line_count = 0;
    quote->book = ask->book;
    quote->total = quote->cost = (struct money){ 0 };
    if (!count_all(&job)) {
        return false;
    }
    if (job.pages == 0 && job.sheets == 0) {
        return true;
    }
    if (!put_classes(&job) || !put_free(&job) || !put_job(&job) || !put_finishing(&job) ||
        !put_destination(&job) || !put_adjustments(&job) || !put_policy(&job) || !put_end(&job)) {
        return false;
    }
    quote->total.units = (int64_t)job.sum;
    quote->cost.units = (int64_t)job.cost;
    return true;
}

// ---- what came out -----------------------------------------------------------------------------

static const struct work_class *class_find(const struct work *work, const struct page_class *like)
{
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        if (page->size == like->size && page->color == like->color && page->blank == like->blank &&
            page->two_sided == like->two_sided) {
            return &work->classes[i];
        }
    }
    return NULL;
}

static void class_complete(struct work_class *class, const struct work_class *of)
{
    uint64_t left = class->page.pages;
    if (class->area == 0 && of->page.pages > 0 && class->page.pages <= of->page.pages) {
        class->area = (uint64_t)((price_wide)of->area * class->page.pages / of->page.pages);
    }
    if (is_measured(class) || class->page.pages > of->page.pages) {
        return;
    }
    for (int i = 0; i < WORK_INK_COUNT; i++) {
        class->by_ink[i] = (uint32_t)least(left, of->by_ink[i]);
        left -= class->by_ink[i];
    }
}

void price_work_complete(struct work *out, const struct work *reserved)
{
    uint64_t sheets = work_sums(reserved).sheets;
    uint64_t came = least(work_sums(out).sheets, sheets);
    for (size_t i = 0; i < out->class_count; i++) {
        const struct work_class *of = class_find(reserved, &out->classes[i].page);
        if (of != NULL) {
            class_complete(&out->classes[i], of);
        }
    }
    for (size_t i = 0; i < out->finishing_count && sheets > 0; i++) {
        out->finishings[i].count = (uint32_t)(out->finishings[i].count * came / sheets);
    }
}
