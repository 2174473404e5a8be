// gzip: a document that is packed with gzip (RFC 1952), read while it is inflated.
//
// Runs in the jailed worker. Constant memory; what it makes is limited in bytes and in time, so
// that a bomb ends with a verdict.
#pragma once

#include "base/clk.h"
#include "pdl/facts.h"
#include "pdl/input.h"
#include <zlib.h>

enum pdl_pack_state {
    PDL_PACK_GOING,
    PDL_PACK_WHOLE,   // read to its end, its check sums are right
    PDL_PACK_CUT,     // ends before its end
    PDL_PACK_DAMAGED, // its bytes or its check sum are wrong
    PDL_PACK_LARGE,   // more than is unpacked here
    PDL_PACK_SLOW,
};

struct pdl_pack_gzip {
    z_stream zlib;
    struct pdl_input *packed; // borrowed
    enum pdl_pack_state state;
    uint64_t left;    // bytes that may still be made
    int64_t deadline; // monotonic, in milliseconds
};

// packed is at the first byte of a gzip; it is left behind its last member. most: bytes made.
bool pdl_pack_gzip_start(struct pdl_pack_gzip *gzip, struct pdl_input *packed, uint64_t most,
                         struct err *err) CC_MUST_USE;
void pdl_pack_gzip_end(struct pdl_pack_gzip *gzip);

// A pdl_input_fill: the next bytes of the document.
size_t pdl_pack_gzip_fill(void *gzip, uint8_t *into, size_t room);

// Says in the facts what the state leaves open; nothing when it is whole.
void pdl_pack_gzip_note(const struct pdl_pack_gzip *gzip, struct pdl_facts *facts);

// The reader (pdl/job.h): the parts are those of the packed document, by facts->languages, and
// their places are in it, unpacked. Where one of them must be seen as a whole, the part is left
// open: it is to be unpacked (count/request.h) and read again.
bool pdl_pack_gzip_read(struct pdl_input *input, struct pdl_facts *facts,
                        struct err *err) CC_MUST_USE;
