// Who pays: what was chosen, where it may be, or what the rules say in their order.
#include "unit/cas/payers.h"

enum { SCIENCE = 1001, PHYSICS, ACME, CLUB, MARY, TOM };

static bool pays(const Quoin__V1__Reservation *set, size_t leg, const char *account, int64_t amount)
{
    bool same = set != NULL && leg < set->n_legs && strcmp(set->legs[leg]->account, account) == 0 &&
                set->legs[leg]->amount == amount;
    if (!same) {
        printf("# %s; %s %lld\n", err.text,
               set == NULL || leg >= set->n_legs ? "no leg" : set->legs[leg]->account,
               set == NULL || leg >= set->n_legs ? 0 : (long long)set->legs[leg]->amount);
    }
    return same;
}

static void test_without_rules_the_person_pays_and_may_choose(void)
{
    work_of("mary", 2);
    CHECK(pays(reserve_work(10), 0, "user:mary", 10000));
    test_work.account = text_of("code:acme/17");
    CHECK(pays(reserve_work(11), 0, "code:acme/17", 10000));
    test_work.account = text_of("ACME/17"); // the bare name, in any case
    CHECK(pays(reserve_work(12), 0, "code:acme/17", 10000));
    test_work.account = text_of("person");
    CHECK(pays(reserve_work(13), 0, "user:mary", 10000));
    test_work.account = text_of("user:Mary");
    CHECK(pays(reserve_work(14), 0, "user:mary", 10000));
    test_work.account = text_of("department:science"); // above hers: its members are hers too
    CHECK(pays(reserve_work(15), 0, "department:science", 10000));
}

static void test_what_may_not_be_chosen(void)
{
    work_of("tom", 2);
    test_work.account = text_of("user:mary");
    CHECK(reserve_work(20) == NULL && err.code == ERR_DENIED);
    CHECK(has_reason("account-authorization-failed"));
    test_work.account = text_of("code:none");
    CHECK(reserve_work(20) == NULL && has_reason("account-info-needed"));
    test_work.account = text_of("department:science/physics"); // tom is in none
    CHECK(reserve_work(20) == NULL && has_reason("account-authorization-failed"));
    test_work.account = text_of("income:print");
    CHECK(reserve_work(20) == NULL && has_reason("account-info-needed"));
    test_work.account = text_of("cash");
    CHECK(reserve_work(20) == NULL && has_reason("account-info-needed"));
    CHECK(run_text("UPDATE accounts_payer SET locked = 1 WHERE id = 1003"));
    test_work.account = text_of("code:acme/17");
    CHECK(reserve_work(20) == NULL && has_reason("account-closed"));
    CHECK(run_text("UPDATE accounts_payer SET locked = 0 WHERE id = 1003"));
    CHECK(reserve_work(20) != NULL);
    CHECK(run_text("UPDATE accounts_person SET locked = 1 WHERE name = 'tom'"));
    CHECK(reserve_work(21) == NULL && has_reason("account-closed"));
    CHECK(strstr(err.text, "tom") != NULL);
    CHECK(run_text("UPDATE accounts_person SET locked = 0 WHERE name = 'tom'"));
}

static void test_shares_that_were_chosen(void)
{
    work_of("mary", 3);
    share_add("person", 500000);
    share_add("code:acme/17", 333333);
    share_add("department:science/physics", 166667);
    const Quoin__V1__Reservation *set = reserve_work(30);
    CHECK(set != NULL && set->n_legs == 3 && set->amount == 15000);
    CHECK(pays(set, 0, "user:mary", 7500) && pays(set, 1, "code:acme/17", 5000));
    CHECK(pays(set, 2, "department:science/physics", 2500));
    int64_t code = balance_of("code:acme/17");
    const Quoin__V1__Settlement *done = settle(31, 30, 1, 0);
    CHECK(done != NULL && done->charged == 5000 && done->n_legs == 3);
    CHECK(done->legs[0]->amount == 2500 && done->legs[1]->amount == 1667);
    CHECK(done->legs[2]->amount == 833 && balance_of("code:acme/17") == code - 1667);
    test_work.shares[2]->parts = 166666;
    CHECK(reserve_work(32) == NULL && err.code == ERR_INVALID);
    test_work.shares[2] = test_work.shares[1];
    CHECK(reserve_work(32) == NULL && strstr(err.text, "two shares") != NULL);
    work_of("mary", 3);
    for (int i = 0; i < 17; i++) {
        share_add("person", 1);
    }
    CHECK(reserve_work(32) == NULL && err.code == ERR_INVALID);
    work_of("mary", 3);
    share_add("person", 1000000);
    test_work.account = text_of("code:acme/17");
    CHECK(reserve_work(32) == NULL && err.code == ERR_INVALID);
    work_of("mary", 3);
    share_add("person", 1000000);
    share_add("code:acme/17", 0);
    CHECK(reserve_work(32) == NULL && err.code == ERR_INVALID);
}

static void test_each_account_that_lacks_is_named(void)
{
    int64_t before = balance_of("user:tom");
    work_of("tom", 200); // 10.00
    share_add("shared:club", 500000);
    share_add("person", 500000);
    CHECK(reserve_work(40) == NULL && err.code == ERR_LIMIT && has_reason("account-limit-reached"));
    CHECK(strcmp(err.text, "the shared account club has 3.10 left; its part of this is 5.00; tom "
                           "has 1.00 left; its part of this is 5.00") == 0);
    CHECK(balance_of("user:tom") == before);
}

// Two jobs at once: what the first has set aside the second cannot.
static void test_one_limit_for_two_jobs(void)
{
    work_of("tom", 10); // 0.50
    share_add("shared:club", 999999);
    share_add("person", 1);
    int made = 0;
    for (uint8_t i = 0; i < 10; i++) {
        made += reserve_work((uint8_t)(50 + i)) != NULL ? 1 : 0;
    }
    CHECK(made == 6 && has_reason("account-limit-reached")); // 3.10
    for (uint8_t i = 0; i < 6; i++) {
        CHECK(give_back((uint8_t)(60 + i), (uint8_t)(50 + i)) != NULL);
    }
}

static void test_rules_in_their_order(void)
{
    CHECK(rule_of("site", "department", "", "person"));
    work_of("mary", 2);
    CHECK(pays(reserve_work(70), 0, "department:science/physics", 10000));
    work_of("tom", 2); // in no department
    CHECK(pays(reserve_work(71), 0, "user:tom", 10000));
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    rule.scope = text_of("Department:x");
    CHECK(!rule_set(&rule) && err.code == ERR_INVALID);
    rule.scope = text_of("department:Science");
    rule.pays = text_of("shares");
    work_of("mary", 2);
    share_add("person", 600000);
    share_add("department", 400000);
    rule.shares = test_shares;
    rule.n_shares = 2;
    CHECK(rule_set(&rule)); // above mary's own department, before the site's
    work_of("mary", 2);
    const Quoin__V1__Reservation *set = reserve_work(72);
    CHECK(pays(set, 0, "user:mary", 6000) && pays(set, 1, "department:science/physics", 4000));
    CHECK(rule_of("group:staff", "person", "", ""));
    CHECK(pays(reserve_work(73), 0, "user:mary", 10000));
    Quoin__V1__PayerRule queue = QUOIN__V1__PAYER_RULE__INIT;
    queue.scope = text_of("queue:main");
    queue.pays = text_of("account");
    queue.account = text_of("shared:club");
    CHECK(rule_set(&queue));
    CHECK(pays(reserve_work(74), 0, "shared:club", 10000));
    CHECK(rule_of("user:mary", "department", "", ""));
    CHECK(pays(reserve_work(75), 0, "department:science/physics", 10000));
    // One that says nothing is removed.
    CHECK(rule_of("user:mary", "", "", "") && rule_of("queue:main", "", "", ""));
    CHECK(pays(reserve_work(76), 0, "user:mary", 10000));
    CHECK(rule_of("group:staff", "", "", "") && rule_of("department:science", "", "", ""));
    CHECK(pays(reserve_work(77), 0, "department:science/physics", 10000));
    CHECK(rule_of("site", "", "", ""));
    CHECK(pays(reserve_work(78), 0, "user:mary", 10000));
}

static void test_who_must_choose(void)
{
    CHECK(rule_of("queue:main", "", "must", ""));
    work_of("mary", 2);
    const Quoin__V1__Reservation *set = reserve_work(80);
    CHECK(set != NULL && set->id.len == 0 && set->n_legs == 0 && set->decision != NULL);
    CHECK(strcmp(set->decision->verdict, "ask") == 0 && set->decision->ask_account);
    CHECK(strstr(set->decision->text, "choose") != NULL);
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    request.work = &test_work;
    const Quoin__V1__QuoteReply *quote = ask(&request.base);
    CHECK(quote != NULL && !quote->enough && quote->amount == 10000 &&
          quote->decision->ask_account);
    test_work.account = text_of("code:acme/17");
    CHECK(pays(reserve_work(80), 0, "code:acme/17", 10000)); // by the same key
    work_of("mary", 2);
    CHECK(rule_of("queue:main", "", "must", "refuse"));
    CHECK(reserve_work(81) == NULL && has_reason("account-info-needed") && err.code == ERR_DENIED);
    CHECK(rule_of("queue:main", "", "must", "person"));
    CHECK(pays(reserve_work(81), 0, "user:mary", 10000));
    CHECK(rule_of("queue:main", "", "no", ""));
    test_work.account = text_of("code:acme/17");
    CHECK(reserve_work(82) == NULL && has_reason("account-authorization-failed"));
    CHECK(rule_of("queue:main", "", "", ""));
    CHECK(add_account(MARY, "mary", PHYSICS, 3)); // the accounts say that she must
    work_of("mary", 2);
    CHECK(reserve_work(83)->id.len == 0 && rule_of("site", "", "may", ""));
    CHECK(reserve_work(83)->id.len == 0 && rule_of("site", "", "", "person"));
    CHECK(pays(reserve_work(83), 0, "user:mary", 10000) && rule_of("site", "", "", ""));
    CHECK(add_account(MARY, "mary", PHYSICS, 0));
}

static void test_kinds_and_splits_that_are_allowed(void)
{
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    char *kinds[] = { text_of("code"), text_of("person") };
    rule.scope = text_of("site");
    rule.kinds = kinds;
    rule.n_kinds = 2;
    rule.split = text_of("no");
    CHECK(rule_set(&rule));
    work_of("mary", 2);
    test_work.account = text_of("department:science/physics");
    CHECK(reserve_work(90) == NULL && has_reason("account-authorization-failed"));
    test_work.account = text_of("code:acme/17");
    CHECK(reserve_work(90) != NULL);
    work_of("mary", 2);
    share_add("person", 500000);
    share_add("code:acme/17", 500000);
    CHECK(reserve_work(91) == NULL && strstr(err.text, "split") != NULL);
    kinds[0] = text_of("codes");
    CHECK(!rule_set(&rule) && err.code == ERR_INVALID);
    CHECK(rule_of("site", "", "", ""));
}

static void test_a_closed_account_of_a_rule_asks(void)
{
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    rule.scope = text_of("site");
    rule.pays = text_of("account");
    rule.account = text_of("shared:gone");
    CHECK(rule_set(&rule));
    work_of("mary", 2);
    const Quoin__V1__Reservation *set = reserve_work(95);
    CHECK(set != NULL && set->id.len == 0 && strstr(set->decision->text, "shared:gone") != NULL);
    rule.pays = text_of("person");
    CHECK(!rule_set(&rule) && err.code == ERR_INVALID); // an account, and it would not pay
    rule.pays = text_of("account");
    rule.account = text_of("cash");
    CHECK(!rule_set(&rule) && err.code == ERR_INVALID);
    CHECK(rule_of("site", "", "", ""));
}

static void test_rules_are_listed(void)
{
    CHECK(rule_of("user:B", "person", "", "") && rule_of("user:a", "person", "", ""));
    Quoin__V1__ListPayerRulesRequest request = QUOIN__V1__LIST_PAYER_RULES_REQUEST__INIT;
    request.limit = 1;
    const Quoin__V1__ListPayerRulesReply *list = ask(&request.base);
    CHECK(list != NULL && list->n_rules == 1 && list->more);
    CHECK(strcmp(list->rules[0]->scope, "user:a") == 0);
    request.after = text_of("user:a");
    list = ask(&request.base);
    CHECK(list != NULL && list->n_rules == 1 && !list->more);
    CHECK(strcmp(list->rules[0]->scope, "user:b") == 0);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(1, "mary", 10000000) != NULL);
    CHECK(add_person(2, "tom", 100000) != NULL);
    CHECK(add_payer(SCIENCE, 1, "science", 0, 0, 100000, 0));
    CHECK(add_payer(PHYSICS, 1, "science/physics", SCIENCE, 0, 1000000, 0));
    CHECK(add_payer(ACME, 2, "acme/17", 0, 0, 0, 1000000));
    CHECK(add_payer(CLUB, 3, "club", 0, 1, 310000, 0));
    CHECK(add_account(MARY, "mary", PHYSICS, 0) && add_account(TOM, "tom", 0, 0));
    CHECK(run_text("INSERT INTO accounts_group VALUES (2001, 'staff', '', 0, 0, 1);"
                   "INSERT INTO accounts_member VALUES (1005, 2001)"));
    test_without_rules_the_person_pays_and_may_choose();
    test_what_may_not_be_chosen();
    test_shares_that_were_chosen();
    test_each_account_that_lacks_is_named();
    test_one_limit_for_two_jobs();
    test_rules_in_their_order();
    test_who_must_choose();
    test_kinds_and_splits_that_are_allowed();
    test_a_closed_account_of_a_rule_asks();
    test_rules_are_listed();
    return fixture_end();
}
