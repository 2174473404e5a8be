// Any bytes are PCL XL: whole pages and a certainty, the same in memory and as a stream.
#include "pdl_pcl/xl.h"

#include "streamed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return streamed_check(pdl_pcl_xl_read, "application/vnd.hp-pclxl", data, size);
}
