#include "base/str.h"
#include "cli/up.h"
#include "lib/tap.h"

static void test_back_off_doubles_to_a_limit_and_forgets(void)
{
    uint64_t wait = cli_backoff_ms(0, 0);
    CHECK(wait == 200);
    for (int i = 0; i < 20; i++) {
        uint64_t next = cli_backoff_ms(wait, 10);
        CHECK(next >= wait && next <= 1000);
        wait = next;
    }
    CHECK(wait == 1000);
    CHECK(cli_backoff_ms(wait, 3600 * 1000) == 200);
}

static void test_a_child_of_nobody_is_not_run(void)
{
    static char quoin[] = "quoin", flag[] = "--with-parent", pid[] = "1", program[] = "/bin/true",
                word[] = "x";
    char *too_few[] = { quoin, flag, pid, NULL };
    char *not_a_pid[] = { quoin, flag, word, program, NULL };
    CHECK(cli_with_parent(3, too_few) == 2);
    CHECK(cli_with_parent(4, not_a_pid) == 2);
}

int main(void)
{
    test_back_off_doubles_to_a_limit_and_forgets();
    test_a_child_of_nobody_is_not_run();
    return tap_done();
}
