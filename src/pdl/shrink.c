// shrink: see shrink.h.

#include "pdl/shrink.h"

#include <string.h>

enum { FINE = 256, WHITE = 255 };

// Dots need not be square: what counts is what it is on paper.
static void size_set(struct pdl_shrink *shrink, const struct pdl_shrink_size *size)
{
    uint64_t x = size->density_x == 0 || size->density_y == 0 ? 1 : size->density_x;
    uint64_t y = size->density_x == 0 || size->density_y == 0 ? 1 : size->density_y;
    uint64_t most = shrink->wanted < PDL_SHRINK_WIDTH_MAX ? shrink->wanted : PDL_SHRINK_WIDTH_MAX;
    uint64_t width = size->width < most ? size->width : most;
    uint64_t height = width * size->height * x / (size->width * y);
    if (height > PDL_SHRINK_HEIGHT_MAX) {
        height = PDL_SHRINK_HEIGHT_MAX;
        width = height * size->width * y / (size->height * x);
    }
    shrink->width = width == 0 ? 1 : (uint32_t)width;
    shrink->height = height == 0 ? 1 : (uint32_t)height;
}

bool pdl_shrink_begin(struct pdl_shrink *shrink, const struct pdl_shrink_size *size,
                      struct err *err)
{
    const uint32_t dense = PDL_SHRINK_SIDE_MAX;
    if (size->width == 0 || size->height == 0 || size->width > PDL_SHRINK_SIDE_MAX ||
        size->height > PDL_SHRINK_SIDE_MAX || size->density_x > dense || size->density_y > dense) {
        return err_set(err, ERR_LIMIT, "has %u x %u pixels, more than is drawn", size->width,
                       size->height);
    }
    shrink->from_width = size->width;
    shrink->from_height = size->height;
    size_set(shrink, size);
    size_t row = (size_t)shrink->width * 3;
    shrink->pixels = arena_new(shrink->arena, row * shrink->height);
    shrink->sums = arena_new_array(shrink->arena, row, sizeof(*shrink->sums));
    shrink->means = arena_new_array(shrink->arena, row, sizeof(*shrink->means));
    shrink->taken = 0;
    shrink->made = 0;
    shrink->gathered = 0;
    if (shrink->pixels == NULL || shrink->sums == NULL || shrink->means == NULL) {
        return err_set(err, ERR_LIMIT, "takes more memory than drawing may have");
    }
    memset(shrink->pixels, WHITE, row * shrink->height);
    return true;
}

static void means_set(struct pdl_shrink *shrink, const uint8_t *rgb)
{
    for (uint32_t x = 0; x < shrink->width; x++) {
        uint64_t first = (uint64_t)x * shrink->from_width / shrink->width;
        uint64_t end = (uint64_t)(x + 1) * shrink->from_width / shrink->width;
        end = end > first ? end : first + 1;
        uint64_t sum[3] = { 0, 0, 0 };
        for (const uint8_t *at = rgb + first * 3; at < rgb + end * 3; at += 3) {
            sum[0] += at[0];
            sum[1] += at[1];
            sum[2] += at[2];
        }
        for (size_t c = 0; c < 3; c++) {
            shrink->means[(size_t)x * 3 + c] = (uint32_t)(sum[c] * FINE / (end - first));
        }
    }
}

static void row_write(struct pdl_shrink *shrink)
{
    size_t row = (size_t)shrink->width * 3;
    uint8_t *to = shrink->pixels + row * shrink->made++;
    uint64_t all = (uint64_t)shrink->gathered * FINE;
    for (size_t i = 0; i < row; i++) {
        to[i] = (uint8_t)((shrink->sums[i] + all / 2) / all);
    }
}

// The row of the large picture at which a row of the small one ends; at least one is in it.
static uint32_t end_of(const struct pdl_shrink *shrink, uint32_t made)
{
    uint64_t end = (uint64_t)(made + 1) * shrink->from_height / shrink->height;
    return (uint32_t)(end == 0 ? 1 : end);
}

void pdl_shrink_row(struct pdl_shrink *shrink, const uint8_t *rgb, uint32_t times)
{
    size_t row = (size_t)shrink->width * 3;
    means_set(shrink, rgb);
    while (times > 0 && shrink->made < shrink->height) {
        uint32_t left = end_of(shrink, shrink->made) - shrink->taken;
        uint32_t take = left < times ? left : times;
        for (size_t i = 0; i < row; i++) {
            shrink->sums[i] += (uint64_t)shrink->means[i] * take;
        }
        shrink->taken += take;
        shrink->gathered += take;
        times -= take;
        if (take < left) {
            return;
        }
        // Where the small picture has more rows, one row of the large one makes several.
        while (shrink->made < shrink->height && shrink->taken >= end_of(shrink, shrink->made)) {
            row_write(shrink);
        }
        memset(shrink->sums, 0, row * sizeof(*shrink->sums));
        shrink->gathered = 0;
    }
}

void pdl_shrink_end(struct pdl_shrink *shrink)
{
    if (shrink->gathered > 0 && shrink->made < shrink->height) {
        row_write(shrink);
    }
    shrink->made = shrink->height;
}
