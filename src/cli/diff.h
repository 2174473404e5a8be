// cli/diff: the lines that differ between two texts, as people are used to read them.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { CLI_DIFF_LINES = 2000 }; // that may differ in a row to be matched one by one

// Adds "-old" and "+new" lines, and around them up to two lines that are the same, behind a blank;
// "…" stands for those left out. False: the texts are the same, and nothing was added.
bool cli_diff_add(struct buf *buf, struct arena *arena, struct str old, struct str new);
