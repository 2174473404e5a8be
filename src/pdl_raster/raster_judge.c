// raster_judge: whether pixels mark, and whether in colour. The fast look asks if neighbouring
// components of all pixels are equal; only where they are not is each pixel looked at.

#include "pdl_raster/raster_int.h"

enum { CODES = 256, LAST_REPEAT = 127, WHITE_TO_END = 128, NEUTRAL_BLOCK = 48 };

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

void pdl_raster_judge_mark(struct pdl_raster_page *page, enum pdl_shade shade, uint64_t offset)
{
    if (shade == PDL_COLOR && !page->color) {
        page->color = true;
        page->inked = true;
        page->place = offset;
    } else if (shade >= PDL_GREY && !page->inked) {
        page->inked = true;
        page->place = offset;
    }
}

static enum pdl_shade byte_shade(const struct pdl_raster_judge *judge, uint8_t byte,
                                 uint32_t pixels)
{
    enum pdl_shade shade = PDL_NOTHING;
    uint16_t samples[PDL_RASTER_INKS_MAX];
    for (uint32_t i = 0; i < pixels; i++) {
        pdl_raster_ink_read(&judge->pixels, &byte, i, samples);
        shade = pdl_color_both(shade, pdl_raster_ink_shade(judge->pixels.ink, samples));
    }
    return shade;
}

static enum pdl_shade other_shade(const uint8_t *unit, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (unit[i] != 0) {
            return PDL_UNSURE;
        }
    }
    return PDL_SHADE_WHITE;
}

static enum pdl_shade unit_shade(const struct pdl_raster_judge *judge, const uint8_t *unit,
                                 bool at_end)
{
    if (judge->pixels.unit == 1) {
        return (enum pdl_shade)judge->shades[at_end][*unit];
    }
    if (judge->pixels.ink == PDL_RASTER_OTHER) {
        return other_shade(unit, judge->pixels.unit);
    }
    uint16_t samples[PDL_RASTER_INKS_MAX];
    pdl_raster_ink_read(&judge->pixels, unit, 0, samples);
    return pdl_raster_ink_shade(judge->pixels.ink, samples);
}

// Sixteen pixels of three bytes, in a form that the compiler does many bytes at a time: how far the
// three bytes from each byte on lie apart, of which every third counts.
static bool block_is_neutral(const uint8_t *at)
{
    static const uint8_t counts[NEUTRAL_BLOCK] = {
        255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0,
        255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0,
    };
    uint8_t most = 0;
    for (int i = 0; i < NEUTRAL_BLOCK; i++) {
        uint8_t low = at[i] < at[i + 1] ? at[i] : at[i + 1];
        uint8_t high = at[i] < at[i + 1] ? at[i + 1] : at[i];
        low = at[i + 2] < low ? at[i + 2] : low;
        high = at[i + 2] > high ? at[i + 2] : high;
        uint8_t apart = (uint8_t)((high - low) & counts[i]);
        most = apart > most ? apart : most;
    }
    return most <= PDL_NEUTRAL_LEVELS;
}

// How many units at the start are neutral beyond doubt. Black in them only brings the others
// nearer.
static uint32_t neutral_units(const struct pdl_raster_judge *judge,
                              const struct pdl_raster_run *run)
{
    size_t size = judge->pixels.unit;
    const uint8_t *triple = run->at + (judge->pixels.ink == PDL_RASTER_KCMY ? 1 : 0);
    uint32_t count = 0;
    while (size == 3 && run->count - count > NEUTRAL_BLOCK / 3 && block_is_neutral(triple)) {
        triple += NEUTRAL_BLOCK;
        count += NEUTRAL_BLOCK / 3;
    }
    while (count < run->count && pdl_is_neutral(triple[0], triple[1], triple[2])) {
        triple += size;
        count++;
    }
    return count;
}

void pdl_raster_judge_units(const struct pdl_raster_judge *judge, struct pdl_raster_page *page,
                            const struct pdl_raster_run *run)
{
    uint32_t size = judge->pixels.unit;
    bool neutral = page->inked && judge->triple && judge->pixels.bits == 8;
    uint32_t first = neutral ? neutral_units(judge, run) : 0;
    const uint8_t *unit = run->at + (size_t)first * size;
    for (uint32_t i = first; i < run->count; i++, unit += size) {
        bool at_end = run->ends && i + 1 == run->count;
        if (i > first && !at_end && memcmp(unit, unit - size, size) == 0) {
            continue;
        }
        enum pdl_shade shade = unit_shade(judge, unit, at_end);
        pdl_raster_judge_mark(page, shade, run->offset + (uint64_t)i * size);
        if (pdl_raster_is_known(judge, page)) {
            return;
        }
    }
}

// Bytes at the start that are surely white, or surely no colour; a multiple of the block.
static size_t look(const struct pdl_raster_judge *judge, const uint8_t *at, size_t len, bool white)
{
    const uint64_t *pair = judge->codes[CODES - PDL_RASTER_BLOCK].pair; // as many units as that
    uint64_t paper = judge->white * (UINT64_MAX / UINT8_MAX);
    size_t done = 0;
    while (len - done >= PDL_RASTER_BLOCK + 2 * sizeof(uint64_t)) {
        uint64_t odd = 0;
        for (size_t i = 0; i < PDL_RASTER_WORDS; i++) {
            const uint8_t *word = at + done + i * sizeof(uint64_t);
            odd |= white ? load(word) ^ paper : (load(word) ^ load(word + judge->apart)) & pair[i];
        }
        if (odd != 0) {
            break;
        }
        done += PDL_RASTER_BLOCK;
    }
    return done;
}

void pdl_raster_judge_run(const struct pdl_raster_judge *judge, struct pdl_raster_page *page,
                          const struct pdl_raster_run *run)
{
    uint32_t size = judge->pixels.unit;
    struct pdl_raster_run rest = *run;
    while (rest.count > 0 && !pdl_raster_is_known(judge, page)) {
        bool white = !page->inked;
        bool neutral = !white && judge->triple && judge->pixels.bits == 8;
        bool fast =
            !neutral && PDL_RASTER_BLOCK % size == 0 && (white ? judge->even_white : judge->pairs);
        size_t clean = fast ? look(judge, rest.at, (size_t)rest.count * size, white) : 0;
        rest.at += clean;
        rest.offset += clean;
        rest.count -= (uint32_t)(clean / size);
        uint32_t most = fast ? 2 * PDL_RASTER_BLOCK / size : rest.count;
        struct pdl_raster_run odd = rest;
        odd.count = rest.count < most ? rest.count : most;
        odd.ends = rest.ends && odd.count == rest.count;
        pdl_raster_judge_units(judge, page, &odd);
        rest.at += (size_t)odd.count * size;
        rest.offset += (uint64_t)odd.count * size;
        rest.count -= odd.count;
    }
}

// The bytes of a unit whose neighbour is another component of the same pixel, and of the three that
// make its colour.
static bool in_pair(const struct pdl_raster_judge *judge, uint32_t at)
{
    uint32_t first = judge->pixels.ink == PDL_RASTER_KCMY ? judge->apart : 0;
    return at >= first && at < first + 2 * judge->apart;
}

static void make_codes(struct pdl_raster_judge *judge)
{
    uint32_t size = judge->pixels.unit;
    for (uint32_t byte = 0; byte <= CODES; byte++) { // the last one: a single unit as it stands
        struct pdl_raster_code *code = &judge->codes[byte];
        uint32_t count = byte <= LAST_REPEAT ? byte + 1 : CODES + 1 - byte;
        uint32_t stored = byte <= LAST_REPEAT ? 1 : count;
        *code =
            (struct pdl_raster_code){ .span = (int32_t)(count * size), .step = 1 + stored * size };
        for (uint32_t i = 0; i < stored * size && i < PDL_RASTER_BLOCK; i++) {
            uint8_t mask[PDL_RASTER_BLOCK] = { 0 };
            mask[i] = judge->pairs && in_pair(judge, i % size) ? UINT8_MAX : 0;
            for (uint32_t word = 0; word < PDL_RASTER_WORDS; word++) {
                code->pair[word] |= load(mask + word * sizeof(uint64_t));
            }
        }
    }
    judge->codes[WHITE_TO_END] = (struct pdl_raster_code){ .span = PDL_RASTER_FILL, .step = 1 };
}

static bool has_triple(enum pdl_raster_ink ink)
{
    switch (ink) {
    case PDL_RASTER_RGB:
    case PDL_RASTER_RGBA:
    case PDL_RASTER_RGBW:
    case PDL_RASTER_CMY:
    case PDL_RASTER_YMC:
    case PDL_RASTER_CMYK:
    case PDL_RASTER_YMCK:
    case PDL_RASTER_KCMY: return true;
    case PDL_RASTER_LIGHT:
    case PDL_RASTER_DARK:
    case PDL_RASTER_SPOT:
    case PDL_RASTER_GOLD:
    case PDL_RASTER_KCMYCM:
    case PDL_RASTER_LAB:
    case PDL_RASTER_XYZ:
    case PDL_RASTER_OTHER: return false;
    }
    return false;
}

void pdl_raster_judge_make(struct pdl_raster_judge *judge, const struct pdl_raster_page *page)
{
    const struct pdl_raster_pixels *pixels = &page->pixels;
    enum pdl_raster_ink ink = pixels->ink;
    uint32_t per_unit = pdl_raster_unit_pixels(pixels);
    uint32_t tail = (page->width - 1) % per_unit + 1;
    if (judge->per_unit == per_unit && judge->tail == tail &&
        memcmp(&judge->pixels, pixels, sizeof(*pixels)) == 0) {
        return;
    }
    *judge = (struct pdl_raster_judge){ .pixels = *pixels, .per_unit = per_unit, .tail = tail };
    judge->mono = ink == PDL_RASTER_LIGHT || ink == PDL_RASTER_DARK || ink == PDL_RASTER_SPOT ||
                  ink == PDL_RASTER_OTHER;
    judge->even_white = ink != PDL_RASTER_LAB && ink != PDL_RASTER_XYZ;
    bool light = ink == PDL_RASTER_LIGHT || ink == PDL_RASTER_RGB || ink == PDL_RASTER_RGBA ||
                 ink == PDL_RASTER_RGBW;
    judge->white = light ? UINT8_MAX : 0;
    judge->triple = has_triple(ink);
    judge->pairs = judge->triple && pixels->bits >= 8;
    judge->apart = pixels->bits / 8;
    judge->block = judge->pairs ? PDL_RASTER_BLOCK / pixels->unit : 1;
    if (pixels->order != PDL_RASTER_CHUNKED) {
        return;
    }
    make_codes(judge);
    for (unsigned byte = 0; byte < CODES && pixels->unit == 1; byte++) {
        bool other = ink == PDL_RASTER_OTHER;
        enum pdl_shade none = byte == 0 ? PDL_SHADE_WHITE : PDL_UNSURE;
        judge->shades[0][byte] =
            (uint8_t)(other ? none : byte_shade(judge, (uint8_t)byte, per_unit));
        judge->shades[1][byte] = (uint8_t)(other ? none : byte_shade(judge, (uint8_t)byte, tail));
    }
}
