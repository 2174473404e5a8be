// keys: see keys.h.

#include "web/keys.h"

#include "base/cc.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include <stdlib.h>

struct web_key *web_keys_find(const struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN])
{
    return map_find(&keys->by_key, map_key(key, WEB_KEY_LEN));
}

struct web_key *web_keys_get(struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN])
{
    struct web_key *known = web_keys_find(keys, key);
    if (known != NULL) {
        return known;
    }
    if (keys->all == NULL) {
        keys->all = mem_new(WEB_KEYS_MAX * sizeof(*keys->all));
    }
    struct web_key *one = &keys->all[keys->next];
    keys->next = (keys->next + 1) % WEB_KEYS_MAX;
    if (keys->by_key.count == WEB_KEYS_MAX) {
        (void)map_drop(&keys->by_key, map_key(one->key, WEB_KEY_LEN)); // the oldest
    }
    *one = (struct web_key){ .asked = 0 };
    memcpy(one->key, key, WEB_KEY_LEN);
    map_set(&keys->by_key, map_key(key, WEB_KEY_LEN), one);
    return one;
}

bool web_keys_fit(struct web_keys *keys, const uint8_t key[static WEB_KEY_LEN], uint64_t asked)
{
    struct web_key *one = web_keys_get(keys, key);
    one->asked = one->asked == 0 ? asked : one->asked;
    return one->asked == asked;
}

uint64_t web_keys_sum(struct crypto_hash *hash)
{
    uint8_t out[CRYPTO_HASH_LEN];
    uint64_t sum = 0;
    crypto_hash_end(hash, out);
    memcpy(&sum, out, sizeof(sum));
    return sum | 1;
}

uint64_t web_keys_sum_of(struct str bytes)
{
    OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new();
    crypto_hash_add(hash, bytes);
    return web_keys_sum(hash);
}

void web_keys_free(struct web_keys *keys)
{
    map_free(&keys->by_key);
    free(keys->all);
    *keys = (struct web_keys){ .all = NULL };
}
