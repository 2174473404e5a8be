// tiff_rows: see tiff_rows.h. Samples of up to 16 bits side by side are read row by row or tile by
// tile as they are stored; planes, subsampled and other odd forms are turned into RGB by libtiff.

#include "pdl_image/tiff_rows.h"

#include "base/clk.h"
#include "base/mem.h"
#include <stdlib.h>

enum {
    BYTES_MAX = 64 << 20,      // of a row, tile or strip
    STRIPS_BETWEEN_LOOKS = 64, // at the clock
    SAMPLES_MAX = 64,
    BITS_MAX = 16,
    LAB_CENTRE = 128,
    LAB_NEUTRAL = 2, // of a and b, as pdl_color_lab_shade has it
};

struct form {
    uint32_t width;
    uint32_t height;
    uint16_t bits;
    uint16_t samples;
    uint16_t photometric;
    uint16_t planar;
    uint16_t compression;
    uint16_t format;
    uint16_t ink_set;
    uint16_t colors; // samples that are colours; behind them extra ones
    bool has_alpha;  // the first extra sample
    bool associated; // it is multiplied in already
    bool is_plain;   // of samples that are read as they are stored
    struct pdl_image_codes codes;
    uint16_t *wide; // owned
};

static uint16_t field(TIFF *tiff, uint32_t tag)
{
    uint16_t value = 0;
    return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : 0;
}

static void extras_read(TIFF *tiff, struct form *form)
{
    uint16_t count = 0;
    const uint16_t *kinds = NULL;
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
    if (count > 0 && form->samples > form->colors && kinds != NULL) {
        form->associated = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
        form->has_alpha = form->associated || kinds[0] == EXTRASAMPLE_UNASSALPHA;
    }
}

static void codes_grey(struct form *form)
{
    int top = (1 << form->bits) - 1;
    bool inverted = form->photometric == PHOTOMETRIC_MINISWHITE;
    form->codes.bits = form->bits;
    for (int i = 0; i <= top; i++) {
        uint16_t level = (uint16_t)((inverted ? top - i : i) * PDL_IMAGE_TOP / top);
        pdl_image_codes_set(&form->codes, i, (const uint16_t[3]){ level, level, level });
    }
}

// Old writers gave the colours of a palette eight bits.
static bool codes_palette(TIFF *tiff, struct form *form)
{
    uint16_t *maps[3] = { NULL };
    int count = 1 << form->bits;
    bool is_narrow = true;
    if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        is_narrow = is_narrow && maps[0][i] < 256 && maps[1][i] < 256 && maps[2][i] < 256;
    }
    form->codes.bits = form->bits;
    for (int i = 0; i < count; i++) {
        uint16_t rgb[3];
        for (int c = 0; c < 3; c++) {
            rgb[c] = (uint16_t)(is_narrow ? maps[c][i] * PDL_IMAGE_LEVEL : maps[c][i]);
        }
        pdl_image_codes_set(&form->codes, i, rgb);
    }
    return true;
}

static uint16_t colors_of(const struct form *form)
{
    switch (form->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE: return 1;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB: return 3;
    case PHOTOMETRIC_SEPARATED: return form->ink_set == INKSET_CMYK ? 4 : 0;
    default: return 0;
    }
}

// JPEG's YCbCr comes out as RGB; that of others is subsampled.
static bool is_plain(TIFF *tiff, struct form *form)
{
    bool is_jpeg = form->compression == COMPRESSION_JPEG;
    bool whole_numbers = form->format == SAMPLEFORMAT_UINT || form->format == SAMPLEFORMAT_VOID ||
                         form->photometric == PHOTOMETRIC_CIELAB;
    if (form->compression == COMPRESSION_OJPEG || !whole_numbers || form->bits > BITS_MAX ||
        form->colors == 0 || form->samples < form->colors || form->samples > SAMPLES_MAX ||
        (form->planar == PLANARCONFIG_SEPARATE && form->samples > 1)) {
        return false;
    }
    if (form->photometric == PHOTOMETRIC_YCBCR) {
        return is_jpeg && TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) == 1;
    }
    bool is_lab =
        form->photometric == PHOTOMETRIC_CIELAB || form->photometric == PHOTOMETRIC_ICCLAB;
    return !is_lab || form->bits == 8 || form->bits == 16;
}

static bool form_read(TIFF *tiff, struct form *form)
{
    (void)TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &form->width);
    (void)TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &form->height);
    form->bits = field(tiff, TIFFTAG_BITSPERSAMPLE);
    form->samples = field(tiff, TIFFTAG_SAMPLESPERPIXEL);
    form->planar = field(tiff, TIFFTAG_PLANARCONFIG);
    form->compression = field(tiff, TIFFTAG_COMPRESSION);
    form->format = field(tiff, TIFFTAG_SAMPLEFORMAT);
    form->ink_set = field(tiff, TIFFTAG_INKSET);
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &form->photometric) != 1) {
        form->photometric =
            form->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISWHITE; // as libtiff guesses
    }
    form->colors = colors_of(form);
    extras_read(tiff, form);
    form->is_plain = is_plain(tiff, form);
    bool is_coded = form->is_plain && form->samples == 1 && form->bits > 0 && form->bits <= 8 &&
                    8 % form->bits == 0;
    if (form->photometric == PHOTOMETRIC_PALETTE) {
        return !is_coded || codes_palette(tiff, form);
    }
    if (is_coded) {
        codes_grey(form);
    }
    return true;
}

static uint32_t sample(const struct form *form, const uint8_t *row, size_t at)
{
    unsigned bits = form->bits;
    if (bits == 8) {
        return row[at] * (uint32_t)PDL_IMAGE_LEVEL;
    }
    if (bits == 16) { // in the order of this machine
        uint16_t value = 0;
        memcpy(&value, row + 2 * at, sizeof(value));
        return value;
    }
    uint32_t value = 0;
    for (size_t bit = at * bits; bit < (at + 1) * bits; bit++) {
        value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1U);
    }
    return value * PDL_IMAGE_TOP / ((1U << bits) - 1);
}

// CIE L*a*b*: a and b are signed, or, of ICC, moved by their half. Grey is as bright as it is.
static void lab_widen(const struct form *form, const uint32_t *samples, uint16_t to[3])
{
    bool is_icc = form->photometric == PHOTOMETRIC_ICCLAB;
    int centre = is_icc ? LAB_CENTRE : 0;
    int a = (int)(samples[1] / 256) - centre;
    int b = (int)(samples[2] / 256) - centre;
    a = !is_icc && a >= LAB_CENTRE ? a - 2 * LAB_CENTRE : a;
    b = !is_icc && b >= LAB_CENTRE ? b - 2 * LAB_CENTRE : b;
    bool is_grey = a <= LAB_NEUTRAL && a >= -LAB_NEUTRAL && b <= LAB_NEUTRAL && b >= -LAB_NEUTRAL;
    to[0] = (uint16_t)samples[0];
    to[1] = is_grey || samples[0] == 0 ? to[0] : 0;
    to[2] = is_grey || samples[0] == 0 ? to[0] : PDL_IMAGE_TOP;
}

static uint16_t over_white(const struct form *form, uint32_t level, uint32_t alpha)
{
    uint64_t paper = PDL_IMAGE_TOP - alpha;
    uint64_t sum =
        form->associated
            ? level + paper
            : ((uint64_t)level * alpha + PDL_IMAGE_TOP * paper + PDL_IMAGE_TOP / 2) / PDL_IMAGE_TOP;
    return (uint16_t)(sum > PDL_IMAGE_TOP ? PDL_IMAGE_TOP : sum);
}

static void pixel_widen(const struct form *form, const uint8_t *row, size_t x, uint16_t to[4])
{
    uint32_t samples[5] = { 0 };
    bool is_ink = form->photometric == PHOTOMETRIC_SEPARATED;
    for (size_t c = 0; c < (size_t)form->colors + form->has_alpha; c++) {
        samples[c] = sample(form, row, x * form->samples + c);
    }
    uint32_t alpha = form->has_alpha ? samples[form->colors] : PDL_IMAGE_TOP;
    if (form->photometric == PHOTOMETRIC_CIELAB || form->photometric == PHOTOMETRIC_ICCLAB) {
        lab_widen(form, samples, to);
        return;
    }
    for (int c = 0; c < (is_ink ? 4 : 3); c++) {
        uint32_t level = samples[form->colors == 1 ? 0 : c];
        level = form->photometric == PHOTOMETRIC_MINISWHITE ? PDL_IMAGE_TOP - level : level;
        to[c] = is_ink ? (uint16_t)((uint64_t)level * (form->associated ? PDL_IMAGE_TOP : alpha) /
                                    PDL_IMAGE_TOP)
                       : over_white(form, level, alpha);
    }
}

static void row_tally(const struct form *form, const uint8_t *row, uint32_t width,
                      struct pdl_image_tally *tally)
{
    if (form->codes.bits > 0) {
        pdl_image_tally_codes(tally, &form->codes, row, width);
        return;
    }
    bool is_rgb = form->photometric == PHOTOMETRIC_RGB || form->photometric == PHOTOMETRIC_YCBCR;
    if (is_rgb && form->samples == 3 && form->bits == 8) {
        pdl_image_tally_rgb8(tally, row, width);
        return;
    }
    bool is_ink = form->photometric == PHOTOMETRIC_SEPARATED;
    size_t step = is_ink ? 4 : 3;
    for (uint32_t x = 0; x < width; x++) {
        uint16_t pixel[4];
        pixel_widen(form, row, x, pixel);
        memcpy(form->wide + step * x, pixel, step * sizeof(pixel[0]));
    }
    if (is_ink) {
        pdl_image_tally_cmyk16(tally, form->wide, width);
    } else {
        pdl_image_tally_rgb16(tally, form->wide, width);
    }
}

static enum pdl_image_rows_end strips_rows(struct pdl_image_strips *strips, const struct form *form,
                                           uint8_t *row, struct pdl_image_tally *tally)
{
    TIFF *tiff = strips->tiff;
    for (uint32_t y = 0; y < form->height && !pdl_image_tally_is_done(tally); y++) {
        if (clk_mono_ms() > strips->deadline) {
            return PDL_IMAGE_ROWS_LATE;
        }
        if (TIFFReadScanline(tiff, row, y, 0) != 1) {
            return PDL_IMAGE_ROWS_DAMAGED;
        }
        row_tally(form, row, form->width, tally);
        strips->place = pdl_image_tally_is_done(tally)
                            ? TIFFGetStrileOffset(tiff, TIFFComputeStrip(tiff, y, 0))
                            : strips->place;
    }
    return PDL_IMAGE_ROWS_WHOLE;
}

// PackBits is to be packed row by row, but some writers do not end their runs there: whole strips.
static enum pdl_image_rows_end packed_rows(struct pdl_image_strips *strips, const struct form *form,
                                           uint8_t *strip, struct pdl_image_tally *tally)
{
    TIFF *tiff = strips->tiff;
    size_t row_len = (size_t)TIFFScanlineSize(tiff);
    uint32_t rows = (uint32_t)((size_t)TIFFStripSize(tiff) / row_len);
    for (uint64_t y = 0; y < form->height && !pdl_image_tally_is_done(tally); y += rows) {
        uint32_t left = form->height - y < rows ? form->height - (uint32_t)y : rows;
        uint32_t at = TIFFComputeStrip(tiff, (uint32_t)y, 0);
        if (clk_mono_ms() > strips->deadline) {
            return PDL_IMAGE_ROWS_LATE;
        }
        if (TIFFReadEncodedStrip(tiff, at, strip, (tmsize_t)(left * row_len)) < 0) {
            return PDL_IMAGE_ROWS_DAMAGED;
        }
        for (uint32_t row = 0; row < left && !pdl_image_tally_is_done(tally); row++) {
            row_tally(form, strip + row * row_len, form->width, tally);
        }
        strips->place =
            pdl_image_tally_is_done(tally) ? TIFFGetStrileOffset(tiff, at) : strips->place;
    }
    return PDL_IMAGE_ROWS_WHOLE;
}

struct tiles {
    uint32_t width;
    uint32_t height;
    size_t row_len;
};

// The part of a tile that is within the picture.
static void tile_tally(const struct form *form, const struct tiles *tiles, uint32_t x, uint32_t y,
                       const uint8_t *tile, struct pdl_image_tally *tally)
{
    uint32_t columns = form->width - x < tiles->width ? form->width - x : tiles->width;
    uint32_t rows = form->height - y < tiles->height ? form->height - y : tiles->height;
    for (uint32_t row = 0; row < rows && !pdl_image_tally_is_done(tally); row++) {
        row_tally(form, tile + row * tiles->row_len, columns, tally);
    }
}

static enum pdl_image_rows_end tiles_rows(struct pdl_image_strips *strips, const struct form *form,
                                          uint8_t *tile, struct pdl_image_tally *tally)
{
    TIFF *tiff = strips->tiff;
    struct tiles tiles = { .row_len = (size_t)TIFFTileRowSize(tiff) };
    (void)TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tiles.width);
    (void)TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tiles.height);
    for (uint32_t y = 0; y < form->height; y += tiles.height) {
        for (uint32_t x = 0; x < form->width; x += tiles.width) {
            uint32_t at = TIFFComputeTile(tiff, x, y, 0, 0);
            if (clk_mono_ms() > strips->deadline) {
                return PDL_IMAGE_ROWS_LATE;
            }
            if (TIFFReadEncodedTile(tiff, at, tile, TIFFTileSize(tiff)) < 0) {
                return PDL_IMAGE_ROWS_DAMAGED;
            }
            tile_tally(form, &tiles, x, y, tile, tally);
            if (pdl_image_tally_is_done(tally)) {
                strips->place = TIFFGetStrileOffset(tiff, at);
                return PDL_IMAGE_ROWS_WHOLE;
            }
            if (form->width - x <= tiles.width) {
                break; // the sum could pass the end of numbers
            }
        }
        if (form->height - y <= tiles.height) {
            break;
        }
    }
    return PDL_IMAGE_ROWS_WHOLE;
}

// What libtiff made of a strip or tile: red, green, blue and alpha, which is multiplied in.
static void raster_tally(const uint32_t *raster, size_t count, struct pdl_image_tally *tally)
{
    for (size_t i = 0; i < count && !pdl_image_tally_is_done(tally); i++) {
        unsigned paper = 255 - TIFFGetA(raster[i]);
        unsigned rgb[] = { TIFFGetR(raster[i]) + paper, TIFFGetG(raster[i]) + paper,
                           TIFFGetB(raster[i]) + paper };
        uint8_t pixel[3];
        for (int c = 0; c < 3; c++) {
            pixel[c] = (uint8_t)(rgb[c] > 255 ? 255 : rgb[c]);
        }
        pdl_image_tally_rgb8(tally, pixel, 1);
    }
}

struct window { // of a raster, whose first row is the lowest
    uint32_t x;
    uint32_t y;
    uint32_t width; // of its rows
    uint32_t columns;
    uint32_t rows;
    uint32_t first; // row of the raster
};

static enum pdl_image_rows_end window_rows(struct pdl_image_strips *strips,
                                           const struct window *window, uint32_t *raster,
                                           struct pdl_image_tally *tally)
{
    TIFF *tiff = strips->tiff;
    bool tiled = TIFFIsTiled(tiff) != 0;
    if (clk_mono_ms() > strips->deadline) {
        return PDL_IMAGE_ROWS_LATE;
    }
    int read = tiled ? TIFFReadRGBATileExt(tiff, window->x, window->y, raster, 1)
                     : TIFFReadRGBAStripExt(tiff, window->y, raster, 1);
    if (read != 1) {
        return PDL_IMAGE_ROWS_DAMAGED;
    }
    for (uint32_t row = 0; row < window->rows; row++) {
        raster_tally(raster + (size_t)(window->first + row) * window->width, window->columns,
                     tally);
    }
    if (pdl_image_tally_is_done(tally)) {
        uint32_t at = tiled ? TIFFComputeTile(tiff, window->x, window->y, 0, 0)
                            : TIFFComputeStrip(tiff, window->y, 0);
        strips->place = TIFFGetStrileOffset(tiff, at);
    }
    return PDL_IMAGE_ROWS_WHOLE;
}

static enum pdl_image_rows_end drawn_rows(struct pdl_image_strips *strips, const struct form *form,
                                          struct pdl_image_tally *tally)
{
    TIFF *tiff = strips->tiff;
    bool tiled = TIFFIsTiled(tiff) != 0;
    uint32_t width = form->width;
    uint32_t height = 0;
    char why[1024];
    if (TIFFRGBAImageOK(tiff, why) != 1) {
        return PDL_IMAGE_ROWS_UNREAD;
    }
    (void)TIFFGetFieldDefaulted(tiff, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &height);
    if (tiled) {
        (void)TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    }
    height = !tiled && height > form->height ? form->height : height;
    if (width == 0 || height == 0) {
        return PDL_IMAGE_ROWS_UNREAD;
    }
    if ((uint64_t)width * height > BYTES_MAX / sizeof(uint32_t)) {
        return PDL_IMAGE_ROWS_LARGE;
    }
    uint32_t *raster = mem_new((size_t)width * height * sizeof(*raster));
    enum pdl_image_rows_end end = PDL_IMAGE_ROWS_WHOLE;
    for (uint64_t y = 0; y < form->height && end == PDL_IMAGE_ROWS_WHOLE; y += height) {
        for (uint64_t x = 0; x < form->width && end == PDL_IMAGE_ROWS_WHOLE; x += width) {
            uint64_t rows = form->height - y < height ? form->height - y : height;
            uint64_t columns = form->width - x < width ? form->width - x : width;
            struct window window = { .x = (uint32_t)x,
                                     .y = (uint32_t)y,
                                     .width = width,
                                     .columns = (uint32_t)columns,
                                     .rows = (uint32_t)rows,
                                     .first = tiled ? height - (uint32_t)rows : 0 };
            end =
                pdl_image_tally_is_done(tally) ? end : window_rows(strips, &window, raster, tally);
        }
    }
    free(raster);
    return end;
}

static enum pdl_image_rows_end plain_rows(struct pdl_image_strips *strips, struct form *form,
                                          struct pdl_image_tally *tally)
{
    bool tiled = TIFFIsTiled(strips->tiff) != 0;
    tmsize_t strip = TIFFStripSize(strips->tiff);
    bool whole = !tiled && form->compression == COMPRESSION_PACKBITS && strip <= BYTES_MAX;
    tmsize_t len = tiled   ? TIFFTileSize(strips->tiff)
                   : whole ? strip
                           : TIFFScanlineSize(strips->tiff);
    if (len <= 0 || len > BYTES_MAX || form->width > BYTES_MAX / 8) {
        return PDL_IMAGE_ROWS_LARGE;
    }
    uint8_t *bytes = mem_new((size_t)len + 1);
    form->wide = mem_new((size_t)form->width * 4 * sizeof(*form->wide));
    enum pdl_image_rows_end end = tiled   ? tiles_rows(strips, form, bytes, tally)
                                  : whole ? packed_rows(strips, form, bytes, tally)
                                          : strips_rows(strips, form, bytes, tally);
    free(form->wide);
    free(bytes);
    return end;
}

// Whether all that the directory points to is there.
static enum pdl_image_rows_end strips_check(const struct pdl_image_strips *strips)
{
    TIFF *tiff = strips->tiff;
    uint32_t count = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = TIFFGetStrileOffset(tiff, i);
        uint64_t len = TIFFGetStrileByteCount(tiff, i);
        if (at > strips->file_len || len > strips->file_len - at) {
            return PDL_IMAGE_ROWS_CUT;
        }
        if (i % STRIPS_BETWEEN_LOOKS == 0 && clk_mono_ms() > strips->deadline) {
            return PDL_IMAGE_ROWS_LATE;
        }
    }
    return PDL_IMAGE_ROWS_WHOLE;
}

enum pdl_image_rows_end pdl_image_strips_tally(struct pdl_image_strips *strips,
                                               struct pdl_image_tally *tally)
{
    struct form *form = mem_new(sizeof(*form));
    enum pdl_image_rows_end end = strips_check(strips);
    if (end == PDL_IMAGE_ROWS_WHOLE && !form_read(strips->tiff, form)) {
        end = PDL_IMAGE_ROWS_UNREAD;
    }
    strips->has_alpha = form->has_alpha;
    strips->any_color = form->codes.any_color;
    strips->place = TIFFGetStrileOffset(strips->tiff, 0);
    tally->of_chroma = form->photometric == PHOTOMETRIC_YCBCR;
    if (form->photometric == PHOTOMETRIC_PALETTE) {
        tally->may_color = form->codes.any_color || form->codes.bits == 0;
    }
    if (end == PDL_IMAGE_ROWS_WHOLE) {
        end = form->is_plain ? plain_rows(strips, form, tally) : drawn_rows(strips, form, tally);
    }
    free(form);
    return end;
}
