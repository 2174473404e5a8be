// guard/expect: what somebody said belongs on a host's ports. Pure.
#pragma once

#include "model/engine.h"
#include "ports/ports.h"
#include "proto/dme.pb-c.h"

// Should this engine be on the host? NULL: nobody said anything.
bool guard_expect_engine(const Quoin__V1__Expectation *told, enum engine engine);

// Who is allowed to hold its port, as a sentence in text, or NULL: nobody said so, or not for as
// long as until now.
enum { GUARD_TEXT_MAX = 400 };
const char *guard_expect_allowed(const Quoin__V1__Expectation *told,
                                 const struct ports_holder *holder, int64_t now_ms,
                                 char text[static GUARD_TEXT_MAX]);

// Its ports, as many as fit behind the `count` that are in ranges. Returns how many there are then.
size_t guard_expect_ranges(const Quoin__V1__Expectation *told, int64_t now_ms,
                           struct ports_range *ranges, size_t count);
