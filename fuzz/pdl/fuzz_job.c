// Any bytes are parts and a certainty, in memory and as a stream alike.
#include "pdl/job.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A language of one byte a page, up to a UEL or the end.
static bool read_letters(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_EXACT };
        if (!pdl_facts_add(facts, &run, err)) {
            return false;
        }
        (void)pdl_input_skip(input, 1);
    }
    return true;
}

static const struct pdl_language languages[] = {
    { PDL_FAMILY_PWG, read_letters },
    { PDL_FAMILY_PCL, read_letters },
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
