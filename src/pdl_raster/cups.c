// cups: page headers of PWG raster and CUPS raster.
//
// file   = sync page*
// sync   = "RaSt" "RaS2" "RaS3", or backwards where words have their low byte first
// page   = header rows            rows are run codes in RaS2, else as they stand
// header = 420 bytes in RaSt, else 1796 (PWG 5102.4 table 1; CUPS: spec-raster)
// PWG raster is RaS2 whose pages begin with "PwgRaster".

#include "pdl_raster/raster_int.h"

enum {
    SYNC_LEN = 4,
    OLD_HEADER_LEN = 420,
    HEADER_LEN = 1796,
    AT_DUPLEX = 272,
    AT_RESOLUTION = 276,
    AT_COPIES = 340,
    AT_PAGE_SIZE = 352,
    AT_TUMBLE = 368,
    AT_WIDTH = 372,
    AT_HEIGHT = 376,
    AT_BITS_COLOR = 384,
    AT_BITS_PIXEL = 388,
    AT_LINE_BYTES = 392,
    AT_ORDER = 396,
    AT_SPACE = 400,
    AT_COLORS = 420,
    AT_PAGE_SIZE_EXACT = 428, // two IEEE singles
    SPACE_ICC_FIRST = 32,
    SPACE_ICC_LAST = 46,
    SPACE_DEVICE_FIRST = 48,
    SPACE_DEVICE_LAST = 62,
    POINTS_MAX = 1 << 20,
};

static uint32_t word_at(const struct pdl_raster_format *format, const uint8_t *header, size_t at)
{
    const uint8_t *b = header + at;
    return format->big ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
                       : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static enum pdl_raster_ink ink_of(uint32_t space)
{
    static const uint8_t inks[] = {
        PDL_RASTER_LIGHT, PDL_RASTER_RGB,  PDL_RASTER_RGBA, PDL_RASTER_DARK,  PDL_RASTER_CMY,
        PDL_RASTER_YMC,   PDL_RASTER_CMYK, PDL_RASTER_YMCK, PDL_RASTER_KCMY,  PDL_RASTER_KCMYCM,
        PDL_RASTER_YMCK,  PDL_RASTER_YMCK, PDL_RASTER_SPOT, PDL_RASTER_GOLD,  PDL_RASTER_SPOT,
        PDL_RASTER_XYZ,   PDL_RASTER_LAB,  PDL_RASTER_RGBW, PDL_RASTER_LIGHT, PDL_RASTER_RGB,
        PDL_RASTER_RGB,
    };
    if (space < sizeof(inks)) {
        return (enum pdl_raster_ink)inks[space];
    }
    if (space >= SPACE_ICC_FIRST && space <= SPACE_ICC_LAST) {
        return PDL_RASTER_LAB;
    }
    return space == SPACE_DEVICE_FIRST ? PDL_RASTER_DARK : PDL_RASTER_OTHER;
}

static void read_pixels(const struct pdl_raster_format *format, const uint8_t *header,
                        struct pdl_raster_page *page)
{
    struct pdl_raster_pixels *pixels = &page->pixels;
    uint32_t space = word_at(format, header, AT_SPACE);
    uint32_t colors = format->extended ? word_at(format, header, AT_COLORS) : 0;
    pixels->bits = word_at(format, header, AT_BITS_COLOR);
    pixels->pixel_bits = word_at(format, header, AT_BITS_PIXEL);
    pixels->order = (enum pdl_raster_order)word_at(format, header, AT_ORDER);
    pixels->little = !format->big;
    pixels->ink = ink_of(space);
    if (pixels->ink == PDL_RASTER_KCMYCM && pixels->bits > 1) {
        pixels->ink = PDL_RASTER_KCMY;
    }
    pixels->components = pdl_raster_ink_components(pixels->ink);
    if (space > SPACE_DEVICE_FIRST && space <= SPACE_DEVICE_LAST) {
        pixels->components = space - SPACE_DEVICE_FIRST + 1;
    }
    bool planes = pixels->order != PDL_RASTER_CHUNKED;
    if (planes && colors > 0 && colors <= PDL_RASTER_INKS_MAX && colors != pixels->components) {
        pixels->components = colors;
        pixels->ink = PDL_RASTER_OTHER;
    }
    page->nominal =
        space == SPACE_ICC_FIRST ? false : pixels->ink == PDL_RASTER_GOLD || pixels->components > 1;
    page->nominal |= pixels->ink == PDL_RASTER_OTHER;
}

// An IEEE single, in points, as hundredths of a millimetre; 0 where it is no length.
static uint32_t length_of(uint32_t word)
{
    float points;
    memcpy(&points, &word, sizeof(points));
    return points >= 1 && points < POINTS_MAX ? pdl_facts_points((double)points) : 0;
}

// CUPS tells the sheet, of which the pixels may cover only a part; PWG raster covers all of it.
static void read_paper(const struct pdl_raster_format *format, const uint8_t *header,
                       struct pdl_raster_page *page)
{
    bool pwg = memcmp(header, "PwgRaster", sizeof("PwgRaster")) == 0;
    uint32_t pixels[2] = { page->width, page->height };
    for (size_t i = 0; i < 2; i++) {
        uint32_t dots = word_at(format, header, AT_RESOLUTION + 4 * i);
        uint32_t points = word_at(format, header, AT_PAGE_SIZE + 4 * i);
        uint32_t exact = format->extended && !pwg
                             ? length_of(word_at(format, header, AT_PAGE_SIZE_EXACT + 4 * i))
                             : 0;
        if (exact > 0) {
            page->paper[i] = exact;
        } else if (!pwg && points > 0 && points < POINTS_MAX) {
            page->paper[i] = pdl_facts_points(points);
        } else if (dots > 0 && dots <= PDL_RASTER_RESOLUTION_MAX) {
            page->paper[i] = pdl_facts_pixels(pixels[i], dots);
        }
    }
}

static bool read_header(const struct pdl_raster_format *format, const uint8_t *header,
                        struct pdl_raster_page *page, struct err *err)
{
    *page = (struct pdl_raster_page){ .width = word_at(format, header, AT_WIDTH),
                                      .height = word_at(format, header, AT_HEIGHT),
                                      .copies = word_at(format, header, AT_COPIES),
                                      .line_bytes = word_at(format, header, AT_LINE_BYTES),
                                      .packed = format->packed };
    if (word_at(format, header, AT_ORDER) > PDL_RASTER_PLANAR) {
        return err_set(err, ERR_INVALID, "pixels in no known order");
    }
    read_pixels(format, header, page);
    read_paper(format, header, page);
    bool duplex = word_at(format, header, AT_DUPLEX) != 0;
    bool tumble = word_at(format, header, AT_TUMBLE) != 0;
    page->sides = !duplex ? PDL_ONE_SIDED : tumble ? PDL_TWO_SIDED_SHORT : PDL_TWO_SIDED_LONG;
    return pdl_raster_page_check(page, err);
}

const struct pdl_raster_format *pdl_raster_cups_format(struct pdl_input *input)
{
    static const struct {
        struct str sync;
        struct pdl_raster_format format;
    } kinds[] = {
        { STR_INIT("RaS2"), { HEADER_LEN, true, true, true, read_header } },
        { STR_INIT("2SaR"), { HEADER_LEN, false, true, true, read_header } },
        { STR_INIT("RaS3"), { HEADER_LEN, true, false, true, read_header } },
        { STR_INIT("3SaR"), { HEADER_LEN, false, false, true, read_header } },
        { STR_INIT("RaSt"), { OLD_HEADER_LEN, true, false, false, read_header } },
        { STR_INIT("tSaR"), { OLD_HEADER_LEN, false, false, false, read_header } },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (pdl_input_starts(input, kinds[i].sync)) {
            input->at += SYNC_LEN;
            return &kinds[i].format;
        }
    }
    return NULL;
}

bool pdl_raster_cups_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    const struct pdl_raster_format *format = pdl_raster_cups_format(input);
    if (format != NULL) {
        return pdl_raster_pages_read(input, facts, format, err);
    }
    pdl_facts_note(facts, PDL_UNKNOWN, "It is no raster file of a version that is known here.");
    return true;
}

bool pdl_raster_pwg_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    return pdl_raster_cups_read(input, facts, err);
}
