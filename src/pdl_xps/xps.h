// xps: XPS and OpenXPS (ECMA-388), and the naming of other zip archives.
//
// Runs in the jailed worker. Pages are read in the order of the fixed documents; their colour is
// found by walking their markup, with the pictures judged by pdl_image. Copies and sides come from
// the print tickets of the job, the document and the page.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// The reader (pdl/job.h) of PDL_FAMILY_ZIP.
bool pdl_xps_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err) CC_MUST_USE;
