// walk_text: text, whose marks are boxes from widths; and inline images.

#include "pdl/walk_int.h"

enum { DESCENT = -25, ASCENT = 95, CODE_SPACE = 32, CODE_NO_BREAK_SPACE = 160 }; // hundredths of em

struct shown {
    double advance; // text space, unscaled by the horizontal scale
    bool inked;
    bool maybe; // spaces of a font that may draw them
    int half;   // first byte of a wide code; -1: none
    bool own;   // Type 3: some glyph has marks of its own colours
    bool nominal;
    enum pdl_shade shade;
};

// A glyph of a Type 3 font: marks in its own colours, or in the current one.
static void show_glyph(struct frame *frame, struct shown *shown, const struct pdl_font *font,
                       int code)
{
    const struct pdl_source *source = frame->walk->source;
    struct pdl_object object = { .kind = PDL_OBJECT_NONE };
    struct pdl_memo none = { .known = false };
    if (!source->glyph(source->ctx, font, code, frame->resources, &object)) {
        return;
    }
    struct pdl_memo *memo = object.memo == NULL ? &none : object.memo;
    if (!memo->active) {
        if (!memo->known) {
            pdl_walk_alone(frame->walk, &object, frame->resources, memo);
        }
        shown->shade = pdl_color_both(shown->shade, memo->shade);
        shown->own |= memo->shade != PDL_NOTHING;
        shown->inked |= memo->inherits;
        shown->nominal |= memo->nominal;
    }
    source->release(source->ctx, &object);
}

// Two bytes a code. One that is called a space may still be drawn as anything.
static void show_wide(struct frame *frame, struct shown *shown, int code)
{
    const struct pdl_source *source = frame->walk->source;
    const struct state *state = walk_state(frame->walk);
    if (shown->half < 0) {
        shown->half = code;
        return;
    }
    int whole = shown->half << 8 | code;
    shown->half = -1;
    if (shown->inked) {
        return;
    }
    // Where grey changes nothing, it need not be known what is shown.
    bool matters = !frame->walk->sheet->inked || state->fill.shade >= PDL_COLOR ||
                   state->stroke.shade >= PDL_COLOR;
    frame->walk->sheet->stays |= !matters;
    bool blank = matters && source->blank(source->ctx, state->font, whole);
    shown->maybe |= blank;
    shown->inked |= !blank;
}

static void show_code(struct frame *frame, struct shown *shown, int code)
{
    const struct state *state = walk_state(frame->walk);
    const struct pdl_font *font = state->font;
    double width = font == NULL ? 0.5 : font->wide ? 0.5 : (double)font->widths[code];
    shown->advance += width * state->font_size + state->char_space;
    shown->advance += code == CODE_SPACE && (font == NULL || !font->wide) ? state->word_space : 0;
    if (font != NULL && font->type3) {
        show_glyph(frame, shown, font, code);
    } else if (font != NULL && font->wide) {
        show_wide(frame, shown, code);
    } else if (code != CODE_SPACE && code != CODE_NO_BREAK_SPACE) {
        shown->inked = true;
    } else {
        shown->maybe |= font != NULL && font->embedded;
    }
}

static struct pdl_rect shown_box(struct pdl_walk *walk, double advance)
{
    const struct state *state = walk_state(walk);
    struct pdl_rect box = PDL_RECT_NONE;
    double size = state->font_size;
    double low = size * DESCENT / 100 + state->rise;
    double high = size * ASCENT / 100 + state->rise;
    if (state->font != NULL && state->font->type3) {
        high = size + state->rise; // its own box is in glyphs; an em is as good as any
    }
    pdl_rect_add(&box, 0, low);
    pdl_rect_add(&box, advance * state->scale, high);
    struct pdl_matrix matrix = pdl_matrix_mul(&walk->text, &state->ctm);
    return pdl_rect_map(&matrix, box);
}

static void shown_paint(struct pdl_walk *walk, const struct shown *shown, struct pdl_rect box,
                        const struct paint *paint, double alpha)
{
    struct paint spaces = *paint;
    if (shown->inked) {
        pdl_walk_paint_box(walk, box, paint, alpha);
    } else if (paint->shade >= PDL_COLOR) {
        spaces.shade = PDL_UNSURE;
        spaces.nominal = false;
        pdl_walk_paint_box(walk, box, &spaces, alpha);
    } else if (paint->shade == PDL_GREY && alpha > 0) {
        pdl_walk_faint(walk, box);
    }
}

static void shown_mark(struct frame *frame, const struct shown *shown)
{
    struct pdl_walk *walk = frame->walk;
    const struct state *state = walk_state(walk);
    bool fills = state->mode == 0 || state->mode == 2 || state->mode == 4 || state->mode == 6;
    bool strokes = state->mode == 1 || state->mode == 2 || state->mode == 5 || state->mode == 6;
    bool type3 = state->font != NULL && state->font->type3;
    struct pdl_rect box = shown_box(walk, shown->advance);
    if (shown->own && state->mode != 3) {
        struct thing thing = { shown->shade, shown->nominal, "a glyph of Type 3 font",
                               state->font->id, NULL };
        pdl_walk_mark_object(walk, box, frame, &thing);
    }
    bool marks = shown->inked || shown->maybe;
    walk->sheet->stays |= type3; // whose glyphs may reach beyond their em
    if (marks && ((type3 && state->mode != 3) || (!type3 && fills))) {
        shown_paint(walk, shown, box, &state->fill, state->fill_alpha);
    }
    if (marks && strokes && !type3) {
        shown_paint(walk, shown, box, &state->stroke, state->stroke_alpha);
    }
    if (state->mode >= 4) {
        pdl_rect_add(&walk->text_clip, box.x0, box.y0);
        pdl_rect_add(&walk->text_clip, box.x1, box.y1);
    }
}

static void text_move(struct pdl_walk *walk, double x)
{
    walk->text.e += x * walk->text.a;
    walk->text.f += x * walk->text.b;
}

static void show_string(struct frame *frame, const struct pdl_token *string)
{
    struct pdl_walk *walk = frame->walk;
    struct shown shown = { .shade = PDL_NOTHING, .half = -1 };
    struct pdl_bytes bytes = pdl_bytes_of(string);
    for (int code = pdl_bytes_next(&bytes); code >= 0; code = pdl_bytes_next(&bytes)) {
        show_code(frame, &shown, code);
    }
    shown.inked |= shown.half >= 0; // half a code: whatever that shows
    if (walk_state(walk)->font_size != 0 && (shown.inked || shown.own || shown.maybe)) {
        shown_mark(frame, &shown);
    }
    text_move(walk, shown.advance * walk_state(walk)->scale);
}

static void show_array(struct frame *frame, const struct pdl_token *array)
{
    const struct state *state = walk_state(frame->walk);
    struct pdl_lex lex = pdl_lex_of(array->text);
    struct pdl_token token;
    for (pdl_lex_next(&lex, &token); token.kind != PDL_END; pdl_lex_next(&lex, &token)) {
        if (token.kind == PDL_NUMBER) {
            text_move(frame->walk, -token.number / 1000 * state->font_size * state->scale);
        } else if (token.kind == PDL_STRING || token.kind == PDL_HEX) {
            show_string(frame, &token);
        }
    }
}

static void text_line(struct pdl_walk *walk, double x, double y)
{
    struct pdl_matrix move = { 1, 0, 0, 1, x, y };
    walk->text_line = pdl_matrix_mul(&move, &walk->text_line);
    walk->text = walk->text_line;
}

static void show_operand(struct frame *frame)
{
    if (frame->count > 0) {
        const struct pdl_token *last = &frame->operands[frame->count - 1];
        if (last->kind == PDL_ARRAY) {
            show_array(frame, last);
        } else if (last->kind == PDL_STRING || last->kind == PDL_HEX) {
            show_string(frame, last);
        }
    }
}

static void text_end(struct pdl_walk *walk)
{
    struct state *state = walk_state(walk);
    if (walk->text_clip.x1 >= walk->text_clip.x0) {
        state->clip = pdl_rect_meet(state->clip, walk->text_clip);
        state->clip_is_box = false;
        walk->text_clip = PDL_RECT_NONE;
    }
}

static void text_font(struct frame *frame)
{
    const struct pdl_source *source = frame->walk->source;
    struct state *state = walk_state(frame->walk);
    if (frame->count >= 2) {
        state->font = source->font(source->ctx, frame->resources, frame->operands[0].text);
        state->font_size = frame_number(frame, 1);
    }
}

// long: one flat switch over the operators of text
bool pdl_walk_op_text(struct frame *frame, uint32_t op)
{
    struct pdl_walk *walk = frame->walk;
    struct state *state = walk_state(walk);
    switch (op) {
    case OP2('T', 'j'):
    case OP2('T', 'J'): show_operand(frame); return true;
    case OP2('T', 'd'):
        text_line(walk, frame_number(frame, 0), frame_number(frame, 1));
        return true;
    case OP2('T', 'D'):
        state->leading = -frame_number(frame, 1);
        text_line(walk, frame_number(frame, 0), frame_number(frame, 1));
        return true;
    case OP2('T', 'm'):
        walk->text_line = (struct pdl_matrix){ frame_number(frame, 0), frame_number(frame, 1),
                                               frame_number(frame, 2), frame_number(frame, 3),
                                               frame_number(frame, 4), frame_number(frame, 5) };
        walk->text = walk->text_line;
        return true;
    case OP2('T', '*'): text_line(walk, 0, -state->leading); return true;
    case OP1('"'):
        state->word_space = frame_number(frame, 0);
        state->char_space = frame_number(frame, 1);
        text_line(walk, 0, -state->leading);
        show_operand(frame);
        return true;
    case OP1('\''):
        text_line(walk, 0, -state->leading);
        show_operand(frame);
        return true;
    case OP2('B', 'T'): walk->text = walk->text_line = PDL_IDENTITY; return true;
    case OP2('E', 'T'): text_end(walk); return true;
    case OP2('T', 'f'): text_font(frame); return true;
    case OP2('T', 'c'): state->char_space = frame_number(frame, 0); return true;
    case OP2('T', 'w'): state->word_space = frame_number(frame, 0); return true;
    case OP2('T', 'z'): state->scale = frame_number(frame, 0) / 100; return true;
    case OP2('T', 'L'): state->leading = frame_number(frame, 0); return true;
    case OP2('T', 's'): state->rise = frame_number(frame, 0); return true;
    case OP2('T', 'r'): state->mode = (int)frame_number(frame, 0) & 7; return true;
    }
    return false;
}

static bool key_is(struct str key, const char *brief, const char *whole)
{
    return str_eq(key, str_of(brief)) || str_eq(key, str_of(whole));
}

static void inline_key(struct pdl_inline *image, struct str key, const struct pdl_token *value)
{
    if (key_is(key, "W", "Width")) {
        image->width = value->number;
    } else if (key_is(key, "H", "Height")) {
        image->height = value->number;
    } else if (key_is(key, "BPC", "BitsPerComponent")) {
        image->bits = value->number;
    } else if (key_is(key, "IM", "ImageMask")) {
        image->stencil = str_eq(value->text, STR("true"));
    } else if (key_is(key, "CS", "ColorSpace")) {
        image->space = *value;
    } else if (key_is(key, "F", "Filter")) {
        image->filter = *value;
    } else if (key_is(key, "DP", "DecodeParms")) {
        image->parameters = *value;
    } else if (key_is(key, "D", "Decode")) {
        image->decode = *value;
    }
}

// The data ends at white space, EI, white space, and bytes that may be operators.
static const char *inline_end(const char *at, const char *end)
{
    enum { LOOK = 10 };
    for (; at + 2 < end; at++) {
        if (!pdl_lex_is_space(at[0]) || at[1] != 'E' || at[2] != 'I' ||
            (at + 3 < end && !pdl_lex_is_space(at[3]))) {
            continue;
        }
        const char *look = at + 3;
        while (look < end && look < at + 3 + LOOK &&
               (pdl_lex_is_space(*look) || (*look >= ' ' && *look <= '~'))) {
            look++;
        }
        if (look == end || look == at + 3 + LOOK) {
            return at;
        }
    }
    return end;
}

// Reads BI's keys up to ID; false when the content ends first.
static bool inline_keys(struct frame *frame, struct pdl_inline *image)
{
    struct pdl_token key;
    struct pdl_token value;
    for (;;) {
        pdl_lex_next(&frame->lex, &key);
        if (key.kind == PDL_OPERATOR && str_eq(key.text, STR("ID"))) {
            return true;
        }
        if (key.kind == PDL_END) {
            return false;
        }
        if (key.kind == PDL_NAME) {
            value.number = 0;
            pdl_lex_next(&frame->lex, &value);
            if (value.kind != PDL_NUMBER) {
                value.number = 0;
            }
            inline_key(image, key.text, &value);
        }
    }
}

// Bytes of data that has no filter; 0: not known from the keys alone.
static size_t inline_size(const struct pdl_inline *image)
{
    int components = image->stencil                                    ? 1
                     : key_is(image->space.text, "G", "DeviceGray")    ? 1
                     : key_is(image->space.text, "RGB", "DeviceRGB")   ? 3
                     : key_is(image->space.text, "CMYK", "DeviceCMYK") ? 4
                     : image->space.kind == PDL_ARRAY                  ? 1
                                                                       : 0;
    double bits = image->stencil ? 1 : image->bits;
    if (components == 0 || !(bits >= 1 && bits <= 16) ||
        !(image->width >= 1 && image->width < 1e5) ||
        !(image->height >= 1 && image->height < 1e5)) {
        return 0;
    }
    size_t row = ((size_t)image->width * (size_t)bits * (size_t)components + 7) / 8;
    return row * (size_t)image->height;
}

static void inline_mark(struct frame *frame, const struct pdl_inline *image)
{
    static const struct pdl_rect unit = { 0, 0, 1, 1 };
    struct pdl_walk *walk = frame->walk;
    const struct pdl_source *source = walk->source;
    const struct state *state = walk_state(walk);
    struct pdl_rect box = pdl_rect_map(&state->ctm, unit);
    struct thing thing = { .shade = PDL_GREY, .what = "the inline image" };
    if (image->stencil) {
        pdl_walk_paint_box(walk, box, &state->fill, state->fill_alpha);
        return;
    }
    const struct pdl_space *space = source->space(source->ctx, frame->resources, &image->space);
    thing.nominal = space != NULL && space->chroma && state->fill_alpha > 0;
    if (state->fill_alpha > 0 && !pdl_rect_is_empty(pdl_rect_meet(box, state->clip))) {
        thing.shade = source->inline_image(source->ctx, image, &thing.why);
    } else {
        walk->strong++; // what lies outside here may lie inside elsewhere
        box = PDL_RECT_NONE;
    }
    pdl_walk_mark_object(walk, box, frame, &thing);
}

void pdl_walk_inline_image(struct frame *frame)
{
    struct pdl_inline image = { .bits = 8, .resources = frame->resources };
    size_t begin = frame->op_at;
    if (!inline_keys(frame, &image)) {
        return;
    }
    struct pdl_lex *lex = &frame->lex;
    const char *data = lex->at + (lex->at < lex->end);
    size_t size = image.filter.kind == PDL_END ? inline_size(&image) : 0;
    bool fits = size > 0 && size <= (size_t)(lex->end - data);
    const char *stop = inline_end(fits ? data + size : data, lex->end);
    image.data = (struct str){ data, fits ? size : (size_t)(stop - data) };
    lex->at = stop;
    frame->op_at = begin;
    inline_mark(frame, &image);
}
