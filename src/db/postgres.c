// postgres: the PostgreSQL driver of db, on libpq. The connection is always in pipeline mode: what
// begins and parts a transaction, and what db_run_later sends, goes out together with the next call
// that needs an answer, so that a charge costs few round trips. A transaction takes the database's
// one lock for writers as it begins (docs/decisions/0020), in READ COMMITTED, so that each
// statement sees what the writer before us committed.
//
// A server that went away is not the end of the process: calls fail as ERR_UNAVAILABLE, and the
// next one outside a transaction connects again and prepares its statements anew.

#include "base/mem.h"
#include "base/num.h"
#include "db/postgres_int.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// ---- the pipeline ------------------------------------------------------------------------------

static bool pg_is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static int64_t pg_changes_of(PGresult *result)
{
    uint64_t changes = 0;
    return num_u64(str_of(PQcmdTuples(result)), INT64_MAX, &changes) ? (int64_t)changes : 0;
}

// The result of one message, owned by the caller; NULL: the connection is gone.
static PGresult *pg_next(struct pg *pg)
{
    PGresult *result = PQgetResult(pg->conn);
    if (result == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
        PQclear(result);
        return NULL;
    }
    PGresult *end = PQgetResult(pg->conn);
    assert(end == NULL);
    return result;
}

// What a round of messages came to.
struct pg_round {
    PGresult *last; // owned; of the message that was sent last, if all went well
    bool failed;    // the first failure; the server skips what comes after it
    bool late;      // it was of a message that its sender did not wait for
};

static void pg_judge_one(struct db *db, struct pg_round *round, PGresult *result, size_t at,
                         struct err *err)
{
    struct pg *pg = pg_of(db);
    bool is_last = at + 1 == pg->pending_count;
    int64_t want = pg->pending[at];
    if (round->failed) {
        return;
    }
    if (!pg_is_good(result)) {
        round->failed = !db_pg_fail(db, result, err);
        round->late = !is_last;
    } else if (want >= 0 && pg_changes_of(result) != want) {
        round->failed =
            !err_set(err, ERR_INTERNAL, "a statement changed %lld rows where %lld were meant",
                     (long long)pg_changes_of(result), (long long)want);
        round->late = true;
    }
}

// Reads what all messages since the last round came to. False: the connection is gone.
static bool pg_read_round(struct db *db, struct pg_round *round, struct err *err)
{
    struct pg *pg = pg_of(db);
    if (pg->conn == NULL || PQpipelineSync(pg->conn) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    for (size_t i = 0; i < pg->pending_count; i++) {
        PGresult *result = pg_next(pg);
        if (result == NULL) {
            return db_pg_fail(db, NULL, err);
        }
        pg_judge_one(db, round, result, i, err);
        if (pg->keepers[i] != NULL && !round->failed) {
            db_pg_keep(pg->keepers[i], result);
        } else if (i + 1 == pg->pending_count && !round->failed) {
            round->last = result;
        } else {
            PQclear(result);
        }
    }
    pg->pending_count = 0;
    PGresult *sync = PQgetResult(pg->conn);
    bool good = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    if (!good) {
        PQclear(round->last);
        round->last = NULL;
        return db_pg_fail(db, NULL, err);
    }
    PGTransactionStatusType status = PQtransactionStatus(pg->conn);
    pg->in_transaction = status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
    return true;
}

// Sends a message whose outcome the next round tells. changes: rows it must change; -1: any.
static void pg_pend(struct pg *pg, int64_t changes)
{
    assert(pg->pending_count < PG_PENDING_MAX);
    pg->keepers[pg->pending_count] = NULL;
    pg->pending[pg->pending_count++] = changes;
}

static bool pg_send_text(struct db *db, const char *sql, struct err *err)
{
    struct pg *pg = pg_of(db);
    if (pg->conn == NULL || PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    pg_pend(pg, -1);
    return true;
}

bool db_pg_collect(struct db *db, PGresult **last, struct err *err)
{
    struct pg_round round = { 0 };
    if (!pg_read_round(db, &round, err)) {
        return false;
    }
    if (round.failed) {
        struct pg_round undo = { 0 };
        struct err unheard; // a connection that is lost undoes it as well
        bool late = round.late || last == NULL;
        db->failed_late = db->failed_late || late;
        if (late && pg_of(db)->in_transaction &&
            (!pg_send_text(db, "ROLLBACK", &unheard) || !pg_read_round(db, &undo, &unheard))) {
            db_pg_drop(db);
        }
        PQclear(undo.last);
        return false;
    }
    if (last != NULL) {
        *last = round.last;
    } else {
        PQclear(round.last);
    }
    return true;
}

// Room for a message or two.
static bool pg_make_room(struct db *db, struct err *err)
{
    return pg_of(db)->pending_count < PG_PENDING_MAX - 4 || db_pg_collect(db, NULL, err);
}

// ---- transactions ------------------------------------------------------------------------------

static const char *const pg_verb_texts[DB_VERB_COUNT] = {
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT part",
    "RELEASE SAVEPOINT part",
    "ROLLBACK TO SAVEPOINT part",
};

// One writer at a time in the database; the number is ours alone by convention.
static const char pg_lock_text[] = "SELECT pg_advisory_xact_lock(87442131022)";

// A server that went away while nothing was asked has told so (its last words, then the end): no
// need to fail a transaction.
static bool pg_is_gone(struct pg *pg)
{
    return PQconsumeInput(pg->conn) != 1 || PQconsumeInput(pg->conn) != 1 ||
           PQstatus(pg->conn) != CONNECTION_OK;
}

static bool pg_begin(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    if (pg->conn != NULL && pg_is_gone(pg)) {
        db_pg_drop(db);
    }
    if (!db_pg_connect(db, err) || !pg_make_room(db, err) ||
        !pg_send_text(db,
                      db->options.read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                            : pg_verb_texts[DB_BEGIN],
                      err) ||
        (!db->options.read_only && !pg_send_text(db, pg_lock_text, err))) {
        return false;
    }
    pg->in_transaction = true;
    return true;
}

static bool pg_commit(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    PGresult *last = NULL;
    // What waits is judged first: the server would commit a change of other rows than were meant.
    if ((pg->pending_count > 0 && !db_pg_collect(db, NULL, err)) ||
        !pg_send_text(db, pg_verb_texts[DB_COMMIT], err)) {
        return false;
    }
    if (!db_pg_collect(db, &last, err)) {
        if (pg->conn == NULL) {
            err_fill(err, ERR_UNAVAILABLE,
                     "the connection to the database was lost at the end of the transaction: "
                     "whether it was written is not known; the same key asked again tells");
        }
        return false;
    }
    bool good = strcmp(PQcmdStatus(last), "COMMIT") == 0;
    PQclear(last);
    return good || err_set(err, ERR_UNAVAILABLE, "the database undid the transaction");
}

static bool pg_verb(struct db *db, enum db_verb verb, struct err *err)
{
    if (verb == DB_BEGIN) {
        return pg_begin(db, err);
    }
    if (verb == DB_COMMIT) {
        return pg_commit(db, err);
    }
    PGresult *last = NULL;
    bool good = pg_make_room(db, err) && pg_send_text(db, pg_verb_texts[verb], err) &&
                (verb != DB_ROLLBACK || db_pg_collect(db, &last, err));
    PQclear(last);
    return good;
}

static bool pg_in_transaction(const struct db *db)
{
    return pg_of(db)->in_transaction;
}

// ---- statements --------------------------------------------------------------------------------

static void pg_name(const struct pg_stmt *stmt, char name[static PG_NAME_MAX])
{
    (void)snprintf(name, PG_NAME_MAX, "q%llu", (unsigned long long)stmt->id);
}

static void pg_clear(struct pg_stmt *stmt)
{
    for (int i = 0; i < stmt->count; i++) {
        stmt->values[i] = NULL;
    }
    if (!stmt->is_ahead) {
        PQclear(stmt->result);
    }
    stmt->is_ahead = false;
    stmt->result = NULL;
    free(stmt->words);
    stmt->words = NULL;
}

static bool pg_send_prepare(struct db *db, struct pg_stmt *stmt, struct err *err)
{
    struct pg *pg = pg_of(db);
    char name[PG_NAME_MAX];
    stmt->id = ++pg->next_id; // a name may be in use though its maker was told that it failed
    pg_name(stmt, name);
    if (PQsendPrepare(pg->conn, name, stmt->sql, stmt->count, stmt->types) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    pg_pend(pg, -1);
    return true;
}

// What the server makes of the parameters. A number is 64 bits wide with us, whatever it is
// compared with.
static bool pg_describe(struct db *db, struct pg_stmt *stmt, struct err *err)
{
    struct pg *pg = pg_of(db);
    char name[PG_NAME_MAX];
    PGresult *facts = NULL;
    if (!pg_make_room(db, err) || !pg_send_prepare(db, stmt, err)) {
        return false;
    }
    pg_name(stmt, name);
    if (PQsendDescribePrepared(pg->conn, name) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    pg_pend(pg, -1);
    if (!db_pg_collect(db, &facts, err)) {
        return false;
    }
    stmt->session = pg->session;
    int count = PQnparams(facts);
    bool good =
        count <= DB_PARAMS_MAX || err_set(err, ERR_INTERNAL, "over %d parameters", DB_PARAMS_MAX);
    stmt->count = good ? count : 0;
    size_t size = (size_t)stmt->count;
    stmt->types = mem_new(size * sizeof(*stmt->types));
    stmt->values = mem_new(size * sizeof(*stmt->values));
    stmt->lens = mem_new(size * sizeof(*stmt->lens));
    stmt->formats = mem_new(size * sizeof(*stmt->formats));
    stmt->numbers = mem_new(size * sizeof(*stmt->numbers));
    for (int i = 0; i < stmt->count; i++) {
        stmt->types[i] = PQparamtype(facts, i);
        if (stmt->types[i] == PG_INT4 || stmt->types[i] == PG_INT2) {
            stmt->types[i] = PG_INT8;
            stmt->session = 0; // is prepared anew as it is run
        }
    }
    PQclear(facts);
    return good;
}

static void pg_stmt_free(struct pg_stmt **stmt)
{
    if (*stmt != NULL) {
        pg_clear(*stmt);
        db_pg_ahead_free(*stmt);
        free((*stmt)->sql);
        free((*stmt)->types);
        free((*stmt)->values);
        free((*stmt)->lens);
        free((*stmt)->formats);
        free((*stmt)->numbers);
        free(*stmt);
        *stmt = NULL;
    }
}

static bool pg_prepare(struct db *db, struct db_stmt *stmt, const char *sql, struct err *err)
{
    OWN(pg_stmt_free) struct pg_stmt *made = mem_new(sizeof(*made));
    size_t len = strlen(sql);
    if (strspn(sql, " \n\t;") == len) {
        return err_set(err, ERR_INTERNAL, "a prepared text holds exactly one statement");
    }
    made->sql = mem_new(len + 1);
    memcpy(made->sql, sql, len);
    if ((!pg_in_transaction(db) && !db_pg_connect(db, err)) || !pg_describe(db, made, err)) {
        return err_in(err, "%.60s", sql);
    }
    for (int i = 1; i <= made->count; i++) {
        stmt->params[i] = (uint16_t)i;
    }
    stmt->reads = strncmp(sql, "SELECT", 6) == 0;
    stmt->inner = made;
    made = NULL;
    return true;
}

static void pg_finish(struct db_stmt *stmt)
{
    struct pg_stmt *inner = stmt->inner;
    struct pg *pg = pg_of(stmt->db);
    struct err unheard; // a name that stays prepared harms nobody
    if (inner->session != 0 && inner->session == pg->session && pg->conn != NULL &&
        !pg->in_transaction && pg_make_room(stmt->db, &unheard)) {
        char text[PG_NAME_MAX + 16] = "DEALLOCATE ";
        pg_name(inner, text + strlen(text));
        (void)!pg_send_text(stmt->db, text, &unheard);
    }
    pg_stmt_free(&inner);
    stmt->inner = NULL;
}

static const char *pg_spelled(const struct db_stmt *stmt)
{
    return ((const struct pg_stmt *)stmt->inner)->sql;
}

static bool pg_bind_int(struct db_stmt *stmt, int index, int64_t value)
{
    struct pg_stmt *inner = stmt->inner;
    char *number = inner->numbers[index - 1];
    Oid type = inner->types[index - 1];
    if (type == PG_BYTEA) {
        return false;
    }
    // Of text and the like the bytes are the same in both formats.
    inner->formats[index - 1] = type == PG_INT8 ? 1 : 0;
    if (type == PG_INT8) {
        for (int i = 0; i < 8; i++) {
            number[i] = (char)((uint64_t)value >> (56 - 8 * i));
        }
        inner->lens[index - 1] = 8;
    } else {
        (void)snprintf(number, PG_NUMBER_MAX, "%lld", (long long)value);
    }
    inner->values[index - 1] = number;
    return true;
}

static bool pg_bind_run(struct pg_stmt *inner, int index, struct str value, bool fits)
{
    if (!fits || value.len > INT32_MAX) {
        return false;
    }
    inner->values[index - 1] = value.len == 0 ? "" : value.ptr;
    inner->lens[index - 1] = (int)value.len;
    inner->formats[index - 1] = 1;
    return true;
}

static bool pg_bind_text(struct db_stmt *stmt, int index, struct str value)
{
    struct pg_stmt *inner = stmt->inner;
    Oid type = inner->types[index - 1];
    return pg_bind_run(inner, index, value,
                       type == PG_TEXT || type == PG_VARCHAR || type == PG_NAME);
}

static bool pg_bind_bytes(struct db_stmt *stmt, int index, struct str value)
{
    struct pg_stmt *inner = stmt->inner;
    return pg_bind_run(inner, index, value, inner->types[index - 1] == PG_BYTEA);
}

static bool pg_bind_null(struct db_stmt *stmt, int index)
{
    ((struct pg_stmt *)stmt->inner)->values[index - 1] = NULL;
    return true;
}

bool db_pg_send(struct db_stmt *stmt, int64_t changes, struct pg_ahead *keeper, bool *fresh,
                struct err *err)
{
    struct db *db = stmt->db;
    struct pg *pg = pg_of(db);
    struct pg_stmt *inner = stmt->inner;
    char name[PG_NAME_MAX];
    if ((!pg->in_transaction && !db_pg_connect(db, err)) || !pg_make_room(db, err)) {
        return false;
    }
    *fresh = inner->session != pg->session;
    if (*fresh && !pg_send_prepare(db, inner, err)) {
        return false;
    }
    pg_name(inner, name);
    if (PQsendQueryPrepared(pg->conn, name, inner->count, inner->values, inner->lens,
                            inner->formats, 1) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    pg_pend(pg, changes);
    pg->keepers[pg->pending_count - 1] = keeper;
    return true;
}

static bool pg_run(struct db_stmt *stmt, struct err *err)
{
    struct pg *pg = pg_of(stmt->db);
    struct pg_stmt *inner = stmt->inner;
    bool fresh;
    bool known = false;
    if (inner->ahead != NULL && !db_pg_ahead_answer(stmt, &known, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!db_pg_send(stmt, -1, NULL, &fresh, err) || !db_pg_collect(stmt->db, &inner->result, err)) {
        return false;
    }
    inner->session = pg->session;
    inner->row = -1;
    inner->end = PQntuples(inner->result);
    if (strncmp(PQcmdStatus(inner->result), "SELECT", 6) != 0) {
        pg->changes = pg_changes_of(inner->result);
    }
    return true;
}

static bool pg_step(struct db_stmt *stmt, bool *row, struct err *err)
{
    struct pg_stmt *inner = stmt->inner;
    if (inner->result == NULL && !pg_run(stmt, err)) {
        return false;
    }
    inner->row++;
    *row = inner->row < inner->end;
    return true;
}

static bool pg_later(struct db_stmt *stmt, int64_t changes, struct err *err)
{
    struct pg *pg = pg_of(stmt->db);
    struct pg_stmt *inner = stmt->inner;
    bool fresh;
    if (!db_pg_send(stmt, changes, NULL, &fresh, err)) {
        return false;
    }
    if (fresh || !pg->in_transaction) { // it is told at once, for its name must be known to be good
        PGresult *last = NULL;
        if (!db_pg_collect(stmt->db, &last, err)) {
            return false;
        }
        PQclear(last);
        inner->session = pg->session;
    }
    return true;
}

static void pg_reset(struct db_stmt *stmt)
{
    pg_clear(stmt->inner);
}

static bool pg_run_text(struct db *db, const char *sql, struct err *err)
{
    struct pg *pg = pg_of(db);
    if ((!pg->in_transaction && !db_pg_connect(db, err)) ||
        (pg->pending_count > 0 && !db_pg_collect(db, NULL, err))) {
        return false;
    }
    if (pg->conn == NULL || PQexitPipelineMode(pg->conn) != 1) {
        return db_pg_fail(db, NULL, err);
    }
    bool good = db_pg_exec(db, sql, NULL, err);
    return (pg->conn == NULL || PQenterPipelineMode(pg->conn) == 1) && good;
}

// ---- values ------------------------------------------------------------------------------------

static uint64_t pg_big_endian(const char *bytes, int len)
{
    uint64_t value = 0;
    for (int i = 0; i < len; i++) {
        value = value << 8 | (uint8_t)bytes[i];
    }
    return value;
}

// A sum is "numeric": groups of four digits, the first of them worth 10000^weight. What is behind
// the point is left out.
static int64_t pg_numeric(const char *bytes, int len)
{
    int digits = len < 8 ? 0 : (int)pg_big_endian(bytes, 2);
    int weight = len < 8 ? 0 : (int16_t)pg_big_endian(bytes + 2, 2);
    bool negative = len >= 8 && pg_big_endian(bytes + 4, 2) == 0x4000;
    int64_t value = 0;
    for (int i = 0; i <= weight; i++) {
        bool there = i < digits && 8 + 2 * i + 2 <= len;
        int64_t group = there ? (int64_t)pg_big_endian(bytes + 8 + 2 * i, 2) : 0;
        if (!num_mul(value, 10000, &value) || !num_add(value, negative ? -group : group, &value)) {
            return negative ? INT64_MIN : INT64_MAX;
        }
    }
    return value;
}

static int64_t pg_text_number(struct str text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct str digits = { text.ptr + (negative ? 1 : 0), text.len - (negative ? 1 : 0) };
    uint64_t value = 0;
    if (!num_u64(digits, (uint64_t)INT64_MAX + (negative ? 1 : 0), &value)) {
        return 0;
    }
    return negative ? (int64_t)(0 - value) : (int64_t)value;
}

static int64_t pg_real(const char *bytes)
{
    uint64_t bits = pg_big_endian(bytes, 8);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value > -9e18 && value < 9e18 ? (int64_t)value : 0;
}

static int64_t pg_col_int(const struct db_stmt *stmt, int column)
{
    const struct pg_stmt *inner = stmt->inner;
    const char *bytes = PQgetvalue(inner->result, inner->row, column);
    int len = PQgetlength(inner->result, inner->row, column);
    if (bytes == NULL || PQgetisnull(inner->result, inner->row, column) != 0) {
        return 0;
    }
    switch (PQftype(inner->result, column)) {
    case PG_INT8: return (int64_t)pg_big_endian(bytes, 8);
    case PG_INT4: return (int32_t)pg_big_endian(bytes, 4);
    case PG_INT2: return (int16_t)pg_big_endian(bytes, 2);
    case PG_BOOL:
    case PG_OID: return (int64_t)pg_big_endian(bytes, len);
    case PG_NUMERIC: return pg_numeric(bytes, len);
    case PG_FLOAT8: return pg_real(bytes);
    default: return pg_text_number((struct str){ bytes, (size_t)len });
    }
}

static bool pg_is_number(Oid type)
{
    return type == PG_INT8 || type == PG_INT4 || type == PG_INT2 || type == PG_NUMERIC ||
           type == PG_BOOL || type == PG_OID || type == PG_FLOAT8;
}

// A number read as text: spelled once, and kept as long as the row.
static struct str pg_spell(const struct db_stmt *stmt, int column)
{
    struct pg_stmt *inner = stmt->inner;
    if (inner->words == NULL) {
        inner->words = mem_new((size_t)PQnfields(inner->result) * PG_NUMBER_MAX);
    }
    (void)snprintf(inner->words[column], PG_NUMBER_MAX, "%lld",
                   (long long)pg_col_int(stmt, column));
    return str_of(inner->words[column]);
}

static struct str pg_col_run(const struct db_stmt *stmt, int column, bool bytes)
{
    const struct pg_stmt *inner = stmt->inner;
    const char *value = PQgetvalue(inner->result, inner->row, column);
    if (value == NULL || PQgetisnull(inner->result, inner->row, column) != 0) {
        return STR("");
    }
    if (!bytes && pg_is_number(PQftype(inner->result, column))) {
        return pg_spell(stmt, column);
    }
    return (struct str){ value, (size_t)PQgetlength(inner->result, inner->row, column) };
}

static bool pg_col_is_null(const struct db_stmt *stmt, int column)
{
    const struct pg_stmt *inner = stmt->inner;
    return PQgetisnull(inner->result, inner->row, column) != 0;
}

static int64_t pg_changes(const struct db *db)
{
    return pg_of(db)->changes;
}

// ---- the whole ---------------------------------------------------------------------------------

static bool pg_open(struct db *db, const char *where, struct err *err)
{
    (void)where; // the library reads the whole of it
    struct pg *pg = mem_new(sizeof(*pg));
    size_t len = strlen(db->options.dsn);
    pg->dsn = mem_new(len + 1);
    memcpy(pg->dsn, db->options.dsn, len);
    db->inner = pg;
    return db_pg_check_dsn(pg->dsn, err) && db_pg_connect(db, err);
}

// A server takes its time to see that a session has ended; who copies next, or starts
// behind a copy, is not to be refused for that.
static void pg_leave(struct db *db)
{
    struct err err = { 0 };
    bool left = db->options.read_only || PQstatus(pg_of(db)->conn) != CONNECTION_OK ||
                pg_run_text(db, "SELECT pg_advisory_unlock_all()", &err);
    (void)left; // the end of the session leaves it too, later
}

static void pg_close(struct db *db)
{
    struct pg *pg = db->inner;
    if (pg != NULL) {
        pg_leave(db);
        PQfinish(pg->conn);
        mem_wipe(pg->dsn, strlen(pg->dsn));
        free(pg->dsn);
        free(pg);
        db->inner = NULL;
    }
}

// The server looks after its log by itself.
static bool pg_checkpoint(struct db *db, struct err *err)
{
    (void)db, (void)err;
    return true;
}

static int64_t pg_pages_written(const struct db *db)
{
    (void)db;
    return 0;
}

static const char pg_tables_text[] =
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),"
    " coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) FROM pg_class AS c"
    " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary"
    " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
    " AND c.relname <> 'db_migration' ORDER BY c.relname, a.attnum";

static const char pg_references_text[] =
    "SELECT c.relname, r.relname FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid"
    " JOIN pg_class AS r ON r.oid = k.confrelid WHERE k.contype = 'f'";

static const char pg_number_text[] = "SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)"
                                     " WHERE pg_get_serial_sequence($1, $2) IS NOT NULL";

// %I quotes a name. A trigger that refuses all changes (of no column, under no condition), or any
// deletion, tells what nobody is to be granted.
static const char pg_grants_text[] =
    "SELECT format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), $1::text)"
    " UNION ALL SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), $1::text)"
    " UNION ALL SELECT"
    " format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), $1::text)"
    " UNION ALL SELECT format('GRANT ' || CASE WHEN c.relname = 'db_migration' THEN 'SELECT' ELSE"
    " 'SELECT, INSERT' || CASE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid"
    " AND NOT t.tgisinternal AND t.tgtype & 16 <> 0 AND t.tgattr::text = '' AND t.tgqual IS NULL)"
    " THEN '' ELSE ', UPDATE' END || CASE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE"
    " t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 8 <> 0) THEN '' ELSE ', DELETE' END"
    " END || ' ON %I TO %I', c.relname, $1::text) FROM pg_class AS c WHERE c.relkind = 'r'"
    " AND c.relnamespace = current_schema()::regnamespace";

void db_allow_postgres(void)
{
    db_more_driver = &db_postgres_driver;
}

const struct db_driver db_postgres_driver = {
    .name = "postgresql",
    .scheme = "postgresql:",
    .integer = "bigint",
    .bytes = "bytea",
    .text = "text",
    .table = "",
    .hopes = true,
    .id = "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .tables_text = pg_tables_text,
    .references_text = pg_references_text,
    .number_text = pg_number_text,
    .grants_text = pg_grants_text,
    .open = pg_open,
    .close = pg_close,
    .run_text = pg_run_text,
    .prepare = pg_prepare,
    .finish = pg_finish,
    .spelled = pg_spelled,
    .bind_int = pg_bind_int,
    .bind_text = pg_bind_text,
    .bind_bytes = pg_bind_bytes,
    .bind_null = pg_bind_null,
    .step = pg_step,
    .reset = pg_reset,
    .col_int = pg_col_int,
    .col_run = pg_col_run,
    .col_is_null = pg_col_is_null,
    .changes = pg_changes,
    .in_transaction = pg_in_transaction,
    .checkpoint = pg_checkpoint,
    .pages_written = pg_pages_written,
    .verb = pg_verb,
    .later = pg_later,
    .ahead = db_pg_ahead,
    .expect = db_pg_expect,
    .unexpect = db_pg_unexpect,
    .is_expected = db_pg_is_expected,
};
