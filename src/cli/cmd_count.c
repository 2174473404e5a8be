// cli/cmd_count: `quoin count` is room count's; here its options and exit statuses become ours.
// no unit test: room count tests the work; tests/it count real files with it
#include "cli/cmd.h"
#include "count/command.h"

bool cli_count(struct cli *cli, struct err *err)
{
    static char name[] = "count";
    static char json[] = "--json";
    static char end[] = "--";
    int count = 0;
    char **args = arena_new_array(&cli->arena, (size_t)cli->argument_count + 4, sizeof(args[0]));
    if (args == NULL) {
        return err_set(err, ERR_LIMIT, "too many files");
    }
    args[count++] = name;
    if (cli->json) {
        args[count++] = json;
    }
    args[count++] = end;
    for (int i = 0; i < cli->argument_count; i++) {
        args[count++] = cli->arguments[i];
    }
    static const enum cli_exit exits[] = { CLI_EXIT_OK, CLI_EXIT_REFUSED, CLI_EXIT_USAGE,
                                           CLI_EXIT_FINDING };
    int status = count_command_run(count, args);
    cli->exit = status >= 0 && status < 4 ? exits[status] : CLI_EXIT_INTERNAL;
    return true;
}
