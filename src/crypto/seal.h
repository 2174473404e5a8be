// seal: documents and keys at rest, encrypted and bound to where they belong (libsodium). Any
// thread.
//
// A document is sealed in chunks of CRYPTO_SEAL_CHUNK bytes (the last may be shorter, also empty),
// each ChaCha20-Poly1305 (RFC 8439) under the document's own key, its number and whether it is the
// last in the nonce, the job's id beside it: a chunk that is changed, swapped, moved, left out, cut
// off or taken from another job does not open. The key is random and serves one writing of one
// document: whoever begins to write anew makes a new one.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    CRYPTO_KEY_LEN = 32,
    CRYPTO_SEAL_CHUNK = 64 << 10,
    CRYPTO_SEAL_TAG = 16, // bytes that a chunk grows by
    CRYPTO_WRAP_LEN = 24 + CRYPTO_KEY_LEN + 16,
};

struct crypto_key {
    uint8_t bytes[CRYPTO_KEY_LEN];
};

void crypto_key_new(struct crypto_key *key); // random
void crypto_key_wipe(struct crypto_key *key);

// One pass over one document, writing or reading. Wiped by crypto_seal_fini.
struct crypto_seal {
    struct crypto_key key;
    uint64_t job;
    uint64_t next; // the chunk's number
    bool ended;
};

void crypto_seal_init(struct crypto_seal *seal, const struct crypto_key *key, uint64_t job);
void crypto_seal_fini(struct crypto_seal *seal);

// Writes plain.len + CRYPTO_SEAL_TAG bytes. Each chunk but the last has CRYPTO_SEAL_CHUNK bytes.
void crypto_seal_chunk(struct crypto_seal *seal, struct str plain, bool last, uint8_t *sealed);

// Writes sealed.len - CRYPTO_SEAL_TAG bytes. ERR_INVALID: these are not the bytes that were sealed
// here; nothing is written then.
bool crypto_seal_open(struct crypto_seal *seal, struct str sealed, bool last, uint8_t *plain,
                      struct err *err) CC_MUST_USE;

uint64_t crypto_seal_size(uint64_t plain_len); // of the whole document sealed

// A whole document at once, added to a buf.
bool crypto_seal_all(const struct crypto_key *key, uint64_t job, struct str plain,
                     struct buf *sealed, struct err *err) CC_MUST_USE;
bool crypto_seal_open_all(const struct crypto_key *key, uint64_t job, struct str sealed,
                          struct buf *plain, struct err *err) CC_MUST_USE;

// A job's key under the site's spool key (XChaCha20-Poly1305, random nonce in front), bound to the
// job.
void crypto_key_wrap(const struct crypto_key *site, uint64_t job, const struct crypto_key *key,
                     uint8_t wrapped[static CRYPTO_WRAP_LEN]);
bool crypto_key_unwrap(const struct crypto_key *site, uint64_t job, struct str wrapped,
                       struct crypto_key *key, struct err *err) CC_MUST_USE;
