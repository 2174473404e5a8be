// secret: see secret.h.

#include "crypto/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

_Static_assert(CRYPTO_SECRET_LEN >= crypto_pwhash_STRBYTES, "a hash fits");

static const struct {
    unsigned long long passes;
    size_t bytes;
    const char *dummy;
} secret_costs[] = {
    [CRYPTO_SECRET_PASSWORD] = { 3, (size_t)64 << 20,
                                 "$argon2id$v=19$m=65536,t=3,p=1$cXVvaW4gaGFzIG5vbmUgIQ$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    [CRYPTO_SECRET_PIN] = { 2, (size_t)19 << 20,
                            "$argon2id$v=19$m=19456,t=2,p=1$cXVvaW4gaGFzIG5vbmUgIQ$"
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
};

static CRYPTO_ONCE secret_once = CRYPTO_ONCE_STATIC_INIT;
static _Atomic uint64_t secret_count;

static void secret_start(void)
{
    if (sodium_init() < 0) {
        abort();
    }
}

static void secret_begin(void)
{
    if (CRYPTO_THREAD_run_once(&secret_once, secret_start) != 1) {
        abort();
    }
    atomic_fetch_add(&secret_count, 1);
}

bool crypto_secret_hash(struct str secret, enum crypto_secret kind,
                        char hash[static CRYPTO_SECRET_LEN], struct err *err)
{
    char made[crypto_pwhash_STRBYTES];
    secret_begin();
    if (crypto_pwhash_str_alg(made, secret.ptr, secret.len, secret_costs[kind].passes,
                              secret_costs[kind].bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "there is no memory to keep a secret; try again");
    }
    memcpy(hash, made, sizeof(made));
    return true;
}

bool crypto_secret_is(struct str secret, const char *hash, bool *is, struct err *err)
{
    secret_begin();
    errno = 0;
    bool same = crypto_pwhash_str_verify(hash, secret.ptr, secret.len) == 0;
    if (!same && errno == ENOMEM) {
        return err_set(err, ERR_UNAVAILABLE, "there is no memory to look at a secret; try again");
    }
    *is = same;
    return true;
}

const char *crypto_secret_dummy(enum crypto_secret kind)
{
    return secret_costs[kind].dummy;
}

uint64_t crypto_secret_work(void)
{
    return atomic_load(&secret_count);
}
