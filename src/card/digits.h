// digits: numbers of up to 512 bits, as bits, hexadecimal and decimal digits.
#pragma once

#include "base/str.h"
#include "card/card.h"

// Right-aligned: the last byte is the lowest one.
struct card_bits {
    uint8_t bytes[CARD_BITS_MAX / 8];
    uint32_t width; // how many bits count, from the right; at most CARD_BITS_MAX
};

void card_bits_clear(struct card_bits *bits, uint32_t width);
// False: a character is no digit of that base (10, 16), or the number needs more bits than width.
bool card_bits_read(struct card_bits *bits, struct str text, unsigned base);
// bits->width must be whole bytes.
void card_bits_reverse_bytes(struct card_bits *bits);
void card_bits_reverse_bits(struct card_bits *bits);
unsigned card_bit(const struct card_bits *bits, uint32_t at); // 0 is the most significant one
// `count` bits from `first` on; both within width.
struct card_bits card_bits_cut(const struct card_bits *bits, uint32_t first, uint32_t count);
// Digits without leading zeroes, then filled up to `digits`. False: out of room.
bool card_bits_write(const struct card_bits *bits, unsigned base, uint32_t digits, char *text,
                     size_t size);
