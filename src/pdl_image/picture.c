// picture: see picture.h.

#include "pdl_image/picture.h"

#include "base/clk.h"
#include "pdl/detect.h"
#include "pdl_image/photo.h"
#include "pdl_image/png.h"
#include "pdl_image/tiff.h"

enum { TIME_MAX_MS = CC_SANITIZED ? 70000 : 7000 };

int64_t pdl_image_picture_deadline(void)
{
    return clk_mono_ms() + TIME_MAX_MS;
}

static bool starts(struct str bytes, struct str sign)
{
    return bytes.len >= sign.len && memcmp(bytes.ptr, sign.ptr, sign.len) == 0;
}

bool pdl_image_picture_judge(struct str bytes, const struct pdl_image_ask *ask,
                             struct pdl_image_picture *picture, struct err *err)
{
    if (starts(bytes, STR("\x89PNG\r\n\x1a\n"))) {
        return pdl_image_png_judge(bytes, ask, picture, err);
    }
    if (starts(bytes, STR("\xff\xd8\xff"))) {
        return pdl_image_photo_judge(bytes, ask, picture, err);
    }
    if (starts(bytes, STR("II")) || starts(bytes, STR("MM"))) {
        return pdl_image_tiff_judge(bytes, ask, picture, err);
    }
    return err_set(err, ERR_INVALID, "is in a format that is not read here");
}

// What a printer would take for another document. Words behind a picture are no document.
static bool is_part(struct str rest)
{
    enum pdl_family family = pdl_detect(rest, STR("")).family;
    return family != PDL_FAMILY_UNKNOWN && family != PDL_FAMILY_TEXT && family != PDL_FAMILY_EMPTY;
}

void pdl_image_picture_behind(const struct pdl_image_picture *picture, struct str document,
                              struct pdl_input *input, struct pdl_facts *facts)
{
    if (picture->length == 0) {
        return;
    }
    struct str rest = { document.ptr + picture->length, document.len - picture->length };
    if (is_part(rest)) {
        input->at -= rest.len;
        return;
    }
    const char *uel = memmem(rest.ptr, rest.len, PDL_UEL, sizeof(PDL_UEL) - 1);
    if (uel != NULL) {
        input->at -= rest.len - (size_t)(uel - rest.ptr);
        rest.len = (size_t)(uel - rest.ptr);
    }
    if (pdl_detect_padding(rest) < rest.len) {
        pdl_facts_note(facts, PDL_EXACT,
                       "%zu bytes behind the picture are in no language that is known here: they "
                       "are not read.",
                       rest.len);
    }
}

bool pdl_image_picture_add(const struct pdl_image_picture *picture, uint64_t offset,
                           struct pdl_facts *facts, struct err *err)
{
    bool is_color = picture->shade == PDL_COLOR;
    struct pdl_run run = { .count = 1,
                           .color = is_color,
                           .nominal = picture->nominal,
                           .blank = picture->shade == PDL_SHADE_WHITE,
                           .place = offset + picture->place,
                           .place_kind = PDL_PLACE_BYTE,
                           .coverage = picture->coverage,
                           .reason = is_color ? STR("the picture has a coloured pixel") : STR(""),
                           .certainty = PDL_EXACT };
    pdl_image_page_size(&picture->size, facts, &run);
    return pdl_facts_add(facts, &run, err);
}
