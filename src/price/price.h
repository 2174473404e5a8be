// price: from a work and a price book to lines, a total and what it costs the site. Pure, in whole
// units of 1/100000; sums are made in 128 bits and nothing overflows in silence. In every line
// amount = quantity x each, and the lines' sum is the total to the last unit: what rounding and
// caps take or give is a line of its own.
//
// The order of the lines: pages (by class), free pages, the job's fee, finishing, destination,
// adjustments, what policy makes of it, "not below zero", rounding, "no more than was reserved".
//
// proto/quoin/v1/price.proto tells what each field of a book is; docs/prices.md is the prose.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "model/work.h"

// One page or job costs at most a million of the major unit.
#define PRICE_MOST ((int64_t)1000000 * MONEY_SCALE)

enum {
    PRICE_RULES_MAX = 200,      // of each list of a book, but
    PRICE_ADJUSTMENTS_MAX = 64, // of adjustments: a set of them is 64 bits
    PRICE_STEPS_MAX = 16,
    PRICE_NAMES_MAX = 1000, // of one list of names
    PRICE_LINES_MAX = 256,
    PRICE_RULE_NAME_MAX = 60,
    PRICE_PERCENT_MOST = 1000,
};

// Work kinds as bits, and large format.
#define PRICE_KIND(kind) (1U << (kind))
#define PRICE_LARGE_FORMAT PRICE_KIND(WORK_KIND_COUNT)

// Ink as bits; mono are pages with black only.
enum { PRICE_BLANK = 1, PRICE_MONO = 2, PRICE_COLOR = 4 };

struct price_names { // borrowed, with * and ?; none: any
    const struct str *names;
    size_t count;
};

struct price_amount {
    struct money price;
    struct money cost; // to the site
};

enum price_per { PRICE_PER_PAGE, PRICE_PER_SHEET, PRICE_PER_AREA };
enum price_sides { PRICE_ANY_SIDES, PRICE_ONE_SIDED, PRICE_TWO_SIDED };

struct price_step {
    uint32_t from;
    struct price_amount each;
};

struct price_page_rule {
    struct str name;
    unsigned ink;      // 0: any
    unsigned sizes;    // 1 << enum page_size; 0: any
    unsigned coverage; // 1 << tier; 0: any
    enum price_sides sides;
    struct price_names media;
    struct price_names media_types;
    struct price_names trays;
    enum price_per per;
    struct price_amount each;
    struct money least;             // a page, of PRICE_PER_AREA
    const struct price_step *steps; // ascending; of PRICE_PER_PAGE
    size_t step_count;
    bool steps_by_month;
};

struct price_free {
    uint32_t per_job;
    uint32_t per_month;
    unsigned ink;
    unsigned sizes;
};

struct price_finishing {
    struct str name;
    struct price_names kinds;
    struct price_amount each;
};

struct price_destination {
    struct str name;
    struct price_names to;
    struct price_amount job;
    struct price_amount page;
    struct price_amount minute;
};

enum price_on { PRICE_ON_ALL, PRICE_ON_PAGES, PRICE_ON_COLOR, PRICE_ON_MONO, PRICE_ON_FINISHING };
enum price_for_each { PRICE_EACH_JOB, PRICE_EACH_PAGE, PRICE_EACH_SHEET, PRICE_EACH_SAVED_SHEET };

struct price_adjustment {
    struct str name;
    struct str when; // an expression; the caller asks it
    struct price_names accounts;
    enum price_on on;
    int64_t percent; // in 1/100000 of a per cent; 0: it is an amount
    struct money amount;
    enum price_for_each each;
};

struct price_book {
    struct str name;
    unsigned kinds;
    struct price_names queues;
    struct price_names printers;
    struct price_names pull_groups;
    struct price_names departments; // paths, no * or ?: with what is below them
    struct price_names groups;      // no * or ?
    int64_t valid_from;             // 0: always
    int64_t valid_until;
    int32_t rank;

    struct price_amount job;
    struct price_amount page; // that no rule fits
    int32_t two_sided_change; // per cent
    struct price_free free;
    const struct price_page_rule *pages;
    size_t page_count;
    const struct price_finishing *finishing;
    size_t finishing_count;
    const struct price_destination *destinations;
    size_t destination_count;
    const struct price_adjustment *adjustments;
    size_t adjustment_count;
};

enum price_rounding { PRICE_HALF_AWAY, PRICE_HALF_EVEN, PRICE_UP, PRICE_DOWN };

struct price_money {
    char currency[4]; // ISO 4217; empty: not said
    uint32_t decimals;
    struct money precision; // of a charge; 1 unit: exact
    enum price_rounding rounding;
};

// What a site begins with: two decimals, exact charges.
struct price_money price_money_default(void);
// ERR_INVALID: three letters or none; 0, 2 or 3 decimals; a precision of 0.00001 to 1000.
bool price_money_check(const struct price_money *money, struct err *err) CC_MUST_USE;

// ERR_INVALID says which part of the book is no such thing, by its rule's name.
bool price_check(const struct price_book *book, struct err *err) CC_MUST_USE;

// Does the text have the form of the name? * is any run, ? any one byte; the rest is itself.
bool price_is_like(struct str text, struct str form);
// Is it one of them; or are there none.
bool price_is_among(struct str text, const struct price_names *forms);

// ---- which book ---------------------------------------------------------------------------------

bool price_book_fits(const struct price_book *book, const struct work *work);

// Of the books that fit the one that goes first: the greatest rank; then large format before print;
// one for the person's group before one for a department, a deeper department before a higher one;
// for the printer, then the queue, then the pull group; then the one valid from the later time;
// then the first by name. NULL: none fits.
const struct price_book *price_book_choose(const struct price_book *const *books, size_t count,
                                           const struct work *work);

// ---- one job ------------------------------------------------------------------------------------

enum price_line_kind {
    PRICE_LINE_PAGES,
    PRICE_LINE_SHEETS,
    PRICE_LINE_AREA,
    PRICE_LINE_FREE,
    PRICE_LINE_JOB,
    PRICE_LINE_FINISHING,
    PRICE_LINE_DESTINATION,
    PRICE_LINE_ADJUSTMENT,
    PRICE_LINE_POLICY,
    PRICE_LINE_ZERO,
    PRICE_LINE_ROUNDING,
    PRICE_LINE_RESERVED,
};

struct price_line {
    enum price_line_kind kind;
    const struct work_class *class;            // of pages and sheets; borrowed from the work
    struct str rule;                           // without the book's name; borrowed from the book
    struct str thing;                          // "staple", "minute"; borrowed
    const struct price_adjustment *adjustment; // of one; borrowed from the book
    uint64_t area;                             // square millimetres
    uint64_t pages;                            // that have the area
    uint32_t from;                             // of steps: from this page on; 0: no steps
    int64_t parts;                             // of policy, of 1,000,000
    int64_t quantity;
    struct money each;
    struct money amount; // quantity x each
    struct money cost;   // to the site
};

struct price_ask {
    const struct price_book *book; // borrowed, as the rest
    const struct work *work;
    const struct price_money *money;
    uint64_t adjustments;         // a bit each that applies, in the book's order
    uint64_t month_pages;         // the person's, before this job
    int64_t charge_parts;         // policy's, of 1,000,000; 0: as it is
    const struct money *reserved; // it costs no more than this; NULL: it costs what it costs
};

struct price_quote {
    struct price_line lines[PRICE_LINES_MAX]; // those after line_count are not set
    size_t line_count;
    const struct price_book *book; // borrowed
    struct money total;            // the sum of the lines; 0 or more
    struct money cost;
};

// Where nothing comes out (no pages and no sheets) there are no lines and it costs nothing.
// ERR_INVALID: a class that is no class; ERR_LIMIT: more than a sum or the lines can hold.
bool price_job(const struct price_ask *ask, struct price_quote *quote, struct err *err) CC_MUST_USE;

// For people: "3 colour pages, normal size, two-sided", and "base.page.normal.color".
void price_line_what(const struct price_quote *quote, const struct price_line *line,
                     struct buf *text);
void price_line_rule(const struct price_quote *quote, const struct price_line *line,
                     struct buf *text);

// The work of a settlement, out of which some of `reserved` came: areas, ink and finishing that it
// does not tell are those of the reservation, in proportion and rounded down; of pages by ink,
// those with the least ink came first.
void price_work_complete(struct work *out, const struct work *reserved);

// The amount as a multiple of the precision.
bool price_round(const struct price_money *money, struct money amount,
                 struct money *rounded) CC_MUST_USE;

// ---- the simple list ----------------------------------------------------------------------------

// The front of the book "base": a price by size and ink, its two-sided change and its fee.
struct price_list {
    struct money page_mono[PAGE_SIZE_COUNT];
    struct money page_color[PAGE_SIZE_COUNT];
    uint32_t duplex_percent; // what a page costs that shares its sheet, of one that does not
    struct money per_job;
};
enum { PRICE_DUPLEX_MAX = 1000, PRICE_LIST_RULES = 2 * PAGE_SIZE_COUNT };

// ERR_INVALID names the first price that is out of bounds.
bool price_list_check(const struct price_list *list, struct err *err) CC_MUST_USE;
// What a site begins with: mono 0.05 and colour 0.20 a normal page, half for small, twice for
// large, four times for huge pages; two-sided 100 %; nothing for the job.
struct price_list price_list_default(void);
// The name of the list's rule for pages of a size: "page.normal.color".
struct str price_list_rule(enum page_size size, bool color);
