// digits: see digits.h.

#include "card/digits.h"

enum { DIGITS_BYTES = CARD_BITS_MAX / 8, DIGITS_MAX = 160 };

void card_bits_clear(struct card_bits *bits, uint32_t width)
{
    memset(bits, 0, sizeof(*bits));
    bits->width = width > CARD_BITS_MAX ? CARD_BITS_MAX : width;
}

static bool digits_fits(const struct card_bits *bits)
{
    for (uint32_t i = 0; i + bits->width < CARD_BITS_MAX; i++) {
        if ((bits->bytes[i / 8] >> (7 - i % 8) & 1U) != 0) {
            return false;
        }
    }
    return true;
}

// times * number + more; false: past 512 bits.
static bool digits_more(struct card_bits *bits, unsigned times, unsigned more)
{
    unsigned carry = more;
    for (size_t i = DIGITS_BYTES; i-- > 0;) {
        unsigned value = bits->bytes[i] * times + carry;
        bits->bytes[i] = (uint8_t)value;
        carry = value >> 8;
    }
    return carry == 0;
}

static unsigned digits_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a') + 10;
    }
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 99;
}

bool card_bits_read(struct card_bits *bits, struct str text, unsigned base)
{
    if (text.len == 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned value = digits_value(text.ptr[i]);
        if (value >= base || !digits_more(bits, base, value)) {
            return false;
        }
    }
    return digits_fits(bits);
}

void card_bits_reverse_bytes(struct card_bits *bits)
{
    size_t count = bits->width / 8;
    uint8_t *first = bits->bytes + DIGITS_BYTES - count;
    for (size_t i = 0; i < count / 2; i++) {
        uint8_t byte = first[i];
        first[i] = first[count - 1 - i];
        first[count - 1 - i] = byte;
    }
}

void card_bits_reverse_bits(struct card_bits *bits)
{
    for (size_t i = DIGITS_BYTES - bits->width / 8; i < DIGITS_BYTES; i++) {
        unsigned byte = bits->bytes[i];
        unsigned turned = 0;
        for (int k = 0; k < 8; k++) {
            turned = turned << 1 | (byte >> k & 1U);
        }
        bits->bytes[i] = (uint8_t)turned;
    }
}

unsigned card_bit(const struct card_bits *bits, uint32_t at)
{
    uint32_t place = CARD_BITS_MAX - bits->width + at;
    return bits->bytes[place / 8] >> (7 - place % 8) & 1U;
}

struct card_bits card_bits_cut(const struct card_bits *bits, uint32_t first, uint32_t count)
{
    struct card_bits cut;
    card_bits_clear(&cut, count);
    count = cut.width;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = CARD_BITS_MAX - count + i;
        unsigned bit = card_bit(bits, first + i) << (7 - place % 8);
        cut.bytes[place / 8] = (uint8_t)(cut.bytes[place / 8] | bit);
    }
    return cut;
}

// Divides by base; the rest is the lowest digit.
static unsigned digits_less(struct card_bits *bits, unsigned base)
{
    unsigned rest = 0;
    for (size_t i = 0; i < DIGITS_BYTES; i++) {
        unsigned value = rest << 8 | bits->bytes[i];
        bits->bytes[i] = (uint8_t)(value / base);
        rest = value % base;
    }
    return rest;
}

bool card_bits_write(const struct card_bits *bits, unsigned base, uint32_t digits, char *text,
                     size_t size)
{
    static const char letters[] = "0123456789ABCDEF";
    static const uint8_t nothing[DIGITS_BYTES];
    char turned[DIGITS_MAX];
    struct card_bits left = *bits;
    size_t count = 0;
    do {
        if (count == sizeof(turned)) {
            return false;
        }
        turned[count++] = letters[digits_less(&left, base)];
    } while (memcmp(left.bytes, nothing, sizeof(nothing)) != 0);
    size_t zeroes = digits > count ? digits - count : 0;
    if (zeroes + count + 1 > size) {
        return false;
    }
    memset(text, '0', zeroes);
    for (size_t i = 0; i < count; i++) {
        text[zeroes + i] = turned[count - 1 - i];
    }
    text[zeroes + count] = '\0';
    return true;
}
