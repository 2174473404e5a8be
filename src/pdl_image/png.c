// png: see png.h.
//
// file  = 89 "PNG" 0D 0A 1A 0A chunk*
// chunk = length(4) type(4) body crc(4)      IHDR first, IDAT with the pixels, IEND last
//
// The chunks are looked at before libpng sees any: a file without its end is not decoded. libpng is
// asked for the rows as they are stored, each pass of an interlaced picture by itself, so that one
// row is all the memory a picture takes.

#include "pdl_image/png.h"

#include "base/clk.h"
#include "base/cur.h"
#include "base/mem.h"
#include <setjmp.h>
#include <stdlib.h>

#include <png.h>

enum {
    SIGN_LEN = 8,
    HEAD_LEN = 13,
    PASSES = 7, // of Adam7
    SAMPLES_MAX = 4,
    SIDE_MAX = 1 << 20,
    CHUNK_MAX = 8 << 20,
    ROWS_BETWEEN_LOOKS = 16,
    UNIT_METRE = 1,
};

#define BYTES_MAX (1ULL << 30) // of rows: what seconds suffice for
#define METRES_PER_INCH 0.0254

struct chunks {
    bool whole;
    bool animated;
    size_t length; // to the end of IEND
    double density_x;
    double density_y;
};

struct png {
    png_structp png;
    png_infop info;
    jmp_buf out;
    struct cur cur;
    const uint8_t *start;
    uint8_t *row;    // owned
    uint16_t *wide;  // owned: as RGB of 16 bits
    uint16_t key[3]; // the colour that is a hole, by the levels of the file
    bool has_key;
    int type;
    int bits;
    bool is_late;
    struct pdl_image_codes codes;
};

static bool type_is(struct str type, const char *name)
{
    return memcmp(type.ptr, name, 4) == 0;
}

static struct chunks chunks_read(struct str bytes)
{
    struct chunks chunks = { .whole = false };
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    (void)cur_take(&cur, SIGN_LEN);
    while (cur_ok(&cur) && !chunks.whole) {
        uint32_t len = cur_u32be(&cur);
        struct str type = cur_take(&cur, 4);
        struct str body = cur_take(&cur, len);
        (void)cur_u32be(&cur);
        if (!cur_ok(&cur)) {
            break;
        }
        if (type_is(type, "pHYs") && len == 9 && body.ptr[8] == UNIT_METRE) {
            struct cur per = cur_of(body.ptr, body.len);
            chunks.density_x = cur_u32be(&per) * METRES_PER_INCH;
            chunks.density_y = cur_u32be(&per) * METRES_PER_INCH;
        }
        chunks.animated |= type_is(type, "acTL");
        chunks.whole = type_is(type, "IEND");
        chunks.length = bytes.len - cur_left(&cur);
    }
    return chunks;
}

static PNG_NORETURN void error_jump(png_structp png, png_const_charp text)
{
    struct png *reader = png_get_error_ptr(png);
    (void)text;
    longjmp(reader->out, 1);
}

static void warning_silent(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void bytes_give(png_structp png, png_bytep to, size_t len)
{
    struct png *reader = png_get_io_ptr(png);
    struct str run = cur_take(&reader->cur, len);
    if (run.len != len) {
        png_error(png, "cut");
    }
    memcpy(to, run.ptr, len);
}

static uint32_t sample(const struct png *reader, size_t at)
{
    if (reader->bits == 16) {
        return (uint32_t)(reader->row[2 * at] << 8 | reader->row[2 * at + 1]);
    }
    return reader->row[at];
}

static uint16_t over_white(uint32_t level, uint32_t alpha)
{
    return (uint16_t)(((uint64_t)level * alpha + (uint64_t)PDL_IMAGE_TOP * (PDL_IMAGE_TOP - alpha) +
                       PDL_IMAGE_TOP / 2) /
                      PDL_IMAGE_TOP);
}

// One pixel of a picture with samples of 8 or 16 bits, as RGB over white paper.
static void pixel_widen(const struct png *reader, uint32_t x, uint16_t to[3])
{
    bool is_rgb = (reader->type & PNG_COLOR_MASK_COLOR) != 0;
    bool has_alpha = (reader->type & PNG_COLOR_MASK_ALPHA) != 0;
    size_t colors = is_rgb ? 3 : 1;
    size_t count = colors + has_alpha;
    uint32_t scale = reader->bits == 16 ? 1 : PDL_IMAGE_LEVEL;
    bool is_hole = reader->has_key;
    uint32_t alpha = has_alpha ? sample(reader, x * count + colors) * scale : PDL_IMAGE_TOP;
    for (size_t c = 0; c < 3; c++) {
        uint32_t level = sample(reader, x * count + (is_rgb ? c : 0));
        is_hole = is_hole && level == reader->key[c];
        to[c] = over_white(level * scale, alpha);
    }
    if (is_hole) {
        to[0] = to[1] = to[2] = PDL_IMAGE_TOP;
    }
}

static void row_tally(struct png *reader, uint32_t width, struct pdl_image_tally *tally)
{
    if (reader->codes.bits > 0) {
        pdl_image_tally_codes(tally, &reader->codes, reader->row, width);
        return;
    }
    if (reader->type == PNG_COLOR_TYPE_RGB && reader->bits == 8 && !reader->has_key) {
        pdl_image_tally_rgb8(tally, reader->row, width);
        return;
    }
    for (uint32_t x = 0; x < width; x++) {
        pixel_widen(reader, x, reader->wide + 3 * (size_t)x);
    }
    pdl_image_tally_rgb16(tally, reader->wide, width);
}

static void hole_read(struct png *reader)
{
    png_color_16p key = NULL;
    png_bytep alphas = NULL;
    int count = 0;
    if (png_get_tRNS(reader->png, reader->info, &alphas, &count, &key) == 0 || key == NULL ||
        reader->type == PNG_COLOR_TYPE_PALETTE) {
        return;
    }
    bool is_rgb = reader->type == PNG_COLOR_TYPE_RGB;
    reader->has_key = true;
    reader->key[0] = is_rgb ? key->red : key->gray;
    reader->key[1] = is_rgb ? key->green : key->gray;
    reader->key[2] = is_rgb ? key->blue : key->gray;
}

static void codes_of_palette(struct png *reader)
{
    png_colorp palette = NULL;
    png_bytep alphas = NULL;
    int count = 0;
    int alpha_count = 0;
    (void)png_get_PLTE(reader->png, reader->info, &palette, &count);
    if (png_get_tRNS(reader->png, reader->info, &alphas, &alpha_count, NULL) == 0) {
        alpha_count = 0;
    }
    for (int i = 0; i < count && i < 1 << reader->bits; i++) {
        uint32_t alpha = i < alpha_count ? alphas[i] * PDL_IMAGE_LEVEL : PDL_IMAGE_TOP;
        uint16_t rgb[] = { over_white(palette[i].red * PDL_IMAGE_LEVEL, alpha),
                           over_white(palette[i].green * PDL_IMAGE_LEVEL, alpha),
                           over_white(palette[i].blue * PDL_IMAGE_LEVEL, alpha) };
        pdl_image_codes_set(&reader->codes, i, rgb);
    }
    for (int i = count; i < 1 << reader->bits; i++) { // readers show black, or end
        pdl_image_codes_set(&reader->codes, i, (const uint16_t[3]){ 0, 0, 0 });
    }
}

static void codes_of_grey(struct png *reader)
{
    int top = (1 << reader->bits) - 1;
    for (int i = 0; i <= top; i++) {
        bool is_hole = reader->has_key && reader->key[0] == i;
        uint16_t level = (uint16_t)(is_hole ? PDL_IMAGE_TOP : i * PDL_IMAGE_TOP / top);
        pdl_image_codes_set(&reader->codes, i, (const uint16_t[3]){ level, level, level });
    }
}

// Reads the head, and what rows there will be. False: more than is read here.
static bool head_read(struct png *reader, struct pdl_image_picture *picture, struct err *err)
{
    png_read_info(reader->png, reader->info);
    uint32_t width = png_get_image_width(reader->png, reader->info);
    uint32_t height = png_get_image_height(reader->png, reader->info);
    reader->type = png_get_color_type(reader->png, reader->info);
    reader->bits = png_get_bit_depth(reader->png, reader->info);
    size_t len = png_get_rowbytes(reader->png, reader->info);
    if ((uint64_t)len * height > BYTES_MAX) {
        return err_set(err, ERR_LIMIT, "is %u x %u pixels, more than is read here: make it smaller",
                       width, height);
    }
    hole_read(reader);
    bool is_grey = reader->type == PNG_COLOR_TYPE_GRAY && reader->bits <= 8;
    bool is_palette = reader->type == PNG_COLOR_TYPE_PALETTE;
    reader->codes.bits = is_grey || is_palette ? reader->bits : 0;
    if (is_palette) {
        codes_of_palette(reader);
    } else if (is_grey) {
        codes_of_grey(reader);
    }
    picture->size.width = width;
    picture->size.height = height;
    picture->nominal =
        is_palette ? reader->codes.any_color : (reader->type & PNG_COLOR_MASK_COLOR) != 0;
    picture->has_alpha = (reader->type & PNG_COLOR_MASK_ALPHA) != 0 ||
                         png_get_valid(reader->png, reader->info, PNG_INFO_tRNS) != 0;
    reader->row = mem_new(len + 1);
    reader->wide = mem_new((size_t)width * 3 * sizeof(*reader->wide));
    return true;
}

static void pass_tally(struct png *reader, uint32_t width, uint32_t height, int64_t deadline,
                       struct pdl_image_tally *tally)
{
    for (uint32_t y = 0; y < height && !pdl_image_tally_is_done(tally); y++) {
        if (y % ROWS_BETWEEN_LOOKS == 0 && clk_mono_ms() > deadline) {
            reader->is_late = true;
            longjmp(reader->out, 1);
        }
        png_read_row(reader->png, reader->row, NULL);
        row_tally(reader, width, tally);
    }
}

// Of an interlaced picture each pass has some of the pixels.
static const struct {
    uint32_t x, y, step_x, step_y;
} adam7[PASSES] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
                    { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };

static uint32_t every(uint32_t count, uint32_t first, uint32_t step)
{
    return count > first ? (count - first + step - 1) / step : 0;
}

static void rows_tally(struct png *reader, const struct pdl_image_ask *ask,
                       struct pdl_image_picture *picture)
{
    struct pdl_image_tally tally = { .coverage = ask->coverage, .may_color = picture->nominal };
    uint32_t width = picture->size.width;
    uint32_t height = picture->size.height;
    png_start_read_image(reader->png);
    if (png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_NONE) {
        pass_tally(reader, width, height, ask->deadline, &tally);
    } else {
        for (int pass = 0; pass < PASSES; pass++) {
            uint32_t columns = every(width, adam7[pass].x, adam7[pass].step_x);
            uint32_t rows = columns == 0 ? 0 : every(height, adam7[pass].y, adam7[pass].step_y);
            pass_tally(reader, columns, rows, ask->deadline, &tally);
        }
    }
    picture->shade = pdl_image_tally_shade(&tally);
    picture->coverage = pdl_image_tally_coverage(&tally);
    picture->place = (size_t)(reader->cur.at - reader->start);
}

static bool decode(struct png *reader, const struct pdl_image_ask *ask,
                   struct pdl_image_picture *picture, struct err *err)
{
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, error_jump, warning_silent);
    if (reader->png == NULL) {
        return err_set(err, ERR_LIMIT, "cannot be decoded: no memory");
    }
    if (setjmp(reader->out) != 0) {
        return reader->is_late
                   ? err_set(err, ERR_LIMIT, "takes too long to decode: make it smaller")
                   : err_set(err, ERR_INVALID,
                             "is damaged: what is left of it does not tell its colour");
    }
    reader->info = png_create_info_struct(reader->png);
    png_set_read_fn(reader->png, reader, bytes_give);
    png_set_user_limits(reader->png, SIDE_MAX, SIDE_MAX);
    png_set_chunk_malloc_max(reader->png, CHUNK_MAX);
    png_set_chunk_cache_max(reader->png, 1); // texts and their kin are not wanted
    if (!head_read(reader, picture, err)) {
        return false;
    }
    rows_tally(reader, ask, picture);
    return true;
}

bool pdl_image_png_judge(struct str bytes, const struct pdl_image_ask *ask,
                         struct pdl_image_picture *picture, struct err *err)
{
    struct chunks chunks = chunks_read(bytes);
    *picture = (struct pdl_image_picture){ .shade = PDL_UNSURE };
    if (!chunks.whole) {
        return err_set(err, ERR_INVALID,
                       "ends before its end mark: it was cut short, so its colour is not known. "
                       "Print the whole file again");
    }
    struct png *reader = mem_new(sizeof(*reader));
    reader->cur = cur_of(bytes.ptr, bytes.len);
    reader->start = reader->cur.at;
    bool ok = decode(reader, ask, picture, err);
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->row);
    free(reader->wide);
    free(reader);
    picture->is_first = chunks.animated;
    picture->length = chunks.length;
    picture->size.density_x = chunks.density_x;
    picture->size.density_y = chunks.density_y;
    return ok;
}

bool pdl_image_png_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    struct err why;
    uint64_t offset = pdl_input_offset(input);
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    struct pdl_image_picture picture;
    struct pdl_image_ask ask = { .coverage = facts->coverage,
                                 .deadline = pdl_image_picture_deadline() };
    bool ok = pdl_image_png_judge(document, &ask, &picture, &why);
    pdl_image_picture_behind(&picture, document, input, facts);
    if (!ok) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The PNG %s.", why.text);
        return true;
    }
    if (picture.is_first) {
        pdl_facts_note(facts, PDL_EXACT, "The PNG is animated: its first picture is printed.");
    }
    return pdl_image_picture_add(&picture, offset, facts, err);
}
