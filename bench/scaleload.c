// scaleload: what a charge, a page of history, totals and counters cost with few and with many.
//
// Usage: scaleload fill FOLDER USERS JOBS
//        scaleload measure SMALL BIG
//        scaleload charges SMALL BIG
//
// fill makes a site of that size: people by CAS itself; their jobs, a year of them, as reserved,
// posted and noted works, entry by entry chained as the ledger chains (it verifies, and the bench
// does verify it), but without looking up what is known to be new, and with the indexes made at the
// end. measure asks both in turn, through CAS, as the wire would; a ratio is of medians in one run.
#include "cas/cas_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "cas/walks.h"
#include "db/group.h"
#include "ledger/store_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUP = 64, FILL_GROUP = 20000, DEPARTMENTS = 200, QUEUES = 50, PRINTERS = 200 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define YEAR_MS (365 * DAY_MS)

static struct err err;

static void must(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "scaleload: %s: %s\n", what, err.text);
        exit(EXIT_FAILURE);
    }
}

static struct cas *open_site(const char *folder)
{
    char dsn[300];
    struct cas *cas = NULL;
    (void)mkdir(folder, 0700); // it may be there
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s/cas.db", folder);
    must(cas_open(&cas, &(struct cas_options){ .dsn = dsn }, &err), "open");
    return cas;
}

// ---- asking as the wire does -------------------------------------------------------------------

struct request {
    struct db_task task; // first
    struct cas *cas;
    struct arena arena;
    struct cas_turn turn;
    const ProtobufCMessage *ask;
    const ProtobufCMessage *reply;
    uint8_t key[16];
    uint8_t settle_key[16];
    char user[24];
};

static bool request_run(struct db_task *task, struct db *db, struct err *why)
{
    (void)db;
    struct request *request = (struct request *)task;
    return cas_answer(request->cas, &request->turn, request->ask, &request->reply, why);
}

static void request_ahead(struct db_task *task, struct db *db, int round)
{
    (void)db;
    struct request *request = (struct request *)task;
    cas_ahead(request->cas, request->ask, round);
}

static void request_begin(struct request *request, struct cas *cas, int64_t now)
{
    request->cas = cas;
    arena_reset(&request->arena);
    request->arena.cap = CAS_ARENA_MAX;
    request->task = (struct db_task){ .run = request_run, .ahead = request_ahead };
    request->turn =
        (struct cas_turn){ .arena = &request->arena, .role = "dre", .host = "bench", .now = now };
}

static void run_group(struct request *requests, int count)
{
    for (int i = 0; i < count; i++) {
        requests[i].task.next = i + 1 < count ? &requests[i + 1].task : NULL;
    }
    db_group_run(cas_db(requests[0].cas), &requests[0].task);
    cas_committed(requests[0].cas);
    for (int i = 0; i < count; i++) {
        err = requests[i].task.err;
        must(requests[i].task.ok, "request");
    }
}

static void name_of(char name[static 24], int64_t user)
{
    (void)snprintf(name, 24, "user%07lld", (long long)user);
}

// ---- filling -----------------------------------------------------------------------------------

static void add_people(struct cas *cas, int64_t users, int64_t now)
{
    static struct request requests[1000];
    static Quoin__V1__AddPersonRequest asks[1000];
    for (int64_t done = 0; done < users;) {
        int count = users - done < 1000 ? (int)(users - done) : 1000;
        for (int i = 0; i < count; i++) {
            struct request *request = &requests[i];
            request_begin(request, cas, now);
            rnd_uuid(request->key, now);
            name_of(request->user, done + i);
            quoin__v1__add_person_request__init(&asks[i]);
            asks[i].key = (ProtobufCBinaryData){ 16, request->key };
            asks[i].name = request->user;
            asks[i].balance = (int64_t)100000000000;
            request->ask = &asks[i].base;
        }
        run_group(requests, count);
        done += count;
    }
}

struct fill {
    struct cas *cas;
    struct ledger_account *accounts; // of the users
    struct ledger_account income;
    struct ledger_head head;
    struct str reserve_detail;
    struct str settle_detail;
    int64_t users;
};

static void fill_entry(struct fill *fill, struct ledger_entry *entry)
{
    entry->sequence = fill->head.sequence + 1;
    entry->has_key = true;
    entry->asker = STR("dre/one");
    rnd_uuid(entry->key.bytes, entry->at); // as the engines make them
    ledger_entry_hash(fill->cas->ledger, entry, fill->head.hash, entry->hash);
    must(ledger_store_entry_add(fill->cas->ledger, entry, &err), "entry");
    fill->head.sequence = entry->sequence;
    fill->head.at = entry->at;
    memcpy(fill->head.hash, entry->hash, sizeof(entry->hash));
}

static void fill_job(struct fill *fill, int64_t at, int64_t number)
{
    char department[64], queue[24], printer[24], job[64];
    int64_t user = (int64_t)rnd_below((uint32_t)fill->users);
    struct ledger_account *account = &fill->accounts[user];
    uint32_t pages = 1 + rnd_below(20);
    int64_t amount = (int64_t)pages * 5000;
    (void)snprintf(job, sizeof(job), "job ipp://print/jobs/%lld on main", (long long)number);
    (void)snprintf(department, sizeof(department), "faculty%lld/department%lld",
                   (long long)(user % DEPARTMENTS / 10), (long long)(user % DEPARTMENTS));
    (void)snprintf(queue, sizeof(queue), "queue%d", (int)rnd_below(QUEUES));
    (void)snprintf(printer, sizeof(printer), "printer%d", (int)rnd_below(PRINTERS));
    account->state.reserved.units += amount;
    struct ledger_entry pending = { .kind = LEDGER_PENDING,
                                    .debit = account->id,
                                    .credit = fill->income.id,
                                    .amount = { amount },
                                    .why = str_of(job),
                                    .at = at - 20000,
                                    .lapses_at = at + 30 * DAY_MS,
                                    .detail = fill->reserve_detail,
                                    .debit_after = account->state,
                                    .credit_after = fill->income.state };
    pending.at = pending.at > fill->head.at ? pending.at : fill->head.at;
    fill_entry(fill, &pending);
    must(ledger_store_hold_add(fill->cas->ledger, pending.sequence, pending.lapses_at, &err),
         "hold");
    account->state.reserved.units -= amount;
    account->state.balance.units -= amount;
    fill->income.state.balance.units += amount;
    struct ledger_entry post = { .kind = LEDGER_POST,
                                 .debit = account->id,
                                 .credit = fill->income.id,
                                 .amount = { amount },
                                 .pending = pending.sequence,
                                 .why = STR("printer says job-impressions-completed"),
                                 .at = at > fill->head.at ? at : fill->head.at,
                                 .detail = fill->settle_detail,
                                 .debit_after = account->state,
                                 .credit_after = fill->income.state };
    bool ok;
    fill_entry(fill, &post);
    must(ledger_store_hold_close(fill->cas->ledger, pending.sequence, post.sequence, &ok, &err) &&
             ok,
         "close");
    const struct history_leg leg = { str_of(account->name), { amount } };
    const struct history_line line = { STR("page.normal.mono"), pages, 5000, amount };
    struct str digest = { (const char *)post.hash, 8 };
    struct history_row row = {
        .at = post.at,
        .entry = post.sequence,
        .outcome = HISTORY_CHARGED,
        .job = str_of(job),
        .why = post.why,
        .amount = { amount },
        .real_cost = { amount / 3 },
        .price_version = 1,
        .legs = &leg,
        .leg_count = 1,
        .lines = &line,
        .line_count = 1,
        .work = { .queue = str_of(queue),
                  .printer = str_of(printer),
                  .format = STR("application/pdf"),
                  .media = STR("iso_a4_210x297mm"),
                  .from = STR("192.0.2.7"),
                  .copies = 1,
                  .bytes = 100000,
                  .digest = digest,
                  .at = pending.at,
                  .user = str_of(strchr(account->name, ':') + 1),
                  .department = str_of(department),
                  .groups = { STR("students"), STR("everybody") },
                  .group_count = 2,
                  .available = { 500000 },
                  .cost = { amount } },
    };
    memcpy(row.key, pending.key.bytes, sizeof(row.key));
    row.work.classes[0].page = (struct page_class){
        .size = PAGE_NORMAL, .color = pages % 4 == 0, .pages = pages, .sheets = pages
    };
    row.work.class_count = 1;
    must(history_add(fill->cas->history, &row, &err), "history");
}

// What such an entry keeps, of one job: the size of all.
static struct str fill_detail(struct arena *arena, bool is_settle)
{
    struct cas_turn turn = { .arena = arena, .role = "dre", .host = "one" };
    Quoin__V1__ReserveRequest *ask = cas_message(arena, &quoin__v1__reserve_request__descriptor);
    Quoin__V1__SettleRequest *settle = cas_message(arena, &quoin__v1__settle_request__descriptor);
    Quoin__V1__PageClass *class = cas_message(arena, &quoin__v1__page_class__descriptor);
    Quoin__V1__Share *leg = cas_message(arena, &quoin__v1__share__descriptor);
    Quoin__V1__PriceLine *line = cas_message(arena, &quoin__v1__price_line__descriptor);
    static uint8_t key[16] = "0123456789abcde";
    class->size = 1;
    class->pages = class->sheets = 7;
    ask->key = (ProtobufCBinaryData){ 16, key };
    ask->job = cas_text(arena, STR("ipp://print.example.org/jobs/1234567"));
    ask->work = cas_message(arena, &quoin__v1__work__descriptor);
    ask->work->user = cas_text(arena, STR("user0012345"));
    ask->work->queue = cas_text(arena, STR("main"));
    ask->work->printer = cas_text(arena, STR("printer17"));
    ask->work->format = cas_text(arena, STR("application/pdf"));
    ask->work->classes = &class;
    ask->work->n_classes = 1;
    settle->key = settle->reservation = ask->key;
    settle->evidence = cas_text(arena, STR("printer says job-impressions-completed 7"));
    settle->classes = &class;
    settle->n_classes = 1;
    leg->account = cas_text(arena, STR("user:user0012345"));
    leg->amount = 35000;
    leg->parts = 1000000;
    line->what = cas_text(arena, STR("7 mono pages, normal size"));
    line->rule = cas_text(arena, STR("page.normal.mono"));
    line->quantity = 7;
    line->each = 5000;
    line->amount = 35000;
    struct cas_charge charge = {
        .legs = &leg, .leg_count = 1, .lines = &line, .line_count = 1, .price_version = 1
    };
    return is_settle ? cas_charge_receipt(&turn, "Settle", &settle->base, &charge)
                     : cas_charge_receipt(&turn, "Reserve", &ask->base, &charge);
}

// The indexes of both rooms: their texts, to make them again.
static void take_indexes(struct db *db, struct arena *arena, char *texts[], size_t *count)
{
    struct db_stmt *stmt = NULL;
    char *names[32];
    bool row = true;
    must(db_prepare(db, &stmt,
                    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                    " AND tbl_name IN ('ledger_entry', 'history_work')",
                    &err),
         "indexes");
    *count = 0;
    while (row) {
        must(db_step(stmt, &row, &err), "indexes");
        if (row && *count < 32) {
            names[*count] = arena_text(arena, db_col_text(stmt, 0));
            texts[(*count)++] = arena_text(arena, db_col_text(stmt, 1));
        }
    }
    db_finish(&stmt);
    for (size_t i = 0; i < *count; i++) {
        must(db_run_text(db, arena_textf(arena, "DROP INDEX %s", names[i]), &err), "drop");
    }
}

static void fill_accounts(struct fill *fill)
{
    bool found;
    fill->accounts = mem_new((size_t)fill->users * sizeof(*fill->accounts));
    for (int64_t i = 0; i < fill->users; i++) {
        char name[40] = "user:";
        name_of(name + 5, i);
        must(ledger_account_find(fill->cas->ledger, str_of(name), &fill->accounts[i], &found,
                                 &err) &&
                 found,
             "account");
    }
    must(ledger_account_find(fill->cas->ledger, STR("income:print"), &fill->income, &found, &err) &&
             ledger_head(fill->cas->ledger, &fill->head, &err),
         "income");
}

static void fill_balances(struct fill *fill)
{
    struct db_stmt *stmt = NULL;
    must(db_prepare(fill->cas->db, &stmt, "UPDATE ledger_account SET balance = $2 WHERE id = $1",
                    &err) &&
             db_begin(fill->cas->db, &err),
         "balances");
    for (int64_t i = 0; i <= fill->users; i++) {
        const struct ledger_account *one = i == fill->users ? &fill->income : &fill->accounts[i];
        db_bind_int(stmt, 1, one->id);
        db_bind_int(stmt, 2, one->state.balance.units);
        must(db_run(stmt, &err), "balance");
    }
    db_finish(&stmt);
    must(db_commit(fill->cas->db, &err), "balances");
}

static void fill_verify(struct cas *cas, const char *what)
{
    int64_t from = clk_mono_ms();
    must(ledger_audit(cas->ledger, &err), "audit");
    (void)fprintf(stderr, "%s: the chain is good, %.1f s\n", what,
                  (double)(clk_mono_ms() - from) / 1000);
}

static int fill_site(const char *folder, int64_t users, int64_t jobs)
{
    struct arena arena = ARENA_CAP(1 << 20);
    struct fill fill = { .cas = open_site(folder), .users = users };
    struct db *db = fill.cas->db;
    char *texts[32];
    size_t count;
    int64_t from = clk_mono_ms();
    // What dies half-way is made anew; the chain is verified in the end.
    must(db_run_text(
             db,
             "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA foreign_keys = OFF;"
             "PRAGMA cache_size = -1000000",
             &err),
         "pragma");
    add_people(fill.cas, users, clk_wall_ms());
    (void)fprintf(stderr, "%lld people: %.1f s\n", (long long)users,
                  (double)(clk_mono_ms() - from) / 1000);
    fill_accounts(&fill);
    fill.reserve_detail = fill_detail(&arena, false);
    fill.settle_detail = fill_detail(&arena, true);
    take_indexes(db, &arena, texts, &count);
    from = clk_mono_ms();
    int64_t begin = clk_wall_ms() + DAY_MS;
    for (int64_t done = 0; done < jobs;) {
        must(db_begin(db, &err), "begin");
        for (int64_t end = done + FILL_GROUP; done < end && done < jobs; done++) {
            fill_job(&fill, begin + YEAR_MS / jobs * done, done);
        }
        must(db_commit(db, &err), "commit");
        if (done % 1000000 == 0) {
            (void)fprintf(stderr, "%lld jobs: %.1f s\n", (long long)done,
                          (double)(clk_mono_ms() - from) / 1000);
        }
    }
    fill_balances(&fill);
    from = clk_mono_ms();
    for (size_t i = 0; i < count; i++) {
        must(db_run_text(db, texts[i], &err), "index");
    }
    (void)fprintf(stderr, "indexes: %.1f s\n", (double)(clk_mono_ms() - from) / 1000);
    fill_verify(fill.cas, folder);
    cas_close(&fill.cas);
    free(fill.accounts);
    arena_free(&arena);
    return EXIT_SUCCESS;
}

// ---- measuring ---------------------------------------------------------------------------------

static double cpu_us(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

enum { ROUNDS = 5, CHARGES = 64 * 40, PAGES = 200, COUNTS = 500 };

struct figures {
    double charge_us[ROUNDS]; // of the processor, reserve and settle
    double charge_wall_us[ROUNDS];
    double page_ms[ROUNDS];      // median of PAGES
    double page_most_ms[ROUNDS]; // the 99th of 100
    double count_us[ROUNDS];
    double same_us[ROUNDS];
    double totals_s[ROUNDS];
    double slice_ms[ROUNDS]; // the longest
    double replay_s[ROUNDS]; // a million works, read as policy and prices take them
};

struct site {
    struct cas *cas;
    int64_t users;
    int64_t now;
    int64_t jobs;
    struct figures figures;
};

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(double), compare);
    return values[count / 2];
}

static void random_user(const struct site *site, char name[static 24])
{
    name_of(name, (int64_t)rnd_below((uint32_t)site->users));
}

static void measure_charges(struct site *site, int round)
{
    static struct request requests[GROUP];
    static Quoin__V1__ReserveRequest reserves[GROUP];
    static Quoin__V1__SettleRequest settles[GROUP];
    static Quoin__V1__Work works[GROUP];
    static char job[] = "ipp://localhost/jobs/1", queue[] = "queue7", printer[] = "printer7";
    static char why[] = "printer says job-impressions-completed 3";
    Quoin__V1__PageClass class = QUOIN__V1__PAGE_CLASS__INIT;
    Quoin__V1__PageClass *classes[] = { &class };
    class.size = 1;
    class.pages = class.sheets = 3;
    double from_cpu = cpu_us();
    int64_t from = clk_mono_ns();
    for (int done = 0; done < CHARGES; done += GROUP) {
        for (int i = 0; i < GROUP; i++) {
            request_begin(&requests[i], site->cas, site->now);
            rnd_uuid(requests[i].key, clk_wall_ms()); // as the engines make them
            random_user(site, requests[i].user);
            quoin__v1__reserve_request__init(&reserves[i]);
            quoin__v1__work__init(&works[i]);
            reserves[i].key = (ProtobufCBinaryData){ 16, requests[i].key };
            reserves[i].job = job;
            reserves[i].work = &works[i];
            works[i].user = requests[i].user;
            works[i].queue = queue;
            works[i].printer = printer;
            works[i].classes = classes;
            works[i].n_classes = 1;
            works[i].digest = (ProtobufCBinaryData){ 16, requests[i].key };
            requests[i].ask = &reserves[i].base;
        }
        run_group(requests, GROUP);
        for (int i = 0; i < GROUP; i++) {
            request_begin(&requests[i], site->cas, site->now);
            memcpy(requests[i].settle_key, requests[i].key, 16);
            requests[i].settle_key[0] ^= 1;
            quoin__v1__settle_request__init(&settles[i]);
            settles[i].key = (ProtobufCBinaryData){ 16, requests[i].settle_key };
            settles[i].reservation = (ProtobufCBinaryData){ 16, requests[i].key };
            settles[i].evidence = why;
            settles[i].classes = classes;
            settles[i].n_classes = 1;
            requests[i].ask = &settles[i].base;
        }
        run_group(requests, GROUP);
        site->now += 1000;
    }
    site->figures.charge_us[round] = (cpu_us() - from_cpu) / CHARGES;
    site->figures.charge_wall_us[round] = (double)(clk_mono_ns() - from) / 1000 / CHARGES;
}

static void measure_pages(struct site *site, int round)
{
    static struct history_row rows[50];
    double ms[PAGES];
    struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    for (int i = 0; i < PAGES; i++) {
        char user[24];
        size_t count;
        int64_t next;
        random_user(site, user);
        const struct history_filter filter = { .person = str_of(user) };
        int64_t from = clk_mono_ns();
        must(history_page(site->cas->history, &filter, 0, 50, &arena, rows, &count, &next, &err),
             "page");
        ms[i] = (double)(clk_mono_ns() - from) / 1e6;
        arena_reset(&arena);
    }
    site->figures.page_ms[round] = median(ms, PAGES);
    site->figures.page_most_ms[round] = ms[PAGES * 99 / 100];
    arena_free(&arena);
}

static void measure_counts(struct site *site, int round)
{
    double count_us[COUNTS], same_us[COUNTS];
    for (int i = 0; i < COUNTS; i++) {
        char user[24];
        struct history_counts counts;
        int64_t same;
        random_user(site, user);
        int64_t from = clk_mono_ns();
        must(history_count(site->cas->history, str_of(user), site->now - 30 * DAY_MS, 0, &counts,
                           &err),
             "count");
        int64_t middle = clk_mono_ns();
        must(history_count_same(site->cas->history, str_of(user), STR("12345678"),
                                site->now - DAY_MS, 0, &same, &err),
             "same");
        count_us[i] = (double)(middle - from) / 1e3;
        same_us[i] = (double)(clk_mono_ns() - middle) / 1e3;
    }
    site->figures.count_us[round] = median(count_us, COUNTS);
    site->figures.same_us[round] = median(same_us, COUNTS);
}

// A month in the middle of the year.
static void measure_totals(struct site *site, int round)
{
    int64_t until = site->now - YEAR_MS / 2;
    struct history_totals *totals =
        history_totals_new(HISTORY_BY_DEPARTMENT, until - YEAR_MS / 12, until, -1);
    bool done = false;
    int64_t left;
    double most = 0;
    int64_t from = clk_mono_ns();
    while (!done) {
        int64_t slice = clk_mono_ns();
        must(history_totals_step(site->cas->history, totals, CAS_TOTALS_SLICE, &done, &left, &err),
             "totals");
        double ms = (double)(clk_mono_ns() - slice) / 1e6;
        most = ms > most ? ms : most;
    }
    site->figures.totals_s[round] = (double)(clk_mono_ns() - from) / 1e9;
    site->figures.slice_ms[round] = most;
    history_totals_free(&totals);
}

static bool replay_one(void *arg, const struct history_row *row, struct err *why)
{
    (void)why;
    *(uint64_t *)arg += work_sums(&row->work).pages;
    return true;
}

static void measure_replay(struct site *site, int round)
{
    struct history_range range = { .from = 0 };
    int64_t most = site->jobs < 1000000 ? site->jobs : 1000000;
    uint64_t pages = 0;
    bool done = false;
    int64_t left;
    int64_t from = clk_mono_ns();
    while (!done && range.after < most) {
        must(history_read(site->cas->history, &range, 5000, replay_one, &pages, &done, &left, &err),
             "replay");
    }
    must(pages > 0, "replay");
    site->figures.replay_s[round] = (double)(clk_mono_ns() - from) / 1e9 * 1e6 / (double)most;
}

static void site_open(struct site *site, const char *folder)
{
    struct db_stmt *stmt = NULL;
    bool row;
    site->cas = open_site(folder);
    must(db_prepare(site->cas->db, &stmt,
                    "SELECT (SELECT count(*) FROM ledger_account WHERE name LIKE 'user:%'),"
                    " (SELECT max(number) FROM history_work), (SELECT max(at) FROM ledger_entry"
                    " WHERE seq = (SELECT max(seq) FROM ledger_entry))",
                    &err) &&
             db_step(stmt, &row, &err),
         "size");
    site->users = db_col_int(stmt, 0);
    site->jobs = db_col_int(stmt, 1);
    site->now = db_col_int(stmt, 2) + 1000;
    db_finish(&stmt);
}

static void site_print(struct site *site, const char *name, const char *end)
{
    struct figures *of = &site->figures;
    printf(" \"%s\": {\"users\": %lld, \"jobs\": %lld, \"charge_cpu_us\": %.1f, \"charge_us\": "
           "%.1f, \"page_ms\": %.3f, \"page_p99_ms\": %.3f, \"count_us\": %.1f, \"same_us\": %.1f, "
           "\"totals_s\": %.3f, \"slice_ms\": %.1f, \"replay_s\": %.2f}%s\n",
           name, (long long)site->users, (long long)site->jobs, median(of->charge_us, ROUNDS),
           median(of->charge_wall_us, ROUNDS), median(of->page_ms, ROUNDS),
           median(of->page_most_ms, ROUNDS), median(of->count_us, ROUNDS),
           median(of->same_us, ROUNDS), median(of->totals_s, ROUNDS), median(of->slice_ms, ROUNDS),
           median(of->replay_s, ROUNDS), end);
}

// The file is in the system's memory as on a server that has enough of it and has run for a while.
static void site_warm(const char *folder)
{
    static char bytes[1 << 20];
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/cas.db", folder);
    FILE *file = fopen(path, "rb");
    while (file != NULL && fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes)) {
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

// What charges look up has been read once, as on a server that has run for some days.
static void site_touch(struct site *site)
{
    static const char *const texts[] = {
        "SELECT sum(balance) FROM ledger_account",
        "SELECT count(*) FROM ledger_account WHERE name > ''",
        "SELECT sum(created_at) FROM accounts_person",
        "SELECT count(*) FROM accounts_person WHERE name > ''",
        "SELECT count(*) FROM history_name WHERE name > ''",
        "SELECT count(*) FROM ledger_entry WHERE debit > 0",
        "SELECT count(*) FROM history_work WHERE person > 0",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct db_stmt *stmt = NULL;
        must(db_prepare(site->cas->db, &stmt, texts[i], &err) && db_run(stmt, &err), texts[i]);
        db_finish(&stmt);
    }
}

static int measure_charges_alone(struct site sites[static 2])
{
    struct figures *small = &sites[0].figures;
    struct figures *big = &sites[1].figures;
    for (int round = 0; round < ROUNDS; round++) {
        measure_charges(&sites[0], round);
        measure_charges(&sites[1], round);
        measure_totals(&sites[1], round);
        printf("round %d: small %.1f us of the processor (%.1f by the clock), big %.1f (%.1f): "
               "%.2f; a month %.2f s\n",
               round, small->charge_us[round], small->charge_wall_us[round], big->charge_us[round],
               big->charge_wall_us[round], big->charge_us[round] / small->charge_us[round],
               big->totals_s[round]);
        (void)fflush(stdout);
    }
    cas_close(&sites[0].cas);
    cas_close(&sites[1].cas);
    return EXIT_SUCCESS;
}

static int measure(const char *small, const char *big, bool charges_alone)
{
    struct site sites[2] = { 0 };
    site_warm(big);
    site_open(&sites[0], small);
    site_open(&sites[1], big);
    site_touch(&sites[1]);
    if (charges_alone) {
        return measure_charges_alone(sites);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) { // in turn
            measure_pages(&sites[i], round);
            measure_charges(&sites[i], round);
            measure_counts(&sites[i], round);
            measure_totals(&sites[i], round);
            measure_replay(&sites[i], round);
        }
    }
    printf("{\n");
    site_print(&sites[0], "small", ",");
    site_print(&sites[1], "big", "");
    printf("}\n");
    cas_close(&sites[0].cas);
    cas_close(&sites[1].cas);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "fill") == 0) {
        return fill_site(argv[2], atoll(argv[3]), atoll(argv[4]));
    }
    if (argc == 4 && strcmp(argv[1], "measure") == 0) {
        return measure(argv[2], argv[3], false);
    }
    if (argc == 4 && strcmp(argv[1], "charges") == 0) {
        return measure(argv[2], argv[3], true);
    }
    (void)fprintf(stderr,
                  "scaleload fill FOLDER USERS JOBS | scaleload measure|charges SMALL BIG\n");
    return 2;
}
