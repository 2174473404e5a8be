// The ledger as people read it: balances now and then, entries of an account and of a reservation.
#include "unit/cas/fixture.h"

static int64_t base;

static const Quoin__V1__BalanceReply *balance(const char *account, int64_t at)
{
    Quoin__V1__BalanceRequest request = QUOIN__V1__BALANCE_REQUEST__INIT;
    request.account = text_of(account);
    request.at = at;
    return ask(&request.base);
}

static void test_balances_now_and_then(void)
{
    CHECK(balance("user:Mary", 0)->balance == 95000 && balance("income:print", 0)->balance == 5000);
    CHECK(balance("cash", 0)->balance == -100000);
    CHECK(balance("user:mary", base + 1999)->balance == 100000);
    CHECK(balance("user:mary", base + 2500)->reserved == 10000);
    CHECK(balance("user:mary", base + 2500)->available == 90000);
    CHECK(balance("user:mary", base + 3000)->balance == 95000);
    CHECK(balance("user:mary", base + 999) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(balance("user:tom", 0) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(balance("", 0) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_entries(void)
{
    Quoin__V1__ListEntriesRequest request = QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
    request.account = text_of("user:mary");
    const Quoin__V1__ListEntriesReply *list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 4 && !list->more);
    CHECK(strcmp(list->entries[0]->kind, "open") == 0);
    CHECK(strcmp(list->entries[1]->debit, "cash") == 0);
    CHECK(strcmp(list->entries[2]->kind, "pending") == 0 && list->entries[2]->amount == 10000);
    CHECK(strcmp(list->entries[3]->why, "printer says so") == 0);
    CHECK(strcmp(list->entries[3]->by, "dre/one") == 0 && list->entries[3]->hash.len == 32);
    CHECK(memcmp(list->entries[3]->transfer.data, key_of(10).data, 16) == 0);
    request.limit = 1;
    request.after = list->entries[1]->sequence;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 1 && list->more && list->entries[0]->amount == 10000);
    request = (Quoin__V1__ListEntriesRequest)QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
    request.reservation = key_of(10);
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 2 && strcmp(list->entries[1]->kind, "post") == 0);
    request.reservation = key_of(11);
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
    request.reservation.len = 3;
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
    request = (Quoin__V1__ListEntriesRequest)QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_entries == 9);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    // The site was opened at the real time; its entries' times do not matter here.

    struct ledger_head head;
    CHECK(ledger_head(cas_ledger(cas), &head, &err));
    base = head.at;
    now = base + 1000;
    CHECK(add_person(1, "mary", 100000) != NULL);
    now = base + 2000;
    CHECK(reserve(10, "mary", 2, 0) != NULL);
    now = base + 3000;
    CHECK(settle(11, 10, 1, 0) != NULL);
    test_entries();
    test_balances_now_and_then();
    return fixture_end();
}
