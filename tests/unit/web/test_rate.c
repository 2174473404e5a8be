// A bucket empties, fills with time, and is one's own.
#include "web/rate.h"

#include "lib/tap.h"

int main(void)
{
    const struct web_rate_limit limit = { .a_minute = 60, .burst = 5 };
    struct web_rates *rates = web_rates_new(64);
    for (int i = 0; i < 5; i++) {
        CHECK(web_rate_take(rates, STR("a"), 0, limit, 1000) == 0);
    }
    uint32_t wait = web_rate_take(rates, STR("a"), 0, limit, 1000);
    CHECK(wait >= 1 && wait <= 2);
    CHECK(web_rate_take(rates, STR("b"), 0, limit, 1000) == 0);
    CHECK(web_rate_take(rates, STR("a"), 1, limit, 1000) == 0); // another class
    CHECK(web_rate_take(rates, STR("a"), 0, limit, 1999) != 0);
    CHECK(web_rate_take(rates, STR("a"), 0, limit, 2001) == 0);
    CHECK(web_rate_take(rates, STR("a"), 0, limit, 2001) != 0);
    for (int i = 0; i < 5; i++) { // never more than the burst
        CHECK(web_rate_take(rates, STR("a"), 0, limit, 1000000000) == 0);
    }
    CHECK(web_rate_take(rates, STR("a"), 0, limit, 1000000000) != 0);
    CHECK(web_rate_take(rates, STR("a"), 0, limit, 5) != 0); // a clock that goes back gives nothing
    // A flood of names finds room, and forgets others rather than growing.
    int refused = 0;
    for (int i = 0; i < 100000; i++) {
        refused +=
            web_rate_take(rates, (struct str){ (const char *)&i, sizeof(i) }, 0, limit, 2) != 0;
    }
    CHECK(refused == 0);
    web_rates_free(&rates);
    return tap_done();
}
