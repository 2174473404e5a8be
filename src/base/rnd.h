// rnd: random bytes from the kernel. Never fails: without entropy the process cannot go on.
#pragma once

#include <stddef.h>
#include <stdint.h>

void rnd_bytes(void *bytes, size_t len);
// RFC 9562 version 7: the time in front, so that an index by such keys grows at its end, and a
// million of them do not cost a page each; 74 bits that nobody can guess.
void rnd_uuid(uint8_t uuid[16], int64_t wall_ms);
uint64_t rnd_below(uint64_t bound); // 0 <= value < bound, unbiased; bound > 0
