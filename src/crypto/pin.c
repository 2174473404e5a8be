// pin: see pin.h.

#include "crypto/pin.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <stdlib.h>

// The writer of the ledger waits for it, so it is dearer than a login's in time but small in
// memory: about 5 ms.
enum { PIN_PASSES = 3, PIN_BYTES = 2 << 20 };

_Static_assert(CRYPTO_PIN_LEN >= crypto_pwhash_STRBYTES, "a hash fits");

static CRYPTO_ONCE pin_once = CRYPTO_ONCE_STATIC_INIT;

static void pin_start(void)
{
    if (sodium_init() < 0) {
        abort();
    }
}

void crypto_pin_hash(struct str pin, char hash[static CRYPTO_PIN_LEN])
{
    char made[crypto_pwhash_STRBYTES];
    if (CRYPTO_THREAD_run_once(&pin_once, pin_start) != 1 ||
        crypto_pwhash_str_alg(made, pin.ptr, pin.len, PIN_PASSES, PIN_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        abort(); // out of memory
    }
    memcpy(hash, made, sizeof(made));
}

bool crypto_pin_is(struct str pin, const char *hash)
{
    return CRYPTO_THREAD_run_once(&pin_once, pin_start) == 1 &&
           crypto_pwhash_str_verify(hash, pin.ptr, pin.len) == 0;
}
