// The `count` command alone, for the tests of its room.
#include "cli/cmd_count.h"

int main(int argc, char **argv)
{
    return cli_count_main(argc, argv);
}
