// db: see db.h. Dispatches to the driver; owns statements, transactions and the fault hook.

#include "db/db.h"

#include "base/mem.h"
#include "db/db_int.h"
#include <assert.h>
#include <stdlib.h>

static const struct db_driver *const drivers[] = { &db_sqlite_driver };

static const char *const db_verb_texts[DB_VERB_COUNT] = {
    "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part",
};

// True once the fault that a test asked for is due now.
static bool db_is_faulty(struct db *db, struct err *err)
{
    if (db->fault_in == 0 || --db->fault_in > 0) {
        return false;
    }
    if (db->fault_loses) {
        db_rollback(db);
    }
    return !err_set(err, ERR_UNAVAILABLE, "the database failed because a test asked for it");
}

static bool db_open_verbs(struct db *db, struct err *err)
{
    for (int verb = 0; verb < DB_VERB_COUNT; verb++) {
        if (!db_prepare(db, &db->verbs[verb], db_verb_texts[verb], err)) {
            return false;
        }
    }
    return true;
}

bool db_open(struct db **db, const struct db_options *options, struct err *err)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
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
                   "no driver for the database \"%.60s\"; it is spelled sqlite:PATH", options->dsn);
}

void db_close(struct db **db)
{
    if (*db == NULL) {
        return;
    }
    db_rollback(*db);
    for (struct db_stmt *stmt = (*db)->stmts; stmt != NULL;) {
        struct db_stmt *next = stmt->next;
        db_finish(&stmt);
        stmt = next;
    }
    (*db)->driver->close(*db);
    free(*db);
    *db = NULL;
}

const struct db_start *db_start_of(const struct db *db)
{
    return &db->start;
}

bool db_must_stop(const struct db *db)
{
    return db->must_stop;
}

bool db_run_text(struct db *db, const char *sql, struct err *err)
{
    return !db_is_faulty(db, err) && db->driver->run_text(db, sql, err);
}

bool db_prepare(struct db *db, struct db_stmt **stmt, const char *sql, struct err *err)
{
    if (db_is_faulty(db, err)) {
        return false;
    }
    struct db_stmt *made = mem_new(sizeof(*made));
    made->db = db;
    if (!db->driver->prepare(db, made, sql, err)) {
        free(made);
        return false;
    }
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

static void db_bound(struct db_stmt *stmt, int index, bool ok)
{
    if (!ok && stmt->bad_param == 0) {
        stmt->bad_param = index;
    }
}

void db_bind_int(struct db_stmt *stmt, int index, int64_t value)
{
    db_bound(stmt, index,
             db_has_param(stmt, index) &&
                 stmt->db->driver->bind_int(stmt, stmt->params[index], value));
}

void db_bind_text(struct db_stmt *stmt, int index, struct str value)
{
    db_bound(stmt, index,
             db_has_param(stmt, index) &&
                 stmt->db->driver->bind_text(stmt, stmt->params[index], value));
}

void db_bind_bytes(struct db_stmt *stmt, int index, const void *bytes, size_t len)
{
    db_bound(stmt, index,
             db_has_param(stmt, index) && stmt->db->driver->bind_bytes(stmt, stmt->params[index],
                                                                       (struct str){ bytes, len }));
}

void db_bind_null(struct db_stmt *stmt, int index)
{
    db_bound(stmt, index,
             db_has_param(stmt, index) && stmt->db->driver->bind_null(stmt, stmt->params[index]));
}

bool db_step(struct db_stmt *stmt, bool *row, struct err *err)
{
    int bad = stmt->bad_param;
    if (bad != 0) {
        db_reset(stmt);
        return err_set(err, ERR_INTERNAL, "parameter $%d of a statement could not be bound", bad);
    }
    if (db_is_faulty(stmt->db, err)) {
        db_reset(stmt);
        return false;
    }
    bool ok = stmt->db->driver->step(stmt, row, err);
    if (!ok || !*row) {
        db_reset(stmt);
    }
    return ok;
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

int64_t db_last_id(const struct db *db)
{
    return db->driver->last_id(db);
}

bool db_begin(struct db *db, struct err *err)
{
    assert(!db_in_transaction(db));
    return db_run(db->verbs[DB_BEGIN], err);
}

bool db_commit(struct db *db, struct err *err)
{
    if (!db_in_transaction(db)) {
        return err_set(err, ERR_UNAVAILABLE, "the transaction was lost before it was committed");
    }
    if (!db_run(db->verbs[DB_COMMIT], err)) {
        db_rollback(db);
        return false;
    }
    return true;
}

void db_rollback(struct db *db)
{
    if (db_in_transaction(db)) {
        struct err unheard;
        int64_t fault = db->fault_in;
        db->fault_in = 0;
        // Without a transaction there is nothing to roll back; with one, only damage can refuse.
        if (!db_run(db->verbs[DB_ROLLBACK], &unheard)) {
            db->must_stop = true;
        }
        db->fault_in = fault;
    }
}

bool db_in_transaction(const struct db *db)
{
    return db->inner != NULL && db->driver->in_transaction(db);
}

bool db_part_begin(struct db *db, struct err *err)
{
    return db_run(db->verbs[DB_PART_BEGIN], err);
}

bool db_part_keep(struct db *db, struct err *err)
{
    return db_run(db->verbs[DB_PART_KEEP], err);
}

bool db_part_undo(struct db *db)
{
    struct err unheard;
    // The part's own failure is what is told; whether the transaction lives is all that matters
    // here.
    return db_in_transaction(db) && db_run(db->verbs[DB_PART_UNDO], &unheard) &&
           db_run(db->verbs[DB_PART_KEEP], &unheard);
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
