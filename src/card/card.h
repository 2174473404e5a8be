// card: from the characters that a reader sends to a card's number, by rules that a site writes
// down. Pure: runs in, text out.
//
// The steps, in order, each of which may refuse and says why: white space around it is dropped;
// `length`; `starts` and `ends` are taken away; `until`; `skip` and `take`; `match`; the rest is
// read as a number of `width` bits (or stays text); bytes, then bits of each byte are reversed;
// `first_bit` and `bits` cut it; parity; it is written. What is written is the card's number: it is
// compared as a whole, so that a part of a number never is another card's, and a rule with a length
// takes no fragment.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    CARD_RAW_MAX = 256,    // characters that a reader sends
    CARD_NUMBER_MAX = 160, // of a number
    CARD_BITS_MAX = 512,
    CARD_FIX_MAX = 32, // of starts, ends, until
};

enum card_match { CARD_MATCH_ANY, CARD_MATCH_HEX, CARD_MATCH_DECIMAL };
enum card_read { CARD_READ_TEXT, CARD_READ_HEX, CARD_READ_DECIMAL, CARD_READ_PAIR };
enum card_write { CARD_WRITE_TEXT, CARD_WRITE_HEX, CARD_WRITE_DECIMAL, CARD_WRITE_PAIR };

struct card_format {
    uint32_t length; // characters exactly; 0: any
    struct str starts;
    struct str ends;
    struct str until; // any of these characters
    uint32_t skip;
    uint32_t take; // 0: all
    enum card_match match;
    enum card_read read;
    uint32_t width; // bits; 0: 4 a hexadecimal digit; of decimals 32 up to 10 digits, else 64
    bool reverse_bytes;
    bool reverse_bits; // of each byte
    uint32_t first_bit;
    uint32_t bits; // 0: all from first_bit on
    bool checks_parity;
    uint32_t facility_bits; // of what is left, for pairs
    enum card_write write;
    uint32_t digits; // filled up with zeroes; of a pair its serial number
};

// "any", "hex", "decimal"; "text", "hex", "decimal", "facility-serial". Empty: any, text.
bool card_match_read(struct str name, enum card_match *match);
bool card_read_read(struct str name, enum card_read *read);
bool card_write_read(struct str name, enum card_write *write);

// ERR_INVALID: rules that contradict each other, or that no card can meet.
bool card_format_check(const struct card_format *format, struct err *err) CC_MUST_USE;

// False: it is not such a card, and err says at which step.
bool card_decode(const struct card_format *format, struct str raw,
                 char number[static CARD_NUMBER_MAX + 1], struct err *err) CC_MUST_USE;

// A number as a person wrote it down, in its canonical form: without white space and ':', letters
// large, ',' between facility and serial as '-'. What card_decode gives is in this form.
bool card_number_fold(struct str written, char number[static CARD_NUMBER_MAX + 1],
                      struct err *err) CC_MUST_USE;

// The last characters of a number, for people: at most four, and at most a quarter of it.
struct str card_hint(struct str number);

// What is read where a site has configured nothing: the commonest cards, each of an exact length.
struct card_named {
    const char *name;
    struct card_format format;
};
extern const struct card_named card_defaults[];
extern const size_t card_default_count;
