// People: added once, found by any spelling, with what they have.
#include "unit/cas/fixture.h"

static void test_a_person_has_an_account(void)
{
    const Quoin__V1__Person *mary = add_person(1, "Mary", 500);
    CHECK(mary != NULL && strcmp(mary->name, "mary") == 0 && mary->balance == 500);
    mary = get_person("MARY");
    CHECK(mary != NULL && mary->available == 500 && mary->created_at == now);
    CHECK(strcmp(mary->full_name, "Some One") == 0);
    CHECK(add_person(2, "mary", 0) == NULL && err.code == ERR_EXISTS);
    CHECK(add_person(3, "bad\nname", 0) == NULL && err.code == ERR_INVALID);
    CHECK(add_person(4, "poor", -1) == NULL && err.code == ERR_INVALID);
    CHECK(get_person("nobody") == NULL && err.code == ERR_NOT_FOUND);
}

static void test_the_same_key_adds_once(void)
{
    int64_t was = now;
    now += 1000;
    const Quoin__V1__Person *again = add_person(1, "Mary", 500);
    CHECK(again != NULL && again->balance == 500 && again->created_at == was);
    CHECK(add_person(1, "Mary", 501) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "another balance") != NULL);
    CHECK(get_person("mary")->balance == 500);
}

static const Quoin__V1__Person *deposit(uint8_t key, const char *name, int64_t amount)
{
    Quoin__V1__DepositRequest request = QUOIN__V1__DEPOSIT_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.amount = amount;
    return ask(&request.base);
}

static void test_deposits_add_and_take_away(void)
{
    CHECK(deposit(10, "mary", 250)->balance == 750);
    CHECK(deposit(10, "mary", 250)->balance == 750); // once
    CHECK(deposit(11, "mary", -700)->balance == 50);
    CHECK(deposit(10, "mary", 250)->balance == 750); // the first answer, for ever
    CHECK(deposit(12, "mary", -51) == NULL && err.code == ERR_LIMIT);
    CHECK(deposit(13, "mary", 0) == NULL && err.code == ERR_INVALID);
    CHECK(deposit(14, "mary", INT64_MIN) == NULL && err.code == ERR_INVALID);
    CHECK(deposit(15, "nobody", 1) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(deposit(1, "mary", 1) == NULL && err.code == ERR_CONFLICT);
    CHECK(get_person("mary")->balance == 50);
}

static void test_the_overdraft_is_part_of_what_is_available(void)
{
    Quoin__V1__SetLimitRequest request = QUOIN__V1__SET_LIMIT_REQUEST__INIT;
    request.key = key_of(20);
    request.name = text_of("Mary");
    request.overdraft = 30;
    const Quoin__V1__Person *mary = ask(&request.base);
    CHECK(mary != NULL && mary->overdraft == 30 && mary->available == 80);
    CHECK(ask(&request.base) != NULL);
    request.overdraft = 31;
    CHECK(ask(&request.base) == NULL && strstr(err.text, "overdraft") != NULL);
    request.key = key_of(21);
    request.overdraft = -1;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
}

// Of a release before the accounts had a room of their own.
static void test_people_of_before_are_kept(void)
{
    const struct ledger_ask opening = { .key = { "old" }, .debit = STR("user:old"), .at = now };
    struct ledger_receipt receipt;
    CHECK(db_begin(cas_db(cas), &err));
    CHECK(ledger_account_open(cas_ledger(cas), &opening, &receipt, &err));
    CHECK(db_commit(cas_db(cas), &err));
    CHECK(db_run_text(cas_db(cas), "INSERT INTO cas_person VALUES ('old', 'Old One', 77)", &err));
    CHECK(get_person("old") == NULL && err.code == ERR_NOT_FOUND);
    cas_close(&cas);
    CHECK(fixture_open());
    const Quoin__V1__Person *old = get_person("Old");
    CHECK(old != NULL && old->created_at == 77 && strcmp(old->full_name, "Old One") == 0);
}

static void test_people_are_listed_in_pages_by_name(void)
{
    CHECK(add_person(30, "tom", 0) != NULL && add_person(31, "ann", 0) != NULL);
    Quoin__V1__ListPeopleRequest request = QUOIN__V1__LIST_PEOPLE_REQUEST__INIT;
    request.limit = 2;
    const Quoin__V1__ListPeopleReply *page = ask(&request.base);
    CHECK(page != NULL && page->n_people == 2 && page->more);
    CHECK(strcmp(page->people[0]->name, "ann") == 0 && strcmp(page->people[1]->name, "mary") == 0);
    CHECK(page->people[1]->balance == 50);
    request.after = text_of("mary");
    page = ask(&request.base);
    CHECK(page != NULL && page->n_people == 1 && !page->more);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    test_a_person_has_an_account();
    test_the_same_key_adds_once();
    test_deposits_add_and_take_away();
    test_the_overdraft_is_part_of_what_is_available();
    test_people_are_listed_in_pages_by_name();
    test_people_of_before_are_kept();
    return fixture_end();
}
