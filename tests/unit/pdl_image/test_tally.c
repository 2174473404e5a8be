// Pixels: where grey and white end, and what ink they take.
#include "pdl_image/tally.h"

#include "lib/tap.h"

static struct pdl_image_tally begun(bool coverage)
{
    return (struct pdl_image_tally){ .coverage = coverage, .may_color = true };
}

static bool inks_are(const struct pdl_image_tally *tally, int c, int m, int y, int k)
{
    struct pdl_coverage coverage = pdl_image_tally_coverage(tally);
    return coverage.known && coverage.error == 0 && coverage.ink[0] == c && coverage.ink[1] == m &&
           coverage.ink[2] == y && coverage.ink[3] == k;
}

static const struct {
    const char *name;
    uint8_t pixel[3];
    enum pdl_shade shade;
} bytes[] = {
    { "white", { 255, 255, 255 }, PDL_SHADE_WHITE },
    { "one level from white", { 254, 255, 254 }, PDL_SHADE_WHITE },
    { "two levels from white", { 253, 253, 253 }, PDL_GREY },
    { "two levels apart", { 9, 11, 10 }, PDL_GREY },
    { "three levels apart", { 9, 12, 10 }, PDL_COLOR },
    { "three levels apart at white", { 255, 255, 252 }, PDL_COLOR },
    { "black", { 0, 0, 0 }, PDL_GREY },
};

static void test_bytes_and_wide_levels_agree(void)
{
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        uint16_t wide[3];
        for (int c = 0; c < 3; c++) {
            wide[c] = (uint16_t)(bytes[i].pixel[c] * PDL_IMAGE_LEVEL);
        }
        struct pdl_image_tally narrow = begun(true);
        struct pdl_image_tally broad = begun(true);
        struct pdl_image_tally coded = begun(true);
        struct pdl_image_codes codes = { .bits = 4 };
        pdl_image_codes_set(&codes, 9, wide);
        pdl_image_tally_rgb8(&narrow, bytes[i].pixel, 1);
        pdl_image_tally_rgb16(&broad, wide, 1);
        pdl_image_tally_codes(&coded, &codes, (const uint8_t *)"\x99", 2);
        bool ok = pdl_image_tally_shade(&narrow) == bytes[i].shade &&
                  pdl_image_tally_shade(&broad) == bytes[i].shade &&
                  pdl_image_tally_shade(&coded) == bytes[i].shade &&
                  codes.any_color == (bytes[i].shade == PDL_COLOR);
        struct pdl_coverage ink = pdl_image_tally_coverage(&broad);
        ok = ok && inks_are(&narrow, ink.ink[0], ink.ink[1], ink.ink[2], ink.ink[3]) &&
             inks_are(&coded, ink.ink[0], ink.ink[1], ink.ink[2], ink.ink[3]);
        tap_result(ok, bytes[i].name, __FILE__, __LINE__);
    }
}

static void test_ink(void)
{
    struct pdl_image_tally tally = begun(true);
    pdl_image_tally_rgb8(&tally, (const uint8_t *)"\xff\0\0\xff\xff\xff\0\0\0\xff\xff\0", 4);
    CHECK(inks_are(&tally, 0, 2500, 5000, 2500)); // red, white, black, yellow
    tally = begun(true);
    pdl_image_tally_gray8(&tally, (const uint8_t *)"\0\xff\xff\xff", 4);
    CHECK(inks_are(&tally, 0, 0, 0, 2500) && tally.marks && !tally.color);
    tally = begun(true);
    const uint16_t inks[] = { 65535, 0, 0, 0, 0, 0, 0, 65535 };
    pdl_image_tally_cmyk16(&tally, inks, 2);
    CHECK(inks_are(&tally, 5000, 0, 0, 5000) && tally.color);
    tally = begun(true);
    const uint16_t covered[] = { 65535, 100, 0, 65535 };
    pdl_image_tally_cmyk16(&tally, covered, 1);
    CHECK(inks_are(&tally, 10000, 15, 0, 10000) && !tally.color && tally.marks);
    tally = begun(true);
    CHECK(!pdl_image_tally_coverage(&tally).known);
}

static void test_a_level_of_chroma_is_none_to_see(void)
{
    struct pdl_image_tally tally = begun(false);
    tally.of_chroma = true;
    pdl_image_tally_rgb8(&tally, (const uint8_t *)"\x50\x51\x53", 1);
    CHECK(tally.marks && !tally.color);
    pdl_image_tally_rgb8(&tally, (const uint8_t *)"\x50\x51\x54", 1);
    CHECK(tally.color);
}

static void test_when_it_is_known(void)
{
    struct pdl_image_tally tally = begun(false);
    pdl_image_tally_rgb8(&tally, (const uint8_t *)"\0\0\0", 1);
    CHECK(!pdl_image_tally_is_done(&tally));
    tally.may_color = false;
    CHECK(pdl_image_tally_is_done(&tally));
    tally.may_color = true;
    pdl_image_tally_rgb8(&tally, (const uint8_t *)"\xff\0\0", 1);
    CHECK(pdl_image_tally_is_done(&tally) && !pdl_image_tally_coverage(&tally).known);
    tally.coverage = true;
    CHECK(!pdl_image_tally_is_done(&tally));
}

int main(void)
{
    test_bytes_and_wide_levels_agree();
    test_ink();
    test_a_level_of_chroma_is_none_to_see();
    test_when_it_is_known();
    return tap_done();
}
