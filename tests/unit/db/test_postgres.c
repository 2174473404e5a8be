// The PostgreSQL driver refuses what could lose charges, lets one writer in at a time, and outlives
// its server.
#include "db/db.h"

#include "base/clk.h"
#include "db/group.h"
#include "lib/folder.h"
#include "lib/store.h"
#include <signal.h>
#include <sys/wait.h>

static char dsn[STORE_DSN_MAX];
static struct err err;

static struct db *open_it(void)
{
    struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    return db;
}

static int64_t reads(struct db *db, const char *sql)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    return db_prepare(db, &stmt, sql, &err) && db_step(stmt, &row, &err) && row
               ? db_col_int(stmt, 0)
               : -1;
}

static void refused(const char *at, enum err_code code, const char *says)
{
    struct db *db = NULL;
    memset(&err, 0, sizeof(err));
    CHECK(!db_open(&db, &(struct db_options){ .dsn = at }, &err) && db == NULL);
    CHECK(err.code == code && strstr(err.text, says) != NULL);
    if (err.code != code || strstr(err.text, says) == NULL) {
        printf("# %s\n", err.text);
    }
}

static void test_without_a_server_it_says_what_to_do(void)
{
    refused("postgresql://127.0.0.1:1/x", ERR_UNAVAILABLE, "cannot be reached");
    refused("postgresql:///x?host=/tmp/nobody-is-here", ERR_UNAVAILABLE, "cannot be reached");
    refused("postgresql:///x?nonsense=1", ERR_INVALID, "it is spelled");
    refused("postgresql://mary:secret@127.0.0.1/x", ERR_INVALID, "passfile");
    CHECK(strstr(err.text, "secret") == NULL);
    refused("mysql://x", ERR_INVALID, "postgresql://HOST/DATABASE");
}

static void test_a_database_must_be_fit(void)
{
    char other[STORE_DSN_MAX];
    char admin[STORE_DSN_MAX];
    store_dsn_of(admin, "postgres");
    store_dsn_of(other, "nowhere");
    refused(other, ERR_NOT_FOUND, "createdb");
    store_say(admin, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    store_dsn_of(other, "latin");
    refused(other, ERR_INVALID, "createdb -T template0 -E UTF8 -l C latin");
    store_say(admin, "CREATE DATABASE sorted LC_COLLATE 'C.UTF-8' TEMPLATE template0");
    store_dsn_of(other, "sorted");
    refused(other, ERR_INVALID, "collation C.UTF-8");
    store_say(admin, "CREATE ROLE nobody LOGIN");
    store_say(dsn, "REVOKE ALL ON SCHEMA public FROM PUBLIC");
    (void)snprintf(other, sizeof(other), "%.*snobody", (int)(strlen(dsn) - strlen("postgres")),
                   dsn);
    refused(other, ERR_DENIED, "quoin store prepare");
    store_say(dsn, "GRANT ALL ON SCHEMA public TO PUBLIC");
}

// Who only works with the tables and finds a step missing is told who runs it.
static void test_only_an_owner_brings_tables_to_a_release(void)
{
    static const struct db_migration steps[] = { { 1, NULL, "CREATE TABLE made (a {integer})" },
                                                 { 2, NULL, "ALTER TABLE made ADD b {text}" } };
    char worker[STORE_DSN_MAX];
    OWN(db_close) struct db *owner = open_it();
    OWN(db_close) struct db *db = NULL;
    store_say(dsn, "CREATE ROLE worker LOGIN");
    (void)snprintf(worker, sizeof(worker), "%.*sworker", (int)(strlen(dsn) - strlen("postgres")),
                   dsn);
    store_say(dsn, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    CHECK(db_open(&db, &(struct db_options){ .dsn = worker }, &err));
    CHECK(!db_migrate(db, "made", steps, 1, &err) && err.code == ERR_DENIED);
    CHECK(strstr(err.text, "schema public") != NULL);
    CHECK(strstr(err.text, "quoin store prepare ADDRESS ROLE") != NULL);
    CHECK(db_migrate(owner, "made", steps, 1, &err));
    store_say(dsn, "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO worker");
    CHECK(db_migrate(db, "made", steps, 1, &err));
    CHECK(!db_migrate(db, "made", steps, 2, &err) && err.code == ERR_DENIED);
    CHECK(strstr(err.text, "step 2 of the made tables") != NULL);
    CHECK(strstr(err.text, "quoin store prepare ADDRESS ROLE") != NULL);
    CHECK(db_migrate(owner, "made", steps, 2, &err) && db_migrate(db, "made", steps, 2, &err));
    store_say(dsn, "GRANT ALL ON SCHEMA public TO PUBLIC");
}

static void cut(void)
{
    char admin[STORE_DSN_MAX];
    store_dsn_of(admin, "postgres");
    store_say(admin,
              "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname LIKE "
              "'t%' AND pid <> pg_backend_pid()");
}

static void test_who_wants_it_alone_gets_it_alone(void)
{
    struct db *one = open_it();
    OWN(db_close) struct db *two = open_it();
    struct db *alone = NULL;
    const struct db_options options = { .dsn = dsn, .alone = true };
    CHECK(!db_open(&alone, &options, &err) && err.code == ERR_CONFLICT);
    db_close(&one);
    db_close(&two);
    CHECK(db_open(&alone, &options, &err));
    CHECK(!db_open(&one, &(struct db_options){ .dsn = dsn }, &err) && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "being copied") != NULL);
    db_close(&alone);
}

static bool is_lost;

static bool still_there(void *arg, struct err *why)
{
    (void)arg;
    return !is_lost || err_set(why, ERR_CONFLICT, "the standby does not hold it");
}

static void test_a_server_in_its_place_is_looked_at(void)
{
    OWN(db_close) struct db *db = open_it();
    db_on_again(db, still_there, NULL);
    cut();
    CHECK(reads(db, "SELECT 7") == -1 && reads(db, "SELECT 7") == 7);
    is_lost = true;
    cut();
    CHECK(reads(db, "SELECT 7") == -1 && reads(db, "SELECT 7") == -1 && err.code == ERR_CONFLICT);
}

static void test_a_session_is_durable_whatever_the_server_says(void)
{
    store_say(dsn, "ALTER ROLE postgres SET synchronous_commit = off");
    OWN(db_close) struct db *db = open_it();
    CHECK(reads(db, "SELECT CASE current_setting('synchronous_commit') WHEN 'on' THEN 1 END") == 1);
    CHECK(reads(db, "SELECT CASE current_setting('fsync') WHEN 'on' THEN 1 END") == 1);
    store_say(dsn, "ALTER ROLE postgres RESET synchronous_commit");
}

static void test_a_reader_cannot_write(void)
{
    OWN(db_close) struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn, .read_only = true }, &err));
    CHECK(!db_run_text(db, "CREATE TABLE never (x bigint)", &err) && err.code == ERR_UNAVAILABLE);
    CHECK(reads(db, "SELECT 1") == 1);
}

static void test_a_trigger_denies(void)
{
    OWN(db_close) struct db *db = open_it();
    CHECK(db_run_text(db,
                      "CREATE TABLE kept (x bigint);"
                      "CREATE FUNCTION kept_no() RETURNS trigger LANGUAGE plpgsql AS"
                      " 'BEGIN RAISE EXCEPTION ''never''; END';"
                      "CREATE TRIGGER kept_t BEFORE UPDATE ON kept EXECUTE FUNCTION kept_no()",
                      &err));
    CHECK(!db_run_text(db, "UPDATE kept SET x = 1", &err) && err.code == ERR_DENIED);
    CHECK(!db_run_text(db, "SELECT 'a' || $$\n$$ || 1/0", &err) && err.code == ERR_INVALID);
}

// A process that adds to one number, reading it first, as no two may at a time.
static void count_up(int rounds)
{
    struct db *db = NULL;
    struct db_stmt *get = NULL;
    struct db_stmt *set = NULL;
    bool ok = db_open(&db, &(struct db_options){ .dsn = dsn }, &err) &&
              db_prepare(db, &get, "SELECT x FROM counted", &err) &&
              db_prepare(db, &set, "UPDATE counted SET x = $1", &err);
    for (int i = 0; ok && i < rounds; i++) {
        bool row;
        ok = db_begin(db, &err) && db_step(get, &row, &err) && row;
        int64_t x = ok ? db_col_int(get, 0) : 0;
        db_reset(get);
        db_bind_int(set, 1, x + 1);
        ok = ok && db_run_later(set, 1, &err) && db_commit(db, &err);
    }
    _exit(ok ? 0 : 1);
}

static void test_one_writer_at_a_time(void)
{
    enum { WRITERS = 3, ROUNDS = 40 };
    OWN(db_close) struct db *db = open_it();
    CHECK(db_run_text(db, "CREATE TABLE counted (x bigint); INSERT INTO counted VALUES (0)", &err));
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            count_up(ROUNDS);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 1;
        CHECK(waitpid(children[i], &status, 0) == children[i] && status == 0);
    }
    CHECK(reads(db, "SELECT x FROM counted") == WRITERS * ROUNDS);
}

static void test_a_lost_connection_is_made_again(void)
{
    OWN(db_close) struct db *db = open_it();
    struct db_stmt *add = NULL;
    CHECK(db_run_text(db, "CREATE TABLE lost (x bigint PRIMARY KEY)", &err));
    CHECK(db_prepare(db, &add, "INSERT INTO lost VALUES ($1)", &err));
    db_bind_int(add, 1, 1);
    CHECK(db_run(add, &err));
    cut();
    db_bind_int(add, 1, 2);
    CHECK(db_begin(db, &err) && db_run(add, &err) && db_commit(db, &err)); // seen before it is used
    CHECK(db_begin(db, &err));
    db_bind_int(add, 1, 3);
    CHECK(db_run(add, &err));
    cut();
    db_bind_int(add, 1, 4);
    CHECK(!db_run(add, &err) && err.code == ERR_UNAVAILABLE && db_may_retry(db));
    CHECK(!db_in_transaction(db) && !db_part_undo(db));
    CHECK(!db_run(add, &err) && err.code == ERR_UNAVAILABLE); // nothing slips out of it
    CHECK(!db_commit(db, &err) && !db_must_stop(db));
    CHECK(reads(db, "SELECT count(*) FROM lost") == 2);
    CHECK(db_begin(db, &err));
    db_bind_int(add, 1, 5);
    CHECK(db_run_later(add, 1, &err));
    cut();
    CHECK(!db_commit(db, &err) && err.code == ERR_UNAVAILABLE);
    CHECK(strstr(err.text, "the same key") != NULL && reads(db, "SELECT count(*) FROM lost") == 2);
}

struct cutting {
    struct db_task task; // first
    struct db_stmt *add;
    unsigned cut_in; // the run in which the connection is cut
};

static bool cutting_run(struct db_task *task, struct db *db, struct err *why)
{
    (void)db;
    struct cutting *cutting = (struct cutting *)task;
    if (task->runs == cutting->cut_in) {
        cut();
    }
    return db_run(cutting->add, why);
}

static void test_a_group_whose_connection_was_cut_is_done_again(void)
{
    OWN(db_close) struct db *db = open_it();
    struct cutting tasks[3];
    CHECK(db_run_text(db, "CREATE TABLE again (x bigint GENERATED ALWAYS AS IDENTITY, y bigint)",
                      &err));
    for (unsigned i = 0; i < 3; i++) {
        tasks[i] = (struct cutting){ .task = { .run = cutting_run,
                                               .next = i < 2 ? &tasks[i + 1].task : NULL },
                                     .cut_in = i > 0 };
        CHECK(db_prepare(db, &tasks[i].add, "INSERT INTO again (y) VALUES (1)", &err));
    }
    db_group_run(db, &tasks[0].task);
    for (int i = 0; i < 3; i++) {
        CHECK(tasks[i].task.ok);
    }
    CHECK(tasks[0].task.runs == 3 && reads(db, "SELECT count(*) FROM again") == 3);
}

int main(void)
{
    if (!store_is_postgres()) {
        db_allow_postgres();
        test_without_a_server_it_says_what_to_do();
        return tap_done();
    }
    store_make(dsn, folder_make());
    test_a_database_must_be_fit();
    test_only_an_owner_brings_tables_to_a_release();
    test_who_wants_it_alone_gets_it_alone();
    test_a_server_in_its_place_is_looked_at();
    test_a_session_is_durable_whatever_the_server_says();
    test_a_reader_cannot_write();
    test_a_trigger_denies();
    test_one_writer_at_a_time();
    test_a_lost_connection_is_made_again();
    test_a_group_whose_connection_was_cut_is_done_again();
    folder_end();
    return tap_done();
}
