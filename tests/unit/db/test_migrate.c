// Migrations run once, in order, forward only, and a changed or newer database is refused.
#include "db/db.h"

#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;

static const struct db_migration steps[] = {
    { 1, NULL, "CREATE TABLE a_t (x {integer} NOT NULL, y {bytes}, z {text}) {table}" },
    { 2, "sqlite", "INSERT INTO a_t VALUES (1, NULL, NULL)" },
    { 2, "postgresql", "INSERT INTO a_t VALUES (1, NULL, NULL)" },
    { 2, "other", "this is for nobody" },
    { 3, NULL, "INSERT INTO a_t VALUES (2, NULL, NULL); INSERT INTO a_t VALUES (3, NULL, NULL)" },
};

static int64_t count(struct db *db)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    struct err unheard;
    return db_prepare(db, &stmt, "SELECT count(*) FROM a_t", &unheard) &&
                   db_step(stmt, &row, &unheard) && row
               ? db_col_int(stmt, 0)
               : -1;
}

static void test_each_step_runs_once(void)
{
    OWN(db_close) struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_migrate(db, "a", steps, 1, &err) && count(db) == 0);
    CHECK(db_migrate(db, "a", steps, 5, &err) && count(db) == 3);
    CHECK(db_migrate(db, "a", steps, 5, &err) && count(db) == 3);
    CHECK(db_migrate(db, "b", NULL, 0, &err)); // another room's steps are its own
}

static void test_a_newer_database_is_refused(void)
{
    OWN(db_close) struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(!db_migrate(db, "a", steps, 3, &err) && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "newer release") != NULL);
}

static void test_a_changed_step_is_refused(void)
{
    OWN(db_close) struct db *db = NULL;
    struct db_migration changed[5];
    memcpy(changed, steps, sizeof(changed));
    changed[4].sql = "INSERT INTO a_t VALUES (2, NULL, NULL)";
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(!db_migrate(db, "a", changed, 5, &err) && err.code == ERR_CONFLICT);
}

static void test_a_step_that_fails_leaves_nothing(void)
{
    OWN(db_close) struct db *db = NULL;
    const struct db_migration bad[] = {
        { 1, NULL, "CREATE TABLE c_t (x {integer}) {table}; INSERT INTO c_t VALUES ('no number')" },
    };
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(!db_migrate(db, "c", bad, 1, &err));
    CHECK(!db_run_text(db, "SELECT * FROM c_t", &err));
    for (int64_t n = 1; n < 40; n++) {
        const struct db_migration good[] = {
            { 1, NULL, "CREATE TABLE c_t (x {integer}) {table}; INSERT INTO c_t VALUES (1)" },
        };
        db_fault_at(db, n, n % 2 == 0);
        bool ok = db_migrate(db, "c", good, 1, &err);
        bool is_due = db_fault_is_due(db);
        db_fault_at(db, 0, false);
        CHECK(ok == db_run_text(db, "SELECT * FROM c_t", &err));
        if (ok) {
            CHECK(db_migrate(db, "c", good, 1, &err));
            CHECK(n > 3 && is_due);
            break;
        }
    }
}

int main(void)
{
    store_make(dsn, folder_make());
    test_each_step_runs_once();
    test_a_newer_database_is_refused();
    test_a_changed_step_is_refused();
    test_a_step_that_fails_leaves_nothing();
    folder_end();
    return tap_done();
}
