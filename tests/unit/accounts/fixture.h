// What the tests of accounts share: a store of their own, one transaction a call, and short words
// for what is put.
#pragma once

#include "accounts/audit.h"
#include "accounts/edit.h"
#include "accounts/list.h"
#include "accounts/tree.h"
#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char fixture_dsn[STORE_DSN_MAX];
static struct db *db;
static struct accounts *accounts;
static struct arena arena = { .cap = 256 << 20 };
static struct err err;
static struct accounts_by by = { .asker = STR_INIT("admin/one"), .at = 1000 };
static enum accounts_outcome outcome;

static inline bool fixture_begin(void)
{
    store_make(fixture_dsn, folder_make());
    const struct db_options options = { .dsn = fixture_dsn };
    return db_open(&db, &options, &err) && accounts_open(db, &accounts, &err);
}

static inline int fixture_end(void)
{
    accounts_close(&accounts);
    db_close(&db);
    arena_free(&arena);
    folder_end();
    return tap_done();
}

// In a transaction of its own: kept where it succeeds, undone where it is refused.
#define KEEP(call) (fixture_start() && fixture_done(call))

static inline bool fixture_start(void)
{
    memset(&err, 0, sizeof(err));
    return db_begin(db, &err);
}

static inline bool fixture_done(bool ok)
{
    if (!ok) {
        db_rollback(db);
        return false;
    }
    return db_commit(db, &err);
}

static inline bool put_person(const char *name, enum accounts_put how,
                              const struct accounts_person_edit *edit)
{
    struct accounts_person after;
    return KEEP(accounts_person_put(accounts, str_of(name), how, edit, &by, &arena, &after,
                                    &outcome, &err));
}

static inline bool add_person(const char *name)
{
    const struct accounts_person_edit none = { 0 };
    return put_person(name, ACCOUNTS_ADD, &none);
}

static inline struct accounts_person person_of(const char *name)
{
    struct accounts_person person = { .id = 0 };
    bool found = false;
    if (!accounts_person_find(accounts, str_of(name), &arena, &person, &found, &err) || !found) {
        return (struct accounts_person){ .id = 0 };
    }
    return person;
}

static inline bool put_payer(enum accounts_kind kind, const char *name, enum accounts_put how,
                             const struct accounts_payer_edit *edit)
{
    struct accounts_payer after;
    return KEEP(accounts_payer_put(accounts, kind, str_of(name), how, edit, &by, &arena, &after,
                                   &outcome, &err));
}

static inline bool add_payer(enum accounts_kind kind, const char *name)
{
    const struct accounts_payer_edit none = { 0 };
    return put_payer(kind, name, ACCOUNTS_ADD, &none);
}

static inline struct accounts_payer payer_of(enum accounts_kind kind, const char *name)
{
    struct accounts_payer payer = { .id = 0 };
    bool found = false;
    if (!accounts_payer_named(accounts, kind, str_of(name), &arena, &payer, &found, &err) ||
        !found) {
        return (struct accounts_payer){ .id = 0 };
    }
    return payer;
}

static inline bool put_group(const char *name, const struct accounts_group_edit *edit)
{
    struct accounts_group after;
    return KEEP(accounts_group_put(accounts, str_of(name), ACCOUNTS_ADD_OR_CHANGE, edit, &by,
                                   &arena, &after, &outcome, &err));
}

// Whether the person may charge it; the refusal where not.
static inline enum accounts_refusal charge(const char *person, const char *account, const char *pin,
                                           int64_t at)
{
    struct accounts_person who = person_of(person);
    const struct accounts_payer_ask ask = {
        .person = &who, .account = str_of(account), .pin = str_of(pin), .at = at
    };
    struct accounts_payer payer;
    enum accounts_refusal refusal = ACCOUNTS_REFUSED_NOT;
    bool ok = accounts_payer_find(accounts, &ask, &arena, &payer, &refusal, &err);
    CHECK(ok == (refusal == ACCOUNTS_REFUSED_NOT));
    return refusal;
}
