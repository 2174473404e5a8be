// Numbers as bits: read and written in both bases, cut and turned around, up to 512 bits.
#include "card/digits.h"

#include "lib/tap.h"

int main(void)
{
    struct card_bits bits;
    char text[CARD_NUMBER_MAX + 1];
    card_bits_clear(&bits, 512);
    CHECK(card_bits_read(&bits, STR("340282366920938463463374607431768211456"), 10)); // 2^128
    CHECK(card_bits_write(&bits, 16, 0, text, sizeof(text)) &&
          strcmp(text, "100000000000000000000000000000000") == 0);
    CHECK(card_bits_write(&bits, 10, 0, text, sizeof(text)) &&
          strcmp(text, "340282366920938463463374607431768211456") == 0);
    CHECK(!card_bits_write(&bits, 10, 0, text, 39) && !card_bits_write(&bits, 10, 200, text, 160));
    card_bits_clear(&bits, 8);
    CHECK(card_bits_read(&bits, STR("255"), 10) && card_bit(&bits, 0) == 1);
    card_bits_clear(&bits, 8);
    CHECK(!card_bits_read(&bits, STR("256"), 10));
    card_bits_clear(&bits, 512);
    CHECK(!card_bits_read(&bits, STR(""), 10) && !card_bits_read(&bits, STR("1a"), 10));
    card_bits_clear(&bits, 8);
    CHECK(card_bits_read(&bits, STR("A5"), 16));
    struct card_bits cut = card_bits_cut(&bits, 1, 4); // 0100
    CHECK(card_bits_write(&cut, 10, 0, text, sizeof(text)) && strcmp(text, "4") == 0);
    CHECK(cut.width == 4 && card_bit(&cut, 1) == 1 && card_bit(&cut, 0) == 0);
    card_bits_clear(&bits, 24);
    CHECK(card_bits_read(&bits, STR("010280"), 16));
    card_bits_reverse_bytes(&bits);
    CHECK(card_bits_write(&bits, 16, 6, text, sizeof(text)) && strcmp(text, "800201") == 0);
    card_bits_reverse_bits(&bits);
    CHECK(card_bits_write(&bits, 16, 6, text, sizeof(text)) && strcmp(text, "014080") == 0);
    card_bits_clear(&bits, 9999);
    CHECK(bits.width == CARD_BITS_MAX);
    char long_one[140];
    memset(long_one, 'F', sizeof(long_one));
    CHECK(card_bits_read(&bits, (struct str){ long_one, 128 }, 16));
    card_bits_clear(&bits, 512);
    CHECK(!card_bits_read(&bits, (struct str){ long_one, 129 }, 16));
    return tap_done();
}
