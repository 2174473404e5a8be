// share: a sum taken apart in proportion, so that nothing is lost or made: the largest remainders
// get what rounding leaves. Pure.
#pragma once

#include "base/cc.h"
#include "model/money.h"
#include <stddef.h>
#include <stdint.h>

enum { SHARE_COUNT_MAX = 64, SHARE_WHOLE = 1000000 };

struct share {
    int64_t weight;      // 0 or more
    int64_t most;        // units it may bear; INT64_MAX: any
    struct money amount; // set: 0 to most
};

// Sets the amounts, which sum to total. Each is its exact part rounded down, or one unit more, but
// where `most` binds: what it leaves goes to the others in their order. Of equal remainders the
// earlier is the larger. False: the total is negative, there are no or too many shares, their
// weights are negative, sum to 0 or overflow, or `most` leaves no room.
bool share_out(struct money total, struct share *shares, size_t count) CC_MUST_USE;

// The same in whole multiples of a step (units, above 0; 1: exact). What of the total or of `most`
// is no multiple goes to the largest amount that has room, then to the next.
bool share_out_by(struct money total, int64_t step, struct share *shares, size_t count) CC_MUST_USE;
