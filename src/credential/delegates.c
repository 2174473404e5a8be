// delegates: who may release whose jobs, and until when.
// no unit test: test_credential.c asks it on both stores

#include "credential/credential_int.h"

bool credential_delegate_set(struct credential *credential, int64_t person,
                             const struct credential_delegate *delegate, struct err *err)
{
    struct db_stmt *count = credential->stmts[CREDENTIAL_SQL_DELEGATE_COUNT];
    struct db_stmt *set = credential->stmts[CREDENTIAL_SQL_DELEGATE_SET];
    bool row;
    if (person == delegate->person) {
        return err_why(err, ERR_INVALID, "delegate-oneself",
                       "a person releases the own jobs without being a delegate");
    }
    db_bind_int(count, 1, person);
    db_bind_int(count, 2, delegate->person);
    if (!db_step(count, &row, err)) {
        return false;
    }
    int64_t of = row ? db_col_int(count, 0) : 0;
    int64_t for_whom = row ? db_col_int(count, 1) : 0;
    db_reset(count);
    if (of >= CREDENTIAL_DELEGATES_MAX || for_whom >= CREDENTIAL_DELEGATES_MAX) {
        return err_why(err, ERR_LIMIT, "too-many-delegates",
                       "a person has at most %d delegates and is one for at most %d",
                       CREDENTIAL_DELEGATES_MAX, CREDENTIAL_DELEGATES_MAX);
    }
    bool had; // with another end, maybe: what was proven of it is old
    if (!credential_delegate_remove(credential, person, delegate->person, &had, err)) {
        return false;
    }
    db_bind_int(set, 1, person);
    db_bind_int(set, 2, delegate->person);
    db_bind_int(set, 3, delegate->until);
    return db_run(set, err);
}

bool credential_delegate_remove(struct credential *credential, int64_t person, int64_t delegate,
                                bool *had, struct err *err)
{
    if (!credential_run_two(credential, CREDENTIAL_SQL_DELEGATE_DROP, person, delegate, err)) {
        return false;
    }
    *had = db_changes(credential->db) > 0;
    return !*had || credential_touch(credential, delegate, err);
}

bool credential_delegates(struct credential *credential, int64_t person, bool delegators,
                          int64_t now, struct credential_delegate *found, size_t *count,
                          struct err *err)
{
    struct db_stmt *stmt =
        credential->stmts[delegators ? CREDENTIAL_SQL_DELEGATORS : CREDENTIAL_SQL_DELEGATES];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, now);
    db_bind_int(stmt, 3, CREDENTIAL_DELEGATES_MAX);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < CREDENTIAL_DELEGATES_MAX) {
            found[read++] = (struct credential_delegate){ .person = db_col_int(stmt, 0),
                                                          .until = db_col_int(stmt, 1) };
        }
    }
    *count = read;
    return true;
}
