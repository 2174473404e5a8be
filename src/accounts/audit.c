// audit: see audit.h.

#include "accounts/audit.h"

#include "accounts/accounts_int.h"

bool accounts_change_add(struct accounts *accounts, const struct accounts_by *by,
                         const struct accounts_change *change, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_CHANGE_ADD];
    int64_t number;
    if (by->is_dry) {
        return true;
    }
    if (!accounts_next(accounts, "change", &number, err)) {
        return false;
    }
    db_bind_int(stmt, 1, number);
    db_bind_int(stmt, 2, change->kind);
    db_bind_int(stmt, 3, change->subject);
    db_bind_int(stmt, 4, by->at);
    db_bind_text(stmt, 5, by->asker);
    db_bind_text(stmt, 6, change->what);
    db_bind_text(stmt, 7, change->old);
    db_bind_text(stmt, 8, change->new);
    return db_run(stmt, err);
}

bool accounts_changes(struct accounts *accounts, enum accounts_subject kind, int64_t subject,
                      int64_t before, size_t most, struct arena *arena,
                      struct accounts_change *changes, size_t *count, struct err *err)
{
    struct db_stmt *stmt =
        accounts->stmts[subject == 0 ? ACCOUNTS_SQL_CHANGES : ACCOUNTS_SQL_CHANGES_OF];
    size_t read = 0;
    bool row = true;
    db_bind_int(stmt, 1, before == 0 ? INT64_MAX : before);
    db_bind_int(stmt, 2, (int64_t)most);
    if (subject != 0) {
        db_bind_int(stmt, 3, kind);
        db_bind_int(stmt, 4, subject);
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            changes[read++] = (struct accounts_change){
                .number = db_col_int(stmt, 0),
                .kind = (enum accounts_subject)db_col_int(stmt, 1),
                .subject = db_col_int(stmt, 2),
                .at = db_col_int(stmt, 3),
                .asker = accounts_keep(arena, stmt, 4),
                .what = accounts_keep(arena, stmt, 5),
                .old = accounts_keep(arena, stmt, 6),
                .new = accounts_keep(arena, stmt, 7),
            };
        }
    }
    *count = read;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

bool accounts_once_find(struct accounts *accounts, struct str key, struct str digest,
                        struct arena *arena, struct str *reply, bool *found, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_ONCE_GET];
    db_bind_bytes(stmt, 1, key.ptr, key.len);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    bool same = str_eq(db_col_bytes(stmt, 0), digest);
    *reply = arena_copy(arena, db_col_bytes(stmt, 1));
    db_reset(stmt);
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    return same || err_set(err, ERR_CONFLICT,
                           "the key was used before, for another request; a new request needs a "
                           "new key");
}

bool accounts_once_add(struct accounts *accounts, struct str key, struct str digest,
                       struct str reply, int64_t at, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_ONCE_ADD];
    db_bind_bytes(stmt, 1, key.ptr, key.len);
    db_bind_bytes(stmt, 2, digest.ptr, digest.len);
    db_bind_bytes(stmt, 3, reply.ptr, reply.len);
    db_bind_int(stmt, 4, at);
    return db_run(stmt, err);
}
