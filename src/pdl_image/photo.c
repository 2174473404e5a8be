// photo: see photo.h. A picture has pixels and, perhaps, a density; paper is what it is printed on,
// so a size that no sheet has is not believed. What is unknown is said, never guessed.

#include "pdl_image/photo.h"

#include "pdl_image/jpeg.h"
#include "pdl_image/jpeg_head.h"

enum {
    COMPONENTS_MAX = 4,
    SAMPLE_BITS = 8,
    A4_WIDTH = 21000, // hundredths of a millimetre
    A4_HEIGHT = 29700,
    EDGE_LEAST = 8800,       // the smallest photo paper is 89 x 127 mm
    EDGE_SHORT_MOST = 30800, // A3, as page_size_of has it
    EDGE_LONG_MOST = 43480,
    PIXELS_MAX = 300 * 1000 * 1000,            // a third of what the worker's seconds suffice for
    PROGRESSIVE_BYTES_MAX = 256 * 1000 * 1000, // of coefficients, all held at once
};

#define DENSITY_MIN 36.0 // pixels per inch
#define DENSITY_MAX 4800.0

// Whether all of it may be decoded here; otherwise notes why not.
static bool may_decode(const struct pdl_image_jpeg *jpeg, struct pdl_facts *facts)
{
    uint64_t pixels = (uint64_t)jpeg->width * jpeg->height;
    if (!jpeg->whole) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "The JPEG ends before its end mark: it was cut short, so its colour is not "
                       "known. Print the whole file again.");
        return false;
    }
    if (jpeg->bits != SAMPLE_BITS || jpeg->components == 2 || jpeg->components > COMPONENTS_MAX) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "The JPEG has %u components of %u bits, which is not read here.",
                       jpeg->components, jpeg->bits);
        return false;
    }
    bool is_huge = jpeg->progressive && pixels * jpeg->components * 2 > PROGRESSIVE_BYTES_MAX;
    if (pixels > PIXELS_MAX || is_huge) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "The JPEG is %u x %u pixels%s, more than is read here: make it smaller.",
                       jpeg->width, jpeg->height, is_huge ? " and progressive" : "");
        return false;
    }
    return true;
}

static uint32_t side(uint32_t pixels, double density)
{
    return pdl_facts_points(pixels / density * 72);
}

static void page_size(const struct pdl_image_jpeg *jpeg, struct pdl_facts *facts,
                      struct pdl_run *run)
{
    double x = jpeg->density_x;
    double y = jpeg->density_y;
    bool says = x >= DENSITY_MIN && x <= DENSITY_MAX && y >= DENSITY_MIN && y <= DENSITY_MAX;
    run->width = says ? side(jpeg->width, x) : 0;
    run->height = says ? side(jpeg->height, y) : 0;
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
    } else {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The picture does not say how large it is on paper; it is printed scaled to "
                       "the sheet, and A4 is assumed.");
    }
    run->width = jpeg->width > jpeg->height ? A4_HEIGHT : A4_WIDTH;
    run->height = jpeg->width > jpeg->height ? A4_WIDTH : A4_HEIGHT;
}

static enum pdl_shade judge(const struct pdl_image_jpeg *jpeg, struct str document, bool *damaged)
{
    pdl_image_row *cmyk = jpeg->adobe ? pdl_image_row_cmyk_inverted : pdl_image_row_cmyk;
    struct pdl_image_rows rows = { .components = (int)jpeg->components,
                                   .is_rgb = jpeg->components == 3,
                                   .row = jpeg->components == 4 ? cmyk : pdl_image_row_rgb };
    if (jpeg->components > 1) {
        enum pdl_shade shade = pdl_image_jpeg_judge(&rows, document, damaged);
        if (shade != PDL_GREY || jpeg->components == 4) {
            return shade;
        }
    }
    return pdl_image_jpeg_marks(document, damaged);
}

bool pdl_image_photo_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    struct pdl_image_jpeg jpeg;
    struct err why;
    if (!pdl_image_jpeg_head(document, &jpeg, &why)) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The JPEG %s.", why.text);
        return true;
    }
    if (!may_decode(&jpeg, facts)) {
        return true;
    }
    bool damaged = false;
    enum pdl_shade shade = judge(&jpeg, document, &damaged);
    if (shade == PDL_UNSURE || (damaged && shade != PDL_COLOR)) {
        pdl_facts_note(facts, PDL_UNKNOWN,
                       "The JPEG is damaged: what is left of it does not tell its colour.");
        return true;
    }
    struct pdl_run run = { .count = 1,
                           .color = shade == PDL_COLOR,
                           .blank = shade == PDL_SHADE_WHITE,
                           .reason = shade == PDL_COLOR ? STR("the picture has a coloured pixel")
                                                        : STR(""),
                           .certainty = PDL_EXACT };
    page_size(&jpeg, facts, &run);
    return pdl_facts_add(facts, &run, err);
}
