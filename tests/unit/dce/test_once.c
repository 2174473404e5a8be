// What was asked with a key is done once: its answer is given again, and only to the same question.
#include "dce/once.h"

#include "lib/tap.h"

static struct err err;
static const uint8_t one[CRYPTO_HASH_LEN] = { 1 };
static const uint8_t two[CRYPTO_HASH_LEN] = { 2 };

static struct once_key key_of(int number)
{
    struct once_key key = { .bytes = { 0 } };
    memcpy(key.bytes, &number, sizeof(number));
    return key;
}

static void test_the_same_again_gets_the_same(void)
{
    struct once once = { .first = NULL };
    enum once_state state;
    struct str answer;
    uint64_t waiters[ONCE_WAITERS];
    CHECK(dce_once_ask(&once, key_of(1), one, 11, &state, &answer, &err) && state == ONCE_NEW);
    CHECK(dce_once_ask(&once, key_of(1), one, 12, &state, &answer, &err) && state == ONCE_WAITS);
    CHECK(dce_once_done(&once, key_of(1), STR("yes"), waiters) == 1 && waiters[0] == 12);
    CHECK(dce_once_ask(&once, key_of(1), one, 13, &state, &answer, &err) && state == ONCE_DONE);
    CHECK(str_eq(answer, STR("yes")));
    CHECK(!dce_once_ask(&once, key_of(1), two, 14, &state, &answer, &err));
    CHECK(err.code == ERR_CONFLICT);
    dce_once_fini(&once);
}

static void test_what_failed_may_be_tried_again(void)
{
    struct once once = { .first = NULL };
    enum once_state state;
    struct str answer;
    uint64_t waiters[ONCE_WAITERS];
    CHECK(dce_once_ask(&once, key_of(1), one, 1, &state, &answer, &err));
    for (uint64_t i = 0; i < ONCE_WAITERS; i++) {
        CHECK(dce_once_ask(&once, key_of(1), one, 2 + i, &state, &answer, &err));
    }
    CHECK(!dce_once_ask(&once, key_of(1), one, 9, &state, &answer, &err)); // enough wait
    CHECK(dce_once_failed(&once, key_of(1), waiters) == ONCE_WAITERS);
    CHECK(dce_once_ask(&once, key_of(1), two, 1, &state, &answer, &err) && state == ONCE_NEW);
    CHECK(dce_once_failed(&once, key_of(2), waiters) == 0);
    CHECK(dce_once_done(&once, key_of(2), STR(""), waiters) == 0);
    dce_once_fini(&once);
}

static void test_it_keeps_no_more_than_it_may(void)
{
    struct once once = { .first = NULL };
    enum once_state state;
    struct str answer;
    uint64_t waiters[ONCE_WAITERS];
    for (int i = 0; i < ONCE_MAX + 100; i++) {
        CHECK(dce_once_ask(&once, key_of(i), one, 1, &state, &answer, &err) && state == ONCE_NEW);
        (void)dce_once_done(&once, key_of(i), STR("done"), waiters);
    }
    CHECK(once.by_key.count <= ONCE_MAX);
    CHECK(dce_once_ask(&once, key_of(0), one, 1, &state, &answer, &err) && state == ONCE_NEW);
    CHECK(dce_once_ask(&once, key_of(ONCE_MAX + 99), one, 1, &state, &answer, &err));
    CHECK(state == ONCE_DONE);
    dce_once_fini(&once);
    for (int i = 0; i < ONCE_MAX; i++) { // what is under way is not forgotten, but there is an end
        CHECK(dce_once_ask(&once, key_of(i), one, 1, &state, &answer, &err));
    }
    CHECK(!dce_once_ask(&once, key_of(ONCE_MAX), one, 1, &state, &answer, &err));
    CHECK(err.code == ERR_LIMIT);
    dce_once_fini(&once);
}

int main(void)
{
    test_the_same_again_gets_the_same();
    test_what_failed_may_be_tried_again();
    test_it_keeps_no_more_than_it_may();
    return tap_done();
}
