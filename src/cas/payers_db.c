// payers: the tables of what happens to charges after they were settled, and of the cash desk. See
// payers_int.h.

#include "cas/payers_int.h"

#include "base/mem.h"

static const char payers_tables[] =
    // Charges that were moved or refunded, and who bears what is left of them.
    "CREATE TABLE cas_after (reservation {bytes} PRIMARY KEY, charged {integer} NOT NULL,"
    " refunded {integer} NOT NULL, moves {integer} NOT NULL, version {integer} NOT NULL,"
    " bearers {bytes} NOT NULL, CHECK (refunded BETWEEN 0 AND charged)) {table};"
    "CREATE TABLE cas_move (reservation {bytes} NOT NULL, number {integer} NOT NULL,"
    " key {bytes} NOT NULL UNIQUE, at {integer} NOT NULL, asker {text} NOT NULL,"
    " why {text} NOT NULL, amount {integer} NOT NULL, old {bytes} NOT NULL, new {bytes} NOT NULL,"
    " overdrafts {bytes} NOT NULL, entry {integer} NOT NULL,"
    " PRIMARY KEY (reservation, number)) {table};"
    "CREATE TABLE cas_refund (id {integer} PRIMARY KEY, key {bytes} NOT NULL UNIQUE,"
    " reservation {bytes} NOT NULL, job {text} NOT NULL, person {text} NOT NULL,"
    " reason {text} NOT NULL, asked {integer} NOT NULL, pages {integer} NOT NULL,"
    " asked_at {integer} NOT NULL, asked_by {text} NOT NULL, status {integer} NOT NULL,"
    " amount {integer} NOT NULL, decided_at {integer} NOT NULL, decided_by {text} NOT NULL,"
    " decision {bytes}, why {text} NOT NULL, reference {text} NOT NULL, payees {bytes} NOT NULL,"
    " entry {integer} NOT NULL) {table};"
    "CREATE INDEX cas_refund_reservation ON cas_refund (reservation, id);"
    "CREATE INDEX cas_refund_status ON cas_refund (status, id);"
    "CREATE INDEX cas_refund_person ON cas_refund (person, id);"
    "CREATE UNIQUE INDEX cas_refund_decision ON cas_refund (decision) WHERE decision IS NOT NULL;"
    "CREATE TABLE cas_cash (entry {integer} PRIMARY KEY, at {integer} NOT NULL,"
    " desk {text} NOT NULL, asker {text} NOT NULL, person {text} NOT NULL,"
    " amount {integer} NOT NULL, reference {text} NOT NULL, why {text} NOT NULL) {table};"
    "CREATE INDEX cas_cash_at ON cas_cash (at);"
    "CREATE INDEX cas_cash_desk ON cas_cash (desk, at);"
    "CREATE UNIQUE INDEX cas_cash_reference ON cas_cash (desk, reference) WHERE reference <> '';";

// What was moved, and what went over the desk, is only added.
static const char payers_keep_sqlite[] =
    "CREATE TRIGGER cas_move_keep BEFORE UPDATE ON cas_move BEGIN"
    " SELECT RAISE(ABORT, 'charges that were moved are kept as they were'); END;"
    "CREATE TRIGGER cas_move_stay BEFORE DELETE ON cas_move BEGIN"
    " SELECT RAISE(ABORT, 'charges that were moved are never deleted'); END;"
    "CREATE TRIGGER cas_cash_keep BEFORE UPDATE ON cas_cash BEGIN"
    " SELECT RAISE(ABORT, 'entries of the cash desk are kept as they were'); END;"
    "CREATE TRIGGER cas_cash_stay BEFORE DELETE ON cas_cash BEGIN"
    " SELECT RAISE(ABORT, 'entries of the cash desk are never deleted'); END;";

static const char payers_keep_postgresql[] =
    "CREATE FUNCTION cas_payers_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END$$;"
    "CREATE TRIGGER cas_move_keep BEFORE UPDATE ON cas_move FOR EACH ROW"
    " EXECUTE FUNCTION cas_payers_refuse('charges that were moved are kept as they were');"
    "CREATE TRIGGER cas_move_stay BEFORE DELETE OR TRUNCATE ON cas_move"
    " EXECUTE FUNCTION cas_payers_refuse('charges that were moved are never deleted');"
    "CREATE TRIGGER cas_cash_keep BEFORE UPDATE ON cas_cash FOR EACH ROW"
    " EXECUTE FUNCTION cas_payers_refuse('entries of the cash desk are kept as they were');"
    "CREATE TRIGGER cas_cash_stay BEFORE DELETE OR TRUNCATE ON cas_cash"
    " EXECUTE FUNCTION cas_payers_refuse('entries of the cash desk are never deleted');";

static const struct db_migration payers_steps[] = {
    { 1, NULL, payers_tables },
    { 2, "sqlite", payers_keep_sqlite },
    { 2, "postgresql", payers_keep_postgresql },
};

#define REFUND_COLUMNS                                                                             \
    "id, key, reservation, job, person, reason, asked, pages, asked_at, asked_by, status, amount," \
    " decided_at, decided_by, decision, why, reference, payees, entry"
#define MOVE_COLUMNS "reservation, number, key, at, asker, why, amount, old, new, overdrafts, entry"
#define CASH_COLUMNS "entry, at, desk, asker, person, amount, reference, why"
// An empty text and a time of 0 ask for all.
#define CASH_WHERE                                                                                 \
    " FROM cas_cash WHERE at >= $1 AND at < $2 AND ($3 = '' OR desk = $3)"                         \
    " AND ($4 = '' OR asker = $4)"

static const char *const payers_texts[CAS_PAYERS_COUNT] = {
    [CAS_PAYERS_AFTER] = "SELECT charged, refunded, moves, version, bearers FROM cas_after"
                         " WHERE reservation = $1",
    [CAS_PAYERS_AFTER_ADD] = "INSERT INTO cas_after (reservation, charged, refunded, moves,"
                             " version, bearers) VALUES ($1, $2, $3, $4, 1, $5)"
                             " ON CONFLICT (reservation) DO NOTHING",
    [CAS_PAYERS_AFTER_SET] = "UPDATE cas_after SET refunded = $3, moves = $4, bearers = $5,"
                             " version = version + 1 WHERE reservation = $1 AND charged = $2"
                             " AND version = $6",
    [CAS_PAYERS_MOVE_ADD] = "INSERT INTO cas_move (" MOVE_COLUMNS ") VALUES ($1, $2, $3, $4, $5,"
                            " $6, $7, $8, $9, $10, $11)",
    [CAS_PAYERS_MOVE_BY_KEY] = "SELECT " MOVE_COLUMNS " FROM cas_move WHERE key = $1",
    [CAS_PAYERS_MOVES_OF] = "SELECT " MOVE_COLUMNS " FROM cas_move WHERE reservation = $1"
                            " ORDER BY number LIMIT $2",
    [CAS_PAYERS_REFUND_NEXT] = "SELECT coalesce(max(id), 0) + 1 FROM cas_refund",
    [CAS_PAYERS_REFUND_ADD] =
        "INSERT INTO cas_refund (" REFUND_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " $10, 1, 0, 0, '', NULL, '', '', $11, 0)",
    [CAS_PAYERS_REFUND_DECIDE] =
        "UPDATE cas_refund SET status = $2, amount = $3, decided_at = $4, decided_by = $5,"
        " decision = $6, why = $7, reference = $8, payees = $9, entry = $10"
        " WHERE id = $1 AND status = 1",
    [CAS_PAYERS_REFUND_BY_ID] = "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE id = $1",
    [CAS_PAYERS_REFUND_BY_KEY] = "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE key = $1",
    [CAS_PAYERS_REFUND_BY_DECISION] =
        "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE decision = $1",
    [CAS_PAYERS_REFUNDS_OF] = "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE reservation = $1"
                              " AND id > $2 ORDER BY id LIMIT $3",
    [CAS_PAYERS_REFUNDS] =
        "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE id > $1 ORDER BY id LIMIT $2",
    [CAS_PAYERS_REFUNDS_STATUS] = "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE status = $1"
                                  " AND id > $2 AND ($4 = '' OR person = $4) ORDER BY id LIMIT $3",
    [CAS_PAYERS_REFUNDS_USER] = "SELECT " REFUND_COLUMNS " FROM cas_refund WHERE person = $1"
                                " AND id > $2 ORDER BY id LIMIT $3",
    [CAS_PAYERS_REFUNDS_RENAME] = "UPDATE cas_refund SET person = $2 WHERE person = $1",
    [CAS_PAYERS_CASH_ADD] =
        "INSERT INTO cas_cash (" CASH_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [CAS_PAYERS_CASH_BY_ENTRY] = "SELECT " CASH_COLUMNS " FROM cas_cash WHERE entry = $1",
    [CAS_PAYERS_CASH_BY_REFERENCE] =
        "SELECT " CASH_COLUMNS " FROM cas_cash WHERE desk = $1 AND reference = $2"
        " AND reference <> ''",
    [CAS_PAYERS_CASH] = "SELECT " CASH_COLUMNS CASH_WHERE " AND entry > $5 ORDER BY entry LIMIT $6",
    [CAS_PAYERS_CASH_SUM] =
        "SELECT CAST(coalesce(sum(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) AS BIGINT),"
        " CAST(coalesce(sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END), 0) AS BIGINT),"
        " count(*)" CASH_WHERE,
};

bool cas_payers_open(struct cas *cas, struct err *err)
{
    cas->payers = mem_new(sizeof(*cas->payers));
    if (!db_migrate(cas->db, "cas_payers", payers_steps,
                    sizeof(payers_steps) / sizeof(payers_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < CAS_PAYERS_COUNT; i++) {
        if (!db_prepare(cas->db, &cas->payers->stmts[i], payers_texts[i], err)) {
            return false;
        }
    }
    return true;
}

static void payers_bind_key(struct db_stmt *stmt, int index, const struct ledger_key *key)
{
    db_bind_bytes(stmt, index, key->bytes, sizeof(key->bytes));
}

static struct ledger_key payers_col_key(const struct db_stmt *stmt, int column)
{
    struct ledger_key key = { { 0 } };
    struct str bytes = db_col_bytes(stmt, column);
    memcpy(key.bytes, bytes.ptr, bytes.len < sizeof(key.bytes) ? bytes.len : sizeof(key.bytes));
    return key;
}

// ---- what a charge has become ------------------------------------------------------------------

bool cas_store_after(struct cas *cas, struct arena *arena, struct cas_after *after,
                     struct str *bearers, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_AFTER];
    payers_bind_key(stmt, 1, &after->reservation);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        after->charged = db_col_int(stmt, 0);
        after->refunded = db_col_int(stmt, 1);
        after->moves = db_col_int(stmt, 2);
        after->version = db_col_int(stmt, 3);
        *bearers = arena_copy(arena, db_col_bytes(stmt, 4));
        db_reset(stmt);
    }
    return true;
}

bool cas_store_after_put(struct cas *cas, const struct cas_after *after, struct str bearers,
                         bool *ok, struct err *err)
{
    bool is_new = after->version == 0;
    struct db_stmt *stmt = cas->payers->stmts[is_new ? CAS_PAYERS_AFTER_ADD : CAS_PAYERS_AFTER_SET];
    payers_bind_key(stmt, 1, &after->reservation);
    db_bind_int(stmt, 2, after->charged);
    db_bind_int(stmt, 3, after->refunded);
    db_bind_int(stmt, 4, after->moves);
    db_bind_bytes(stmt, 5, bearers.ptr, bearers.len);
    if (!is_new) {
        db_bind_int(stmt, 6, after->version);
    }
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(cas->db) == 1;
    return true;
}

// ---- moves -------------------------------------------------------------------------------------

bool cas_store_move_add(struct cas *cas, const struct cas_move *move, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_MOVE_ADD];
    payers_bind_key(stmt, 1, &move->reservation);
    db_bind_int(stmt, 2, move->number);
    payers_bind_key(stmt, 3, &move->key);
    db_bind_int(stmt, 4, move->at);
    db_bind_text(stmt, 5, move->asker);
    db_bind_text(stmt, 6, move->why);
    db_bind_int(stmt, 7, move->amount);
    db_bind_bytes(stmt, 8, move->from.ptr, move->from.len);
    db_bind_bytes(stmt, 9, move->to.ptr, move->to.len);
    db_bind_bytes(stmt, 10, move->overdrafts.ptr, move->overdrafts.len);
    db_bind_int(stmt, 11, move->sequence);
    return db_run(stmt, err);
}

static void payers_move_read(const struct db_stmt *stmt, struct arena *arena, struct cas_move *move)
{
    *move = (struct cas_move){
        .reservation = payers_col_key(stmt, 0),
        .number = db_col_int(stmt, 1),
        .key = payers_col_key(stmt, 2),
        .at = db_col_int(stmt, 3),
        .asker = arena_copy(arena, db_col_text(stmt, 4)),
        .why = arena_copy(arena, db_col_text(stmt, 5)),
        .amount = db_col_int(stmt, 6),
        .from = arena_copy(arena, db_col_bytes(stmt, 7)),
        .to = arena_copy(arena, db_col_bytes(stmt, 8)),
        .overdrafts = arena_copy(arena, db_col_bytes(stmt, 9)),
        .sequence = db_col_int(stmt, 10),
    };
}

bool cas_store_move(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                    struct cas_move *move, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_MOVE_BY_KEY];
    payers_bind_key(stmt, 1, key);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        payers_move_read(stmt, arena, move);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_moves(struct cas *cas, const struct ledger_key *reservation, struct arena *arena,
                     struct cas_move *moves, size_t most, size_t *count, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_MOVES_OF];
    bool row = true;
    *count = 0;
    payers_bind_key(stmt, 1, reservation);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            payers_move_read(stmt, arena, &moves[(*count)++]);
        }
    }
    return true;
}

// ---- refunds -----------------------------------------------------------------------------------

bool cas_store_refund_add(struct cas *cas, struct cas_refund *refund, struct err *err)
{
    struct db_stmt *next = cas->payers->stmts[CAS_PAYERS_REFUND_NEXT];
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_REFUND_ADD];
    bool row;
    if (!db_step(next, &row, err)) {
        return false;
    }
    refund->id = row ? db_col_int(next, 0) : 1;
    db_reset(next);
    db_bind_int(stmt, 1, refund->id);
    payers_bind_key(stmt, 2, &refund->key);
    payers_bind_key(stmt, 3, &refund->reservation);
    db_bind_text(stmt, 4, refund->job);
    db_bind_text(stmt, 5, refund->user);
    db_bind_text(stmt, 6, refund->reason);
    db_bind_int(stmt, 7, refund->asked);
    db_bind_int(stmt, 8, refund->pages);
    db_bind_int(stmt, 9, refund->asked_at);
    db_bind_text(stmt, 10, refund->asked_by);
    db_bind_bytes(stmt, 11, "", 0);
    return db_run(stmt, err);
}

bool cas_store_refund_decide(struct cas *cas, const struct cas_refund *refund, bool *ok,
                             struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_REFUND_DECIDE];
    db_bind_int(stmt, 1, refund->id);
    db_bind_int(stmt, 2, refund->status);
    db_bind_int(stmt, 3, refund->amount);
    db_bind_int(stmt, 4, refund->decided_at);
    db_bind_text(stmt, 5, refund->decided_by);
    payers_bind_key(stmt, 6, &refund->decision);
    db_bind_text(stmt, 7, refund->why);
    db_bind_text(stmt, 8, refund->reference);
    db_bind_bytes(stmt, 9, refund->to.ptr, refund->to.len);
    db_bind_int(stmt, 10, refund->sequence);
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(cas->db) == 1;
    return true;
}

static void payers_refund_read(const struct db_stmt *stmt, struct arena *arena,
                               struct cas_refund *refund)
{
    *refund = (struct cas_refund){
        .id = db_col_int(stmt, 0),
        .key = payers_col_key(stmt, 1),
        .reservation = payers_col_key(stmt, 2),
        .job = arena_copy(arena, db_col_text(stmt, 3)),
        .user = arena_copy(arena, db_col_text(stmt, 4)),
        .reason = arena_copy(arena, db_col_text(stmt, 5)),
        .asked = db_col_int(stmt, 6),
        .pages = (uint32_t)db_col_int(stmt, 7),
        .asked_at = db_col_int(stmt, 8),
        .asked_by = arena_copy(arena, db_col_text(stmt, 9)),
        .status = (enum cas_refund_status)db_col_int(stmt, 10),
        .amount = db_col_int(stmt, 11),
        .decided_at = db_col_int(stmt, 12),
        .decided_by = arena_copy(arena, db_col_text(stmt, 13)),
        .decision = payers_col_key(stmt, 14),
        .why = arena_copy(arena, db_col_text(stmt, 15)),
        .reference = arena_copy(arena, db_col_text(stmt, 16)),
        .to = arena_copy(arena, db_col_bytes(stmt, 17)),
        .sequence = db_col_int(stmt, 18),
    };
}

static bool payers_refund_first(struct db_stmt *stmt, struct arena *arena,
                                struct cas_refund *refund, bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        payers_refund_read(stmt, arena, refund);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_refund(struct cas *cas, int64_t id, struct arena *arena, struct cas_refund *refund,
                      bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_REFUND_BY_ID];
    db_bind_int(stmt, 1, id);
    return payers_refund_first(stmt, arena, refund, found, err);
}

bool cas_store_refund_by(struct cas *cas, enum cas_payers_sql which, const struct ledger_key *key,
                         struct arena *arena, struct cas_refund *refund, bool *found,
                         struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[which];
    payers_bind_key(stmt, 1, key);
    return payers_refund_first(stmt, arena, refund, found, err);
}

static struct db_stmt *payers_refunds_bind(struct cas *cas, const struct cas_refund_list *list,
                                           size_t most)
{
    struct db_stmt **stmts = cas->payers->stmts;
    struct db_stmt *stmt = stmts[CAS_PAYERS_REFUNDS];
    int index = 1;
    if (list->reservation != NULL) {
        stmt = stmts[CAS_PAYERS_REFUNDS_OF];
        payers_bind_key(stmt, index++, list->reservation);
    } else if (list->status != 0) {
        stmt = stmts[CAS_PAYERS_REFUNDS_STATUS];
        db_bind_int(stmt, index++, list->status);
        db_bind_text(stmt, 4, list->user);
    } else if (list->user.len > 0) {
        stmt = stmts[CAS_PAYERS_REFUNDS_USER];
        db_bind_text(stmt, index++, list->user);
    }
    db_bind_int(stmt, index++, list->after);
    db_bind_int(stmt, index, (int64_t)most);
    return stmt;
}

bool cas_store_refunds(struct cas *cas, const struct cas_refund_list *list, struct arena *arena,
                       struct cas_refund *refunds, size_t most, size_t *count, struct err *err)
{
    struct db_stmt *stmt = payers_refunds_bind(cas, list, most);
    bool row = true;
    *count = 0;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            payers_refund_read(stmt, arena, &refunds[(*count)++]);
        }
    }
    return true;
}

bool cas_store_refunds_rename(struct cas *cas, struct str from, struct str to, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_REFUNDS_RENAME];
    db_bind_text(stmt, 1, from);
    db_bind_text(stmt, 2, to);
    return db_run(stmt, err);
}

// ---- the cash desk -----------------------------------------------------------------------------

bool cas_store_cash_add(struct cas *cas, const struct cas_cash *cash, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_CASH_ADD];
    db_bind_int(stmt, 1, cash->sequence);
    db_bind_int(stmt, 2, cash->at);
    db_bind_text(stmt, 3, cash->desk);
    db_bind_text(stmt, 4, cash->asker);
    db_bind_text(stmt, 5, cash->name);
    db_bind_int(stmt, 6, cash->amount);
    db_bind_text(stmt, 7, cash->reference);
    db_bind_text(stmt, 8, cash->why);
    return db_run(stmt, err);
}

static void payers_cash_read(const struct db_stmt *stmt, struct arena *arena, struct cas_cash *cash)
{
    *cash = (struct cas_cash){ .sequence = db_col_int(stmt, 0),
                               .at = db_col_int(stmt, 1),
                               .desk = arena_copy(arena, db_col_text(stmt, 2)),
                               .asker = arena_copy(arena, db_col_text(stmt, 3)),
                               .name = arena_copy(arena, db_col_text(stmt, 4)),
                               .amount = db_col_int(stmt, 5),
                               .reference = arena_copy(arena, db_col_text(stmt, 6)),
                               .why = arena_copy(arena, db_col_text(stmt, 7)) };
}

static bool payers_cash_first(struct db_stmt *stmt, struct arena *arena, struct cas_cash *cash,
                              bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        payers_cash_read(stmt, arena, cash);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_cash(struct cas *cas, int64_t sequence, struct arena *arena, struct cas_cash *cash,
                    bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_CASH_BY_ENTRY];
    db_bind_int(stmt, 1, sequence);
    return payers_cash_first(stmt, arena, cash, found, err);
}

bool cas_store_cash_reference(struct cas *cas, struct str desk, struct str reference,
                              struct arena *arena, struct cas_cash *cash, bool *found,
                              struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_CASH_BY_REFERENCE];
    db_bind_text(stmt, 1, desk);
    db_bind_text(stmt, 2, reference);
    return payers_cash_first(stmt, arena, cash, found, err);
}

static void payers_cash_bind(struct db_stmt *stmt, const Quoin__V1__ListCashRequest *list)
{
    db_bind_int(stmt, 1, list->from);
    db_bind_int(stmt, 2, list->until == 0 ? INT64_MAX : list->until);
    db_bind_text(stmt, 3, str_of(list->desk));
    db_bind_text(stmt, 4, str_of(list->by));
}

bool cas_store_cash_list(struct cas *cas, const Quoin__V1__ListCashRequest *list, size_t most,
                         struct arena *arena, struct cas_cash *cash, size_t *count, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_CASH];
    bool row = true;
    *count = 0;
    payers_cash_bind(stmt, list);
    db_bind_int(stmt, 5, list->after);
    db_bind_int(stmt, 6, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            payers_cash_read(stmt, arena, &cash[(*count)++]);
        }
    }
    return true;
}

bool cas_store_cash_sum(struct cas *cas, const Quoin__V1__ListCashRequest *list,
                        Quoin__V1__ListCashReply *sums, struct err *err)
{
    struct db_stmt *stmt = cas->payers->stmts[CAS_PAYERS_CASH_SUM];
    bool row;
    payers_cash_bind(stmt, list);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (row) {
        sums->paid_in = db_col_int(stmt, 0);
        sums->paid_out = db_col_int(stmt, 1);
        sums->count = db_col_int(stmt, 2);
        db_reset(stmt);
    }
    return true;
}
