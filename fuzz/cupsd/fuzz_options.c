// Any bytes are options or none; what is written of them is IPP.
#include "cupsd/options.h"

#include "ipp/limit.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 20);
    struct ipp_out out = ipp_out_of(&buf);
    struct ipp_msg msg;
    struct err err;
    ipp_out_head(&out, 2, 0, 2, 1);
    cupsd_options_write((struct str){ (const char *)data, size }, 2, &out);
    ipp_out_end(&out);
    assert(!ipp_out_ok(&out) || !buf_ok(&buf) ||
           ipp_msg_decode(buf_str(&buf), &IPP_CAPS_RESPONSE, &arena, &msg, &err));
    return 0;
}
