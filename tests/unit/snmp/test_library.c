// Keys of v3 as RFC 3414 (A.3.2) makes them, and nothing is left behind in the user's home.
#include "snmp/snmp_int.h"

#include "lib/tap.h"

int main(void)
{
    static const uint8_t want[20] = { 0x9f, 0xb5, 0xcc, 0x03, 0x81, 0x49, 0x7b, 0x37, 0x93, 0x52,
                                      0x89, 0x39, 0xff, 0x78, 0x8d, 0x5d, 0x79, 0x14, 0x52, 0x11 };
    uint8_t key[SNMP_KEY_MAX] = { 0 };
    uint8_t len = 0;
    snmp_library_start();
    snmp_library_start(); // once is enough
    CHECK(snmp_library_key(SNMP_AUTH_SHA, "maplesyrup", key, &len));
    CHECK(len == 20 && memcmp(key, want, 20) == 0);
    CHECK(snmp_library_key(SNMP_AUTH_SHA256, "maplesyrup", key, &len) && len == 32);
    CHECK(!snmp_library_key(SNMP_AUTH_SHA, "short", key, &len));
    return tap_done();
}
