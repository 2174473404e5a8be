// The count command: its lines and its exit statuses.
#include "count/command.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <unistd.h>

enum { PATH_LEN = 1024, OUTPUT_MAX = 65536 };

static char program[PATH_LEN];
static char source[PATH_LEN];

// Runs it with standard output in a file; the words end with NULL.
static int run(struct buf *out, const char *option, const char *name)
{
    char path[PATH_LEN + 64];
    char file[] = "/tmp/quoin-test-command-XXXXXX";
    struct err err;
    int to = mkstemp(file);
    int kept = dup(STDOUT_FILENO);
    (void)snprintf(path, sizeof(path), "%s/tests/data/pdf/%s.pdf", source, name);
    char count[] = "count";
    char reader[] = "--reader";
    char word[32];
    (void)snprintf(word, sizeof(word), "%s", option);
    char *args[] = { count, reader, program, word, path, NULL };
    (void)fflush(stdout);
    (void)dup2(to, STDOUT_FILENO);
    int status = count_command_run(5, args);
    (void)fflush(stdout);
    (void)dup2(kept, STDOUT_FILENO);
    (void)close(kept);
    (void)close(to);
    bool ok = fs_read(file, out, &err);
    (void)unlink(file);
    return ok ? status : -1;
}

static bool holds(const struct buf *out, const char *part)
{
    struct str text = buf_str(out);
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

int main(void)
{
    const char *build = getenv("QUOIN_BUILD");
    const char *tree = getenv("QUOIN_SOURCE");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    (void)snprintf(source, sizeof(source), "%s", tree == NULL ? "." : tree);
    OWN(buf_free) struct buf json = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&json, "--json", "runs") == 0);
    CHECK(holds(&json, "\"format\":\"application/pdf\",\"pages\":7,\"color_pages\":1,"
                       "\"blank_pages\":0,\"copies\":1,\"certainty\":\"exact\",\"reasons\":["
                       "\"page 4 is colour: operator rg at byte 6 of content object "));
    OWN(buf_free) struct buf table = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&table, "--weak-jail", "runs") == 0);
    CHECK(holds(&table, "7 pages (1 colour, 0 blank), exact\n"));
    CHECK(holds(&table, "  pages 1-3         210 x 297  mm  normal  grey"));
    OWN(buf_free) struct buf open = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&open, "--no-drawing", "mesh") == 3);
    CHECK(holds(&open, "not known"));
    OWN(buf_free) struct buf none = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&none, "--json", "nobody") == 1);
    CHECK(holds(&none, "\"error\":\""));
    OWN(buf_free) struct buf wrong = BUF_CAP(OUTPUT_MAX);
    CHECK(run(&wrong, "--nonsense", "runs") == 2);
    return tap_done();
}
