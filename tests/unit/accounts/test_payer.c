// Who may charge what.
#include "unit/accounts/fixture.h"

int main(void)
{
    const struct accounts_person person = { .id = 1, .name = STR("mary") };
    const struct accounts_payer_ask ask = { .person = &person, .account = STR("code:a/b") };
    struct accounts_payer payer;
    enum accounts_refusal refusal = ACCOUNTS_REFUSED_NOT;
    CHECK(fixture_begin());
    CHECK(!accounts_payer_find(accounts, &ask, &arena, &payer, &refusal, &err));
    CHECK(err.code == ERR_NOT_FOUND && refusal == ACCOUNTS_REFUSED_UNKNOWN);
    return fixture_end();
}
