// The cash desk, adjustments, transfers: each an entry, none beyond what is there.
#include "unit/cas/payers.h"

static const Quoin__V1__CashEntry *cash(uint8_t key, const char *name, int64_t amount,
                                        const char *desk, const char *reference)
{
    Quoin__V1__CashRequest request = QUOIN__V1__CASH_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.amount = amount;
    request.desk = text_of(desk);
    request.reference = text_of(reference);
    return ask(&request.base);
}

static void test_the_desk(void)
{
    const Quoin__V1__CashEntry *entry = cash(10, "Mary", 50000, "", "R1");
    CHECK(entry != NULL && entry->amount == 50000 && entry->balance == 150000);
    CHECK(strcmp(entry->desk, "main") == 0 && strcmp(entry->name, "mary") == 0);
    CHECK(cash(10, "Mary", 50000, "", "R1")->sequence == entry->sequence);
    CHECK(cash(10, "Mary", 50001, "", "R1") == NULL && err.code == ERR_CONFLICT);
    CHECK(cash(11, "mary", 50000, "", "R1") == NULL && err.code == ERR_EXISTS);
    CHECK(strstr(err.text, "0.50 for mary") != NULL && balance_of("user:mary") == 150000);
    CHECK(cash(11, "mary", 50000, "library", "R1") != NULL); // another desk's receipts
    CHECK(cash(12, "mary", -30000, "", "") != NULL && balance_of("user:mary") == 170000);
    CHECK(cash(13, "mary", -30000, "", "") != NULL); // without a reference as often as one likes
    CHECK(cash(14, "mary", 0, "", "") == NULL && err.code == ERR_INVALID);
    CHECK(cash(14, "nobody", 1, "", "") == NULL && err.code == ERR_NOT_FOUND);
    CHECK(cash(14, "mary", INT64_MIN, "", "") == NULL && err.code == ERR_INVALID);
}

static void test_what_went_over_the_desk_is_never_rewritten(void)
{
    struct db *db = cas_db(cas);
    CHECK(store_refuses(db, "UPDATE cas_cash SET amount = 1", "kept as they were"));
    CHECK(store_refuses(db, "DELETE FROM cas_cash", "never deleted"));
}

static void test_nothing_is_paid_out_that_is_not_ones_own(void)
{
    Quoin__V1__SetLimitRequest limit = QUOIN__V1__SET_LIMIT_REQUEST__INIT;
    limit.key = key_of(20);
    limit.name = text_of("mary");
    limit.overdraft = 500000;
    CHECK(ask(&limit.base) != NULL && grant(21, "mary", "add", 90000, 0) != NULL);
    CHECK(reserve(22, "mary", 20, 0) != NULL); // 0.90 of the allotment, 0.10 of the paid purse
    CHECK(cash(23, "mary", -130001, "", "") == NULL && err.code == ERR_LIMIT);
    CHECK(strstr(err.text, "1.30 is there") != NULL);
    CHECK(cash(23, "mary", -130000, "", "") != NULL && give_back(24, 22) != NULL);
    CHECK(balance_of("user:mary") == 10000);
}

static void test_lists_and_their_sums(void)
{
    Quoin__V1__ListCashRequest request = QUOIN__V1__LIST_CASH_REQUEST__INIT;
    request.limit = 2;
    const Quoin__V1__ListCashReply *list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 2 && list->more && list->count == 5);
    CHECK(list->paid_in == 100000 && list->paid_out == 190000);
    request.after = list->entries[1]->sequence;
    request.limit = 0;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 3 && !list->more && list->count == 5);
    request.after = 0;
    request.desk = text_of("library");
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 1 && list->paid_in == 50000 && list->paid_out == 0);
    request.desk = text_of("");
    request.by = text_of("dre/two");
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 0 && list->count == 0);
    request.by = text_of("dre/one");
    request.from = now + 100000000;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 0 && list->paid_in == 0);
}

static const Quoin__V1__Purses *adjust(uint8_t key, const char *purse, int64_t amount, bool only_if,
                                       int64_t balance)
{
    Quoin__V1__AdjustRequest request = QUOIN__V1__ADJUST_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of("mary");
    request.purse = text_of(purse);
    request.amount = amount;
    request.why = text_of("was booked twice");
    request.reference = text_of("T-7");
    request.only_if = only_if;
    request.balance = balance;
    return ask(&request.base);
}

static void test_adjustments(void)
{
    const Quoin__V1__Purses *purses = adjust(30, "", 5000, false, 0);
    CHECK(purses != NULL && purses->paid->balance == 15000 && purses->changed == 5000);
    CHECK(balance_of("adjustments") == -5000);
    CHECK(adjust(31, "paid", 100, true, 15001) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "0.15 and not 0.15001") != NULL && balance_of("user:mary") == 15000);
    CHECK(adjust(31, "paid", -100, true, 15000) != NULL && balance_of("user:mary") == 14900);
    CHECK(adjust(31, "paid", -100, true, 15000)->changed == -100); // the same key
    CHECK(balance_of("user:mary") == 14900);
    CHECK(adjust(32, "allotment", -90001, false, 0) == NULL && err.code == ERR_LIMIT);
    CHECK(adjust(32, "allotment", -90000, true, 90000)->allotment->balance == 0);
    CHECK(adjust(33, "gift", 1, false, 0) == NULL && err.code == ERR_INVALID);
    Quoin__V1__AdjustRequest silent = QUOIN__V1__ADJUST_REQUEST__INIT;
    silent.key = key_of(34);
    silent.name = text_of("mary");
    silent.amount = 1;
    CHECK(ask(&silent.base) == NULL && strstr(err.text, "reason") != NULL);
}

static const Quoin__V1__Purses *transfer(uint8_t key, const char *from, const char *to,
                                         int64_t amount)
{
    Quoin__V1__TransferRequest request = QUOIN__V1__TRANSFER_REQUEST__INIT;
    request.key = key_of(key);
    request.from = text_of(from);
    request.to = text_of(to);
    request.amount = amount;
    return ask(&request.base);
}

static bool settings_set(uint8_t key, const char *who, int64_t most, int64_t leaves,
                         int64_t reaches)
{
    Quoin__V1__SetMoneySettingsRequest set = QUOIN__V1__SET_MONEY_SETTINGS_REQUEST__INIT;
    Quoin__V1__MoneySettings settings = QUOIN__V1__MONEY_SETTINGS__INIT;
    set.key = key_of(key);
    set.settings = &settings;
    settings.transfers = text_of(who);
    settings.transfer_most = most;
    settings.transfer_leaves = leaves;
    settings.transfer_reaches = reaches;
    return ask(&set.base) != NULL;
}

static void test_transfers(void)
{
    int64_t mary = balance_of("user:mary");          // 14900, and 500000 of overdraft
    CHECK(transfer(40, "mary", "tom", 900) != NULL); // add_account lets her
    CHECK(balance_of("user:mary") == mary - 900 && balance_of("user:tom") == 900);
    CHECK(transfer(40, "mary", "tom", 900) != NULL && balance_of("user:tom") == 900);
    CHECK(transfer(41, "mary", "tom", mary - 900 + 1) == NULL && err.code == ERR_LIMIT);
    CHECK(transfer(41, "mary", "mary", 1) == NULL && err.code == ERR_INVALID);
    CHECK(transfer(41, "mary", "tom", 0) == NULL && transfer(41, "mary", "tom", -5) == NULL);
    CHECK(transfer(41, "mary", "nobody", 5) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(settings_set(42, "no", 0, 0, 0));
    CHECK(transfer(43, "mary", "tom", 1) == NULL && err.code == ERR_DENIED);
    CHECK(settings_set(44, "permitted", 500, 10000, 1500));
    CHECK(run_text("UPDATE accounts_person SET may_transfer = 0 WHERE name = 'mary'"));
    CHECK(transfer(43, "mary", "tom", 1) == NULL && err.code == ERR_DENIED);
    CHECK(settings_set(45, "everyone", 500, 10000, 1500));
    CHECK(transfer(43, "mary", "tom", 501) == NULL && err.code == ERR_LIMIT);
    CHECK(transfer(43, "mary", "tom", 500) != NULL);
    CHECK(transfer(46, "mary", "tom", 101) == NULL && strstr(err.text, "receiver") != NULL);
    CHECK(transfer(46, "mary", "tom", 100) != NULL && balance_of("user:tom") == 1500);
    CHECK(transfer(47, "mary", "ann", 500) != NULL && transfer(48, "mary", "ann", 500) != NULL);
    CHECK(settings_set(49, "everyone", 0, 12500, 0));
    CHECK(transfer(50, "mary", "ann", 1) == NULL && strstr(err.text, "stay") != NULL);
    CHECK(run_text("UPDATE accounts_person SET locked = 1 WHERE name = 'tom'"));
    CHECK(settings_set(51, "everyone", 0, 0, 0) && transfer(50, "mary", "tom", 1) == NULL);
    CHECK(err.code == ERR_DENIED && strstr(err.text, "tom is locked") != NULL);
    CHECK(!settings_set(52, "some", 0, 0, 0) && !settings_set(52, "no", -1, 0, 0));
    CHECK(ask((const ProtobufCMessage *)&(Quoin__V1__GetMoneySettingsRequest)
                  QUOIN__V1__GET_MONEY_SETTINGS_REQUEST__INIT) != NULL);
}

static void test_the_nth_call_failing_books_all_or_nothing(void)
{
    int failures = 0;
    int64_t before = balance_of("user:ann");
    for (int n = 1; n < 200; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = cash(60, "ann", 700, "", "F") != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(balance_of("user:ann") == before + (ok ? 700 : 0));
        failures += ok ? 0 : 1;
        if (ok) {
            break;
        }
    }
    CHECK(failures > 8);
}

// An amount that the currency does not have is taken by nobody; a key that was answered stays so.
static void test_the_currency_decides_what_can_be_given(void)
{
    int64_t before = balance_of("user:ann");
    CHECK(cash(100, "ann", 50, "", "") != NULL && money_set(100000, "JPY"));
    CHECK(cash(100, "ann", 50, "", "") != NULL); // it was taken then
    CHECK(cash(101, "ann", 10050000, "", "") == NULL && err.code == ERR_INVALID);
    CHECK(strcmp(err.text, "JPY has no decimals: 100, not 100.50") == 0);
    CHECK(cash(101, "ann", 10000000, "", "") != NULL);
    CHECK(grant(102, "ann", "add", 50000, 0) == NULL && err.code == ERR_INVALID);
    CHECK(grant(102, "ann", "up-to", 100000, 50000) == NULL && err.code == ERR_INVALID);
    CHECK(!settings_set(103, "everyone", 50000, 0, 0) && err.code == ERR_INVALID);
    CHECK(transfer(104, "mary", "ann", 150000) == NULL && err.code == ERR_INVALID);
    CHECK(adjust(105, "", 50, false, 0) != NULL); // what was begun under another is put right
    CHECK(cash(106, "ann", -100000000, "", "") == NULL);
    CHECK(strcmp(err.text, "ann has 100.0175 available; this takes 1000") == 0);
    CHECK(money_set(1, "KWD") && cash(107, "ann", 12500, "", "") != NULL);
    CHECK(cash(108, "ann", 12550, "", "") == NULL &&
          strcmp(err.text, "KWD has 3 decimals: 0.125, not 0.1255") == 0);
    CHECK(money_set(1, "") && cash(109, "ann", 1, "", "") != NULL);
    CHECK(balance_of("user:ann") == before + 50 + 10000000 + 12500 + 1);
}

static void test_who_was_removed_is_paid_nothing_in(void)
{
    Quoin__V1__PutPeopleRequest request = QUOIN__V1__PUT_PEOPLE_REQUEST__INIT;
    Quoin__V1__PersonRow row = QUOIN__V1__PERSON_ROW__INIT;
    Quoin__V1__PersonRow *rows[] = { &row };
    char *sets[] = { text_of("removed") };
    row.name = text_of("ann");
    row.removed = true;
    request.key = key_of(119);
    request.how = text_of("change");
    request.people = rows;
    request.n_people = 1;
    request.set = sets;
    request.n_set = 1;
    CHECK(ask(&request.base) != NULL);
    CHECK(cash(120, "ann", 100, "", "") == NULL && err.code == ERR_DENIED);
    CHECK(strstr(err.text, "ann was removed: nothing is paid in") != NULL);
    CHECK(cash(121, "ann", -100, "", "") != NULL); // what is theirs, they get
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && now_is_real() && add_person(1, "mary", 100000) != NULL);
    CHECK(add_person(2, "tom", 0) != NULL && add_person(3, "ann", 0) != NULL);
    CHECK(add_account(1001, "mary", 0, 0) && add_account(1002, "tom", 0, 0));
    CHECK(add_account(1003, "ann", 0, 0));
    test_the_desk();
    test_what_went_over_the_desk_is_never_rewritten();
    test_nothing_is_paid_out_that_is_not_ones_own();
    test_lists_and_their_sums();
    test_adjustments();
    test_transfers();
    test_the_nth_call_failing_books_all_or_nothing();
    test_the_currency_decides_what_can_be_given();
    test_who_was_removed_is_paid_nothing_in();
    return fixture_end();
}
