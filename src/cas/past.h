// past: the history told to people; what of it is not a request.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "calendar/period.h"
#include <stdint.h>

// "2026-11-22", "2026-11", "2026-Q4" or "2026" by the site's clock: from is included, until is not.
// ERR_INVALID: it is none of them.
bool cas_past_period(const char *text, const struct calendar_site *site, int64_t *from,
                     int64_t *until, struct err *err) CC_MUST_USE;
