// Whatever is read as a reader's frame lies within the bytes, and writes back as what it was; a
// part of it is never read as a frame.
#include "badge/frame.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { size == 0 ? "" : (const char *)data, size };
    struct badge_frame frame;
    struct err err;
    size_t used = 0;
    if (!badge_frame_read(bytes, &frame, &used, &err)) {
        assert(err.code == ERR_INVALID);
        return 0;
    }
    if (used == 0) {
        return 0;
    }
    OWN(buf_free) struct buf again = BUF_CAP(BADGE_FRAME_MAX);
    badge_frame_write(&frame, &again);
    assert(again.len == used && memcmp(again.ptr, data, used) == 0);
    for (size_t len = 0; len < used; len++) {
        size_t part = 1;
        assert(badge_frame_read((struct str){ bytes.ptr, len }, &frame, &part, &err) && part == 0);
    }
    return 0;
}
