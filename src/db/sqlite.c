// sqlite: the SQLite driver of db. WAL with synchronous=FULL: the setting that lost nothing in
// power cuts; the pragmas are read back, because SQLite takes a wrong one in silence. Only one
// connection ever writes or checkpoints (Debian's 3.40.1 can corrupt the file otherwise).

#include "base/buf.h"
#include "base/clk.h"
#include "base/num.h"
#include "db/db_int.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SQLITE_PATH_MAX = 3000, SQLITE_ZEROS = 64 << 10 };

// Whether the last process that wrote closed the database. Kept in the database itself, so that a
// log that was removed cannot pass for a clean stop.
static const char sqlite_state_text[] =
    "CREATE TABLE IF NOT EXISTS db_state (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " is_open INTEGER NOT NULL, opened INTEGER NOT NULL) STRICT;"
    "INSERT OR IGNORE INTO db_state VALUES (1, 0, 0);";

// SQLite knows a full disk, but calls a quota or a limit of the process a failed disk. The files
// tell what the system said last.
static bool sqlite_is_over_quota(struct db *db)
{
    int home = 0;
    int log = 0;
    sqlite3_file *file = NULL;
    (void)sqlite3_file_control(db->inner, "main", SQLITE_FCNTL_LAST_ERRNO, &home);
    (void)sqlite3_file_control(db->inner, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (file != NULL && file->pMethods != NULL) {
        (void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &log);
    }
    bool home_may = home == 0 || home == EFBIG || home == EDQUOT;
    bool log_may = log == 0 || log == EFBIG || log == EDQUOT;
    return home_may && log_may && home + log != 0;
}

// The sentence for what SQLite answered; marks the connection where disk and memory may disagree.
static bool sqlite_fail(struct db *db, int result, struct err *err)
{
    // The index of the log grows in a file of its own, which nothing but a lack of space stops.
    if ((result == SQLITE_IOERR_WRITE && sqlite_is_over_quota(db)) ||
        result == SQLITE_IOERR_SHMSIZE) {
        result = SQLITE_FULL;
    }
    const char *why = db->inner == NULL ? sqlite3_errstr(result) : sqlite3_errmsg(db->inner);
    switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
        if (result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY ||
            result == SQLITE_CONSTRAINT_ROWID) {
            return err_set(err, ERR_EXISTS, "%s", why);
        }
        if (result == SQLITE_CONSTRAINT_TRIGGER) {
            return err_set(err, ERR_DENIED, "%s", why);
        }
        return err_set(err, ERR_INVALID, "%s", why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_CONFLICT,
                       "the database is in use by another process; stop that one first");
    case SQLITE_FULL:
        return err_set(err, ERR_UNAVAILABLE,
                       "no space is left for the database; free some and ask again");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return err_set(err, ERR_UNAVAILABLE,
                       "the database cannot be opened or written: %s; check its folder's owner "
                       "and mode",
                       why);
    case SQLITE_TOOBIG: return err_set(err, ERR_LIMIT, "a value is too big for the database");
    case SQLITE_IOERR:
        db->must_stop = true;
        return err_set(err, ERR_INTERNAL,
                       "the database's disk failed (%s, code %d); the engine must stop", why,
                       result);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        db->must_stop = true;
        return err_set(err, ERR_INTERNAL, "the database is damaged (%s); restore it from a backup",
                       why);
    default: return err_set(err, ERR_INTERNAL, "database: %s (code %d)", why, result);
    }
}

static bool sqlite_run_text(struct db *db, const char *sql, struct err *err)
{
    int result = sqlite3_exec(db->inner, sql, NULL, NULL, NULL);
    return result == SQLITE_OK || sqlite_fail(db, result, err);
}

// Runs one statement and gives the first column of its first row as text.
static bool sqlite_ask(struct db *db, const char *sql, char *answer, size_t size, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(db->inner, sql, -1, &stmt, NULL);
    answer[0] = '\0';
    if (result == SQLITE_OK) {
        result = sqlite3_step(stmt);
        if (result == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(stmt, 0);
            (void)snprintf(answer, size, "%s", text == NULL ? "" : text);
            result = SQLITE_DONE;
        }
    }
    bool ok = result == SQLITE_DONE || sqlite_fail(db, result, err);
    (void)sqlite3_finalize(stmt); // repeats the step's result, which is told
    return ok;
}

struct sqlite_pragma {
    const char *name;
    const char *set;  // its value as it is set; NULL: only read
    const char *want; // as it reads afterwards
};

static bool sqlite_set(struct db *db, const struct sqlite_pragma *pragma, struct err *err)
{
    char text[120];
    char got[120];
    if (pragma->set != NULL) {
        (void)snprintf(text, sizeof(text), "PRAGMA %s = %s", pragma->name, pragma->set);
        if (!sqlite_ask(db, text, got, sizeof(got), err)) {
            return false;
        }
    }
    (void)snprintf(text, sizeof(text), "PRAGMA %s", pragma->name);
    if (!sqlite_ask(db, text, got, sizeof(got), err)) {
        return false;
    }
    return strcmp(got, pragma->want) == 0 ||
           err_set(err, ERR_INTERNAL, "the database answers %s = %s where %s is needed",
                   pragma->name, got, pragma->want);
}

// is_still: nobody writes it, so that it has no log and no mode.
static bool sqlite_set_all(struct db *db, bool is_still, struct err *err)
{
    char pages[16];
    char cache[16];
    (void)snprintf(pages, sizeof(pages), "%u",
                   db->options.checkpoint_pages == 0 ? 1000 : db->options.checkpoint_pages);
    (void)snprintf(cache, sizeof(cache), "-%u",
                   db->options.cache_kib == 0 ? 4096 : db->options.cache_kib);
    const struct sqlite_pragma both[] = {
        { "trusted_schema", "OFF", "0" }, { "cell_size_check", "ON", "1" },
        { "temp_store", "MEMORY", "2" },  { "cache_size", cache, cache },
        { "mmap_size", "0", "0" },        { "foreign_keys", "ON", "1" },
    };
    const struct sqlite_pragma writer[] = {
        { "locking_mode", db->options.exclusive ? "EXCLUSIVE" : "NORMAL",
          db->options.exclusive ? "exclusive" : "normal" },
        { "journal_mode", "WAL", "wal" },
        { "synchronous", "FULL", "2" },
        { "wal_autocheckpoint", pages, pages },
    };
    const struct sqlite_pragma reader[] = { { "query_only", "ON", "1" },
                                            { "journal_mode", NULL, "wal" } };
    for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
        if (!sqlite_set(db, &both[i], err)) {
            return false;
        }
    }
    const struct sqlite_pragma *rest = db->options.read_only ? reader : writer;
    size_t count = is_still                ? 1
                   : db->options.read_only ? sizeof(reader) / sizeof(reader[0])
                                           : sizeof(writer) / sizeof(writer[0]);
    for (size_t i = 0; i < count; i++) {
        if (!sqlite_set(db, &rest[i], err)) {
            return false;
        }
    }
    return true;
}

static bool sqlite_check(struct db *db, struct err *err)
{
    char answer[200];
    int64_t from = clk_mono_ms();
    if (!sqlite_ask(db, "PRAGMA integrity_check(1)", answer, sizeof(answer), err)) {
        return false;
    }
    db->start.check_ms = clk_mono_ms() - from;
    if (strcmp(answer, "ok") != 0) {
        db->must_stop = true;
        return err_set(err, ERR_INTERNAL, "the database is damaged: %s; restore it from a backup",
                       answer);
    }
    return true;
}

// The log is empty and is begun anew at its start by the next commit; zeros are no frame to SQLite.
// A log that is smaller than it was meant to be only costs time.
static void sqlite_grow_log(const struct db *db, const char *path)
{
    static const char zeros[SQLITE_ZEROS];
    char log[SQLITE_PATH_MAX + 8];
    (void)snprintf(log, sizeof(log), "%s-wal", path);
    int fd = db->options.log_kib == 0 ? -1 : open(log, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat about;
    if (fd < 0) {
        return;
    }
    bool is_empty = fstat(fd, &about) == 0 && about.st_size == 0;
    bool good = is_empty;
    off_t size = (off_t)db->options.log_kib * 1024;
    for (off_t at = 0; good && at < size; at += (off_t)sizeof(zeros)) {
        good = pwrite(fd, zeros, sizeof(zeros), at) == (ssize_t)sizeof(zeros);
    }
    if (is_empty && (!good || fdatasync(fd) != 0)) {
        (void)!ftruncate(fd, 0); // the disk is full: the commit will tell
    }
    (void)close(fd); // synced
}

// Looks how the last process left it, checks it where it must, and marks it open. The mark is
// copied home, and one more commit stands in the log, so that an open database without a log tells
// that the log was taken away.
static bool sqlite_start(struct db *db, const char *path, bool has_log, struct err *err)
{
    char open[8];
    if (!sqlite_run_text(db, sqlite_state_text, err) ||
        !sqlite_ask(db, "SELECT is_open FROM db_state", open, sizeof(open), err)) {
        return false;
    }
    db->start.was_unclean = strcmp(open, "1") == 0;
    db->start.log_missing = db->start.was_unclean && !has_log;
    if ((db->start.was_unclean || db->options.always_check) && !sqlite_check(db, err)) {
        return false;
    }
    if (!sqlite_run_text(db, "UPDATE db_state SET is_open = 1", err) ||
        !sqlite_run_text(db, "PRAGMA wal_checkpoint(TRUNCATE)", err)) {
        return false;
    }
    sqlite_grow_log(db, path);
    return sqlite_run_text(db, "UPDATE db_state SET opened = opened + 1", err);
}

// SQLite makes files as the umask says; money and documents are nobody else's to read.
static bool sqlite_make_file(struct db *db, const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0) {
            (void)close(fd); // nothing was written
        }
        return err_set(err, ERR_UNAVAILABLE,
                       "cannot open the database %s; check that its folder "
                       "is there and may be written",
                       path);
    }
    db->start.is_new = about.st_size == 0;
    (void)close(fd); // nothing was written
    return true;
}

static bool sqlite_has_log(const char *path)
{
    char log[SQLITE_PATH_MAX + 8];
    struct stat about;
    (void)snprintf(log, sizeof(log), "%s-wal", path);
    return stat(log, &about) == 0 && about.st_size > 0;
}

// A file without a log that is only read is one that nobody has open: a backup, perhaps on a medium
// that cannot be written. Read so, SQLite makes no files beside it.
static void sqlite_spell_still(const char *path, char uri[static SQLITE_PATH_MAX * 3 + 32])
{
    static const char digits[] = "0123456789abcdef";
    size_t len = (size_t)snprintf(uri, 16, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '%' || *c == '?' || *c == '#') {
            uri[len++] = '%';
            uri[len++] = digits[(unsigned char)*c >> 4];
            uri[len++] = digits[(unsigned char)*c & 15];
        } else {
            uri[len++] = *c;
        }
    }
    (void)snprintf(uri + len, 16, "?immutable=1");
}

static bool sqlite_open(struct db *db, const char *path, struct err *err)
{
    if (strlen(path) == 0 || strlen(path) > SQLITE_PATH_MAX) {
        return err_set(err, ERR_INVALID, "a database's path has 1 to %d bytes", SQLITE_PATH_MAX);
    }
    if (!db->options.read_only && !sqlite_make_file(db, path, err)) {
        return false;
    }
    bool has_log = sqlite_has_log(path);
    char uri[SQLITE_PATH_MAX * 3 + 32];
    sqlite3 *inner = NULL;
    int flags = db->options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    bool is_still = db->options.read_only && !has_log;
    if (is_still) {
        sqlite_spell_still(path, uri);
        flags |= SQLITE_OPEN_URI;
    } else {
        (void)snprintf(uri, sizeof(uri), "%s", path);
    }
    int result =
        sqlite3_open_v2(uri, &inner, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    db->inner = inner;
    if (result != SQLITE_OK) {
        return sqlite_fail(db, result, err) || err_in(err, "%s", path);
    }
    if (sqlite3_db_config(inner, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
        (db->options.read_only &&
         sqlite3_db_config(inner, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK)) {
        return err_set(err, ERR_INTERNAL, "this SQLite has no defensive mode");
    }
    (void)sqlite3_busy_timeout(inner, db->options.read_only ? 5000 : 100);
    return (sqlite_set_all(db, is_still, err) &&
            (db->options.read_only || sqlite_start(db, path, has_log, err))) ||
           err_in(err, "%s", path);
}

static void sqlite_close(struct db *db)
{
    if (db->inner == NULL) {
        return;
    }
    struct err unheard;
    if (!db->options.read_only && !db->must_stop &&
        !sqlite_run_text(db, "UPDATE db_state SET is_open = 0", &unheard)) {
        // Then the next start finds an unclean stop and checks, which is what it should do.
        db->must_stop = true;
    }
    (void)sqlite3_close_v2(db->inner); // all statements are finished: it cannot be busy
    db->inner = NULL;
}

// "$3" is a name to SQLite, which counts parameters in order of appearance.
static bool sqlite_map_params(struct db_stmt *stmt, struct err *err)
{
    int count = sqlite3_bind_parameter_count(stmt->inner);
    for (int index = 1; index <= count; index++) {
        const char *name = sqlite3_bind_parameter_name(stmt->inner, index);
        uint64_t number;
        if (name == NULL || name[0] != '$' || !num_u64(str_of(name + 1), DB_PARAMS_MAX, &number) ||
            number == 0) {
            return err_set(err, ERR_INTERNAL, "a parameter is called %s; $1 to $%d are meant",
                           name == NULL ? "?" : name, DB_PARAMS_MAX);
        }
        stmt->params[number] = (uint16_t)index;
    }
    return true;
}

static void sqlite_finish(struct db_stmt *stmt)
{
    (void)sqlite3_finalize(stmt->inner); // repeats the last step's result, which was told
    stmt->inner = NULL;
}

static bool sqlite_prepare(struct db *db, struct db_stmt *stmt, const char *sql, struct err *err)
{
    sqlite3_stmt *inner = NULL;
    const char *tail = NULL;
    int result = sqlite3_prepare_v3(db->inner, sql, -1, SQLITE_PREPARE_PERSISTENT, &inner, &tail);
    if (result != SQLITE_OK) {
        return sqlite_fail(db, result, err);
    }
    stmt->inner = inner;
    stmt->reads = sqlite3_stmt_readonly(inner) != 0;
    bool is_one = inner != NULL && tail[strspn(tail, " \n\t;")] == '\0';
    if (!is_one) {
        sqlite_finish(stmt);
        return err_set(err, ERR_INTERNAL, "a prepared text holds exactly one statement");
    }
    if (!sqlite_map_params(stmt, err)) {
        sqlite_finish(stmt);
        return false;
    }
    return true;
}

static const char *sqlite_spelled(const struct db_stmt *stmt)
{
    return sqlite3_sql(stmt->inner);
}

static bool sqlite_bind_int(struct db_stmt *stmt, int index, int64_t value)
{
    return sqlite3_bind_int64(stmt->inner, index, value) == SQLITE_OK;
}

static bool sqlite_bind_text(struct db_stmt *stmt, int index, struct str value)
{
    return sqlite3_bind_text64(stmt->inner, index, value.len == 0 ? "" : value.ptr, value.len,
                               SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
}

static bool sqlite_bind_bytes(struct db_stmt *stmt, int index, struct str value)
{
    return sqlite3_bind_blob64(stmt->inner, index, value.len == 0 ? "" : value.ptr, value.len,
                               SQLITE_STATIC) == SQLITE_OK;
}

static bool sqlite_bind_null(struct db_stmt *stmt, int index)
{
    return sqlite3_bind_null(stmt->inner, index) == SQLITE_OK;
}

static bool sqlite_step(struct db_stmt *stmt, bool *row, struct err *err)
{
    int result = sqlite3_step(stmt->inner);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        return sqlite_fail(stmt->db, result, err);
    }
    *row = result == SQLITE_ROW;
    return true;
}

static void sqlite_reset(struct db_stmt *stmt)
{
    (void)sqlite3_reset(stmt->inner); // repeats the last step's result, which was told
    (void)sqlite3_clear_bindings(stmt->inner);
}

static int64_t sqlite_col_int(const struct db_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->inner, column);
}

static struct str sqlite_col_run(const struct db_stmt *stmt, int column, bool bytes)
{
    const void *run = bytes ? sqlite3_column_blob(stmt->inner, column)
                            : (const void *)sqlite3_column_text(stmt->inner, column);
    int len = sqlite3_column_bytes(stmt->inner, column);
    return run == NULL ? STR("") : (struct str){ run, (size_t)len };
}

static bool sqlite_col_is_null(const struct db_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->inner, column) == SQLITE_NULL;
}

static int64_t sqlite_changes(const struct db *db)
{
    return sqlite3_changes64(db->inner);
}

static bool sqlite_in_transaction(const struct db *db)
{
    return sqlite3_get_autocommit(db->inner) == 0;
}

static const char *const sqlite_verbs[DB_VERB_COUNT] = {
    "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part",
};

static bool sqlite_checkpoint(struct db *db, struct err *err)
{
    return sqlite_run_text(db, "PRAGMA wal_checkpoint(PASSIVE)", err);
}

static int64_t sqlite_pages_written(const struct db *db)
{
    int now = 0;
    int most = 0;
    int result = sqlite3_db_status(db->inner, SQLITE_DBSTATUS_CACHE_WRITE, &now, &most, 0);
    return result == SQLITE_OK ? now : 0;
}

const struct db_driver db_sqlite_driver = {
    .name = "sqlite",
    .scheme = "sqlite:",
    .integer = "INTEGER",
    .bytes = "BLOB",
    .text = "TEXT",
    .table = "STRICT",
    .id = "INTEGER PRIMARY KEY",
    .hopes = true,
    .verb_texts = sqlite_verbs,
    .tables_text =
        "SELECT m.name, p.name, p.type, p.pk FROM sqlite_schema AS m JOIN pragma_table_info(m.name)"
        " AS p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'db%'"
        " ORDER BY m.name, p.cid",
    .references_text =
        "SELECT m.name, f.\"table\" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name)"
        " AS f WHERE m.type = 'table'",
    .open = sqlite_open,
    .close = sqlite_close,
    .run_text = sqlite_run_text,
    .prepare = sqlite_prepare,
    .finish = sqlite_finish,
    .spelled = sqlite_spelled,
    .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text,
    .bind_bytes = sqlite_bind_bytes,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .col_int = sqlite_col_int,
    .col_run = sqlite_col_run,
    .col_is_null = sqlite_col_is_null,
    .changes = sqlite_changes,
    .in_transaction = sqlite_in_transaction,
    .checkpoint = sqlite_checkpoint,
    .pages_written = sqlite_pages_written,
};
