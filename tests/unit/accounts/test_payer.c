// Who may charge what: access by person, group and department, validity, locks and PINs, on the
// account and above it.
#include "unit/accounts/fixture.h"

static void make(void)
{
    struct str group = STR("staff");
    const struct accounts_person_edit in_group = { .sets = ACCOUNTS_SET_GROUPS,
                                                   .groups = &group,
                                                   .group_count = 1 };
    const struct accounts_person_edit in_department = { .sets = ACCOUNTS_SET_DEPARTMENT,
                                                        .department = STR("science/physics") };
    by.make_missing = true;
    CHECK(add_person("nobody") && put_person("staffer", ACCOUNTS_ADD, &in_group));
    CHECK(put_person("physicist", ACCOUNTS_ADD, &in_department));
    CHECK(add_payer(ACCOUNTS_CODE, "acme/2026-17/a"));
    by.make_missing = false;
    CHECK(add_payer(ACCOUNTS_SHARED, "poster") && add_payer(ACCOUNTS_DEPARTMENT, "law"));
}

static void test_what_everyone_and_nobody_may(void)
{
    CHECK(charge("nobody", "code:acme/2026-17", "", 5) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("nobody", "ACME/2026-17", "", 5) == ACCOUNTS_REFUSED_NOT); // without its kind
    CHECK(charge("nobody", "department:acme", "", 5) == ACCOUNTS_REFUSED_UNKNOWN);
    CHECK(charge("nobody", "user:nobody", "", 5) == ACCOUNTS_REFUSED_UNKNOWN);
    CHECK(charge("nobody", "", "", 5) == ACCOUNTS_REFUSED_UNKNOWN);
    CHECK(charge("nobody", "code:../x", "", 5) == ACCOUNTS_REFUSED_UNKNOWN);
    CHECK(charge("nobody", "poster", "", 5) == ACCOUNTS_REFUSED_DENIED);
    CHECK(charge("physicist", "science/physics", "", 5) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("physicist", "department:science", "", 5) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("physicist", "law", "", 5) == ACCOUNTS_REFUSED_DENIED);
    CHECK(charge("nobody", "science", "", 5) == ACCOUNTS_REFUSED_DENIED);
}

static void test_lists(void)
{
    struct str list[] = { STR("group:staff"), STR("department:science"), STR("user:nobody") };
    struct accounts_payer_edit edit = { .sets = ACCOUNTS_PAYER_LIST, .list = list };
    for (size_t i = 0; i < 3; i++) {
        edit.list = &list[i];
        edit.list_count = 1;
        CHECK(put_payer(ACCOUNTS_SHARED, "poster", ACCOUNTS_CHANGE, &edit));
        CHECK((charge("staffer", "poster", "", 5) == ACCOUNTS_REFUSED_NOT) == (i == 0));
        CHECK((charge("physicist", "poster", "", 5) == ACCOUNTS_REFUSED_NOT) == (i == 1));
        CHECK((charge("nobody", "poster", "", 5) == ACCOUNTS_REFUSED_NOT) == (i == 2));
    }
    edit.list = &list[0];
    edit.sets |= ACCOUNTS_PAYER_ACCESS;
    edit.access = ACCOUNTS_ACCESS_LISTED;
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit)); // and all below it
    CHECK(charge("staffer", "acme/2026-17/a", "", 5) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("nobody", "acme/2026-17/a", "", 5) == ACCOUNTS_REFUSED_DENIED);
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && outcome == ACCOUNTS_IS_SAME);
    edit.access = ACCOUNTS_ACCESS_EVERYONE;
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    list[0] = STR("group:unknown");
    CHECK(!put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && err.code == ERR_NOT_FOUND);
    list[0] = STR("staff");
    CHECK(!put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && err.code == ERR_INVALID);
}

static void test_validity_and_locks_reach_down(void)
{
    struct accounts_payer_edit edit = { .sets = ACCOUNTS_PAYER_FROM | ACCOUNTS_PAYER_UNTIL,
                                        .valid_from = 100,
                                        .valid_until = 200 };
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    CHECK(charge("nobody", "acme/2026-17", "", 99) == ACCOUNTS_REFUSED_CLOSED);
    CHECK(charge("nobody", "acme/2026-17", "", 100) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("nobody", "acme/2026-17", "", 199) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("nobody", "acme/2026-17", "", 200) == ACCOUNTS_REFUSED_CLOSED);
    edit.valid_from = 200;
    CHECK(!put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && err.code == ERR_INVALID);
    edit.valid_from = edit.valid_until = 0;
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    edit = (struct accounts_payer_edit){ .sets = ACCOUNTS_PAYER_LOCKED, .is_locked = true };
    CHECK(put_payer(ACCOUNTS_CODE, "acme/2026-17", ACCOUNTS_CHANGE, &edit));
    CHECK(charge("nobody", "acme/2026-17/a", "", 5) == ACCOUNTS_REFUSED_CLOSED);
    CHECK(charge("nobody", "acme", "", 5) == ACCOUNTS_REFUSED_NOT);
    edit.is_locked = false;
    CHECK(put_payer(ACCOUNTS_CODE, "acme/2026-17", ACCOUNTS_CHANGE, &edit));
}

static void test_pins(void)
{
    struct accounts_payer_edit edit = { .sets = ACCOUNTS_PAYER_PIN, .pin = STR("4711") };
    int64_t at = 1000;
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && outcome == ACCOUNTS_IS_SAME);
    CHECK(payer_of(ACCOUNTS_CODE, "acme").has_pin);
    CHECK(charge("nobody", "acme/2026-17", "", at) == ACCOUNTS_REFUSED_PIN);
    CHECK(charge("nobody", "acme/2026-17", "4711", at) == ACCOUNTS_REFUSED_NOT);
    CHECK(charge("nobody", "acme/2026-17", "4711", at) == ACCOUNTS_REFUSED_NOT); // remembered
    for (int i = 0; i < ACCOUNTS_TRIES; i++) {
        CHECK(charge("nobody", "acme", "0000", at) == ACCOUNTS_REFUSED_PIN);
    }
    CHECK(charge("nobody", "acme", "4711", at) == ACCOUNTS_REFUSED_TRIES);
    CHECK(charge("staffer", "acme", "4711", at) == ACCOUNTS_REFUSED_NOT); // somebody else may
    CHECK(charge("nobody", "acme", "4711", at + 14 * 60000) == ACCOUNTS_REFUSED_TRIES);
    at += 15 * 60000;
    CHECK(charge("nobody", "acme", "0000", at) == ACCOUNTS_REFUSED_PIN); // the wait gets longer
    CHECK(charge("nobody", "acme", "4711", at + 16 * 60000) == ACCOUNTS_REFUSED_TRIES);
    CHECK(charge("nobody", "acme", "4711", at + 30 * 60000) == ACCOUNTS_REFUSED_NOT);
    edit.pin = STR("47");
    CHECK(!put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit) && err.code == ERR_INVALID);
    edit.pin = STR("8888");
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    CHECK(charge("staffer", "acme", "4711", at) == ACCOUNTS_REFUSED_PIN); // what was right is not
    edit.pin = STR("");
    CHECK(put_payer(ACCOUNTS_CODE, "acme", ACCOUNTS_CHANGE, &edit));
    CHECK(charge("staffer", "acme", "", at) == ACCOUNTS_REFUSED_NOT);
    struct accounts_change changes[1];
    size_t count = 0;
    CHECK(accounts_changes(accounts, ACCOUNTS_PAYER, payer_of(ACCOUNTS_CODE, "acme").id, 0, 1,
                           &arena, changes, &count, &err));
    CHECK_STR(changes[0].new, "{\"pin\":\"none\"}"); // never the PIN
}

int main(void)
{
    CHECK(fixture_begin());
    make();
    test_what_everyone_and_nobody_may();
    test_lists();
    test_validity_and_locks_reach_down();
    test_pins();
    return fixture_end();
}
