// What PJL lines ask for, how long it holds, and where the language behind them begins.
#include "pdl/pjl.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    struct str bytes;
    const char *language;
    uint32_t copies;
    uint32_t quantity;
    uint32_t sides;
    const char *rest;
} cases[] = {
    { "copies and quantity",
      STR_INIT(PDL_UEL
               "@PJL SET COPIES = 3\r\n@pjl set qty=2\r\n@PJL ENTER LANGUAGE=pdf\r\n%PDF-1.4"),
      "PDF", 3, 2, 0, "%PDF-1.4" },
    { "duplex on the short edge",
      STR_INIT(PDL_UEL
               "@PJL SET DUPLEX=ON\n@PJL SET BINDING=SHORTEDGE\n@PJL ENTER LANGUAGE = PCL \nX"),
      "PCL", 1, 1, PDL_TWO_SIDED_SHORT, "X" },
    { "one-sided", STR_INIT("@PJL SET DUPLEX=OFF\n%!"), "", 1, 1, PDL_ONE_SIDED, "%!" },
    { "a word that is no side", STR_INIT("@PJL SET DUPLEX=MAYBE\n%!"), "", 1, 1, 0, "%!" },
    { "without ENTER", STR_INIT(PDL_UEL "@PJL JOB\n%!PS"), "", 1, 1, 0, "%!PS" },
    { "copies past any sense", STR_INIT("@PJL SET COPIES=99999999999\n%PDF"), "", 65535, 1, 0,
      "%PDF" },
    { "copies of none, and of words",
      STR_INIT("@PJL SET COPIES=4\n@PJL SET COPIES=0\n@PJL SET "
               "COPIES=many\n@PJL SET COPIES\n%PDF"),
      "", 4, 1, 0, "%PDF" },
    { "a line that ends with the document", STR_INIT("@PJL SET COPIES=2"), "", 2, 1, 0, "" },
    { "several a line", STR_INIT("@PJL SET COPIES=2 QTY = 3 DUPLEX=ON\nX"), "", 2, 3,
      PDL_TWO_SIDED_LONG, "X" },
    { "a text is no assignment",
      STR_INIT("@PJL SET JOBNAME=\"a COPIES=9 b\" QTY=2\n@PJL COMMENT SET COPIES=7\nX"), "", 1, 2,
      0, "X" },
    { "a text without an end", STR_INIT("@PJL SET JOBNAME=\"a COPIES=9\nX"), "", 1, 1, 0, "X" },
    { "stray bytes in a line", STR_INIT("@PJL SET = = COPIES=2 \"\" QTY=3\nX"), "", 2, 3, 0, "X" },
    { "of one language only",
      STR_INIT("@PJL SET LPARM:PCL COPIES=9\n@PJL SET IPARM : PARALLEL "
               "COPIES=9\nX"),
      "", 1, 1, 0, "X" },
    { "JOB goes back to the defaults",
      STR_INIT("@PJL SET COPIES=5\n@PJL JOB NAME=\"x\"\n@PJL SET QTY=2\nX"), "", 1, 2, 0, "X" },
    { "a UEL within JOB changes nothing",
      STR_INIT("@PJL JOB\n@PJL SET COPIES=5\n" PDL_UEL "@PJL\nX"), "", 5, 1, 0, "X" },
    { "a UEL outside of JOB resets", STR_INIT("@PJL SET COPIES=5\n" PDL_UEL "@PJL\nX"), "", 1, 1, 0,
      "X" },
    { "EOJ resets", STR_INIT("@PJL JOB\n@PJL SET COPIES=5\n@PJL EOJ\nX"), "", 1, 1, 0, "X" },
    { "RESET resets", STR_INIT("@PJL SET COPIES=5\n@PJL RESET\nX"), "", 1, 1, 0, "X" },
    { "a default holds from the next reset",
      STR_INIT("@PJL DEFAULT COPIES=3\n@PJL SET QTY=2\n" PDL_UEL "@PJL\nX"), "", 3, 1, 0, "X" },
    { "and not before", STR_INIT("@PJL DEFAULT COPIES=3\nX"), "", 1, 1, 0, "X" },
    { "INITIALIZE forgets the defaults",
      STR_INIT("@PJL DEFAULT COPIES=3\n@PJL INITIALIZE\n@PJL RESET\nX"), "", 1, 1, 0, "X" },
    { "a file for the printer is passed over",
      STR_INIT("@PJL FSDOWNLOAD FORMAT:BINARY SIZE=18 NAME=\"0:\\a\"\n@PJL SET COPIES=9\n@PJL SET "
               "QTY=2\nX"),
      "", 1, 2, 0, "X" },
    { "lines that end with CR alone",
      STR_INIT("@PJL SET COPIES=2\r@PJL ENTER LANGUAGE=PCL\r\x1b"
               "E"),
      "PCL", 2, 1, 0,
      "\x1b"
      "E" },
    { "a line that an escape ends",
      STR_INIT("@PJL ENTER LANGUAGE=PCL\x1b"
               "E"),
      "PCL", 1, 1, 0,
      "\x1b"
      "E" },
    { "a language of a long name",
      STR_INIT("@PJL ENTER LANGUAGE=ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO\nX"),
      "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE", 1, 1, 0, "X" },
    { "no language", STR_INIT("@PJL ENTER PERSONALITY=PCL\nX"), "", 1, 1, 0, "X" },
};

static struct pdl_pjl read_all(struct str bytes)
{
    struct pdl_input input = pdl_input_of(bytes);
    struct pdl_pjl pjl = pdl_pjl_of(NULL);
    CHECK(pdl_pjl_read(&input, &pjl));
    return pjl;
}

static void test_form(void)
{
    struct pdl_form form = read_all(STR("@PJL SET FORMLINES=20\n@PJL SET PAPER=legal\nX")).now.form;
    CHECK(form.width == 21590 && form.height == 35560 && form.lines == 0 && !form.landscape);
    form = read_all(STR("@PJL SET ORIENTATION=LANDSCAPE\n@PJL SET FORMLINES=2\nX")).now.form;
    CHECK(form.width == 0 && form.landscape && form.lines == 5);
    form = read_all(STR("@PJL SET PAPER=NONE\n@PJL SET FORMLINES=900\nX")).now.form;
    CHECK(form.width == 0 && form.lines == 128);
}

// What is not taken as it stands is told by name and value.
static void test_notes(void)
{
    static const struct {
        const char *line;
        const char *note;
    } lines[] = {
        { "@PJL SET COPIES=65536\n",
          "PJL COPIES=65536 is more than 65535, the most that is taken." },
        { "@PJL DEFAULT QTY=0\n", "PJL QTY=0 is ignored, as printers do." },
        { "@PJL SET COPIES=\"-1 \x07\"\n", "PJL COPIES=-1?? is ignored, as printers do." },
        { "@PJL SET QTY=2.5\n", "PJL QTY=2.5 is taken without what follows its whole number." },
        { "@PJL SET FORMLINES=900\n", "PJL FORMLINES=900 is brought to between 5 and 128." },
        { "@PJL SET FORMLINES=many\n", "PJL FORMLINES=many is ignored, as printers do." },
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 100);
        struct pdl_input input = pdl_input_of(str_of(lines[i].line));
        struct pdl_pjl pjl = pdl_pjl_of(&facts);
        CHECK(pdl_pjl_read(&input, &pjl) && facts.reason_count == 1);
        CHECK(facts.reason_count == 1 && strcmp(facts.reasons[0], lines[i].note) == 0);
    }
    struct pdl_pjl_values now = read_all(STR("@PJL SET COPIES=65536 QTY=65536\nX")).now;
    CHECK(now.copies_over && now.quantity_over);
    now = read_all(STR("@PJL SET COPIES=65536\n@PJL SET COPIES=65535\nX")).now;
    CHECK(!now.copies_over && now.copies == PDL_COPIES_MAX);
}

static void test_job(void)
{
    struct pdl_pjl pjl = read_all(STR("@PJL JOB START=2 NAME=\"END=9\" END = 4\nX"));
    CHECK(pjl.in_job && pjl.first_page == 2 && pjl.last_page == 4);
    pjl = read_all(STR("@PJL JOB START=2 END=4\n@PJL EOJ\nX"));
    CHECK(!pjl.in_job && pjl.first_page == 0 && pjl.last_page == 0);
}

static void test_grey_and_hold(void)
{
    CHECK(read_all(STR("@PJL SET RENDERMODE=GRAYSCALE\nX")).now.grey);
    CHECK(!read_all(STR("@PJL SET RENDERMODE=COLOR\nX")).now.grey);
    CHECK(read_all(STR("@PJL SET COLORMODE=mono\nX")).now.grey);
    CHECK(read_all(STR("@PJL SET GRAYSCALE=BLACKONLY\nX")).now.grey);
    CHECK(!read_all(STR("@PJL SET GRAYSCALE=OFF\nX")).now.grey);
    CHECK(read_all(STR("@PJL SET HOLD=STORE\nX")).now.held);
    CHECK(!read_all(STR("@PJL SET HOLD=OFF\nX")).now.held);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_input input = pdl_input_of(cases[i].bytes);
        struct pdl_pjl pjl = pdl_pjl_of(NULL);
        bool ok = pdl_pjl_read(&input, &pjl) && strcmp(pjl.language, cases[i].language) == 0 &&
                  pjl.now.copies == cases[i].copies && pjl.now.quantity == cases[i].quantity &&
                  pdl_pjl_sides(&pjl) == cases[i].sides &&
                  pdl_input_left(&input) == strlen(cases[i].rest) &&
                  memcmp(input.at, cases[i].rest, strlen(cases[i].rest)) == 0;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    test_form();
    test_job();
    test_notes();
    test_grey_and_hold();
    struct pdl_input none = pdl_input_of(STR("%!PS"));
    struct pdl_pjl pjl = pdl_pjl_of(NULL);
    CHECK(!pdl_pjl_read(&none, &pjl) && pdl_input_left(&none) == 4);
    return tap_done();
}
