// tally: what the pixels of a picture come to: whether one is coloured, whether one leaves a mark,
// and, where it is asked for, how much ink all of them take. The rule is that of pdl/color.h, on
// levels of 65,535.
#pragma once

#include "pdl/color.h"
#include "pdl/facts.h"
#include <stdint.h>

enum { PDL_IMAGE_TOP = 65535, PDL_IMAGE_LEVEL = 257 }; // one level of 255

struct pdl_image_tally {
    bool coverage;  // asked for: every pixel is to be seen
    bool may_color; // otherwise the first mark decides
    bool
        of_chroma; // RGB is made of YCbCr: a level of chroma, which is none to see, is three of RGB
    bool color;
    bool marks;
    uint64_t pixels;        // of which the ink is known
    uint64_t ink[PDL_INKS]; // in levels
};

static inline bool pdl_image_tally_is_done(const struct pdl_image_tally *tally)
{
    return !tally->coverage && (tally->color || (tally->marks && !tally->may_color));
}

// Rows of count pixels, their samples side by side.
void pdl_image_tally_gray8(struct pdl_image_tally *tally, const uint8_t *row, uint32_t count);
void pdl_image_tally_rgb8(struct pdl_image_tally *tally, const uint8_t *row, uint32_t count);
void pdl_image_tally_rgb16(struct pdl_image_tally *tally, const uint16_t *row, uint32_t count);
void pdl_image_tally_cmyk16(struct pdl_image_tally *tally, const uint16_t *row, uint32_t count);

// Pictures of codes: grey ones and palettes.
struct pdl_image_codes {
    int bits;           // of a code: 1, 2, 4 or 8
    bool any_color;     // some code is coloured, used or not
    uint8_t shade[256]; // enum pdl_shade
    uint16_t ink[256][PDL_INKS];
};
void pdl_image_codes_set(struct pdl_image_codes *codes, int code, const uint16_t rgb[3]);
void pdl_image_tally_codes(struct pdl_image_tally *tally, const struct pdl_image_codes *codes,
                           const uint8_t *row, uint32_t count);

enum pdl_shade pdl_image_tally_shade(const struct pdl_image_tally *tally);

// Of all pixels that were seen; not known when there were none.
struct pdl_coverage pdl_image_tally_coverage(const struct pdl_image_tally *tally);
