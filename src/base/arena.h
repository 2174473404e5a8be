// arena: memory that goes all at once, with a cap named at birth.
//
// What belongs to one request, message or document lives in its arena. Nothing in it is freed
// alone. Reaching the cap returns NULL and marks the arena; running out of memory ends the process.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; // owned, newest first
    size_t used;                // bytes handed out, alignment included
    size_t cap;
    bool fault;
};

#define ARENA_CAP(max) ((struct arena){ .cap = (max) })

// Zeroed, aligned for any type; NULL once the cap is reached. size 0 gives a unique pointer.
void *arena_new(struct arena *arena, size_t size);

// count items of size bytes each; NULL on overflow or cap.
void *arena_new_array(struct arena *arena, size_t count, size_t size);

// A copy that is NUL-terminated behind its length; an empty run and the mark at the cap.
struct str arena_copy(struct arena *arena, struct str run);
char *arena_text(struct arena *arena, struct str run);
char *arena_textf(struct arena *arena, const char *fmt, ...) CC_PRINTF(2, 3);

void arena_free(struct arena *arena);  // leaves it empty and usable
void arena_reset(struct arena *arena); // as arena_free, but keeps a first small block for reuse

static inline bool arena_ok(const struct arena *arena)
{
    return !arena->fault;
}
