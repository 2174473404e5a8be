#include "cli/parse.h"
#include "lib/tap.h"
#include <stdlib.h>

enum { WORDS_MAX = 12 };

static char words[WORDS_MAX][64];
static char *argv_now[WORDS_MAX + 1];

// "user add mary" becomes argv with "quoin" before it.
static int argv_of(const char *line)
{
    int count = 0;
    (void)snprintf(words[count], sizeof(words[0]), "quoin");
    argv_now[count] = words[count];
    count++;
    while (*line != '\0' && count < WORDS_MAX) {
        size_t len = strcspn(line, " ");
        (void)snprintf(words[count], sizeof(words[0]), "%.*s", (int)len, line);
        argv_now[count] = words[count];
        count++;
        line += len + strspn(line + len, " ");
    }
    argv_now[count] = NULL;
    return count;
}

static struct cli fresh(void)
{
    return (struct cli){ .arena = ARENA_CAP(1 << 20) };
}

static void test_right_lines_are_understood(void)
{
    static const struct {
        const char *line;
        const char *command;
        int arguments;
    } rows[] = {
        { "status", "status", 0 },
        { "--data /x status --json", "status", 0 },
        { "user add mary --balance 10.00", "user add", 1 },
        { "user add --balance=10.00 mary", "user add", 1 },
        { "--json user list", "user list", 0 },
        { "user deposit mary -- -2.50", "user deposit", 2 },
        { "count a.pdf b.pdf c.pdf", "count", 3 },
        { "ledger entries", "ledger entries", 0 },
        { "ledger entries user:mary", "ledger entries", 1 },
        { "explain 7", "explain", 1 },
        { "help explain", "explain", 0 },
        { "help user add", "user add", 0 },
        { "--version", "version", 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cli cli = fresh();
        struct err err = { 0 };
        bool good = cli_parse(&cli, argv_of(rows[i].line), argv_now, &err);
        tap_result(good && strcmp(cli.command->name, rows[i].command) == 0 &&
                       cli.argument_count == rows[i].arguments,
                   rows[i].line, __FILE__, __LINE__);
        arena_free(&cli.arena);
    }
}

static void test_wrong_lines_say_what_is_wrong(void)
{
    static const struct {
        const char *line;
        const char *says;
    } rows[] = {
        { "usr list", "did you mean \"user add\"" },
        { "xyzzy", "no command \"xyzzy\"" },
        { "user", "add, list, set, lock, unlock" },
        { "user foo", "no command \"user foo\"" },
        { "user add", "usage: quoin user add" },
        { "user add a b", "usage: quoin user add" },
        { "user add a --balance", "wants a value" },
        { "user add a --color", "no option \"--color\"" },
        { "--bogus status", "no option \"--bogus\"" },
        { "--data= status", "--data wants a folder" },
        { "status now", "usage: quoin status" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cli cli = fresh();
        struct err err = { 0 };
        bool good = cli_parse(&cli, argv_of(rows[i].line), argv_now, &err);
        tap_result(!good && err.code == ERR_INVALID && strstr(err.text, rows[i].says) != NULL,
                   rows[i].line, __FILE__, __LINE__);
        arena_free(&cli.arena);
    }
}

static void test_values_and_switches_are_found_by_name(void)
{
    struct cli cli = fresh();
    struct err err;
    CHECK(cli_parse(&cli, argv_of("queue add q --mode hold --printer p --json"), argv_now, &err));
    CHECK(cli.json);
    CHECK_STR(str_of(cli_value(&cli, "mode")), "hold");
    CHECK_STR(str_of(cli_value(&cli, "printer")), "p");
    CHECK(cli_value(&cli, "short-of-money") == NULL);
    CHECK_STR(str_of(cli.arguments[0]), "q");
    cli = fresh();
    CHECK(cli_parse(&cli, argv_of("job cancel 3 --dry-run"), argv_now, &err));
    CHECK_STR(str_of(cli_value(&cli, "dry-run")), "");
    arena_free(&cli.arena);
}

static void test_help_wants_nothing_else(void)
{
    struct cli cli = fresh();
    struct err err;
    CHECK(cli_parse(&cli, argv_of("--help"), argv_now, &err) && cli.help && cli.command == NULL);
    cli = fresh();
    CHECK(cli_parse(&cli, argv_of("user add --help"), argv_now, &err) && cli.help);
    CHECK_STR(str_of(cli.command->name), "user add");
    static const char *const groups[] = { "device --help", "device -h", "help device" };
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        cli = fresh();
        CHECK(cli_parse(&cli, argv_of(groups[i]), argv_now, &err) && cli.help);
        CHECK(cli.command == NULL && cli.group != NULL && strcmp(cli.group, "device") == 0);
    }
    cli = fresh();
    CHECK(!cli_parse(&cli, argv_of("xyzzy --help"), argv_now, &err));
}

static void test_the_folder_is_made_absolute(void)
{
    struct cli cli = fresh();
    struct err err;
    CHECK(setenv("QUOIN_DATA", "/from/environment", 1) == 0);
    CHECK(cli_parse(&cli, argv_of("status"), argv_now, &err));
    CHECK_STR(str_of(cli.data), "/from/environment");
    cli = fresh();
    CHECK(cli_parse(&cli, argv_of("--data here status"), argv_now, &err));
    CHECK(cli.data[0] == '/' && strstr(cli.data, "/here") != NULL);
    arena_free(&cli.arena);
    CHECK(unsetenv("QUOIN_DATA") == 0);
}

int main(void)
{
    test_right_lines_are_understood();
    test_wrong_lines_say_what_is_wrong();
    test_values_and_switches_are_found_by_name();
    test_help_wants_nothing_else();
    test_the_folder_is_made_absolute();
    return tap_done();
}
