// planning: from the facts of a document, the job's ticket and the way to its printer to the plan:
// what of the ticket reaches the printer is planned, and nothing else. Pure; any thread.
// docs/decisions/0012-copies.md has the table that this file follows.

#include "dre/dre_int.h"

#include "plan/plan.h"

enum { DRE_INK_ALL = 10000 }; // of a page's area, in hundredths of a per cent

static struct page_run *take_runs(const Quoin__V1__DocumentFacts *facts, struct arena *arena,
                                  struct plan_ask *ask)
{
    struct page_run *runs = arena_new_array(arena, facts->n_pages, sizeof(*runs));
    if (runs == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < facts->n_pages; at++) {
        const Quoin__V1__PageRun *run = facts->pages[at];
        runs[at] = (struct page_run){ .count = run->count,
                                      .width = run->width,
                                      .height = run->height,
                                      .color = run->color,
                                      .nominal = run->nominal_color,
                                      .blank = run->blank,
                                      .new_sheet = run->new_sheet,
                                      .copies = run->copies,
                                      .sides = run->sides };
        if (facts->n_parts == 0 && run->sides == 0) {
            runs[at].sides = facts->sides; // of a journal that is older than parts
        }
    }
    ask->runs = runs;
    ask->run_count = facts->n_pages;
    return runs;
}

// All inks of the page together: what it takes of toner, so a page may have more than its area.
// Printed in black alone it is what an eye sees of it.
static uint32_t ink_of(const Quoin__V1__Coverage *coverage, bool mono)
{
    if (coverage == NULL) {
        return 0;
    }
    uint32_t color =
        mono ? (coverage->cyan * 30 + coverage->magenta * 59 + coverage->yellow * 11) / 100
             : coverage->cyan + coverage->magenta + coverage->yellow;
    uint32_t ink = color + coverage->black;
    return (mono && ink > DRE_INK_ALL ? DRE_INK_ALL : ink) + 1;
}

static void take_inks(const Quoin__V1__DocumentFacts *facts, bool mono, struct page_run *runs)
{
    for (size_t at = 0; at < facts->n_pages; at++) {
        runs[at].ink = ink_of(facts->pages[at]->coverage, mono);
    }
}

static bool take_parts(const Quoin__V1__DocumentFacts *facts, struct arena *arena,
                       struct plan_ask *ask)
{
    size_t count = facts->n_parts == 0 ? 1 : facts->n_parts;
    struct page_part *parts = arena_new_array(arena, count, sizeof(*parts));
    if (parts == NULL) {
        return false;
    }
    parts[0] = (struct page_part){ .runs = facts->n_pages, .copies = facts->copies };
    for (size_t at = 0; at < facts->n_parts; at++) {
        parts[at] = (struct page_part){ .runs = facts->parts[at]->runs,
                                        .copies = facts->parts[at]->copies };
    }
    ask->parts = parts;
    ask->part_count = count;
    return true;
}

static bool take_ranges(const struct ippd_ticket *ticket, struct arena *arena, struct plan_ask *ask)
{
    struct plan_range *ranges = arena_new_array(arena, ticket->range_count, sizeof(*ranges));
    if (ranges == NULL) {
        return false;
    }
    for (size_t at = 0; at < ticket->range_count; at++) {
        ranges[at] = (struct plan_range){ ticket->ranges[at].first, ticket->ranges[at].last };
    }
    ask->ranges = ranges;
    ask->range_count = ticket->range_count;
    return true;
}

static void note(struct dre_planned *planned, const char *text)
{
    if (text != NULL && planned->note_count < DRE_PLAN_NOTES_MAX) {
        planned->notes[planned->note_count++] = text;
    }
}

static bool says_sides(const Quoin__V1__DocumentFacts *facts)
{
    bool says = facts->sides != 0;
    for (size_t at = 0; at < facts->n_pages; at++) {
        says = says || facts->pages[at]->sides != 0;
    }
    return says;
}

// An IPP printer is sent the ticket. Its sides go before the document's where the client said them
// (RFC 8011 5.4.28, pdl-override "attempted").
static bool take_ipp(const Quoin__V1__DocumentFacts *facts, const struct ippd_ticket *ticket,
                     struct arena *arena, struct plan_ask *ask, struct dre_planned *planned)
{
    ask->sides = ticket->sides;
    ask->sides_rule = ticket->sides_said;
    ask->mono = ticket->color == IPPD_COLOR_MONOCHROME;
    ask->media = (struct plan_media){ ticket->width, ticket->height };
    ask->handling = ticket->collate ? PLAN_COLLATED : PLAN_UNCOLLATED;
    if (ticket->sides_said && says_sides(facts)) {
        note(planned, "The sides that the job asks for go before those of the document.");
    }
    if (ippd_ticket_lays_out(str_of(facts->format))) {
        ask->number_up = ticket->number_up == 0 ? 1 : ticket->number_up;
        return take_ranges(ticket, arena, ask);
    }
    if (ticket->number_up > 1 || ticket->range_count > 0) {
        note(planned, arena_textf(arena,
                                  "Printers do not choose or lay out pages of %s: page-ranges and "
                                  "number-up are left out.",
                                  facts->format));
    }
    return true;
}

// PJL is set before the document, whose own words come later and go before it.
static void take_pjl(const struct ippd_ticket *ticket, struct plan_ask *ask)
{
    ask->sides = ticket->sides;
    ask->mono = ticket->color == IPPD_COLOR_MONOCHROME;
}

bool dre_plan_make(const Quoin__V1__DocumentFacts *facts, const struct dre_plan_ask *with,
                   struct arena *arena, struct dre_planned *planned, struct err *err)
{
    struct ippd_ticket ticket;
    struct plan_ask ask = { .number_up = 1,
                            .is_partial = with->is_partial,
                            .completed = with->completed };
    *planned = (struct dre_planned){ 0 };
    if (!ippd_ticket_read(with->ticket, arena, &ticket, err)) {
        return false;
    }
    struct page_run *runs = take_runs(facts, arena, &ask);
    bool good = runs != NULL && take_parts(facts, arena, &ask);
    ask.copies = ticket.copies;
    switch (with->way) {
    case DRE_WAY_IPP: good = good && take_ipp(facts, &ticket, arena, &ask, planned); break;
    case DRE_WAY_PJL: take_pjl(&ticket, &ask); break;
    case DRE_WAY_PLAIN: break; // the document alone, as often as there are copies
    }
    if (!good) {
        return err_set(err, ERR_LIMIT, "the job has too many page ranges or kinds of pages");
    }
    take_inks(facts, ask.mono, runs);
    planned->copies = ask.copies;
    return plan_make(&ask, arena, &planned->plan, err);
}
