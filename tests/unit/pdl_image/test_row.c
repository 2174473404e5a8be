// Rows of the plain spaces: where grey ends, and what ink full black covers.
#include "pdl_image/row.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    pdl_image_row *row;
    uint8_t bytes[8];
    enum pdl_shade shade;
} cases[] = {
    { "grey within two levels", pdl_image_row_rgb, { 9, 9, 9, 10, 12, 11 }, PDL_GREY },
    { "a last pixel of three levels", pdl_image_row_rgb, { 9, 9, 9, 10, 13, 11 }, PDL_COLOR },
    { "black ink alone", pdl_image_row_cmyk, { 0, 0, 0, 90, 0, 0, 0, 255 }, PDL_GREY },
    { "composite grey", pdl_image_row_cmyk, { 80, 81, 82, 90, 50, 50, 50, 0 }, PDL_GREY },
    { "cyan", pdl_image_row_cmyk, { 0, 0, 0, 0, 3, 0, 0, 0 }, PDL_COLOR },
    { "cyan below full black", pdl_image_row_cmyk, { 255, 0, 0, 255, 9, 0, 0, 255 }, PDL_GREY },
    { "inverted black",
      pdl_image_row_cmyk_inverted,
      { 255, 255, 255, 9, 255, 255, 255, 0 },
      PDL_GREY },
    { "inverted cyan",
      pdl_image_row_cmyk_inverted,
      { 255, 255, 255, 9, 9, 255, 255, 255 },
      PDL_COLOR },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tap_result(cases[i].row(NULL, cases[i].bytes, 2) == cases[i].shade, cases[i].name, __FILE__,
                   __LINE__);
    }
    return tap_done();
}
