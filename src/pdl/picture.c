// picture: see picture.h. "P6" width height 255 one white space, then three bytes a pixel.

#include "pdl/picture.h"

#include "base/num.h"
#include <stdint.h>

// A renderer's own rounding tints what is grey: poppler shows full black ink as 35 31 32.
enum { SIDE_MAX = 1 << 16, LEVEL_WHITE = 254, TINT_MAX = 8 };

static bool is_grey(const uint8_t *pixel)
{
    int low = pixel[0] < pixel[1] ? pixel[0] : pixel[1];
    int high = pixel[0] > pixel[1] ? pixel[0] : pixel[1];
    low = pixel[2] < low ? pixel[2] : low;
    high = pixel[2] > high ? pixel[2] : high;
    return high - low <= TINT_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool take_number(struct str *run, uint64_t max, uint64_t *value)
{
    size_t at = 0;
    while (at < run->len && is_space(run->ptr[at])) {
        at++;
    }
    size_t from = at;
    while (at < run->len && !is_space(run->ptr[at])) {
        at++;
    }
    struct str digits = { run->ptr + from, at - from };
    *run = (struct str){ run->ptr + at, run->len - at };
    return num_u64(digits, max, value);
}

bool pdl_picture_judge(struct str ppm, struct pdl_picture *picture, struct err *err)
{
    uint64_t width = 0;
    uint64_t height = 0;
    uint64_t top = 0;
    struct str run = ppm;
    if (ppm.len < 2 || memcmp(ppm.ptr, "P6", 2) != 0) {
        return err_set(err, ERR_INVALID, "the renderer drew nothing");
    }
    run = (struct str){ ppm.ptr + 2, ppm.len - 2 };
    if (!take_number(&run, SIDE_MAX, &width) || !take_number(&run, SIDE_MAX, &height) ||
        !take_number(&run, 255, &top) || top != 255 || run.len < 1 + width * height * 3) {
        return err_set(err, ERR_INVALID, "the renderer's picture is not whole");
    }
    const uint8_t *at = (const uint8_t *)run.ptr + 1;
    *picture = (struct pdl_picture){ .blank = true };
    for (uint64_t i = 0; i < width * height; i++, at += 3) {
        picture->blank &= at[0] >= LEVEL_WHITE && at[1] >= LEVEL_WHITE && at[2] >= LEVEL_WHITE;
        if (!is_grey(at)) {
            *picture = (struct pdl_picture){ .color = true };
            return true;
        }
    }
    return true;
}
