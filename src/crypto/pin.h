// pin: PINs as slow salted hashes (Argon2id, RFC 9106, through libsodium). A PIN has few digits;
// what keeps it is that tries are limited, and this hash where a database was stolen. Any thread;
// some milliseconds each.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { CRYPTO_PIN_LEN = 128 }; // of a hash, with its NUL

void crypto_pin_hash(struct str pin, char hash[static CRYPTO_PIN_LEN]);

// In a time that does not tell where they differ. False also for a hash that is none.
bool crypto_pin_is(struct str pin, const char *hash);
