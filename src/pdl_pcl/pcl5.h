// pcl5: pages, colour, copies and sides of PCL 5e and 5c with HP-GL/2 (HP PCL 5 Printer Language
// Technical Reference Manual, and its Color volume), and of HP-GL/2 that stands alone.
//
// Pure and streaming: memory is bounded whatever the length; a document may come from a pipe. A
// page is interpreted as far as its count, colour and blankness need: where the cursor is, what
// ejects it, which pixels and pens are in colour. Fonts are not read: a character other than a
// space marks.
#pragma once

#include "pdl/job.h"

// A pdl_reader for PDL_FAMILY_PCL. Reads from where input is up to a UEL or the end.
bool pdl_pcl_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err) CC_MUST_USE;
