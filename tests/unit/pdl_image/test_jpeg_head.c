// The segments of a JPEG: which density holds, what is passed over, and where it ends.
#include "pdl_image/jpeg_head.h"

#include "base/buf.h"
#include "lib/tap.h"

#define START "\xff\xd8"
#define FRAME "\xff\xc0\0\x0b\x08\0\x20\0\x10\x01\x01\x11\0"
#define SCAN "\xff\xda\0\x08\x01\x01\0\0\x3f\0data\xff\0more\xff\xd3on"
#define END "\xff\xd9"
#define JFIF(unit) "\xff\xe0\0\x10JFIF\0\1\1" unit "\0\x48\0\x49\0\0"
#define EXIF_LITTLE                                                                                \
    "\xff\xe1\0\x32"                                                                               \
    "Exif\0\0II*\0\x08\0\0\0\2\0"                                                                  \
    "\x1a\1\5\0\1\0\0\0\x22\0\0\0"                                                                 \
    "\x1b\1\5\0\1\0\0\0\x22\0\0\0"                                                                 \
    "\x58\2\0\0\2\0\0\0"

static const struct {
    const char *name;
    struct str bytes;
    bool ok;
    bool whole;
    double x, y;
} cases[] = {
    { "no density", STR_INIT(START FRAME SCAN END), true, true, 0, 0 },
    { "JFIF by the inch", STR_INIT(START JFIF("\1") FRAME SCAN END), true, true, 72, 73 },
    { "JFIF by the centimetre", STR_INIT(START JFIF("\2") FRAME SCAN END), true, true, 72 * 2.54,
      73 * 2.54 },
    { "JFIF of a shape", STR_INIT(START JFIF("\0") FRAME SCAN END), true, true, 0, 0 },
    { "Exif before JFIF", STR_INIT(START EXIF_LITTLE JFIF("\1") FRAME SCAN END), true, true, 300,
      300 },
    { "Exif after JFIF", STR_INIT(START JFIF("\1") EXIF_LITTLE FRAME SCAN END), true, true, 300,
      300 },
    { "padding before a marker", STR_INIT(START "\xff\xff\xff" FRAME SCAN END), true, true, 0, 0 },
    { "bytes between segments", STR_INIT(START "junk" FRAME SCAN END), true, true, 0, 0 },
    { "no end", STR_INIT(START FRAME SCAN), true, false, 0, 0 },
    { "an end before the scan", STR_INIT(START FRAME END), true, false, 0, 0 },
    { "no frame", STR_INIT(START JFIF("\1") SCAN END), false, false, 0, 0 },
    { "a segment longer than the file", STR_INIT(START "\xff\xe0\xff\xff" FRAME), false, false, 0,
      0 },
    { "a segment of no length", STR_INIT(START "\xff\xe0\0\0" FRAME SCAN END), true, true, 0, 0 },
    { "no height", STR_INIT(START "\xff\xc0\0\x0b\x08\0\0\0\x10\x01\x01\x11\0" SCAN END), false,
      false, 0, 0 },
    { "nothing", STR_INIT(""), false, false, 0, 0 },
};

static bool is_near(double a, double b)
{
    return a - b < 0.001 && b - a < 0.001;
}

static void test_each(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_image_jpeg jpeg;
        struct err err;
        bool ok = pdl_image_jpeg_head(cases[i].bytes, &jpeg, &err);
        bool good = ok == cases[i].ok;
        if (good && ok) {
            good = jpeg.whole == cases[i].whole && jpeg.width == 16 && jpeg.height == 32 &&
                   jpeg.components == 1 && jpeg.bits == 8 && !jpeg.progressive &&
                   is_near(jpeg.density_x, cases[i].x) && is_near(jpeg.density_y, cases[i].y);
        }
        tap_result(good, cases[i].name, __FILE__, __LINE__);
    }
}

// Cut anywhere it is not whole, and nothing behind the cut is looked at.
static void test_cuts(void)
{
    struct str whole = STR(START EXIF_LITTLE JFIF("\1") FRAME SCAN END);
    bool good = true;
    for (size_t len = 0; len < whole.len; len++) {
        OWN(buf_free) struct buf cut = BUF_CAP(4096); // its end is the end of memory
        struct pdl_image_jpeg jpeg;
        struct err err;
        buf_add(&cut, (struct str){ whole.ptr, len });
        bool ok = pdl_image_jpeg_head(buf_str(&cut), &jpeg, &err);
        good &= !ok || (!jpeg.whole && jpeg.width == 16);
    }
    CHECK(good);
}

int main(void)
{
    test_each();
    test_cuts();
    return tap_done();
}
