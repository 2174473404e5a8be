// explain: one document for a person, run of pages by run of pages. See report.h.
// no unit test: tests/unit/count/test_report.c reads what it prints.

#include "count/report_int.h"

#include "model/page.h"
#include <inttypes.h>

enum { HUNDREDTHS = 100, WORDS_MAX = 200 };

static unsigned millimetres(uint32_t length)
{
    return (length + HUNDREDTHS / 2) / HUNDREDTHS;
}

static void add_ink(const Quoin__V1__Coverage *ink, struct buf *out)
{
    buf_addf(out, "C %u.%02u  M %u.%02u  Y %u.%02u  K %u.%02u %%, within %u.%02u", ink->cyan / 100,
             ink->cyan % 100, ink->magenta / 100, ink->magenta % 100, ink->yellow / 100,
             ink->yellow % 100, ink->black / 100, ink->black % 100, ink->error / 100,
             ink->error % 100);
}

static void add_head(const char *path, const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    struct count_totals totals = count_facts_totals(facts);
    count_report_plain(out, path);
    buf_addf(out, ": %s, %" PRIu64 " page%s (%" PRIu64 " colour, %" PRIu64 " blank)", facts->format,
             totals.pages, totals.pages == 1 ? "" : "s", totals.color_pages, totals.blank_pages);
    if (totals.copies > 1) {
        buf_addf(out, ", %" PRIu64 " copies", totals.copies);
    } else if (totals.copies == 0) {
        buf_addf(out, ", %" PRIu64 " impressions", totals.impressions);
    }
    buf_addf(out, ", %s\n", count_certainty_name(facts->certainty));
}

void count_report_runs(const struct count_view *view, const char *path,
                       const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    uint64_t page = 1;
    add_head(path, facts, out);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        buf_addf(out, "  %s\n", facts->reasons[i]);
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        OWN(buf_free) struct buf which = BUF_CAP(WORDS_MAX);
        buf_addf(&which, "page%s ", run->count == 1 ? "" : "s");
        count_report_pages(&which, page, run->count);
        buf_addf(out, "  %-16s %4u x %-4u mm  %-6s  %s", which.ptr, millimetres(run->width),
                 millimetres(run->height), page_size_name(page_size_of(run->width, run->height)),
                 count_report_shade(run));
        if (run->reason[0] != '\0') {
            buf_addf(out, "%*s  %s", 9 - (int)strlen(count_report_shade(run)), "", run->reason);
        }
        buf_add(out, STR("\n"));
        if (view->coverage && run->coverage != NULL) {
            buf_addf(out, "  %-16s ", "");
            add_ink(run->coverage, out);
            buf_addf(out, "\n");
        }
        page += run->count;
    }
}

// --- all that is known --------------------------------------------------------------------------

static const char *certainty_sentence(Quoin__V1__Certainty certainty)
{
    switch (certainty) {
    case QUOIN__V1__CERTAINTY__CERTAINTY_EXACT: return "read from the document's own structure";
    case QUOIN__V1__CERTAINTY__CERTAINTY_COMPUTED: return "interpreted or drawn";
    case QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED: return "an estimate: the notes say why";
    case QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN: return "cannot be told: the notes say why";
    case QUOIN__V1__CERTAINTY__CERTAINTY_UNSPECIFIED:
    case _QUOIN__V1__CERTAINTY_IS_INT_SIZE: break;
    }
    return "not said";
}

static void explain_copies(const Quoin__V1__DocumentFacts *facts, const struct count_totals *totals,
                           struct buf *out)
{
    if (totals->copies == 0) {
        buf_addf(out, "  copies       differ from page to page: %" PRIu64 " impressions in all\n",
                 totals->impressions);
    } else if (totals->copies == 1) {
        buf_addf(out, "  copies       1\n");
    } else {
        uint32_t sets = facts->n_parts == 1 ? facts->parts[0]->copies : 1;
        buf_addf(out, "  copies       %" PRIu64 " = %u set%s of %" PRIu64 " of each page\n",
                 totals->copies, sets, sets == 1 ? "" : "s", totals->copies / sets);
    }
}

static void explain_head(const char *path, const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    struct count_totals totals = count_facts_totals(facts);
    count_report_plain(out, path);
    buf_addf(out, "\n  format       %s (%s)\n", count_report_format(facts->format), facts->format);
    buf_addf(out,
             "  pages        %" PRIu64 ": %" PRIu64 " in colour, %" PRIu64 " blank; %" PRIu64
             " declare%s colour\n",
             totals.pages, totals.color_pages, totals.blank_pages, totals.nominal_pages,
             totals.nominal_pages == 1 ? "s" : "");
    explain_copies(facts, &totals, out);
    buf_addf(out, "  sides        %s\n",
             facts->sides == 0 ? "not said, or not the same on all pages"
                               : count_report_sides(facts->sides));
    buf_addf(out, "  certainty    %s: %s\n", count_certainty_name(facts->certainty),
             certainty_sentence(facts->certainty));
    buf_addf(out, "  analyser     %s\n", facts->analyser);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        buf_addf(out, "  %-12s %s\n", i == 0 ? "notes" : "", facts->reasons[i]);
    }
}

static void add_place(const Quoin__V1__PageRun *run, struct buf *out)
{
    if (run->place_kind == QUOIN__V1__PLACE__PLACE_BYTE) {
        buf_addf(out, "byte %" PRIu64, run->place);
    } else if (run->place_kind == QUOIN__V1__PLACE__PLACE_OBJECT) {
        buf_addf(out, "object %" PRIu64, run->place);
    } else {
        buf_addf(out, "-");
    }
}

// The reason has a line of its own, so that the table keeps to 80 columns.
static void explain_run(const Quoin__V1__PageRun *run, uint64_t page, struct buf *out)
{
    OWN(buf_free) struct buf which = BUF_CAP(WORDS_MAX);
    OWN(buf_free) struct buf size = BUF_CAP(WORDS_MAX);
    OWN(buf_free) struct buf place = BUF_CAP(WORDS_MAX);
    count_report_pages(&which, page, run->count);
    buf_addf(&size, "%u.%u x %u.%u", run->width / 100, run->width % 100 / 10, run->height / 100,
             run->height % 100 / 10);
    add_place(run, &place);
    buf_addf(out, "  %-11s  %-15s  %-9s  %-8s  %6u  %-9s  %s\n", which.ptr, size.ptr,
             count_report_shade(run), run->nominal_color ? "colour" : "grey",
             run->copies == 0 ? 1 : run->copies, count_certainty_name(run->certainty), place.ptr);
    if (run->reason[0] != '\0') {
        buf_addf(out, "               %s\n", run->reason);
    }
    if (run->sides != 0 || run->new_sheet) {
        buf_addf(out, "               sides: %s%s\n", count_report_sides(run->sides),
                 run->new_sheet ? "; each page begins a sheet" : "");
    }
    if (run->coverage != NULL) {
        buf_addf(out, "               ink: ");
        add_ink(run->coverage, out);
        buf_addf(out, "\n");
    }
}

static void explain_part(const Quoin__V1__DocumentPart *part, size_t number, struct buf *out)
{
    buf_addf(out, "  part %zu: %s, bytes %" PRIu64 " to %" PRIu64 ", %u set%s, %s%s\n", number,
             part->format, part->offset, part->offset + part->length, part->copies,
             part->copies == 1 ? "" : "s", count_certainty_name(part->certainty),
             part->open ? ", its pages are not told" : "");
}

void count_report_explain(const struct count_view *view, const char *path,
                          const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    (void)view; // the ink is shown where it is known
    uint64_t page = 1;
    size_t part = 0;
    uint64_t part_start = 0;
    explain_head(path, facts, out);
    if (facts->n_pages > 0) {
        buf_addf(out, "\n  %-11s  %-15s  %-9s  %-8s  %6s  %-9s  %s\n", "PAGE", "SIZE (MM)",
                 "ACTUAL", "DECLARED", "COPIES", "CERTAINTY", "PLACE");
    }
    for (size_t i = 0; i <= facts->n_pages; i++) {
        while (part < facts->n_parts && i == part_start) {
            part_start += facts->parts[part]->runs;
            explain_part(facts->parts[part], part + 1, out);
            part++;
        }
        if (i < facts->n_pages) {
            explain_run(facts->pages[i], page, out);
            page += facts->pages[i]->count;
        }
    }
    buf_addf(out, "\n");
}
