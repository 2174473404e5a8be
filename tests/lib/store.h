// store: where a test keeps its database: a file in its folder, or, where with_postgres runs it, a
// database of its own on that server. The same test, both stores.
#pragma once

#include "db/db.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STORE_DSN_MAX = 240 };

static inline bool store_is_postgres(void)
{
    return getenv("QUOIN_TEST_POSTGRES") != NULL;
}

// Runs one text on a connection of its own.
static inline void store_say(const char *dsn, const char *sql)
{
    struct db *db = NULL;
    struct err err = { 0 };
    bool good =
        db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && db_run_text(db, sql, &err);
    if (!good) {
        printf("Bail out! %s: %s\n", sql, err.text);
        exit(EXIT_FAILURE);
    }
    db_close(&db);
}

static inline void store_dsn_of(char dsn[static STORE_DSN_MAX], const char *database)
{
    (void)snprintf(dsn, STORE_DSN_MAX, "postgresql:///%s?host=%s&user=postgres", database,
                   getenv("QUOIN_TEST_POSTGRES"));
}

// A database that nobody has used. folder: the test's own.
static inline void store_make(char dsn[static STORE_DSN_MAX], const char *folder)
{
    static int made;
    char name[40];
    char text[80];
    db_allow_postgres();
    if (!store_is_postgres()) {
        (void)snprintf(dsn, STORE_DSN_MAX, "sqlite:%s/t%d.db", folder, made++);
        return;
    }
    (void)snprintf(name, sizeof(name), "t%d_%d", (int)getpid(), made++);
    (void)snprintf(text, sizeof(text), "CREATE DATABASE %s", name);
    store_dsn_of(dsn, "postgres");
    store_say(dsn, text);
    store_dsn_of(dsn, name);
}

static inline void store_copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    CHECK(in != NULL && out != NULL);
    for (size_t len = 1; in != NULL && out != NULL && len > 0;) {
        len = fread(bytes, 1, sizeof(bytes), in);
        CHECK(fwrite(bytes, 1, len, out) == len);
    }
    CHECK(in == NULL || fclose(in) == 0);
    CHECK(out == NULL || fclose(out) == 0);
}

// Keeps a copy of it, or puts that copy in its place; nobody may have it open.
static inline void store_copy(const char *dsn, bool keep)
{
    char path[STORE_DSN_MAX + 8];
    char text[120];
    if (!store_is_postgres()) {
        (void)snprintf(path, sizeof(path), "%s.old", dsn + strlen("sqlite:"));
        store_copy_file(keep ? dsn + strlen("sqlite:") : path,
                        keep ? path : dsn + strlen("sqlite:"));
        return;
    }
    const char *name = strstr(dsn, ":///") + strlen(":///");
    int len = (int)strcspn(name, "?");
    store_dsn_of(path, "postgres");
    (void)snprintf(text, sizeof(text), "DROP DATABASE IF EXISTS %.*s%s", len, name,
                   keep ? "_old" : "");
    store_say(path, text);
    (void)snprintf(text, sizeof(text), "CREATE DATABASE %.*s%s TEMPLATE %.*s%s", len, name,
                   keep ? "_old" : "", len, name, keep ? "" : "_old");
    store_say(path, text);
}

// Whether the store itself refuses a text for everyone, and tells so.
static inline bool store_refuses(struct db *db, const char *sql, const char *told)
{
    struct err err = { 0 };
    bool done = db_begin(db, &err) && db_run_text(db, sql, &err);
    db_rollback(db);
    return !done && err.code == ERR_DENIED && strstr(err.text, told) != NULL;
}

// Empties it again; nobody may have it open.
static inline void store_clear(const char *dsn)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    if (store_is_postgres()) {
        store_say(dsn, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        return;
    }
    for (int i = 0; i < 3; i++) {
        char path[STORE_DSN_MAX + 8];
        (void)snprintf(path, sizeof(path), "%s%s", dsn + strlen("sqlite:"), ends[i]);
        (void)remove(path);
    }
}
