// Of a group, what failed is undone alone; what went well is there; a lost transaction is told to
// all.
#include "db/group.h"

#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];

static const struct db_migration tables[] = {
    { 1, NULL, "CREATE TABLE t (id {integer} PRIMARY KEY) {table}" },
};
static struct err err;

enum { TASKS = 40 };

struct add {
    struct db_task task; // first, so that a task is its add
    struct db_stmt *stmt;
    bool later; // does not wait for it
    int64_t id;
    bool fail; // after the insert
};

static bool add_run(struct db_task *task, struct db *db, struct err *why)
{
    (void)db;
    struct add *add = (struct add *)task;
    db_bind_int(add->stmt, 1, add->id);
    bool ok = add->later ? db_run_later(add->stmt, 1, why) : db_run(add->stmt, why);
    return ok && (!add->fail || err_set(why, ERR_LIMIT, "as asked"));
}

static struct db *fresh(void)
{
    struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_migrate(db, "t", tables, 1, &err) && db_run_text(db, "DELETE FROM t", &err));
    return db;
}

static int64_t count(struct db *db)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    struct err unheard;
    return db_prepare(db, &stmt, "SELECT count(*) FROM t", &unheard) &&
                   db_step(stmt, &row, &unheard) && row
               ? db_col_int(stmt, 0)
               : -1;
}

// Every fourth fails after it has written.
static void fill(struct db *db, struct add *adds, size_t n)
{
    struct db_stmt *stmt = NULL;
    CHECK(db_prepare(db, &stmt, "INSERT INTO t VALUES ($1)", &err));
    for (size_t i = 0; i < n; i++) {
        adds[i] =
            (struct add){ .task = { .run = add_run, .next = i + 1 < n ? &adds[i + 1].task : NULL },
                          .stmt = stmt,
                          .id = (int64_t)i,
                          .fail = i % 4 == 3 };
    }
}

static void test_a_failure_is_undone_alone(void)
{
    OWN(db_close) struct db *db = fresh();
    struct add adds[TASKS];
    fill(db, adds, TASKS);
    adds[5].id = 4; // is there already
    db_group_run(db, &adds[0].task);
    for (size_t i = 0; i < TASKS; i++) {
        enum err_code want = i == 5 ? ERR_EXISTS : i % 4 == 3 ? ERR_LIMIT : ERR_NONE;
        CHECK(adds[i].task.ok == (want == ERR_NONE) && adds[i].task.err.code == want);
    }
    CHECK(count(db) == TASKS * 3 / 4 - 1 && !db_in_transaction(db));
}

static void test_a_failure_told_late_is_its_own_still(void)
{
    OWN(db_close) struct db *db = fresh();
    struct add adds[TASKS];
    fill(db, adds, TASKS);
    for (size_t i = 0; i < TASKS; i++) {
        adds[i].later = true;
        adds[i].fail = false;
    }
    adds[5].id = 4; // is there already
    db_group_run(db, &adds[0].task);
    for (size_t i = 0; i < TASKS; i++) {
        CHECK(adds[i].task.ok == (i != 5) && adds[i].task.err.code == (i == 5 ? ERR_EXISTS : 0));
    }
    CHECK(count(db) == TASKS - 1 && !db_in_transaction(db));
}

static void test_a_task_alone_is_undone_too(void)
{
    OWN(db_close) struct db *db = fresh();
    struct add adds[4];
    fill(db, adds, 4);
    db_group_run(db, &adds[3].task);
    CHECK(!adds[3].task.ok && adds[3].task.err.code == ERR_LIMIT && count(db) == 0);
    adds[0].task.next = NULL;
    db_group_run(db, &adds[0].task);
    CHECK(adds[0].task.ok && count(db) == 1);
}

// Whatever call fails: who was told yes is there, who was told no is not.
static void test_the_nth_call_failing_never_makes_a_lie(void)
{
    for (int lose = 0; lose < 2; lose++) {
        bool done = false;
        int failures = 0;
        for (int n = 1; !done && n < 100; n++) {
            OWN(db_close) struct db *db = fresh();
            struct add adds[6];
            fill(db, adds, 6);
            db_fault_at(db, n, lose == 1);
            db_group_run(db, &adds[0].task);
            done = db_fault_is_due(db);
            db_fault_at(db, 0, false);
            int64_t told = 0;
            for (size_t i = 0; i < 6; i++) {
                told += adds[i].task.ok ? 1 : 0;
            }
            failures += told == 5 ? 0 : 1;
            CHECK(count(db) == told && !db_in_transaction(db));
            CHECK(!done || told == 5);
        }
        CHECK(done && failures > 6);
    }
}

int main(void)
{
    store_make(dsn, folder_make());
    test_a_failure_is_undone_alone();
    test_a_failure_told_late_is_its_own_still();
    test_a_task_alone_is_undone_too();
    test_the_nth_call_failing_never_makes_a_lie();
    folder_end();
    return tap_done();
}
