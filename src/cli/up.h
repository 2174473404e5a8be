// cli/up: runs a program so that it ends when this one does.
#pragma once

// "quoin --with-parent PID PROGRAM ARGUMENT...": asks the kernel for SIGTERM when the parent PID
// ends, then becomes PROGRAM. Returns only when that fails.
int cli_with_parent(int argc, char **argv);

// The back-off of a program that ended: the wait before it is started again, after it ran so long.
#include <stdint.h>
uint64_t cli_backoff_ms(uint64_t last_ms, int64_t ran_ms);
