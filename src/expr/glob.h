// expr/glob: patterns with * (any run) and ? (one character), matched in time linear in the text,
// whatever the pattern. ASCII letters match in either case.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/str.h"

enum { EXPR_GLOB_MAX = 63 }; // bytes of a pattern besides its stars

struct expr_glob;

enum expr_glob_kind {
    EXPR_GLOB_WHOLE,    // stars and question marks mean something
    EXPR_GLOB_CONTAINS, // the rest take the text as it stands
    EXPR_GLOB_STARTS,
    EXPR_GLOB_ENDS,
};

// NULL: the pattern is longer than EXPR_GLOB_MAX, or the arena is full. In the arena.
const struct expr_glob *expr_glob_new(struct arena *arena, enum expr_glob_kind kind,
                                      struct str pattern);
bool expr_glob_matches(const struct expr_glob *glob, struct str text);
