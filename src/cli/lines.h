// cli/lines: two texts compared line by line. Pure.
#pragma once

#include "base/buf.h"

// "- " lines that are only in old, "+ " lines that are only in new, "  " those of both; of these
// only so many next to a difference, "  …" for those left out. Nothing for equal texts.
void cli_lines_diff(struct buf *out, struct str old, struct str new, size_t around);
