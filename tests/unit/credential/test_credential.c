// What is kept of a person, on the store that the tests are run with: versions grow, tries wait and
// lock, cards and codes are known by what was made of them; the pepper must be the right one.
#include "credential/credential.h"

#include "base/buf.h"
#include "base/fs.h"
#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct db *db;
static struct credential *credential;
static struct arena arena = { .cap = 8 << 20 };
static struct err err;
static uint8_t pepper[CREDENTIAL_PEPPER_LEN] = { 1, 2, 3 };
static const int64_t minute = 60000;

static void test_a_person_who_is_not_known_has_nothing(void)
{
    struct credential_person known;
    CHECK(credential_get(credential, 7, &arena, &known, &err));
    CHECK(known.version == 0 && known.password.len == 0 && known.roles == 0);
}

static void test_versions_grow(void)
{
    struct credential_person known;
    struct credential_grown grown[4];
    size_t count;
    int64_t newest;
    const struct credential_secret password = {
        .kind = CREDENTIAL_PASSWORD, .verifier = STR("$argon2id$x"), .must_change = true, .at = 5
    };
    const struct credential_likes likes = { .language = STR("de"),
                                            .theme = STR("dark"),
                                            .large_text = true };
    CHECK(credential_grown(credential, INT64_MAX, 4, grown, &count, &newest, &err));
    CHECK(count == 0 && newest == 0);
    CHECK(credential_secret_set(credential, 1, &password, &err));
    CHECK(credential_roles_set(credential, 1, CREDENTIAL_DESK | CREDENTIAL_FINANCE, &err));
    CHECK(credential_likes_set(credential, 1, &likes, &err));
    CHECK(credential_touch(credential, 2, &err));
    CHECK(credential_get(credential, 1, &arena, &known, &err) && known.version == 2);
    CHECK(str_eq(known.password, password.verifier) && known.must_change_password);
    CHECK(known.roles == (CREDENTIAL_DESK | CREDENTIAL_FINANCE) && known.likes.large_text);
    CHECK_STR(known.likes.language, "de");
    CHECK(credential_grown(credential, 0, 4, grown, &count, &newest, &err) && count == 2);
    CHECK(grown[0].person == 1 && grown[0].version == 2 && grown[1].person == 2 && newest == 3);
    CHECK(credential_grown(credential, 2, 4, grown, &count, &newest, &err) && count == 1);
}

static void test_who_has_a_role(void)
{
    struct credential_holder holders[2];
    size_t count;
    CHECK(credential_roles_set(credential, 3, CREDENTIAL_ADMINISTRATOR, &err));
    CHECK(credential_roles_set(credential, 4, 0, &err));
    CHECK(credential_holders(credential, 0, 2, holders, &count, &err) && count == 2);
    CHECK(holders[0].person == 1 && holders[1].person == 3 &&
          holders[1].roles == CREDENTIAL_ADMINISTRATOR);
    CHECK(credential_holders(credential, 3, 2, holders, &count, &err) && count == 0);
}

static void test_tries_wait_twice_as_long(void)
{
    const struct credential_try of = { CREDENTIAL_OF_PASSWORD, STR("12345678") };
    struct credential_tries tries;
    int64_t now = 1000 * minute;
    int64_t wait = 0;
    for (int i = 1; i <= 30; i++) {
        CHECK(credential_try_add(credential, &of, now, &err));
        CHECK(credential_tries_get(credential, &of, now, &tries, &err));
        CHECK(tries.count == (uint32_t)i);
        int64_t left = tries.until == 0 ? 0 : tries.until - now;
        CHECK(i <= 2 ? left == 0 : left >= wait && left <= 24 * 60 * minute);
        CHECK(i != 3 || left == 2000);
        CHECK(i != 9 || left == 128000);
        CHECK(i != CREDENTIAL_LOCK_TRIES || left == 15 * minute);
        wait = left;
        now += left;
    }
    CHECK(wait == 24 * 60 * minute);
    // A clock that was put back does not lock for ever.
    CHECK(credential_tries_get(credential, &of, 1000 * minute, &tries, &err));
    CHECK(tries.until == 1000 * minute + 24 * 60 * minute);
    CHECK(credential_try_right(credential, &of, now, &err));
    CHECK(credential_tries_get(credential, &of, now, &tries, &err) && tries.count == 0);
    CHECK(credential_try_add(credential, &of, now, &err));
    now += 3 * 24 * 60 * minute;
    CHECK(credential_tries_get(credential, &of, now, &tries, &err) && tries.count == 0);
}

static void test_a_device_has_ten_minutes(void)
{
    const struct credential_try of = { CREDENTIAL_OF_DEVICE, STR("door") };
    const struct credential_try other = { CREDENTIAL_OF_ADDRESS, STR("door") };
    struct credential_tries tries;
    int64_t now = 5000 * minute;
    for (int i = 0; i < CREDENTIAL_DEVICE_TRIES; i++) {
        CHECK(credential_tries_get(credential, &of, now, &tries, &err) && tries.until == 0);
        CHECK(credential_try_add(credential, &of, now, &err));
        CHECK(credential_try_add(credential, &other, now, &err));
        now += 1000;
    }
    CHECK(credential_tries_get(credential, &of, now, &tries, &err));
    CHECK(tries.until == 5010 * minute);
    CHECK(credential_tries_get(credential, &other, now, &tries, &err) && tries.until == 0);
    CHECK(credential_try_right(credential, &of, now, &err));
    CHECK(credential_tries_get(credential, &of, now, &tries, &err) && tries.until == 0);
    CHECK(credential_tries_get(credential, &of, 5010 * minute, &tries, &err) && tries.count == 0);
    CHECK(credential_tries_end(credential, &other, &err));
    CHECK(credential_tries_get(credential, &other, now, &tries, &err) && tries.count == 0);
}

static void test_cards_are_one_persons(void)
{
    struct credential_card card = { .person = 1,
                                    .hint = STR("01"),
                                    .title = STR("blue"),
                                    .used_where = STR(""),
                                    .format = STR("uid-4"),
                                    .made_at = 9 };
    struct credential_card found;
    struct credential_card listed[CREDENTIAL_CARDS_MAX];
    struct credential_mac mac = credential_card_mac(credential, STR("04A2B301"));
    bool is;
    size_t count;
    CHECK(credential_card_add(credential, &mac, &card, &err) && card.id == 1);
    CHECK(!credential_card_add(credential, &mac, &card, &err) && err.code == ERR_EXISTS);
    CHECK(credential_card_used(credential, 1, 77, STR("door"), &err));
    CHECK(credential_card_find(credential, &mac, &arena, &found, &is, &err) && is);
    CHECK(found.person == 1 && found.used_at == 77 && str_eq(found.used_where, STR("door")));
    for (int i = 2; i <= CREDENTIAL_CARDS_MAX; i++) {
        mac.bytes[0]++;
        CHECK(credential_card_add(credential, &mac, &card, &err) && card.id == i);
    }
    mac.bytes[0]++;
    CHECK(!credential_card_add(credential, &mac, &card, &err) && err.code == ERR_LIMIT);
    CHECK(credential_cards(credential, 1, 10, 16, &arena, listed, &count, &err) && count == 6);
    CHECK(credential_cards(credential, 0, 0, 3, &arena, listed, &count, &err) && count == 3);
    CHECK(credential_card_remove(credential, &listed[0], &err));
    CHECK(credential_card_get(credential, 1, &arena, &found, &is, &err) && !is);
    CHECK(credential_card_add(credential, &mac, &card, &err) &&
          card.id == CREDENTIAL_CARDS_MAX + 1);
}

static void test_delegates_both_ways(void)
{
    struct credential_delegate found[CREDENTIAL_DELEGATES_MAX];
    struct credential_person known;
    size_t count;
    bool had;
    CHECK(credential_delegate_set(credential, 1, &(struct credential_delegate){ 2, 0 }, &err));
    CHECK(credential_delegate_set(credential, 1, &(struct credential_delegate){ 5, 100 }, &err));
    CHECK(!credential_delegate_set(credential, 1, &(struct credential_delegate){ 1, 0 }, &err));
    CHECK(credential_delegates(credential, 1, false, 99, found, &count, &err) && count == 2);
    CHECK(credential_delegates(credential, 1, false, 100, found, &count, &err) && count == 1);
    CHECK(credential_delegates(credential, 2, true, 100, found, &count, &err) && count == 1 &&
          found[0].person == 1);
    CHECK(credential_get(credential, 2, &arena, &known, &err));
    int64_t before = known.version;
    CHECK(credential_delegate_remove(credential, 1, 2, &had, &err) && had);
    CHECK(credential_delegate_remove(credential, 1, 2, &had, &err) && !had);
    CHECK(credential_get(credential, 2, &arena, &known, &err) && known.version == before + 1);
    for (int i = 0; i < CREDENTIAL_DELEGATES_MAX; i++) {
        CHECK(credential_delegate_set(credential, 1, &(struct credential_delegate){ 1000 + i, 0 },
                                      &err) == (i < CREDENTIAL_DELEGATES_MAX - 1));
    }
    CHECK(err.code == ERR_LIMIT);
}

static void test_merging_moves_cards_and_delegates(void)
{
    struct credential_person known;
    struct credential_card cards[CREDENTIAL_CARDS_MAX];
    struct credential_delegate found[CREDENTIAL_DELEGATES_MAX];
    size_t count;
    CHECK(credential_delegate_set(credential, 9, &(struct credential_delegate){ 1, 0 }, &err));
    CHECK(credential_delegate_set(credential, 8, &(struct credential_delegate){ 1, 0 }, &err));
    CHECK(credential_merge(credential, 1, 9, &err));
    CHECK(credential_get(credential, 1, &arena, &known, &err));
    CHECK(known.password.len == 0 && known.roles == 0 && known.version > 3);
    CHECK(credential_get(credential, 9, &arena, &known, &err) && known.roles == 0);
    CHECK(known.password.len == 0 && known.version == 1);
    CHECK(credential_cards(credential, 9, 0, 16, &arena, cards, &count, &err) && count == 16);
    CHECK(credential_delegates(credential, 1, false, 0, found, &count, &err) && count == 0);
    CHECK(credential_delegates(credential, 9, false, 0, found, &count, &err) && count == 64);
    CHECK(credential_delegates(credential, 9, true, 0, found, &count, &err) && count == 1 &&
          found[0].person == 8);
}

static void test_codes_serve_once(void)
{
    char ticket[CREDENTIAL_TICKET_LEN + 1];
    char again[CREDENTIAL_TICKET_LEN + 1];
    char setup[CREDENTIAL_SETUP_LEN + 1];
    int64_t person;
    bool ok;
    credential_ticket_make(credential, STR("key"), ticket);
    credential_ticket_make(credential, STR("key"), again);
    CHECK(strcmp(ticket, again) == 0 && strlen(ticket) == CREDENTIAL_TICKET_LEN);
    CHECK(credential_ticket_add(credential, str_of(ticket), 4, 1000, &err));
    CHECK(credential_ticket_use(credential, STR("nonsense"), STR("k"), 1, &person, &ok, &err));
    CHECK(!ok);
    CHECK(credential_ticket_use(credential, str_of(ticket), STR("k"), 1000, &person, &ok, &err));
    CHECK(!ok); // over
    for (int i = 0; ticket[i] != '\0'; i++) {
        ticket[i] = ticket[i] >= 'A' ? (char)(ticket[i] - 'A' + 'a') : ticket[i];
    }
    CHECK(credential_ticket_use(credential, str_of(ticket), STR("k"), 999, &person, &ok, &err));
    CHECK(ok && person == 4);
    CHECK(credential_ticket_use(credential, str_of(ticket), STR("k"), 999, &person, &ok, &err));
    CHECK(ok); // who did not hear the answer
    CHECK(credential_ticket_use(credential, str_of(ticket), STR("l"), 999, &person, &ok, &err));
    CHECK(!ok);
    credential_setup_make(credential, STR("key"), setup);
    CHECK(credential_setup_add(credential, str_of(setup), 1000, &err));
    CHECK(credential_setup_is(credential, str_of(setup), STR("a"), 1, &ok, &err) && ok);
    CHECK(credential_setup_use(credential, str_of(setup), STR("a"), 1, &ok, &err) && ok);
    CHECK(credential_setup_use(credential, str_of(setup), STR("a"), 1, &ok, &err) && ok);
    CHECK(credential_setup_use(credential, str_of(setup), STR("b"), 1, &ok, &err) && !ok);
}

static void test_tokens(void)
{
    char secret[CREDENTIAL_TOKEN_LEN + 1];
    struct str scopes[] = { STR("jobs:read"), STR("me:write") };
    struct credential_token token = { .person = 4,
                                      .title = STR("a script"),
                                      .scopes = scopes,
                                      .scope_count = 2,
                                      .made_at = 5,
                                      .hint = STR("abcd") };
    struct credential_token found;
    bool is;
    credential_token_make(credential, STR("key"), secret);
    CHECK(strlen(secret) == CREDENTIAL_TOKEN_LEN && strncmp(secret, "quoin_", 6) == 0);
    CHECK(credential_token_add(credential, str_of(secret), &token, &err) && token.id == 1);
    CHECK(credential_token_find(credential, str_of(secret), &arena, &found, &is, &err) && is);
    CHECK(found.scope_count == 2 && str_eq(found.scopes[1], scopes[1]) && !found.is_revoked);
    CHECK(credential_token_used(credential, 1, 99, &err));
    CHECK(credential_token_revoke(credential, &found, &err));
    CHECK(credential_token_get(credential, 1, &arena, &found, &is, &err) && found.is_revoked);
    CHECK(found.used_at == 99);
    secret[10] ^= 1;
    CHECK(credential_token_find(credential, str_of(secret), &arena, &found, &is, &err) && !is);
    CHECK(!credential_scope_check(STR("jobs"), &err) && !credential_scope_check(STR(":x"), &err));
    CHECK(!credential_scope_check(STR("Jobs:read"), &err));
    CHECK(!credential_scope_check(STR("device:\n"), &err) &&
          !credential_scope_check(STR("device:"), &err));
    CHECK(!credential_scope_check(STR("x:front door"), &err));
    CHECK(!credential_scope_check(STR("nonsense:read"), &err));
    CHECK(!credential_scope_check(STR("jobs:delete"), &err));
    CHECK(credential_scope_check(STR("schedules:write"), &err));
    CHECK(credential_scope_check(STR("device:front door"), &err));
}

// After test_tokens: they have numbers with the tokens.
static void test_addresses(void)
{
    char secret[CREDENTIAL_ADDRESS_LEN + 1];
    struct credential_address address = {
        .person = 4, .queue = STR("office"), .title = STR("laptop"), .made_at = 5, .hint = STR("x")
    };
    struct credential_address found[4];
    struct credential_token token;
    size_t count;
    int64_t last;
    bool is;
    credential_address_make(credential, STR("key"), secret);
    CHECK(strlen(secret) == CREDENTIAL_ADDRESS_LEN);
    CHECK(strspn(secret, "0123456789abcdefghjkmnpqrstvwxyz") == CREDENTIAL_ADDRESS_LEN);
    CHECK(credential_address_add(credential, str_of(secret), &address, &err) && address.id > 0);
    // It is no token, by nothing.
    CHECK(credential_token_find(credential, str_of(secret), &arena, &token, &is, &err) && !is);
    CHECK(credential_token_get(credential, address.id, &arena, &token, &is, &err) && !is);
    CHECK(!credential_scope_check(STR("address:office"), &err));
    CHECK(credential_address_get(credential, address.id, &arena, found, &is, &err) && is);
    CHECK(str_eq(found[0].queue, STR("office")) && str_eq(found[0].title, STR("laptop")));
    CHECK(memcmp(found[0].hash, address.hash, sizeof(address.hash)) == 0);
    CHECK(credential_address_get(credential, 1, &arena, found, &is, &err) && !is); // a token's
    CHECK(credential_address_last(credential, &last, &err) && last == address.id);
    CHECK(credential_address_used(credential, address.id, 99, &err));
    CHECK(credential_address_used(credential, address.id, 98, &err)); // two engines, late
    CHECK(credential_addresses(credential, 4, 0, 4, &arena, found, &count, &err) && count == 1);
    CHECK(found[0].used_at == 99);
    CHECK(credential_addresses_good(credential, 4, 0, 9, 4, &arena, found, &count, &err));
    CHECK(count == 1);
    CHECK(credential_addresses_good(credential, 5, 0, 9, 4, &arena, found, &count, &err));
    CHECK(count == 0);
    CHECK(credential_address_revoke(credential, &address, &err));
    CHECK(credential_addresses_good(credential, 0, 0, 9, 4, &arena, found, &count, &err));
    CHECK(count == 0);
    address.until = 10;
    CHECK(credential_address_add(credential, STR("other"), &address, &err));
    CHECK(credential_addresses_good(credential, 0, 0, 9, 4, &arena, found, &count, &err));
    CHECK(count == 1);
    CHECK(credential_addresses_good(credential, 0, 0, 10, 4, &arena, found, &count, &err));
    CHECK(count == 0);
    static const char *const bad[] = { "", "a/b", "a\nb" };
    for (size_t i = 0; i < 3; i++) {
        address.queue = str_of(bad[i]);
        CHECK(!credential_address_add(credential, STR("bad"), &address, &err));
    }
    address.queue = STR("office");
    for (int i = 0; i < CREDENTIAL_ADDRESSES_MAX; i++) {
        char more[8];
        (void)snprintf(more, sizeof(more), "m%d", i);
        address.until = 0;
        address.person = 77;
        CHECK(credential_address_add(credential, str_of(more), &address, &err));
    }
    CHECK(!credential_address_add(credential, STR("one more"), &address, &err) &&
          err.code == ERR_LIMIT);
    CHECK(credential_forget(credential, 77, &err)); // all of them end
    CHECK(credential_addresses_good(credential, 77, 0, 9, 4, &arena, found, &count, &err));
    CHECK(count == 0);
}

static void test_tokens_of_devices(void)
{
    static const char *const keys[] = { "d1", "d2", "d3" };
    static const char *const names[] = { "device:front", "device:front", "device:back" };
    struct str mixed[] = { STR("device:front"), STR("jobs:read") };
    char secret[CREDENTIAL_TOKEN_LEN + 1];
    struct credential_token found;
    uint32_t ended = 0;
    bool is;
    for (size_t i = 0; i < 3; i++) {
        struct str scope = str_of(names[i]);
        struct credential_token token = { .person = 4,
                                          .title = STR("station"),
                                          .scopes = &scope,
                                          .scope_count = 1,
                                          .made_at = 5,
                                          .hint = STR("abcd") };
        credential_token_make(credential, str_of(keys[i]), secret);
        CHECK(credential_token_add(credential, str_of(secret), &token, &err));
        CHECK(credential_token_is_device(&token));
        token.scopes = mixed;
        token.scope_count = 2;
        CHECK(!credential_token_is_device(&token));
        CHECK(!credential_token_add(credential, STR("other"), &token, &err));
    }
    CHECK(credential_forget(credential, 4, &err)); // theirs go, the devices' stay
    CHECK(credential_device_end(credential, STR("front"), &ended, &err) && ended == 2);
    CHECK(credential_device_end(credential, STR("front"), &ended, &err) && ended == 0);
    for (size_t i = 0; i < 3; i++) {
        credential_token_make(credential, str_of(keys[i]), secret);
        CHECK(credential_token_find(credential, str_of(secret), &arena, &found, &is, &err) && is);
        CHECK(found.is_revoked == (i < 2));
    }
}

static void test_rules(void)
{
    static const char *const bad_pins[] = { "",     "123",  "1111",   "1234",          "9876",
                                            "1212", "12a4", "123123", "1234567890123", "\xd9\xa1" };
    static const char *const bad[] = { "short",     "aaaaaaaaaa",      "abcdefgh",  "12345678",
                                       "abcabcabc", "Mary-mary-quite", "tab\tin it" };
    char pin[7];
    for (size_t i = 0; i < sizeof(bad_pins) / sizeof(bad_pins[0]); i++) {
        CHECK(!credential_pin_check(str_of(bad_pins[i]), &err) && err.code == ERR_INVALID);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!credential_password_check(str_of(bad[i]), STR("mary"), &err));
    }
    CHECK(credential_pin_check(STR("4711"), &err) &&
          credential_pin_check(STR("112358132134"), &err));
    CHECK(credential_password_check(STR("correct horse"), STR("mary"), &err));
    CHECK(credential_password_check(STR("annanas banana"), STR("ann"), &err));
    struct credential_mac zero = { { 0 } };
    credential_pin_make(&zero, pin);
    CHECK(credential_pin_check(str_of(pin), &err) && strlen(pin) == 6);
    struct credential_mac mac = credential_mac_of(credential, "a", STR("b"));
    credential_pin_make(&mac, pin);
    CHECK(credential_pin_check(str_of(pin), &err) && strlen(pin) == 6);
}

static void test_the_right_pepper_is_needed(void)
{
    struct credential_mac mac = credential_card_mac(credential, STR("04A2B301"));
    int64_t people;
    size_t count;
    struct credential_card cards[1];
    CHECK(credential_pepper_check(credential, &err) && credential_pepper_check(credential, &err));
    CHECK(db_commit(db, &err));
    credential_close(&credential);
    pepper[0] ^= 1;
    CHECK(credential_open(db, pepper, &credential, &err) && db_begin(db, &err));
    CHECK(!credential_pepper_check(credential, &err) && err.code == ERR_UNAVAILABLE);
    struct credential_mac other = credential_card_mac(credential, STR("04A2B301"));
    CHECK(memcmp(&mac, &other, sizeof(mac)) != 0);
    CHECK(credential_pepper_accept(credential, &people, &err) && people == 1);
    CHECK(credential_cards(credential, 0, 0, 1, &arena, cards, &count, &err) && count == 0);
    CHECK(credential_pepper_check(credential, &err));
}

int main(void)
{
    const char *folder = folder_make();
    store_make(dsn, folder);
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err));
    CHECK(credential_open(db, pepper, &credential, &err) && db_begin(db, &err));
    test_a_person_who_is_not_known_has_nothing();
    test_versions_grow();
    test_who_has_a_role();
    test_tries_wait_twice_as_long();
    test_a_device_has_ten_minutes();
    test_cards_are_one_persons();
    test_delegates_both_ways();
    test_merging_moves_cards_and_delegates();
    test_codes_serve_once();
    test_tokens();
    test_addresses();
    test_tokens_of_devices();
    test_rules();
    test_the_right_pepper_is_needed();
    CHECK(db_commit(db, &err));
    credential_close(&credential);
    db_close(&db);
    arena_free(&arena);
    folder_end();
    return tap_done();
}
