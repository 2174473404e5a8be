// plan_say: how a plan was reached, one sentence a step, for people. Pure.

#include "plan/plan_int.h"

#include <inttypes.h>

struct telling {
    const struct plan_ask *ask;
    const struct plan_told *told;
    struct arena *arena;
    struct plan *plan;
};

static const char *s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void say(struct telling *telling, const char *text)
{
    if (text != NULL) { // the arena's fault is asked for once, at the end
        telling->plan->steps[telling->plan->step_count++] = text;
    }
}

static void say_words(struct telling *telling, const char *words)
{
    say(telling, arena_text(telling->arena, str_of(words)));
}

struct counted {
    uint64_t all;
    uint64_t color;
    uint64_t blank;
    uint64_t declared; // colour that does not mark
    bool page_copies;
};

static struct counted count_runs(const struct plan_ask *ask)
{
    struct counted counted = { 0 };
    for (size_t i = 0; i < ask->run_count; i++) {
        const struct page_run *run = &ask->runs[i];
        bool color = run->color && !run->blank;
        counted.all += run->count;
        counted.color += color ? run->count : 0;
        counted.blank += run->blank ? run->count : 0;
        counted.declared += run->nominal && !color ? run->count : 0;
        counted.page_copies = counted.page_copies || run->copies > 1;
    }
    return counted;
}

static void say_document(struct telling *telling, const struct counted *counted)
{
    say(telling,
        arena_textf(telling->arena,
                    "The document has %" PRIu64 " page%s: %" PRIu64 " mono, %" PRIu64 " colour.",
                    counted->all, s(counted->all), counted->all - counted->color, counted->color));
    if (counted->blank > 0) {
        say(telling, arena_textf(telling->arena,
                                 "%" PRIu64 " blank page%s pass%s through the printer and count%s "
                                 "as mono.",
                                 counted->blank, s(counted->blank), counted->blank == 1 ? "es" : "",
                                 counted->blank == 1 ? "s" : ""));
    }
    if (counted->declared > 0) {
        say(telling, arena_textf(telling->arena,
                                 "%" PRIu64 " page%s declare%s colour that does not mark: mono.",
                                 counted->declared, s(counted->declared),
                                 counted->declared == 1 ? "s" : ""));
    }
}

static void say_pages(struct telling *telling, const struct counted *counted)
{
    const struct plan_ask *ask = telling->ask;
    uint64_t pages = telling->told->pages;
    if (ask->part_count > 1) {
        say(telling,
            arena_textf(telling->arena, "It comes in %zu parts; each begins on a new sheet%s.",
                        ask->part_count,
                        ask->handling == PLAN_SINGLE ? ", unless it is a document that "
                                                       "is joined to the one before"
                                                     : ""));
    }
    if (ask->range_count > 0) {
        say(telling, arena_textf(telling->arena, "The page ranges leave %" PRIu64 " page%s.", pages,
                                 s(pages)));
    }
    if (ask->mono && counted->color > 0) {
        say_words(telling, "The job asks for black only: colour counts as mono.");
    }
    if (ask->override_count + ask->front_count > 0) {
        say_words(telling, "Some pages have paper, sides, colour or a new sheet of their own.");
    }
}

static void say_layout(struct telling *telling)
{
    const struct plan_ask *ask = telling->ask;
    const struct plan_told *told = telling->told;
    if (ask->number_up > 1) {
        say(telling,
            arena_textf(telling->arena,
                        "%u pages on a side: %" PRIu64 " side%s, %" PRIu64 " of them colour.",
                        ask->number_up, told->faces, s(told->faces), told->color_faces));
    }
    if (ask->booklet) {
        say(telling, arena_textf(telling->arena,
                                 "A booklet, four pages on a sheet: %" PRIu64 " side%s, %" PRIu64
                                 " of them colour.",
                                 told->faces, s(told->faces), told->color_faces));
    }
}

static uint64_t alone(const struct plan_sums *sums)
{
    uint64_t count = 0;
    for (int size = 0; size < PAGE_SIZE_COUNT; size++) {
        for (int kind = 0; kind < PAGE_KIND_COUNT; kind++) {
            count += sums->of[size][kind][false].pages;
        }
    }
    return count;
}

static void say_sheets(struct telling *telling)
{
    const struct plan_sums *once = &telling->told->once;
    uint64_t sheets = once->sheets - once->unprinted;
    uint64_t singles = alone(once);
    if (singles == sheets && telling->told->lonely > 0) {
        say(telling, arena_textf(telling->arena,
                                 "Two-sided, but no two pages share a sheet, for their sizes "
                                 "differ: %" PRIu64 " sheet%s a copy.",
                                 sheets, s(sheets)));
    } else if (singles == sheets) {
        say(telling, arena_textf(telling->arena, "One-sided: %" PRIu64 " sheet%s a copy.", sheets,
                                 s(sheets)));
    } else {
        say(telling,
            arena_textf(telling->arena,
                        "Two-sided: %" PRIu64 " sheet%s a copy, %" PRIu64
                        " of them printed on one side%s.",
                        sheets, s(sheets), singles,
                        telling->told->lonely > 0 ? ", for two sizes cannot share a sheet" : ""));
    }
    if (telling->told->all.unprinted > 0) {
        say(telling, arena_textf(telling->arena,
                                 "%" PRIu64 " sheet%s pass%s unprinted: covers, inserts or slips.",
                                 telling->told->all.unprinted, s(telling->told->all.unprinted),
                                 telling->told->all.unprinted == 1 ? "es" : ""));
    }
}

static void say_separators(struct telling *telling)
{
    enum plan_sheets kind = telling->ask->separators;
    if (kind == PLAN_SHEETS_START || kind == PLAN_SHEETS_END || kind == PLAN_SHEETS_BOTH) {
        say(telling,
            arena_textf(telling->arena, "Each document has %s separator sheet%s in every copy.",
                        kind == PLAN_SHEETS_BOTH ? "two" : "a",
                        kind == PLAN_SHEETS_BOTH ? "s" : ""));
    }
}

static void say_copies(struct telling *telling, const struct counted *counted)
{
    const struct plan_ask *ask = telling->ask;
    const struct plan_told *told = telling->told;
    if (counted->page_copies || told->sets > 0) {
        say(telling,
            arena_textf(telling->arena,
                        "Copies that the document itself asks for make %" PRIu64 " impression%s of "
                        "%" PRIu64 " side%s.",
                        told->whole.impressions, s(told->whole.impressions), told->faces,
                        s(told->faces)));
    }
    if (ask->copies > 1) {
        say(telling, arena_textf(telling->arena,
                                 "%u copies, each begins on a new sheet: %" PRIu64 " impressions.",
                                 ask->copies, told->whole.impressions * ask->copies));
    }
    if (ask->proof_copies > 0) {
        say(telling, arena_textf(telling->arena, "%u proof cop%s: %" PRIu64 " impressions more.",
                                 ask->proof_copies, ask->proof_copies == 1 ? "y" : "ies",
                                 told->whole.impressions * ask->proof_copies));
    }
    if (ask->job_sheets != PLAN_SHEETS_NONE) {
        say_words(telling, ask->job_sheets == PLAN_SHEETS_START
                               ? "A start sheet: 1 impression more."
                           : ask->job_sheets == PLAN_SHEETS_END
                               ? "An end sheet: 1 impression more."
                               : "A start and an end sheet: 2 impressions more.");
    }
    if (ask->is_partial) {
        say(telling,
            arena_textf(telling->arena, "Of those %u came out.", telling->plan->impressions));
    }
}

bool plan_say(const struct plan_ask *ask, const struct plan_told *told, struct arena *arena,
              struct plan *plan)
{
    struct telling telling = { ask, told, arena, plan };
    const struct counted counted = count_runs(ask);
    say_document(&telling, &counted);
    say_pages(&telling, &counted);
    say_layout(&telling);
    say_sheets(&telling);
    say_separators(&telling);
    say_copies(&telling, &counted);
    return arena_ok(arena);
}
