// The `count` command alone, for the bench of its room: --json, --coverage, --no-drawing,
// --weak-jail, --reader PATH, then files.
#include "count/command.h"

#include <string.h>

int main(int argc, char **argv)
{
    struct count_command command = { .count.workers_max = 1,
                                     .view.form = COUNT_FORM_RUNS,
                                     .input_folder = "/tmp" };
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            command.view.form = COUNT_FORM_JSON;
        } else if (strcmp(argv[i], "--no-drawing") == 0) {
            command.count.renderer = "";
        } else if (strcmp(argv[i], "--coverage") == 0) {
            command.view.coverage = true;
        } else if (strcmp(argv[i], "--weak-jail") == 0) {
            command.count.may_be_weak = true;
        } else if (strcmp(argv[i], "--reader") == 0 && i + 1 < argc) {
            command.count.program = argv[++i];
        } else {
            return 2;
        }
    }
    command.paths = (const char *const *)argv + i;
    command.path_count = (size_t)(argc - i);
    return (int)count_command_run(&command);
}
