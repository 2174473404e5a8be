// A million random jobs by random books: the lines that room price makes against an oracle that
// goes page by page through the same book and sums in 128 bits without lines. The sums over all
// jobs are equal by both routes, for currencies with 0, 2 and 3 decimals and each way of rounding;
// every job's lines sum to its total; rounding takes or gives less than one step; and what came out
// of a job never costs more than its reservation.
//
// Usage: prop_price [SEED [JOBS]]. The seed is printed; the same seed gives the same run.
#include "price/price.h"

#include "lib/tap.h"

__extension__ typedef __int128 wide;

enum { RULES = 6, STEPS = 3, ADJUSTMENTS = 5, JOBS_A_BOOK = 50 };

static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static bool one_in(uint64_t count)
{
    return draw(count) == 0;
}

// ---- a random book -----------------------------------------------------------------------------

static struct price_page_rule rules[RULES];
static struct price_step steps[RULES][STEPS];
static struct price_finishing finishing[2];
static struct price_destination destination;
static struct price_adjustment adjustments[ADJUSTMENTS];
static struct price_book book;
static struct price_money money;
static struct err err;

static const struct str names[] = { STR_INIT("r0"), STR_INIT("r1"), STR_INIT("r2"),
                                    STR_INIT("r3"), STR_INIT("r4"), STR_INIT("r5") };
static const struct str staple = STR_INIT("staple");

// Now and then so large that sums come to the edge.
static int64_t amount(void)
{
    int64_t most = one_in(40) ? PRICE_MOST : one_in(3) ? 1000000 : 20000;
    return one_in(6) ? 0 : (int64_t)draw((uint64_t)most + 1);
}

static struct price_amount both(void)
{
    return (struct price_amount){ { amount() }, { one_in(2) ? 0 : amount() } };
}

static void make_rule(size_t i)
{
    struct price_page_rule *rule = &rules[i];
    *rule = (struct price_page_rule){
        .name = names[i],
        .ink = one_in(3) ? 0 : (unsigned)draw(8),
        .sizes = one_in(3) ? 0 : (unsigned)draw(16),
        .coverage = one_in(3) ? (unsigned)draw(32) : 0,
        .sides = (enum price_sides)(one_in(2) ? 0 : draw(3)),
        .per = (enum price_per)(one_in(2) ? 0 : draw(3)),
        .each = both(),
    };
    if (rule->per == PRICE_PER_SHEET) {
        rule->coverage = 0;
    }
    if (rule->per == PRICE_PER_AREA && one_in(2)) {
        rule->least.units = amount();
    }
    if (rule->per == PRICE_PER_PAGE && one_in(2)) {
        uint32_t from = 1;
        rule->steps = steps[i];
        rule->step_count = draw(STEPS + 1);
        rule->steps_by_month = one_in(2);
        for (size_t k = 0; k < rule->step_count; k++) {
            from += 1 + (uint32_t)draw(8);
            steps[i][k] = (struct price_step){ from, both() };
        }
    }
}

static void make_adjustment(size_t i)
{
    adjustments[i] = (struct price_adjustment){ .name = names[i],
                                                .on = (enum price_on)draw(5),
                                                .each = (enum price_for_each)draw(4) };
    if (one_in(2)) {
        adjustments[i].percent = (int64_t)draw(20000001) - 10000000;
        adjustments[i].percent += adjustments[i].percent == 0 ? 1 : 0;
    } else {
        adjustments[i].amount.units = (int64_t)draw(2000001) - 1000000;
        adjustments[i].amount.units += adjustments[i].amount.units == 0 ? 1 : 0;
    }
}

static void make_book(void)
{
    static const int64_t precisions[] = { 1, 100, 500, 1000, 5000, 100000, 7 };
    book = (struct price_book){ .name = STR("base"),
                                .kinds = 15,
                                .job = both(),
                                .page = both(),
                                .two_sided_change = one_in(2) ? 0 : (int32_t)draw(1001) - 100,
                                .pages = rules,
                                .page_count = draw(RULES + 1),
                                .finishing = finishing,
                                .finishing_count = draw(3),
                                .destinations = &destination,
                                .destination_count = draw(2),
                                .adjustments = adjustments,
                                .adjustment_count = draw(ADJUSTMENTS + 1) };
    if (one_in(2)) {
        book.free = (struct price_free){ .per_job = (uint32_t)draw(10),
                                         .per_month = (uint32_t)draw(30),
                                         .ink = one_in(2) ? 0 : (unsigned)draw(8),
                                         .sizes = one_in(2) ? 0 : (unsigned)draw(16) };
    }
    for (size_t i = 0; i < RULES; i++) {
        make_rule(i);
    }
    for (size_t i = 0; i < ADJUSTMENTS; i++) {
        make_adjustment(i);
    }
    finishing[0] =
        (struct price_finishing){ .name = names[0], .kinds = { &staple, 1 }, .each = both() };
    finishing[1] = (struct price_finishing){ .name = names[1], .each = both() };
    destination = (struct price_destination){
        .name = names[0], .job = both(), .page = both(), .minute = both()
    };
    money = price_money_default();
    money.precision.units = precisions[draw(sizeof(precisions) / sizeof(precisions[0]))];
    money.rounding = (enum price_rounding)draw(4);
    money.decimals = money.precision.units == 100000 ? 0 : money.precision.units == 100 ? 3 : 2;
}

// ---- a random job ------------------------------------------------------------------------------

static void make_class(struct work_class *class, unsigned kind)
{
    uint32_t pages = (uint32_t)draw(one_in(50) ? 500 : 12);
    *class = (struct work_class){ .page = { .size = (enum page_size)(kind / 6),
                                            .color = kind / 2 % 3 == 1,
                                            .blank = kind / 2 % 3 == 2,
                                            .two_sided = kind % 2 == 1,
                                            .pages = pages,
                                            .sheets = pages - (uint32_t)draw(pages / 2 + 1) } };
    class->area = one_in(2) ? 0 : draw((uint64_t)pages * 2000000 + 1);
    if (one_in(3)) {
        for (int i = 0; i < WORK_INK_COUNT - 1; i++) {
            class->by_ink[i] = (uint32_t)draw(pages + 1);
            pages -= class->by_ink[i];
        }
        class->by_ink[WORK_INK_COUNT - 1] = pages;
    }
}

static void make_work(struct work *work)
{
    unsigned kind = 0;
    *work = (struct work){ .kind = (enum work_kind)draw(WORK_KIND_COUNT),
                           .seconds = (uint32_t)draw(500) };
    for (size_t count = draw(5); work->class_count < count && kind < PAGE_CLASS_MAX; kind++) {
        if (one_in(4)) {
            make_class(&work->classes[work->class_count++], kind);
        }
    }
    for (size_t count = draw(3); work->finishing_count < count;) {
        work->finishings[work->finishing_count++] =
            (struct work_finishing){ one_in(2) ? staple : STR("punch"), (uint32_t)draw(20) };
    }
}

// ---- the oracle: page by page ------------------------------------------------------------------

struct oracle {
    wide total;
    wide cost;
    wide sorts[5];
    uint64_t seen[RULES];
    uint64_t free_left;
    wide job_sum;
};

static wide halves_away(wide value, wide over)
{
    wide twice = 2 * (value < 0 ? -value : value) + over; // |value| / over + 1/2, times 2 over
    wide made = twice / (2 * over);
    return value < 0 ? -made : made;
}

static const struct price_page_rule *oracle_rule(const struct page_class *page, int tier)
{
    for (size_t i = 0; i < book.page_count; i++) {
        const struct price_page_rule *rule = &rules[i];
        bool ink = rule->ink == 0 || (page->color && (rule->ink & PRICE_COLOR) != 0) ||
                   (!page->color && (rule->ink & PRICE_MONO) != 0) ||
                   (!page->color && page->blank && (rule->ink & PRICE_BLANK) != 0);
        bool size = rule->sizes == 0 || (rule->sizes >> page->size) % 2 == 1;
        bool sides =
            rule->sides == PRICE_ANY_SIDES ||
            (page->two_sided ? rule->sides == PRICE_TWO_SIDED : rule->sides == PRICE_ONE_SIDED);
        bool tiers = rule->coverage == 0 || (tier >= 0 && (rule->coverage >> tier) % 2 == 1);
        if (ink && size && sides && tiers) {
            return rule;
        }
    }
    return NULL;
}

static void oracle_add(struct oracle *oracle, const struct page_class *page, wide price, wide cost)
{
    oracle->total += price;
    oracle->cost += cost;
    oracle->sorts[PRICE_ON_PAGES] += price;
    oracle->sorts[page->color ? PRICE_ON_COLOR : PRICE_ON_MONO] += price;
}

// The price of one page by the page.
static void oracle_page(struct oracle *oracle, const struct page_class *page,
                        const struct price_page_rule *rule, wide *given_back)
{
    struct price_amount each = rule == NULL ? book.page : rule->each;
    if (rule != NULL && rule->step_count > 0) {
        uint64_t number = ++oracle->seen[rule - rules];
        for (size_t i = 0; i < rule->step_count; i++) {
            each = number >= rule->steps[i].from ? rule->steps[i].each : each;
        }
    }
    wide price = each.price.units;
    if (page->two_sided) {
        price = halves_away(price * (100 + book.two_sided_change), 100);
    }
    oracle_add(oracle, page, price, each.cost.units);
    bool is_free = (book.free.sizes == 0 || (book.free.sizes >> page->size) % 2 == 1) &&
                   (book.free.ink == 0 || (page->color && (book.free.ink & PRICE_COLOR) != 0) ||
                    (!page->color && (book.free.ink & PRICE_MONO) != 0) ||
                    (!page->color && page->blank && (book.free.ink & PRICE_BLANK) != 0));
    if (is_free && price != 0 && oracle->free_left > 0) {
        oracle->free_left--;
        *given_back += price;
    }
}

static void oracle_class(struct oracle *oracle, const struct work_class *class)
{
    static const wide areas[] = { 31080, 62370, 124740, 999949 };
    const struct page_class *page = &class->page;
    bool measured = false;
    bool sheets = false;
    wide given_back = 0;
    uint32_t run = 0;
    for (int i = 0; i < WORK_INK_COUNT; i++) {
        measured = measured || class->by_ink[i] > 0;
    }
    const struct price_page_rule *before = NULL;
    for (int tier = measured ? 0 : -1; tier < (measured ? WORK_INK_COUNT : 0); tier++) {
        uint32_t pages = tier < 0 ? page->pages : class->by_ink[tier];
        const struct price_page_rule *rule = oracle_rule(page, tier);
        if (pages == 0 && tier >= 0) {
            continue;
        }
        if (rule != NULL && rule->per == PRICE_PER_SHEET) {
            wide count = sheets ? 0 : page->sheets;
            oracle_add(oracle, page, count * rule->each.price.units, count * rule->each.cost.units);
            sheets = true;
        }
        for (uint32_t i = 0; i < pages && (rule == NULL || rule->per == PRICE_PER_PAGE); i++) {
            oracle_page(oracle, page, rule, &given_back);
        }
        run = rule == before ? run + pages : pages;
        before = rule;
        bool ends = true; // the run of pages by this rule
        for (int next = tier + 1; measured && next < WORK_INK_COUNT; next++) {
            if (class->by_ink[next] > 0) {
                ends = oracle_rule(page, next) != rule;
                break;
            }
        }
        if (rule != NULL && rule->per == PRICE_PER_AREA && run > 0 && ends) {
            wide area =
                class->area == 0 ? areas[page->size] * run : (wide) class->area * run / page->pages;
            wide price = halves_away(rule->each.price.units * area, 1000000);
            wide floor = (wide)rule->least.units * run;
            oracle_add(oracle, page, price > floor ? price : floor,
                       halves_away(rule->each.cost.units * area, 1000000));
        }
    }
    oracle_add(oracle, page, -given_back, 0);
}

static void oracle_beside(struct oracle *oracle, const struct work *work,
                          const struct work_sums *sums)
{
    oracle->total += book.job.price.units;
    oracle->cost += book.job.cost.units;
    for (size_t i = 0; i < work->finishing_count; i++) {
        bool first = str_eq(work->finishings[i].kind, staple);
        size_t rule = first ? 0 : 1;
        if (book.finishing_count > rule) {
            wide count = work->finishings[i].count;
            oracle->total += count * finishing[rule].each.price.units;
            oracle->cost += count * finishing[rule].each.cost.units;
            oracle->sorts[PRICE_ON_FINISHING] += count * finishing[rule].each.price.units;
        }
    }
    if (book.destination_count > 0 && (work->kind == WORK_SCAN || work->kind == WORK_FAX)) {
        wide pages = (wide)sums->pages;
        wide minutes = work->kind == WORK_FAX ? work->seconds / 60 + (work->seconds % 60 > 0) : 0;
        oracle->total += destination.job.price.units + pages * destination.page.price.units +
                         minutes * destination.minute.price.units;
        oracle->cost += destination.job.cost.units + pages * destination.page.cost.units +
                        minutes * destination.minute.cost.units;
    }
}

static void oracle_adjust(struct oracle *oracle, const struct work *work,
                          const struct price_adjustment *adjustment)
{
    wide pages = 0;
    wide sheets = 0;
    if (adjustment->percent != 0) {
        wide of = adjustment->on == PRICE_ON_ALL ? oracle->total : oracle->sorts[adjustment->on];
        oracle->total += halves_away(of * adjustment->percent, 10000000);
        return;
    }
    for (size_t i = 0; i < work->class_count; i++) {
        const struct page_class *page = &work->classes[i].page;
        if (!((adjustment->on == PRICE_ON_COLOR && !page->color) ||
              (adjustment->on == PRICE_ON_MONO && page->color))) {
            pages += page->pages;
            sheets += page->sheets;
        }
    }
    const wide counts[] = { 1, pages, sheets, pages > sheets ? pages - sheets : 0 };
    oracle->total += counts[adjustment->each] * adjustment->amount.units;
}

// Of nothing or more, without looking at remainders.
static wide oracle_round(wide value)
{
    wide step = money.precision.units;
    wide low = value - value % step;
    wide high = low == value ? low : low + step;
    switch (money.rounding) {
    case PRICE_UP: return high;
    case PRICE_DOWN: return low;
    case PRICE_HALF_AWAY: return high - value <= value - low ? high : low;
    case PRICE_HALF_EVEN:
        if (high - value == value - low) {
            return low / step % 2 == 0 ? low : high;
        }
        return high - value < value - low ? high : low;
    }
    return 0;
}

static struct oracle oracle_job(const struct price_ask *ask)
{
    struct oracle oracle = { 0 };
    struct work_sums sums = work_sums(ask->work);
    if (sums.pages == 0 && sums.sheets == 0) {
        return oracle;
    }
    oracle.free_left = book.free.per_job;
    oracle.free_left +=
        book.free.per_month > ask->month_pages ? book.free.per_month - ask->month_pages : 0;
    for (size_t i = 0; i < RULES; i++) {
        oracle.seen[i] = rules[i].steps_by_month ? ask->month_pages : 0;
    }
    for (size_t i = 0; i < ask->work->class_count; i++) {
        oracle_class(&oracle, &ask->work->classes[i]);
    }
    oracle_beside(&oracle, ask->work, &sums);
    for (size_t i = 0; i < book.adjustment_count; i++) {
        if ((ask->adjustments >> i) % 2 == 1) {
            oracle_adjust(&oracle, ask->work, &adjustments[i]);
        }
    }
    if (ask->charge_parts != 0) {
        oracle.total += halves_away(oracle.total * (ask->charge_parts - 1000000), 1000000);
    }
    oracle.job_sum = oracle.total < 0 ? 0 : oracle.total;
    oracle.total = oracle_round(oracle.job_sum);
    return oracle;
}

// ---- the run -----------------------------------------------------------------------------------

struct run {
    wide by_lines;
    wide by_oracle;
    wide rounded; // what rounding gave, by lines
    uint64_t jobs;
    uint64_t refused;
    uint64_t settled;
};

static bool lines_are_exact(const struct price_quote *quote, wide *sum, wide *rounded)
{
    wide mine = 0;
    wide cost = 0;
    for (size_t i = 0; i < quote->line_count; i++) {
        const struct price_line *line = &quote->lines[i];
        if ((wide)line->each.units * line->quantity != line->amount.units) {
            return false;
        }
        mine += line->amount.units;
        cost += line->cost.units;
        *rounded += line->kind == PRICE_LINE_ROUNDING ? line->amount.units : 0;
    }
    *sum += mine;
    return mine == quote->total.units && cost == quote->cost.units && mine >= 0;
}

// Some of it comes out: never dearer than it was reserved, exact again.
static bool settle(struct run *run, const struct price_ask *reserved, struct money total)
{
    static struct price_quote quote;
    struct work out = *reserved->work;
    for (size_t i = 0; i < out.class_count; i++) {
        struct page_class *page = &out.classes[i].page;
        page->pages = one_in(3) ? page->pages : (uint32_t)draw(page->pages + 1);
        page->sheets = page->sheets < page->pages ? page->sheets : page->pages;
        out.classes[i].area = 0;
        memset(out.classes[i].by_ink, 0, sizeof(out.classes[i].by_ink));
    }
    price_work_complete(&out, reserved->work);
    struct price_ask ask = *reserved;
    ask.work = &out;
    ask.reserved = &total;
    wide sum = 0;
    wide rounded = 0;
    if (!price_job(&ask, &quote, &err)) {
        return err.code == ERR_LIMIT;
    }
    run->settled++;
    return lines_are_exact(&quote, &sum, &rounded) && quote.total.units <= total.units;
}

// All of it comes out, and the settlement tells neither area nor ink: to the unit the same.
static bool settle_all(const struct price_ask *reserved, struct money total)
{
    static struct price_quote quote;
    struct work out = *reserved->work;
    for (size_t i = 0; i < out.class_count; i++) {
        out.classes[i].area = 0;
        memset(out.classes[i].by_ink, 0, sizeof(out.classes[i].by_ink));
    }
    price_work_complete(&out, reserved->work);
    struct price_ask ask = *reserved;
    ask.work = &out;
    return price_job(&ask, &quote, &err) && quote.total.units == total.units;
}

static bool try_job(struct run *run)
{
    static struct price_quote quote;
    struct work work;
    make_work(&work);
    const struct price_ask ask = {
        .book = &book,
        .work = &work,
        .money = &money,
        .adjustments = draw(1 << ADJUSTMENTS),
        .month_pages = one_in(2) ? 0 : draw(60),
        .charge_parts = one_in(4) ? (int64_t)draw(3000000) : 0,
    };
    struct oracle oracle = oracle_job(&ask);
    run->jobs++;
    if (!price_job(&ask, &quote, &err)) {
        run->refused++;
        return err.code == ERR_LIMIT; // on the way; no sum of the oracle says it need not be
    }
    wide rounded = 0;
    if (!lines_are_exact(&quote, &run->by_lines, &rounded)) {
        return false;
    }
    wide size = rounded < 0 ? -rounded : rounded;
    run->by_oracle += oracle.total;
    run->rounded += rounded;
    return quote.total.units == oracle.total && quote.cost.units == oracle.cost &&
           size < money.precision.units && quote.total.units % money.precision.units == 0 &&
           oracle.total - oracle.job_sum == rounded && settle(run, &ask, quote.total) &&
           settle_all(&ask, quote.total);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261122;
    uint64_t jobs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    struct run run = { 0 };
    bool good = true;
    printf("# seed %llu\n", (unsigned long long)seed);
    state = seed * 2 + 1;
    while (good && run.jobs < jobs) {
        make_book();
        good = price_check(&book, &err) && price_money_check(&money, &err);
        for (int i = 0; good && i < JOBS_A_BOOK; i++) {
            good = try_job(&run);
        }
    }
    printf("# %llu jobs, %llu refused, %llu settled\n", (unsigned long long)run.jobs,
           (unsigned long long)run.refused, (unsigned long long)run.settled);
    tap_result(good, "every job is exact, by lines and by the oracle", __FILE__, __LINE__);
    tap_result(run.by_lines == run.by_oracle, "the sums over all jobs are equal by both routes",
               __FILE__, __LINE__);
    tap_result(run.refused < run.jobs / 100 && run.settled > run.jobs / 2,
               "most jobs can be counted", __FILE__, __LINE__);
    return tap_done();
}
