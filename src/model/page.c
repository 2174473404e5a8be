// page: see page.h.

#include "model/page.h"

static const struct {
    const char *name;
    uint32_t width; // of the short edge
    uint32_t height;
} page_sizes[PAGE_SIZE_COUNT] = {
    { "small", 15300, 21900 },  // A5 148 x 210, statement 139.7 x 215.9
    { "normal", 21890, 35860 }, // A4 210 x 297, letter 215.9 x 279.4, legal 215.9 x 355.6
    { "large", 30800, 43480 },  // A3 297 x 420, tabloid 279.4 x 431.8, SRA3 is huge
    { "huge", UINT32_MAX, UINT32_MAX },
};

enum page_size page_size_of(uint32_t width, uint32_t height)
{
    uint32_t edge_short = width < height ? width : height;
    uint32_t edge_long = width < height ? height : width;
    for (unsigned i = 0; i < PAGE_HUGE; i++) {
        if (edge_short <= page_sizes[i].width && edge_long <= page_sizes[i].height) {
            return (enum page_size)i;
        }
    }
    return PAGE_HUGE;
}

const char *page_size_name(enum page_size size)
{
    return page_sizes[size].name;
}

unsigned page_ink_tier(uint32_t ink)
{
    static const uint32_t most[PAGE_INK_COUNT - 1] = { 500, 1000, 2000, 4000 };
    unsigned tier = 0;
    while (tier < PAGE_INK_COUNT - 1 && ink > most[tier]) {
        tier++;
    }
    return tier;
}
