// gather: the writes of a group of requests, sent as few statements of many rows. A statement costs
// as much as the row it writes, across a connection even more; and the account that everyone pays
// to is written once a group and not once a charge. What a statement may do stands in it all the
// same: it changes an account only from what was read to what the limit allows.

// no unit test: the groups of tests/unit/ledger/test_ledger.c run all of it, on both stores

#include "ledger/store_int.h"

bool ledger_may_gather(struct ledger *ledger)
{
    struct ledger_gather *gather = &ledger->gather;
    if (!db_may_gather(ledger->db)) {
        return false;
    }
    if (gather->epoch != db_epoch(ledger->db)) { // what waited was undone
        *gather = (struct ledger_gather){ .epoch = db_epoch(ledger->db) };
    }
    return true;
}

static bool gather_entries(struct ledger *ledger, struct err *err)
{
    struct ledger_gather *gather = &ledger->gather;
    for (size_t i = 0; i < gather->entry_count;) {
        size_t rows = gather->entry_count - i >= LEDGER_ROWS ? LEDGER_ROWS : 1;
        struct db_stmt *stmt =
            ledger->stmts[rows == 1 ? LEDGER_SQL_ENTRY_ADD : LEDGER_SQL_ENTRIES_ADD];
        for (size_t k = 0; k < rows; k++) {
            ledger_store_entry_bind(stmt, (int)(LEDGER_ENTRY_COLUMNS * k), &gather->entries[i + k]);
        }
        if (!db_run_later(stmt, (int64_t)rows, err)) {
            return false;
        }
        i += rows;
    }
    gather->entry_count = 0;
    return true;
}

bool ledger_gather_room(struct ledger *ledger, struct err *err)
{
    const struct ledger_gather *gather = &ledger->gather;
    // A server works while we do.
    if (db_is_far(ledger->db) && gather->entry_count >= LEDGER_ROWS &&
        !gather_entries(ledger, err)) {
        return false;
    }
    return (gather->entry_count < GATHER_MAX && gather->hold_count < GATHER_MAX &&
            gather->close_count < GATHER_MAX && gather->account_count < GATHER_MAX) ||
           ledger_gather_flush(ledger, err);
}

void ledger_gather_entry(struct ledger *ledger, const struct ledger_entry *entry)
{
    struct ledger_gather *gather = &ledger->gather;
    struct arena *arena = &ledger->cache.arena; // as old as the transaction, like what is gathered
    struct ledger_entry *kept = &gather->entries[gather->entry_count++];
    *kept = *entry;
    kept->why = arena_copy(arena, entry->why);
    kept->asker = arena_copy(arena, entry->asker);
    kept->detail = arena_copy(arena, entry->detail);
    db_gathered(ledger->db);
}

void ledger_gather_hold(struct ledger *ledger, int64_t sequence, int64_t lapses_at)
{
    struct ledger_gather *gather = &ledger->gather;
    gather->holds[gather->hold_count++] = (struct ledger_pair){ sequence, lapses_at };
    db_gathered(ledger->db);
}

void ledger_gather_close(struct ledger *ledger, int64_t sequence, int64_t by)
{
    struct ledger_gather *gather = &ledger->gather;
    gather->closes[gather->close_count++] = (struct ledger_pair){ sequence, by };
    db_gathered(ledger->db);
}

void ledger_gather_account(struct ledger *ledger, int64_t id, const struct ledger_state *before,
                           const struct ledger_state *after)
{
    struct ledger_gather *gather = &ledger->gather;
    for (size_t i = 0; i < gather->account_count; i++) {
        if (gather->accounts[i].id == id) {
            gather->accounts[i].after = *after;
            db_gathered(ledger->db);
            return;
        }
    }
    gather->accounts[gather->account_count++] = (struct ledger_moved){ id, *before, *after };
    db_gathered(ledger->db);
}

// ---- sending -----------------------------------------------------------------------------------

static bool gather_pairs(struct ledger *ledger, enum ledger_sql one, enum ledger_sql many,
                         const struct ledger_pair *pairs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count;) {
        size_t rows = count - i >= LEDGER_ROWS ? LEDGER_ROWS : 1;
        struct db_stmt *stmt = ledger->stmts[rows == 1 ? one : many];
        for (size_t k = 0; k < rows; k++) {
            db_bind_int(stmt, (int)(2 * k) + 1, pairs[i + k].sequence);
            db_bind_int(stmt, (int)(2 * k) + 2, pairs[i + k].value);
        }
        if (!db_run_later(stmt, (int64_t)rows, err)) {
            return false;
        }
        i += rows;
    }
    return true;
}

static bool gather_accounts(struct ledger *ledger, struct err *err)
{
    const struct ledger_gather *gather = &ledger->gather;
    for (size_t i = 0; i < gather->account_count;) {
        size_t rows = gather->account_count - i >= LEDGER_ROWS ? LEDGER_ROWS : 1;
        struct db_stmt *stmt =
            ledger->stmts[rows == 1 ? LEDGER_SQL_ACCOUNT_SET : LEDGER_SQL_ACCOUNTS_SET];
        for (size_t k = 0; k < rows; k++) {
            const struct ledger_moved *moved = &gather->accounts[i + k];
            int at = (int)(5 * k);
            db_bind_int(stmt, at + 1, moved->id);
            db_bind_int(stmt, at + 2, moved->before.balance.units);
            db_bind_int(stmt, at + 3, moved->before.reserved.units);
            db_bind_int(stmt, at + 4, moved->after.balance.units);
            db_bind_int(stmt, at + 5, moved->after.reserved.units);
        }
        if (!db_run_later(stmt, (int64_t)rows, err)) {
            return false;
        }
        i += rows;
    }
    return true;
}

bool ledger_gather_flush(void *arg, struct err *err)
{
    struct ledger *ledger = arg;
    struct ledger_gather *gather = &ledger->gather;
    if (gather->epoch != db_epoch(ledger->db)) {
        return true;
    }
    if (!arena_ok(&ledger->cache.arena)) {
        return err_set(err, ERR_LIMIT, "a group of requests is too big together");
    }
    bool good = gather_entries(ledger, err) &&
                gather_pairs(ledger, LEDGER_SQL_HOLD_ADD, LEDGER_SQL_HOLDS_ADD, gather->holds,
                             gather->hold_count, err) &&
                gather_pairs(ledger, LEDGER_SQL_HOLD_CLOSE, LEDGER_SQL_HOLDS_CLOSE, gather->closes,
                             gather->close_count, err) &&
                gather_accounts(ledger, err);
    gather->hold_count = gather->close_count = gather->account_count = 0;
    return good;
}
