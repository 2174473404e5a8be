// Pictures by their first bytes, as those who hold pictures ask for them.
#include "pdl_image/picture.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, PATH_LEN = 1024 };

static const struct {
    const char *file;
    enum pdl_shade shade; // PDL_UNSURE: refused
    uint32_t width;
    bool alpha;
    const char *inks; // of "C M Y K", in hundredths of a per cent
} cases[] = {
    { "png/rgb-red.png", PDL_COLOR, 200, false, "0 0 0 9647" },
    { "png/rgba-hidden.png", PDL_SHADE_WHITE, 200, true, "0 0 0 0" },
    { "png/rgba-red.png", PDL_COLOR, 200, true, "0 353 353 0" },
    { "png/grey16.png", PDL_GREY, 200, false, "0 0 0 5422" },
    { "png/palette-grey.png", PDL_GREY, 200, false, "0 0 0 6863" },
    { "png/palette-hidden.png", PDL_SHADE_WHITE, 200, true, "0 0 0 0" },
    { "png/interlaced-red.png", PDL_COLOR, 200, false, "0 0 0 9647" },
    { "png/cut.png", PDL_UNSURE, 0, false, NULL },
    { "jpeg/grey-one.jpg", PDL_GREY, 320, false, "0 0 0 6471" },
    { "jpeg/white.jpg", PDL_SHADE_WHITE, 320, false, "0 0 0 0" },
    { "jpeg/cmyk-cyan.jpg", PDL_COLOR, 320, false, "9216 0 0 0" },
    { "jpeg/turned.jpg", PDL_GREY, 240, false, "0 0 0 4980" },
    { "jpeg/hole.jpg", PDL_UNSURE, 0, false, NULL },
    { "tiff/cmyk-cyan.tif", PDL_COLOR, 168, false, "3529 0 0 0" },
    { "tiff/cmyk16.tif", PDL_COLOR, 168, false, "0 1373 0 0" },
    { "tiff/rgba-half.tif", PDL_COLOR, 168, true, "0 3529 3529 0" },
    { "tiff/tiles-edge.tif", PDL_SHADE_WHITE, 168, false, "0 0 0 0" },
    { "tiff/rgb-planes-grey.tif", PDL_GREY, 168, false, "78 39 0 6784" },
    { "tiff/turned.tif", PDL_GREY, 240, false, "0 0 0 9647" },
    { "tiff/only-preview.tif", PDL_UNSURE, 0, false, NULL },
    { "tiff/no-directory.tif", PDL_UNSURE, 0, false, NULL },
    { "tiff/unknown-packing.tif", PDL_UNSURE, 0, false, NULL },
};

static void check(const char *source, size_t i)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    struct pdl_image_ask ask = { .deadline = pdl_image_picture_deadline() };
    struct pdl_image_picture picture;
    struct err err = { .text = "" };
    char path[PATH_LEN];
    char inks[64];
    (void)snprintf(path, sizeof(path), "%s/tests/data/%s", source, cases[i].file);
    CHECK(fs_read(path, &file, &err));
    bool refused = cases[i].shade == PDL_UNSURE;
    bool ok = pdl_image_picture_judge(buf_str(&file), &ask, &picture, &err);
    ok = refused ? !ok && err.text[0] != '\0'
                 : ok && picture.shade == cases[i].shade && picture.size.width == cases[i].width &&
                       picture.has_alpha == cases[i].alpha && picture.place < file.len &&
                       !picture.coverage.known;
    ask.coverage = true;
    if (!refused && ok) {
        ok = pdl_image_picture_judge(buf_str(&file), &ask, &picture, &err) &&
             picture.coverage.known && picture.shade == cases[i].shade;
        const uint16_t *ink = picture.coverage.ink;
        (void)snprintf(inks, sizeof(inks), "%d %d %d %d", ink[0], ink[1], ink[2], ink[3]);
        ok = ok && strcmp(inks, cases[i].inks) == 0;
    }
    tap_result(ok, cases[i].file, __FILE__, __LINE__);
}

static void test_time_ends(const char *source)
{
    static const char *const files[] = { "png/rgb-grey.png", "tiff/rgb-grey.tif", "tiff/tiles.tif",
                                         "tiff/rgb-planes-grey.tif", "tiff/grey8.tif" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        struct pdl_image_ask ask = { .deadline = 0 };
        struct pdl_image_picture picture;
        struct err err = { .text = "" };
        char path[PATH_LEN];
        (void)snprintf(path, sizeof(path), "%s/tests/data/%s", source, files[i]);
        CHECK(fs_read(path, &file, &err));
        CHECK(!pdl_image_picture_judge(buf_str(&file), &ask, &picture, &err));
        CHECK(strstr(err.text, "too long") != NULL);
    }
}

int main(void)
{
    const char *source = getenv("QUOIN_SOURCE");
    source = source == NULL ? "." : source;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(source, i);
    }
    test_time_ends(source);
    struct pdl_image_ask ask = { .deadline = 0 };
    struct pdl_image_picture picture;
    struct err err;
    CHECK(!pdl_image_picture_judge(STR("GIF89a"), &ask, &picture, &err));
    return tap_done();
}
