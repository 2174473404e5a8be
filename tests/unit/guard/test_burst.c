// Many things alike are few events, nothing of their number is lost, and what rests is forgotten.
#include "guard/burst.h"

#include "lib/tap.h"
#include <stdio.h>

#define BEGIN 1700000000000LL

static void test_ten_thousand_are_a_few(void)
{
    static struct guard_bursts bursts;
    struct guard_burst told;
    int64_t sum = 0;
    size_t events = 0;
    for (int64_t i = 0; i < 10000; i++) { // in a hundred seconds
        int64_t now = BEGIN + i * 10;
        if (guard_burst_add(&bursts, "called 2940/tcp a", "called 2940/tcp ", 1, now, &told)) {
            CHECK(i == 0 && told.count == 1);
            events++;
            sum += told.count;
        }
        while (guard_burst_due(&bursts, now, &told)) {
            events++;
            sum += told.count;
            CHECK(told.from >= BEGIN && told.until <= now && told.from <= told.until);
        }
    }
    CHECK(events >= 3 && events <= 8);
    while (bursts.count > 0) {
        int64_t later = bursts.list[0].due;
        if (guard_burst_due(&bursts, later, &told)) {
            sum += told.count;
        }
    }
    CHECK(sum == 10000);
}

static void test_many_callers_are_counted_together(void)
{
    static struct guard_bursts bursts;
    struct guard_burst told;
    size_t events = 0;
    int64_t sum = 0;
    for (int i = 0; i < 5000; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "called 2940/tcp 192.0.2.%d", i);
        if (guard_burst_add(&bursts, key, "called 2940/tcp ", 1, BEGIN, &told)) {
            events++;
            sum += told.count;
        }
    }
    CHECK(events == GUARD_BURST_ALIKE + 1 && bursts.count == GUARD_BURST_ALIKE + 1);
    CHECK(guard_burst_add(&bursts, "called 2941/tcp x", "called 2941/tcp ", 3, BEGIN, &told));
    CHECK(told.count == 3);
    while (guard_burst_due(&bursts, BEGIN + 1000, &told)) {
        sum += told.count;
    }
    CHECK(sum == 5000);
}

static void test_so_many_kinds_that_there_is_no_room(void)
{
    static struct guard_bursts bursts;
    struct guard_burst told;
    size_t events = 0;
    for (int i = 0; i < 5000; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "opened %d/tcp ", i);
        events += guard_burst_add(&bursts, key, key, 1, BEGIN, &told) ? 1 : 0;
    }
    CHECK(events == GUARD_BURSTS_MAX && bursts.count == GUARD_BURSTS_MAX);
    while (guard_burst_due(&bursts, BEGIN + GUARD_BURST_MOST_MS, &told)) {
    }
    CHECK(bursts.count == 0);
}

static void test_a_clock_that_is_set_back(void)
{
    static struct guard_bursts bursts;
    struct guard_burst told;
    CHECK(guard_burst_add(&bursts, "a 1/tcp ", "a 1/tcp ", 1, BEGIN, &told));
    CHECK(!guard_burst_add(&bursts, "a 1/tcp ", "a 1/tcp ", 1, BEGIN, &told));
    CHECK(guard_burst_due(&bursts, BEGIN - 3600000, &told) && told.count == 1);
}

int main(void)
{
    test_ten_thousand_are_a_few();
    test_many_callers_are_counted_together();
    test_so_many_kinds_that_there_is_no_room();
    test_a_clock_that_is_set_back();
    return tap_done();
}
