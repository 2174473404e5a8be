// statement: the tables of closed periods and of their statements' texts, and what computing one
// reads. See statement.h and statement_int.h; the tables are made in store_db.c.
// no unit test: tests/unit/ledger/test_statement.c and test_periods.c run all of it, on both stores

#include "db/db.h"
#include "ledger/statement_int.h"

#define PERIOD_COLUMNS                                                                             \
    "name, number, at, from_at, until_at, before_seq, last_seq, accounts, digest, run"

enum { STATEMENT_STEP = 6 }; // of the tables' migrations: which made them

// ---- texts -------------------------------------------------------------------------------------

bool ledger_statement_read(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN], int64_t part,
                           struct arena *arena, struct str *text, bool *found, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    *found = false;
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT body FROM ledger_statement WHERE run = $1 AND part = $2", err)) {
        return false;
    }
    db_bind_bytes(stmt, 1, run, LEDGER_RUN_LEN);
    db_bind_int(stmt, 2, part);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    *text = arena_copy(arena, db_col_bytes(stmt, 0));
    db_reset(stmt);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "a part of a statement is too big");
}

bool ledger_statement_parts(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN],
                            int64_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row;
    if (!db_prepare(ledger->db, &stmt, "SELECT count(*) FROM ledger_statement WHERE run = $1",
                    err)) {
        return false;
    }
    db_bind_bytes(stmt, 1, run, LEDGER_RUN_LEN);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *count = row ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    return true;
}

bool ledger_statement_keep(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN], int64_t part,
                           struct str text, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_PART_MAX * 4);
    struct str kept;
    bool found;
    if (!ledger_statement_read(ledger, run, part, &arena, &kept, &found, err)) {
        return false;
    }
    if (found) {
        return str_eq(kept, text) ||
               err_set(err, ERR_CONFLICT,
                       "another text is kept where this statement belongs: part %lld was changed",
                       (long long)part);
    }
    if (!db_prepare(ledger->db, &stmt,
                    "INSERT INTO ledger_statement (run, part, body) VALUES ($1, $2, $3)", err)) {
        return false;
    }
    db_bind_bytes(stmt, 1, run, LEDGER_RUN_LEN);
    db_bind_int(stmt, 2, part);
    db_bind_bytes(stmt, 3, text.ptr, text.len);
    return db_run(stmt, err);
}

// ---- periods -----------------------------------------------------------------------------------

bool ledger_period_add(struct ledger *ledger, const struct ledger_period *period, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    if (!db_prepare(ledger->db, &stmt,
                    "INSERT INTO ledger_period (" PERIOD_COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    err)) {
        return false;
    }
    db_bind_text(stmt, 1, str_of(period->name));
    db_bind_int(stmt, 2, period->number);
    db_bind_int(stmt, 3, period->at);
    db_bind_int(stmt, 4, period->bounds.from);
    db_bind_int(stmt, 5, period->bounds.until);
    db_bind_int(stmt, 6, period->bounds.first);
    db_bind_int(stmt, 7, period->bounds.last);
    db_bind_int(stmt, 8, period->accounts);
    db_bind_bytes(stmt, 9, period->digest, sizeof(period->digest));
    db_bind_bytes(stmt, 10, period->run, sizeof(period->run));
    return db_run(stmt, err);
}

static void period_bytes(uint8_t *to, size_t size, struct str from)
{
    memcpy(to, from.ptr, from.len < size ? from.len : size);
}

static void period_read(const struct db_stmt *stmt, struct ledger_period *period)
{
    struct str name = db_col_text(stmt, 0);
    *period = (struct ledger_period){
        .number = db_col_int(stmt, 1),
        .at = db_col_int(stmt, 2),
        .bounds = { db_col_int(stmt, 3), db_col_int(stmt, 4), db_col_int(stmt, 5),
                    db_col_int(stmt, 6) },
        .accounts = db_col_int(stmt, 7),
    };
    memcpy(period->name, name.ptr, name.len < LEDGER_PERIOD_MAX ? name.len : LEDGER_PERIOD_MAX);
    period_bytes(period->digest, sizeof(period->digest), db_col_bytes(stmt, 8));
    period_bytes(period->run, sizeof(period->run), db_col_bytes(stmt, 9));
}

static bool period_read_all(struct db_stmt *stmt, size_t most, struct ledger_period *periods,
                            size_t *count, struct err *err)
{
    bool row = true;
    *count = 0;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            period_read(stmt, &periods[(*count)++]);
        }
    }
    return true;
}

bool ledger_period_find(struct ledger *ledger, struct str name, struct ledger_period *period,
                        bool *found, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    size_t count = 0;
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT " PERIOD_COLUMNS " FROM ledger_period WHERE name = $1", err)) {
        return false;
    }
    db_bind_text(stmt, 1, name);
    bool good = period_read_all(stmt, 1, period, &count, err);
    *found = count == 1;
    return good;
}

bool ledger_period_list(struct ledger *ledger, struct str after, size_t most,
                        struct ledger_period *periods, size_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool has = false;
    *count = 0;
    if (!db_has_step(ledger->db, "ledger", STATEMENT_STEP, &has, err)) {
        return false;
    }
    if (!has) {
        return true;
    }
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT " PERIOD_COLUMNS
                    " FROM ledger_period WHERE name > $1 ORDER BY name LIMIT $2",
                    err)) {
        return false;
    }
    db_bind_text(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    return period_read_all(stmt, most, periods, count, err);
}

bool ledger_period_lost(struct ledger *ledger, char name[static LEDGER_PERIOD_MAX + 1], bool *found,
                        struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool has = false;
    *found = false;
    if (!db_has_step(ledger->db, "ledger", STATEMENT_STEP, &has, err)) {
        return false;
    }
    if (!has) {
        return true;
    }
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT period FROM ledger_checkpoint WHERE period <> '' AND period NOT IN"
                    " (SELECT name FROM ledger_period) ORDER BY period LIMIT 1",
                    err) ||
        !db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        struct str lost = db_col_text(stmt, 0);
        size_t len = lost.len < LEDGER_PERIOD_MAX ? lost.len : LEDGER_PERIOD_MAX;
        memcpy(name, lost.ptr, len);
        name[len] = '\0';
        db_reset(stmt);
    }
    return true;
}

// ---- what computing one reads ------------------------------------------------------------------

bool ledger_statement_sites(struct ledger *ledger, enum ledger_column columns[LEDGER_COLUMNS],
                            struct map *kinds, struct err *err)
{
    static const struct {
        const char *name;
        const char *from;
        const char *until;
        enum ledger_column column;
    } sites[] = {
        { "income", "income:", "income;", LEDGER_CHARGES },
        { "cash", "cash:", "cash;", LEDGER_CASH },
        { "grants", "grants:", "grants;", LEDGER_GRANTS },
        { "vouchers", "vouchers:", "vouchers;", LEDGER_VOUCHERS },
        { "adjustments", "adjustments:", "adjustments;", LEDGER_ADJUSTMENTS },
    };
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        OWN(db_finish) struct db_stmt *stmt = NULL;
        bool row = true;
        if (!db_prepare(ledger->db, &stmt,
                        "SELECT id FROM ledger_account WHERE name = $1 OR (name >= $2 AND"
                        " name < $3)",
                        err)) {
            return false;
        }
        db_bind_text(stmt, 1, str_of(sites[i].name));
        db_bind_text(stmt, 2, str_of(sites[i].from));
        db_bind_text(stmt, 3, str_of(sites[i].until));
        while (row) {
            if (!db_step(stmt, &row, err)) {
                return false;
            }
            if (row) {
                int64_t id = db_col_int(stmt, 0);
                map_set(kinds, map_key(&id, sizeof(id)), &columns[sites[i].column]);
            }
        }
    }
    return true;
}

bool ledger_statement_entries(struct ledger *ledger, int64_t after, int64_t last, size_t most,
                              bool (*take)(void *arg, const struct ledger_entry *entry,
                                           struct err *err),
                              void *arg, size_t *count, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ENTRIES];
    bool row = true;
    int64_t left = last - after;
    *count = 0;
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, left < (int64_t)most ? left : (int64_t)most);
    while (row) {
        struct ledger_entry entry;
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            ledger_store_entry_read(stmt, &entry);
            if (entry.sequence != after + (int64_t)*count + 1) {
                db_reset(stmt);
                return err_set(err, ERR_INTERNAL, "entry %lld is missing; verify the ledger",
                               (long long)after + (long long)*count + 1);
            }
            (*count)++;
            if (!take(arg, &entry, err)) {
                db_reset(stmt);
                return false;
            }
        }
    }
    return true;
}

bool ledger_statement_old_names(struct ledger *ledger, int64_t from, int64_t until, int64_t after,
                                bool (*take)(void *arg, int64_t id, struct str why,
                                             struct err *err),
                                void *arg, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = true;
    if (!db_prepare(ledger->db, &stmt,
                    "SELECT debit, why FROM ledger_entry WHERE kind = 8 AND debit > $1 AND"
                    " debit <= $2 AND seq > $3 ORDER BY debit, seq",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, from);
    db_bind_int(stmt, 2, until);
    db_bind_int(stmt, 3, after);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && !take(arg, db_col_int(stmt, 0), db_col_text(stmt, 1), err)) {
            db_reset(stmt);
            return false;
        }
    }
    return true;
}
