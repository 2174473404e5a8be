// extent: where one PDF ends and what it looks like from outside, before libqpdf reads it. Pure.
#pragma once

#include "base/str.h"
#include <stdbool.h>

// The length of the first PDF in bytes that begin with one: all of them, unless its end mark is
// followed by the header of another that stands by itself. An update that repeats the header is no
// other PDF.
size_t pdl_pdf_extent_of(struct str bytes);

bool pdl_pdf_extent_has_end(struct str document); // "%%EOF" in its last bytes
bool pdl_pdf_extent_is_pclm(struct str document); // its second line is "%PCLm"

// It has so many comment lines behind each other that libqpdf, which begins anew at each line when
// it looks for objects, would not come to an end.
bool pdl_pdf_extent_is_slow(struct str document);
