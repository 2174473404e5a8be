// ps: PostScript in a job: where it lies and what its comments say. Its pages are for an
// interpreter to tell (count/interpret.c). Pure.
#pragma once

#include "pdl/job.h"

// The reader of PDL_FAMILY_POSTSCRIPT (pdl/job.h): leaves the part open, and adds no pages. Of a
// DOS EPS file the part is its PostScript section.
bool pdl_ps_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err) CC_MUST_USE;
