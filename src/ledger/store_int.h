// The ledger's statements. store_db.c is the only file that spells them.
#pragma once

#include "db/db.h"
#include "ledger/ledger.h"

enum ledger_sql {
    LEDGER_SQL_HEAD,
    LEDGER_SQL_ACCOUNT_BY_NAME,
    LEDGER_SQL_ACCOUNT_BY_ID,
    LEDGER_SQL_ACCOUNT_ADD,
    LEDGER_SQL_ACCOUNT_RENAME,
    LEDGER_SQL_ACCOUNT_LIMIT,
    LEDGER_SQL_ACCOUNT_RESERVE,
    LEDGER_SQL_ACCOUNT_GIVE_BACK,
    LEDGER_SQL_ACCOUNT_POST,
    LEDGER_SQL_ACCOUNT_TAKE,
    LEDGER_SQL_ACCOUNT_GET,
    LEDGER_SQL_ACCOUNTS,
    LEDGER_SQL_ENTRY_ADD,
    LEDGER_SQL_ENTRY_BY_KEY,
    LEDGER_SQL_ENTRY_AT,
    LEDGER_SQL_ENTRIES,
    LEDGER_SQL_ENTRIES_OF,
    LEDGER_SQL_LAST_OF,
    LEDGER_SQL_HOLD_ADD,
    LEDGER_SQL_HOLD_CLOSE,
    LEDGER_SQL_HOLD_CLOSED_BY,
    LEDGER_SQL_HOLD_DUE,
    LEDGER_SQL_HOLDS_OPEN,
    LEDGER_SQL_HOLD_COUNT,
    LEDGER_SQL_COUNT
};

struct ledger {
    struct db *db;                           // borrowed
    struct db_stmt *stmts[LEDGER_SQL_COUNT]; // db's
    struct crypto_hash *hash;                // owned; between entries it is fresh
};

bool ledger_store_open(struct ledger *ledger, struct err *err) CC_MUST_USE;

// Each runs one statement. *found false: no such row, or its condition does not hold.
bool ledger_store_account(struct ledger *ledger, struct str name, struct ledger_account *account,
                          bool *found, struct err *err) CC_MUST_USE;
bool ledger_store_account_get(struct ledger *ledger, int64_t id, struct ledger_account *account,
                              bool *found, struct err *err) CC_MUST_USE;
bool ledger_store_account_add(struct ledger *ledger, struct str name,
                              const struct ledger_state *state, int64_t *id,
                              struct err *err) CC_MUST_USE;

// After its entry. ERR_EXISTS: there is an account of that name.
bool ledger_store_account_rename(struct ledger *ledger, int64_t id, struct str name,
                                 struct err *err) CC_MUST_USE;

// Changes one account in the statement that also tells whether it may: which is one of
// ACCOUNT_LIMIT (a: overdraft), RESERVE (a: amount), GIVE_BACK (a: reserved), POST (a: reserved, b:
// moved), TAKE (a: moved, within the limit), GET (a: moved to it). *ok false: its limit refuses.
bool ledger_store_change(struct ledger *ledger, enum ledger_sql which, int64_t id, struct money a,
                         struct money b, struct ledger_state *after, bool *ok,
                         struct err *err) CC_MUST_USE;

bool ledger_store_entry_add(struct ledger *ledger, const struct ledger_entry *entry,
                            struct err *err) CC_MUST_USE;
bool ledger_store_hold_add(struct ledger *ledger, int64_t sequence, int64_t lapses_at,
                           struct err *err) CC_MUST_USE;
bool ledger_store_hold_close(struct ledger *ledger, int64_t sequence, int64_t by, bool *ok,
                             struct err *err) CC_MUST_USE;
bool ledger_store_hold_due(struct ledger *ledger, int64_t now, int64_t *sequence, bool *found,
                           struct err *err) CC_MUST_USE;

// Reads the columns of ENTRY_BY_KEY, ENTRY_AT, ENTRIES and ENTRIES_OF. Runs are borrowed.
void ledger_store_entry_read(const struct db_stmt *stmt, struct ledger_entry *entry);
void ledger_store_account_read(const struct db_stmt *stmt, struct ledger_account *account);

// hash = SHA-256(before || every other column of the entry, lengths spelled out).
void ledger_entry_hash(struct ledger *ledger, const struct ledger_entry *entry,
                       const uint8_t before[CRYPTO_HASH_LEN], uint8_t hash[CRYPTO_HASH_LEN]);
