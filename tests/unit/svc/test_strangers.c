// Who is turned away is counted, each address for itself as long as there is room.
#include "svc/strangers.h"

#include "lib/tap.h"
#include <stdio.h>
#include <string.h>

#define NOW 1700000000000LL

static int64_t sum_of(struct svc_strangers *strangers)
{
    const Quoin__V1__Stranger *const *list = NULL;
    size_t count = svc_strangers_list(strangers, &list);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += list[i]->calls;
    }
    return sum;
}

static void test_each_is_counted_the_newest_first(void)
{
    struct svc_strangers *strangers = svc_strangers_new();
    const Quoin__V1__Stranger *const *list = NULL;
    svc_strangers_note(strangers, STR("192.0.2.1"), STR(""), "it hung up", NOW);
    svc_strangers_note(strangers, STR("192.0.2.2"), STR(""), "it hung up", NOW + 1);
    svc_strangers_note(strangers, STR("192.0.2.1"), STR(""), "no certificate", NOW + 2);
    svc_strangers_note(strangers, STR("192.0.2.1"), STR("quoin://a/agent/b"), "denied", NOW + 3);
    CHECK(svc_strangers_list(strangers, &list) == 3);
    CHECK_STR(str_of(list[0]->identity), "quoin://a/agent/b");
    CHECK(list[0]->calls == 1);
    CHECK_STR(str_of(list[1]->address), "192.0.2.1");
    CHECK_STR(str_of(list[1]->why), "no certificate");
    CHECK(list[1]->calls == 2 && list[1]->first_at == NOW && list[1]->last_at == NOW + 2);
    svc_strangers_free(&strangers);
}

static void test_ten_thousand_of_a_hundred_are_bounded_and_none_is_lost(void)
{
    struct svc_strangers *strangers = svc_strangers_new();
    const Quoin__V1__Stranger *const *list = NULL;
    char address[32];
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(address, sizeof(address), "127.0.0.%d", i % 100 + 1);
        svc_strangers_note(strangers, str_of(address), STR(""), "it hung up", NOW + i);
    }
    CHECK(svc_strangers_list(strangers, &list) == SVC_STRANGERS_MAX);
    CHECK_STR(str_of(list[0]->address), "others");
    CHECK(sum_of(strangers) == 10000);
    svc_strangers_free(&strangers);
}

static void test_who_rested_makes_room(void)
{
    struct svc_strangers *strangers = svc_strangers_new();
    const Quoin__V1__Stranger *const *list = NULL;
    char address[32];
    for (int i = 0; i < SVC_STRANGERS_MAX - 1; i++) {
        (void)snprintf(address, sizeof(address), "127.0.0.%d", i + 1);
        svc_strangers_note(strangers, str_of(address), STR(""), "it hung up", NOW);
    }
    svc_strangers_note(strangers, STR("::1"), STR(""), "new", NOW + SVC_STRANGERS_REST_MS);
    CHECK(svc_strangers_list(strangers, &list) == SVC_STRANGERS_MAX - 1);
    CHECK_STR(str_of(list[0]->address), "::1");
    svc_strangers_free(&strangers);
}

static void test_what_a_caller_says_is_cut_and_plain(void)
{
    struct svc_strangers *strangers = svc_strangers_new();
    const Quoin__V1__Stranger *const *list = NULL;
    char text[1000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[3] = '\x1b';
    text[4] = '\xff';
    svc_strangers_note(strangers, str_of(text), str_of(text), text, NOW);
    CHECK(svc_strangers_list(strangers, &list) == 1);
    CHECK(strlen(list[0]->address) < 46 && strchr(list[0]->address, '\x1b') == NULL);
    CHECK(strchr(list[0]->why, '\xff') == NULL);
    svc_strangers_free(&strangers);
    svc_strangers_free(&strangers);
}

int main(void)
{
    test_each_is_counted_the_newest_first();
    test_ten_thousand_of_a_hundred_are_bounded_and_none_is_lost();
    test_who_rested_makes_room();
    test_what_a_caller_says_is_cut_and_plain();
    return tap_done();
}
