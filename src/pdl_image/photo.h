// photo: a JPEG that is a whole document (image/jpeg): one page, printed scaled to the job's paper.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// input is at its start mark (pdl/job.h). What cannot be read to its end is
// not an error: facts->certainty and its reasons say so. False: the limit on pages, or the arena's.
bool pdl_image_photo_read(struct pdl_input *input, struct pdl_facts *facts,
                          struct err *err) CC_MUST_USE;
