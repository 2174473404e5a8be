// The SQLite driver starts with the settings that survive power cuts, notices how it was left, and
// says so when the disk is full or the file is damaged.
#include "db/db.h"

#include "lib/folder.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char path[128];
static char dsn[140];
static char log_path[140];
static struct err err;

static void start_afresh(void)
{
    char rest[140];
    (void)remove(path);
    (void)remove(log_path);
    (void)snprintf(rest, sizeof(rest), "%s-shm", path);
    (void)remove(rest);
}

static bool open_it(struct db **db)
{
    return db_open(db, &(struct db_options){ .dsn = dsn }, &err);
}

static bool reads(struct db *db, const char *sql, const char *want)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    return db_prepare(db, &stmt, sql, &err) && db_step(stmt, &row, &err) && row &&
           str_eq(db_col_text(stmt, 0), str_of(want));
}

// A process that writes and is killed while the database is open.
static void leave_unclean(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        bool ok = open_it(&db) && db_run_text(db,
                                              "CREATE TABLE IF NOT EXISTS t (x INTEGER) STRICT;"
                                              "INSERT INTO t VALUES (1)",
                                              &err);
        (void)kill(getpid(), ok ? SIGKILL : SIGTERM);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
}

static void test_the_settings_are_the_durable_ones(void)
{
    start_afresh();
    OWN(db_close) struct db *db = NULL;
    struct stat about;
    CHECK(open_it(&db) && db_start_of(db)->is_new && !db_start_of(db)->was_unclean);
    CHECK(reads(db, "PRAGMA journal_mode", "wal"));
    CHECK(reads(db, "PRAGMA synchronous", "2"));
    CHECK(reads(db, "PRAGMA foreign_keys", "1"));
    CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    CHECK(stat(log_path, &about) == 0 && (about.st_mode & 0777) == 0600);
}

static void test_an_unclean_stop_is_noticed_and_checked(void)
{
    start_afresh();
    leave_unclean();
    struct db *db = NULL;
    CHECK(open_it(&db) && db_start_of(db)->was_unclean && !db_start_of(db)->log_missing);
    CHECK(reads(db, "SELECT count(*) FROM t", "1"));
    db_close(&db);
    CHECK(open_it(&db) && !db_start_of(db)->was_unclean); // the stop in between was clean
    db_close(&db);
}

// A log whose file is larger than what is in it is read to the end of what is in it.
static void test_a_log_that_has_its_size_survives_a_kill(void)
{
    start_afresh();
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        struct db_options options = { .dsn = dsn, .log_kib = 512 };
        bool ok =
            db_open(&db, &options, &err) &&
            db_run_text(db, "CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1)", &err) &&
            db_checkpoint(db, 1000000, &err) && db_checkpoint(db, 0, &err) &&
            db_run_text(db, "INSERT INTO t VALUES (2)", &err);
        (void)kill(getpid(), ok ? SIGKILL : SIGTERM);
    }
    int status = 0;
    struct stat about;
    CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
    CHECK(stat(log_path, &about) == 0 && about.st_size == 512 << 10);
    OWN(db_close) struct db *db = NULL;
    CHECK(open_it(&db) && db_start_of(db)->was_unclean && !db_start_of(db)->log_missing);
    CHECK(reads(db, "SELECT sum(x) FROM t", "3"));
}

static void test_a_log_that_was_taken_away_is_noticed(void)
{
    start_afresh();
    leave_unclean();
    CHECK(remove(log_path) == 0);
    OWN(db_close) struct db *db = NULL;
    CHECK(open_it(&db) && db_start_of(db)->was_unclean && db_start_of(db)->log_missing);
}

static void test_damage_is_found_before_anything_is_served(void)
{
    start_afresh();
    struct db *db = NULL;
    CHECK(open_it(&db));
    CHECK(db_run_text(db,
                      "CREATE TABLE t (x TEXT) STRICT; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                      "SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT "
                      "printf('%0100d', i) FROM n",
                      &err));
    db_close(&db);
    leave_unclean();
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    char noise[4096];
    memset(noise, 0xA5, sizeof(noise));
    CHECK(pwrite(fd, noise, sizeof(noise), 4096L * 20) == (ssize_t)sizeof(noise));
    CHECK(close(fd) == 0);
    CHECK(!open_it(&db) && db == NULL && err.code == ERR_INTERNAL);
    CHECK(strstr(err.text, "damaged") != NULL);
}

static void test_a_second_writer_is_kept_out_where_asked(void)
{
    start_afresh();
    OWN(db_close) struct db *db = NULL;
    struct db *other = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn, .exclusive = true }, &err));
    CHECK(!open_it(&other) && other == NULL && err.code == ERR_CONFLICT);
}

static void test_a_reader_reads_and_cannot_write(void)
{
    start_afresh();
    OWN(db_close) struct db *db = NULL;
    OWN(db_close) struct db *reader = NULL;
    CHECK(open_it(&db) && db_run_text(db, "CREATE TABLE t (x INTEGER) STRICT", &err));
    CHECK(db_open(&reader, &(struct db_options){ .dsn = dsn, .read_only = true }, &err));
    CHECK(db_run_text(db, "INSERT INTO t VALUES (5)", &err));
    CHECK(reads(reader, "SELECT x FROM t", "5"));
    CHECK(!db_run_text(reader, "INSERT INTO t VALUES (6)", &err) && err.code == ERR_UNAVAILABLE);
}

// A backup is evidence: reading it leaves no trace, wherever it stands and whatever it is called.
static void test_a_backup_is_read_and_nothing_is_left_beside_it(void)
{
    start_afresh();
    OWN(db_close) struct db *db = NULL;
    OWN(db_close) struct db *reader = NULL;
    static const struct db_migration steps[] = { { 1, NULL,
                                                   "CREATE TABLE t (x {integer}) {table}" },
                                                 { 2, NULL, "CREATE TABLE u (x {integer})" } };
    char odd[300];
    char beside[320];
    CHECK(open_it(&db) && db_migrate(db, "test", steps, 1, &err));
    CHECK(db_run_text(db, "INSERT INTO t VALUES (5)", &err));
    db_close(&db);
    (void)snprintf(odd, sizeof(odd), "%s#1?mode=x%%41", dsn);
    CHECK(rename(dsn + strlen("sqlite:"), odd + strlen("sqlite:")) == 0);
    CHECK(db_open(&reader, &(struct db_options){ .dsn = odd, .read_only = true }, &err));
    CHECK(db_migrate(reader, "test", steps, 2, &err) && db_begin(reader, &err));
    CHECK(reads(reader, "SELECT x FROM t", "5"));
    db_rollback(reader);
    (void)snprintf(beside, sizeof(beside), "%s-shm", odd + strlen("sqlite:"));
    CHECK(access(beside, F_OK) != 0);
    (void)snprintf(beside, sizeof(beside), "%s-wal", odd + strlen("sqlite:"));
    CHECK(access(beside, F_OK) != 0);
    CHECK(unlink(odd + strlen("sqlite:")) == 0);
}

// A file may grow no further: the same answer from the system as a full disk gives.
static void test_a_full_disk_is_told_and_got_over(void)
{
    start_afresh();
    OWN(db_close) struct db *db = NULL;
    struct rlimit was;
    CHECK(open_it(&db) && db_run_text(db, "CREATE TABLE t (x BLOB) STRICT", &err));
    CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    struct rlimit small = { .rlim_cur = 512L * 1024, .rlim_max = was.rlim_max };
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    bool ok = db_begin(db, &err) &&
              db_run_text(db, "INSERT INTO t VALUES (zeroblob(2000000))", &err) &&
              db_commit(db, &err);
    db_rollback(db);
    CHECK(!ok && err.code == ERR_UNAVAILABLE && strstr(err.text, "no space") != NULL);
    CHECK(!db_must_stop(db));
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
    CHECK(reads(db, "SELECT count(*) FROM t", "0"));
    CHECK(db_run_text(db, "INSERT INTO t VALUES (zeroblob(2000000))", &err));
}

int main(void)
{
    (void)snprintf(path, sizeof(path), "%s/t.db", folder_make());
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s", path);
    (void)snprintf(log_path, sizeof(log_path), "%s-wal", path);
    test_the_settings_are_the_durable_ones();
    test_an_unclean_stop_is_noticed_and_checked();
    test_a_log_that_has_its_size_survives_a_kill();
    test_a_log_that_was_taken_away_is_noticed();
    test_damage_is_found_before_anything_is_served();
    test_a_second_writer_is_kept_out_where_asked();
    test_a_reader_reads_and_cannot_write();
    test_a_backup_is_read_and_nothing_is_left_beside_it();
    test_a_full_disk_is_told_and_got_over();
    folder_end();
    return tap_done();
}
