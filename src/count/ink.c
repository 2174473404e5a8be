// ink: how much ink is on the pages of PDF and PostScript, where that is asked for: Ghostscript
// draws them in its jail, and a jailed worker adds up what is drawn. No byte of either is looked at
// here. Readers that see the pixels of their language tell the ink themselves.
// no unit test: tests/unit/count/test_interpret.c measures with it.

#include "count/count_int.h"

#include "base/arena.h"
#include <strings.h>

enum { ARENA_MAX = 64 << 20, REASONS_MORE = 2 };

// The facts as they are put together. All borrowed or in the arena.
struct inked {
    struct arena *arena;
    Quoin__V1__DocumentFacts facts;
    size_t run_room;
    size_t at;         // of the run that is next, in those that were found
    uint64_t measured; // pages
};

// Where in what was seen the next page is.
struct cursor {
    const Quoin__V1__DocumentFacts *seen;
    size_t run;
    uint32_t page; // of the run
};

static const char *way_of(const Quoin__V1__DocumentPart *part)
{
    bool whole = part->length > 0 && part->runs > 0;
    bool postscript = strcmp(part->format, "application/postscript") == 0;
    bool pdf = strcmp(part->format, "application/pdf") == 0 ||
               strcasecmp(part->format, "application/pclm") == 0;
    return !whole ? NULL : postscript ? "inks" : pdf ? "inks-pdf" : NULL;
}

static void run_add(struct inked *inked, const Quoin__V1__PageRun *run, uint32_t count,
                    Quoin__V1__Coverage *coverage)
{
    if (inked->facts.n_pages == inked->run_room) {
        size_t room = inked->run_room == 0 ? 64 : inked->run_room * 2;
        Quoin__V1__PageRun **grown = arena_new_array(inked->arena, room, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        if (inked->facts.n_pages > 0) {
            memcpy(grown, inked->facts.pages, inked->facts.n_pages * sizeof(*grown));
        }
        inked->facts.pages = grown;
        inked->run_room = room;
    }
    Quoin__V1__PageRun *copy = arena_new(inked->arena, sizeof(*copy));
    if (copy != NULL) {
        *copy = *run;
        copy->count = count;
        copy->coverage = coverage == NULL ? run->coverage : coverage;
        inked->facts.pages[inked->facts.n_pages++] = copy;
    }
}

// How many of the next count pages are alike in what was seen; 0: nothing more was.
static uint32_t cursor_take(struct cursor *cursor, uint32_t count, Quoin__V1__Coverage **coverage)
{
    if (cursor->seen == NULL || cursor->run == cursor->seen->n_pages) {
        return 0;
    }
    const Quoin__V1__PageRun *run = cursor->seen->pages[cursor->run];
    uint32_t left = run->count - cursor->page;
    uint32_t taken = count < left ? count : left;
    *coverage = run->coverage;
    cursor->page += taken;
    if (cursor->page == run->count) {
        cursor->run++;
        cursor->page = 0;
    }
    return taken;
}

// The runs of a part, split where their ink differs.
static void part_ink(struct inked *inked, Quoin__V1__DocumentPart *part,
                     Quoin__V1__PageRun *const *runs, struct cursor *cursor)
{
    size_t before = inked->facts.n_pages;
    for (uint32_t i = 0; i < part->runs; i++) {
        const Quoin__V1__PageRun *run = runs[inked->at++];
        for (uint32_t left = run->count; left > 0;) {
            Quoin__V1__Coverage *coverage = NULL;
            uint32_t taken = cursor_take(cursor, left, &coverage);
            inked->measured += taken;
            taken = taken == 0 ? left : taken;
            run_add(inked, run, taken, coverage);
            left -= taken;
        }
    }
    part->runs = (uint32_t)(inked->facts.n_pages - before);
}

static uint64_t pages_of(const Quoin__V1__DocumentPart *part, Quoin__V1__PageRun *const *runs)
{
    uint64_t pages = 0;
    for (uint32_t i = 0; i < part->runs; i++) {
        pages += runs[i]->count;
    }
    return pages;
}

// Passes over the pages that PJL leaves out. False: more was drawn than is counted, so that nobody
// knows which page is which.
static bool cursor_place(struct cursor *cursor, const Quoin__V1__DocumentPart *part, uint64_t pages)
{
    Quoin__V1__Coverage *coverage = NULL;
    for (uint32_t left = part->first_page > 0 ? part->first_page - 1 : 0; left > 0;) {
        uint32_t taken = cursor_take(cursor, left, &coverage);
        left = taken == 0 ? 0 : left - taken;
    }
    bool cut = part->first_page > 0 || part->last_page > 0;
    return cut || count_facts_totals(cursor->seen).pages <= pages;
}

static void reason_add(struct inked *inked, const char *reason)
{
    inked->facts.reasons[inked->facts.n_reasons++] = (char *)(uintptr_t)reason;
}

// *wanted: pages whose ink is to be measured.
static bool parts_ink(struct count *count, int fd, const struct count_request *request,
                      const Quoin__V1__DocumentFacts *from, struct inked *inked,
                      Quoin__V1__DocumentFacts **seen, uint64_t *wanted, struct err *err)
{
    for (size_t i = 0; i < from->n_parts; i++) {
        Quoin__V1__DocumentPart *part = from->parts[i];
        struct count_interpreted one = { .part = part,
                                         .what = way_of(part),
                                         .pages_max = request->pages_max };
        struct cursor cursor = { .seen = NULL };
        if (one.what != NULL) {
            uint64_t pages = pages_of(part, from->pages + inked->at);
            bool ok = count_interpret_part(count, fd, &one, err);
            seen[i] = one.seen;
            if (!ok) {
                return false;
            }
            *wanted += pages;
            cursor.seen = one.seen;
            cursor.seen = cursor_place(&cursor, part, pages) ? one.seen : NULL;
        }
        part_ink(inked, part, from->pages, &cursor);
    }
    return true;
}

static bool measure(struct count *count, int fd, const struct count_request *request,
                    Quoin__V1__DocumentFacts **facts, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    const Quoin__V1__DocumentFacts *from = *facts;
    size_t parts = from->n_parts;
    struct inked inked = { .arena = &arena, .facts = *from };
    Quoin__V1__DocumentFacts **seen = arena_new_array(&arena, parts, sizeof(*seen));
    inked.facts.reasons =
        arena_new_array(&arena, from->n_reasons + REASONS_MORE, sizeof(*inked.facts.reasons));
    if (seen == NULL || inked.facts.reasons == NULL) {
        return err_set(err, ERR_LIMIT, "too many parts");
    }
    if (from->n_reasons > 0) {
        memcpy(inked.facts.reasons, from->reasons, from->n_reasons * sizeof(*from->reasons));
    }
    inked.facts.pages = NULL;
    inked.facts.n_pages = 0;
    const char *why = NULL;
    uint64_t wanted = 0;
    bool may = count_may_interpret(count_options_of(count), &why);
    bool ok = !may || parts_ink(count, fd, request, from, &inked, seen, &wanted, err);
    if (ok && !may) {
        inked.facts.pages = from->pages;
        inked.facts.n_pages = from->n_pages;
        reason_add(&inked, why);
    }
    if (ok && inked.measured < wanted) {
        reason_add(&inked,
                   arena_textf(&arena, "The ink of %llu of its pages could not be measured.",
                               (unsigned long long)(wanted - inked.measured)));
    }
    if (ok && !arena_ok(&arena)) {
        ok = err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    if (ok) {
        Quoin__V1__DocumentFacts *copy = count_facts_copy(&inked.facts);
        count_facts_free(facts);
        *facts = copy;
    }
    for (size_t i = 0; i < parts; i++) {
        count_facts_free(&seen[i]);
    }
    return ok;
}

bool count_ink_measure(struct count *count, int fd, const struct count_request *request,
                       Quoin__V1__DocumentFacts **facts, struct err *err)
{
    for (size_t i = 0; request->coverage && i < (*facts)->n_parts; i++) {
        if (way_of((*facts)->parts[i]) != NULL) {
            return measure(count, fd, request, facts, err);
        }
    }
    return true;
}
