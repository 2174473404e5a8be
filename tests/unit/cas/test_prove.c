// Who proves to be who: by password, PIN, card, card and PIN; one text and one amount of work for
// whoever does not; tries are counted before they are looked at, and end by time or by a person.
#include "unit/cas/credentials.h"

static bool refused(const void *proof)
{
    return proof == NULL && err.code == ERR_DENIED && has_reason("sign-in-refused");
}

static void test_a_password_and_a_pin_prove(void)
{
    const Quoin__V1__CredentialState *state = set_secret("mary", "password", "Tr0ub4dor&3");
    CHECK(state != NULL && state->has_password && !state->has_pin && state->version == 1);
    state = set_secret("mary", "pin", "4711");
    CHECK(state != NULL && state->has_pin && state->version == 2 && state->made[0] == '\0');
    const Quoin__V1__Proof *proof = prove("MARY", "Tr0ub4dor&3");
    CHECK(proof != NULL && strcmp(proof->user, "mary") == 0 && proof->person > 0);
    CHECK(proof != NULL && strcmp(proof->by, "password") == 0 && proof->version == 2);
    CHECK(proof != NULL && strcmp(proof->full_name, "Some One") == 0 && proof->n_roles == 0);
    proof = prove_pin("mary", "4711");
    CHECK(proof != NULL && strcmp(proof->by, "pin") == 0);
    CHECK(refused(prove("mary", "4711")));
    CHECK(refused(prove_pin("mary", "Tr0ub4dor&3")));
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL && state_of("mary")->failures == 0);
}

static void test_unknown_wrong_and_locked_look_alike(void)
{
    struct err wrong;
    uint64_t work = crypto_secret_work();
    CHECK(refused(prove("mary", "not it at all")));
    wrong = err;
    CHECK(refused(prove("nobody", "not it at all")) && strcmp(err.text, wrong.text) == 0);
    CHECK(refused(prove("\x01", "not it at all")) && strcmp(err.text, wrong.text) == 0);
    CHECK(refused(prove("without", "not it at all")) && strcmp(err.text, wrong.text) == 0);
    CHECK(lock_person("mary", 1));
    CHECK(refused(prove("mary", "Tr0ub4dor&3")) && strcmp(err.text, wrong.text) == 0);
    CHECK(lock_person("mary", 0));
    CHECK(crypto_secret_work() == work + 5);
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL);
}

static void test_many_tries_lock_and_a_person_ends_it(void)
{
    now += 86400000;
    for (int i = 0; i < 3; i++) {
        Quoin__V1__ProveRequest request = proof_of("mary");
        char address[32];
        (void)snprintf(address, sizeof(address), "192.0.2.%d", i);
        request.address = address;
        request.password = text_of("wrong wrong");
        CHECK(refused(ask_slow(&request.base)));
    }
    CHECK(state_of("mary")->failures == 3 && state_of("mary")->locked_until == now + 2000);
    CHECK(refused(prove("mary", "Tr0ub4dor&3"))); // right, but too soon; not counted
    CHECK(state_of("mary")->failures == 3);
    for (int i = 3; i < CREDENTIAL_LOCK_TRIES; i++) {
        now = state_of("mary")->locked_until;
        CHECK(refused(prove("mary", "wrong wrong")));
    }
    CHECK(state_of("mary")->locked_until == now + 15 * 60000);
    CHECK(refused(prove("mary", "Tr0ub4dor&3")));
    CHECK(prove("anna", "correct horse") != NULL); // others are not touched
    CHECK(unlock("mary") != NULL && state_of("mary")->locked_until == 0);
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL);
}

// Who guesses PINs at a station, of a name or beside a card, locks no password, nor the other way
// round; a card alone is not guessed and goes on.
static void test_wrong_pins_lock_the_pin_alone(void)
{
    now += 86400000;
    for (int i = 0; i < CREDENTIAL_LOCK_TRIES; i++) {
        int64_t until = state_of("mary")->pin_locked_until;
        now = until != 0 ? until : now;
        CHECK(refused(prove_pin("mary", "8888")));
    }
    CHECK(state_of("mary")->pin_failures == CREDENTIAL_LOCK_TRIES &&
          state_of("mary")->pin_locked_until == now + 15 * 60000);
    CHECK(state_of("mary")->failures == 0 && state_of("mary")->locked_until == 0);
    CHECK(refused(prove_pin("mary", "4711"))); // right, but locked
    CHECK(refused(prove_card("04A2B3C4", "4711", "card+pin")));
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL);
    CHECK(state_of("mary")->pin_failures == CREDENTIAL_LOCK_TRIES); // a password opens no PIN
    CHECK(prove_card("04A2B3C4", "", "") != NULL);
    CHECK(lock_person("mary", 1));
    CHECK(refused(prove_card("04A2B3C4", "", ""))); // an administrator's lock is for all ways
    CHECK(refused(prove("mary", "Tr0ub4dor&3")) && lock_person("mary", 0));
    CHECK(set_secret("mary", "password", "Tr0ub4dor&3") != NULL);
    CHECK(refused(prove_pin("mary", "4711"))); // nor does a new password
    CHECK(set_secret("mary", "pin", "4711") != NULL);
    CHECK(prove_pin("mary", "4711") != NULL && state_of("mary")->pin_failures == 0);
    for (int i = 0; i < CREDENTIAL_LOCK_TRIES; i++) {
        int64_t until = state_of("mary")->locked_until;
        now = until != 0 ? until : now;
        CHECK(refused(prove("mary", "wrong wrong")));
    }
    CHECK(refused(prove("mary", "Tr0ub4dor&3")) && prove_pin("mary", "4711") != NULL);
    CHECK(prove_card("04A2B3C4", "4711", "card+pin") != NULL);
    CHECK(refused(prove_pin("mary", "8888")) && state_of("mary")->pin_failures == 1);
    CHECK(unlock("mary") != NULL && state_of("mary")->pin_failures == 0 &&
          state_of("mary")->failures == 0); // a person ends both
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL);
}

// Which of them is nobody's must not show: a name of nobody counts as one of somebody does.
static void test_names_of_nobody_wait_alike(void)
{
    now += 86400000;
    uint64_t work = crypto_secret_work();
    for (int i = 0; i < 3; i++) {
        CHECK(refused(prove_pin("nobody", "8888")));
    }
    CHECK(refused(prove("nobody", "not it at all")) && refused(prove_pin("nobody", "8888")));
    CHECK(crypto_secret_work() == work + 5);
}

static void test_a_crash_between_counts(void)
{
    Quoin__V1__ProveRequest request = proof_of("mary");
    struct cas_slow slow = { .ask = &request.base };
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    const ProtobufCMessage *reply = NULL;
    request.password = text_of("Tr0ub4dor&3");
    CHECK(db_begin(cas_db(cas), &err) && cas_slow_begin(cas, &turn, &slow, &reply, &err) &&
          db_commit(cas_db(cas), &err));
    CHECK(reply == NULL && slow.checks);
    cas_close(&cas);
    CHECK(fixture_open());
    CHECK(state_of("mary")->failures == 1);
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL && state_of("mary")->failures == 0);
}

static void test_what_changes_meanwhile_proves_nothing(void)
{
    Quoin__V1__ProveRequest request = proof_of("mary");
    struct cas_slow slow = { .ask = &request.base };
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    const ProtobufCMessage *reply = NULL;
    request.password = text_of("Tr0ub4dor&3");
    CHECK(db_begin(cas_db(cas), &err) && cas_slow_begin(cas, &turn, &slow, &reply, &err) &&
          db_commit(cas_db(cas), &err));
    cas_slow_work(&slow);
    CHECK(slow.is_right);
    CHECK(set_secret("mary", "password", "another one!") != NULL);
    CHECK(db_begin(cas_db(cas), &err) && cas_slow_end(cas, &turn, &slow, &reply, &err) &&
          db_commit(cas_db(cas), &err));
    CHECK(slow.is_refused && reply == NULL);
    CHECK(set_secret("mary", "password", "Tr0ub4dor&3") != NULL);
}

static void test_a_card_proves(void)
{
    CHECK(prove_card("04A2B3C4", "", "") == NULL && err.code == ERR_NOT_FOUND &&
          has_reason("unknown-card"));
    const Quoin__V1__Card *card = add_card("mary", "04:a2:b3:c4", 0);
    CHECK(card != NULL && strcmp(card->hint, "C4") == 0);
    const Quoin__V1__Proof *proof = prove_card("04a2b3c4\r\n", "", "");
    CHECK(proof != NULL && strcmp(proof->by, "card") == 0 && proof->card == card->id);
    CHECK(state_of("mary")->cards[0]->used_at == now);
    CHECK(strcmp(state_of("mary")->cards[0]->used_where, "door") == 0);
    CHECK(prove_card("04A2B3", "", "") == NULL && has_reason("unreadable-card"));
    CHECK(prove_card("04A2B3C4", "", "card+pin") == NULL && has_reason("pin-needed"));
    proof = prove_card("04A2B3C4", "4711", "card+pin");
    CHECK(proof != NULL && strcmp(proof->by, "card+pin") == 0);
    CHECK(refused(prove_card("04A2B3C4", "4712", "card+pin")));
    CHECK(prove_card("04A2B3C4", "4712", "password") == NULL && has_reason("not-taken-here"));
    CHECK(state_of("mary")->pin_failures == 1 && state_of("mary")->failures == 0);
    CHECK(unlock("mary") != NULL && state_of("mary")->pin_failures == 0);
    CHECK(lock_person("mary", 1));
    CHECK(refused(prove_card("04A2B3C4", "", "")) && lock_person("mary", 0));
    CHECK(add_card("mary", "11223344", now + 1000) != NULL);
    proof = prove_card("11223344", "", "");
    CHECK(proof != NULL && proof->until == now + 1000);
    proof = prove_card("04A2B3C4", "", "");
    CHECK(proof != NULL && proof->until == 0);
    now += 1000;
    CHECK(prove_card("11223344", "", "") == NULL && has_reason("card-expired"));
}

static void test_numbers_are_not_guessed_at_a_device(void)
{
    now += 86400000;
    for (int i = 0; i < CREDENTIAL_DEVICE_TRIES; i++) {
        char raw[16];
        (void)snprintf(raw, sizeof(raw), "%08X", i);
        CHECK(prove_card(raw, "", "") == NULL && has_reason("unknown-card"));
    }
    CHECK(prove_card("AAAAAAAA", "", "") == NULL && err.code == ERR_LIMIT &&
          has_reason("too-many-tries"));
    CHECK(prove("mary", "Tr0ub4dor&3") == NULL && has_reason("too-many-tries"));
    now += 600000;
    CHECK(prove("mary", "Tr0ub4dor&3") != NULL);
}

static void test_places(void)
{
    static const char *const places[][2] = {
        { "192.0.2.1", "192.0.2.1" },
        { "2001:DB8:0:1::7", "2001:db8:0:1:" },
        { "2001:0db8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1:" },
        { "2001:db8::1", "2001:db8:0:0:" },
        { "::1", "0:0:0:0:" },
        { "1::", "1:0:0:0:" },
        { "::", "0:0:0:0:" },
        { "::3:4:5:6:7:8", "0:0:3:4:" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "not an address", "not an address" },
        { "1:2:3:4:5:6:7:8:9:10", "1:2:3:4:" },
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct str place = cas_place(&arena, places[i][0]);
        printf("# %s: %.*s\n", places[i][0], (int)place.len, place.ptr);
        CHECK(str_eq(place, str_of(places[i][1])));
    }
}

static void test_nonsense_is_refused(void)
{
    Quoin__V1__ProveRequest request = proof_of("mary");
    CHECK(ask_slow(&request.base) == NULL && err.code == ERR_INVALID);
    char *lots = arena_new(&arena, 300);
    memset(lots, 'x', 299);
    CHECK(prove("mary", lots) == NULL && err.code == ERR_INVALID);
    CHECK(prove_card(lots, "", "") == NULL && err.code == ERR_INVALID);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(100, "mary", 0) && add_person(101, "anna", 0) &&
          add_person(102, "without", 0));
    CHECK(set_secret("anna", "password", "correct horse") != NULL);
    test_a_password_and_a_pin_prove();
    test_unknown_wrong_and_locked_look_alike();
    test_many_tries_lock_and_a_person_ends_it();
    test_a_crash_between_counts();
    test_what_changes_meanwhile_proves_nothing();
    test_a_card_proves();
    test_wrong_pins_lock_the_pin_alone();
    test_names_of_nobody_wait_alike();
    test_numbers_are_not_guessed_at_a_device();
    test_places();
    test_nonsense_is_refused();
    return fixture_end();
}
