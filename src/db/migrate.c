// migrate: brings a room's tables to the form that this release knows. Forward only; each step is
// one transaction that also writes down its text.

#include "base/buf.h"
#include "db/db_int.h"

enum { MIGRATE_TEXT_MAX = 65536 };

static const char migrate_table[] =
    "CREATE TABLE IF NOT EXISTS db_migration (room {text} NOT NULL, version {integer} NOT NULL,"
    " sql {text} NOT NULL, PRIMARY KEY (room, version)) {table}";

// The text in the driver's words.
static void migrate_fill(const struct db_driver *driver, const char *sql, struct buf *out)
{
    const struct {
        const char *mark;
        const char *word;
    } words[] = { { "{integer}", driver->integer },
                  { "{bytes}", driver->bytes },
                  { "{text}", driver->text },
                  { "{id}", driver->id },
                  { "{table}", driver->table } };
    while (*sql != '\0') {
        bool filled = false;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !filled; i++) {
            size_t len = strlen(words[i].mark);
            if (strncmp(sql, words[i].mark, len) == 0) {
                buf_add(out, str_of(words[i].word));
                sql += len;
                filled = true;
            }
        }
        if (!filled) {
            buf_add(out, (struct str){ sql, 1 });
            sql++;
        }
    }
}

// Of a role that works with the tables and does not own them: it cannot make or change any.
static bool migrate_tell_denied(const struct db *db, struct err *err)
{
    struct err said = *err;
    return err->code != ERR_DENIED || strcmp(db->driver->name, "postgresql") != 0
               ? false
               : err_set(err, ERR_DENIED,
                         "%.100s; the tables' owner brings them to this release: quoin store "
                         "prepare ADDRESS ROLE (docs/stores.md)",
                         said.text);
}

static bool migrate_run(struct db *db, const char *sql, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(MIGRATE_TEXT_MAX);
    migrate_fill(db->driver, sql, &text);
    if (!buf_ok(&text)) {
        return err_set(err, ERR_LIMIT, "a migration is over %d bytes", MIGRATE_TEXT_MAX);
    }
    return db_run_text(db, buf_str(&text).ptr, err) || migrate_tell_denied(db, err);
}

struct migrate_stmts {
    struct db_stmt *find; // the text that was run, by room and version
    struct db_stmt *add;
};

static void migrate_stmts_free(struct migrate_stmts *stmts)
{
    db_finish(&stmts->find);
    db_finish(&stmts->add);
}

static const char migrate_find_text[] =
    "SELECT sql FROM db_migration WHERE room = $1 AND version = $2";

// The table of what was run; made where it is not there. Only its owner may make it, and everyone
// who only works with the tables finds it.
static bool migrate_open(struct db *db, struct migrate_stmts *stmts, struct err *err)
{
    if (!db_prepare(db, &stmts->find, migrate_find_text, err)) {
        if (err->code == ERR_INTERNAL && db->options.read_only && !db_must_stop(db)) {
            return err_set(err, ERR_INVALID, "this is no database of Quoin's");
        }
        if (err->code != ERR_INTERNAL || !db_begin(db, err)) {
            return false;
        }
        if (!migrate_run(db, migrate_table, err)) {
            db_rollback(db);
            return false;
        }
        if (!db_commit(db, err) || !db_prepare(db, &stmts->find, migrate_find_text, err)) {
            return false;
        }
    }
    return db->options.read_only ||
           db_prepare(db, &stmts->add, "INSERT INTO db_migration VALUES ($1, $2, $3)", err);
}

// *found: this step was run, with the text that it has now.
static bool migrate_find(struct migrate_stmts *stmts, const char *room,
                         const struct db_migration *step, bool *found, struct err *err)
{
    db_bind_text(stmts->find, 1, str_of(room));
    db_bind_int(stmts->find, 2, step->version);
    if (!db_step(stmts->find, found, err)) {
        return false;
    }
    bool same = !*found || str_eq(db_col_text(stmts->find, 0), str_of(step->sql));
    db_reset(stmts->find);
    return same || err_set(err, ERR_CONFLICT,
                           "step %d of the %s tables was changed after it was run here; use the "
                           "release that made this database",
                           step->version, room);
}

static bool migrate_step(struct db *db, struct migrate_stmts *stmts, const char *room,
                         const struct db_migration *step, struct err *err)
{
    bool found = false;
    if (!migrate_find(stmts, room, step, &found, err)) {
        return false;
    }
    if (found || db->options.read_only) {
        return true;
    }
    if (!db_begin(db, err)) {
        return false;
    }
    // Another process may have run it while we waited for our turn.
    bool good = migrate_find(stmts, room, step, &found, err);
    if (good && !found) {
        db_bind_text(stmts->add, 1, str_of(room));
        db_bind_int(stmts->add, 2, step->version);
        db_bind_text(stmts->add, 3, str_of(step->sql));
        good = migrate_run(db, step->sql, err) && db_run(stmts->add, err);
    }
    if (!good) {
        db_rollback(db);
        return err_in(err, "step %d of the %s tables", step->version, room);
    }
    return db_commit(db, err);
}

static bool migrate_is_not_newer(struct db *db, const char *room, int last, struct err *err)
{
    OWN(db_finish) struct db_stmt *newest = NULL;
    bool row;
    if (!db_prepare(db, &newest, "SELECT max(version) FROM db_migration WHERE room = $1", err)) {
        return false;
    }
    db_bind_text(newest, 1, str_of(room));
    if (!db_step(newest, &row, err)) {
        return false;
    }
    int64_t have = row ? db_col_int(newest, 0) : 0;
    db_reset(newest);
    return have <= last ||
           err_set(
               err, ERR_CONFLICT,
               "a newer release made this database (its %s tables are at step %lld, this release "
               "knows %d); install that release",
               room, (long long)have, last);
}

bool db_migrate(struct db *db, const char *room, const struct db_migration *steps, size_t count,
                struct err *err)
{
    OWN(migrate_stmts_free) struct migrate_stmts stmts = { 0 };
    if (!migrate_open(db, &stmts, err) ||
        !migrate_is_not_newer(db, room, count == 0 ? 0 : steps[count - 1].version, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool ours = steps[i].dialect == NULL || strcmp(steps[i].dialect, db->driver->name) == 0;
        if (ours && !migrate_step(db, &stmts, room, &steps[i], err)) {
            return false;
        }
    }
    return true;
}

bool db_has_step(struct db *db, const char *room, int version, bool *has, struct err *err)
{
    OWN(db_finish) struct db_stmt *find = NULL;
    if (!db_prepare(db, &find, migrate_find_text, err)) {
        return false;
    }
    db_bind_text(find, 1, str_of(room));
    db_bind_int(find, 2, version);
    if (!db_step(find, has, err)) {
        return false;
    }
    db_reset(find);
    return true;
}
