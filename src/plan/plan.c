// plan: see plan.h. The job's order is: start sheet; copies of (output documents of (sets of each
// part)); end sheet. Sums are multiplied; of a job that ended early only what was begun last is
// walked. Pure.

#include "plan/plan_int.h"

#include "base/num.h"

// ---- sums --------------------------------------------------------------------------------------

// Areas stop at what fits.
static uint64_t plan_area_times(uint64_t area, uint64_t times)
{
    return times != 0 && area > UINT64_MAX / times ? UINT64_MAX : area * times;
}

static uint64_t plan_area_sum(uint64_t area, uint64_t more)
{
    return area > UINT64_MAX - more ? UINT64_MAX : area + more;
}

// Lengths are in hundredths of a millimetre; each page is rounded to the square millimetre.
static uint64_t plan_area(const struct plan_face *face, uint64_t pages)
{
    return plan_area_times(((uint64_t)face->width * face->height + 5000) / 10000, pages);
}

void plan_sums_put(struct plan_sums *sums, const struct plan_face *face, bool two_sided,
                   uint64_t pages, uint64_t sheets)
{
    struct plan_sum *sum =
        &sums->of[page_size_of(face->width, face->height)][face->kind][two_sided];
    sum->pages += pages;
    sum->sheets += sheets;
    sum->area = plan_area_sum(sum->area, plan_area(face, pages));
    if (face->ink > 0) {
        sum->inks[page_ink_tier(face->ink - 1)] += pages;
    }
    sums->impressions += pages;
    sums->sheets += sheets;
    sums->unprinted += pages == 0 && !two_sided ? sheets : 0;
}

void plan_sums_add(struct plan_sums *to, const struct plan_sums *from, uint64_t times)
{
    for (int size = 0; size < PAGE_SIZE_COUNT; size++) {
        for (int kind = 0; kind < PAGE_KIND_COUNT; kind++) {
            for (int both = 0; both < 2; both++) {
                to->of[size][kind][both].pages += from->of[size][kind][both].pages * times;
                to->of[size][kind][both].sheets += from->of[size][kind][both].sheets * times;
                for (int ink = 0; ink < PAGE_INK_COUNT; ink++) {
                    to->of[size][kind][both].inks[ink] +=
                        from->of[size][kind][both].inks[ink] * times;
                }
                to->of[size][kind][both].area =
                    plan_area_sum(to->of[size][kind][both].area,
                                  plan_area_times(from->of[size][kind][both].area, times));
            }
        }
    }
    to->impressions += from->impressions * times;
    to->sheets += from->sheets * times;
    to->unprinted += from->unprinted * times;
}

static bool too_much(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the job has more than %u sides or sheets, with its copies",
                   UINT32_MAX);
}

static bool sums_fit(const struct plan_sums *sums, struct err *err)
{
    return (sums->impressions <= UINT32_MAX && sums->sheets <= UINT32_MAX) || too_much(err);
}

// ---- units -------------------------------------------------------------------------------------

struct units { // on the way through the parts
    const struct plan_ask *ask;
    size_t part;
    size_t run;
    uint64_t page; // of the document
};

static bool is_separate(const struct plan_ask *ask)
{
    return ask->handling == PLAN_COLLATED || ask->handling == PLAN_UNCOLLATED;
}

static struct units units_of(const struct plan_ask *ask)
{
    return (struct units){ .ask = ask, .page = 1 };
}

static bool begins_document(const struct plan_ask *ask, size_t part)
{
    return part == 0 || (part < ask->part_count && ask->parts[part].is_document);
}

static void take_part(struct units *units, struct plan_unit *unit)
{
    const struct plan_ask *ask = units->ask;
    size_t runs = ask->part_count == 0 ? ask->run_count : ask->parts[units->part].runs;
    for (size_t i = 0; i < runs; i++) {
        units->page += ask->runs[units->run + i].count;
    }
    units->run += runs;
    units->part++;
    unit->run_count += runs;
}

static uint32_t sets_of(const struct plan_ask *ask, size_t part)
{
    uint32_t copies = ask->part_count == 0 ? 1 : ask->parts[part].copies;
    return copies == 0 ? 1 : copies;
}

static bool next_unit(struct units *units, struct plan_unit *unit)
{
    const struct plan_ask *ask = units->ask;
    size_t count = ask->part_count == 0 ? 1 : ask->part_count;
    if (units->part == count) {
        return false;
    }
    bool begins = begins_document(ask, units->part);
    units->page = begins && is_separate(ask) ? 1 : units->page;
    *unit = (struct plan_unit){ .run = units->run,
                                .page = units->page,
                                .sets = sets_of(ask, units->part),
                                .begins = is_separate(ask) ? begins : units->part == 0 };
    take_part(units, unit);
    while (ask->handling == PLAN_SINGLE && units->part < count && unit->sets == 1 &&
           begins_document(ask, units->part) && sets_of(ask, units->part) == 1) {
        take_part(units, unit);
    }
    unit->ends = units->part == count || (is_separate(ask) && begins_document(ask, units->part));
    return true;
}

// ---- one copy ----------------------------------------------------------------------------------

struct walk {
    const struct plan_ask *ask;
    struct arena *arena;
    struct plan_face paper; // of what has none of its own
    uint64_t repeat;        // of each sheet
    uint64_t budget;        // UINT64_MAX: all comes out
    struct plan_sums sums;
    uint64_t slips;
    bool is_open;           // something of the output document came out
    struct plan_told *told; // NULL: told already
};

// Sheets that are no pages of the document.
static void put_extra(struct walk *walk, struct plan_media media, bool printed, uint64_t count)
{
    struct plan_face face = walk->paper;
    face.kind = printed ? PLAN_MONO : PLAN_BLANK;
    if (media.width != 0) {
        face.width = media.width;
        face.height = media.height;
    }
    if (printed) {
        count = count < walk->budget ? count : walk->budget;
        walk->budget -= count;
    }
    if (printed || walk->budget > 0) {
        plan_sums_put(&walk->sums, &face, false, printed ? count : 0, count);
    }
}

static void begin_document(struct walk *walk)
{
    enum plan_sheets kind = walk->ask->separators;
    if (kind == PLAN_SHEETS_START || kind == PLAN_SHEETS_BOTH) {
        put_extra(walk, walk->ask->separators_media, true, walk->repeat);
    }
    walk->is_open = true;
}

static void end_document(struct walk *walk)
{
    enum plan_sheets kind = walk->ask->separators;
    if (kind == PLAN_SHEETS_END || kind == PLAN_SHEETS_BOTH) {
        put_extra(walk, walk->ask->separators_media, true, walk->repeat);
    } else if (kind == PLAN_SHEETS_SLIP) {
        put_extra(walk, walk->ask->separators_media, false, walk->repeat);
        walk->slips += walk->repeat;
    }
    walk->is_open = false;
}

static void tell(struct plan_told *told, const struct plan_flow *flow, uint32_t sets)
{
    told->pages += flow->pages;
    told->color_pages += flow->color_pages;
    told->blank_pages += flow->blank_pages;
    told->faces += flow->faces;
    told->color_faces += flow->color_faces;
    told->lonely += flow->lonely;
    told->sets += sets > 1 ? 1 : 0;
    plan_sums_add(&told->once, &flow->sums, 1);
}

// The sets of one unit, as far as the budget goes: whole ones while it is sure that something comes
// behind them, and what was begun last.
static bool walk_unit(struct walk *walk, const struct plan_unit *unit, struct err *err)
{
    struct plan_flow one = plan_flow_run(walk->ask, unit, walk->repeat, UINT64_MAX, walk->arena);
    if (one.sums.impressions == 0 || walk->budget == 0) {
        return true;
    }
    if (!sums_fit(&one.sums, err)) {
        return false;
    }
    if (!walk->is_open) {
        begin_document(walk);
    }
    if (walk->told != NULL) {
        tell(walk->told, &one, unit->sets);
    }
    uint64_t sets = unit->sets;
    if (walk->budget != UINT64_MAX) {
        uint64_t whole = walk->budget == 0 ? 0 : (walk->budget - 1) / one.sums.impressions;
        sets = whole < sets ? whole : sets;
        walk->budget -= sets * one.sums.impressions;
    }
    plan_sums_add(&walk->sums, &one.sums, sets);
    if (sets < unit->sets && walk->budget > 0) {
        struct plan_flow last =
            plan_flow_run(walk->ask, unit, walk->repeat, walk->budget, walk->arena);
        plan_sums_add(&walk->sums, &last.sums, 1);
        walk->budget -= last.sums.impressions;
    }
    return sums_fit(&walk->sums, err);
}

static bool walk_copy(struct walk *walk, struct err *err)
{
    struct units units = units_of(walk->ask);
    struct plan_unit unit;
    walk->is_open = false;
    while (next_unit(&units, &unit)) {
        if (!walk_unit(walk, &unit, err)) {
            return false;
        }
        if (unit.ends && walk->is_open) {
            end_document(walk);
        }
    }
    return true;
}

// ---- the job -----------------------------------------------------------------------------------

static bool has_start(const struct plan_ask *ask)
{
    return ask->job_sheets == PLAN_SHEETS_START || ask->job_sheets == PLAN_SHEETS_BOTH;
}

static bool has_end(const struct plan_ask *ask)
{
    return ask->job_sheets == PLAN_SHEETS_END || ask->job_sheets == PLAN_SHEETS_BOTH;
}

// The job's paper, or that of its first page.
static struct plan_face paper_of(const struct plan_ask *ask)
{
    size_t first = 0;
    while (ask->runs[first].count == 0) { // not all of them are empty
        first++;
    }
    bool fixed = ask->media.width != 0;
    return (struct plan_face){ .width = fixed ? ask->media.width : ask->runs[first].width,
                               .height = fixed ? ask->media.height : ask->runs[first].height };
}

static uint64_t copies_of(const struct plan_ask *ask)
{
    return (uint64_t)ask->copies + ask->proof_copies;
}

// All of it: the sums of one copy, times copies, and the job's own sheets.
static bool make_whole(struct walk *walk, const struct walk *copy, struct err *err)
{
    const struct plan_ask *ask = walk->ask;
    uint64_t copies = copies_of(ask);
    if (copies > UINT32_MAX / copy->sums.impressions || copies > UINT32_MAX / copy->sums.sheets) {
        return too_much(err);
    }
    put_extra(walk, ask->job_sheets_media, true, has_start(ask) ? 1 : 0);
    plan_sums_add(&walk->sums, &copy->sums, copies);
    put_extra(walk, ask->job_sheets_media, true, has_end(ask) ? 1 : 0);
    if (copy->slips > 0) { // none behind the last document
        struct plan_face face = walk->paper;
        if (ask->separators_media.width != 0) {
            face.width = ask->separators_media.width;
            face.height = ask->separators_media.height;
        }
        walk->sums.of[page_size_of(face.width, face.height)][PLAN_BLANK][false].sheets--;
        walk->sums.sheets--;
        walk->sums.unprinted--;
    }
    return sums_fit(&walk->sums, err);
}

// So many impressions of it.
static bool make_partial(struct walk *walk, const struct walk *copy, struct err *err)
{
    const struct plan_ask *ask = walk->ask;
    put_extra(walk, ask->job_sheets_media, true, has_start(ask) ? 1 : 0);
    if (walk->budget == 0) {
        return true;
    }
    if (ask->handling == PLAN_UNCOLLATED) {
        walk->repeat = copies_of(ask);
    } else {
        uint64_t whole = (walk->budget - 1) / copy->sums.impressions;
        plan_sums_add(&walk->sums, &copy->sums, whole);
        walk->budget -= whole * copy->sums.impressions;
    }
    return walk_copy(walk, err);
}

static void fill(const struct plan_sums *sums, struct plan *plan)
{
    for (int i = 0; i < PAGE_CLASS_MAX; i++) {
        int size = i / (2 * PAGE_KIND_COUNT);
        int kind = i / 2 % PAGE_KIND_COUNT;
        bool both = i % 2 == 1;
        const struct plan_sum *sum = &sums->of[size][kind][both];
        if (sum->pages > 0 || sum->sheets > 0) {
            plan->areas[plan->class_count] = sum->area;
            for (int ink = 0; ink < PAGE_INK_COUNT; ink++) {
                plan->inks[plan->class_count][ink] = (uint32_t)sum->inks[ink];
            }
            plan->classes[plan->class_count++] =
                (struct page_class){ .size = (enum page_size)size,
                                     .color = kind == PLAN_COLOR,
                                     .blank = kind == PLAN_BLANK,
                                     .two_sided = both,
                                     .pages = (uint32_t)sum->pages,
                                     .sheets = (uint32_t)sum->sheets };
            plan->color_impressions += kind == PLAN_COLOR ? (uint32_t)sum->pages : 0;
            plan->blank_impressions += kind == PLAN_BLANK ? (uint32_t)sum->pages : 0;
        }
    }
    plan->impressions = (uint32_t)sums->impressions;
    plan->sheets = (uint32_t)sums->sheets;
}

bool plan_make(const struct plan_ask *ask, struct arena *arena, struct plan *plan, struct err *err)
{
    if (!plan_check(ask, err)) {
        return false;
    }
    struct plan_told told = { 0 };
    struct walk copy = { .ask = ask,
                         .arena = arena,
                         .paper = paper_of(ask),
                         .repeat = 1,
                         .budget = UINT64_MAX,
                         .told = &told };
    struct walk job = copy;
    if (!walk_copy(&copy, err)) {
        return false;
    }
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "no room for the plan of a job");
    }
    if (copy.sums.impressions == 0) {
        return err_set(err, ERR_INVALID, "the page ranges leave no page to print");
    }
    job.told = NULL;
    told.whole = copy.sums;
    if (!make_whole(&job, &copy, err)) {
        return false;
    }
    told.all = job.sums;
    if (ask->is_partial && ask->completed < job.sums.impressions) {
        job.sums = (struct plan_sums){ 0 };
        job.budget = ask->completed;
        if (!make_partial(&job, &copy, err)) {
            return false;
        }
    }
    struct plan made = { .pages = (uint32_t)told.pages,
                         .color_pages = (uint32_t)told.color_pages,
                         .blank_pages = (uint32_t)told.blank_pages };
    fill(&job.sums, &made);
    if (!plan_say(ask, &told, arena, &made)) {
        return err_set(err, ERR_LIMIT, "no room for the plan of a job");
    }
    *plan = made;
    return true;
}
