// copy: a database's tables as its catalogue tells them, for whoever moves all of them from one
// store to another. Whose they are does not matter here.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "db/db.h"

enum { DB_NAME_MAX = 63, DB_COLUMNS_MAX = 64, DB_TABLES_MAX = 128 };

enum db_type { DB_TYPE_INTEGER, DB_TYPE_TEXT, DB_TYPE_BYTES };

struct db_column {
    char name[DB_NAME_MAX + 1];
    enum db_type type;
    int key; // its place in the primary key; 0: not of it
};

struct db_table {
    char name[DB_NAME_MAX + 1];
    struct db_column columns[DB_COLUMNS_MAX];
    size_t count;
};

// All tables but db's own, in the arena: what a table refers to stands before it. ERR_LIMIT: it has
// more than this can hold.
bool db_tables(struct db *db, struct arena *arena, struct db_table **tables, size_t *count,
               struct err *err) CC_MUST_USE;

// Every row in the order of the primary key, a thousand at a time. each may be NULL; false ends it.
struct db_rows {
    bool (*each)(void *arg, const struct db_table *table, const struct db_stmt *row,
                 struct err *err);
    void (*digest)(void *arg, struct str bytes); // of every value, the same on each store; or NULL
    void *arg;                                   // borrowed
};
bool db_table_read(struct db *db, const struct db_table *table, const struct db_rows *rows,
                   int64_t *count, struct err *err) CC_MUST_USE;

// All rows go: what a migration put into a table that is to be filled from elsewhere.
bool db_table_clear(struct db *db, const struct db_table *table, struct err *err) CC_MUST_USE;

// For each row of another database: writes it here.
struct db_table_writer;
bool db_table_writer_new(struct db *db, const struct db_table *table,
                         struct db_table_writer **writer, struct err *err) CC_MUST_USE;
bool db_table_write(struct db_table_writer *writer, const struct db_stmt *row,
                    struct err *err) CC_MUST_USE;
// After the last row: keys that the database numbers go on behind the highest.
bool db_table_writer_end(struct db_table_writer *writer, struct err *err) CC_MUST_USE;
void db_table_writer_free(struct db_table_writer **writer);

// Gives a role what an engine needs and no more: reading and adding everywhere, changing and
// deleting where no trigger refuses it, never truncating. PostgreSQL only; the caller owns the
// tables.
bool db_grant(struct db *db, struct str role, struct err *err) CC_MUST_USE;
