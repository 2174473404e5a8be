// plan: see plan.h. Pages flow as runs through three stages: ranges, number-up, sheets; each stage
// is told "so many alike" and tells the next the same. Pure.

#include "plan/plan.h"

#include "base/num.h"

enum { PLAN_TOLERANCE = 300 }; // 3 mm: what counts as the same paper

struct plan_side {
    uint32_t width; // of the sheet
    uint32_t height;
    bool color;
};

struct plan_sum {
    uint64_t pages;
    uint64_t sheets;
};

// The stages' state.
struct plan_flow {
    const struct plan_ask *ask;
    uint64_t repeat; // how often each sheet leaves before the next
    uint64_t budget; // impressions that may still be counted
    uint64_t pages;
    uint64_t color_pages;
    uint64_t sides; // of one copy
    uint64_t color_sides;
    uint64_t lonely;       // sheets with one side because the size changed
    uint32_t group_filled; // of number-up: pages on the side that is being laid
    struct plan_side group;
    bool has_front; // a side that waits for its back
    struct plan_side front;
    struct plan_sum sums[PAGE_SIZE_COUNT][2][2]; // size, colour, two-sided
    uint64_t sheets;
};

static uint64_t plan_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t plan_apart(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

// The same paper, whichever way it is turned.
static bool plan_is_same_sheet(const struct plan_side *a, const struct plan_side *b)
{
    return (plan_apart(a->width, b->width) <= PLAN_TOLERANCE &&
            plan_apart(a->height, b->height) <= PLAN_TOLERANCE) ||
           (plan_apart(a->width, b->height) <= PLAN_TOLERANCE &&
            plan_apart(a->height, b->width) <= PLAN_TOLERANCE);
}

static struct plan_sum *plan_sum_of(struct plan_flow *flow, const struct plan_side *side,
                                    bool two_sided)
{
    return &flow->sums[page_size_of(side->width, side->height)][side->color][two_sided];
}

static void plan_put(struct plan_flow *flow, const struct plan_side *side, bool two_sided,
                     uint64_t pages, uint64_t sheets)
{
    struct plan_sum *sum = plan_sum_of(flow, side, two_sided);
    sum->pages += pages;
    sum->sheets += sheets;
    flow->sheets += sheets;
}

// So many equal sheets with one side each.
static void plan_singles(struct plan_flow *flow, const struct plan_side *side, uint64_t count)
{
    uint64_t out = plan_least(count * flow->repeat, flow->budget);
    flow->budget -= out;
    plan_put(flow, side, false, out, out);
}

// So many equal sheets with a front and a back; an odd budget ends on a front.
static void plan_pairs(struct plan_flow *flow, const struct plan_side *front,
                       const struct plan_side *back, uint64_t count)
{
    uint64_t out = plan_least(count * 2 * flow->repeat, flow->budget);
    uint64_t backs = out / 2;
    flow->budget -= out;
    plan_put(flow, front, true, out - backs, out - backs);
    plan_put(flow, back, true, backs, 0);
}

static void plan_end_sheet(struct plan_flow *flow)
{
    if (flow->has_front) {
        plan_singles(flow, &flow->front, 1);
        flow->has_front = false;
    }
}

static void plan_sides(struct plan_flow *flow, const struct plan_side *side, uint64_t count)
{
    flow->sides += count;
    flow->color_sides += side->color ? count : 0;
    if (flow->ask->sides == PAGE_ONE_SIDED) {
        plan_singles(flow, side, count);
        return;
    }
    if (flow->has_front && plan_is_same_sheet(&flow->front, side)) {
        plan_pairs(flow, &flow->front, side, 1);
        flow->has_front = false;
        count--;
    } else if (flow->has_front) {
        flow->lonely++;
        plan_end_sheet(flow);
    }
    plan_pairs(flow, side, side, count / 2);
    if (count % 2 == 1) {
        flow->front = *side;
        flow->has_front = true;
    }
}

static void plan_end_side(struct plan_flow *flow)
{
    if (flow->group_filled > 0) {
        flow->group_filled = 0;
        plan_sides(flow, &flow->group, 1);
    }
}

static void plan_pages(struct plan_flow *flow, const struct plan_side *page, uint64_t count)
{
    uint32_t up = flow->ask->number_up;
    flow->pages += count;
    flow->color_pages += page->color ? count : 0;
    if (flow->group_filled > 0) {
        uint32_t taken = (uint32_t)plan_least(up - flow->group_filled, count);
        flow->group_filled += taken;
        flow->group.color = flow->group.color || page->color;
        count -= taken;
        if (flow->group_filled == up) {
            plan_end_side(flow);
        }
    }
    if (count / up > 0) {
        plan_sides(flow, page, count / up);
    }
    if (count % up > 0) {
        flow->group = *page;
        flow->group_filled = (uint32_t)(count % up);
    }
}

// The part of the run that pages from+1 to from+count of the document make, within the ranges.
static void plan_run(struct plan_flow *flow, const struct page_run *run, uint64_t from)
{
    const struct plan_ask *ask = flow->ask;
    bool fixed = ask->media_width != 0 && ask->media_height != 0;
    const struct plan_side page = { .width = fixed ? ask->media_width : run->width,
                                    .height = fixed ? ask->media_height : run->height,
                                    .color = run->color && !ask->mono };
    if (ask->range_count == 0) {
        plan_pages(flow, &page, run->count);
        return;
    }
    for (size_t i = 0; i < ask->range_count; i++) {
        uint64_t first = ask->ranges[i].first > from + 1 ? ask->ranges[i].first : from + 1;
        uint64_t last = plan_least(ask->ranges[i].last, from + run->count);
        if (first <= last) {
            plan_pages(flow, &page, last - first + 1);
        }
    }
}

static void plan_copy(struct plan_flow *flow)
{
    uint64_t from = 0;
    for (size_t i = 0; i < flow->ask->run_count; i++) {
        if (flow->ask->runs[i].count > 0) {
            plan_run(flow, &flow->ask->runs[i], from);
        }
        from += flow->ask->runs[i].count;
    }
    plan_end_side(flow);
    plan_end_sheet(flow);
}

static bool plan_check(const struct plan_ask *ask, struct err *err)
{
    if (ask->copies == 0 || ask->number_up == 0) {
        return err_set(err, ERR_INVALID, "a job has at least 1 copy and 1 page on a side");
    }
    if ((ask->media_width == 0) != (ask->media_height == 0)) {
        return err_set(err, ERR_INVALID, "a sheet has a width and a height, or neither is known");
    }
    uint32_t last = 0;
    for (size_t i = 0; i < ask->range_count; i++) {
        if (ask->ranges[i].first <= last || ask->ranges[i].last < ask->ranges[i].first) {
            return err_set(err, ERR_INVALID,
                           "page ranges ascend and do not overlap; %u-%u does not",
                           ask->ranges[i].first, ask->ranges[i].last);
        }
        last = ask->ranges[i].last;
    }
    uint64_t pages = 0;
    for (size_t i = 0; i < ask->run_count; i++) {
        pages += ask->runs[i].count;
    }
    if (pages == 0) {
        return err_set(err, ERR_INVALID, "the document has no pages");
    }
    if (ask->range_count > 0 && ask->ranges[0].first > pages) {
        return err_set(err, ERR_INVALID,
                       "the page ranges begin at page %u, the document ends at %llu",
                       ask->ranges[0].first, (unsigned long long)pages);
    }
    return pages <= UINT32_MAX ||
           err_set(err, ERR_LIMIT, "the document has more than %u pages", UINT32_MAX);
}

static struct plan_flow plan_flow_of(const struct plan_ask *ask, uint64_t repeat, uint64_t budget)
{
    return (struct plan_flow){ .ask = ask, .repeat = repeat, .budget = budget };
}

// What one copy makes, times whole copies, and what a last one made that was not finished.
static void plan_all_copies(const struct plan_ask *ask, uint64_t sides, struct plan_flow *total)
{
    uint64_t budget =
        ask->is_partial ? plan_least(ask->completed, sides * ask->copies) : sides * ask->copies;
    if (ask->uncollated) {
        *total = plan_flow_of(ask, ask->copies, budget);
        plan_copy(total);
        return;
    }
    *total = plan_flow_of(ask, 1, budget % sides);
    plan_copy(total);
    struct plan_flow whole = plan_flow_of(ask, 1, sides);
    plan_copy(&whole);
    uint64_t times = budget / sides;
    total->sheets += whole.sheets * times;
    for (int size = 0; size < PAGE_SIZE_COUNT; size++) {
        for (int color = 0; color < 2; color++) {
            for (int both = 0; both < 2; both++) {
                total->sums[size][color][both].pages += whole.sums[size][color][both].pages * times;
                total->sums[size][color][both].sheets +=
                    whole.sums[size][color][both].sheets * times;
            }
        }
    }
}

static void plan_fill(const struct plan_flow *flow, struct plan *plan)
{
    for (int i = 0; i < PAGE_CLASS_MAX; i++) {
        bool color = i / 2 % 2 == 1;
        bool both = i % 2 == 1;
        const struct plan_sum *sum = &flow->sums[i / 4][color][both];
        if (sum->pages > 0) {
            plan->classes[plan->class_count++] =
                (struct page_class){ .size = (enum page_size)(i / 4),
                                     .color = color,
                                     .two_sided = both,
                                     .pages = (uint32_t)sum->pages,
                                     .sheets = (uint32_t)sum->sheets };
            plan->impressions += (uint32_t)sum->pages;
            plan->color_impressions += color ? (uint32_t)sum->pages : 0;
            plan->sheets += (uint32_t)sum->sheets;
        }
    }
    plan->pages = (uint32_t)flow->pages;
    plan->color_pages = (uint32_t)flow->color_pages;
}

static const char *plan_s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void plan_say(struct plan *plan, const char *text)
{
    if (text != NULL) { // the arena's fault is asked for once, at the end
        plan->steps[plan->step_count++] = text;
    }
}

static void plan_say_pages(const struct plan_ask *ask, const struct plan_flow *copy,
                           struct arena *arena, struct plan *plan)
{
    uint64_t all = 0;
    uint64_t color = 0;
    uint64_t blank = 0;
    for (size_t i = 0; i < ask->run_count; i++) {
        all += ask->runs[i].count;
        color += ask->runs[i].color ? ask->runs[i].count : 0;
        blank += ask->runs[i].blank ? ask->runs[i].count : 0;
    }
    plan_say(plan, arena_textf(arena, "The document has %llu page%s: %llu mono, %llu colour.",
                               (unsigned long long)all, plan_s(all),
                               (unsigned long long)(all - color), (unsigned long long)color));
    if (blank > 0) {
        plan_say(plan,
                 arena_textf(arena,
                             "%llu blank page%s pass%s through the printer and count%s as mono.",
                             (unsigned long long)blank, plan_s(blank), blank == 1 ? "es" : "",
                             blank == 1 ? "s" : ""));
    }
    if (ask->range_count > 0) {
        plan_say(plan, arena_textf(arena, "The page ranges leave %llu page%s.",
                                   (unsigned long long)copy->pages, plan_s(copy->pages)));
    }
    if (ask->mono && color > 0) {
        plan_say(plan,
                 arena_text(arena, STR("The job asks for black only: colour counts as mono.")));
    }
}

static void plan_say_sheets(const struct plan_ask *ask, const struct plan_flow *copy,
                            struct arena *arena, struct plan *plan)
{
    if (ask->number_up > 1) {
        plan_say(plan, arena_textf(arena, "%u pages on a side: %llu side%s, %llu of them colour.",
                                   ask->number_up, (unsigned long long)copy->sides,
                                   plan_s(copy->sides), (unsigned long long)copy->color_sides));
    }
    if (ask->sides == PAGE_ONE_SIDED) {
        plan_say(plan, arena_textf(arena, "One-sided: %llu sheet%s a copy.",
                                   (unsigned long long)copy->sheets, plan_s(copy->sheets)));
    } else {
        uint64_t alone = copy->sheets * 2 - copy->sides;
        plan_say(plan,
                 arena_textf(arena,
                             "Two-sided: %llu sheet%s a copy, %llu of them printed on one side%s.",
                             (unsigned long long)copy->sheets, plan_s(copy->sheets),
                             (unsigned long long)alone,
                             copy->lonely > 0 ? ", for two sizes cannot share a sheet" : ""));
    }
    if (ask->copies > 1) {
        plan_say(plan,
                 arena_textf(arena, "%u copies, each begins on a new sheet: %llu impressions.",
                             ask->copies, (unsigned long long)(copy->sides * ask->copies)));
    }
    if (ask->is_partial) {
        plan_say(plan, arena_textf(arena, "Of those %u came out.", plan->impressions));
    }
}

bool plan_make(const struct plan_ask *ask, struct arena *arena, struct plan *plan, struct err *err)
{
    if (!plan_check(ask, err)) {
        return false;
    }
    struct plan_flow copy = plan_flow_of(ask, 1, UINT64_MAX);
    plan_copy(&copy);
    if (copy.sides == 0) {
        return err_set(err, ERR_INVALID, "the page ranges leave no page to print");
    }
    if (copy.sides > UINT32_MAX / ask->copies) {
        return err_set(err, ERR_LIMIT, "%u copies of %llu sides are more than a job may have",
                       ask->copies, (unsigned long long)copy.sides);
    }
    struct plan made = { 0 };
    struct plan_flow total;
    plan_all_copies(ask, copy.sides, &total);
    plan_fill(&total, &made);
    made.pages = (uint32_t)copy.pages;
    made.color_pages = (uint32_t)copy.color_pages;
    plan_say_pages(ask, &copy, arena, &made);
    plan_say_sheets(ask, &copy, arena, &made);
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "no room for the plan of a job");
    }
    *plan = made;
    return true;
}
