// raster: see raster.h.
//
// stream = "3SaR" page*    page = header (1,796 bytes, cups_page_header2_t) row*
// Numbers of the header are 32 bits in this machine's byte order; the page's size is two floats.

#include "pdl_ps/raster.h"

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
    SPACE_RGB = 1,
    PIXEL = 3, // bytes
    BLOCK = 8 * PIXEL,
    SIDE_MAX = 1 << 16, // pixels
    BYTE_BITS = 8,
    LEVEL_MAX = 255,
    NEUTRAL = 2, // levels, as PDL_NEUTRAL
    WHITE = 254, // as PDL_WHITE
    LINE_MAX = SIDE_MAX * PIXEL,
};
_Static_assert((int)LINE_MAX <= (int)PDL_INPUT_WINDOW, "a row lies in the window");

#define POINTS_MAX 1e6F
#define POINTS_PER_INCH 72

struct page {
    uint32_t width; // pixels
    uint32_t height;
    uint32_t line; // bytes
    uint32_t copies;
    bool collate;
    enum pdl_sides sides;
    uint32_t paper_width; // hundredths of a millimetre
    uint32_t paper_height;
    bool color;
    bool blank;
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

static bool header_read(const uint8_t *header, struct page *page)
{
    float width = float_at(header, AT_POINTS);
    float height = float_at(header, AT_POINTS + sizeof(width));
    bool duplex = number_at(header, AT_DUPLEX) != 0;
    bool tumble = number_at(header, AT_TUMBLE) != 0;
    *page = (struct page){ .width = number_at(header, AT_WIDTH),
                           .height = number_at(header, AT_HEIGHT),
                           .line = number_at(header, AT_LINE),
                           .copies = number_at(header, AT_COPIES),
                           .collate = number_at(header, AT_COLLATE) != 0,
                           .sides = !duplex  ? PDL_ONE_SIDED
                                    : tumble ? PDL_TWO_SIDED_SHORT
                                             : PDL_TWO_SIDED_LONG,
                           .blank = true };
    if (!(width > 0 && width < POINTS_MAX && height > 0 && height < POINTS_MAX)) {
        return false;
    }
    page->paper_width = pdl_facts_points((double)width);
    page->paper_height = pdl_facts_points((double)height);
    return page->width > 0 && page->width <= SIDE_MAX && page->height > 0 &&
           page->height <= SIDE_MAX && page->line == page->width * PIXEL &&
           number_at(header, AT_SPACE) == SPACE_RGB && number_at(header, AT_BITS) == BYTE_BITS &&
           number_at(header, AT_PIXEL_BITS) == BYTE_BITS * PIXEL &&
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

// How many bytes from here on are paper, as far as that can be told by many at once.
static size_t paper_bytes(const uint8_t *at, size_t len)
{
    uint64_t words[8];
    size_t skipped = 0;
    for (; len - skipped >= sizeof(words); skipped += sizeof(words)) {
        memcpy(words, at + skipped, sizeof(words));
        uint64_t all = words[0] & words[1] & words[2] & words[3];
        all &= words[4] & words[5] & words[6] & words[7];
        if (all != UINT64_MAX) {
            break;
        }
    }
    for (; len - skipped >= sizeof(words[0]); skipped += sizeof(words[0])) {
        memcpy(words, at + skipped, sizeof(words[0]));
        if (words[0] != UINT64_MAX) {
            break;
        }
    }
    return skipped;
}

// How many bytes from here on are pixels whose three colours are equal, as far as that can be told
// by eight pixels at once: no byte differs from the next, but from a pixel to the next it may.
static size_t grey_bytes(const uint8_t *at, size_t len)
{
    static const uint8_t within[BLOCK] = { 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0,
                                           255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0 };
    uint64_t mask[3];
    uint64_t here[3];
    uint64_t next[3];
    size_t skipped = 0;
    memcpy(mask, within, BLOCK);
    for (; len - skipped > BLOCK; skipped += BLOCK) {
        memcpy(here, at + skipped, BLOCK);
        memcpy(next, at + skipped + 1, BLOCK);
        uint64_t differ = ((here[0] ^ next[0]) & mask[0]) | ((here[1] ^ next[1]) & mask[1]) |
                          ((here[2] ^ next[2]) & mask[2]);
        if (differ != 0) {
            break;
        }
    }
    return skipped;
}

static void judge_row(struct page *page, const uint8_t *row)
{
    for (size_t at = 0; at < page->line; at += PIXEL) {
        if (row[at] == LEVEL_MAX) {
            at += paper_bytes(row + at, page->line - at) / PIXEL * PIXEL;
        }
        if (!page->blank) { // what is grey tells nothing more
            at += grey_bytes(row + at, page->line - at);
        }
        if (at == page->line) {
            return;
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

// Reads the rows; once the page is known to be in colour the rest is passed over. False: not whole.
static bool rows_read(struct pdl_input *input, struct page *page)
{
    for (uint32_t row = 0; row < page->height; row++) {
        if (page->color) {
            return pdl_input_skip(input, (uint64_t)page->line * (page->height - row));
        }
        if (!pdl_input_need(input, page->line)) {
            return false;
        }
        judge_row(page, input->at);
        input->at += page->line;
    }
    return true;
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
        if (!rows_read(input, &page)) {
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
