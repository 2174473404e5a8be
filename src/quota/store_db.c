// store: the tables of quota and every statement on them. The limit stands in the statement that
// takes.

#include "quota/quota_int.h"

static const char quota_tables[] =
    "CREATE TABLE quota_use (quota {text} NOT NULL, subject {text} NOT NULL,"
    " period_from {integer} NOT NULL, used {integer} NOT NULL CHECK (used >= 0),"
    " reserved {integer} NOT NULL CHECK (reserved >= 0),"
    " carried {integer} NOT NULL CHECK (carried >= 0), warned {integer} NOT NULL,"
    " PRIMARY KEY (quota, subject, period_from)) {table};"
    "CREATE TABLE quota_hold (reservation {bytes} NOT NULL CHECK (length(reservation) = 16),"
    " quota {text} NOT NULL, subject {text} NOT NULL, period_from {integer} NOT NULL,"
    " unit {integer} NOT NULL, amount {integer} NOT NULL,"
    " PRIMARY KEY (reservation, quota, subject)) {table};";

// By it a subject that gets another name is found; holds are as many as there are jobs under way.
static const char quota_by_subject[] = "CREATE INDEX quota_use_by_subject ON quota_use (subject);";

// What settled jobs have used in the last period of a counter, for who gets money back.
static const char quota_spent[] =
    "CREATE TABLE quota_spent (reservation {bytes} NOT NULL, quota {text} NOT NULL,"
    " subject {text} NOT NULL, period_from {integer} NOT NULL, unit {integer} NOT NULL,"
    " amount {integer} NOT NULL, given_back {integer} NOT NULL CHECK (given_back <= amount),"
    " PRIMARY KEY (reservation, quota, subject)) {table};"
    "CREATE INDEX quota_spent_of ON quota_spent (subject, quota, period_from);";

static const struct db_migration quota_steps[] = { { 1, NULL, quota_tables },
                                                   { 2, NULL, quota_by_subject },
                                                   { 3, NULL, quota_spent } };

#define ROW " WHERE quota = $1 AND subject = $2 AND period_from = $3"

static const char *const quota_sql_texts[QUOTA_SQL_COUNT] = {
    [QUOTA_SQL_TAKE] = "UPDATE quota_use SET reserved = reserved + $4" ROW
                       " AND used + reserved + $4 <= carried + $5"
                       " RETURNING used, reserved, carried, warned",
    [QUOTA_SQL_GET] = "SELECT used, reserved, carried, warned FROM quota_use" ROW,
    [QUOTA_SQL_LAST] = "SELECT period_from, used + reserved, carried FROM quota_use"
                       " WHERE quota = $1 AND subject = $2 AND period_from < $3"
                       " ORDER BY period_from DESC LIMIT 1",
    [QUOTA_SQL_ADD] = "INSERT INTO quota_use (quota, subject, period_from, used, reserved, carried,"
                      " warned) VALUES ($1, $2, $3, 0, 0, $4, 0)"
                      " ON CONFLICT (quota, subject, period_from) DO NOTHING",
    [QUOTA_SQL_PRUNE] = "DELETE FROM quota_use WHERE quota = $1 AND subject = $2"
                        " AND reserved = 0 AND period_from < (SELECT period_from FROM quota_use"
                        " WHERE quota = $1 AND subject = $2"
                        " ORDER BY period_from DESC LIMIT 1 OFFSET $3)",
    [QUOTA_SQL_WARNED] = "UPDATE quota_use SET warned = $4" ROW,
    [QUOTA_SQL_SETTLE] = "UPDATE quota_use SET reserved = reserved - $4, used = used + $5" ROW,
    [QUOTA_SQL_RESET] = "UPDATE quota_use SET used = 0, warned = 0" ROW,
    [QUOTA_SQL_LIST] = "SELECT used, reserved, carried, warned, subject FROM quota_use"
                       " WHERE quota = $1 AND subject > $2 AND period_from = $3"
                       " ORDER BY subject LIMIT $4",
    [QUOTA_SQL_HOLD_ADD] = "INSERT INTO quota_hold (reservation, quota, subject, period_from, unit,"
                           " amount) VALUES ($1, $2, $3, $4, $5, $6)",
    [QUOTA_SQL_HOLDS] = "SELECT quota, subject, period_from, unit, amount, 0 FROM quota_hold"
                        " WHERE reservation = $1 ORDER BY quota, subject",
    [QUOTA_SQL_HOLDS_DROP] = "DELETE FROM quota_hold WHERE reservation = $1",
    [QUOTA_SQL_SPENT_ADD] =
        "INSERT INTO quota_spent (reservation, quota, subject, period_from, unit, amount,"
        " given_back) VALUES ($1, $2, $3, $4, $5, $6, 0)"
        " ON CONFLICT (reservation, quota, subject) DO UPDATE"
        " SET period_from = excluded.period_from, unit = excluded.unit,"
        " amount = excluded.amount, given_back = 0",
    [QUOTA_SQL_SPENT] =
        "SELECT quota, subject, period_from, unit, amount, given_back FROM quota_spent"
        " WHERE reservation = $1 ORDER BY quota, subject",
    [QUOTA_SQL_SPENT_LESS] = "UPDATE quota_spent SET given_back = given_back + $4"
                             " WHERE reservation = $1 AND quota = $2 AND subject = $3",
    [QUOTA_SQL_SPENT_PRUNE] = "DELETE FROM quota_spent WHERE quota = $1 AND subject = $2"
                              " AND period_from < $3",
    [QUOTA_SQL_SPENT_RESET] = "DELETE FROM quota_spent" ROW,
    [QUOTA_SQL_GIVE_BACK] =
        "UPDATE quota_use SET used = CASE WHEN used > $4 THEN used - $4 ELSE 0 END" ROW,
    [QUOTA_SQL_MOVE_SPENT] = "UPDATE quota_spent SET subject = $2 WHERE subject = $1",
    [QUOTA_SQL_MOVE_ADD] =
        "INSERT INTO quota_use (quota, subject, period_from, used, reserved, carried, warned)"
        " SELECT quota, $2, period_from, used, reserved, carried, warned FROM quota_use"
        " WHERE subject = $1 ON CONFLICT (quota, subject, period_from) DO UPDATE"
        " SET used = quota_use.used + excluded.used,"
        " reserved = quota_use.reserved + excluded.reserved,"
        " carried = CASE WHEN quota_use.carried > excluded.carried THEN quota_use.carried"
        " ELSE excluded.carried END,"
        " warned = CASE WHEN quota_use.warned > excluded.warned THEN quota_use.warned"
        " ELSE excluded.warned END",
    [QUOTA_SQL_MOVE_DROP] = "DELETE FROM quota_use WHERE subject = $1",
    [QUOTA_SQL_MOVE_HOLDS] = "UPDATE quota_hold SET subject = $2 WHERE subject = $1",
};

bool quota_store_open(struct quota *quota, struct err *err)
{
    if (!db_migrate(quota->db, "quota", quota_steps, sizeof(quota_steps) / sizeof(quota_steps[0]),
                    err)) {
        return false;
    }
    for (int i = 0; i < QUOTA_SQL_COUNT; i++) {
        if (!db_prepare(quota->db, &quota->stmts[i], quota_sql_texts[i], err)) {
            return false;
        }
    }
    return db_prepare_ahead(quota->stmts[QUOTA_SQL_HOLDS], NULL,
                            "SELECT quota, subject, period_from, unit, amount, reservation"
                            " FROM quota_hold WHERE reservation IN " DB_AHEAD_LIST
                            " ORDER BY reservation, quota, subject",
                            err);
}

void quota_expect(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN])
{
    db_bind_bytes(quota->stmts[QUOTA_SQL_HOLDS], 1, key, QUOTA_KEY_LEN);
    db_expect(quota->stmts[QUOTA_SQL_HOLDS]);
}

// What was read ahead of the reservation is true no longer.
static void store_holds_change(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN])
{
    db_bind_bytes(quota->stmts[QUOTA_SQL_HOLDS], 1, key, QUOTA_KEY_LEN);
    db_unexpect(quota->stmts[QUOTA_SQL_HOLDS]);
}

static struct db_stmt *store_row(struct quota *quota, enum quota_sql which,
                                 const struct quota_row *row)
{
    struct db_stmt *stmt = quota->stmts[which];
    db_bind_text(stmt, 1, row->quota);
    db_bind_text(stmt, 2, row->subject);
    db_bind_int(stmt, 3, row->from);
    return stmt;
}

static void store_state(const struct db_stmt *stmt, struct quota_state *state)
{
    state->used = db_col_int(stmt, 0);
    state->reserved = db_col_int(stmt, 1);
    state->carried = db_col_int(stmt, 2);
    state->warned = (uint32_t)db_col_int(stmt, 3);
}

static bool store_one(struct db_stmt *stmt, struct quota_state *state, bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        bool more;
        store_state(stmt, state);
        return db_step(stmt, &more, err); // an UPDATE is whole only when it was stepped to its end
    }
    return true;
}

bool quota_store_take(struct quota *quota, const struct quota_row *row, int64_t amount,
                      struct quota_state *state, bool *done, struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_TAKE, row);
    db_bind_int(stmt, 4, amount);
    db_bind_int(stmt, 5, state->most);
    return store_one(stmt, state, done, err);
}

bool quota_store_get(struct quota *quota, const struct quota_row *row, struct quota_state *state,
                     bool *found, struct err *err)
{
    return store_one(store_row(quota, QUOTA_SQL_GET, row), state, found, err);
}

bool quota_store_last(struct quota *quota, const struct quota_row *row, struct quota_last *last,
                      struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_LAST, row);
    *last = (struct quota_last){ .is_there = false };
    if (!db_step(stmt, &last->is_there, err)) {
        return false;
    }
    if (last->is_there) {
        last->from = db_col_int(stmt, 0);
        last->used = db_col_int(stmt, 1);
        last->carried = db_col_int(stmt, 2);
        db_reset(stmt);
    }
    return true;
}

bool quota_store_add(struct quota *quota, const struct quota_row *row, int64_t carried,
                     struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_ADD, row);
    struct db_stmt *prune = quota->stmts[QUOTA_SQL_PRUNE];
    db_bind_int(stmt, 4, carried);
    if (!db_run(stmt, err)) {
        return false;
    }
    db_bind_text(prune, 1, row->quota);
    db_bind_text(prune, 2, row->subject);
    db_bind_int(prune, 3, QUOTA_PERIODS - 1);
    return db_run(prune, err) && db_run(store_row(quota, QUOTA_SQL_SPENT_PRUNE, row), err);
}

bool quota_store_warned(struct quota *quota, const struct quota_row *row, uint32_t level,
                        struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_WARNED, row);
    db_bind_int(stmt, 4, level);
    return db_run(stmt, err);
}

bool quota_store_settle(struct quota *quota, const struct quota_row *row, int64_t reserved,
                        int64_t used, struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_SETTLE, row);
    db_bind_int(stmt, 4, reserved);
    db_bind_int(stmt, 5, used);
    return db_run(stmt, err);
}

bool quota_store_reset(struct quota *quota, const struct quota_row *row, struct err *err)
{
    return db_run(store_row(quota, QUOTA_SQL_RESET, row), err) &&
           db_run(store_row(quota, QUOTA_SQL_SPENT_RESET, row), err);
}

bool quota_store_list(struct quota *quota, const struct quota_row *after, size_t most,
                      struct arena *arena, struct quota_use *uses, size_t *count, struct err *err)
{
    struct db_stmt *stmt = store_row(quota, QUOTA_SQL_LIST, after);
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 4, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            uses[read] = (struct quota_use){ .subject = arena_copy(arena, db_col_text(stmt, 4)) };
            store_state(stmt, &uses[read].state);
            read++;
        }
    }
    *count = read;
    return true;
}

bool quota_store_hold_add(struct quota *quota, enum quota_sql which,
                          const uint8_t key[QUOTA_KEY_LEN], const struct quota_row *row,
                          enum quota_unit unit, int64_t amount, struct err *err)
{
    struct db_stmt *stmt = quota->stmts[which];
    store_holds_change(quota, key);
    db_bind_bytes(stmt, 1, key, QUOTA_KEY_LEN);
    db_bind_text(stmt, 2, row->quota);
    db_bind_text(stmt, 3, row->subject);
    db_bind_int(stmt, 4, row->from);
    db_bind_int(stmt, 5, unit);
    db_bind_int(stmt, 6, amount);
    return db_run(stmt, err);
}

static void store_text(char *to, size_t most, struct str text)
{
    size_t len = text.len < most ? text.len : most;
    memcpy(to, text.ptr, len);
    to[len] = '\0';
}

bool quota_store_holds(struct quota *quota, enum quota_sql which, const uint8_t key[QUOTA_KEY_LEN],
                       struct quota_hold holds[QUOTA_TAKES_MAX], size_t *count, struct err *err)
{
    struct db_stmt *stmt = quota->stmts[which];
    bool row = true;
    size_t read = 0;
    db_bind_bytes(stmt, 1, key, QUOTA_KEY_LEN);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < QUOTA_TAKES_MAX) {
            struct quota_hold *hold = &holds[read++];
            store_text(hold->quota, QUOTA_NAME_MAX, db_col_text(stmt, 0));
            store_text(hold->subject, QUOTA_SUBJECT_MAX, db_col_text(stmt, 1));
            hold->from = db_col_int(stmt, 2);
            hold->unit = (enum quota_unit)db_col_int(stmt, 3);
            hold->amount = db_col_int(stmt, 4);
            hold->given_back = db_col_int(stmt, 5);
        }
    }
    *count = read;
    return true;
}

bool quota_store_holds_drop(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN], struct err *err)
{
    struct db_stmt *stmt = quota->stmts[QUOTA_SQL_HOLDS_DROP];
    store_holds_change(quota, key);
    db_bind_bytes(stmt, 1, key, QUOTA_KEY_LEN);
    return db_run(stmt, err);
}

bool quota_store_give_back(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN],
                           const struct quota_row *row, int64_t amount, struct err *err)
{
    struct db_stmt *use = store_row(quota, QUOTA_SQL_GIVE_BACK, row);
    struct db_stmt *spent = quota->stmts[QUOTA_SQL_SPENT_LESS];
    db_bind_int(use, 4, amount);
    if (!db_run(use, err)) {
        return false;
    }
    db_bind_bytes(spent, 1, key, QUOTA_KEY_LEN);
    db_bind_text(spent, 2, row->quota);
    db_bind_text(spent, 3, row->subject);
    db_bind_int(spent, 4, amount);
    return db_run(spent, err);
}

bool quota_store_move(struct quota *quota, struct str from, struct str to, struct err *err)
{
    struct db_stmt *add = quota->stmts[QUOTA_SQL_MOVE_ADD];
    struct db_stmt *drop = quota->stmts[QUOTA_SQL_MOVE_DROP];
    struct db_stmt *holds = quota->stmts[QUOTA_SQL_MOVE_HOLDS];
    struct db_stmt *spent = quota->stmts[QUOTA_SQL_MOVE_SPENT];
    db_unexpect_all(quota->stmts[QUOTA_SQL_HOLDS]);
    db_bind_text(add, 1, from);
    db_bind_text(add, 2, to);
    if (!db_run(add, err)) {
        return false;
    }
    db_bind_text(drop, 1, from);
    if (!db_run(drop, err)) {
        return false;
    }
    if (db_changes(quota->db) == 0) {
        return true; // what reserved anything has a counter
    }
    db_bind_text(holds, 1, from);
    db_bind_text(holds, 2, to);
    if (!db_run(holds, err)) {
        return false;
    }
    db_bind_text(spent, 1, from);
    db_bind_text(spent, 2, to);
    return db_run(spent, err);
}
