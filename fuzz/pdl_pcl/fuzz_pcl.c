// Any bytes are PCL 5 or HP-GL/2: whole pages and a certainty, the same in memory and as a stream.
#include "pdl_pcl/pcl5.h"

#include "streamed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return streamed_check(pdl_pcl_read, "application/vnd.hp-pcl", data, size) |
           streamed_check(pdl_pcl_read, "application/vnd.hp-hpgl", data, size);
}
