// rnd: random bytes from the kernel. Never fails: without entropy the process cannot go on.
#pragma once

#include <stddef.h>
#include <stdint.h>

void rnd_bytes(void *bytes, size_t len);
uint64_t rnd_below(uint64_t bound); // 0 <= value < bound, unbiased; bound > 0
