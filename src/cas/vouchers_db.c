// vouchers: their tables. See vouchers.h.
// no unit test: tests/unit/cas/test_vouchers.c runs every statement

#include "base/mem.h"
#include "cas/vouchers.h"

#include <stdlib.h>

enum vouchers_sql {
    VOUCHERS_BATCH_NEXT,
    VOUCHERS_BATCH_ADD,
    VOUCHERS_BATCH_BY_KEY,
    VOUCHERS_BATCHES,
    VOUCHERS_ADD,
    VOUCHERS_BY_HASH,
    VOUCHERS_LIST,
    VOUCHERS_USE,
    VOUCHERS_VOID,
    VOUCHERS_FRESH,
    VOUCHERS_COUNT
};

struct cas_vouchers {
    struct db_stmt *stmts[VOUCHERS_COUNT]; // db's
};

static const char vouchers_tables[] =
    "CREATE TABLE cas_batch (number {integer} PRIMARY KEY, key {bytes} NOT NULL UNIQUE,"
    " amount {integer} NOT NULL, count {integer} NOT NULL, expires_at {integer} NOT NULL,"
    " note {text} NOT NULL, made_at {integer} NOT NULL, made_by {text} NOT NULL) {table};"
    "CREATE TABLE cas_voucher (hash {bytes} PRIMARY KEY, batch {integer} NOT NULL,"
    " serial {integer} NOT NULL, state {integer} NOT NULL, used_at {integer} NOT NULL,"
    " used_by {text} NOT NULL, entry {integer} NOT NULL) {table};"
    "CREATE UNIQUE INDEX cas_voucher_batch ON cas_voucher (batch, serial);";

static const struct db_migration vouchers_steps[] = { { 1, NULL, vouchers_tables } };

#define BATCH_COLUMNS                                                                              \
    "b.number, b.key, b.amount, b.count, b.expires_at, b.note, b.made_at, b.made_by,"              \
    " (SELECT count(*) FROM cas_voucher v WHERE v.batch = b.number AND v.state = 1),"              \
    " (SELECT count(*) FROM cas_voucher v WHERE v.batch = b.number AND v.state = 2),"              \
    " (SELECT count(*) FROM cas_voucher v WHERE v.batch = b.number AND v.state = 3)"
#define VOUCHER_COLUMNS                                                                            \
    "v.hash, v.batch, v.serial, v.state, v.used_at, v.used_by, v.entry, b.amount, b.expires_at"

static const char *const vouchers_texts[VOUCHERS_COUNT] = {
    [VOUCHERS_BATCH_NEXT] = "SELECT coalesce(max(number), 0) + 1 FROM cas_batch",
    [VOUCHERS_BATCH_ADD] = "INSERT INTO cas_batch (number, key, amount, count, expires_at, note,"
                           " made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [VOUCHERS_BATCH_BY_KEY] = "SELECT " BATCH_COLUMNS " FROM cas_batch b WHERE b.key = $1",
    [VOUCHERS_BATCHES] = "SELECT " BATCH_COLUMNS " FROM cas_batch b WHERE b.number < $1"
                         " ORDER BY b.number DESC LIMIT $2",
    [VOUCHERS_ADD] = "INSERT INTO cas_voucher (hash, batch, serial, state, used_at, used_by, entry)"
                     " VALUES ($1, $2, $3, 1, 0, '', 0)",
    [VOUCHERS_BY_HASH] = "SELECT " VOUCHER_COLUMNS " FROM cas_voucher v JOIN cas_batch b"
                         " ON b.number = v.batch WHERE v.hash = $1",
    [VOUCHERS_LIST] = "SELECT " VOUCHER_COLUMNS " FROM cas_voucher v JOIN cas_batch b"
                      " ON b.number = v.batch WHERE v.batch = $1 AND v.serial > $2"
                      " ORDER BY v.serial LIMIT $3",
    [VOUCHERS_USE] = "UPDATE cas_voucher SET state = 2, used_at = $2, used_by = $3, entry = $4"
                     " WHERE hash = $1 AND state = 1",
    [VOUCHERS_VOID] = "UPDATE cas_voucher SET state = 3 WHERE batch = $1 AND state = 1"
                      " AND ($2 = 0 OR serial = $2)",
    [VOUCHERS_FRESH] = "SELECT count(*) FROM cas_voucher WHERE batch = $1 AND state = 1"
                       " AND ($2 = 0 OR serial = $2)",
};

bool cas_vouchers_open(struct cas *cas, struct err *err)
{
    cas->vouchers = mem_new(sizeof(*cas->vouchers));
    if (!db_migrate(cas->db, "cas_vouchers", vouchers_steps,
                    sizeof(vouchers_steps) / sizeof(vouchers_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < VOUCHERS_COUNT; i++) {
        if (!db_prepare(cas->db, &cas->vouchers->stmts[i], vouchers_texts[i], err)) {
            return false;
        }
    }
    return true;
}

void cas_vouchers_close(struct cas *cas)
{
    free(cas->vouchers);
    cas->vouchers = NULL;
}

// ---- batches -----------------------------------------------------------------------------------

bool cas_store_batch_add(struct cas *cas, struct cas_batch *batch, struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_BATCH_NEXT];
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    batch->number = row ? db_col_int(stmt, 0) : 1;
    db_reset(stmt);
    stmt = cas->vouchers->stmts[VOUCHERS_BATCH_ADD];
    db_bind_int(stmt, 1, batch->number);
    db_bind_bytes(stmt, 2, batch->key.bytes, sizeof(batch->key.bytes));
    db_bind_int(stmt, 3, batch->amount);
    db_bind_int(stmt, 4, batch->count);
    db_bind_int(stmt, 5, batch->expires_at);
    db_bind_text(stmt, 6, batch->note);
    db_bind_int(stmt, 7, batch->made_at);
    db_bind_text(stmt, 8, batch->made_by);
    return db_run(stmt, err);
}

static void vouchers_batch_read(const struct db_stmt *stmt, struct arena *arena,
                                struct cas_batch *batch)
{
    struct str key = db_col_bytes(stmt, 1);
    *batch = (struct cas_batch){ .number = db_col_int(stmt, 0),
                                 .amount = db_col_int(stmt, 2),
                                 .count = db_col_int(stmt, 3),
                                 .expires_at = db_col_int(stmt, 4),
                                 .note = arena_copy(arena, db_col_text(stmt, 5)),
                                 .made_at = db_col_int(stmt, 6),
                                 .made_by = arena_copy(arena, db_col_text(stmt, 7)),
                                 .fresh = db_col_int(stmt, 8),
                                 .used = db_col_int(stmt, 9),
                                 .voided = db_col_int(stmt, 10) };
    memcpy(batch->key.bytes, key.ptr, key.len < 16 ? key.len : 16);
}

bool cas_store_batch_by_key(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                            struct cas_batch *batch, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_BATCH_BY_KEY];
    db_bind_bytes(stmt, 1, key->bytes, sizeof(key->bytes));
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        vouchers_batch_read(stmt, arena, batch);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_batches(struct cas *cas, int64_t before, size_t most, struct arena *arena,
                       struct cas_batch *batches, size_t *count, struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_BATCHES];
    bool row = true;
    *count = 0;
    db_bind_int(stmt, 1, before == 0 ? INT64_MAX : before);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            vouchers_batch_read(stmt, arena, &batches[(*count)++]);
        }
    }
    return true;
}

// ---- vouchers ----------------------------------------------------------------------------------

bool cas_store_voucher_add(struct cas *cas, const struct cas_voucher *voucher, struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_ADD];
    db_bind_bytes(stmt, 1, voucher->hash, sizeof(voucher->hash));
    db_bind_int(stmt, 2, voucher->batch);
    db_bind_int(stmt, 3, voucher->serial);
    return db_run(stmt, err);
}

static void vouchers_read(const struct db_stmt *stmt, struct arena *arena,
                          struct cas_voucher *voucher)
{
    struct str hash = db_col_bytes(stmt, 0);
    *voucher = (struct cas_voucher){ .batch = db_col_int(stmt, 1),
                                     .serial = db_col_int(stmt, 2),
                                     .state = (enum cas_voucher_state)db_col_int(stmt, 3),
                                     .used_at = db_col_int(stmt, 4),
                                     .used_by = arena_copy(arena, db_col_text(stmt, 5)),
                                     .entry = db_col_int(stmt, 6),
                                     .amount = db_col_int(stmt, 7),
                                     .expires_at = db_col_int(stmt, 8) };
    memcpy(voucher->hash, hash.ptr, hash.len < CRYPTO_HASH_LEN ? hash.len : CRYPTO_HASH_LEN);
}

bool cas_store_voucher(struct cas *cas, const uint8_t hash[static CRYPTO_HASH_LEN],
                       struct arena *arena, struct cas_voucher *voucher, bool *found,
                       struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_BY_HASH];
    db_bind_bytes(stmt, 1, hash, CRYPTO_HASH_LEN);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        vouchers_read(stmt, arena, voucher);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_vouchers(struct cas *cas, int64_t batch, int64_t after, size_t most,
                        struct arena *arena, struct cas_voucher *vouchers, size_t *count,
                        struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_LIST];
    bool row = true;
    *count = 0;
    db_bind_int(stmt, 1, batch);
    db_bind_int(stmt, 2, after);
    db_bind_int(stmt, 3, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            vouchers_read(stmt, arena, &vouchers[(*count)++]);
        }
    }
    return true;
}

bool cas_store_voucher_use(struct cas *cas, const struct cas_voucher *voucher, bool *ok,
                           struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_USE];
    db_bind_bytes(stmt, 1, voucher->hash, sizeof(voucher->hash));
    db_bind_int(stmt, 2, voucher->used_at);
    db_bind_text(stmt, 3, voucher->used_by);
    db_bind_int(stmt, 4, voucher->entry);
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(cas->db) == 1;
    return true;
}

bool cas_store_voucher_void(struct cas *cas, int64_t batch, int64_t serial, int64_t *count,
                            struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_VOID];
    db_bind_int(stmt, 1, batch);
    db_bind_int(stmt, 2, serial);
    if (!db_run(stmt, err)) {
        return false;
    }
    *count = db_changes(cas->db);
    return true;
}

bool cas_store_voucher_count(struct cas *cas, int64_t batch, int64_t serial, int64_t *count,
                             struct err *err)
{
    struct db_stmt *stmt = cas->vouchers->stmts[VOUCHERS_FRESH];
    bool row;
    db_bind_int(stmt, 1, batch);
    db_bind_int(stmt, 2, serial);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *count = row ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    return true;
}
