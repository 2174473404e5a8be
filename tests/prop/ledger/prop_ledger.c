// The ledger against a model of it in memory: thousands of random operations, some with keys that
// were used before, in groups with parts that are undone; and the same in a process that is killed
// at a random moment, after which everything that was acknowledged must be there and nothing else.
//
// Usage: prop_ledger [SEED [ROUNDS]]. The seed is printed; the same seed gives the same run.
#include "ledger/ledger.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

enum { USERS = 6, HOLDS = 4000, OPERATIONS = 1500 };

static char dsn[128];
static uint64_t seed;

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

enum { OP_DEPOSIT, OP_RESERVE, OP_POST, OP_VOID, OP_LIMIT, OP_LAPSE, OP_COUNT };

struct operation {
    int what;
    int number; // its key
    int user;
    int hold; // number of the reservation
    int64_t amount;
    int64_t at;
};

struct hold {
    int number;
    int user;
    int64_t amount;
    int64_t lapses_at;
    bool closed;
};

// What the ledger must be, kept the simplest way.
struct model {
    int64_t balance[USERS];
    int64_t reserved[USERS];
    int64_t overdraft[USERS];
    int64_t income;
    int64_t cash;
    struct hold holds[HOLDS];
    int hold_count;
};

static struct hold *find_hold(struct model *model, int number)
{
    for (int i = 0; i < model->hold_count; i++) {
        if (model->holds[i].number == number) {
            return &model->holds[i];
        }
    }
    return NULL;
}

static void model_close(struct model *model, struct hold *hold, int64_t moved)
{
    hold->closed = true;
    model->reserved[hold->user] -= hold->amount;
    model->balance[hold->user] -= moved;
    model->income += moved;
}

// Whether the operation must succeed; changes the model if so.
static bool model_do(struct model *model, const struct operation *op)
{
    struct hold *hold = find_hold(model, op->hold);
    int user = op->user;
    switch (op->what) {
    case OP_DEPOSIT:
        model->cash -= op->amount;
        model->balance[user] += op->amount;
        return true;
    case OP_RESERVE:
        if (model->balance[user] - model->reserved[user] + model->overdraft[user] < op->amount ||
            model->hold_count == HOLDS) {
            return false;
        }
        model->reserved[user] += op->amount;
        model->holds[model->hold_count++] =
            (struct hold){ op->number, user, op->amount, op->at + 400, false };
        return true;
    case OP_POST:
        if (hold == NULL || hold->closed || op->amount > hold->amount) {
            return false;
        }
        model_close(model, hold, op->amount);
        return true;
    case OP_VOID:
        if (hold == NULL || hold->closed) {
            return false;
        }
        model_close(model, hold, 0);
        return true;
    case OP_LIMIT: model->overdraft[user] = op->amount; return true;
    default:
        for (int i = 0; i < model->hold_count; i++) {
            if (!model->holds[i].closed && model->holds[i].lapses_at <= op->at) {
                model_close(model, &model->holds[i], 0);
            }
        }
        return true;
    }
}

static struct operation operation_of(uint64_t *random, int number)
{
    struct operation op = { .what = (int)draw(random, OP_COUNT + 4),
                            .number = number,
                            .user = (int)draw(random, USERS),
                            .amount = (int64_t)draw(random, 120),
                            .at = 1000 + number };
    if (op.what >= OP_COUNT) {
        op.what =
            OP_RESERVE + (op.what - OP_COUNT) % 2; // reserve and post are what there is most of
    }
    op.hold = number - 1 - (int)draw(random, 30);
    return op;
}

static struct ledger_key key_of(int number)
{
    struct ledger_key key = { { 'p' } };
    memcpy(key.bytes + 4, &number, sizeof(number));
    return key;
}

static const char *user_name(int user)
{
    static const char *const names[USERS] = { "user:a", "user:b", "user:c",
                                              "user:d", "user:e", "user:f" };
    return names[user];
}

static bool ledger_do(struct ledger *ledger, const struct operation *op, struct err *err)
{
    struct ledger_ask ask = { .key = key_of(op->number),
                              .debit = str_of(user_name(op->user)),
                              .credit = STR("income:print"),
                              .amount = { op->amount },
                              .reservation = key_of(op->hold),
                              .at = op->at };
    struct ledger_receipt receipt;
    size_t count;
    switch (op->what) {
    case OP_DEPOSIT:
        ask.credit = ask.debit;
        ask.debit = STR("cash");
        return ledger_transfer(ledger, &ask, &receipt, err);
    case OP_RESERVE:
        ask.lapses_at = op->at + 400;
        return ledger_reserve(ledger, &ask, &receipt, err);
    case OP_POST: return ledger_post(ledger, &ask, &receipt, err);
    case OP_VOID: return ledger_void(ledger, &ask, &receipt, err);
    case OP_LIMIT: return ledger_limit(ledger, &ask, &receipt, err);
    default: return ledger_lapse(ledger, op->at, HOLDS, &count, err);
    }
}

static bool open_it(struct db **db, struct ledger **ledger, struct err *err)
{
    struct ledger_receipt receipt;
    bool ok = db_open(db, &(struct db_options){ .dsn = dsn }, err) && ledger_open(*db, ledger, err);
    for (int i = 0; ok && i < USERS + 2; i++) {
        struct ledger_ask ask = { .key = key_of(-1 - i),
                                  .debit = i == 0   ? STR("cash")
                                           : i == 1 ? STR("income:print")
                                                    : str_of(user_name(i - 2)),
                                  .is_unlimited = i < 2 };
        ok = ledger_account_open(*ledger, &ask, &receipt, err);
    }
    return ok;
}

static bool is_same(struct ledger *ledger, const struct model *model)
{
    struct err err = { 0 };
    struct ledger_account account;
    bool found = false;
    for (int i = 0; i < USERS; i++) {
        if (!ledger_account_find(ledger, str_of(user_name(i)), &account, &found, &err) || !found ||
            account.state.balance.units != model->balance[i] ||
            account.state.reserved.units != model->reserved[i] ||
            account.state.overdraft.units != model->overdraft[i]) {
            return false;
        }
    }
    return ledger_account_find(ledger, STR("income:print"), &account, &found, &err) && found &&
           account.state.balance.units == model->income &&
           ledger_account_find(ledger, STR("cash"), &account, &found, &err) && found &&
           account.state.balance.units == model->cash;
}

static void fresh(int round)
{
    char extra[160];
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s/%d.db", folder_path, round);
    (void)snprintf(extra, sizeof(extra), "%s-wal", dsn + 7);
    (void)remove(dsn + 7);
    (void)remove(extra);
}

// Random operations; every third group has parts that are undone, every tenth operation is asked
// again later with its old key.
static void run_against_the_model(void)
{
    static struct model model;
    static struct operation done[OPERATIONS];
    struct db *db = NULL;
    struct ledger *ledger = NULL;
    struct err err = { 0 };
    uint64_t random = seed;
    int wrong = 0;
    int count = 0;
    fresh(0);
    CHECK(open_it(&db, &ledger, &err));
    for (int n = 1; n <= OPERATIONS; n++) {
        struct operation op = operation_of(&random, n);
        bool undo = draw(&random, 5) == 0;
        bool ok = db_begin(db, &err) && db_part_begin(db, &err);
        bool did = ok && ledger_do(ledger, &op, &err);
        if (undo || !did) {
            ok = ok && db_part_undo(db);
        } else {
            ok = ok && db_part_keep(db, &err);
            done[count++] = op;
        }
        ok = ok && db_commit(db, &err);
        static struct model trial;
        trial = model;
        bool should = model_do(&trial, &op);
        model = undo ? model : trial;
        wrong += !ok || did != should || !is_same(ledger, &model) ? 1 : 0;
        if (count > 0 && draw(&random, 10) == 0) {
            const struct operation *old = &done[draw(&random, (uint64_t)count)];
            wrong += old->what != OP_LAPSE && !ledger_do(ledger, old, &err) ? 1 : 0;
            wrong += is_same(ledger, &model) ? 0 : 1;
        }
        if (n % 250 == 0) {
            wrong += ledger_audit(ledger, &err) ? 0 : 1;
        }
    }
    CHECK(wrong == 0 && count > OPERATIONS / 4);
    CHECK(ledger_audit(ledger, &err));
    ledger_close(&ledger);
    db_close(&db);
}

// The child: the same operations in order, each committed and then acknowledged through the pipe.
static void child_main(uint64_t random, int pipe_out)
{
    struct db *db = NULL;
    struct ledger *ledger = NULL;
    struct err err = { 0 };
    if (!open_it(&db, &ledger, &err)) {
        _exit(3);
    }
    for (int n = 1; n <= 100000; n++) {
        struct operation op = operation_of(&random, n);
        struct err refused = { 0 };
        if (!db_begin(db, &err)) {
            _exit(4);
        }
        if (!ledger_do(ledger, &op, &refused)) {
            db_rollback(db);
        } else if (!db_commit(db, &err)) {
            _exit(5);
        }
        if (write(pipe_out, &n, sizeof(n)) != (ssize_t)sizeof(n)) {
            _exit(6);
        }
    }
    _exit(0);
}

// Kills it after a random number of acknowledgements and a random moment more. The last one heard.
static int kill_at_random(uint64_t *random, uint64_t operations)
{
    int ends[2];
    int last = 0;
    uint64_t target = 1 + draw(random, 120);
    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        child_main(operations, ends[1]);
    }
    (void)close(ends[1]);
    int heard;
    while (read(ends[0], &heard, sizeof(heard)) == (ssize_t)sizeof(heard)) {
        last = heard;
        if ((uint64_t)last >= target && child > 0) {
            uint64_t spin = draw(random, 400000);
            for (volatile uint64_t i = 0; i < spin; i++) {
            }
            (void)kill(child, SIGKILL);
            target = UINT64_MAX;
        }
    }
    int status = 0;
    (void)waitpid(child, &status, 0);
    (void)close(ends[0]);
    return WIFSIGNALED(status) ? last : -1;
}

static void run_with_kills(int rounds)
{
    uint64_t random = seed * 7919 + 1;
    int wrong = 0;
    int unheard = 0; // committed, but killed before it could say so
    for (int round = 1; round <= rounds; round++) {
        static struct model model;
        static struct model next;
        struct db *db = NULL;
        struct ledger *ledger = NULL;
        struct err err = { 0 };
        uint64_t operations = draw(&random, UINT64_MAX) | 1;
        uint64_t replay = operations;
        fresh(round);
        int last = kill_at_random(&random, operations);
        bool ok = last >= 0 && db_open(&db, &(struct db_options){ .dsn = dsn }, &err) &&
                  db_start_of(db)->was_unclean && ledger_open(db, &ledger, &err) &&
                  ledger_audit(ledger, &err);
        model = (struct model){ 0 };
        for (int n = 1; n <= last; n++) {
            struct operation op = operation_of(&replay, n);
            (void)model_do(&model, &op); // whether it passed shows in the balances
        }
        next = model;
        struct operation one_more = operation_of(&replay, last + 1);
        (void)model_do(&next, &one_more);
        bool same = ok && is_same(ledger, &model);
        unheard += ok && !same && is_same(ledger, &next) ? 1 : 0;
        if (!ok || !(same || is_same(ledger, &next))) {
            printf("# round %d, seed %llu, after %d: %s\n", round, (unsigned long long)seed, last,
                   err.text);
            wrong++;
        }
        ledger_close(&ledger);
        db_close(&db);
        fresh(round);
    }
    printf("# %d kills, %d of them between the commit and its word\n", rounds, unheard);
    CHECK(wrong == 0);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)getpid() * 2654435761u + 1;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 50;
    printf("# seed %llu\n", (unsigned long long)seed);
    (void)folder_make();
    run_against_the_model();
    run_with_kills(rounds);
    folder_end();
    return tap_done();
}
