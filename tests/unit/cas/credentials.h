// What the tests of credentials share: requests, and the way of one that hashes a secret: a turn, a
// worker, a turn.
#pragma once

#include "unit/cas/fixture.h"

#include "cas/credentials.h"

// As slow_wire does: what is refused on the way stands, and is told in err.
static inline const void *ask_slow(const ProtobufCMessage *request)
{
    const ProtobufCMessage *reply = NULL;
    struct cas_slow *slow = arena_new(&arena, sizeof(*slow));
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    slow->ask = request;
    memset(&err, 0, sizeof(err));
    for (int step = 0; step < 2; step++) {
        bool ok = db_begin(cas_db(cas), &err) &&
                  (step == 0 ? cas_slow_begin(cas, &turn, slow, &reply, &err)
                             : cas_slow_end(cas, &turn, slow, &reply, &err));
        reasons = turn.reasons;
        if (!ok) {
            db_rollback(cas_db(cas));
            return NULL;
        }
        if (!db_commit(cas_db(cas), &err)) {
            return NULL;
        }
        if (reply != NULL && !slow->is_refused) {
            return reply;
        }
        if (step == 0 && !slow->is_refused) {
            cas_slow_work(slow);
            (void)cas_slow_is_over(slow, &turn);
            reasons = turn.reasons;
        }
        if (slow->is_refused) {
            err = slow->refusal;
            return NULL;
        }
    }
    return NULL;
}

static uint8_t next_key = 1;

static inline ProtobufCBinaryData fresh_key(void)
{
    ProtobufCBinaryData key = key_of(next_key);
    key.data[1] = 'f';
    next_key++;
    return key;
}

static inline const Quoin__V1__CredentialState *set_secret(const char *user, const char *kind,
                                                           const char *secret)
{
    Quoin__V1__SetSecretRequest request = QUOIN__V1__SET_SECRET_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    request.kind = text_of(kind);
    request.secret = text_of(secret);
    return ask_slow(&request.base);
}

static inline Quoin__V1__ProveRequest proof_of(const char *user)
{
    Quoin__V1__ProveRequest request = QUOIN__V1__PROVE_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    request.device = text_of("door");
    request.address = text_of("192.0.2.1");
    return request;
}

static inline const Quoin__V1__Proof *prove(const char *user, const char *password)
{
    Quoin__V1__ProveRequest request = proof_of(user);
    request.password = text_of(password);
    return ask_slow(&request.base);
}

static inline const Quoin__V1__Proof *prove_pin(const char *user, const char *pin)
{
    Quoin__V1__ProveRequest request = proof_of(user);
    request.pin = text_of(pin);
    return ask_slow(&request.base);
}

static inline const Quoin__V1__Proof *prove_card(const char *raw, const char *pin, const char *may)
{
    Quoin__V1__ProveRequest request = proof_of("");
    char *ways[] = { text_of(may) };
    request.card = text_of(raw);
    request.pin = text_of(pin);
    request.may = ways;
    request.n_may = may[0] != '\0';
    return ask_slow(&request.base);
}

static inline const Quoin__V1__Card *add_card(const char *user, const char *number,
                                              int64_t valid_until)
{
    Quoin__V1__AddCardRequest request = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    request.number = text_of(number);
    request.title = text_of("blue badge");
    request.valid_until = valid_until;
    return ask(&request.base);
}

static inline const Quoin__V1__CredentialState *state_of(const char *user)
{
    Quoin__V1__GetCredentialsRequest request = QUOIN__V1__GET_CREDENTIALS_REQUEST__INIT;
    request.user = text_of(user);
    return ask(&request.base);
}

static inline const Quoin__V1__CredentialState *unlock(const char *user)
{
    Quoin__V1__UnlockRequest request = QUOIN__V1__UNLOCK_REQUEST__INIT;
    request.key = fresh_key();
    request.user = text_of(user);
    return ask(&request.base);
}

static inline const Quoin__V1__CredentialState *set_role(const char *user, const char *name)
{
    Quoin__V1__SetRolesRequest request = QUOIN__V1__SET_ROLES_REQUEST__INIT;
    char *names[] = { text_of(name) };
    request.key = fresh_key();
    request.user = text_of(user);
    request.roles = names;
    request.n_roles = name[0] != '\0';
    return ask(&request.base);
}
