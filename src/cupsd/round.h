// round: CUPS runs its backend for the same job again when it did not hear how it ended, and when a
// person asks for the job once more. What has ended is noted here (DIR/agent/rounds), so that the
// second is another job at Quoin and the first is not. Blocking.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include <stdint.h>

enum { CUPSD_ROUNDS_KEPT_S = 30 * 24 * 3600 };

// How often the job of this name has ended, and whether this round has begun to be sent.
uint32_t cupsd_round_of(const char *data, const char *name, bool *is_begun);
// The round is being sent; told by is_begun until it ends.
bool cupsd_round_begin(const char *data, const char *name, uint32_t round,
                       struct err *err) CC_MUST_USE;
// The round is over: what comes is the next. Forgets what ended long ago.
bool cupsd_round_end(const char *data, const char *name, uint32_t round,
                     struct err *err) CC_MUST_USE;
