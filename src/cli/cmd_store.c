// cli/cmd_store: where a site's accounts are kept. quoin-cas does the work: databases are its own.
// no unit test: needs the other program; tests/it/test_store.py asks by every way
#include "base/arena.h"
#include "cli/cmd.h"
#include "cli/site.h"
#include "cli/value.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { STORE_ARGS_MAX = 8 };

// Becomes quoin-cas; comes back only where that cannot be run.
static bool store_become(struct cli *cli, const char *const *words, struct err *err)
{
    const char *program = arena_textf(&cli->arena, "%s/quoin-cas", cli_programs(cli));
    char *args[STORE_ARGS_MAX + 1] = { NULL };
    size_t count = 0;
    if (program == NULL) {
        return err_set(err, ERR_LIMIT, "out of room");
    }
    args[count++] = arena_text(&cli->arena, STR("quoin-cas"));
    for (size_t i = 0; words[i] != NULL && count < STORE_ARGS_MAX; i++) {
        args[count++] = arena_text(&cli->arena, str_of(words[i]));
    }
    (void)execv(program, args);
    return err_set(err, ERR_UNAVAILABLE, "cannot run %.150s: %s", program, strerror(errno));
}

bool cli_store_copy(struct cli *cli, struct err *err)
{
    const char *dry = cli_value(cli, "dry-run") != NULL ? "--dry-run" : NULL;
    const char *json = cli->json ? "--json" : NULL;
    const char *const words[] = { "--store-copy",
                                  cli_store_address(cli, cli->arguments[0]),
                                  cli_store_address(cli, cli->arguments[1]),
                                  dry != NULL ? dry : json,
                                  dry != NULL ? json : NULL,
                                  NULL };
    return store_become(cli, words, err);
}

bool cli_store_prepare(struct cli *cli, struct err *err)
{
    const char *const words[] = { "--store-prepare", cli->arguments[0], cli->arguments[1], NULL };
    return store_become(cli, words, err);
}

bool cli_store_forget_pepper(struct cli *cli, struct err *err)
{
    const char *store = cli->argument_count == 0 ? "sqlite:" : cli->arguments[0];
    const char *const words[] = { "--store-forget-pepper", cli_store_address(cli, store),
                                  cli_path(cli, "cas/pepper"), NULL };
    return store_become(cli, words, err);
}
