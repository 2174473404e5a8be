// Any bytes are text: pages and a certainty, the same in memory and as a stream.
#include "pdl_line/text.h"

#include "streamed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return streamed_check(pdl_line_text_read, "text/plain", data, size);
}
