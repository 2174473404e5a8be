// Any bytes behind the sync word are whole pages and a certainty.
#include "pdl/pwg.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 1000);
    struct err err;
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    bool ok = pdl_pwg_read(&input, &facts, &err);
    assert(facts.pages <= 1000 && (!ok || facts.certainty >= PDL_EXACT));
    return 0;
}
