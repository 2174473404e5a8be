// cli/cmd_count: `quoin count` is room count's; here its options and exit statuses become ours.
// no unit test: room count tests the work; tests/it/test_count.py counts real files with it
#include "cli/cmd.h"
#include "cli/value.h"
#include "count/command.h"
#include <stdlib.h>

enum { JOBS_MAX = 64 };

static enum count_form form_of(const struct cli *cli)
{
    if (cli->json) {
        return COUNT_FORM_JSON;
    }
    if (cli_value(cli, "csv") != NULL) {
        return COUNT_FORM_CSV;
    }
    return cli_value(cli, "explain") != NULL ? COUNT_FORM_EXPLAIN : COUNT_FORM_RUNS;
}

bool cli_count(struct cli *cli, struct err *err)
{
    uint64_t jobs = 0;
    bool explain = cli_value(cli, "explain") != NULL;
    bool coverage = cli_value(cli, "coverage") != NULL;
    if (cli->json && cli_value(cli, "csv") != NULL) {
        return err_set(err, ERR_INVALID, "--json or --csv, not both");
    }
    if (explain && cli_value(cli, "csv") != NULL) {
        return err_set(err, ERR_INVALID, "--explain tells of pages, and --csv has a line a file");
    }
    if (!cli_number_of(cli, "jobs", JOBS_MAX, 0, &jobs, err)) {
        return false;
    }
    const char *folder = getenv("TMPDIR");
    const struct count_command command = {
        .count = { .workers_max = (uint32_t)jobs,
                   .renderer = cli_value(cli, "no-drawing") != NULL ? "" : NULL,
                   .may_be_weak = cli_value(cli, "weak-jail") != NULL },
        .view = { .form = form_of(cli),
                  .pages = explain || coverage,
                  .coverage = coverage,
                  .columns = cli->columns },
        .paths = (const char *const *)cli->arguments,
        .path_count = (size_t)cli->argument_count,
        .input_folder = folder != NULL && folder[0] != '\0' ? folder : "/tmp",
        .progress = cli->progress || cli_value(cli, "progress") != NULL,
        .progress_in_place = cli->progress,
    };
    switch (count_command_run(&command)) {
    case COUNT_ALL_CERTAIN: cli->exit = CLI_EXIT_OK; break;
    case COUNT_TROUBLE: cli->exit = CLI_EXIT_REFUSED; break;
    case COUNT_UNCERTAIN: cli->exit = CLI_EXIT_FINDING; break;
    }
    return true;
}
