// tries: how often somebody may be wrong. On disk, so that no restart and no other engine begins
// anew. A person's password, PIN and card wait after the third failure, twice as long after each,
// and are locked after the tenth, each for itself; a device and an address within ten minutes.
// no unit test: test_credential.c asks it on both stores

#include "credential/credential_int.h"

static const int64_t tries_window_ms = (int64_t)10 * 60 * 1000;
static const int64_t tries_lock_ms = (int64_t)15 * 60 * 1000;
static const int64_t tries_day_ms = (int64_t)24 * 3600 * 1000;

enum { TRIES_FREE = 2, TRIES_FIRST_WAIT_MS = 2000 }; // failures without a wait

struct tries_row {
    int64_t count;
    int64_t began;
    int64_t at;
};

static bool tries_is_window(enum credential_subject of)
{
    return of == CREDENTIAL_OF_DEVICE || of == CREDENTIAL_OF_ADDRESS;
}

static int64_t tries_wait(int64_t count)
{
    if (count <= TRIES_FREE) {
        return 0;
    }
    if (count < CREDENTIAL_LOCK_TRIES) {
        return (int64_t)TRIES_FIRST_WAIT_MS << (count - TRIES_FREE - 1);
    }
    int64_t more = count - CREDENTIAL_LOCK_TRIES;
    return more > 6 ? tries_day_ms : tries_lock_ms << more;
}

static bool tries_read(struct credential *credential, const struct credential_try *of, int64_t now,
                       struct tries_row *row, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TRY_GET];
    bool found;
    *row = (struct tries_row){ .began = now, .at = now };
    db_bind_int(stmt, 1, of->of);
    db_bind_bytes(stmt, 2, of->subject.ptr, of->subject.len);
    if (!db_step(stmt, &found, err)) {
        return false;
    }
    if (!found) {
        return true;
    }
    struct tries_row kept = { .count = db_col_int(stmt, 0),
                              .began = db_col_int(stmt, 1),
                              .at = db_col_int(stmt, 2) };
    db_reset(stmt);
    // A clock that was put back does not make a wait longer.
    kept.began = kept.began > now ? now : kept.began;
    kept.at = kept.at > now ? now : kept.at;
    bool over = tries_is_window(of->of) ? now - kept.began >= tries_window_ms
                                        : now - kept.at >= 2 * tries_day_ms;
    if (!over) {
        *row = kept;
    }
    return true;
}

static bool tries_write(struct credential *credential, const struct credential_try *of,
                        const struct tries_row *row, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TRY_SET];
    db_bind_int(stmt, 1, of->of);
    db_bind_bytes(stmt, 2, of->subject.ptr, of->subject.len);
    db_bind_int(stmt, 3, row->count);
    db_bind_int(stmt, 4, row->began);
    db_bind_int(stmt, 5, row->at);
    return db_run(stmt, err);
}

bool credential_tries_get(struct credential *credential, const struct credential_try *of,
                          int64_t now, struct credential_tries *tries, struct err *err)
{
    struct tries_row row;
    int64_t until;
    if (!tries_read(credential, of, now, &row, err)) {
        return false;
    }
    if (tries_is_window(of->of)) {
        int64_t most =
            of->of == CREDENTIAL_OF_DEVICE ? CREDENTIAL_DEVICE_TRIES : CREDENTIAL_ADDRESS_TRIES;
        until = row.count >= most ? row.began + tries_window_ms : 0;
    } else {
        until = row.at + tries_wait(row.count);
    }
    *tries =
        (struct credential_tries){ .count = (uint32_t)row.count, .until = until > now ? until : 0 };
    return true;
}

bool credential_try_add(struct credential *credential, const struct credential_try *of, int64_t now,
                        struct err *err)
{
    struct db_stmt *old = credential->stmts[CREDENTIAL_SQL_TRIES_OLD];
    struct tries_row row;
    if (!tries_read(credential, of, now, &row, err)) {
        return false;
    }
    row.count += row.count < UINT32_MAX ? 1 : 0;
    row.at = now;
    db_bind_int(old, 1, now - 2 * tries_day_ms);
    return tries_write(credential, of, &row, err) && db_run(old, err);
}

bool credential_tries_end(struct credential *credential, const struct credential_try *of,
                          struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TRY_DROP];
    db_bind_int(stmt, 1, of->of);
    db_bind_bytes(stmt, 2, of->subject.ptr, of->subject.len);
    return db_run(stmt, err);
}

bool credential_try_right(struct credential *credential, const struct credential_try *of,
                          int64_t now, struct err *err)
{
    struct tries_row row;
    if (!tries_is_window(of->of)) {
        return credential_tries_end(credential, of, err);
    }
    if (!tries_read(credential, of, now, &row, err)) {
        return false;
    }
    if (row.count <= 1) {
        return credential_tries_end(credential, of, err);
    }
    row.count--;
    return tries_write(credential, of, &row, err);
}
