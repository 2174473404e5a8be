// Any bytes are ESC/P: whole pages and a certainty, the same in memory and as a stream.
#include "pdl_line/escp.h"

#include "streamed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return streamed_check(pdl_line_escp_read, "application/x-escp", data, size);
}
