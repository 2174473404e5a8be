// The ledger's statements. store_db.c is the only file that spells them.
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "db/db.h"
#include "ledger/ledger.h"

enum {
    LEDGER_AHEAD = 64, // values of one statement that reads ahead
    LEDGER_ROWS = 16,  // rows of one statement that writes many
    LEDGER_ENTRY_COLUMNS = 19,
    GATHER_MAX = 256,
};

enum ledger_sql {
    LEDGER_SQL_HEAD,
    LEDGER_SQL_SUMS,
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
    LEDGER_SQL_ACCOUNTS_PAGE,
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
    LEDGER_SQL_ENTRIES_BY_KEY, // these read LEDGER_AHEAD at a time
    LEDGER_SQL_ACCOUNTS_BY_NAME,
    LEDGER_SQL_ACCOUNTS_BY_ID,
    LEDGER_SQL_HOLDS_BY_ID,
    LEDGER_SQL_ACCOUNT_SET, // one row, and the statements that write LEDGER_ROWS at a time
    LEDGER_SQL_ENTRIES_ADD,
    LEDGER_SQL_HOLDS_ADD,
    LEDGER_SQL_HOLDS_CLOSE,
    LEDGER_SQL_ACCOUNTS_SET,
    LEDGER_SQL_COUNT
};

struct cache_list;

// What this transaction knows of the ledger; cache.c owns its meaning.
struct ledger_cache {
    uint64_t epoch; // db_epoch that it is true in
    bool has_head;
    struct ledger_head head;
    struct map names; // account's name -> struct cache_account; these and all below: the arena's
    struct map ids;   // account's id -> the same
    struct map keys;  // entry's key -> struct cache_entry
    struct map holds; // pending entry -> struct cache_hold
    struct cache_list *expected_names;
    struct cache_list *expected_keys;
    struct cache_list *expected_ids;
    struct cache_list *expected_holds;
    struct arena arena;
};

struct ledger_pair {
    int64_t sequence; // of a pending entry
    int64_t value;    // when it lapses, or what closed it
};

struct ledger_moved {
    int64_t id;
    struct ledger_state before; // as the table has it
    struct ledger_state after;
};

// What this transaction has yet to write; gather.c owns its meaning.
struct ledger_gather {
    uint64_t epoch; // db_epoch that it is to be written in
    struct ledger_entry entries[GATHER_MAX];
    struct ledger_pair holds[GATHER_MAX];
    struct ledger_pair closes[GATHER_MAX];
    struct ledger_moved accounts[GATHER_MAX];
    size_t entry_count;
    size_t hold_count;
    size_t close_count;
    size_t account_count;
};

struct ledger {
    struct db *db;                           // borrowed
    struct db_stmt *stmts[LEDGER_SQL_COUNT]; // db's
    struct ledger_cache cache;
    struct ledger_gather gather;
    struct arena scratch;     // of the entry that was read last
    struct crypto_hash *hash; // owned; between entries it is fresh
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
// *closed 0: it is open.
bool ledger_store_hold_closed_by(struct ledger *ledger, int64_t sequence, int64_t *closed,
                                 bool *found, struct err *err) CC_MUST_USE;
bool ledger_store_hold_due(struct ledger *ledger, int64_t now, int64_t *sequence, bool *found,
                           struct err *err) CC_MUST_USE;

// Reads the columns of ENTRY_BY_KEY, ENTRY_AT, ENTRIES and ENTRIES_OF. Runs are borrowed.
void ledger_store_entry_read(const struct db_stmt *stmt, struct ledger_entry *entry);
void ledger_store_account_read(const struct db_stmt *stmt, struct ledger_account *account);

// Binds the parameters after `after`.
void ledger_store_entry_bind(struct db_stmt *stmt, int after, const struct ledger_entry *entry);

// --- gather.c -----------------------------------------------------------------------------------

// False: write it now. Otherwise make room, then tell what is to be written.
bool ledger_may_gather(struct ledger *ledger);
bool ledger_gather_room(struct ledger *ledger, struct err *err) CC_MUST_USE;
void ledger_gather_entry(struct ledger *ledger, const struct ledger_entry *entry);
void ledger_gather_hold(struct ledger *ledger, int64_t sequence, int64_t lapses_at);
void ledger_gather_close(struct ledger *ledger, int64_t sequence, int64_t by);
void ledger_gather_account(struct ledger *ledger, int64_t id, const struct ledger_state *before,
                           const struct ledger_state *after);
bool ledger_gather_flush(void *ledger, struct err *err) CC_MUST_USE;

// --- cache.c ------------------------------------------------------------------------------------

void ledger_cache_clear(struct ledger *ledger);
// Loads what is expected; nothing if nothing is.
bool ledger_cache_load(struct ledger *ledger, struct err *err) CC_MUST_USE;

// False, or *known false: ask the database. NULL and *known: there is none.
bool ledger_cache_head(struct ledger *ledger, struct ledger_head *head);
const struct ledger_account *ledger_cache_account(struct ledger *ledger, struct str name,
                                                  bool *known);
struct ledger_account *ledger_cache_account_of(struct ledger *ledger, int64_t id);
const struct ledger_entry *ledger_cache_entry(struct ledger *ledger, const struct ledger_key *key,
                                              bool *known);
bool ledger_cache_hold(struct ledger *ledger, int64_t sequence, int64_t *closed, bool *found);

// What was read, or is so now; NULL: there is none.
void ledger_cache_set_head(struct ledger *ledger, const struct ledger_head *head);
void ledger_cache_put_account(struct ledger *ledger, struct str name,
                              const struct ledger_account *account);
void ledger_cache_drop_account(struct ledger *ledger, struct str name);
void ledger_cache_put_entry(struct ledger *ledger, const struct ledger_key *key,
                            const struct ledger_entry *entry);
void ledger_cache_put_hold(struct ledger *ledger, int64_t sequence, int64_t closed, bool found);

// The entry of a key. Its runs are copied into the arena; without one they last until the next
// call.
bool ledger_store_entry(struct ledger *ledger, const struct ledger_key *key, struct arena *arena,
                        struct ledger_entry *entry, bool *found, struct err *err) CC_MUST_USE;

// hash = SHA-256(before || every other column of the entry, lengths spelled out).
void ledger_entry_hash(struct ledger *ledger, const struct ledger_entry *entry,
                       const uint8_t before[CRYPTO_HASH_LEN], uint8_t hash[CRYPTO_HASH_LEN]);
