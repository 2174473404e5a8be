// Any bytes behind "%PDF-" are pages and a certainty.
#include "pdl_pdf/pdf.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(32 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/pdf", 50);
    struct err err;
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    bool ok = pdl_pdf_read(&input, &facts, &err);
    assert(facts.pages <= 50);
    assert(!ok || facts.pages > 0 || facts.certainty > PDL_EXACT);
    return 0;
}
