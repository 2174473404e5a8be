#include "wire/timeout.h"

#include "lib/tap.h"

int main(void)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t ms;
    } rows[] = {
        { "1H", true, 3600000 },
        { "2M", true, 120000 },
        { "5S", true, 5000 },
        { "250m", true, 250 },
        { "1500u", true, 2 },
        { "1n", true, 1 },
        { "0m", true, 0 },
        { "99999999H", true, 86400000 },
        { "99999999S", true, 86400000 },
        { "", false, 0 },
        { "m", false, 0 },
        { "5", false, 0 },
        { "5s", false, 0 },
        { "-5S", false, 0 },
        { "+5S", false, 0 },
        { " 5S", false, 0 },
        { "5.0S", false, 0 },
        { "123456789S", false, 0 },
        { "5S ", false, 0 },
        { "0x5S", false, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t ms = 7;
        bool good = wire_timeout_read(str_of(rows[i].text), &ms);
        printf("# \"%s\"\n", rows[i].text);
        CHECK(good == rows[i].good);
        CHECK(ms == (good ? rows[i].ms : 7));
    }
    char text[WIRE_TIMEOUT_TEXT];
    CHECK_STR(wire_timeout_write(5000, text), "5000m");
    CHECK_STR(wire_timeout_write(1ull << 60, text), "99999999m");
    return tap_done();
}
