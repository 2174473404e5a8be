// Any bytes as a printer's PJL answers: in one piece and byte by byte they read the same.
#include "dre/pjl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pjl whole = { 0 };
    struct pjl pieces = { 0 };
    dre_pjl_feed(&whole, (struct str){ (const char *)data, size });
    for (size_t at = 0; at < size; at++) {
        dre_pjl_feed(&pieces, (struct str){ (const char *)data + at, 1 });
    }
    if (whole.ended != pieces.ended || whole.has_pages != pieces.has_pages ||
        whole.pages != pieces.pages || whole.canceled != pieces.canceled) {
        abort();
    }
    return 0;
}
