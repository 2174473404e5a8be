// Pixels become fewer: means, dots that are not square, rows that repeat, are missing or too many.
#include "pdl/shrink.h"

#include "lib/tap.h"
#include <string.h>

static struct pdl_shrink begin(struct arena *arena, uint32_t wanted, struct pdl_shrink_size size)
{
    struct pdl_shrink shrink = { .arena = arena, .wanted = wanted };
    struct err err;
    CHECK(pdl_shrink_begin(&shrink, &size, &err));
    return shrink;
}

static void test_each_pixel_is_the_mean_of_those_it_stands_for(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_shrink shrink =
        begin(&arena, 2, (struct pdl_shrink_size){ .width = 4, .height = 4 });
    const uint8_t dark[12] = { 0, 0, 0, 100, 100, 100, 200, 200, 200, 200, 200, 200 };
    const uint8_t light[12] = { 200, 200, 200, 100, 100, 100, 0, 0, 0, 200, 0, 0 };
    CHECK(shrink.width == 2 && shrink.height == 2);
    pdl_shrink_row(&shrink, dark, 1);
    pdl_shrink_row(&shrink, light, 1);
    pdl_shrink_row(&shrink, dark, 2);
    pdl_shrink_row(&shrink, light, 9); // more than there are: passed over
    pdl_shrink_end(&shrink);
    static const uint8_t want[12] = { 100, 100, 100, 150, 100, 100, 50, 50, 50, 200, 200, 200 };
    CHECK(memcmp(shrink.pixels, want, sizeof(want)) == 0);
}

static void test_a_small_picture_stays_and_what_is_missing_is_white(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct pdl_shrink shrink =
        begin(&arena, 400, (struct pdl_shrink_size){ .width = 1, .height = 3 });
    pdl_shrink_row(&shrink, (const uint8_t[3]){ 1, 2, 3 }, 1);
    pdl_shrink_end(&shrink);
    static const uint8_t want[9] = { 1, 2, 3, 255, 255, 255, 255, 255, 255 };
    CHECK(shrink.width == 1 && shrink.height == 3);
    CHECK(memcmp(shrink.pixels, want, sizeof(want)) == 0);
}

static void test_dots_need_not_be_square(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    // A fax: 204 dots an inch across, 98 down.
    struct pdl_shrink shrink = begin(
        &arena, 100,
        (struct pdl_shrink_size){ .width = 204, .height = 98, .density_x = 204, .density_y = 98 });
    uint8_t row[204 * 3];
    memset(row, 7, sizeof(row));
    CHECK(shrink.width == 100 && shrink.height == 100);
    for (int i = 0; i < 98; i++) {
        pdl_shrink_row(&shrink, row, 1);
    }
    CHECK(shrink.made == 100);
    pdl_shrink_end(&shrink);
    bool all = true;
    for (size_t i = 0; i < 100 * 100 * 3; i++) {
        all = all && shrink.pixels[i] == 7;
    }
    CHECK(all);
}

static void test_sizes_that_are_refused_or_bounded(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 26);
    struct err err;
    struct pdl_shrink shrink = { .arena = &arena, .wanted = 1200 };
    static const struct pdl_shrink_size bad[] = { { 0, 1, 0, 0 },
                                                  { 1, 0, 0, 0 },
                                                  { PDL_SHRINK_SIDE_MAX + 1, 1, 0, 0 },
                                                  { 1, 1, UINT32_MAX, 1 } };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!pdl_shrink_begin(&shrink, &bad[i], &err));
    }
    // A roll of receipts: as high as is drawn, and narrower for it.
    CHECK(pdl_shrink_begin(&shrink, &(struct pdl_shrink_size){ .width = 1000, .height = 1 << 20 },
                           &err));
    CHECK(shrink.height == PDL_SHRINK_HEIGHT_MAX && shrink.width == 3);
    struct arena none = ARENA_CAP(64);
    struct pdl_shrink poor = { .arena = &none, .wanted = 1200 };
    CHECK(
        !pdl_shrink_begin(&poor, &(struct pdl_shrink_size){ .width = 1000, .height = 1000 }, &err));
    CHECK(err.code == ERR_LIMIT);
    arena_free(&none);
}

int main(void)
{
    test_each_pixel_is_the_mean_of_those_it_stands_for();
    test_a_small_picture_stays_and_what_is_missing_is_white();
    test_dots_need_not_be_square();
    test_sizes_that_are_refused_or_bounded();
    return tap_done();
}
