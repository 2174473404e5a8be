// ports/process: which process has a socket, and what it is; from /proc.
#pragma once

#include "base/str.h"
#include "ports/ports.h"

// Fills user, and for each holder whose process may be seen pid and the rest of it; by what:
// PORTS_ASK_OWNERS, PORTS_ASK_SHARERS, PORTS_ASK_PACKAGES. Sets searched_all and blind of the view.
// from: the first holder that is asked about.
void ports_process_find(struct ports_view *view, size_t from, unsigned what);

// Field 22 of /proc/PID/stat, in clock ticks since the machine started. The program's name in it
// may hold anything, brackets too.
bool ports_process_start(struct str stat, uint64_t *ticks) CC_MUST_USE;
