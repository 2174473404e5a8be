// request: what passes between count and a quoin-pdl worker. Both are of one build on one machine,
// so it is a struct as it lies in memory; the document's descriptor rides with it.
//
// Worker: COUNT_HELLO once it is locked, or the length and text of why it cannot be. Then for each
// request a struct count_answer and a packed quoin.v1.DocumentFacts; before them, for
// COUNT_ASK_UNPACK, the pieces of the document: each its length and its bytes, the last of length
// 0.
#pragma once

#include "base/cc.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    COUNT_HELLO = 0x51504431,
    COUNT_REQUEST = 0x51504432,
    COUNT_FD = 0, // the worker's end of the socket pair
    COUNT_ANSWER_MAX = 16 << 20,
    COUNT_HINT_MAX = 64,
    COUNT_PIECE_MAX = 64 << 10,
    COUNT_UNPACKED_MAX = 256 << 20,
    COUNT_CPU_S = CC_SANITIZED ? 100 : 10,
    COUNT_BUSY_TIMES = 3,  // as long may a thing take on a busy machine, by the clock on the wall
    COUNT_NO_PICTURE = 87, // the status of a page that cannot be drawn: its output says why
    COUNT_NO_INTERPRETER = 86, // the status of an interpreter that could not be locked or started
};

enum count_ask {
    COUNT_ASK_FACTS,   // of a document: a file of `size` bytes
    COUNT_ASK_STREAM,  // of a document that arrives: the descriptor is a pipe, read to its end
    COUNT_ASK_PICTURE, // of one page that a renderer drew, as PPM: its colour and blankness
    COUNT_ASK_UNPACK,  // of a part that is packed and open: what it holds, then what is wrong with
                       // it
    COUNT_ASK_RASTER,  // of what an interpreter draws, as CUPS raster that arrives: its pages
    COUNT_ASK_INKS,    // as above, drawn to measure its ink: the coverage of its pages alone
};

struct count_request {
    uint32_t magic;
    uint32_t ask; // enum count_ask
    uint64_t size;
    uint64_t offset; // of the part to be unpacked
    uint32_t pages_max;
    uint32_t wall_ms; // that it may take; 0: as the options say
    // Of COUNT_ASK_RASTER, for pages that do not say (quoin.v1.DocumentPart):
    uint32_t copies;
    uint32_t sides;
    uint32_t first_page;
    uint32_t last_page;
    bool each_page;            // a run a page, where their places differ
    bool coverage;             // tell the ink on the pages where it can be seen
    bool packed;               // it was unpacked: what is packed once more is refused
    char hint[COUNT_HINT_MAX]; // the declared media type, NUL-terminated
};

struct count_answer {
    uint32_t size;    // of what follows
    bool needs_whole; // of a stream: ask again when all of it is there
};

// A part that is packed and could only be read as a whole: open, and of this format.
#define COUNT_FORMAT_PACKED "application/gzip"

// A page whose run says CERTAINTY_UNKNOWN is to be rendered. Annotations are hidden then, because a
// renderer shows those of the screen too, unless the reason begins with this.
#define COUNT_REASON_ANNOTATION "annotation "
