// row: see row.h.

#include "pdl_image/row.h"

enum { LEVELS_NEUTRAL = 2, LEVEL_TOP = 255 }; // PDL_NEUTRAL of 8 bits

static bool is_neutral(int a, int b, int c)
{
    int low = a < b ? (a < c ? a : c) : (b < c ? b : c);
    int high = a > b ? (a > c ? a : c) : (b > c ? b : c);
    return high - low <= LEVELS_NEUTRAL;
}

enum pdl_shade pdl_image_row_rgb(void *asker, const uint8_t *row, uint32_t width)
{
    (void)asker;
    for (uint32_t x = 0; x < width; x++, row += 3) {
        if (!is_neutral(row[0], row[1], row[2])) {
            return PDL_COLOR;
        }
    }
    return PDL_GREY;
}

static enum pdl_shade row_cmyk(const uint8_t *row, uint32_t width, uint8_t mask)
{
    for (uint32_t x = 0; x < width; x++, row += 4) {
        int left = LEVEL_TOP - (row[3] ^ mask); // what black leaves of the light
        int c = left - (row[0] ^ mask);
        int m = left - (row[1] ^ mask);
        int y = left - (row[2] ^ mask);
        if (!is_neutral(c < 0 ? 0 : c, m < 0 ? 0 : m, y < 0 ? 0 : y)) {
            return PDL_COLOR;
        }
    }
    return PDL_GREY;
}

enum pdl_shade pdl_image_row_cmyk(void *asker, const uint8_t *row, uint32_t width)
{
    (void)asker;
    return row_cmyk(row, width, 0);
}

enum pdl_shade pdl_image_row_cmyk_inverted(void *asker, const uint8_t *row, uint32_t width)
{
    (void)asker;
    return row_cmyk(row, width, LEVEL_TOP);
}
