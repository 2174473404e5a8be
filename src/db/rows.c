// rows: writes of one row each, sent as statements of many rows: see db_prepare_rows. A statement
// costs as much as the row it writes, and across a connection more. Rows wait only in a group's
// transaction whose parts are hoped for: there a failure takes all of it along, so that it does not
// matter whose row it was.

#include "base/arena.h"
#include "base/mem.h"
#include "db/db_int.h"
#include <assert.h>
#include <stdlib.h>

enum { ROWS_COLUMNS_MAX = DB_PARAMS_MAX / DB_ROWS, ROWS_BYTES_MAX = 32 << 20 };

struct db_rows {
    struct db_stmt *one;
    struct db_stmt *many;
    const char *table; // constant
    uint32_t bit;
    int columns;
    size_t count;
    struct db_value values[DB_ROWS + 1][ROWS_COLUMNS_MAX]; // the last: of the row that is bound
    struct arena arena;                                    // of their runs
};

bool db_prepare_rows(struct db_stmt *one, const char *table, const char *many, struct err *err)
{
    struct db *db = one->db;
    struct db_stmt *made;
    if (!db_prepare(db, &made, many, err)) {
        return false;
    }
    size_t place = 0;
    while (db->rows[place] != NULL) {
        place++;
        assert(place < DB_ROWS_MAX);
    }
    struct db_rows *rows = mem_new(sizeof(*rows));
    *rows = (struct db_rows){ .one = one,
                              .many = made,
                              .table = table,
                              .bit = (uint32_t)1 << place,
                              .arena = ARENA_CAP(ROWS_BYTES_MAX) };
    while (rows->columns < ROWS_COLUMNS_MAX && one->params[rows->columns + 1] != 0) {
        rows->columns++;
    }
    db->rows[place] = rows;
    for (struct db_stmt *stmt = db->stmts; stmt != NULL; stmt = stmt->next) {
        db_rows_mark(stmt, db->driver->spelled(stmt));
    }
    one->rows = rows;
    one->of_rows = made->of_rows = 0; // they are what is sent
    return true;
}

void db_rows_mark(struct db_stmt *stmt, const char *sql)
{
    struct db *db = stmt->db;
    for (size_t i = 0; i < DB_ROWS_MAX; i++) {
        const struct db_rows *rows = db->rows[i];
        if (rows != NULL && stmt != rows->one && stmt != rows->many &&
            strstr(sql, rows->table) != NULL) {
            stmt->of_rows |= rows->bit;
        }
    }
}

static void rows_clear(struct db_rows *rows)
{
    memset(rows->values, 0, sizeof(rows->values));
    rows->count = 0;
    arena_reset(&rows->arena);
}

void db_rows_forget(struct db *db)
{
    for (size_t i = 0; i < DB_ROWS_MAX; i++) {
        if (db->rows[i] != NULL && (db->rows_waiting & db->rows[i]->bit) != 0) {
            rows_clear(db->rows[i]);
        }
    }
    db->rows_waiting = 0;
}

void db_rows_free(struct db_stmt *one)
{
    struct db_rows *rows = one->rows;
    struct db *db = one->db;
    for (size_t i = 0; i < DB_ROWS_MAX; i++) {
        db->rows[i] = db->rows[i] == rows ? NULL : db->rows[i];
    }
    db->rows_waiting &= ~rows->bit;
    db_finish(&rows->many);
    arena_free(&rows->arena);
    free(rows);
    one->rows = NULL;
}

void db_rows_bind(struct db_stmt *one, int index, const struct db_value *value)
{
    struct db_rows *rows = one->rows;
    if (index < 1 || index > rows->columns) {
        one->bad_param = one->bad_param == 0 ? index : one->bad_param;
        return;
    }
    rows->values[rows->count][index - 1] = *value;
}

void db_rows_unbind(struct db_stmt *one)
{
    struct db_rows *rows = one->rows;
    memset(rows->values[rows->count], 0, sizeof(rows->values[rows->count]));
}

static bool rows_send_one(struct db_rows *rows, size_t row, struct err *err)
{
    for (int column = 0; column < rows->columns; column++) {
        db_bind_now(rows->one, column + 1, &rows->values[row][column]);
    }
    return db_later_now(rows->one, 1, err);
}

static bool rows_send(struct db_rows *rows, struct err *err)
{
    struct db *db = rows->one->db;
    bool good = true;
    db->rows_waiting &= ~rows->bit;
    if (rows->count == DB_ROWS) {
        for (int i = 0; i < DB_ROWS * rows->columns; i++) {
            db_bind_now(rows->many, i + 1, &rows->values[i / rows->columns][i % rows->columns]);
        }
        good = db_later_now(rows->many, DB_ROWS, err);
    } else {
        for (size_t i = 0; good && i < rows->count; i++) {
            good = rows_send_one(rows, i, err);
        }
    }
    rows_clear(rows);
    db->failed_late = db->failed_late || !good; // whose row it was, nobody can say
    return good;
}

bool db_rows_flush(struct db *db, struct err *err)
{
    for (size_t i = 0; db->rows_waiting != 0 && i < DB_ROWS_MAX; i++) {
        if (db->rows[i] != NULL && (db->rows_waiting & db->rows[i]->bit) != 0 &&
            !rows_send(db->rows[i], err)) {
            return false;
        }
    }
    return true;
}

// Runs are the caller's only until it has told the row.
static bool rows_keep(struct db_rows *rows, struct err *err)
{
    struct db_value *values = rows->values[rows->count];
    for (int i = 0; i < rows->columns; i++) {
        if (values[i].kind == DB_IS_TEXT || values[i].kind == DB_IS_BYTES) {
            values[i].run = arena_copy(&rows->arena, values[i].run);
        }
    }
    rows->count++;
    return arena_ok(&rows->arena) ||
           err_set(err, ERR_LIMIT, "a group of requests is too big together");
}

bool db_rows_later(struct db_stmt *one, struct err *err)
{
    struct db_rows *rows = one->rows;
    struct db *db = one->db;
    if (!db->begun || db->real_parts || db->spoiled) {
        return rows_send_one(rows, rows->count, err);
    }
    if (one->bad_param != 0) {
        int bad = one->bad_param;
        one->bad_param = 0;
        return err_set(err, ERR_INTERNAL, "parameter $%d of a statement could not be bound", bad);
    }
    db_wrote(db);
    db->rows_waiting |= rows->bit;
    return rows_keep(rows, err) && (rows->count < DB_ROWS || rows_send(rows, err));
}
