// compare: what two analysers say of the same document, page for page. Pure.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "proto/facts.pb-c.h"

struct count_difference {
    struct count_difference *next; // in the arena
    uint64_t first;                // pages of the document; 0: of it as a whole
    uint64_t last;
    const char *what; // "colour", "size", …; a literal
    const char *then; // in the arena, or literals
    const char *now;
};

struct count_comparison {
    struct count_difference *list; // in order, at most `most` of them
    size_t listed;
    uint64_t count; // of all: pages that follow each other and differ alike are one
};

// False: the arena is full.
bool count_compare(const Quoin__V1__DocumentFacts *then, const Quoin__V1__DocumentFacts *now,
                   size_t most, struct arena *arena,
                   struct count_comparison *comparison) CC_MUST_USE;
