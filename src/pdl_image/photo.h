// photo: a JPEG as a document (image/jpeg), and as a picture in one: one page, printed scaled to
// the job's paper.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"
#include "pdl_image/picture.h"

// The reader (pdl/job.h). What cannot be read to its end is not an error: facts->certainty and its
// reasons say so.
bool pdl_image_photo_read(struct pdl_input *input, struct pdl_facts *facts,
                          struct err *err) CC_MUST_USE;

// False: there is no picture that is read here; the text completes "The JPEG ...".
bool pdl_image_photo_judge(struct str bytes, const struct pdl_image_ask *ask,
                           struct pdl_image_picture *picture, struct err *err) CC_MUST_USE;
