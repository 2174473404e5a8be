// Departments, codes and shared accounts are added, removed and moved; groups and their members.
#include "unit/accounts/fixture.h"

static bool move(enum accounts_kind kind, const char *from, const char *to, size_t *count)
{
    struct accounts_payer payer = payer_of(kind, from);
    struct accounts_moved *moved;
    return KEEP( // of one that is not there too: it is refused
        accounts_payer_move(accounts, &payer, str_of(to), &by, &arena, &moved, count, &err));
}

static void test_trees_grow_downwards(void)
{
    CHECK(!add_payer(ACCOUNTS_CODE, "acme/1") && err.code == ERR_NOT_FOUND);
    CHECK(add_payer(ACCOUNTS_CODE, "Acme") && add_payer(ACCOUNTS_CODE, "acme/1"));
    CHECK(!add_payer(ACCOUNTS_CODE, "acme/1") && err.code == ERR_EXISTS);
    CHECK(add_payer(ACCOUNTS_DEPARTMENT, "acme")); // another kind's name
    CHECK(!add_payer(ACCOUNTS_SHARED, "a/b") && err.code == ERR_INVALID);
    struct accounts_payer code = payer_of(ACCOUNTS_CODE, "acme/1");
    CHECK_STR(code.ledger, "code:acme/1");
    CHECK(code.is_unlimited && code.parent == payer_of(ACCOUNTS_CODE, "acme").id);
    CHECK(add_payer(ACCOUNTS_SHARED, "s") && !payer_of(ACCOUNTS_SHARED, "s").is_unlimited);
}

static void test_moving_takes_all_below_along(void)
{
    size_t count = 0;
    int64_t id = payer_of(ACCOUNTS_CODE, "acme/1").id;
    CHECK(add_payer(ACCOUNTS_CODE, "acme/1/x") && add_payer(ACCOUNTS_CODE, "acme/10"));
    CHECK(add_payer(ACCOUNTS_CODE, "other"));
    CHECK(!move(ACCOUNTS_CODE, "acme", "acme/1/y", &count) && err.code == ERR_INVALID);
    CHECK(!move(ACCOUNTS_CODE, "acme", "other", &count) && err.code == ERR_EXISTS);
    CHECK(!move(ACCOUNTS_CODE, "acme", "no/where", &count) && err.code == ERR_NOT_FOUND);
    CHECK(!move(ACCOUNTS_CODE, "acme", "a/../b", &count) && err.code == ERR_INVALID);
    CHECK(!move(ACCOUNTS_SHARED, "s", "s/t", &count) && err.code == ERR_INVALID);
    CHECK(move(ACCOUNTS_CODE, "acme/1", "other/one", &count) && count == 2);
    CHECK(payer_of(ACCOUNTS_CODE, "acme/1").id == 0);
    CHECK(payer_of(ACCOUNTS_CODE, "other/one").id == id);
    CHECK(payer_of(ACCOUNTS_CODE, "other/one").parent == payer_of(ACCOUNTS_CODE, "other").id);
    CHECK(payer_of(ACCOUNTS_CODE, "other/one/x").parent == id);
    CHECK(payer_of(ACCOUNTS_CODE, "acme/10").id != 0); // not below acme/1
    CHECK(!move(ACCOUNTS_CODE, "nowhere", "new", &count));
    CHECK(payer_of(ACCOUNTS_CODE, "new").id == 0);
    CHECK(move(ACCOUNTS_CODE, "other/one", "top", &count));
    CHECK(payer_of(ACCOUNTS_CODE, "top").parent == 0);
    struct accounts_listed found[4];
    CHECK(accounts_search(accounts, ACCOUNTS_CODE, STR("x top"), STR(""), 4, &arena, found, &count,
                          &err));
    CHECK(count == 1 && str_eq(found[0].name, STR("top/x")));
}

static void test_what_was_removed_is_hidden_and_comes_back(void)
{
    const struct accounts_payer_edit gone = { .sets = ACCOUNTS_PAYER_REMOVED, .is_removed = true };
    int64_t id = payer_of(ACCOUNTS_CODE, "top").id;
    struct accounts_listed found[9];
    size_t count = 0;
    CHECK(put_payer(ACCOUNTS_CODE, "top", ACCOUNTS_CHANGE, &gone));
    CHECK(accounts_payers(accounts, ACCOUNTS_CODE, ACCOUNTS_WHICH_HERE, STR(""), 9, &arena, found,
                          &count, &err));
    CHECK(count == 4);
    CHECK(accounts_payers(accounts, ACCOUNTS_CODE, ACCOUNTS_WHICH_ALL, STR("acme"), 9, &arena,
                          found, &count, &err));
    CHECK(count == 4 && str_eq(found[0].name, STR("acme/10")));
    CHECK(!add_payer(ACCOUNTS_CODE, "top/new") && err.code == ERR_NOT_FOUND);
    CHECK(add_payer(ACCOUNTS_CODE, "top") && outcome == ACCOUNTS_IS_CHANGED);
    CHECK(payer_of(ACCOUNTS_CODE, "top").id == id && !payer_of(ACCOUNTS_CODE, "top").is_locked);
}

static void test_groups(void)
{
    struct accounts_group_edit edit = { .sets = ACCOUNTS_GROUP_TITLE, .title = STR("The staff") };
    struct accounts_group group;
    bool found;
    bool changed;
    CHECK(add_person("mary") && put_group("Staff", &edit) && outcome == ACCOUNTS_IS_NEW);
    CHECK(put_group("staff", &edit) && outcome == ACCOUNTS_IS_SAME);
    CHECK(accounts_group_find(accounts, STR("STAFF"), &arena, &group, &found, &err) && found);
    struct accounts_person mary = person_of("mary");
    CHECK(KEEP(accounts_member_put(accounts, &group, &mary, true, &by, &changed, &err)) && changed);
    CHECK(KEEP(accounts_member_put(accounts, &group, &mary, true, &by, &changed, &err)));
    CHECK(!changed && person_of("mary").group_count == 1);
    struct accounts_group groups[2];
    size_t count = 0;
    CHECK(accounts_groups(accounts, STR(""), 2, &arena, groups, &count, &err) && count == 1);
    CHECK(groups[0].member_count == 1 && str_eq(groups[0].title, STR("The staff")));
    CHECK(KEEP(accounts_member_put(accounts, &group, &mary, false, &by, &changed, &err)));
    CHECK(changed && person_of("mary").group_count == 0);
}

static void test_every_failing_call_undoes_all(void)
{
    size_t count;
    int64_t n = 1;
    CHECK(add_payer(ACCOUNTS_CODE, "f") && add_payer(ACCOUNTS_CODE, "f/1"));
    for (bool done = false; !done && n < 300; n++) {
        db_fault_at(db, n, n % 2 == 0);
        bool ok = move(ACCOUNTS_CODE, "f", "g", &count);
        done = db_fault_is_due(db);
        db_fault_at(db, 0, false);
        CHECK((payer_of(ACCOUNTS_CODE, "f/1").id == 0) == ok);
        CHECK((payer_of(ACCOUNTS_CODE, "g/1").id != 0) == ok);
        if (ok && !done) {
            CHECK(false);
            break;
        }
    }
    CHECK(n > 10);
}

// Names for which there is no room are not taken for empty ones.
static void test_a_full_arena_moves_nothing(void)
{
    const struct accounts_by dry = { .asker = by.asker, .at = by.at, .is_dry = true };
    struct accounts_moved *moved;
    size_t count;
    bool done = false;
    int refused = 0;
    CHECK(add_payer(ACCOUNTS_CODE, "deep") && add_payer(ACCOUNTS_CODE, "deep/1") &&
          add_payer(ACCOUNTS_CODE, "deep/1/2"));
    struct accounts_payer payer = payer_of(ACCOUNTS_CODE, "deep");
    OWN(arena_free) struct arena roomy = ARENA_CAP(64 << 20);
    CHECK(accounts_payer_move(accounts, &payer, STR("high"), &dry, &roomy, &moved, &count, &err));
    for (size_t cap = roomy.used - 1024; !done && cap < roomy.used + 65536; cap += 16) {
        OWN(arena_free) struct arena small = ARENA_CAP(cap);
        done = KEEP(
            accounts_payer_move(accounts, &payer, STR("high"), &by, &small, &moved, &count, &err));
        refused += !done;
        CHECK(done || (err.code == ERR_LIMIT && payer_of(ACCOUNTS_CODE, "deep/1/2").id != 0));
    }
    CHECK(done && refused > 20 && payer_of(ACCOUNTS_CODE, "high/1/2").id != 0);
}

int main(void)
{
    CHECK(fixture_begin());
    test_trees_grow_downwards();
    test_moving_takes_all_below_along();
    test_what_was_removed_is_hidden_and_comes_back();
    test_groups();
    test_every_failing_call_undoes_all();
    test_a_full_arena_moves_nothing();
    return fixture_end();
}
