// jpeg_head: what the segments of a JPEG file say: how many pixels, of what kind, how large on
// paper, and whether it is there to its end (ISO/IEC 10918-1 annex B; JFIF 1.02; Exif 2.32).
//
// The pixels themselves are for jpeg.h to judge.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

struct pdl_image_jpeg {
    uint32_t width; // pixels
    uint32_t height;
    uint32_t bits; // of a sample
    uint32_t components;
    bool progressive;     // decoding it takes memory for every pixel
    bool adobe;           // an Adobe marker: four components are stored inverted then
    bool whole;           // its end mark is there
    bool several;         // further pictures follow (MPO)
    uint32_t orientation; // of Exif, 1 to 8; 0: it does not say
    size_t scan;          // where the pixels begin
    size_t length;        // to the end of its end mark; 0: it has none
    double density_x;     // pixels per inch; 0: it does not say
    double density_y;
};

// document starts with its start mark, FF D8. False: there is no picture in it that has a size;
// the text completes "The JPEG ...".
bool pdl_image_jpeg_head(struct str document, struct pdl_image_jpeg *jpeg,
                         struct err *err) CC_MUST_USE;
