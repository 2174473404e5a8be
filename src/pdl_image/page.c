// page: see page.h.

#include "pdl_image/page.h"

enum {
    A4_WIDTH = 21000, // hundredths of a millimetre
    A4_HEIGHT = 29700,
    EDGE_LEAST = 8800,       // the smallest photo paper is 89 x 127 mm
    EDGE_SHORT_MOST = 30800, // A3
    EDGE_LONG_MOST = 43480,
    POINTS_PER_INCH = 72,
    DOTS_MAX = 1000000000,
};

#define DENSITY_MIN 36.0 // pixels per inch
#define DENSITY_MAX 4800.0

static uint32_t side(uint32_t pixels, double density)
{
    return pdl_facts_points(pixels / density * POINTS_PER_INCH);
}

// A picture that is scaled to fit covers only a part of the page, here in 1/10,000.
static void coverage_error(const struct pdl_image_size *size, struct pdl_run *run)
{
    uint64_t wide = (uint64_t)size->width * run->height;
    uint64_t high = (uint64_t)size->height * run->width;
    uint64_t fits = wide < high ? wide * PDL_COVERAGE_ALL / high : high * PDL_COVERAGE_ALL / wide;
    for (int i = 0; i < PDL_INKS; i++) {
        uint64_t error = run->coverage.ink[i] * (PDL_COVERAGE_ALL - fits) / PDL_COVERAGE_ALL;
        run->coverage.error = error > run->coverage.error ? (uint16_t)error : run->coverage.error;
    }
}

// For a person.
static unsigned dots(double density)
{
    return density < DOTS_MAX ? (unsigned)(density + 0.5) : DOTS_MAX;
}

void pdl_image_page_size(const struct pdl_image_size *size, struct pdl_facts *facts,
                         struct pdl_run *run)
{
    double x = size->density_x;
    double y = size->density_y;
    bool says = x >= DENSITY_MIN && x <= DENSITY_MAX && y >= DENSITY_MIN && y <= DENSITY_MAX;
    run->width = says ? side(size->width, x) : 0;
    run->height = says ? side(size->height, y) : 0;
    uint32_t least = run->width < run->height ? run->width : run->height;
    uint32_t most = run->width < run->height ? run->height : run->width;
    if (least >= EDGE_LEAST && least <= EDGE_SHORT_MOST && most <= EDGE_LONG_MOST) {
        return;
    }
    if (says) {
        pdl_facts_note(
            facts, PDL_ESTIMATED,
            "By its density the picture would be %u x %u mm, which is no sheet of paper; "
            "it is printed scaled to the sheet, and A4 is assumed.",
            run->width / 100, run->height / 100);
    } else if (x > 0 && y > 0) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The picture says %u x %u dots an inch, which is not believed; it is "
                       "printed scaled to the sheet, and A4 is assumed.",
                       dots(x), dots(y));
    } else {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The picture does not say how large it is on paper; it is printed scaled to "
                       "the sheet, and A4 is assumed.");
    }
    run->width = size->width > size->height ? A4_HEIGHT : A4_WIDTH;
    run->height = size->width > size->height ? A4_WIDTH : A4_HEIGHT;
    coverage_error(size, run);
}
