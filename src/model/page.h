// page: what a page is charged by. Lengths in hundredths of a millimetre (PWG 5101.1).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A run of pages that are alike. Facts come as runs, so that a document of a million equal pages is
// one of them.
struct page_run {
    uint32_t count;
    uint32_t width;
    uint32_t height;
    bool color;      // something on it marks in colour
    bool nominal;    // the document declares colour for it, whether or not any marks
    bool blank;      // nothing on it marks
    bool new_sheet;  // each begins a sheet, also when two-sided
    uint32_t copies; // of each page, one after the other; 0: 1
    uint32_t sides;  // 0: it does not say; else enum page_sides and 1
    uint32_t ink; // all inks together, in hundredths of a per cent of its area, and 1; 0: unknown
};

// Runs of a document that belong together, in one language or one PJL job: they begin on a new
// sheet.
struct page_part {
    size_t runs;      // so many of the document's runs, in order
    uint32_t copies;  // collated copies of the part; 0: 1
    bool is_document; // begins a further document of the job; the first does in any case
};

// Classes of size in a price list; a page belongs to the smallest that holds it (with 3 mm to
// spare).
enum page_size {
    PAGE_SMALL,  // up to A5 / statement
    PAGE_NORMAL, // up to A4 / letter / legal
    PAGE_LARGE,  // up to A3 / tabloid
    PAGE_HUGE,   // all above
    PAGE_SIZE_COUNT
};

enum page_sides {
    PAGE_ONE_SIDED,
    PAGE_TWO_SIDED_LONG,
    PAGE_TWO_SIDED_SHORT,
};

// What a job is priced by: its pages of one kind, copies included.
struct page_class {
    enum page_size size;
    bool color;
    bool blank;      // nothing is on it; never colour
    bool two_sided;  // the page shares its sheet
    uint32_t pages;  // impressions
    uint32_t sheets; // sheets that these pages begin: 0 for pages that are backs only. Of blank,
                     // one-sided pages also sheets that pass unprinted: covers, inserts, slips.
};

// Every kind there is: blank, mono and colour, one-sided and two-sided, of each size.
enum { PAGE_KIND_COUNT = 3, PAGE_CLASS_MAX = PAGE_SIZE_COUNT * PAGE_KIND_COUNT * 2 };

// Tiers of ink on a page: up to 5, 10, 20, 40 per cent of its area, and more.
enum { PAGE_INK_COUNT = 5 };

unsigned page_ink_tier(uint32_t ink); // in hundredths of a per cent; below PAGE_INK_COUNT

enum page_size page_size_of(uint32_t width, uint32_t height);
const char *page_size_name(enum page_size size); // "small", "normal", "large", "huge"
