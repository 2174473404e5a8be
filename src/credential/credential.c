// credential: see credential.h. Opening, the pepper, and what is kept of a person.

#include "credential/credential.h"

#include "base/mem.h"
#include "credential/credential_int.h"
#include <stdlib.h>

bool credential_open(struct db *db, const uint8_t pepper[static CREDENTIAL_PEPPER_LEN],
                     struct credential **credential, struct err *err)
{
    OWN(credential_close) struct credential *made = mem_new(sizeof(*made));
    made->db = db;
    memcpy(made->pepper, pepper, sizeof(made->pepper));
    if (!credential_store_open(made, err)) {
        return false;
    }
    *credential = made;
    made = NULL;
    return true;
}

void credential_close(struct credential **credential)
{
    if (*credential != NULL) {
        mem_wipe((*credential)->pepper, sizeof((*credential)->pepper));
        free(*credential); // its statements are the connection's
        *credential = NULL;
    }
}

// ---- the pepper --------------------------------------------------------------------------------

static struct credential_mac credential_proof(const struct credential *credential)
{
    return credential_mac_of(credential, "the pepper of", STR("this site"));
}

static bool credential_pepper_note(struct credential *credential, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_PEPPER_SET];
    struct credential_mac proof = credential_proof(credential);
    db_bind_bytes(stmt, 1, proof.bytes, sizeof(proof.bytes));
    return db_run(stmt, err);
}

bool credential_pepper_check(struct credential *credential, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_PEPPER_GET];
    struct credential_mac proof = credential_proof(credential);
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (!row) {
        return credential_pepper_note(credential, err);
    }
    struct str known = db_col_bytes(stmt, 0);
    bool same = known.len == sizeof(proof.bytes) &&
                crypto_is_same(known.ptr, proof.bytes, sizeof(proof.bytes));
    db_reset(stmt);
    return same || err_set(err, ERR_UNAVAILABLE,
                           "cards and PINs were made with another pepper than this CAS has: bring "
                           "back its file DIR/cas/pepper (docs/sign-in.md)");
}

bool credential_pepper_accept(struct credential *credential, int64_t *people, struct err *err)
{
    struct db_stmt *next = credential->stmts[CREDENTIAL_SQL_PEPPERED];
    int64_t person = 0;
    for (*people = 0;; (*people)++) {
        db_bind_int(next, 1, person);
        if (!credential_number(next, &person, err)) {
            return false;
        }
        if (person == 0) {
            break;
        }
        if (!credential_touch(credential, person, err)) {
            return false;
        }
    }
    return db_run(credential->stmts[CREDENTIAL_SQL_PINS_DROP], err) &&
           db_run(credential->stmts[CREDENTIAL_SQL_CARDS_DROP], err) &&
           credential_pepper_note(credential, err);
}

// ---- people ------------------------------------------------------------------------------------

bool credential_row(struct credential *credential, int64_t person, struct err *err)
{
    return credential_run(credential, CREDENTIAL_SQL_PERSON_ADD, person, err);
}

bool credential_get(struct credential *credential, int64_t person, struct arena *arena,
                    struct credential_person *known, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_PERSON_GET];
    bool row;
    *known = (struct credential_person){ .person = person,
                                         .password = STR(""),
                                         .pin = STR(""),
                                         .likes = { .language = STR(""), .theme = STR("") } };
    db_bind_int(stmt, 1, person);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (!row) {
        return true;
    }
    known->version = db_col_int(stmt, 0);
    known->password = arena_copy(arena, db_col_text(stmt, 1));
    known->password_at = db_col_int(stmt, 2);
    known->pin = arena_copy(arena, db_col_text(stmt, 3));
    known->pin_at = db_col_int(stmt, 4);
    known->must_change_password = db_col_int(stmt, 5) != 0;
    known->must_change_pin = db_col_int(stmt, 6) != 0;
    known->roles = (unsigned)db_col_int(stmt, 7);
    known->likes.language = arena_copy(arena, db_col_text(stmt, 8));
    known->likes.auto_release = db_col_int(stmt, 9) != 0;
    known->likes.large_text = db_col_int(stmt, 10) != 0;
    known->likes.high_contrast = db_col_int(stmt, 11) != 0;
    known->likes.theme = arena_copy(arena, db_col_text(stmt, 12));
    db_reset(stmt);
    return credential_kept(arena, err);
}

bool credential_touch(struct credential *credential, int64_t person, struct err *err)
{
    int64_t change;
    return credential_row(credential, person, err) &&
           credential_next(credential, "change", &change, err) &&
           credential_run_two(credential, CREDENTIAL_SQL_PERSON_GROW, person, change, err);
}

bool credential_secret_set(struct credential *credential, int64_t person,
                           const struct credential_secret *secret, struct err *err)
{
    struct db_stmt *stmt =
        credential->stmts[secret->kind == CREDENTIAL_PASSWORD ? CREDENTIAL_SQL_PASSWORD_SET
                                                              : CREDENTIAL_SQL_PIN_SET];
    if (!credential_touch(credential, person, err)) {
        return false;
    }
    db_bind_int(stmt, 1, person);
    db_bind_text(stmt, 2, secret->verifier);
    db_bind_int(stmt, 3, secret->verifier.len == 0 ? 0 : secret->at);
    db_bind_int(stmt, 4, secret->verifier.len == 0 ? 0 : secret->must_change);
    return db_run(stmt, err);
}

bool credential_roles_set(struct credential *credential, int64_t person, unsigned roles,
                          struct err *err)
{
    return credential_touch(credential, person, err) &&
           credential_run_two(credential, CREDENTIAL_SQL_ROLES_SET, person, (int64_t)roles, err);
}

bool credential_likes_set(struct credential *credential, int64_t person,
                          const struct credential_likes *likes, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_LIKES_SET];
    if (!credential_row(credential, person, err)) {
        return false;
    }
    db_bind_int(stmt, 1, person);
    db_bind_text(stmt, 2, likes->language);
    db_bind_int(stmt, 3, likes->auto_release);
    db_bind_int(stmt, 4, likes->large_text);
    db_bind_int(stmt, 5, likes->high_contrast);
    db_bind_text(stmt, 6, likes->theme);
    return db_run(stmt, err);
}

bool credential_merge(struct credential *credential, int64_t gone, int64_t into, struct err *err)
{
    return credential_run_two(credential, CREDENTIAL_SQL_CARDS_MOVE, gone, into, err) &&
           credential_run_two(credential, CREDENTIAL_SQL_DELEGATES_COPY, gone, into, err) &&
           credential_run_two(credential, CREDENTIAL_SQL_DELEGATORS_COPY, gone, into, err) &&
           credential_forget(credential, gone, err) && credential_touch(credential, into, err);
}

bool credential_forget(struct credential *credential, int64_t person, struct err *err)
{
    return credential_run(credential, CREDENTIAL_SQL_CARDS_END, person, err) &&
           credential_run(credential, CREDENTIAL_SQL_DELEGATES_END, person, err) &&
           credential_run(credential, CREDENTIAL_SQL_TOKENS_END, person, err) &&
           credential_touch(credential, person, err) &&
           credential_run(credential, CREDENTIAL_SQL_PERSON_CLEAR, person, err);
}

// ---- lists -------------------------------------------------------------------------------------

bool credential_grown(struct credential *credential, int64_t after, size_t most,
                      struct credential_grown *grown, size_t *count, int64_t *newest,
                      struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_GROWN];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            grown[read++] = (struct credential_grown){ .person = db_col_int(stmt, 0),
                                                       .version = db_col_int(stmt, 1),
                                                       .change = db_col_int(stmt, 2) };
        }
    }
    *count = read;
    return credential_number(credential->stmts[CREDENTIAL_SQL_LAST], newest, err);
}

bool credential_holders(struct credential *credential, int64_t after, size_t most,
                        struct credential_holder *holders, size_t *count, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_HOLDERS];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            holders[read++] = (struct credential_holder){ .person = db_col_int(stmt, 0),
                                                          .roles = (unsigned)db_col_int(stmt, 1) };
        }
    }
    *count = read;
    return true;
}
