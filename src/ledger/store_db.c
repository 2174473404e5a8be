// store: the ledger's tables and statements, see store_int.h. Limits stand in the statements that
// write; triggers keep entries from ever being changed.

#include "ledger/store_int.h"

static const char ledger_tables[] =
    "CREATE TABLE ledger_account (id {integer} PRIMARY KEY, name {text} NOT NULL UNIQUE,"
    " balance {integer} NOT NULL"
    "  CHECK (balance BETWEEN -2000000000000000000 AND 2000000000000000000),"
    " reserved {integer} NOT NULL CHECK (reserved BETWEEN 0 AND 2000000000000000000),"
    " overdraft {integer} CHECK (overdraft BETWEEN 0 AND 2000000000000000000)) {table};"
    // No limit is NULL.
    "CREATE TABLE ledger_entry (seq {integer} PRIMARY KEY, kind {integer} NOT NULL,"
    " debit {integer} NOT NULL REFERENCES ledger_account,"
    " credit {integer} NOT NULL REFERENCES ledger_account,"
    " amount {integer} NOT NULL CHECK (amount >= 0),"
    " pending {integer} REFERENCES ledger_entry,"
    " key {bytes} CHECK (length(key) = 16), why {text} NOT NULL, asker {text} NOT NULL,"
    " at {integer} NOT NULL, lapses_at {integer} NOT NULL, detail {bytes} NOT NULL,"
    " debit_balance {integer} NOT NULL, debit_reserved {integer} NOT NULL,"
    " debit_overdraft {integer}, credit_balance {integer} NOT NULL,"
    " credit_reserved {integer} NOT NULL, credit_overdraft {integer},"
    " hash {bytes} NOT NULL CHECK (length(hash) = 32)) {table};"
    "CREATE UNIQUE INDEX ledger_entry_key ON ledger_entry (key) WHERE key IS NOT NULL;"
    "CREATE INDEX ledger_entry_debit ON ledger_entry (debit, seq);"
    "CREATE INDEX ledger_entry_credit ON ledger_entry (credit, seq);"
    // Pending entries and what closed them.
    "CREATE TABLE ledger_hold (seq {integer} PRIMARY KEY REFERENCES ledger_entry,"
    " lapses_at {integer} NOT NULL, closed {integer} REFERENCES ledger_entry) {table};"
    "CREATE INDEX ledger_hold_due ON ledger_hold (lapses_at) WHERE closed IS NULL;";

static const char ledger_triggers_sqlite[] =
    "CREATE TRIGGER ledger_entry_keep BEFORE UPDATE ON ledger_entry BEGIN"
    " SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END;"
    "CREATE TRIGGER ledger_entry_stay BEFORE DELETE ON ledger_entry BEGIN"
    " SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END;"
    "CREATE TRIGGER ledger_account_keep BEFORE UPDATE OF id, name ON ledger_account BEGIN"
    " SELECT RAISE(ABORT, 'accounts are never renamed'); END;"
    "CREATE TRIGGER ledger_account_stay BEFORE DELETE ON ledger_account BEGIN"
    " SELECT RAISE(ABORT, 'accounts are never deleted'); END;"
    "CREATE TRIGGER ledger_hold_keep BEFORE UPDATE ON ledger_hold WHEN old.closed IS NOT NULL BEGIN"
    " SELECT RAISE(ABORT, 'a reservation is closed once'); END;"
    "CREATE TRIGGER ledger_hold_stay BEFORE DELETE ON ledger_hold BEGIN"
    " SELECT RAISE(ABORT, 'reservations are never deleted'); END;";

static const struct db_migration ledger_steps[] = {
    { 1, NULL, ledger_tables },
    { 2, "sqlite", ledger_triggers_sqlite },
};

#define ACCOUNT_COLUMNS "id, name, balance, reserved, overdraft"
#define STATE_COLUMNS "balance, reserved, overdraft"
#define ENTRY_COLUMNS                                                                              \
    "seq, kind, debit, credit, amount, pending, key, why, asker, at, lapses_at, detail,"           \
    " debit_balance, debit_reserved, debit_overdraft, credit_balance, credit_reserved,"            \
    " credit_overdraft, hash"

static const char *const ledger_sql_texts[LEDGER_SQL_COUNT] = {
    [LEDGER_SQL_HEAD] = "SELECT seq, hash, at FROM ledger_entry ORDER BY seq DESC LIMIT 1",
    [LEDGER_SQL_ACCOUNT_BY_NAME] = "SELECT " ACCOUNT_COLUMNS " FROM ledger_account WHERE name = $1",
    [LEDGER_SQL_ACCOUNT_BY_ID] = "SELECT " ACCOUNT_COLUMNS " FROM ledger_account WHERE id = $1",
    [LEDGER_SQL_ACCOUNT_ADD] =
        "INSERT INTO ledger_account (name, balance, reserved, overdraft) VALUES ($1, 0, 0, $2)"
        " RETURNING id",
    [LEDGER_SQL_ACCOUNT_LIMIT] =
        "UPDATE ledger_account SET overdraft = $2 WHERE id = $1 AND overdraft IS NOT NULL"
        " RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNT_RESERVE] =
        "UPDATE ledger_account SET reserved = reserved + $2 WHERE id = $1"
        " AND (overdraft IS NULL OR balance - reserved + overdraft >= $2)"
        " RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNT_GIVE_BACK] =
        "UPDATE ledger_account SET reserved = reserved - $2 WHERE id = $1 AND reserved >= $2"
        " RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNT_POST] =
        "UPDATE ledger_account SET reserved = reserved - $2, balance = balance - $3"
        " WHERE id = $1 AND reserved >= $2 RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNT_TAKE] = "UPDATE ledger_account SET balance = balance - $2 WHERE id = $1"
                                " AND (overdraft IS NULL OR balance - reserved + overdraft >= $2)"
                                " RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNT_GET] =
        "UPDATE ledger_account SET balance = balance + $2 WHERE id = $1 RETURNING " STATE_COLUMNS,
    [LEDGER_SQL_ACCOUNTS] =
        "SELECT " ACCOUNT_COLUMNS " FROM ledger_account WHERE id > $1 ORDER BY id",
    [LEDGER_SQL_ENTRY_ADD] =
        "INSERT INTO ledger_entry (" ENTRY_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    [LEDGER_SQL_ENTRY_BY_KEY] = "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE key = $1",
    [LEDGER_SQL_ENTRY_AT] = "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE seq = $1",
    [LEDGER_SQL_ENTRIES] =
        "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE seq > $1 ORDER BY seq LIMIT $2",
    // Each side by its own index; an entry with both sides on the account comes once.
    [LEDGER_SQL_ENTRIES_OF] =
        "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE seq IN (SELECT seq FROM (SELECT seq FROM"
        " ledger_entry WHERE debit = $1 AND seq > $2 ORDER BY seq LIMIT $3) UNION SELECT seq FROM"
        " (SELECT seq FROM ledger_entry WHERE credit = $1 AND seq > $2 ORDER BY seq LIMIT $3))"
        " ORDER BY seq LIMIT $3",
    [LEDGER_SQL_LAST_OF] =
        "SELECT max((SELECT coalesce(max(seq), 0) FROM ledger_entry WHERE debit = $1 AND seq <= "
        "$2),"
        " (SELECT coalesce(max(seq), 0) FROM ledger_entry WHERE credit = $1 AND seq <= $2))",
    [LEDGER_SQL_HOLD_ADD] = "INSERT INTO ledger_hold VALUES ($1, $2, NULL)",
    [LEDGER_SQL_HOLD_CLOSE] =
        "UPDATE ledger_hold SET closed = $2 WHERE seq = $1 AND closed IS NULL",
    [LEDGER_SQL_HOLD_CLOSED_BY] =
        "SELECT coalesce(closed, 0), lapses_at FROM ledger_hold WHERE seq = $1",
    [LEDGER_SQL_HOLD_DUE] =
        "SELECT seq FROM ledger_hold WHERE closed IS NULL AND lapses_at <= $1 ORDER BY lapses_at"
        " LIMIT 1",
    [LEDGER_SQL_HOLDS_OPEN] = "SELECT seq, lapses_at FROM ledger_hold WHERE closed IS NULL",
    [LEDGER_SQL_HOLD_COUNT] = "SELECT count(*) FROM ledger_hold",
};

bool ledger_store_open(struct ledger *ledger, struct err *err)
{
    if (!db_migrate(ledger->db, "ledger", ledger_steps,
                    sizeof(ledger_steps) / sizeof(ledger_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < LEDGER_SQL_COUNT; i++) {
        if (!db_prepare(ledger->db, &ledger->stmts[i], ledger_sql_texts[i], err)) {
            return false;
        }
    }
    return true;
}

static void store_bind_key(struct db_stmt *stmt, int index, const struct ledger_key *key)
{
    db_bind_bytes(stmt, index, key->bytes, sizeof(key->bytes));
}

static void store_state_read(const struct db_stmt *stmt, int column, struct ledger_state *state)
{
    *state = (struct ledger_state){ .balance = { db_col_int(stmt, column) },
                                    .reserved = { db_col_int(stmt, column + 1) },
                                    .overdraft = { db_col_int(stmt, column + 2) },
                                    .is_unlimited = db_col_is_null(stmt, column + 2) };
}

static void store_state_bind(struct db_stmt *stmt, int index, const struct ledger_state *state)
{
    db_bind_int(stmt, index, state->balance.units);
    db_bind_int(stmt, index + 1, state->reserved.units);
    if (state->is_unlimited) {
        db_bind_null(stmt, index + 2);
    } else {
        db_bind_int(stmt, index + 2, state->overdraft.units);
    }
}

void ledger_store_account_read(const struct db_stmt *stmt, struct ledger_account *account)
{
    struct str name = db_col_text(stmt, 1);
    *account = (struct ledger_account){ .id = db_col_int(stmt, 0) };
    memcpy(account->name, name.ptr, name.len < LEDGER_NAME_MAX ? name.len : LEDGER_NAME_MAX);
    store_state_read(stmt, 2, &account->state);
}

static bool store_account_first(struct db_stmt *stmt, struct ledger_account *account, bool *found,
                                struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        ledger_store_account_read(stmt, account);
        db_reset(stmt);
    }
    return true;
}

bool ledger_store_account(struct ledger *ledger, struct str name, struct ledger_account *account,
                          bool *found, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ACCOUNT_BY_NAME];
    db_bind_text(stmt, 1, name);
    return store_account_first(stmt, account, found, err);
}

bool ledger_store_account_get(struct ledger *ledger, int64_t id, struct ledger_account *account,
                              bool *found, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ACCOUNT_BY_ID];
    db_bind_int(stmt, 1, id);
    return store_account_first(stmt, account, found, err);
}

bool ledger_store_account_add(struct ledger *ledger, struct str name,
                              const struct ledger_state *state, int64_t *id, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ACCOUNT_ADD];
    bool row;
    db_bind_text(stmt, 1, name);
    if (!state->is_unlimited) {
        db_bind_int(stmt, 2, state->overdraft.units);
    }
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *id = db_col_int(stmt, 0);
    return db_run(stmt, err); // a statement that writes is stepped to its end
}

bool ledger_store_change(struct ledger *ledger, enum ledger_sql which, int64_t id, struct money a,
                         struct money b, struct ledger_state *after, bool *ok, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[which];
    db_bind_int(stmt, 1, id);
    db_bind_int(stmt, 2, a.units);
    if (which == LEDGER_SQL_ACCOUNT_POST) {
        db_bind_int(stmt, 3, b.units);
    }
    if (!db_step(stmt, ok, err)) {
        return false;
    }
    if (!*ok) {
        return true;
    }
    store_state_read(stmt, 0, after);
    return db_run(stmt, err);
}

bool ledger_store_entry_add(struct ledger *ledger, const struct ledger_entry *entry,
                            struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ENTRY_ADD];
    db_bind_int(stmt, 1, entry->sequence);
    db_bind_int(stmt, 2, entry->kind);
    db_bind_int(stmt, 3, entry->debit);
    db_bind_int(stmt, 4, entry->credit);
    db_bind_int(stmt, 5, entry->amount.units);
    if (entry->pending != 0) {
        db_bind_int(stmt, 6, entry->pending);
    }
    if (entry->has_key) {
        store_bind_key(stmt, 7, &entry->key);
    }
    db_bind_text(stmt, 8, entry->why);
    db_bind_text(stmt, 9, entry->asker);
    db_bind_int(stmt, 10, entry->at);
    db_bind_int(stmt, 11, entry->lapses_at);
    db_bind_bytes(stmt, 12, entry->detail.ptr, entry->detail.len);
    store_state_bind(stmt, 13, &entry->debit_after);
    store_state_bind(stmt, 16, &entry->credit_after);
    db_bind_bytes(stmt, 19, entry->hash, sizeof(entry->hash));
    return db_run(stmt, err);
}

void ledger_store_entry_read(const struct db_stmt *stmt, struct ledger_entry *entry)
{
    struct str key = db_col_bytes(stmt, 6);
    struct str hash = db_col_bytes(stmt, 18);
    *entry = (struct ledger_entry){ .sequence = db_col_int(stmt, 0),
                                    .kind = (enum ledger_kind)db_col_int(stmt, 1),
                                    .debit = db_col_int(stmt, 2),
                                    .credit = db_col_int(stmt, 3),
                                    .amount = { db_col_int(stmt, 4) },
                                    .pending = db_col_int(stmt, 5),
                                    .has_key = key.len == sizeof(entry->key.bytes),
                                    .why = db_col_text(stmt, 7),
                                    .asker = db_col_text(stmt, 8),
                                    .at = db_col_int(stmt, 9),
                                    .lapses_at = db_col_int(stmt, 10),
                                    .detail = db_col_bytes(stmt, 11) };
    if (entry->has_key) {
        memcpy(entry->key.bytes, key.ptr, key.len);
    }
    store_state_read(stmt, 12, &entry->debit_after);
    store_state_read(stmt, 15, &entry->credit_after);
    if (hash.len == sizeof(entry->hash)) {
        memcpy(entry->hash, hash.ptr, hash.len);
    }
}

bool ledger_store_hold_add(struct ledger *ledger, int64_t sequence, int64_t lapses_at,
                           struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HOLD_ADD];
    db_bind_int(stmt, 1, sequence);
    db_bind_int(stmt, 2, lapses_at);
    return db_run(stmt, err);
}

bool ledger_store_hold_close(struct ledger *ledger, int64_t sequence, int64_t by, bool *ok,
                             struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HOLD_CLOSE];
    db_bind_int(stmt, 1, sequence);
    db_bind_int(stmt, 2, by);
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(ledger->db) == 1;
    return true;
}

bool ledger_store_hold_due(struct ledger *ledger, int64_t now, int64_t *sequence, bool *found,
                           struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HOLD_DUE];
    db_bind_int(stmt, 1, now);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        *sequence = db_col_int(stmt, 0);
        db_reset(stmt);
    }
    return true;
}
