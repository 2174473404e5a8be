// wire/due: what has a deadline, in a binary heap, so that one timer serves all.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_due {  // stands first in what has the deadline
    int64_t at_ms; // clk_mono_ms
    size_t place;  // in the heap, from 1; 0: not in it
};

struct wire_dues {
    struct wire_due **heap; // owned; the members are borrowed
    size_t count;
    size_t size;
};

void wire_due_add(struct wire_dues *dues, struct wire_due *due, int64_t at_ms); // again: moves it
void wire_due_drop(struct wire_dues *dues, struct wire_due *due); // one that is not in it: nothing
struct wire_due *wire_due_first(const struct wire_dues *dues);    // NULL: none
void wire_due_free(struct wire_dues *dues);
