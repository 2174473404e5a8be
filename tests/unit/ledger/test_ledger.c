// The rules of writing: two sides, limits, one answer a key, and nothing left behind by a failure.
#include "ledger/ledger.h"

#include "base/rnd.h"
#include "db/db.h"
#include "db/group.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;
static struct db *db;
static struct ledger *ledger;
static int64_t now = 1000;

static struct ledger_key key_of(int n)
{
    struct ledger_key key = { { 0 } };
    memcpy(key.bytes, &n, sizeof(n));
    return key;
}

static struct ledger_ask ask_of(int key, const char *debit, const char *credit, int64_t amount)
{
    return (struct ledger_ask){ .key = key_of(key),
                                .debit = str_of(debit),
                                .credit = str_of(credit),
                                .amount = { amount },
                                .why = STR("test"),
                                .asker = STR("dre/one"),
                                .at = now,
                                .lapses_at = 0 };
}

static void put(int key, const char *name, int64_t overdraft, bool is_unlimited)
{
    struct ledger_ask ask = ask_of(key, name, "", overdraft);
    struct ledger_receipt receipt;
    ask.is_unlimited = is_unlimited;
    CHECK(ledger_account_open(ledger, &ask, &receipt, &err));
}

static void start(void)
{
    now = 1000;
    memset(&err, 0, sizeof(err));
    store_clear(dsn);
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(ledger_open(db, &ledger, &err));
    put(1, "cash", 0, true);
    put(2, "income:print", 0, true);
    put(3, "user:mary", 0, false);
    struct ledger_ask ask = ask_of(4, "cash", "user:mary", 100);
    struct ledger_receipt receipt;
    CHECK(ledger_transfer(ledger, &ask, &receipt, &err));
}

static void stop(void)
{
    struct err why = { 0 };
    bool good = ledger_audit(ledger, &why);
    tap_result(good, "the audit is clean", __FILE__, __LINE__);
    if (!good) {
        printf("# %s\n", why.text);
    }
    ledger_close(&ledger);
    db_close(&db);
}

static struct ledger_state state_of(const char *name)
{
    struct ledger_account account = { 0 };
    bool found = false;
    CHECK(ledger_account_find(ledger, str_of(name), &account, &found, &err) && found);
    return account.state;
}

static bool has(const char *name, int64_t balance, int64_t reserved)
{
    struct ledger_state state = state_of(name);
    return state.balance.units == balance && state.reserved.units == reserved;
}

static bool reserve(int key, int64_t amount, struct ledger_receipt *receipt)
{
    struct ledger_ask ask = ask_of(key, "user:mary", "income:print", amount);
    ask.lapses_at = 5000;
    return ledger_reserve(ledger, &ask, receipt, &err);
}

static bool settle(int key, int reservation, int64_t amount, struct ledger_receipt *receipt)
{
    struct ledger_ask ask = ask_of(key, "", "", amount);
    ask.reservation = key_of(reservation);
    return ledger_post(ledger, &ask, receipt, &err);
}

static bool give_back(int key, int reservation, struct ledger_receipt *receipt)
{
    struct ledger_ask ask = ask_of(key, "", "", 0);
    ask.reservation = key_of(reservation);
    return ledger_void(ledger, &ask, receipt, &err);
}

static void test_a_transfer_has_two_sides(void)
{
    start();
    CHECK(has("cash", -100, 0) && has("user:mary", 100, 0));
    struct ledger_ask ask = ask_of(10, "user:mary", "cash", 101);
    struct ledger_receipt receipt;
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_LIMIT);
    CHECK(strcmp(err.text, "mary has 0.001 available; this takes 0.00101") == 0);
    ask.amount.units = 100;
    CHECK(ledger_transfer(ledger, &ask, &receipt, &err) && has("user:mary", 0, 0));
    ask = ask_of(11, "cash", "cash", 1);
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    ask = ask_of(11, "cash", "user:nobody", 1);
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_NOT_FOUND);
    ask = ask_of(11, "cash", "user:mary", -1);
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    ask = ask_of(11, "cash", "user:mary", LEDGER_MOST + 1);
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    ask = ask_of(11, "cash", "user:m\nry", 1);
    CHECK(!ledger_transfer(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    stop();
}

static void test_a_reservation_counts_at_once(void)
{
    start();
    struct ledger_receipt receipt;
    CHECK(reserve(10, 60, &receipt) && has("user:mary", 100, 60));
    CHECK(receipt.debit_after.reserved.units == 60 && !receipt.is_repeat);
    CHECK(!reserve(11, 41, &receipt) && err.code == ERR_LIMIT);
    CHECK(reserve(12, 40, &receipt) && has("user:mary", 100, 100));
    CHECK(!reserve(13, 1, &receipt) && err.code == ERR_LIMIT);
    CHECK(reserve(14, 0, &receipt));  // what costs nothing passes
    CHECK(has("income:print", 0, 0)); // nothing has moved yet
    stop();
}

static void test_an_overdraft_is_the_limit(void)
{
    start();
    struct ledger_receipt receipt;
    struct ledger_ask ask = ask_of(10, "user:mary", "", 50);
    CHECK(ledger_limit(ledger, &ask, &receipt, &err));
    CHECK(reserve(11, 150, &receipt) && !reserve(12, 1, &receipt));
    CHECK(settle(13, 11, 150, &receipt) && has("user:mary", -50, 0));
    ask = ask_of(14, "user:mary", "", 10); // less than is used: allowed, and nothing more goes
    CHECK(ledger_limit(ledger, &ask, &receipt, &err));
    CHECK(ledger_available(&receipt.debit_after).units == -40 && !reserve(15, 1, &receipt));
    CHECK(reserve(16, 0, &receipt) == false); // below the limit nothing passes
    ask = ask_of(17, "cash", "", 10);
    CHECK(!ledger_limit(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    stop();
}

static void test_a_renamed_account_keeps_what_it_has(void)
{
    start();
    struct ledger_receipt receipt;
    struct ledger_receipt again;
    struct ledger_account account;
    bool found = true;
    struct ledger_ask ask = ask_of(10, "user:mary", "user:maria", 0);
    CHECK(reserve(9, 30, &receipt));
    CHECK(ledger_rename(ledger, &ask, &receipt, &err) && !receipt.is_repeat);
    CHECK(ledger_rename(ledger, &ask, &again, &err) && again.is_repeat);
    CHECK(again.sequence == receipt.sequence);
    CHECK(ledger_account_find(ledger, STR("user:mary"), &account, &found, &err) && !found);
    CHECK(has("user:maria", 100, 30) && settle(13, 9, 30, &receipt) && has("user:maria", 70, 0));
    ask = ask_of(11, "user:maria", "cash", 0);
    CHECK(!ledger_rename(ledger, &ask, &receipt, &err) && err.code == ERR_EXISTS);
    ask = ask_of(12, "user:nobody", "user:somebody", 0);
    CHECK(!ledger_rename(ledger, &ask, &receipt, &err) && err.code == ERR_NOT_FOUND);
    ask = ask_of(12, "user:maria", "user:a -> b", 0);
    CHECK(!ledger_rename(ledger, &ask, &receipt, &err) && err.code == ERR_INVALID);
    ask = ask_of(14, "user:maria", "user:mary", 0); // and back
    CHECK(ledger_rename(ledger, &ask, &receipt, &err) && has("user:mary", 70, 0));
    CHECK(ledger_audit(ledger, &err));
    stop();
}

static void test_a_post_gives_the_rest_back(void)
{
    start();
    struct ledger_receipt receipt;
    CHECK(reserve(10, 60, &receipt) && settle(11, 10, 25, &receipt));
    CHECK(has("user:mary", 75, 0) && has("income:print", 25, 0));
    CHECK(receipt.debit_after.balance.units == 75 && receipt.amount.units == 25);
    CHECK(reserve(12, 10, &receipt) && settle(13, 12, 0, &receipt) && has("user:mary", 75, 0));
    CHECK(reserve(14, 10, &receipt) && !settle(15, 14, 11, &receipt) && err.code == ERR_INVALID);
    CHECK(has("user:mary", 75, 10));
    CHECK(!settle(16, 999, 1, &receipt) && err.code == ERR_NOT_FOUND);
    CHECK(!settle(17, 4, 1, &receipt) && err.code == ERR_NOT_FOUND); // a transfer is none
    stop();
}

static void test_a_reservation_is_closed_once(void)
{
    start();
    struct ledger_receipt receipt;
    CHECK(reserve(10, 60, &receipt) && settle(11, 10, 60, &receipt));
    CHECK(!settle(12, 10, 60, &receipt) && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "closed by post") != NULL);
    CHECK(!give_back(13, 10, &receipt) && err.code == ERR_CONFLICT);
    CHECK(reserve(14, 40, &receipt) && give_back(15, 14, &receipt) && has("user:mary", 40, 0));
    CHECK(!settle(16, 14, 40, &receipt) && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "closed by void") != NULL);
    stop();
}

static void test_the_same_key_gives_the_same_answer(void)
{
    start();
    struct ledger_receipt first;
    struct ledger_receipt again;
    CHECK(reserve(10, 60, &first));
    now = 9999; // time is not content
    CHECK(reserve(10, 60, &again) && again.is_repeat && has("user:mary", 100, 60));
    CHECK(again.sequence == first.sequence && again.at == first.at);
    CHECK(memcmp(again.hash, first.hash, sizeof(first.hash)) == 0);
    CHECK(settle(11, 10, 60, &first) && settle(11, 10, 60, &again) && again.is_repeat);
    CHECK(again.debit_after.balance.units == first.debit_after.balance.units);
    CHECK(reserve(10, 60, &again) && again.is_repeat); // also after it was settled
    CHECK(reserve(12, 40, &first) && give_back(13, 12, &first) && give_back(13, 12, &again));
    CHECK(again.is_repeat && has("user:mary", 40, 0));
    struct ledger_ask ask = ask_of(4, "cash", "user:mary", 100);
    CHECK(ledger_transfer(ledger, &ask, &again, &err) && again.is_repeat);
    put(3, "user:mary", 0, false);
    stop();
}

static bool conflicts(bool ok, const char *field)
{
    char want[64];
    (void)snprintf(want, sizeof(want), "with another %s;", field);
    bool good = !ok && err.code == ERR_CONFLICT && strstr(err.text, want) != NULL;
    if (!good) {
        printf("# wanted %s, got %s\n", field, err.text);
    }
    return good;
}

static void test_the_same_key_with_other_content_names_the_field(void)
{
    start();
    struct ledger_receipt receipt;
    put(5, "user:tom", 1000, false);
    CHECK(reserve(10, 60, &receipt));
    struct ledger_ask ask = ask_of(10, "user:mary", "income:print", 61);
    ask.lapses_at = 5000;
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "amount"));
    ask.amount.units = 60;
    ask.lapses_at = 5001;
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "lapses_at"));
    ask.lapses_at = 5000;
    ask.why = STR("other");
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "why"));
    ask.why = STR("test");
    ask.asker = STR("dre/two");
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "asker"));
    ask.asker = STR("dre/one");
    ask.debit = STR("user:tom");
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "debit account"));
    ask.debit = STR("user:mary");
    ask.credit = STR("cash");
    CHECK(conflicts(ledger_reserve(ledger, &ask, &receipt, &err), "credit account"));
    CHECK(conflicts(ledger_transfer(ledger, &ask, &receipt, &err), "kind"));
    CHECK(reserve(11, 10, &receipt) && settle(12, 10, 60, &receipt));
    CHECK(conflicts(settle(12, 11, 60, &receipt), "reservation"));
    CHECK(conflicts(settle(12, 10, 59, &receipt), "amount"));
    CHECK(conflicts(give_back(12, 10, &receipt), "kind"));
    ask = ask_of(3, "user:tom", "", 0);
    CHECK(conflicts(ledger_account_open(ledger, &ask, &receipt, &err), "debit account"));
    ask = ask_of(99, "user:tom", "", 0);
    CHECK(!ledger_account_open(ledger, &ask, &receipt, &err) && err.code == ERR_EXISTS);
    stop();
}

static void test_what_nobody_settles_lapses_in_its_time(void)
{
    start();
    struct ledger_receipt receipt;
    size_t count = 99;
    for (int i = 0; i < 5; i++) {
        struct ledger_ask ask = ask_of(20 + i, "user:mary", "income:print", 10);
        ask.lapses_at = 2000 + i;
        CHECK(ledger_reserve(ledger, &ask, &receipt, &err));
    }
    CHECK(ledger_lapse(ledger, 1999, 10, &count, &err) && count == 0 && has("user:mary", 100, 50));
    CHECK(ledger_lapse(ledger, 2003, 2, &count, &err) && count == 2 && has("user:mary", 100, 30));
    CHECK(ledger_lapse(ledger, 2003, 9, &count, &err) && count == 2 && has("user:mary", 100, 10));
    CHECK(!settle(30, 20, 10, &receipt) && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "closed by lapse") != NULL);
    CHECK(settle(31, 24, 10, &receipt) && has("user:mary", 90, 0));
    CHECK(ledger_lapse(ledger, INT64_MAX, 9, &count, &err) && count == 0);
    stop();
}

static void test_sums_that_would_overflow_are_refused(void)
{
    start();
    struct ledger_receipt receipt;
    for (int i = 0; i < 3; i++) {
        struct ledger_ask ask = ask_of(20 + i, "cash", "user:mary", LEDGER_MOST);
        bool ok = ledger_transfer(ledger, &ask, &receipt, &err);
        CHECK(ok == (i < 1) || err.code == ERR_INVALID);
        if (!ok) {
            break;
        }
    }
    stop();
}

// Everything that an account goes through, with the n-th call of the database failing.
static bool life(struct ledger_receipt *receipt)
{
    size_t count;
    struct ledger_ask tom = ask_of(50, "user:tom", "", 100);
    return ledger_account_open(ledger, &tom, receipt, &err) && reserve(51, 30, receipt) &&
           settle(52, 51, 20, receipt) && reserve(53, 30, receipt) && give_back(54, 53, receipt) &&
           reserve(55, 10, receipt) && ledger_lapse(ledger, 6000, 10, &count, &err);
}

static void test_the_nth_call_failing_leaves_all_or_nothing(void)
{
    for (int lose = 0; lose < 2; lose++) {
        int failures = 0;
        start();
        for (int n = 1; n < 500; n++) {
            struct ledger_receipt receipt;
            CHECK(has("user:mary", 100, 0));
            db_fault_at(db, n, lose == 1);
            bool ok = db_begin(db, &err) && life(&receipt) && db_commit(db, &err);
            bool is_due = db_fault_is_due(db);
            db_fault_at(db, 0, false);
            db_rollback(db);
            CHECK(ledger_audit(ledger, &err));
            CHECK(ok == is_due);
            failures += ok ? 0 : 1;
            if (ok) {
                break;
            }
        }
        CHECK(failures > 30 && has("user:mary", 80, 0));
        printf("# %d calls failed, each left nothing\n", failures);
        stop();
    }
}

// ---- groups ------------------------------------------------------------------------------------

// Reserves 10 of mary's 100, and posts 5 of it. One of them fails when it has done so.
struct charge {
    struct db_task task; // first
    int key;
    bool fails;
};

static bool charge_run(struct db_task *task, struct db *in, struct err *why)
{
    (void)in;
    const struct charge *charge = (const struct charge *)task;
    struct ledger_receipt receipt;
    struct ledger_ask hold = ask_of(charge->key, "user:mary", "income:print", 10);
    struct ledger_ask post = ask_of(charge->key + 1000, "", "", 5);
    hold.lapses_at = now + 100000;
    post.reservation = hold.key;
    return ledger_reserve(ledger, &hold, &receipt, why) &&
           ledger_post(ledger, &post, &receipt, why) &&
           (!charge->fails || err_set(why, ERR_DENIED, "not this one"));
}

enum { CHARGES = 24, FAILS = 7 };

static struct charge charges[CHARGES];

static void charge_all(bool one_fails)
{
    for (int i = 0; i < CHARGES; i++) {
        charges[i] = (struct charge){ .task = { .run = charge_run },
                                      .key = 100 + i,
                                      .fails = one_fails && i == FAILS };
        charges[i].task.next = i + 1 < CHARGES ? &charges[i + 1].task : NULL;
    }
    db_group_run(db, &charges[0].task);
}

static int charged(void)
{
    int count = 0;
    for (int i = 0; i < CHARGES; i++) {
        count += charges[i].task.ok ? 1 : 0;
    }
    return count;
}

// 100 pay for 19 of them: the 20th reservation finds 5 left.
static void test_a_group_is_as_many_alone(void)
{
    start();
    charge_all(false);
    CHECK(charged() == 19 && has("user:mary", 5, 0) && has("income:print", 95, 0));
    CHECK(charges[18].task.ok && !charges[19].task.ok && charges[19].task.err.code == ERR_LIMIT);
    charge_all(false); // the same keys: the same answers
    CHECK(charged() == 19 && has("user:mary", 5, 0));
    stop();
}

static void test_one_of_a_group_that_fails_leaves_nothing(void)
{
    start();
    charge_all(true);
    CHECK(charged() == 19 && has("user:mary", 5, 0) && has("income:print", 95, 0));
    CHECK(!charges[FAILS].task.ok && charges[FAILS].task.err.code == ERR_DENIED);
    stop();
}

static void test_the_nth_call_of_a_group_failing_loses_no_unit(void)
{
    bool is_done = false;
    for (int n = 1; !is_done && n < 1000; n += 11) {
        start();
        db_fault_at(db, n, false);
        charge_all(n % 2 == 0);
        is_done = db_fault_is_due(db);
        db_fault_at(db, 0, false);
        CHECK(has("user:mary", 100 - 5 * charged(), 0));
        charge_all(false);
        CHECK(charged() == 19 && has("user:mary", 5, 0));
        stop();
    }
    CHECK(is_done);
}

int main(void)
{
    store_make(dsn, folder_make());
    test_a_transfer_has_two_sides();
    test_a_reservation_counts_at_once();
    test_an_overdraft_is_the_limit();
    test_a_renamed_account_keeps_what_it_has();
    test_a_post_gives_the_rest_back();
    test_a_reservation_is_closed_once();
    test_the_same_key_gives_the_same_answer();
    test_the_same_key_with_other_content_names_the_field();
    test_what_nobody_settles_lapses_in_its_time();
    test_sums_that_would_overflow_are_refused();
    test_the_nth_call_failing_leaves_all_or_nothing();
    test_a_group_is_as_many_alone();
    test_one_of_a_group_that_fails_leaves_nothing();
    test_the_nth_call_of_a_group_failing_loses_no_unit();
    folder_end();
    return tap_done();
}
