// walk: streams, saved states, forms. See walk.h.

#include "pdl/walk_int.h"

struct pdl_walk *pdl_walk_new(struct arena *arena, const struct pdl_source *source)
{
    struct pdl_walk *walk = arena_new(arena, sizeof(*walk));
    if (walk != NULL) {
        walk->source = source;
    }
    return walk;
}

void pdl_walk_begin(struct pdl_walk *walk, struct pdl_rect clip)
{
    struct paint black = { .space = &pdl_color_gray, .shade = PDL_GREY, .count = 1 };
    walk->page.mark_count = 0;
    walk->page.rest.shade = PDL_NOTHING;
    walk->page.inked = walk->page.stays = false;
    walk->page.forms = 0;
    walk->page.inherits = false;
    walk->page.nominal = false;
    walk->page.faint = 0;
    walk->sheet = &walk->page;
    walk->state_at = 0;
    walk->states[0] = (struct state){ .ctm = PDL_IDENTITY,
                                      .clip = clip,
                                      .clip_is_box = true,
                                      .fill = black,
                                      .stroke = black,
                                      .line_width = 1,
                                      .fill_alpha = 1,
                                      .stroke_alpha = 1,
                                      .scale = 1 };
    walk->path = (struct path){ .box = PDL_RECT_NONE };
    walk->clip_waits = false;
    walk->text = walk->text_line = PDL_IDENTITY;
    walk->text_clip = PDL_RECT_NONE;
    walk->depth = 0;
    walk->annotation = walk->here = 0;
    walk->color_locked = false;
    walk->may_cover = true;
    walk->hidden = 0;
    walk->low = 0;
    walk->strong = walk->inks = 0;
    walk->operators_left = WALK_OPERATORS_MAX;
    walk->doubt = NULL;
}

void pdl_walk_limit(struct pdl_walk *walk, long operators)
{
    walk->operators_left = operators;
}

void pdl_walk_doubt(struct pdl_walk *walk, const char *why)
{
    if (walk->doubt == NULL) {
        walk->doubt = why;
        walk->doubt_annotation = walk->annotation;
    }
}

static void state_push(struct frame *frame)
{
    struct pdl_walk *walk = frame->walk;
    if (walk->state_at + 2 >= WALK_STATES_MAX) {
        frame->states_lost++;
        pdl_walk_doubt(walk, "it saves more graphics states than are kept");
        return;
    }
    walk->states[walk->state_at + 1] = walk->states[walk->state_at];
    walk->state_at++;
}

static void state_pop(struct frame *frame)
{
    if (frame->states_lost > 0) {
        frame->states_lost--;
    } else if (frame->walk->state_at > frame->state_base) {
        frame->walk->state_at--;
    }
}

static bool op_state(struct frame *frame, uint32_t op)
{
    struct state *state = walk_state(frame->walk);
    switch (op) {
    case OP1('q'): state_push(frame); return true;
    case OP1('Q'): state_pop(frame); return true;
    case OP1('w'): state->line_width = frame_number(frame, 0); return true;
    case OP1('J'): state->round_caps = frame_number(frame, 0) > 0; return true;
    case OP2('c', 'm'): {
        struct pdl_matrix matrix = { frame_number(frame, 0), frame_number(frame, 1),
                                     frame_number(frame, 2), frame_number(frame, 3),
                                     frame_number(frame, 4), frame_number(frame, 5) };
        state->ctm = pdl_matrix_mul(&matrix, &state->ctm);
        return true;
    }
    }
    return false;
}

static void frame_operator(struct frame *frame, const struct pdl_token *token)
{
    struct pdl_walk *walk = frame->walk;
    walk->operators_left--;
    if (token->text.len > 3) {
        return; // no operator is longer
    }
    memset(frame->op, 0, sizeof(frame->op));
    memcpy(frame->op, token->text.ptr, token->text.len);
    frame->op_at = token->at;
    uint32_t op = OP3((uint8_t)frame->op[0], (uint8_t)frame->op[1], (uint8_t)frame->op[2]);
    (void)(pdl_walk_op_path(frame, op) || pdl_walk_op_text(frame, op) || op_state(frame, op) ||
           pdl_walk_op_color(frame, op) || pdl_walk_op_object(frame, op));
}

void pdl_walk_run(struct pdl_walk *walk, const struct pdl_stream *stream, const void *resources)
{
    struct frame frame;
    frame.walk = walk;
    frame.stream = stream;
    frame.resources = resources;
    frame.lex = pdl_lex_of(stream->content);
    frame.count = 0;
    frame.state_base = walk->state_at;
    frame.states_lost = 0;
    int hidden = walk->hidden;
    int outer = walk->here;
    walk->here = stream->parts[0].object;
    walk->depth++;
    walk->path = (struct path){ .box = PDL_RECT_NONE };
    walk->clip_waits = false;
    while (walk->operators_left > 0) {
        struct pdl_token *token = &frame.operands[frame.count];
        pdl_lex_next(&frame.lex, token);
        if (token->kind == PDL_END) {
            break;
        }
        if (token->kind == PDL_OPERATOR) {
            frame_operator(&frame, token);
            frame.count = 0;
        } else if (frame.count + 1 < WALK_OPERANDS_MAX) {
            frame.count++;
        }
    }
    if (frame.lex.unclosed) {
        pdl_walk_doubt(walk, "its content has a string or array that never ends");
    }
    walk->depth--;
    walk->here = outer;
    walk->hidden = hidden;
    walk->state_at = frame.state_base;
}

void pdl_walk_content(struct pdl_walk *walk, const struct pdl_stream *stream, const void *resources)
{
    pdl_walk_run(walk, stream, resources);
}

static bool is_upright(const struct pdl_matrix *m)
{
    return (m->b == 0 && m->c == 0) || (m->a == 0 && m->d == 0);
}

// Draws a form that is known to be grey whatever surrounds it: only its box matters. Not where
// colour waits that it might cover.
static bool form_is_plain(struct pdl_walk *walk, const struct pdl_object *form)
{
    const struct pdl_memo *memo = form->memo;
    if (memo == NULL || !memo->known || memo->inherits || memo->shade >= PDL_COLOR ||
        walk->sheet->mark_count > 0) {
        return false;
    }
    struct pdl_matrix matrix = pdl_matrix_mul(&form->matrix, &walk_state(walk)->ctm);
    struct paint grey = {
        .shade = memo->shade, .nominal = memo->nominal, .what_id = form->id, .level = walk->depth
    };
    pdl_walk_paint_box(walk, pdl_rect_map(&matrix, form->box), &grey, 1);
    return true;
}

static void form_run(struct pdl_walk *walk, struct pdl_object *form, const void *resources)
{
    struct state *outer = walk_state(walk);
    struct state *state = outer + 1;
    bool may_cover = walk->may_cover;
    *state = *outer;
    walk->state_at++;
    walk->may_cover = may_cover && outer->fill_alpha >= 1 && !outer->mixes;
    state->ctm = pdl_matrix_mul(&form->matrix, &outer->ctm);
    state->clip = pdl_rect_meet(outer->clip, pdl_rect_map(&state->ctm, form->box));
    state->clip_is_box = outer->clip_is_box && is_upright(&state->ctm);
    struct pdl_piece part = { 0, form->id };
    struct pdl_stream stream = { form->content, &part, 1 };
    pdl_walk_run(walk, &stream, form->resources != NULL ? form->resources : resources);
    walk->state_at--;
    walk->may_cover = may_cover;
}

void pdl_walk_form(struct pdl_walk *walk, struct pdl_object *form, const void *resources)
{
    struct pdl_memo none = { .known = false };
    struct pdl_memo *memo = form->memo == NULL ? &none : form->memo;
    if (memo->active || walk_state(walk)->fill_alpha <= 0 || form_is_plain(walk, form)) {
        return;
    }
    if (walk->depth >= WALK_DEPTH_MAX || walk->state_at + 2 >= WALK_STATES_MAX) {
        pdl_walk_doubt(walk, "its forms are nested too deeply");
        return;
    }
    if (!walk->source->content(walk->source->ctx, form)) {
        pdl_walk_doubt(walk, "a form's content cannot be read");
        return;
    }
    int low = walk->low;
    long strong = walk->strong;
    long inks = walk->inks;
    int level = walk->depth + 1;
    bool whole = walk->hidden == 0;
    bool nominal = walk->sheet->nominal;
    int faint = walk->sheet->faint;
    walk->sheet->nominal = false;
    walk->sheet->faint = 0;
    walk->low = level;
    memo->active = true;
    walk->sheet->forms++;
    form_run(walk, form, resources);
    walk->sheet->forms--;
    memo->active = false;
    if (walk->inks != inks) {
        pdl_walk_ink_form(walk, form);
    }
    if (whole && walk->operators_left > 0 && walk->sheet->faint == 0) {
        memo->known = true;
        memo->inherits = walk->low < level || (form->resources == NULL);
        memo->nominal = walk->sheet->nominal;
        memo->shade = walk->strong != strong ? PDL_COLOR
                      : walk->inks != inks   ? PDL_GREY
                                             : PDL_NOTHING;
    }
    walk->sheet->nominal |= nominal;
    walk->sheet->faint = walk->sheet->faint == 0 ? faint : walk->sheet->faint;
    walk->low = walk->low < low ? walk->low : low;
}

void pdl_walk_annotation(struct pdl_walk *walk, struct pdl_object *form,
                         const struct pdl_matrix *matrix, int annotation)
{
    // Whatever the page left behind, an appearance starts from a fresh state.
    struct state *state = &walk->states[0];
    struct pdl_rect clip = state->clip;
    struct paint black = { .space = &pdl_color_gray, .shade = PDL_GREY, .count = 1 };
    *state = (struct state){ .ctm = *matrix,
                             .clip = clip,
                             .clip_is_box = true,
                             .fill = black,
                             .stroke = black,
                             .line_width = 1,
                             .fill_alpha = 1,
                             .stroke_alpha = 1,
                             .scale = 1 };
    walk->state_at = 0;
    walk->annotation = annotation;
    pdl_walk_form(walk, form, NULL);
    walk->annotation = 0;
    walk->source->release(walk->source->ctx, form);
}
