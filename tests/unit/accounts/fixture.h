// What the tests of accounts share: a database of their own, and one transaction a call.
#pragma once

#include "accounts/accounts.h"
#include "db/db.h"
#include "lib/folder.h"
#include "lib/tap.h"

static struct db *db;
static struct accounts *accounts;
static struct arena arena = { .cap = 64 << 20 };
static struct err err;

static inline bool fixture_begin(void)
{
    char dsn[160];
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s/a.db", folder_make());
    const struct db_options options = { .dsn = dsn };
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
