// A job that is handed over again is found by its program's name for it, and by nobody else's.

#include "dre/sent.h"

#include "base/rnd.h"
#include "lib/tap.h"
#include <string.h>

static void number(uint8_t uuid[16], uint32_t of)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "%u", of);
    dre_sent_key(STR("quoin://0/agent/a"), STR("office"), str_of(name), uuid);
}

static void test_a_key_is_of_program_queue_and_name(void)
{
    uint8_t key[16];
    uint8_t other[16];
    dre_sent_key(STR("quoin://0/agent/a"), STR("office"), STR("urn:uuid:1"), key);
    dre_sent_key(STR("quoin://0/agent/a"), STR("office"), STR("urn:uuid:1"), other);
    CHECK(memcmp(key, other, 16) == 0);
    CHECK(dre_sent_is_key(key));
    CHECK(key[8] >> 6 == 2);
    dre_sent_key(STR("quoin://0/agent/b"), STR("office"), STR("urn:uuid:1"), other);
    CHECK(memcmp(key, other, 16) != 0);
    dre_sent_key(STR("quoin://0/agent/a"), STR("attic"), STR("urn:uuid:1"), other);
    CHECK(memcmp(key, other, 16) != 0);
    dre_sent_key(STR("quoin://0/agent/a"), STR("officeu"), STR("rn:uuid:1"), other);
    CHECK(memcmp(key, other, 16) != 0);
    rnd_uuid(other, 1700000000000);
    CHECK(!dre_sent_is_key(other));
}

static void test_the_newest_are_known(void)
{
    struct sent sent = { 0 };
    uint8_t key[16];
    number(key, 1);
    CHECK(dre_sent_find(&sent, key) == 0);
    dre_sent_drop(&sent, key);
    dre_sent_add(&sent, key, 7);
    CHECK(dre_sent_find(&sent, key) == 7);
    dre_sent_add(&sent, key, 8);
    CHECK(dre_sent_find(&sent, key) == 8);
    dre_sent_drop(&sent, key);
    CHECK(dre_sent_find(&sent, key) == 0);
    for (uint32_t job = 1; job <= SENT_MAX + 10; job++) {
        number(key, job);
        dre_sent_add(&sent, key, job);
    }
    CHECK(dre_sent_find(&sent, key) == SENT_MAX + 10);
    number(key, 10);
    CHECK(dre_sent_find(&sent, key) == 0);
    number(key, 11);
    CHECK(dre_sent_find(&sent, key) == 11);
    CHECK(sent.by_uuid.count == SENT_MAX);
    rnd_uuid(key, 1700000000000);
    dre_sent_add(&sent, key, 5); // a job of nobody's name
    CHECK(dre_sent_find(&sent, key) == 0);
    dre_sent_free(&sent);
}

int main(void)
{
    test_a_key_is_of_program_queue_and_name();
    test_the_newest_are_known();
    return tap_done();
}
