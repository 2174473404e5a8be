// cas: what the core accounting server knows and decides: people, prices, charges, the ledger,
// certificates. Owns its database; all calls run on the thread that owns it (the writer), inside a
// transaction that the caller begins and commits. serve.h brings it to the wire.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "proto/common.pb-c.h"
#include <protobuf-c/protobuf-c.h>

struct cas;
struct history_row;

enum {
    CAS_NAME_MAX = 128,
    CAS_ARENA_MAX = 16 << 20, // of one request
    CAS_LAPSE_DAYS = 30,      // of a reservation that names no time
    CAS_LIST_MOST = 500,
};

struct cas_options {
    const char *dsn;     // "sqlite:DIR/cas/cas.db", "postgresql://..."
    bool bare;           // only the tables are made, and nobody else may have it open: for copying
    const char *witness; // a small file beside it that says how far the ledger had come; NULL: none
    const char *authority_certificate; // PEM; NULL: this one signs no certificates
    const char *authority_key;
    // This engine's own, PEM, read when they are needed: they sign where the authority is
    // elsewhere.
    const char *certificate;
    const char *key;
    // Whose word is believed, PEM; NULL: the signatures of checkpoints are not looked at.
    const char *believed;
    // What PINs and cards are keyed with, a file beside the database and in no copy of it; made
    // where it is not there. NULL: random, for as long as this process lives.
    const char *pepper;
};

// Opens the database (checks it after an unclean stop), makes what a new site needs, and refuses to
// start (ERR_CONFLICT) where the witness has seen more of the ledger than the database holds.
bool cas_open(struct cas **cas, const struct cas_options *options, struct err *err) CC_MUST_USE;
void cas_close(struct cas **cas);

// The pepper that PINs and cards were made with is gone: they go, and the one that is there counts.
// Inside a transaction. *people: how many had one.
bool cas_pepper_accept(struct cas *cas, int64_t *people, struct err *err) CC_MUST_USE;

struct db *cas_db(struct cas *cas);
struct ledger *cas_ledger(struct cas *cas);

// One request. Everything is borrowed for the call; the reply is in the arena.
struct cas_turn {
    struct arena *arena;
    const char *role;   // of the asker's certificate; "joiner": with a token
    const char *host;   // of a joiner: the token's identity
    const char *person; // for whom it asks; NULL: for itself
    int64_t now;
    // What the asker has seen of what it changes; NULL: it does not say.
    const Quoin__V1__Seen *seen;
    const char *const *reasons; // set with a refusal: IPP job-state-reasons, NULL-ended; or NULL
    // Set with the refusal of a work, for cas_refused.
    struct history_row *refused;
};

// Answers any unary request of cas.proto; which one is told by its descriptor. ERR_INTERNAL: it is
// none.
bool cas_answer(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
// After a refusal was undone, in a transaction or part of its own: the work that was refused goes
// into the history. Nothing to do for other refusals.
bool cas_refused(struct cas *cas, struct cas_turn *turn, struct err *err) CC_MUST_USE;
// What this request is going to read, told before the first of its group is answered: db_task's
// `ahead`.
void cas_ahead(struct cas *cas, const ProtobufCMessage *ask, int round);
bool cas_knows(const ProtobufCMessageDescriptor *ask);

// Gives back reservations whose time is over and notes their works; part of a transaction like any
// request.
bool cas_lapse(struct cas *cas, int64_t now, struct err *err) CC_MUST_USE;

// Begins the runs of schedules that are due, or works off a slice of the one under way; part of a
// transaction like any request. *more: there is more to do at once.
bool cas_schedule_step(struct cas *cas, int64_t now, bool *more, struct err *err) CC_MUST_USE;

// After a commit: the witness learns how far the ledger has come. Cheap; no sync.
void cas_committed(struct cas *cas);

// The join tokens that may still be used, for the thread that shakes hands. Returns how many.
struct cas_token {
    char identity[17];
    uint8_t key[CRYPTO_HASH_LEN];
    int64_t expires_at;
};
bool cas_tokens(struct cas *cas, int64_t now, struct cas_token *tokens, size_t most, size_t *count,
                struct err *err) CC_MUST_USE;

// The canonical form of a person's name: ASCII letters in lower case. ERR_INVALID: 1 to 128 bytes
// of UTF-8, no control characters, no space at either end.
bool cas_name_fold(struct str name, char out[static CAS_NAME_MAX + 1], struct err *err) CC_MUST_USE;
