// cli: the command line. One process a command, one thread; what is asked of engines goes through
// cli/ask.h, what is shown through cli/out.h. The commands stand in cli/cmd.tbl.h.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    CLI_MANY = 10000000,             // arguments: as many as one likes
    CLI_OPTIONS_MAX = 24,            // of one command, with the common ones
    CLI_ARENA_BYTES_MAX = 256 << 20, // what one command may keep
    CLI_OUTPUT_BYTES_MAX = 64 << 20, // what it prints at a time
};

enum cli_exit {
#define EXIT_ROW(NAME, status, sentence) CLI_EXIT_##NAME = (status),
#define EXIT_OF(code, NAME)
#include "cli/exit.tbl.h"
#undef EXIT_ROW
#undef EXIT_OF
};

struct cli_option {
    const char *name;  // without the dashes; NULL ends a list
    const char *value; // how it is shown; NULL: a switch
    const char *sentence;
};

struct cli;

struct cli_command {
    const char *name; // "user add"
    const char *arguments;
    int fewest;
    int most;
    const char *who;
    const char *sentence;
    const char *details;
    const struct cli_option *options; // ended by a NULL name; the common ones are not among them
    // False: err is set, printed, and decides the exit status. True: cli->exit is the status.
    bool (*run)(struct cli *cli, struct err *err);
};

struct cli_site; // cli/ask.h

struct cli {
    const struct cli_command *command;
    const char *data; // DIR, absolute
    bool data_given;  // on the command line or by QUOIN_DATA
    const char *dre;  // HOST:PORT of another one; NULL: the site's own
    bool json;
    bool help;
    const char *group; // with help and without a command: of whose commands; NULL: of all
    int argument_count;
    char **arguments;                    // borrowed from main
    const char *values[CLI_OPTIONS_MAX]; // by the option's place; NULL: not given; "": a switch
    bool color;                          // standard output takes colours
    bool progress;                       // standard error is a terminal: a person waits
    int columns;                         // width of standard output; 0: no limit
    struct arena arena;                  // of this command
    struct buf out;                      // collected; written by cli_flush
    struct cli_site *site;               // owned; NULL until the first question
    enum cli_exit exit;
};

// main. argv[0] decides nothing.
int cli_main(int argc, char **argv);

// The value of a given option; "" of a switch; NULL if it was not given.
const char *cli_value(const struct cli *cli, const char *name);

// Writes what was collected to standard output. False: it cannot be written.
bool cli_flush(struct cli *cli, struct err *err) CC_MUST_USE;

const struct cli_command *cli_commands(size_t *count);
const struct cli_option *cli_common_options(void); // ended by a NULL name
enum cli_exit cli_exit_of(enum err_code code);
