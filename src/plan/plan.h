// plan: from the pages of a document and what the job asks for to what comes out of the printer:
// impressions and sheets, by class. Pure; its time depends on the runs, not on the pages.
//
// How it counts (RFC 8011 5.2, PWG 5100.3, 5100.6, 5100.11):
// - page-ranges choose pages of the document, overrides change some of them; number-up lays them on
//   sides, a booklet two on each side of folded sheets; a side is colour if one of its pages is,
//   and blank if all are. Pages with different copies, sides or paper of their own do not meet on
//   one side.
// - Two-sided pairs sides on sheets. Each part, each copy and each page that asks for it begins on
//   a new sheet. Sides that differ in size, copies or binding never share one. A side alone on its
//   sheet is one-sided; a blank page of the document goes through the printer as any other.
// - Copies multiply: those of the job, of each part (PJL QTY), of each page (PCL, raster). Copies
// of
//   a page are copies of its sheet.
// - Covers take the first or last sides of each output document; inserts and slips pass unprinted.
//   Job sheets and separators are one mono side each.
// docs/decisions/0012-copies.md says which of these reach which printer.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "model/page.h"

// Pages first to last of the document, counted from 1, both included.
struct plan_range {
    uint32_t first;
    uint32_t last;
};

// multiple-document-handling: where output documents begin, and the order of copies.
enum plan_handling {
    PLAN_COLLATED,         // separate documents: a b a b
    PLAN_UNCOLLATED,       // separate documents; all copies of a sheet before the next
    PLAN_SINGLE,           // all documents are one: the next begins where the last one ends
    PLAN_SINGLE_NEW_SHEET, // all are one, but each begins on a new sheet
};

// cover-type of cover-front, cover-back
enum plan_cover {
    PLAN_COVER_NONE,
    PLAN_COVER_UNPRINTED, // print-none: a sheet of its own
    PLAN_COVER_FRONT,     // the document's first (last) side is on it
    PLAN_COVER_BACK,
    PLAN_COVER_BOTH, // two of them
};

// Where sheets go that mark the begin and the end: of the job (job-sheets), of each output document
// (separator-sheets).
enum plan_sheets {
    PLAN_SHEETS_NONE,
    PLAN_SHEETS_START,
    PLAN_SHEETS_END,
    PLAN_SHEETS_BOTH,
    PLAN_SHEETS_SLIP, // unprinted, between output documents; of separators only
};

struct plan_media {
    uint32_t width; // 0: as the page, or the job's
    uint32_t height;
};

struct plan_cover_sheet {
    enum plan_cover print;
    struct plan_media media;
};

struct plan_insert {
    uint32_t after; // this page of the document, if it is printed; 0: before the first one
    uint32_t count; // unprinted sheets
    struct plan_media media;
};

struct plan_override {
    struct plan_range pages;
    uint32_t sides; // 0: it does not say; else enum page_sides and 1
    bool mono;
    bool color; // not mono, though the job is
    struct plan_media media;
};

struct plan_ask {
    const struct page_run *runs; // borrowed, as all that follow
    size_t run_count;
    const struct page_part *parts; // of all runs; none: one part
    size_t part_count;
    const struct plan_range *ranges; // ascending and apart; none: all pages
    size_t range_count;
    uint32_t copies;       // of the job, 1 or more
    uint32_t proof_copies; // besides
    uint32_t number_up;    // 1 or more pages on a side; a side has the size of its first page
    bool booklet;          // imposition-template signature: not with number_up
    enum page_sides sides; // of pages that do not say, or
    bool sides_rule;       // of all pages, whatever they say
    enum plan_handling handling;
    bool mono;                             // printed in black only, whatever the pages are
    struct plan_media media;               // everything is scaled to fit it
    const struct plan_override *overrides; // ascending and apart
    size_t override_count;
    const uint32_t *fronts; // force-front-side: pages that begin a sheet; ascending
    size_t front_count;
    const struct plan_insert *inserts; // ascending
    size_t insert_count;
    struct plan_cover_sheet cover_front;
    struct plan_cover_sheet cover_back;
    enum plan_sheets job_sheets;
    struct plan_media job_sheets_media;
    enum plan_sheets separators;
    struct plan_media separators_media;
    // Of a job that ended early: only its first `completed` impressions, in the order in which they
    // leave the printer. A front that came out counts as it was planned, also without its back; an
    // unprinted sheet came out if a side after it did, or all.
    bool is_partial;
    uint64_t completed;
};

enum { PLAN_STEPS_MAX = 20 };

struct plan {
    struct page_class classes[PAGE_CLASS_MAX]; // small before large; blank, mono, colour; one-sided
    size_t class_count;                        // before two-sided; none of them empty
    uint64_t areas[PAGE_CLASS_MAX];            // of each class' pages, in square millimetres
    uint32_t inks[PAGE_CLASS_MAX][PAGE_INK_COUNT]; // of its pages, those in each tier of ink; the
                                                   // others' ink is not known
    uint32_t pages;                                // of the document that are printed, in one copy
    uint32_t color_pages;                          // of those
    uint32_t blank_pages;                          // of those
    uint32_t impressions;                          // sides, all copies
    uint32_t color_impressions;                    // of those
    uint32_t blank_impressions;                    // of those
    uint32_t sheets;
    // How it was reached, one sentence a step, for people. In the arena.
    const char *steps[PLAN_STEPS_MAX];
    size_t step_count;
};

// ERR_INVALID: no pages, lists that are not ascending or leave nothing, no copies, what does not go
// together. ERR_LIMIT: more than 4,294,967,295 impressions or sheets, or the arena is full.
bool plan_make(const struct plan_ask *ask, struct arena *arena, struct plan *plan,
               struct err *err) CC_MUST_USE;

// IPP keywords into the ask: the value of the attribute `name`, which may be a member of a
// collection ("cover-front/cover-type"). False: the keyword or the attribute is not known.
bool plan_word_take(struct plan_ask *ask, struct str name, struct str word) CC_MUST_USE;
