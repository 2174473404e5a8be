// xl_paint: colours, and what is marked with them.
//
// Brush, pen, palette, raster operation and font are a state that PushGS saves. Clips are not
// followed: what lies outside of one counts as seen.
#include "pdl_pcl/xl_int.h"

#include "pdl/color.h"

enum {
    ROP_BLACK = 0,
    ROP_NOTHING = 170,
    ROP_DEFAULT = 252, // source or texture
    ROP_WHITE = 255,
    HASH_START = 5381,
};

uint8_t pdl_pcl_xl_rgb_marks(double r, double g, double b)
{
    enum pdl_shade shade = pdl_color_rgb_shade(r, g, b);
    return shade == PDL_COLOR ? XL_COLOR | XL_INK : shade == PDL_GREY ? XL_INK : 0;
}

void pdl_pcl_xl_state_reset(struct xl *xl)
{
    xl->state_at = 0;
    xl->states_lost = 0;
    xl->state = (struct xl_graphics){ .brush = { .marks = XL_INK },
                                      .pen = { .marks = XL_INK },
                                      .space = XL_GRAY,
                                      .rop = ROP_DEFAULT };
}

void pdl_pcl_xl_state_push(struct xl *xl)
{
    if (xl->state_at == XL_STATES_MAX) {
        xl->states_lost++;
        pdl_facts_note(xl->facts, PDL_ESTIMATED,
                       "Graphics states nest deeper than %d: colours may be mistaken.",
                       XL_STATES_MAX);
        return;
    }
    xl->states[xl->state_at++] = xl->state;
}

void pdl_pcl_xl_state_pop(struct xl *xl)
{
    if (xl->states_lost > 0) {
        xl->states_lost--;
    } else if (xl->state_at > 0) {
        xl->state = xl->states[--xl->state_at];
    }
}

static bool is_color_space(uint8_t space)
{
    return space != XL_GRAY && space != XL_GRAY_SUB;
}

static void palette_set(struct xl *xl)
{
    struct xl_graphics *state = &xl->state;
    const struct xl_value *data = pdl_pcl_xl_value_find(xl, XL_PALETTE_DATA);
    struct str bytes = data == NULL ? STR("") : pdl_pcl_xl_value_bytes(xl, data);
    size_t components = is_color_space(state->space) ? 3 : 1;
    double sign = state->space == XL_GRAY_SUB || state->space == XL_CMY_SUB ? -1 : 1;
    double white = sign < 0 ? 1 : 0;
    size_t count = bytes.len / components;
    state->palette_stamp = xl->stamp;
    state->palette_count = (uint32_t)(count < 256 ? count : 256);
    for (size_t i = 0; i < state->palette_count; i++) {
        const uint8_t *at = (const uint8_t *)bytes.ptr + i * components;
        double v[3];
        for (size_t j = 0; j < 3; j++) {
            v[j] = white + sign * at[components == 1 ? 0 : j] / 255.0;
        }
        state->palette[i] = pdl_pcl_xl_rgb_marks(v[0], v[1], v[2]);
    }
}

void pdl_pcl_xl_space_set(struct xl *xl)
{
    struct xl_graphics *state = &xl->state;
    uint32_t colorimetric = pdl_pcl_xl_value_number(xl, XL_COLORIMETRIC_SPACE, XL_GRAY);
    state->space = (uint8_t)pdl_pcl_xl_value_number(xl, XL_COLOR_SPACE, colorimetric);
    state->brush = (struct xl_paint){ .marks = XL_INK };
    state->pen = (struct xl_paint){ .marks = XL_INK };
    palette_set(xl);
}

// A component as 0 to 1: whole numbers are parts of the most that their type holds.
static double fraction(const struct xl *xl, const struct xl_value *value, uint32_t i)
{
    static const double most[XL_TYPES] = { 255.0, 65535.0, 4294967295.0, 32767.0, 2147483647.0, 1 };
    double v = pdl_pcl_xl_value_at(xl, value, i) / most[value->type];
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static uint8_t gray_marks(double v)
{
    return pdl_pcl_xl_rgb_marks(v, v, v);
}

static uint8_t color_marks(const struct xl *xl, const struct xl_value *value)
{
    double v[3] = { fraction(xl, value, 0), fraction(xl, value, 1), fraction(xl, value, 2) };
    switch (xl->state.space) {
    case XL_GRAY: return gray_marks(v[0]);
    case XL_GRAY_SUB: return gray_marks(1 - v[0]);
    case XL_CMY_SUB: return pdl_pcl_xl_rgb_marks(1 - v[0], 1 - v[1], 1 - v[2]);
    default: return pdl_pcl_xl_rgb_marks(v[0], v[1], v[2]);
    }
}

static void pattern_set(const struct xl *xl, struct xl_paint *paint, uint32_t id)
{
    paint->marks = xl->patterns_lost;
    paint->declared = (xl->patterns_lost & XL_COLOR) != 0;
    for (uint32_t i = 0; i < xl->pattern_count; i++) {
        if (xl->patterns[i].id == id) {
            paint->marks = xl->patterns[i].marks;
            paint->declared = xl->patterns[i].declared;
            return;
        }
    }
    paint->marks |= xl->pattern_count < XL_PATTERNS_MAX ? XL_INK : 0;
}

void pdl_pcl_xl_paint_set(struct xl *xl, struct xl_paint *paint, enum xl_attribute null)
{
    const struct xl_value *pattern = pdl_pcl_xl_value_find(xl, XL_PATTERN_SELECT);
    const struct xl_value *rgb = pdl_pcl_xl_value_find(xl, XL_RGB_COLOR);
    const struct xl_value *gray = pdl_pcl_xl_value_find(xl, XL_GRAY_LEVEL);
    const struct xl_value *primary = pdl_pcl_xl_value_find(xl, XL_PRIMARY_ARRAY);
    paint->null = false;
    paint->declared = is_color_space(xl->state.space);
    if (pattern != NULL) {
        pattern_set(xl, paint, (uint32_t)(int64_t)pdl_pcl_xl_value_at(xl, pattern, 0));
    } else if (rgb != NULL) {
        paint->marks =
            pdl_pcl_xl_rgb_marks(fraction(xl, rgb, 0), fraction(xl, rgb, 1), fraction(xl, rgb, 2));
    } else if (gray != NULL) {
        paint->marks = gray_marks(fraction(xl, gray, 0));
    } else if (primary != NULL) {
        paint->marks = color_marks(xl, primary);
    } else if (pdl_pcl_xl_value_find(xl, null) != NULL) {
        *paint = (struct xl_paint){ .null = true };
    }
}

static uint64_t name_hash(struct str name)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < name.len; i++) {
        hash = hash * 33 + (uint8_t)name.ptr[i];
    }
    return hash;
}

static uint32_t font_find(const struct xl *xl, uint64_t hash)
{
    uint32_t i = 0;
    while (i < xl->font_count && xl->fonts[i] != hash) {
        i++;
    }
    return i;
}

static uint64_t font_name(const struct xl *xl)
{
    const struct xl_value *name = pdl_pcl_xl_value_find(xl, XL_FONT_NAME);
    return name == NULL ? 0 : name_hash(pdl_pcl_xl_value_bytes(xl, name));
}

void pdl_pcl_xl_font_add(struct xl *xl)
{
    uint64_t hash = font_name(xl);
    if (xl->font_count < XL_FONTS_MAX && font_find(xl, hash) == xl->font_count) {
        xl->fonts[xl->font_count++] = hash;
    }
}

void pdl_pcl_xl_font_drop(struct xl *xl)
{
    uint32_t i = font_find(xl, font_name(xl));
    if (i < xl->font_count) {
        xl->fonts[i] = xl->fonts[--xl->font_count];
    }
}

void pdl_pcl_xl_font_set(struct xl *xl)
{
    xl->state.font_loaded =
        xl->font_count == XL_FONTS_MAX || font_find(xl, font_name(xl)) < xl->font_count;
}

void pdl_pcl_xl_mark(struct xl *xl, uint8_t marks, const char *reason)
{
    struct xl_page *page = &xl->page;
    uint8_t news = (uint8_t)(marks & ~page->marks);
    if (news == 0 || !page->open) {
        return;
    }
    page->marks |= marks;
    page->place = xl->op_at;
    page->reason = (page->marks & XL_COLOR) != 0 ? reason : NULL;
}

void pdl_pcl_xl_doubt(struct xl *xl, const char *reason)
{
    if (xl->page.open && (xl->page.marks & XL_COLOR) == 0) {
        pdl_pcl_xl_mark(xl, XL_INK | XL_COLOR, reason);
        xl->page.certainty = PDL_ESTIMATED;
    }
}

// What a raster operation makes of a texture on white paper, where there is no source.
static uint8_t rop_marks(uint8_t rop, uint8_t marks)
{
    if (rop == ROP_NOTHING || rop == ROP_WHITE) {
        return 0;
    }
    bool texture = (rop >> 4 & 15) != (rop & 15);
    return texture ? marks : XL_INK;
}

void pdl_pcl_xl_mark_fill(struct xl *xl, const char *reason)
{
    const struct xl_graphics *state = &xl->state;
    if (!state->brush.null) {
        xl->page.nominal |= state->brush.declared;
        pdl_pcl_xl_mark(xl, rop_marks(state->rop, state->brush.marks), reason);
    }
}

void pdl_pcl_xl_mark_shape(struct xl *xl)
{
    const struct xl_graphics *state = &xl->state;
    pdl_pcl_xl_mark_fill(xl, "a shape is filled with colour");
    if (!state->pen.null) {
        xl->page.nominal |= state->pen.declared;
        pdl_pcl_xl_mark(xl, rop_marks(state->rop, state->pen.marks), "a line is drawn in colour");
    }
}

// Spaces alone leave nothing, in a font whose codes are known.
static bool text_shows(const struct xl *xl)
{
    const struct xl_value *text = pdl_pcl_xl_value_find(xl, XL_TEXT_DATA);
    if (text == NULL || text->count == 0) {
        return false;
    }
    if (xl->state.font_loaded || !text->array) {
        return true;
    }
    uint32_t seen = text->type == XL_UBYTE ? text->kept : text->kept / 2;
    for (uint32_t i = 0; i < seen; i++) {
        double code = pdl_pcl_xl_value_at(xl, text, i);
        if (code > ' ' && code != 160) {
            return true;
        }
    }
    return text->count > seen;
}

void pdl_pcl_xl_mark_text(struct xl *xl)
{
    const struct xl_graphics *state = &xl->state;
    uint8_t news = (uint8_t)(state->brush.marks & ~xl->page.marks);
    bool declares = state->brush.declared && !xl->page.nominal;
    if ((news != 0 || declares) && text_shows(xl)) {
        pdl_pcl_xl_mark_fill(xl, "text is printed in colour");
    }
}
