// What the modules of pcl5 share: the state of an interpreter of PCL 5.
//
// Lengths are in 1/7200 inch ("units"); x and y from the left and top of the logical page, as the
// print direction sees it.
#pragma once

#include "pdl/color.h"
#include "pdl_pcl/pcl5.h"

enum {
    PCL5_INCH = 7200,
    PCL5_ONE = 10000, // parameters are in ten-thousandths
    PCL5_ESCAPE = 0x1b,
    PCL5_SHADES = 256,
    PCL5_PATTERNS = 64,
    PCL5_FONTS = 1 << 16,
    PCL5_PALETTES = 16,
    PCL5_STACK = 20,
    PCL5_MACROS = 256,
    PCL5_MACRO_DEPTH = 3,        // of calls within calls
    PCL5_MACRO_BYTES = 16 << 20, // of all macros together
    PCL5_PLANES = 16,
    PCL5_INK_COUNT = 6,
    PCL5_ROW_BYTES = 128 << 10, // of all planes of a raster row together
    PCL5_HMI_UNSET = -1,
    PCL5_WORK_MAX = 100000000, // commands run from macros
};

// A command: ESC class group parameter final, its final as a capital letter.
struct pcl5_command {
    uint8_t class;
    uint8_t group; // 0: none
    uint8_t final;
    bool chained;       // another parameter follows
    bool is_signed;     // + or -: a relative move
    bool present;       // there were digits
    int64_t value;      // in ten-thousandths
    struct str payload; // the bytes behind the command
    uint64_t length;    // of the payload as said; the rest of it is passed over by the parser
};

enum pcl5_encoding {
    PCL5_BY_PLANE,        // indexed
    PCL5_BY_PIXEL,        // indexed
    PCL5_DIRECT_BY_PLANE, // a bit of each primary
    PCL5_DIRECT_BY_PIXEL, // eight bits of each primary
    PCL5_INKS,            // configure raster data: planes of K C M Y, several a component
};

enum pcl5_space { PCL5_RGB, PCL5_CMY, PCL5_COLORIMETRIC, PCL5_LAB, PCL5_LUMINANCE, PCL5_KCMY };

struct pcl5_palette {
    enum pcl5_space space;
    enum pcl5_encoding encoding;
    uint8_t bits;                       // of an index
    uint8_t primary[3];                 // bits of the components of an entry
    bool fixed;                         // by simple colour: its entries cannot be set
    bool color;                         // has, or may get, an entry that is not grey
    bool declared;                      // by a command of colour
    bool grey_only;                     // render algorithm: all is printed in black
    uint8_t inks;                       // of PCL5_INKS: components
    uint8_t ink_planes[PCL5_INK_COUNT]; // planes of each
    uint8_t shade[PCL5_SHADES];         // enum pdl_shade of each entry
};

struct pcl5_pattern {
    uint16_t id;
    bool used;
    bool colored;        // of palette entries, else of the foreground
    uint8_t present[32]; // the entries, or values, that are in it
};

struct pcl5_font {
    uint32_t pitch;  // characters an inch, in hundredths
    uint32_t height; // points, in hundredths
    bool proportional;
    bool soft;   // downloaded
    uint16_t id; // of a downloaded font
    bool wide;   // its symbol set prints all codes but a few controls (PC-8, Windows, ...)
};

struct pcl5_raster {
    uint32_t resolution; // dots an inch
    uint32_t width;      // of the source, in pixels; 0: not said
    uint32_t height;
    uint32_t target_height; // in units; 0: not said
    uint8_t compression;
    bool active;
    bool scaled;
    bool turns;     // with the orientation: presentation mode 0
    bool at_margin; // it begins at the left margin, not at the cursor
    // While it is active:
    uint8_t planes;
    uint8_t plane;         // the next to come
    uint32_t row_bytes;    // of a plane, at most
    uint32_t rows;         // that were done
    uint32_t wide;         // pixels of a row
    int32_t left;          // where x returns to
    uint32_t changed_from; // of the planes of the row
    uint32_t changed_to;
    uint32_t used[PCL5_PLANES]; // bytes of the seed row that may not be zero
};

// What a macro that is called gives back when it ends.
struct pcl5_env {
    uint32_t width; // of the sheet in portrait, in hundredths of a millimetre
    uint32_t height;
    uint32_t custom_width; // for page size 101
    uint32_t custom_height;
    bool size_said;
    uint8_t orientation;
    uint8_t direction; // of print, in quarter turns
    int32_t logical_width;
    int32_t logical_height;
    int32_t left;
    int32_t right;
    int32_t top;
    int32_t length; // of the text area
    int32_t vmi;
    int32_t hmi; // PCL5_HMI_UNSET: as the font says
    int32_t unit;
    bool perforation_skip;
    bool wrap;
    uint8_t line_termination;
    uint32_t copies; // 0: as the part says
    bool sides_said;
    bool duplex;
    bool short_edge;
    int32_t source;
    struct pcl5_font font[2];
    uint8_t font_now;
    uint16_t parsing; // text parsing method
    bool underline;
    int32_t underline_from;
    struct pcl5_palette palette;
    uint32_t palette_id;
    uint32_t palette_control_id;
    uint32_t macro_id;
    enum pdl_shade foreground;
    bool greyscale; // monochrome print mode
    int64_t component[3];
    uint8_t pattern_type;
    uint16_t pattern_now;
    uint16_t pattern_id; // for what comes next
    uint8_t rop;
    int32_t rule_width;
    int32_t rule_height;
    struct pcl5_raster raster;
};

struct pcl5_page {
    bool dirty;  // a conditional eject prints it
    bool marked; // something can be seen
    bool color;
    bool nominal;
    bool assumed; // a part of it could not be judged
    uint64_t mark_place;
    uint64_t place;
    const char *reason; // of its colour, or of what was assumed
};

struct pcl5_macro {
    uint32_t id;
    bool used;
    bool permanent;
    struct str bytes; // in memory
};

struct hpgl_state {
    bool inside; // bytes are HP-GL/2
    bool alone;  // a plotter's: pages are ended by its own instructions
    bool pen_down;
    bool relative;
    bool polygon;
    bool symbol;       // symbol mode: each point is drawn
    bool quiet_labels; // terminator of labels is not printed
    bool white_fill;
    uint8_t terminator;
    uint32_t pen;
    uint32_t replots;
    int64_t white[3]; // color range
    int64_t black[3];
};

struct pcl5 {
    struct arena *memory;       // borrowed: of the raster row
    struct arena *macro_memory; // borrowed
    struct pdl_input *document; // borrowed
    struct pdl_input *input;    // borrowed: the document, or a macro that runs
    struct pdl_facts *facts;    // borrowed
    struct err *err;            // borrowed
    bool failed;                // *err is set
    bool cut;                   // the document ended within a command
    uint64_t token;             // offset in the document of the command that is run
    uint64_t work;
    struct pcl5_env env;
    struct pcl5_page page;
    int32_t x;
    int32_t y;
    bool moved;          // the cursor, since the page size was set
    uint8_t row_command; // final of the last command, where it was ESC *b and of rows; or 0
    bool after_backspace;
    bool display; // display functions: all is printed
    bool back_side;
    bool next_is_back; // as who knows only sides and new sheets counts
    bool flowed;       // a line feed ended a page
    int32_t last_width;
    struct {
        int32_t x;
        int32_t y;
    } cursors[PCL5_STACK];
    uint32_t cursor_count;
    struct pcl5_pattern patterns[PCL5_PATTERNS];
    struct {
        uint32_t id;
        bool used;
        struct pcl5_palette palette;
    } palettes[PCL5_PALETTES];
    struct pcl5_palette palette_stack[PCL5_STACK];
    uint32_t palette_count;
    uint16_t font_id; // for what comes next
    uint16_t character;
    uint8_t spaces[PCL5_FONTS / 8]; // downloaded fonts whose space is a character
    // Macros:
    struct pcl5_macro macros[PCL5_MACROS];
    uint8_t *definition; // of the macro that is defined, or NULL
    size_t definition_len;
    size_t definition_room;
    size_t macro_bytes;
    bool overlay;
    uint32_t overlay_id;
    uint32_t depth;
    uint8_t *row; // of PCL5_ROW_BYTES, or NULL
    struct hpgl_state hpgl;
};

// pcl5: the parser.
void pdl_pcl_run(struct pcl5 *pcl); // to the end of pcl->input, or a UEL
void pdl_pcl_macro_add(struct pcl5 *pcl, const uint8_t *bytes, size_t count);

// pcl5_command: what commands do.
void pdl_pcl_command_run(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_escape_run(struct pcl5 *pcl, uint8_t final); // ESC final
static inline int32_t pcl5_whole(const struct pcl5_command *command)
{
    int64_t whole = command->value / PCL5_ONE;
    return whole > INT32_MAX ? INT32_MAX : whole < INT32_MIN ? INT32_MIN : (int32_t)whole;
}
static inline uint32_t pcl5_count(const struct pcl5_command *command) // the sign left aside
{
    int32_t whole = pcl5_whole(command);
    return whole < 0 ? 0U - (uint32_t)whole : (uint32_t)whole;
}

// pcl5_page: the page, its geometry and what ends it.
enum { // how the cursor moves down
    PCL5_RELATIVE = 1,
    PCL5_MARGINS = 2, // the text area ends the page, not the logical page
    PCL5_ROWS = 4,
    PCL5_ROW_COMMAND = 8,
};
void pdl_pcl_reset(struct pcl5 *pcl); // what ESC E does to the state; ends no page
void pdl_pcl_reset_overlay(struct pcl5 *pcl);
void pdl_pcl_printer_reset(struct pcl5 *pcl); // ESC E
void pdl_pcl_page_end(struct pcl5 *pcl);      // always
void pdl_pcl_page_end_dirty(struct pcl5 *pcl);
void pdl_pcl_page_size(struct pcl5 *pcl, uint32_t code);
void pdl_pcl_page_custom(struct pcl5 *pcl, uint32_t width, uint32_t height);
void pdl_pcl_orientation(struct pcl5 *pcl, uint32_t orientation);
void pdl_pcl_direction(struct pcl5 *pcl, uint32_t quarter_turns);
void pdl_pcl_margins_reset(struct pcl5 *pcl, bool vertical);
int32_t pdl_pcl_page_width(const struct pcl5 *pcl); // as the print direction sees it
int32_t pdl_pcl_page_height(const struct pcl5 *pcl);
void pdl_pcl_move_x(struct pcl5 *pcl, int64_t x, bool relative, bool margins);
void pdl_pcl_move_y(struct pcl5 *pcl, int64_t y, unsigned how);
void pdl_pcl_home(struct pcl5 *pcl);
bool pdl_pcl_is_home(const struct pcl5 *pcl);
bool pdl_pcl_is_on_edge(const struct pcl5 *pcl, int32_t along); // past the cursor
void pdl_pcl_cr(struct pcl5 *pcl);
void pdl_pcl_lf(struct pcl5 *pcl);
void pdl_pcl_ff(struct pcl5 *pcl);
void pdl_pcl_half_line(struct pcl5 *pcl);
void pdl_pcl_cursor_push(struct pcl5 *pcl);
void pdl_pcl_cursor_pop(struct pcl5 *pcl);
void pdl_pcl_mark(struct pcl5 *pcl, enum pdl_shade shade, const char *reason);
void pdl_pcl_assume(struct pcl5 *pcl, bool color, const char *reason);
void pdl_pcl_copies(struct pcl5 *pcl, int32_t copies);
void pdl_pcl_duplex(struct pcl5 *pcl, uint32_t mode);
void pdl_pcl_side(struct pcl5 *pcl, uint32_t side);
void pdl_pcl_source(struct pcl5 *pcl, uint32_t source);

// pcl5_text: characters.
void pdl_pcl_text(struct pcl5 *pcl, struct str text, bool literal);
void pdl_pcl_control(struct pcl5 *pcl, uint8_t byte);
size_t pdl_pcl_text_run(const struct pcl5 *pcl, const uint8_t *at, const uint8_t *end);
int32_t pdl_pcl_hmi(struct pcl5 *pcl);
void pdl_pcl_font_reset(struct pcl5 *pcl);
void pdl_pcl_font_command(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_underline_end(struct pcl5 *pcl);
void pdl_pcl_underline_begin(struct pcl5 *pcl);

// pcl5_color: palettes, patterns and the colour of what is drawn.
void pdl_pcl_color_reset(struct pcl5 *pcl);
void pdl_pcl_color_simple(struct pcl5 *pcl, int32_t planes);
void pdl_pcl_color_configure(struct pcl5 *pcl, struct str data);
void pdl_pcl_color_inks(struct pcl5 *pcl, struct str data);
void pdl_pcl_color_pens(struct pcl5 *pcl, uint32_t bits);
void pdl_pcl_color_initialize_pens(struct pcl5 *pcl);
void pdl_pcl_color_assign(struct pcl5 *pcl, uint32_t entry);
void pdl_pcl_color_set(struct pcl5 *pcl, uint32_t entry, uint8_t shade);
enum pdl_shade pdl_pcl_color_entry(const struct pcl5 *pcl, uint32_t entry);
void pdl_pcl_color_command(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_palette_push(struct pcl5 *pcl, bool push);
void pdl_pcl_palette_command(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_pattern_define(struct pcl5 *pcl, struct str data);
void pdl_pcl_pattern_control(struct pcl5 *pcl, uint32_t what);
enum pdl_shade pdl_pcl_ink(const struct pcl5 *pcl, uint32_t type, uint32_t id);
void pdl_pcl_rule(struct pcl5 *pcl, uint32_t type);
static inline enum pdl_shade pcl5_ink_now(const struct pcl5 *pcl)
{
    return pdl_pcl_ink(pcl, pcl->env.pattern_type, pcl->env.pattern_now);
}
static inline bool pcl5_is_neutral(unsigned a, unsigned b, unsigned c) // of 255: color.h's rule
{
    unsigned high = a > b ? (a > c ? a : c) : (b > c ? b : c);
    unsigned low = a < b ? (a < c ? a : c) : (b < c ? b : c);
    return high - low <= 2;
}

// pcl5_raster: pictures.
void pdl_pcl_raster_command(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_raster_rows(struct pcl5 *pcl, const struct pcl5_command *command);
void pdl_pcl_raster_end(struct pcl5 *pcl);
void pdl_pcl_raster_reset(struct pcl5 *pcl);

// pcl5_macro: kept commands.
void pdl_pcl_macro_control(struct pcl5 *pcl, uint32_t what, bool chained);
void pdl_pcl_macro_run(struct pcl5 *pcl, uint32_t id, bool is_overlay, bool gives_back);
void pdl_pcl_macro_drop(struct pcl5 *pcl, bool permanent_too);
uint32_t pdl_pcl_macro_name(struct str name);

// hpgl: HP-GL/2.
void pdl_pcl_hpgl_begin(struct pcl5 *pcl, int32_t mode);
void pdl_pcl_hpgl_end(struct pcl5 *pcl);
void pdl_pcl_hpgl_reset(struct pcl5 *pcl);
void pdl_pcl_hpgl_run(struct pcl5 *pcl); // up to an escape
