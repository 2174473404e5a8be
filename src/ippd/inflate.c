// inflate: see inflate.h.

#include "ippd/inflate.h"

#include "base/mem.h"

#include <stdlib.h>
#include <zlib.h>

struct ippd_inflate {
    z_stream stream;
    bool gzip;
    bool open;  // zlib holds memory
    bool whole; // the end of the stream was seen
    uint64_t in;
    uint64_t out;
    unsigned char piece[IPPD_INFLATE_PIECE];
};

struct ippd_inflate *ippd_inflate_new(bool gzip)
{
    struct ippd_inflate *self = mem_new(sizeof(*self));
    self->gzip = gzip;
    return self;
}

void ippd_inflate_free(struct ippd_inflate **self)
{
    if (*self == NULL) {
        return;
    }
    if ((*self)->open) {
        (void)inflateEnd(&(*self)->stream); // it only frees
    }
    free(*self);
    *self = NULL;
}

// RFC 1950 2.2: method 8, and the first two bytes a multiple of 31. One byte is enough to know that
// it is not; a raw stream that begins like this would be a stored block with dirty padding.
static int window_bits(bool gzip, unsigned char first)
{
    bool zlib = (first & 0x0f) == 8 && first >> 4 <= 7;
    return gzip ? 15 + 16 : zlib ? 15 : -15;
}

static bool stream_open(struct ippd_inflate *self, unsigned char first, struct err *err)
{
    if (self->open) {
        return true;
    }
    if (inflateInit2(&self->stream, window_bits(self->gzip, first)) != Z_OK) {
        return err_set(err, ERR_INTERNAL, "the decompressor could not start");
    }
    self->open = true;
    return true;
}

static bool is_bomb(const struct ippd_inflate *self)
{
    return self->out > IPPD_INFLATE_FREE &&
           (self->out - IPPD_INFLATE_FREE) / IPPD_INFLATE_RATIO > self->in;
}

// gzip files may follow one another; everything else behind the end is a fault.
static bool stream_again(struct ippd_inflate *self, struct err *err)
{
    if (!self->gzip || inflateReset(&self->stream) != Z_OK) {
        return err_set(err, ERR_INVALID, "the compressed document goes on behind its end");
    }
    self->whole = false;
    return true;
}

bool ippd_inflate_step(struct ippd_inflate *self, struct str bytes, size_t *used, struct str *piece,
                       struct err *err)
{
    *used = 0;
    *piece = (struct str){ "", 0 };
    if (bytes.len == 0 && !self->open) {
        return true;
    }
    if (self->whole && bytes.len == 0) {
        return true;
    }
    if (!stream_open(self, bytes.len == 0 ? 0 : (unsigned char)bytes.ptr[0], err) ||
        (self->whole && !stream_again(self, err))) {
        return false;
    }
    size_t most = bytes.len < IPPD_INFLATE_PIECE ? bytes.len : IPPD_INFLATE_PIECE;
    memcpy(&self->stream.next_in, &bytes.ptr, sizeof(bytes.ptr)); // zlib's is not const
    self->stream.avail_in = (uInt)most;
    self->stream.next_out = self->piece;
    self->stream.avail_out = IPPD_INFLATE_PIECE;
    int result = inflate(&self->stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return err_set(err, ERR_INVALID, "the compressed document is damaged");
    }
    self->whole = result == Z_STREAM_END;
    *used = most - self->stream.avail_in;
    *piece = (struct str){ (const char *)self->piece, IPPD_INFLATE_PIECE - self->stream.avail_out };
    self->in += *used;
    self->out += piece->len;
    return !is_bomb(self) ||
           err_set(err, ERR_LIMIT,
                   "the compressed document unpacks to over %d times its size; send it plain",
                   IPPD_INFLATE_RATIO);
}

bool ippd_inflate_end(const struct ippd_inflate *self, struct err *err)
{
    return self->whole || err_set(err, ERR_INVALID, "the compressed document is cut short");
}
