// arrival: what is learned of a document while it comes in: its digest, and its pages where its
// language can be read from front to end. Bytes pass on worker threads, one at a time; it belongs
// to its spool_document until somebody takes it.
#pragma once

#include "count/count.h"
#include "crypto/hash.h"

struct dre_arrival;

struct dre_arrival *dre_arrival_new(struct count *count, struct str format);
void dre_arrival_take(struct dre_arrival *arrival, struct str bytes);
// All is there: its digest, and what count_stream_finish says. Waits.
enum count_stream_end dre_arrival_end(struct dre_arrival *arrival,
                                      uint8_t digest[static CRYPTO_HASH_LEN],
                                      Quoin__V1__DocumentFacts **facts);
void dre_arrival_free(struct dre_arrival **arrival); // waits for nothing
