// work: one job as policy, prices and limits see it, with what is known of whoever made it. All
// runs and lists are borrowed; what is not known is empty. Money in units, area in square
// millimetres, times in milliseconds since 1970 UTC. proto/quoin/v1/work.proto tells the fields.
#pragma once

#include "base/str.h"
#include "model/money.h"
#include "model/page.h"
#include <stdint.h>

enum work_kind { WORK_PRINT, WORK_COPY, WORK_SCAN, WORK_FAX, WORK_KIND_COUNT };
const char *work_kind_name(enum work_kind kind); // "print", "copy", …
// False: it is none. Empty reads as print.
bool work_kind_read(struct str name, enum work_kind *kind);

// Pages by ink on them: up to 5, 10, 20, 40 per cent of their area, and more.
enum { WORK_INK_COUNT = PAGE_INK_COUNT, WORK_FINISHINGS_MAX = 16, WORK_GROUPS_MAX = 64 };

struct work_class {
    struct page_class page;
    uint64_t area;                   // of all its pages; 0: not known
    uint32_t by_ink[WORK_INK_COUNT]; // sum is page.pages, or all 0: not measured
};

struct work_finishing {
    struct str kind; // "staple", "punch", "fold", …
    uint32_t count;
};

struct work {
    enum work_kind kind;
    struct str queue;
    struct str printer;
    struct str pull_group;
    struct str printer_state;
    struct str account; // chosen to pay
    struct str document;
    struct str format;
    struct str media;
    struct str media_type;
    struct str media_source;
    struct str from;
    struct str identity; // how the user is known: "authenticated", "claimed", …; may be empty
    struct str destination;
    struct work_class classes[PAGE_CLASS_MAX];
    size_t class_count;
    struct work_finishing finishings[WORK_FINISHINGS_MAX];
    size_t finishing_count;
    uint32_t copies;
    uint32_t seconds; // of a fax
    uint64_t bytes;
    struct str digest; // SHA-256; empty: not known
    int64_t at;

    // What the accounts know of whoever made it.
    struct str user; // the person's name in its canonical form
    struct str full_name;
    struct str department; // its path: "science/physics"
    struct str location;
    struct str groups[WORK_GROUPS_MAX];
    size_t group_count;
    struct money available;

    struct money cost; // once it is priced
};

// Sums over the classes; saturating.
struct work_sums {
    uint64_t pages; // impressions
    uint64_t color_pages;
    uint64_t blank_pages;
    uint64_t two_sided_pages;
    uint64_t sheets;
    uint64_t area;
};
struct work_sums work_sums(const struct work *work);
