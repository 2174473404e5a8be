// db: the only door to SQL. Statements, values, transactions; a driver stands behind it (SQLite or
// PostgreSQL), and nobody outside this room need know which.
//
// One statement text serves all drivers: parameters are $1, $2 ..., every value is bound, no SQL is
// ever put together from data. A handle and its statements belong to one thread at a time. What a
// failed call means for the caller:
//   ERR_EXISTS       a row with that unique value is there already
//   ERR_DENIED       the table refuses it (append-only)
//   ERR_INVALID      another constraint of the table
//   ERR_CONFLICT     somebody else holds the database, or was in the way: do all of it again
//   ERR_UNAVAILABLE  no space, no file, no server: nothing was written, retry later. Of db_commit:
//                    the connection was lost and nobody knows; the same key asked again tells
//   ERR_LIMIT        a value, or the statement, is too big
//   ERR_INTERNAL     input/output error, corruption, or our own mistake; see db_must_stop
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;      // a connection
struct db_stmt; // a prepared statement, owned by its connection

struct db_options {
    // "sqlite:PATH"; the file is made with mode 0600 if it is not there (its folder must be).
    // "postgresql://HOST:PORT[,HOST:PORT]/DATABASE?..." as libpq reads it: docs/stores.md.
    const char *dsn;
    // Never writes, never checkpoints. Several may be open beside the one that writes. A
    // transaction then sees the database as it is at its first statement, whoever writes meanwhile;
    // migrations that were not run stay away. Nothing is left beside a file of SQLite that has no
    // log.
    bool read_only;
    // No other connection, of any process, may open it meanwhile, and no shared memory is used.
    // SQLite only: PostgreSQL lets one transaction of db_begin run at a time, of all processes.
    bool exclusive;
    // Nobody else of ours may have it open, on PostgreSQL too: for copying it.
    bool alone;
    // Check every page and index also after a clean stop.
    bool always_check;
    // Pages of 4 KiB that the log may hold before a commit copies them home; 0: 1,000.
    uint32_t checkpoint_pages;
    // Memory for pages; 0: 4,096 KiB.
    uint32_t cache_kib;
    // The log's file is given this size at the start, for a sync of bytes written over others is
    // much cheaper than one of a file that grew; 0: it grows.
    uint32_t log_kib;
};

// Before db_open: this program knows postgresql:// too. Its library is linked only into programs
// that say so.
void db_allow_postgres(void);

// How the connection was found at db_open.
struct db_start {
    bool is_new;      // there was no database
    bool was_unclean; // the last process did not close it; every page and index was checked
    // It was unclean and its log (-wal) is gone: what that held is lost. Somebody removed it.
    bool log_missing;
    int64_t check_ms; // how long the check took
};

// Opens for writing (sets WAL, synchronous=FULL, foreign_keys and reads them back) unless
// read_only. After an unclean stop the whole database is checked; damage is ERR_INTERNAL and it
// stays closed.
bool db_open(struct db **db, const struct db_options *options, struct err *err) CC_MUST_USE;
void db_close(struct db **db); // rolls back, frees the statements, marks a clean stop

const struct db_start *db_start_of(const struct db *db);

// An earlier call met an input/output error or damage: what is on disk is no longer known, and only
// closing it and starting anew tells. The process must stop accepting and end.
bool db_must_stop(const struct db *db);

// Called when a lost connection was made again, before anything else runs on it; false (*err says
// why) refuses it. For what must still be there: a standby may have come into the server's place.
void db_on_again(struct db *db, bool (*fn)(void *arg, struct err *err), void *arg);

// Migrations go forward only. Each text is run once, in order of `version` from 1, in a transaction
// of its own, and kept: a text that differs from the one that was run is ERR_CONFLICT, as is a
// database that knows a version past the last one given (a newer release made it).
// Texts spell types {integer}, {bytes}, {text}, the whole of a key that the database numbers itself
// {id} ("n {id}, name {text}") and end tables with {table}; the driver fills in its words.
struct db_migration {
    int version;
    const char *dialect; // NULL: for all drivers, else the driver's name: "sqlite", "postgresql"
    const char *sql;     // constant text, several statements
};
bool db_migrate(struct db *db, const char *room, const struct db_migration *steps, size_t count,
                struct err *err) CC_MUST_USE;

// Whether a step was run here; of a database that is only read it may not have been.
bool db_has_step(struct db *db, const char *room, int version, bool *has,
                 struct err *err) CC_MUST_USE;

// Runs constant text without parameters, several statements with ';' between.
bool db_run_text(struct db *db, const char *sql, struct err *err) CC_MUST_USE;

// sql is one statement; the handle is freed with the connection, or before by db_finish.
bool db_prepare(struct db *db, struct db_stmt **stmt, const char *sql, struct err *err) CC_MUST_USE;
void db_finish(struct db_stmt **stmt);

// Index 1 is $1. Text and bytes are borrowed until the statement is done (db_step without a row, a
// failure, db_run, db_reset). A wrong index or oversize value is told by the next db_step. A
// parameter that is not bound is NULL.
void db_bind_int(struct db_stmt *stmt, int index, int64_t value);
void db_bind_text(struct db_stmt *stmt, int index, struct str value);
void db_bind_bytes(struct db_stmt *stmt, int index, const void *bytes, size_t len);
void db_bind_null(struct db_stmt *stmt, int index);

// *row: there is a row, its columns can be read until the next step. Without a row, or after a
// failure, the statement is reset and its parameters are cleared.
bool db_step(struct db_stmt *stmt, bool *row, struct err *err) CC_MUST_USE;
// For loops over rows: false after the last one, and after a failure, which *ok tells.
bool db_next(struct db_stmt *stmt, bool *ok, struct err *err) CC_MUST_USE;

// Steps to the end; rows are passed over.
bool db_run(struct db_stmt *stmt, struct err *err) CC_MUST_USE;

// db_run of a statement that changes exactly so many rows and whose refusal would be our own
// mistake. Inside a transaction a driver may send it without waiting; what it refuses, or another
// number of rows (ERR_INTERNAL), then ends the whole transaction and is told by a later call, at
// the latest by db_commit.
bool db_run_later(struct db_stmt *stmt, int64_t changes, struct err *err) CC_MUST_USE;

// Rows of one statement that are written as many at a time. `one` writes one row and is run by
// db_run_later alone, each time for one change; `many` is the same statement of DB_ROWS rows, their
// parameters in the order of the rows. In a group's transaction rows wait until there are so many,
// until a statement that names `table` runs, or until the commit; what refuses one of them is told
// by a later call. To be said before `one` is bound for the first time.
enum { DB_ROWS = 16 };
bool db_prepare_rows(struct db_stmt *one, const char *table, const char *many,
                     struct err *err) CC_MUST_USE;

// A statement is a question across a connection, which costs far more than what it asks.
bool db_is_far(const struct db *db);

// Questions that a group is going to ask, read ahead; for a database that is far, nothing on
// another. `one` is a SELECT with the parameter $1 alone, a number, text or bytes; `many` is the
// same of the DB_AHEAD values $1 to $64 (DB_AHEAD_LIST), with the value behind the other columns,
// the rows of a value together. changes: what the names of its tables begin with, if any other
// statement that writes to one ends what is known; NULL: whoever writes says so by db_unexpect.
// Of rows that wait (db_prepare_rows) it is always whoever writes them.
#define DB_AHEAD_LIST                                                                              \
    "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,"     \
    "$25,$26,$27,$28,$29,$30,$31,$32,$33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,"     \
    "$47,$48,$49,$50,$51,$52,$53,$54,$55,$56,$57,$58,$59,$60,$61,$62,$63,$64)"
enum { DB_AHEAD = 64 };
bool db_prepare_ahead(struct db_stmt *one, const char *changes, const char *many,
                      struct err *err) CC_MUST_USE;
// The value that is bound will be asked for in this transaction. The first such question reads all
// that is expected of all statements in one round.
void db_expect(struct db_stmt *one);
// What is known of the value that is bound, or of any, is true no longer.
void db_unexpect(struct db_stmt *one);
void db_unexpect_all(struct db_stmt *one);

// For a statement that is left before its last row.
void db_reset(struct db_stmt *stmt);

// Column 0 is the first. Runs are borrowed until the next step or reset; NULL reads as 0 or empty.
int64_t db_col_int(const struct db_stmt *stmt, int column);
struct str db_col_text(const struct db_stmt *stmt, int column);
struct str db_col_bytes(const struct db_stmt *stmt, int column);
bool db_col_is_null(const struct db_stmt *stmt, int column);

// Rows that the last INSERT, UPDATE or DELETE of db_step or db_run changed.
int64_t db_changes(const struct db *db);

// A writing transaction: one at a time in a database, whoever asks. After db_commit returned true
// the changes survive a power cut; after false none of them is there (but see ERR_UNAVAILABLE).
// A call that fails inside spoils the transaction, or the part: until that is undone every further
// call fails with the same error.
bool db_begin(struct db *db, struct err *err) CC_MUST_USE;
bool db_commit(struct db *db, struct err *err) CC_MUST_USE;
void db_rollback(struct db *db); // nothing open: nothing to do

// The transaction is open and alive. Some failures (no space, input/output) end the whole of it:
// then there is nothing left to undo or to commit.
bool db_in_transaction(const struct db *db);

// Why the last transaction failed. may_retry: because of another one, or because the connection was
// lost; the same calls in a new one may go well. failed_late: by a call of db_run_later, so whoever
// was told is not necessarily who did it.
bool db_may_retry(const struct db *db);
bool db_failed_late(const struct db *db);

// Counts up whenever what was read may be true no longer: a transaction begins, or it or a part of
// it is undone or lost. Inside a transaction nobody else writes, so what is read under one number
// is known until the number changes.
uint64_t db_epoch(const struct db *db);

// Counts up with every statement that may change something: where it stayed, nothing was written.
uint64_t db_writes(const struct db *db);

// A part that can be undone alone, inside a transaction; not nested. db_part_undo returns false
// where the whole transaction is gone.
bool db_part_begin(struct db *db, struct err *err) CC_MUST_USE;
bool db_part_keep(struct db *db, struct err *err) CC_MUST_USE;
bool db_part_undo(struct db *db) CC_MUST_USE;

// Writes that a room gathers in a group's transaction and sends as few large statements. `tables`
// is what its tables' names begin with: before any statement that says it, and before the commit,
// db calls flush, which runs them. Only inside a transaction for which db_may_gather; db_gathered
// tells of each. If the transaction, or the part, is undone flush is not called: db_epoch tells.
void db_gather(struct db *db, const char *tables, bool (*flush)(void *arg, struct err *err),
               void *arg);
// A statement of theirs that only flush and its like run: it sends nothing else first.
void db_gather_sends(struct db_stmt *stmt);
bool db_may_gather(const struct db *db);
void db_gathered(struct db *db);

// Copies the log home if so many pages or more were written since it was last done; for quiet
// times, so that no commit has to. 0: now.
bool db_checkpoint(struct db *db, uint32_t pages, struct err *err) CC_MUST_USE;

// For tests: the n-th call from now (step, begin, commit, part, prepare; 1 is the next) fails with
// ERR_UNAVAILABLE; with `lose` it takes the whole transaction along, as a full disk does. n 0:
// none. db_fault_is_due: it has not happened yet.
void db_fault_at(struct db *db, int64_t n, bool lose);
bool db_fault_is_due(const struct db *db);
