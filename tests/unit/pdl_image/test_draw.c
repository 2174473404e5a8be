// Pictures that become small ones: what colour they show, cut anywhere, and what is too large.
#include "pdl_image/draw.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 22, PATH_LEN = 1024, WIDE = 64 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/%s", source == NULL ? "." : source, name);
    CHECK(fs_read(path, file, &err));
}

static bool draw(const char *name, struct str bytes, uint32_t page, struct pdl_shrink *shrink,
                 struct err *err)
{
    if (name[0] == 'j') {
        return pdl_image_jpeg_draw(bytes, shrink, err);
    }
    return name[0] == 'p' ? pdl_image_png_draw(bytes, shrink, err)
                          : pdl_image_tiff_draw(bytes, page, shrink, err);
}

// The mean of all pixels, to the nearest of the rows' words.
static const struct {
    const char *name;
    uint32_t page;
    uint32_t width;
    uint32_t height;
    int rgb[3]; // -1: whatever it is
} drawn[] = {
    { "jpeg/grey.jpg", 1, WIDE, WIDE, { -1, -1, -1 } },
    { "jpeg/cmyk-cyan.jpg", 1, WIDE, WIDE, { -1, 255, 255 } },
    { "jpeg/turned.jpg", 1, WIDE, 48, { 128, 128, 128 } },
    { "png/rgb-white.png", 1, WIDE, 89, { 255, 255, 255 } },
    { "png/rgba-hidden.png", 1, WIDE, 89, { 255, 255, 255 } },
    { "png/interlaced-grey.png", 1, WIDE, 89, { -1, -1, -1 } },
    { "png/grey16.png", 1, WIDE, 89, { -1, -1, -1 } },
    { "tiff/rgba-half.tif", 1, WIDE, 91, { 255, -1, -1 } },
    { "tiff/rgb-white.tif", 1, WIDE, 91, { 255, 255, 255 } },
    { "tiff/pages.tif", 2, WIDE, 91, { -1, -1, -1 } },
    { "tiff/tiles-edge.tif", 1, WIDE, -1U, { -1, -1, -1 } },
    { "tiff/fax4.tif", 1, WIDE, -1U, { -1, -1, -1 } },
    { "tiff/cmyk-cyan.tif", 1, WIDE, 91, { -1, 255, 255 } },
};

static void test_what_is_drawn(void)
{
    for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        struct pdl_shrink shrink = { .arena = &arena, .wanted = WIDE };
        struct err err;
        char text[400];
        read_file(drawn[i].name, &file);
        bool good = draw(drawn[i].name, buf_str(&file), drawn[i].page, &shrink, &err);
        uint64_t sums[3] = { 0, 0, 0 };
        size_t count = good ? (size_t)shrink.width * shrink.height : 0;
        for (size_t at = 0; at < count * 3; at++) {
            sums[at % 3] += shrink.pixels[at];
        }
        bool fits = good && shrink.width == drawn[i].width &&
                    (drawn[i].height == -1U || shrink.height == drawn[i].height);
        for (size_t c = 0; fits && c < 3; c++) {
            int mean = (int)((sums[c] + count / 2) / count);
            fits = drawn[i].rgb[c] < 0 || abs(mean - drawn[i].rgb[c]) <= 1;
        }
        (void)snprintf(text, sizeof(text), "%s: %ux%u %s", drawn[i].name, shrink.width,
                       shrink.height, good ? "" : err.text);
        tap_result(fits, text, __FILE__, __LINE__);
    }
}

static void test_cut_anywhere_it_ends(void)
{
    static const char *const names[] = { "jpeg/red-spot.jpg", "png/interlaced-red.png",
                                         "png/rainbow.png", "tiff/pages.tif", "tiff/fax4.tif" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        read_file(names[i], &file);
        size_t refused = 0;
        for (size_t len = 0; len < file.len; len += 1 + len / 8) {
            OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
            OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
            struct pdl_shrink shrink = { .arena = &arena, .wanted = WIDE };
            struct err err;
            buf_add(&cut, (struct str){ file.ptr, len });
            refused += !draw(names[i], buf_str(&cut), 1, &shrink, &err);
        }
        tap_result(refused > 3, names[i], __FILE__, __LINE__);
    }
}

static void test_what_is_too_large_or_not_there_is_refused(void)
{
    static const struct {
        const char *name;
        uint32_t page;
    } bad[] = { { "tiff/bomb.tif", 1 },         { "tiff/pages.tif", 99 },
                { "tiff/pages.tif", 0 },        { "png/bomb-side.png", 1 },
                { "tiff/no-directory.tif", 1 }, { "jpeg/garbage.jpg", 1 } };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        struct pdl_shrink shrink = { .arena = &arena, .wanted = WIDE };
        struct err err = { .code = ERR_NONE };
        read_file(bad[i].name, &file);
        tap_result(!draw(bad[i].name, buf_str(&file), bad[i].page, &shrink, &err) &&
                       err.code != ERR_NONE,
                   bad[i].name, __FILE__, __LINE__);
    }
}

static void test_a_png_is_written_and_read_again(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    OWN(buf_free) struct buf png = BUF_CAP(FILE_MAX);
    OWN(buf_free) struct buf little = BUF_CAP(100);
    struct pdl_shrink shrink = { .arena = &arena, .wanted = WIDE };
    struct pdl_shrink again = { .arena = &arena, .wanted = WIDE };
    struct err err;
    read_file("png/rainbow.png", &file);
    CHECK(pdl_image_png_draw(buf_str(&file), &shrink, &err));
    CHECK(pdl_image_png_write(&shrink, &png, &err));
    CHECK(pdl_image_png_draw(buf_str(&png), &again, &err));
    CHECK(memcmp(shrink.pixels, again.pixels, (size_t)shrink.width * shrink.height * 3) == 0);
    CHECK(!pdl_image_png_write(&shrink, &little, &err) && err.code == ERR_LIMIT);
}

int main(void)
{
    test_what_is_drawn();
    test_cut_anywhere_it_ends();
    test_what_is_too_large_or_not_there_is_refused();
    test_a_png_is_written_and_read_again();
    return tap_done();
}
