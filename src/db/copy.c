// copy: see copy.h. Names come from the catalogue and are quoted; values are bound.

#include "db/copy.h"

#include "base/buf.h"
#include "base/mem.h"
#include "db/db_int.h"
#include <stdio.h>
#include <stdlib.h>

enum { COPY_PAGE = 1000, COPY_TEXT_MAX = 65536 };

static void copy_quote(struct buf *text, const char *name)
{
    buf_add(text, STR("\""));
    for (const char *at = name; *at != '\0'; at++) {
        buf_add(text, *at == '"' ? STR("\"\"") : (struct str){ at, 1 });
    }
    buf_add(text, STR("\""));
}

static void copy_name(struct str from, char to[static DB_NAME_MAX + 1])
{
    (void)snprintf(to, DB_NAME_MAX + 1, "%.*s", (int)from.len, from.ptr);
}

static bool copy_type(struct str word, enum db_type *type)
{
    static const struct {
        const char *word;
        enum db_type type;
    } words[] = { { "INTEGER", DB_TYPE_INTEGER }, { "bigint", DB_TYPE_INTEGER },
                  { "TEXT", DB_TYPE_TEXT },       { "text", DB_TYPE_TEXT },
                  { "BLOB", DB_TYPE_BYTES },      { "bytea", DB_TYPE_BYTES } };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(word, str_of(words[i].word))) {
            *type = words[i].type;
            return true;
        }
    }
    return false;
}

// ---- the catalogue -----------------------------------------------------------------------------

static bool copy_take_column(const struct db_stmt *stmt, struct db_table *tables, size_t *count,
                             struct err *err)
{
    char name[DB_NAME_MAX + 1];
    copy_name(db_col_text(stmt, 0), name);
    if (*count == 0 || strcmp(tables[*count - 1].name, name) != 0) {
        if (*count == DB_TABLES_MAX) {
            return err_set(err, ERR_LIMIT, "there are over %d tables", DB_TABLES_MAX);
        }
        memcpy(tables[(*count)++].name, name, sizeof(name));
    }
    struct db_table *table = &tables[*count - 1];
    if (table->count == DB_COLUMNS_MAX) {
        return err_set(err, ERR_LIMIT, "table %s has over %d columns", name, DB_COLUMNS_MAX);
    }
    struct db_column *column = &table->columns[table->count++];
    struct str type = db_col_text(stmt, 2);
    copy_name(db_col_text(stmt, 1), column->name);
    column->key = (int)db_col_int(stmt, 3);
    return copy_type(type, &column->type) ||
           err_set(err, ERR_INTERNAL, "column %s of table %s is of type %.*s", column->name, name,
                   (int)type.len, type.ptr);
}

static bool copy_read_tables(struct db *db, struct db_table *tables, size_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = true;
    if (!db_prepare(db, &stmt, db->driver->tables_text, err)) {
        return false;
    }
    while (row) {
        if (!db_step(stmt, &row, err) || (row && !copy_take_column(stmt, tables, count, err))) {
            return false;
        }
    }
    return true;
}

static struct db_table *copy_find(struct db_table *tables, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(tables[i].name), name)) {
            return &tables[i];
        }
    }
    return NULL;
}

// Who refers to whom, as pairs of places.
static bool copy_read_references(struct db *db, struct db_table *tables, size_t count,
                                 bool (*refers)[DB_TABLES_MAX], struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = true;
    if (!db_prepare(db, &stmt, db->driver->references_text, err)) {
        return false;
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        const struct db_table *from = row ? copy_find(tables, count, db_col_text(stmt, 0)) : NULL;
        const struct db_table *to = row ? copy_find(tables, count, db_col_text(stmt, 1)) : NULL;
        if (from != NULL && to != NULL && from != to) {
            refers[from - tables][to - tables] = true;
        }
    }
    return true;
}

static bool copy_is_ready(const bool refers[DB_TABLES_MAX], const bool *done, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (refers[i] && !done[i]) {
            return false;
        }
    }
    return true;
}

bool db_tables(struct db *db, struct arena *arena, struct db_table **tables, size_t *count,
               struct err *err)
{
    struct db_table *found = arena_new_array(arena, DB_TABLES_MAX, sizeof(*found));
    struct db_table *sorted = arena_new_array(arena, DB_TABLES_MAX, sizeof(*sorted));
    bool(*refers)[DB_TABLES_MAX] = arena_new_array(arena, DB_TABLES_MAX, sizeof(*refers));
    bool done[DB_TABLES_MAX] = { false };
    size_t all = 0;
    size_t placed = 0;
    if (found == NULL || sorted == NULL || refers == NULL) {
        return err_set(err, ERR_LIMIT, "no room for a list of tables");
    }
    if (!copy_read_tables(db, found, &all, err) ||
        !copy_read_references(db, found, all, refers, err)) {
        return false;
    }
    for (size_t before = all + 1; placed < all && before != placed;) {
        before = placed;
        for (size_t i = 0; i < all; i++) {
            if (!done[i] && copy_is_ready(refers[i], done, all)) {
                done[i] = true;
                sorted[placed++] = found[i];
            }
        }
    }
    *tables = sorted;
    *count = placed;
    return placed == all || err_set(err, ERR_INTERNAL, "tables refer to each other in a ring");
}

// ---- reading -----------------------------------------------------------------------------------

static const struct db_column *copy_key(const struct db_table *table, int place)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i].key == place) {
            return &table->columns[i];
        }
    }
    return NULL;
}

static void copy_list(struct buf *text, const struct db_table *table, bool keys)
{
    for (size_t i = 0; keys ? copy_key(table, (int)i + 1) != NULL : i < table->count; i++) {
        buf_add(text, i == 0 ? STR("") : STR(", "));
        copy_quote(text, keys ? copy_key(table, (int)i + 1)->name : table->columns[i].name);
    }
}

static void copy_spell_read(struct buf *text, const struct db_table *table, bool from_start)
{
    buf_add(text, STR("SELECT "));
    copy_list(text, table, false);
    buf_add(text, STR(" FROM "));
    copy_quote(text, table->name);
    if (!from_start) {
        buf_add(text, STR(" WHERE ("));
        copy_list(text, table, true);
        buf_add(text, STR(") > ("));
        for (int i = 1; copy_key(table, i) != NULL; i++) {
            buf_addf(text, "%s$%d", i == 1 ? "" : ", ", i);
        }
        buf_add(text, STR(")"));
    }
    buf_add(text, STR(" ORDER BY "));
    copy_list(text, table, true);
    buf_addf(text, " LIMIT %d", COPY_PAGE);
}

// The key of the row that was read last.
struct copy_place {
    int64_t numbers[DB_COLUMNS_MAX];
    struct buf runs[DB_COLUMNS_MAX]; // owned
};

static void copy_place_free(struct copy_place **place)
{
    for (size_t i = 0; *place != NULL && i < DB_COLUMNS_MAX; i++) {
        buf_free(&(*place)->runs[i]);
    }
    free(*place);
    *place = NULL;
}

static void copy_note_place(const struct db_table *table, const struct db_stmt *stmt,
                            struct copy_place *place)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct db_column *column = &table->columns[i];
        if (column->key > 0 && column->type == DB_TYPE_INTEGER) {
            place->numbers[column->key - 1] = db_col_int(stmt, (int)i);
        } else if (column->key > 0) {
            struct buf *run = &place->runs[column->key - 1];
            buf_free(run);
            *run = BUF_CAP(1 << 20);
            buf_add(run, db_col_bytes(stmt, (int)i));
        }
    }
}

static void copy_bind_place(struct db_stmt *stmt, const struct db_table *table,
                            const struct copy_place *place)
{
    for (int i = 1; copy_key(table, i) != NULL; i++) {
        struct str run = buf_str(&place->runs[i - 1]);
        switch (copy_key(table, i)->type) {
        case DB_TYPE_INTEGER: db_bind_int(stmt, i, place->numbers[i - 1]); break;
        case DB_TYPE_TEXT: db_bind_text(stmt, i, run); break;
        case DB_TYPE_BYTES: db_bind_bytes(stmt, i, run.ptr, run.len); break;
        }
    }
}

// A mark, a length or number of 8 bytes, and the run: no two rows spell the same.
static void copy_digest(const struct db_rows *rows, const struct db_table *table,
                        const struct db_stmt *stmt)
{
    for (size_t i = 0; i < table->count; i++) {
        bool is_number = table->columns[i].type == DB_TYPE_INTEGER;
        bool is_null = db_col_is_null(stmt, (int)i);
        struct str run = is_number || is_null ? STR("") : db_col_bytes(stmt, (int)i);
        int64_t number = is_number ? db_col_int(stmt, (int)i) : (int64_t)run.len;
        char head[9] = { is_null ? 'n' : is_number ? 'i' : 'r' };
        for (int k = 0; k < 8; k++) {
            head[k + 1] = (char)((uint64_t)number >> (56 - 8 * k));
        }
        rows->digest(rows->arg, (struct str){ head, sizeof(head) });
        rows->digest(rows->arg, run);
    }
}

static bool copy_read_page(struct db_stmt *stmt, const struct db_table *table,
                           const struct db_rows *rows, struct copy_place *place, int64_t *count,
                           struct err *err)
{
    bool row = true;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (!row) {
            break;
        }
        copy_note_place(table, stmt, place);
        if (rows->digest != NULL) {
            copy_digest(rows, table, stmt);
        }
        if (rows->each != NULL && !rows->each(rows->arg, table, stmt, err)) {
            db_reset(stmt);
            return false;
        }
        (*count)++;
    }
    return true;
}

bool db_table_read(struct db *db, const struct db_table *table, const struct db_rows *rows,
                   int64_t *count, struct err *err)
{
    OWN(copy_place_free) struct copy_place *place = mem_new(sizeof(*place));
    if (copy_key(table, 1) == NULL) {
        return err_set(err, ERR_INTERNAL, "table %s has no primary key", table->name);
    }
    *count = 0;
    for (int64_t before = -1; *count == 0 || *count - before == COPY_PAGE;) {
        OWN(buf_free) struct buf text = BUF_CAP(COPY_TEXT_MAX);
        OWN(db_finish) struct db_stmt *stmt = NULL;
        copy_spell_read(&text, table, *count == 0);
        if (!db_prepare(db, &stmt, buf_str(&text).ptr, err)) {
            return false;
        }
        if (*count > 0) {
            copy_bind_place(stmt, table, place);
        }
        before = *count;
        if (!copy_read_page(stmt, table, rows, place, count, err)) {
            return err_in(err, "table %s", table->name);
        }
        if (*count == 0) {
            break;
        }
    }
    return true;
}

bool db_table_clear(struct db *db, const struct db_table *table, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(COPY_TEXT_MAX);
    buf_add(&text, STR("DELETE FROM "));
    copy_quote(&text, table->name);
    return db_run_text(db, buf_str(&text).ptr, err);
}

// ---- writing -----------------------------------------------------------------------------------

struct db_table_writer {
    struct db *db;                // borrowed
    const struct db_table *table; // borrowed
    struct db_stmt *stmt;         // owned
    int64_t highest;              // of a primary key of one number
};

void db_table_writer_free(struct db_table_writer **writer)
{
    if (*writer != NULL) {
        db_finish(&(*writer)->stmt);
        free(*writer);
        *writer = NULL;
    }
}

bool db_table_writer_new(struct db *db, const struct db_table *table,
                         struct db_table_writer **writer, struct err *err)
{
    OWN(db_table_writer_free) struct db_table_writer *made = mem_new(sizeof(*made));
    OWN(buf_free) struct buf text = BUF_CAP(COPY_TEXT_MAX);
    made->db = db;
    made->table = table;
    buf_add(&text, STR("INSERT INTO "));
    copy_quote(&text, table->name);
    buf_add(&text, STR(" ("));
    copy_list(&text, table, false);
    buf_add(&text, STR(") VALUES ("));
    for (size_t i = 1; i <= table->count; i++) {
        buf_addf(&text, "%s$%d", i == 1 ? "" : ", ", (int)i);
    }
    buf_add(&text, STR(")"));
    if (!db_prepare(db, &made->stmt, buf_str(&text).ptr, err)) {
        return false;
    }
    *writer = made;
    made = NULL;
    return true;
}

bool db_table_write(struct db_table_writer *writer, const struct db_stmt *row, struct err *err)
{
    const struct db_table *table = writer->table;
    for (size_t i = 0; i < table->count; i++) {
        int column = (int)i;
        struct str run = STR("");
        if (db_col_is_null(row, column)) {
            db_bind_null(writer->stmt, column + 1);
            continue;
        }
        switch (table->columns[i].type) {
        case DB_TYPE_INTEGER:
            db_bind_int(writer->stmt, column + 1, db_col_int(row, column));
            if (table->columns[i].key == 1 && db_col_int(row, column) > writer->highest) {
                writer->highest = db_col_int(row, column);
            }
            break;
        case DB_TYPE_TEXT: db_bind_text(writer->stmt, column + 1, db_col_text(row, column)); break;
        case DB_TYPE_BYTES:
            run = db_col_bytes(row, column);
            db_bind_bytes(writer->stmt, column + 1, run.ptr, run.len);
            break;
        }
    }
    return db_run_later(writer->stmt, 1, err);
}

bool db_table_writer_end(struct db_table_writer *writer, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    const struct db_column *key = copy_key(writer->table, 1);
    const char *text = writer->db->driver->number_text;
    if (text == NULL || key == NULL || key->type != DB_TYPE_INTEGER || writer->highest == 0) {
        return true;
    }
    if (!db_prepare(writer->db, &stmt, text, err)) {
        return false;
    }
    db_bind_text(stmt, 1, str_of(writer->table->name));
    db_bind_text(stmt, 2, str_of(key->name));
    db_bind_int(stmt, 3, writer->highest);
    return db_run(stmt, err);
}

bool db_grant(struct db *db, struct str role, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    OWN(buf_free) struct buf text = BUF_CAP(COPY_TEXT_MAX);
    bool row = true;
    if (db->driver->grants_text == NULL) {
        return err_set(err, ERR_INVALID, "a file has no roles; they are PostgreSQL's");
    }
    if (!db_prepare(db, &stmt, db->driver->grants_text, err)) {
        return false;
    }
    db_bind_text(stmt, 1, role);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            buf_add(&text, db_col_text(stmt, 0));
            buf_add(&text, STR(";"));
        }
    }
    return (buf_ok(&text) || err_set(err, ERR_LIMIT, "there are too many tables")) &&
           db_run_text(db, buf_str(&text).ptr, err);
}
