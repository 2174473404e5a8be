// input: the bytes of a document as a reader meets them: all in memory, or a window that slides
// over a stream while it arrives.
//
// Pure: bytes of a stream come from the caller's fill. A reader looks at [at, end) freely, asks for
// more with pdl_input_need, and moves `at` itself or with pdl_input_skip. Any call may move the
// window: keep offsets, not pointers, across calls.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum { PDL_INPUT_WINDOW = 256 << 10 }; // what a reader may need at once of a stream

// Puts at most `room` bytes at `into`, waiting for at least one; 0: there are no more.
typedef size_t pdl_input_fill(void *source, uint8_t *into, size_t room);

struct pdl_input {
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *start;  // of the window
    uint64_t start_offset; // of the window in the document
    pdl_input_fill *fill;  // NULL: all is in memory
    void *source;          // of fill, borrowed
    uint8_t *window;       // of PDL_INPUT_WINDOW bytes, borrowed; NULL: all is in memory
    bool wrapped;          // in PJL: a UEL ends the part, whatever its language
};

struct pdl_input pdl_input_of(struct str document);
struct pdl_input pdl_input_stream(pdl_input_fill *fill, void *source,
                                  uint8_t window[PDL_INPUT_WINDOW]);

bool pdl_input_grow(struct pdl_input *input, size_t count); // the slow half of pdl_input_need

static inline size_t pdl_input_left(const struct pdl_input *input)
{
    return (size_t)(input->end - input->at);
}

// True when count bytes are in the window, which is made so where it can be. count is at most
// PDL_INPUT_WINDOW.
static inline bool pdl_input_need(struct pdl_input *input, size_t count)
{
    return pdl_input_left(input) >= count || pdl_input_grow(input, count);
}

// Passes over count bytes, however many; false when the document ends before.
bool pdl_input_skip(struct pdl_input *input, uint64_t count);

// Where the next byte is in the document.
static inline uint64_t pdl_input_offset(const struct pdl_input *input)
{
    return input->start_offset + (uint64_t)(input->at - input->start);
}

// The next bytes are these; nothing is passed over.
bool pdl_input_starts(struct pdl_input *input, struct str with);

// Universal Exit Language, which ends a part of a job, and its length.
#define PDL_UEL "\x1b%-12345X"
static inline bool pdl_input_at_uel(struct pdl_input *input)
{
    return pdl_input_starts(input, STR(PDL_UEL));
}

// For languages that must be seen as a whole: the rest of the part, up to the next UEL where the
// job is wrapped in PJL, else to the end; it is passed over. False for a stream: the reader sets
// facts->needs_whole and returns true.
bool pdl_input_part(struct pdl_input *input, struct str *part);
