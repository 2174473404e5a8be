// color: the one rule of what counts as colour (docs/decisions: colour). Pure.
//
// A colour is judged by what a person would see: converted to RGB by the plain rules of ISO 32000-2
// 10.4, it is grey when its components are within PDL_NEUTRAL of each other. So neutral RGB is
// grey, composite and rich black are grey, and CMYK ink that full black covers does not count.
#pragma once

#include "base/str.h"

#define PDL_NEUTRAL (2.5 / 255) // between two and three levels of 255
#define PDL_WHITE (254.0 / 255)

// The same for samples of eight bits: equal within PDL_NEUTRAL_LEVELS.
enum { PDL_NEUTRAL_LEVELS = 2 };
static inline bool pdl_is_neutral(int a, int b, int c)
{
    int low = a < b ? (a < c ? a : c) : (b < c ? b : c);
    int high = a > b ? (a > c ? a : c) : (b > c ? b : c);
    return high - low <= PDL_NEUTRAL_LEVELS;
}

enum pdl_shade {
    PDL_NOTHING, // leaves no mark at all
    PDL_SHADE_WHITE,
    PDL_GREY,
    PDL_COLOR,
    PDL_UNSURE, // must be drawn to be known
};

enum pdl_space_family {
    PDL_SPACE_GRAY, // and CalGray, ICCBased of one component
    PDL_SPACE_RGB,
    PDL_SPACE_CMYK,
    PDL_SPACE_LAB,
    PDL_SPACE_TINT,    // Indexed, Separation, DeviceN: asked of the source of the space
    PDL_SPACE_PATTERN, // under: the space of an uncoloured pattern's components, or NULL
    PDL_SPACE_UNKNOWN,
};

struct pdl_space {
    enum pdl_space_family family;
    int components;
    bool chroma; // can say more than grey: it is declared as colour by whoever marks in it
    const struct pdl_space *under; // borrowed
    double initial[4];             // the colour that cs selects, where it is not 0 0 0 (1)
    const void *source;            // the asker's own
};

extern const struct pdl_space pdl_color_gray;
extern const struct pdl_space pdl_color_rgb;
extern const struct pdl_space pdl_color_cmyk;

enum pdl_shade pdl_color_rgb_shade(double r, double g, double b);
enum pdl_shade pdl_color_cmyk_shade(const double *v);
enum pdl_shade pdl_color_lab_shade(const double *v);

// By family; PDL_UNSURE for those that must be asked.
enum pdl_shade pdl_color_shade(const struct pdl_space *space, const double *v);

// The stronger of two things that are both there.
static inline enum pdl_shade pdl_color_both(enum pdl_shade a, enum pdl_shade b)
{
    if (a == PDL_COLOR || b == PDL_COLOR) {
        return PDL_COLOR;
    }
    return a > b ? a : b;
}
