// cli: main of the command line: parses, runs, prints, decides the exit status.
#include "cli/cli.h"

#include "base/num.h"
#include "cli/ask.h"
#include "cli/demo.h"
#include "cli/help.h"
#include "cli/out.h"
#include "cli/parse.h"
#include "cli/up.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *cli_value(const struct cli *cli, const char *name)
{
    for (size_t i = 0; cli->command->options[i].name != NULL; i++) {
        if (strcmp(cli->command->options[i].name, name) == 0) {
            return cli->values[i];
        }
    }
    return NULL;
}

bool cli_flush(struct cli *cli, struct err *err)
{
    if (!buf_ok(&cli->out) || !arena_ok(&cli->arena)) {
        return err_set(err, ERR_LIMIT, "the answer is too long to show; ask for less (--limit)");
    }
    size_t done = 0;
    while (done < cli->out.len) {
        ssize_t wrote = write(STDOUT_FILENO, cli->out.ptr + done, cli->out.len - done);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return err_set(err, ERR_INTERNAL, "cannot write the output: %s", strerror(errno));
        }
        done += (size_t)wrote;
    }
    buf_free(&cli->out);
    return true;
}

static void look_at_terminal(struct cli *cli)
{
    bool terminal = isatty(STDOUT_FILENO) == 1;
    const char *no_color = getenv("NO_COLOR");
    const char *kind = getenv("TERM");
    cli->color = terminal && (no_color == NULL || no_color[0] == '\0') &&
                 (kind == NULL || strcmp(kind, "dumb") != 0);
    cli->progress = isatty(STDERR_FILENO) == 1 && (kind == NULL || strcmp(kind, "dumb") != 0);
    const char *columns = getenv("COLUMNS");
    uint64_t wide = 0;
    struct winsize size = { 0 };
    if (columns != NULL && num_u64(str_of(columns), 10000, &wide)) {
        cli->columns = (int)wide;
    } else if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        cli->columns = size.ws_col;
    }
}

static void fini(struct cli *cli)
{
    cli_site_close(&cli->site);
    buf_free(&cli->out);
    arena_free(&cli->arena);
}

static int fail(struct cli *cli, const struct err *err)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "quoin: %s\n", err->text);
    enum cli_exit status = cli_exit_of(err->code);
    fini(cli);
    return (int)status;
}

static bool run(struct cli *cli, struct err *err)
{
    if (cli->help && cli->command == NULL && cli->group != NULL) {
        cli_help_group(&cli->out, cli->group);
    } else if (cli->help && cli->command == NULL) {
        cli_help_all(&cli->out);
    } else if (cli->help) {
        cli_help_command(&cli->out, cli->command);
    } else if (!cli->command->run(cli, err)) {
        struct err second; // what was collected is still worth seeing
        bool is_cut = cli->json && cli->out.len > 0 && cli->out.ptr[cli->out.len - 1] != '\n';
        if (is_cut || !cli_flush(cli, &second)) { // but not JSON that has no end
            buf_free(&cli->out);                  // the first error stands
        }
        return false;
    }
    return cli_flush(cli, err);
}

// "quoin --tour DIR": a child of "quoin up --demo", not for people.
static bool is_tour(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none = { .name = NULL };
    static const struct cli_command tour = { .name = "tour", .options = &none, .run = cli_tour };
    if (argc != 3 || strcmp(argv[1], "--tour") != 0) {
        return false;
    }
    cli->command = &tour;
    cli->data = argv[2];
    return true;
}

int cli_main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--with-parent") == 0) {
        return cli_with_parent(argc, argv);
    }
    struct cli cli = { .arena = ARENA_CAP(CLI_ARENA_BYTES_MAX),
                       .out = BUF_CAP(CLI_OUTPUT_BYTES_MAX) };
    struct err err = { 0 };
    look_at_terminal(&cli);
    if (argc < 2) {
        cli_help_all(&cli.out);
        (void)fputs(cli.out.len > 0 ? cli.out.ptr : "", stderr);
        fini(&cli);
        return CLI_EXIT_USAGE;
    }
    if (!is_tour(&cli, argc, argv) && !cli_parse(&cli, argc, argv, &err)) {
        (void)fail(&cli, &err);
        return CLI_EXIT_USAGE;
    }
    if (!run(&cli, &err)) {
        return fail(&cli, &err);
    }
    enum cli_exit status = cli.exit;
    fini(&cli);
    return (int)status;
}
