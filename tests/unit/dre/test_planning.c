// What of a ticket and of a document is planned, by the way to the printer: the table of
// docs/decisions/0012-copies.md.
#include "dre/dre_int.h"

#include "ipp/out.h"
#include "lib/tap.h"

struct ticket {
    uint32_t copies;
    const char *sides; // 1, L, S; NULL: not said
    bool mono;
    bool uncollated;
    uint32_t up;
    uint32_t first; // of a range, to its last page
    uint32_t last;
    const char *media;
};

struct document {
    const char *format;
    uint32_t sets;
    uint32_t copies; // of its pages
    uint32_t sides;
    bool is_old; // of a journal without parts
};

struct row {
    const char *name;
    enum dre_way way;
    struct ticket ticket;
    struct document document; // of 4 pages: 3 mono, 1 colour
    uint32_t impressions;
    uint32_t color;
    uint32_t sheets;
    uint32_t copies;
    bool note;
};

#define PDF "application/pdf"
#define PWG "image/pwg-raster"

static const struct row rows[] = {
    { "as it is", DRE_WAY_IPP, { 0 }, { PDF, 1, 1, 0, 0 }, 4, 1, 4, 1, 0 },
    { "IPP copies", DRE_WAY_IPP, { .copies = 3 }, { PDF, 1, 1, 0, 0 }, 12, 3, 12, 3, 0 },
    { "IPP: copies of all three sources multiply",
      DRE_WAY_IPP,
      { .copies = 2 },
      { PWG, 3, 5, 0, 0 },
      120,
      30,
      120,
      2,
      0 },
    { "PJL: they do too", DRE_WAY_PJL, { .copies = 2 }, { PWG, 3, 5, 0, 0 }, 120, 30, 120, 2, 0 },
    { "plain: they do too",
      DRE_WAY_PLAIN,
      { .copies = 2 },
      { PWG, 3, 5, 0, 0 },
      120,
      30,
      120,
      2,
      0 },
    { "the document's copies are not the job's",
      DRE_WAY_PLAIN,
      { 0 },
      { PDF, 3, 1, 0, 0 },
      12,
      3,
      12,
      1,
      0 },
    { "IPP sides", DRE_WAY_IPP, { .sides = "L" }, { PDF, 1, 1, 0, 0 }, 4, 1, 2, 1, 0 },
    { "IPP sides go before the document's",
      DRE_WAY_IPP,
      { .sides = "1" },
      { PWG, 1, 1, 2, 0 },
      4,
      1,
      4,
      1,
      1 },
    { "and the other way round",
      DRE_WAY_IPP,
      { .sides = "S" },
      { PWG, 1, 1, 1, 0 },
      4,
      1,
      2,
      1,
      1 },
    { "IPP says nothing: the document does",
      DRE_WAY_IPP,
      { 0 },
      { PWG, 1, 1, 2, 0 },
      4,
      1,
      2,
      1,
      0 },
    { "PJL: the document's sides go before",
      DRE_WAY_PJL,
      { .sides = "L" },
      { PWG, 1, 1, 1, 0 },
      4,
      1,
      4,
      1,
      0 },
    { "PJL: the job's where it says nothing",
      DRE_WAY_PJL,
      { .sides = "L" },
      { PDF, 1, 1, 0, 0 },
      4,
      1,
      2,
      1,
      0 },
    { "plain: the job's sides do not reach it",
      DRE_WAY_PLAIN,
      { .sides = "L" },
      { PDF, 1, 1, 0, 0 },
      4,
      1,
      4,
      1,
      0 },
    { "plain: the document's do", DRE_WAY_PLAIN, { 0 }, { PDF, 1, 1, 3, 0 }, 4, 1, 2, 1, 0 },
    { "IPP black only", DRE_WAY_IPP, { .mono = true }, { PDF, 1, 1, 0, 0 }, 4, 0, 4, 1, 0 },
    { "PJL black only", DRE_WAY_PJL, { .mono = true }, { PDF, 1, 1, 0, 0 }, 4, 0, 4, 1, 0 },
    { "plain is not told", DRE_WAY_PLAIN, { .mono = true }, { PDF, 1, 1, 0, 0 }, 4, 1, 4, 1, 0 },
    { "IPP ranges", DRE_WAY_IPP, { .first = 2, .last = 3 }, { PDF, 1, 1, 0, 0 }, 2, 0, 2, 1, 0 },
    { "raster has none",
      DRE_WAY_IPP,
      { .first = 2, .last = 3 },
      { PWG, 1, 1, 0, 0 },
      4,
      1,
      4,
      1,
      1 },
    { "PJL has none", DRE_WAY_PJL, { .first = 2, .last = 3 }, { PDF, 1, 1, 0, 0 }, 4, 1, 4, 1, 0 },
    { "plain has none",
      DRE_WAY_PLAIN,
      { .first = 2, .last = 3 },
      { PDF, 1, 1, 0, 0 },
      4,
      1,
      4,
      1,
      0 },
    { "IPP number-up", DRE_WAY_IPP, { .up = 4 }, { PDF, 1, 1, 0, 0 }, 1, 1, 1, 1, 0 },
    { "raster is not laid out", DRE_WAY_IPP, { .up = 4 }, { PWG, 1, 1, 0, 0 }, 4, 1, 4, 1, 1 },
    { "neither behind PJL", DRE_WAY_PJL, { .up = 4 }, { PDF, 1, 1, 0, 0 }, 4, 1, 4, 1, 0 },
    { "ranges, number-up, sides and copies",
      DRE_WAY_IPP,
      { .copies = 3, .sides = "L", .up = 2, .first = 2, .last = 4 },
      { PDF, 1, 1, 0, 0 },
      6,
      3,
      3,
      3,
      0 },
    { "uncollated is the same sum",
      DRE_WAY_IPP,
      { .copies = 3, .uncollated = true },
      { PDF, 1, 1, 0, 0 },
      12,
      3,
      12,
      3,
      0 },
    { "an old journal's copies", DRE_WAY_IPP, { 0 }, { PDF, 3, 0, 0, 1 }, 12, 3, 12, 1, 0 },
    { "an old journal's sides", DRE_WAY_IPP, { 0 }, { PDF, 1, 0, 2, 1 }, 4, 1, 2, 1, 0 },
};

static void write_ticket(const struct ticket *ticket, struct buf *buf)
{
    struct ipp_out out = ipp_out_of(buf);
    if (ticket->copies > 0) {
        ipp_out_int(&out, "copies", (int32_t)ticket->copies);
    }
    if (ticket->sides != NULL) {
        ipp_out_keyword(&out, "sides",
                        ticket->sides[0] == '1'   ? "one-sided"
                        : ticket->sides[0] == 'L' ? "two-sided-long-edge"
                                                  : "two-sided-short-edge");
    }
    if (ticket->mono) {
        ipp_out_keyword(&out, "print-color-mode", "monochrome");
    }
    if (ticket->uncollated) {
        ipp_out_keyword(&out, "multiple-document-handling", "separate-documents-uncollated-copies");
    }
    if (ticket->up > 0) {
        ipp_out_int(&out, "number-up", (int32_t)ticket->up);
    }
    if (ticket->first > 0) {
        ipp_out_range(&out, "page-ranges", (int32_t)ticket->first, (int32_t)ticket->last);
    }
    if (ticket->media != NULL) {
        ipp_out_keyword(&out, "media", ticket->media);
    }
}

struct facts {
    Quoin__V1__DocumentFacts all;
    Quoin__V1__PageRun runs[2];
    Quoin__V1__PageRun *run_list[2];
    Quoin__V1__DocumentPart part;
    Quoin__V1__DocumentPart *part_list[1];
};

static const Quoin__V1__DocumentFacts *make_facts(const struct document *document,
                                                  struct facts *facts)
{
    quoin__v1__document_facts__init(&facts->all);
    facts->all.format = (char *)(uintptr_t)document->format;
    for (size_t i = 0; i < 2; i++) {
        quoin__v1__page_run__init(&facts->runs[i]);
        facts->runs[i].count = i == 0 ? 3 : 1;
        facts->runs[i].width = 21000;
        facts->runs[i].height = 29700;
        facts->runs[i].color = i == 1;
        facts->runs[i].copies = document->copies;
        facts->runs[i].sides = document->is_old ? 0 : document->sides;
        facts->run_list[i] = &facts->runs[i];
    }
    quoin__v1__document_part__init(&facts->part);
    facts->part.runs = 2;
    facts->part.copies = document->sets;
    facts->part_list[0] = &facts->part;
    facts->all.pages = facts->run_list;
    facts->all.n_pages = 2;
    facts->all.parts = facts->part_list;
    facts->all.n_parts = document->is_old ? 0 : 1;
    facts->all.copies = document->sets;
    facts->all.sides = document->sides;
    return &facts->all;
}

static void test_every_way(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf buf = BUF_CAP(4096);
        struct facts facts;
        struct dre_planned planned;
        struct err err = { 0 };
        write_ticket(&row->ticket, &buf);
        const struct dre_plan_ask with = { .ticket = buf_str(&buf), .way = row->way };
        bool ok = dre_plan_make(make_facts(&row->document, &facts), &with, &arena, &planned, &err);
        tap_result(ok && planned.plan.impressions == row->impressions &&
                       planned.plan.color_impressions == row->color &&
                       planned.plan.sheets == row->sheets && planned.copies == row->copies &&
                       (planned.note_count > 0) == row->note,
                   row->name, __FILE__, __LINE__);
        printf("# %u/%u/%u x%u %s\n", planned.plan.impressions, planned.plan.color_impressions,
               planned.plan.sheets, planned.copies, err.text);
    }
}

static void test_paper_reaches_ipp_printers_only(void)
{
    for (int way = DRE_WAY_IPP; way <= DRE_WAY_PLAIN; way++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf buf = BUF_CAP(4096);
        const struct ticket ticket = { .media = "iso_a3_297x420mm" };
        const struct document document = { PDF, 1, 1, 0, 0 };
        struct facts facts;
        struct dre_planned planned;
        struct err err = { 0 };
        write_ticket(&ticket, &buf);
        const struct dre_plan_ask with = { .ticket = buf_str(&buf), .way = (enum dre_way)way };
        CHECK(dre_plan_make(make_facts(&document, &facts), &with, &arena, &planned, &err));
        CHECK(planned.plan.classes[0].size == (way == DRE_WAY_IPP ? PAGE_LARGE : PAGE_NORMAL));
    }
}

static void test_what_came_out_before_the_end(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    const struct ticket ticket = { .copies = 3, .uncollated = true };
    const struct document document = { PDF, 1, 1, 0, 0 };
    struct facts facts;
    struct dre_planned planned;
    struct err err = { 0 };
    write_ticket(&ticket, &buf);
    struct dre_plan_ask with = {
        .ticket = buf_str(&buf), .way = DRE_WAY_IPP, .is_partial = true, .completed = 8
    };
    CHECK(dre_plan_make(make_facts(&document, &facts), &with, &arena, &planned, &err));
    CHECK(planned.plan.impressions == 8 && planned.plan.color_impressions == 0);
    with.way = DRE_WAY_PJL; // makes sets
    CHECK(dre_plan_make(make_facts(&document, &facts), &with, &arena, &planned, &err));
    CHECK(planned.plan.impressions == 8 && planned.plan.color_impressions == 2);
}

static void test_damage_is_an_error(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(arena_free) struct arena tiny = ARENA_CAP(64);
    const struct document document = { PDF, 1, 1, 0, 0 };
    struct facts facts;
    struct dre_planned planned;
    struct err err = { 0 };
    struct dre_plan_ask with = { .ticket = STR("\x21\0\6copies\0\4\0"), .way = DRE_WAY_IPP };
    CHECK(!dre_plan_make(make_facts(&document, &facts), &with, &arena, &planned, &err));
    with.ticket = STR("");
    CHECK(!dre_plan_make(make_facts(&document, &facts), &with, &tiny, &planned, &err));
    facts.all.n_pages = 0;
    facts.part.runs = 0;
    CHECK(!dre_plan_make(&facts.all, &with, &arena, &planned, &err) && err.code == ERR_INVALID);
}

int main(void)
{
    test_every_way();
    test_paper_reaches_ipp_printers_only();
    test_what_came_out_before_the_end();
    test_damage_is_an_error();
    return tap_done();
}
