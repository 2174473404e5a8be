// enc: see enc.h.

#include "base/enc.h"

#include <string.h>

#include "base/num.h"

void enc_hex_add(struct buf *buf, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        char pair[2] = { digits[at[i] >> 4], digits[at[i] & 15] };
        buf_add(buf, (struct str){ pair, 2 });
    }
}

bool enc_hex_read(struct str text, void *bytes, size_t len)
{
    uint8_t *out = bytes;
    if (text.len != len * 2) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        uint64_t value;
        if (!num_hex((struct str){ text.ptr + 2 * i, 2 }, 255, &value)) {
            return false;
        }
        out[i] = (uint8_t)value;
    }
    return true;
}

#define ENC_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
static const char enc_base64[] = ENC_LETTERS "+/";
static const char enc_base64url[] = ENC_LETTERS "-_";

// Up to three bytes as ENC_BASE64_LEN letters.
static size_t enc_base64_group(const char *letters, const uint8_t *bytes, size_t len,
                               char out[static 4])
{
    uint32_t all = (uint32_t)bytes[0] << 16;
    all |= len > 1 ? (uint32_t)bytes[1] << 8 : 0;
    all |= len > 2 ? bytes[2] : 0;
    for (unsigned i = 0; i < 4; i++) {
        out[i] = letters[all >> (18 - 6 * i) & 63];
    }
    return len + 1;
}

static void enc_base64_to(struct buf *buf, const char *letters, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at < len; at += 3) {
        char out[4];
        size_t count = enc_base64_group(letters, bytes + at, len - at < 3 ? len - at : 3, out);
        buf_add(buf, (struct str){ out, count });
    }
}

void enc_base64_add(struct buf *buf, const void *bytes, size_t len)
{
    enc_base64_to(buf, enc_base64, bytes, len);
}

void enc_base64url_add(struct buf *buf, const void *bytes, size_t len)
{
    enc_base64_to(buf, enc_base64url, bytes, len);
}

void enc_base64url_write(const void *bytes, size_t len, char *text)
{
    const uint8_t *from = bytes;
    for (size_t at = 0; at < len; at += 3) {
        char out[4];
        size_t count = enc_base64_group(enc_base64url, from + at, len - at < 3 ? len - at : 3, out);
        memcpy(text, out, count);
        text += count;
    }
    *text = '\0';
}

static bool enc_base64_from(const char *letters, struct str text, uint8_t *bytes, size_t *len)
{
    uint32_t all = 0;
    unsigned bits = 0;
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.ptr[i] == '\0' ? NULL : strchr(letters, text.ptr[i]);
        if (at == NULL) {
            return false;
        }
        all = (all << 6 | (uint32_t)(at - letters)) & 0xffffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[count++] = (uint8_t)(all >> bits);
        }
    }
    *len = count;
    return bits < 6 && (all & ((1U << bits) - 1)) == 0; // one way to write it
}

bool enc_base64_read(struct str text, void *bytes, size_t *len)
{
    size_t padding = 0;
    while (padding < 2 && text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
        padding++;
    }
    return (padding == 0 || (text.len + padding) % 4 == 0) &&
           enc_base64_from(enc_base64, text, bytes, len);
}

bool enc_base64url_read(struct str text, void *bytes, size_t *len)
{
    return enc_base64_from(enc_base64url, text, bytes, len);
}

// Length of the sequence that begins at `at`, 0 if it is not well-formed; *point is set.
static size_t enc_utf8_len(const uint8_t *at, size_t left, uint32_t *point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (at[0] < 0x80) {
        *point = at[0];
        return 1;
    }
    size_t len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || len > left) {
        return 0;
    }
    uint32_t value = at[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (at[i] & 0x3fu);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return 0;
    }
    *point = value;
    return len;
}

static bool enc_check(struct str text, bool plain)
{
    const uint8_t *at = (const uint8_t *)text.ptr;
    for (size_t left = text.len; left > 0;) {
        uint32_t point;
        size_t len = enc_utf8_len(at, left, &point);
        if (len == 0 || (plain && (point < 0x20 || (point >= 0x7f && point < 0xa0)))) {
            return false;
        }
        at += len;
        left -= len;
    }
    return true;
}

bool enc_is_utf8(struct str text)
{
    return enc_check(text, false);
}

bool enc_is_plain(struct str text)
{
    return enc_check(text, true);
}

void enc_make_plain(char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t point;
        size_t took = enc_utf8_len((const uint8_t *)text + at, len - at, &point);
        bool is_broken = took == 0;
        bool is_space = !is_broken && point >= '\t' && point <= '\r';
        bool is_control = !is_broken && (point < 0x20 || (point >= 0x7f && point < 0xa0));
        took = is_broken ? 1 : took;
        if (is_broken || is_control) {
            memset(text + at, is_space ? ' ' : '?', took);
        }
        at += took;
    }
}
