// png: a PNG (ISO/IEC 15948) as a document, and as a picture in one. One page; of an animated one
// (APNG) the picture that readers without animation show.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"
#include "pdl_image/picture.h"

// The reader (pdl/job.h).
bool pdl_image_png_read(struct pdl_input *input, struct pdl_facts *facts,
                        struct err *err) CC_MUST_USE;

// False: there is no picture that is read here; the text completes "The PNG ...".
bool pdl_image_png_judge(struct str bytes, const struct pdl_image_ask *ask,
                         struct pdl_image_picture *picture, struct err *err) CC_MUST_USE;
