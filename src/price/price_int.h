// What the files of price share.
#pragma once

#include "price/price.h"

__extension__ typedef __int128 price_wide;

// value / over, rounded half away from zero. over > 0.
price_wide price_share(price_wide value, price_wide over);
// False: it does not fit.
bool price_narrow(price_wide value, struct money *money) CC_MUST_USE;
bool price_too_much(struct err *err) CC_MUST_USE;
