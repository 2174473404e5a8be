// raster_codes: walks the run codes of a page's rows without expanding them.
//
// rows = row*                     until their repeats reach the height
// row  = repeat-1 (1 byte) code*  until the codes' units reach the bytes of a row
// code = 0..127 unit              that unit n+1 times
//      | 129..255 unit{257-n}     as they stand
//      | 128                      white to the end of the row
// A unit is a pixel of whole bytes, or a byte of narrower pixels.

#include "pdl_raster/raster_int.h"

enum {
    FILL = 128,
    TRY_AGAIN = 16,                   // rows
    TWO_CODES = 2 * 3 * 128,          // bytes of a row in two codes of three bytes, at most
    SLACK = PDL_RASTER_CODE_MAX + 64, // what may be looked at behind the start of a code
};

// Where the walk is in the bytes and in its row.
struct spot {
    const uint8_t *at;
    int64_t left; // bytes of the row that are still to come
};

struct walk {
    const struct pdl_raster_rows *rows;
    const struct pdl_raster_code *codes;
    const uint8_t *base;
    const uint8_t *stop;  // no code that starts here or behind is walked
    uint64_t base_offset; // of base in the document
    int64_t left;         // of struct spot, where the walk was left
    uint64_t row;         // rows that were begun
    uint64_t times;       // how often this one is printed
    bool noisy;           // few codes of the last rows were repeats
    bool whole;           // all rows were there
    bool broken;          // a code goes past its row
};

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// At the end of a row. True: the next one is begun; false: there is none, or not yet.
static bool next_row(struct walk *walk, struct spot *spot)
{
    const struct pdl_raster_page *page = walk->rows->page;
    walk->broken = spot->left < 0 && spot->left > -PDL_RASTER_FILL / 2;
    walk->whole = !walk->broken && walk->row >= page->height;
    spot->left = 0;
    if (walk->broken || walk->whole || spot->at >= walk->stop) {
        return false;
    }
    walk->times = *spot->at + 1U;
    if (walk->times > page->height - walk->row) {
        walk->times = page->height - walk->row;
    }
    walk->row += walk->times;
    spot->at += 1;
    spot->left = page->line_bytes;
    return true;
}

static struct pdl_raster_run run_of(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_code *code = &walk->codes[*spot.at];
    const uint8_t *first = spot.at + 1;
    return (struct pdl_raster_run){ .at = first,
                                    .count = (code->step - 1) / walk->rows->judge->pixels.unit,
                                    .offset = walk->base_offset + (uint64_t)(first - walk->base),
                                    .ends = spot.left == code->span };
}

static void judge_code(const struct walk *walk, struct spot spot)
{
    struct pdl_raster_run run = run_of(walk, spot);
    pdl_raster_judge_run(walk->rows->judge, walk->rows->page, &run);
}

// The codes of a row, to its end, to stop, or until a page that had no colour has. All is known:
// only lengths matter. That most codes are repeats is left to the processor to foresee, here and
// below, so that it need not wait for a code to find the next.
static struct spot pass_codes(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_code *codes = walk->codes;
    size_t repeat = codes[0].step;
    while (spot.left > 0 && spot.at < walk->stop) {
        const struct pdl_raster_code *code = &codes[*spot.at];
        spot.at += *spot.at < FILL ? repeat : code->step;
        spot.left -= code->span;
    }
    return spot;
}

static inline uint64_t block_odd(const struct pdl_raster_code *code, const uint8_t *pixel,
                                 uint32_t apart)
{
    return ((load(pixel) ^ load(pixel + apart)) & code->pair[0]) |
           ((load(pixel + 8) ^ load(pixel + 8 + apart)) & code->pair[1]) |
           ((load(pixel + 16) ^ load(pixel + 16 + apart)) & code->pair[2]);
}

// The pixels of a literal code: whether neighbouring components of one differ.
static inline bool is_odd(const struct pdl_raster_judge *judge, const uint8_t *at)
{
    const struct pdl_raster_code *code = &judge->codes[*at];
    const uint8_t *pixel = at + 1;
    uint64_t odd = block_odd(code, pixel, judge->apart);
    for (uint32_t left = code->step - 1; left > PDL_RASTER_BLOCK && odd == 0;) {
        left -= PDL_RASTER_BLOCK;
        pixel += PDL_RASTER_BLOCK;
        code += judge->block; // of so many units less
        odd = block_odd(code, pixel, judge->apart);
    }
    return odd != 0;
}

// Something marked; a pixel whose components differ is looked for.
static struct spot pair_codes(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_code *codes = walk->codes;
    const struct pdl_raster_judge *judge = walk->rows->judge;
    const struct pdl_raster_page *page = walk->rows->page;
    const uint8_t *stop = walk->stop;
    size_t repeat = codes[0].step;
    uint32_t apart = judge->apart;
    uint64_t one = codes[0].pair[0];
    while (spot.left > 0 && spot.at < stop) {
        const struct pdl_raster_code *code = &codes[*spot.at];
        const uint8_t *pixel = spot.at + 1;
        bool repeats = *spot.at < FILL;
        bool odd =
            repeats ? ((load(pixel) ^ load(pixel + apart)) & one) != 0 : is_odd(judge, spot.at);
        if (odd) {
            judge_code(walk, spot);
        }
        spot.at += repeats ? repeat : code->step;
        spot.left -= code->span;
        if (odd && page->color) {
            return spot;
        }
    }
    return spot;
}

// Takes one code after a full look.
static struct spot take_code(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_code *code = &walk->codes[*spot.at];
    if (is_odd(walk->rows->judge, spot.at)) {
        judge_code(walk, spot);
    }
    return (struct spot){ spot.at + code->step, spot.left - code->span };
}

// The same for pixels of three bytes: two repeats at once, which are eight bytes. Where one of the
// two codes is literal, a repeat before it is taken with it.
static struct spot pair_codes_of_three(struct walk *walk, struct spot spot)
{
    static const uint8_t literals_mask[8] = { 0x80, 0, 0, 0, 0x80, 0, 0, 0 };
    static const uint8_t pairs_mask[8] = { 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0 };
    static const uint8_t first_mask[8] = { 0, 0xff, 0xff, 0, 0, 0, 0, 0 };
    const struct pdl_raster_page *page = walk->rows->page;
    const uint8_t *stop = walk->stop;
    uint64_t literals = load(literals_mask);
    uint64_t pairs = load(pairs_mask);
    uint64_t first = load(first_mask);
    const uint8_t *begin = spot.at;
    ptrdiff_t others = 0; // times that it was no two repeats
    ptrdiff_t bytes = 0;  // of them
    while (spot.left > TWO_CODES && spot.at < stop) {
        uint64_t word = load(spot.at);
        uint64_t odd = word ^ load(spot.at + 1);
        if (((word & literals) | (odd & pairs)) == 0) {
            spot.left -= 3 * (spot.at[0] + spot.at[4] + 2);
            spot.at += 8;
            continue;
        }
        const uint8_t *before = spot.at;
        bool repeats = *spot.at < FILL;
        if ((word & literals) != 0 && (odd & first & (0 - (uint64_t)repeats)) == 0) {
            spot.left -= repeats ? 3 * (*spot.at + 1) : 0;
            spot.at += repeats ? 4 : 0;
        }
        spot = take_code(walk, spot);
        others++;
        bytes += spot.at - before;
        if (page->color) {
            return spot;
        }
    }
    walk->noisy = others > (spot.at - begin - bytes) / 8;
    return pair_codes(walk, spot);
}

// Nothing has marked yet, or each pixel must be looked at.
static struct spot judge_codes(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_page *page = walk->rows->page;
    bool inked = page->inked;
    while (spot.left > 0 && spot.at < walk->stop && !page->color && page->inked == inked) {
        const struct pdl_raster_code *code = &walk->codes[*spot.at];
        judge_code(walk, spot);
        spot.at += code->step;
        spot.left -= code->span;
    }
    return spot;
}

// The ink of every pixel is added up.
static struct spot cover_codes(const struct walk *walk, struct spot spot)
{
    const struct pdl_raster_judge *judge = walk->rows->judge;
    while (spot.left > 0 && spot.at < walk->stop) {
        const struct pdl_raster_code *code = &walk->codes[*spot.at];
        struct pdl_raster_run run = run_of(walk, spot);
        pdl_raster_judge_run(judge, walk->rows->page, &run);
        if (*spot.at > 0 && *spot.at < FILL) {
            struct pdl_raster_run first = run;
            first.ends = false;
            pdl_raster_cover_run(walk->rows->cover, judge, &first, walk->times * *spot.at);
        }
        pdl_raster_cover_run(walk->rows->cover, judge, &run, walk->times);
        spot.at += code->step;
        spot.left -= code->span;
    }
    return spot;
}

// Walks codes until one starts at stop or behind; SLACK bytes behind that may be looked at.
static const uint8_t *walk_on(struct walk *walk, const uint8_t *at)
{
    const struct pdl_raster_judge *judge = walk->rows->judge;
    const struct pdl_raster_page *page = walk->rows->page;
    struct spot spot = { at, walk->left };
    while ((spot.left > 0 || next_row(walk, &spot)) && spot.at < walk->stop) {
        if (walk->rows->cover != NULL && !walk->rows->cover->unknown) {
            spot = cover_codes(walk, spot);
        } else if (pdl_raster_is_known(judge, page)) {
            spot = pass_codes(walk, spot);
        } else if (!page->inked || !judge->pairs) {
            spot = judge_codes(walk, spot);
        } else if (judge->pixels.unit == 3 && (!walk->noisy || walk->row % TRY_AGAIN == 0)) {
            spot = pair_codes_of_three(walk, spot);
        } else {
            spot = pair_codes(walk, spot);
        }
    }
    walk->left = spot.left;
    return spot.at;
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
    walk->stop = tail + left;
    size_t walked = (size_t)(walk_on(walk, tail) - tail);
    walk->broken |= !walk->whole || walked > left;
    input->at += walked > left ? left : walked;
}

bool pdl_raster_codes_read(const struct pdl_raster_rows *rows)
{
    struct pdl_input *input = rows->input;
    struct walk walk = { .rows = rows, .codes = rows->judge->codes };
    while (!walk.whole && !walk.broken) {
        if (pdl_input_need(input, SLACK)) {
            walk.base = input->at;
            walk.base_offset = pdl_input_offset(input);
            walk.stop = input->end - SLACK + 1;
            input->at = walk_on(&walk, input->at);
        } else {
            walk_tail(&walk, input);
        }
    }
    return !walk.broken;
}
