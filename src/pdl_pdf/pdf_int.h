// What the modules of pdl_pdf share. pdf.c: the document and its pages; names.c: resources by name;
// space.c and func.c: colour spaces and functions; image.c: pixels; stream.c: bytes.
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "pdl/walk.h"
#include "pdl_pdf/filter.h"
#include "pdl_pdf/pdf.h"
#include <qpdf/qpdf-c.h>
#include <zlib.h>

enum {
    PDF_NAME_MAX = 128,
    PDF_CONTENT_MAX = (64 << 20) - 1, // and the end that a buf adds
    PDF_FUNCTION_DEPTH = 8,
    PDF_SPACE_DEPTH = 8,
};

// Names already looked up on this page, in one resource dictionary.
struct names {
    qpdf_oh dict;
    struct names_slot *slots[64]; // in the page's arena
};

// A form's, cell's or glyph's stream on this page.
struct pdf_form {
    struct pdf_form *next; // in the page's arena
    qpdf_oh stream;
    struct buf content; // owned; freed with the page
    bool read;
    bool whole;
};

struct doc {
    qpdf_data qpdf;     // owned
    struct arena *keep; // what lives as long as the document; borrowed from its reader
    struct arena page;  // what lives as long as a page
    struct map objects; // by object number and kind; values in keep
    struct map off;     // optional content that is off, by object number
    bool has_off;
    z_stream zlib;
    bool zlib_ready;
    struct buf copy;        // of the document, mended; libqpdf reads it
    bool unlocked;          // the copy lacks its encryption: named crypt filters cannot be undone
    long shading_steps;     // of functions, that shadings have taken
    bool cut;               // it ends too early: pages that are missing are no surprise
    struct buf content;     // of the page
    struct pdf_form *forms; // of the page
    size_t forms_len;       // of their contents
    struct pdl_walk *walk;
    struct pdl_source source;
};

// Objects.
qpdf_oh pdl_pdf_key(struct doc *doc, qpdf_oh dict, const char *key); // key with its slash
int pdl_pdf_id(struct doc *doc, qpdf_oh oh);                         // 0: direct
bool pdl_pdf_name_is(struct doc *doc, qpdf_oh oh, const char *name); // name with its slash
double pdl_pdf_number(struct doc *doc, qpdf_oh oh, double otherwise);
int pdl_pdf_numbers(struct doc *doc, qpdf_oh array, double *v, int max);
bool pdl_pdf_rect(struct doc *doc, qpdf_oh array, struct pdl_rect *rect);
void pdl_pdf_matrix(struct doc *doc, qpdf_oh array, struct pdl_matrix *matrix);
qpdf_oh pdl_pdf_dict(struct doc *doc, qpdf_oh oh);      // of a stream, or the dictionary itself
bool pdl_pdf_is_hidden(struct doc *doc, qpdf_oh group); // optional content group or membership

// A thing kept for an object of this number; made zeroed when it is not there. NULL: id is 0 or the
// arena is full.
void *pdl_pdf_kept(struct doc *doc, int id, char kind, size_t size);

void pdl_pdf_annotations_walk(struct doc *doc, qpdf_oh page);

// The catalog: sets doc->off, and notes what does not count.
void pdl_pdf_catalog_read(struct doc *doc, qpdf_oh root, struct pdl_facts *facts);

// Streams.
enum pdf_filter {
    FILTER_NONE, // Crypt, which libqpdf undoes
    FILTER_FLATE,
    FILTER_LZW,
    FILTER_RUN_LENGTH,
    FILTER_ASCII85,
    FILTER_HEX,
    FILTER_DCT,
    FILTER_JPX,
    FILTER_BITS, // CCITT and JBIG2: one bit a pixel
    FILTER_OTHER,
};
struct pdf_step {
    enum pdf_filter filter;
    struct pdf_predictor predictor;
    bool late_change; // of LZW
};
enum { PDF_STEPS_MAX = 8 };
struct pdf_chain {
    struct pdf_step steps[PDF_STEPS_MAX];
    int count;
    bool unknown; // has a filter that is not known, or too many
};
enum pdf_filter pdl_pdf_stream_filter(struct str name); // without its slash
void pdl_pdf_chain_add(struct pdf_chain *chain, enum pdf_filter filter);
void pdl_pdf_chain_read(struct doc *doc, qpdf_oh dict, struct pdf_chain *chain);
// Undoes the first count filters and appends what they give. False: cannot be decoded, or only in
// part, which is kept.
bool pdl_pdf_chain_run(struct doc *doc, const struct pdf_chain *chain, int count, struct str in,
                       struct buf *out);
bool pdl_pdf_stream_add(struct doc *doc, qpdf_oh stream, struct buf *buf); // by its whole chain
bool pdl_pdf_stream_raw(struct doc *doc, qpdf_oh stream, unsigned char **bytes, size_t *len);
bool pdl_pdf_inflate_start(struct doc *doc, struct str raw);

// Functions.
struct pdf_function;
enum { PDF_OUT_MAX = 32 };
const struct pdf_function *pdl_pdf_function_read(struct doc *doc, qpdf_oh oh, int depth);
// How many steps a run takes, about.
long pdl_pdf_function_cost(const struct pdf_function *function);
// The number of outputs; 0: it cannot be run on this.
int pdl_pdf_function_run(const struct pdf_function *function, const double *in, int count,
                         double out[PDF_OUT_MAX]);

// Colour spaces.
const struct pdl_space *pdl_pdf_space_read(struct doc *doc, struct names *names, qpdf_oh oh,
                                           int depth);
const struct pdl_space *pdl_pdf_space_inline(struct doc *doc, struct names *names,
                                             const struct pdl_token *token);
enum pdl_shade pdl_pdf_space_shade(const struct pdl_space *space, const double *v);
enum pdl_shade pdl_pdf_shading_shade(struct doc *doc, struct names *names, qpdf_oh shading);

// Images.
struct pdf_image {
    qpdf_oh oh;
    struct names *names;
    int id;
    bool known;
    enum pdl_shade shade;
    const char *why;
};
enum pdl_shade pdl_pdf_image_judge(struct doc *doc, struct pdf_image *image);
enum pdl_shade pdl_pdf_image_inline(struct doc *doc, const struct pdl_inline *image,
                                    const char **why);

// What hides pixels of an image: a soft mask or stencil, or a range of colours.
struct pdf_mask {
    struct buf levels; // owned: a byte a pixel; 0 hides
    size_t width;
    size_t height;
    bool is_key;
    double key[2 * 4]; // least and most of each component's samples that are hidden
};

struct pdf_pixels { // how samples become colours
    const struct pdl_space *space;
    int components;
    int bits;
    uint32_t width;
    uint32_t height;
    uint32_t y; // the row that comes next
    bool has_decode;
    double decode[2 * 4];
    uint8_t lut[256];            // of one component: the shade of each code
    const struct pdf_mask *mask; // borrowed; NULL: all of it shows
    struct buf *levels;          // borrowed; it is a mask, whose levels are added here
    bool marks;                  // a pixel that is not white was seen
    bool until_mark;             // no colour is looked for: the first mark is enough
};

void pdl_pdf_source_init(struct doc *doc);
qpdf_oh pdl_pdf_names_key(struct doc *doc, struct names *names, const char *category,
                          struct str name);
struct names *pdl_pdf_names_of(struct doc *doc, qpdf_oh dict);
void pdl_pdf_forms_free(struct doc *doc);
void pdl_pdf_form_read(struct doc *doc, qpdf_oh form, struct pdl_object *object);
