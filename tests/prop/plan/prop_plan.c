// The plan against a printer that works page by page: every page, side and sheet of random jobs is
// laid out one by one, in the order in which it leaves the printer, and counted. Slow, and written
// from plan.h alone: it shares nothing with the plan but the classes of size.
//
// Usage: prop_plan [SEED [ROUNDS]]. The seed is printed; the same seed gives the same run.
#include "plan/plan.h"

#include "base/rnd.h"
#include "lib/tap.h"
#include <inttypes.h>

enum { PAGES_MAX = 512, SHEETS_MAX = 200000, ROUNDS = 40000 };

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed % below);
}

static bool one_in(uint32_t times)
{
    return draw(times) == 0;
}

// ---- the printer -------------------------------------------------------------------------------

struct side {
    uint32_t width;
    uint32_t height;
    bool marks; // not blank
    bool color;
    uint32_t copies;
    enum page_sides sides;
    bool new_sheet;
    size_t paper; // override that chose it, and 1
    uint32_t inserts_after;
    struct plan_media insert_media;
};

struct sheet {
    bool has_back;
    struct side front;
    struct side back;
    uint32_t times; // in a row
};

struct pile {
    struct sheet *sheets;
    size_t count;
};

static struct sheet tray[SHEETS_MAX];  // the job
static struct sheet small[SHEETS_MAX]; // one set

static void lay(struct pile *pile, const struct side *front, const struct side *back,
                uint32_t times)
{
    struct sheet *sheet = &pile->sheets[pile->count++];
    *sheet = (struct sheet){ .front = *front, .times = times };
    if (back != NULL) {
        sheet->has_back = true;
        sheet->back = *back;
    }
}

static struct side paper_like(const struct side *like, const struct plan_media *media)
{
    struct side side = { .width = like->width, .height = like->height };
    if (media->width != 0) {
        side.width = media->width;
        side.height = media->height;
    }
    return side; // copies 0: nothing is printed on it
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static bool same_paper(const struct side *a, const struct side *b)
{
    bool upright = distance(a->width, b->width) <= 300 && distance(a->height, b->height) <= 300;
    bool turned = distance(a->width, b->height) <= 300 && distance(a->height, b->width) <= 300;
    return upright || turned;
}

// ---- one document's pages, as numbered in it ---------------------------------------------------

static bool in(const struct plan_range *range, uint32_t number)
{
    return range->first <= number && number <= range->last;
}

static bool is_wanted(const struct plan_ask *ask, uint32_t number)
{
    for (size_t i = 0; i < ask->range_count; i++) {
        if (in(&ask->ranges[i], number)) {
            return true;
        }
    }
    return ask->range_count == 0;
}

static struct side page_of(const struct plan_ask *ask, const struct page_run *run, uint32_t number)
{
    struct side page = { .width = ask->media.width != 0 ? ask->media.width : run->width,
                         .height = ask->media.width != 0 ? ask->media.height : run->height,
                         .marks = !run->blank,
                         .copies = run->copies > 0 ? run->copies : 1,
                         .new_sheet = run->new_sheet,
                         .sides = ask->sides };
    bool black = ask->mono;
    if (run->sides > 0 && !ask->sides_rule) {
        page.sides = (enum page_sides)(run->sides - 1);
    }
    for (size_t i = 0; i < ask->override_count; i++) {
        const struct plan_override *with = &ask->overrides[i];
        if (!in(&with->pages, number)) {
            continue;
        }
        if (with->media.width != 0) {
            page.width = with->media.width;
            page.height = with->media.height;
            page.paper = i + 1;
        }
        if (with->sides > 0) {
            page.sides = (enum page_sides)(with->sides - 1);
        }
        black = with->color ? false : with->mono ? true : black;
    }
    for (size_t i = 0; i < ask->front_count; i++) {
        page.new_sheet = page.new_sheet || ask->fronts[i] == number;
    }
    page.color = run->color && !run->blank && !black;
    for (size_t i = 0; i < ask->insert_count; i++) {
        if (ask->inserts[i].after == number) {
            page.inserts_after = ask->inserts[i].count;
            page.insert_media = ask->inserts[i].media;
        }
    }
    return page;
}

// ---- one set of a unit -------------------------------------------------------------------------

struct set {
    struct side pages[PAGES_MAX];
    size_t page_count;
    struct side sides[PAGES_MAX];
    size_t side_count;
    uint32_t inserts_first; // before the first page
    struct plan_media first_media;
    bool begins;
    bool ends;
};

static struct set set;

static void make_sides(const struct plan_ask *ask)
{
    size_t on_side = 0;
    set.side_count = 0;
    for (size_t i = 0; i < set.page_count; i++) {
        const struct side *page = &set.pages[i];
        struct side *side = set.side_count > 0 ? &set.sides[set.side_count - 1] : NULL;
        bool joins = on_side > 0 && on_side < ask->number_up && !page->new_sheet &&
                     side->copies == page->copies && side->sides == page->sides &&
                     side->paper == page->paper && side->inserts_after == 0;
        if (!joins) {
            set.sides[set.side_count++] = *page;
            on_side = 1;
            continue;
        }
        side->marks = side->marks || page->marks;
        side->color = side->color || page->color;
        side->inserts_after = page->inserts_after;
        side->insert_media = page->insert_media;
        on_side++;
    }
}

static size_t cover_takes(enum plan_cover cover)
{
    return cover == PLAN_COVER_BOTH                                ? 2
           : cover == PLAN_COVER_FRONT || cover == PLAN_COVER_BACK ? 1
                                                                   : 0;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void lay_inserts(struct pile *pile, const struct side *after)
{
    struct side blank = paper_like(after, &after->insert_media);
    for (uint32_t i = 0; i < after->inserts_after; i++) {
        lay(pile, &blank, NULL, 1);
    }
}

// Sides from..to on the sheets of a cover.
static void lay_cover(struct pile *pile, const struct plan_cover_sheet *cover, size_t from,
                      size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct side front = set.sides[i];
        front.width = cover->media.width != 0 ? cover->media.width : front.width;
        front.height = cover->media.width != 0 ? cover->media.height : front.height;
        bool pair =
            i + 1 < to && front.inserts_after == 0 && set.sides[i + 1].copies == front.copies;
        if (!pair) {
            lay(pile, &front, NULL, front.copies);
            lay_inserts(pile, &set.sides[i]);
            continue;
        }
        struct side back = set.sides[i + 1];
        back.width = front.width;
        back.height = front.height;
        lay(pile, &front, &back, front.copies);
        lay_inserts(pile, &set.sides[i + 1]);
        i++;
    }
}

static void lay_inside(struct pile *pile, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct side *front = &set.sides[i];
        const struct side *next = i + 1 < to ? &set.sides[i + 1] : NULL;
        bool pair = next != NULL && front->sides != PAGE_ONE_SIDED && front->sides == next->sides &&
                    front->copies == next->copies && !next->new_sheet &&
                    front->inserts_after == 0 && same_paper(front, next);
        lay(pile, front, pair ? next : NULL, front->copies);
        lay_inserts(pile, pair ? next : front);
        i += pair ? 1 : 0;
    }
}

static void lay_set(const struct plan_ask *ask, struct pile *pile)
{
    make_sides(ask);
    size_t count = set.side_count;
    size_t front = set.begins ? lesser(cover_takes(ask->cover_front.print), count) : 0;
    size_t back = set.ends ? lesser(cover_takes(ask->cover_back.print), count - front) : 0;
    if (count == 0) {
        return;
    }
    if (set.inserts_first > 0) {
        struct side like = set.pages[0];
        like.inserts_after = set.inserts_first;
        like.insert_media = set.first_media;
        lay_inserts(pile, &like);
    }
    if (set.begins && ask->cover_front.print == PLAN_COVER_UNPRINTED) {
        struct side blank = paper_like(&set.sides[0], &ask->cover_front.media);
        lay(pile, &blank, NULL, 1);
    }
    lay_cover(pile, &ask->cover_front, 0, front);
    lay_inside(pile, front, count - back);
    lay_cover(pile, &ask->cover_back, count - back, count);
    if (set.ends && ask->cover_back.print != PLAN_COVER_NONE && back == 0) {
        struct side blank = paper_like(&set.sides[count - 1], &ask->cover_back.media);
        lay(pile, &blank, NULL, 1);
    }
}

// Page number i, from 1, of a booklet; those behind the end are not there.
static void add_page(struct side *side, size_t number)
{
    if (number <= set.page_count) {
        const struct side *page = &set.pages[number - 1];
        side->copies = 1;
        side->marks = side->marks || page->marks;
        side->color = side->color || page->color;
    }
}

static void lay_booklet(struct pile *pile)
{
    size_t sheets = (set.page_count + 3) / 4;
    for (size_t i = 0; i < sheets; i++) {
        struct side front = { .width = set.pages[0].width, .height = set.pages[0].height };
        struct side back = front;
        add_page(&front, 4 * sheets - 2 * i);
        add_page(&front, 2 * i + 1);
        add_page(&back, 2 * i + 2);
        add_page(&back, 4 * sheets - 2 * i - 1);
        lay(pile, &front, back.copies > 0 ? &back : NULL, 1);
    }
}

// ---- the job -----------------------------------------------------------------------------------

struct unit {
    size_t part;       // its first
    size_t part_count; // several where documents are joined
    uint32_t number;   // of its first page
    uint32_t sets;
    bool begins;
    bool ends;
};

static void make_set(const struct plan_ask *ask, const struct unit *unit)
{
    size_t run = 0;
    uint32_t number = unit->number;
    set.page_count = 0;
    set.inserts_first = 0;
    set.begins = unit->begins;
    set.ends = unit->ends;
    for (size_t i = 0; i < unit->part; i++) {
        run += ask->parts[i].runs;
    }
    for (size_t i = 0; i < ask->insert_count; i++) {
        if (ask->inserts[i].after == 0 && unit->number == 1) {
            set.inserts_first = ask->inserts[i].count;
            set.first_media = ask->inserts[i].media;
        }
    }
    for (size_t part = unit->part; part < unit->part + unit->part_count; part++) {
        for (size_t i = 0; i < ask->parts[part].runs; i++, run++) {
            for (uint32_t k = 0; k < ask->runs[run].count; k++, number++) {
                if (is_wanted(ask, number)) {
                    set.pages[set.page_count++] = page_of(ask, &ask->runs[run], number);
                }
            }
        }
    }
}

static uint32_t sets_of(const struct page_part *part)
{
    return part->copies == 0 ? 1 : part->copies;
}

static uint32_t pages_in(const struct plan_ask *ask, size_t part)
{
    size_t run = 0;
    uint32_t pages = 0;
    for (size_t i = 0; i < part; i++) {
        run += ask->parts[i].runs;
    }
    for (size_t i = 0; i < ask->parts[part].runs; i++) {
        pages += ask->runs[run + i].count;
    }
    return pages;
}

static size_t find_units(const struct plan_ask *ask, struct unit *units)
{
    bool separate = ask->handling == PLAN_COLLATED || ask->handling == PLAN_UNCOLLATED;
    size_t count = 0;
    uint32_t number = 1;
    for (size_t i = 0; i < ask->part_count; i++) {
        bool document = i == 0 || ask->parts[i].is_document;
        bool joins = i > 0 && document && ask->handling == PLAN_SINGLE &&
                     sets_of(&ask->parts[i]) == 1 && units[count - 1].sets == 1;
        number = document && separate ? 1 : number;
        if (joins) {
            units[count - 1].part_count++;
        } else {
            units[count++] = (struct unit){ .part = i,
                                            .part_count = 1,
                                            .number = number,
                                            .sets = sets_of(&ask->parts[i]),
                                            .begins = i == 0 || (separate && document) };
        }
        number += pages_in(ask, i);
        bool last = i + 1 == ask->part_count;
        units[count - 1].ends = last || (separate && ask->parts[i + 1].is_document);
    }
    return count;
}

static struct side job_paper(const struct plan_ask *ask, const struct plan_media *media)
{
    size_t run = 0;
    while (ask->runs[run].count == 0) {
        run++;
    }
    struct side side = { .width = ask->runs[run].width, .height = ask->runs[run].height };
    side = paper_like(&side, &ask->media);
    return paper_like(&side, media);
}

static void lay_extra(const struct plan_ask *ask, struct pile *pile, const struct plan_media *media,
                      bool printed, uint32_t times)
{
    struct side side = job_paper(ask, media);
    side.marks = printed;
    side.copies = printed ? 1 : 0;
    lay(pile, &side, NULL, times);
}

// One copy of the job; each sheet as often as repeat says. Tells where the last slip lies.
static void lay_copy(const struct plan_ask *ask, uint32_t repeat, struct pile *pile, size_t *slip)
{
    struct unit units[8];
    size_t count = find_units(ask, units);
    bool open = false;
    enum plan_sheets with = ask->separators;
    for (size_t i = 0; i < count; i++) {
        struct pile one = { small, 0 };
        make_set(ask, &units[i]);
        if (ask->booklet) {
            lay_booklet(&one);
        } else {
            lay_set(ask, &one);
        }
        open = open && !units[i].begins;
        if (one.count > 0 && !open && (with == PLAN_SHEETS_START || with == PLAN_SHEETS_BOTH)) {
            lay_extra(ask, pile, &ask->separators_media, true, repeat);
        }
        open = open || one.count > 0;
        for (uint32_t k = 0; k < units[i].sets; k++) {
            for (size_t n = 0; n < one.count; n++) {
                pile->sheets[pile->count] = one.sheets[n];
                pile->sheets[pile->count++].times *= repeat;
            }
        }
        if (units[i].ends && open && (with == PLAN_SHEETS_END || with == PLAN_SHEETS_BOTH)) {
            lay_extra(ask, pile, &ask->separators_media, true, repeat);
        } else if (units[i].ends && open && with == PLAN_SHEETS_SLIP) {
            *slip = pile->count;
            lay_extra(ask, pile, &ask->separators_media, false, repeat);
        }
    }
}

static void lay_job(const struct plan_ask *ask, struct pile *pile)
{
    uint32_t copies = ask->copies + ask->proof_copies;
    size_t slip = SIZE_MAX;
    bool start = ask->job_sheets == PLAN_SHEETS_START || ask->job_sheets == PLAN_SHEETS_BOTH;
    bool end = ask->job_sheets == PLAN_SHEETS_END || ask->job_sheets == PLAN_SHEETS_BOTH;
    if (start) {
        lay_extra(ask, pile, &ask->job_sheets_media, true, 1);
    }
    if (ask->handling == PLAN_UNCOLLATED) {
        lay_copy(ask, copies, pile, &slip);
    } else {
        for (uint32_t i = 0; i < copies; i++) {
            lay_copy(ask, 1, pile, &slip);
        }
    }
    if (slip != SIZE_MAX) {
        pile->sheets[slip].times--; // none behind the last document
    }
    if (end) {
        lay_extra(ask, pile, &ask->job_sheets_media, true, 1);
    }
}

// ---- the counter -------------------------------------------------------------------------------

struct count {
    uint64_t pages[PAGE_SIZE_COUNT][PAGE_KIND_COUNT][2];
    uint64_t sheets[PAGE_SIZE_COUNT][PAGE_KIND_COUNT][2];
    uint64_t impressions;
};

static void count_side(struct count *count, const struct side *side, bool both, bool front)
{
    int kind = side->color ? 2 : side->marks ? 1 : 0;
    enum page_size size = page_size_of(side->width, side->height);
    count->pages[size][kind][both] += side->copies > 0 ? 1 : 0;
    count->sheets[size][kind][both] += front ? 1 : 0;
    count->impressions += side->copies > 0 ? 1 : 0;
}

// Counts sheets until so many sides have come out.
static struct count count_pile(const struct pile *pile, bool all, uint64_t completed)
{
    struct count count = { 0 };
    for (size_t i = 0; i < pile->count; i++) {
        const struct sheet *sheet = &pile->sheets[i];
        for (uint32_t k = 0; k < sheet->times; k++) {
            if (all || count.impressions < completed) {
                count_side(&count, &sheet->front, sheet->has_back, true);
            }
            if (sheet->has_back && (all || count.impressions < completed)) {
                count_side(&count, &sheet->back, true, false);
            }
        }
    }
    return count;
}

static bool agrees(const struct plan *plan, const struct count *count)
{
    struct count told = { 0 };
    for (size_t i = 0; i < plan->class_count; i++) {
        const struct page_class *class = &plan->classes[i];
        int kind = class->color ? 2 : class->blank ? 0 : 1;
        told.pages[class->size][kind][class->two_sided] += class->pages;
        told.sheets[class->size][kind][class->two_sided] += class->sheets;
        told.impressions += class->pages;
    }
    return memcmp(&told, count, sizeof(told)) == 0 && plan->impressions == count->impressions;
}

// ---- random jobs -------------------------------------------------------------------------------

struct job {
    struct page_run runs[8];
    struct page_part parts[8];
    struct plan_range ranges[4];
    struct plan_override overrides[3];
    struct plan_insert inserts[3];
    uint32_t fronts[3];
    struct plan_ask ask;
};

static struct plan_media random_media(void)
{
    static const struct plan_media papers[] = {
        { 21000, 29700 }, { 29700, 21000 }, { 21590, 27940 }, { 29700, 42000 }, { 14800, 21000 }
    };
    return papers[draw(5)];
}

static struct plan_media maybe_media(uint32_t times)
{
    return one_in(times) ? random_media() : (struct plan_media){ 0, 0 };
}

static void random_document(struct job *job)
{
    struct plan_ask *ask = &job->ask;
    bool plain = one_in(3); // pages that ask for nothing
    ask->run_count = 1 + draw(7);
    for (size_t i = 0; i < ask->run_count; i++) {
        struct plan_media paper = one_in(2) ? random_media() : (struct plan_media){ 21000, 29700 };
        job->runs[i] = (struct page_run){ .count = draw(8),
                                          .width = paper.width,
                                          .height = paper.height,
                                          .color = one_in(3),
                                          .blank = one_in(6),
                                          .new_sheet = !plain && one_in(8),
                                          .copies = plain ? 0 : draw(3),
                                          .sides = plain ? 0 : draw(4) };
        if (i == 0 || (ask->part_count < 6 && one_in(4))) {
            job->parts[ask->part_count++] =
                (struct page_part){ .copies = one_in(3) ? draw(4) : 1, .is_document = one_in(2) };
        }
        job->parts[ask->part_count - 1].runs++;
    }
    job->runs[0].count++; // not all of them are empty
}

static void random_lists(struct job *job)
{
    struct plan_ask *ask = &job->ask;
    uint32_t at = 0;
    for (uint32_t i = one_in(2) ? draw(4) : 0; i > 0; i--) {
        uint32_t first = at + 1 + draw(3);
        at = first + draw(5);
        job->ranges[ask->range_count++] = (struct plan_range){ first, at };
    }
    at = 0;
    for (uint32_t i = one_in(3) ? draw(3) : 0; i > 0; i--) {
        uint32_t first = at + 1 + draw(4);
        at = first + draw(4);
        job->overrides[ask->override_count++] = (struct plan_override){ .pages = { first, at },
                                                                        .sides = draw(4),
                                                                        .mono = one_in(3),
                                                                        .color = one_in(4),
                                                                        .media = maybe_media(3) };
    }
    at = 0;
    for (uint32_t i = one_in(4) ? draw(3) : 0; i > 0; i--) {
        at += 1 + draw(5);
        job->fronts[ask->front_count++] = at;
    }
    at = draw(3);
    for (uint32_t i = one_in(4) ? draw(3) : 0; i > 0; i--) {
        job->inserts[ask->insert_count++] =
            (struct plan_insert){ .after = at, .count = draw(3), .media = maybe_media(3) };
        at += 1 + draw(5);
    }
}

static struct plan_ask *random_job(struct job *job)
{
    struct plan_ask *ask = &job->ask;
    *job =
        (struct job){ .ask = { .copies = 1 + draw(4), .proof_copies = one_in(6) ? draw(3) : 0 } };
    ask->runs = job->runs;
    ask->parts = job->parts;
    ask->ranges = job->ranges;
    ask->overrides = job->overrides;
    ask->inserts = job->inserts;
    ask->fronts = job->fronts;
    random_document(job);
    random_lists(job);
    ask->number_up = one_in(2) ? 1 : 1 + draw(5);
    ask->sides = (enum page_sides)draw(3);
    ask->sides_rule = one_in(4);
    ask->handling = (enum plan_handling)draw(4);
    ask->mono = one_in(5);
    ask->media = maybe_media(4);
    ask->job_sheets = one_in(4) ? (enum plan_sheets)draw(4) : PLAN_SHEETS_NONE;
    ask->job_sheets_media = maybe_media(3);
    ask->separators = one_in(4) ? (enum plan_sheets)draw(5) : PLAN_SHEETS_NONE;
    ask->separators_media = maybe_media(3);
    if (one_in(4)) {
        ask->cover_front = (struct plan_cover_sheet){ (enum plan_cover)draw(5), maybe_media(3) };
        ask->cover_back = (struct plan_cover_sheet){ (enum plan_cover)draw(5), maybe_media(3) };
    }
    if (one_in(6)) {
        ask->booklet = true;
        ask->number_up = 1;
        ask->insert_count = 0;
        ask->cover_front = ask->cover_back = (struct plan_cover_sheet){ PLAN_COVER_NONE, { 0, 0 } };
        for (size_t i = 0; i < ask->run_count; i++) {
            job->runs[i].copies = draw(2);
        }
    }
    return ask;
}

// ---- the property ------------------------------------------------------------------------------

struct sums {
    uint32_t planned;
    uint32_t refused; // ranges that leave nothing
    uint32_t partial;
    uint32_t wrong;
};

static void tell(const struct plan_ask *ask, uint64_t round)
{
    printf("# round %" PRIu64 ": %zu parts, %zu runs, up %u, sides %d, handling %d, booklet %d, "
           "completed %" PRIu64 " of partial %d\n",
           round, ask->part_count, ask->run_count, ask->number_up, (int)ask->sides,
           (int)ask->handling, ask->booklet, ask->completed, ask->is_partial);
}

static bool try_one(struct plan_ask *ask, const struct pile *pile, struct count *count)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(32768);
    struct plan plan = { 0 };
    struct err err = { 0 };
    struct count all = count_pile(pile, true, 0);
    *count =
        count_pile(pile, !ask->is_partial || ask->completed >= all.impressions, ask->completed);
    return plan_make(ask, &arena, &plan, &err) && agrees(&plan, count);
}

static bool has_pages(const struct plan_ask *ask)
{
    struct unit units[8];
    size_t count = find_units(ask, units);
    bool has = false;
    for (size_t i = 0; i < count; i++) {
        make_set(ask, &units[i]);
        has = has || set.page_count > 0;
    }
    return has;
}

static void play(uint64_t round, struct sums *sums)
{
    struct job job;
    struct plan_ask *ask = random_job(&job);
    struct pile pile = { tray, 0 };
    struct count count;
    if (!has_pages(ask)) {
        OWN(arena_free) struct arena arena = ARENA_CAP(32768);
        struct plan plan;
        struct err err = { 0 };
        sums->refused++;
        sums->wrong += !plan_make(ask, &arena, &plan, &err) && err.code == ERR_INVALID ? 0 : 1;
        return;
    }
    lay_job(ask, &pile);
    sums->planned++;
    if (!try_one(ask, &pile, &count)) {
        sums->wrong++;
        tell(ask, round);
    }
    ask->is_partial = true;
    for (int i = 0; i < 3; i++) {
        ask->completed = draw((uint32_t)count_pile(&pile, true, 0).impressions + 2);
        sums->partial++;
        if (!try_one(ask, &pile, &count)) {
            sums->wrong++;
            tell(ask, round);
        }
    }
}

int main(int argc, char **argv)
{
    uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : ROUNDS;
    struct sums sums = { 0 };
    rnd_bytes(&seed, sizeof(seed));
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : seed | 1;
    printf("# seed %" PRIu64 "\n", seed);
    for (uint64_t round = 0; round < rounds && sums.wrong < 10; round++) {
        play(round, &sums);
    }
    printf("# %u jobs, %u that ended early, %u without pages\n", sums.planned, sums.partial,
           sums.refused);
    CHECK(sums.wrong == 0);
    CHECK(argc > 2 || sums.planned >= 30000);
    return tap_done();
}
