// Where PostScript lies in a job.
#include "pdl_ps/ps.h"

#include "base/arena.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct pdl_language languages[] = {
        { PDL_FAMILY_POSTSCRIPT, pdl_ps_read },
        { PDL_FAMILY_EMPTY, NULL },
    };
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 1000);
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    struct err err;
    if (pdl_job_read(&input, languages, &facts, &err)) {
        for (const struct pdl_part *part = facts.first_part; part != NULL; part = part->next) {
            assert(part->offset <= size && part->length <= size - part->offset);
        }
    }
    return 0;
}
