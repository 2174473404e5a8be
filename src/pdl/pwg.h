// pwg: PWG raster (PWG 5102.4) read in place: the run codes are walked, never expanded.
//
// Pure. A page counts when its rows are all there; TotalPageCount is not looked at. A page is
// colour from its first pixel that is not neutral, blank when every pixel is white.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

// Adds the pages of the document at input, which starts with "RaS2" (pdl/job.h).
bool pdl_pwg_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err) CC_MUST_USE;

// The rule for one pixel of 8-bit samples, shared with pictures: equal within PDL_NEUTRAL_LEVELS.
enum { PDL_NEUTRAL_LEVELS = 2 };
static inline bool pdl_is_neutral(int a, int b, int c)
{
    int low = a < b ? (a < c ? a : c) : (b < c ? b : c);
    int high = a > b ? (a > c ? a : c) : (b > c ? b : c);
    return high - low <= PDL_NEUTRAL_LEVELS;
}
