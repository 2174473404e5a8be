// raster_draw: the pixels of one page of raster, for a person to look at. See raster.h.
//
// Here the run codes are expanded, one row at a time; pages before the one that is wanted are
// passed over code by code.

#include "pdl_raster/raster_int.h"

enum {
    FILL = 128,
    WHITE = 255,
    ROOT_STEPS = 12,
    ROUND = 257,
    ALPHA_AT = 3,
    BUDGET_ROWS = 1 << 21, // that are passed over or drawn, of all pages together
};

struct drawing {
    struct pdl_input *input;
    const struct pdl_raster_page *page;
    struct pdl_shrink *shrink; // NULL: the page is passed over
    uint8_t *row;              // line_bytes
    uint8_t *rgb;              // three bytes a pixel
    uint8_t table[256][8][3];  // of units of one byte
    bool has_table;
};

static uint8_t byte_of(uint32_t sample)
{
    return (uint8_t)(sample / ROUND);
}

// --- a pixel ------------------------------------------------------------------------------------

static double root_of(double value)
{
    double root = value < 1 ? 1 : value;
    for (int i = 0; i < ROOT_STEPS; i++) {
        root = (root + value / root) / 2;
    }
    return root;
}

// sRGB's curve, near enough to look at.
static uint8_t gamma_of(double linear)
{
    double second = root_of(linear < 0 ? 0 : linear);
    double fourth = root_of(second);
    double light = 0.585122381 * second + 0.783140355 * fourth - 0.368262736 * root_of(fourth);
    light = linear <= 0.0031308 ? 12.92 * linear : light;
    return (uint8_t)(light <= 0 ? 0 : light >= 1 ? WHITE : light * WHITE + 0.5);
}

static void rgb_of_xyz(double x, double y, double z, uint8_t rgb[3])
{
    rgb[0] = gamma_of(3.2406 * x - 1.5372 * y - 0.4986 * z);
    rgb[1] = gamma_of(-0.9689 * x + 1.8758 * y + 0.0415 * z);
    rgb[2] = gamma_of(0.0557 * x - 0.2040 * y + 1.0570 * z);
}

static double lab_inverse(double t)
{
    return t > 6.0 / 29 ? t * t * t : 3 * (6.0 / 29) * (6.0 / 29) * (t - 4.0 / 29);
}

static void rgb_of_lab(const uint16_t *v, uint8_t rgb[3])
{
    double lightness = v[0] * 100.0 / PDL_RASTER_FULL;
    double a = v[1] / 257.0 - 128;
    double b = v[2] / 257.0 - 128;
    double y = (lightness + 16) / 116;
    rgb_of_xyz(0.9505 * lab_inverse(y + a / 500), lab_inverse(y), 1.089 * lab_inverse(y - b / 200),
               rgb);
}

static void rgb_of_inks(const uint16_t cover[PDL_INKS], uint8_t rgb[3])
{
    for (size_t c = 0; c < 3; c++) {
        uint32_t ink = (uint32_t)cover[c] + cover[3];
        rgb[c] = byte_of(ink > PDL_RASTER_FULL ? 0 : PDL_RASTER_FULL - ink);
    }
}

static void rgb_of(enum pdl_raster_ink ink, const uint16_t *v, uint8_t rgb[3])
{
    uint16_t cover[PDL_INKS];
    if (ink == PDL_RASTER_RGB) {
        rgb[0] = byte_of(v[0]);
        rgb[1] = byte_of(v[1]);
        rgb[2] = byte_of(v[2]);
    } else if (pdl_raster_ink_cover(ink, v, cover)) {
        rgb_of_inks(cover, rgb);
    } else if (ink == PDL_RASTER_RGBA) {
        for (size_t c = 0; c < 3; c++) {
            uint32_t off = (uint32_t)(PDL_RASTER_FULL - v[c]) * v[ALPHA_AT] / PDL_RASTER_FULL;
            rgb[c] = byte_of(PDL_RASTER_FULL - off);
        }
    } else if (ink == PDL_RASTER_LAB) {
        rgb_of_lab(v, rgb);
    } else if (ink == PDL_RASTER_XYZ) {
        const double most = 1.1 / PDL_RASTER_FULL;
        rgb_of_xyz(v[0] * most, v[1] * most, v[2] * most, rgb);
    } else if (ink == PDL_RASTER_KCMYCM) {
        const uint16_t six[PDL_INKS] = { v[1] > v[4] / 2 ? v[1] : v[4] / 2,
                                         v[2] > v[5] / 2 ? v[2] : v[5] / 2, v[3], v[0] };
        rgb_of_inks(six, rgb);
    } else { // one ink that has no name here, or several: how much of the first there is
        rgb[0] = rgb[1] = byte_of(PDL_RASTER_FULL - (uint32_t)v[0]);
        rgb[2] = ink == PDL_RASTER_GOLD ? rgb[0] / 2 : rgb[0];
    }
}

static void table_make(struct drawing *drawing)
{
    const struct pdl_raster_pixels *pixels = &drawing->page->pixels;
    uint32_t count = pdl_raster_unit_pixels(pixels);
    drawing->has_table = pixels->unit == 1;
    for (uint32_t byte = 0; drawing->has_table && byte < 256; byte++) {
        for (uint32_t i = 0; i < count; i++) {
            const uint8_t unit = (uint8_t)byte;
            uint16_t samples[PDL_RASTER_INKS_MAX] = { 0 };
            pdl_raster_ink_read(pixels, &unit, i, samples);
            rgb_of(pixels->ink, samples, drawing->table[byte][i]);
        }
    }
}

// Units of a row as pixels; what stands behind the width is left out.
static void units_draw(struct drawing *drawing, uint32_t from, uint32_t to)
{
    const struct pdl_raster_page *page = drawing->page;
    const struct pdl_raster_pixels *pixels = &page->pixels;
    uint32_t count = pdl_raster_unit_pixels(pixels);
    for (uint32_t at = from; at < to; at += pixels->unit) {
        uint32_t x = at / pixels->unit * count;
        for (uint32_t i = 0; i < count && x + i < page->width; i++) {
            uint8_t *rgb = drawing->rgb + (size_t)(x + i) * 3;
            if (drawing->has_table) {
                memcpy(rgb, drawing->table[drawing->row[at]][i], 3);
            } else {
                uint16_t samples[PDL_RASTER_INKS_MAX] = { 0 };
                pdl_raster_ink_read(pixels, drawing->row + at, i, samples);
                rgb_of(pixels->ink, samples, rgb);
            }
        }
    }
}

static void white_draw(struct drawing *drawing, uint32_t from)
{
    const struct pdl_raster_page *page = drawing->page;
    uint64_t x = (uint64_t)from / page->pixels.unit * pdl_raster_unit_pixels(&page->pixels);
    if (x < page->width) {
        memset(drawing->rgb + x * 3, WHITE, (page->width - x) * 3);
    }
}

// --- rows ---------------------------------------------------------------------------------------

// One code at *at, the place in the row. False: it is not there, or goes past its row.
static bool code_take(struct drawing *drawing, uint32_t *at)
{
    struct pdl_input *input = drawing->input;
    const struct pdl_raster_page *page = drawing->page;
    uint32_t unit = page->pixels.unit;
    if (!pdl_input_need(input, 1)) {
        return false;
    }
    uint8_t code = *input->at++;
    if (code == FILL) {
        white_draw(drawing, *at);
        *at = page->line_bytes;
        return true;
    }
    uint32_t units = code < FILL ? code + 1U : (uint32_t)(ROUND - code);
    uint32_t bytes = code < FILL ? unit : units * unit;
    if ((uint64_t)*at + (uint64_t)units * unit > page->line_bytes ||
        !pdl_input_need(input, bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < units; i++) {
        memcpy(drawing->row + *at + (size_t)i * unit,
               input->at + (code < FILL ? 0 : (size_t)i * unit), unit);
    }
    input->at += bytes;
    if (drawing->shrink != NULL) {
        units_draw(drawing, *at, *at + units * unit);
    }
    *at += units * unit;
    return true;
}

static bool row_take(struct drawing *drawing, uint32_t *times)
{
    struct pdl_input *input = drawing->input;
    const struct pdl_raster_page *page = drawing->page;
    *times = 1;
    if (!page->packed) {
        if (!pdl_input_need(input, page->line_bytes)) {
            return false;
        }
        memcpy(drawing->row, input->at, page->line_bytes);
        input->at += page->line_bytes;
        units_draw(drawing, 0, page->line_bytes);
        return true;
    }
    if (!pdl_input_need(input, 1)) {
        return false;
    }
    *times = *input->at++ + 1U;
    uint32_t at = 0;
    while (at < page->line_bytes) {
        if (!code_take(drawing, &at)) {
            return false;
        }
    }
    return true;
}

// False: the page is not whole.
static bool page_take(struct drawing *drawing, uint64_t *budget)
{
    for (uint64_t row = 0; row < drawing->page->height;) {
        uint32_t times = 1;
        if (*budget == 0 || !row_take(drawing, &times)) {
            return false;
        }
        *budget -= 1;
        if (drawing->shrink != NULL) {
            pdl_shrink_row(drawing->shrink, drawing->rgb, times);
        }
        row += times;
    }
    return true;
}

// --- pages --------------------------------------------------------------------------------------

static bool begin(struct drawing *drawing, struct pdl_shrink *shrink, struct err *err)
{
    const struct pdl_raster_page *page = drawing->page;
    uint32_t wide = page->paper[0] == 0 ? 0 : (uint32_t)(page->width * 2540ULL / page->paper[0]);
    uint32_t high = page->paper[1] == 0 ? 0 : (uint32_t)(page->height * 2540ULL / page->paper[1]);
    const struct pdl_shrink_size size = {
        .width = page->width, .height = page->height, .density_x = wide, .density_y = high
    };
    if (shrink != NULL && !pdl_shrink_begin(shrink, &size, err)) {
        return false;
    }
    drawing->shrink = shrink;
    table_make(drawing);
    return true;
}

static bool page_draw(struct pdl_input *input, const struct pdl_raster_page *page,
                      struct pdl_shrink *shrink, struct arena *arena, uint64_t *budget,
                      struct err *err)
{
    struct drawing *drawing = arena_new(arena, sizeof(*drawing));
    if (drawing == NULL) {
        return err_set(err, ERR_LIMIT, "takes more memory than drawing may have");
    }
    drawing->input = input;
    drawing->page = page;
    drawing->row = arena_new(arena, page->line_bytes);
    drawing->rgb = arena_new_array(arena, page->width, 3);
    if (drawing->row == NULL || drawing->rgb == NULL) {
        return err_set(err, ERR_LIMIT, "takes more memory than drawing may have");
    }
    memset(drawing->rgb, WHITE, (size_t)page->width * 3);
    if (!begin(drawing, shrink, err)) {
        return false;
    }
    bool whole = page_take(drawing, budget);
    if (shrink != NULL) {
        pdl_shrink_end(shrink);
    }
    return whole || shrink != NULL || err_set(err, ERR_INVALID, "stands behind one that is cut");
}

bool pdl_raster_draw(struct pdl_input *input, uint32_t page, struct pdl_shrink *shrink,
                     struct err *err)
{
    uint64_t budget = BUDGET_ROWS;
    const struct pdl_raster_format *format = pdl_raster_cups_format(input);
    format = format == NULL ? pdl_raster_urf_format(input) : format;
    if (format == NULL) {
        return err_set(err, ERR_INVALID, "is no raster of a version that is known here");
    }
    for (uint32_t at = 1; pdl_input_need(input, format->header_len); at++) {
        struct pdl_raster_page head;
        OWN(arena_free) struct arena arena = ARENA_CAP(PDL_RASTER_PLANES_MAX);
        if (!format->read(format, input->at, &head, err)) {
            return err_in(err, "has a header that cannot be read");
        }
        if (head.pixels.order != PDL_RASTER_CHUNKED) {
            return err_set(err, ERR_INVALID, "has its colours one behind the other");
        }
        input->at += format->header_len;
        if (!page_draw(input, &head, at == page ? shrink : NULL, &arena, &budget, err)) {
            return false;
        }
        if (at == page) {
            return true;
        }
    }
    return err_set(err, ERR_NOT_FOUND, "is not in the raster");
}
