// Tables are found, read and written by the catalogue alone, and what was written is what was read.
#include "db/copy.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"

static struct err err;
static struct arena arena = { .cap = 8 << 20 };

static const struct db_migration steps[] = {
    { 1, NULL,
      // By name the one that refers comes first.
      "CREATE TABLE x_zebra (id {id}, name {text} NOT NULL UNIQUE) {table};"
      "CREATE TABLE x_ant (part {text} NOT NULL, place {integer} NOT NULL, body {bytes},"
      " zebra {integer} REFERENCES x_zebra, PRIMARY KEY (place, part)) {table};" },
};

static struct db *make(const char *dsn)
{
    struct db *db = NULL;
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_migrate(db, "x", steps, 1, &err));
    return db;
}

static void fill(struct db *db, int count)
{
    struct db_stmt *zebra = NULL;
    struct db_stmt *ant = NULL;
    CHECK(db_prepare(db, &zebra, "INSERT INTO x_zebra (name) VALUES ($1)", &err));
    CHECK(db_prepare(db, &ant, "INSERT INTO x_ant VALUES ($1, $2, $3, $4)", &err));
    CHECK(db_begin(db, &err));
    bool ok = true;
    for (int i = 1; i <= count; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "z%d", i);
        db_bind_text(zebra, 1, str_of(name));
        ok = ok && db_run(zebra, &err);
        db_bind_text(ant, 1, i % 2 == 0 ? STR("") : STR("\xc3\xa9 'quoted'"));
        db_bind_int(ant, 2, i % 7 - 3);
        db_bind_bytes(ant, 3, "\0\xff", (size_t)(i % 3));
        if (i % 5 != 0) {
            db_bind_int(ant, 4, i);
        }
        ok = ok && (i > 14 || db_run(ant, &err));
        db_reset(ant);
    }
    CHECK(ok && db_commit(db, &err));
}

struct sums {
    uint64_t hash;
    struct db_table_writer *writer; // NULL: only reads
};

static void add(void *arg, struct str bytes)
{
    struct sums *sums = arg;
    for (size_t i = 0; i < bytes.len; i++) {
        sums->hash = (sums->hash ^ (uint8_t)bytes.ptr[i]) * 1099511628211u;
    }
}

static bool take(void *arg, const struct db_table *table, const struct db_stmt *row,
                 struct err *why)
{
    (void)table;
    struct sums *sums = arg;
    return sums->writer == NULL || db_table_write(sums->writer, row, why);
}

static void copy_all(struct db *from, struct db *to, int64_t want)
{
    struct db_table *tables = NULL;
    size_t count = 0;
    CHECK(db_tables(from, &arena, &tables, &count, &err) && count == 2);
    CHECK(strcmp(tables[0].name, "x_zebra") == 0 && tables[1].count == 4);
    CHECK(tables[1].columns[0].key == 2 && tables[1].columns[1].key == 1);
    CHECK(db_begin(to, &err));
    for (size_t i = 0; i < count; i++) {
        struct sums read = { .hash = 7 };
        struct sums written = { .hash = 7 };
        struct db_rows rows = { take, add, &read };
        int64_t there = 0;
        int64_t again = 0;
        CHECK(db_table_writer_new(to, &tables[i], &read.writer, &err));
        CHECK(db_table_read(from, &tables[i], &rows, &there, &err));
        CHECK(db_table_writer_end(read.writer, &err));
        db_table_writer_free(&read.writer);
        rows.arg = &written;
        CHECK(db_table_read(to, &tables[i], &rows, &again, &err));
        CHECK(there == again && read.hash == written.hash);
        CHECK(there == (i == 0 ? want : want < 14 ? want : 14));
    }
    CHECK(db_commit(to, &err));
}

static void test_all_rows_come_over_and_back(void)
{
    char dsn[3][STORE_DSN_MAX];
    (void)snprintf(dsn[0], STORE_DSN_MAX, "sqlite:%s/from.db", folder_path);
    store_make(dsn[1], folder_path); // the other store, where there is one
    (void)snprintf(dsn[2], STORE_DSN_MAX, "sqlite:%s/back.db", folder_path);
    OWN(db_close) struct db *from = make(dsn[0]);
    OWN(db_close) struct db *over = make(dsn[1]);
    OWN(db_close) struct db *back = make(dsn[2]);
    fill(from, 2500); // more than a page
    copy_all(from, over, 2500);
    CHECK(db_run_text(over, "INSERT INTO x_zebra (name) VALUES ('numbered')", &err));
    copy_all(over, back, 2501);
    CHECK(!db_run_text(over, "INSERT INTO x_zebra (name) VALUES ('numbered')", &err));
}

static void test_a_table_without_rows_is_read(void)
{
    char dsn[STORE_DSN_MAX];
    struct db_table *tables = NULL;
    size_t count = 0;
    int64_t there = 9;
    store_make(dsn, folder_path);
    OWN(db_close) struct db *db = make(dsn);
    CHECK(db_tables(db, &arena, &tables, &count, &err));
    CHECK(db_table_read(db, &tables[0], &(struct db_rows){ 0 }, &there, &err) && there == 0);
    CHECK(store_is_postgres() || (!db_grant(db, STR("quoin"), &err) && err.code == ERR_INVALID));
}

int main(void)
{
    (void)folder_make();
    db_allow_postgres();
    test_all_rows_come_over_and_back();
    test_a_table_without_rows_is_read();
    arena_free(&arena);
    folder_end();
    return tap_done();
}
