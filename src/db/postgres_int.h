// What the two files of the PostgreSQL driver share.
#pragma once

#include "base/map.h"
#include "db/db_int.h"
#include <libpq-fe.h>

// Types that the driver knows by number: these are the same in every database.
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_NAME = 19,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_OID = 26,
    PG_FLOAT8 = 701,
    PG_VARCHAR = 1043,
    PG_NUMERIC = 1700,
};

enum { PG_PENDING_MAX = 200, PG_NUMBER_MAX = 24, PG_NAME_MAX = 24 };

struct pg_ahead; // postgres_ahead.c

struct pg_stmt {
    char *sql; // owned
    uint64_t id;
    uint64_t session; // that it is prepared in; 0: none
    int count;        // of parameters
    // All owned, one a parameter.
    Oid *types;
    const char **values; // each borrowed from the caller, or a number
    int *lens;
    int *formats;
    char (*numbers)[PG_NUMBER_MAX];
    PGresult *result; // owned, but what was read ahead; NULL: not run
    int row;
    int end;                      // behind the last row
    struct pg_ahead *ahead;       // owned; NULL: none of it is read ahead
    bool is_ahead;                // the result is of what was read ahead
    char (*words)[PG_NUMBER_MAX]; // owned; numbers that were asked for as text, a column each
};

struct pg {
    PGconn *conn;     // owned; NULL: lost, and the next call outside a transaction connects
    char *dsn;        // owned, wiped: it may hold a password
    uint64_t session; // counts connections; what was prepared in an older one is not there
    uint64_t next_id; // of prepared statements
    bool in_transaction;
    int64_t changes;
    int64_t tried_ms; // when it was last tried to connect
    // Messages that were sent and whose outcome was not read: rows each must change; -1: any.
    int64_t pending[PG_PENDING_MAX];
    struct pg_ahead *keepers[PG_PENDING_MAX]; // who keeps the result; NULL: nobody
    size_t pending_count;
};

// --- postgres_ahead.c ---------------------------------------------------------------------------

void db_pg_ahead(struct db_stmt *one, struct db_stmt *many);
void db_pg_ahead_free(struct pg_stmt *stmt);
void db_pg_expect(struct db_stmt *one);
void db_pg_unexpect(struct db_stmt *one, bool all);
bool db_pg_is_expected(struct db_stmt *one);
// Takes a result that its statement of many values came to.
void db_pg_keep(struct pg_ahead *ahead, PGresult *result);
// Answers the statement from what was read ahead, or reads what is expected first. *known false: it
// is asked by itself.
bool db_pg_ahead_answer(struct db_stmt *one, bool *known, struct err *err) CC_MUST_USE;

// --- postgres.c ---------------------------------------------------------------------------------

// Sends the statement, and keeps its result with `keeper`. *fresh: this session did not know it.
bool db_pg_send(struct db_stmt *stmt, int64_t changes, struct pg_ahead *keeper, bool *fresh,
                struct err *err) CC_MUST_USE;
// Sends all, reads all. *last: of the last message, owned by the caller; NULL: nobody waits for
// that one either. A failure that nobody waits for ends the transaction.
bool db_pg_collect(struct db *db, PGresult **last, struct err *err) CC_MUST_USE;

static inline struct pg *pg_of(const struct db *db)
{
    return db->inner;
}

// --- postgres_open.c ----------------------------------------------------------------------------

bool db_pg_check_dsn(const char *dsn, struct err *err) CC_MUST_USE;
// Connects if it is not, and makes the session what the ledger needs.
bool db_pg_connect(struct db *db, struct err *err) CC_MUST_USE;
// Gives the connection up; what was open in it is gone.
void db_pg_drop(struct db *db);
// The sentence for a failed result (NULL: the connection) and its code; marks what may be retried.
bool db_pg_fail(struct db *db, const PGresult *result, struct err *err) CC_MUST_USE;
// One text outside of a pipeline, with all its statements. *result: owned by the caller; or NULL.
bool db_pg_exec(struct db *db, const char *sql, PGresult **result, struct err *err) CC_MUST_USE;
