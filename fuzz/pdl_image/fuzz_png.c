// Any bytes are pages of a sane size, or none and a reason.
#include "pdl_image/png.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/png", 1000);
    struct err err;
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    facts.coverage = size % 2 == 1;
    bool ok =
        pdl_facts_part(&facts, "image/png", 0, &err) && pdl_image_png_read(&input, &facts, &err);
    assert(ok ? facts.pages > 0 || facts.certainty == PDL_UNKNOWN : err.code == ERR_LIMIT);
    for (const struct pdl_run *run = facts.first; run != NULL; run = run->next) {
        assert(run->width > 0 && run->width <= 43480 && run->height > 0 && run->height <= 43480);
        assert(!run->coverage.known || run->coverage.ink[0] <= PDL_COVERAGE_ALL);
    }
    return 0;
}
