// shrink: a page of pixels made small enough for a screen, row by row as they are decoded: each
// pixel of the small picture is the mean of those it stands for. Pure; memory in the caller's
// arena, bounded by the small picture and one row of the large one.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include <stdint.h>

enum {
    PDL_SHRINK_SIDE_MAX = 1 << 20, // pixels of the large picture
    PDL_SHRINK_WIDTH_MAX = 2048,   // of the small one
    PDL_SHRINK_HEIGHT_MAX = 4096,
};

struct pdl_shrink {
    struct arena *arena; // borrowed
    uint32_t wanted;     // width; a picture that is smaller stays as it is
    uint32_t from_width;
    uint32_t from_height;
    uint32_t width;
    uint32_t height;
    uint8_t *pixels;   // RGB, width * height; in the arena, as below
    uint64_t *sums;    // of the row of small pixels that is gathered
    uint32_t *means;   // of the row that was taken last, in 1/256
    uint32_t taken;    // rows of the large picture
    uint32_t made;     // rows of the small one
    uint32_t gathered; // rows in sums
};

struct pdl_shrink_size {
    uint32_t width;
    uint32_t height;
    uint32_t density_x; // pixels an inch; 0: as many as the other way
    uint32_t density_y;
};

// shrink has its arena and what is wanted. ERR_LIMIT: it is larger than is drawn, in words that
// complete "the page ...".
bool pdl_shrink_begin(struct pdl_shrink *shrink, const struct pdl_shrink_size *size,
                      struct err *err) CC_MUST_USE;
// The next row, so many times; what is behind the last row is passed over.
void pdl_shrink_row(struct pdl_shrink *shrink, const uint8_t *rgb, uint32_t times);
// No more rows come: what is missing is white.
void pdl_shrink_end(struct pdl_shrink *shrink);
