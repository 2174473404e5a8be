// raster_int: what the readers of raster share. See raster.h.
#pragma once

#include "pdl/color.h"
#include "pdl_raster/raster.h"

enum {
    PDL_RASTER_SIDE_MAX = 1 << 20, // pixels
    PDL_RASTER_UNIT_MAX = 32,      // bytes of a colour value
    PDL_RASTER_INKS_MAX = 15,
    PDL_RASTER_CODE_MAX = 1 + 128 * PDL_RASTER_UNIT_MAX, // bytes
    PDL_RASTER_FULL = 65535,                             // of a sample
    PDL_RASTER_RESOLUTION_MAX = 1 << 16,
    PDL_RASTER_COPIES_MAX = 9999,
};

enum pdl_raster_ink {
    PDL_RASTER_LIGHT, // one component, whose most is white
    PDL_RASTER_DARK,  // black, or one ink that is taken for it
    PDL_RASTER_SPOT,  // one ink without colour: silver, white
    PDL_RASTER_GOLD,  // one ink with colour
    PDL_RASTER_RGB,   // white is the most of all components
    PDL_RASTER_RGBA,  // with alpha behind them
    PDL_RASTER_RGBW,  // CMYK, inverted
    PDL_RASTER_CMY,   // white is none of any, here and below
    PDL_RASTER_YMC,
    PDL_RASTER_CMYK,
    PDL_RASTER_YMCK,
    PDL_RASTER_KCMY,
    PDL_RASTER_KCMYCM, // with light cyan and light magenta behind them
    PDL_RASTER_LAB,    // in the encoding of CUPS
    PDL_RASTER_XYZ,
    PDL_RASTER_OTHER, // cannot be judged; zero is no ink
};

enum pdl_raster_order { PDL_RASTER_CHUNKED, PDL_RASTER_BANDED, PDL_RASTER_PLANAR };

// How pixels are stored. In chunked order the components of a pixel fill its low bits, or follow
// each other where they have eight bits or more.
struct pdl_raster_pixels {
    enum pdl_raster_ink ink;
    enum pdl_raster_order order;
    uint32_t components;
    uint32_t bits;       // of a component: 1, 2, 4, 8 or 16
    uint32_t pixel_bits; // of a pixel, in chunked order
    uint32_t unit;       // bytes of what a run code repeats
    uint32_t little;     // words of 16 bits have their low byte first
};

struct pdl_raster_page {
    struct pdl_raster_pixels pixels;
    uint32_t width; // pixels
    uint32_t height;
    uint32_t line_bytes; // of one stored row: of one component where they are planar
    uint32_t paper[2];   // hundredths of a millimetre
    uint32_t copies;     // 0: not said
    uint32_t sides;
    bool nominal;
    bool packed; // rows are run codes
    // What the rows show:
    bool color;
    bool inked;
    bool unsure;    // there was too much to look at: colour is to be assumed
    uint64_t place; // of the first pixel in colour, or else of the first that marks
};

// Ink: samples are in 1/65535 of their most.
void pdl_raster_ink_read(const struct pdl_raster_pixels *pixels, const uint8_t *unit,
                         uint32_t index, uint16_t *samples);
enum pdl_shade pdl_raster_ink_shade(enum pdl_raster_ink ink, const uint16_t *samples);
// Cyan, magenta, yellow and black of one pixel; false where they cannot be told.
bool pdl_raster_ink_cover(enum pdl_raster_ink ink, const uint16_t *samples,
                          uint16_t cover[PDL_INKS]);
uint32_t pdl_raster_ink_components(enum pdl_raster_ink ink);

// How many pixels lie in one unit.
static inline uint32_t pdl_raster_unit_pixels(const struct pdl_raster_pixels *pixels)
{
    return pixels->pixel_bits < 8 ? 8 / pixels->pixel_bits : 1;
}

// What one byte says as a run code, with units of a page's size.
struct pdl_raster_code {
    int32_t span;     // bytes of the row; PDL_RASTER_FILL for white to its end
    uint32_t step;    // bytes of the code
    uint64_t pair[3]; // of the 24 bytes behind it: those that equal their neighbour in grey
};

enum { PDL_RASTER_FILL = 1 << 28, PDL_RASTER_BLOCK = 24, PDL_RASTER_WORDS = 3 };

// Judge: looks at pixels as they are stored. Made once for each layout of pixels.
struct pdl_raster_judge {
    struct pdl_raster_pixels pixels;
    uint32_t per_unit;      // pixels in a unit
    uint32_t tail;          // pixels in the last unit of a row
    bool mono;              // what marks is never colour
    bool even_white;        // white is the same byte throughout
    uint8_t white;          // which
    bool triple;            // pixels whose three colours are equal are grey
    bool pairs;             // so are those whose bytes are, beside each other
    uint32_t block;         // units in PDL_RASTER_BLOCK bytes
    uint32_t apart;         // bytes from a component to the next
    uint8_t shades[2][256]; // of a unit of one byte: elsewhere, and at the end of a row
    bool covers_made;
    uint32_t covers[2][256][PDL_INKS]; // the ink of all its pixels; made where it is asked for
    _Alignas(64) struct pdl_raster_code codes[256 + 1]; // none across two lines of the cache
};

// Units that stand side by side.
struct pdl_raster_run {
    const uint8_t *at;
    uint32_t count;
    uint64_t offset; // of the first, in the document
    bool ends;       // the last one ends its row
};

void pdl_raster_judge_make(struct pdl_raster_judge *judge, const struct pdl_raster_page *page);

// Nothing that could still be found would change the verdict.
static inline bool pdl_raster_is_known(const struct pdl_raster_judge *judge,
                                       const struct pdl_raster_page *page)
{
    return page->color || (page->inked && judge->mono);
}

// Looks at each unit, until the verdict is known.
void pdl_raster_judge_units(const struct pdl_raster_judge *judge, struct pdl_raster_page *page,
                            const struct pdl_raster_run *run);

// The same, after a fast look at many at once.
void pdl_raster_judge_run(const struct pdl_raster_judge *judge, struct pdl_raster_page *page,
                          const struct pdl_raster_run *run);

void pdl_raster_judge_mark(struct pdl_raster_page *page, enum pdl_shade shade, uint64_t offset);

// Cover: the ink of a page, pixel by pixel.
struct pdl_raster_cover {
    uint64_t ink[PDL_INKS];
    uint64_t *budget; // borrowed: what may still be spent on the coverage of this document
    bool unknown;     // the ink cannot be told
    bool spent;       // because nothing was left to spend
};

#define PDL_RASTER_BUDGET ((uint64_t)4 << 30) // some seconds, in bytes that are laid out
enum { PDL_RASTER_LOOK = 16 };                // what looking at a sample costs of it

void pdl_raster_cover_make(struct pdl_raster_judge *judge);

static inline bool pdl_raster_cover_spend(struct pdl_raster_cover *cover, uint64_t work)
{
    cover->spent |= work > *cover->budget;
    cover->unknown |= cover->spent;
    *cover->budget -= cover->unknown ? 0 : work;
    return !cover->unknown;
}

void pdl_raster_cover_pixel(struct pdl_raster_cover *cover, enum pdl_raster_ink ink,
                            const uint16_t *samples, uint64_t times);
// Each unit of the run, so many times.
void pdl_raster_cover_run(struct pdl_raster_cover *cover, const struct pdl_raster_judge *judge,
                          const struct pdl_raster_run *run, uint64_t times);
struct pdl_coverage pdl_raster_cover_total(const struct pdl_raster_cover *cover,
                                           const struct pdl_raster_page *page);

// What reads the rows of one page, which input is at. cover may be NULL. False: they are not whole.
struct pdl_raster_rows {
    struct pdl_input *input;
    struct pdl_raster_page *page;
    const struct pdl_raster_judge *judge;
    struct pdl_raster_cover *cover;
};

bool pdl_raster_codes_read(const struct pdl_raster_rows *rows);
bool pdl_raster_plain_read(const struct pdl_raster_rows *rows);

// Rows of one component each: they are expanded into memory, one row of each.
struct pdl_raster_planes {
    struct arena *arena;
    uint8_t *memory; // in the arena
    size_t room;
    uint64_t budget; // bytes that may still be expanded and looked at for this document
};

enum { PDL_RASTER_PLANES_MAX = 16 << 20 }; // bytes of the rows of all components

bool pdl_raster_planes_read(const struct pdl_raster_rows *rows, struct pdl_raster_planes *planes);

// A format: how its pages begin.
struct pdl_raster_format {
    size_t header_len;
    bool big;      // words have their high byte first
    bool packed;   // rows are run codes
    bool extended; // the header of CUPS 1.2
    bool (*read)(const struct pdl_raster_format *format, const uint8_t *header,
                 struct pdl_raster_page *page, struct err *err);
};

// Of what begins here, which is passed over; NULL: none that is known.
const struct pdl_raster_format *pdl_raster_cups_format(struct pdl_input *input);
const struct pdl_raster_format *pdl_raster_urf_format(struct pdl_input *input);

bool pdl_raster_pages_read(struct pdl_input *input, struct pdl_facts *facts,
                           const struct pdl_raster_format *format, struct err *err) CC_MUST_USE;

// Says whether sides and depths can be read, and works out what follows from them.
bool pdl_raster_page_check(struct pdl_raster_page *page, struct err *err) CC_MUST_USE;
