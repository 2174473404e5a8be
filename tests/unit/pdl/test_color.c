// The one rule of colour.
#include "pdl/color.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    const struct pdl_space *space;
    double v[4];
    enum pdl_shade shade;
} cases[] = {
    { "black", &pdl_color_gray, { 0 }, PDL_GREY },
    { "white", &pdl_color_gray, { 1 }, PDL_SHADE_WHITE },
    { "neutral RGB", &pdl_color_rgb, { .4, .4, .4 }, PDL_GREY },
    { "RGB off by two levels", &pdl_color_rgb, { .4, .4 + 2 / 255.0, .4 }, PDL_GREY },
    { "RGB off by three levels", &pdl_color_rgb, { .4, .4 + 3 / 255.0, .4 }, PDL_COLOR },
    { "white RGB", &pdl_color_rgb, { 1, 1, 1 }, PDL_SHADE_WHITE },
    { "beyond its range", &pdl_color_rgb, { 9, 5, 2 }, PDL_SHADE_WHITE },
    { "black ink", &pdl_color_cmyk, { 0, 0, 0, 1 }, PDL_GREY },
    { "no ink", &pdl_color_cmyk, { 0, 0, 0, 0 }, PDL_SHADE_WHITE },
    { "rich black", &pdl_color_cmyk, { .7, .6, .6, 1 }, PDL_GREY },
    { "composite grey", &pdl_color_cmyk, { .3, .3, .3, .1 }, PDL_GREY },
    { "cyan", &pdl_color_cmyk, { 1, 0, 0, 0 }, PDL_COLOR },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tap_result(pdl_color_shade(cases[i].space, cases[i].v) == cases[i].shade, cases[i].name,
                   __FILE__, __LINE__);
    }
    double neutral[3] = { 50, 1, -1 };
    double warm[3] = { 50, 9, 0 };
    double dark[3] = { 0, 9, 0 };
    CHECK(pdl_color_lab_shade(neutral) == PDL_GREY && pdl_color_lab_shade(warm) == PDL_COLOR);
    CHECK(pdl_color_lab_shade(dark) == PDL_GREY);
    CHECK(pdl_color_both(PDL_UNSURE, PDL_COLOR) == PDL_COLOR);
    CHECK(pdl_color_both(PDL_UNSURE, PDL_GREY) == PDL_UNSURE);
    return tap_done();
}
