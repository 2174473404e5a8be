// Any bytes are parts and a certainty, in memory and as a stream alike.
#include "pdl/job.h"

#include "pdl/pwg.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pdl_language languages[] = {
    { PDL_FAMILY_PWG, pdl_pwg_read },
    { PDL_FAMILY_EMPTY, NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 1000);
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    struct err err;
    bool ok = pdl_job_read(&input, languages, &facts, &err);
    assert(facts.pages <= 1000 && (!ok || facts.part_count > 0 || facts.certainty == PDL_UNKNOWN));
    return 0;
}
