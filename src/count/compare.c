// compare: see compare.h. Both are walked run by run at the same time; between two ends of runs all
// pages are alike in both.

#include "count/compare.h"

#include "count/count.h"
#include <inttypes.h>

enum trait {
    TRAIT_PAGE, // is it there at all?
    TRAIT_COLOR,
    TRAIT_DECLARED,
    TRAIT_SIZE,
    TRAIT_COPIES,
    TRAIT_SIDES,
    TRAIT_SHEET,
    TRAIT_CERTAINTY,
    TRAIT_COUNT
};

static const char *const trait_names[TRAIT_COUNT] = {
    "page", "colour", "declared colour", "size", "copies", "sides", "new sheet", "certainty",
};

// Where one of the two stands.
struct walk {
    const Quoin__V1__DocumentFacts *facts;
    size_t run;
    uint64_t left; // pages of the run
    size_t part;
    size_t part_left; // runs of the part
};

struct compare {
    struct arena *arena;
    struct count_comparison *out;
    size_t most;
    struct count_difference *tail;
    struct count_difference last[TRAIT_COUNT]; // by trait, to be joined with what follows
    struct count_difference *open[TRAIT_COUNT];
};

static struct walk walk_of(const Quoin__V1__DocumentFacts *facts)
{
    struct walk walk = { .facts = facts };
    walk.left = facts->n_pages > 0 ? facts->pages[0]->count : 0;
    walk.part_left = facts->n_parts > 0 ? facts->parts[0]->runs : SIZE_MAX;
    return walk;
}

static const Quoin__V1__PageRun *run_at(struct walk *walk)
{
    while (walk->part_left == 0 && walk->part + 1 < walk->facts->n_parts) {
        walk->part_left = walk->facts->parts[++walk->part]->runs;
    }
    return walk->run < walk->facts->n_pages ? walk->facts->pages[walk->run] : NULL;
}

static void walk_on(struct walk *walk, uint64_t pages)
{
    if (walk->run >= walk->facts->n_pages) {
        return;
    }
    walk->left -= pages;
    if (walk->left == 0) {
        walk->run++;
        walk->part_left -= walk->part_left != SIZE_MAX && walk->part_left > 0;
        walk->left = walk->run < walk->facts->n_pages ? walk->facts->pages[walk->run]->count : 0;
    }
}

static uint64_t copies_at(const struct walk *walk, const Quoin__V1__PageRun *run)
{
    uint64_t sets = walk->part < walk->facts->n_parts ? walk->facts->parts[walk->part]->copies : 1;
    return sets * (run->copies == 0 ? 1 : run->copies);
}

static const char *shade(const Quoin__V1__PageRun *run)
{
    if (run->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
        return "not known";
    }
    return run->color ? "colour" : run->blank ? "blank" : "grey";
}

static const char *trait_text(struct walk *walk, enum trait trait, struct arena *arena)
{
    static const char *const sides[] = { "not said", "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    const Quoin__V1__PageRun *run = run_at(walk);
    if (run == NULL) {
        return trait == TRAIT_PAGE ? "not there" : NULL;
    }
    switch (trait) {
    case TRAIT_PAGE: return "there";
    case TRAIT_COLOR: return shade(run);
    case TRAIT_DECLARED: return run->nominal_color ? "yes" : "no";
    case TRAIT_SIZE:
        return arena_textf(arena, "%u x %u mm", (run->width + 50) / 100, (run->height + 50) / 100);
    case TRAIT_COPIES: return arena_textf(arena, "%" PRIu64, copies_at(walk, run));
    case TRAIT_SIDES: return run->sides < 4 ? sides[run->sides] : "not said";
    case TRAIT_SHEET: return run->new_sheet ? "yes" : "no";
    case TRAIT_CERTAINTY: return count_certainty_name(run->certainty);
    case TRAIT_COUNT: break;
    }
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void add(struct compare *compare, const struct count_difference *difference)
{
    compare->out->count++;
    if (compare->out->listed >= compare->most) {
        return;
    }
    struct count_difference *kept = arena_new(compare->arena, sizeof(*kept));
    if (kept == NULL) {
        return;
    }
    *kept = *difference;
    *(compare->tail == NULL ? &compare->out->list : &compare->tail->next) = kept;
    compare->tail = kept;
    compare->out->listed++;
}

// Pages that follow each other and differ in the same way are one difference.
static void differ(struct compare *compare, enum trait trait,
                   const struct count_difference *difference)
{
    struct count_difference *last = &compare->last[trait];
    bool joins = last->last != 0 && last->last + 1 == difference->first &&
                 same_text(last->then, difference->then) && same_text(last->now, difference->now);
    if (joins) {
        last->last = difference->last;
        if (compare->open[trait] != NULL) {
            compare->open[trait]->last = difference->last;
        }
        return;
    }
    size_t listed = compare->out->listed;
    *last = *difference;
    add(compare, difference);
    compare->open[trait] = compare->out->listed > listed ? compare->tail : NULL;
}

static void compare_pages(struct compare *compare, struct walk *then, struct walk *now,
                          uint64_t first, uint64_t last)
{
    for (int trait = 0; trait < TRAIT_COUNT; trait++) {
        const char *was = trait_text(then, (enum trait)trait, compare->arena);
        const char *is = trait_text(now, (enum trait)trait, compare->arena);
        if (was != NULL && is != NULL && !same_text(was, is)) {
            const struct count_difference difference = {
                .first = first, .last = last, .what = trait_names[trait], .then = was, .now = is
            };
            differ(compare, (enum trait)trait, &difference);
        }
    }
}

static void compare_whole(struct compare *compare, const char *what, const char *then,
                          const char *now)
{
    if (!same_text(then, now)) {
        const struct count_difference difference = { .what = what, .then = then, .now = now };
        add(compare, &difference);
    }
}

bool count_compare(const Quoin__V1__DocumentFacts *then, const Quoin__V1__DocumentFacts *now,
                   size_t most, struct arena *arena, struct count_comparison *comparison)
{
    *comparison = (struct count_comparison){ .list = NULL };
    struct compare compare = { .arena = arena, .out = comparison, .most = most };
    struct walk was = walk_of(then);
    struct walk is = walk_of(now);
    uint64_t page = 1;
    compare_whole(&compare, "format", then->format, now->format);
    compare_whole(&compare, "certainty", count_certainty_name(then->certainty),
                  count_certainty_name(now->certainty));
    while (run_at(&was) != NULL || run_at(&is) != NULL) {
        uint64_t step = run_at(&was) == NULL                        ? is.left
                        : run_at(&is) == NULL || was.left < is.left ? was.left
                                                                    : is.left;
        step = step == 0 ? 1 : step; // a run of no pages is passed over
        compare_pages(&compare, &was, &is, page, page + step - 1);
        walk_on(&was, was.left < step ? was.left : step);
        walk_on(&is, is.left < step ? is.left : step);
        page += step;
    }
    return arena_ok(arena);
}
