// db: see db.h. Dispatches to the driver; owns statements, transactions and the fault hook.

#include "db/db.h"

#include "base/mem.h"
#include "db/db_int.h"
#include <assert.h>
#include <stdlib.h>

const struct db_driver *db_more_driver;

static void db_undo(struct db *db);

// True once the fault that a test asked for is due now.
static bool db_is_faulty(struct db *db, struct err *err)
{
    if (db->fault_in == 0 || --db->fault_in > 0) {
        return false;
    }
    if (db->fault_loses) {
        db_undo(db);
    }
    return !err_set(err, ERR_UNAVAILABLE, "the database failed because a test asked for it");
}

// Whether a call may go on: not behind one that failed in the same transaction, nor by a fault.
static bool db_may(struct db *db, struct err *err)
{
    if (db->spoiled) {
        *err = db->spoiled_by;
        return false;
    }
    return !db_is_faulty(db, err);
}

// What a call came to; a failure spoils the transaction.
static bool db_done(struct db *db, bool ok, const struct err *err)
{
    if (!ok && db->begun && !db->spoiled) {
        db->spoiled = true;
        db->spoiled_by = *err;
        db->epoch++;
    }
    return ok;
}

static bool db_do_verb(struct db *db, enum db_verb verb, struct err *err)
{
    if (db->driver->verb_texts != NULL) {
        return db_run(db->verbs[verb], err);
    }
    return db_done(db, db_may(db, err) && db->driver->verb(db, verb, err), err);
}

static bool db_open_verbs(struct db *db, struct err *err)
{
    for (int verb = 0; db->driver->verb_texts != NULL && verb < DB_VERB_COUNT; verb++) {
        bool reads = verb == DB_BEGIN && db->options.read_only;
        if (!db_prepare(db, &db->verbs[verb], reads ? "BEGIN" : db->driver->verb_texts[verb],
                        err)) {
            return false;
        }
    }
    return true;
}

bool db_open(struct db **db, const struct db_options *options, struct err *err)
{
    const struct db_driver *const drivers[] = { &db_sqlite_driver, db_more_driver };
    for (size_t i = 0; i < 2 && drivers[i] != NULL; i++) {
        size_t len = strlen(drivers[i]->scheme);
        if (strncmp(options->dsn, drivers[i]->scheme, len) == 0) {
            OWN(db_close) struct db *opened = mem_new(sizeof(*opened));
            opened->driver = drivers[i];
            opened->options = *options;
            if (!drivers[i]->open(opened, options->dsn + len, err) || !db_open_verbs(opened, err)) {
                return false;
            }
            opened->options.dsn = NULL;
            *db = opened;
            opened = NULL;
            return true;
        }
    }
    return err_set(err, ERR_INVALID,
                   "no driver for the database \"%.20s...\"; it is spelled sqlite:PATH%s",
                   options->dsn, db_more_driver == NULL ? "" : " or postgresql://HOST/DATABASE");
}

void db_close(struct db **db)
{
    if (*db == NULL) {
        return;
    }
    db_rollback(*db);
    while ((*db)->stmts != NULL) {
        struct db_stmt *stmt = (*db)->stmts;
        db_finish(&stmt); // and what was prepared for it
    }
    (*db)->driver->close(*db);
    free(*db);
    *db = NULL;
}

void db_on_again(struct db *db, bool (*fn)(void *arg, struct err *err), void *arg)
{
    db->on_again = fn;
    db->on_again_arg = arg;
}

const struct db_start *db_start_of(const struct db *db)
{
    return &db->start;
}

bool db_must_stop(const struct db *db)
{
    return db->must_stop;
}

static bool db_flush(struct db *db, struct err *err)
{
    if (!db->gathered) {
        return true;
    }
    db->gathered = false; // what the flush runs is not behind itself
    bool ok = db->gather_flush(db->gather_arg, err);
    db->failed_late = db->failed_late || !ok; // whose it was, nobody can say
    return ok;
}

void db_wrote(struct db *db)
{
    db->part_wrote = true;
    db->writes++;
}

uint64_t db_writes(const struct db *db)
{
    return db->writes;
}

bool db_run_text(struct db *db, const char *sql, struct err *err)
{
    db_wrote(db);
    return db_flush(db, err) && db_rows_flush(db, err) &&
           db_done(db, db_may(db, err) && db->driver->run_text(db, sql, err), err);
}

// Marks a statement that ends what is known of one of them.
static void db_ahead_mark(struct db_stmt *stmt, const char *sql)
{
    for (size_t i = 0; !stmt->reads && i < DB_AHEADS_MAX; i++) {
        const struct db_ahead *ahead = &stmt->db->aheads[i];
        if (ahead->one != NULL && ahead->changes != NULL && strstr(sql, ahead->changes) != NULL) {
            stmt->ends_ahead |= (uint32_t)1 << i;
        }
    }
}

// What else is prepared for a statement that goes, goes with it. A mark of other statements that
// stays behind costs time at most.
static void db_finish_more(struct db_stmt *gone)
{
    struct db *db = gone->db;
    for (size_t i = 0; i < DB_AHEADS_MAX; i++) {
        if (db->aheads[i].one == gone) {
            db_finish(&db->aheads[i].many);
            db->aheads[i].one = NULL;
        }
    }
    if (gone->rows != NULL) {
        db_rows_free(gone);
    }
}

bool db_is_far(const struct db *db)
{
    return db->driver->later != NULL;
}

bool db_prepare_ahead(struct db_stmt *one, const char *changes, const char *many, struct err *err)
{
    struct db *db = one->db;
    struct db_stmt *made;
    if (db->driver->ahead == NULL) {
        return true;
    }
    if (!db_prepare(db, &made, many, err)) {
        return false;
    }
    size_t place = 0;
    while (db->aheads[place].one != NULL) {
        place++;
        assert(place < DB_AHEADS_MAX);
    }
    db->driver->ahead(one, made);
    db->aheads[place] = (struct db_ahead){ one, made, changes };
    for (struct db_stmt *stmt = db->stmts; stmt != NULL; stmt = stmt->next) {
        db_ahead_mark(stmt, db->driver->spelled(stmt));
    }
    return true;
}

void db_expect(struct db_stmt *one)
{
    if (one->db->driver->expect != NULL && db_in_transaction(one->db)) {
        one->db->driver->expect(one);
    }
    db_reset(one);
}

void db_unexpect(struct db_stmt *one)
{
    if (one->db->driver->unexpect != NULL) {
        one->db->driver->unexpect(one, false);
    }
    db_reset(one);
}

void db_unexpect_all(struct db_stmt *one)
{
    if (one->db->driver->unexpect != NULL) {
        one->db->driver->unexpect(one, true);
    }
}

bool db_prepare(struct db *db, struct db_stmt **stmt, const char *sql, struct err *err)
{
    struct db_stmt *made = mem_new(sizeof(*made));
    made->db = db;
    if (!db_done(db, db_may(db, err) && db->driver->prepare(db, made, sql, err), err)) {
        free(made);
        return false;
    }
    made->of_gatherer = db->gather_tables != NULL && strstr(sql, db->gather_tables) != NULL;
    db_rows_mark(made, sql);
    db_ahead_mark(made, sql);
    made->next = db->stmts;
    if (made->next != NULL) {
        made->next->prev = made;
    }
    db->stmts = made;
    *stmt = made;
    return true;
}

void db_finish(struct db_stmt **stmt)
{
    struct db_stmt *gone = *stmt;
    if (gone == NULL) {
        return;
    }
    db_finish_more(gone);
    gone->db->driver->finish(gone);
    if (gone->prev != NULL) {
        gone->prev->next = gone->next;
    } else {
        gone->db->stmts = gone->next;
    }
    if (gone->next != NULL) {
        gone->next->prev = gone->prev;
    }
    free(gone);
    *stmt = NULL;
}

static bool db_has_param(const struct db_stmt *stmt, int index)
{
    return index >= 1 && index <= DB_PARAMS_MAX && stmt->params[index] != 0;
}

void db_bind_now(struct db_stmt *stmt, int index, const struct db_value *value)
{
    const struct db_driver *driver = stmt->db->driver;
    bool ok = db_has_param(stmt, index);
    if (ok) {
        int at = stmt->params[index];
        switch (value->kind) {
        case DB_IS_INT: ok = driver->bind_int(stmt, at, value->number); break;
        case DB_IS_TEXT: ok = driver->bind_text(stmt, at, value->run); break;
        case DB_IS_BYTES: ok = driver->bind_bytes(stmt, at, value->run); break;
        case DB_IS_NULL: ok = driver->bind_null(stmt, at); break;
        }
    }
    if (!ok && stmt->bad_param == 0) {
        stmt->bad_param = index;
    }
}

static void db_bind(struct db_stmt *stmt, int index, struct db_value value)
{
    if (stmt->rows != NULL) {
        db_rows_bind(stmt, index, &value);
    } else {
        db_bind_now(stmt, index, &value);
    }
}

void db_bind_int(struct db_stmt *stmt, int index, int64_t value)
{
    db_bind(stmt, index, (struct db_value){ .kind = DB_IS_INT, .number = value });
}

void db_bind_text(struct db_stmt *stmt, int index, struct str value)
{
    db_bind(stmt, index, (struct db_value){ .kind = DB_IS_TEXT, .run = value });
}

void db_bind_bytes(struct db_stmt *stmt, int index, const void *bytes, size_t len)
{
    db_bind(stmt, index, (struct db_value){ .kind = DB_IS_BYTES, .run = { bytes, len } });
}

void db_bind_null(struct db_stmt *stmt, int index)
{
    db_bind(stmt, index, (struct db_value){ .kind = DB_IS_NULL });
}

// Rows wait that the statement might see. What is read ahead they do not change, or whoever wrote
// them has said so.
static bool db_sees_rows(struct db_stmt *stmt)
{
    const struct db *db = stmt->db;
    return (stmt->of_rows & db->rows_waiting) != 0 &&
           (db->driver->is_expected == NULL || !db->driver->is_expected(stmt));
}

// Whether the statement may run: it is bound whole, and nothing failed before it.
static bool db_is_ready(struct db_stmt *stmt, struct err *err)
{
    struct db *db = stmt->db;
    if ((stmt->of_gatherer && !db_flush(db, err)) ||
        (db_sees_rows(stmt) && !db_rows_flush(db, err))) {
        return false;
    }
    for (size_t i = 0; stmt->ends_ahead != 0 && i < DB_AHEADS_MAX; i++) {
        if ((stmt->ends_ahead >> i & 1) != 0 && db->aheads[i].one != NULL) {
            db_unexpect_all(db->aheads[i].one);
        }
    }
    int bad = stmt->bad_param;
    if (bad != 0) {
        return err_set(err, ERR_INTERNAL, "parameter $%d of a statement could not be bound", bad);
    }
    if (!stmt->reads) {
        db_wrote(db);
    }
    return db_may(db, err);
}

bool db_step(struct db_stmt *stmt, bool *row, struct err *err)
{
    bool ok = db_is_ready(stmt, err) && stmt->db->driver->step(stmt, row, err);
    if (!ok || !*row) {
        db_reset(stmt);
    }
    return db_done(stmt->db, ok, err);
}

bool db_next(struct db_stmt *stmt, bool *ok, struct err *err)
{
    bool row = false;
    *ok = db_step(stmt, &row, err);
    return *ok && row;
}

bool db_later_now(struct db_stmt *stmt, int64_t changes, struct err *err)
{
    struct db *db = stmt->db;
    if (db->driver->later == NULL) {
        return db_run(stmt, err) &&
               (db_changes(db) == changes ||
                db_done(db,
                        err_set(err, ERR_INTERNAL,
                                "a statement changed %lld rows where %lld were meant",
                                (long long)db_changes(db), (long long)changes),
                        err));
    }
    bool ok = db_is_ready(stmt, err) && db->driver->later(stmt, changes, err);
    db_reset(stmt);
    return db_done(db, ok, err);
}

bool db_run_later(struct db_stmt *stmt, int64_t changes, struct err *err)
{
    if (stmt->rows == NULL) {
        return db_later_now(stmt, changes, err);
    }
    assert(changes == 1);
    bool ok = db_may(stmt->db, err) && db_rows_later(stmt, err);
    db_rows_unbind(stmt);
    return db_done(stmt->db, ok, err);
}

bool db_run(struct db_stmt *stmt, struct err *err)
{
    bool row = true;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
    }
    return true;
}

void db_reset(struct db_stmt *stmt)
{
    if (stmt->rows != NULL) {
        db_rows_unbind(stmt);
    }
    stmt->bad_param = 0;
    stmt->db->driver->reset(stmt);
}

int64_t db_col_int(const struct db_stmt *stmt, int column)
{
    return stmt->db->driver->col_int(stmt, column);
}

struct str db_col_text(const struct db_stmt *stmt, int column)
{
    return stmt->db->driver->col_run(stmt, column, false);
}

struct str db_col_bytes(const struct db_stmt *stmt, int column)
{
    return stmt->db->driver->col_run(stmt, column, true);
}

bool db_col_is_null(const struct db_stmt *stmt, int column)
{
    return stmt->db->driver->col_is_null(stmt, column);
}

int64_t db_changes(const struct db *db)
{
    return db->driver->changes(db);
}

static bool db_begin_with(struct db *db, bool real_parts, struct err *err)
{
    assert(!db_in_transaction(db));
    db->spoiled = db->failed_late = db->may_retry = db->wants_parts = false;
    db->real_parts = real_parts;
    db->gathered = false;
    db_rows_forget(db);
    db->epoch++;
    db->begun = db_do_verb(db, DB_BEGIN, err);
    return db->begun;
}

bool db_begin(struct db *db, struct err *err)
{
    return db_begin_with(db, true, err);
}

bool db_begin_hoping(struct db *db, struct err *err)
{
    return db_begin_with(db, !db->driver->hopes || db->wants_parts, err);
}

bool db_commit(struct db *db, struct err *err)
{
    bool ok = db_in_transaction(db) || db->spoiled ||
              err_set(err, ERR_UNAVAILABLE, "the transaction was lost before it was committed");
    if (!ok || !db_flush(db, err) || !db_rows_flush(db, err) || !db_do_verb(db, DB_COMMIT, err)) {
        db_rollback(db);
        return false;
    }
    db->begun = false;
    return true;
}

static void db_undo(struct db *db)
{
    if (db_in_transaction(db)) {
        struct err unheard;
        int64_t fault = db->fault_in;
        db->fault_in = 0;
        db->spoiled = false;
        // Without a transaction there is nothing to roll back; with one, only damage can refuse.
        if (!db_do_verb(db, DB_ROLLBACK, &unheard) && db_in_transaction(db)) {
            db->must_stop = true;
        }
        db->fault_in = fault;
    }
}

void db_rollback(struct db *db)
{
    db_undo(db);
    db->begun = db->spoiled = db->gathered = false;
    db_rows_forget(db);
    db->epoch++;
}

bool db_may_retry(const struct db *db)
{
    return db->may_retry;
}

bool db_failed_late(const struct db *db)
{
    return db->failed_late;
}

uint64_t db_epoch(const struct db *db)
{
    return db->epoch;
}

bool db_in_transaction(const struct db *db)
{
    return db->inner != NULL && db->driver->in_transaction(db);
}

// A hoped-for part counts as a call all the same, so that tests fail there too.
static bool db_do_part(struct db *db, enum db_verb verb, struct err *err)
{
    return db->real_parts ? db_do_verb(db, verb, err) : db_done(db, db_may(db, err), err);
}

bool db_part_begin(struct db *db, struct err *err)
{
    bool ok = db_do_part(db, DB_PART_BEGIN, err);
    db->part_wrote = false;
    return ok;
}

bool db_part_keep(struct db *db, struct err *err)
{
    return db_do_part(db, DB_PART_KEEP, err);
}

bool db_part_undo(struct db *db)
{
    struct err unheard;
    if (!db_in_transaction(db)) {
        return false;
    }
    bool has_nothing = !db->part_wrote && !db->spoiled;
    if (has_nothing && !db->real_parts) {
        return true;
    }
    if (!db->real_parts) {
        db->wants_parts = true;
        return false;
    }
    // The part's own failure is what is told; whether the transaction lives is all that matters
    // here.
    db->spoiled = false;
    db->epoch += has_nothing ? 0 : 1;
    return db_do_verb(db, DB_PART_UNDO, &unheard) && db_do_verb(db, DB_PART_KEEP, &unheard);
}

void db_gather(struct db *db, const char *tables, bool (*flush)(void *arg, struct err *err),
               void *arg)
{
    db->gather_tables = tables;
    db->gather_flush = flush;
    db->gather_arg = arg;
    db->gathered = false;
}

void db_gather_sends(struct db_stmt *stmt)
{
    stmt->of_gatherer = false;
}

bool db_may_gather(const struct db *db)
{
    return db->gather_tables != NULL && db->begun && !db->real_parts && !db->spoiled;
}

void db_gathered(struct db *db)
{
    db->gathered = true;
    db_wrote(db);
}

bool db_checkpoint(struct db *db, uint32_t pages, struct err *err)
{
    int64_t written = db->driver->pages_written(db);
    if (written - db->copied_at < pages) {
        return true;
    }
    db->copied_at = written;
    return db->driver->checkpoint(db, err);
}

void db_fault_at(struct db *db, int64_t n, bool lose)
{
    db->fault_in = n;
    db->fault_loses = lose;
}

bool db_fault_is_due(const struct db *db)
{
    return db->fault_in > 0;
}
