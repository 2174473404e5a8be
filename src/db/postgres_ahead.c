// postgres_ahead: questions of a group read ahead: see db_prepare_ahead. What is expected is asked
// for in statements of 64 values, all statements in one round, when the first of it is needed; the
// results stay as they came and the statement of one value is stepped through its rows in them.
// no unit test: tests/unit/db/test_rows.c asks all of it, on PostgreSQL

#include "base/arena.h"
#include "base/mem.h"
#include "db/postgres_int.h"
#include <stdlib.h>

enum { AHEAD_MOST = 1024, AHEAD_BYTES_MAX = 4 << 20 };

// The rows of one value.
struct pg_rows {
    PGresult *result; // NULL: there are none
    int from;
    int end;
};

struct pg_ahead {
    struct db_stmt *one;
    struct db_stmt *many;
    uint64_t epoch;    // db_epoch that it is true in
    struct map values; // to struct pg_rows in the arena
    struct arena arena;
    struct str expected[AHEAD_MOST]; // the arena's
    size_t expected_count;
    PGresult **results; // owned
    size_t result_count;
    size_t result_room;
};

static void ahead_clear(struct pg_ahead *ahead)
{
    for (size_t i = 0; i < ahead->result_count; i++) {
        PQclear(ahead->results[i]);
    }
    ahead->result_count = ahead->expected_count = 0;
    map_free(&ahead->values);
    arena_reset(&ahead->arena);
}

// What belongs to another transaction, or was undone, is forgotten.
static void ahead_refresh(struct pg_ahead *ahead)
{
    uint64_t epoch = db_epoch(ahead->one->db);
    if (ahead->epoch != epoch || !arena_ok(&ahead->arena)) {
        ahead_clear(ahead);
        ahead->epoch = epoch;
    }
}

void db_pg_ahead(struct db_stmt *one, struct db_stmt *many)
{
    struct pg_stmt *inner = one->inner;
    inner->ahead = mem_new(sizeof(*inner->ahead));
    inner->ahead->one = one;
    inner->ahead->many = many;
    inner->ahead->arena = ARENA_CAP(AHEAD_BYTES_MAX);
}

void db_pg_ahead_free(struct pg_stmt *stmt)
{
    if (stmt->ahead != NULL) {
        ahead_clear(stmt->ahead);
        arena_free(&stmt->ahead->arena);
        free(stmt->ahead->results);
        free(stmt->ahead);
        stmt->ahead = NULL;
    }
}

static struct str ahead_bound(const struct pg_stmt *stmt)
{
    return (struct str){ stmt->values[0], stmt->values[0] == NULL ? 0 : (size_t)stmt->lens[0] };
}

void db_pg_expect(struct db_stmt *one)
{
    struct pg_ahead *ahead = ((struct pg_stmt *)one->inner)->ahead;
    struct str value = ahead_bound(one->inner);
    ahead_refresh(ahead);
    if (value.ptr != NULL && map_find(&ahead->values, value) == NULL &&
        ahead->expected_count < AHEAD_MOST) {
        value = arena_copy(&ahead->arena, value);
        if (arena_ok(&ahead->arena)) {
            ahead->expected[ahead->expected_count++] = value;
        }
    }
}

void db_pg_unexpect(struct db_stmt *one, bool all)
{
    struct pg_ahead *ahead = ((struct pg_stmt *)one->inner)->ahead;
    struct str value = ahead_bound(one->inner);
    if (all) {
        map_free(&ahead->values); // a result that is being stepped through stays
        ahead->expected_count = 0;
        return;
    }
    (void)map_drop(&ahead->values, value); // the arena's
    for (size_t i = 0; i < ahead->expected_count; i++) {
        if (str_eq(ahead->expected[i], value)) {
            ahead->expected[i--] = ahead->expected[--ahead->expected_count];
        }
    }
}

// ---- reading -----------------------------------------------------------------------------------

void db_pg_keep(struct pg_ahead *ahead, PGresult *result)
{
    struct pg_rows *rows = NULL;
    struct str last = { NULL, 0 };
    int column = PQnfields(result) - 1;
    if (ahead->result_count == ahead->result_room) {
        size_t room = ahead->result_room == 0 ? 16 : 2 * ahead->result_room;
        ahead->results = mem_grow(ahead->results, room * sizeof(PGresult *));
        ahead->result_room = room;
    }
    ahead->results[ahead->result_count++] = result;
    for (int i = 0; i < PQntuples(result); i++) {
        struct str value = { PQgetvalue(result, i, column),
                             (size_t)PQgetlength(result, i, column) };
        if (rows == NULL || !str_eq(value, last)) {
            rows = map_find(&ahead->values, value);
            if (rows == NULL) {
                continue; // it was not expected: nobody asks for it
            }
            *rows = (struct pg_rows){ result, i, i };
            last = value;
        }
        rows->end = i + 1;
    }
}

static bool ahead_send_some(struct pg_ahead *ahead, size_t from, struct err *err)
{
    struct db_stmt *many = ahead->many;
    struct pg_stmt *inner = many->inner;
    struct pg *pg = pg_of(many->db);
    PGresult *last = NULL;
    bool fresh;
    for (size_t i = 0; i < DB_AHEAD; i++) {
        bool is_one = from + i < ahead->expected_count;
        struct str value = is_one ? ahead->expected[from + i] : (struct str){ NULL, 0 };
        inner->values[i] = value.ptr;
        inner->lens[i] = (int)value.len;
        inner->formats[i] = 1;
    }
    if (!db_pg_send(many, -1, ahead, &fresh, err)) {
        return false;
    }
    if (fresh) { // its name must be known to be good
        if (!db_pg_collect(many->db, &last, err)) {
            return false;
        }
        PQclear(last);
        inner->session = pg->session;
    }
    return true;
}

static bool ahead_send(struct pg_ahead *ahead, struct err *err)
{
    for (size_t i = 0; i < ahead->expected_count; i++) {
        struct pg_rows *rows = arena_new(&ahead->arena, sizeof(*rows));
        if (rows == NULL) {
            ahead_clear(ahead); // it only costs time
            return true;
        }
        map_set(&ahead->values, ahead->expected[i], rows);
    }
    for (size_t from = 0; from < ahead->expected_count; from += DB_AHEAD) {
        if (!ahead_send_some(ahead, from, err)) {
            return false;
        }
    }
    ahead->expected_count = 0;
    return true;
}

static bool ahead_is_expected(const struct pg_ahead *ahead, struct str value)
{
    for (size_t i = 0; i < ahead->expected_count; i++) {
        if (str_eq(ahead->expected[i], value)) {
            return true;
        }
    }
    return false;
}

bool db_pg_is_expected(struct db_stmt *one)
{
    struct pg_stmt *inner = one->inner;
    if (inner->ahead == NULL || inner->result != NULL || !pg_of(one->db)->in_transaction) {
        return inner->is_ahead; // it is being stepped through
    }
    struct str value = ahead_bound(inner);
    ahead_refresh(inner->ahead);
    return value.ptr != NULL && (map_find(&inner->ahead->values, value) != NULL ||
                                 ahead_is_expected(inner->ahead, value));
}

static bool ahead_load(struct db *db, struct err *err)
{
    PGresult *last = NULL;
    for (size_t i = 0; i < DB_AHEADS_MAX; i++) {
        if (db->aheads[i].one == NULL) {
            continue;
        }
        struct pg_ahead *ahead = ((struct pg_stmt *)db->aheads[i].one->inner)->ahead;
        ahead_refresh(ahead);
        if (!ahead_send(ahead, err)) {
            return false;
        }
    }
    bool good = db_pg_collect(db, &last, err);
    PQclear(last);
    return good;
}

bool db_pg_ahead_answer(struct db_stmt *one, bool *known, struct err *err)
{
    struct pg_stmt *inner = one->inner;
    struct pg_ahead *ahead = inner->ahead;
    struct str value = ahead_bound(inner);
    *known = false;
    if (!pg_of(one->db)->in_transaction || value.ptr == NULL) {
        return true;
    }
    ahead_refresh(ahead);
    const struct pg_rows *rows = map_find(&ahead->values, value);
    if (rows == NULL && ahead_is_expected(ahead, value)) {
        if (!ahead_load(one->db, err)) {
            return false;
        }
        rows = map_find(&ahead->values, value);
    }
    if (rows == NULL) {
        return true;
    }
    *known = true;
    inner->is_ahead = true;
    inner->result = rows->result;
    inner->row = rows->from - 1;
    inner->end = rows->end;
    return true;
}
