// image: whether an image has a coloured pixel. The space alone decides most; where it does not,
// rows are read one at a time, and the first coloured pixel ends it.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include "pdl/color.h"
#include "pdl_image/jpeg.h"
#include <stdlib.h>

enum {
    SIDE_MAX = 1 << 20,
    ROW_MAX = 16 << 20,
    LUT_SIZE = 256,
    DECODED_MAX = (64 << 20) - 1,
    MASK_MAX = (64 << 20) - 1,
    BYTE_WHITE = 254,
};

static double sample_at(const struct pdf_pixels *pixels, const uint8_t *row, size_t index)
{
    int bits = pixels->bits;
    if (bits == 8) {
        return row[index];
    }
    if (bits == 16) {
        return row[2 * index] * 256 + row[2 * index + 1];
    }
    size_t bit = index * (size_t)bits;
    return (row[bit / 8] >> (8 - bits - (int)(bit % 8))) & ((1 << bits) - 1);
}

// The colour value of a sample of component c, by Decode or the space's own default.
static double decoded(const struct pdf_pixels *pixels, int c, double sample)
{
    double top = (double)((1U << pixels->bits) - 1);
    if (pixels->has_decode) {
        const double *range = &pixels->decode[2 * c];
        return range[0] + sample * (range[1] - range[0]) / top;
    }
    if (pixels->space->family == PDL_SPACE_LAB) {
        return c == 0 ? sample * 100 / top : sample * 255 / top - 128;
    }
    return sample / top;
}

static bool is_palette(const struct pdl_space *space)
{
    return space->family == PDL_SPACE_TINT && space->components == 1 && space->initial[0] == 0;
}

// One component: every code's shade, so that a row is a look-up.
static void lut_fill(struct pdf_pixels *pixels)
{
    int codes = pixels->bits >= 8 ? LUT_SIZE : 1 << pixels->bits;
    for (int i = 0; i < codes; i++) {
        double sample = pixels->bits == 16 ? i * 257 : i;
        bool raw = is_palette(pixels->space) && !pixels->has_decode;
        double v = raw ? sample : decoded(pixels, 0, sample);
        pixels->lut[i] = (uint8_t)pdl_pdf_space_shade(pixels->space, &v);
    }
}

static enum pdl_shade lut_worst(struct pdf_pixels *pixels)
{
    int codes = pixels->bits >= 8 ? LUT_SIZE : 1 << pixels->bits;
    enum pdl_shade worst = PDL_GREY;
    lut_fill(pixels);
    for (int i = 0; i < codes; i++) {
        worst = pdl_color_both(worst, (enum pdl_shade)pixels->lut[i]);
    }
    return worst;
}

// The row has a pixel that is not white; looked for once an image.
static bool rgb8_marks(const uint8_t *row, const uint8_t *end)
{
    while (row < end && *row >= BYTE_WHITE) {
        row++;
    }
    return row < end;
}

static enum pdl_shade row_rgb8(struct pdf_pixels *pixels, const uint8_t *row)
{
    const uint8_t *end = row + (size_t)pixels->width * 3;
    pixels->marks = pixels->marks || rgb8_marks(row, end);
    for (; row < end; row += 3) {
        if (!pdl_is_neutral(row[0], row[1], row[2])) {
            return PDL_COLOR;
        }
    }
    return PDL_GREY;
}

static enum pdl_shade pixel_shade(const struct pdf_pixels *pixels, const uint8_t *row, size_t x)
{
    size_t n = (size_t)pixels->components;
    double v[4] = { 0 };
    if (n == 1) {
        double sample = sample_at(pixels, row, x);
        return (enum pdl_shade)pixels->lut[pixels->bits == 16 ? (int)sample >> 8 : (int)sample];
    }
    for (size_t c = 0; c < n; c++) {
        v[c] = decoded(pixels, (int)c, sample_at(pixels, row, x * n + c));
    }
    return pdl_pdf_space_shade(pixels->space, v);
}

// Any row that has no quicker way.
static enum pdl_shade row_any(struct pdf_pixels *pixels, const uint8_t *row)
{
    for (size_t x = 0; x < pixels->width; x++) {
        enum pdl_shade shade = pixel_shade(pixels, row, x);
        pixels->marks |= shade > PDL_SHADE_WHITE;
        if (shade == PDL_COLOR) {
            return PDL_COLOR;
        }
        if (pixels->until_mark && pixels->marks) {
            break;
        }
    }
    return PDL_GREY;
}

// A row of a soft mask or stencil: kept as one byte a pixel.
static enum pdl_shade row_keep(const struct pdf_pixels *pixels, const uint8_t *row)
{
    for (size_t x = 0; x < pixels->width && buf_ok(pixels->levels); x++) {
        double level = decoded(pixels, 0, sample_at(pixels, row, x)) * 255;
        char byte = (char)(unsigned char)(level <= 0 ? 0 : level >= 255 ? 255 : level);
        buf_add(pixels->levels, (struct str){ &byte, 1 });
    }
    return PDL_GREY;
}

// The part of the mask that lies over the pixel shows any of it.
static bool mask_shows(const struct pdf_mask *mask, const struct pdf_pixels *pixels, size_t x)
{
    enum { LEAST = 3 }; // of 255: less leaves no colour on white paper
    size_t y = pixels->y < pixels->height ? pixels->y : pixels->height - 1;
    size_t x0 = x * mask->width / pixels->width;
    size_t x1 = (x + 1) * mask->width / pixels->width;
    size_t y0 = y * mask->height / pixels->height;
    size_t y1 = (y + 1) * mask->height / pixels->height;
    size_t i = y0;
    do {
        size_t j = x0;
        do {
            size_t at = i * mask->width + j;
            if (at >= mask->levels.len || (uint8_t)mask->levels.ptr[at] >= LEAST) {
                return true;
            }
        } while (++j < x1);
    } while (++i < y1);
    return false;
}

static bool key_shows(const struct pdf_mask *mask, const struct pdf_pixels *pixels,
                      const uint8_t *row, size_t x)
{
    size_t n = (size_t)pixels->components;
    for (size_t c = 0; c < n; c++) {
        double sample = sample_at(pixels, row, x * n + c);
        if (sample < mask->key[2 * c] || sample > mask->key[2 * c + 1]) {
            return true;
        }
    }
    return false;
}

static enum pdl_shade row_masked(const struct pdf_pixels *pixels, const uint8_t *row)
{
    const struct pdf_mask *mask = pixels->mask;
    for (size_t x = 0; x < pixels->width; x++) {
        if (pixel_shade(pixels, row, x) == PDL_COLOR &&
            (!mask->is_key || key_shows(mask, pixels, row, x)) &&
            (mask->levels.len == 0 || mask_shows(mask, pixels, x))) {
            return PDL_COLOR;
        }
    }
    return PDL_GREY;
}

static enum pdl_shade pixels_row(struct pdf_pixels *pixels, const uint8_t *row, size_t len)
{
    size_t n = (size_t)pixels->components;
    if (len < (pixels->width * n * (size_t)pixels->bits + 7) / 8) {
        return PDL_GREY; // cut short: what is not there is not drawn
    }
    enum pdl_shade shade = PDL_GREY;
    if (pixels->levels != NULL) {
        shade = row_keep(pixels, row);
    } else if (pixels->mask != NULL) {
        shade = row_masked(pixels, row);
    } else if (n == 3 && pixels->bits == 8 && pixels->space->family == PDL_SPACE_RGB &&
               !pixels->has_decode) {
        shade = row_rgb8(pixels, row);
    } else {
        shade = row_any(pixels, row);
    }
    pixels->y++;
    return shade;
}

static size_t row_bytes(const struct pdf_pixels *pixels)
{
    return ((size_t)pixels->width * (size_t)pixels->components * (size_t)pixels->bits + 7) / 8;
}

// What is asked of the pixels is known.
static bool pixels_done(const struct pdf_pixels *pixels, enum pdl_shade shade)
{
    return shade == PDL_COLOR || (pixels->until_mark && pixels->marks);
}

static enum pdl_shade judge_memory(struct pdf_pixels *pixels, struct str data)
{
    size_t row = row_bytes(pixels);
    enum pdl_shade shade = PDL_GREY;
    for (uint32_t y = 0; y < pixels->height && data.len >= row && !pixels_done(pixels, shade);
         y++) {
        shade = pdl_color_both(shade, pixels_row(pixels, (const uint8_t *)data.ptr, row));
        data = (struct str){ data.ptr + row, data.len - row };
    }
    return shade;
}

// Fills a row; false at the end or at damage.
static bool inflate_row(struct doc *doc, uint8_t *row, size_t len)
{
    doc->zlib.next_out = row;
    doc->zlib.avail_out = (uInt)len;
    while (doc->zlib.avail_out > 0) {
        int state = inflate(&doc->zlib, Z_NO_FLUSH);
        if (state == Z_STREAM_END) {
            return doc->zlib.avail_out == 0;
        }
        if (state != Z_OK) {
            return false;
        }
    }
    return true;
}

static bool predictor_fits(const struct pdf_pixels *pixels, const struct pdf_predictor *predictor)
{
    return predictor->kind == 1 ||
           (predictor->kind >= 10 && predictor->colors == pixels->components &&
            predictor->bits == pixels->bits && predictor->columns == (int)pixels->width);
}

// Row by row out of the deflated stream: a page-high image costs one row of memory.
static enum pdl_shade judge_flate(struct doc *doc, struct pdf_pixels *pixels,
                                  const struct pdf_predictor *predictor, struct str raw)
{
    size_t len = row_bytes(pixels);
    size_t lead = predictor->kind >= 10 ? 1 : 0;
    size_t bpp = ((size_t)pixels->components * (size_t)pixels->bits + 7) / 8;
    if (len > ROW_MAX || !pdl_pdf_inflate_start(doc, raw)) {
        return PDL_UNSURE;
    }
    OWN(buf_free) struct buf rows = BUF_CAP(2 * (size_t)ROW_MAX + 64);
    static const char zeros[4096] = { 0 };
    while (rows.len < 2 * (len + lead)) {
        size_t left = 2 * (len + lead) - rows.len;
        buf_add(&rows, (struct str){ zeros, left < sizeof(zeros) ? left : sizeof(zeros) });
    }
    uint8_t *row = (uint8_t *)rows.ptr;
    uint8_t *above = row + len + lead;
    enum pdl_shade shade = PDL_GREY;
    for (uint32_t y = 0; y < pixels->height && !pixels_done(pixels, shade); y++) {
        if (!inflate_row(doc, row, len + lead)) {
            break;
        }
        if (lead > 0) {
            // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): rows holds lead bytes at least
            pdl_pdf_filter_png(row[0], row + 1, above + 1, len, bpp);
        }
        shade = pdl_color_both(shade, pixels_row(pixels, row + lead, len));
        uint8_t *swap = row;
        row = above;
        above = swap;
    }
    return shade;
}

// What the space says of every image in it; PDL_UNSURE when pixels must be looked at.
static enum pdl_shade space_decides(struct pdf_pixels *pixels)
{
    const struct pdl_space *space = pixels->space;
    if (space->family == PDL_SPACE_GRAY) {
        return PDL_GREY;
    }
    return space->components == 1 ? lut_worst(pixels) : PDL_UNSURE;
}

static bool pixels_read(struct doc *doc, struct pdf_image *image, qpdf_oh dict,
                        struct pdf_pixels *pixels)
{
    qpdf_oh decode = pdl_pdf_key(doc, dict, "/Decode");
    double width = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/Width"), 0);
    double height = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/Height"), 0);
    pixels->space = pdl_pdf_space_read(doc, image->names, pdl_pdf_key(doc, dict, "/ColorSpace"), 0);
    pixels->bits = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/BitsPerComponent"), 8);
    if (pixels->space == NULL || pixels->space->family == PDL_SPACE_UNKNOWN ||
        pixels->space->family == PDL_SPACE_PATTERN || !(width >= 1 && width <= SIDE_MAX) ||
        !(height >= 1 && height <= SIDE_MAX)) {
        return false;
    }
    pixels->components = pixels->space->components;
    pixels->width = (uint32_t)width;
    pixels->height = (uint32_t)height;
    bool bits_ok = pixels->bits == 1 || pixels->bits == 2 || pixels->bits == 4 ||
                   pixels->bits == 8 || pixels->bits == 16;
    if (!bits_ok || pixels->components > 4) {
        return false;
    }
    if (qpdf_oh_is_array(doc->qpdf, decode)) {
        pixels->has_decode = pdl_pdf_numbers(doc, decode, pixels->decode, 2 * pixels->components) ==
                             2 * pixels->components;
        bool usual = pixels->has_decode && !is_palette(pixels->space) &&
                     pixels->space->family != PDL_SPACE_LAB;
        for (int c = 0; usual && c < pixels->components; c++) {
            usual = pixels->decode[2 * c] == 0 && pixels->decode[2 * c + 1] == 1;
        }
        pixels->has_decode &= !usual;
    }
    return true;
}

static enum pdl_shade jpeg_row(void *asker, const uint8_t *row, uint32_t width)
{
    struct pdf_pixels *pixels = asker;
    pixels->width = width; // its own, whatever the dictionary says
    return pixels_row(pixels, row, (size_t)width * (size_t)pixels->components);
}

static enum pdl_shade jpeg_judge(struct pdf_pixels *pixels, struct str bytes)
{
    bool damaged = false; // what a page shows of it is the page's colour
    if (pixels->until_mark) {
        pixels->marks = pdl_image_jpeg_marks(bytes, &damaged) != PDL_SHADE_WHITE || damaged;
        return PDL_GREY;
    }
    struct pdf_pixels read = *pixels;
    read.bits = 8;
    struct pdl_image_rows rows = { .components = pixels->components,
                                   .is_rgb = pixels->space->family == PDL_SPACE_RGB &&
                                             !pixels->has_decode && pixels->mask == NULL,
                                   .row = jpeg_row,
                                   .asker = &read };
    return pdl_image_jpeg_judge(&rows, bytes, &damaged);
}

// By filters that give bytes: all of them at once.
static enum pdl_shade judge_decoded(struct doc *doc, struct pdf_pixels *pixels,
                                    const struct pdf_chain *chain, struct str raw)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(DECODED_MAX);
    bool ok = pdl_pdf_chain_run(doc, chain, chain->count, raw, &bytes);
    enum pdl_shade shade = judge_memory(pixels, buf_str(&bytes));
    bool all = bytes.len / pixels->height >= row_bytes(pixels); // what follows is not drawn
    return shade == PDL_COLOR || ok || all ? shade : PDL_UNSURE;
}

static enum pdl_shade judge_bytes(struct doc *doc, struct pdf_pixels *pixels,
                                  const struct pdf_chain *chain, struct str raw)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(DECODED_MAX);
    int last = chain->count - 1;
    enum pdf_filter filter = last < 0 ? FILTER_NONE : chain->steps[last].filter;
    bool flate = filter == FILTER_FLATE && predictor_fits(pixels, &chain->steps[last].predictor);
    if (chain->unknown || filter == FILTER_JPX || filter == FILTER_BITS) {
        return PDL_UNSURE;
    }
    if (filter != FILTER_DCT && !flate) {
        return judge_decoded(doc, pixels, chain, raw);
    }
    if (last > 0) {
        if (!pdl_pdf_chain_run(doc, chain, last, raw, &bytes)) {
            return PDL_UNSURE;
        }
        raw = buf_str(&bytes);
    }
    return flate ? judge_flate(doc, pixels, &chain->steps[last].predictor, raw)
                 : jpeg_judge(pixels, raw);
}

static enum pdl_shade judge_stream(struct doc *doc, qpdf_oh stream, struct pdf_pixels *pixels)
{
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, stream);
    struct pdf_chain chain;
    unsigned char *bytes = NULL;
    size_t len = 0;
    pdl_pdf_chain_read(doc, dict, &chain);
    enum pdl_shade shade = PDL_UNSURE;
    if (pdl_pdf_stream_raw(doc, stream, &bytes, &len)) {
        shade = judge_bytes(doc, pixels, &chain, (struct str){ (const char *)bytes, len });
    }
    free(bytes);
    return shade;
}

static void mask_fini(struct pdf_mask *mask)
{
    buf_free(&mask->levels);
}

// The levels of a soft mask, or of a stencil, which hides where it would paint nothing.
static bool mask_levels(struct doc *doc, qpdf_oh stream, bool stencil, struct pdf_mask *mask)
{
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, stream);
    double width = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/Width"), 0);
    double height = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/Height"), 0);
    double bits = pdl_pdf_number(doc, pdl_pdf_key(doc, dict, "/BitsPerComponent"), stencil ? 1 : 8);
    double shown = 0;
    if (!(width >= 1 && width <= SIDE_MAX && height >= 1 && height <= SIDE_MAX) ||
        width * height > MASK_MAX ||
        !(bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16)) {
        return false;
    }
    struct pdf_pixels pixels = { .space = &pdl_color_gray,
                                 .components = 1,
                                 .bits = stencil ? 1 : (int)bits,
                                 .width = (uint32_t)width,
                                 .height = (uint32_t)height,
                                 .levels = &mask->levels };
    (void)pdl_pdf_numbers(doc, pdl_pdf_key(doc, dict, "/Decode"), &shown, 1);
    bool inverted = stencil ? shown == 0 : shown == 1; // a stencil paints where it is 0
    pixels.has_decode = inverted;
    pixels.decode[0] = inverted ? 1 : 0;
    pixels.decode[1] = inverted ? 0 : 1;
    mask->width = pixels.width;
    mask->height = pixels.height;
    bool ok = judge_stream(doc, stream, &pixels) != PDL_UNSURE;
    return ok && mask->levels.len > 0 && buf_ok(&mask->levels);
}

// What hides a part of the image. *found is not set when it has nothing of the kind. False: it
// cannot be read.
static bool mask_read(struct doc *doc, qpdf_oh dict, int components, struct pdf_mask *mask,
                      bool *found)
{
    qpdf_oh soft = pdl_pdf_key(doc, dict, "/SMask");
    qpdf_oh hard = pdl_pdf_key(doc, dict, "/Mask");
    if (qpdf_oh_is_stream(doc->qpdf, soft)) { // and no other mask counts
        *found = true;
        return mask_levels(doc, soft, false, mask);
    }
    if (qpdf_oh_is_stream(doc->qpdf, hard)) {
        *found = true;
        return mask_levels(doc, hard, true, mask);
    }
    if (qpdf_oh_is_array(doc->qpdf, hard)) {
        *found = mask->is_key = true;
        return pdl_pdf_numbers(doc, hard, mask->key, 2 * components) == 2 * components;
    }
    return true;
}

// The colour of an image that has some, wherever it is, asked again of what shows.
static enum pdl_shade judge_masked(struct doc *doc, struct pdf_image *image,
                                   struct pdf_pixels *pixels)
{
    OWN(mask_fini) struct pdf_mask mask = { .levels = BUF_CAP(MASK_MAX) };
    bool found = false;
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, image->oh);
    if (!mask_read(doc, dict, pixels->components, &mask, &found)) {
        return PDL_UNSURE;
    }
    if (!found) {
        return PDL_COLOR;
    }
    pixels->mask = &mask;
    pixels->y = 0;
    enum pdl_shade shade = judge_stream(doc, image->oh, pixels);
    pixels->mask = NULL;
    return shade;
}

// An image that has no colour, asked again whether it has any pixel that is not white. What hides
// parts of it is not looked at: white is white wherever it shows.
static enum pdl_shade judge_marks(struct doc *doc, struct pdf_image *image,
                                  struct pdf_pixels *pixels)
{
    if (!pixels->marks) {
        pixels->until_mark = true;
        pixels->y = 0;
        if (pixels->components == 1) {
            lut_fill(pixels);
        }
        pixels->marks |= judge_stream(doc, image->oh, pixels) == PDL_UNSURE;
    }
    return pixels->marks ? PDL_GREY : PDL_SHADE_WHITE;
}

enum pdl_shade pdl_pdf_image_judge(struct doc *doc, struct pdf_image *image)
{
    if (image->known) {
        return image->shade;
    }
    struct pdf_pixels pixels = { .space = NULL };
    enum pdl_shade shade = PDL_UNSURE;
    if (pixels_read(doc, image, qpdf_oh_get_dict(doc->qpdf, image->oh), &pixels)) {
        shade = space_decides(&pixels);
        shade = shade >= PDL_COLOR ? judge_stream(doc, image->oh, &pixels) : shade;
        shade = shade == PDL_COLOR ? judge_masked(doc, image, &pixels) : shade;
        shade = shade == PDL_GREY ? judge_marks(doc, image, &pixels) : shade;
    }
    image->known = true;
    image->shade = shade;
    image->why =
        shade == PDL_COLOR ? "has a coloured pixel" : "is in a form that only drawing can judge";
    return shade;
}

static bool inline_pixels(struct doc *doc, const struct pdl_inline *image,
                          struct pdf_pixels *pixels)
{
    struct names *names = (struct names *)(uintptr_t)image->resources;
    pixels->space = pdl_pdf_space_inline(doc, names, &image->space);
    if (pixels->space == NULL || pixels->space->family == PDL_SPACE_UNKNOWN ||
        pixels->space->components < 1 || pixels->space->components > 4 ||
        !(image->width >= 1 && image->width < SIDE_MAX) ||
        !(image->height >= 1 && image->height < SIDE_MAX)) {
        return false;
    }
    pixels->components = pixels->space->components;
    pixels->bits = (int)image->bits;
    pixels->width = (uint32_t)image->width;
    pixels->height = (uint32_t)image->height;
    if (image->decode.kind == PDL_ARRAY) {
        struct pdl_lex lex = pdl_lex_of(image->decode.text);
        struct pdl_token token;
        pixels->has_decode = true;
        for (int i = 0; i < 2 * pixels->components; i++) {
            pdl_lex_next(&lex, &token);
            pixels->decode[i] = token.kind == PDL_NUMBER ? token.number : 0;
        }
    }
    return pixels->bits == 1 || pixels->bits == 2 || pixels->bits == 4 || pixels->bits == 8 ||
           pixels->bits == 16;
}

static void inline_parameters(struct str dict, struct pdf_step *step)
{
    struct pdl_lex lex = pdl_lex_of(dict);
    struct pdl_token key;
    struct pdl_token value;
    for (pdl_lex_next(&lex, &key); key.kind == PDL_NAME; pdl_lex_next(&lex, &key)) {
        pdl_lex_next(&lex, &value);
        bool fits = value.kind == PDL_NUMBER && value.number >= 0 && value.number < SIDE_MAX;
        int number = fits ? (int)value.number : 0;
        if (str_eq(key.text, STR("Predictor"))) {
            step->predictor.kind = number;
        } else if (str_eq(key.text, STR("Colors"))) {
            step->predictor.colors = number;
        } else if (str_eq(key.text, STR("BitsPerComponent"))) {
            step->predictor.bits = number;
        } else if (str_eq(key.text, STR("Columns"))) {
            step->predictor.columns = number;
        } else if (str_eq(key.text, STR("EarlyChange"))) {
            step->late_change = number == 0;
        }
    }
}

// The one token, or those in an array, one a call.
static struct pdl_lex tokens_of(const struct pdl_token *token)
{
    bool array = token->kind == PDL_ARRAY;
    return pdl_lex_of(array ? token->text : STR(""));
}

static void inline_chain(const struct pdl_inline *image, struct pdf_chain *chain)
{
    struct pdl_lex names = tokens_of(&image->filter);
    struct pdl_lex parms = tokens_of(&image->parameters);
    struct pdl_token name = image->filter;
    struct pdl_token dict = image->parameters;
    chain->count = 0;
    chain->unknown = false;
    if (name.kind == PDL_ARRAY) {
        pdl_lex_next(&names, &name);
    }
    for (; name.kind == PDL_NAME; pdl_lex_next(&names, &name)) {
        int before = chain->count;
        if (image->parameters.kind == PDL_ARRAY) {
            pdl_lex_next(&parms, &dict);
        }
        pdl_pdf_chain_add(chain, pdl_pdf_stream_filter(name.text));
        if (chain->count > before && dict.kind == PDL_DICT) {
            inline_parameters(dict.text, &chain->steps[before]);
        }
    }
}

enum pdl_shade pdl_pdf_image_inline(struct doc *doc, const struct pdl_inline *image,
                                    const char **why)
{
    struct pdf_pixels pixels = { .space = NULL };
    struct pdf_chain chain;
    *why = NULL;
    if (!inline_pixels(doc, image, &pixels)) {
        return PDL_UNSURE;
    }
    enum pdl_shade shade = space_decides(&pixels);
    if (shade < PDL_COLOR) {
        return shade;
    }
    inline_chain(image, &chain);
    return judge_bytes(doc, &pixels, &chain, image->data);
}
