// hash: see hash.h. OpenSSL's SHA-256, which uses the processor's own instructions; libsodium's
// HMAC and comparison.

#include "crypto/hash.h"

#include "base/mem.h"
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

struct crypto_hash {
    EVP_MD_CTX *context; // owned
};

// Fetched once: looking it up takes longer than a short hash.
static CRYPTO_ONCE hash_once = CRYPTO_ONCE_STATIC_INIT;
static const EVP_MD *hash_fetched;

// A failure means that OpenSSL has no SHA-256 or no memory: then nothing can be relied on.
static void hash_must(int ok)
{
    if (ok != 1) {
        abort();
    }
}

static void hash_fetch(void)
{
    hash_fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
    hash_must(hash_fetched != NULL);
}

static const EVP_MD *hash_algorithm(void)
{
    hash_must(CRYPTO_THREAD_run_once(&hash_once, hash_fetch));
    return hash_fetched;
}

void crypto_hash_of(struct str bytes, uint8_t hash[static CRYPTO_HASH_LEN])
{
    hash_must(EVP_Digest(bytes.ptr, bytes.len, hash, NULL, hash_algorithm(), NULL));
}

struct crypto_hash *crypto_hash_new(void)
{
    struct crypto_hash *hash = mem_new(sizeof(*hash));
    hash->context = EVP_MD_CTX_new();
    hash_must(hash->context != NULL);
    hash_must(EVP_DigestInit_ex2(hash->context, hash_algorithm(), NULL));
    return hash;
}

void crypto_hash_add(struct crypto_hash *hash, struct str bytes)
{
    hash_must(EVP_DigestUpdate(hash->context, bytes.ptr, bytes.len));
}

void crypto_hash_end(struct crypto_hash *hash, uint8_t out[static CRYPTO_HASH_LEN])
{
    hash_must(EVP_DigestFinal_ex(hash->context, out, NULL));
    hash_must(EVP_DigestInit_ex2(hash->context, hash_algorithm(), NULL));
}

void crypto_hash_free(struct crypto_hash **hash)
{
    if (*hash != NULL) {
        EVP_MD_CTX_free((*hash)->context);
        free(*hash);
        *hash = NULL;
    }
}

void crypto_mac_of(struct str key, struct str bytes, uint8_t mac[static CRYPTO_HASH_LEN])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.ptr, key.len); // these three
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)bytes.ptr, bytes.len); // cannot
    (void)crypto_auth_hmacsha256_final(&state, mac);                                    // fail
    mem_wipe(&state, sizeof(state));
}

bool crypto_is_same(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}
