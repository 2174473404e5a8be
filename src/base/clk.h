// clk: the only clock. Wall time is data (what is shown and stored); monotonic time orders and
// measures. A test can set the wall clock.
#pragma once

#include <stdint.h>

struct str;
struct buf;

int64_t clk_wall_ms(void); // milliseconds since 1970-01-01 UTC
int64_t clk_mono_ms(void);
int64_t clk_mono_ns(void);

// Adds what tests ask for to the wall clock from now on; 0 puts it back.
void clk_shift_ms(int64_t by);

// "2026-11-22T10:00:00.000Z", always 24 bytes.
void clk_add_utc(struct buf *buf, int64_t wall_ms);

// Reads "YYYY-MM-DD", "YYYY-MM-DDTHH:MM[:SS[.mmm]]" with an optional Z, as UTC.
_Bool clk_read_utc(struct str text, int64_t *wall_ms);
