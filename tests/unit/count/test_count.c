// The corpus of traps through the real jailed worker, and what a worker's trouble becomes.
#include "count/count.h"

#include "base/buf.h"
#include "base/cc.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_LEN = 1024, WANT_MAX = 4096 };

static char program[PATH_LEN];
static struct count *count;

static struct str want_line(struct str want, const char *key)
{
    struct str name = str_of(key);
    for (size_t at = 0; at < want.len;) {
        const char *line = want.ptr + at;
        const char *end = memchr(line, '\n', want.len - at);
        size_t len = end == NULL ? want.len - at : (size_t)(end - line);
        if (len > name.len && memcmp(line, name.ptr, name.len) == 0 && line[name.len] == ' ') {
            return (struct str){ line + name.len + 1, len - name.len - 1 };
        }
        at += len + 1;
    }
    return STR("");
}

static bool number_is(struct str want, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return str_eq(want, STR("-")) || str_eq(want, str_of(text));
}

static bool holds(const char *text, struct str part)
{
    return memmem(text, strlen(text), part.ptr, part.len) != NULL;
}

static bool reason_given(const Quoin__V1__DocumentFacts *facts, struct str part)
{
    bool given = part.len == 0;
    for (size_t i = 0; i < facts->n_reasons; i++) {
        given |= holds(facts->reasons[i], part);
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        given |= holds(facts->pages[i]->reason, part);
    }
    return given;
}

static bool certainty_allowed(const Quoin__V1__DocumentFacts *facts, struct str allowed)
{
    struct str name = str_of(count_certainty_name(facts->certainty));
    return memmem(allowed.ptr, allowed.len, name.ptr, name.len) != NULL;
}

static void check_file(const char *folder, const char *kind, const char *name)
{
    struct err err;
    char path[PATH_LEN];
    char label[PATH_LEN];
    int stem = (int)(strlen(name) - strlen(".want"));
    OWN(buf_free) struct buf want = BUF_CAP(WANT_MAX);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    bool ok = fs_read(path, &want, &err);
    (void)snprintf(path, sizeof(path), "%s/%.*s.%s", folder, stem, name, kind);
    ok = ok && count_file(count, path, &facts, &err);
    if (ok) {
        struct count_totals totals = count_facts_totals(facts);
        struct str text = buf_str(&want);
        ok = number_is(want_line(text, "pages"), totals.pages) &&
             number_is(want_line(text, "color"), totals.color_pages) &&
             number_is(want_line(text, "blank"), totals.blank_pages) &&
             certainty_allowed(facts, want_line(text, "certainty")) &&
             reason_given(facts, want_line(text, "reason"));
        (void)snprintf(
            label, sizeof(label), "%.*s: %llu pages, %llu colour, %llu blank, %s", stem, name,
            (unsigned long long)totals.pages, (unsigned long long)totals.color_pages,
            (unsigned long long)totals.blank_pages, count_certainty_name(facts->certainty));
    } else {
        (void)snprintf(label, sizeof(label), "%.*s: %s", stem, name, err.text);
    }
    tap_result(ok, label, __FILE__, __LINE__);
}

static void check_folder(const char *folder, const char *kind, int least)
{
    struct dirent **names;
    int files = 0;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        size_t len = strlen(names[i]->d_name);
        if (len > 5 && strcmp(names[i]->d_name + len - 5, ".want") == 0) {
            check_file(folder, kind, names[i]->d_name);
            files++;
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    CHECK(files >= least);
}

static void test_what_cannot_be_opened_is_an_error(void)
{
    struct err err;
    Quoin__V1__DocumentFacts *facts = NULL;
    CHECK(!count_file(count, "/nonexistent/file.pdf", &facts, &err));
    CHECK(err.code == ERR_NOT_FOUND && facts == NULL);
    CHECK(!count_file(count, "/dev/null", &facts, &err) && facts == NULL);
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
        { "PostScript",
          { "%!PS-Adobe-3.0\nshowpage\n", 24 },
          "application/postscript",
          "PostScript" },
        { "PCL", { "\033E\033&l1X hi", 11 }, "application/vnd.hp-pcl", "PCL 5" },
        { "noise", { "\001\002\003\004\005", 5 }, "application/octet-stream", "no language" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err;
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        bool ok = count_bytes(count, cases[i].bytes, NULL, &facts, &err);
        ok = ok && strcmp(facts->format, cases[i].format) == 0 && facts->n_pages == 0 &&
             facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN &&
             reason_given(facts, str_of(cases[i].reason));
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
             reason_given(facts, STR("declared as something else"));
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
    char folder[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    const char *build = getenv("QUOIN_BUILD");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/pdf", source == NULL ? "." : source);
    struct count_options options = { .program = program,
                                     .workers_max = 1,
                                     .wall_ms = CC_SANITIZED ? 100000 : 0 };
    if (!count_open(&options, &count, &err)) {
        printf("Bail out! %s\n", err.text);
        return EXIT_FAILURE;
    }
    check_folder(folder, "pdf", 100);
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/jpeg", source == NULL ? "." : source);
    check_folder(folder, "jpg", 25);
    if (getenv("QUOIN_PDF_FOLDER") != NULL) {
        check_folder(getenv("QUOIN_PDF_FOLDER"), "pdf", 1);
    }
    test_what_cannot_be_opened_is_an_error();
    test_other_families_are_named_and_unknown();
    test_a_worker_serves_many_and_is_replaced();
    test_no_worker_is_an_error_that_says_what_to_do();
    count_free(&count);
    return tap_done();
}
