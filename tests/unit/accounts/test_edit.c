// People are added, changed, come back, are renamed and merged; every change is kept.
#include "unit/accounts/fixture.h"

static void test_adding_and_changing(void)
{
    struct accounts_person_edit edit = { .sets = ACCOUNTS_SET_FULL_NAME | ACCOUNTS_SET_EMAIL |
                                                 ACCOUNTS_SET_LANGUAGE | ACCOUNTS_SET_TRANSFER,
                                         .full_name = STR("Mary Ann"),
                                         .email = STR("mary@example.org"),
                                         .language = STR("pt-BR"),
                                         .may_transfer = true };
    CHECK(put_person("Mary", ACCOUNTS_ADD, &edit) && outcome == ACCOUNTS_IS_NEW);
    CHECK(!put_person("MARY", ACCOUNTS_ADD, &edit) && err.code == ERR_EXISTS);
    CHECK(put_person("mary", ACCOUNTS_ADD_OR_CHANGE, &edit) && outcome == ACCOUNTS_IS_SAME);
    edit.full_name = STR("Mary B.");
    CHECK(put_person("mary", ACCOUNTS_CHANGE, &edit) && outcome == ACCOUNTS_IS_CHANGED);
    CHECK(!put_person("nobody", ACCOUNTS_CHANGE, &edit) && err.code == ERR_NOT_FOUND);
    struct accounts_person mary = person_of("mary");
    CHECK_STR(mary.name, "mary");
    CHECK_STR(mary.full_name, "Mary B.");
    CHECK(mary.may_transfer && !mary.is_locked && mary.created_at == 1000);
}

static void test_what_is_refused_is_not_written(void)
{
    static const struct accounts_person_edit wrong[] = {
        { .sets = ACCOUNTS_SET_EMAIL, .email = STR_INIT("nobody") },
        { .sets = ACCOUNTS_SET_LANGUAGE, .language = STR_INIT("-de") },
        { .sets = ACCOUNTS_SET_LANGUAGE, .language = STR_INIT("d e") },
        { .sets = ACCOUNTS_SET_FULL_NAME, .full_name = STR_INIT("a\tb") },
        { .sets = ACCOUNTS_SET_DEPARTMENT, .department = STR_INIT("no/where") },
        { .sets = ACCOUNTS_SET_DEPARTMENT, .department = STR_INIT("a//b") },
        { .sets = ACCOUNTS_SET_DEFAULT, .default_account = STR_INIT("code:none") },
        { .sets = ACCOUNTS_SET_DEFAULT, .default_account = STR_INIT("purse:none") },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(!put_person("eve", ACCOUNTS_ADD, &wrong[i]));
        CHECK(err.code == ERR_INVALID || err.code == ERR_NOT_FOUND);
    }
    CHECK(!add_person("a\x01") && !add_person("") && person_of("eve").id == 0);
    by.is_dry = true;
    CHECK(add_person("eve") && outcome == ACCOUNTS_IS_NEW);
    by.is_dry = false;
    CHECK(person_of("eve").id == 0);
}

static void test_missing_things_are_made_where_wished(void)
{
    struct str groups[] = { STR("Z"), STR("a"), STR("z") };
    const struct accounts_person_edit edit = { .sets =
                                                   ACCOUNTS_SET_DEPARTMENT | ACCOUNTS_SET_GROUPS,
                                               .department = STR("new/deep/er"),
                                               .groups = groups,
                                               .group_count = 3 };
    CHECK(!put_person("joe", ACCOUNTS_ADD, &edit) && err.code == ERR_NOT_FOUND);
    by.make_missing = true;
    by.is_dry = true;
    CHECK(put_person("joe", ACCOUNTS_ADD, &edit) && person_of("joe").id == 0);
    by.is_dry = false;
    CHECK(put_person("joe", ACCOUNTS_ADD, &edit));
    CHECK(put_person("joe", ACCOUNTS_CHANGE, &edit) && outcome == ACCOUNTS_IS_SAME);
    by.make_missing = false;
    struct accounts_person joe = person_of("joe");
    CHECK(joe.group_count == 2 && str_eq(joe.groups[0], STR("a")));
    CHECK_STR(joe.department, "new/deep/er");
    CHECK(payer_of(ACCOUNTS_DEPARTMENT, "new/deep").id != 0);
}

static void test_who_was_removed_comes_back(void)
{
    const struct accounts_person_edit gone = { .sets = ACCOUNTS_SET_REMOVED, .is_removed = true };
    int64_t id = person_of("joe").id;
    CHECK(put_person("joe", ACCOUNTS_CHANGE, &gone));
    struct accounts_person joe = person_of("joe");
    CHECK(joe.id == id && joe.is_locked && joe.is_removed);
    CHECK(add_person("joe") && outcome == ACCOUNTS_IS_CHANGED);
    joe = person_of("joe");
    CHECK(joe.id == id && !joe.is_locked && !joe.is_removed);
    CHECK_STR(joe.department, "new/deep/er");
}

static bool rename_to(const char *who, const char *name)
{
    struct accounts_person person = person_of(who);
    return KEEP(accounts_person_rename(accounts, &person, str_of(name), &by, &err));
}

static void test_renaming(void)
{
    int64_t id = person_of("mary").id;
    CHECK(add_person("zoe"));
    CHECK(!rename_to("mary", "zoe") && err.code == ERR_EXISTS);
    CHECK(!rename_to("mary", "a\nb") && err.code == ERR_INVALID);
    CHECK(rename_to("mary", "Maria") && person_of("mary").id == id);
    struct accounts_person maria = person_of("maria");
    CHECK_STR(maria.name, "maria");
    CHECK(maria.alias_count == 1 && str_eq(maria.aliases[0], STR("mary")));
    CHECK(!add_person("mary") && err.code == ERR_EXISTS); // the name is an alias
    CHECK(rename_to("maria", "mary"));                    // and back
    maria = person_of("maria");
    CHECK_STR(maria.name, "mary");
    CHECK(KEEP(accounts_alias_drop(accounts, &maria, STR("maria"), &by, &err)));
    CHECK(!KEEP(accounts_alias_drop(accounts, &maria, STR("maria"), &by, &err)));
    CHECK(person_of("maria").id == 0 && add_person("maria"));
    CHECK(!KEEP(accounts_alias_add(accounts, &maria, STR("zoe"), &by, &err)));
    CHECK(KEEP(accounts_alias_add(accounts, &maria, STR("CORP\\mary"), &by, &err)));
    CHECK(person_of("corp\\MARY").id == id);
}

static void test_merging(void)
{
    struct accounts_person gone = person_of("maria");
    struct accounts_person into = person_of("mary");
    CHECK(KEEP(accounts_alias_add(accounts, &gone, STR("mia"), &by, &err)));
    CHECK(!KEEP(accounts_person_merge(accounts, &into, &into, &by, &err)));
    CHECK(KEEP(accounts_person_merge(accounts, &gone, &into, &by, &err)));
    CHECK(person_of("maria").id == into.id && person_of("mia").id == into.id);
    CHECK(!add_person("maria") && err.code == ERR_EXISTS);
    CHECK(!rename_to("mary", "maria") && err.code == ERR_EXISTS);
    struct accounts_person zoe = person_of("zoe");
    into = person_of("mary");
    CHECK(KEEP(accounts_person_merge(accounts, &into, &zoe, &by, &err))); // and once more
    CHECK(person_of("maria").id == zoe.id && person_of("mia").id == zoe.id);
    CHECK(person_of("mary").id == zoe.id && person_of("zoe").alias_count == 4);
}

static void test_the_audit_keeps_old_and_new(void)
{
    struct accounts_change changes[20];
    struct accounts_person joe = person_of("joe");
    size_t count = 0;
    CHECK(
        accounts_changes(accounts, ACCOUNTS_PERSON, joe.id, 0, 20, &arena, changes, &count, &err));
    CHECK(count == 3);
    CHECK_STR(changes[0].what, "set");
    CHECK_STR(changes[0].old, "{\"locked\":true,\"removed\":true}");
    CHECK_STR(changes[0].new, "{\"locked\":false,\"removed\":false}");
    CHECK_STR(changes[2].what, "add");
    CHECK_STR(changes[2].new, "{\"department\":\"new/deep/er\",\"groups\":[\"a\",\"z\"]}");
    CHECK_STR(changes[2].asker, "admin/one");
    CHECK(accounts_changes(accounts, ACCOUNTS_PERSON, joe.id, changes[1].number, 20, &arena,
                           changes, &count, &err));
    CHECK(count == 1 && str_eq(changes[0].what, STR("add")));
}

static void test_every_failing_call_undoes_all(void)
{
    struct str groups[] = { STR("fault"), STR("fault2") };
    const struct accounts_person_edit edit = { .sets = ACCOUNTS_SET_DEPARTMENT |
                                                       ACCOUNTS_SET_GROUPS | ACCOUNTS_SET_FULL_NAME,
                                               .full_name = STR("Fault One"),
                                               .department = STR("fault/er"),
                                               .groups = groups,
                                               .group_count = 2 };
    by.make_missing = true;
    int64_t n = 1;
    for (bool done = false; !done && n < 500; n++) {
        db_fault_at(db, n, n % 2 == 0);
        bool ok = put_person("fault", ACCOUNTS_ADD, &edit);
        done = db_fault_is_due(db);
        db_fault_at(db, 0, false);
        CHECK(ok == done || person_of("fault").id != 0);
        if (!ok) {
            CHECK(err.code == ERR_UNAVAILABLE && person_of("fault").id == 0);
            CHECK(payer_of(ACCOUNTS_DEPARTMENT, "fault").id == 0);
        }
    }
    by.make_missing = false;
    CHECK(n > 20 && person_of("fault").group_count == 2);
}

int main(void)
{
    CHECK(fixture_begin());
    test_adding_and_changing();
    test_what_is_refused_is_not_written();
    test_missing_things_are_made_where_wished();
    test_who_was_removed_comes_back();
    test_renaming();
    test_merging();
    test_the_audit_keeps_old_and_new();
    test_every_failing_call_undoes_all();
    return fixture_end();
}
