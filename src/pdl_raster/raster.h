// raster: pages that come as pixels: PWG raster (PWG 5102.4), CUPS raster (versions 1, 2 and 3, of
// either byte order) and Apple raster (URF).
//
// Pure. The run codes are walked, never expanded; pixels are looked at until the page's colour is
// known. Works from a stream with the input's window and one row of memory; pages whose planes
// follow each other are the exception: of a stream they set facts->needs_whole. A page counts when
// its rows are all there; counts in file headers are not believed. Colour and white are those of
// pdl/color.h.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"
#include "pdl/shrink.h"

// Each adds the pages at input (pdl/job.h): to its end, to a UEL between two pages, or to what is
// no page header.
bool pdl_raster_pwg_read(struct pdl_input *input, struct pdl_facts *facts,
                         struct err *err) CC_MUST_USE;
bool pdl_raster_cups_read(struct pdl_input *input, struct pdl_facts *facts,
                          struct err *err) CC_MUST_USE;
bool pdl_raster_urf_read(struct pdl_input *input, struct pdl_facts *facts,
                         struct err *err) CC_MUST_USE;

// One page, from 1, as a small picture: of all three formats, where the colours of a pixel stand
// together. What is cut short is drawn as far as it goes. Texts complete "The page ...".
bool pdl_raster_draw(struct pdl_input *input, uint32_t page, struct pdl_shrink *shrink,
                     struct err *err) CC_MUST_USE;
