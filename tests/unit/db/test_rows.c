// Rows that are written by many, and questions that are read ahead, say the same as one by one.
#include "db/group.h"

#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;

static const struct db_migration tables[] = {
    { 1, NULL,
      "CREATE TABLE r (id {integer} PRIMARY KEY, name {text} NOT NULL, body {bytes}) {table};"
      "CREATE TABLE q (word {text} NOT NULL, place {integer} NOT NULL, body {bytes} NOT NULL,"
      " PRIMARY KEY (word, place)) {table};" },
};

#define ROW3(a, b, c) "($" #a ",$" #b ",$" #c ")"

// What stands once in a program: of one row and of sixteen.
#define MANY                                                                                                                          \
    ROW3(1, 2, 3)                                                                                                                     \
    "," ROW3(4, 5, 6) "," ROW3(7, 8, 9) "," ROW3(10, 11, 12) "," ROW3(13, 14, 15) "," ROW3(16, 17, 18) "," ROW3(19, 20, 21) "," ROW3( \
        22, 23,                                                                                                                       \
        24) "," ROW3(25, 26,                                                                                                          \
                     27) "," ROW3(28, 29,                                                                                             \
                                  30) "," ROW3(31, 32,                                                                                \
                                               33) "," ROW3(34, 35,                                                                   \
                                                            36) "," ROW3(37, 38,                                                      \
                                                                         39) "," ROW3(40, 41,                                         \
                                                                                      42) "," ROW3(43,                                \
                                                                                                   44,                                \
                                                                                                   45) "," ROW3(46,                   \
                                                                                                                47,                   \
                                                                                                                48)

struct store {
    struct db *db;
    struct db_stmt *add;
    struct db_stmt *count; // names the table
    struct db_stmt *get;   // of q by word
    struct db_stmt *put;   // writes to q
};

static struct store fresh(void)
{
    struct store made = { 0 };
    CHECK(db_open(&made.db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(db_migrate(made.db, "t", tables, 1, &err));
    CHECK(db_run_text(made.db, "DELETE FROM r; DELETE FROM q;", &err));
    CHECK(db_prepare(made.db, &made.count, "SELECT count(*), coalesce(sum(id), 0) FROM r", &err));
    CHECK(
        db_prepare(made.db, &made.add, "INSERT INTO r (id, name, body) VALUES ($1, $2, $3)", &err));
    CHECK(db_prepare_rows(made.add, "r", "INSERT INTO r (id, name, body) VALUES " MANY, &err));
    CHECK(db_prepare(made.db, &made.put, "INSERT INTO q (word, place, body) VALUES ($1, $2, $3)",
                     &err));
    CHECK(db_prepare(made.db, &made.get,
                     "SELECT place, body FROM q WHERE word = $1 ORDER BY place DESC", &err));
    CHECK(db_prepare_ahead(made.get, "INTO q",
                           "SELECT place, body, word FROM q WHERE word IN " DB_AHEAD_LIST
                           " ORDER BY word, place DESC",
                           &err));
    return made;
}

static void end(struct store *store)
{
    db_finish(&store->add);
    db_finish(&store->get);
    db_close(&store->db);
}

static int64_t count(struct store *store, int64_t *sum)
{
    bool row = false;
    struct err unheard;
    int64_t rows = db_step(store->count, &row, &unheard) && row ? db_col_int(store->count, 0) : -1;
    *sum = rows < 0 ? 0 : db_col_int(store->count, 1);
    db_reset(store->count);
    return rows;
}

// ---- rows --------------------------------------------------------------------------------------

enum { TASKS = 40 };

struct add {
    struct db_task task; // first
    struct store *store;
    int64_t id;
    int64_t seen; // rows before it, where it asks
    bool asks;
    bool fails;
};

static bool add_run(struct db_task *task, struct db *db, struct err *why)
{
    struct add *add = (struct add *)task;
    char text[40];
    int64_t sum;
    (void)db;
    if (add->asks) {
        add->seen = count(add->store, &sum);
    }
    (void)snprintf(text, sizeof(text), "row %lld", (long long)add->id);
    db_bind_int(add->store->add, 1, add->id);
    db_bind_text(add->store->add, 2, str_of(text));
    if (add->id % 3 == 0) {
        db_bind_bytes(add->store->add, 3, "\0x", 2);
    }
    bool ok = db_run_later(add->store->add, 1, why);
    memset(text, '?', sizeof(text)); // what was bound is no longer ours to keep
    return ok && (!add->fails || err_set(why, ERR_LIMIT, "as asked"));
}

static void fill(struct store *store, struct add *adds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        adds[i] =
            (struct add){ .task = { .run = add_run, .next = i + 1 < n ? &adds[i + 1].task : NULL },
                          .store = store,
                          .id = (int64_t)i };
    }
}

static void test_rows_are_what_was_bound(void)
{
    OWN(end) struct store store = fresh();
    struct db_stmt *read = NULL;
    struct add adds[TASKS];
    bool row = true;
    int64_t id = 0;
    fill(&store, adds, TASKS);
    adds[20].asks = true;
    db_group_run(store.db, &adds[0].task);
    CHECK(adds[0].task.ok && adds[TASKS - 1].task.ok && adds[20].seen == 20);
    CHECK(db_prepare(store.db, &read, "SELECT id, name, body FROM r ORDER BY id", &err));
    for (; db_step(read, &row, &err) && row; id++) {
        char text[40];
        (void)snprintf(text, sizeof(text), "row %lld", (long long)id);
        CHECK(db_col_int(read, 0) == id && str_eq(db_col_text(read, 1), str_of(text)));
        CHECK(db_col_is_null(read, 2) == (id % 3 != 0));
        CHECK(id % 3 != 0 || str_eq(db_col_bytes(read, 2), (struct str){ "\0x", 2 }));
    }
    CHECK(id == TASKS);
    db_finish(&read);
}

static void test_a_row_that_is_refused_is_its_own(void)
{
    OWN(end) struct store store = fresh();
    struct add adds[TASKS];
    int64_t sum;
    fill(&store, adds, TASKS);
    adds[5].id = 4; // is there already
    adds[30].fails = true;
    db_group_run(store.db, &adds[0].task);
    for (int i = 0; i < TASKS; i++) {
        enum err_code want = i == 5 ? ERR_EXISTS : i == 30 ? ERR_LIMIT : ERR_NONE;
        CHECK(adds[i].task.ok == (want == ERR_NONE) && adds[i].task.err.code == want);
    }
    CHECK(count(&store, &sum) == TASKS - 2 && sum == TASKS * (TASKS - 1) / 2 - 5 - 30);
}

static void test_outside_of_a_group_a_row_is_written_at_once(void)
{
    OWN(end) struct store store = fresh();
    int64_t sum;
    CHECK(db_begin(store.db, &err));
    db_bind_int(store.add, 1, 7);
    db_bind_text(store.add, 2, STR("seven"));
    CHECK(db_run_later(store.add, 1, &err) && count(&store, &sum) == 1);
    db_rollback(store.db);
    CHECK(count(&store, &sum) == 0);
    db_bind_int(store.add, 1, 8); // no name: the row before is forgotten
    CHECK(!db_begin(store.db, &err) || !db_run_later(store.add, 1, &err) ||
          !db_commit(store.db, &err));
    db_rollback(store.db);
    CHECK(count(&store, &sum) == 0);
}

static void test_the_nth_call_failing_never_makes_a_lie(void)
{
    for (int lose = 0; lose < 2; lose++) {
        bool done = false;
        for (int n = 1; !done && n < 200; n++) {
            OWN(end) struct store store = fresh();
            struct add adds[20];
            int64_t sum;
            int64_t told = 0;
            fill(&store, adds, 20);
            adds[7].fails = true;
            db_fault_at(store.db, n, lose == 1);
            db_group_run(store.db, &adds[0].task);
            done = db_fault_is_due(store.db);
            db_fault_at(store.db, 0, false);
            for (size_t i = 0; i < 20; i++) {
                told += adds[i].task.ok ? adds[i].id : 0;
            }
            CHECK(count(&store, &sum) >= 0 && sum == told && !db_in_transaction(store.db));
        }
        CHECK(done);
    }
}

// ---- what is read ahead ------------------------------------------------------------------------

struct ask {
    struct db_task task; // first
    struct store *store;
    char word[16];
    int64_t places;  // their sum
    const char *put; // a word that it writes first
};

static void ask_ahead(struct db_task *task, struct db *db, int round)
{
    struct ask *ask = (struct ask *)task;
    (void)db;
    if (round == 0) {
        db_bind_text(ask->store->get, 1, str_of(ask->word));
        db_expect(ask->store->get);
    }
}

static bool ask_put(struct store *store, const char *word, int64_t place, struct err *why)
{
    db_bind_text(store->put, 1, str_of(word));
    db_bind_int(store->put, 2, place);
    db_bind_bytes(store->put, 3, word, strlen(word));
    return db_run(store->put, why);
}

static bool ask_run(struct db_task *task, struct db *db, struct err *why)
{
    struct ask *ask = (struct ask *)task;
    struct db_stmt *get = ask->store->get;
    bool row = true;
    int64_t last = INT64_MAX;
    (void)db;
    if (ask->put != NULL && !ask_put(ask->store, ask->put, 100, why)) {
        return false;
    }
    ask->places = 0;
    db_bind_text(get, 1, str_of(ask->word));
    while (row) {
        if (!db_step(get, &row, why)) {
            return false;
        }
        if (row) {
            CHECK(db_col_int(get, 0) < last && str_eq(db_col_bytes(get, 1), str_of(ask->word)));
            last = db_col_int(get, 0);
            ask->places += last;
        }
    }
    return true;
}

// Word 0 has no row, the others as many as their number.
static void test_what_is_read_ahead_is_what_is_there(void)
{
    OWN(end) struct store store = fresh();
    struct ask asks[100];
    for (int i = 0; i < 100; i++) {
        asks[i] = (struct ask){ .task = { .run = ask_run,
                                          .ahead = ask_ahead,
                                          .next = i < 99 ? &asks[i + 1].task : NULL },
                                .store = &store };
        (void)snprintf(asks[i].word, sizeof(asks[i].word), "w%d", i % 90);
        for (int place = 1; place <= i % 7 && i < 90; place++) {
            CHECK(ask_put(&store, asks[i].word, place, &err));
        }
    }
    asks[50].put = "w60"; // after it was read ahead
    db_group_run(store.db, &asks[0].task);
    for (int i = 0; i < 100; i++) {
        int rows = i % 90 % 7;
        CHECK(asks[i].task.ok && asks[i].places == rows * (rows + 1) / 2 + (i == 60 ? 100 : 0));
    }
}

static void test_what_is_known_ends_when_it_is_said(void)
{
    OWN(end) struct store store = fresh();
    struct ask ask = { .store = &store, .word = "x" };
    struct db_stmt *other = NULL;
    CHECK(db_prepare(store.db, &other, "DELETE FROM q WHERE word = $1", &err)); // not "INTO q"
    CHECK(ask_put(&store, "x", 1, &err) && db_begin(store.db, &err));
    ask_ahead(&ask.task, store.db, 0);
    CHECK(ask_run(&ask.task, store.db, &err) && ask.places == 1);
    db_bind_text(other, 1, STR("x"));
    CHECK(db_run(other, &err));
    db_bind_text(store.get, 1, STR("x"));
    db_unexpect(store.get);
    CHECK(ask_run(&ask.task, store.db, &err) && ask.places == 0);
    db_rollback(store.db);
    CHECK(ask_run(&ask.task, store.db, &err) && ask.places == 1); // and nothing is left of it
    CHECK(db_begin(store.db, &err) && ask_put(&store, "x", 2, &err));
    ask_ahead(&ask.task, store.db, 0);
    CHECK(ask_run(&ask.task, store.db, &err) && ask.places == 3 && db_commit(store.db, &err));
    db_finish(&other);
}

int main(void)
{
    store_make(dsn, folder_make());
    test_rows_are_what_was_bound();
    test_a_row_that_is_refused_is_its_own();
    test_outside_of_a_group_a_row_is_written_at_once();
    test_the_nth_call_failing_never_makes_a_lie();
    test_what_is_read_ahead_is_what_is_there();
    test_what_is_known_ends_when_it_is_said();
    folder_end();
    return tap_done();
}
