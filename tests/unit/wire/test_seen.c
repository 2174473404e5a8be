// What was seen is told in a header, and known again only where it is still the same.
#include "wire/seen.h"

#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "proto/quota.pb-c.h"

static struct arena arena;

static Quoin__V1__Person person_of(const char *name, int64_t limit)
{
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    person.name = (char *)(uintptr_t)name;
    person.id = limit;
    return person;
}

static void test_a_reply(void)
{
    uint8_t hash[WIRE_SEEN_HASH];
    Quoin__V1__Person person = person_of("mary", 5);
    Quoin__V1__Seen seen = QUOIN__V1__SEEN__INIT;
    wire_seen_hash(&person.base, hash);
    seen.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    CHECK(wire_seen_holds(&seen, &person.base));
    person.id = 6;
    CHECK(!wire_seen_holds(&seen, &person.base));
    person.id = 5;
    seen.hash.len = 31;
    CHECK(!wire_seen_holds(&seen, &person.base));
}

static void test_a_row(void)
{
    uint8_t hash[WIRE_SEEN_HASH];
    Quoin__V1__Person people[] = { person_of("ann", 1), person_of("mary", 5) };
    Quoin__V1__Person *rows[] = { &people[0], &people[1] };
    Quoin__V1__ListPeopleReply reply = QUOIN__V1__LIST_PEOPLE_REPLY__INIT;
    Quoin__V1__Seen seen = QUOIN__V1__SEEN__INIT;
    reply.people = rows;
    reply.n_people = 2;
    wire_seen_hash(&people[1].base, hash);
    seen.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    seen.items = (char *)(uintptr_t) "people";
    seen.field = (char *)(uintptr_t) "name";
    seen.name = (char *)(uintptr_t) "mary";
    CHECK(wire_seen_holds(&seen, &reply.base));
    people[0].id = 9; // another one
    CHECK(wire_seen_holds(&seen, &reply.base));
    people[1].id = 9;
    CHECK(!wire_seen_holds(&seen, &reply.base));
    people[1].id = 5;
    reply.n_people = 1;
    CHECK(!wire_seen_holds(&seen, &reply.base)); // it is gone
    reply.n_people = 2;
    static const char *const bad[] = { "id", "nothing", "groups", "" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        seen.field = (char *)(uintptr_t)bad[i];
        tap_result(!wire_seen_holds(&seen, &reply.base), bad[i], __FILE__, __LINE__);
    }
    seen.field = (char *)(uintptr_t) "name";
    seen.items = (char *)(uintptr_t) "more"; // no list
    CHECK(!wire_seen_holds(&seen, &reply.base));
}

static bool reads(const Quoin__V1__Seen *seen)
{
    const Quoin__V1__Seen *back = NULL;
    struct err err = { 0 };
    return wire_seen_read(&arena, wire_seen_write(&arena, seen), &back, &err) &&
           strcmp(back->call, seen->call) == 0 && back->hash.len == seen->hash.len &&
           memcmp(back->hash.data, seen->hash.data, seen->hash.len) == 0;
}

static void test_the_header(void)
{
    uint8_t hash[WIRE_SEEN_HASH] = { 1, 2, 3 };
    const Quoin__V1__Seen *back = NULL;
    struct err err = { 0 };
    Quoin__V1__Seen seen = QUOIN__V1__SEEN__INIT;
    seen.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    seen.call = (char *)(uintptr_t) "/quoin.v1.People/GetPerson";
    CHECK(reads(&seen));
    static const char *const bad[] = { "/quoin.v1.People/AddPerson", "/quoin.v1.History/Totals",
                                       "/grpc.health.v1.Health/Check", "/x", "" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        seen.call = (char *)(uintptr_t)bad[i];
        tap_result(!reads(&seen), bad[i], __FILE__, __LINE__);
    }
    seen.call = (char *)(uintptr_t) "/quoin.v1.People/GetPerson";
    seen.hash.len = 16;
    CHECK(!reads(&seen));
    static const char *const texts[] = { "?", "A", "AAAA", "/////w", "" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        tap_result(!wire_seen_read(&arena, str_of(texts[i]), &back, &err) &&
                       err.code == ERR_INVALID,
                   texts[i], __FILE__, __LINE__);
    }
    const char *const *reasons = NULL;
    CHECK(!wire_seen_refuse(&reasons, &err) && err.code == ERR_CONFLICT &&
          strcmp(reasons[0], "changed") == 0 && reasons[1] == NULL);
}

int main(void)
{
    arena = ARENA_CAP(1 << 20);
    test_a_reply();
    test_a_row();
    test_the_header();
    arena_free(&arena);
    return tap_done();
}
