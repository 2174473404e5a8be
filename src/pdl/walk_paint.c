// walk_paint: paths, colours, and the objects that are painted by name.

#include "pdl/walk_int.h"

// Of a point. What is thinner has no area, give or take what sums of fractions leave.
#define THIN 1e-6
#define HAIR 0.001

static void path_add(struct pdl_walk *walk, double x, double y)
{
    const struct pdl_matrix *m = &walk_state(walk)->ctm;
    struct path *path = &walk->path;
    double dx = x * m->a + y * m->c + m->e;
    double dy = x * m->b + y * m->d + m->f;
    pdl_rect_add(&path->box, dx, dy);
    if (path->points < WALK_POINTS_MAX) {
        path->x[path->points] = dx;
        path->y[path->points] = dy;
    }
    path->points += path->points < WALK_POINTS_MAX;
    path->at_x = x;
    path->at_y = y;
}

static void path_line(struct pdl_walk *walk, double x, double y)
{
    path_add(walk, x, y);
    walk->path.segments++;
}

static void path_rect(struct pdl_walk *walk, double x, double y, double w, double h)
{
    walk->path.subpaths++;
    path_add(walk, x, y);
    path_line(walk, x + w, y);
    path_line(walk, x + w, y + h);
    path_line(walk, x, y + h);
    walk->path.at_x = x;
    walk->path.at_y = y;
}

// A moveto alone leaves no mark, so it is added to the box when a segment follows; a lone one
// widens the box, which errs to the side of seeing more.
static void path_curve(struct frame *frame, uint32_t op)
{
    struct pdl_walk *walk = frame->walk;
    int pairs = op == OP1('c') ? 3 : 2;
    walk->path.curved = true;
    for (int i = 0; i < pairs; i++) {
        path_add(walk, frame_number(frame, 2 * i), frame_number(frame, 2 * i + 1));
    }
    walk->path.segments++;
}

// One subpath of four straight sides that stand upright on the page.
static bool path_is_box(const struct path *path)
{
    if (path->curved || path->subpaths != 1 || path->points < 4 || path->points > 5) {
        return false;
    }
    const double *x = path->x;
    const double *y = path->y;
    if (path->points == 5 && (x[4] != x[0] || y[4] != y[0])) {
        return false;
    }
    bool flat = y[0] == y[1] && x[1] == x[2] && y[2] == y[3] && x[3] == x[0];
    bool tall = x[0] == x[1] && y[1] == y[2] && x[2] == x[3] && y[3] == y[0];
    return flat || tall;
}

static void path_fill(struct pdl_walk *walk)
{
    const struct state *state = walk_state(walk);
    const struct path *path = &walk->path;
    double w = path->box.x1 - path->box.x0;
    double h = path->box.y1 - path->box.y0;
    struct paint paint = state->fill;
    if (path->segments == 0 || (w < THIN && h < THIN)) {
        return;
    }
    struct pdl_rect box = path->box;
    if (w < HAIR || h < HAIR) { // however little of a pixel is touched, all of it is painted
        box = (struct pdl_rect){ box.x0 - HAIR, box.y0 - HAIR, box.x1 + HAIR, box.y1 + HAIR };
    }
    if ((w < THIN || h < THIN) && paint.shade == PDL_COLOR) {
        paint.shade = PDL_UNSURE; // without area, yet some devices draw a hairline
    }
    if (state->fill_alpha >= 1 && !state->mixes && state->clip_is_box && !paint.pattern &&
        !paint.inherit && paint.shade != PDL_NOTHING && path_is_box(path)) {
        pdl_walk_cover(walk, box);
    }
    pdl_walk_paint_box(walk, box, &paint, state->fill_alpha);
}

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

static void path_stroke(struct pdl_walk *walk)
{
    const struct state *state = walk_state(walk);
    const struct pdl_matrix *m = &state->ctm;
    struct pdl_rect box = walk->path.box;
    bool dot = box.x1 - box.x0 <= 0 && box.y1 - box.y0 <= 0;
    if (walk->path.segments == 0 || (dot && !state->round_caps)) {
        return;
    }
    double across = absolute(m->a) + absolute(m->c);
    double along = absolute(m->b) + absolute(m->d);
    double half = state->line_width / 2;
    double x = across * half > 0.05 ? across * half : 0.05;
    double y = along * half > 0.05 ? along * half : 0.05;
    box = (struct pdl_rect){ box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y };
    pdl_walk_paint_box(walk, box, &state->stroke, state->stroke_alpha);
}

static void path_end(struct pdl_walk *walk, bool fill, bool stroke)
{
    if (fill) {
        path_fill(walk);
    }
    if (stroke) {
        path_stroke(walk);
    }
    if (walk->clip_waits) {
        struct state *state = walk_state(walk);
        state->clip = pdl_rect_meet(state->clip, walk->path.box);
        state->clip_is_box &= path_is_box(&walk->path);
        walk->clip_waits = false;
    }
    struct path *path = &walk->path;
    path->box = PDL_RECT_NONE;
    path->points = path->subpaths = 0;
    path->segments = 0;
    path->curved = false;
}

// long: one flat switch over the operators of paths
bool pdl_walk_op_path(struct frame *frame, uint32_t op)
{
    struct pdl_walk *walk = frame->walk;
    switch (op) {
    case OP1('m'):
        walk->path.subpaths++;
        path_add(walk, frame_number(frame, 0), frame_number(frame, 1));
        return true;
    case OP1('l'): path_line(walk, frame_number(frame, 0), frame_number(frame, 1)); return true;
    case OP1('c'):
    case OP1('v'):
    case OP1('y'): path_curve(frame, op); return true;
    case OP1('h'): walk->path.segments++; return true;
    case OP2('r', 'e'):
        path_rect(walk, frame_number(frame, 0), frame_number(frame, 1), frame_number(frame, 2),
                  frame_number(frame, 3));
        return true;
    case OP1('S'):
    case OP1('s'): path_end(walk, false, true); return true;
    case OP1('f'):
    case OP1('F'):
    case OP2('f', '*'): path_end(walk, true, false); return true;
    case OP1('B'):
    case OP2('B', '*'):
    case OP1('b'):
    case OP2('b', '*'): path_end(walk, true, true); return true;
    case OP1('n'): path_end(walk, false, false); return true;
    case OP1('W'):
    case OP2('W', '*'): walk->clip_waits = true; return true;
    }
    return false;
}

static void paint_set(struct frame *frame, struct paint *paint, const struct pdl_space *space,
                      const double *v, int count)
{
    struct pdl_walk *walk = frame->walk;
    if (walk->color_locked) {
        return;
    }
    paint->space = space;
    paint->inherit = false;
    paint->pattern = false;
    paint->nominal = space->chroma;
    paint->level = walk->depth;
    paint->at = frame->op_at;
    paint->stream = frame->stream;
    paint->what = NULL;
    paint->what_id = 0;
    memcpy(paint->op, frame->op, sizeof(paint->op));
    paint->count = count < WALK_VALUES_MAX ? count : WALK_VALUES_MAX;
    memcpy(paint->v, v, (size_t)paint->count * sizeof(*v));
    paint->shade = space->family == PDL_SPACE_TINT ? walk->source->tint(walk->source->ctx, space, v)
                                                   : pdl_color_shade(space, v);
}

static void paint_device(struct frame *frame, struct paint *paint, const struct pdl_space *space)
{
    double v[4] = { 0 };
    for (int i = 0; i < space->components; i++) {
        v[i] = frame_number(frame, frame->count - space->components + i);
    }
    paint_set(frame, paint, space, v, space->components);
}

static const struct pdl_space *space_find(struct frame *frame, const struct pdl_token *name)
{
    static const struct pdl_space pattern = { .family = PDL_SPACE_PATTERN };
    static const struct pdl_space unknown = { .family = PDL_SPACE_UNKNOWN };
    if (str_eq(name->text, STR("DeviceGray"))) {
        return &pdl_color_gray;
    }
    if (str_eq(name->text, STR("DeviceRGB"))) {
        return &pdl_color_rgb;
    }
    if (str_eq(name->text, STR("DeviceCMYK"))) {
        return &pdl_color_cmyk;
    }
    if (str_eq(name->text, STR("Pattern"))) {
        return &pattern;
    }
    const struct pdl_source *source = frame->walk->source;
    const struct pdl_space *space = source->space(source->ctx, frame->resources, name);
    return space == NULL ? &unknown : space;
}

static void paint_space(struct frame *frame, struct paint *paint)
{
    if (frame->count == 0 || frame->operands[frame->count - 1].kind != PDL_NAME) {
        return;
    }
    const struct pdl_space *space = space_find(frame, &frame->operands[frame->count - 1]);
    double v[WALK_COMPONENTS_MAX];
    int count = space->components < WALK_COMPONENTS_MAX ? space->components : WALK_COMPONENTS_MAX;
    for (int i = 0; i < WALK_COMPONENTS_MAX; i++) {
        v[i] = i < 4 ? space->initial[i] : 1;
    }
    paint_set(frame, paint, space, v, count);
}

// What a tiling cell shows: its own colours, and the one it is set with where it takes that.
static void tiling_paint(struct frame *frame, struct pdl_object *tiling, struct paint *paint)
{
    struct pdl_memo none = { .known = false };
    struct pdl_memo *memo = tiling->memo == NULL ? &none : tiling->memo;
    if (memo->active) {
        paint->shade = PDL_NOTHING;
        return;
    }
    if (!memo->known) {
        pdl_walk_alone(frame->walk, tiling, frame->resources, memo);
    }
    paint->shade = memo->inherits ? pdl_color_both(memo->shade, paint->shade) : memo->shade;
    paint->nominal = memo->nominal || (memo->inherits && paint->nominal);
}

static void paint_pattern(struct frame *frame, struct paint *paint)
{
    struct pdl_walk *walk = frame->walk;
    const struct pdl_space *space = paint->space;
    struct pdl_object object = { .kind = PDL_OBJECT_NONE };
    int count = frame->count - 1;
    if (walk->color_locked || count < 0 || frame->operands[count].kind != PDL_NAME) {
        return;
    }
    if (space->under != NULL && count >= space->under->components && count <= 4) {
        double v[WALK_COMPONENTS_MAX] = { 0 };
        for (int i = 0; i < count; i++) {
            v[i] = frame_number(frame, i);
        }
        paint_set(frame, paint, space->under, v, count);
    } else {
        double v = 0;
        paint_set(frame, paint, &pdl_color_gray, &v, 0);
    }
    paint->space = space;
    paint->pattern = true;
    paint->what = "pattern";
    const struct pdl_source *source = walk->source;
    if (!source->pattern(source->ctx, frame->resources, frame->operands[count].text, &object)) {
        paint->shade = PDL_UNSURE;
        return;
    }
    paint->what_id = object.id;
    if (object.kind == PDL_OBJECT_TILING) {
        tiling_paint(frame, &object, paint);
    } else {
        paint->shade = object.shade;
        paint->nominal = object.nominal;
    }
    source->release(source->ctx, &object);
}

static void paint_values(struct frame *frame, struct paint *paint)
{
    const struct pdl_space *space = paint->space;
    if (space->family == PDL_SPACE_PATTERN) {
        paint_pattern(frame, paint);
        return;
    }
    double v[WALK_COMPONENTS_MAX] = { 0 };
    int count = frame->count < WALK_COMPONENTS_MAX ? frame->count : WALK_COMPONENTS_MAX;
    for (int i = 0; i < count; i++) {
        v[i] = frame_number(frame, i);
    }
    paint_set(frame, paint, space, v, count);
}

// long: one flat switch over the operators of colour
bool pdl_walk_op_color(struct frame *frame, uint32_t op)
{
    struct state *state = walk_state(frame->walk);
    switch (op) {
    case OP1('g'): paint_device(frame, &state->fill, &pdl_color_gray); return true;
    case OP1('G'): paint_device(frame, &state->stroke, &pdl_color_gray); return true;
    case OP2('r', 'g'): paint_device(frame, &state->fill, &pdl_color_rgb); return true;
    case OP2('R', 'G'): paint_device(frame, &state->stroke, &pdl_color_rgb); return true;
    case OP1('k'): paint_device(frame, &state->fill, &pdl_color_cmyk); return true;
    case OP1('K'): paint_device(frame, &state->stroke, &pdl_color_cmyk); return true;
    case OP2('c', 's'): paint_space(frame, &state->fill); return true;
    case OP2('C', 'S'): paint_space(frame, &state->stroke); return true;
    case OP2('s', 'c'):
    case OP3('s', 'c', 'n'): paint_values(frame, &state->fill); return true;
    case OP2('S', 'C'):
    case OP3('S', 'C', 'N'): paint_values(frame, &state->stroke); return true;
    }
    return false;
}

static void draw_image(struct frame *frame, const struct pdl_object *image)
{
    static const struct pdl_rect unit = { 0, 0, 1, 1 };
    struct pdl_walk *walk = frame->walk;
    const struct state *state = walk_state(walk);
    const struct pdl_matrix *m = &state->ctm;
    struct pdl_rect box = pdl_rect_map(m, unit);
    bool upright = (m->b == 0 && m->c == 0) || (m->a == 0 && m->d == 0);
    if (state->fill_alpha <= 0 || pdl_rect_is_empty(box)) {
        return;
    }
    if (image->kind == PDL_OBJECT_STENCIL) {
        pdl_walk_paint_box(walk, box, &state->fill, state->fill_alpha);
        return;
    }
    if (image->opaque && upright && state->fill_alpha >= 1 && !state->mixes && state->clip_is_box) {
        pdl_walk_cover(walk, box);
    }
    pdl_walk_mark_image(walk, box, frame, image);
}

static void draw_object(struct frame *frame)
{
    const struct pdl_source *source = frame->walk->source;
    struct pdl_object object = { .kind = PDL_OBJECT_NONE };
    if (frame->count == 0 || !source->object(source->ctx, frame->resources,
                                             frame->operands[frame->count - 1].text, &object)) {
        return; // viewers draw nothing for a name that is not there
    }
    if (object.kind == PDL_OBJECT_FORM) {
        pdl_walk_form(frame->walk, &object, frame->resources);
    } else if (object.kind == PDL_OBJECT_IMAGE || object.kind == PDL_OBJECT_STENCIL) {
        draw_image(frame, &object);
    }
    source->release(source->ctx, &object);
}

static void draw_shading(struct frame *frame)
{
    struct pdl_walk *walk = frame->walk;
    const struct pdl_source *source = walk->source;
    struct pdl_object object = { .kind = PDL_OBJECT_NONE };
    if (frame->count > 0 && walk_state(walk)->fill_alpha > 0 &&
        source->shading(source->ctx, frame->resources, frame->operands[frame->count - 1].text,
                        &object)) {
        struct thing thing = { object.shade, object.nominal, "shading", object.id, NULL };
        pdl_walk_mark_object(walk, walk_state(walk)->clip, frame, &thing);
        source->release(source->ctx, &object);
    }
}

static void set_graphics(struct frame *frame)
{
    const struct pdl_source *source = frame->walk->source;
    struct state *state = walk_state(frame->walk);
    struct pdl_graphics set = { .fill_alpha = -1, .stroke_alpha = -1, .line_width = -1 };
    if (frame->count == 0) {
        return;
    }
    source->graphics(source->ctx, frame->resources, frame->operands[frame->count - 1].text, &set);
    state->fill_alpha = set.fill_alpha >= 0 ? set.fill_alpha : state->fill_alpha;
    state->stroke_alpha = set.stroke_alpha >= 0 ? set.stroke_alpha : state->stroke_alpha;
    state->line_width = set.line_width >= 0 ? set.line_width : state->line_width;
    state->mixes = set.sets_mixing ? set.mixes : state->mixes;
    if (set.font != NULL) {
        state->font = set.font;
        state->font_size = set.font_size;
    }
}

// Marked content that is optional and switched off hides all that is nested in it.
static void begin_marked(struct frame *frame)
{
    struct pdl_walk *walk = frame->walk;
    const struct pdl_source *source = walk->source;
    if (walk->hidden > 0) {
        walk->hidden++;
        return;
    }
    if (frame->count == 2 && str_eq(frame->operands[0].text, STR("OC")) &&
        frame->operands[1].kind == PDL_NAME &&
        source->hidden(source->ctx, frame->resources, frame->operands[1].text)) {
        walk->hidden = 1;
    }
}

bool pdl_walk_op_object(struct frame *frame, uint32_t op)
{
    struct pdl_walk *walk = frame->walk;
    switch (op) {
    case OP2('D', 'o'): draw_object(frame); return true;
    case OP2('s', 'h'): draw_shading(frame); return true;
    case OP2('g', 's'): set_graphics(frame); return true;
    case OP2('B', 'I'): pdl_walk_inline_image(frame); return true;
    case OP3('B', 'D', 'C'):
    case OP3('B', 'M', 'C'): begin_marked(frame); return true;
    case OP3('E', 'M', 'C'): walk->hidden -= walk->hidden > 0; return true;
    case OP2('d', '1'): walk->color_locked |= walk->sheet != &walk->page; return true;
    }
    return false;
}
