// asset: see asset.h.

#include "web/asset.h"

#include "http/head.h"
#include <zlib.h>

const struct web_asset *web_asset_find(struct str name)
{
    size_t low = 0;
    size_t high = web_asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *there = web_assets[middle].name;
        size_t there_len = strlen(there);
        size_t least = there_len < name.len ? there_len : name.len;
        int order = memcmp(there, name.ptr, least);
        if (order == 0 && there_len == name.len) {
            return &web_assets[middle];
        }
        if (order < 0 || (order == 0 && there_len < name.len)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

struct str web_asset_plain(const struct web_asset *asset, struct arena *arena)
{
    uint8_t *out = arena_new(arena, (size_t)asset->len + 1);
    z_stream stream = { .next_in = (z_const Bytef *)(uintptr_t)asset->gzip, // only read
                        .avail_in = asset->gzip_len,
                        .next_out = out,
                        .avail_out = asset->len + 1 };
    if (out == NULL || inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
        return (struct str){ "", 0 };
    }
    bool good = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out == asset->len;
    (void)inflateEnd(&stream);
    return good ? (struct str){ (const char *)out, asset->len } : (struct str){ "", 0 };
}

static struct str trim(struct str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

static struct str take_until(struct str *text, char end)
{
    const char *at = text->len == 0 ? NULL : memchr(text->ptr, end, text->len);
    struct str piece = { text->ptr, at == NULL ? text->len : (size_t)(at - text->ptr) };
    size_t used = at == NULL ? text->len : piece.len + 1;
    text->ptr += used;
    text->len -= used;
    return trim(piece);
}

// "q=0", "q=0.000" and their kind.
static bool is_refused(struct str parameters)
{
    while (parameters.len > 0) {
        struct str one = take_until(&parameters, ';');
        if (one.len >= 3 && (one.ptr[0] == 'q' || one.ptr[0] == 'Q') && one.ptr[1] == '=') {
            for (size_t i = 2; i < one.len; i++) {
                if (one.ptr[i] != '0' && one.ptr[i] != '.') {
                    return false;
                }
            }
            return true;
        }
    }
    return false;
}

bool web_asset_takes_gzip(struct str accept_encoding)
{
    bool any = false;
    while (accept_encoding.len > 0) {
        struct str one = take_until(&accept_encoding, ',');
        struct str coding = take_until(&one, ';');
        if (http_word_eq(coding, STR("gzip")) || http_word_eq(coding, STR("x-gzip"))) {
            return !is_refused(one);
        }
        any = any || (str_eq(coding, STR("*")) && !is_refused(one));
    }
    return any;
}
