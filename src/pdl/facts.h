// facts: gathers what is on the pages of one document, as runs of pages that are alike.
//
// A document has one part, or several that follow each other (PJL jobs, languages in one stream);
// each part begins on a new sheet. Pure: memory is the caller's arena. Lengths in hundredths of a
// millimetre.
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

// What of the document decided a page: at its byte or object.
enum pdl_place { // the numbers of quoin.v1.Place
    PDL_PLACE_NONE = 0,
    PDL_PLACE_BYTE = 1,   // offset in the document
    PDL_PLACE_OBJECT = 2, // number of a PDF object
};

enum { PDL_INKS = 4, PDL_COVERAGE_ALL = 10000 };

// Ink on a page, in hundredths of a per cent of its area: cyan, magenta, yellow, black.
struct pdl_coverage {
    uint16_t ink[PDL_INKS]; // at most PDL_COVERAGE_ALL
    uint16_t error;         // how far each may be off, at most
    bool known;
};

enum pdl_sides { // the numbers of quoin.v1.PageRun.sides
    PDL_SIDES_UNSAID = 0,
    PDL_ONE_SIDED = 1,
    PDL_TWO_SIDED_LONG = 2,
    PDL_TWO_SIDED_SHORT = 3,
};

struct pdl_run {
    struct pdl_run *next; // in the arena
    uint32_t count;
    uint32_t width;
    uint32_t height;
    bool color;      // something on it would mark in colour
    bool nominal;    // the document declares colour for it, whether or not any marks
    bool blank;      // nothing on it marks
    bool new_sheet;  // each begins a sheet, also when two-sided
    uint32_t copies; // of each page, one after the other; 0 when added: as the part says
    uint32_t sides;  // enum pdl_sides; 0 when added: as the part says
    uint64_t place;  // where the cause of its colour is, or else of its mark
    enum pdl_place place_kind;
    struct pdl_coverage coverage;
    struct str reason; // in the arena
    enum pdl_certainty certainty;
};

// The sheet of pages that do not say; of PJL, for languages that leave it to the printer.
struct pdl_form {
    uint32_t width; // in portrait; 0: not said
    uint32_t height;
    uint32_t lines; // of a page; 0: not said
    bool landscape;
};

struct pdl_part {
    struct pdl_part *next; // in the arena
    const char *format;    // media type; a literal
    uint64_t offset;       // of its first byte in the document
    uint64_t length;
    uint32_t sets;       // collated copies of the part (PJL QTY); 1 or more
    uint32_t copies;     // of a page that does not say (PJL COPIES); 1 or more
    uint32_t sides;      // of a page that does not say
    uint32_t first_page; // only these pages of it are printed (PJL JOB START, END); 0: from the
    uint32_t last_page;  // first, to the last
    uint64_t page;       // the last one that was added, printed or not
    struct pdl_form form;
    size_t run_count;
    enum pdl_certainty certainty; // of the part, its pages left aside; only gets worse
    bool open;                    // its pages are to be told otherwise: PostScript by its
                                  // interpreter, a packed document once it is unpacked
    uint32_t pages_said;          // of an open part: by its own comments; 0: they do not say
};

enum { PDL_REASONS_MAX = 32, PDL_COPIES_MAX = 65535 };

struct pdl_language;

struct pdl_facts {
    struct arena *arena; // borrowed
    // Of the job that is read (pdl/job.h): for readers of what holds another document.
    const struct pdl_language *languages;
    bool packed;        // it was unpacked on its way here; what is packed once more is refused
    const char *format; // of the first part, or of what wraps it; a literal
    // What is asked for:
    bool each_page;     // runs join only pages with the same place, so that each page is explained
    bool coverage;      // readers that see the pixels tell the coverage
    uint64_t pages_max; // copies left aside
    // What was found:
    struct pdl_part *first_part;
    struct pdl_part *part; // the one that is read, the last
    size_t part_count;
    struct pdl_run *first;
    struct pdl_run *last;
    size_t run_count;
    uint64_t pages;
    bool left_out;                // a page is asked not to be printed: 0 pages may be the truth
    bool needs_whole;             // of a stream: the language can only be read with all its bytes
    enum pdl_certainty certainty; // of the whole, its pages left aside; only gets worse
    char *reasons[PDL_REASONS_MAX];
    size_t reason_count;
};

struct pdl_facts pdl_facts_of(struct arena *arena, const char *format, uint64_t pages_max);

// Begins a part. A reader that adds pages where none was begun gets one of facts->format.
bool pdl_facts_part(struct pdl_facts *facts, const char *format, uint64_t offset,
                    struct err *err) CC_MUST_USE;

// Takes back the part that was begun last and has no pages: it only holds those that follow.
void pdl_facts_part_drop(struct pdl_facts *facts);

// Adds run->count pages; next is not used. The reason is copied where a new run begins. A page that
// is not to be printed (first_page, last_page) is passed over. False past pages_max or the arena's
// cap.
bool pdl_facts_add(struct pdl_facts *facts, const struct pdl_run *run, struct err *err) CC_MUST_USE;

// A sentence about the whole document, at most PDL_REASONS_MAX of them, and how sure it leaves us.
void pdl_facts_note(struct pdl_facts *facts, enum pdl_certainty certainty, const char *fmt, ...)
    CC_PRINTF(3, 4);

// Length of a side from points (1/72 inch) and from pixels; at least 1.
uint32_t pdl_facts_points(double points);
uint32_t pdl_facts_pixels(uint32_t pixels, uint32_t per_inch);
