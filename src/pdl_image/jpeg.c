// jpeg: see jpeg.h. In the usual YCbCr only the chroma planes are
// reconstructed, at their own resolution, row by row, and the first coloured sample ends it.

#include "pdl_image/jpeg.h"

#include "base/mem.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

enum {
    SIDE_MAX = 65500,
    PLANES_MAX = 4,
    BLOCK_ROWS_MAX = 64,
    CHROMA_NEUTRAL = 1, // of 255: two levels of red or blue
    SCANS_MAX = 200,
    LEVEL_WHITE = 254,
};

struct judge {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    uint8_t *rows; // owned
    bool damaged;
};

static void error_exit(j_common_ptr common)
{
    struct judge *judge = common->client_data;
    longjmp(judge->out, 1);
}

// Bytes between segments are passed over by all readers; other warnings mean pixels made up.
static void error_silent(j_common_ptr common, int level)
{
    struct judge *judge = common->client_data;
    judge->damaged |= level < 0 && common->err->msg_code != JWRN_EXTRANEOUS_DATA;
}

static void error_no_text(j_common_ptr common)
{
    (void)common;
}

// A progressive file of thousands of scans is a bomb.
static void progress(j_common_ptr common)
{
    struct judge *judge = common->client_data;
    if (judge->jpeg.input_scan_number > SCANS_MAX) {
        longjmp(judge->out, 1);
    }
}

static bool chroma_row_neutral(const uint8_t *row, size_t width)
{
    unsigned odd = 0;
    for (size_t i = 0; i < width; i++) {
        odd |= (unsigned)(uint8_t)(row[i] - 128 + CHROMA_NEUTRAL) > 2 * CHROMA_NEUTRAL;
    }
    return odd == 0;
}

// Reads raw planes; each call of the library gives one row of interleaved blocks.
static enum pdl_shade judge_chroma(struct judge *judge)
{
    struct jpeg_decompress_struct *jpeg = &judge->jpeg;
    jpeg->raw_data_out = TRUE;
    jpeg->do_fancy_upsampling = FALSE;
    jpeg->dct_method = JDCT_IFAST;
    (void)jpeg_start_decompress(jpeg);
    jpeg->comp_info[0].component_needed = FALSE; // brightness is not reconstructed
    JSAMPROW rows[PLANES_MAX][BLOCK_ROWS_MAX];
    JSAMPARRAY planes[PLANES_MAX];
    size_t widths[PLANES_MAX];
    size_t total = 0;
    for (int c = 0; c < 3; c++) {
        widths[c] = (size_t)jpeg->comp_info[c].width_in_blocks * DCTSIZE + DCTSIZE * 4;
        total += widths[c] * (size_t)jpeg->comp_info[c].v_samp_factor * DCTSIZE;
    }
    judge->rows = mem_new(total); // freed by the caller, past the jumps of the library
    uint8_t *at = judge->rows;
    for (int c = 0; c < 3; c++) {
        int count = jpeg->comp_info[c].v_samp_factor * DCTSIZE;
        for (int i = 0; i < count; i++, at += widths[c]) {
            rows[c][i] = at;
        }
        planes[c] = rows[c];
    }
    JDIMENSION lines = (JDIMENSION)(jpeg->max_v_samp_factor * DCTSIZE);
    while (jpeg->output_scanline < jpeg->output_height) {
        (void)jpeg_read_raw_data(jpeg, planes, lines);
        for (int c = 1; c < 3; c++) {
            for (int i = 0; i < jpeg->comp_info[c].v_samp_factor * DCTSIZE; i++) {
                if (!chroma_row_neutral(rows[c][i], jpeg->comp_info[c].downsampled_width)) {
                    return PDL_COLOR;
                }
            }
        }
    }
    return PDL_GREY;
}

static enum pdl_shade judge_rows(struct judge *judge, const struct pdl_image_rows *rows)
{
    struct jpeg_decompress_struct *jpeg = &judge->jpeg;
    enum pdl_shade shade = PDL_GREY;
    (void)jpeg_start_decompress(jpeg);
    size_t len = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    judge->rows = mem_new(len + 1);
    while (jpeg->output_scanline < jpeg->output_height && shade != PDL_COLOR) {
        JSAMPROW row = judge->rows;
        (void)jpeg_read_scanlines(jpeg, &row, 1);
        shade = pdl_color_both(shade, rows->row(rows->asker, judge->rows, jpeg->output_width));
    }
    return shade;
}

static enum pdl_shade judge_run(struct judge *judge, const struct pdl_image_rows *rows,
                                struct str bytes)
{
    struct jpeg_decompress_struct *jpeg = &judge->jpeg;
    jpeg_mem_src(jpeg, (const unsigned char *)bytes.ptr, bytes.len);
    if (jpeg_read_header(jpeg, TRUE) != JPEG_HEADER_OK || jpeg->num_components > PLANES_MAX ||
        jpeg->image_width > SIDE_MAX || jpeg->image_height > SIDE_MAX) {
        return PDL_UNSURE;
    }
    if (jpeg->num_components != rows->components) {
        return PDL_UNSURE;
    }
    if (jpeg->jpeg_color_space == JCS_YCbCr && rows->is_rgb) {
        return judge_chroma(judge);
    }
    if (jpeg->num_components == 3) {
        jpeg->out_color_space = JCS_RGB;
    } else if (jpeg->num_components == 4) {
        jpeg->out_color_space = JCS_CMYK;
    } else {
        jpeg->out_color_space = jpeg->jpeg_color_space;
    }
    return judge_rows(judge, rows);
}

// The brightness alone, until a pixel leaves a mark.
static enum pdl_shade judge_marks(struct judge *judge, const struct pdl_image_rows *rows,
                                  struct str bytes)
{
    struct jpeg_decompress_struct *jpeg = &judge->jpeg;
    (void)rows;
    jpeg_mem_src(jpeg, (const unsigned char *)bytes.ptr, bytes.len);
    if (jpeg_read_header(jpeg, TRUE) != JPEG_HEADER_OK) {
        return PDL_UNSURE;
    }
    jpeg->out_color_space = JCS_GRAYSCALE;
    (void)jpeg_start_decompress(jpeg);
    judge->rows = mem_new((size_t)jpeg->output_width + 1);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = judge->rows;
        (void)jpeg_read_scanlines(jpeg, &row, 1);
        for (size_t x = 0; x < jpeg->output_width; x++) {
            if (row[x] < LEVEL_WHITE) {
                return PDL_GREY;
            }
        }
    }
    return PDL_SHADE_WHITE;
}

typedef enum pdl_shade run_judge(struct judge *judge, const struct pdl_image_rows *rows,
                                 struct str bytes);

static enum pdl_shade run(run_judge *judge_with, const struct pdl_image_rows *rows,
                          struct str bytes, bool *damaged)
{
    struct judge judge = { .rows = NULL };
    struct jpeg_progress_mgr watch = { .progress_monitor = progress };
    judge.jpeg.err = jpeg_std_error(&judge.errors);
    judge.errors.error_exit = error_exit;
    judge.errors.emit_message = error_silent;
    judge.errors.output_message = error_no_text;
    judge.jpeg.client_data = &judge;
    volatile enum pdl_shade shade = PDL_UNSURE;
    if (setjmp(judge.out) == 0) {
        jpeg_create_decompress(&judge.jpeg);
        judge.jpeg.client_data = &judge;
        judge.jpeg.progress = &watch;
        shade = judge_with(&judge, rows, bytes);
    }
    *damaged |= judge.damaged;
    jpeg_destroy_decompress(&judge.jpeg);
    free(judge.rows);
    return shade;
}

enum pdl_shade pdl_image_jpeg_judge(const struct pdl_image_rows *rows, struct str bytes,
                                    bool *damaged)
{
    return run(judge_run, rows, bytes, damaged);
}

enum pdl_shade pdl_image_jpeg_marks(struct str bytes, bool *damaged)
{
    return run(judge_marks, NULL, bytes, damaged);
}
