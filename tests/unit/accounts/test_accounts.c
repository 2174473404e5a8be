// Who a name means.
#include "unit/accounts/fixture.h"

int main(void)
{
    struct accounts_person person;
    bool found = true;
    CHECK(fixture_begin());
    CHECK(accounts_person_find(accounts, STR("mary"), &arena, &person, &found, &err) && !found);
    CHECK(!accounts_person_get(accounts, 1, &arena, &person, &err) && err.code == ERR_NOT_FOUND);
    return fixture_end();
}
