// Any bytes are an address or none; one that is ours is written and read the same.
#include "cupsd/uri.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { (const char *)data, size };
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    OWN(buf_free) struct buf bare = BUF_CAP(1 << 20);
    struct cupsd_uri uri;
    struct cupsd_uri again;
    struct err err;
    cupsd_uri_bare(text, &bare);
    assert(!buf_ok(&bare) || bare.len <= size);
    (void)cupsd_uri_is_fit(text);
    (void)cupsd_queue_is_fit(text);
    if (cupsd_uri_read(text, &uri, &err)) {
        cupsd_uri_write(&uri, &buf);
        assert(cupsd_uri_read(buf_str(&buf), &again, &err));
        assert(strcmp(uri.queue, again.queue) == 0 && strcmp(uri.host, again.host) == 0 &&
               uri.port == again.port);
    }
    return 0;
}
