// What the modules of ESC/P share: escp.c (controls, paper), escp_data.c (graphics), escp_job.c
// (EJL, remote mode, ESC/P-R).
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

enum { ESCP_INCH = 43200 }; // units of length: what 60, 72, 180, 216, 360, 720, 1440, 3600 divide

enum escp_color { ESCP_BLACK = 0 };

struct escp {
    struct pdl_facts *facts; // borrowed
    struct pdl_input *input; // borrowed
    uint64_t at;             // offset of the command that is read
    int64_t unit;            // ESC ( U
    int64_t page_length;
    bool length_said;
    int64_t top;    // margins, from the top of the page
    int64_t bottom; // where text ends
    int64_t spacing;
    int64_t y;
    int64_t x; // for lines that run past the right
    int64_t right;
    int64_t pitch;
    bool condensed;
    bool wide;
    bool wide_line;
    uint32_t color; // of ESC r: 0 is black
    bool used;      // something of the page is there
    bool marked;
    bool in_color;
    uint32_t ink_now; // as inks and sure, of what is laid now
    bool sure_now;
    uint32_t inks; // magenta 1, cyan 2, yellow 4
    bool sure;     // a colour that no other ink makes grey
    bool nominal;
    uint64_t place;
    uint32_t paper_width; // ESC/P-R: hundredths of a millimetre; 0: not said
    uint32_t paper_height;
    uint32_t copies;
    bool raster_mode; // ESC/P-R
    bool page_open;
    bool mono;
    uint32_t pixel; // ESC/P-R: bytes
    uint32_t palette_count;
    uint8_t palette[256]; // 0 white, 1 grey, 3 colour
    bool stop;            // what comes next is not read
    bool cut;
    bool limit; // *err is set
    struct err *err;
};

// The next bytes, count of them, which are passed over; NULL: cut short.
const uint8_t *pdl_line_escp_take(struct escp *escp, size_t count);
// What is read is no ESC/P: the bytes behind it, count of them, are given back to be read again.
void pdl_line_escp_doubt(struct escp *escp, size_t count);
void pdl_line_escp_skip(struct escp *escp, uint64_t count);
void pdl_line_escp_mark(struct escp *escp, bool color);
void pdl_line_escp_eject(struct escp *escp);
void pdl_line_escp_move(struct escp *escp, int64_t by);

// escp_data.c
void pdl_line_escp_bytes(struct escp *escp, uint64_t count, bool color); // that mark unless zero
void pdl_line_escp_columns(struct escp *escp, uint8_t command);          // K L Y Z * ^
void pdl_line_escp_raster(struct escp *escp);                            // ESC .
void pdl_line_escp_planes(struct escp *escp);                            // ESC i

// escp_job.c
bool pdl_line_escp_ejl(struct escp *escp);
void pdl_line_escp_remote(struct escp *escp, uint32_t count);
bool pdl_line_escp_r(struct escp *escp, uint8_t command); // false: none of ESC/P-R
