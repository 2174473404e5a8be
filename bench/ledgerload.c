// ledgerload: the ledger beside plain SQLite, in turn, in one run.
//
// Usage: ledgerload [OPERATIONS [FILL [DSN]]]. Ours is a charge from message to message, a Reserve
// and a Settle: priced, limited, chained, with everything kept that explains it, and its history.
// The peer is plain SQLite (WAL, synchronous=FULL) with one commit a charge, which makes the same
// two changes in one transaction: the ledger's rows of a reservation and of its posting, with
// their indexes, and the balances. Beside it stands the least that a charge can be: a key, two
// entries, two balances, one commit. With a DSN (postgresql://..., an empty database) ours alone
// runs, on that, and says how many charges, of a reservation and a settlement each, it made a
// second. FILL: how long the ledger is made before a second round, to show that its length costs
// nothing.
#include "cas/cas.h"

#include "base/clk.h"
#include "base/rnd.h"
#include "db/group.h"
#include "proto/cas.pb-c.h"
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { USERS = 100, GROUP_MAX = 64 };

static char folder[] = "/var/tmp/quoin-ledgerload-XXXXXX";
static struct err err;

static void must(bool ok, const char *what)
{
    if (!ok) {
        printf("%s: %s\n", what, err.text);
        exit(EXIT_FAILURE);
    }
}

static int drop(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about, (void)kind, (void)at;
    return remove(path);
}

// ---- the peer ----------------------------------------------------------------------------------

static sqlite3_stmt *peer_stmt(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, sql);
    return stmt;
}

static void peer_step(sqlite3_stmt *stmt)
{
    int result = sqlite3_step(stmt);
    must(result == SQLITE_DONE, "peer step");
    (void)sqlite3_reset(stmt);
}

static sqlite3 *peer_open(const char *tables)
{
    char path[128];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/peer.db", folder);
    (void)remove(path);
    must(sqlite3_open(path, &db) == SQLITE_OK &&
             sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL,
                          NULL) == SQLITE_OK &&
             sqlite3_exec(db, tables, NULL, NULL, NULL) == SQLITE_OK,
         "peer open");
    return db;
}

#define PEER_ACCOUNTS                                                                              \
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"

static double peer_least(int charges)
{
    sqlite3 *db =
        peer_open("CREATE TABLE k (key BLOB PRIMARY KEY) WITHOUT ROWID;"
                  "CREATE TABLE e (id INTEGER PRIMARY KEY, account INT, amount INT,"
                  " at INT); CREATE TABLE a (id INTEGER PRIMARY KEY, balance INT);" PEER_ACCOUNTS
                  " INSERT INTO a SELECT i, 1000000000 FROM n");
    sqlite3_stmt *begin = peer_stmt(db, "BEGIN IMMEDIATE");
    sqlite3_stmt *commit = peer_stmt(db, "COMMIT");
    sqlite3_stmt *key = peer_stmt(db, "INSERT INTO k VALUES (?)");
    sqlite3_stmt *entry = peer_stmt(db, "INSERT INTO e (account, amount, at) VALUES (?, ?, ?)");
    sqlite3_stmt *change = peer_stmt(db, "UPDATE a SET balance = balance + ? WHERE id = ?");
    int64_t from = clk_mono_ns();
    for (int i = 0; i < charges; i++) {
        uint8_t bytes[16];
        rnd_bytes(bytes, sizeof(bytes));
        peer_step(begin);
        sqlite3_bind_blob(key, 1, bytes, 16, SQLITE_STATIC);
        peer_step(key);
        for (int side = 0; side < 2; side++) {
            int account = side == 0 ? 0 : 1 + (int)rnd_below(USERS - 1);
            sqlite3_bind_int(entry, 1, account);
            sqlite3_bind_int(entry, 2, side == 0 ? 5 : -5);
            sqlite3_bind_int64(entry, 3, i);
            peer_step(entry);
            sqlite3_bind_int(change, 1, side == 0 ? 5 : -5);
            sqlite3_bind_int(change, 2, account);
            peer_step(change);
        }
        peer_step(commit);
    }
    double rate = charges * 1e9 / (double)(clk_mono_ns() - from);
    sqlite3_stmt *all[] = { begin, commit, key, entry, change };
    for (int i = 0; i < 5; i++) {
        sqlite3_finalize(all[i]);
    }
    sqlite3_close(db);
    return rate;
}

// The ledger's tables and indexes, without its checks and triggers.
static const char peer_tables[] =
    "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT UNIQUE, balance INT, reserved INT);"
    "CREATE TABLE e (seq INTEGER PRIMARY KEY, kind INT, debit INT, credit INT, amount INT,"
    " pending INT, key BLOB UNIQUE, why TEXT, asker TEXT, at INT, detail BLOB, hash BLOB);"
    "CREATE INDEX e_debit ON e (debit, seq); CREATE INDEX e_credit ON e (credit, seq);"
    "CREATE TABLE h (seq INTEGER PRIMARY KEY, lapses_at INT, closed INT);"
    "CREATE INDEX h_due ON h (lapses_at) WHERE closed IS NULL;" PEER_ACCOUNTS
    " INSERT INTO a SELECT i + 1, 'user:user' || i, 1000000000000, 0 FROM n";

static double peer_same(int charges)
{
    static const char *const texts[] = {
        "BEGIN IMMEDIATE",
        "UPDATE a SET reserved = reserved + 5 WHERE name = 'user:user' || ?2"
        " AND balance - reserved >= 5",
        "INSERT INTO e VALUES (?1, 4, ?2 + 1, 101, 5, NULL, randomblob(16),"
        " 'job ipp://localhost:8631/jobs/123456 on main', 'dre/bench', ?1, zeroblob(200),"
        " randomblob(32))",
        "INSERT INTO h VALUES (?1, ?1, NULL)",
        "UPDATE a SET reserved = reserved - 5, balance = balance - 5 WHERE id = ?2 + 1",
        "UPDATE a SET balance = balance + 5 WHERE id = 101",
        "INSERT INTO e VALUES (?1 + 1, 5, ?2 + 1, 101, 5, ?1, randomblob(16),"
        " 'printer says job-impressions-completed 1', 'dre/bench', ?1, zeroblob(200),"
        " randomblob(32))",
        "UPDATE h SET closed = ?1 + 1 WHERE seq = ?1 AND closed IS NULL",
        "COMMIT",
    };
    enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
    sqlite3 *db = peer_open(peer_tables);
    sqlite3_stmt *stmts[COUNT];
    for (int i = 0; i < COUNT; i++) {
        stmts[i] = peer_stmt(db, texts[i]);
    }
    int64_t from = clk_mono_ns();
    for (int charge = 0; charge < charges; charge++) {
        int user = (int)rnd_below(USERS);
        for (int i = 0; i < COUNT; i++) {
            (void)sqlite3_bind_int(stmts[i], 1, 2 * charge + 1); // where it has such a parameter
            (void)sqlite3_bind_int(stmts[i], 2, user);
            peer_step(stmts[i]);
        }
    }
    double rate = charges * 1e9 / (double)(clk_mono_ns() - from);
    for (int i = 0; i < COUNT; i++) {
        sqlite3_finalize(stmts[i]);
    }
    sqlite3_close(db);
    return rate;
}

// ---- ours --------------------------------------------------------------------------------------

struct request {
    struct db_task task; // first
    struct cas *cas;
    struct arena arena;
    struct cas_turn turn;
    const ProtobufCMessage *ask;
    uint8_t key[16];
    uint8_t settle_key[16];
    char user[16];
};

static bool request_run(struct db_task *task, struct db *db, struct err *why)
{
    (void)db;
    struct request *request = (struct request *)task;
    const ProtobufCMessage *reply;
    return cas_answer(request->cas, &request->turn, request->ask, &reply, why);
}

static void request_ahead(struct db_task *task, struct db *db, int round)
{
    (void)db;
    struct request *request = (struct request *)task;
    cas_ahead(request->cas, request->ask, round);
}

static Quoin__V1__PageClass class;
static Quoin__V1__PageClass *classes[1] = { &class };

static void request_begin(struct request *request, struct cas *cas)
{
    request->cas = cas;
    request->arena = (struct arena){ .cap = CAS_ARENA_MAX };
    request->task = (struct db_task){ .run = request_run, .ahead = request_ahead };
    request->turn = (struct cas_turn){
        .arena = &request->arena, .role = "dre", .host = "bench", .now = clk_wall_ms()
    };
}

static void make_reserve(struct request *request, struct cas *cas)
{
    request_begin(request, cas);
    Quoin__V1__ReserveRequest *ask = arena_new(&request->arena, sizeof(*ask));
    quoin__v1__reserve_request__init(ask);
    rnd_uuid(request->key, request->turn.now); // as the engines make them
    (void)snprintf(request->user, sizeof(request->user), "user%d", (int)rnd_below(USERS));
    ask->key = (ProtobufCBinaryData){ 16, request->key };
    ask->job = arena_text(&request->arena, STR("ipp://localhost:8631/jobs/123456"));
    ask->work = arena_new(&request->arena, sizeof(*ask->work));
    quoin__v1__work__init(ask->work);
    ask->work->user = request->user;
    ask->work->queue = arena_text(&request->arena, STR("main"));
    ask->work->classes = classes;
    ask->work->n_classes = 1;
    request->ask = &ask->base;
}

static void make_settle(struct request *request)
{
    struct cas *cas = request->cas;
    request_begin(request, cas);
    Quoin__V1__SettleRequest *ask = arena_new(&request->arena, sizeof(*ask));
    quoin__v1__settle_request__init(ask);
    memcpy(request->settle_key, request->key, 16);
    request->settle_key[0] ^= 1;
    ask->key = (ProtobufCBinaryData){ 16, request->settle_key };
    ask->reservation = (ProtobufCBinaryData){ 16, request->key };
    ask->evidence = arena_text(&request->arena, STR("printer says job-impressions-completed 1"));
    ask->classes = classes;
    ask->n_classes = 1;
    request->ask = &ask->base;
}

static void run_group(struct request *requests, int count)
{
    struct cas *cas = requests[0].cas;
    for (int i = 0; i < count; i++) {
        requests[i].task.next = i + 1 < count ? &requests[i + 1].task : NULL;
    }
    db_group_run(cas_db(cas), &requests[0].task);
    cas_committed(cas);
    for (int i = 0; i < count; i++) {
        err = requests[i].task.err;
        must(requests[i].task.ok, "request");
        arena_free(&requests[i].arena);
    }
}

// Of the processor, in microseconds: what the disk's moods do not change.
static double cpu_us(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

// Requests a second with so many in a group; half reserve, half settle what was reserved.
static double ours_run(struct cas *cas, int operations, int group)
{
    static struct request requests[GROUP_MAX];
    int64_t from = clk_mono_ns();
    for (int done = 0; done < operations; done += 2 * group) {
        for (int i = 0; i < group; i++) {
            make_reserve(&requests[i], cas);
        }
        run_group(requests, group);
        for (int i = 0; i < group; i++) {
            make_settle(&requests[i]);
        }
        run_group(requests, group);
    }
    return operations * 1e9 / (double)(clk_mono_ns() - from);
}

static void add_users(struct cas *cas)
{
    for (int i = 0; i < USERS; i++) {
        struct request request;
        Quoin__V1__AddPersonRequest ask = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
        request_begin(&request, cas);
        rnd_bytes(request.key, 16);
        (void)snprintf(request.user, sizeof(request.user), "user%d", i);
        ask.key = (ProtobufCBinaryData){ 16, request.key };
        ask.name = request.user;
        ask.balance = (int64_t)1000000000000;
        request.ask = &ask.base;
        run_group(&request, 1);
    }
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

// operations are requests: two are a charge.
static void measure(struct cas *cas, int operations, const char *when)
{
    enum { ROUNDS = 5 };
    double least[ROUNDS], same[ROUNDS], one[ROUNDS], many[ROUNDS], cpu[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) { // in turn
        least[round] = peer_least(operations / 2);
        same[round] = peer_same(operations / 2);
        one[round] = ours_run(cas, operations, 1) / 2;
        double from = cpu_us();
        many[round] = ours_run(cas, operations * 8, GROUP_MAX) / 2;
        cpu[round] = (cpu_us() - from) / (operations * 4);
    }
    double *all[] = { least, same, one, many, cpu };
    for (int i = 0; i < 5; i++) {
        qsort(all[i], ROUNDS, sizeof(double), compare);
    }
    const int mid = ROUNDS / 2;
    printf("%-22s charges: plain SQLite %6.0f/s (the least %6.0f/s)  alone %6.0f/s (%.2f)  "
           "64 in a group %6.0f/s (%.2f), %.0f us of CPU each\n",
           when, same[mid], least[mid], one[mid], one[mid] / same[mid], many[mid],
           many[mid] / same[mid], cpu[mid]);
    (void)fflush(stdout);
}

// On a store whose peer runs elsewhere.
static void measure_ours(struct cas *cas, int operations)
{
    enum { ROUNDS = 5 };
    double many[ROUNDS], cpu[ROUNDS];
    (void)ours_run(cas, operations, GROUP_MAX); // caches and plans are warm
    for (int round = 0; round < ROUNDS; round++) {
        double from = cpu_us();
        many[round] = ours_run(cas, operations, GROUP_MAX);
        cpu[round] = (cpu_us() - from) / operations;
    }
    qsort(many, ROUNDS, sizeof(double), compare);
    qsort(cpu, ROUNDS, sizeof(double), compare);
    printf("64 in a group %.0f requests/s, %.0f charges/s, %.0f us of our CPU each request\n",
           many[ROUNDS / 2], many[ROUNDS / 2] / 2, cpu[ROUNDS / 2]);
}

static void verify(struct cas *cas)
{
    int64_t from = clk_mono_ns();
    struct ledger_head head;
    must(ledger_audit(cas_ledger(cas), &err), "audit");
    must(ledger_head(cas_ledger(cas), &head, &err), "head");
    double s = (double)(clk_mono_ns() - from) / 1e9;
    printf("verify of %lld entries: %.2f s, %.0f/s\n", (long long)head.sequence, s,
           (double)head.sequence / s);
}

int main(int argc, char **argv)
{
    int operations = argc > 1 ? atoi(argv[1]) : 2000;
    int fill = argc > 2 ? atoi(argv[2]) : 100000;
    char dsn[128];
    char witness[128];
    struct cas *cas = NULL;
    must(mkdtemp(folder) != NULL, "folder");
    db_allow_postgres();
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s/cas.db", folder);
    (void)snprintf(witness, sizeof(witness), "%s/witness", folder);
    must(cas_open(&cas,
                  &(struct cas_options){ .dsn = argc > 3 ? argv[3] : dsn, .witness = witness },
                  &err),
         "open");
    quoin__v1__page_class__init(&class);
    class.size = 1;
    class.pages = class.sheets = 1;
    add_users(cas);
    if (argc > 3) {
        measure_ours(cas, operations * 8);
    } else {
        measure(cas, operations, "ledger new");
    }
    for (int filled = 0; argc <= 3 && filled < fill; filled = filled == 0 ? 100000 : filled * 10) {
        int to = filled == 0 ? 100000 : filled * 10;
        (void)ours_run(cas, to - filled, GROUP_MAX);
        char when[64];
        (void)snprintf(when, sizeof(when), "after %d entries", to);
        measure(cas, operations, when);
    }
    verify(cas);
    cas_close(&cas);
    (void)nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
    return EXIT_SUCCESS;
}
