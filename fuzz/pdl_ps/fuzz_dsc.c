// The comments of a PostScript document.
#include "pdl_ps/dsc.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdl_ps_dsc dsc = pdl_ps_dsc_of((struct str){ (const char *)data, size });
    assert(dsc.page_comments <= size && dsc.jobs <= size);
    return 0;
}
