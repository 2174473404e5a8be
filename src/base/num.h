// num: strict parsing of numbers and checked arithmetic. No white space, no sign unless said, no
// rounding: a text is wholly a number in range or it is refused.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

// Decimal digits only. *out is set on success.
bool num_u64(struct str text, uint64_t max, uint64_t *out) CC_MUST_USE;

// As above with an optional leading '-'.
bool num_i64(struct str text, int64_t min, int64_t max, int64_t *out) CC_MUST_USE;

bool num_hex(struct str text, uint64_t max, uint64_t *out) CC_MUST_USE;

// False on overflow; *out is set on success.
bool num_add(int64_t a, int64_t b, int64_t *out) CC_MUST_USE;
bool num_mul(int64_t a, int64_t b, int64_t *out) CC_MUST_USE;

// a * b / over exactly, with what is left of the division. False: over is 0, or the quotient does
// not fit.
bool num_mul_div(uint64_t a, uint64_t b, uint64_t over, uint64_t *quotient,
                 uint64_t *rest) CC_MUST_USE;
