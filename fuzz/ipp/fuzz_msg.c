// Decodes any bytes as an IPP message. What is accepted is written again and read again alike, and
// the finder, fed in two parts, agrees where it ends.
#include "ipp/msg.h"
#include "ipp/out.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void check_finder(struct str bytes, size_t want)
{
    struct ipp_finder finder = { 0 };
    struct err err;
    size_t end = 0;
    struct str half = { bytes.ptr, want / 2 };
    must(ipp_finder_step(&finder, half, &IPP_CAPS_REQUEST, &end, &err) == IPP_FOUND_MORE);
    must(ipp_finder_step(&finder, bytes, &IPP_CAPS_REQUEST, &end, &err) == IPP_FOUND_END);
    must(end == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 20);
    struct str bytes = { (const char *)data, size };
    struct ipp_msg msg;
    struct err err;
    if (!ipp_msg_decode(bytes, &IPP_CAPS_REQUEST, &arena, &msg, &err)) {
        return 0;
    }
    check_finder(bytes, msg.len);
    struct ipp_out out = ipp_out_of(&buf);
    ipp_out_msg(&out, &msg);
    must(ipp_out_ok(&out));
    // The only freedom in the encoding that we take is none: it must be the same bytes.
    must(buf.len == msg.len && memcmp(buf.ptr, data, msg.len) == 0);
    return 0;
}
