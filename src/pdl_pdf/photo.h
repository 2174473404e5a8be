// photo: a JPEG that is a whole document (image/jpeg): one page, printed scaled to the job's paper.
#pragma once

#include "pdl/facts.h"

// document starts at its start mark and is borrowed for the call. What cannot be read to its end is
// not an error: facts->certainty and its reasons say so. False: the limit on pages, or the arena's.
bool pdl_pdf_photo_read(struct str document, struct pdl_facts *facts, struct err *err) CC_MUST_USE;
