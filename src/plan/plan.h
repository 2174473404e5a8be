// plan: from the pages of a document and what the job asks for to what comes out of the printer:
// impressions and sheets, by class. Pure; its time depends on the runs, not on the pages.
//
// How it counts (RFC 8011 5.2, PWG 5100.3): page-ranges choose pages of the document; number-up
// lays them on sides, a side is colour if one of its pages is; two-sided pairs sides on sheets;
// each copy begins on a new sheet, so an odd last side of a copy has its sheet alone and counts as
// one-sided. Sides of different sizes never share a sheet. A side that shares its sheet is
// two-sided even where the other side is blank: a blank page of the document goes through the
// printer as a mono page.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "model/page.h"

// Pages first to last of the document, counted from 1, both included.
struct plan_range {
    uint32_t first;
    uint32_t last;
};

struct plan_ask {
    const struct page_run *runs; // borrowed
    size_t run_count;
    const struct plan_range *ranges; // borrowed; ascending and apart; none: all pages
    size_t range_count;
    uint32_t copies;    // 1 or more
    uint32_t number_up; // 1 or more pages on a side; a side has the size of its first page
    enum page_sides sides;
    bool uncollated; // all copies of a sheet before the next; only matters where is_partial
    bool mono;       // printed in black only, whatever the pages are
    // The sheets that everything is scaled to fit; 0: each side has the size of its page.
    uint32_t media_width;
    uint32_t media_height;
    // Of a job that ended early: only its first `completed` impressions, in the order in which they
    // leave the printer. A front that came out counts as it was planned, also without its back.
    bool is_partial;
    uint64_t completed;
};

enum { PLAN_STEPS_MAX = 8 };

struct plan {
    struct page_class classes[PAGE_CLASS_MAX]; // small before large, mono before colour, one-sided
    size_t class_count;                        // before two-sided; none of them empty
    uint32_t pages;                            // of the document that are printed, in one copy
    uint32_t color_pages;                      // of those
    uint32_t impressions;                      // sides, all copies
    uint32_t color_impressions;                // of those
    uint32_t sheets;
    // How it was reached, one sentence a step, for people. In the arena.
    const char *steps[PLAN_STEPS_MAX];
    size_t step_count;
};

// ERR_INVALID: no pages, ranges that are not ascending or leave nothing, no copies.
// ERR_LIMIT: more than 4,294,967,295 impressions, or the arena is full.
bool plan_make(const struct plan_ask *ask, struct arena *arena, struct plan *plan,
               struct err *err) CC_MUST_USE;
