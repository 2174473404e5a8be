// identity: see identity.h.

#include "dre/identity.h"

#include "base/enc.h"

enum trust dre_identity_of(const struct ippd_asker *asker)
{
    if (asker->own) { // whatever else is said
        return TRUST_ADDRESS;
    }
    if (asker->authenticated) {
        return TRUST_AUTHENTICATED;
    }
    if (asker->claimed.len == 0) {
        return TRUST_NONE;
    }
    return asker->agent ? TRUST_AGENT : TRUST_CLAIMED;
}

static struct str trimmed(struct str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = (struct str){ text.ptr + 1, text.len - 1 };
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

// Cut between characters.
static size_t fitting(const char *text, size_t len)
{
    size_t most = len > IPPD_NAME_MAX ? IPPD_NAME_MAX : len;
    while (most > 0 && most < len && ((unsigned char)text[most] & 0xc0) == 0x80) {
        most--;
    }
    return most;
}

struct str dre_identity_text(struct str sent, struct buf *to)
{
    struct str text = trimmed(sent);
    bool is_utf8 = enc_is_utf8(text);
    buf_free(to);
    text.len = text.len > (size_t)2 * IPPD_NAME_MAX ? fitting(text.ptr, text.len) : text.len;
    for (size_t at = 0; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.ptr[at];
        if (is_utf8 || byte < 0x80) {
            buf_add(to, (struct str){ text.ptr + at, 1 });
        } else {
            const char pair[2] = { (char)(0xc0 | (byte >> 6)), (char)(0x80 | (byte & 0x3f)) };
            buf_add(to, (struct str){ pair, 2 });
        }
    }
    if (to->len > 0) {
        to->len = fitting(to->ptr, to->len);
        enc_make_plain(to->ptr, to->len);
    }
    return buf_str(to);
}
