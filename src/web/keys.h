// keys: what programs have asked with their Idempotency-Keys: enough to tell the same from another
// thing, and which engine a document went to. In memory; the newest are known. Loop thread.
#pragma once

#include "base/map.h"

enum { WEB_KEYS_MAX = 65536, WEB_KEY_LEN = 16 };

struct crypto_hash;
struct web_key {
    uint8_t key[WEB_KEY_LEN];
    uint64_t asked;  // of the content; 0: not known yet
    uint64_t engine; // of the name of the one that a document went to; 0: to none
};

struct web_keys {
    struct map by_key;   // key -> struct web_key
    struct web_key *all; // owned: a ring
    size_t next;
};

struct web_key *web_keys_find(const struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN]);
// It is there afterwards: the oldest one gives way.
struct web_key *web_keys_get(struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN]);
// Whether it was asked with this content before, or never.
bool web_keys_fit(struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN], uint64_t asked);
uint64_t web_keys_sum(struct crypto_hash *hash); // ends it; never 0
uint64_t web_keys_sum_of(struct str bytes);
void web_keys_free(struct web_keys *keys);
