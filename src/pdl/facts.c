// facts: see facts.h.

#include "pdl/facts.h"

#include "base/buf.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { NOTE_MAX = 300, PARTS_MAX = 1000 };

struct pdl_facts pdl_facts_of(struct arena *arena, const char *format, uint64_t pages_max)
{
    return (struct pdl_facts){
        .arena = arena, .format = format, .pages_max = pages_max, .certainty = PDL_EXACT
    };
}

bool pdl_facts_part(struct pdl_facts *facts, const char *format, uint64_t offset, struct err *err)
{
    struct pdl_part *part = arena_new(facts->arena, sizeof(*part));
    if (part == NULL || facts->part_count == PARTS_MAX) {
        return err_set(err, ERR_LIMIT, "more than %d parts", PARTS_MAX);
    }
    *part = (struct pdl_part){
        .format = format, .offset = offset, .sets = 1, .copies = 1, .certainty = PDL_EXACT
    };
    if (facts->part == NULL) {
        facts->first_part = part;
        facts->format = format;
    } else {
        facts->part->next = part;
    }
    facts->part = part;
    facts->part_count++;
    return true;
}

void pdl_facts_part_drop(struct pdl_facts *facts)
{
    struct pdl_part *before = NULL;
    assert(facts->part != NULL && facts->part->run_count == 0);
    for (struct pdl_part *part = facts->first_part; part != facts->part; part = part->next) {
        before = part;
    }
    if (before == NULL) {
        facts->first_part = NULL;
    } else {
        before->next = NULL;
    }
    facts->part = before;
    facts->part_count--;
}

static bool coverage_like(const struct pdl_coverage *a, const struct pdl_coverage *b)
{
    return a->known == b->known && a->error == b->error &&
           memcmp(a->ink, b->ink, sizeof(a->ink)) == 0;
}

static bool run_like(const struct pdl_run *a, const struct pdl_run *b)
{
    return a->width == b->width && a->height == b->height && a->color == b->color &&
           a->nominal == b->nominal && a->blank == b->blank && a->new_sheet == b->new_sheet &&
           a->copies == b->copies && a->sides == b->sides && a->certainty == b->certainty &&
           a->place_kind == b->place_kind && coverage_like(&a->coverage, &b->coverage) &&
           str_eq(a->reason, b->reason);
}

static bool run_joins(const struct pdl_facts *facts, const struct pdl_run *run)
{
    const struct pdl_run *last = facts->last;
    return facts->part->run_count > 0 && run_like(last, run) && last->count < UINT32_MAX &&
           (!facts->each_page || last->place == run->place);
}

// How many of the next count pages of the part are printed.
static uint32_t part_prints(struct pdl_part *part, uint32_t count)
{
    uint64_t first = part->page + 1;
    uint64_t last = part->page + count;
    part->page = last;
    first = first < part->first_page ? part->first_page : first;
    last = part->last_page != 0 && last > part->last_page ? part->last_page : last;
    return last < first ? 0 : (uint32_t)(last - first + 1);
}

bool pdl_facts_add(struct pdl_facts *facts, const struct pdl_run *run, struct err *err)
{
    if (facts->part == NULL && !pdl_facts_part(facts, facts->format, 0, err)) {
        return false;
    }
    struct pdl_run asked = *run;
    struct pdl_part *part = facts->part;
    asked.next = NULL;
    asked.count = part_prints(part, run->count);
    asked.copies = run->copies == 0 ? part->copies : run->copies;
    asked.sides = run->sides == 0 ? part->sides : run->sides;
    if (asked.count == 0) {
        return true;
    }
    if ((uint64_t)asked.copies * part->sets > PDL_COPIES_MAX) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "%u sets of %u copies of a page are more than any printer is asked for.",
                       part->sets, asked.copies);
    }
    if (asked.count > facts->pages_max - facts->pages) {
        return err_set(err, ERR_LIMIT, "over %llu pages", (unsigned long long)facts->pages_max);
    }
    facts->pages += asked.count;
    if (run_joins(facts, &asked)) {
        facts->last->count += asked.count;
        return true;
    }
    struct pdl_run *made = arena_new(facts->arena, sizeof(*made));
    asked.reason = arena_copy(facts->arena, run->reason);
    if (made == NULL || !arena_ok(facts->arena)) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    *made = asked;
    if (facts->last == NULL) {
        facts->first = made;
    } else {
        facts->last->next = made;
    }
    facts->last = made;
    facts->run_count++;
    part->run_count++;
    return true;
}

void pdl_facts_note(struct pdl_facts *facts, enum pdl_certainty certainty, const char *fmt, ...)
{
    facts->certainty = certainty > facts->certainty ? certainty : facts->certainty;
    if (facts->part != NULL && certainty > facts->part->certainty) {
        facts->part->certainty = certainty;
    }
    if (facts->reason_count == PDL_REASONS_MAX) {
        return;
    }
    char text[NOTE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    for (size_t i = 0; i < facts->reason_count; i++) {
        if (strcmp(facts->reasons[i], text) == 0) {
            return;
        }
    }
    char *copy = arena_text(facts->arena, str_of(text));
    if (copy != NULL) {
        facts->reasons[facts->reason_count++] = copy;
    }
}

enum { HUNDREDTHS_PER_INCH = 2540, POINTS_PER_INCH = 72, LENGTH_MAX = 100000000 };

uint32_t pdl_facts_points(double points)
{
    double length = points * HUNDREDTHS_PER_INCH / POINTS_PER_INCH + 0.5;
    return length >= LENGTH_MAX ? LENGTH_MAX : length >= 1 ? (uint32_t)length : 1;
}

uint32_t pdl_facts_pixels(uint32_t pixels, uint32_t per_inch)
{
    uint64_t length = ((uint64_t)pixels * HUNDREDTHS_PER_INCH + per_inch / 2) / per_inch;
    return length >= LENGTH_MAX ? LENGTH_MAX : length >= 1 ? (uint32_t)length : 1;
}
