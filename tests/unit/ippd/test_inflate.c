// Compressed documents come out whole, in pieces of any size; damage and bombs are refused.
#include "ippd/inflate.h"

#include "base/buf.h"

#include "lib/tap.h"

#include <stdlib.h>
#include <zlib.h>

enum { GZIP = 15 + 16, ZLIB = 15, RAW = -15, PLAIN_LEN = 300000 };

static unsigned char plain[PLAIN_LEN];

static void fill(void)
{
    uint32_t seed = 7;
    for (size_t i = 0; i < PLAIN_LEN; i++) {
        seed = seed * 1664525 + 1013904223;
        plain[i] = (unsigned char)(i % 3 == 0 ? seed >> 24 : i);
    }
}

static struct buf packed(int bits, const void *bytes, size_t len)
{
    struct buf buf = BUF_CAP(1 << 24);
    z_stream stream = { 0 };
    unsigned char out[65536];
    if (deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        exit(1);
    }
    memcpy(&stream.next_in, &bytes, sizeof(bytes));
    stream.avail_in = (uInt)len;
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = out;
        stream.avail_out = sizeof(out);
        result = deflate(&stream, Z_FINISH);
        buf_add(&buf, (struct str){ (const char *)out, sizeof(out) - stream.avail_out });
    }
    (void)deflateEnd(&stream);
    return buf;
}

// Feeds it so many bytes at a time. True: it was whole.
static bool unpack(bool gzip, struct str bytes, size_t piece, struct buf *out, struct err *err)
{
    OWN(ippd_inflate_free) struct ippd_inflate *inflate_ = ippd_inflate_new(gzip);
    while (bytes.len > 0) {
        struct str part = { bytes.ptr, bytes.len < piece ? bytes.len : piece };
        bytes = (struct str){ bytes.ptr + part.len, bytes.len - part.len };
        struct str made = { "", 1 };
        while (part.len > 0 || made.len > 0) {
            size_t used = 0;
            if (!ippd_inflate_step(inflate_, part, &used, &made, err)) {
                return false;
            }
            buf_add(out, made);
            part = (struct str){ part.ptr + used, part.len - used };
        }
    }
    return ippd_inflate_end(inflate_, err);
}

static void test_all_three_wrappings(void)
{
    static const struct {
        const char *name;
        int bits;
        bool gzip;
        size_t piece;
    } rows[] = {
        { "gzip at once", GZIP, true, 1 << 20 },    { "gzip byte by byte", GZIP, true, 1 },
        { "raw deflate", RAW, false, 1 << 20 },     { "raw deflate byte by byte", RAW, false, 1 },
        { "zlib's deflate", ZLIB, false, 1 << 20 }, { "zlib's by 7", ZLIB, false, 7 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf small = packed(rows[i].bits, plain, PLAIN_LEN);
        OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
        struct err err;
        bool ok = unpack(rows[i].gzip, buf_str(&small), rows[i].piece, &out, &err);
        tap_result(ok && out.len == PLAIN_LEN && memcmp(out.ptr, plain, PLAIN_LEN) == 0,
                   rows[i].name, __FILE__, __LINE__);
    }
}

static void test_gzip_files_may_follow_one_another(void)
{
    OWN(buf_free) struct buf two = packed(GZIP, plain, 1000);
    OWN(buf_free) struct buf second = packed(GZIP, plain + 1000, 1000);
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    struct err err;
    buf_add(&two, buf_str(&second));
    CHECK(unpack(true, buf_str(&two), 11, &out, &err));
    CHECK(out.len == 2000 && memcmp(out.ptr, plain, 2000) == 0);
}

static void test_damage_is_refused(void)
{
    OWN(buf_free) struct buf small = packed(GZIP, plain, 5000);
    OWN(buf_free) struct buf raw = packed(RAW, plain, 5000);
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    struct err err;
    CHECK(!unpack(true, (struct str){ small.ptr, small.len - 1 }, 100, &out, &err)); // cut short
    buf_add(&raw, STR("more"));
    CHECK(!unpack(false, buf_str(&raw), 100, &out, &err)); // goes on behind its end
    small.ptr[small.len - 6] ^= 1;                         // its checksum
    CHECK(!unpack(true, buf_str(&small), 100, &out, &err));
    CHECK(!unpack(true, STR("%PDF-1.4 not packed at all"), 100, &out, &err));
    CHECK(!unpack(false, STR(""), 100, &out, &err)); // nothing is not a whole one
}

static void test_a_bomb_is_refused(void)
{
    unsigned char *zeros = calloc(1, 200 << 20);
    if (zeros == NULL) {
        exit(1);
    }
    OWN(buf_free) struct buf bomb = packed(GZIP, zeros, 200 << 20); // 1000 to 1
    free(zeros);
    OWN(ippd_inflate_free) struct ippd_inflate *inflate_ = ippd_inflate_new(true);
    struct str bytes = buf_str(&bomb);
    struct str made = { "", 1 };
    struct err err = { 0 };
    uint64_t total = 0;
    bool ok = true;
    while (ok && (bytes.len > 0 || made.len > 0)) {
        size_t used = 0;
        ok = ippd_inflate_step(inflate_, bytes, &used, &made, &err);
        bytes = (struct str){ bytes.ptr + used, bytes.len - used };
        total += made.len;
    }
    CHECK(!ok && err.code == ERR_LIMIT);
    CHECK(total < 140 << 20);
}

int main(void)
{
    fill();
    test_all_three_wrappings();
    test_gzip_files_may_follow_one_another();
    test_damage_is_refused();
    test_a_bomb_is_refused();
    return tap_done();
}
