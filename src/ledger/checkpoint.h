// checkpoint: how far the ledger had come at some moments, signed: each tells the entry and its
// hash, and the digest of the one before. They are never changed and never deleted, like entries.
// Who signs is the caller's business; what is signed begins with lines that this room spells and
// checks:
//
//   quoin ledger checkpoint 1
//   site SITE
//   number N
//   period PERIOD or -
//   at MILLISECONDS
//   entry SEQUENCE
//   hash HEX
//   before HEX            SHA-256 of the body of the checkpoint before it; of number 1: zeros
//
// and goes on with lines of the caller's.
#pragma once

#include "crypto/cert.h"
#include "ledger/ledger.h"

enum {
    LEDGER_PERIOD_MAX = 16, // bytes of a period's name
    LEDGER_BODY_MAX = 65536,
    LEDGER_CERTIFICATE_MAX = 8192,
};

struct ledger_checkpoint {
    int64_t number; // from 1, without a gap
    struct str period;
    int64_t at;
    int64_t sequence;
    uint8_t hash[CRYPTO_HASH_LEN];
    struct str body;
    struct str signature;
    struct str certificate; // of the key that signed it, DER
};

// The lines that a body begins with.
void ledger_checkpoint_begin(struct buf *body, const struct ledger_checkpoint *checkpoint,
                             const char *site, const uint8_t before[CRYPTO_HASH_LEN]);
// What the next one says of this one; NULL: there is none.
void ledger_checkpoint_digest(const struct ledger_checkpoint *checkpoint,
                              uint8_t digest[CRYPTO_HASH_LEN]);

// ERR_EXISTS: there is one of that number, or that period is closed.
bool ledger_checkpoint_add(struct ledger *ledger, const struct ledger_checkpoint *checkpoint,
                           struct err *err) CC_MUST_USE;
// By number, after one; runs are copied into the arena. A database of before there were any has
// none.
bool ledger_checkpoint_list(struct ledger *ledger, int64_t after, size_t most, struct arena *arena,
                            struct ledger_checkpoint *checkpoints, size_t *count,
                            struct err *err) CC_MUST_USE;
bool ledger_checkpoint_last(struct ledger *ledger, struct arena *arena,
                            struct ledger_checkpoint *checkpoint, bool *found,
                            struct err *err) CC_MUST_USE;
bool ledger_checkpoint_of(struct ledger *ledger, struct str period, struct arena *arena,
                          struct ledger_checkpoint *checkpoint, bool *found,
                          struct err *err) CC_MUST_USE;

// Proves them one after the other, in slices: no gap, each names the one before, each is signed for
// this site, and the chain holds what it says. Zeroed to begin with.
struct ledger_checkpoints_proof {
    int64_t checked;
    uint8_t before[CRYPTO_HASH_LEN];
    bool done;
    char finding[240]; // empty: nothing is wrong so far
};
// authority: whoever signs for the site, borrowed; NULL: signatures are not looked at.
bool ledger_checkpoints_prove(struct ledger *ledger, const struct crypto_cert *authority,
                              size_t most, struct ledger_checkpoints_proof *proof,
                              struct err *err) CC_MUST_USE;

// Sums over all accounts of a kind, which is the name up to its first ':'.
struct ledger_kind_sums {
    const char *kind; // "user"; "other"
    int64_t accounts;
    struct money balance;
    struct money reserved;
};
enum { LEDGER_KINDS = 11 };
bool ledger_sum_kinds(struct ledger *ledger, struct ledger_kind_sums sums[LEDGER_KINDS],
                      struct err *err) CC_MUST_USE;
// 0 to LEDGER_KINDS - 1; the last is "other".
size_t ledger_kind_of(struct str name);
const char *ledger_account_kind_name(size_t kind);

// --- other times --------------------------------------------------------------------------------

// The newest entry at or before a wall time; 0: none.
bool ledger_last_at(struct ledger *ledger, int64_t at, int64_t *sequence,
                    struct err *err) CC_MUST_USE;
// The account as it was after an entry, of whatever account.
bool ledger_state_after(struct ledger *ledger, int64_t account, int64_t sequence,
                        struct ledger_state *state, bool *found, struct err *err) CC_MUST_USE;
// Accounts by their numbers, after one.
bool ledger_accounts(struct ledger *ledger, int64_t after, size_t most,
                     struct ledger_account *accounts, size_t *count, struct err *err) CC_MUST_USE;
