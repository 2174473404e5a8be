// Bodies come out whole and the same however their bytes are cut, or are refused by name.
#include "http/body.h"

#include "base/buf.h"
#include "lib/tap.h"

struct row {
    const char *what;
    enum http_framing framing;
    uint64_t length;
    struct str bytes;
    enum http_reason reason;
    const char *want; // of what came before the refusal, too
    size_t used;
};

#define CHUNKED(what, bytes, reason, want, used)                                                   \
    {                                                                                              \
        (what), HTTP_BODY_CHUNKED, 0, { (bytes), sizeof(bytes) - 1 }, HTTP_##reason, (want),       \
            (used)                                                                                 \
    }

static const struct row rows[] = {
    { "none", HTTP_BODY_NONE, 0, { "next", 4 }, HTTP_FINE, "", 0 },
    { "a length of none", HTTP_BODY_LENGTH, 0, { "next", 4 }, HTTP_FINE, "", 0 },
    { "a length", HTTP_BODY_LENGTH, 3, { "abcnext", 7 }, HTTP_FINE, "abc", 3 },
    { "a length cut short", HTTP_BODY_LENGTH, 3, { "ab", 2 }, HTTP_CUT, "ab", 2 },
    { "until close",
      HTTP_BODY_UNTIL_CLOSE,
      0,
      { "abc\r\n0\r\n\r\n", 10 },
      HTTP_FINE,
      "abc\r\n0\r\n\r\n",
      10 },
    CHUNKED("one chunk", "3\r\nabc\r\n0\r\n\r\nnext", FINE, "abc", 13),
    CHUNKED("two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", FINE, "abcde", 20),
    CHUNKED("no chunk", "0\r\n\r\n", FINE, "", 5),
    CHUNKED("zeros", "000\r\n\r\n", FINE, "", 7),
    CHUNKED("leading zeros", "0003\r\nabc\r\n0\r\n\r\n", FINE, "abc", 16),
    CHUNKED("small letters", "a\r\n0123456789\r\n0\r\n\r\n", FINE, "0123456789", 20),
    CHUNKED("big letters", "A\r\n0123456789\r\n0\r\n\r\n", FINE, "0123456789", 20),
    CHUNKED("CR LF inside", "4\r\n\r\n\r\n\r\n0\r\n\r\n", FINE, "\r\n\r\n", 14),
    CHUNKED("extensions", "3;a;b=c;d=\"e f\"\r\nabc\r\n0;x\r\n\r\n", FINE, "abc", 29),
    CHUNKED("trailers", "0\r\nA: b\r\nC:\r\n\r\n", FINE, "", 15),
    CHUNKED("cut in a size", "3", CUT, "", 1),
    CHUNKED("cut in data", "3\r\na", CUT, "a", 4),
    CHUNKED("cut after data", "3\r\nabc\r\n", CUT, "abc", 8),
    CHUNKED("cut before the end", "0\r\n\r", CUT, "", 4),
    CHUNKED("no size", "\r\nabc\r\n", CHUNK_SIZE, "", 1),
    CHUNKED("no size but an extension", ";a\r\n", CHUNK_SIZE, "", 1),
    CHUNKED("a letter", "g\r\n", CHUNK_SIZE, "", 1),
    CHUNKED("a space behind", "3 ;a\r\nabc\r\n", CHUNK_SIZE, "", 2),
    CHUNKED("a tab behind", "3\t\r\nabc\r\n", CHUNK_SIZE, "", 2),
    CHUNKED("a NUL behind", "3\0\r\nabc\r\n", CHUNK_SIZE, "", 2),
    CHUNKED("LF behind", "3\nabc\r\n", BARE_LF, "", 2),
    CHUNKED("CR alone", "3\rabc\r\n", BARE_CR, "", 3),
    CHUNKED("the longest size", "3ffffffffffffff\r\na", CUT, "a", 18),
    CHUNKED("past the longest size", "40000000000000000\r\na", CHUNK_SIZE, "", 16),
    CHUNKED("DEL in an extension", "3;\x7f\r\n", CHUNK_EXTENSION, "", 3),
    CHUNKED("LF in an extension", "3;a\nabc", BARE_LF, "", 4),
    CHUNKED("data too long", "3\r\nabcd\r\n", CHUNK_END, "abc", 7),
    CHUNKED("no CR after data", "3\r\nabc\n", CHUNK_END, "abc", 7),
    CHUNKED("no LF after data", "3\r\nabc\rx", BARE_CR, "abc", 8),
    CHUNKED("a trailer with an empty name", "0\r\n: a\r\n\r\n", TRAILER, "", 4),
    CHUNKED("a trailer with a space in its name", "0\r\nA : a\r\n\r\n", TRAILER, "", 5),
    CHUNKED("a trailer without a colon", "0\r\nA\r\n\r\n", TRAILER, "", 5),
    CHUNKED("a trailer that begins with a space", "0\r\n A: b\r\n\r\n", TRAILER, "", 4),
    CHUNKED("a control in a trailer", "0\r\nA: \x01\r\n\r\n", TRAILER, "", 7),
    CHUNKED("LF in a trailer", "0\r\nA: b\n\r\n", BARE_LF, "", 8),
    CHUNKED("LF as the end", "0\r\n\n", BARE_LF, "", 4),
    CHUNKED("CR alone as the end", "0\r\n\rX", BARE_CR, "", 5),
};

static void feed(struct http_body *body, struct str bytes, struct buf *out, size_t *used)
{
    while (bytes.len > 0 && !body->done && body->reason == HTTP_FINE) {
        struct str data;
        size_t took = http_body_feed(body, bytes, &data);
        buf_add(out, data);
        *used += took;
        bytes = (struct str){ bytes.ptr + took, bytes.len - took };
    }
}

static bool row_holds(const struct row *row, size_t first, size_t step)
{
    struct http_body body;
    OWN(buf_free) struct buf out = BUF_CAP(4096);
    size_t used = 0;
    http_body_init(&body, row->framing, row->length);
    size_t at = 0;
    for (size_t len = first; at < row->bytes.len; len = step) {
        len = len > row->bytes.len - at ? row->bytes.len - at : len;
        feed(&body, (struct str){ row->bytes.ptr + at, len }, &out, &used);
        at += len;
    }
    enum http_reason reason = body.done ? body.reason : http_body_end(&body);
    return reason == row->reason && used == row->used && str_eq(buf_str(&out), str_of(row->want)) &&
           body.taken == out.len && body.done == (reason == HTTP_FINE);
}

static void test_rows_at_every_cut(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool holds = row_holds(&rows[i], rows[i].bytes.len, rows[i].bytes.len) &&
                     row_holds(&rows[i], 1, 1) && row_holds(&rows[i], 2, 3);
        for (size_t cut = 1; cut < rows[i].bytes.len; cut++) {
            holds &= row_holds(&rows[i], cut, rows[i].bytes.len);
        }
        tap_result(holds, rows[i].what, __FILE__, __LINE__);
    }
}

// Feeds `count` times the same piece; gives the reason.
static enum http_reason many(const char *start, const char *piece, size_t count)
{
    struct http_body body;
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    size_t used = 0;
    http_body_init(&body, HTTP_BODY_CHUNKED, 0);
    feed(&body, str_of(start), &out, &used);
    for (size_t i = 0; i < count; i++) {
        feed(&body, str_of(piece), &out, &used);
    }
    return body.reason;
}

static void test_the_caps_are_exact(void)
{
    CHECK(many("", "0", HTTP_CHUNK_LINE_MAX) == HTTP_FINE);
    CHECK(many("", "0", HTTP_CHUNK_LINE_MAX + 1) == HTTP_CHUNK_SIZE);
    CHECK(many("1;", "x", HTTP_CHUNK_LINE_MAX - 1) == HTTP_FINE);
    CHECK(many("1;", "x", HTTP_CHUNK_LINE_MAX) == HTTP_CHUNK_EXTENSION);
    CHECK(many("", "1;xxxxxxxx\r\na\r\n", HTTP_EXTENSIONS_MAX / 8) == HTTP_FINE);
    CHECK(many("", "1;xxxxxxxx\r\na\r\n", HTTP_EXTENSIONS_MAX / 8 + 1) == HTTP_CHUNK_EXTENSION);
    CHECK(many("0\r\nX:", "y", HTTP_TRAILER_MAX - 2) == HTTP_FINE);
    CHECK(many("0\r\nX:", "y", HTTP_TRAILER_MAX - 1) == HTTP_TRAILER);
    CHECK(many("0\r\n", "X: y\r\n", 10000) == HTTP_TRAILER);
    CHECK(many("", "1\r\na\r\n", 100000) == HTTP_FINE);
}

int main(void)
{
    test_rows_at_every_cut();
    test_the_caps_are_exact();
    return tap_done();
}
