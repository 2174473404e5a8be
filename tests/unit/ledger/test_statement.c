// A statement is what the entries say, with the names of then, in any number of passes and slices;
// entries that do not add up are told.
#include "ledger/statement.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;
static struct db *db;
static struct ledger *ledger;
static int keys;

static struct ledger_ask like(const char *debit, const char *credit, int64_t amount, int64_t at)
{
    struct ledger_ask ask = { .debit = str_of(debit), .credit = str_of(credit), .at = at };
    ask.amount.units = amount;
    keys++;
    memcpy(ask.key.bytes, &keys, sizeof(keys));
    return ask;
}

static void enter(const char *name, int64_t at)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = like(name, "", 0, at);
    ask.is_unlimited = true;
    CHECK(ledger_account_open(ledger, &ask, &receipt, &err));
}

static void pay(const char *debit, const char *credit, int64_t amount, int64_t at,
                const char *detail)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = like(debit, credit, amount, at);
    ask.detail = str_of(detail);
    CHECK(ledger_transfer(ledger, &ask, &receipt, &err));
}

static void charge(const char *debit, int64_t amount, int64_t at)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = like(debit, "income:print", amount, at);
    CHECK(ledger_reserve(ledger, &ask, &receipt, &err));
    struct ledger_ask post = like(debit, "income:print", amount - 1, at);
    post.reservation = ask.key;
    CHECK(ledger_post(ledger, &post, &receipt, &err));
}

static void make(void)
{
    static const char *const names[] = { "cash",           "income:print", "grants",
                                         "adjustments",    "vouchers",     "user:mary",
                                         "allotment:mary", "user:tom" };
    store_clear(dsn);
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && ledger_open(db, &ledger, &err));
    for (int i = 0; i < 8; i++) {
        enter(names[i], 1000);
    }
    pay("cash", "user:mary", 10 * MONEY_SCALE, 1500, "");
    // From here on it is the period: 2000 to 3000.
    pay("cash", "user:tom", 5 * MONEY_SCALE, 2000, "");
    charge("user:mary", 100001, 2100);
    pay("income:print", "user:mary", 40000, 2200,
        "\n\x0c"
        "DecideRefund");
    pay("income:print", "user:mary", 20000, 2300, "\n\nMoveCharge");
    pay("user:tom", "income:print", 20000, 2300, "");
    pay("grants", "allotment:mary", 70000, 2400, "x");
    pay("vouchers", "user:tom", 30000, 2400, "");
    pay("adjustments", "user:tom", 1, 2400, "");
    pay("user:tom", "user:mary", 11, 2500, "");
    struct ledger_receipt receipt;
    struct ledger_ask hold = like("user:tom", "income:print", 77, 2999);
    CHECK(ledger_reserve(ledger, &hold, &receipt, &err));
    // And behind it.
    pay("cash", "user:mary", 123, 3000, "");
    enter("user:late", 3000);
    struct ledger_ask renamed = like("user:mary", "user:maria", 0, 3001);
    CHECK(ledger_rename(ledger, &renamed, &receipt, &err));
    renamed = like("user:maria", "user:marie", 0, 3002);
    CHECK(ledger_rename(ledger, &renamed, &receipt, &err));
}

static void end(void)
{
    ledger_close(&ledger);
    db_close(&db);
}

static bool take(void *arg, int64_t part, struct str text, struct err *why)
{
    (void)part, (void)why;
    buf_add(arg, text);
    return true;
}

static bool compute(size_t ids, size_t most, struct buf *text, struct ledger_statement_done *done)
{
    struct ledger_bounds bounds;
    const struct ledger_statement_sink sink = { take, text };
    bool good = ledger_bounds_find(ledger, 2000, 3000, &bounds, &err);
    struct ledger_statement *statement = ledger_statement_new(&bounds, ids);
    *done = (struct ledger_statement_done){ 0 };
    for (int i = 0; good && !done->done && i < 10000; i++) {
        good = ledger_statement_step(ledger, statement, most, &sink, done, &err);
    }
    ledger_statement_free(&statement);
    return good && done->done;
}

static const char expected[] =
    "account,opening,charges,refunds,moves,cash,grants,vouchers,transfers,adjustments,closing,"
    "reserved\r\n"
    "cash,-10.00,0.00,0.00,0.00,-5.00,0.00,0.00,0.00,0.00,-15.00,0.00\r\n"
    "income:print,0.00,1.00,-0.40,0.00,0.00,0.00,0.00,0.00,0.00,0.60,0.00\r\n"
    "grants,0.00,0.00,0.00,0.00,0.00,-0.70,0.00,0.00,0.00,-0.70,0.00\r\n"
    "adjustments,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,-0.00001,-0.00001,0.00\r\n"
    "vouchers,0.00,0.00,0.00,0.00,0.00,0.00,-0.30,0.00,0.00,-0.30,0.00\r\n"
    "user:mary,10.00,-1.00,0.40,0.20,0.00,0.00,0.00,0.00011,0.00,9.60011,0.00\r\n"
    "allotment:mary,0.00,0.00,0.00,0.00,0.00,0.70,0.00,0.00,0.00,0.70,0.00\r\n"
    "user:tom,0.00,0.00,0.00,-0.20,5.00,0.00,0.30,-0.00011,0.00001,5.0999,0.00077\r\n";

static void test_it_is_what_the_entries_say(void)
{
    static const size_t ids[] = { 0, 1, 3, 8, 1000 };
    static const size_t steps[] = { 1, 7, 1000 };
    make();
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 3; k++) {
            OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
            OWN(buf_free) struct buf body = BUF_CAP(1 << 16);
            struct ledger_statement_done done;
            uint8_t digest[CRYPTO_HASH_LEN];
            CHECK(compute(ids[i], steps[k], &text, &done));
            CHECK_STR(buf_str(&text), expected);
            crypto_hash_of(buf_str(&text), digest);
            CHECK(memcmp(digest, done.digest, sizeof(digest)) == 0 && done.accounts == 8);
            const struct ledger_bounds bounds = { 2000, 3000, 9, 20 };
            ledger_statement_spell(&bounds, &done, &body);
            CHECK(strstr(body.ptr, "\nclass user 2 10.00 -1.00 0.40 0.00 5.00 0.00 0.30 0.00 "
                                   "0.00001 14.70001 0.00077\n") != NULL);
            CHECK(strstr(body.ptr, "\ntotal 8 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 "
                                   "0.00077\n") != NULL);
        }
    }
    end();
}

static void test_the_bounds_are_found(void)
{
    struct ledger_bounds bounds;
    make();
    CHECK(ledger_bounds_find(ledger, 2000, 3000, &bounds, &err) && bounds.first == 9 &&
          bounds.last == 20);
    CHECK(ledger_bounds_find(ledger, 0, 1000, &bounds, &err) && bounds.first == 0 &&
          bounds.last == 0);
    CHECK(ledger_bounds_find(ledger, 5000, 6000, &bounds, &err) && bounds.first == bounds.last &&
          bounds.last == 24);
    end();
}

static void test_entries_that_do_not_add_up_are_told(void)
{
    static const struct {
        const char *sql;
        const char *told;
    } cases[] = {
        { "UPDATE ledger_entry SET amount = amount + 1 WHERE seq = 19", "do not add up" },
        { "UPDATE ledger_entry SET debit_balance = debit_balance + 1 WHERE seq = 20",
          "do not add up" },
        // Both sides of one account fit; the sum over all does not.
        { "UPDATE ledger_entry SET credit_balance = credit_balance + 1 WHERE seq = 9;"
          "UPDATE ledger_entry SET debit_balance = debit_balance + 1, credit_balance ="
          " credit_balance + 1 WHERE credit = 6 AND seq > 9",
          "add up" },
        { "UPDATE ledger_entry SET seq = 100 WHERE seq = 19", "is missing" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
        struct ledger_statement_done done;
        make();
        CHECK(db_run_text(db,
                          store_is_postgres() ? "SET session_replication_role = replica"
                                              : "DROP TRIGGER ledger_entry_keep;"
                                                "PRAGMA foreign_keys = OFF",
                          &err));
        CHECK(db_run_text(db, cases[i].sql, &err));
        CHECK(!compute(0, 1000, &text, &done));
        tap_result(strstr(err.text, cases[i].told) != NULL, cases[i].sql, __FILE__, __LINE__);
        end();
    }
}

static void test_the_nth_failure_is_told(void)
{
    bool went = false;
    make();
    for (int64_t n = 1; n < 2000 && !went; n++) {
        OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
        struct ledger_statement_done done;
        memset(&err, 0, sizeof(err));
        db_fault_at(db, n, false);
        went = compute(3, 2, &text, &done);
        CHECK(went == db_fault_is_due(db));
        db_fault_at(db, 0, false);
    }
    CHECK(went);
    end();
}

int main(void)
{
    store_make(dsn, folder_make());
    test_it_is_what_the_entries_say();
    test_the_bounds_are_found();
    test_entries_that_do_not_add_up_are_told();
    test_the_nth_failure_is_told();
    folder_end();
    return tap_done();
}
