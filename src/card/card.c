// card: see card.h.

#include "card/card.h"

#include "base/enc.h"
#include "card/digits.h"

#include <stdio.h>

// A card as it goes through the steps.
struct card {
    const struct card_format *format;
    struct str rest;
    struct card_bits bits;
};

// ---- words -------------------------------------------------------------------------------------

static bool card_word(const char *const *names, size_t count, struct str name, size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_of(names[i]))) {
            *at = i;
            return true;
        }
    }
    *at = 0;
    return name.len == 0;
}

bool card_match_read(struct str name, enum card_match *match)
{
    static const char *const names[] = { "any", "hex", "decimal" };
    size_t at;
    bool ok = card_word(names, 3, name, &at);
    *match = (enum card_match)at;
    return ok;
}

static const char *const card_forms[] = { "text", "hex", "decimal", "facility-serial" };

bool card_read_read(struct str name, enum card_read *read)
{
    size_t at;
    bool ok = card_word(card_forms, 4, name, &at);
    *read = (enum card_read)at;
    return ok;
}

bool card_write_read(struct str name, enum card_write *write)
{
    size_t at;
    bool ok = card_word(card_forms, 4, name, &at);
    *write = (enum card_write)at;
    return ok;
}

// ---- a format ----------------------------------------------------------------------------------

static bool card_check_text(const struct card_format *format, struct err *err)
{
    bool cuts = format->width != 0 || format->reverse_bytes || format->reverse_bits ||
                format->first_bit != 0 || format->bits != 0 || format->facility_bits != 0 ||
                format->checks_parity;
    if (format->read == CARD_READ_TEXT && (cuts || format->write != CARD_WRITE_TEXT)) {
        return err_set(err, ERR_INVALID,
                       "what is read as text is written as text: bits need read: hex, decimal or "
                       "facility-serial");
    }
    return format->read == CARD_READ_TEXT || format->write != CARD_WRITE_TEXT ||
           err_set(err, ERR_INVALID,
                   "a number is written as hex, decimal or facility-serial, not as text");
}

static bool card_check_bits(const struct card_format *format, struct err *err)
{
    if (format->width > CARD_BITS_MAX || format->bits > CARD_BITS_MAX ||
        format->first_bit > CARD_BITS_MAX || format->facility_bits > CARD_BITS_MAX) {
        return err_set(err, ERR_INVALID, "a number has at most %d bits", CARD_BITS_MAX);
    }
    if (format->width != 0 && format->first_bit + format->bits > format->width) {
        return err_set(err, ERR_INVALID, "bits %u to %u are not all within the %u of the number",
                       format->first_bit, format->first_bit + format->bits, format->width);
    }
    if (format->checks_parity && format->bits != 0 && format->bits < 4) {
        return err_set(err, ERR_INVALID, "a parity is checked of at least 4 bits");
    }
    uint32_t left = format->bits - (format->checks_parity ? 2 : 0);
    if (format->bits != 0 && format->facility_bits > left) {
        return err_set(err, ERR_INVALID, "a facility of %u bits does not fit %u",
                       format->facility_bits, left);
    }
    if (format->read == CARD_READ_PAIR && (format->width == 0 || format->facility_bits == 0)) {
        return err_set(err, ERR_INVALID,
                       "to read facility and serial, width says how many bits both have and "
                       "facility_bits how many of them the facility");
    }
    bool pairs = format->write == CARD_WRITE_PAIR;
    return (pairs == (format->facility_bits != 0) || format->read == CARD_READ_PAIR) ||
           err_set(err, ERR_INVALID,
                   pairs ? "to write facility-serial, facility_bits says how many bits the "
                           "facility has"
                         : "facility_bits are for write: facility-serial");
}

bool card_format_check(const struct card_format *format, struct err *err)
{
    if (format->length > CARD_RAW_MAX || format->skip > CARD_RAW_MAX ||
        format->take > CARD_RAW_MAX) {
        return err_set(err, ERR_INVALID, "a reader sends at most %d characters", CARD_RAW_MAX);
    }
    if (format->digits > CARD_NUMBER_MAX / 2) {
        return err_set(err, ERR_INVALID, "a number is filled up to at most %d digits",
                       CARD_NUMBER_MAX / 2);
    }
    if (format->starts.len > CARD_FIX_MAX || format->ends.len > CARD_FIX_MAX ||
        format->until.len > CARD_FIX_MAX) {
        return err_set(err, ERR_INVALID, "starts, ends and until have at most %d characters",
                       CARD_FIX_MAX);
    }
    if (format->length != 0 &&
        (uint64_t)format->starts.len + format->ends.len + format->skip + format->take >
            format->length) {
        return err_set(err, ERR_INVALID,
                       "%u characters are fewer than starts, skip, take and ends want",
                       format->length);
    }
    return card_check_text(format, err) && card_check_bits(format, err);
}

// ---- characters --------------------------------------------------------------------------------

static bool card_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static struct str card_trim(struct str raw)
{
    while (raw.len > 0 && card_is_space(raw.ptr[0])) {
        raw = (struct str){ raw.ptr + 1, raw.len - 1 };
    }
    while (raw.len > 0 && card_is_space(raw.ptr[raw.len - 1])) {
        raw.len--;
    }
    return raw;
}

static bool card_ends(struct card *card, struct err *err)
{
    const struct card_format *format = card->format;
    struct str *rest = &card->rest;
    if (rest->len < format->starts.len ||
        !str_eq((struct str){ rest->ptr, format->starts.len }, format->starts)) {
        return err_set(err, ERR_INVALID, "it does not start with \"%.*s\"", (int)format->starts.len,
                       format->starts.ptr);
    }
    *rest = (struct str){ rest->ptr + format->starts.len, rest->len - format->starts.len };
    if (rest->len < format->ends.len ||
        !str_eq((struct str){ rest->ptr + rest->len - format->ends.len, format->ends.len },
                format->ends)) {
        return err_set(err, ERR_INVALID, "it does not end with \"%.*s\"", (int)format->ends.len,
                       format->ends.ptr);
    }
    rest->len -= format->ends.len;
    for (size_t i = 0; i < rest->len; i++) {
        if (format->until.len > 0 &&
            memchr(format->until.ptr, rest->ptr[i], format->until.len) != NULL) {
            rest->len = i;
        }
    }
    return true;
}

static bool card_slice(struct card *card, struct err *err)
{
    const struct card_format *format = card->format;
    size_t wanted = (size_t)format->skip + (format->take == 0 ? 1 : format->take);
    if (card->rest.len < wanted) {
        return err_set(err, ERR_INVALID, "%zu characters are left where %zu are needed",
                       card->rest.len, wanted);
    }
    card->rest.ptr += format->skip;
    card->rest.len = format->take == 0 ? card->rest.len - format->skip : format->take;
    return true;
}

static bool card_is_digit(char c, bool hex)
{
    return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

static bool card_digits_only(struct str run, bool hex, struct err *err)
{
    for (size_t i = 0; i < run.len; i++) {
        if (!card_is_digit(run.ptr[i], hex)) {
            return err_set(err, ERR_INVALID, "character %zu of the rest is no %s digit", i + 1,
                           hex ? "hexadecimal" : "decimal");
        }
    }
    return true;
}

// Up to the number's characters.
static bool card_cut(struct card *card, struct str raw, struct err *err)
{
    const struct card_format *format = card->format;
    card->rest = card_trim(raw);
    if (card->rest.len == 0 || raw.len > CARD_RAW_MAX || !enc_is_plain(card->rest)) {
        return err_set(err, ERR_INVALID,
                       "a reader sends 1 to %d characters without control characters",
                       CARD_RAW_MAX);
    }
    if (format->length != 0 && card->rest.len != format->length) {
        return err_set(err, ERR_INVALID, "it has %zu characters, not %u", card->rest.len,
                       format->length);
    }
    return card_ends(card, err) && card_slice(card, err) &&
           (format->match == CARD_MATCH_ANY ||
            card_digits_only(card->rest, format->match == CARD_MATCH_HEX, err));
}

// ---- numbers -----------------------------------------------------------------------------------

static bool card_read_one(struct card *card, bool hex, struct err *err)
{
    uint32_t width = card->format->width;
    if (width == 0) {
        width = hex ? (uint32_t)card->rest.len * 4 : card->rest.len <= 10 ? 32 : 64;
    }
    if (width > CARD_BITS_MAX) {
        return err_set(err, ERR_INVALID, "a number has at most %d bits", CARD_BITS_MAX);
    }
    card_bits_clear(&card->bits, width);
    return card_digits_only(card->rest, hex, err) &&
           (card_bits_read(&card->bits, card->rest, hex ? 16 : 10) ||
            err_set(err, ERR_INVALID, "the number does not fit %u bits", width));
}

// "123,45678": two decimals, with one character of , - : / or a space between.
static bool card_read_pair(struct card *card, struct err *err)
{
    const struct card_format *format = card->format;
    struct str rest = card->rest;
    size_t at = 0;
    while (at < rest.len && strchr(",-:/ ", rest.ptr[at]) == NULL) {
        at++;
    }
    struct card_bits facility;
    struct card_bits serial;
    card_bits_clear(&facility, format->facility_bits);
    card_bits_clear(&serial, format->width - format->facility_bits);
    if (at == rest.len || !card_bits_read(&facility, (struct str){ rest.ptr, at }, 10)) {
        return err_set(err, ERR_INVALID,
                       "in front there is no facility of %u bits with , - : / or a space behind",
                       format->facility_bits);
    }
    if (!card_bits_read(&serial, (struct str){ rest.ptr + at + 1, rest.len - at - 1 }, 10)) {
        return err_set(err, ERR_INVALID, "behind there is no serial number of %u bits",
                       serial.width);
    }
    card_bits_clear(&card->bits, format->width);
    for (uint32_t i = 0; i < format->width; i++) {
        unsigned bit =
            i < facility.width ? card_bit(&facility, i) : card_bit(&serial, i - facility.width);
        uint32_t place = CARD_BITS_MAX - format->width + i;
        bit <<= 7 - place % 8;
        card->bits.bytes[place / 8] = (uint8_t)(card->bits.bytes[place / 8] | bit);
    }
    return true;
}

static bool card_reverse(struct card *card, struct err *err)
{
    const struct card_format *format = card->format;
    if ((format->reverse_bytes || format->reverse_bits) && card->bits.width % 8 != 0) {
        return err_set(err, ERR_INVALID, "%u bits are no whole bytes that could be reversed",
                       card->bits.width);
    }
    if (format->reverse_bytes) {
        card_bits_reverse_bytes(&card->bits);
    }
    if (format->reverse_bits) {
        card_bits_reverse_bits(&card->bits);
    }
    return true;
}

static unsigned card_ones(const struct card_bits *bits, uint32_t first, uint32_t count)
{
    unsigned ones = 0;
    for (uint32_t i = first; i < first + count; i++) {
        ones += card_bit(bits, i);
    }
    return ones;
}

// The first bit makes the first half even, the last one the second half odd; where the data has an
// odd number of bits the halves share the one in the middle.
static bool card_parity(struct card *card, struct err *err)
{
    uint32_t width = card->bits.width;
    if (!card->format->checks_parity) {
        return true;
    }
    if (width < 4) {
        return err_set(err, ERR_INVALID, "%u bits have no parity", width);
    }
    uint32_t half = (width - 1) / 2;
    if (card_ones(&card->bits, 0, half + 1) % 2 != 0) {
        return err_set(err, ERR_INVALID, "the parity in front is wrong");
    }
    if (card_ones(&card->bits, width - 1 - half, half + 1) % 2 != 1) {
        return err_set(err, ERR_INVALID, "the parity behind is wrong");
    }
    card->bits = card_bits_cut(&card->bits, 1, width - 2);
    return true;
}

static bool card_bits_of(struct card *card, struct err *err)
{
    const struct card_format *format = card->format;
    uint32_t width = card->bits.width;
    if (format->first_bit != 0 || format->bits != 0) {
        uint32_t left = format->first_bit < width ? width - format->first_bit : 0;
        uint32_t count = format->bits == 0 ? left : format->bits;
        if (count == 0 || count > left) {
            return err_set(err, ERR_INVALID, "the number has %u bits, not %u after the first %u",
                           width, count, format->first_bit);
        }
        card->bits = card_bits_cut(&card->bits, format->first_bit, count);
    }
    return card_parity(card, err);
}

static bool card_write_number(const struct card *card, char number[static CARD_NUMBER_MAX + 1],
                              struct err *err)
{
    const struct card_format *format = card->format;
    const struct card_bits *bits = &card->bits;
    uint32_t facility = format->facility_bits;
    size_t size = CARD_NUMBER_MAX + 1;
    bool ok = false;
    if (format->write != CARD_WRITE_PAIR) {
        unsigned base = format->write == CARD_WRITE_HEX ? 16 : 10;
        uint32_t digits = format->digits;
        if (digits == 0 && base == 16) {
            digits = (bits->width + 3) / 4;
        }
        ok = card_bits_write(bits, base, digits, number, size);
    } else if (facility < bits->width) {
        struct card_bits high = card_bits_cut(bits, 0, facility);
        struct card_bits low = card_bits_cut(bits, facility, bits->width - facility);
        ok = card_bits_write(&high, 10, 0, number, size);
        size_t len = ok ? strlen(number) : 0;
        if (ok && len + 2 < size) {
            number[len] = '-';
            ok = card_bits_write(&low, 10, format->digits, number + len + 1, size - len - 1);
        }
    } else {
        return err_set(err, ERR_INVALID, "%u bits leave no serial number behind a facility of %u",
                       bits->width, facility);
    }
    return ok || err_set(err, ERR_INVALID, "the number has more than %d digits", CARD_NUMBER_MAX);
}

bool card_decode(const struct card_format *format, struct str raw,
                 char number[static CARD_NUMBER_MAX + 1], struct err *err)
{
    struct card card = { .format = format };
    bool ok;
    if (!card_format_check(format, err) || !card_cut(&card, raw, err)) {
        return false;
    }
    if (format->read == CARD_READ_TEXT) {
        return card_number_fold(card.rest, number, err);
    }
    ok = format->read == CARD_READ_PAIR ? card_read_pair(&card, err)
                                        : card_read_one(&card, format->read == CARD_READ_HEX, err);
    return ok && card_reverse(&card, err) && card_bits_of(&card, err) &&
           card_write_number(&card, number, err);
}

// ---- numbers of people -------------------------------------------------------------------------

bool card_number_fold(struct str written, char number[static CARD_NUMBER_MAX + 1], struct err *err)
{
    size_t len = 0;
    if (!enc_is_plain(written)) {
        return err_set(err, ERR_INVALID, "a card's number has no control characters");
    }
    for (size_t i = 0; i < written.len; i++) {
        char c = written.ptr[i];
        if (c == ' ' || c == ':') {
            continue;
        }
        if (len == CARD_NUMBER_MAX) {
            return err_set(err, ERR_INVALID, "a card's number has at most %d characters",
                           CARD_NUMBER_MAX);
        }
        number[len++] = c == ',' ? '-' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    number[len] = '\0';
    return len > 0 || err_set(err, ERR_INVALID, "a card's number has at least one character");
}

struct str card_hint(struct str number)
{
    size_t len = number.len / 4 > 4 ? 4 : number.len / 4;
    while (len > 0 && ((unsigned char)number.ptr[number.len - len] & 0xc0U) == 0x80) {
        len--; // not in the middle of a character
    }
    return (struct str){ number.ptr + number.len - len, len };
}

// ---- what is read where nothing is configured --------------------------------------------------

#define CARD_HEX(characters)                                                                       \
    {                                                                                              \
        .length = (characters), .match = CARD_MATCH_HEX, .read = CARD_READ_HEX,                    \
        .write = CARD_WRITE_HEX                                                                    \
    }

const struct card_named card_defaults[] = {
    { "em-decimal",
      { .length = 10,
        .match = CARD_MATCH_DECIMAL,
        .read = CARD_READ_DECIMAL,
        .width = 40,
        .write = CARD_WRITE_DECIMAL,
        .digits = 10 } },
    { "em-printed",
      { .length = 9,
        .read = CARD_READ_PAIR,
        .width = 24,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 } },
    { "wiegand-26",
      { .length = 7,
        .match = CARD_MATCH_HEX,
        .read = CARD_READ_HEX,
        .first_bit = 2,
        .bits = 26,
        .checks_parity = true,
        .facility_bits = 8,
        .write = CARD_WRITE_PAIR,
        .digits = 5 } },
    { "uid-4", CARD_HEX(8) },
    { "em-hex", CARD_HEX(10) },
    { "uid-7", CARD_HEX(14) },
    { "uid-8", CARD_HEX(16) },
    { "uid-10", CARD_HEX(20) },
    { "track-2",
      { .starts = STR_INIT(";"),
        .ends = STR_INIT("?"),
        .until = STR_INIT("="),
        .match = CARD_MATCH_DECIMAL,
        .read = CARD_READ_TEXT,
        .write = CARD_WRITE_TEXT } },
};
const size_t card_default_count = sizeof(card_defaults) / sizeof(card_defaults[0]);
