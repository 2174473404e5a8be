// Random numbers stay below their bound, and are not the same twice.
#include "base/rnd.h"

#include "lib/tap.h"

int main(void)
{
    bool below = true;
    bool seen[7] = { false };
    for (int i = 0; i < 1000; i++) {
        uint64_t value = rnd_below(7);
        below = below && value < 7;
        seen[value % 7] = true;
    }
    CHECK(below);
    for (int i = 0; i < 7; i++) {
        CHECK(seen[i]);
    }
    CHECK(rnd_below(1) == 0);
    uint8_t one[700];
    uint8_t two[700];
    rnd_bytes(one, sizeof(one));
    rnd_bytes(two, sizeof(two));
    CHECK(memcmp(one, two, sizeof(one)) != 0);
    return tap_done();
}
