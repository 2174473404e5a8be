// raster_codes: walks the run codes of a page's rows without expanding them.
//
// rows = row*                     until their repeats reach the height
// row  = repeat-1 (1 byte) code*  until the codes' units reach the bytes of a row
// code = 0..127 unit              that unit n+1 times
//      | 129..255 unit{257-n}     as they stand
//      | 128                      white to the end of the row
// A unit is a pixel of whole bytes, or a byte of narrower pixels.

#include "pdl_raster/raster_int.h"

enum { SLACK = PDL_RASTER_CODE_MAX + 64 }; // what may be looked at behind the start of a code

struct walk {
    const struct pdl_raster_rows *rows;
    const struct pdl_raster_code *codes;
    const uint8_t *base;
    uint64_t base_offset; // of base in the document
    int64_t left;         // bytes of the row that are still to come
    uint64_t row;         // rows that were begun
    uint64_t times;       // how often this one is printed
    bool whole;           // all rows were there
    bool broken;          // a code goes past its row
};

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// At the end of a row. True: the next one is begun; false: leave the loop.
static bool next_row(struct walk *walk, const uint8_t **at, const uint8_t *stop, int64_t *left)
{
    const struct pdl_raster_page *page = walk->rows->page;
    walk->broken = *left < 0 && *left > -PDL_RASTER_FILL / 2;
    walk->whole = !walk->broken && walk->row >= page->height;
    *left = 0;
    if (walk->broken || walk->whole || *at >= stop) {
        return false;
    }
    walk->times = **at + 1U;
    if (walk->times > page->height - walk->row) {
        walk->times = page->height - walk->row;
    }
    walk->row += walk->times;
    *at += 1;
    *left = page->line_bytes;
    return true;
}

static struct pdl_raster_run run_of(const struct walk *walk, const uint8_t *at, int64_t left)
{
    const struct pdl_raster_code *code = &walk->codes[*at];
    uint32_t unit = walk->rows->judge->pixels.unit;
    uint32_t bytes = code->step - 1;
    return (struct pdl_raster_run){ .at = at + 1,
                                    .count = bytes / unit,
                                    .offset = walk->base_offset + (uint64_t)(at + 1 - walk->base),
                                    .ends = left == code->span };
}

// All is known: only lengths matter.
static const uint8_t *walk_past(struct walk *walk, const uint8_t *at, const uint8_t *stop)
{
    const struct pdl_raster_code *codes = walk->codes;
    int64_t left = walk->left;
    do {
        while (left > 0 && at < stop) {
            const struct pdl_raster_code *code = &codes[*at];
            at += code->step;
            left -= code->span;
        }
    } while (left <= 0 && next_row(walk, &at, stop, &left));
    walk->left = left;
    return at;
}

// Something marked; a pixel whose components differ is looked for.
static const uint8_t *walk_pairs(struct walk *walk, const uint8_t *at, const uint8_t *stop)
{
    const struct pdl_raster_code *codes = walk->codes;
    const struct pdl_raster_judge *judge = walk->rows->judge;
    struct pdl_raster_page *page = walk->rows->page;
    uint32_t apart = judge->apart;
    int64_t left = walk->left;
    do {
        while (left > 0 && at < stop) {
            const struct pdl_raster_code *code = &codes[*at];
            const uint8_t *unit = at + 1;
            uint64_t odd = (load(unit) ^ load(unit + apart)) & code->pair[0];
            odd |= (load(unit + 8) ^ load(unit + 8 + apart)) & code->pair[1];
            odd |= (load(unit + 16) ^ load(unit + 16 + apart)) & code->pair[2];
            if (odd != 0 || code->step > 1 + PDL_RASTER_BLOCK) {
                struct pdl_raster_run run = run_of(walk, at, left);
                pdl_raster_judge_run(judge, page, &run);
            }
            at += code->step;
            left -= code->span;
            if (page->color) {
                walk->left = left;
                return at;
            }
        }
    } while (left <= 0 && next_row(walk, &at, stop, &left));
    walk->left = left;
    return at;
}

// Nothing has marked yet, or each pixel must be looked at.
static const uint8_t *walk_each(struct walk *walk, const uint8_t *at, const uint8_t *stop)
{
    const struct pdl_raster_judge *judge = walk->rows->judge;
    struct pdl_raster_page *page = walk->rows->page;
    bool inked = page->inked;
    int64_t left = walk->left;
    do {
        while (left > 0 && at < stop) {
            const struct pdl_raster_code *code = &walk->codes[*at];
            struct pdl_raster_run run = run_of(walk, at, left);
            pdl_raster_judge_run(judge, page, &run);
            at += code->step;
            left -= code->span;
            if (page->color || page->inked != inked) {
                walk->left = left;
                return at;
            }
        }
    } while (left <= 0 && next_row(walk, &at, stop, &left));
    walk->left = left;
    return at;
}

// The ink of every pixel is added up.
static const uint8_t *walk_cover(struct walk *walk, const uint8_t *at, const uint8_t *stop)
{
    const struct pdl_raster_judge *judge = walk->rows->judge;
    uint32_t unit = judge->pixels.unit;
    int64_t left = walk->left;
    do {
        while (left > 0 && at < stop) {
            const struct pdl_raster_code *code = &walk->codes[*at];
            struct pdl_raster_run run = run_of(walk, at, left);
            uint32_t repeats = (uint32_t)code->span / unit;
            pdl_raster_judge_run(judge, walk->rows->page, &run);
            if (run.count == 1 && repeats > 1 && code->span != PDL_RASTER_FILL) {
                struct pdl_raster_run first = run;
                first.ends = false;
                pdl_raster_cover_run(walk->rows->cover, judge, &first, walk->times * (repeats - 1));
            }
            pdl_raster_cover_run(walk->rows->cover, judge, &run, walk->times);
            at += code->step;
            left -= code->span;
        }
    } while (left <= 0 && next_row(walk, &at, stop, &left));
    walk->left = left;
    return at;
}

// Walks codes until one starts at stop or behind; SLACK bytes behind that may be looked at.
static const uint8_t *walk_on(struct walk *walk, const uint8_t *at, const uint8_t *stop)
{
    const struct pdl_raster_judge *judge = walk->rows->judge;
    const struct pdl_raster_page *page = walk->rows->page;
    while (at < stop && !walk->whole && !walk->broken) {
        if (walk->rows->cover != NULL) {
            at = walk_cover(walk, at, stop);
        } else if (pdl_raster_is_known(judge, page)) {
            at = walk_past(walk, at, stop);
        } else if (page->inked && judge->pairs) {
            at = walk_pairs(walk, at, stop);
        } else {
            at = walk_each(walk, at, stop);
        }
    }
    // The last code of the last row may have come just before stop.
    if (!walk->broken && walk->left <= 0 && walk->row >= page->height) {
        (void)next_row(walk, &at, stop, &walk->left);
    }
    return at;
}

// The last bytes there are: with zeros behind them, so that a code that is cut can be walked.
static void walk_tail(struct walk *walk, struct pdl_input *input)
{
    uint8_t tail[2 * SLACK];
    size_t left = pdl_input_left(input);
    memcpy(tail, input->at, left);
    memset(tail + left, 0, sizeof(tail) - left);
    walk->base = tail;
    walk->base_offset = pdl_input_offset(input);
    const uint8_t *at = walk_on(walk, tail, tail + left);
    walk->broken |= !walk->whole || at > tail + left;
    input->at += at > tail + left ? left : (size_t)(at - tail);
}

bool pdl_raster_codes_read(const struct pdl_raster_rows *rows)
{
    struct pdl_input *input = rows->input;
    struct walk walk = { .rows = rows, .codes = rows->judge->codes };
    while (!walk.whole && !walk.broken) {
        if (pdl_input_need(input, SLACK)) {
            walk.base = input->at;
            walk.base_offset = pdl_input_offset(input);
            input->at = walk_on(&walk, input->at, input->end - SLACK + 1);
        } else {
            walk_tail(&walk, input);
        }
    }
    return !walk.broken;
}
