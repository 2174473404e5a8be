// Any bytes of PCL 5 and HP-GL/2 are whole pages and a certainty.
#include "pdl_pcl/pcl5.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pcl", 10000);
    struct err err;
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    bool ok = pdl_pcl_read(&input, &facts, &err);
    assert(facts.pages <= 10000 && (!ok || facts.certainty >= PDL_EXACT));
    return 0;
}
