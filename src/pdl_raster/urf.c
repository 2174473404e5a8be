// urf: Apple raster, which AirPrint speaks.
//
// file   = "UNIRAST" NUL, pages (4 bytes, not to be believed), page*
// page   = header(32) row*        rows are run codes, words have their high byte first
// header = bits of a pixel, colour space, duplex, quality, media type, tray (1 byte each), 6 bytes,
//          width, height, dots an inch (4 bytes each), 8 bytes
// There is no public specification: this is what CUPS reads and writes, and what devices send. Grey
// of one bit is no part of AirPrint; Ghostscript's urf device writes it with black as one.

#include "pdl_raster/raster_int.h"

enum {
    SIGN_LEN = 8,
    COUNT_LEN = 4,
    HEADER_LEN = 32,
    AT_BITS = 0,
    AT_SPACE = 1,
    AT_DUPLEX = 2,
    AT_WIDTH = 12,
    AT_HEIGHT = 16,
    AT_RESOLUTION = 20,
    SHORT_EDGE = 2,
    LONG_EDGE = 3,
};

static uint32_t word_at(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t sides_of(uint8_t duplex)
{
    switch (duplex) {
    case 1: return PDL_ONE_SIDED;
    case SHORT_EDGE: return PDL_TWO_SIDED_SHORT;
    case LONG_EDGE: return PDL_TWO_SIDED_LONG;
    default: return PDL_SIDES_UNSAID;
    }
}

static bool read_header(const struct pdl_raster_format *format, const uint8_t *header,
                        struct pdl_raster_page *page, struct err *err)
{
    static const uint8_t inks[] = { PDL_RASTER_LIGHT, PDL_RASTER_RGB,   PDL_RASTER_LAB,
                                    PDL_RASTER_RGB,   PDL_RASTER_LIGHT, PDL_RASTER_RGB,
                                    PDL_RASTER_CMYK };
    uint8_t space = header[AT_SPACE];
    uint32_t dots = word_at(header + AT_RESOLUTION);
    *page = (struct pdl_raster_page){ .width = word_at(header + AT_WIDTH),
                                      .height = word_at(header + AT_HEIGHT),
                                      .sides = sides_of(header[AT_DUPLEX]),
                                      .packed = format->packed };
    struct pdl_raster_pixels *pixels = &page->pixels;
    pixels->ink = space < sizeof(inks) ? (enum pdl_raster_ink)inks[space] : PDL_RASTER_OTHER;
    pixels->pixel_bits = header[AT_BITS];
    if (pixels->ink == PDL_RASTER_LIGHT && pixels->pixel_bits == 1) {
        pixels->ink = PDL_RASTER_DARK;
    }
    pixels->components = pdl_raster_ink_components(pixels->ink);
    pixels->bits = pixels->pixel_bits / pixels->components;
    if (pixels->ink == PDL_RASTER_OTHER && pixels->pixel_bits % 8 == 0) {
        pixels->components = pixels->pixel_bits / 8;
        pixels->bits = 8;
    }
    page->nominal = pixels->components > 1;
    page->line_bytes = (uint32_t)(((uint64_t)page->width * pixels->pixel_bits + 7) / 8);
    if (dots > 0 && dots <= PDL_RASTER_RESOLUTION_MAX) {
        page->paper[0] = pdl_facts_pixels(page->width, dots);
        page->paper[1] = pdl_facts_pixels(page->height, dots);
    }
    return pdl_raster_page_check(page, err);
}

static const struct pdl_raster_format urf_format = {
    .header_len = HEADER_LEN, .big = true, .packed = true, .read = read_header
};

const struct pdl_raster_format *pdl_raster_urf_format(struct pdl_input *input)
{
    if (!pdl_input_starts(input, STR("UNIRAST")) || !pdl_input_need(input, SIGN_LEN + COUNT_LEN)) {
        return NULL;
    }
    input->at += SIGN_LEN + COUNT_LEN;
    return &urf_format;
}

bool pdl_raster_urf_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    if (!pdl_input_need(input, SIGN_LEN + COUNT_LEN)) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The raster file ends within its first bytes.");
        input->at = input->end;
        return true;
    }
    uint32_t said = word_at(input->at + SIGN_LEN);
    uint64_t before = facts->pages;
    input->at += SIGN_LEN + COUNT_LEN;
    if (!pdl_raster_pages_read(input, facts, &urf_format, err)) {
        return false;
    }
    uint64_t found = facts->pages - before;
    if (said != 0 && said != UINT32_MAX && said != found && !facts->needs_whole) {
        pdl_facts_note(facts, PDL_EXACT, "Its first bytes say %u pages; it has %llu.", said,
                       (unsigned long long)found);
    }
    return true;
}
