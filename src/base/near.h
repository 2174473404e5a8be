// near: how far apart two short words are, to ask whether another one was meant. Pure.
#pragma once

#include "base/str.h"

enum { NEAR_WORD_MAX = 80 };

// Letters that must be put in, taken out or changed to make one word the other; ASCII case does not
// matter. SIZE_MAX: one of them is longer than NEAR_WORD_MAX bytes.
size_t near_distance(struct str a, struct str b);
