// hash: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and comparing without telling where. Any
// thread.
#pragma once

#include "base/str.h"
#include <stdint.h>

enum { CRYPTO_HASH_LEN = 32 };

void crypto_hash_of(struct str bytes, uint8_t hash[static CRYPTO_HASH_LEN]);

// Piece by piece: OWN(crypto_hash_free) struct crypto_hash *hash = crypto_hash_new(); add; end.
struct crypto_hash;
struct crypto_hash *crypto_hash_new(void);
void crypto_hash_add(struct crypto_hash *hash, struct str bytes);
void crypto_hash_end(struct crypto_hash *hash, uint8_t out[static CRYPTO_HASH_LEN]); // starts anew
void crypto_hash_free(struct crypto_hash **hash);

// The key may have any length.
void crypto_mac_of(struct str key, struct str bytes, uint8_t mac[static CRYPTO_HASH_LEN]);

// In a time that depends on len only.
bool crypto_is_same(const void *a, const void *b, size_t len);
