// What the modules of pdl_xps share. part.c: parts and relationships; xml.c: markup as events and
// trees; ticket.c: print tickets; geometry.c and color.c: values of attributes; brush.c: what a
// brush paints; page.c: the walk over a page; xps.c: the order of it all.
#pragma once

#include "pdl/color.h"
#include "pdl/facts.h"
#include "pdl/geom.h"
#include "pdl_pack/zip.h"

enum {
    PDL_XPS_PART_MAX = 64 << 20,
    PDL_XPS_TREE_MAX = 32 << 20, // of one element with all that is in it
    PDL_XPS_DEPTH_MAX = 64,      // of elements that are walked within each other
};

// --- parts --------------------------------------------------------------------------------------

struct pdl_xps {
    struct pdl_pack_zip zip;
    struct arena *arena; // of the document; borrowed
    struct map images;   // judged ones by name; values in arena
    struct map profiles; // pdl_color spaces by the profile's name
    struct map remotes;  // resource dictionaries by name; values in arena
    struct map pages;    // judged ones by name; values in arena
    int64_t deadline;    // monotonic, in milliseconds
};

// Appends the part, its pieces joined. The text completes "The part ...".
bool pdl_xps_part_read(struct pdl_xps *xps, struct str name, struct buf *to,
                       struct err *err) CC_MUST_USE;
bool pdl_xps_part_exists(const struct pdl_xps *xps, struct str name);
// Where the part, or its first piece, is in the document.
uint64_t pdl_xps_part_place(const struct pdl_xps *xps, struct str name);

// The part that a reference in the part `from` names; in the arena.
struct str pdl_xps_part_resolve(struct arena *arena, struct str from, struct str reference);

// The target of the first relationship of a part ("": of the package) whose type ends so; empty
// when there is none.
struct str pdl_xps_part_related(struct pdl_xps *xps, struct str part, const char *type_end);

// --- markup -------------------------------------------------------------------------------------

struct pdl_xps_attribute {
    const char *name; // without its namespace
    struct str value;
};

struct pdl_xps_node {
    const char *name; // without its namespace
    struct pdl_xps_attribute *attributes;
    size_t attribute_count;
    struct pdl_xps_node *first;
    struct pdl_xps_node *last;
    struct pdl_xps_node *next;
    struct pdl_xps_node *up;
    struct str text; // of an element that has no other in it
    uint8_t memo;    // of a brush: 1 + enum pdl_shade, once it is known
    bool memo_nominal;
    bool active; // it is being walked
};

enum pdl_xps_take {
    PDL_XPS_ENTER, // its children are asked for one by one
    PDL_XPS_TREE,  // it is given as a tree, which is forgotten then
    PDL_XPS_KEEP,  // it is given as a tree, which stays in the arena
    PDL_XPS_SKIP,
    PDL_XPS_STOP, // all is known
};

struct pdl_xps_markup {
    void *context;
    struct arena *keep; // for trees that stay
    // element has its attributes, but no children yet.
    enum pdl_xps_take (*open)(void *context, const struct pdl_xps_node *element);
    void (*tree)(void *context, struct pdl_xps_node *tree);
    void (*close)(void *context, const char *name); // of one that was entered
    int64_t deadline;
};

// Markup compatibility (mc:) is resolved to its fallbacks. False: it is not well-formed, has a
// document type, or is too large; the text completes "The part ...".
bool pdl_xps_markup_read(const struct pdl_xps_markup *markup, struct str bytes,
                         struct err *err) CC_MUST_USE;

struct str pdl_xps_attribute(const struct pdl_xps_node *node, const char *name);
const struct pdl_xps_node *pdl_xps_child(const struct pdl_xps_node *node, const char *name);

// --- values -------------------------------------------------------------------------------------

// Takes a number from the start of the text, past white space and a comma; false: there is none.
bool pdl_xps_number(struct str *text, double *value);
double pdl_xps_number_of(struct str text, double otherwise);
bool pdl_xps_matrix(struct str text, struct pdl_matrix *matrix);

// A box that holds the geometry; empty where there is none.
struct pdl_rect pdl_xps_path_box(struct str data);
struct pdl_rect pdl_xps_geometry_box(const struct pdl_xps_node *geometry);

struct pdl_xps_color {
    double v[4];
    double alpha;
    enum pdl_space_family family; // PDL_SPACE_UNKNOWN: of a profile
    struct str profile;           // the reference to it
    int count;
};
bool pdl_xps_color_read(struct str text, struct pdl_xps_color *color);

// What is seen of a colour through this much alpha, whatever grey is below it.
enum pdl_shade pdl_xps_color_shade(const struct pdl_xps_color *color, double alpha);
bool pdl_xps_color_declares(const struct pdl_xps_color *color);

// --- the walk -----------------------------------------------------------------------------------

struct pdl_xps_dictionary {
    struct arena *arena; // of its items; borrowed
    const struct pdl_xps_dictionary *up;
    const struct pdl_xps_dictionary *remote; // one that is a part of its own, or NULL
    struct map items;                        // owned: of struct pdl_xps_item, in an arena
};

struct pdl_xps_item {
    struct pdl_xps_node *node;
    struct str part; // that its references are in
};

// Where a brush is used.
struct pdl_xps_scope {
    struct pdl_xps *xps;
    const struct pdl_xps_dictionary *dictionary;
    struct arena *keep; // of the page; borrowed
    struct str part;
    double alpha;
    int depth;
};

struct pdl_xps_paint {
    enum pdl_shade shade;
    bool nominal;
    const char *what;  // of the colour, or of what is not sure
    struct str detail; // the colour, or the picture's name
    uint64_t place;    // 0: of the page
};

// A value that is an attribute or a property element, and what "{StaticResource …}" stands for.
struct pdl_xps_value {
    struct str text;
    struct pdl_xps_node *node;
    struct str part; // that its references are in
};
struct pdl_xps_value pdl_xps_value_of(const struct pdl_xps_scope *scope,
                                      const struct pdl_xps_node *node, const char *name);

struct pdl_xps_paint pdl_xps_brush_judge(const struct pdl_xps_scope *scope,
                                         const struct pdl_xps_value *brush);
struct pdl_xps_paint pdl_xps_paint_both(struct pdl_xps_paint a, struct pdl_xps_paint b);

// Of a visual in a brush: all of it is taken as seen.
struct pdl_xps_paint pdl_xps_visual_judge(const struct pdl_xps_scope *scope,
                                          struct pdl_xps_node *visual);

// Puts the items of a ResourceDictionary, its own or those of the part it names, in the dictionary.
void pdl_xps_dictionary_fill(struct pdl_xps *xps, struct pdl_xps_dictionary *dictionary,
                             const struct pdl_xps_node *element, struct str part);
void pdl_xps_dictionary_free(struct pdl_xps_dictionary *dictionary);

struct pdl_xps_page {
    double width; // of 1/96 inch; 0: not known
    double height;
    enum pdl_shade shade;
    bool nominal;
    bool whole;        // its markup was read to its end, or as far as its colour
    uint64_t place;    // in the document
    struct str reason; // of colour, or of doubt; in the arena
    uint32_t referred; // how often it was asked for
};
const struct pdl_xps_page *pdl_xps_page_judge(struct pdl_xps *xps, struct str part);

// --- tickets ------------------------------------------------------------------------------------

struct pdl_xps_ticket {
    uint32_t job_copies;
    uint32_t document_copies;
    uint32_t page_copies; // 0: it does not say, as with all of them
    uint32_t sides;       // enum pdl_sides
    bool is_contiguous;   // documents share sheets
    uint32_t number_up;
    bool is_booklet;
    bool has_covers;
    bool is_mono;
};

// Adds to the ticket what the one that is related to this part says.
void pdl_xps_ticket_add(struct pdl_xps *xps, struct str part, struct pdl_xps_ticket *ticket);
