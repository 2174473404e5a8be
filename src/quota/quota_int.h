// The statements of quota. store_db.c is the only file that spells them.
#pragma once

#include "db/db.h"
#include "quota/quota.h"

enum quota_sql {
    QUOTA_SQL_TAKE,
    QUOTA_SQL_GET,
    QUOTA_SQL_LAST,
    QUOTA_SQL_ADD,
    QUOTA_SQL_PRUNE,
    QUOTA_SQL_WARNED,
    QUOTA_SQL_SETTLE,
    QUOTA_SQL_RESET,
    QUOTA_SQL_LIST,
    QUOTA_SQL_HOLD_ADD,
    QUOTA_SQL_HOLDS,
    QUOTA_SQL_HOLDS_DROP,
    QUOTA_SQL_MOVE_ADD,
    QUOTA_SQL_MOVE_DROP,
    QUOTA_SQL_MOVE_HOLDS,
    QUOTA_SQL_MOVE_SPENT,
    QUOTA_SQL_SPENT_ADD,
    QUOTA_SQL_SPENT,
    QUOTA_SQL_SPENT_LESS,
    QUOTA_SQL_SPENT_PRUNE,
    QUOTA_SQL_SPENT_RESET,
    QUOTA_SQL_GIVE_BACK,
    QUOTA_SQL_COUNT
};

// What a job under way takes from a counter, or a settled one has used of it.
struct quota_hold {
    char quota[QUOTA_NAME_MAX + 1];
    char subject[QUOTA_SUBJECT_MAX + 1];
    int64_t from;
    enum quota_unit unit;
    int64_t amount;
    int64_t given_back; // of what was used
};

struct quota {
    struct db *db;                            // borrowed
    struct db_stmt *stmts[QUOTA_SQL_COUNT];   // db's
    struct quota_hold holds[QUOTA_TAKES_MAX]; // of the settlement under way: too large for a stack
};

// A row of quota_use by its key.
struct quota_row {
    struct str quota;
    struct str subject;
    int64_t from;
};

bool quota_store_open(struct quota *quota, struct err *err) CC_MUST_USE;
// *done false: there is no such row, or the limit refuses. state->most is given, the rest told.
bool quota_store_take(struct quota *quota, const struct quota_row *row, int64_t amount,
                      struct quota_state *state, bool *done, struct err *err) CC_MUST_USE;
bool quota_store_get(struct quota *quota, const struct quota_row *row, struct quota_state *state,
                     bool *found, struct err *err) CC_MUST_USE;
// The newest row of the counter before row->from.
bool quota_store_last(struct quota *quota, const struct quota_row *row, struct quota_last *last,
                      struct err *err) CC_MUST_USE;
// Adds it if it is not there, and drops what is older than QUOTA_PERIODS periods.
bool quota_store_add(struct quota *quota, const struct quota_row *row, int64_t carried,
                     struct err *err) CC_MUST_USE;
bool quota_store_warned(struct quota *quota, const struct quota_row *row, uint32_t level,
                        struct err *err) CC_MUST_USE;
bool quota_store_settle(struct quota *quota, const struct quota_row *row, int64_t reserved,
                        int64_t used, struct err *err) CC_MUST_USE;
bool quota_store_reset(struct quota *quota, const struct quota_row *row,
                       struct err *err) CC_MUST_USE;
bool quota_store_list(struct quota *quota, const struct quota_row *after, size_t most,
                      struct arena *arena, struct quota_use *uses, size_t *count,
                      struct err *err) CC_MUST_USE;
// which: HOLD_ADD or SPENT_ADD; HOLDS or SPENT.
bool quota_store_hold_add(struct quota *quota, enum quota_sql which,
                          const uint8_t key[QUOTA_KEY_LEN], const struct quota_row *row,
                          enum quota_unit unit, int64_t amount, struct err *err) CC_MUST_USE;
bool quota_store_holds(struct quota *quota, enum quota_sql which, const uint8_t key[QUOTA_KEY_LEN],
                       struct quota_hold holds[QUOTA_TAKES_MAX], size_t *count,
                       struct err *err) CC_MUST_USE;
// At most what is used; never below 0.
bool quota_store_give_back(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN],
                           const struct quota_row *row, int64_t amount,
                           struct err *err) CC_MUST_USE;
bool quota_store_holds_drop(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN],
                            struct err *err) CC_MUST_USE;
bool quota_store_move(struct quota *quota, struct str from, struct str to,
                      struct err *err) CC_MUST_USE;
