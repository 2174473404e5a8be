// PostScript in the real jail: what it may not do, and how long it may take.
#include "count/count.h"
#include "count/request.h"

#include "base/buf.h"
#include "base/cc.h"
#include "base/clk.h"
#include "lib/tap.h"
#include <stdio.h>
#include <unistd.h>

enum { PATH_LEN = 1024, WALL_MS = CC_SANITIZED ? 8000 : 3000 };

static char program[PATH_LEN];

static bool reason_given(const Quoin__V1__DocumentFacts *facts, const char *part)
{
    bool given = false;
    for (size_t i = 0; i < facts->n_reasons; i++) {
        given |= strstr(facts->reasons[i], part) != NULL;
    }
    return given;
}

static struct count *open_count(const char *interpreter)
{
    struct count_options options = {
        .program = program, .interpreter = interpreter, .workers_max = 1, .wall_ms = WALL_MS
    };
    struct count *count = NULL;
    struct err err;
    if (!count_open(&options, &count, &err)) {
        tap_result(false, err.text, __FILE__, __LINE__);
    }
    return count;
}

// A program that marks the page where it was refused, and how many pages are then counted.
static const struct {
    const char *name;
    struct str text;
    uint64_t pages;
    Quoin__V1__Certainty certainty;
    const char *reason;
} bombs[] = {
    { "a loop without end", STR_INIT("%!PS\n{} loop"), 0, QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN,
      "did not end within" },
    { "a loop behind two pages", STR_INIT("%!PS\nshowpage showpage {} loop"), 2,
      QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN, "stopped behind page 2" },
    { "a loop that survives its errors", STR_INIT("%!PS\nshowpage { {{} loop} stopped } loop"), 1,
      QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN, "did not end within" },
    { "memory without end", STR_INIT("%!PS\nshowpage 0 { 65000 string } loop"), 1,
      QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED, "behind page 1" },
    { "a page that is too large",
      STR_INIT("%!PS\n<< /PageSize [900000 900000] >> setpagedevice showpage"), 0,
      QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN, "" },
    { "recursion without end", STR_INIT("%!PS\nshowpage /a { a 1 pop } def a"), 1,
      QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED, "PostScript error" },
};

static void test_bombs_end_with_a_verdict(void)
{
    OWN(count_free) struct count *count = open_count(NULL);
    for (size_t i = 0; count != NULL && i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        struct err err;
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        if (CC_SANITIZED && strstr(bombs[i].name, "memory") != NULL) {
            continue; // there the jail has no limit of memory, because sanitizers need too much
        }
        int64_t start = clk_mono_ms();
        bool ok = count_bytes(count, bombs[i].text, NULL, &facts, &err) &&
                  count_facts_totals(facts).pages == bombs[i].pages &&
                  facts->certainty == bombs[i].certainty && reason_given(facts, bombs[i].reason) &&
                  clk_mono_ms() - start < (COUNT_BUSY_TIMES + 1) * (int64_t)WALL_MS;
        tap_result(ok, bombs[i].name, __FILE__, __LINE__);
    }
}

// More pages than may be: the worker refuses, and the interpreter that would draw for ever is
// ended.
static void test_pages_without_end_are_a_limit(void)
{
    struct count_options options = {
        .program = program, .workers_max = 1, .pages_max = 5, .wall_ms = WALL_MS
    };
    OWN(count_free) struct count *count = NULL;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    CHECK(count_open(&options, &count, &err));
    CHECK(count != NULL && count_bytes(count, STR("%!PS\n{showpage} loop"), NULL, &facts, &err));
    CHECK(facts != NULL && facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN);
    CHECK(facts != NULL && reason_given(facts, "over 5 pages"));
}

static void test_without_ghostscript_it_says_what_to_install(void)
{
    static const char *const none[] = { "/nonexistent/gs", "" };
    for (size_t i = 0; i < 2; i++) {
        OWN(count_free) struct count *count = open_count(none[i]);
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        struct err err;
        CHECK(count != NULL && count_bytes(count, STR("%!PS\nshowpage"), NULL, &facts, &err));
        CHECK(facts != NULL && facts->n_pages == 0);
        CHECK(facts != NULL && facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN);
        CHECK(facts != NULL &&
              reason_given(facts, i == 0 ? "install the package ghostscript" : "switched off"));
    }
}

static void test_what_cannot_be_the_interpreter_is_an_error(void)
{
    OWN(count_free) struct count *count = open_count("/usr/bin/true");
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    CHECK(count != NULL && count_bytes(count, STR("%!PS\nshowpage"), NULL, &facts, &err));
    CHECK(facts != NULL && count_facts_totals(facts).pages == 0);
}

// What a part of the page is covered with, by both languages that Ghostscript draws for us.
static void test_ink_is_measured_where_it_is_asked_for(void)
{
    static const struct str documents[] = {
        STR_INIT("%!PS\n<< /NumCopies 3 >> setpagedevice showpage\n"
                 ".2 .5 .7 setrgbcolor 0 0 595 421 rectfill showpage\n"),
        STR_INIT(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            "2 0 obj<</Type/Pages/Kids[5 0 R 3 0 R]/Count 2>>endobj\n"
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
            "4 0 obj<</Length 32>>stream\n.2 .5 .7 rg 0 0 595 421 re f     \nendstream endobj\n"
            "5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
            "trailer<</Root 1 0 R>>\n%%EOF\n"),
    };
    struct count_options options = {
        .program = program, .workers_max = 1, .wall_ms = WALL_MS, .coverage = true
    };
    OWN(count_free) struct count *count = NULL;
    struct err err;
    CHECK(count_open(&options, &count, &err));
    for (size_t i = 0; count != NULL && i < sizeof(documents) / sizeof(documents[0]); i++) {
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        CHECK(count_bytes(count, documents[i], NULL, &facts, &err));
        CHECK(facts != NULL && facts->n_pages == 2 && facts->parts[0]->runs == 2);
        const Quoin__V1__Coverage *none = facts == NULL ? NULL : facts->pages[0]->coverage;
        const Quoin__V1__Coverage *half = facts == NULL ? NULL : facts->pages[1]->coverage;
        CHECK(none != NULL && none->cyan + none->magenta + none->yellow + none->black == 0);
        CHECK(half != NULL && half->cyan / 10 == 249 && half->magenta / 10 == 100);
        CHECK(half != NULL && half->yellow == 0 && half->black / 10 == 149 && half->error == 200);
    }
}

static void test_ink_that_cannot_be_measured_is_said(void)
{
    static const struct {
        const char *interpreter;
        const char *reason;
    } cases[] = {
        { "/nonexistent/gs", "install the package ghostscript" },
        { "/usr/bin/false", "ink of 1 of its pages could not be measured" },
    };
    static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                              "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                              "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
                              "trailer<</Root 1 0 R>>\n%%EOF\n";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct count_options options = { .program = program,
                                         .interpreter = cases[i].interpreter,
                                         .workers_max = 1,
                                         .wall_ms = WALL_MS,
                                         .coverage = true };
        OWN(count_free) struct count *count = NULL;
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        struct err err;
        CHECK(count_open(&options, &count, &err));
        CHECK(count != NULL && count_bytes(count, STR(pdf), NULL, &facts, &err));
        CHECK(facts != NULL && facts->n_pages == 1 && facts->pages[0]->coverage == NULL);
        CHECK(facts != NULL && reason_given(facts, cases[i].reason));
    }
}

static void test_nothing_was_written(void)
{
    CHECK(access("/tmp/quoin-must-not-be", F_OK) != 0);
}

int main(void)
{
    const char *build = getenv("QUOIN_BUILD");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    (void)unlink("/tmp/quoin-must-not-be"); // of a run by hand
    if (access("/usr/bin/gs", X_OK) != 0) {
        printf("1..0 # SKIP no Ghostscript here\n");
        return EXIT_SUCCESS;
    }
    test_bombs_end_with_a_verdict();
    test_pages_without_end_are_a_limit();
    test_without_ghostscript_it_says_what_to_install();
    test_what_cannot_be_the_interpreter_is_an_error();
    test_ink_is_measured_where_it_is_asked_for();
    test_ink_that_cannot_be_measured_is_said();
    test_nothing_was_written();
    return tap_done();
}
