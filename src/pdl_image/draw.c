// draw: see draw.h. TIFF is in tiff.c, beside what else libtiff is asked for.

#include "pdl_image/draw.h"

#include "base/mem.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>

enum {
    SCANS_MAX = 200,
    SCALE_MOST = 8,
    WHITE = 255,
    WHOLE_MAX = 192 << 20, // bytes of a picture that must be in memory as a whole
};

// --- JPEG ---------------------------------------------------------------------------------------

struct jpeg {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    struct pdl_shrink *shrink;
    struct err *err;
    uint8_t *row; // owned
    bool good;
};

static void jpeg_stop(j_common_ptr common)
{
    struct jpeg *reader = common->client_data;
    longjmp(reader->out, 1);
}

static void jpeg_silent(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

static void jpeg_no_text(j_common_ptr common)
{
    (void)common;
}

static void jpeg_progress(j_common_ptr common)
{
    struct jpeg *reader = common->client_data;
    if (reader->jpeg.input_scan_number > SCANS_MAX) {
        longjmp(reader->out, 1);
    }
}

// Four inks to light, where they stand; Adobe's are stored inverted.
static void row_of_inks(uint8_t *row, uint32_t width, bool inverted)
{
    for (uint32_t x = 0; x < width; x++) {
        const uint8_t *ink = row + (size_t)x * 4;
        unsigned black = inverted ? ink[3] : WHITE - ink[3];
        for (size_t c = 0; c < 3; c++) {
            unsigned light = inverted ? ink[c] : WHITE - ink[c];
            row[(size_t)x * 3 + c] = (uint8_t)(light * black / WHITE);
        }
    }
}

static bool jpeg_size(struct jpeg *reader)
{
    const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct pdl_shrink_size size = { .width = jpeg->output_width, .height = jpeg->output_height };
    if (jpeg->density_unit != 0) {
        size.density_x = jpeg->X_density;
        size.density_y = jpeg->Y_density;
    }
    return pdl_shrink_begin(reader->shrink, &size, reader->err);
}

static void jpeg_rows(struct jpeg *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct jpeg_progress_mgr progress = { .progress_monitor = jpeg_progress };
    jpeg->progress = &progress;
    (void)jpeg_read_header(jpeg, TRUE);
    bool inks = jpeg->num_components == 4;
    jpeg->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    // The library makes it smaller while it decodes, at little cost.
    unsigned scale = 1;
    while (scale < SCALE_MOST && jpeg->image_width / (scale * 2) >= reader->shrink->wanted) {
        scale *= 2;
    }
    jpeg->scale_num = 1;
    jpeg->scale_denom = scale;
    (void)jpeg_start_decompress(jpeg);
    reader->row = mem_new((size_t)jpeg->output_width * 4); // freed behind the jumps
    reader->good = jpeg_size(reader);
    while (reader->good && jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = reader->row;
        (void)jpeg_read_scanlines(jpeg, &row, 1);
        if (inks) {
            row_of_inks(reader->row, jpeg->output_width, jpeg->saw_Adobe_marker);
        }
        pdl_shrink_row(reader->shrink, reader->row, 1);
    }
}

bool pdl_image_jpeg_draw(struct str bytes, struct pdl_shrink *shrink, struct err *err)
{
    struct jpeg *reader = mem_new(sizeof(*reader));
    reader->shrink = shrink;
    reader->err = err;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = jpeg_stop;
    reader->errors.emit_message = jpeg_silent;
    reader->errors.output_message = jpeg_no_text;
    reader->jpeg.client_data = reader;
    if (setjmp(reader->out) == 0) {
        jpeg_create_decompress(&reader->jpeg);
        reader->jpeg.client_data = reader;
        jpeg_mem_src(&reader->jpeg, (const unsigned char *)bytes.ptr, bytes.len);
        jpeg_rows(reader);
    } else {
        // Rows that were there are shown, as a printer would print them.
        reader->good = shrink->made > 0;
        if (!reader->good) {
            (void)!err_set(err, ERR_INVALID, "is no JPEG that can be decoded");
        }
    }
    bool good = reader->good;
    if (good) {
        pdl_shrink_end(shrink);
    }
    jpeg_destroy_decompress(&reader->jpeg);
    free(reader->row);
    free(reader);
    return good;
}

// --- PNG ----------------------------------------------------------------------------------------

struct png {
    png_structp png;
    png_infop info;
    struct str rest;
    struct pdl_shrink *shrink;
    struct err *err;
    uint8_t *rows;    // owned: one, or all of an interlaced picture
    png_bytep *heads; // owned
    bool good;
};

static void png_silent(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static PNG_NORETURN void png_stop(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void png_give(png_structp png, png_bytep to, size_t len)
{
    struct png *reader = png_get_io_ptr(png);
    if (len > reader->rest.len) {
        png_error(png, "cut");
    }
    memcpy(to, reader->rest.ptr, len);
    reader->rest.ptr += len;
    reader->rest.len -= len;
}

// Eight bits, RGB, on white paper.
static void png_plain(struct png *reader)
{
    static const png_color_16 white = {
        .red = WHITE, .green = WHITE, .blue = WHITE, .gray = WHITE
    };
    png_set_expand(reader->png);
    png_set_scale_16(reader->png);
    png_set_gray_to_rgb(reader->png);
    png_set_background(reader->png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
}

static bool png_size(struct png *reader, uint32_t width, uint32_t height)
{
    struct pdl_shrink_size size = { .width = width, .height = height };
    png_uint_32 x = 0;
    png_uint_32 y = 0;
    int unit = PNG_RESOLUTION_UNKNOWN;
    if (png_get_pHYs(reader->png, reader->info, &x, &y, &unit) != 0 && x > 0 && y > 0 &&
        x < PDL_SHRINK_SIDE_MAX && y < PDL_SHRINK_SIDE_MAX) {
        size.density_x = x;
        size.density_y = y;
    }
    return pdl_shrink_begin(reader->shrink, &size, reader->err);
}

static void png_whole(struct png *reader, uint32_t width, uint32_t height)
{
    size_t len = (size_t)width * 3;
    if ((uint64_t)len * height > WHOLE_MAX) {
        reader->good =
            err_set(reader->err, ERR_LIMIT, "is interlaced and has %u x %u pixels", width, height);
        return;
    }
    reader->rows = mem_new(len * height);
    reader->heads = mem_new(height * sizeof(*reader->heads));
    for (uint32_t y = 0; y < height; y++) {
        reader->heads[y] = reader->rows + len * y;
    }
    png_read_image(reader->png, reader->heads);
    for (uint32_t y = 0; y < height; y++) {
        pdl_shrink_row(reader->shrink, reader->heads[y], 1);
    }
}

static void png_rows(struct png *reader)
{
    png_read_info(reader->png, reader->info);
    uint32_t width = png_get_image_width(reader->png, reader->info);
    uint32_t height = png_get_image_height(reader->png, reader->info);
    png_plain(reader);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    reader->good = png_size(reader, width, height);
    if (reader->good && png_get_rowbytes(reader->png, reader->info) != (size_t)width * 3) {
        reader->good = err_set(reader->err, ERR_INVALID, "has pixels of a form that is not drawn");
    }
    if (!reader->good) {
        return;
    }
    if (passes > 1) {
        png_whole(reader, width, height);
        return;
    }
    reader->rows = mem_new((size_t)width * 3);
    for (uint32_t y = 0; y < height; y++) {
        png_read_row(reader->png, reader->rows, NULL);
        pdl_shrink_row(reader->shrink, reader->rows, 1);
    }
}

bool pdl_image_png_draw(struct str bytes, struct pdl_shrink *shrink, struct err *err)
{
    struct png *reader = mem_new(sizeof(*reader));
    reader->rest = bytes;
    reader->shrink = shrink;
    reader->err = err;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, png_stop, png_silent);
    reader->info = png_create_info_struct(reader->png);
    if (setjmp(png_jmpbuf(reader->png)) == 0) {
        png_set_user_limits(reader->png, PDL_SHRINK_SIDE_MAX, PDL_SHRINK_SIDE_MAX);
        png_set_crc_action(reader->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
        png_set_read_fn(reader->png, reader, png_give);
        png_rows(reader);
    } else {
        reader->good = shrink->made > 0;
        if (!reader->good) {
            (void)!err_set(err, ERR_INVALID, "is no PNG that can be decoded");
        }
    }
    bool good = reader->good;
    if (good) {
        pdl_shrink_end(shrink);
    }
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->rows);
    free(reader->heads);
    free(reader);
    return good;
}

// --- the small picture --------------------------------------------------------------------------

static void png_take(png_structp png, png_bytep bytes, size_t len)
{
    buf_add(png_get_io_ptr(png), (struct str){ (const char *)bytes, len });
}

static void png_flush_nothing(png_structp png)
{
    (void)png;
}

bool pdl_image_png_write(const struct pdl_shrink *shrink, struct buf *to, struct err *err)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_stop, png_silent);
    png_infop info = png_create_info_struct(png);
    bool good = false;
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_write_fn(png, to, png_take, png_flush_nothing);
        png_set_IHDR(png, info, shrink->width, shrink->height, 8, PNG_COLOR_TYPE_RGB,
                     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        for (uint32_t y = 0; y < shrink->height; y++) {
            png_write_row(png, shrink->pixels + (size_t)y * shrink->width * 3);
        }
        png_write_end(png, info);
    }
    good = buf_ok(to);
    png_destroy_write_struct(&png, &info);
    return good || err_set(err, ERR_LIMIT, "is too large as a picture");
}
