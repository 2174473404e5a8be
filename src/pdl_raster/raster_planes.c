// raster_planes: rows that are stored as they are (CUPS raster 1 and 3), and rows of one component
// each, banded (line by line) or planar (page by page), which must be laid beside each other.

#include "pdl_raster/raster_int.h"

enum { WHITE_TO_END = 128, CODE_LIMIT = 257 };

static bool covers(const struct pdl_raster_rows *rows)
{
    return rows->cover != NULL && !rows->cover->unknown;
}

// One row of pixels as they stand, which comes in pieces.
static bool plain_row(const struct pdl_raster_rows *rows, uint32_t units)
{
    const struct pdl_raster_judge *judge = rows->judge;
    uint32_t size = judge->pixels.unit;
    while (units > 0) {
        if (!pdl_input_need(rows->input, size)) {
            return false;
        }
        size_t here = pdl_input_left(rows->input) / size;
        struct pdl_raster_run run = { .at = rows->input->at,
                                      .count = here < units ? (uint32_t)here : units,
                                      .offset = pdl_input_offset(rows->input) };
        run.ends = run.count == units;
        pdl_raster_judge_run(judge, rows->page, &run);
        if (covers(rows)) {
            pdl_raster_cover_run(rows->cover, judge, &run, 1);
        }
        rows->input->at += (size_t)run.count * size;
        units -= run.count;
    }
    return true;
}

bool pdl_raster_plain_read(const struct pdl_raster_rows *rows)
{
    const struct pdl_raster_page *page = rows->page;
    uint32_t unit = page->pixels.unit;
    uint64_t bytes = ((uint64_t)page->width * page->pixels.pixel_bits + 7) / 8;
    uint32_t units = (uint32_t)((bytes + unit - 1) / unit);
    uint32_t padding = page->line_bytes - units * unit;
    for (uint32_t row = 0; row < page->height; row++) {
        if (!covers(rows) && pdl_raster_is_known(rows->judge, page)) {
            return pdl_input_skip(rows->input, (uint64_t)(page->height - row) * page->line_bytes);
        }
        if (!plain_row(rows, units) || !pdl_input_skip(rows->input, padding)) {
            return false;
        }
    }
    return true;
}

// Where the rows of one component, or of all where they are banded, come from.
struct lines {
    struct pdl_input input;
    uint8_t *row;    // line_bytes of it, expanded
    uint64_t offset; // of its first byte in the document
    uint32_t repeat; // how often it is still to come
    uint32_t ahead;  // of its repeats belong to the plane before
    bool fresh;      // it is another than the one before
};

enum { WORD = sizeof(uint64_t) };

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// to may be NULL: the bytes are passed over.
static bool take_bytes(struct pdl_input *input, uint8_t *to, size_t count)
{
    while (count > 0) {
        if (!pdl_input_need(input, 1)) {
            return false;
        }
        size_t here = pdl_input_left(input) < count ? pdl_input_left(input) : count;
        if (to != NULL) {
            memcpy(to, input->at, here);
            to += here;
        }
        input->at += here;
        count -= here;
    }
    return true;
}

// row may be NULL: its codes are passed over.
static bool take_codes(const struct pdl_raster_rows *rows, struct pdl_input *input, uint8_t *row)
{
    size_t unit = rows->page->pixels.unit;
    size_t len = rows->page->line_bytes;
    for (size_t at = 0; at < len;) {
        if (!pdl_input_need(input, 1)) {
            return false;
        }
        unsigned code = *input->at++;
        if (code == WHITE_TO_END) {
            if (row != NULL) {
                memset(row + at, rows->judge->white, len - at);
            }
            return true;
        }
        size_t count = code < WHITE_TO_END ? code + 1 : CODE_LIMIT - code;
        size_t stored = code < WHITE_TO_END ? 1 : count;
        if (count * unit > len - at ||
            !take_bytes(input, row == NULL ? NULL : row + at, stored * unit)) {
            return false;
        }
        for (size_t i = at + stored * unit; i < at + count * unit && row != NULL; i++) {
            row[i] = row[i - unit];
        }
        at += count * unit;
    }
    return true;
}

static bool lines_next(struct lines *lines, const struct pdl_raster_rows *rows, bool expand)
{
    uint8_t *row = expand ? lines->row : NULL;
    lines->fresh = lines->repeat == 0;
    if (!lines->fresh) {
        lines->repeat--;
        return true;
    }
    if (!rows->page->packed) {
        lines->offset = pdl_input_offset(&lines->input);
        return take_bytes(&lines->input, row, rows->page->line_bytes);
    }
    if (!pdl_input_need(&lines->input, 1)) {
        return false;
    }
    lines->repeat = *lines->input.at++ - lines->ahead;
    lines->ahead = 0;
    lines->offset = pdl_input_offset(&lines->input);
    return take_codes(rows, &lines->input, row);
}

// Rows of one component each that make one row of pixels.
struct beside {
    const uint8_t *rows[PDL_RASTER_INKS_MAX];
    size_t len; // bytes of each
    uint64_t offset;
};

static uint16_t sample_at(const struct pdl_raster_pixels *pixels, const uint8_t *row, uint32_t x)
{
    uint16_t sample;
    struct pdl_raster_pixels one = *pixels;
    one.components = 1;
    one.pixel_bits = pixels->bits;
    uint32_t bit = x * pixels->bits;
    uint32_t index = pixels->bits < 8 ? bit % 8 / pixels->bits : 0;
    pdl_raster_ink_read(&one, row + bit / 8, index, &sample);
    return sample;
}

static void judge_pixel(const struct pdl_raster_rows *rows, const struct beside *beside, uint32_t x)
{
    const struct pdl_raster_pixels *pixels = &rows->page->pixels;
    uint16_t samples[PDL_RASTER_INKS_MAX] = { 0 };
    enum pdl_shade shade = PDL_SHADE_WHITE;
    for (uint32_t i = 0; i < pixels->components; i++) {
        samples[i] = sample_at(pixels, beside->rows[i], x);
        shade = samples[i] != 0 ? PDL_UNSURE : shade;
    }
    if (pixels->ink != PDL_RASTER_OTHER) {
        shade = pdl_raster_ink_shade(pixels->ink, samples);
    }
    pdl_raster_judge_mark(rows->page, shade, beside->offset);
    if (covers(rows)) {
        pdl_raster_cover_pixel(rows->cover, pixels->ink, samples, 1);
    }
}

// Work on this document's planes is bounded: first the coverage is left, then the colour.
static bool spend(const struct pdl_raster_rows *rows, struct pdl_raster_planes *planes,
                  uint64_t work)
{
    if (covers(rows) && pdl_raster_cover_spend(rows->cover, work)) {
        return true;
    }
    rows->page->unsure |= work > planes->budget;
    planes->budget -= rows->page->unsure ? 0 : work;
    return !rows->page->unsure;
}

// A word of each row: nothing marks; or, where something did already, no colour does.
static bool word_is_clean(const struct pdl_raster_rows *rows, const struct beside *beside,
                          size_t at)
{
    const struct pdl_raster_judge *judge = rows->judge;
    const struct pdl_raster_page *page = rows->page;
    uint64_t odd = 0;
    uint32_t first = judge->pixels.ink == PDL_RASTER_KCMY ? 1 : 0;
    if (page->inked && judge->triple && !covers(rows)) {
        odd = (load(beside->rows[first] + at) ^ load(beside->rows[first + 1] + at)) |
              (load(beside->rows[first] + at) ^ load(beside->rows[first + 2] + at));
        return odd == 0;
    }
    for (uint32_t i = 0; i < page->pixels.components; i++) {
        odd |= load(beside->rows[i] + at) ^ judge->white * (UINT64_MAX / UINT8_MAX);
    }
    return judge->even_white && odd == 0;
}

static void judge_row(const struct pdl_raster_rows *rows, const struct beside *beside,
                      struct pdl_raster_planes *planes)
{
    struct pdl_raster_page *page = rows->page;
    uint32_t width = page->width;
    uint32_t word_pixels = WORD * 8 / page->pixels.bits;
    for (uint32_t x = 0; x < width;) {
        size_t at = (size_t)x * page->pixels.bits / 8;
        bool whole = at + WORD <= beside->len && width - x >= word_pixels;
        uint32_t end = width - x < word_pixels ? width : x + word_pixels;
        if (whole && word_is_clean(rows, beside, at)) {
            x = end;
            continue;
        }
        uint64_t work = (uint64_t)(end - x) * page->pixels.components * PDL_RASTER_LOOK;
        if (!spend(rows, planes, work)) {
            return;
        }
        for (; x < end; x++) {
            judge_pixel(rows, beside, x);
            if (!covers(rows) && pdl_raster_is_known(rows->judge, page)) {
                return;
            }
        }
    }
}

// Lays the rows that came beside each other; lines[0] holds all where they are banded.
static struct beside beside_of(const struct pdl_raster_page *page, const struct lines *lines)
{
    bool banded = page->pixels.order == PDL_RASTER_BANDED;
    struct beside beside = { .len = ((size_t)page->width * page->pixels.bits + 7) / 8,
                             .offset = lines[0].offset };
    size_t step = page->line_bytes / page->pixels.components;
    for (uint32_t i = 0; i < page->pixels.components; i++) {
        beside.rows[i] = banded ? lines[0].row + i * step : lines[i].row;
    }
    return beside;
}

static bool lines_read(const struct pdl_raster_rows *rows, struct lines *lines, uint32_t count,
                       struct pdl_raster_planes *planes)
{
    struct pdl_raster_page *page = rows->page;
    for (uint32_t y = 0; y < page->height; y++) {
        uint64_t work = (uint64_t)page->line_bytes * count;
        bool look = !page->unsure && (covers(rows) || !pdl_raster_is_known(rows->judge, page));
        bool fresh = false;
        look = look && spend(rows, planes, work);
        for (uint32_t i = 0; i < count; i++) {
            if (!lines_next(&lines[i], rows, look)) {
                return false;
            }
            fresh |= lines[i].fresh;
        }
        if (look && (fresh || covers(rows))) {
            struct beside beside = beside_of(page, lines);
            judge_row(rows, &beside, planes);
        }
    }
    return true;
}

// Where each plane begins: the rows of those before it are passed over. A row may be repeated from
// the end of one plane into the next.
static bool planes_find(const struct pdl_raster_rows *rows, struct lines *lines)
{
    const struct pdl_raster_page *page = rows->page;
    struct lines at = { .input = *rows->input };
    struct pdl_input begin = at.input; // of the last row
    uint32_t taken = 0;                // of its repeats
    for (uint32_t i = 0; i < page->pixels.components; i++) {
        lines[i].input = at.repeat > 0 ? begin : at.input;
        lines[i].ahead = at.repeat > 0 ? taken : 0;
        for (uint32_t y = 0; y < page->height; y++) {
            begin = at.repeat > 0 ? begin : at.input;
            taken = at.repeat > 0 ? taken + 1 : 1;
            if (!lines_next(&at, rows, false)) {
                return false;
            }
        }
    }
    *rows->input = at.input;
    return true;
}

static bool memory_get(struct pdl_raster_planes *planes, size_t size)
{
    if (planes->room < size) {
        planes->memory = arena_new(planes->arena, size);
        planes->room = planes->memory == NULL ? 0 : size;
    }
    return planes->memory != NULL;
}

bool pdl_raster_planes_read(const struct pdl_raster_rows *rows, struct pdl_raster_planes *planes)
{
    struct pdl_raster_page *page = rows->page;
    bool banded = page->pixels.order == PDL_RASTER_BANDED;
    uint32_t count = banded ? 1 : page->pixels.components;
    struct lines lines[PDL_RASTER_INKS_MAX] = { { .repeat = 0 } };
    if (!memory_get(planes, (size_t)count * page->line_bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        lines[i].row = planes->memory + (size_t)i * page->line_bytes;
    }
    if (!banded) {
        return planes_find(rows, lines) && lines_read(rows, lines, count, planes);
    }
    lines[0].input = *rows->input;
    bool whole = lines_read(rows, lines, 1, planes);
    *rows->input = lines[0].input;
    return whole;
}
