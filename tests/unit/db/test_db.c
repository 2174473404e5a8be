// Statements, transactions and the fault hook do what db.h says.
#include "db/db.h"

#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];

static const struct db_migration tables[] = {
    { 1, NULL,
      "CREATE TABLE thing (id {id}, name {text} UNIQUE, body {bytes},"
      " size {integer} CHECK (size < 100)) {table}" },
};
static struct err err;

static struct db *fresh(void)
{
    struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_migrate(db, "thing", tables, 1, &err));
    CHECK(db_run_text(db, "DELETE FROM thing", &err));
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
    CHECK(db_changes(db) == 1);
    CHECK(db_prepare(db, &get, "SELECT id, name, body, size FROM thing", &err));
    CHECK(db_step(get, &row, &err) && row);
    CHECK(db_col_int(get, 0) == INT64_MIN);
    CHECK_STR(db_col_text(get, 1), "it's; DROP TABLE thing --");
    CHECK(str_eq(db_col_bytes(get, 2), (struct str){ "a\0b", 3 }));
    CHECK(db_col_is_null(get, 3) && db_col_int(get, 3) == 0 && db_col_text(get, 3).len == 0);
    CHECK(db_step(get, &row, &err) && !row);
}

static void test_a_loop_over_rows_tells_its_end_from_a_failure(void)
{
    OWN(db_close) struct db *db = fresh();
    OWN(db_finish) struct db_stmt *get = NULL;
    bool ok = false;
    int64_t sum = 0;
    CHECK(db_run_text(db, "INSERT INTO thing (id, size) VALUES (1, 5), (2, 7)", &err));
    CHECK(db_prepare(db, &get, "SELECT size FROM thing ORDER BY id", &err));
    for (int round = 0; round < 2; round++) { // the end leaves it ready for the next time
        while (db_next(get, &ok, &err)) {
            sum += db_col_int(get, 0);
        }
        CHECK(ok && sum == 12 * (round + 1));
    }
    db_fault_at(db, 1, false);
    CHECK(!db_next(get, &ok, &err) && !ok);
    db_fault_at(db, 0, false);
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

// PostgreSQL takes nothing more after a failure, and what works on one must work on the other.
static void test_after_a_failure_only_undoing_goes_on(void)
{
    OWN(db_close) struct db *db = fresh();
    CHECK(db_begin(db, &err));
    CHECK(db_run_text(db, "INSERT INTO thing (id, name) VALUES (1, 'a')", &err));
    CHECK(db_part_begin(db, &err));
    uint64_t epoch = db_epoch(db);
    CHECK(!db_run_text(db, "INSERT INTO thing (id) VALUES (1)", &err) && err.code == ERR_EXISTS);
    CHECK(!db_run_text(db, "INSERT INTO thing (id) VALUES (2)", &err) && err.code == ERR_EXISTS);
    CHECK(!db_part_keep(db, &err) && err.code == ERR_EXISTS);
    CHECK(db_part_undo(db) && db_epoch(db) > epoch);
    CHECK(db_run_text(db, "INSERT INTO thing (id) VALUES (3)", &err));
    CHECK(db_commit(db, &err) && count(db) == 2);
    CHECK(db_begin(db, &err));
    CHECK(db_run_text(db, "INSERT INTO thing (id) VALUES (4)", &err));
    CHECK(!db_run_text(db, "INSERT INTO thing (id) VALUES (4)", &err));
    CHECK(!db_commit(db, &err) && err.code == ERR_EXISTS && !db_in_transaction(db));
    CHECK(count(db) == 2 && !db_may_retry(db));
}

static void add_later(struct db_stmt *add, int64_t id, bool want)
{
    db_bind_int(add, 1, id);
    CHECK(db_run_later(add, 1, &err) == want);
}

static void test_what_nobody_waits_for_is_there_or_the_transaction_is_not(void)
{
    OWN(db_close) struct db *db = fresh();
    struct db_stmt *add = NULL;
    struct db_stmt *change = NULL;
    CHECK(db_prepare(db, &add, "INSERT INTO thing (id) VALUES ($1)", &err));
    CHECK(db_prepare(db, &change, "UPDATE thing SET size = 1 WHERE id = $1", &err));
    CHECK(db_begin(db, &err));
    for (int i = 0; i < 1000; i++) {
        add_later(add, i, true);
    }
    CHECK(count(db) == 1000 && db_commit(db, &err) && count(db) == 1000);
    CHECK(db_begin(db, &err));
    add_later(add, 1000, true);
    db_bind_int(add, 1, 7); // is there
    bool told = !db_run_later(add, 1, &err);
    CHECK(!db_commit(db, &err) && err.code == ERR_EXISTS && count(db) == 1000);
    CHECK(told || db_failed_late(db));
    CHECK(db_begin(db, &err));
    add_later(add, 1000, true);
    db_bind_int(change, 1, 5000); // is not there
    told = !db_run_later(change, 1, &err);
    CHECK(!db_commit(db, &err) && err.code == ERR_INTERNAL && count(db) == 1000);
    CHECK(told || db_failed_late(db));
    add_later(add, 1000, true); // outside a transaction it is told at once
    add_later(add, 1000, false);
    CHECK(count(db) == 1001);
}

static void test_numbers_are_numbers_whatever_they_come_from(void)
{
    OWN(db_close) struct db *db = fresh();
    struct db_stmt *get = NULL;
    bool row = false;
    CHECK(db_run_text(db,
                      "INSERT INTO thing (id, size, body) VALUES (-3000000000, 7, NULL),"
                      " (9000000000000000000, -8, NULL)",
                      &err));
    CHECK(db_prepare(db, &get,
                     "SELECT sum(id), count(*), max(length(name)), sum(size) * -30000,"
                     " coalesce(sum(length(name)), 0), CASE WHEN size > $1 THEN $1 ELSE $2 END"
                     " FROM thing GROUP BY size HAVING length(coalesce(max(name), '')) <= $1"
                     " ORDER BY size",
                     &err));
    db_bind_int(get, 1, 5);
    db_bind_int(get, 2, INT64_MAX);
    CHECK(db_step(get, &row, &err) && row && db_col_int(get, 0) == 9000000000000000000);
    CHECK(db_col_int(get, 1) == 1 && db_col_is_null(get, 2) && db_col_int(get, 3) == 240000);
    CHECK(db_col_int(get, 4) == 0 && db_col_int(get, 5) == INT64_MAX);
    CHECK_STR(db_col_text(get, 0), "9000000000000000000");
    CHECK(db_step(get, &row, &err) && row && db_col_int(get, 0) == -3000000000);
    CHECK(db_col_int(get, 5) == 5);
    CHECK(db_step(get, &row, &err) && !row);
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
    store_make(dsn, folder_make());
    test_values_come_back_as_they_went_in();
    test_a_loop_over_rows_tells_its_end_from_a_failure();
    test_what_is_not_bound_is_null_again_each_time();
    test_a_refusal_says_which_kind();
    test_a_transaction_is_all_or_nothing();
    test_after_a_failure_only_undoing_goes_on();
    test_what_nobody_waits_for_is_there_or_the_transaction_is_not();
    test_numbers_are_numbers_whatever_they_come_from();
    test_the_nth_call_failing_leaves_all_or_nothing();
    folder_end();
    return tap_done();
}
