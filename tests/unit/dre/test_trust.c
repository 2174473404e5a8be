// Every word comes back as itself; a queue may ask for all but "none".

#include "dre/trust.h"

#include "lib/tap.h"

int main(void)
{
    for (int trust = TRUST_NONE; trust < TRUST_COUNT; trust++) {
        enum trust read = TRUST_COUNT;
        struct str name = str_of(dre_trust_name((enum trust)trust));
        CHECK((int)dre_trust_of(name) == trust);
        CHECK(dre_trust_read(name, &read) == (trust != TRUST_NONE));
        CHECK((int)read == trust);
    }
    enum trust read = TRUST_COUNT;
    CHECK(dre_trust_read(STR(""), &read) && read == TRUST_CLAIMED);
    CHECK(!dre_trust_read(STR("sure"), &read));
    CHECK(dre_trust_of(STR("certificate")) == TRUST_NONE);
    CHECK(TRUST_NONE < TRUST_CLAIMED && TRUST_CLAIMED < TRUST_ADDRESS &&
          TRUST_ADDRESS < TRUST_AGENT && TRUST_AGENT < TRUST_AUTHENTICATED);
    return tap_done();
}
