// Any bytes are a picture with a size, or an error.
#include "pdl_image/jpeg_head.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdl_image_jpeg jpeg;
    struct err err;
    bool ok = pdl_image_jpeg_head((struct str){ (const char *)data, size }, &jpeg, &err);
    assert(!ok || (jpeg.width > 0 && jpeg.height > 0 && jpeg.components > 0));
    assert(jpeg.density_x >= 0 && jpeg.density_y >= 0);
    return 0;
}
