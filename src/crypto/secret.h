// secret: passwords and keyed PINs as slow salted hashes (Argon2id, RFC 9106, through libsodium):
// 64 MiB and 3 passes for a password, 19 MiB and 2 for a PIN, which is given as its MAC under the
// site's pepper. A tenth of a second each: never on a loop's or a writer's thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { CRYPTO_SECRET_LEN = 128 }; // of a hash, with its NUL

enum crypto_secret { CRYPTO_SECRET_PASSWORD, CRYPTO_SECRET_PIN };

// ERR_UNAVAILABLE: there is no memory for it now.
bool crypto_secret_hash(struct str secret, enum crypto_secret kind,
                        char hash[static CRYPTO_SECRET_LEN], struct err *err) CC_MUST_USE;

// In a time that does not tell where they differ; that of a hash of its kind. *is false also for a
// hash that is none. ERR_UNAVAILABLE: there is no memory for it now; it was not looked at.
bool crypto_secret_is(struct str secret, const char *hash, bool *is, struct err *err) CC_MUST_USE;

// The hash of a secret that nobody knows, for whoever has none: as much work as any other.
const char *crypto_secret_dummy(enum crypto_secret kind);

// How often a hash was made or compared in this process, for tests.
uint64_t crypto_secret_work(void);
