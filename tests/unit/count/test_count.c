// The real jailed worker: what a worker's trouble becomes.
#include "count/count.h"

#include "base/buf.h"
#include "base/cc.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_LEN = 1024 };

static char program[PATH_LEN];
static struct count *count;

static void test_what_cannot_be_opened_is_an_error(void)
{
    struct err err;
    Quoin__V1__DocumentFacts *facts = NULL;
    CHECK(!count_file(count, "/nonexistent/file.pdf", &facts, &err));
    CHECK(err.code == ERR_NOT_FOUND && facts == NULL);
    CHECK(!count_file(count, "/dev/null", &facts, &err) && facts == NULL);
}

static bool reason_given(const Quoin__V1__DocumentFacts *facts, const char *part)
{
    bool given = false;
    for (size_t i = 0; i < facts->n_reasons; i++) {
        given |= strstr(facts->reasons[i], part) != NULL;
    }
    return given;
}

static void test_other_families_are_named_and_unknown(void)
{
    static const struct {
        const char *name;
        struct str bytes;
        const char *format;
        const char *reason;
    } cases[] = {
        { "empty", { "", 0 }, "application/octet-stream", "empty" },
        { "ZjStream", { "JZJZ\0\0", 6 }, "application/x-zjstream", "ZjStream" },
        { "noise", { "\001\002\003\004\005", 5 }, "application/octet-stream", "no language" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err;
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        bool ok = count_bytes(count, cases[i].bytes, NULL, &facts, &err);
        ok = ok && strcmp(facts->format, cases[i].format) == 0 && facts->n_pages == 0 &&
             facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN && facts->n_reasons > 0 &&
             strstr(facts->reasons[0], cases[i].reason) != NULL;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
}

static void test_a_worker_serves_many_and_is_replaced(void)
{
    static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                              "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                              "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
                              "trailer<</Root 1 0 R>>\n%%EOF\n";
    struct count_options options = { .program = program, .workers_max = 1, .documents_max = 10 };
    OWN(count_free) struct count *own = NULL;
    struct err err;
    bool ok = count_open(&options, &own, &err);
    for (int i = 0; ok && i < 25; i++) {
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        ok = count_bytes(own, STR(pdf), "image/png", &facts, &err) && facts->n_pages == 1 &&
             facts->pages[0]->width == 20990 && facts->pages[0]->blank &&
             reason_given(facts, "declared as something else");
    }
    CHECK(ok);
    CHECK(ok && count_figures_get(own).spawned == 3 && count_figures_get(own).lost == 0);
}

static void test_no_worker_is_an_error_that_says_what_to_do(void)
{
    struct count_options options = { .program = "/nonexistent/quoin-pdl" };
    struct count *own = NULL;
    struct err err;
    CHECK(!count_open(&options, &own, &err) && own == NULL);
    CHECK(err.code == ERR_UNAVAILABLE);
    options.program = "/bin/true"; // ends without a word
    CHECK(!count_open(&options, &own, &err) && own == NULL);
    options.program = "/bin/cat"; // would echo, and cannot lock itself
    CHECK(!count_open(&options, &own, &err) && own == NULL);
}

int main(void)
{
    struct err err;
    const char *build = getenv("QUOIN_BUILD");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    struct count_options options = { .program = program,
                                     .workers_max = 1,
                                     .wall_ms = CC_SANITIZED ? 100000 : 0 };
    if (!count_open(&options, &count, &err)) {
        printf("Bail out! %s\n", err.text);
        return EXIT_FAILURE;
    }
    test_what_cannot_be_opened_is_an_error();
    test_other_families_are_named_and_unknown();
    test_a_worker_serves_many_and_is_replaced();
    test_no_worker_is_an_error_that_says_what_to_do();
    count_free(&count);
    return tap_done();
}
