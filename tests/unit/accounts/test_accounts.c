// Who a name means: by name and alias, with what departments and groups say.
#include "unit/accounts/fixture.h"

static void test_must_choose_comes_from_above(void)
{
    struct accounts_payer_edit must = { .sets = ACCOUNTS_PAYER_CHOOSE,
                                        .must_choose = ACCOUNTS_CHOOSE_MUST };
    struct accounts_group_edit asks = { .sets = ACCOUNTS_GROUP_CHOOSE,
                                        .must_choose = ACCOUNTS_CHOOSE_ASK };
    struct str group = STR("staff");
    struct accounts_person_edit edit = { .sets = ACCOUNTS_SET_GROUPS,
                                         .groups = &group,
                                         .group_count = 1,
                                         .department = STR("law/tax") };
    CHECK(add_person("mary") && person_of("mary").must_choose == ACCOUNTS_CHOOSE_NO);
    CHECK(put_group("Staff", &asks) && put_person("mary", ACCOUNTS_CHANGE, &edit));
    CHECK(person_of("mary").must_choose == ACCOUNTS_CHOOSE_ASK);
    CHECK(put_payer(ACCOUNTS_DEPARTMENT, "law", ACCOUNTS_ADD, &must));
    CHECK(add_payer(ACCOUNTS_DEPARTMENT, "law/tax"));
    edit.sets = ACCOUNTS_SET_DEPARTMENT;
    CHECK(put_person("mary", ACCOUNTS_CHANGE, &edit));
    struct accounts_person mary = person_of("MARY");
    CHECK(mary.must_choose == ACCOUNTS_CHOOSE_MUST);
    CHECK(mary.own_must_choose == ACCOUNTS_CHOOSE_INHERIT);
    CHECK_STR(mary.department, "law/tax");
    CHECK(mary.group_count == 1 && str_eq(mary.groups[0], STR("staff")));
    bool found;
    CHECK(accounts_person_meet(accounts, STR("MARY"), &arena, &mary, &found, &err) && found);
    CHECK(mary.must_choose == ACCOUNTS_CHOOSE_MUST && mary.group_count == 1);
    edit = (struct accounts_person_edit){ .sets = ACCOUNTS_SET_CHOOSE,
                                          .must_choose = ACCOUNTS_CHOOSE_NO };
    CHECK(put_person("mary", ACCOUNTS_CHANGE, &edit));
    CHECK(person_of("mary").must_choose == ACCOUNTS_CHOOSE_NO);
}

int main(void)
{
    struct accounts_person person;
    bool found = true;
    CHECK(fixture_begin());
    CHECK(accounts_person_find(accounts, STR("mary"), &arena, &person, &found, &err) && !found);
    CHECK(accounts_person_find(accounts, STR("a\nb"), &arena, &person, &found, &err) && !found);
    CHECK(!accounts_person_get(accounts, 1, &arena, &person, &err) && err.code == ERR_NOT_FOUND);
    test_must_choose_comes_from_above();
    return fixture_end();
}
