// read: what the ledger can be asked. See ledger.h.

#include "ledger/checkpoint.h"
#include "ledger/store_int.h"

bool ledger_head(struct ledger *ledger, struct ledger_head *head, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HEAD];
    bool row;
    if (ledger_cache_head(ledger, head)) {
        return true;
    }
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *head = (struct ledger_head){ 0 };
    if (row) {
        struct str hash = db_col_bytes(stmt, 1);
        head->sequence = db_col_int(stmt, 0);
        head->at = db_col_int(stmt, 2);
        memcpy(head->hash, hash.ptr, hash.len < CRYPTO_HASH_LEN ? hash.len : CRYPTO_HASH_LEN);
        db_reset(stmt);
    }
    ledger_cache_set_head(ledger, head);
    return true;
}

bool ledger_sum(struct ledger *ledger, struct ledger_sums *sums, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_SUMS];
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *sums = (struct ledger_sums){ .accounts = db_col_int(stmt, 0),
                                  .reserved = { db_col_int(stmt, 1) },
                                  .positive = { db_col_int(stmt, 2) },
                                  .negative = { db_col_int(stmt, 3) },
                                  .entries = db_col_int(stmt, 4) };
    db_reset(stmt);
    return true;
}

bool ledger_account_find(struct ledger *ledger, struct str name, struct ledger_account *account,
                         bool *found, struct err *err)
{
    return ledger_store_account(ledger, name, account, found, err);
}

bool ledger_account_get(struct ledger *ledger, int64_t id, struct ledger_account *account,
                        struct err *err)
{
    bool found;
    if (!ledger_store_account_get(ledger, id, account, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no account %lld", (long long)id);
}

static bool read_keep(struct arena *arena, struct ledger_entry *entry, struct err *err)
{
    entry->why = arena_copy(arena, entry->why);
    entry->asker = arena_copy(arena, entry->asker);
    entry->detail = arena_copy(arena, entry->detail);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "the entries asked for are too big together");
}

static bool read_first(struct db_stmt *stmt, struct arena *arena, struct ledger_entry *entry,
                       bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    ledger_store_entry_read(stmt, entry);
    bool ok = read_keep(arena, entry, err);
    db_reset(stmt);
    return ok;
}

bool ledger_entry_find(struct ledger *ledger, const struct ledger_key *key, struct arena *arena,
                       struct ledger_entry *entry, bool *found, struct err *err)
{
    return ledger_store_entry(ledger, key, arena, entry, found, err);
}

bool ledger_entry_at(struct ledger *ledger, int64_t sequence, struct arena *arena,
                     struct ledger_entry *entry, bool *found, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ENTRY_AT];
    db_bind_int(stmt, 1, sequence);
    return read_first(stmt, arena, entry, found, err);
}

bool ledger_reservation_closed_by(struct ledger *ledger, int64_t pending, int64_t *sequence,
                                  struct err *err)
{
    bool found;
    if (!ledger_store_hold_closed_by(ledger, pending, sequence, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no reservation %lld", (long long)pending);
}

bool ledger_list(struct ledger *ledger, int64_t account, int64_t after, size_t most,
                 struct arena *arena, struct ledger_entry *entries, size_t *count, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[account == 0 ? LEDGER_SQL_ENTRIES : LEDGER_SQL_ENTRIES_OF];
    int index = 1;
    if (account != 0) {
        db_bind_int(stmt, index++, account);
    }
    db_bind_int(stmt, index++, after);
    db_bind_int(stmt, index, (int64_t)most);
    bool row = true;
    size_t read = 0;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            ledger_store_entry_read(stmt, &entries[read]);
            if (!read_keep(arena, &entries[read], err)) {
                db_reset(stmt);
                return false;
            }
            read++;
        }
    }
    *count = read;
    return true;
}

// Times never fall along the chain and its numbers have no gap: halving finds the last at or
// before.
bool ledger_last_at(struct ledger *ledger, int64_t at, int64_t *sequence, struct err *err)
{
    struct ledger_head head;
    if (!ledger_head(ledger, &head, err)) {
        return false;
    }
    int64_t low = 0; // is at or before
    int64_t high = head.sequence + 1;
    while (high - low > 1) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
        struct ledger_entry entry;
        int64_t middle = low + (high - low) / 2;
        bool found;
        if (!ledger_entry_at(ledger, middle, &arena, &entry, &found, err)) {
            return false;
        }
        if (!found) {
            return err_set(err, ERR_INTERNAL, "entry %lld is missing; verify the ledger",
                           (long long)middle);
        }
        if (entry.at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *sequence = low;
    return true;
}

bool ledger_state_after(struct ledger *ledger, int64_t account, int64_t sequence,
                        struct ledger_state *state, bool *found, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_LAST_OF];
    struct ledger_entry entry;
    bool row;
    db_bind_int(stmt, 1, account);
    db_bind_int(stmt, 2, sequence);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    int64_t last = row ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    if (last == 0) {
        *found = false;
        return true;
    }
    if (!ledger_entry_at(ledger, last, &arena, &entry, found, err)) {
        return false;
    }
    if (*found) {
        *state = entry.debit == account ? entry.debit_after : entry.credit_after;
    }
    return true;
}

bool ledger_state_at(struct ledger *ledger, int64_t account, int64_t at, struct ledger_state *state,
                     bool *found, struct err *err)
{
    int64_t last = 0;
    return ledger_last_at(ledger, at, &last, err) &&
           ledger_state_after(ledger, account, last, state, found, err);
}

bool ledger_has_head(struct ledger *ledger, const struct ledger_head *head, bool *same,
                     struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
    struct ledger_entry entry;
    bool found;
    if (head->sequence == 0) {
        *same = true;
        return true;
    }
    if (!ledger_entry_at(ledger, head->sequence, &arena, &entry, &found, err)) {
        return false;
    }
    *same = found && memcmp(entry.hash, head->hash, CRYPTO_HASH_LEN) == 0;
    return true;
}
