// wire/timeout: the "grpc-timeout" header, 1 to 8 digits and a unit of H M S m u n.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum { WIRE_TIMEOUT_TEXT = 16, WIRE_TIMEOUT_MAX_MS = 24 * 3600 * 1000 };

// Milliseconds, rounded up, at most a day. False: not of that form.
bool wire_timeout_read(struct str text, uint64_t *ms) CC_MUST_USE;
struct str wire_timeout_write(uint64_t ms, char text[static WIRE_TIMEOUT_TEXT]); // in text
