#include "base/str.h"
#include "cli/cli.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <unistd.h>

static int run(const char *first, const char *second)
{
    static char words[3][64];
    (void)snprintf(words[0], sizeof(words[0]), "quoin");
    (void)snprintf(words[1], sizeof(words[1]), "%s", first);
    (void)snprintf(words[2], sizeof(words[2]), "%s", second);
    char *argv[] = { words[0], words[1], second[0] != '\0' ? words[2] : NULL, NULL };
    // What it prints is not TAP.
    (void)fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept < 0 || nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0) {
        return -1;
    }
    (void)close(nowhere);
    int status = cli_main(second[0] != '\0' ? 3 : 2, argv);
    (void)fflush(stdout);
    (void)dup2(kept, STDOUT_FILENO);
    (void)close(kept);
    return status;
}

int main(void)
{
    CHECK(run("version", "") == CLI_EXIT_OK);
    CHECK(run("version", "--json") == CLI_EXIT_OK);
    CHECK(run("--help", "") == CLI_EXIT_OK);
    CHECK(run("frobnicate", "") == CLI_EXIT_USAGE);
    CHECK(run("version", "--bogus") == CLI_EXIT_USAGE);
    CHECK(run("--data=/nonexistent/quoin", "status") == CLI_EXIT_UNREACHABLE);
    CHECK(run("--with-parent", "1") == CLI_EXIT_USAGE);
    return tap_done();
}
