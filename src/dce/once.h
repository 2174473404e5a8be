// once: what was asked with a key is done once. The answers of the last while are kept, so that who
// asks again with the same key gets the same answer; who asks the same while it is still being done
// waits for it. Loop thread; knows nothing of calls but their numbers.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/hash.h"
#include <stdint.h>

enum {
    ONCE_KEEP_MS = 10 * 60 * 1000,
    ONCE_MAX = 8192,       // entries; the oldest that is done goes first
    ONCE_BYTES = 64 << 20, // of all answers together
    ONCE_WAITERS = 4,
};

struct once_key {
    uint8_t bytes[16];
};

enum once_state {
    ONCE_NEW,   // do it, then once_done or once_failed
    ONCE_WAITS, // it is being done: the waiter is told of with the answer
    ONCE_DONE,  // *answer
};

struct once_entry;

struct once {
    struct map by_key;
    struct once_entry *first, *last; // oldest first
    size_t bytes;
};

// hash: of the whole question. ERR_CONFLICT: the key was used for another one, or too many wait.
bool dce_once_ask(struct once *once, struct once_key key,
                  const uint8_t hash[static CRYPTO_HASH_LEN], uint64_t waiter,
                  enum once_state *state, struct str *answer, struct err *err) CC_MUST_USE;
// Gives who waited; at most ONCE_WAITERS.
size_t dce_once_done(struct once *once, struct once_key key, struct str answer,
                     uint64_t waiters[static ONCE_WAITERS]);
// It may be tried again with the same key.
size_t dce_once_failed(struct once *once, struct once_key key,
                       uint64_t waiters[static ONCE_WAITERS]);
void dce_once_tick(struct once *once);
void dce_once_fini(struct once *once);
