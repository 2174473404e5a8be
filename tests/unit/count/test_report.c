// What is shown of a document, in each form, for facts made here.
#include "count/report_int.h"

#include "lib/tap.h"

enum { OUT_MAX = 1 << 16 };

struct made {
    Quoin__V1__Coverage ink;
    Quoin__V1__PageRun run[2];
    Quoin__V1__PageRun *runs[2];
    Quoin__V1__DocumentPart part;
    Quoin__V1__DocumentPart *parts[1];
    char *reasons[1];
    Quoin__V1__DocumentFacts facts;
    struct count_result result;
};

static char pdf[] = "application/pdf";
static char analyser[] = "quoin-pdl 1";
static char note[] = "PJL QTY 2.";
static char why[] = "operator rg, \"red\"";
static char none[] = "";

static void make(struct made *made)
{
    *made = (struct made){ .ink = QUOIN__V1__COVERAGE__INIT,
                           .run = { QUOIN__V1__PAGE_RUN__INIT, QUOIN__V1__PAGE_RUN__INIT },
                           .part = QUOIN__V1__DOCUMENT_PART__INIT,
                           .facts = QUOIN__V1__DOCUMENT_FACTS__INIT };
    made->ink.cyan = 1234;
    made->ink.error = 5;
    for (int i = 0; i < 2; i++) {
        made->run[i].width = 21000;
        made->run[i].height = 29700;
        made->run[i].certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
        made->run[i].count = 3 - 2 * (uint32_t)i;
        made->run[i].reason = none;
        made->runs[i] = &made->run[i];
    }
    made->run[1].color = true;
    made->run[1].nominal_color = true;
    made->run[1].reason = why;
    made->run[1].place_kind = QUOIN__V1__PLACE__PLACE_BYTE;
    made->run[1].place = 77;
    made->run[1].coverage = &made->ink;
    made->part.format = pdf;
    made->part.runs = 2;
    made->part.copies = 2;
    made->part.length = 99;
    made->part.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    made->parts[0] = &made->part;
    made->reasons[0] = note;
    made->facts.format = pdf;
    made->facts.analyser = analyser;
    made->facts.copies = 2;
    made->facts.pages = made->runs;
    made->facts.n_pages = 2;
    made->facts.parts = made->parts;
    made->facts.n_parts = 1;
    made->facts.reasons = made->reasons;
    made->facts.n_reasons = 1;
    made->facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_EXACT;
    made->result = (struct count_result){ .facts = &made->facts, .bytes = 99 };
}

static bool holds(struct str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

// One file in a form; the sums go to *sums.
static struct str show(struct count_view view, const char *path, const struct count_result *result,
                       struct count_sums *sums, struct buf *out)
{
    out->len = 0;
    count_report_titles(&view, out);
    count_report_file(&view, path, result, sums, out);
    return buf_str(out);
}

static void test_csv_quotes_and_never_begins_with_a_formula(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    const struct count_view view = { .form = COUNT_FORM_CSV };
    struct made made;
    make(&made);
    struct str text = show(view, "=1+2,\"x\"\n", &made.result, &sums, &out);
    CHECK(holds(text, "ink_error,analyser,why,error\r\n"));
    CHECK(holds(text, "\r\n\"./=1+2,\"\"x\"\"\n\",99,application/pdf,4,1,1,0,8,2,2,,1,exact,"
                      "12.34,0.00,0.00,0.00,1,0.05,quoin-pdl 1,\"operator rg, \"\"red\"\"\",\r\n"));
    struct count_result failed = { .facts = NULL };
    err_fill(&failed.err, ERR_DENIED, "no, not this");
    text = show(view, "-", &failed, &sums, &out);
    CHECK(holds(text, "\r\n-,,,,,,,,,,,,,,,,,,,,,\"no, not this\"\r\n"));
    CHECK(sums.files == 2 && sums.failed == 1 && sums.impressions == 8);
}

static void test_a_list_keeps_to_the_width_of_the_terminal(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    struct count_view view = { .form = COUNT_FORM_LIST, .columns = 50 };
    struct str text =
        show(view, "a/very/long/path/with/a/wörd/at/the/end.pdf", &made.result, &sums, &out);
    CHECK_STR(text, "  PAGES  COLOUR  CERTAINTY  FILE\n"
                    "      4       1  exact      …a/wörd/at/the/end.pdf\n");
    view.columns = 200;
    made.facts.certainty = QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED;
    text = show(view, "esc\033[2J", &made.result, &sums, &out);
    CHECK_STR(text, "  PAGES  COLOUR   BLANK  COPIES  CERTAINTY  FORMAT            FILE\n"
                    "      4       1       0       2  estimated  PDF               esc?[2J\n"
                    "        PJL QTY 2.\n");
    CHECK(sums.estimated == 1);
    view.columns = 20; // narrower than anything: still a line
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "estimated  x\n        PJL QTY 2.\n"));
}

static void test_an_explanation_says_where_and_why(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    const struct count_view view = { .form = COUNT_FORM_EXPLAIN };
    struct str text = show(view, "x.pdf", &made.result, &sums, &out);
    CHECK(holds(text, "  pages        4: 1 in colour, 0 blank; 1 declares colour\n"));
    CHECK(holds(text, "  copies       2 = 2 sets of 1 of each page\n"));
    CHECK(holds(text, "  notes        PJL QTY 2.\n"));
    CHECK(
        holds(text, "  1-3          210.0 x 297.0    grey       grey           1  exact      -\n"));
    CHECK(holds(text, "exact      byte 77\n               operator rg, \"red\"\n"));
    CHECK(holds(text, "ink: C 12.34  M 0.00  Y 0.00  K 0.00 %, within 0.05\n"));
    CHECK(holds(text, "  part 1: application/pdf, bytes 0 to 99, 2 sets, exact\n"));
}

static void test_json_has_pages_where_they_are_asked_for(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    struct count_view view = { .form = COUNT_FORM_JSON };
    struct str text = show(view, "x\377\n", &made.result, &sums, &out);
    CHECK(holds(text, "{\"file\":\"x\357\277\275\\n\",\"bytes\":99,") && !holds(text, "page_runs"));
    CHECK(holds(text, "\"impressions\":8,\"color_impressions\":2,\"sides\":null,"));
    view.pages = view.coverage = true;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "\"ink_basis_points\":{\"cyan\":1234,\"magenta\":0,\"yellow\":0,\"black\":0,"
                      "\"error\":5},\"ink_pages\":1,"));
    CHECK(holds(text, "{\"first\":4,\"last\":4,\"width_hundredths_mm\":21000,"));
    CHECK(holds(text, "\"at_byte\":77,"));
}

static char pcl[] = "application/vnd.hp-pcl";
static char bj[] = "application/x-canon-bj";

static void test_languages_and_copies_that_differ_are_told(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    Quoin__V1__DocumentPart second = made.part;
    Quoin__V1__DocumentPart *parts[] = { &made.part, &second };
    made.part.runs = second.runs = 1;
    second.copies = 3;
    second.format = pcl;
    made.facts.parts = parts;
    made.facts.n_parts = 2;
    struct count_view view = { .form = COUNT_FORM_LIST };
    struct str text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, " differ  exact      2 languages       x\n"));
    view.form = COUNT_FORM_JSON;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, ",\"formats\":[\"application/pdf\","
                      "\"application/vnd.hp-pcl\"],"));
    CHECK(holds(text, ",\"copies\":null,"));
    view.form = COUNT_FORM_CSV;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "\r\nx,99,application/pdf application/vnd.hp-pcl,4,1,1,0,9,3,,,2,exact,"));
    second.copies = 2;
    second.format = made.facts.format = bj;
    made.part.format = bj;
    view.form = COUNT_FORM_JSON;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "\"formats\":[\"application/x-canon-bj\"],") && holds(text, "\"copies\":2,"));
    view.form = COUNT_FORM_LIST;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "  exact      Canon BJ raster   x\n"));
}

static void test_an_explanation_folds_its_sentences(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    static char long_why[] = "a reason of more words than a narrow terminal has columns for";
    made.run[1].reason = long_why;
    struct count_view view = { .form = COUNT_FORM_EXPLAIN, .columns = 40 };
    struct str text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "               a reason of more words\n"
                      "               than a narrow terminal\n"
                      "               has columns for\n"));
    view.form = COUNT_FORM_RUNS;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "  colour\n    a reason of more words than a narrow\n"
                      "    terminal has columns for\n"));
}

static void test_ink_that_nobody_measured_is_told(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    struct count_view view = { .form = COUNT_FORM_RUNS, .coverage = true };
    struct str text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "  grey\n                   ink: not measured\n")); // the other page's is
    CHECK(!holds(text, "\n  ink: not measured\n"));
    made.run[1].coverage = NULL;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "\n  ink: not measured\n") && !holds(text, "   ink: not"));
    view.form = COUNT_FORM_EXPLAIN;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "  ink          not measured\n"));
    view.coverage = false;
    text = show(view, "x", &made.result, &sums, &out);
    CHECK(!holds(text, "not measured"));
}

static void test_runs_and_sums(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct count_sums sums = { 0 };
    struct made made;
    make(&made);
    made.run[0].copies = 4;
    const struct count_view view = { .form = COUNT_FORM_RUNS, .coverage = true };
    struct str text = show(view, "x", &made.result, &sums, &out);
    CHECK(holds(text, "x: application/pdf, 4 pages (1 colour, 0 blank), 26 impressions, exact\n"));
    CHECK(holds(text, "  pages 1-3         210 x 297  mm  normal  grey\n"));
    CHECK(holds(text, "  page 4            210 x 297  mm  normal  colour     operator rg"));
    CHECK(holds(text, "C 12.34"));
    out.len = 0;
    sums.unknown = 2;
    sums.failed = 1;
    const struct count_found found = { .links = 1, .specials = 2 };
    count_report_sums(&sums, &found, &out);
    CHECK_STR(buf_str(&out),
              "1 file, 4 pages, 1 in colour, 26 with all copies; unknown: 2; not read: "
              "1\n"
              "passed over: 1 link, 2 pipes, sockets or devices\n");
}

int main(void)
{
    test_csv_quotes_and_never_begins_with_a_formula();
    test_a_list_keeps_to_the_width_of_the_terminal();
    test_an_explanation_says_where_and_why();
    test_json_has_pages_where_they_are_asked_for();
    test_languages_and_copies_that_differ_are_told();
    test_an_explanation_folds_its_sentences();
    test_ink_that_nobody_measured_is_told();
    test_runs_and_sums();
    return tap_done();
}
