// Of what engines counted only what is new is told, also where one was started anew.
#include "guard/strangers.h"

#include "lib/tap.h"
#include <stdio.h>

#define NOW 1700000000000LL

static Quoin__V1__Stranger called(const char *address, int64_t calls, int64_t first_at)
{
    Quoin__V1__Stranger stranger = QUOIN__V1__STRANGER__INIT;
    stranger.address = (char *)(uintptr_t)address;
    stranger.calls = calls;
    stranger.first_at = first_at;
    return stranger;
}

static int64_t told(struct guard_strangers *strangers, enum engine engine,
                    const Quoin__V1__Stranger *stranger)
{
    guard_strangers_begin(strangers, engine);
    int64_t since = stranger == NULL ? 0 : guard_strangers_since(strangers, engine, stranger);
    guard_strangers_end(strangers, engine);
    return since;
}

static void test_only_what_is_new(void)
{
    static struct guard_strangers strangers = { .began = NOW };
    const Quoin__V1__Stranger before = called("192.0.2.1", 40, NOW - 1);
    const Quoin__V1__Stranger after = called("192.0.2.1", 42, NOW - 1);
    const Quoin__V1__Stranger other = called("192.0.2.2", 3, NOW + 1);
    const Quoin__V1__Stranger anew = called("192.0.2.1", 2, NOW + 5);
    CHECK(told(&strangers, ENGINE_DRE, &before) == 0); // another watch told it
    CHECK(told(&strangers, ENGINE_DRE, &after) == 2);
    CHECK(told(&strangers, ENGINE_CAS, &other) == 3);
    CHECK(told(&strangers, ENGINE_DRE, &after) == 0);
    CHECK(strangers.count == 2);
    CHECK(told(&strangers, ENGINE_DRE, &anew) == 2);
    CHECK(told(&strangers, ENGINE_DRE, NULL) == 0); // it names nobody any more
    CHECK(strangers.count == 1 && strangers.list[0].engine == ENGINE_CAS);
}

static void test_there_is_an_end(void)
{
    static struct guard_strangers strangers;
    char address[32];
    guard_strangers_begin(&strangers, ENGINE_DRE);
    for (int i = 0; i < GUARD_STRANGERS_MAX + 10; i++) {
        (void)snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
        const Quoin__V1__Stranger one = called(address, 1, NOW);
        CHECK(guard_strangers_since(&strangers, ENGINE_DRE, &one) ==
              (i < GUARD_STRANGERS_MAX ? 1 : 0));
    }
    guard_strangers_end(&strangers, ENGINE_DRE);
    CHECK(strangers.count == GUARD_STRANGERS_MAX);
}

int main(void)
{
    test_only_what_is_new();
    test_there_is_an_end();
    return tap_done();
}
