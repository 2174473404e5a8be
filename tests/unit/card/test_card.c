// Rules turn what real readers send into a card's number, and say at which step something is no
// such card.
#include "card/card.h"

#include "lib/tap.h"

static struct err err;
static char number[CARD_NUMBER_MAX + 1];

struct row {
    const char *name;
    struct card_format format;
    const char *raw;
    const char *number; // NULL: refused
    const char *why;    // a part of the refusal
};

#define HEX(len)                                                                                   \
    .length = (len), .match = CARD_MATCH_HEX, .read = CARD_READ_HEX, .write = CARD_WRITE_HEX

static const struct row rows[] = {
    { "MIFARE, 4 bytes", { HEX(8) }, "04a2b3c4", "04A2B3C4", NULL },
    { "MIFARE, 7 bytes", { HEX(14) }, "\t04A2B3C4D5E680\r\n", "04A2B3C4D5E680", NULL },
    { "a fragment of it", { HEX(14) }, "04A2B3C4", NULL, "8 characters, not 14" },
    { "one too many", { HEX(8) }, "04A2B3C4D", NULL, "9 characters, not 8" },
    { "not hexadecimal", { HEX(8) }, "04A2B3CG", NULL, "character 8" },
    { "reversed bytes", { HEX(8), .reverse_bytes = true }, "C4B3A204", "04A2B3C4", NULL },
    { "reversed bits of each byte", { HEX(4), .reverse_bits = true }, "0180", "8001", NULL },
    { "half a byte has no order", { HEX(7), .reverse_bytes = true }, "C4B3A20", NULL, "whole" },
    { "a reader that sends decimals, least byte first",
      { .length = 10,
        .match = CARD_MATCH_DECIMAL,
        .read = CARD_READ_DECIMAL,
        .width = 32,
        .reverse_bytes = true,
        .write = CARD_WRITE_HEX },
      "3300106756",
      "04A2B3C4",
      NULL },
    { "EM4100, ten decimals",
      { .length = 10,
        .match = CARD_MATCH_DECIMAL,
        .read = CARD_READ_DECIMAL,
        .write = CARD_WRITE_DECIMAL,
        .digits = 10 },
      "0012345678",
      "0012345678",
      NULL },
    { "more than 32 bits",
      { .read = CARD_READ_DECIMAL, .write = CARD_WRITE_DECIMAL },
      "4294967296",
      NULL,
      "32 bits" },
    { "64 bits of decimals",
      { .read = CARD_READ_DECIMAL, .write = CARD_WRITE_HEX },
      "18446744073709551615",
      "FFFFFFFFFFFFFFFF",
      NULL },
    { "EM4100, facility and serial as printed",
      { .read = CARD_READ_PAIR,
        .width = 24,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 },
      "188,24910",
      "188-24910",
      NULL },
    { "the same card as ten decimals, cut to 24 bits",
      { .length = 10,
        .read = CARD_READ_DECIMAL,
        .first_bit = 8,
        .bits = 24,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 },
      "0012345678",
      "188-24910",
      NULL },
    { "the same card behind its other number",
      { .length = 20,
        .skip = 11,
        .read = CARD_READ_PAIR,
        .width = 24,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 },
      "0012345678 188,24910",
      "188-24910",
      NULL },
    { "a facility that is too large",
      { .read = CARD_READ_PAIR, .width = 24, .facility_bits = 8, .write = CARD_WRITE_PAIR },
      "256,24910",
      NULL,
      "facility of 8 bits" },
    { "no serial number",
      { .read = CARD_READ_PAIR, .width = 24, .facility_bits = 8, .write = CARD_WRITE_PAIR },
      "188,",
      NULL,
      "serial number of 16 bits" },
    // HID H10301: facility 159, card 50000: 0 10011111 1100001101010000 1, in 28 bits.
    { "HID 26 bits with parity",
      { .length = 7,
        .match = CARD_MATCH_HEX,
        .read = CARD_READ_HEX,
        .first_bit = 2,
        .bits = 26,
        .checks_parity = true,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 },
      "13F86A1",
      "159-50000",
      NULL },
    { "its front parity wrong",
      { .length = 7,
        .read = CARD_READ_HEX,
        .first_bit = 2,
        .bits = 26,
        .checks_parity = true,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR },
      "33F86A1",
      NULL,
      "in front" },
    { "its back parity wrong",
      { .length = 7,
        .read = CARD_READ_HEX,
        .first_bit = 2,
        .bits = 26,
        .checks_parity = true,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR },
      "13F86A0",
      NULL,
      "behind" },
    // HID Corporate 1000, 35 bits in 36: two parities, 12 bits of company, 20 of card, a parity.
    { "HID 35 bits, its parities cut off",
      { .length = 9,
        .read = CARD_READ_HEX,
        .first_bit = 3,
        .bits = 32,
        .facility_bits = 12,
        .write = CARD_WRITE_PAIR,
        .digits = 7 },
      "2F9E24681",
      "1999-0074560",
      NULL },
    { "a wedge with leading zeroes",
      { .read = CARD_READ_DECIMAL, .write = CARD_WRITE_DECIMAL },
      "0000004711",
      "4711",
      NULL },
    { "the same filled up",
      { .read = CARD_READ_DECIMAL, .write = CARD_WRITE_DECIMAL, .digits = 8 },
      "0000004711",
      "00004711",
      NULL },
    { "track 2",
      { .starts = STR_INIT(";"),
        .ends = STR_INIT("?"),
        .until = STR_INIT("="),
        .match = CARD_MATCH_DECIMAL },
      ";6360123456789012=49121010000000000000?",
      "6360123456789012",
      NULL },
    { "track 2 without its end",
      { .starts = STR_INIT(";"), .ends = STR_INIT("?"), .until = STR_INIT("=") },
      ";6360123456789012=4912",
      NULL,
      "does not end with \"?\"" },
    { "track 2 without its start",
      { .starts = STR_INIT(";"), .ends = STR_INIT("?") },
      "6360?",
      NULL,
      "does not start with \";\"" },
    { "characters from the middle",
      { .length = 12, .skip = 2, .take = 6 },
      "AB123456CDEF",
      "123456",
      NULL },
    { "not so many", { .skip = 2, .take = 6 }, "AB12345", NULL, "7 characters are left" },
    { "nothing", { .skip = 0 }, " \r\n", NULL, "1 to 256" },
    { "text is folded", { .skip = 0 }, "ab:cd ef,1", "ABCDEF-1", NULL },
    { "control characters",
      { .skip = 0 },
      "ab\x01"
      "cd",
      NULL,
      "control characters" },
    { "bits past the end",
      { .read = CARD_READ_HEX, .first_bit = 8, .bits = 32, .write = CARD_WRITE_HEX },
      "04A2B3C4",
      NULL,
      "32 bits, not 32 after the first 8" },
    { "all behind the first bits",
      { .read = CARD_READ_HEX, .first_bit = 8, .write = CARD_WRITE_HEX },
      "04A2B3C4",
      "A2B3C4",
      NULL },
};

static void test_real_readers(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        memset(&err, 0, sizeof(err));
        bool ok = card_decode(&row->format, str_of(row->raw), number, &err);
        bool good = row->number != NULL ? ok && strcmp(number, row->number) == 0
                                        : !ok && strstr(err.text, row->why) != NULL;
        printf("# %s: %s\n", row->name, ok ? number : err.text);
        CHECK(good);
    }
}

static void test_formats_that_contradict_themselves(void)
{
    static const struct card_format bad[] = {
        { .length = 257 },
        { .length = 4, .skip = 3, .take = 2 },
        { .write = CARD_WRITE_HEX },
        { .bits = 8 },
        { .read = CARD_READ_HEX },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_HEX, .width = 513 },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_HEX, .width = 32, .first_bit = 8, .bits = 25 },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_PAIR },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_HEX, .facility_bits = 8 },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_PAIR, .bits = 8, .facility_bits = 9 },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_HEX, .bits = 3, .checks_parity = true },
        { .read = CARD_READ_PAIR, .write = CARD_WRITE_PAIR, .facility_bits = 8 },
        { .read = CARD_READ_HEX, .write = CARD_WRITE_HEX, .digits = 1000 },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!card_format_check(&bad[i], &err) && err.code == ERR_INVALID);
        CHECK(!card_decode(&bad[i], STR("04A2B3C4"), number, &err));
    }
}

static void test_words(void)
{
    enum card_match match;
    enum card_read read;
    enum card_write write;
    CHECK(card_match_read(STR("hex"), &match) && match == CARD_MATCH_HEX);
    CHECK(card_match_read(STR(""), &match) && match == CARD_MATCH_ANY);
    CHECK(!card_match_read(STR("octal"), &match));
    CHECK(card_read_read(STR("facility-serial"), &read) && read == CARD_READ_PAIR);
    CHECK(card_write_read(STR("decimal"), &write) && write == CARD_WRITE_DECIMAL);
    CHECK(!card_read_read(STR("x"), &read) && !card_write_read(STR("x"), &write));
}

static void test_the_defaults_make_sense(void)
{
    for (size_t i = 0; i < card_default_count; i++) {
        CHECK(card_format_check(&card_defaults[i].format, &err));
        CHECK(card_defaults[i].format.length != 0 || card_defaults[i].format.ends.len != 0);
    }
}

static void test_hints_tell_little(void)
{
    CHECK_STR(card_hint(STR("04A2B3C4D5E68012")), "8012");
    CHECK_STR(card_hint(STR("04A2B3C4")), "C4");
    CHECK_STR(card_hint(STR("471")), "");
    CHECK(card_number_fold(STR(" 188, 24910 "), number, &err) && strcmp(number, "188-24910") == 0);
    CHECK(!card_number_fold(STR(" : "), number, &err));
    CHECK(!card_number_fold(STR("a\nb"), number, &err));
}

int main(void)
{
    test_real_readers();
    test_formats_that_contradict_themselves();
    test_words();
    test_the_defaults_make_sense();
    test_hints_tell_little();
    return tap_done();
}
