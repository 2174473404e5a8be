// Pages of raster that become small pictures: every colour space of the corpus, cut anywhere.
#include "pdl_raster/raster.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 22, PATH_LEN = 1024 };

static void read_file(const char *name, struct buf *file)
{
    struct err err;
    char path[PATH_LEN];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(path, sizeof(path), "%s/tests/data/%s", source == NULL ? "." : source, name);
    CHECK(fs_read(path, file, &err));
}

static bool draw(struct str bytes, uint32_t page, struct pdl_shrink *shrink, struct err *err)
{
    struct pdl_input input = pdl_input_of(bytes);
    return pdl_raster_draw(&input, page, shrink, err);
}

// The same page by Ghostscript in each space: a black box on white, at the same place.
static void test_every_space_shows_the_same_page(void)
{
    static const char *const names[] = {
        "pwg/gs-srgb-8.pwg", "pwg/gs-srgb-16.pwg",    "pwg/gs-sgray-8.pwg", "pwg/gs-k-1.pwg",
        "pwg/gs-cmyk-8.pwg", "pwg/gs-adobergb-8.pwg", "urf/gs-srgb.urf",    "urf/gs-cmyk.urf",
        "urf/gs-w.urf",      "cups/gs-rgb-0.ras",     "cups/gs-kcmy-0.ras", "cups/gs-cmyk-0.ras",
        "cups/gs-w-0.ras"
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
        OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
        struct pdl_shrink shrink = { .arena = &arena, .wanted = 400 };
        struct err err;
        read_file(names[i], &file);
        bool good = draw(buf_str(&file), 1, &shrink, &err) && shrink.width == 36;
        const uint8_t *row = good ? shrink.pixels + (size_t)shrink.height / 2 * 36 * 3 : NULL;
        good = good && row[0] > 250 && row[2] > 250 && row[10 * 3] < 5 && row[10 * 3 + 2] < 5 &&
               row[35 * 3 + 1] > 250;
        tap_result(good, names[i], __FILE__, __LINE__);
    }
}

static void test_pages_are_told_apart_and_cut_ones_end(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 24);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    struct pdl_shrink shrink = { .arena = &arena, .wanted = 400 };
    struct err err;
    read_file("pwg/gs-srgb-8.pwg", &file);
    CHECK(!draw(buf_str(&file), 99, &shrink, &err) && err.code == ERR_NOT_FOUND);
    CHECK(!draw(STR("RaS2"), 1, &shrink, &err));
    CHECK(!draw(STR("UNIRAST"), 1, &shrink, &err));
    CHECK(!draw(STR(""), 1, &shrink, &err));
    size_t refused = 0;
    size_t drawn = 0;
    for (size_t len = 0; len < file.len; len += 1 + len / 64) {
        OWN(buf_free) struct buf cut = BUF_CAP(FILE_MAX); // its end is the end of memory
        OWN(arena_free) struct arena own = ARENA_CAP(1 << 22);
        struct pdl_shrink part = { .arena = &own, .wanted = 400 };
        buf_add(&cut, (struct str){ file.ptr, len });
        bool good = draw(buf_str(&cut), 1, &part, &err);
        refused += !good;
        drawn += good;
    }
    CHECK(refused > 0 &&
          drawn > 0); // in its header; in its rows, which are drawn as far as they go
}

static void test_planes_are_refused_with_a_sentence(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 22);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    struct pdl_shrink shrink = { .arena = &arena, .wanted = 400 };
    struct err err;
    read_file("cups/cmyk-4-planar.ras", &file);
    CHECK(!draw(buf_str(&file), 1, &shrink, &err) && err.code == ERR_INVALID);
    CHECK_STR(str_of(err.text), "has its colours one behind the other");
}

int main(void)
{
    test_every_space_shows_the_same_page();
    test_pages_are_told_apart_and_cut_ones_end();
    test_planes_are_refused_with_a_sentence();
    return tap_done();
}
