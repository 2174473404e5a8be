// Any bytes are parts and a certainty; what is packed is read by two languages, one of which must
// see it as a whole.
#include "pdl_pack/gzip.h"

#include "pdl/job.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_whole(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str part;
    struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_EXACT };
    facts->needs_whole = !pdl_input_part(input, &part);
    return facts->needs_whole || pdl_facts_add(facts, &run, err);
}

static bool read_bytes(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct pdl_run run = { .count = 1, .width = 1, .height = 1, .certainty = PDL_EXACT };
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        (void)pdl_input_skip(input, 1);
    }
    return pdl_facts_add(facts, &run, err);
}

static const struct pdl_language languages[] = {
    { PDL_FAMILY_PDF, read_whole },
    { PDL_FAMILY_TEXT, read_bytes },
    { PDL_FAMILY_GZIP, pdl_pack_gzip_read },
    { PDL_FAMILY_EMPTY, NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 1000);
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    struct err err;
    bool ok = pdl_job_read(&input, languages, &facts, &err);
    assert(!ok || facts.part_count > 0 || facts.certainty == PDL_UNKNOWN);
    assert(!ok || !facts.needs_whole);
    return 0;
}
