// inks: how much ink is on the pages that an interpreter drew (gs -sDEVICE=pamcmyk32): PAM pictures
// of cyan, magenta, yellow and black, 8 bits each, one behind the other.
//
// As pdl_ps/raster.h: nothing in it is trusted. Pure.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// How far a coverage may be off, in hundredths of a per cent of the page: measured, with what is
// drawn at PDL_PS_INKS_PER_INCH beside the same at 600 dpi (docs/decisions/0011).
enum { PDL_PS_INKS_PER_INCH = 150, PDL_PS_INKS_ERROR = 200 };

// Adds a page for each whole picture, of which only the coverage means something. False: a limit.
bool pdl_ps_inks_read(struct pdl_input *input, struct pdl_facts *facts,
                      struct err *err) CC_MUST_USE;
