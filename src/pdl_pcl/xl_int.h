// What the modules of PCL XL share: xl.c (tags, operators), xl_value.c (attributes), xl_page.c
// (sessions, pages, media), xl_paint.c (colour and marks), xl_image.c (images and patterns),
// xl_stream.c (stored streams), xl_pass.c (PCL 5 within).
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

enum {
    XL_ATTRIBUTES = 256,
    XL_SCRATCH = 4096,    // of the arrays of one operator
    XL_ARRAY_KEPT = 1024, // of one array; a palette is 768
    XL_STATES_MAX = 64,
    XL_PATTERNS_MAX = 128,
    XL_FONTS_MAX = 256,
    XL_STREAMS_MAX = 64,
    XL_STREAM_BYTES_MAX = 8 << 20, // of all stored streams
    XL_STREAM_RUN_MAX = 64 << 20,  // bytes that stored streams may run through
    XL_STREAM_DEPTH_MAX = 32,      // as printers have it
    XL_ROW_MAX = 3 * 65535,        // bytes of a row of an image
    XL_NAME_MAX = 64,
};

enum xl_attribute {
    XL_PALETTE_DEPTH = 2,
    XL_COLOR_SPACE = 3,
    XL_NULL_BRUSH = 4,
    XL_NULL_PEN = 5,
    XL_PALETTE_DATA = 6,
    XL_PATTERN_SELECT = 8,
    XL_GRAY_LEVEL = 9,
    XL_RGB_COLOR = 11,
    XL_PRIMARY_ARRAY = 14,
    XL_COLORIMETRIC_SPACE = 17,
    XL_MEDIA_SIZE = 37,
    XL_ROP3 = 44,
    XL_CUSTOM_SIZE = 47,
    XL_CUSTOM_UNITS = 48,
    XL_PAGE_COPIES = 49,
    XL_SIMPLEX_MODE = 52,
    XL_DUPLEX_MODE = 53,
    XL_DUPLEX_SIDE = 54,
    XL_COLOR_DEPTH = 98,
    XL_BLOCK_HEIGHT = 99,
    XL_COLOR_MAPPING = 100,
    XL_COMPRESS_MODE = 101,
    XL_PATTERN_PERSISTENCE = 104,
    XL_PATTERN_DEFINE = 105,
    XL_SOURCE_HEIGHT = 107,
    XL_SOURCE_WIDTH = 108,
    XL_PAD_BYTES = 110,
    XL_SCAN_LINES = 115,
    XL_STREAM_NAME = 139,
    XL_VU_DATA_LENGTH = 146,
    XL_FONT_NAME = 168,
    XL_TEXT_DATA = 171,
};

enum xl_type { XL_UBYTE, XL_UINT16, XL_UINT32, XL_SINT16, XL_SINT32, XL_REAL32, XL_TYPES };

struct xl_value {
    uint32_t stamp; // of the operator it is for
    enum xl_type type;
    bool array;
    uint32_t count; // 1, 2 (a point), 4 (a box), or of the array
    double v[4];    // those of an array are in the scratch
    uint32_t at;    // of the array in the scratch
    uint32_t kept;  // bytes of it there
};

// What a mark leaves on paper, as far as it is known. Colour is ink too.
enum { XL_INK = 1, XL_COLOR = 2 };

struct xl_paint {
    bool null;
    bool declared; // in a space of colour
    uint8_t marks;
};

enum xl_space { XL_GRAY = 1, XL_RGB = 2, XL_SRGB = 6, XL_GRAY_SUB = 7, XL_CMY_SUB = 8 };

struct xl_graphics {
    struct xl_paint brush;
    struct xl_paint pen;
    uint8_t space; // enum xl_space, or one that is not known
    uint8_t rop;
    bool font_loaded;       // the font came with the job: its codes say nothing
    uint32_t palette_count; // entries; 0: none
    uint32_t palette_stamp; // of the operator that set it
    uint8_t palette[256];   // marks of each
};

enum xl_expands { XL_RAW, XL_RLE, XL_JPEG, XL_DELTA, XL_OTHER };

// An image or a pattern that is read.
struct xl_image {
    bool open;
    bool pattern;
    bool declared; // in a space of colour
    uint32_t pattern_id;
    uint8_t persistence;
    uint32_t width; // pixels
    uint32_t height;
    uint32_t depth;      // bits of a component
    uint32_t components; // 1 or 3
    bool inverted;       // full is ink
    uint32_t row_bytes;
    uint8_t most;       // what its pixels could leave
    uint8_t found;      // what they left
    const uint8_t *lut; // by byte, of one component
    // The block that is read:
    enum xl_expands expands;
    uint32_t padded;  // bytes of a row with its padding
    uint64_t left;    // bytes that the rows of the block still take
    uint32_t row_at;  // in the padded row
    uint8_t group[3]; // pixels of three components come in threes of bytes
    uint32_t group_at;
    uint32_t run; // RLE: bytes of the code that are still to come
    bool repeats;
    bool has_code;
    // Delta rows:
    uint8_t *row;      // in the arena
    uint32_t delta;    // enum of xl_image.c
    uint32_t row_left; // bytes of this row's data
    uint32_t copy;
    uint32_t out;
    uint32_t rows_left;
    uint32_t pending; // pixel that may change once more; UINT32_MAX: none
    bool first_row;
    uint32_t touched; // bytes of the first row that were set
    bool jpeg_known;
};

// What bytes of pixels leave, as the last image had them.
struct xl_lut {
    uint32_t depth; // 0: none was made
    uint32_t palette;
    bool indexed;
    bool inverted;
    uint8_t most;
    uint8_t marks[256];
};

struct xl_pattern {
    uint32_t id;
    uint8_t persistence;
    bool declared;
    uint8_t marks;
};

struct xl_stream {
    char name[XL_NAME_MAX];
    uint32_t name_len;
    uint8_t *bytes; // in the arena
    uint32_t len;
    uint32_t size;
    bool whole;
};

struct xl_page {
    bool open;
    uint32_t width;
    uint32_t height;
    uint32_t sides;
    bool new_sheet;
    bool nominal;
    uint8_t marks;
    uint64_t place;
    const char *reason;
    enum pdl_certainty certainty;
};

struct xl {
    struct pdl_facts *facts; // borrowed
    struct pdl_input *input; // borrowed: the one that is read now
    bool big;                // of the one that is read now
    uint64_t base;           // offset of a stored stream's call; of the document: 0
    uint32_t depth;          // of stored streams
    uint64_t streamed;       // bytes that ran from stored streams
    uint32_t stamp;
    struct xl_value now; // the value that waits for its attribute
    struct xl_value values[XL_ATTRIBUTES];
    uint8_t scratch[XL_SCRATCH];
    uint32_t scratch_at;
    uint8_t last;   // operator: embedded data is its
    uint64_t op_at; // offset in the document
    bool session;
    uint32_t sessions;
    uint64_t pages; // EndPages
    struct xl_page page;
    uint32_t width; // of the last page that said its size; 0: none did
    uint32_t height;
    uint32_t sides; // of the last page that said them
    bool at_back;   // the next page of a sheet would be its back
    bool fresh;     // the next page is a session's first
    bool path;      // something is in it
    struct xl_graphics state;
    struct xl_graphics states[XL_STATES_MAX];
    uint32_t state_at;
    uint32_t states_lost;
    struct xl_image image;
    struct xl_lut lut;
    uint8_t *row;       // in the arena, made once; of XL_ROW_MAX bytes
    uint32_t row_dirty; // how many of them may not be zero
    struct xl_pattern patterns[XL_PATTERNS_MAX];
    uint32_t pattern_count;
    uint8_t patterns_lost;        // marks of those that found no room
    uint64_t fonts[XL_FONTS_MAX]; // hashes of the names of fonts that came with the job
    uint32_t font_count;
    struct xl_stream streams[XL_STREAMS_MAX];
    uint32_t stream_count;
    struct xl_stream *stream; // that is stored now
    uint32_t stream_bytes;
    uint8_t *pass_window; // in the arena
    uint32_t passes;
    bool pass_cut;
    bool bad; // what comes next is none of PCL XL
};

enum xl_step {
    XL_ON,
    XL_STOP,  // at the end, a UEL, or what is none of it; what is wrong was noted
    XL_LIMIT, // *err is set
};

// xl_value.c
bool pdl_pcl_xl_value_read(struct xl *xl, uint8_t tag);     // false: cut short
bool pdl_pcl_xl_attribute_read(struct xl *xl, uint8_t tag); // false: cut short
const struct xl_value *pdl_pcl_xl_value_find(const struct xl *xl, enum xl_attribute attribute);
struct str pdl_pcl_xl_value_bytes(const struct xl *xl, const struct xl_value *value);
double pdl_pcl_xl_value_at(const struct xl *xl, const struct xl_value *value, uint32_t i);
uint32_t pdl_pcl_xl_value_number(const struct xl *xl, enum xl_attribute attribute,
                                 uint32_t otherwise);
uint32_t pdl_pcl_xl_u32(const struct xl *xl, const uint8_t *at);
uint32_t pdl_pcl_xl_u16(const struct xl *xl, const uint8_t *at);

// xl_page.c
void pdl_pcl_xl_session_begin(struct xl *xl);
void pdl_pcl_xl_session_end(struct xl *xl);
void pdl_pcl_xl_page_begin(struct xl *xl);
bool pdl_pcl_xl_page_end(struct xl *xl, struct err *err);

// xl_paint.c
void pdl_pcl_xl_state_reset(struct xl *xl);
void pdl_pcl_xl_state_push(struct xl *xl);
void pdl_pcl_xl_state_pop(struct xl *xl);
void pdl_pcl_xl_space_set(struct xl *xl);
void pdl_pcl_xl_paint_set(struct xl *xl, struct xl_paint *paint, enum xl_attribute null);
void pdl_pcl_xl_font_add(struct xl *xl);
void pdl_pcl_xl_font_drop(struct xl *xl);
void pdl_pcl_xl_font_set(struct xl *xl);
void pdl_pcl_xl_mark(struct xl *xl, uint8_t marks, const char *reason);
void pdl_pcl_xl_mark_fill(struct xl *xl, const char *reason);
void pdl_pcl_xl_mark_shape(struct xl *xl);
void pdl_pcl_xl_mark_text(struct xl *xl);
void pdl_pcl_xl_doubt(struct xl *xl, const char *reason);
uint8_t pdl_pcl_xl_rgb_marks(double r, double g, double b);

// xl_image.c
void pdl_pcl_xl_image_begin(struct xl *xl, bool pattern);
void pdl_pcl_xl_image_block(struct xl *xl);
// False: the rest of the block says nothing new.
bool pdl_pcl_xl_image_data(struct xl *xl, const uint8_t *at, size_t len);
void pdl_pcl_xl_image_end(struct xl *xl);
void pdl_pcl_xl_patterns_drop(struct xl *xl, uint8_t persistence);

// xl_stream.c
void pdl_pcl_xl_stream_begin(struct xl *xl);
void pdl_pcl_xl_stream_data(struct xl *xl, const uint8_t *at, size_t len);
void pdl_pcl_xl_stream_end(struct xl *xl);
void pdl_pcl_xl_stream_drop(struct xl *xl);
enum xl_step pdl_pcl_xl_stream_run(struct xl *xl, struct err *err);

// xl_pass.c: the PCL 5 behind a PassThrough. False: a limit.
bool pdl_pcl_xl_pass(struct xl *xl, struct err *err);

// xl.c: the tags of xl->input, to its end or what ends it.
enum xl_step pdl_pcl_xl_run(struct xl *xl, struct err *err);
bool pdl_pcl_xl_header_read(struct xl *xl);
