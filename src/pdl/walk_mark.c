// walk_mark: marks on a sheet, what covers them, and the verdict with its reason.

#include "pdl/walk_int.h"

#include <stdio.h>

enum { ANNOTATION_TEXT = 48 };

#define WHY_BARE "without an appearance of its own, which can only be judged by drawing it"

bool pdl_walk_has_color(const struct sheet *sheet)
{
    for (int i = 0; i < sheet->mark_count; i++) {
        if (sheet->marks[i].shade == PDL_COLOR && !sheet->marks[i].late) {
            return true;
        }
    }
    return sheet->rest.shade == PDL_COLOR;
}

int pdl_walk_part(const struct pdl_stream *stream, size_t at, size_t *within)
{
    size_t i = stream->part_count - 1;
    while (i > 0 && stream->parts[i].start > at) {
        i--;
    }
    *within = at - stream->parts[i].start;
    return stream->parts[i].object;
}

// Past the last place the marks are one: they go only when all of them are covered.
static void sheet_add(struct sheet *sheet, const struct mark *mark)
{
    if (sheet->mark_count < WALK_MARKS_MAX) {
        sheet->marks[sheet->mark_count++] = *mark;
        return;
    }
    struct pdl_rect box = mark->box;
    if (sheet->rest.shade != PDL_NOTHING) {
        pdl_rect_add(&box, sheet->rest.box.x0, sheet->rest.box.y0);
        pdl_rect_add(&box, sheet->rest.box.x1, sheet->rest.box.y1);
    }
    if (sheet->rest.shade != PDL_COLOR) {
        sheet->rest = *mark;
    }
    sheet->rest.box = box;
}

// True when any of the mark can be seen; *box is cut to what can.
static bool mark_seen(struct pdl_walk *walk, struct pdl_rect *box, enum pdl_shade shade)
{
    if (shade == PDL_NOTHING || walk->hidden > 0) {
        return false;
    }
    walk->strong += shade >= PDL_COLOR;
    walk->inks += shade >= PDL_GREY;
    *box = pdl_rect_meet(*box, walk_state(walk)->clip);
    return !pdl_rect_is_empty(*box);
}

static int paint_place(const struct pdl_walk *walk, const struct paint *paint)
{
    size_t within = 0;
    return paint->what_id != 0     ? paint->what_id
           : paint->stream != NULL ? pdl_walk_part(paint->stream, paint->at, &within)
                                   : walk->here;
}

static void sheet_ink(struct sheet *sheet, struct pdl_rect box, int place)
{
    if (!sheet->inked) {
        sheet->inked = true;
        sheet->inks = box;
        sheet->place = place;
        return;
    }
    pdl_rect_add(&sheet->inks, box.x0, box.y0);
    pdl_rect_add(&sheet->inks, box.x1, box.y1);
}

// A form that was walked marks where its memo will say that it does: in all of its box.
void pdl_walk_ink_form(struct pdl_walk *walk, const struct pdl_object *form)
{
    struct pdl_matrix matrix = pdl_matrix_mul(&form->matrix, &walk_state(walk)->ctm);
    struct pdl_rect box = pdl_rect_map(&matrix, form->box);
    box = pdl_rect_meet(box, walk_state(walk)->clip);
    if (walk->sheet->inked && !pdl_rect_is_empty(box)) {
        sheet_ink(walk->sheet, box, 0);
    }
}

void pdl_walk_paint_box(struct pdl_walk *walk, struct pdl_rect box, const struct paint *paint,
                        double alpha)
{
    if (alpha <= 0) {
        return;
    }
    walk->low = paint->level < walk->low ? paint->level : walk->low;
    walk->sheet->nominal |= paint->nominal && walk->hidden == 0;
    enum pdl_shade shade = paint->inherit ? PDL_GREY : paint->shade;
    if (!mark_seen(walk, &box, shade)) {
        return;
    }
    struct sheet *sheet = walk->sheet;
    if (paint->inherit) {
        sheet->inherits = true;
        return;
    }
    if (shade >= PDL_GREY) {
        sheet_ink(sheet, box, sheet->inked ? 0 : paint_place(walk, paint));
    }
    if (shade < PDL_COLOR) {
        return;
    }
    struct mark mark = { .box = box,
                         .shade = shade,
                         .count = paint->count,
                         .what = paint->what,
                         .what_id = paint->what_id,
                         .annotation = walk->annotation };
    memcpy(mark.op, paint->op, sizeof(mark.op));
    memcpy(mark.v, paint->v, sizeof(mark.v));
    if (paint->stream != NULL) {
        mark.object = pdl_walk_part(paint->stream, paint->at, &mark.at);
    }
    sheet_add(sheet, &mark);
}

static struct mark object_mark(const struct pdl_walk *walk, const struct frame *frame,
                               struct pdl_rect box, const struct thing *thing)
{
    struct mark mark = { .box = box,
                         .shade = thing->shade,
                         .what = thing->what,
                         .what_id = thing->id,
                         .why = thing->why,
                         .annotation = walk->annotation };
    memcpy(mark.op, frame->op, sizeof(mark.op));
    mark.object = pdl_walk_part(frame->stream, frame->op_at, &mark.at);
    return mark;
}

void pdl_walk_mark_object(struct pdl_walk *walk, struct pdl_rect box, const struct frame *frame,
                          const struct thing *thing)
{
    struct sheet *sheet = walk->sheet;
    sheet->nominal |= thing->nominal && walk->hidden == 0;
    if (!mark_seen(walk, &box, thing->shade)) {
        return;
    }
    if (thing->shade >= PDL_GREY) {
        sheet_ink(sheet, box, thing->id != 0 ? thing->id : walk->here);
    }
    if (thing->shade >= PDL_COLOR) {
        struct mark mark = object_mark(walk, frame, box, thing);
        sheet_add(sheet, &mark);
    }
}

// An image on a page that is colour already is looked at only if that colour gets covered.
void pdl_walk_mark_image(struct pdl_walk *walk, struct pdl_rect box, const struct frame *frame,
                         const struct pdl_object *image)
{
    struct sheet *sheet = walk->sheet;
    struct pdl_rect seen = pdl_rect_meet(box, walk_state(walk)->clip);
    bool late = sheet->mark_count < WALK_MARKS_MAX && pdl_walk_has_color(sheet);
    const struct pdl_source *source = walk->source;
    struct thing thing = { .shade = PDL_COLOR, .what = "image", .id = image->id };
    sheet->nominal =
        sheet->nominal || (walk->hidden == 0 && source->image_declares(source->ctx, image->handle));
    if (late && walk->hidden == 0 && !pdl_rect_is_empty(seen)) {
        struct mark mark = object_mark(walk, frame, seen, &thing);
        mark.late = true;
        mark.image = image->handle;
        walk->strong++;
        sheet_ink(sheet, seen, image->id);
        sheet_add(sheet, &mark);
        return;
    }
    if (pdl_rect_is_empty(seen) || walk->hidden > 0) {
        walk->strong++; // what lies outside here may lie inside elsewhere
        return;
    }
    thing.shade = source->image(source->ctx, image->handle, &thing.why);
    pdl_walk_mark_object(walk, box, frame, &thing);
}

void pdl_walk_cover(struct pdl_walk *walk, struct pdl_rect box)
{
    struct sheet *sheet = walk->sheet;
    if (!walk->may_cover || walk->hidden > 0) {
        return;
    }
    box = pdl_rect_meet(box, walk_state(walk)->clip);
    int kept = 0;
    for (int i = 0; i < sheet->mark_count; i++) {
        if (!pdl_rect_holds(box, sheet->marks[i].box)) {
            sheet->marks[kept++] = sheet->marks[i];
        }
    }
    sheet->mark_count = kept;
    if (sheet->rest.shade != PDL_NOTHING && pdl_rect_holds(box, sheet->rest.box)) {
        sheet->rest.shade = PDL_NOTHING;
    }
    // What a form covers it covers always, yet where its memo stands for it nobody sees that.
    if (sheet->inked && !sheet->stays && sheet->forms == 0 && pdl_rect_holds(box, sheet->inks)) {
        sheet->inked = false;
    }
}

// The mark that decides: colour that is sure, colour of images asked now, then doubt.
static const struct mark *sheet_decide(struct pdl_walk *walk, struct sheet *sheet)
{
    const struct mark *unsure = sheet->rest.shade == PDL_UNSURE ? &sheet->rest : NULL;
    for (int i = 0; i < sheet->mark_count; i++) {
        if (sheet->marks[i].shade == PDL_COLOR && !sheet->marks[i].late) {
            return &sheet->marks[i];
        }
    }
    if (sheet->rest.shade == PDL_COLOR) {
        return &sheet->rest;
    }
    for (int i = 0; i < sheet->mark_count; i++) {
        struct mark *mark = &sheet->marks[i];
        if (mark->late) {
            mark->late = false;
            mark->shade = walk->source->image(walk->source->ctx, mark->image, &mark->why);
        }
        if (mark->shade == PDL_COLOR) {
            return mark;
        }
        unsure = unsure == NULL && mark->shade == PDL_UNSURE ? mark : unsure;
    }
    return unsure;
}

static void reason_values(const struct mark *mark, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < mark->count && at < size; i++) {
        int wrote = snprintf(text + at, size - at, " %.4g", mark->v[i]);
        at += wrote > 0 ? (size_t)wrote : 0;
    }
}

void pdl_walk_bare(struct pdl_walk *walk, const struct pdl_bare *annotation)
{
    struct pdl_rect clip = walk->states[0].clip;
    struct pdl_rect box = annotation->box;
    box = pdl_rect_meet(pdl_rect_is_empty(box) ? clip : box, clip);
    struct sheet *sheet = walk->sheet;
    if (pdl_rect_is_empty(box)) {
        return;
    }
    sheet->nominal |= annotation->nominal;
    if (annotation->color) {
        struct mark mark = { .box = box,
                             .shade = PDL_UNSURE,
                             .what = "annotation",
                             .what_id = annotation->id,
                             .why = WHY_BARE };
        sheet_add(sheet, &mark);
    } else {
        sheet->faint = annotation->id != 0 ? annotation->id : -1;
        sheet->faint_annotation = true;
    }
}

void pdl_walk_faint(struct pdl_walk *walk, struct pdl_rect box)
{
    struct sheet *sheet = walk->sheet;
    box = pdl_rect_meet(box, walk_state(walk)->clip);
    if (sheet->faint == 0 && walk->hidden == 0 && !pdl_rect_is_empty(box)) {
        sheet->faint = walk->here != 0 ? walk->here : -1;
        sheet->faint_annotation = walk->annotation != 0;
    }
}

static void annotation_write(int annotation, char *text, size_t size)
{
    text[0] = '\0';
    if (annotation > 0) {
        (void)snprintf(text, size, "annotation object %d: ", annotation);
    } else if (annotation < 0) {
        (void)snprintf(text, size, "annotation of the page: ");
    }
}

static void reason_write(const struct mark *mark, char *reason, size_t size)
{
    char where[80];
    char values[80];
    char annotation[ANNOTATION_TEXT];
    annotation_write(mark->annotation, annotation, sizeof(annotation));
    (void)snprintf(where, sizeof(where), "operator %.3s at byte %zu of content object %d", mark->op,
                   mark->at, mark->object);
    reason_values(mark, values, sizeof(values));
    if (mark->what == NULL) {
        (void)snprintf(reason, size, "%s%s paints %s%s", annotation, where,
                       mark->shade == PDL_COLOR ? "with" : "what only drawing can tell, with",
                       values);
    } else if (mark->what_id != 0) {
        (void)snprintf(reason, size, "%s%s object %d %s", annotation, mark->what, mark->what_id,
                       mark->why != NULL          ? mark->why
                       : mark->shade == PDL_COLOR ? "has colour"
                                                  : "can only be judged by drawing it");
    } else if (mark->op[0] == '\0') {
        (void)snprintf(reason, size, "%s of the page %s", mark->what, mark->why);
    } else {
        (void)snprintf(reason, size, "%s%s: %s %s", annotation, where, mark->what,
                       mark->why != NULL          ? mark->why
                       : mark->shade == PDL_COLOR ? "has colour"
                                                  : "can only be judged by drawing it");
    }
}

void pdl_walk_end(struct pdl_walk *walk, struct pdl_verdict *verdict)
{
    const struct mark *mark = sheet_decide(walk, &walk->page);
    verdict->reason[0] = '\0';
    verdict->nominal = walk->page.nominal;
    verdict->place = walk->page.inked ? walk->page.place : 0;
    if (mark != NULL) {
        verdict->shade = mark->shade;
        verdict->nominal |= mark->shade == PDL_COLOR;
        verdict->place = mark->what_id != 0 ? mark->what_id : mark->object;
        reason_write(mark, verdict->reason, sizeof(verdict->reason));
    } else {
        verdict->shade = walk->page.inked ? PDL_GREY : PDL_NOTHING;
    }
    if (verdict->shade == PDL_NOTHING && walk->page.faint != 0) {
        bool annotation = walk->page.faint_annotation;
        verdict->shade = PDL_UNSURE;
        verdict->place = walk->page.faint > 0 ? walk->page.faint : 0;
        (void)snprintf(verdict->reason, sizeof(verdict->reason), "%s",
                       annotation
                           ? "annotation " WHY_BARE
                           : "it shows only spaces, of a font of its own that may draw them");
    }
    if (walk->operators_left <= 0) {
        walk->doubt = "it has more operators than are walked";
        walk->doubt_annotation = 0;
    }
    if (walk->doubt != NULL && verdict->shade != PDL_COLOR) {
        verdict->shade = PDL_UNSURE;
        char annotation[ANNOTATION_TEXT];
        annotation_write(walk->doubt_annotation, annotation, sizeof(annotation));
        (void)snprintf(verdict->reason, sizeof(verdict->reason), "%s%s", annotation, walk->doubt);
    }
}

void pdl_walk_alone(struct pdl_walk *walk, struct pdl_object *object, const void *resources,
                    struct pdl_memo *memo)
{
    if (walk->depth >= WALK_DEPTH_MAX || walk->state_at + 1 >= WALK_STATES_MAX ||
        !walk->source->content(walk->source->ctx, object)) {
        *memo = (struct pdl_memo){ .known = true, .shade = PDL_UNSURE };
        return;
    }
    struct sheet sheet = { .rest = { .shade = PDL_NOTHING } };
    struct sheet *outer = walk->sheet;
    struct path path = walk->path;
    struct pdl_matrix text = walk->text;
    struct pdl_matrix text_line = walk->text_line;
    bool locked = walk->color_locked;
    bool may_cover = walk->may_cover;
    int hidden = walk->hidden;
    int low = walk->low;
    // cppcheck-suppress autoVariables
    walk->sheet = &sheet; // until the end of this function, which puts back the outer one
    walk->may_cover = true;
    walk->hidden = 0;
    walk->color_locked = object->uncolored;
    struct state *state = &walk->states[walk->state_at + 1];
    struct paint inherit = { .space = &pdl_color_gray, .inherit = true, .shade = PDL_GREY };
    *state = (struct state){ .ctm = object->matrix,
                             .clip = object->kind == PDL_OBJECT_TILING
                                         ? pdl_rect_map(&object->matrix, object->box)
                                         : PDL_RECT_ALL,
                             .clip_is_box = true,
                             .fill = inherit,
                             .stroke = inherit,
                             .line_width = 1,
                             .fill_alpha = 1,
                             .stroke_alpha = 1,
                             .scale = 1 };
    if (object->kind == PDL_OBJECT_TILING && !object->uncolored) {
        state->fill.inherit = state->stroke.inherit = false;
    }
    struct pdl_piece part = { 0, object->id };
    struct pdl_stream stream = { object->content, &part, 1 };
    walk->state_at++;
    memo->active = true;
    pdl_walk_run(walk, &stream, object->resources != NULL ? object->resources : resources);
    walk->state_at--;
    const struct mark *mark = sheet_decide(walk, &sheet);
    *memo = (struct pdl_memo){ .known = true,
                               .inherits = sheet.inherits,
                               .nominal = sheet.nominal,
                               .shade = mark != NULL  ? mark->shade
                                        : sheet.inked ? PDL_GREY
                                                      : PDL_NOTHING };
    walk->sheet = outer;
    walk->path = path;
    walk->text = text;
    walk->text_line = text_line;
    walk->color_locked = locked;
    walk->may_cover = may_cover;
    walk->hidden = hidden;
    walk->low = low;
}
