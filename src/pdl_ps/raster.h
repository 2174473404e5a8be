// raster: the pages that an interpreter drew (gs -sDEVICE=cups): CUPS raster of version 3, not
// compressed, in this machine's byte order, RGB of 8 bits each.
//
// It was made by a program that a document of a stranger ran in: nothing in it is trusted, and what
// is not as it was asked for ends the reading. Pure.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// Adds the pages to facts, whose part says the copies and sides of pages that do not. Collated
// copies that all pages share become the part's sets. What is not whole is not
// counted. False: a limit.
bool pdl_ps_raster_read(struct pdl_input *input, struct pdl_facts *facts,
                        struct err *err) CC_MUST_USE;
