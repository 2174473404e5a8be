// Any bytes are of some family, which begins within them.
#include "pdl/detect.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdl_kind kind = pdl_detect((struct str){ (const char *)data, size }, STR("PCL"));
    assert(kind.format != NULL && kind.name != NULL && kind.skip <= size);
    return 0;
}
