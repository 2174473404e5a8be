// tally: see tally.h. RGB becomes ink by full black extraction: K is what is missing of the
// strongest component, C, M and Y what is missing of each beyond that.

#include "pdl_image/tally.h"

enum {
    NEUTRAL = 642, // 2.5 levels of 255
    WHITE = 254 * PDL_IMAGE_LEVEL,
    BYTE_NEUTRAL = 2,
    BYTE_NEUTRAL_CHROMA = 3,
    BYTE_WHITE = 254,
    BYTE_TOP = 255,
};

static enum pdl_shade shade_of(int r, int g, int b)
{
    int low = r < g ? (r < b ? r : b) : (g < b ? g : b);
    int high = r > g ? (r > b ? r : b) : (g > b ? g : b);
    if (high - low > NEUTRAL) {
        return PDL_COLOR;
    }
    return low >= WHITE ? PDL_SHADE_WHITE : PDL_GREY;
}

static void ink_of(int r, int g, int b, uint16_t ink[PDL_INKS])
{
    int high = r > g ? (r > b ? r : b) : (g > b ? g : b);
    ink[0] = (uint16_t)(high - r);
    ink[1] = (uint16_t)(high - g);
    ink[2] = (uint16_t)(high - b);
    ink[3] = (uint16_t)(PDL_IMAGE_TOP - high);
}

static void add(struct pdl_image_tally *tally, enum pdl_shade shade, const uint16_t ink[PDL_INKS])
{
    tally->color |= shade == PDL_COLOR;
    tally->marks |= shade > PDL_SHADE_WHITE;
    if (tally->coverage) {
        for (int i = 0; i < PDL_INKS; i++) {
            tally->ink[i] += ink[i];
        }
    }
}

void pdl_image_tally_gray8(struct pdl_image_tally *tally, const uint8_t *row, uint32_t count)
{
    unsigned low = BYTE_TOP;
    uint64_t sum = 0;
    for (uint32_t x = 0; x < count; x++) {
        low = row[x] < low ? row[x] : low;
        sum += row[x];
    }
    tally->marks |= low < BYTE_WHITE;
    tally->pixels += count;
    tally->ink[PDL_INKS - 1] += ((uint64_t)count * BYTE_TOP - sum) * PDL_IMAGE_LEVEL;
}

static void rgb8_ink(struct pdl_image_tally *tally, const uint8_t *row, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++, row += 3) {
        uint16_t ink[PDL_INKS];
        int level = PDL_IMAGE_LEVEL;
        ink_of(row[0] * level, row[1] * level, row[2] * level, ink);
        for (int i = 0; i < PDL_INKS; i++) {
            tally->ink[i] += ink[i];
        }
    }
}

void pdl_image_tally_rgb8(struct pdl_image_tally *tally, const uint8_t *row, uint32_t count)
{
    int least = BYTE_TOP;
    int most = 0;
    for (uint32_t x = 0; x < count; x++) {
        int r = row[3 * x];
        int g = row[3 * x + 1];
        int b = row[3 * x + 2];
        int low = r < g ? (r < b ? r : b) : (g < b ? g : b);
        int high = r > g ? (r > b ? r : b) : (g > b ? g : b);
        least = low < least ? low : least;
        most = high - low > most ? high - low : most;
    }
    bool is_color = most > (tally->of_chroma ? BYTE_NEUTRAL_CHROMA : BYTE_NEUTRAL);
    tally->color |= is_color;
    tally->marks |= least < BYTE_WHITE || is_color;
    tally->pixels += count;
    if (tally->coverage) {
        rgb8_ink(tally, row, count);
    }
}

void pdl_image_tally_rgb16(struct pdl_image_tally *tally, const uint16_t *row, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++, row += 3) {
        uint16_t ink[PDL_INKS];
        ink_of(row[0], row[1], row[2], ink);
        add(tally, shade_of(row[0], row[1], row[2]), ink);
    }
    tally->pixels += count;
}

void pdl_image_tally_cmyk16(struct pdl_image_tally *tally, const uint16_t *row, uint32_t count)
{
    for (uint32_t x = 0; x < count; x++, row += 4) {
        int left = PDL_IMAGE_TOP - row[3]; // what black leaves of the light
        int r = left > row[0] ? left - row[0] : 0;
        int g = left > row[1] ? left - row[1] : 0;
        int b = left > row[2] ? left - row[2] : 0;
        add(tally, shade_of(r, g, b), row);
    }
    tally->pixels += count;
}

void pdl_image_codes_set(struct pdl_image_codes *codes, int code, const uint16_t rgb[3])
{
    enum pdl_shade shade = shade_of(rgb[0], rgb[1], rgb[2]);
    codes->shade[code] = (uint8_t)shade;
    codes->any_color |= shade == PDL_COLOR;
    ink_of(rgb[0], rgb[1], rgb[2], codes->ink[code]);
}

// How often each code stands in a row.
static void codes_count(const struct pdl_image_codes *codes, const uint8_t *row, uint32_t count,
                        uint32_t seen[256])
{
    int bits = codes->bits;
    unsigned mask = (1U << bits) - 1;
    uint32_t x = 0;
    if (bits == 1) { // black and white: the set bits of whole bytes
        for (; x + 8 <= count; x += 8) {
            seen[1] += (uint32_t)__builtin_popcount(row[x / 8]);
        }
        seen[0] += x - seen[1];
    }
    for (; x < count; x++) {
        size_t bit = (size_t)x * (size_t)bits;
        seen[row[bit / 8] >> (8 - bits - (int)(bit % 8)) & mask]++;
    }
}

void pdl_image_tally_codes(struct pdl_image_tally *tally, const struct pdl_image_codes *codes,
                           const uint8_t *row, uint32_t count)
{
    uint32_t seen[256] = { 0 };
    codes_count(codes, row, count, seen);
    for (unsigned code = 0; code < 1U << codes->bits; code++) {
        if (seen[code] > 0) {
            tally->color |= codes->shade[code] == PDL_COLOR;
            tally->marks |= codes->shade[code] > PDL_SHADE_WHITE;
            for (int i = 0; i < PDL_INKS; i++) {
                tally->ink[i] += (uint64_t)seen[code] * codes->ink[code][i];
            }
        }
    }
    tally->pixels += count;
}

enum pdl_shade pdl_image_tally_shade(const struct pdl_image_tally *tally)
{
    return tally->color ? PDL_COLOR : tally->marks ? PDL_GREY : PDL_SHADE_WHITE;
}

struct pdl_coverage pdl_image_tally_coverage(const struct pdl_image_tally *tally)
{
    struct pdl_coverage coverage = { .known = tally->coverage && tally->pixels > 0 };
    if (coverage.known) {
        uint64_t all = tally->pixels * PDL_IMAGE_TOP;
        for (int i = 0; i < PDL_INKS; i++) {
            coverage.ink[i] = (uint16_t)((tally->ink[i] * PDL_COVERAGE_ALL + all / 2) / all);
        }
    }
    return coverage;
}
