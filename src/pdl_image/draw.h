// draw: a picture that is a page, decoded and made small, for a person to look at. Runs in the
// jail: a picture that takes too much ends the process by its limits.
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "pdl/shrink.h"

// Texts complete "The page ..."; what is over the limits is ERR_LIMIT.
bool pdl_image_jpeg_draw(struct str bytes, struct pdl_shrink *shrink, struct err *err) CC_MUST_USE;
bool pdl_image_png_draw(struct str bytes, struct pdl_shrink *shrink, struct err *err) CC_MUST_USE;
// page: from 1, of those that are neither reduced copies nor masks.
bool pdl_image_tiff_draw(struct str bytes, uint32_t page, struct pdl_shrink *shrink,
                         struct err *err) CC_MUST_USE;

// What was made small, as a PNG behind what stands in *to.
bool pdl_image_png_write(const struct pdl_shrink *shrink, struct buf *to,
                         struct err *err) CC_MUST_USE;
