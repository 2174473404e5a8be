// row: what is asked of a picture's rows as they are decoded, one after the other.
#pragma once

#include "pdl/color.h"
#include <stdint.h>

// Judges one row of width pixels, its samples side by side, of 8 bits each. PDL_COLOR ends the
// decoding.
typedef enum pdl_shade pdl_image_row(void *asker, const uint8_t *row, uint32_t width);

struct pdl_image_rows {
    int components; // that a pixel must have; other pictures are PDL_UNSURE
    bool is_rgb; // three of them are plain RGB: then chroma alone may be decoded, and row not asked
    pdl_image_row *row; // NULL: nothing is asked
    void *asker;        // of row, borrowed
};

// Rows of the plain spaces; asker is not used.
enum pdl_shade pdl_image_row_rgb(void *asker, const uint8_t *row, uint32_t width);
enum pdl_shade pdl_image_row_cmyk(void *asker, const uint8_t *row, uint32_t width);
enum pdl_shade pdl_image_row_cmyk_inverted(void *asker, const uint8_t *row, uint32_t width);
