// filter: see filter.h.

#include "pdl_pdf/filter.h"

#include "pdl/lex.h"
#include <stdlib.h>

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static void add_byte(struct buf *out, unsigned value)
{
    char c = (char)value;
    buf_add(out, (struct str){ &c, 1 });
}

bool pdl_pdf_filter_hex(struct str in, struct buf *out)
{
    int high = -1;
    for (size_t i = 0; i < in.len && in.ptr[i] != '>' && buf_ok(out); i++) {
        int digit = hex_digit(in.ptr[i]);
        if (digit < 0 && !pdl_lex_is_space(in.ptr[i])) {
            return false;
        }
        if (digit >= 0 && high >= 0) {
            add_byte(out, (unsigned)(high * 16 + digit));
            high = -1;
        } else if (digit >= 0) {
            high = digit;
        }
    }
    if (high >= 0) {
        add_byte(out, (unsigned)high * 16);
    }
    return buf_ok(out);
}

// Five digits of base 85 are four bytes; a last group of n digits is n - 1 bytes.
static void ascii85_group(const int *digits, int count, struct buf *out)
{
    enum { BASE = 85, GROUP = 5 };
    uint32_t value = 0;
    char bytes[4];
    for (int i = 0; i < GROUP; i++) {
        value = value * BASE + (uint32_t)(i < count ? digits[i] : BASE - 1);
    }
    for (int i = 0; i < 4; i++) {
        bytes[i] = (char)(value >> (24 - 8 * i));
    }
    buf_add(out, (struct str){ bytes, (size_t)count - 1 });
}

bool pdl_pdf_filter_ascii85(struct str in, struct buf *out)
{
    int digits[5];
    int count = 0;
    size_t i = in.len >= 2 && in.ptr[0] == '<' && in.ptr[1] == '~' ? 2 : 0;
    for (; i < in.len && in.ptr[i] != '~' && buf_ok(out); i++) {
        char c = in.ptr[i];
        if (c == 'z' && count == 0) {
            buf_add(out, (struct str){ "\0\0\0\0", 4 });
        } else if (c >= '!' && c <= 'u') {
            digits[count++] = c - '!';
        } else if (!pdl_lex_is_space(c)) {
            return false;
        }
        if (count == 5) {
            ascii85_group(digits, count, out);
            count = 0;
        }
    }
    if (count > 1) {
        ascii85_group(digits, count, out);
    }
    return buf_ok(out);
}

bool pdl_pdf_filter_run_length(struct str in, struct buf *out)
{
    enum { END = 128, REPEAT_OF = 257 };
    for (size_t i = 0; i < in.len && buf_ok(out);) {
        unsigned code = (unsigned char)in.ptr[i++];
        if (code == END) {
            break;
        }
        size_t left = in.len - i;
        if (code < END) {
            size_t count = code + 1 < left ? code + 1 : left;
            buf_add(out, (struct str){ in.ptr + i, count });
            i += count;
        } else if (left > 0) {
            char run[END];
            memset(run, in.ptr[i++], sizeof(run));
            buf_add(out, (struct str){ run, REPEAT_OF - code });
        }
    }
    return buf_ok(out);
}

enum { LZW_CLEAR = 256, LZW_END = 257, LZW_FIRST = 258, LZW_CODES = 4096 };

struct lzw {
    uint16_t before[LZW_CODES];
    uint8_t last[LZW_CODES];
    unsigned next;
    int width;
    int early;
    unsigned old; // LZW_CLEAR: none
    uint8_t head; // first byte of old's string
};

// Appends the string of a code, whose bytes are found from its last to its first.
static void lzw_emit(struct lzw *lzw, unsigned code, struct buf *out)
{
    char text[LZW_CODES];
    size_t at = sizeof(text);
    while (code >= LZW_FIRST && code < LZW_CODES && at > 1) { // 12 bits at most
        text[--at] = (char)lzw->last[code];
        code = lzw->before[code];
    }
    text[--at] = (char)code;
    lzw->head = (uint8_t)code;
    buf_add(out, (struct str){ text + at, sizeof(text) - at });
}

// False: a code that cannot be there yet.
static bool lzw_take(struct lzw *lzw, unsigned code, struct buf *out)
{
    bool fresh = lzw->old == LZW_CLEAR;
    if (code > lzw->next || (fresh && code >= LZW_FIRST)) {
        return false;
    }
    uint8_t head = lzw->head;
    if (!fresh && code == lzw->next) { // the string of old and its own first byte
        lzw_emit(lzw, lzw->old, out);
        add_byte(out, head);
        lzw->head = head;
    } else {
        lzw_emit(lzw, code, out);
    }
    if (!fresh && lzw->next < LZW_CODES) {
        lzw->before[lzw->next] = (uint16_t)lzw->old;
        lzw->last[lzw->next++] = lzw->head;
    }
    lzw->old = code;
    unsigned reach = lzw->next + (unsigned)lzw->early;
    lzw->width = reach >= 2048 ? 12 : reach >= 1024 ? 11 : reach >= 512 ? 10 : 9;
    return true;
}

bool pdl_pdf_filter_lzw(struct str in, bool early_change, struct buf *out)
{
    struct lzw lzw = { .next = LZW_FIRST, .width = 9, .early = early_change, .old = LZW_CLEAR };
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < in.len && buf_ok(out);) {
        while (have < lzw.width && i < in.len) {
            bits = bits << 8 | (unsigned char)in.ptr[i++];
            have += 8;
        }
        if (have < lzw.width) {
            break;
        }
        have -= lzw.width;
        unsigned code = bits >> have & ((1U << lzw.width) - 1);
        if (code == LZW_END) {
            break;
        }
        if (code == LZW_CLEAR) {
            lzw.next = LZW_FIRST;
            lzw.width = 9;
            lzw.old = LZW_CLEAR;
        } else if (!lzw_take(&lzw, code, out)) {
            return false;
        }
    }
    return buf_ok(out);
}

static uint8_t paeth(int a, int b, int c)
{
    int p = a + b - c;
    int pa = abs(p - a);
    int pb = abs(p - b);
    int pc = abs(p - c);
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

void pdl_pdf_filter_png(uint8_t kind, uint8_t *row, const uint8_t *above, size_t len, size_t bpp)
{
    for (size_t i = 0; kind > 0 && i < len; i++) {
        int left = i >= bpp ? row[i - bpp] : 0;
        int up = above != NULL ? above[i] : 0;
        int corner = i >= bpp && above != NULL ? above[i - bpp] : 0;
        switch (kind) {
        case 1: row[i] = (uint8_t)(row[i] + left); break;
        case 2: row[i] = (uint8_t)(row[i] + up); break;
        case 3: row[i] = (uint8_t)(row[i] + (left + up) / 2); break;
        case 4: row[i] = (uint8_t)(row[i] + paeth(left, up, corner)); break;
        default: return;
        }
    }
}

static unsigned sample_get(const uint8_t *row, size_t index, int bits)
{
    size_t bit = index * (size_t)bits;
    if (bits == 16) {
        return (unsigned)row[2 * index] << 8 | row[2 * index + 1];
    }
    return row[bit / 8] >> (8 - bits - (int)(bit % 8)) & ((1U << bits) - 1);
}

static void sample_set(uint8_t *row, size_t index, int bits, unsigned value)
{
    size_t bit = index * (size_t)bits;
    if (bits == 16) {
        row[2 * index] = (uint8_t)(value >> 8);
        row[2 * index + 1] = (uint8_t)value;
        return;
    }
    int shift = 8 - bits - (int)(bit % 8);
    unsigned mask = ((1U << bits) - 1) << shift;
    row[bit / 8] = (uint8_t)((row[bit / 8] & ~mask) | (value << shift & mask));
}

// TIFF 6.0, section 14: each sample is the difference to the one of the pixel before.
static void untiff_row(const struct pdf_predictor *predictor, uint8_t *row, size_t samples)
{
    size_t colors = (size_t)predictor->colors;
    for (size_t i = colors; i < samples; i++) {
        unsigned sum =
            sample_get(row, i, predictor->bits) + sample_get(row, i - colors, predictor->bits);
        sample_set(row, i, predictor->bits, sum);
    }
}

static bool predictor_is_sane(const struct pdf_predictor *predictor)
{
    enum { COLORS_MAX = 32, COLUMNS_MAX = 1 << 24 };
    int bits = predictor->bits;
    return predictor->colors >= 1 && predictor->colors <= COLORS_MAX && predictor->columns >= 1 &&
           predictor->columns <= COLUMNS_MAX &&
           (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16);
}

bool pdl_pdf_filter_unpredict(const struct pdf_predictor *predictor, struct buf *buf, size_t from)
{
    if (predictor->kind == 1 || buf->len == from) {
        return true;
    }
    if (!predictor_is_sane(predictor)) {
        return false;
    }
    size_t samples = (size_t)predictor->colors * (size_t)predictor->columns;
    size_t len = (samples * (size_t)predictor->bits + 7) / 8;
    size_t bpp = ((size_t)predictor->colors * (size_t)predictor->bits + 7) / 8;
    size_t lead = predictor->kind >= 10 ? 1 : 0;
    uint8_t *bytes = (uint8_t *)buf->ptr + from;
    size_t rows = (buf->len - from) / (len + lead); // what is left over is no row
    for (size_t y = 0; y < rows; y++) {
        uint8_t *row = bytes + y * len;
        uint8_t kind = bytes[y * (len + lead)];
        memmove(row, bytes + y * (len + lead) + lead, len);
        if (lead > 0) {
            pdl_pdf_filter_png(kind, row, y == 0 ? NULL : row - len, len, bpp);
        } else {
            untiff_row(predictor, row, samples);
        }
    }
    buf->len = from + rows * len;
    return true;
}
