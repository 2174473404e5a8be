// credential: what people prove with who they are: verifiers of passwords and PINs, cards, one-time
// tickets, tokens of programs; and what goes along with a person who did: roles, delegates,
// preferences. The only code that writes the credential_ tables. People are numbers here; the
// caller knows who is locked or removed.
//
// Nothing here can be turned back into a secret: passwords and PINs are Argon2id hashes that the
// caller makes (they are slow), a PIN's of its MAC under the pepper; cards are MACs under it;
// tickets, tokens and set-up codes are SHA-256 of random ones.
//
// Every call runs inside the caller's transaction, on the thread that owns the connection. Runs are
// copied into the arena. Times: milliseconds since 1970 UTC.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/hash.h"
#include <stdint.h>

struct db;
struct credential;

enum {
    CREDENTIAL_PEPPER_LEN = 32,
    CREDENTIAL_SECRET_MAX = 256, // bytes of a password
    CREDENTIAL_TITLE_MAX = 128,  // of a card or a token
    CREDENTIAL_WHERE_MAX = 128,  // of a device's name
    CREDENTIAL_CARDS_MAX = 16,   // of one person
    CREDENTIAL_DELEGATES_MAX = 64,
    CREDENTIAL_TOKENS_MAX = 64,    // of one person, that are good still
    CREDENTIAL_ADDRESSES_MAX = 64, // the same
    CREDENTIAL_SCOPES_MAX = 64,
    CREDENTIAL_SCOPE_MAX = 160,
};

// pepper: borrowed for the call; kept in memory, wiped by credential_close.
bool credential_open(struct db *db, const uint8_t pepper[static CREDENTIAL_PEPPER_LEN],
                     struct credential **credential, struct err *err) CC_MUST_USE;
void credential_close(struct credential **credential);

// ---- the pepper --------------------------------------------------------------------------------

struct credential_mac {
    uint8_t bytes[CRYPTO_HASH_LEN];
};

// What a card's number is known by, under the pepper.
struct credential_mac credential_card_mac(const struct credential *credential, struct str number);
// What the slow hash is given of a PIN: 64 hexadecimal digits, bound to its person.
void credential_pin_text(const struct credential *credential, int64_t person, struct str pin,
                         char text[static 2 * CRYPTO_HASH_LEN + 1]);
// Of anything else that must not be found by guessing: for `what`.
struct credential_mac credential_mac_of(const struct credential *credential, const char *what,
                                        struct str bytes);

// ERR_UNAVAILABLE: the database's PINs and cards were made under another pepper. Notes the pepper
// where there are none yet.
bool credential_pepper_check(struct credential *credential, struct err *err) CC_MUST_USE;
// The pepper was lost: PINs and cards go, the versions of those who had one grow, and this pepper
// counts from now on.
bool credential_pepper_accept(struct credential *credential, int64_t *people,
                              struct err *err) CC_MUST_USE;

// ---- rules -------------------------------------------------------------------------------------

// ERR_INVALID says what is wrong: 4 to 12 digits, not all the same, no sequence.
bool credential_pin_check(struct str pin, struct err *err) CC_MUST_USE;
// 8 to 256 bytes of UTF-8, not all the same, without the user's name.
bool credential_password_check(struct str password, struct str name, struct err *err) CC_MUST_USE;
// Six digits that pass, made of random bytes.
void credential_pin_make(const struct credential_mac *random, char pin[static 7]);

// ---- people ------------------------------------------------------------------------------------

enum credential_kind { CREDENTIAL_PASSWORD = 1, CREDENTIAL_PIN };

enum { // roles
    CREDENTIAL_ADMINISTRATOR = 1 << 0,
    CREDENTIAL_DESK = 1 << 1,
    CREDENTIAL_FINANCE = 1 << 2,
    CREDENTIAL_AUDITOR = 1 << 3,
    CREDENTIAL_DEVICES = 1 << 4,
    CREDENTIAL_ROLES = 5, // how many
};
const char *credential_role_name(int role);                 // by its bit's number
bool credential_role_read(struct str name, unsigned *role); // the bit

struct credential_likes { // preferences
    struct str language;
    bool auto_release;
    bool large_text;
    bool high_contrast;
    struct str theme;
};

struct credential_person {
    int64_t person;
    int64_t version;     // 0: nothing was ever said of this person
    struct str password; // the verifier; empty: none
    int64_t password_at;
    struct str pin;
    int64_t pin_at;
    bool must_change_password;
    bool must_change_pin;
    unsigned roles;
    struct credential_likes likes;
};

// Of somebody nothing is known of: all of it empty.
bool credential_get(struct credential *credential, int64_t person, struct arena *arena,
                    struct credential_person *known, struct err *err) CC_MUST_USE;

struct credential_secret {
    enum credential_kind kind;
    struct str verifier; // empty: removed
    bool must_change;
    int64_t at;
};
// These let the version grow.
bool credential_secret_set(struct credential *credential, int64_t person,
                           const struct credential_secret *secret, struct err *err) CC_MUST_USE;
bool credential_roles_set(struct credential *credential, int64_t person, unsigned roles,
                          struct err *err) CC_MUST_USE;
// The person was locked, removed, renamed: whatever was signed in ends.
bool credential_touch(struct credential *credential, int64_t person, struct err *err) CC_MUST_USE;
// gone is into from now on: cards and delegates move; secrets, tokens and roles of gone end.
bool credential_merge(struct credential *credential, int64_t gone, int64_t into,
                      struct err *err) CC_MUST_USE;
// Nothing of the person is left but the version.
bool credential_forget(struct credential *credential, int64_t person, struct err *err) CC_MUST_USE;
// This does not: a session goes on with other preferences.
bool credential_likes_set(struct credential *credential, int64_t person,
                          const struct credential_likes *likes, struct err *err) CC_MUST_USE;

struct credential_grown {
    int64_t person;
    int64_t version;
    int64_t change;
};
// Whose version grew after a change number, in its order; newest: the last number given.
bool credential_grown(struct credential *credential, int64_t after, size_t most,
                      struct credential_grown *grown, size_t *count, int64_t *newest,
                      struct err *err) CC_MUST_USE;

// People who have a role, by their numbers, after one.
struct credential_holder {
    int64_t person;
    unsigned roles;
};
bool credential_holders(struct credential *credential, int64_t after, size_t most,
                        struct credential_holder *holders, size_t *count,
                        struct err *err) CC_MUST_USE;

// ---- tries -------------------------------------------------------------------------------------

enum credential_subject {
    CREDENTIAL_OF_PASSWORD = 1, // of a person
    CREDENTIAL_OF_CARD,
    CREDENTIAL_OF_DEVICE,
    CREDENTIAL_OF_ADDRESS,
    CREDENTIAL_OF_NAME, // nobody is known by it
    CREDENTIAL_OF_PIN,  // of a person: who guesses PINs locks no password
};

struct credential_try {
    enum credential_subject of;
    struct str subject; // bytes
};

struct credential_tries {
    uint32_t count; // since the last success; of a device or address in its ten minutes
    int64_t until;  // 0: a try is taken now
};

enum {
    CREDENTIAL_DEVICE_TRIES = 50, // in ten minutes
    CREDENTIAL_ADDRESS_TRIES = 100,
    CREDENTIAL_LOCK_TRIES =
        10, // of a person's secret: a quarter of an hour, then twice as long each time
};

bool credential_tries_get(struct credential *credential, const struct credential_try *of,
                          int64_t now, struct credential_tries *tries, struct err *err) CC_MUST_USE;
// One more try, before it is known how it ends.
bool credential_try_add(struct credential *credential, const struct credential_try *of, int64_t now,
                        struct err *err) CC_MUST_USE;
// It was right: a person, card or name begins anew, a device or address gets that one back.
bool credential_try_right(struct credential *credential, const struct credential_try *of,
                          int64_t now, struct err *err) CC_MUST_USE;
// A person ends it before its time.
bool credential_tries_end(struct credential *credential, const struct credential_try *of,
                          struct err *err) CC_MUST_USE;

// ---- cards -------------------------------------------------------------------------------------

struct credential_card {
    int64_t id; // for ever this one's
    int64_t person;
    struct str hint;
    struct str title;
    int64_t valid_until; // 0: without end
    int64_t made_at;
    int64_t used_at;
    struct str used_where;
    struct str format;
};

// ERR_EXISTS: it is a card already. ERR_LIMIT: the person has enough. card->id is given.
bool credential_card_add(struct credential *credential, const struct credential_mac *mac,
                         struct credential_card *card, struct err *err) CC_MUST_USE;
bool credential_card_find(struct credential *credential, const struct credential_mac *mac,
                          struct arena *arena, struct credential_card *card, bool *found,
                          struct err *err) CC_MUST_USE;
bool credential_card_get(struct credential *credential, int64_t id, struct arena *arena,
                         struct credential_card *card, bool *found, struct err *err) CC_MUST_USE;
bool credential_card_used(struct credential *credential, int64_t id, int64_t at, struct str where,
                          struct err *err) CC_MUST_USE;
// Title and end of one that is there.
bool credential_card_set(struct credential *credential, const struct credential_card *card,
                         struct err *err) CC_MUST_USE;
bool credential_card_remove(struct credential *credential, const struct credential_card *card,
                            struct err *err) CC_MUST_USE; // the person's version grows
// By their numbers after one; person 0: everyone's.
bool credential_cards(struct credential *credential, int64_t person, int64_t after, size_t most,
                      struct arena *arena, struct credential_card *cards, size_t *count,
                      struct err *err) CC_MUST_USE;

// ---- delegates ---------------------------------------------------------------------------------

struct credential_delegate {
    int64_t person; // the other one
    int64_t until;  // 0: without end
};
// The delegate's version grows where there was one before: its end may be another now.
bool credential_delegate_set(struct credential *credential, int64_t person,
                             const struct credential_delegate *delegate,
                             struct err *err) CC_MUST_USE;
// The delegate's version grows where there was one.
bool credential_delegate_remove(struct credential *credential, int64_t person, int64_t delegate,
                                bool *had, struct err *err) CC_MUST_USE;
// Who may release the person's jobs at that time; delegators: whose jobs the person may. At most
// CREDENTIAL_DELEGATES_MAX.
bool credential_delegates(struct credential *credential, int64_t person, bool delegators,
                          int64_t now, struct credential_delegate *found, size_t *count,
                          struct err *err) CC_MUST_USE;

// ---- tickets, tokens, set-up -------------------------------------------------------------------

// A code is made of a MAC of the asker's key, so that the same key gets the same code again and no
// table has it.
enum {
    CREDENTIAL_TICKET_LEN = 16,  // Crockford's base 32: 80 bits
    CREDENTIAL_TOKEN_LEN = 49,   // "quoin_" and 43 letters of base64url: 256 bits
    CREDENTIAL_SETUP_LEN = 24,   // base 32: 120 bits
    CREDENTIAL_ADDRESS_LEN = 32, // base 32: 160 bits
};

void credential_ticket_make(const struct credential *credential, struct str key,
                            char code[static CREDENTIAL_TICKET_LEN + 1]);
bool credential_ticket_add(struct credential *credential, struct str code, int64_t person,
                           int64_t until, struct err *err) CC_MUST_USE;
// As a person wrote it. It serves once; the same key again is the same asker who did not hear the
// answer.
bool credential_ticket_use(struct credential *credential, struct str code, struct str key,
                           int64_t now, int64_t *person, bool *ok, struct err *err) CC_MUST_USE;

struct credential_token {
    int64_t id;
    int64_t person;
    struct str title;
    struct str *scopes; // in the arena
    size_t scope_count;
    int64_t made_at;
    int64_t until; // 0: without end
    int64_t used_at;
    bool is_revoked;
    struct str hint;
};
void credential_token_make(const struct credential *credential, struct str key,
                           char secret[static CREDENTIAL_TOKEN_LEN + 1]);
// "jobs:read": a subject of model/scope.tbl.h, and what is done; or "device:" and a name.
bool credential_scope_check(struct str scope, struct err *err) CC_MUST_USE;
bool credential_token_add(struct credential *credential, struct str secret,
                          struct credential_token *token, struct err *err) CC_MUST_USE;
bool credential_token_find(struct credential *credential, struct str secret, struct arena *arena,
                           struct credential_token *token, bool *found,
                           struct err *err) CC_MUST_USE;
bool credential_token_get(struct credential *credential, int64_t id, struct arena *arena,
                          struct credential_token *token, bool *found, struct err *err) CC_MUST_USE;
bool credential_token_used(struct credential *credential, int64_t id, int64_t at,
                           struct err *err) CC_MUST_USE;
bool credential_token_revoke(struct credential *credential, const struct credential_token *token,
                             struct err *err) CC_MUST_USE; // the person's version grows
// It makes a browser that device's station: it is the device's, not the person's who paired it, and
// ends with it.
bool credential_token_is_device(const struct credential_token *token);
// Revokes all tokens of a device. *ended: how many.
bool credential_device_end(struct credential *credential, struct str device, uint32_t *ended,
                           struct err *err) CC_MUST_USE;
bool credential_tokens(struct credential *credential, int64_t person, int64_t after, size_t most,
                       struct arena *arena, struct credential_token *tokens, size_t *count,
                       struct err *err) CC_MUST_USE;

// ---- addresses ---------------------------------------------------------------------------------

// A person's own address of a queue. It is a row among the tokens, of the one scope "address:" and
// the queue, so what ends a person's tokens ends it; but it is no token: credential_token_* know
// nothing of it.
struct credential_address {
    int64_t id;
    int64_t person;
    struct str queue;
    struct str title;
    int64_t made_at;
    int64_t until; // 0: without end
    int64_t used_at;
    bool is_revoked;
    struct str hint;
    uint8_t hash[CRYPTO_HASH_LEN]; // SHA-256 of the secret
};
// Small letters and digits that people do not mistake: it is read whatever their case.
void credential_address_make(const struct credential *credential, struct str key,
                             char secret[static CREDENTIAL_ADDRESS_LEN + 1]);
bool credential_address_add(struct credential *credential, struct str secret,
                            struct credential_address *address, struct err *err) CC_MUST_USE;
bool credential_address_get(struct credential *credential, int64_t id, struct arena *arena,
                            struct credential_address *address, bool *found,
                            struct err *err) CC_MUST_USE;
// Nothing, where there is no such address.
bool credential_address_used(struct credential *credential, int64_t id, int64_t at,
                             struct err *err) CC_MUST_USE;
bool credential_address_revoke(struct credential *credential,
                               const struct credential_address *address,
                               struct err *err) CC_MUST_USE; // the person's version grows
// By their numbers after one; person 0: everyone's.
bool credential_addresses(struct credential *credential, int64_t person, int64_t after, size_t most,
                          struct arena *arena, struct credential_address *addresses, size_t *count,
                          struct err *err) CC_MUST_USE;
// The last number that any was given.
bool credential_address_last(struct credential *credential, int64_t *last,
                             struct err *err) CC_MUST_USE;
// As credential_addresses, only those that are good at that time.
bool credential_addresses_good(struct credential *credential, int64_t person, int64_t after,
                               int64_t now, size_t most, struct arena *arena,
                               struct credential_address *addresses, size_t *count,
                               struct err *err) CC_MUST_USE;

void credential_setup_make(const struct credential *credential, struct str key,
                           char code[static CREDENTIAL_SETUP_LEN + 1]);
bool credential_setup_add(struct credential *credential, struct str code, int64_t until,
                          struct err *err) CC_MUST_USE; // those of before end
// Whether it is good, or was used with just this key.
bool credential_setup_is(struct credential *credential, struct str code, struct str key,
                         int64_t now, bool *ok, struct err *err) CC_MUST_USE;
bool credential_setup_use(struct credential *credential, struct str code, struct str key,
                          int64_t now, bool *ok, struct err *err) CC_MUST_USE;
