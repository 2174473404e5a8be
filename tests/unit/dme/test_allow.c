// So many at once, then so many a while, and never more.
#include "dme/allow.h"

#include "lib/tap.h"

int main(void)
{
    const struct dme_allowance allowance = { .most = 10, .each_ms = 100 };
    struct dme_allow allow = { .spent = 0 };
    int64_t now = 5000000;
    CHECK(dme_allow_take(&allow, &allowance, 10, now));
    CHECK(!dme_allow_take(&allow, &allowance, 1, now));
    struct dme_allow set_back = allow;
    CHECK(!dme_allow_take(&set_back, &allowance, 1, now - 100000));
    CHECK(dme_allow_take(&set_back, &allowance, 1, now - 100000 + 100));
    CHECK(!dme_allow_is_whole(&allow, &allowance, now + 999));
    CHECK(dme_allow_is_whole(&allow, &allowance, now + 1000));
    CHECK(!dme_allow_take(&allow, &allowance, 1, now + 99));
    CHECK(dme_allow_take(&allow, &allowance, 1, now + 100));
    CHECK(!dme_allow_take(&allow, &allowance, 1, now + 199));
    CHECK(dme_allow_take(&allow, &allowance, 1, now + 210));
    CHECK(!dme_allow_take(&allow, &allowance, 1, now + 299)); // what is left over is kept
    CHECK(dme_allow_take(&allow, &allowance, 1, now + 300));
    CHECK(!dme_allow_take(&allow, &allowance, 11, now + 1000000)); // never more than at once
    CHECK(dme_allow_take(&allow, &allowance, 10, now + 1000000));
    int64_t taken = 0;
    for (int64_t ms = 0; ms < 100000; ms++) { // whoever tries all the time gets what is due
        taken += dme_allow_take(&allow, &allowance, 1, now + 2000000 + ms) ? 1 : 0;
    }
    CHECK(taken >= 1008 && taken <= 1010);
    return tap_done();
}
