// many: counts many files over several threads and gives the answers in the order of the files.
//
// As many answers as `window` are held back for one that is slow; then its fellows wait.
#pragma once

#include "count/count.h"
#include "count/find.h"

struct count_many;

struct count_result {
    Quoin__V1__DocumentFacts *facts; // owned; NULL: err says why
    uint64_t bytes;                  // of the document
    struct err err;
};

struct count_many_state {
    size_t files; // that are done
    uint64_t bytes;
};

// entries and count are borrowed until count_many_free.
bool count_many_open(struct count *count, const struct count_found *found, uint32_t threads,
                     struct count_many **many, struct err *err) CC_MUST_USE;

// The next answer, in order; the caller frees its facts. False: it is not there within wait_ms.
bool count_many_next(struct count_many *many, int64_t wait_ms, struct count_result *result);
struct count_many_state count_many_state(struct count_many *many);
// Files that are being counted are finished first; no other is begun.
void count_many_free(struct count_many **many);
