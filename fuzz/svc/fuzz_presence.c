// Whatever is read as a presence lies within the datagram, and writes back as what it was.
#include "svc/presence.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };
    struct svc_presence presence;
    struct err err;
    if (!svc_presence_read(bytes, &presence, &err)) {
        assert(err.code == ERR_INVALID);
        return 0;
    }
    OWN(buf_free) struct buf again = BUF_CAP(2 * PRESENCE_BYTES_MAX);
    svc_presence_write(&presence, &again);
    assert(str_eq(buf_str(&again), presence.covered));
    svc_presence_seal(&again, presence.signature, false);
    assert(again.len <= size && memcmp(again.ptr, data, again.len) == 0);
    return 0;
}
