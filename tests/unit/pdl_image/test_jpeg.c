// JPEGs made here, in the ways that cameras, scanners and printers' drivers make them.
#include "pdl_image/jpeg.h"

#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { SIDE = 64 };

struct made {
    unsigned char *bytes;
    unsigned long len;
};

static struct made make(int components, J_COLOR_SPACE in, J_COLOR_SPACE out, bool progressive,
                        int red_at)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct made made = { NULL, 0 };
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &made.bytes, &made.len);
    jpeg.image_width = jpeg.image_height = SIDE;
    jpeg.input_components = components;
    jpeg.in_color_space = in;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, out);
    jpeg_set_quality(&jpeg, 90, TRUE);
    if (progressive) {
        jpeg_simple_progression(&jpeg);
    }
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < SIDE; y++) {
        unsigned char row[SIDE * 4];
        for (int x = 0; x < SIDE; x++) {
            for (int c = 0; c < components; c++) {
                bool red = red_at >= 0 && y >= red_at && y < red_at + 8 && x < 8;
                row[x * components + c] = (unsigned char)(red && c > 0 ? 0 : 4 * ((x + y) % 50));
                if (red && c == 0) {
                    row[x * components] = 255;
                }
                if (components == 4 && !red) { // black ink alone
                    row[x * 4 + c] = (unsigned char)(c == 3 ? x * 3 : 0);
                }
            }
        }
        JSAMPROW rows[] = { row };
        (void)jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return made;
}

static const struct {
    const char *name;
    int components;
    J_COLOR_SPACE in, out;
    bool progressive;
    int red_at;
    enum pdl_shade shade;
} cases[] = {
    { "neutral YCbCr", 3, JCS_RGB, JCS_YCbCr, false, -1, PDL_GREY },
    { "red at the top", 3, JCS_RGB, JCS_YCbCr, false, 0, PDL_COLOR },
    { "red in the last rows", 3, JCS_RGB, JCS_YCbCr, false, 56, PDL_COLOR },
    { "progressive neutral", 3, JCS_RGB, JCS_YCbCr, true, -1, PDL_GREY },
    { "progressive red", 3, JCS_RGB, JCS_YCbCr, true, 32, PDL_COLOR },
    { "stored RGB neutral", 3, JCS_RGB, JCS_RGB, false, -1, PDL_GREY },
    { "stored RGB red", 3, JCS_RGB, JCS_RGB, false, 8, PDL_COLOR },
    { "CMYK black", 4, JCS_CMYK, JCS_CMYK, false, -1, PDL_GREY },
    { "CMYK cyan", 4, JCS_CMYK, JCS_CMYK, false, 8, PDL_COLOR },
};

static void test_each_kind(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made = make(cases[i].components, cases[i].in, cases[i].out,
                                cases[i].progressive, cases[i].red_at);
        struct pdl_image_rows rows = { .components = cases[i].components,
                                       .is_rgb = cases[i].components == 3,
                                       .row = cases[i].components == 4 ? pdl_image_row_cmyk
                                                                       : pdl_image_row_rgb };
        struct str bytes = { (const char *)made.bytes, made.len };
        bool damaged = false;
        tap_result(pdl_image_jpeg_judge(&rows, bytes, &damaged) == cases[i].shade, cases[i].name,
                   __FILE__, __LINE__);
        CHECK(!damaged);
        bool ended = true;
        for (size_t len = 0; len < made.len; len += 37) { // cut anywhere: some answer, no harm
            ended &=
                pdl_image_jpeg_judge(&rows, (struct str){ bytes.ptr, len }, &damaged) <= PDL_UNSURE;
        }
        CHECK(ended);
        rows.components = 1;
        CHECK(pdl_image_jpeg_judge(&rows, bytes, &damaged) ==
              PDL_UNSURE); // not what the page says it is
        free(made.bytes);
    }
}

int main(void)
{
    test_each_kind();
    return tap_done();
}
