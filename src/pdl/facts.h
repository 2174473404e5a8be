// facts: gathers what is on the pages of one document, as runs of pages that are alike.
//
// Pure: memory is the caller's arena. Lengths in hundredths of a millimetre.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

enum pdl_certainty { // the numbers of quoin.v1.Certainty
    PDL_EXACT = 1,
    PDL_COMPUTED = 2,
    PDL_ESTIMATED = 3,
    PDL_UNKNOWN = 4,
};

struct pdl_run {
    struct pdl_run *next; // in the arena
    uint32_t count;
    uint32_t width;
    uint32_t height;
    bool color;
    bool blank;
    struct str reason; // in the arena
    enum pdl_certainty certainty;
};

enum { PDL_REASONS_MAX = 32 };

struct pdl_facts {
    struct arena *arena; // borrowed
    const char *format;  // media type; a literal
    struct pdl_run *first;
    struct pdl_run *last;
    size_t run_count;
    uint64_t pages;
    uint64_t pages_max;
    uint32_t copies;
    uint32_t sides;               // 0: does not say; 1, 2 long edge, 3 short edge
    enum pdl_certainty certainty; // of the whole, its pages left aside; only gets worse
    char *reasons[PDL_REASONS_MAX];
    size_t reason_count;
};

struct pdl_facts pdl_facts_of(struct arena *arena, const char *format, uint64_t pages_max);

// Adds run->count pages; next is not used. The reason is copied where a new run begins. False past
// pages_max or the arena's cap.
bool pdl_facts_add(struct pdl_facts *facts, const struct pdl_run *run, struct err *err) CC_MUST_USE;

// A sentence about the whole document, at most PDL_REASONS_MAX of them, and how sure it leaves us.
void pdl_facts_note(struct pdl_facts *facts, enum pdl_certainty certainty, const char *fmt, ...)
    CC_PRINTF(3, 4);

// Length of a side from points (1/72 inch) and from pixels; at least 1.
uint32_t pdl_facts_points(double points);
uint32_t pdl_facts_pixels(uint32_t pixels, uint32_t per_inch);
