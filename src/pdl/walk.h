// walk: whether the operators of a page put colour on it, and which of them did.
//
// Walks content streams (ISO 32000-2, 8 to 11) with the graphics state that bears on colour: spaces
// and colours, the matrix, clips as boxes, alpha, text position. A mark counts when its box meets
// the clip and nothing opaque covers it later. Forms are walked in place, tiling cells and Type 3
// glyphs once a document. Names are looked up through struct pdl_source, so the walk itself is
// pure: bytes in, verdict out. Depth, operators and saved states are capped; past a cap, and
// wherever geometry does not decide, the verdict is PDL_UNSURE and the page is to be drawn.
//
// Nominal colour asks less: a mark is made, wherever it lies and whatever covers it, in a space
// that can say colour. Only what is not painted at all (hidden layers, invisible text, alpha 0) is
// not.
#pragma once

#include "base/arena.h"
#include "pdl/color.h"
#include "pdl/geom.h"
#include "pdl/lex.h"

// What walking something once has shown; kept by the source for the whole document.
struct pdl_memo {
    bool active;   // it is being walked: drawing it now would never end
    bool known;    // the rest is set
    bool inherits; // also marks in the colour that is current where it is drawn
    bool nominal;  // marks in a space of colour
    enum pdl_shade shade;
};

enum pdl_object_kind {
    PDL_OBJECT_NONE, // nothing is drawn
    PDL_OBJECT_FORM,
    PDL_OBJECT_IMAGE,
    PDL_OBJECT_STENCIL, // an image mask: painted in the current colour
    PDL_OBJECT_TILING,
    PDL_OBJECT_SHADING,
    PDL_OBJECT_GLYPH,
};

struct pdl_object {
    enum pdl_object_kind kind;
    int id; // its object number; 0: it has none
    struct str content;
    const void *resources;
    struct pdl_matrix matrix;
    struct pdl_rect box;
    bool uncolored; // a tiling pattern that takes the colour it is set with
    bool opaque;    // an image without a mask
    bool nominal;   // a shading in a space of colour
    enum pdl_shade shade;
    struct pdl_memo *memo; // borrowed from the source; NULL: nothing is kept
    void *handle;          // the source's own
};

struct pdl_font {
    int id;
    bool type3;
    bool wide;                // two bytes a glyph
    bool embedded;            // it may draw what it likes, for a space too
    float widths[256];        // in em
    struct pdl_matrix matrix; // Type 3: of the glyph space
    const void *source;
};

// What a graphics state dictionary sets; a negative number or false leaves it as it is.
struct pdl_graphics {
    double fill_alpha;
    double stroke_alpha;
    double line_width;
    bool sets_mixing;
    bool mixes; // a blend mode or soft mask that may let through what lies below
    const struct pdl_font *font;
    double font_size;
};

struct pdl_inline {
    double width;
    double height;
    double bits;
    bool stencil;
    struct pdl_token space; // PDL_NAME or PDL_ARRAY; PDL_END: none
    struct pdl_token filter;
    struct pdl_token parameters;
    struct pdl_token decode;
    struct str data;
    const void *resources;
};

// Answers for names. A pointer that is given stays valid until the page's walk ends; release ends a
// form's, tiling's or glyph's content.
struct pdl_source {
    void *ctx;
    const struct pdl_space *(*space)(void *ctx, const void *resources,
                                     const struct pdl_token *name);
    enum pdl_shade (*tint)(void *ctx, const struct pdl_space *space, const double *v);
    bool (*object)(void *ctx, const void *resources, struct str name, struct pdl_object *object);
    bool (*pattern)(void *ctx, const void *resources, struct str name, struct pdl_object *object);
    bool (*shading)(void *ctx, const void *resources, struct str name, struct pdl_object *object);
    bool (*glyph)(void *ctx, const struct pdl_font *font, int code, const void *resources,
                  struct pdl_object *object);
    bool (*content)(void *ctx, struct pdl_object *object); // reads it, once it is needed
    void (*release)(void *ctx, struct pdl_object *object);
    const struct pdl_font *(*font)(void *ctx, const void *resources, struct str name);
    bool (*blank)(void *ctx, const struct pdl_font *font, int code); // a wide font calls it a space
    void (*graphics)(void *ctx, const void *resources, struct str name, struct pdl_graphics *set);
    bool (*hidden)(void *ctx, const void *resources, struct str name);
    enum pdl_shade (*image)(void *ctx, void *handle, const char **why);
    bool (*image_declares)(void *ctx, void *handle); // it is in a space of colour
    enum pdl_shade (*inline_image)(void *ctx, const struct pdl_inline *image, const char **why);
};

// Where a stream's bytes come from: parts in order, for reasons that name an object.
struct pdl_piece {
    size_t start;
    int object;
};

struct pdl_stream {
    struct str content;
    const struct pdl_piece *parts;
    size_t part_count; // at least 1
};

struct pdl_verdict {
    enum pdl_shade shade; // PDL_NOTHING: blank; PDL_GREY, PDL_COLOR or PDL_UNSURE
    bool nominal;
    int place;        // number of the object that decided it, or made a mark; 0: none has
    char reason[200]; // of PDL_COLOR and PDL_UNSURE
};

struct pdl_walk;

// One a document; lives in the arena. NULL at the arena's cap.
struct pdl_walk *pdl_walk_new(struct arena *arena, const struct pdl_source *source);

void pdl_walk_begin(struct pdl_walk *walk, struct pdl_rect clip);

// Fewer operators than the usual five million a page.
void pdl_walk_limit(struct pdl_walk *walk, long operators);

void pdl_walk_content(struct pdl_walk *walk, const struct pdl_stream *stream,
                      const void *resources);

// Draws a form, an annotation's appearance, under a matrix of its own. It is released.
void pdl_walk_annotation(struct pdl_walk *walk, struct pdl_object *form,
                         const struct pdl_matrix *matrix, int annotation);

// An annotation that is printed and says nothing of how it looks: viewers draw what they see fit.
struct pdl_bare {
    int id; // 0: it has no number
    struct pdl_rect box;
    bool color; // it names one
    bool nominal;
};
void pdl_walk_bare(struct pdl_walk *walk, const struct pdl_bare *annotation);

// Something of the page could not be read: colour elsewhere decides, else the page is unsure.
void pdl_walk_doubt(struct pdl_walk *walk, const char *why);

void pdl_walk_end(struct pdl_walk *walk, struct pdl_verdict *verdict);
