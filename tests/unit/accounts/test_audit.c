// A key is answered once: the same again for the same request, refused for another.
#include "unit/accounts/fixture.h"

int main(void)
{
    struct str reply;
    bool found = true;
    CHECK(fixture_begin());
    CHECK(accounts_once_find(accounts, STR("k1"), STR("d1"), &arena, &reply, &found, &err));
    CHECK(!found);
    CHECK(KEEP(accounts_once_add(accounts, STR("k1"), STR("d1"), STR("answer"), 5, &err)));
    CHECK(accounts_once_find(accounts, STR("k1"), STR("d1"), &arena, &reply, &found, &err));
    CHECK(found && str_eq(reply, STR("answer")));
    CHECK(!accounts_once_find(accounts, STR("k1"), STR("d2"), &arena, &reply, &found, &err));
    CHECK(err.code == ERR_CONFLICT);
    const struct accounts_change change = {
        .kind = ACCOUNTS_PAYER, .subject = 9, .what = STR("set"), .old = STR("{}"), .new = STR("{}")
    };
    CHECK(KEEP(accounts_change_add(accounts, &by, &change, &err)));
    CHECK(KEEP(accounts_change_add(accounts, &by, &change, &err)));
    by.is_dry = true;
    CHECK(KEEP(accounts_change_add(accounts, &by, &change, &err)));
    struct accounts_change changes[4];
    size_t count = 0;
    CHECK(accounts_changes(accounts, ACCOUNTS_PAYER, 0, 0, 4, &arena, changes, &count, &err));
    CHECK(count == 2 && changes[0].number == 2 && changes[1].number == 1);
    CHECK(store_refuses(db, "DELETE FROM accounts_change WHERE number = 1", "never deleted"));
    CHECK(store_refuses(db, "UPDATE accounts_change SET asker = 'x' WHERE number = 1", "kept"));
    return fixture_end();
}
