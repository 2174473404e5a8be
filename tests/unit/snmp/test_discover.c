// The first message to a v3 device, and what may answer it.
#include "snmp/snmp_int.h"

#include "lib/tap.h"

static const uint8_t report[] = {
    0x30, 0x61, 0x02, 0x01, 0x03, 0x30, 0x11, 0x02, 0x04, 0x11, 0x22, 0x33, 0x44, 0x02, 0x03,
    0x00, 0xff, 0xe3, 0x04, 0x01, 0x00, 0x02, 0x01, 0x03, 0x04, 0x21, 0x30, 0x1f, 0x04, 0x0b,
    0x80, 0x00, 0x1f, 0x88, 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x02, 0x01, 0x07, 0x02,
    0x03, 0x01, 0x00, 0x00, 0x04, 0x04, 'u',  's',  'e',  'r',  0x04, 0x00, 0x04, 0x00, 0x30,
    0x26, 0x04, 0x0b, 0x80, 0x00, 0x1f, 0x88, 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x04,
    0x00, 0xa8, 0x15, 0x02, 0x01, 0x01, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x0a, 0x30,
    0x08, 0x06, 0x03, 0x2b, 0x06, 0x01, 0x41, 0x01, 0x04,
};

static bool reads(const uint8_t *bytes, size_t len, uint32_t id, struct snmp_engine *engine)
{
    struct err err;
    return snmp_discover_read((struct str){ (const char *)bytes, len }, id, engine, &err);
}

static void test_report_names_the_engine(void)
{
    struct snmp_engine engine = { .id_len = 0 };
    CHECK(reads(report, sizeof(report), 0x11223344, &engine));
    CHECK(engine.id_len == 11 && engine.id[0] == 0x80 && engine.id[10] == 0x06);
    CHECK(engine.boots == 7 && engine.time == 0x10000);
}

static void test_what_is_no_report_changes_nothing(void)
{
    struct snmp_engine engine = { .id_len = 0 };
    CHECK(!reads(report, sizeof(report), 0x11223345, &engine)); // of another message
    int whole = 0;
    for (size_t len = 0; len < sizeof(report); len++) {
        whole += reads(report, len, 0x11223344, &engine) ? 1 : 0; // cut short
    }
    CHECK(whole == 0 && engine.id_len == 0);
    uint8_t bytes[sizeof(report)];
    static const struct {
        size_t at;
        uint8_t value;
    } lies[] = { { 0, 0x31 },  { 1, 0x80 },  { 1, 0x84 }, { 4, 2 },  { 7, 0x04 }, { 25, 0x1e },
                 { 28, 0x05 }, { 29, 0x04 }, { 42, 5 },   { 42, 0 }, { 43, 0x80 } };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        memcpy(bytes, report, sizeof(report));
        bytes[lies[i].at] = lies[i].value;
        CHECK(!reads(bytes, sizeof(bytes), 0x11223344, &engine));
    }
}

static void test_own_message_carries_its_number_twice(void)
{
    uint8_t out[SNMP_DISCOVER_BYTES];
    snmp_discover_write(0x01020304, out);
    CHECK(out[0] == 0x30 && out[1] == SNMP_DISCOVER_BYTES - 2);
    CHECK(memcmp(out + 9, "\1\2\3\4", 4) == 0 && memcmp(out + 52, "\1\2\3\4", 4) == 0);
    // Its own reader finds the frame whole, and an engine without a name.
    struct snmp_engine engine = { .id_len = 0 };
    struct err err;
    CHECK(!snmp_discover_read((struct str){ (char *)out, sizeof(out) }, 0x01020304, &engine, &err));
    CHECK(strstr(err.text, "0 bytes") != NULL);
}

int main(void)
{
    test_report_names_the_engine();
    test_what_is_no_report_changes_nothing();
    test_own_message_carries_its_number_twice();
    return tap_done();
}
