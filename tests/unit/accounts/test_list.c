// Lists come by page, searches by the beginnings of words.
#include "unit/accounts/fixture.h"

static struct accounts_listed found[8];
static size_t count;

static bool search(int kind, const char *query)
{
    return accounts_search(accounts, kind, str_of(query), STR(""), 8, &arena, found, &count, &err);
}

int main(void)
{
    static const char *const people[][2] = { { "mm1", "Mary M\xc3\x84RZ" },
                                             { "mm2", "Martin Mary O'Neill" },
                                             { "jd", "John Doe-Smith" } };
    int64_t all;
    int64_t locked;
    CHECK(fixture_begin());
    for (size_t i = 0; i < 3; i++) {
        const struct accounts_person_edit edit = { .sets = ACCOUNTS_SET_FULL_NAME,
                                                   .full_name = str_of(people[i][1]) };
        CHECK(put_person(people[i][0], ACCOUNTS_ADD, &edit));
    }
    CHECK(search(0, "mary") && count == 2 && str_eq(found[0].name, STR("mm1")));
    CHECK(search(0, "MARY one") && count == 0);
    CHECK(search(0, "neil mar") && count == 1 && str_eq(found[0].name, STR("mm2")));
    CHECK(search(0, "m\xc3\xa4r") && count == 1);
    CHECK(search(0, "smith") && count == 1 && search(0, "jd") && count == 1);
    CHECK(search(0, "") && count == 0 && search(0, "%_'\"") && count == 0);
    CHECK(search(ACCOUNTS_CODE, "mary") && count == 0);
    CHECK(accounts_people(accounts, ACCOUNTS_WHICH_HERE, 0, STR("jd"), 1, &arena, found, &count,
                          &err));
    CHECK(count == 1 && str_eq(found[0].name, STR("mm1")));
    const struct accounts_person_edit gone = { .sets = ACCOUNTS_SET_REMOVED, .is_removed = true };
    const struct accounts_person_edit lock = { .sets = ACCOUNTS_SET_LOCKED, .is_locked = true };
    CHECK(put_person("jd", ACCOUNTS_CHANGE, &gone) && put_person("mm2", ACCOUNTS_CHANGE, &lock));
    CHECK(accounts_people_count(accounts, &all, &locked, &err) && all == 2 && locked == 1);
    CHECK(search(0, "john") && count == 0);
    CHECK(
        accounts_people(accounts, ACCOUNTS_WHICH_ALL, 0, STR(""), 8, &arena, found, &count, &err));
    CHECK(count == 3);
    CHECK(add_payer(ACCOUNTS_CODE, "a") && add_payer(ACCOUNTS_CODE, "b"));
    struct accounts_mine mine[4];
    int64_t mary = person_of("mm1").id;
    int64_t a = payer_of(ACCOUNTS_CODE, "a").id;
    int64_t b = payer_of(ACCOUNTS_CODE, "b").id;
    CHECK(KEEP(accounts_note_used(accounts, mary, a, 50, &err)));
    CHECK(KEEP(accounts_note_used(accounts, mary, a, 60, &err)));
    CHECK(KEEP(accounts_favourite(accounts, mary, b, true, &err)));
    CHECK(accounts_mine(accounts, mary, 4, mine, &count, &err) && count == 2);
    CHECK(mine[0].payer == b && mine[0].is_favourite && mine[0].at == 0);
    CHECK(mine[1].payer == a && mine[1].at == 60 && mine[1].times == 2);
    CHECK(KEEP(accounts_favourite(accounts, mary, b, false, &err)));
    CHECK(accounts_mine(accounts, mary, 4, mine, &count, &err) && count == 1);
    return fixture_end();
}
