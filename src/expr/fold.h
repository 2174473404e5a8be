// expr/fold: texts are compared as names are: ASCII letters in either case are the same, every
// other byte is itself.
#pragma once

#include "base/str.h"

static inline char expr_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool expr_same_text(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (expr_fold(a.ptr[i]) != expr_fold(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

// Is a path the other one or below it? "science/physics" is within "science".
static inline bool expr_is_within(struct str path, struct str tree)
{
    return path.len >= tree.len && tree.len > 0 &&
           expr_same_text((struct str){ path.ptr, tree.len }, tree) &&
           (path.len == tree.len || path.ptr[tree.len] == '/');
}
