// page: the walk over a fixed page (ECMA-388, 10 to 12): which of its marks are within the page and
// their clips, both as boxes, and what they paint. See xps_int.h.
// no unit test: tests/unit/pdl_xps/test_xps.c has pages of all kinds judged with it.

#include "pdl_xps/xps_int.h"

#include "base/clk.h"

enum { EM_AROUND = 2, LINE_FAR = 1000000, DETAIL_MAX = 100 };

struct state {
    struct pdl_xps_scope scope;
    struct pdl_matrix matrix;
    struct pdl_rect clip;
    struct pdl_xps_dictionary own; // owned; scope.dictionary points here where it is filled
};

struct walk {
    struct pdl_xps *xps;
    struct pdl_xps_page *page;
    struct str part;
    int depth; // states in use
    bool is_page;
    struct pdl_xps_paint paint;
    struct arena keep; // what lives as long as the page
    struct state states[PDL_XPS_DEPTH_MAX];
};

static struct pdl_rect box_map(const struct pdl_matrix *matrix, struct pdl_rect box)
{
    return box.x0 > box.x1 || box.y0 > box.y1 ? PDL_RECT_NONE : pdl_rect_map(matrix, box);
}

// --- what is common to canvases and marks -------------------------------------------------------

static void transform_apply(struct state *state, const struct pdl_xps_value *transform)
{
    struct pdl_matrix own;
    struct str text =
        transform->node == NULL ? transform->text : pdl_xps_attribute(transform->node, "Matrix");
    if (pdl_xps_matrix(text, &own)) {
        state->matrix = pdl_matrix_mul(&own, &state->matrix);
    }
}

static struct pdl_rect geometry_box(const struct pdl_xps_value *geometry)
{
    return geometry->node == NULL ? pdl_xps_path_box(geometry->text)
                                  : pdl_xps_geometry_box(geometry->node);
}

static void clip_apply(struct state *state, const struct pdl_xps_value *clip)
{
    if (clip->node != NULL || clip->text.len > 0) {
        state->clip = pdl_rect_meet(state->clip, box_map(&state->matrix, geometry_box(clip)));
    }
}

static void mask_apply(struct state *state, const struct pdl_xps_value *mask)
{
    struct pdl_xps_scope scope = state->scope;
    scope.alpha = 1;
    if ((mask->node != NULL || mask->text.len > 0) &&
        pdl_xps_brush_judge(&scope, mask).shade == PDL_NOTHING) {
        state->scope.alpha = 0;
    }
}

// The state within an element, by its attributes and property elements.
static struct state state_within(const struct state *outer, const struct pdl_xps_node *element)
{
    struct state state = *outer;
    state.own = (struct pdl_xps_dictionary){ .up = outer->scope.dictionary };
    struct pdl_xps_value transform = pdl_xps_value_of(&state.scope, element, "RenderTransform");
    struct pdl_xps_value clip = pdl_xps_value_of(&state.scope, element, "Clip");
    struct pdl_xps_value mask = pdl_xps_value_of(&state.scope, element, "OpacityMask");
    state.scope.alpha *= pdl_xps_number_of(pdl_xps_attribute(element, "Opacity"), 1);
    transform_apply(&state, &transform);
    clip_apply(&state, &clip);
    mask_apply(&state, &mask);
    return state;
}

static bool is_seen(const struct state *state, struct pdl_rect box)
{
    return !pdl_rect_is_empty(pdl_rect_meet(box_map(&state->matrix, box), state->clip));
}

// --- marks --------------------------------------------------------------------------------------

static struct pdl_xps_paint path_judge(const struct state *outer, const struct pdl_xps_node *path)
{
    struct pdl_xps_paint paint = { .shade = PDL_NOTHING };
    struct state state = state_within(outer, path);
    struct pdl_xps_value data = pdl_xps_value_of(&state.scope, path, "Data");
    struct pdl_rect box = geometry_box(&data);
    if (state.scope.alpha <= 0 || box.x0 > box.x1) {
        return paint;
    }
    if (!pdl_rect_is_empty(box) && is_seen(&state, box)) {
        struct pdl_xps_value fill = pdl_xps_value_of(&state.scope, path, "Fill");
        paint = pdl_xps_brush_judge(&state.scope, &fill);
    }
    double thick = pdl_xps_number_of(pdl_xps_attribute(path, "StrokeThickness"), 1);
    box = (struct pdl_rect){ box.x0 - thick, box.y0 - thick, box.x1 + thick, box.y1 + thick };
    if (thick > 0 && is_seen(&state, box)) {
        struct pdl_xps_value stroke = pdl_xps_value_of(&state.scope, path, "Stroke");
        paint = pdl_xps_paint_both(paint, pdl_xps_brush_judge(&state.scope, &stroke));
    }
    return paint;
}

static bool shows_glyphs(const struct pdl_xps_node *glyphs)
{
    struct str text = pdl_xps_attribute(glyphs, "UnicodeString");
    struct str indices = pdl_xps_attribute(glyphs, "Indices");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t' && text.ptr[i] != '\n') {
            return true;
        }
    }
    return text.len == 0 && indices.len > 0;
}

// How far a line of text reaches is its font's to say: to the page's end, as it is read.
static struct pdl_rect glyphs_box(const struct pdl_xps_node *glyphs, double em)
{
    double x = pdl_xps_number_of(pdl_xps_attribute(glyphs, "OriginX"), 0);
    double y = pdl_xps_number_of(pdl_xps_attribute(glyphs, "OriginY"), 0);
    double level = pdl_xps_number_of(pdl_xps_attribute(glyphs, "BidiLevel"), 0);
    bool is_leftward = level >= 1 && (int)(level < 100 ? level : 0) % 2 == 1;
    double around = em * EM_AROUND;
    return (struct pdl_rect){ is_leftward ? x - LINE_FAR : x - around, y - around,
                              is_leftward ? x + around : x + LINE_FAR, y + around };
}

static struct pdl_xps_paint glyphs_judge(const struct state *outer,
                                         const struct pdl_xps_node *glyphs)
{
    struct state state = state_within(outer, glyphs);
    double em = pdl_xps_number_of(pdl_xps_attribute(glyphs, "FontRenderingEmSize"), 0);
    if (state.scope.alpha <= 0 || em <= 0 || !shows_glyphs(glyphs) ||
        !is_seen(&state, glyphs_box(glyphs, em))) {
        return (struct pdl_xps_paint){ .shade = PDL_NOTHING };
    }
    struct pdl_xps_value fill = pdl_xps_value_of(&state.scope, glyphs, "Fill");
    return pdl_xps_brush_judge(&state.scope, &fill);
}

static void dictionary_take(struct state *state, const struct pdl_xps_node *resources)
{
    state->own.up =
        state->scope.dictionary == &state->own ? state->own.up : state->scope.dictionary;
    state->own.arena = state->scope.keep;
    for (const struct pdl_xps_node *node = resources->first; node != NULL; node = node->next) {
        pdl_xps_dictionary_fill(state->scope.xps, &state->own, node, state->scope.part);
    }
    state->scope.dictionary = &state->own;
}

static struct pdl_xps_paint tree_judge(const struct state *outer, struct pdl_xps_node *node);

static struct pdl_xps_paint canvas_judge(const struct state *outer, struct pdl_xps_node *canvas)
{
    struct pdl_xps_paint paint = { .shade = PDL_NOTHING };
    struct state with = *outer;
    const struct pdl_xps_node *resources = pdl_xps_child(canvas, "Canvas.Resources");
    with.own = (struct pdl_xps_dictionary){ .up = outer->scope.dictionary };
    with.scope.depth++;
    if (with.scope.depth > PDL_XPS_DEPTH_MAX) {
        return (struct pdl_xps_paint){ .shade = PDL_UNSURE, .nominal = true, .what = "a canvas" };
    }
    if (resources != NULL) {
        dictionary_take(&with, resources);
    }
    struct state state = state_within(&with, canvas);
    for (struct pdl_xps_node *node = canvas->first; node != NULL && paint.shade != PDL_COLOR;
         node = node->next) {
        paint = pdl_xps_paint_both(paint, tree_judge(&state, node));
    }
    pdl_xps_dictionary_free(&with.own);
    return paint;
}

static struct pdl_xps_paint tree_judge(const struct state *outer, struct pdl_xps_node *node)
{
    if (strcmp(node->name, "Path") == 0) {
        return path_judge(outer, node);
    }
    if (strcmp(node->name, "Glyphs") == 0) {
        return glyphs_judge(outer, node);
    }
    if (strcmp(node->name, "Canvas") == 0) {
        return canvas_judge(outer, node);
    }
    return (struct pdl_xps_paint){ .shade = PDL_NOTHING };
}

struct pdl_xps_paint pdl_xps_visual_judge(const struct pdl_xps_scope *scope,
                                          struct pdl_xps_node *visual)
{
    struct state state = { .scope = *scope, .matrix = PDL_IDENTITY, .clip = PDL_RECT_ALL };
    return tree_judge(&state, visual);
}

// --- the page -----------------------------------------------------------------------------------

static void page_begin(struct walk *walk, const struct pdl_xps_node *element)
{
    struct state *state = &walk->states[0];
    walk->page->width = pdl_xps_number_of(pdl_xps_attribute(element, "Width"), 0);
    walk->page->height = pdl_xps_number_of(pdl_xps_attribute(element, "Height"), 0);
    walk->is_page = true;
    walk->depth = 1;
    *state = (struct state){
        .scope = { .xps = walk->xps, .part = walk->part, .keep = &walk->keep, .alpha = 1 },
        .matrix = PDL_IDENTITY,
        .clip = { 0, 0, walk->page->width, walk->page->height }
    };
}

static bool is_property(const char *name, const char *property)
{
    const char *dot = strchr(name, '.');
    return dot != NULL && strcmp(dot + 1, property) == 0;
}

static enum pdl_xps_take canvas_begin(struct walk *walk, const struct pdl_xps_node *element)
{
    if (walk->depth == PDL_XPS_DEPTH_MAX) {
        struct pdl_xps_paint unsure = { PDL_UNSURE, true, "a canvas", STR(""), 0 };
        walk->paint = pdl_xps_paint_both(walk->paint, unsure);
        return PDL_XPS_SKIP;
    }
    walk->states[walk->depth] = state_within(&walk->states[walk->depth - 1], element);
    walk->depth++;
    return PDL_XPS_ENTER;
}

static enum pdl_xps_take page_open(void *context, const struct pdl_xps_node *element)
{
    struct walk *walk = context;
    const char *name = element->name;
    if (!walk->is_page) {
        if (strcmp(name, "FixedPage") != 0) {
            return PDL_XPS_STOP;
        }
        page_begin(walk, element);
        return PDL_XPS_ENTER;
    }
    if (walk->paint.shade == PDL_COLOR) {
        return PDL_XPS_STOP;
    }
    if (strcmp(name, "Canvas") == 0) {
        return canvas_begin(walk, element);
    }
    if (strcmp(name, "Path") == 0 || strcmp(name, "Glyphs") == 0 ||
        is_property(name, "RenderTransform") || is_property(name, "Clip") ||
        is_property(name, "OpacityMask")) {
        return PDL_XPS_TREE;
    }
    return is_property(name, "Resources") ? PDL_XPS_KEEP : PDL_XPS_SKIP;
}

static void page_tree(void *context, struct pdl_xps_node *tree)
{
    struct walk *walk = context;
    struct state *state = &walk->states[walk->depth - 1];
    struct pdl_xps_value value = { .text = STR(""), .node = tree->first, .part = walk->part };
    if (is_property(tree->name, "Resources")) {
        dictionary_take(state, tree);
    } else if (is_property(tree->name, "RenderTransform")) {
        transform_apply(state, &value);
    } else if (is_property(tree->name, "Clip")) {
        clip_apply(state, &value);
    } else if (is_property(tree->name, "OpacityMask")) {
        mask_apply(state, &value);
    } else {
        struct pdl_xps_paint paint = tree_judge(state, tree);
        if (pdl_color_both(walk->paint.shade, paint.shade) != walk->paint.shade) {
            paint.detail = arena_copy(walk->xps->arena, paint.detail); // the tree is forgotten
        }
        walk->paint = pdl_xps_paint_both(walk->paint, paint);
    }
}

static void state_drop(struct walk *walk)
{
    walk->depth--;
    pdl_xps_dictionary_free(&walk->states[walk->depth].own);
}

static void page_close(void *context, const char *name)
{
    (void)name;
    state_drop(context);
}

static void page_tell(struct walk *walk, const char *why)
{
    struct pdl_xps_page *page = walk->page;
    const struct pdl_xps_paint *paint = &walk->paint;
    const char *detail = paint->detail.ptr == NULL ? "" : paint->detail.ptr;
    int len = (int)(paint->detail.len < DETAIL_MAX ? paint->detail.len : DETAIL_MAX);
    const char *end = paint->shade == PDL_COLOR
                          ? paint->place > 0 ? "has a coloured pixel" : "is painted"
                          : "is in a form that is not read here: colour assumed";
    char *reason = NULL;
    page->shade = paint->shade;
    page->nominal = paint->nominal || paint->shade == PDL_COLOR;
    page->place = paint->place > 0 ? paint->place : page->place;
    if (why != NULL) {
        reason = arena_textf(walk->xps->arena, "its markup %s: colour assumed", why);
    } else if (paint->shade >= PDL_COLOR) {
        reason = arena_textf(walk->xps->arena, "%s%s%.*s %s", paint->what, len > 0 ? " " : "", len,
                             detail, end);
    }
    page->reason = reason == NULL ? STR("") : str_of(reason);
}

static void page_walk(struct walk *walk)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(PDL_XPS_PART_MAX);
    struct pdl_xps_markup markup = { .context = walk,
                                     .keep = &walk->keep,
                                     .open = page_open,
                                     .tree = page_tree,
                                     .close = page_close,
                                     .deadline = walk->xps->deadline };
    struct err err = { .text = "takes too long to be read" };
    bool ok = clk_mono_ms() <= walk->xps->deadline &&
              pdl_xps_part_read(walk->xps, walk->part, &bytes, &err) &&
              pdl_xps_markup_read(&markup, buf_str(&bytes), &err);
    while (walk->depth > 0) {
        state_drop(walk);
    }
    walk->page->whole = ok && walk->is_page;
    page_tell(walk, walk->page->whole || walk->paint.shade == PDL_COLOR ? NULL
                    : ok                                                ? "is no fixed page"
                                                                        : err.text);
}

const struct pdl_xps_page *pdl_xps_page_judge(struct pdl_xps *xps, struct str part)
{
    struct pdl_xps_page *page = map_find(&xps->pages, part);
    if (page == NULL) {
        struct walk walk = { .xps = xps,
                             .part = part,
                             .paint = { .shade = PDL_NOTHING },
                             .keep = ARENA_CAP(PDL_XPS_TREE_MAX) };
        page = arena_new(xps->arena, sizeof(*page));
        if (page == NULL) {
            return NULL;
        }
        page->place = pdl_xps_part_place(xps, part);
        walk.page = page;
        page_walk(&walk);
        arena_free(&walk.keep);
        map_set(&xps->pages, part, page);
    }
    page->referred++;
    return page;
}
