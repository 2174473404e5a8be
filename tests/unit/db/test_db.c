// Statements, transactions and the fault hook do what db.h says.
#include "db/db.h"

#include "lib/folder.h"
#include "lib/tap.h"

static char dsn[128];
static struct err err;

static struct db *fresh(void)
{
    struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_run_text(db,
                      "DROP TABLE IF EXISTS thing; CREATE TABLE thing (id INTEGER PRIMARY KEY,"
                      " name TEXT UNIQUE, body BLOB, size INTEGER CHECK (size < 100)) STRICT",
                      &err));
    return db;
}

static int64_t count(struct db *db)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    struct err unheard;
    if (!db_prepare(db, &stmt, "SELECT count(*) FROM thing", &unheard) ||
        !db_step(stmt, &row, &unheard) || !row) {
        return -1;
    }
    return db_col_int(stmt, 0);
}

static void test_values_come_back_as_they_went_in(void)
{
    OWN(db_close) struct db *db = fresh();
    struct db_stmt *add = NULL;
    struct db_stmt *get = NULL;
    bool row = false;
    // $2 stands before $1: the number decides, not the place.
    CHECK(db_prepare(db, &add, "INSERT INTO thing (name, id, body) VALUES ($2, $1, $3)", &err));
    db_bind_int(add, 1, INT64_MIN);
    db_bind_text(add, 2, STR("it's; DROP TABLE thing --"));
    db_bind_bytes(add, 3, "a\0b", 3);
    CHECK(db_run(add, &err));
    CHECK(db_changes(db) == 1 && db_last_id(db) == INT64_MIN);
    CHECK(db_prepare(db, &get, "SELECT id, name, body, size FROM thing", &err));
    CHECK(db_step(get, &row, &err) && row);
    CHECK(db_col_int(get, 0) == INT64_MIN);
    CHECK_STR(db_col_text(get, 1), "it's; DROP TABLE thing --");
    CHECK(str_eq(db_col_bytes(get, 2), (struct str){ "a\0b", 3 }));
    CHECK(db_col_is_null(get, 3) && db_col_int(get, 3) == 0 && db_col_text(get, 3).len == 0);
    CHECK(db_step(get, &row, &err) && !row);
}

static void test_what_is_not_bound_is_null_again_each_time(void)
{
    OWN(db_close) struct db *db = fresh();
    struct db_stmt *add = NULL;
    struct db_stmt *get = NULL;
    bool row = false;
    CHECK(db_prepare(db, &add, "INSERT INTO thing (name, body) VALUES ($1, $2)", &err));
    db_bind_text(add, 1, STR("first"));
    db_bind_bytes(add, 2, "", 0);
    CHECK(db_run(add, &err) && db_run(add, &err));
    CHECK(db_prepare(db, &get, "SELECT name, body FROM thing ORDER BY id", &err));
    CHECK(db_step(get, &row, &err) && row && !db_col_is_null(get, 1)); // empty is not NULL
    CHECK(db_step(get, &row, &err) && row && db_col_is_null(get, 0) && db_col_is_null(get, 1));
}

static void test_a_refusal_says_which_kind(void)
{
    OWN(db_close) struct db *db = fresh();
    struct db_stmt *stmt = NULL;
    CHECK(db_run_text(db, "INSERT INTO thing (id, name) VALUES (1, 'a')", &err));
    CHECK(!db_run_text(db, "INSERT INTO thing (id, name) VALUES (2, 'a')", &err));
    CHECK(err.code == ERR_EXISTS);
    CHECK(!db_run_text(db, "INSERT INTO thing (id) VALUES (1)", &err) && err.code == ERR_EXISTS);
    CHECK(!db_run_text(db, "INSERT INTO thing (size) VALUES (100)", &err));
    CHECK(err.code == ERR_INVALID);
    CHECK(!db_prepare(db, &stmt, "SELECT 1; SELECT 2", &err) && err.code == ERR_INTERNAL);
    CHECK(!db_prepare(db, &stmt, "SELECT ?", &err) && err.code == ERR_INTERNAL);
    CHECK(!db_prepare(db, &stmt, "SELECT nothing", &err) && err.code == ERR_INTERNAL);
    CHECK(db_prepare(db, &stmt, "SELECT $1", &err));
    db_bind_int(stmt, 2, 1);
    CHECK(!db_run(stmt, &err) && err.code == ERR_INTERNAL);
    CHECK(db_run(stmt, &err)); // and is told once
    CHECK(!db_must_stop(db));
    struct db *none = NULL;
    CHECK(!db_open(&none, &(struct db_options){ .dsn = "mysql:x" }, &err) && none == NULL);
    CHECK(err.code == ERR_INVALID);
}

static void test_a_transaction_is_all_or_nothing(void)
{
    OWN(db_close) struct db *db = fresh();
    CHECK(db_begin(db, &err) && db_in_transaction(db));
    CHECK(db_run_text(db, "INSERT INTO thing (name) VALUES ('a')", &err));
    db_rollback(db);
    CHECK(!db_in_transaction(db) && count(db) == 0);
    CHECK(db_begin(db, &err));
    CHECK(db_run_text(db, "INSERT INTO thing (name) VALUES ('a')", &err));
    CHECK(db_part_begin(db, &err));
    CHECK(db_run_text(db, "INSERT INTO thing (name) VALUES ('b')", &err));
    CHECK(db_part_undo(db));
    CHECK(db_part_begin(db, &err));
    CHECK(db_run_text(db, "INSERT INTO thing (name) VALUES ('c')", &err));
    CHECK(db_part_keep(db, &err));
    CHECK(db_commit(db, &err) && count(db) == 2);
    db_rollback(db); // nothing open, nothing to do
    CHECK(count(db) == 2);
}

static bool add_two(struct db *db, struct db_stmt *add)
{
    bool ok = db_begin(db, &err);
    for (int i = 0; ok && i < 2; i++) {
        db_bind_text(add, 1, i == 0 ? STR("x") : STR("y"));
        ok = db_part_begin(db, &err) && db_run(add, &err) && db_part_keep(db, &err);
    }
    if (!ok) {
        db_rollback(db);
        return false;
    }
    return db_commit(db, &err);
}

static void test_the_nth_call_failing_leaves_all_or_nothing(void)
{
    for (int lose = 0; lose < 2; lose++) {
        int failures = 0;
        bool done = false;
        for (int n = 1; !done && n < 100; n++) {
            OWN(db_close) struct db *db = fresh();
            struct db_stmt *add = NULL;
            CHECK(db_prepare(db, &add, "INSERT INTO thing (name) VALUES ($1)", &err));
            db_fault_at(db, n, lose == 1);
            bool ok = add_two(db, add);
            done = db_fault_is_due(db);
            db_fault_at(db, 0, false);
            failures += ok ? 0 : 1;
            CHECK(count(db) == (ok ? 2 : 0));
            CHECK(ok || err.code == ERR_UNAVAILABLE);
        }
        CHECK(done && failures == 8); // begin, 2 x (part, insert, keep), commit
    }
}

int main(void)
{
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s/t.db", folder_make());
    test_values_come_back_as_they_went_in();
    test_what_is_not_bound_is_null_again_each_time();
    test_a_refusal_says_which_kind();
    test_a_transaction_is_all_or_nothing();
    test_the_nth_call_failing_leaves_all_or_nothing();
    folder_end();
    return tap_done();
}
