// page: what a page is charged by. Lengths in hundredths of a millimetre (PWG 5101.1).
#pragma once

#include <stdbool.h>
#include <stdint.h>

// A run of pages that are alike. Facts come as runs, so that a document of a million equal pages is
// one of them.
struct page_run {
    uint32_t count;
    uint32_t width;
    uint32_t height;
    bool color;
    bool blank;
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
    bool two_sided;  // the page shares its sheet
    uint32_t pages;  // impressions
    uint32_t sheets; // sheets that these pages begin: 0 for pages that are backs only
};

// Every kind there is.
enum { PAGE_CLASS_MAX = PAGE_SIZE_COUNT * 2 * 2 };

enum page_size page_size_of(uint32_t width, uint32_t height);
const char *page_size_name(enum page_size size); // "small", "normal", "large", "huge"
