// ledger: double-entry accounts. The only code that writes the ledger_ tables.
//
// An entry moves an amount from its debit account to its credit account, or sets one aside to be
// moved later (pending: then posted, voided or lapsed). Entries are never changed and never
// deleted; a mistake is undone by another entry. Each carries the state of both accounts after it
// and a hash over all its columns and the hash before it. Balances sum to 0, always.
//
// Every call runs inside the caller's transaction, on the thread that owns the connection, and is
// idempotent by its key: the same key with the same content gives the first answer again, with
// other content it is ERR_CONFLICT, which names the field.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "model/money.h"
#include <stdint.h>

struct db;
struct ledger;

enum {
    LEDGER_NAME_MAX = 160,     // bytes of an account's name
    LEDGER_TEXT_MAX = 500,     // of a reason and of an asker's name
    LEDGER_DETAIL_MAX = 65536, // of what the caller keeps with an entry
};
// No single amount, and no overdraft, is above ten million million of the major unit.
#define LEDGER_MOST ((int64_t)10000000000000 * MONEY_SCALE)

enum ledger_kind {
    LEDGER_OPEN = 1, // an account begins; the amount is its overdraft
    LEDGER_LIMIT,    // its overdraft is another one from here on
    LEDGER_TRANSFER, // debit to credit, at once
    LEDGER_PENDING,  // set aside on the debit account
    LEDGER_POST,     // of a pending one: so much of it moves, the rest is given back
    LEDGER_VOID,     // of a pending one: all of it is given back
    LEDGER_LAPSE,    // the same, because its time was over
    LEDGER_RENAME,   // the account has another name from here on; why is "OLD -> NEW"
    LEDGER_CLOSE,    // a period is closed: no later entry is dated before this one's time
};
const char *ledger_kind_name(enum ledger_kind kind); // "open", "pending", …

struct ledger_key {
    uint8_t bytes[16];
};

struct ledger_state {
    struct money balance;   // what was moved to it less what was moved from it
    struct money reserved;  // set aside on it
    struct money overdraft; // how far below 0 it may go; meaningless if unlimited
    bool is_unlimited;
};

// balance - reserved + overdraft; of an unlimited account the most there is.
struct money ledger_available(const struct ledger_state *state);

struct ledger_account {
    int64_t id;
    char name[LEDGER_NAME_MAX + 1];
    struct ledger_state state;
};

// The end of the chain.
struct ledger_head {
    int64_t sequence; // 0: no entry yet
    uint8_t hash[CRYPTO_HASH_LEN];
    int64_t at;
};

struct ledger_entry {
    int64_t sequence;
    enum ledger_kind kind;
    int64_t debit; // an account's id
    int64_t credit;
    struct money amount;
    int64_t pending; // of a post, void or lapse: the sequence of its pending entry; else 0
    bool has_key;    // a lapse has none
    struct ledger_key key;
    struct str why;
    struct str asker;
    int64_t at;
    int64_t lapses_at; // of a pending one; else 0
    struct str detail;
    struct ledger_state debit_after;
    struct ledger_state credit_after;
    uint8_t hash[CRYPTO_HASH_LEN];
};

// What every writing call is told. Borrowed for the call.
struct ledger_ask {
    struct ledger_key key;
    struct str debit;  // account names; of an opening, a limit: `debit` is the account
    struct str credit; // of a transfer and a reservation only
    struct money amount;
    struct ledger_key reservation; // of a post or void: the key of the pending entry
    int64_t lapses_at;             // of a reservation
    bool is_unlimited;             // of an opening
    struct str why;
    struct str asker;
    struct str detail; // the caller's own record, kept and hashed with the entry; not compared
    int64_t at;        // wall time; an entry is never earlier than the one before it
};

struct ledger_receipt {
    int64_t sequence;
    int64_t at;
    struct money amount;
    struct ledger_state debit_after;
    uint8_t hash[CRYPTO_HASH_LEN];
    bool is_repeat; // the key had been used: this is the first answer
};

// Makes and upgrades the tables. db is borrowed and outlives it.
bool ledger_open(struct db *db, struct ledger **ledger, struct err *err) CC_MUST_USE;
void ledger_close(struct ledger **ledger);

// ERR_EXISTS: there is an account of that name.
bool ledger_account_open(struct ledger *ledger, const struct ledger_ask *ask,
                         struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// What the calls of this transaction are going to ask for, told before the first of them, is read
// in few statements: a group of requests on a database across a connection is several times as
// fast. Telling too much or nothing changes no answer.
void ledger_expect_account(struct ledger *ledger, struct str name);
void ledger_expect_key(struct ledger *ledger, const struct ledger_key *key);
// After all was told: reads it, and says which entry a reservation is. False: none, or it failed,
// which the next call tells.
bool ledger_ahead_pending(struct ledger *ledger, const struct ledger_key *key, int64_t *pending);

// Sets the overdraft of the debit account to the amount, also below what is already used of it.
bool ledger_limit(struct ledger *ledger, const struct ledger_ask *ask,
                  struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// The debit account is called `credit` from here on; all that was entered stays its own. The
// entry's reason is the ledger's: "OLD -> NEW", so that the chain tells every name. ERR_EXISTS:
// there is an account of that name.
bool ledger_rename(struct ledger *ledger, const struct ledger_ask *ask,
                   struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// Says on an account (`debit`) that a period which ended at or before ask->at is closed. It moves
// nothing; as no entry is earlier than the one before, none can be dated into that period any more.
bool ledger_close_entry(struct ledger *ledger, const struct ledger_ask *ask,
                        struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// ERR_NOT_FOUND: no such account. ERR_LIMIT: the debit account has not enough; nothing was written.
bool ledger_transfer(struct ledger *ledger, const struct ledger_ask *ask,
                     struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;
bool ledger_reserve(struct ledger *ledger, const struct ledger_ask *ask,
                    struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// Post moves the amount, at most what was set aside (else ERR_INVALID), and gives the rest back;
// void gives all back. ERR_NOT_FOUND: no such reservation. ERR_CONFLICT: it was posted, voided or
// lapsed under another key; the text says which and when.
bool ledger_post(struct ledger *ledger, const struct ledger_ask *ask,
                 struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;
bool ledger_void(struct ledger *ledger, const struct ledger_ask *ask,
                 struct ledger_receipt *receipt, struct err *err) CC_MUST_USE;

// Gives back up to `most` reservations whose time is over at `now`. One without a detail that
// follows the one before at once, with its time, is another leg of it: they lapse together.
bool ledger_lapse(struct ledger *ledger, int64_t now, size_t most, size_t *count,
                  struct err *err) CC_MUST_USE;
// The same, and tells those that had a detail, which are at most `most`.
struct ledger_lapsed {
    int64_t pending; // sequences
    int64_t by;
    int64_t at;
};
bool ledger_lapse_told(struct ledger *ledger, int64_t now, size_t most,
                       struct ledger_lapsed *lapses, size_t *told, size_t *count,
                       struct err *err) CC_MUST_USE;

// --- reading ------------------------------------------------------------------------------------

bool ledger_head(struct ledger *ledger, struct ledger_head *head, struct err *err) CC_MUST_USE;

// Over all accounts; the balances of all sum to 0, always.
struct ledger_sums {
    int64_t accounts;
    int64_t entries;
    struct money reserved;
    struct money positive; // of the balances above 0
    struct money negative;
};
bool ledger_sum(struct ledger *ledger, struct ledger_sums *sums, struct err *err) CC_MUST_USE;

// *found false: no such account, key, reservation.
bool ledger_account_find(struct ledger *ledger, struct str name, struct ledger_account *account,
                         bool *found, struct err *err) CC_MUST_USE;
bool ledger_account_get(struct ledger *ledger, int64_t id, struct ledger_account *account,
                        struct err *err) CC_MUST_USE;

// The entry's runs are copied into the arena.
bool ledger_entry_find(struct ledger *ledger, const struct ledger_key *key, struct arena *arena,
                       struct ledger_entry *entry, bool *found, struct err *err) CC_MUST_USE;
bool ledger_entry_at(struct ledger *ledger, int64_t sequence, struct arena *arena,
                     struct ledger_entry *entry, bool *found, struct err *err) CC_MUST_USE;

// What closed the reservation; *sequence 0: it is open still.
bool ledger_reservation_closed_by(struct ledger *ledger, int64_t pending, int64_t *sequence,
                                  struct err *err) CC_MUST_USE;

// Entries of an account (0: of all) after a sequence, at most `most`, oldest first.
bool ledger_list(struct ledger *ledger, int64_t account, int64_t after, size_t most,
                 struct arena *arena, struct ledger_entry *entries, size_t *count,
                 struct err *err) CC_MUST_USE;

// The account as it was after the last entry at or before a wall time; *found false: it was not
// yet.
bool ledger_state_at(struct ledger *ledger, int64_t account, int64_t at, struct ledger_state *state,
                     bool *found, struct err *err) CC_MUST_USE;

// --- verifying ----------------------------------------------------------------------------------

// Walks the chain from the first entry in slices, recomputes every hash and every balance from the
// entries alone, and at the head compares the accounts and reservations with what it computed.
// Writing may go on between slices. A finding names the sequence.
struct ledger_verify;
struct ledger_verify *ledger_verify_new(void);
void ledger_verify_free(struct ledger_verify **verify);

struct ledger_verdict {
    int64_t checked;
    int64_t total;
    bool done;
    bool good;         // meaningful when done
    char finding[240]; // the first thing that is wrong; a sentence
    struct ledger_head head;
};
// At most `most` entries further. err: the database could not be read.
bool ledger_verify_step(struct ledger *ledger, struct ledger_verify *verify, size_t most,
                        struct ledger_verdict *verdict, struct err *err) CC_MUST_USE;

// All of it at once. ERR_INTERNAL with the finding if anything is wrong. For tests and start-up.
bool ledger_audit(struct ledger *ledger, struct err *err) CC_MUST_USE;

// Whether the ledger still holds an entry that was acknowledged to somebody. *same false: it was
// shortened or rewritten.
bool ledger_has_head(struct ledger *ledger, const struct ledger_head *head, bool *same,
                     struct err *err) CC_MUST_USE;
