// postgres_open: connecting to PostgreSQL, what a server and a database must be, and what its
// errors mean. Part of the driver in postgres.c.

#include "base/clk.h"
#include "base/enc.h"
#include "base/num.h"
#include "db/postgres_int.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    PG_VERSION_LEAST = 150000,
    PG_AGAIN_MS = 300, // between two tries to connect
};

// The first line of what the library said, without its end.
static struct str pg_first_line(const char *text)
{
    return text == NULL ? STR("") : (struct str){ text, strcspn(text, "\n") };
}

void db_pg_drop(struct db *db)
{
    struct pg *pg = pg_of(db);
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg->in_transaction = false;
    pg->pending_count = 0;
}

// ---- errors ------------------------------------------------------------------------------------

struct pg_meaning {
    const char *state; // the beginning of an SQLSTATE
    enum err_code code;
    bool may_retry;
    const char *say; // NULL: what the server says
};

static const struct pg_meaning pg_meanings[] = {
    { "23505", ERR_EXISTS, false, NULL },
    { "23", ERR_INVALID, false, NULL },
    { "22", ERR_INVALID, false, NULL },
    { "P0001", ERR_DENIED, false, NULL }, // our triggers
    { "42501", ERR_DENIED, false, NULL },
    { "40001", ERR_CONFLICT, true, NULL },
    { "40P01", ERR_CONFLICT, true, NULL },
    { "55P03", ERR_UNAVAILABLE, false,
      "another process has held the database's lock for too long; see pg_stat_activity" },
    { "53100", ERR_UNAVAILABLE, false,
      "no space is left on the database server; free some and ask again" },
    { "53", ERR_UNAVAILABLE, false, NULL },
    { "57", ERR_UNAVAILABLE, true, NULL }, // it is shutting down, or somebody ended us
    { "25006", ERR_UNAVAILABLE, true,
      "the database server takes no changes: it is a standby; name the primary too in the dsn, and "
      "target_session_attrs=read-write" },
    { "25P03", ERR_UNAVAILABLE, true, NULL },
    { "58", ERR_UNAVAILABLE, false, NULL },
    { "08", ERR_UNAVAILABLE, true, NULL },
    { "54", ERR_LIMIT, false, NULL },
    { "0A000", ERR_INTERNAL, true, NULL }, // a cached plan must not change its result's type
    { "XX001", ERR_INTERNAL, false, "the database is damaged; restore it from a backup" },
    { "XX002", ERR_INTERNAL, false, "an index is damaged: REINDEX it, and look at the disk" },
};

static bool pg_fail_lost(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    struct str why = pg_first_line(pg->conn == NULL ? NULL : PQerrorMessage(pg->conn));
    err_fill(err, ERR_UNAVAILABLE, "the connection to the database was lost: %.*s", (int)why.len,
             why.ptr);
    db->may_retry = true;
    db_pg_drop(db);
    return false;
}

bool db_pg_fail(struct db *db, const PGresult *result, struct err *err)
{
    struct pg *pg = pg_of(db);
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (pg->conn == NULL || PQstatus(pg->conn) != CONNECTION_OK || state == NULL) {
        return pg_fail_lost(db, err);
    }
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    for (size_t i = 0; i < sizeof(pg_meanings) / sizeof(pg_meanings[0]); i++) {
        const struct pg_meaning *meaning = &pg_meanings[i];
        if (strncmp(state, meaning->state, strlen(meaning->state)) == 0) {
            db->may_retry = db->may_retry || meaning->may_retry;
            return err_set(err, meaning->code, "%s", meaning->say != NULL ? meaning->say : said);
        }
    }
    return err_set(err, ERR_INTERNAL, "database: %s (%s)", said, state);
}

// ---- what the server must be -------------------------------------------------------------------

// Ours come first, so that the administrator's dsn has the last word.
static const char *const pg_words[] = { "connect_timeout",
                                        "keepalives_idle",
                                        "keepalives_interval",
                                        "keepalives_count",
                                        "tcp_user_timeout",
                                        "application_name",
                                        "dbname",
                                        NULL };

static const char pg_session_text[] =
    // A transaction that its process abandoned must not hold the ledger; nor may we wait for ever.
    "SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '10s';"
    "SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning;"
    "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET jit = off;"
    // Statements are planned once, and a new site's tables are empty then: without this a table is
    // read whole for a few keys until somebody analyses it.
    "SET enable_seqscan = off;"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local');";

static const char pg_question_text[] =
    "SELECT current_database(), pg_encoding_to_char(encoding), datcollate, datctype,"
    " datlocprovider, current_setting('fsync'), current_setting('synchronous_commit'),"
    " has_schema_privilege(current_schema(), 'USAGE'), current_schema()"
    " FROM pg_database WHERE datname = current_database()";

static bool pg_is_bytewise(const char *locale)
{
    return strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

static bool pg_judge(const PGresult *facts, struct err *err)
{
    const char *name = PQgetvalue(facts, 0, 0);
    if (strcmp(PQgetvalue(facts, 0, 1), "UTF8") != 0 || !pg_is_bytewise(PQgetvalue(facts, 0, 2)) ||
        !pg_is_bytewise(PQgetvalue(facts, 0, 3)) || strcmp(PQgetvalue(facts, 0, 4), "c") != 0) {
        return err_set(
            err, ERR_INVALID,
            "the database %.60s is %.20s with collation %.30s; Quoin compares text byte by "
            "byte. Make it by: createdb -T template0 -E UTF8 -l C %.60s",
            name, PQgetvalue(facts, 0, 1), PQgetvalue(facts, 0, 2), name);
    }
    if (strcmp(PQgetvalue(facts, 0, 5), "on") != 0) {
        return err_set(err, ERR_INVALID,
                       "the database server runs with fsync = off: a power cut would take charges "
                       "that were acknowledged. Set fsync = on in its postgresql.conf");
    }
    return PQgetisnull(facts, 0, 8) == 0 ||
           err_set(err, ERR_DENIED,
                   "this role may use no schema of the database %.60s; its owner runs: quoin store "
                   "prepare",
                   name);
}

bool db_pg_exec(struct db *db, const char *sql, PGresult **result, struct err *err)
{
    struct pg *pg = pg_of(db);
    PGresult *made = PQexec(pg->conn, sql);
    ExecStatusType status = PQresultStatus(made);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    good = good || db_pg_fail(db, made, err);
    if (good && result != NULL) {
        *result = made;
        return true;
    }
    PQclear(made);
    return good;
}

// Who works with the database shares a lock; who copies it wants it alone. It lasts as long as the
// session.
static bool pg_enter(struct db *db, struct err *err)
{
    PGresult *answer = NULL;
    if (db->options.read_only) {
        return true;
    }
    if (!db_pg_exec(db,
                    db->options.alone ? "SELECT pg_try_advisory_lock(87442131023)"
                                      : "SELECT pg_try_advisory_lock_shared(87442131023)",
                    &answer, err)) {
        return false;
    }
    bool good = strcmp(PQgetvalue(answer, 0, 0), "t") == 0;
    PQclear(answer);
    return good ||
           err_set(err, ERR_CONFLICT,
                   db->options.alone ? "an engine works with the database; stop that one first"
                                     : "the database is being copied; start when that is done");
}

static bool pg_session(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    PGresult *facts = NULL;
    int version = PQserverVersion(pg->conn);
    if (version < PG_VERSION_LEAST) {
        return err_set(err, ERR_INVALID,
                       "the database server is PostgreSQL %d.%d; Quoin needs 15 or newer",
                       version / 10000, version % 10000);
    }
    if (!db_pg_exec(db, pg_session_text, NULL, err) ||
        (db->options.read_only &&
         !db_pg_exec(db, "SET default_transaction_read_only = on", NULL, err)) ||
        !db_pg_exec(db, pg_question_text, &facts, err)) {
        return false;
    }
    bool good = pg_judge(facts, err);
    PQclear(facts);
    return good && pg_enter(db, err) &&
           (PQenterPipelineMode(pg->conn) == 1 || err_set(err, ERR_INTERNAL, "no pipeline mode"));
}

// Why it could not be reached, and what to do. The library knows no codes here.
static bool pg_fail_connect(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    const char *said = PQerrorMessage(pg->conn);
    struct str why = pg_first_line(said);
    const struct {
        const char *mark;
        enum err_code code;
        const char *advice;
    } known[] = {
        { "does not exist", ERR_NOT_FOUND,
          "make the role by createuser, the database by createdb -T template0 -E UTF8 -l C" },
        { "password authentication failed", ERR_DENIED, "see the passfile, and docs/stores.md" },
        { "no password supplied", ERR_DENIED,
          "put it into a passfile of mode 0600 and name it: ?passfile=FILE" },
        { "no pg_hba.conf entry", ERR_DENIED, "allow this host in the server's pg_hba.conf" },
        { "permission denied for database", ERR_DENIED, "GRANT CONNECT to this role" },
        { "authentication failed", ERR_DENIED, "see the server's pg_hba.conf" },
        { "invalid", ERR_INVALID, "it is spelled postgresql://USER@HOST:PORT/DATABASE" },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strstr(said, known[i].mark) != NULL) {
            return err_set(err, known[i].code, "%.*s; %s", (int)(why.len < 130 ? why.len : 130),
                           why.ptr, known[i].advice);
        }
    }
    return err_set(err, ERR_UNAVAILABLE, "the database server cannot be reached: %.*s",
                   (int)(why.len < 170 ? why.len : 170), why.ptr);
}

// A password on a command line is read by everyone with ps, and one in a dsn ends in logs.
bool db_pg_check_dsn(const char *dsn, struct err *err)
{
    char *why = NULL;
    PQconninfoOption *words = PQconninfoParse(dsn, &why);
    bool good = words != NULL;
    if (!good) {
        struct str line = pg_first_line(why);
        (void)!err_set(err, ERR_INVALID, "%.*s; it is spelled postgresql://USER@HOST:PORT/DATABASE",
                       (int)(line.len < 150 ? line.len : 150), line.ptr);
    }
    for (const PQconninfoOption *word = words; good && word->keyword != NULL; word++) {
        if (strcmp(word->keyword, "password") == 0 && word->val != NULL) {
            good = err_set(err, ERR_INVALID,
                           "a store's address holds no password: put it into a passfile of mode "
                           "0600 and name that: ?passfile=FILE (or use ~/.pgpass)");
        }
    }
    PQconninfoFree(words);
    PQfreemem(why);
    return good;
}

static void pg_notice(void *arg, const PGresult *result)
{
    (void)arg, (void)result; // what matters is an error
}

bool db_pg_connect(struct db *db, struct err *err)
{
    struct pg *pg = pg_of(db);
    int64_t now = clk_mono_ms();
    if (pg->conn != NULL) {
        return true;
    }
    if (pg->tried_ms != 0 && now - pg->tried_ms < PG_AGAIN_MS) {
        return err_set(err, ERR_UNAVAILABLE, "the database server is not reached; ask again");
    }
    const char *const values[] = { "3", "10", "5", "3", "10000", "quoin", pg->dsn, NULL };
    pg->conn = PQconnectdbParams(pg_words, values, 1);
    bool good = PQstatus(pg->conn) == CONNECTION_OK;
    if (good) {
        (void)PQsetNoticeReceiver(pg->conn, pg_notice, NULL);
        pg->session++;
        bool again = pg->session > 1 && db->on_again != NULL;
        good = pg_session(db, err) && (!again || db->on_again(db->on_again_arg, err));
    } else {
        good = pg_fail_connect(db, err);
    }
    pg->tried_ms = good ? 0 : clk_mono_ms();
    if (!good) {
        db_pg_drop(db);
    }
    return good;
}
