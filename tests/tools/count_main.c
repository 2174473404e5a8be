// The `count` command alone, for the tests of its room.
#include "count/command.h"

int main(int argc, char **argv)
{
    return count_command_run(argc, argv);
}
