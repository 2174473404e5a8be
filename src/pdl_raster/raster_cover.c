// raster_cover: how much ink the pixels of a page ask for, exactly.

#include "pdl_raster/raster_int.h"

void pdl_raster_cover_pixel(struct pdl_raster_cover *cover, enum pdl_raster_ink ink,
                            const uint16_t *samples, uint64_t times)
{
    uint16_t part[PDL_INKS];
    if (!pdl_raster_ink_cover(ink, samples, part)) {
        cover->unknown = true;
        return;
    }
    for (int i = 0; i < PDL_INKS; i++) {
        cover->ink[i] += part[i] * times;
    }
}

void pdl_raster_cover_make(struct pdl_raster_judge *judge)
{
    uint16_t samples[PDL_RASTER_INKS_MAX];
    uint16_t part[PDL_INKS];
    bool bytes = judge->pixels.unit == 1 && judge->pixels.order == PDL_RASTER_CHUNKED;
    judge->covers_made = true;
    for (unsigned byte = 0; byte < 256 && bytes; byte++) {
        for (uint32_t pixel = 0; pixel < judge->per_unit; pixel++) {
            uint8_t unit = (uint8_t)byte;
            pdl_raster_ink_read(&judge->pixels, &unit, pixel, samples);
            (void)pdl_raster_ink_cover(judge->pixels.ink, samples, part); // it was asked before
            for (int i = 0; i < PDL_INKS; i++) {
                judge->covers[0][byte][i] += part[i];
                judge->covers[1][byte][i] += pixel < judge->tail ? part[i] : 0;
            }
        }
    }
}

// Units of one byte, by table.
static void cover_bytes(struct pdl_raster_cover *cover, const struct pdl_raster_judge *judge,
                        const struct pdl_raster_run *run, uint64_t times)
{
    uint64_t sums[PDL_INKS] = { 0 };
    for (uint32_t at = 0; at < run->count; at++) {
        bool at_end = run->ends && at + 1 == run->count;
        const uint32_t *part = judge->covers[at_end][run->at[at]];
        for (int i = 0; i < PDL_INKS; i++) {
            sums[i] += part[i];
        }
    }
    for (int i = 0; i < PDL_INKS; i++) {
        cover->ink[i] += sums[i] * times;
    }
}

void pdl_raster_cover_run(struct pdl_raster_cover *cover, const struct pdl_raster_judge *judge,
                          const struct pdl_raster_run *run, uint64_t times)
{
    uint16_t samples[PDL_RASTER_INKS_MAX];
    uint32_t size = judge->pixels.unit;
    if (!pdl_raster_cover_spend(cover, (uint64_t)run->count * size * PDL_RASTER_LOOK / 2)) {
        return;
    }
    if (size == 1) {
        cover_bytes(cover, judge, run, times);
        return;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        pdl_raster_ink_read(&judge->pixels, run->at + (size_t)i * size, 0, samples);
        pdl_raster_cover_pixel(cover, judge->pixels.ink, samples, times);
    }
}

struct pdl_coverage pdl_raster_cover_total(const struct pdl_raster_cover *cover,
                                           const struct pdl_raster_page *page)
{
    struct pdl_coverage total = { .known = !cover->unknown };
    uint64_t whole = (uint64_t)page->width * page->height;
    for (int i = 0; i < PDL_INKS && total.known; i++) {
        uint64_t ink = cover->ink[i];
        uint64_t all = whole;
        while (ink > UINT64_MAX / (2 * PDL_COVERAGE_ALL)) {
            ink /= 2;
            all /= 2;
        }
        all *= PDL_RASTER_FULL;
        total.ink[i] = (uint16_t)((ink * PDL_COVERAGE_ALL + all / 2) / all);
    }
    return total;
}
