// The count command: its lines, its order and its statuses; and many files over several threads.
#include "count/command.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <unistd.h>

enum { PATH_LEN = 1024, OUTPUT_MAX = 1 << 20, MANY = 300 };

static char program[PATH_LEN];
static char source[PATH_LEN];

// Runs it with standard output in a file.
static int run(struct buf *out, struct count_command command)
{
    char file[] = "/tmp/quoin-test-command-XXXXXX";
    struct err err;
    int to = mkstemp(file);
    int kept = dup(STDOUT_FILENO);
    command.count.program = program;
    command.input_folder = "/tmp";
    (void)fflush(stdout);
    (void)dup2(to, STDOUT_FILENO);
    int status = (int)count_command_run(&command);
    (void)fflush(stdout);
    (void)dup2(kept, STDOUT_FILENO);
    (void)close(kept);
    (void)close(to);
    out->len = 0;
    bool ok = fs_read(file, out, &err);
    (void)unlink(file);
    return ok ? status : -1;
}

static struct count_command of_one(const char *name, enum count_form form)
{
    static char path[PATH_LEN + 64];
    static const char *const paths[] = { path };
    (void)snprintf(path, sizeof(path), "%s/tests/data/pdf/%s.pdf", source, name);
    return (struct count_command){ .view.form = form, .paths = paths, .path_count = 1 };
}

static bool holds(const struct buf *out, const char *part)
{
    struct str text = buf_str(out);
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static void test_one_file(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&out, of_one("runs", COUNT_FORM_JSON)) == COUNT_ALL_CERTAIN);
    CHECK(holds(&out, "\"format\":\"application/pdf\",\"pages\":7,\"color_pages\":1,"
                      "\"blank_pages\":0,\"copies\":1,\"certainty\":\"exact\",\"reasons\":["
                      "\"page 4 is colour: operator rg at byte 6 of content object "));
    CHECK(run(&out, of_one("runs", COUNT_FORM_RUNS)) == COUNT_ALL_CERTAIN);
    CHECK(holds(&out, "7 pages (1 colour, 0 blank), exact\n"));
    CHECK(holds(&out, "  pages 1-3         210 x 297  mm  normal  grey"));
    CHECK(!holds(&out, "files"));
    struct count_command open_page = of_one("mesh", COUNT_FORM_RUNS);
    open_page.count.renderer = "";
    CHECK(run(&out, open_page) == COUNT_UNCERTAIN);
    CHECK(holds(&out, "not known"));
    CHECK(run(&out, of_one("nobody", COUNT_FORM_JSON)) == COUNT_TROUBLE);
    CHECK(holds(&out, "\"error\":\""));
}

static void test_many_files_come_out_in_the_order_in_which_they_went_in(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUTPUT_MAX);
    char runs[PATH_LEN + 64];
    char blank[PATH_LEN + 64];
    const char *paths[MANY];
    (void)snprintf(runs, sizeof(runs), "%s/tests/data/pdf/runs.pdf", source);
    (void)snprintf(blank, sizeof(blank), "%s/tests/data/pdf/blank.pdf", source);
    for (size_t i = 0; i < MANY; i++) {
        paths[i] = i == 100 ? "/nonexistent" : i % 3 == 0 ? runs : blank;
    }
    const struct count_command command = {
        .count.workers_max = 3, .view.form = COUNT_FORM_CSV, .paths = paths, .path_count = MANY
    };
    CHECK(run(&out, command) == COUNT_TROUBLE);
    const char *line = strchr(out.ptr, '\n') + 1;
    size_t right = 0;
    for (size_t i = 0; i < MANY && line != NULL; i++) {
        right += strncmp(line, paths[i], strlen(paths[i])) == 0 && line[strlen(paths[i])] == ',';
        line = strchr(line, '\n') + 1;
    }
    CHECK(right == MANY && *line == '\0');
}

static void test_a_folder_is_a_list_with_sums(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUTPUT_MAX);
    char folder[PATH_LEN + 64];
    const char *const paths[] = { folder };
    (void)snprintf(folder, sizeof(folder), "%s/tests/data/jpeg", source);
    const struct count_command command = { .view.form = COUNT_FORM_RUNS,
                                           .paths = paths,
                                           .path_count = 1 };
    CHECK(run(&out, command) == COUNT_UNCERTAIN);
    CHECK(holds(&out, "  PAGES  COLOUR   BLANK  COPIES  CERTAINTY  FORMAT            FILE\n"));
    CHECK(holds(&out, "\n      1       1       0       1  exact      JPEG         "));
    CHECK(holds(&out, " files, ") && holds(&out, "; estimated: "));
}

int main(void)
{
    const char *build = getenv("QUOIN_BUILD");
    const char *tree = getenv("QUOIN_SOURCE");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    (void)snprintf(source, sizeof(source), "%s", tree == NULL ? "." : tree);
    test_one_file();
    test_many_files_come_out_in_the_order_in_which_they_went_in();
    test_a_folder_is_a_list_with_sums();
    return tap_done();
}
