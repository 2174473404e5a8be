// What the modules of plan share: a unit of the job and what one set of it makes.
#pragma once

#include "plan/plan.h"

// Sums stay below this, so that adding them cannot overflow; a job that reaches it is refused.
#define PLAN_MOST ((uint64_t)1 << 40)

enum plan_kind { PLAN_BLANK, PLAN_MONO, PLAN_COLOR }; // PAGE_KIND_COUNT of them

// A page on its way to a side, and a side on its way to a sheet.
struct plan_face {
    uint32_t width; // of the sheet
    uint32_t height;
    enum plan_kind kind;
    uint32_t ink; // as struct page_run has it
    bool new_sheet;
    uint32_t copies;
    enum page_sides sides;
    size_t media; // 0; else the override that gives it its paper, and 1
};

struct plan_sum {
    uint64_t pages;
    uint64_t sheets;
    uint64_t area; // of the pages, in square millimetres
    uint64_t inks[PAGE_INK_COUNT];
};

struct plan_sums {
    struct plan_sum of[PAGE_SIZE_COUNT][PAGE_KIND_COUNT][2]; // two-sided
    uint64_t impressions;
    uint64_t sheets;
    uint64_t unprinted; // of those
};

// Pages that follow each other without a new set: a part, or several documents that are one.
struct plan_unit {
    size_t run; // its first
    size_t run_count;
    uint64_t page; // the number of its first page in the document
    uint32_t sets;
    bool begins; // an output document
    bool ends;
};

// One set of a unit, as it goes through ranges, number-up, covers and sheets.
struct plan_flow {
    const struct plan_ask *ask;
    const struct plan_unit *unit;
    struct arena *arena; // of the booklet's pages
    uint64_t repeat;     // how often each sheet leaves before the next
    uint64_t budget;     // impressions that may still be counted
    struct plan_sums sums;
    uint64_t pages;
    uint64_t color_pages;
    uint64_t blank_pages;
    uint64_t faces; // sides, page copies left aside
    uint64_t color_faces;
    uint64_t lonely;       // sheets with one side because the size changed
    uint32_t group_filled; // of number-up: pages on the side that is being laid
    uint64_t group_ink;    // of those pages together
    struct plan_face group;
    bool has_front; // a side that waits for its back
    struct plan_face front;
    const struct plan_cover_sheet *cover; // that takes the next cover_left sides
    unsigned cover_left;
    uint64_t back_from; // of the back cover: its first face
    struct plan_fold *first_fold;
    struct plan_fold *last_fold;
};

bool plan_check(const struct plan_ask *ask, struct err *err) CC_MUST_USE;

// One set of the unit; what it makes is in the flow. Of a budget of UINT64_MAX all comes out.
struct plan_flow plan_flow_run(const struct plan_ask *ask, const struct plan_unit *unit,
                               uint64_t repeat, uint64_t budget, struct arena *arena);
void plan_flow_pairs(struct plan_flow *flow, const struct plan_face *front,
                     const struct plan_face *back, uint64_t count);
void plan_flow_singles(struct plan_flow *flow, const struct plan_face *face, uint64_t count);

void plan_sums_put(struct plan_sums *sums, const struct plan_face *face, bool two_sided,
                   uint64_t pages, uint64_t sheets);
void plan_sums_add(struct plan_sums *to, const struct plan_sums *from, uint64_t times);

// booklet: pages are kept in order, then folded onto sheets.
void plan_booklet_add(struct plan_flow *flow, const struct plan_face *page, uint64_t count);
void plan_booklet_fold(struct plan_flow *flow);

// One copy of the job, as it is told.
struct plan_told {
    uint64_t pages; // of the document, that are printed
    uint64_t color_pages;
    uint64_t blank_pages;
    uint64_t faces;
    uint64_t color_faces;
    uint64_t lonely;
    uint64_t sets;          // units that ask for more than one
    struct plan_sums once;  // one set of each part, separators left aside
    struct plan_sums whole; // a copy: with the sets, and separators
    struct plan_sums all;   // the job
};
// False: the arena is full.
bool plan_say(const struct plan_ask *ask, const struct plan_told *told, struct arena *arena,
              struct plan *plan);
