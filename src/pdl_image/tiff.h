// tiff: a TIFF 6.0 or BigTIFF as a document: a page for each picture of the chain of directories
// that is neither a reduced copy nor a mask.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"
#include "pdl_image/picture.h"

// The reader (pdl/job.h).
bool pdl_image_tiff_read(struct pdl_input *input, struct pdl_facts *facts,
                         struct err *err) CC_MUST_USE;

// Its first page. False: there is none that is read here; the text completes "The TIFF ...".
bool pdl_image_tiff_judge(struct str bytes, const struct pdl_image_ask *ask,
                          struct pdl_image_picture *picture, struct err *err) CC_MUST_USE;
