// Any bytes are a whole picture or an error.
#include "pdl/picture.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pdl_picture picture;
    struct err err;
    bool ok = pdl_picture_judge((struct str){ (const char *)data, size }, &picture, &err);
    return ok && picture.color && picture.blank ? -1 : 0; // never both
}
