// glob: see glob.h. A non-deterministic automaton whose states are the bits of one word: bit i says
// that i tokens of the pattern were matched. Every byte of the text takes the same few steps.

#include "expr/glob.h"

#include "expr/fold.h"
#include <stdint.h>

struct expr_glob {
    uint64_t stays;      // states that a star lets stand still
    uint64_t after_one;  // states behind a ?: they stand still on the rest of a UTF-8 character
    uint64_t accepts;    // the one state that is a match
    uint64_t takes[256]; // by byte: the states that it moves on
};

static bool glob_is_rest(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

static void glob_token(struct expr_glob *glob, unsigned at, char c, bool any)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        bool takes = any ? !glob_is_rest((unsigned char)byte)
                         : expr_fold((char)(unsigned char)byte) == expr_fold(c);
        glob->takes[byte] |= takes ? (uint64_t)1 << at : 0;
    }
    glob->after_one |= any ? (uint64_t)1 << (at + 1) : 0;
}

const struct expr_glob *expr_glob_new(struct arena *arena, enum expr_glob_kind kind,
                                      struct str pattern)
{
    struct expr_glob *glob = arena_new(arena, sizeof(*glob));
    bool whole = kind == EXPR_GLOB_WHOLE;
    unsigned count = 0;
    if (glob == NULL) {
        return NULL;
    }
    glob->stays = kind == EXPR_GLOB_CONTAINS || kind == EXPR_GLOB_ENDS ? 1 : 0;
    for (size_t i = 0; i < pattern.len; i++) {
        if (whole && pattern.ptr[i] == '*') {
            glob->stays |= (uint64_t)1 << count;
            continue;
        }
        if (count == EXPR_GLOB_MAX) {
            return NULL;
        }
        glob_token(glob, count, pattern.ptr[i], whole && pattern.ptr[i] == '?');
        count++;
    }
    glob->accepts = (uint64_t)1 << count;
    glob->stays |= kind == EXPR_GLOB_CONTAINS || kind == EXPR_GLOB_STARTS ? glob->accepts : 0;
    return glob;
}

bool expr_glob_matches(const struct expr_glob *glob, struct str text)
{
    uint64_t states = 1;
    for (size_t i = 0; i < text.len && states != 0; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        uint64_t still = glob->stays | (glob_is_rest(byte) ? glob->after_one : 0);
        states = (states & glob->takes[byte]) << 1 | (states & still);
        if ((states & glob->accepts & glob->stays) != 0) {
            return true; // nothing can take it back
        }
    }
    return (states & glob->accepts) != 0;
}
