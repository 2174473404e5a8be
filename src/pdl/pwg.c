// pwg: see pwg.h.
//
// file   = "RaS2" page*
// page   = header(1796) row*                          until the rows' repeats reach its height
// row    = repeat-1 (1 byte) code*                    until the codes' pixels reach its width
// code   = 0..127 pixel            that pixel n+1 times
//        | 129..255 pixel{257-n}   as they stand
//        | 128                     white to the end of the row (CUPS)
// A pixel is BitsPerPixel/8 bytes, at least one; narrower pixels come by whole bytes.

#include "pdl/pwg.h"

#include "base/cur.h"

enum {
    HEADER_LEN = 1796,
    HEADER_DUPLEX = 272,
    HEADER_RESOLUTION = 276,
    HEADER_COPIES = 340,
    HEADER_TUMBLE = 368,
    HEADER_WIDTH = 372,
    HEADER_HEIGHT = 376,
    HEADER_BITS_COLOR = 384,
    HEADER_BITS_PIXEL = 388,
    HEADER_LINE_BYTES = 392,
    HEADER_ORDER = 396,
    HEADER_SPACE = 400,
    SIDE_MAX = 1 << 20, // pixels
    PIXEL_MAX = 32,     // bytes
    RESOLUTION_MAX = 1 << 16,
    COPIES_MAX = 9999,
    CODE_WHITE = 128,
};

enum ink { INK_WHITE_IS_ON, INK_BLACK_IS_ON, INK_RGB, INK_RGBA, INK_CMY, INK_CMYK, INK_OTHER };

struct page {
    uint32_t width;
    uint32_t height;
    uint32_t resolution[2];
    uint32_t copies;
    uint32_t sides;
    uint32_t line_bytes;
    uint32_t pixel;  // bytes of one
    uint32_t sample; // bytes of one component
    enum ink ink;
    bool color;
    bool inked; // a pixel is not white
};

static uint32_t header_u32(struct str header, size_t at)
{
    struct cur cur = cur_of(header.ptr + at, 4);
    return cur_u32be(&cur);
}

static enum ink ink_of(uint32_t space, uint32_t bits_color, uint32_t bits_pixel)
{
    switch (space) {
    case 0:
    case 18: return INK_WHITE_IS_ON; // luminance, sGray
    case 3: return INK_BLACK_IS_ON;
    case 1:
    case 19:
    case 20: return bits_color * 3 == bits_pixel ? INK_RGB : INK_OTHER;
    case 2: return bits_color * 4 == bits_pixel ? INK_RGBA : INK_OTHER;
    case 4: return bits_color * 3 == bits_pixel ? INK_CMY : INK_OTHER;
    case 6: return bits_color * 4 == bits_pixel ? INK_CMYK : INK_OTHER;
    default: return bits_color == bits_pixel ? INK_BLACK_IS_ON : INK_OTHER;
    }
}

static bool page_header(struct str header, struct page *page, struct err *err)
{
    uint32_t bits_color = header_u32(header, HEADER_BITS_COLOR);
    uint32_t bits_pixel = header_u32(header, HEADER_BITS_PIXEL);
    *page = (struct page){ .width = header_u32(header, HEADER_WIDTH),
                           .height = header_u32(header, HEADER_HEIGHT),
                           .copies = header_u32(header, HEADER_COPIES),
                           .line_bytes = header_u32(header, HEADER_LINE_BYTES) };
    page->resolution[0] = header_u32(header, HEADER_RESOLUTION);
    page->resolution[1] = header_u32(header, HEADER_RESOLUTION + 4);
    if (page->width == 0 || page->width > SIDE_MAX || page->height == 0 ||
        page->height > SIDE_MAX) {
        return err_set(err, ERR_INVALID, "a page of %u by %u pixels", page->width, page->height);
    }
    if (bits_pixel == 0 || bits_pixel > PIXEL_MAX * 8 || bits_color == 0 ||
        bits_color > bits_pixel || header_u32(header, HEADER_ORDER) != 0) {
        return err_set(err, ERR_INVALID, "pixels of %u bits, planes or bands", bits_pixel);
    }
    if (page->line_bytes != ((uint64_t)page->width * bits_pixel + 7) / 8) {
        return err_set(err, ERR_INVALID, "rows of %u bytes for %u pixels", page->line_bytes,
                       page->width);
    }
    for (int i = 0; i < 2; i++) {
        if (page->resolution[i] == 0 || page->resolution[i] > RESOLUTION_MAX) {
            return err_set(err, ERR_INVALID, "%u dots an inch", page->resolution[i]);
        }
    }
    page->copies = page->copies == 0 ? 1 : page->copies;
    if (page->copies > COPIES_MAX) {
        return err_set(err, ERR_INVALID, "%u copies of a page", page->copies);
    }
    page->pixel = (bits_pixel + 7) / 8;
    page->sample = bits_color >= 16 ? 2 : 1;
    page->ink = ink_of(header_u32(header, HEADER_SPACE), bits_color, bits_pixel);
    page->ink = page->ink >= INK_RGB && bits_color != 8 && bits_color != 16 ? INK_OTHER : page->ink;
    bool duplex = header_u32(header, HEADER_DUPLEX) != 0;
    page->sides = !duplex ? 1 : header_u32(header, HEADER_TUMBLE) != 0 ? 3 : 2;
    return true;
}

// Judges pixels that stand side by side. The high byte of a 16-bit sample is enough.
static void judge_rgb(struct page *page, const uint8_t *at, size_t count)
{
    size_t s = page->sample;
    for (size_t i = 0; i < count; i++, at += page->pixel) {
        if (!pdl_is_neutral(at[0], at[s], at[2 * s])) {
            page->color = true;
            page->inked = true;
            return;
        }
        page->inked |= (at[0] & at[s] & at[2 * s]) != 0xff;
    }
}

// Subtractive; where black covers all, what lies under it does not show.
static void judge_cmy(struct page *page, const uint8_t *at, size_t count)
{
    size_t s = page->sample;
    for (size_t i = 0; i < count; i++, at += page->pixel) {
        uint8_t black = page->ink == INK_CMYK ? at[3 * s] : 0;
        page->inked |= (at[0] | at[s] | at[2 * s] | black) != 0;
        if (black < 0xff - PDL_NEUTRAL_LEVELS && !pdl_is_neutral(at[0], at[s], at[2 * s])) {
            page->color = true;
            return;
        }
    }
}

static void judge_grey(struct page *page, const uint8_t *at, size_t bytes)
{
    uint8_t white = page->ink == INK_WHITE_IS_ON ? 0xff : 0;
    for (size_t i = 0; i < bytes && !page->inked; i++) {
        page->inked = at[i] != white;
    }
}

static void judge(struct page *page, const uint8_t *at, size_t count)
{
    switch (page->ink) {
    case INK_RGB:
    case INK_RGBA: judge_rgb(page, at, count); break;
    case INK_CMY:
    case INK_CMYK: judge_cmy(page, at, count); break;
    case INK_WHITE_IS_ON:
    case INK_BLACK_IS_ON:
    case INK_OTHER: judge_grey(page, at, count * page->pixel); break;
    }
}

// Walks one row's codes; false when they end early or overrun the row.
static bool page_row(struct page *page, struct cur *cur)
{
    const uint8_t *at = cur->at;
    const uint8_t *end = cur->end;
    size_t pixel = page->pixel;
    size_t left = page->line_bytes;
    bool grey = page->ink <= INK_BLACK_IS_ON || page->ink == INK_OTHER;
    bool known = page->color || (grey && page->inked);
    while (left > 0) {
        if (at == end) {
            return false;
        }
        unsigned code = *at++;
        if (code == CODE_WHITE) {
            break;
        }
        size_t count = code < CODE_WHITE ? code + 1 : 257 - code;
        size_t stored = code < CODE_WHITE ? 1 : count;
        if (stored * pixel > (size_t)(end - at) || count * pixel > left) {
            return false;
        }
        if (!known) {
            judge(page, at, stored);
            known = page->color || (grey && page->inked);
        }
        at += stored * pixel;
        left -= count * pixel;
    }
    cur->at = at;
    return true;
}

static bool page_rows(struct page *page, struct cur *cur)
{
    for (uint32_t row = 0; row < page->height;) {
        struct str repeat = cur_take(cur, 1);
        if (repeat.len == 0 || !page_row(page, cur)) {
            return false;
        }
        row += (uint32_t)(uint8_t)repeat.ptr[0] + 1;
    }
    return true;
}

static bool page_add(const struct page *page, struct pdl_facts *facts, struct err *err)
{
    struct pdl_run run = { .count = 1,
                           .copies = page->copies,
                           .sides = page->sides,
                           .width = pdl_facts_pixels(page->width, page->resolution[0]),
                           .height = pdl_facts_pixels(page->height, page->resolution[1]),
                           .color = page->color,
                           .nominal = page->ink >= INK_RGB,
                           .blank = !page->inked,
                           .certainty = PDL_EXACT };
    run.reason = page->color ? STR("a pixel is not grey") : run.reason;
    if (page->ink == INK_OTHER && page->inked) {
        run.certainty = PDL_ESTIMATED;
        run.color = true;
        run.reason = STR("its colour space is not one of those that can be judged: colour assumed");
    }
    return pdl_facts_add(facts, &run, err);
}

bool pdl_pwg_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    struct cur cur = cur_of(document.ptr, document.len);
    (void)cur_take(&cur, 4);
    while (cur_left(&cur) > 0) {
        struct page page;
        struct err why;
        struct str header = cur_take(&cur, HEADER_LEN);
        if (header.len != HEADER_LEN) {
            pdl_facts_note(facts, PDL_ESTIMATED,
                           "The file ends within the header of page %llu: it was cut short.",
                           (unsigned long long)facts->pages + 1);
            return true;
        }
        if (!page_header(header, &page, &why)) {
            pdl_facts_note(facts, PDL_UNKNOWN, "Page %llu says it has %s.",
                           (unsigned long long)facts->pages + 1, why.text);
            return true;
        }
        if (!page_rows(&page, &cur)) {
            pdl_facts_note(facts, PDL_ESTIMATED,
                           "Page %llu is not whole, so it is not counted: the file was cut short "
                           "or damaged.",
                           (unsigned long long)facts->pages + 1);
            return true;
        }
        if (!page_add(&page, facts, err)) {
            return false;
        }
    }
    if (facts->pages == 0) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The raster file has no page.");
    }
    return true;
}
