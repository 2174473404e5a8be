// cli/table: the commands as data.
#include "cli/cmd.h"

#define NONE                                                                                       \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define OPTION(option_name, option_value, text)                                                    \
    {                                                                                              \
        .name = (option_name), .value = (option_value), .sentence = (text)                         \
    }
#define DRY_RUN OPTION("dry-run", NULL, "says what would be done, and does nothing")

#define COMMAND(id, title, args, least, greatest, by, text, long_text, ...)                        \
    static const struct cli_option options_##id[] = { __VA_ARGS__, NONE };
#include "cli/cmd.tbl.h"
#undef COMMAND

static const struct cli_command commands[] = {
#define COMMAND(id, title, args, least, greatest, by, text, long_text, ...)                        \
    { .name = (title),                                                                             \
      .arguments = (args),                                                                         \
      .fewest = (least),                                                                           \
      .most = (greatest),                                                                          \
      .who = (by),                                                                                 \
      .sentence = (text),                                                                          \
      .details = (long_text),                                                                      \
      .options = options_##id,                                                                     \
      .run = cli_##id },
#include "cli/cmd.tbl.h"
#undef COMMAND
};

const struct cli_command *cli_commands(size_t *count)
{
    *count = sizeof(commands) / sizeof(commands[0]);
    return commands;
}

const struct cli_option *cli_common_options(void)
{
    static const struct cli_option common[] = {
        OPTION("data", "DIR",
               "the site's folder (default: $QUOIN_DATA, else ~/.local/share/quoin, or "
               "/var/lib/quoin for root)"),
        OPTION("dre", "HOST:PORT",
               "asks this document routing engine, one that joined, and not this machine's"),
        OPTION("json", NULL, "prints JSON for programs; money is a decimal string"),
        OPTION("help", NULL, "shows this help"),
        NONE,
    };
    return common;
}

enum cli_exit cli_exit_of(enum err_code code)
{
    static const enum cli_exit by_code[] = {
#define EXIT_ROW(NAME, status, sentence)
#define EXIT_OF(code, NAME) [code] = CLI_EXIT_##NAME,
#include "cli/exit.tbl.h"
#undef EXIT_ROW
#undef EXIT_OF
    };
    return by_code[code];
}
