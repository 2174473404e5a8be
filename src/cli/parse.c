// cli/parse: getopt_long twice: what stands before the command, then the rest by its own options.
#include "cli/parse.h"

#include "base/near.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COMMON = 0x1000, OWN_OPTION = 0x2000 };

// How many of the words a command's name is: all of its own; 0: it is another one.
static int words_of(const char *name, int count, char *const *words)
{
    int used = 0;
    for (bool more = true; more; used++) {
        size_t len = strcspn(name, " ");
        if (used == count || strlen(words[used]) != len || strncmp(words[used], name, len) != 0) {
            return 0;
        }
        more = name[len] == ' ';
        name += len + (more ? 1 : 0);
    }
    return used;
}

const struct cli_command *cli_find(int count, char *const *words, int *used)
{
    size_t commands = 0;
    const struct cli_command *command = cli_commands(&commands);
    for (size_t i = 0; i < commands; i++) {
        int words_used = words_of(command[i].name, count, words);
        if (words_used > 0) {
            *used = words_used;
            return &command[i];
        }
    }
    return NULL;
}

const char *cli_guess(const char *word)
{
    size_t count = 0;
    const struct cli_command *command = cli_commands(&count);
    const char *best = NULL;
    size_t least = 3;
    for (size_t i = 0; i < count; i++) {
        char first[32];
        (void)snprintf(first, sizeof(first), "%.*s", (int)strcspn(command[i].name, " "),
                       command[i].name);
        size_t far = near_distance(str_of(word), str_of(first));
        if (far < least && far < strlen(word)) {
            least = far;
            best = command[i].name;
        }
    }
    return best;
}

static bool unknown_command(int count, char *const *words, struct err *err)
{
    size_t commands = 0;
    const struct cli_command *command = cli_commands(&commands);
    OWN(buf_free) struct buf verbs = BUF_CAP(200);
    size_t first = strlen(words[0]);
    for (size_t i = 0; i < commands; i++) {
        if (strncmp(command[i].name, words[0], first) == 0 && command[i].name[first] == ' ') {
            buf_addf(&verbs, "%s%s", verbs.len > 0 ? ", " : "", command[i].name + first + 1);
        }
    }
    if (verbs.len > 0 && count < 2) {
        return err_set(err, ERR_INVALID, "quoin %s what? There are: %s", words[0], verbs.ptr);
    }
    if (verbs.len > 0) {
        return err_set(err, ERR_INVALID, "no command \"%s %s\"; there are: %s", words[0], words[1],
                       verbs.ptr);
    }
    const char *guess = cli_guess(words[0]);
    if (guess != NULL) {
        return err_set(err, ERR_INVALID, "no command \"%.40s\"; did you mean \"%s\"?", words[0],
                       guess);
    }
    return err_set(err, ERR_INVALID, "no command \"%.40s\"; see quoin --help", words[0]);
}

static bool is_group(const char *word)
{
    size_t commands = 0;
    const struct cli_command *command = cli_commands(&commands);
    size_t len = strlen(word);
    for (size_t i = 0; i < commands; i++) {
        if (strncmp(command[i].name, word, len) == 0 && command[i].name[len] == ' ') {
            return true;
        }
    }
    return false;
}

// "device --help": no command is named, of which the options could be read.
static bool asks_for_help(int count, char *const *words)
{
    return count == 2 && (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0);
}

static int add_options(struct option *to, int at, const struct cli_option *from, int base)
{
    for (int i = 0; from[i].name != NULL; i++) {
        to[at++] =
            (struct option){ .name = from[i].name,
                             .has_arg = from[i].value != NULL ? required_argument : no_argument,
                             .val = base + i };
    }
    return at;
}

static void take_common(struct cli *cli, int place, const char *value)
{
    const char *name = cli_common_options()[place].name;
    if (strcmp(name, "data") == 0) {
        cli->data = value;
        cli->data_given = true;
    } else if (strcmp(name, "dre") == 0) {
        cli->dre = value;
    } else if (strcmp(name, "json") == 0) {
        cli->json = true;
    } else {
        cli->help = true;
    }
}

// A list ("NAME[,NAME...]") may be said in several options; of others the last one counts.
static void take_own(struct cli *cli, int place, const char *value)
{
    const char *shown = cli->command->options[place].value;
    const char *before = cli->values[place];
    bool is_list = shown != NULL && strstr(shown, "[,") != NULL;
    if (is_list && before != NULL && before[0] != '\0' && value[0] != '\0') {
        value = arena_textf(&cli->arena, "%s,%s", before, value);
    }
    cli->values[place] = value != NULL ? value : "";
}

// Reads options up to the first word (leading) or all of them. *first is where the words begin.
static bool read_options(struct cli *cli, int argc, char **argv, bool leading, int *first,
                         struct err *err)
{
    struct option options[CLI_OPTIONS_MAX + 8] = { 0 };
    int count = add_options(options, 0, cli_common_options(), COMMON);
    if (!leading) {
        count = add_options(options, count, cli->command->options, OWN_OPTION);
    } else {
        options[count++] = (struct option){ .name = "version", .val = 'V' };
    }
    optind = 0; // GNU: begins anew
    opterr = 0;
    for (;;) {
        int got = getopt_long(argc, argv, leading ? "+:hV" : ":h", options, NULL);
        if (got == -1) {
            *first = optind;
            return true;
        }
        if (got == '?') {
            return err_set(err, ERR_INVALID, "no option \"%.60s\" %s%s", argv[optind - 1],
                           leading ? "before the command" : "with ",
                           leading ? "" : cli->command->name);
        }
        if (got == ':') {
            return err_set(err, ERR_INVALID, "\"%.60s\" wants a value", argv[optind - 1]);
        }
        if (got == 'h') {
            cli->help = true;
        } else if (got == 'V') {
            static char version[] = "version";
            static char *words[] = { version };
            int used = 0;
            cli->command = cli_find(1, words, &used);
        } else if (got >= OWN_OPTION) {
            take_own(cli, got - OWN_OPTION, optarg);
        } else {
            take_common(cli, got - COMMON, optarg);
        }
    }
}

static bool find_data(struct cli *cli, struct err *err)
{
    const char *given = cli->data;
    if (given == NULL) {
        given = getenv("QUOIN_DATA");
        cli->data_given = given != NULL && given[0] != '\0';
    }
    const char *home = getenv("HOME");
    if (cli->data_given) {
        char here[PATH_MAX];
        if (given[0] == '\0') {
            return err_set(err, ERR_INVALID, "--data wants a folder");
        }
        if (given[0] == '/' || getcwd(here, sizeof(here)) == NULL) {
            cli->data = given;
        } else {
            cli->data = arena_textf(&cli->arena, "%s/%s", here, given);
        }
    } else if (geteuid() == 0 || home == NULL || home[0] != '/') {
        cli->data = "/var/lib/quoin";
    } else {
        cli->data = arena_textf(&cli->arena, "%s/.local/share/quoin", home);
    }
    return true;
}

bool cli_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
    int first = 0;
    if (!read_options(cli, argc, argv, true, &first, err)) {
        return false;
    }
    int words = argc - first;
    if (cli->command == NULL && words > 0 && strcmp(argv[first], "help") == 0) {
        cli->help = true;
        first++;
        words--;
    }
    if (cli->help && words == 0) {
        return true;
    }
    int used = 0;
    if (cli->command == NULL && words == 0) {
        return err_set(err, ERR_INVALID, "no command; see quoin --help");
    }
    if (cli->command == NULL) {
        cli->command = cli_find(words, argv + first, &used);
    }
    if (cli->command == NULL && (cli->help || asks_for_help(words, argv + first))) {
        cli->group = is_group(argv[first]) ? argv[first] : NULL;
        cli->help = cli->help || cli->group != NULL;
    }
    if (cli->command == NULL && cli->help) {
        return true;
    }
    if (cli->command == NULL) {
        return unknown_command(words, argv + first, err);
    }
    // getopt takes the word before the first option for the program's name.
    int skip = first + used - 1;
    int after = 0;
    if (!read_options(cli, argc - skip, argv + skip, false, &after, err)) {
        return false;
    }
    cli->argument_count = argc - skip - after;
    cli->arguments = argv + skip + after;
    if (cli->help) {
        return true;
    }
    if (cli->argument_count < cli->command->fewest || cli->argument_count > cli->command->most) {
        return err_set(err, ERR_INVALID, "usage: quoin %s%s%s%s", cli->command->name,
                       cli->command->options[0].name != NULL ? " [OPTION...]" : "",
                       cli->command->arguments[0] != '\0' ? " " : "", cli->command->arguments);
    }
    return find_data(cli, err);
}
