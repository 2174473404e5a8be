// What the modules of the walk share: walk.c (streams, state), walk_mark.c (marks and verdicts),
// walk_paint.c (paths, colours, objects), walk_text.c (text).
#pragma once

#include "pdl/walk.h"

enum {
    WALK_OPERANDS_MAX = 48,
    WALK_STATES_MAX = 256,
    WALK_DEPTH_MAX = 20,
    WALK_MARKS_MAX = 16,
    WALK_POINTS_MAX = 6,
    WALK_VALUES_MAX = 4,      // of a colour that a reason shows
    WALK_COMPONENTS_MAX = 32, // of a DeviceN
    WALK_OPERATORS_MAX = 5000000,
};

struct frame;

struct paint {
    const struct pdl_space *space; // borrowed
    enum pdl_shade shade;
    bool inherit; // the colour of whoever draws this cell or glyph
    bool pattern; // may have holes
    bool nominal;
    int level; // depth at which it was set
    char op[4];
    size_t at;
    const struct pdl_stream *stream; // NULL: the initial colour
    double v[WALK_VALUES_MAX];
    int count;
    const char *what; // "pattern"; NULL: plain colour
    int what_id;
};

struct state {
    struct pdl_matrix ctm;
    struct pdl_rect clip;
    bool clip_is_box; // exactly
    bool mixes;
    struct paint fill;
    struct paint stroke;
    double line_width;
    bool round_caps;
    double fill_alpha;
    double stroke_alpha;
    const struct pdl_font *font;
    double font_size;
    double char_space;
    double word_space;
    double scale;
    double leading;
    double rise;
    int mode;
};

struct mark {
    struct pdl_rect box;
    enum pdl_shade shade; // PDL_COLOR or PDL_UNSURE
    bool late;            // an image whose colour is asked only if it matters
    void *image;
    char op[4];
    size_t at;
    int object;
    double v[WALK_VALUES_MAX];
    int count;
    const char *what; // "image", "pattern", …; NULL: plain colour
    int what_id;
    const char *why;
    int annotation;
};

// A page, a tiling cell or a glyph: where marks gather.
struct sheet {
    struct mark marks[WALK_MARKS_MAX];
    int mark_count;
    struct mark rest; // the union of those past the last; shade PDL_NOTHING: none
    bool inked;
    bool stays;           // there may be marks in grey beyond inks
    struct pdl_rect inks; // around all marks; holds where inked
    int forms;            // depth of forms that are walked
    bool inherits;
    bool nominal;
    int faint; // object of what may mark, or not, in grey; -1: one without a number; 0: nothing
               // does
    bool faint_annotation;
    int place; // object of the first mark that was inked
};

// What is painted by name, for its mark.
struct thing {
    enum pdl_shade shade;
    bool nominal;
    const char *what;
    int id; // 0: it has no number
    const char *why;
};

struct path {
    struct pdl_rect box;
    double x[WALK_POINTS_MAX];
    double y[WALK_POINTS_MAX];
    int points;
    int subpaths;
    long segments;
    bool curved;
    double at_x; // user space
    double at_y;
};

struct pdl_walk {
    const struct pdl_source *source; // borrowed
    struct state states[WALK_STATES_MAX];
    int state_at;
    struct sheet *sheet; // the innermost
    struct sheet page;
    struct path path;
    bool clip_waits;
    struct pdl_matrix text;
    struct pdl_matrix text_line;
    struct pdl_rect text_clip;
    int depth;
    int annotation;
    int here;          // object of the content that is walked
    bool color_locked; // uncoloured cell or glyph: colour operators do nothing
    bool may_cover;
    int hidden;  // depth of marked content that is switched off
    int low;     // lowest level of a colour that was marked with
    long strong; // marks in colour or unsure, seen or not
    long inks;   // marks, seen or not
    long operators_left;
    const char *doubt;
    int doubt_annotation; // in which it arose
};

struct frame {
    struct pdl_walk *walk;
    const struct pdl_stream *stream;
    const void *resources;
    struct pdl_lex lex;
    struct pdl_token operands[WALK_OPERANDS_MAX];
    int count;
    int state_base;
    int states_lost;
    int hidden_marks; // depth of BDC within hidden ones
    int marks;
    size_t op_at;
    char op[4];
};

static inline struct state *walk_state(struct pdl_walk *walk)
{
    return &walk->states[walk->state_at];
}

// The i-th operand as a number; 0 when it is none.
static inline double frame_number(const struct frame *frame, int i)
{
    return i >= 0 && i < frame->count && frame->operands[i].kind == PDL_NUMBER
               ? frame->operands[i].number
               : 0;
}

// Operators as numbers, so that a switch finds them.
#define OP1(a) ((uint32_t)(a))
#define OP2(a, b) ((uint32_t)(a) | (uint32_t)(b) << 8)
#define OP3(a, b, c) (OP2(a, b) | (uint32_t)(c) << 16)

void pdl_walk_run(struct pdl_walk *walk, const struct pdl_stream *stream, const void *resources);

// Each: false when the operator is not one of its own.
bool pdl_walk_op_path(struct frame *frame, uint32_t op);
bool pdl_walk_op_color(struct frame *frame, uint32_t op);
bool pdl_walk_op_text(struct frame *frame, uint32_t op);
bool pdl_walk_op_object(struct frame *frame, uint32_t op);

void pdl_walk_paint_box(struct pdl_walk *walk, struct pdl_rect box, const struct paint *paint,
                        double alpha);
void pdl_walk_mark_image(struct pdl_walk *walk, struct pdl_rect box, const struct frame *frame,
                         const struct pdl_object *image);
void pdl_walk_mark_object(struct pdl_walk *walk, struct pdl_rect box, const struct frame *frame,
                          const struct thing *thing);
void pdl_walk_faint(struct pdl_walk *walk, struct pdl_rect box); // may be a grey mark, or nothing
void pdl_walk_ink_form(struct pdl_walk *walk, const struct pdl_object *form);
void pdl_walk_cover(struct pdl_walk *walk, struct pdl_rect box);
bool pdl_walk_has_color(const struct sheet *sheet);

// Walks a cell or glyph by itself and keeps what it found in *memo.
void pdl_walk_alone(struct pdl_walk *walk, struct pdl_object *object, const void *resources,
                    struct pdl_memo *memo);
void pdl_walk_form(struct pdl_walk *walk, struct pdl_object *form, const void *resources);
void pdl_walk_inline_image(struct frame *frame);
int pdl_walk_part(const struct pdl_stream *stream, size_t at, size_t *within);
