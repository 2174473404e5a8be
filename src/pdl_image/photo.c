// photo: see photo.h. What is unknown is said, never guessed.

#include "pdl_image/photo.h"

#include "pdl/detect.h"
#include "pdl_image/jpeg.h"
#include "pdl_image/jpeg_head.h"

enum {
    COMPONENTS_MAX = 4,
    SAMPLE_BITS = 8,
    TURNED_FIRST = 5,                          // Exif: from here on, rows are columns
    PIXELS_MAX = 300 * 1000 * 1000,            // a third of what the worker's seconds suffice for
    PROGRESSIVE_BYTES_MAX = 256 * 1000 * 1000, // of coefficients, all held at once
    LEVEL_TOP = 255,
};

// Whether all of it may be decoded here.
static bool may_decode(const struct pdl_image_jpeg *jpeg, struct err *err)
{
    uint64_t pixels = (uint64_t)jpeg->width * jpeg->height;
    if (!jpeg->whole) {
        return err_set(err, ERR_INVALID,
                       "ends before its end mark: it was cut short, so its colour is not known. "
                       "Print the whole file again");
    }
    if (jpeg->bits != SAMPLE_BITS || jpeg->components == 2 || jpeg->components > COMPONENTS_MAX) {
        return err_set(err, ERR_INVALID, "has %u components of %u bits, which is not read here",
                       jpeg->components, jpeg->bits);
    }
    bool is_huge = jpeg->progressive && pixels * jpeg->components * 2 > PROGRESSIVE_BYTES_MAX;
    if (pixels > PIXELS_MAX || is_huge) {
        return err_set(err, ERR_LIMIT,
                       "is %u x %u pixels%s, more than is read here: make it smaller", jpeg->width,
                       jpeg->height, is_huge ? " and progressive" : "");
    }
    return true;
}

static enum pdl_shade shade_of(const struct pdl_image_jpeg *jpeg, struct str document,
                               bool *damaged)
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

struct ink {
    struct pdl_image_tally tally;
    int components;
    uint8_t mask; // of inverted samples
};

static enum pdl_shade ink_row(void *asker, const uint8_t *row, uint32_t width)
{
    struct ink *ink = asker;
    for (uint32_t x = 0; ink->components == 4 && x < width; x++, row += 4) {
        uint16_t inks[4];
        for (int i = 0; i < 4; i++) {
            inks[i] = (uint16_t)((row[i] ^ ink->mask) * PDL_IMAGE_LEVEL);
        }
        pdl_image_tally_cmyk16(&ink->tally, inks, 1);
    }
    if (ink->components == 3) {
        pdl_image_tally_rgb8(&ink->tally, row, width);
    } else if (ink->components == 1) {
        pdl_image_tally_gray8(&ink->tally, row, width);
    }
    return PDL_GREY; // go on
}

static struct pdl_coverage coverage_of(const struct pdl_image_jpeg *jpeg, struct str document)
{
    struct ink ink = { .tally = { .coverage = true },
                       .components = (int)jpeg->components,
                       .mask = jpeg->adobe ? LEVEL_TOP : 0 };
    struct pdl_image_rows rows = { .components = ink.components, .row = ink_row, .asker = &ink };
    bool damaged = false;
    enum pdl_shade shade = pdl_image_jpeg_judge(&rows, document, &damaged);
    struct pdl_coverage none = { .known = false };
    return shade == PDL_UNSURE || damaged ? none : pdl_image_tally_coverage(&ink.tally);
}

static struct pdl_image_size size_of(const struct pdl_image_jpeg *jpeg)
{
    struct pdl_image_size size = { jpeg->width, jpeg->height, jpeg->density_x, jpeg->density_y };
    if (jpeg->orientation >= TURNED_FIRST) {
        size =
            (struct pdl_image_size){ jpeg->height, jpeg->width, jpeg->density_y, jpeg->density_x };
    }
    return size;
}

// The other pictures of an MPO are views or thumbnails of the first: they belong to it.
static size_t length_of(const struct pdl_image_jpeg *first, struct str bytes)
{
    size_t length = first->length;
    bool more = first->several && length > 0;
    while (more) {
        struct str rest = { bytes.ptr + length, bytes.len - length };
        size_t padding = pdl_detect_padding(rest);
        struct str next = { rest.ptr + padding, rest.len - padding };
        struct pdl_image_jpeg jpeg;
        struct err err;
        more = next.len >= 3 && memcmp(next.ptr, "\xff\xd8\xff", 3) == 0 &&
               pdl_image_jpeg_head(next, &jpeg, &err) && jpeg.length > 0;
        length += more ? padding + jpeg.length : 0;
    }
    return length;
}

bool pdl_image_photo_judge(struct str bytes, const struct pdl_image_ask *ask,
                           struct pdl_image_picture *picture, struct err *err)
{
    struct pdl_image_jpeg jpeg;
    *picture = (struct pdl_image_picture){ .shade = PDL_UNSURE };
    if (!pdl_image_jpeg_head(bytes, &jpeg, err)) {
        return false;
    }
    picture->length = length_of(&jpeg, bytes);
    if (!may_decode(&jpeg, err)) {
        return false;
    }
    bool damaged = false;
    enum pdl_shade shade = shade_of(&jpeg, bytes, &damaged);
    if (shade == PDL_UNSURE || (damaged && shade != PDL_COLOR)) {
        return err_set(err, ERR_INVALID, "is damaged: what is left of it does not tell its colour");
    }
    picture->size = size_of(&jpeg);
    picture->shade = shade == PDL_NOTHING ? PDL_GREY : shade;
    picture->nominal = jpeg.components > 1;
    picture->is_first = jpeg.several;
    picture->place = jpeg.scan;
    if (ask->coverage) {
        picture->coverage = coverage_of(&jpeg, bytes);
    }
    return true;
}

bool pdl_image_photo_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    uint64_t offset = pdl_input_offset(input);
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    struct pdl_image_picture picture;
    struct pdl_image_ask ask = { .coverage = facts->coverage,
                                 .deadline = pdl_image_picture_deadline() };
    struct err why;
    bool ok = pdl_image_photo_judge(document, &ask, &picture, &why);
    pdl_image_picture_behind(&picture, document, input, facts);
    if (!ok) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The JPEG %s.", why.text);
        return true;
    }
    if (picture.is_first) {
        pdl_facts_note(facts, PDL_EXACT,
                       "The JPEG holds several pictures (MPO): the first is printed.");
    }
    return pdl_image_picture_add(&picture, offset, facts, err);
}
