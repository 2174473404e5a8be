// jpeg: whether a JPEG has a coloured pixel, or any mark at all, by its decoded rows.
#pragma once

#include "base/str.h"
#include "pdl_image/row.h"

// The shade of the picture: PDL_COLOR, PDL_GREY, or PDL_UNSURE where it cannot be decoded or is
// not what rows say. *damaged is set where the library had to make up for bytes that are wrong.
enum pdl_shade pdl_image_jpeg_judge(const struct pdl_image_rows *rows, struct str jpeg,
                                    bool *damaged);

// Of one that is known to be grey: PDL_SHADE_WHITE when no pixel leaves a mark, otherwise PDL_GREY.
enum pdl_shade pdl_image_jpeg_marks(struct str jpeg, bool *damaged);
