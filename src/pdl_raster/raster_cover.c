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

void pdl_raster_cover_run(struct pdl_raster_cover *cover, const struct pdl_raster_judge *judge,
                          const struct pdl_raster_run *run, uint64_t times)
{
    uint16_t samples[PDL_RASTER_INKS_MAX];
    const uint8_t *unit = run->at;
    cover->unknown |= judge->pixels.ink == PDL_RASTER_OTHER;
    for (uint32_t i = 0; i < run->count && !cover->unknown; i++, unit += judge->pixels.unit) {
        bool at_end = run->ends && i + 1 == run->count;
        uint32_t pixels = at_end ? judge->tail : judge->per_unit;
        for (uint32_t pixel = 0; pixel < pixels; pixel++) {
            pdl_raster_ink_read(&judge->pixels, unit, pixel, samples);
            pdl_raster_cover_pixel(cover, judge->pixels.ink, samples, times);
        }
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
