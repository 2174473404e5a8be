// seal: see seal.h.

#include "crypto/seal.h"

#include "base/mem.h"
#include "base/rnd.h"
#include <assert.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

enum { SEAL_NONCE = crypto_aead_chacha20poly1305_ietf_NPUBBYTES };

static CRYPTO_ONCE seal_once = CRYPTO_ONCE_STATIC_INIT;

static void seal_start(void)
{
    if (sodium_init() < 0) { // chooses what this processor does fastest
        abort();
    }
}

static void seal_u64(uint8_t out[static 8], uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

void crypto_key_new(struct crypto_key *key)
{
    rnd_bytes(key->bytes, sizeof(key->bytes));
}

void crypto_key_wipe(struct crypto_key *key)
{
    mem_wipe(key, sizeof(*key));
}

void crypto_seal_init(struct crypto_seal *seal, const struct crypto_key *key, uint64_t job)
{
    if (CRYPTO_THREAD_run_once(&seal_once, seal_start) != 1) {
        abort();
    }
    *seal = (struct crypto_seal){ .key = *key, .job = job };
}

void crypto_seal_fini(struct crypto_seal *seal)
{
    mem_wipe(seal, sizeof(*seal));
}

// The nonce of the next chunk: its number, and whether it is the last.
static void seal_nonce(struct crypto_seal *seal, bool last, uint8_t nonce[static SEAL_NONCE])
{
    memset(nonce, 0, SEAL_NONCE);
    seal_u64(nonce, seal->next);
    nonce[8] = last ? 1 : 0;
}

void crypto_seal_chunk(struct crypto_seal *seal, struct str plain, bool last, uint8_t *sealed)
{
    uint8_t nonce[SEAL_NONCE];
    uint8_t job[8];
    assert(!seal->ended);
    assert(last ? plain.len <= CRYPTO_SEAL_CHUNK : plain.len == CRYPTO_SEAL_CHUNK);
    seal_nonce(seal, last, nonce);
    seal_u64(job, seal->job);
    (void)crypto_aead_chacha20poly1305_ietf_encrypt( // cannot fail
        sealed, NULL, (const uint8_t *)plain.ptr, plain.len, job, sizeof(job), NULL, nonce,
        seal->key.bytes);
    seal->next++;
    seal->ended = last;
}

bool crypto_seal_open(struct crypto_seal *seal, struct str sealed, bool last, uint8_t *plain,
                      struct err *err)
{
    uint8_t nonce[SEAL_NONCE];
    uint8_t job[8];
    if (seal->ended || sealed.len < CRYPTO_SEAL_TAG ||
        sealed.len > CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG ||
        (!last && sealed.len != CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG)) {
        return err_set(err, ERR_INVALID, "the stored document of job %llu has a wrong length",
                       (unsigned long long)seal->job);
    }
    seal_nonce(seal, last, nonce);
    seal_u64(job, seal->job);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, (const uint8_t *)sealed.ptr,
                                                  sealed.len, job, sizeof(job), nonce,
                                                  seal->key.bytes) != 0) {
        return err_set(err, ERR_INVALID, "the stored document of job %llu was changed or cut",
                       (unsigned long long)seal->job);
    }
    seal->next++;
    seal->ended = last;
    return true;
}

uint64_t crypto_seal_size(uint64_t plain_len)
{
    uint64_t chunks = plain_len == 0 ? 1 : (plain_len - 1) / CRYPTO_SEAL_CHUNK + 1;
    return plain_len + chunks * CRYPTO_SEAL_TAG;
}

static void seal_drop(uint8_t **bytes)
{
    mem_wipe(*bytes, CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG);
    free(*bytes);
}

bool crypto_seal_all(const struct crypto_key *key, uint64_t job, struct str plain,
                     struct buf *sealed, struct err *err)
{
    OWN(crypto_seal_fini) struct crypto_seal seal;
    OWN(seal_drop) uint8_t *part = mem_grow(NULL, CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG);
    crypto_seal_init(&seal, key, job);
    do {
        size_t len = plain.len < CRYPTO_SEAL_CHUNK ? plain.len : CRYPTO_SEAL_CHUNK;
        crypto_seal_chunk(&seal, (struct str){ plain.ptr, len }, len == plain.len, part);
        buf_add(sealed, (struct str){ (const char *)part, len + CRYPTO_SEAL_TAG });
        plain.ptr += len;
        plain.len -= len;
    } while (plain.len > 0);
    return buf_ok(sealed) ||
           err_set(err, ERR_LIMIT, "the sealed document is over %zu bytes", sealed->cap);
}

bool crypto_seal_open_all(const struct crypto_key *key, uint64_t job, struct str sealed,
                          struct buf *plain, struct err *err)
{
    OWN(crypto_seal_fini) struct crypto_seal seal;
    OWN(seal_drop) uint8_t *part = mem_grow(NULL, CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG);
    crypto_seal_init(&seal, key, job);
    do {
        size_t whole = CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG;
        size_t len = sealed.len < whole ? sealed.len : whole;
        struct str chunk = { sealed.ptr, len };
        if (!crypto_seal_open(&seal, chunk, len == sealed.len, part, err)) {
            return false;
        }
        buf_add(plain, (struct str){ (const char *)part, len - CRYPTO_SEAL_TAG });
        sealed.ptr += len;
        sealed.len -= len;
    } while (sealed.len > 0);
    return buf_ok(plain) || err_set(err, ERR_LIMIT, "the document is over %zu bytes", plain->cap);
}

enum { WRAP_NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

void crypto_key_wrap(const struct crypto_key *site, uint64_t job, const struct crypto_key *key,
                     uint8_t wrapped[static CRYPTO_WRAP_LEN])
{
    uint8_t about[8];
    seal_u64(about, job);
    rnd_bytes(wrapped, WRAP_NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt( // cannot fail
        wrapped + WRAP_NONCE, NULL, key->bytes, sizeof(key->bytes), about, sizeof(about), NULL,
        wrapped, site->bytes);
}

bool crypto_key_unwrap(const struct crypto_key *site, uint64_t job, struct str wrapped,
                       struct crypto_key *key, struct err *err)
{
    uint8_t about[8];
    struct crypto_key opened;
    const uint8_t *bytes = (const uint8_t *)wrapped.ptr;
    seal_u64(about, job);
    if (wrapped.len != CRYPTO_WRAP_LEN ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(opened.bytes, NULL, NULL, bytes + WRAP_NONCE,
                                                   wrapped.len - WRAP_NONCE, about, sizeof(about),
                                                   bytes, site->bytes) != 0) {
        return err_set(err, ERR_INVALID, "the key of job %llu does not open with this site's key",
                       (unsigned long long)job);
    }
    *key = opened;
    crypto_key_wipe(&opened);
    return true;
}
