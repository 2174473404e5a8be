// credentials: who proves to be who, on CAS. What takes a tenth of a second (Argon2id) is done by a
// worker between two turns of the writer: the first counts the try, so that a crash between counts
// too, and reads what is compared; the second records how it ended.
#pragma once

#include "card/card.h"
#include "cas/cas_int.h"
#include "credential/credential.h"
#include "crypto/secret.h"
#include "proto/credential.pb-c.h"

enum { CAS_CARD_FORMATS_MAX = 64 };

// ---- slow requests: slow.c, prove.c, secrets.c -------------------------------------------------

enum { CAS_SLOW_TRIES = 4 };

// One request on its way. Everything is in the turn's arena.
struct cas_slow {
    const ProtobufCMessage *ask; // Prove, SetSecret, UseSetup
    // What the worker is to do, of the first turn.
    bool checks;          // whether `secret` is what `verifier` was made of
    const char *verifier; // may be one that nobody has, for the same work
    struct str secret;
    bool makes; // a verifier of `fresh`
    struct str fresh;
    enum crypto_secret fresh_kind;
    // What it found.
    bool is_right;
    bool has_failed; // why: failure
    struct err failure;
    char made[CRYPTO_SECRET_LEN];
    // For the second turn, and for the log.
    int64_t person; // 0: nobody
    int64_t card;
    const char *by;
    bool is_locked_out; // with this try
    struct credential_try tries[CAS_SLOW_TRIES];
    size_t try_count;
    // It ends here: refused, though what the turn wrote stands.
    bool is_refused;
    struct err refusal;
};

// The first turn. *reply NULL and not refused: cas_slow_work, then cas_slow_end.
bool cas_slow_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                    const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
void cas_slow_work(struct cas_slow *slow); // any thread
// A wrong secret, and a worker that failed, need no second turn: refused at once.
bool cas_slow_is_over(struct cas_slow *slow, struct cas_turn *turn);
bool cas_slow_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                  const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
// After the answer: a lock-out goes into the audit.
bool cas_slow_note(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                   struct err *err) CC_MUST_USE;
bool cas_slow_is(const ProtobufCMessageDescriptor *ask);
// Whether a worker may be needed for it.
bool cas_slow_hashes(const ProtobufCMessage *ask);

bool cas_prove_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                     const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cas_prove_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                   const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cas_secret_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                      const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cas_secret_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                    const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cas_setup_begin(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                     const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cas_setup_end(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow,
                   const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;

// The one refusal of an unknown person, a wrong secret and a locked one.
void cas_slow_refuse(struct cas_slow *slow, struct cas_turn *turn);
// A try of this kind; the bytes are copied.
void cas_slow_try(struct cas_turn *turn, struct cas_slow *slow, enum credential_subject of,
                  struct str subject);
// Where somebody asks from: an IPv4 address, of IPv6 the first 64 bits, for whoever has one has all
// of those. What is no address is as it is.
struct str cas_place(struct arena *arena, const char *address);
struct credential_try cas_try_of_person(struct arena *arena, int64_t person,
                                        enum credential_kind kind);
// All tries are allowed: then they are counted, and *allowed.
bool cas_slow_count(struct cas *cas, struct cas_turn *turn, struct cas_slow *slow, bool *allowed,
                    struct err *err) CC_MUST_USE;
bool cas_slow_right(struct cas *cas, struct cas_turn *turn, const struct cas_slow *slow,
                    struct err *err) CC_MUST_USE;

// ---- people: credentials.c ---------------------------------------------------------------------

bool cas_credential_state(struct cas *cas, struct cas_turn *turn,
                          const struct accounts_person *person, Quoin__V1__CredentialState **state,
                          struct err *err) CC_MUST_USE;
Quoin__V1__Preferences *cas_preferences(struct arena *arena, const struct credential_likes *likes);
char **cas_role_names(struct arena *arena, unsigned roles, size_t *count);
// Into the audit of the person: what happened, with a word before and after (may be empty).
bool cas_credential_note(struct cas *cas, struct cas_turn *turn, int64_t person, const char *what,
                         struct str old, struct str now, struct err *err) CC_MUST_USE;
bool cas_has_administrator(struct cas *cas, struct cas_turn *turn, bool *has,
                           struct err *err) CC_MUST_USE;
// Refused where asked for people without roles alone, and this one has some.
bool cas_credential_may(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_person *person, bool no_roles,
                        struct err *err) CC_MUST_USE;
// All that the person proves to be that person with, and what others have of it, goes; *told: how
// much of it there is.
bool cas_credentials_forget(struct cas *cas, struct cas_turn *turn, int64_t person, bool is_dry,
                            int64_t *told, struct err *err) CC_MUST_USE;
// A person who may not prove anything.
bool cas_is_out(const struct accounts_person *person);

CAS_CORE(cas_who_is); // prove.c
CAS_CORE(cas_credentials_get);
CAS_CORE(cas_credentials_unlock);
CAS_CORE(cas_roles_set);
CAS_CORE(cas_roles_list);
CAS_CORE(cas_delegate_set);
CAS_CORE(cas_delegate_list);
CAS_CORE(cas_preferences_get);
CAS_CORE(cas_preferences_set);
CAS_CORE(cas_versions_list);

// ---- tickets, tokens, set-up: tokens.c ---------------------------------------------------------

CAS_CORE(cas_ticket_make);
CAS_CORE(cas_token_make);
CAS_CORE(cas_token_list);
CAS_CORE(cas_token_revoke);
CAS_CORE(cas_token_check);
CAS_CORE(cas_setup_make);

// ---- people's own addresses: addresses.c --------------------------------------------------------

CAS_CORE(cas_address_make);
CAS_CORE(cas_address_list);
CAS_CORE(cas_address_revoke);
CAS_CORE(cas_address_follow);

// ---- cards: cards.c ----------------------------------------------------------------------------

struct cas_cards;
void cas_cards_free(struct cas_cards **cards);
bool cas_card_format_check(const Quoin__V1__CardFormat *format, struct err *err) CC_MUST_USE;
struct cas_card_read {
    char number[CARD_NUMBER_MAX + 1];
    struct str format; // its name
};
// What a reader of that kind sent, as a number, by the first format that fits. *found false: none.
bool cas_card_read(struct cas *cas, const char *raw, const char *reader, struct cas_card_read *read,
                   bool *found, struct err *err) CC_MUST_USE;
Quoin__V1__Card *cas_card_message(struct arena *arena, const struct credential_card *card,
                                  const char *user);

CAS_CORE(cas_card_add);
CAS_CORE(cas_card_put);
CAS_CORE(cas_card_remove);
CAS_CORE(cas_card_list);
CAS_CORE(cas_card_try);
