// What the two files of the PostgreSQL driver share.
#pragma once

#include "db/db_int.h"
#include <libpq-fe.h>

enum { PG_PENDING_MAX = 200 };

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
    size_t pending_count;
};

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
