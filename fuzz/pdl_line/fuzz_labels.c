// Any bytes are labels: a certainty, the same in memory and as a stream.
#include "pdl_line/labels.h"

#include "streamed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return streamed_check(pdl_line_labels_read, "application/x-epl", data, size) |
           streamed_check(pdl_line_labels_read, "application/vnd.zebra-zpl", data, size);
}
