// Any bytes are one page of a sane size, or none and a reason.
#include "pdl_image/photo.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/jpeg", 10);
    struct err err;
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    bool ok = pdl_image_photo_read(&input, &facts, &err);
    assert(ok && facts.pages <= 1);
    assert(facts.pages == 1 || (facts.certainty == PDL_UNKNOWN && facts.reason_count == 1));
    assert(facts.pages == 0 || (facts.first->width <= 43480 && facts.first->height <= 43480));
    return 0;
}
