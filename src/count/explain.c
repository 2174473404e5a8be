// explain: one document for a person, run of pages by run of pages. See report.h.
// no unit test: tests/unit/count/test_report.c reads what it prints.

#include "count/report_int.h"

#include "model/page.h"
#include <inttypes.h>

enum {
    HUNDREDTHS = 100,
    WORDS_MAX = 200,
    LABEL_WIDTH = 15,  // where what a label says begins
    REASON_AT = 56,    // in the line of a run
    REASON_LEAST = 24, // columns; with fewer it has lines of its own
};

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

static void add_formats(const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    const char *format = count_report_language(facts, 0);
    for (size_t i = 1; format != NULL; i++) {
        buf_addf(out, "%s%s", i > 1 ? " and " : "", format);
        format = count_report_language(facts, i);
    }
}

// A line whose words stand behind a column of labels, and fold there.
static void add_line(const struct count_view *view, const char *label, const char *text,
                     struct buf *out)
{
    buf_addf(out, "  %-12s ", label);
    count_report_fold(view, out, LABEL_WIDTH, text);
}

// Of a whole document, where its ink was asked for and no page tells it.
static bool lacks_ink(const struct count_view *view, const Quoin__V1__DocumentFacts *facts)
{
    return view->coverage && count_facts_ink(facts).pages == 0;
}

static void add_head(const struct count_view *view, const char *path,
                     const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    OWN(buf_free) struct buf words = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    struct count_totals totals = count_facts_totals(facts);
    count_report_plain(&words, path);
    buf_addf(&words, ": ");
    add_formats(facts, &words);
    buf_addf(&words, ", %" PRIu64 " page%s (%" PRIu64 " colour, %" PRIu64 " blank)", totals.pages,
             totals.pages == 1 ? "" : "s", totals.color_pages, totals.blank_pages);
    if (totals.copies > 1) {
        buf_addf(&words, ", %" PRIu64 " copies", totals.copies);
    } else if (totals.copies == 0) {
        buf_addf(&words, ", %" PRIu64 " impressions", totals.impressions);
    }
    buf_addf(&words, ", %s", count_certainty_name(facts->certainty));
    count_report_fold(view, out, 4, buf_ok(&words) ? words.ptr : "");
}

// Ends the line of a run.
static void add_reason(const struct count_view *view, const Quoin__V1__PageRun *run,
                       struct buf *out)
{
    if (run->reason[0] == '\0') {
        buf_addf(out, "\n");
    } else if (view->columns > 0 && view->columns < REASON_AT + REASON_LEAST) {
        buf_addf(out, "\n    ");
        count_report_fold(view, out, 4, run->reason);
    } else {
        buf_addf(out, "%*s  ", 9 - (int)strlen(count_report_shade(run)), "");
        count_report_fold(view, out, REASON_AT, run->reason);
    }
}

void count_report_runs(const struct count_view *view, const char *path,
                       const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    uint64_t page = 1;
    add_head(view, path, facts, out);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        buf_addf(out, "  ");
        count_report_fold(view, out, 4, facts->reasons[i]);
    }
    if (lacks_ink(view, facts)) {
        buf_addf(out, "  ink: not measured\n");
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        OWN(buf_free) struct buf which = BUF_CAP(WORDS_MAX);
        buf_addf(&which, "page%s ", run->count == 1 ? "" : "s");
        count_report_pages(&which, page, run->count);
        buf_addf(out, "  %-16s %4u x %-4u mm  %-6s  %s", which.ptr, millimetres(run->width),
                 millimetres(run->height), page_size_name(page_size_of(run->width, run->height)),
                 count_report_shade(run));
        add_reason(view, run, out);
        if (view->coverage && run->coverage != NULL) {
            buf_addf(out, "  %-16s ", "");
            add_ink(run->coverage, out);
            buf_addf(out, "\n");
        } else if (view->coverage && !lacks_ink(view, facts)) {
            buf_addf(out, "  %-16s ink: not measured\n", "");
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

static void explain_copies(const struct count_view *view, const Quoin__V1__DocumentFacts *facts,
                           const struct count_totals *totals, struct buf *out)
{
    OWN(buf_free) struct buf words = BUF_CAP(WORDS_MAX);
    if (totals->copies == 0) {
        buf_addf(&words, "differ from page to page: %" PRIu64 " impressions in all",
                 totals->impressions);
    } else if (totals->copies == 1) {
        buf_addf(&words, "1");
    } else {
        uint32_t sets = facts->n_parts == 1 ? facts->parts[0]->copies : 1;
        buf_addf(&words, "%" PRIu64 " = %u set%s of %" PRIu64 " of each page", totals->copies, sets,
                 sets == 1 ? "" : "s", totals->copies / sets);
    }
    add_line(view, "copies", words.ptr, out);
}

static void explain_head(const struct count_view *view, const char *path,
                         const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    OWN(buf_free) struct buf words = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    struct count_totals totals = count_facts_totals(facts);
    count_report_plain(out, path);
    buf_addf(out, "\n");
    count_report_languages(&words, facts);
    buf_addf(&words, " (");
    add_formats(facts, &words);
    buf_addf(&words, ")");
    add_line(view, "format", words.ptr, out);
    words.len = 0;
    buf_addf(&words,
             "%" PRIu64 ": %" PRIu64 " in colour, %" PRIu64 " blank; %" PRIu64 " declare%s colour",
             totals.pages, totals.color_pages, totals.blank_pages, totals.nominal_pages,
             totals.nominal_pages == 1 ? "s" : "");
    add_line(view, "pages", words.ptr, out);
    explain_copies(view, facts, &totals, out);
    add_line(view, "sides",
             facts->sides == 0 ? "not said, or not the same on all pages"
                               : count_report_sides(facts->sides),
             out);
    words.len = 0;
    buf_addf(&words, "%s: %s", count_certainty_name(facts->certainty),
             certainty_sentence(facts->certainty));
    add_line(view, "certainty", words.ptr, out);
    add_line(view, "analyser", facts->analyser, out);
    if (lacks_ink(view, facts)) {
        add_line(view, "ink", "not measured", out);
    }
    for (size_t i = 0; i < facts->n_reasons; i++) {
        add_line(view, i == 0 ? "notes" : "", facts->reasons[i], out);
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
static void explain_run(const struct count_view *view, const Quoin__V1__PageRun *run, uint64_t page,
                        struct buf *out)
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
        add_line(view, "", run->reason, out);
    }
    if (run->sides != 0 || run->new_sheet) {
        buf_addf(out, "               sides: %s%s\n", count_report_sides(run->sides),
                 run->new_sheet ? "; each page begins a sheet" : "");
    }
    if (run->coverage != NULL) {
        OWN(buf_free) struct buf ink = BUF_CAP(WORDS_MAX);
        buf_addf(&ink, "ink: ");
        add_ink(run->coverage, &ink);
        add_line(view, "", ink.ptr, out);
    }
}

static void explain_part(const struct count_view *view, const Quoin__V1__DocumentPart *part,
                         size_t number, struct buf *out)
{
    OWN(buf_free) struct buf words = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    buf_addf(&words, "part %zu: %s, bytes %" PRIu64 " to %" PRIu64 ", %u set%s, %s%s", number,
             part->format, part->offset, part->offset + part->length, part->copies,
             part->copies == 1 ? "" : "s", count_certainty_name(part->certainty),
             part->open ? ", its pages are not told" : "");
    buf_addf(out, "  ");
    count_report_fold(view, out, 4, words.ptr);
}

void count_report_explain(const struct count_view *view, const char *path,
                          const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    uint64_t page = 1;
    size_t part = 0;
    uint64_t part_start = 0;
    explain_head(view, path, facts, out);
    if (facts->n_pages > 0) {
        buf_addf(out, "\n  %-11s  %-15s  %-9s  %-8s  %6s  %-9s  %s\n", "PAGE", "SIZE (MM)",
                 "ACTUAL", "DECLARED", "COPIES", "CERTAINTY", "PLACE");
    }
    for (size_t i = 0; i <= facts->n_pages; i++) {
        while (part < facts->n_parts && i == part_start) {
            part_start += facts->parts[part]->runs;
            explain_part(view, facts->parts[part], part + 1, out);
            part++;
        }
        if (i < facts->n_pages) {
            explain_run(view, facts->pages[i], page, out);
            page += facts->pages[i]->count;
        }
    }
    buf_addf(out, "\n");
}
