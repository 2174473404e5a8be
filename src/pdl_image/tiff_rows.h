// tiff_rows: the pixels of one directory of a TIFF, as libtiff decodes them, into a tally.
#pragma once

#include "pdl_image/picture.h"
#include <tiffio.h>

enum pdl_image_rows_end {
    PDL_IMAGE_ROWS_WHOLE,   // or the colour is known before
    PDL_IMAGE_ROWS_CUT,     // of data that lies beyond the end of the file
    PDL_IMAGE_ROWS_DAMAGED, // to be known by the error handler too
    PDL_IMAGE_ROWS_UNREAD,  // in a form that is not read here
    PDL_IMAGE_ROWS_LARGE,
    PDL_IMAGE_ROWS_LATE,
};

struct pdl_image_strips {
    TIFF *tiff; // its directory is set; borrowed
    size_t file_len;
    int64_t deadline;
    bool any_color; // set: the palette has a colour
    bool has_alpha; // set
    uint64_t place; // set: of the strip or tile that was read last
};

enum pdl_image_rows_end pdl_image_strips_tally(struct pdl_image_strips *strips,
                                               struct pdl_image_tally *tally);
