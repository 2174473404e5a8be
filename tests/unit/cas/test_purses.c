// Two purses a person: what is granted is spent first and alone taken back.
#include "unit/cas/fixture.h"

static void test_a_grant_opens_the_allotment(void)
{
    const Quoin__V1__Purses *purses = purses_of("mary");
    CHECK(purses != NULL && purses->allotment == NULL && purses->available == 100000);
    purses = grant(10, "Mary", "add", 30000, 0);
    CHECK(purses != NULL && purses->changed == 30000 && purses->allotment->balance == 30000);
    CHECK(purses->available == 130000 && purses->paid->balance == 100000);
    CHECK(balance_of("grants") == -30000);
    int64_t sequence = purses->sequence;
    purses = grant(10, "mary", "add", 30000, 0);
    CHECK(purses == NULL && err.code == ERR_CONFLICT); // "mary" is not what was asked first
    purses = grant(10, "Mary", "add", 30000, 0);
    CHECK(purses != NULL && purses->changed == 30000 && purses->sequence == sequence);
    CHECK(balance_of("allotment:mary") == 30000);
}

static void test_ways_to_grant(void)
{
    CHECK(add_person(2, "tom", 0) != NULL);
    CHECK(grant(50, "tom", "up-to", 700, 1000)->changed == 700);
    CHECK(grant(51, "tom", "up-to", 700, 1000)->changed == 300);
    CHECK(grant(52, "tom", "up-to", 700, 1000)->changed == 0); // and the key is used
    CHECK(grant(53, "tom", "set-to", 400, 0)->changed == -600);
    CHECK(grant(52, "tom", "up-to", 700, 1000)->changed == 0);
    CHECK(grant(53, "tom", "set-to", 400, 0)->changed == -600);
    CHECK(balance_of("allotment:tom") == 400 && balance_of("user:tom") == 0);
    CHECK(grant(54, "tom", "up-to", 1, 100)->changed == 0); // above its cap: nothing is taken
    CHECK(grant(55, "tom", "more", 1, 0) == NULL && err.code == ERR_INVALID);
    CHECK(grant(56, "tom", "add", -1, 0) == NULL && err.code == ERR_INVALID);
    CHECK(grant(57, "nobody", "add", 1, 0) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(grant(58, "tom", "add", LEDGER_MOST, 0) != NULL);
    CHECK(grant(59, "tom", "add", LEDGER_MOST, 0) == NULL); // past the 64-bit edge of a balance
    CHECK(balance_of("allotment:tom") == LEDGER_MOST + 400);
    CHECK(purses_of("tom")->available == LEDGER_MOST);
}

// A reset leaves what jobs have set aside, and never reaches the paid purse.
static void test_a_reset_leaves_what_is_set_aside(void)
{
    CHECK(add_person(3, "ann", 500) != NULL && grant(60, "ann", "add", 12000, 0) != NULL);
    CHECK(reserve(61, "ann", 2, 0) != NULL);
    CHECK(grant(62, "ann", "set-to", 5000, 0)->changed == -2000);
    CHECK(balance_of("allotment:ann") == 10000 && balance_of("user:ann") == 500);
    CHECK(settle(63, 61, 2, 0) != NULL && balance_of("allotment:ann") == 0);
    CHECK(grant(64, "ann", "set-to", 5000, 0)->changed == 5000);
}

static void test_all_that_is_available_is_told(void)
{
    CHECK(add_person(200, "zoe", 100) != NULL && grant(201, "zoe", "add", 40, 0) != NULL);
    CHECK(get_person("zoe")->available == 140 && purses_of("zoe")->available == 140);
    CHECK(get_person("zoe")->balance == 100);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(1, "mary", 100000) != NULL);
    test_a_grant_opens_the_allotment();
    test_ways_to_grant();
    test_a_reset_leaves_what_is_set_aside();
    test_all_that_is_available_is_told();
    return fixture_end();
}
