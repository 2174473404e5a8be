// Any bytes are lines of PJL as far as they are: what they ask for stays within its bounds.
#include "pdl/pjl.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdl_input input = pdl_input_of((struct str){ (const char *)data, size });
    struct pdl_pjl pjl = pdl_pjl_of(NULL);
    while (pdl_pjl_read(&input, &pjl)) {
        assert(pjl.now.copies >= 1 && pjl.now.copies <= PDL_COPIES_MAX);
        assert(pjl.now.quantity >= 1 && pjl.now.quantity <= PDL_COPIES_MAX);
        assert(strlen(pjl.language) < PDL_PJL_LANGUAGE_MAX);
    }
    return 0;
}
