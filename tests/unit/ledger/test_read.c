// Any past balance, any account's entries, and whether the ledger still is what it said it was.
#include "ledger/ledger.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static struct err err;
static struct db *db;
static struct ledger *ledger;

static struct ledger_ask ask_of(int key, const char *debit, const char *credit, int64_t amount,
                                int64_t at)
{
    struct ledger_ask ask = { .debit = str_of(debit),
                              .credit = str_of(credit),
                              .amount = { amount },
                              .why = STR("because"),
                              .asker = STR("admin/here"),
                              .detail = STR("kept \0 as it is"),
                              .lapses_at = 900000,
                              .at = at };
    memcpy(ask.key.bytes, &key, sizeof(key));
    return ask;
}

// Mary gets 100 at 1000, has 30 set aside at 2000, pays 20 of it at 3000, gets a limit at 4000.
static void fill(void)
{
    struct ledger_receipt receipt;
    struct ledger_ask asks[] = {
        ask_of(1, "cash", "", 0, 500),
        ask_of(2, "income:print", "", 0, 500),
        ask_of(3, "user:mary", "", 0, 900),
        ask_of(4, "cash", "user:mary", 100, 1000),
        ask_of(5, "user:mary", "income:print", 30, 2000),
        ask_of(6, "", "", 20, 3000),
        ask_of(7, "user:mary", "", 55, 4000),
        ask_of(8, "cash", "user:mary", 1, 3500), // the clock went back
    };
    asks[0].is_unlimited = asks[1].is_unlimited = true;
    asks[5].reservation = asks[4].key;
    for (int i = 0; i < 3; i++) {
        CHECK(ledger_account_open(ledger, &asks[i], &receipt, &err));
    }
    CHECK(ledger_transfer(ledger, &asks[3], &receipt, &err));
    CHECK(ledger_reserve(ledger, &asks[4], &receipt, &err));
    CHECK(ledger_post(ledger, &asks[5], &receipt, &err));
    CHECK(ledger_limit(ledger, &asks[6], &receipt, &err));
    CHECK(ledger_transfer(ledger, &asks[7], &receipt, &err) && receipt.at == 4000);
    CHECK(ledger_audit(ledger, &err));
}

static const struct {
    const char *account;
    int64_t at;
    bool found;
    int64_t balance;
    int64_t reserved;
    int64_t overdraft;
} times[] = {
    { "user:mary", 0, false, 0, 0, 0 },      { "user:mary", 899, false, 0, 0, 0 },
    { "user:mary", 900, true, 0, 0, 0 },     { "user:mary", 999, true, 0, 0, 0 },
    { "user:mary", 1000, true, 100, 0, 0 },  { "user:mary", 1999, true, 100, 0, 0 },
    { "user:mary", 2000, true, 100, 30, 0 }, { "user:mary", 3000, true, 80, 0, 0 },
    { "user:mary", 4000, true, 81, 0, 55 },  { "user:mary", INT64_MAX, true, 81, 0, 55 },
    { "income:print", 2999, true, 0, 0, 0 }, { "income:print", 3000, true, 20, 0, 0 },
    { "cash", 1000, true, -100, 0, 0 },      { "cash", 4000, true, -101, 0, 0 },
};

static void test_the_balance_at_any_past_time(void)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct ledger_account account;
        struct ledger_state state = { 0 };
        bool found = false;
        CHECK(ledger_account_find(ledger, str_of(times[i].account), &account, &found, &err) &&
              found);
        CHECK(ledger_state_at(ledger, account.id, times[i].at, &state, &found, &err));
        CHECK(found == times[i].found);
        CHECK(!found || (state.balance.units == times[i].balance &&
                         state.reserved.units == times[i].reserved &&
                         (state.is_unlimited || state.overdraft.units == times[i].overdraft)));
    }
}

static void test_entries_of_an_account_in_order(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(100000);
    struct ledger_account mary;
    struct ledger_entry entries[10];
    size_t count = 0;
    bool found = false;
    CHECK(ledger_account_find(ledger, STR("user:mary"), &mary, &found, &err) && found);
    CHECK(ledger_list(ledger, mary.id, 0, 10, &arena, entries, &count, &err) && count == 6);
    for (size_t i = 0; i < count; i++) {
        CHECK(entries[i].sequence == (int64_t)i + 3);
    }
    CHECK(entries[2].kind == LEDGER_PENDING && entries[2].lapses_at == 900000);
    CHECK_STR(entries[2].detail, "kept \0 as it is");
    CHECK(ledger_list(ledger, mary.id, 4, 2, &arena, entries, &count, &err) && count == 2);
    CHECK(entries[0].sequence == 5 && entries[1].sequence == 6);
    CHECK(ledger_list(ledger, 0, 0, 10, &arena, entries, &count, &err) && count == 8);
    CHECK(ledger_list(ledger, mary.id, 8, 10, &arena, entries, &count, &err) && count == 0);
    OWN(arena_free) struct arena tiny = ARENA_CAP(20);
    CHECK(!ledger_list(ledger, 0, 0, 10, &tiny, entries, &count, &err) && err.code == ERR_LIMIT);
}

static void test_an_entry_by_its_key_and_its_reservation(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(100000);
    struct ledger_key key = ask_of(5, "", "", 0, 0).key;
    struct ledger_entry entry;
    int64_t by = 0;
    bool found = false;
    CHECK(ledger_entry_find(ledger, &key, &arena, &entry, &found, &err) && found);
    CHECK(entry.sequence == 5 && ledger_reservation_closed_by(ledger, 5, &by, &err) && by == 6);
    CHECK(!ledger_reservation_closed_by(ledger, 4, &by, &err) && err.code == ERR_NOT_FOUND);
    key.bytes[15] = 1;
    CHECK(ledger_entry_find(ledger, &key, &arena, &entry, &found, &err) && !found);
}

static void test_a_head_that_was_given_out_is_found_again(void)
{
    struct ledger_head head;
    bool same = false;
    CHECK(ledger_head(ledger, &head, &err) && head.sequence == 8 && head.at == 4000);
    CHECK(ledger_has_head(ledger, &head, &same, &err) && same);
    head.hash[0] ^= 1;
    CHECK(ledger_has_head(ledger, &head, &same, &err) && !same);
    head.hash[0] ^= 1;
    head.sequence = 9; // shortened since
    CHECK(ledger_has_head(ledger, &head, &same, &err) && !same);
}

int main(void)
{
    char dsn[STORE_DSN_MAX];
    store_make(dsn, folder_make());
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(ledger_open(db, &ledger, &err));
    fill();
    test_the_balance_at_any_past_time();
    test_entries_of_an_account_in_order();
    test_an_entry_by_its_key_and_its_reservation();
    test_a_head_that_was_given_out_is_found_again();
    ledger_close(&ledger);
    db_close(&db);
    folder_end();
    return tap_done();
}
