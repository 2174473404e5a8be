// raster: see raster.h.
//
// stream = "3SaR" page*    page = header (1,796 bytes, cups_page_header2_t) row*
// Numbers of the header are 32 bits in this machine's byte order; the page's size is two floats.

#include "pdl_ps/raster.h"

#include "pdl/color.h"

enum {
    HEADER = 1796,
    AT_COLLATE = 264,
    AT_DUPLEX = 272,
    AT_COPIES = 340,
    AT_TUMBLE = 368,
    AT_WIDTH = 372,
    AT_HEIGHT = 376,
    AT_BITS = 384,
    AT_PIXEL_BITS = 388,
    AT_LINE = 392,
    AT_ORDER = 396,
    AT_SPACE = 400,
    AT_POINTS = 428,
    SPACE_GRAY = 0, // of light: 0 is black
    SPACE_RGB = 1,
    SPACE_CMYK = 6,
    SIDE_MAX = 1 << 16, // pixels
    BYTE_BITS = 8,
    LEVEL_MAX = 255,
    NEUTRAL = 2, // levels, as PDL_NEUTRAL
    WHITE = 254, // as PDL_WHITE
    LINE_MAX = SIDE_MAX * PDL_INKS,
};
_Static_assert((int)LINE_MAX <= (int)PDL_INPUT_WINDOW, "a row lies in the window");

#define POINTS_MAX 1e6F
#define POINTS_PER_INCH 72

struct page {
    uint32_t width; // pixels
    uint32_t height;
    uint32_t line; // bytes
    uint32_t space;
    uint32_t depth; // bytes a pixel
    uint32_t copies;
    bool collate;
    enum pdl_sides sides;
    uint32_t paper_width; // hundredths of a millimetre
    uint32_t paper_height;
    bool color;
    bool blank;
    uint64_t ink[PDL_INKS]; // levels of all its pixels
};

static uint32_t number_at(const uint8_t *header, size_t at)
{
    uint32_t value = 0;
    memcpy(&value, header + at, sizeof(value));
    return value;
}

static float float_at(const uint8_t *header, size_t at)
{
    float value = 0;
    memcpy(&value, header + at, sizeof(value));
    return value;
}

static uint32_t depth_of(uint32_t space)
{
    return space == SPACE_GRAY ? 1 : space == SPACE_RGB ? 3 : space == SPACE_CMYK ? PDL_INKS : 0;
}

static bool header_read(const uint8_t *header, struct page *page)
{
    float width = float_at(header, AT_POINTS);
    float height = float_at(header, AT_POINTS + sizeof(width));
    bool duplex = number_at(header, AT_DUPLEX) != 0;
    bool tumble = number_at(header, AT_TUMBLE) != 0;
    *page = (struct page){ .width = number_at(header, AT_WIDTH),
                           .height = number_at(header, AT_HEIGHT),
                           .line = number_at(header, AT_LINE),
                           .space = number_at(header, AT_SPACE),
                           .copies = number_at(header, AT_COPIES),
                           .collate = number_at(header, AT_COLLATE) != 0,
                           .sides = !duplex  ? PDL_ONE_SIDED
                                    : tumble ? PDL_TWO_SIDED_SHORT
                                             : PDL_TWO_SIDED_LONG,
                           .blank = true };
    page->depth = depth_of(page->space);
    if (!(width > 0 && width < POINTS_MAX && height > 0 && height < POINTS_MAX)) {
        return false;
    }
    page->paper_width = pdl_facts_points((double)width);
    page->paper_height = pdl_facts_points((double)height);
    return page->depth > 0 && page->width > 0 && page->width <= SIDE_MAX && page->height > 0 &&
           page->height <= SIDE_MAX && page->line == page->width * page->depth &&
           number_at(header, AT_BITS) == BYTE_BITS &&
           number_at(header, AT_PIXEL_BITS) == BYTE_BITS * page->depth &&
           number_at(header, AT_ORDER) == 0;
}

static bool is_neutral(const uint8_t *rgb)
{
    int low = rgb[0] < rgb[1] ? rgb[0] : rgb[1];
    int high = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
    low = rgb[2] < low ? rgb[2] : low;
    high = rgb[2] > high ? rgb[2] : high;
    return high - low <= NEUTRAL;
}

// How many bytes from here on are paper: as many as can be told eight at a time.
static size_t paper_bytes(const uint8_t *at, size_t len, uint64_t paper)
{
    size_t skipped = 0;
    for (; len - skipped >= sizeof(paper); skipped += sizeof(paper)) {
        uint64_t eight = 0;
        memcpy(&eight, at + skipped, sizeof(eight));
        if (eight != paper) {
            break;
        }
    }
    return skipped;
}

static void judge_rgb(struct page *page, const uint8_t *row, size_t len)
{
    for (size_t at = 0; at < len; at += 3) {
        if (row[at] == LEVEL_MAX && at + sizeof(uint64_t) <= len) {
            at += paper_bytes(row + at, len - at, UINT64_MAX) / 3 * 3;
            if (at >= len) {
                return;
            }
        }
        const uint8_t *pixel = row + at;
        page->blank &= pixel[0] >= WHITE && pixel[1] >= WHITE && pixel[2] >= WHITE;
        if (!is_neutral(pixel)) {
            page->color = true;
            page->blank = false;
            return;
        }
    }
}

static void judge_gray(struct page *page, const uint8_t *row, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        at += paper_bytes(row + at, len - at, UINT64_MAX);
        if (at >= len) {
            return;
        }
        page->blank &= row[at] >= WHITE;
    }
}

// Ink under full black does not show (pdl/color.h).
static void judge_cmyk(struct page *page, const uint8_t *row, size_t len)
{
    for (size_t at = 0; at < len; at += PDL_INKS) {
        at += paper_bytes(row + at, len - at, 0) / PDL_INKS * PDL_INKS;
        if (at >= len) {
            return;
        }
        uint8_t rgb[3];
        for (size_t i = 0; i < sizeof(rgb); i++) {
            int level = LEVEL_MAX - row[at + i] - row[at + 3];
            rgb[i] = (uint8_t)(level < 0 ? 0 : level);
        }
        page->blank &= rgb[0] >= WHITE && rgb[1] >= WHITE && rgb[2] >= WHITE;
        page->color |= !is_neutral(rgb);
    }
    page->blank &= !page->color;
}

// RGB becomes ink by full black extraction.
static void ink_of(struct page *page, const uint8_t *row, size_t len)
{
    for (size_t at = 0; at < len; at += page->depth) {
        const uint8_t *pixel = row + at;
        if (page->space == SPACE_CMYK) {
            for (size_t i = 0; i < PDL_INKS; i++) {
                page->ink[i] += pixel[i];
            }
            continue;
        }
        uint8_t g = page->depth == 1 ? pixel[0] : pixel[1];
        uint8_t b = page->depth == 1 ? pixel[0] : pixel[2];
        uint8_t high = pixel[0] > g ? pixel[0] : g;
        high = b > high ? b : high;
        page->ink[0] += (uint64_t)(high - pixel[0]);
        page->ink[1] += (uint64_t)(high - g);
        page->ink[2] += (uint64_t)(high - b);
        page->ink[3] += (uint64_t)(LEVEL_MAX - high);
    }
}

static void judge_row(struct page *page, const uint8_t *row)
{
    switch (page->space) {
    case SPACE_GRAY: judge_gray(page, row, page->line); break;
    case SPACE_CMYK: judge_cmyk(page, row, page->line); break;
    default: judge_rgb(page, row, page->line); break;
    }
}

// Reads the rows; once the page is known to be in colour the rest is passed over. False: not whole.
static bool rows_read(struct pdl_input *input, struct page *page, bool coverage)
{
    for (uint32_t row = 0; row < page->height; row++) {
        if (page->color && !coverage) {
            return pdl_input_skip(input, (uint64_t)page->line * (page->height - row));
        }
        if (!pdl_input_need(input, page->line)) {
            return false;
        }
        if (!page->color) {
            judge_row(page, input->at);
        }
        if (coverage) {
            ink_of(page, input->at, page->line);
        }
        input->at += page->line;
    }
    return true;
}

static struct pdl_coverage coverage_of(const struct page *page)
{
    struct pdl_coverage coverage = { .known = true };
    uint64_t all = (uint64_t)page->width * page->height * LEVEL_MAX;
    for (size_t i = 0; i < PDL_INKS; i++) {
        coverage.ink[i] = (uint16_t)((page->ink[i] * PDL_COVERAGE_ALL + all / 2) / all);
    }
    return coverage;
}

// Collated copies that all pages have become sets of the part.
struct copies {
    bool collated;
    uint32_t all; // 0: no page yet
};

static void copies_see(struct copies *copies, const struct page *page)
{
    copies->collated = page->collate && (copies->all == 0 || copies->collated) &&
                       (copies->all == 0 || copies->all == page->copies);
    copies->all = page->copies;
}

static bool page_add(const struct page *page, struct pdl_facts *facts, struct err *err)
{
    uint32_t copies = page->copies > PDL_COPIES_MAX ? PDL_COPIES_MAX : page->copies;
    if (copies < page->copies) {
        pdl_facts_note(facts, PDL_UNKNOWN, "It asks for %u copies of a page.", page->copies);
    }
    bool unsaid = page->sides == PDL_ONE_SIDED && facts->part->sides == PDL_SIDES_UNSAID;
    struct pdl_run run = { .count = 1,
                           .width = page->paper_width,
                           .height = page->paper_height,
                           .color = page->color,
                           .nominal = page->color,
                           .blank = page->blank,
                           .copies = copies == 0 ? 1 : copies,
                           .sides = unsaid ? PDL_SIDES_UNSAID : page->sides,
                           .certainty = PDL_COMPUTED };
    if (facts->coverage) {
        run.coverage = coverage_of(page);
    }
    run.reason = page->color   ? STR("drawn, the page shows colour")
                 : page->blank ? STR("drawn, the page shows nothing")
                               : STR("");
    return pdl_facts_add(facts, &run, err);
}

static void not_as_asked(struct pdl_facts *facts)
{
    pdl_facts_note(facts, PDL_UNKNOWN,
                   "What its program drew is not what was asked of the interpreter: it changed the "
                   "device, so its pages cannot be told.");
}

static void sets_settle(const struct copies *copies, struct pdl_facts *facts)
{
    if (!copies->collated || copies->all <= 1 || copies->all > PDL_COPIES_MAX) {
        return;
    }
    facts->part->sets = copies->all;
    for (struct pdl_run *run = facts->first; run != NULL; run = run->next) {
        run->copies = 1;
    }
}

bool pdl_ps_raster_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct copies copies = { .all = 0 };
    if (!pdl_input_need(input, 1)) {
        return true; // no page was drawn
    }
    if (!pdl_input_starts(input, STR("3SaR")) && !pdl_input_starts(input, STR("RaS3"))) {
        not_as_asked(facts);
        return true;
    }
    input->at += 4;
    while (pdl_input_need(input, HEADER)) {
        struct page page;
        if (!header_read(input->at, &page)) {
            not_as_asked(facts);
            return true;
        }
        input->at += HEADER;
        if (!rows_read(input, &page, facts->coverage)) {
            break;
        }
        copies_see(&copies, &page);
        if (!page_add(&page, facts, err)) {
            return false;
        }
    }
    sets_settle(&copies, facts);
    return true;
}
