// pdf: the pages of a PDF, their sizes, and whether each is colour, blank or undecided.
//
// libqpdf gives the structure: objects, decryption, repair. The page tree's leaves are walked,
// never /Count; colour is pdl's walk over the operators. Runs only in the jailed worker.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// input is at "%PDF-" (pdl/job.h). A document that cannot be read, or not
// wholly, is not an error: facts->certainty and its reasons say so; a page that must be drawn has
// certainty PDL_UNKNOWN in its run. False: the limit on pages, or the arena's.
bool pdl_pdf_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err) CC_MUST_USE;
