// inflate: a compressed document on its way in: gzip (RFC 1952) or deflate (RFC 1951, or in a zlib
// wrapper), told apart by the bytes. A piece at a time, so that the sink can hold back; a document
// that unpacks to far more than it is sent as (a bomb) is refused.
#pragma once

#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    IPPD_INFLATE_PIECE = 65536,
    IPPD_INFLATE_FREE = 64 << 20, // bytes out that need no reason …
    IPPD_INFLATE_RATIO = 200,     // … and this many for a byte in, beyond them
};

struct ippd_inflate;

struct ippd_inflate *ippd_inflate_new(bool gzip);
void ippd_inflate_free(struct ippd_inflate **self);

// Gives the next piece (borrowed until the next call; empty: it wants more) and how many of
// the bytes it used in *used. False: broken, or a bomb.
bool ippd_inflate_step(struct ippd_inflate *self, struct str bytes, size_t *used, struct str *piece,
                       struct err *err) CC_MUST_USE;

// No more bytes come: was it whole?
bool ippd_inflate_end(const struct ippd_inflate *self, struct err *err) CC_MUST_USE;
