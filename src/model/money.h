// money: sums in one site's currency, in whole minor units times a stated precision. Never floating
// point, not even to print. One unit of `units` is 1/100000 of the major unit (a thousandth of a
// cent), so that a price per page finer than a cent is exact; +-92 million million major units fit.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum { MONEY_SCALE = 100000, MONEY_DIGITS = 5 };

struct money {
    int64_t units;
};

// Adds "12.50", "-0.035": at least two decimals, at most five, no sign for zero.
void money_add_text(struct buf *buf, struct money money);

// As above into text, which the caller owns and is at least MONEY_TEXT_MAX long. Returns text.
enum { MONEY_TEXT_MAX = 32 };
const char *money_text(struct money money, char *text);

// Reads "10", "10.5", "-3.125": at most five decimals, exactly; no thousands marks.
bool money_read(struct str text, struct money *money) CC_MUST_USE;

// False on overflow.
bool money_sum(struct money a, struct money b, struct money *sum) CC_MUST_USE;

// money * times / over, rounded half away from zero. False on overflow. over > 0.
bool money_scale(struct money money, int64_t times, int64_t over, struct money *out) CC_MUST_USE;
