#include "lib/tap.h"
#include "ports/process.h"

int main(void)
{
    static const struct {
        const char *name;
        const char *stat;
        bool good;
        uint64_t ticks;
    } rows[] = {
        { "a plain line", "7 (sh) S 1 7 7 0 -1 4 5 7 8 9 1 2 3 4 20 0 1 0 4711 99\n", true, 4711 },
        { "a name with brackets and blanks",
          "7 (a) S ) 1) R 1 7 7 0 -1 4 5 7 8 9 1 2 3 4 20 0 1 0 12 99\n", true, 12 },
        { "cut short", "7 (sh) S 1 7 7 0", false, 0 },
        { "no name", "7 sh S 1", false, 0 },
        { "empty", "", false, 0 },
        { "not a number", "7 (sh) S 1 7 7 0 -1 4 5 7 8 9 1 2 3 4 20 0 1 0 x 99\n", false, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t ticks = 0;
        bool good = ports_process_start(str_of(rows[i].stat), &ticks);
        tap_result(good == rows[i].good && ticks == rows[i].ticks, rows[i].name, __FILE__,
                   __LINE__);
    }
    return tap_done();
}
