// people_int: what signing in and the other calls of sessions share.
#pragma once

#include "dce/dce_int.h"

// Signing in, by whatever way. One of them is under way from the question to the session.
struct signing {
    struct dce_op op; // first
    const Quoin__V1__SignInRequest *ask;
    const Quoin__V1__RegisterCardRequest *registers; // instead
    char id[SESSION_ID_LEN + 1];
    uint8_t asked_hash[CRYPTO_HASH_LEN];
    const char *device; // empty: at none
    const char *card;
    const char *reader;
    const char *by;
    bool is_read; // by a reader beside the device: nobody asked
    uint8_t pending[CRYPTO_HASH_LEN];
    bool has_pending;
    struct dce_asked *asked;
    struct dce_asked *engines[DCE_ENGINES_MAX];
    size_t engine_count;
    const Quoin__V1__Proof *proof; // in the op's arena
    uint8_t session[CRYPTO_HASH_LEN];
};

// Lets out what the person has chosen to be let out at once; then done, with how many.
void dce_auto_release(struct dce_op *parent, const struct session *session,
                      void (*done)(struct dce_op *parent, uint32_t count));
// Whether the person's newest version is another than this proof's.
bool dce_versions_is_old(const struct dce *dce, const Quoin__V1__Proof *proof);
