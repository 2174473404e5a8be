// What a driver gives db.c. A driver knows its library and nothing of transactions, faults or
// migrations; db.c knows those and no library.
#pragma once

#include "db/db.h"

enum { DB_PARAMS_MAX = 320, DB_ROWS_MAX = 8, DB_AHEADS_MAX = 8 };

struct db_rows; // rows.c

enum db_kind { DB_IS_NULL, DB_IS_INT, DB_IS_TEXT, DB_IS_BYTES };

struct db_value {
    enum db_kind kind;
    int64_t number;
    struct str run; // borrowed
};

enum db_verb {
    DB_BEGIN,
    DB_COMMIT,
    DB_ROLLBACK,
    DB_PART_BEGIN,
    DB_PART_KEEP,
    DB_PART_UNDO,
    DB_VERB_COUNT
};

struct db_driver {
    const char *name;    // as in db_migration.dialect
    const char *scheme;  // of the dsn, with the colon
    const char *integer; // its words for {integer}, {bytes}, {text} and {table}
    const char *bytes;
    const char *text;
    const char *table;
    const char *id; // {id}: a key that the database numbers where it is not given
    // A part costs so much that it is better hoped for: see db_part_undo.
    bool hopes;
    // What begins, ends and parts a transaction, by enum db_verb; NULL: `verb` does it.
    const char *const *verb_texts;

    // For copy.c. Tables and columns: table, column, its type, its place in the primary key or 0;
    // table and table that it refers to; a numbered key goes on behind $3 ($1 table, $2 column);
    // the statements that give role $1 its rights. The last two NULL: there is nothing to do.
    const char *tables_text;
    const char *references_text;
    const char *number_text;
    const char *grants_text;

    // Sets db->inner. db->options and db->start are there.
    bool (*open)(struct db *db, const char *where, struct err *err);
    void (*close)(struct db *db); // also half-open
    bool (*run_text)(struct db *db, const char *sql, struct err *err);
    bool (*prepare)(struct db *db, struct db_stmt *stmt, const char *sql, struct err *err);
    void (*finish)(struct db_stmt *stmt);
    const char *(*spelled)(const struct db_stmt *stmt); // as it was prepared
    bool (*bind_int)(struct db_stmt *stmt, int index, int64_t value);
    bool (*bind_text)(struct db_stmt *stmt, int index, struct str value);
    bool (*bind_bytes)(struct db_stmt *stmt, int index, struct str value);
    bool (*bind_null)(struct db_stmt *stmt, int index);
    bool (*step)(struct db_stmt *stmt, bool *row, struct err *err);
    void (*reset)(struct db_stmt *stmt); // clears the parameters too
    int64_t (*col_int)(const struct db_stmt *stmt, int column);
    struct str (*col_run)(const struct db_stmt *stmt, int column, bool bytes);
    bool (*col_is_null)(const struct db_stmt *stmt, int column);
    int64_t (*changes)(const struct db *db);
    bool (*in_transaction)(const struct db *db);
    bool (*checkpoint)(struct db *db, struct err *err);
    int64_t (*pages_written)(const struct db *db); // since it was opened

    // Only of a driver across a connection; NULL: not needed.
    bool (*verb)(struct db *db, enum db_verb verb, struct err *err);
    // The statement, without waiting for its outcome.
    bool (*later)(struct db_stmt *stmt, int64_t changes, struct err *err);
    // What is read ahead: of a statement by another, of the value that is bound, and no longer.
    void (*ahead)(struct db_stmt *one, struct db_stmt *many);
    void (*expect)(struct db_stmt *one);
    void (*unexpect)(struct db_stmt *one, bool all);
    bool (*is_expected)(struct db_stmt *one); // or known
};

extern const struct db_driver db_sqlite_driver;
extern const struct db_driver db_postgres_driver;
// NULL, or the driver that a program allowed: only then is its library linked.
extern const struct db_driver *db_more_driver;

// What is read ahead: see db_prepare_ahead.
struct db_ahead {
    struct db_stmt *one;  // borrowed; NULL: a free place
    struct db_stmt *many; // borrowed
    const char *changes;  // constant, or NULL
};

struct db {
    const struct db_driver *driver;
    struct db_options options; // dsn is not kept
    struct db_start start;
    void *inner;                          // the driver's
    struct db_stmt *stmts;                // owned, newest first
    struct db_stmt *verbs[DB_VERB_COUNT]; // borrowed from stmts
    int64_t copied_at;                    // pages_written at the last db_checkpoint
    bool must_stop;
    bool (*on_again)(void *arg, struct err *err); // NULL: nobody asks
    void *on_again_arg;                           // borrowed
    const char *gather_tables;                    // NULL: nobody gathers
    bool (*gather_flush)(void *arg, struct err *err);
    void *gather_arg;                  // borrowed
    bool gathered;                     // something waits for the flush
    struct db_rows *rows[DB_ROWS_MAX]; // owned; see rows.c; NULL: a free place
    uint32_t rows_waiting;             // a bit for each that has some
    struct db_ahead aheads[DB_AHEADS_MAX];
    int64_t fault_in; // calls until the fault; 0: none
    bool fault_loses;
    // A call inside the transaction failed: until it, or its part, is undone nothing else may run,
    // and every call is answered with that failure. PostgreSQL does so; the same for all.
    bool begun; // by db_begin, and neither committed nor rolled back
    bool spoiled;
    struct err spoiled_by;
    bool part_wrote;  // since the part began
    bool real_parts;  // parts are the database's; else they are only hoped to be kept
    bool wants_parts; // that hope was vain
    uint64_t writes;  // see db_writes
    bool failed_late; // the failure was of a call that had been answered: db_run_later
    uint64_t epoch;
    bool may_retry; // what failed may go well when all of the transaction is done anew
};

struct db_stmt {
    struct db *db;                      // borrowed
    struct db_stmt *next;               // owned by db
    struct db_stmt *prev;               // borrowed
    void *inner;                        // the driver's
    uint16_t params[DB_PARAMS_MAX + 1]; // the driver's index of $n; 0: absent
    bool of_gatherer;                   // it says the tables of whoever gathers
    struct db_rows *rows;               // borrowed; its rows wait there
    uint32_t of_rows;                   // a bit for each of db->rows whose table it says
    uint32_t ends_ahead;                // a bit for each of db->aheads that it ends by writing
    bool reads;                         // it changes nothing; the driver's word
    int bad_param;                      // a bind that was refused; told by the next step
};

// db_begin of a group. Parts are dear: across a connection a question each, in SQLite a copy of
// every page they touch. So they are only hoped to be kept: undoing one that has written takes the
// transaction along, and wants_parts is set; the next has real ones.
bool db_begin_hoping(struct db *db, struct err *err) CC_MUST_USE;

// Something of this part was written, or will be.
void db_wrote(struct db *db);

// --- rows.c -------------------------------------------------------------------------------------

void db_rows_free(struct db_stmt *one); // and the statement of many rows
// What waits was undone.
void db_rows_forget(struct db *db);
// Sends all that waits. A failure is nobody's.
bool db_rows_flush(struct db *db, struct err *err) CC_MUST_USE;
void db_rows_bind(struct db_stmt *one, int index, const struct db_value *value);
void db_rows_unbind(struct db_stmt *one); // what was bound and not run
bool db_rows_later(struct db_stmt *one, struct err *err) CC_MUST_USE;
// Marks a statement that names the table of one of them.
void db_rows_mark(struct db_stmt *stmt, const char *sql);

// --- db.c ---------------------------------------------------------------------------------------

// The driver's word, without waiting rows.
void db_bind_now(struct db_stmt *stmt, int index, const struct db_value *value);
bool db_later_now(struct db_stmt *stmt, int64_t changes, struct err *err) CC_MUST_USE;
