// arena: see arena.h.

#include "base/arena.h"

#include "base/mem.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_ALIGN = 16, ARENA_BLOCK = 4096, ARENA_BLOCK_MOST = 1 << 16 };

struct arena_block {
    struct arena_block *next; // owned
    size_t size;
    size_t used;
    size_t pad; // keeps bytes aligned
    char bytes[];
};

_Static_assert(offsetof(struct arena_block, bytes) % ARENA_ALIGN == 0, "blocks start aligned");

// A block that one thing fills stands behind the newest, which goes on with what is small. Its
// bytes are zeroed as they are handed out: most of a block is never touched.
static struct arena_block *arena_block_new(struct arena *arena, size_t need)
{
    struct arena_block *newest = arena->blocks;
    size_t size = ARENA_BLOCK - sizeof(struct arena_block);
    if (newest != NULL) {
        size = newest->size < ARENA_BLOCK_MOST / 2 ? newest->size * 2 : ARENA_BLOCK_MOST;
    }
    size = size > arena->cap ? arena->cap : size;
    bool is_large = need > size / 2 && newest != NULL;
    size = is_large || size < need ? need : size;
    struct arena_block *block = mem_grow(NULL, sizeof(*block) + size);
    *block = (struct arena_block){ .size = size };
    if (is_large) {
        block->next = newest->next;
        newest->next = block;
    } else {
        block->next = newest;
        arena->blocks = block;
    }
    return block;
}

void *arena_new(struct arena *arena, size_t size)
{
    assert(arena->cap > 0);
    if (arena->fault || size > arena->cap) {
        arena->fault = true;
        return NULL;
    }
    size_t need = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    need = need == 0 ? ARENA_ALIGN : need;
    if (need > arena->cap - arena->used) {
        arena->fault = true;
        return NULL;
    }
    struct arena_block *block = arena->blocks;
    if (block == NULL || need > block->size - block->used) {
        block = arena_block_new(arena, need);
    }
    void *at = block->bytes + block->used;
    block->used += need;
    arena->used += need;
    memset(at, 0, need);
    return at;
}

void *arena_new_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->fault = true;
        return NULL;
    }
    return arena_new(arena, count * size);
}

char *arena_text(struct arena *arena, struct str run)
{
    char *text = run.len == SIZE_MAX ? NULL : arena_new(arena, run.len + 1);
    if (text != NULL && run.len > 0) {
        memcpy(text, run.ptr, run.len);
    }
    return text;
}

struct str arena_copy(struct arena *arena, struct str run)
{
    char *text = arena_text(arena, run);
    return text == NULL ? (struct str){ "", 0 } : (struct str){ text, run.len };
}

char *arena_textf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_list again;
    va_start(args, fmt);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = need < 0 ? NULL : arena_new(arena, (size_t)need + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)need + 1, fmt, again);
    }
    va_end(again);
    return text;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *first = NULL;
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        if (first == NULL && block->size <= ARENA_BLOCK) {
            first = block;
        } else {
            free(block);
        }
    }
    *arena = ARENA_CAP(arena->cap);
    if (first != NULL) {
        first->used = 0;
        first->next = NULL;
        arena->blocks = first;
    }
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    *arena = ARENA_CAP(arena->cap);
}
