// color: see color.h.

#include "pdl/color.h"

const struct pdl_space pdl_color_gray = { .family = PDL_SPACE_GRAY, .components = 1 };
const struct pdl_space pdl_color_rgb = { .family = PDL_SPACE_RGB, .components = 3, .chroma = true };
const struct pdl_space pdl_color_cmyk = {
    .family = PDL_SPACE_CMYK, .components = 4, .chroma = true, .initial = { 0, 0, 0, 1 }
};

static double clamp(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

enum pdl_shade pdl_color_rgb_shade(double r, double g, double b)
{
    r = clamp(r);
    g = clamp(g);
    b = clamp(b);
    double low = r < g ? (r < b ? r : b) : (g < b ? g : b);
    double high = r > g ? (r > b ? r : b) : (g > b ? g : b);
    if (high - low > PDL_NEUTRAL) {
        return PDL_COLOR;
    }
    return low >= PDL_WHITE ? PDL_SHADE_WHITE : PDL_GREY;
}

enum pdl_shade pdl_color_cmyk_shade(const double *v)
{
    double k = clamp(v[3]);
    return pdl_color_rgb_shade(1 - clamp(clamp(v[0]) + k), 1 - clamp(clamp(v[1]) + k),
                               1 - clamp(clamp(v[2]) + k));
}

enum pdl_shade pdl_color_lab_shade(const double *v)
{
    enum { AB_NEUTRAL = 2, L_WHITE = 100 };
    if (v[1] > AB_NEUTRAL || v[1] < -AB_NEUTRAL || v[2] > AB_NEUTRAL || v[2] < -AB_NEUTRAL) {
        return v[0] <= 0 ? PDL_GREY : PDL_COLOR;
    }
    return v[0] >= L_WHITE ? PDL_SHADE_WHITE : PDL_GREY;
}

enum pdl_shade pdl_color_shade(const struct pdl_space *space, const double *v)
{
    switch (space->family) {
    case PDL_SPACE_GRAY: return pdl_color_rgb_shade(v[0], v[0], v[0]);
    case PDL_SPACE_RGB: return pdl_color_rgb_shade(v[0], v[1], v[2]);
    case PDL_SPACE_CMYK: return pdl_color_cmyk_shade(v);
    case PDL_SPACE_LAB: return pdl_color_lab_shade(v);
    case PDL_SPACE_TINT:
    case PDL_SPACE_PATTERN:
    case PDL_SPACE_UNKNOWN: return PDL_UNSURE;
    }
    return PDL_UNSURE;
}
