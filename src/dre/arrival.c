// arrival: see arrival.h.
// no unit test: needs quoin-pdl; tests/it/test_stream.py prints with it, test_count_stream tests
// the stream.

#include "dre/arrival.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

struct dre_arrival {
    struct count *count; // borrowed
    char format[64];     // as declared
    bool tried;
    struct count_stream *stream; // owned; NULL: none was free, or none yet
    struct crypto_hash *hash;    // owned
};

struct dre_arrival *dre_arrival_new(struct count *count, struct str format)
{
    struct dre_arrival *arrival = mem_new(sizeof(*arrival));
    arrival->count = count;
    (void)snprintf(arrival->format, sizeof(arrival->format), "%.*s", (int)format.len, format.ptr);
    return arrival;
}

void dre_arrival_take(struct dre_arrival *arrival, struct str bytes)
{
    if (!arrival->tried) { // a document that begins without a worker is counted when it is there
        arrival->tried = true;
        arrival->hash = crypto_hash_new();
        arrival->stream = count_stream_open(arrival->count, arrival->format);
    }
    if (arrival->stream != NULL) {
        (void)count_stream_write(arrival->stream, bytes); // what became of it is asked at the end
    }
    crypto_hash_add(arrival->hash, bytes);
}

enum count_stream_end dre_arrival_end(struct dre_arrival *arrival,
                                      uint8_t digest[static CRYPTO_HASH_LEN],
                                      Quoin__V1__DocumentFacts **facts)
{
    crypto_hash_end(arrival->hash, digest);
    return arrival->stream == NULL ? COUNT_STREAM_WHOLE
                                   : count_stream_finish(&arrival->stream, facts);
}

void dre_arrival_free(struct dre_arrival **arrival)
{
    struct dre_arrival *gone = *arrival;
    *arrival = NULL;
    if (gone == NULL) {
        return;
    }
    count_stream_drop(&gone->stream);
    crypto_hash_free(&gone->hash);
    free(gone);
}
