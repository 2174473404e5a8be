// Any bytes are of some family; the body lies within them.
#include "pdl/detect.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str document = { (const char *)data, size };
    struct pdl_kind kind = pdl_detect(document);
    assert(kind.format != NULL && kind.name != NULL && kind.copies > 0 && kind.sides <= 3);
    assert(kind.body.ptr >= document.ptr);
    assert(kind.body.ptr + kind.body.len <= document.ptr + document.len);
    return 0;
}
