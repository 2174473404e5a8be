// raster_ink: what a pixel's samples are on paper: nothing, grey or colour, and how much of which
// ink. The rule is that of pdl/color.h, in whole numbers: a sample of 8 bits times 257 is one
// of 16.

#include "pdl_raster/raster_int.h"

enum {
    FULL = PDL_RASTER_FULL,
    NEUTRAL = 642,     // PDL_NEUTRAL of FULL
    WHITE = 254 * 257, // PDL_WHITE of FULL
    LAB_ZERO_LEAST = 126 * 256,
    LAB_ZERO_MOST = 130 * 257,
    XYZ_NEUTRAL = 3 * 257, // one more than NEUTRAL: 8 bits of XYZ are coarse
    XYZ_UNIT = 10000,      // X, Y and Z of white (D65), encoded with 1/1.1 of their range
    XYZ_X = 11573,
    XYZ_Y = 11000,
    XYZ_Z = 10101,
};

void pdl_raster_ink_read(const struct pdl_raster_pixels *pixels, const uint8_t *unit,
                         uint32_t index, uint16_t *samples)
{
    uint32_t count = pixels->components;
    if (pixels->bits == 8) {
        for (uint32_t i = 0; i < count; i++) {
            samples[i] = (uint16_t)(unit[i] * 257);
        }
        return;
    }
    if (pixels->bits == 16) {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t first = unit[2 * i];
            uint32_t second = unit[2 * i + 1];
            samples[i] = (uint16_t)(pixels->little ? second << 8 | first : first << 8 | second);
        }
        return;
    }
    uint32_t word = unit[0];
    uint32_t shift = 8 - pixels->pixel_bits * (index + 1);
    if (pixels->pixel_bits == 16) {
        word = pixels->little ? (uint32_t)unit[1] << 8 | unit[0] : (uint32_t)unit[0] << 8 | unit[1];
        shift = 0;
    }
    uint32_t most = (1U << pixels->bits) - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t level = word >> (shift + pixels->bits * (count - 1 - i)) & most;
        samples[i] = (uint16_t)(level * (FULL / most));
    }
}

static uint16_t least(uint16_t a, uint16_t b, uint16_t c)
{
    uint16_t low = a < b ? a : b;
    return low < c ? low : c;
}

static uint16_t most(uint16_t a, uint16_t b, uint16_t c)
{
    uint16_t high = a > b ? a : b;
    return high > c ? high : c;
}

static enum pdl_shade shade_rgb(uint16_t r, uint16_t g, uint16_t b)
{
    uint16_t low = least(r, g, b);
    if (most(r, g, b) - low > NEUTRAL) {
        return PDL_COLOR;
    }
    return low >= WHITE ? PDL_SHADE_WHITE : PDL_GREY;
}

// What is left of the light under an ink and black.
static uint16_t under(uint32_t ink, uint32_t black)
{
    return (uint16_t)(ink + black > FULL ? 0 : FULL - ink - black);
}

static enum pdl_shade shade_inks(const uint16_t *ink, uint16_t black)
{
    return shade_rgb(under(ink[0], black), under(ink[1], black), under(ink[2], black));
}

static enum pdl_shade shade_alpha(const uint16_t *v)
{
    uint16_t rgb[3];
    for (int i = 0; i < 3; i++) {
        rgb[i] = (uint16_t)(FULL - (uint32_t)(FULL - v[i]) * v[3] / FULL);
    }
    return shade_rgb(rgb[0], rgb[1], rgb[2]);
}

static enum pdl_shade shade_lab(const uint16_t *v)
{
    for (int i = 1; i < 3; i++) {
        if (v[0] > 0 && (v[i] < LAB_ZERO_LEAST || v[i] > LAB_ZERO_MOST)) {
            return PDL_COLOR;
        }
    }
    return v[0] >= WHITE ? PDL_SHADE_WHITE : PDL_GREY;
}

static enum pdl_shade shade_xyz(const uint16_t *v)
{
    static const uint32_t factors[] = { XYZ_X, XYZ_Y, XYZ_Z };
    uint16_t of_white[3];
    for (int i = 0; i < 3; i++) {
        uint32_t part = v[i] * factors[i] / XYZ_UNIT;
        of_white[i] = (uint16_t)(part > FULL ? FULL : part);
    }
    uint16_t low = least(of_white[0], of_white[1], of_white[2]);
    if (most(of_white[0], of_white[1], of_white[2]) - low > XYZ_NEUTRAL) {
        return PDL_COLOR;
    }
    return low >= WHITE - XYZ_NEUTRAL ? PDL_SHADE_WHITE : PDL_GREY;
}

static enum pdl_shade shade_six(const uint16_t *v)
{
    uint16_t ink[3] = { 0, 0, v[3] };
    for (int i = 0; i < 2; i++) {
        uint32_t both = (uint32_t)v[1 + i] + v[4 + i] / 2U;
        ink[i] = (uint16_t)(both > FULL ? FULL : both);
    }
    return shade_inks(ink, v[0]);
}

enum pdl_shade pdl_raster_ink_shade(enum pdl_raster_ink ink, const uint16_t *v)
{
    uint16_t inverted[4];
    switch (ink) {
    case PDL_RASTER_LIGHT: return v[0] >= WHITE ? PDL_SHADE_WHITE : PDL_GREY;
    case PDL_RASTER_DARK:
    case PDL_RASTER_SPOT: return v[0] <= FULL - WHITE ? PDL_SHADE_WHITE : PDL_GREY;
    case PDL_RASTER_GOLD: return v[0] <= FULL - WHITE ? PDL_SHADE_WHITE : PDL_COLOR;
    case PDL_RASTER_RGB: return shade_rgb(v[0], v[1], v[2]);
    case PDL_RASTER_RGBA: return shade_alpha(v);
    case PDL_RASTER_RGBW:
        for (int i = 0; i < 4; i++) {
            inverted[i] = (uint16_t)(FULL - v[i]);
        }
        return shade_inks(inverted, inverted[3]);
    case PDL_RASTER_CMY:
    case PDL_RASTER_YMC: return shade_inks(v, 0);
    case PDL_RASTER_CMYK:
    case PDL_RASTER_YMCK: return shade_inks(v, v[3]);
    case PDL_RASTER_KCMY: return shade_inks(v + 1, v[0]);
    case PDL_RASTER_KCMYCM: return shade_six(v);
    case PDL_RASTER_LAB: return shade_lab(v);
    case PDL_RASTER_XYZ: return shade_xyz(v);
    case PDL_RASTER_OTHER: return PDL_UNSURE;
    }
    return PDL_UNSURE;
}

// By full black extraction: black is what all three inks share.
static void cover_rgb(const uint16_t *v, uint16_t cover[PDL_INKS])
{
    uint16_t light = most(v[0], v[1], v[2]);
    cover[3] = (uint16_t)(FULL - light);
    for (int i = 0; i < 3; i++) {
        cover[i] = (uint16_t)(light - v[i]);
    }
}

bool pdl_raster_ink_cover(enum pdl_raster_ink ink, const uint16_t *v, uint16_t cover[PDL_INKS])
{
    static const uint8_t ymck[] = { 2, 1, 0, 3 };
    static const uint8_t kcmy[] = { 1, 2, 3, 0 };
    memset(cover, 0, PDL_INKS * sizeof(*cover));
    switch (ink) {
    case PDL_RASTER_LIGHT: cover[3] = (uint16_t)(FULL - v[0]); return true;
    case PDL_RASTER_DARK: cover[3] = v[0]; return true;
    case PDL_RASTER_RGB: cover_rgb(v, cover); return true;
    case PDL_RASTER_RGBW:
        for (int i = 0; i < PDL_INKS; i++) {
            cover[i] = (uint16_t)(FULL - v[i]);
        }
        return true;
    case PDL_RASTER_CMY: memcpy(cover, v, 3 * sizeof(*v)); return true;
    case PDL_RASTER_CMYK: memcpy(cover, v, 4 * sizeof(*v)); return true;
    case PDL_RASTER_YMC:
    case PDL_RASTER_YMCK:
        for (int i = 0; i < (ink == PDL_RASTER_YMC ? 3 : 4); i++) {
            cover[i] = v[ymck[i]];
        }
        return true;
    case PDL_RASTER_KCMY:
        for (int i = 0; i < PDL_INKS; i++) {
            cover[i] = v[kcmy[i]];
        }
        return true;
    case PDL_RASTER_SPOT:
    case PDL_RASTER_GOLD:
    case PDL_RASTER_RGBA:
    case PDL_RASTER_KCMYCM:
    case PDL_RASTER_LAB:
    case PDL_RASTER_XYZ:
    case PDL_RASTER_OTHER: return false;
    }
    return false;
}

uint32_t pdl_raster_ink_components(enum pdl_raster_ink ink)
{
    switch (ink) {
    case PDL_RASTER_LIGHT:
    case PDL_RASTER_DARK:
    case PDL_RASTER_SPOT:
    case PDL_RASTER_GOLD:
    case PDL_RASTER_OTHER: return 1;
    case PDL_RASTER_RGB:
    case PDL_RASTER_CMY:
    case PDL_RASTER_YMC:
    case PDL_RASTER_LAB:
    case PDL_RASTER_XYZ: return 3;
    case PDL_RASTER_RGBA:
    case PDL_RASTER_RGBW:
    case PDL_RASTER_CMYK:
    case PDL_RASTER_YMCK:
    case PDL_RASTER_KCMY: return 4;
    case PDL_RASTER_KCMYCM: return 6;
    }
    return 1;
}
