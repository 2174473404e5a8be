#include "cli/cli.h"
#include "lib/tap.h"

static size_t count_options(const struct cli_command *command)
{
    size_t count = 0;
    while (command->options[count].name != NULL) {
        count++;
    }
    return count;
}

static void test_every_row_can_be_shown_and_parsed(void)
{
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    CHECK(count > 25);
    for (size_t i = 0; i < count; i++) {
        const struct cli_command *command = &commands[i];
        bool good =
            command->run != NULL && command->sentence[0] != '\0' &&
            command->fewest <= command->most && count_options(command) <= CLI_OPTIONS_MAX &&
            (strcmp(command->who, "anyone") == 0 || strcmp(command->who, "administrator") == 0);
        good = good && (command->arguments[0] != '\0') == (command->most > 0);
        for (size_t j = 0; j < count_options(command); j++) {
            for (const struct cli_option *common = cli_common_options(); common->name != NULL;
                 common++) {
                good = good && strcmp(command->options[j].name, common->name) != 0;
            }
        }
        for (size_t j = 0; j < i; j++) {
            good = good && strcmp(commands[j].name, command->name) != 0;
        }
        tap_result(good, command->name, __FILE__, __LINE__);
    }
}

static void test_destructive_commands_can_be_tried(void)
{
    static const char *const names[] = { "printer remove", "queue remove", "job cancel",
                                         "price set" };
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
            for (size_t k = 0;
                 strcmp(commands[i].name, names[j]) == 0 && commands[i].options[k].name != NULL;
                 k++) {
                found += strcmp(commands[i].options[k].name, "dry-run") == 0;
            }
        }
    }
    CHECK(found == 4);
}

static void test_errors_end_in_documented_statuses(void)
{
    CHECK(cli_exit_of(ERR_NONE) == 0);
    CHECK(cli_exit_of(ERR_NOT_FOUND) == 1);
    CHECK(cli_exit_of(ERR_EXISTS) == 1);
    CHECK(cli_exit_of(ERR_INVALID) == 2);
    CHECK(cli_exit_of(ERR_UNAVAILABLE) == 3);
    CHECK(cli_exit_of(ERR_TIMEOUT) == 4);
    CHECK(cli_exit_of(ERR_INTERNAL) == 70);
    CHECK(CLI_EXIT_FINDING == 5);
}

int main(void)
{
    test_every_row_can_be_shown_and_parsed();
    test_destructive_commands_can_be_tried();
    test_errors_end_in_documented_statuses();
    return tap_done();
}
