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
    uint8_t early[16];
    uint8_t late[16];
    rnd_uuid(early, 0x0123456789ab);
    rnd_uuid(late, 0x0123456789ac);
    CHECK(memcmp(early, "\x01\x23\x45\x67\x89\xab", 6) == 0);
    CHECK(memcmp(early, late, sizeof(early)) < 0);
    CHECK(early[6] >> 4 == 7 && early[8] >> 6 == 2); // RFC 9562: the version, the variant
    CHECK(memcmp(early + 9, late + 9, 7) != 0);
    return tap_done();
}
