// What an engine knows of people's own addresses follows what it is told, and who guesses is heard
// no more.

#include "dre/addresses.h"

#include "lib/tap.h"

#define WALL ((int64_t)1000000000)

static struct addresses addresses;

static const char *find(const char *queue, const char *secret, const char *from, int64_t later)
{
    struct ippd_own own = { str_of(queue), str_of(secret), str_of(from) };
    return dre_addresses_find(&addresses, &own, WALL + later, 1 + later);
}

struct known {
    int64_t id;
    int64_t person;
    const char *user;
    const char *secret;
    int64_t until;
};

static bool take(const struct known *known, size_t count, int64_t gone, int64_t after,
                 int64_t change, bool more)
{
    Quoin__V1__FollowAddressesReply reply = QUOIN__V1__FOLLOW_ADDRESSES_REPLY__INIT;
    Quoin__V1__KnownAddress each[8];
    Quoin__V1__KnownAddress *list[8];
    uint8_t hashes[8][CRYPTO_HASH_LEN];
    for (size_t i = 0; i < count; i++) {
        quoin__v1__known_address__init(&each[i]);
        crypto_hash_of(str_of(known[i].secret), hashes[i]);
        each[i].id = known[i].id;
        each[i].person = known[i].person;
        each[i].user = (char *)(uintptr_t)known[i].user;
        each[i].queue = (char *)(uintptr_t) "office";
        each[i].until = known[i].until;
        each[i].hash = (ProtobufCBinaryData){ CRYPTO_HASH_LEN, hashes[i] };
        list[i] = &each[i];
    }
    reply.addresses = list;
    reply.n_addresses = count;
    reply.people = &gone;
    reply.n_people = gone == 0 ? 0 : 1;
    reply.after = after;
    reply.change = change;
    reply.more = more;
    return dre_addresses_take(&addresses, &reply);
}

static bool is(const char *found, const char *user)
{
    return found != NULL && strcmp(found, user) == 0;
}

static void test_they_follow(void)
{
    static const struct known all[] = { { 1, 7, "mary", "marys", 0 },
                                        { 2, 8, "anna", "annas", WALL + 500 },
                                        { 3, 7, "maria", "second", 0 } };
    dre_addresses_init(&addresses);
    CHECK(find("office", "marys", "192.0.2.1", 0) == NULL);
    dre_addresses_restart(&addresses);
    CHECK(take(all, 1, 0, 1, 5, true));
    CHECK(!take(all + 1, 1, 0, 2, 5, false));
    CHECK(is(find("office", "marys", "192.0.2.1", 0), "mary"));
    CHECK(is(find("office", "MARYS", "192.0.2.1", 0), "mary"));
    CHECK(find("later", "marys", "192.0.2.1", 0) == NULL);
    CHECK(find("office", "", "192.0.2.1", 0) == NULL);
    CHECK(find("office", "marysmarysmarysmarysmarysmarysmarys", "192.0.2.1", 0) == NULL);
    CHECK(is(find("office", "annas", "192.0.2.1", 499), "anna"));
    CHECK(find("office", "annas", "192.0.2.1", 500) == NULL); // its time is over
    // Of person 7 it is told anew: one went, another came with a new name.
    CHECK(!take(all + 2, 1, 7, 3, 6, false));
    CHECK(find("office", "marys", "192.0.2.1", 0) == NULL);
    CHECK(is(find("office", "second", "192.0.2.1", 0), "maria"));
    CHECK(is(find("office", "annas", "192.0.2.1", 0), "anna"));
    CHECK(addresses.is_changed);
    // Read from the front again: what is not named any more goes, when all is read.
    dre_addresses_restart(&addresses);
    CHECK(addresses.after == 0 && addresses.change == 0);
    CHECK(take(all + 2, 1, 0, 3, 6, true));
    CHECK(is(find("office", "annas", "192.0.2.1", 0), "anna"));
    CHECK(!take(NULL, 0, 0, 3, 6, false));
    CHECK(find("office", "annas", "192.0.2.1", 0) == NULL);
    CHECK(is(find("office", "second", "192.0.2.1", 0), "maria"));
    // Another database knows less.
    CHECK(take(NULL, 0, 0, 0, 0, true) && addresses.after == 0);
    dre_addresses_free(&addresses);
}

static void test_the_file(void)
{
    static const struct known all[] = { { 1, 7, "mary", "marys", 0 },
                                        { 2, 8, "anna", "annas", WALL + 500 } };
    OWN(buf_free) struct buf file = BUF_CAP(100000);
    struct err err;
    dre_addresses_init(&addresses);
    CHECK(!take(all, 2, 0, 2, 1, false));
    dre_addresses_write(&addresses, &file);
    dre_addresses_free(&addresses);
    CHECK(memmem(file.ptr, file.len, "marys", 5) == NULL);
    dre_addresses_init(&addresses);
    CHECK(dre_addresses_read(&addresses, buf_str(&file), &err) && !addresses.is_changed);
    CHECK(is(find("office", "marys", "::1", 0), "mary"));
    CHECK(find("office", "annas", "::1", 500) == NULL);
    for (size_t len = 1; len < file.len; len++) { // cut anywhere: all or some, or refused
        struct addresses other;
        dre_addresses_init(&other);
        bool is_read = dre_addresses_read(&other, (struct str){ file.ptr, len }, &err);
        CHECK(other.by_hash.count <= (is_read ? 2U : 0U));
        dre_addresses_free(&other);
    }
    CHECK(!dre_addresses_read(&addresses, STR("\xff\xff\xff"), &err));
    dre_addresses_free(&addresses);
}

static void test_uses_are_told_once_a_minute(void)
{
    static const struct known all[] = { { 1, 7, "mary", "marys", 0 } };
    Quoin__V1__FollowAddressesRequest request = QUOIN__V1__FOLLOW_ADDRESSES_REQUEST__INIT;
    Quoin__V1__AddressUse uses[ADDRESSES_USES];
    Quoin__V1__AddressUse *list[ADDRESSES_USES];
    dre_addresses_init(&addresses);
    CHECK(!take(all, 1, 0, 1, 1, false));
    for (int64_t later = 0; later < 60000; later += 1000) {
        CHECK(find("office", "marys", "::1", later) != NULL);
    }
    dre_addresses_ask(&addresses, &request, uses, list);
    CHECK(request.n_used == 1 && uses[0].id == 1 && uses[0].at == WALL && request.after == 1);
    CHECK(find("office", "marys", "::1", 60000) != NULL); // while it is told
    CHECK(!take(NULL, 0, 0, 1, 1, false));
    dre_addresses_ask(&addresses, &request, uses, list);
    CHECK(request.n_used == 1 && uses[0].at == WALL + 60000);
    CHECK(!take(NULL, 0, 0, 1, 1, false) && addresses.use_count == 0);
    dre_addresses_free(&addresses);
}

static void guess(const char *from, int count)
{
    char secret[16];
    for (int i = 0; i < count; i++) {
        (void)snprintf(secret, sizeof(secret), "guess%d", i);
        CHECK(find("office", secret, from, 0) == NULL);
    }
}

static void test_who_guesses_is_heard_no_more(void)
{
    static const struct known all[] = { { 1, 7, "mary", "marys", 0 } };
    dre_addresses_init(&addresses);
    CHECK(!take(all, 1, 0, 1, 1, false));
    for (int i = 0; i < 1000; i++) { // a program that does not know it is over
        CHECK(find("office", "revoked", "192.0.2.1", 0) == NULL);
    }
    CHECK(find("office", "marys", "192.0.2.1", 0) != NULL);
    guess("192.0.2.1", ADDRESSES_TRIES - 1);
    CHECK(find("office", "marys", "192.0.2.1", 0) == NULL);
    CHECK(find("office", "marys", "::ffff:192.0.2.1", 0) == NULL);
    CHECK(find("office", "marys", "192.0.2.2", 0) != NULL);
    CHECK(find("office", "marys", "192.0.2.1", 600000) != NULL); // ten minutes later
    // Of IPv6 a whole network is one.
    guess("2001:db8::1", ADDRESSES_TRIES / 2);
    guess("2001:db8::ffff:2", ADDRESSES_TRIES);
    CHECK(find("office", "marys", "2001:db8::3", 0) == NULL);
    CHECK(find("office", "marys", "2001:db8:0:1::3", 0) != NULL);
    // However many guess, it stays in bounds.
    for (int i = 0; i < 3 * ADDRESSES_PLACES; i++) {
        char from[32];
        (void)snprintf(from, sizeof(from), "10.0.%d.%d", i / 256, i % 256);
        CHECK(find("office", "x", from, 0) == NULL);
    }
    CHECK(find("office", "marys", "no address", 0) != NULL);
    dre_addresses_free(&addresses);
}

int main(void)
{
    test_they_follow();
    test_the_file();
    test_uses_are_told_once_a_minute();
    test_who_guesses_is_heard_no_more();
    return tap_done();
}
