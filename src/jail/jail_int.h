// What the modules of jail share. Not for other rooms.
#pragma once

#include "jail/jail.h"
#include <seccomp.h>

// Allows the calls; 0, or what a rule failed with.
int jail_allow(scmp_filter_ctx filter, const int *calls, size_t count);
#define JAIL_CALLS(list) list, sizeof(list) / sizeof((list)[0])
extern const int jail_sanitizer_calls[];
extern const size_t jail_sanitizer_count;
