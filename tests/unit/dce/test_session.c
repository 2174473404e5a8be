// Sessions: found by their id alone, one at a device, ended in time, bounded.
#include "dce/session.h"

#include "base/clk.h"
#include "base/rnd.h"
#include "lib/tap.h"

#include <stdlib.h>

static struct err err;
static char last_why[64];
static size_t ended;

static void on_end(void *arg, const struct session *session, const char *why)
{
    (void)arg;
    CHECK(session != NULL);
    (void)snprintf(last_why, sizeof(last_why), "%s", why);
    ended++;
}

static Quoin__V1__Proof *proof_of(int64_t person, int64_t version)
{
    Quoin__V1__Proof made = QUOIN__V1__PROOF__INIT;
    uint8_t bytes[256];
    made.person = person;
    made.version = version;
    made.user = (char *)(uintptr_t) "mary";
    return quoin__v1__proof__unpack(NULL, quoin__v1__proof__pack(&made, bytes), bytes);
}

static struct session *add(struct sessions *sessions, const char *device, int64_t person,
                           char id[static SESSION_ID_LEN + 1])
{
    uint8_t secret[CRYPTO_HASH_LEN];
    struct session *session = NULL;
    rnd_bytes(secret, sizeof(secret));
    dce_session_id(secret, STR("a key"), id);
    const struct session_new made = { .kind = SESSION_OPEN,
                                      .id = { id, SESSION_ID_LEN },
                                      .device = str_of(device),
                                      .proof = proof_of(person, 1),
                                      .secret = STR("04a1b2c3"),
                                      .by = "card" };
    return dce_session_add(sessions, &made, &session, &err) ? session : NULL;
}

static void test_an_id_is_of_its_key_and_of_our_secret(void)
{
    uint8_t secret[CRYPTO_HASH_LEN] = { 1 };
    uint8_t other[CRYPTO_HASH_LEN] = { 2 };
    char a[SESSION_ID_LEN + 1];
    char b[SESSION_ID_LEN + 1];
    dce_session_id(secret, STR("key 1"), a);
    dce_session_id(secret, STR("key 1"), b);
    CHECK(strcmp(a, b) == 0 && strlen(a) == SESSION_ID_LEN);
    CHECK(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          SESSION_ID_LEN);
    dce_session_id(secret, STR("key 2"), b);
    CHECK(strcmp(a, b) != 0);
    dce_session_id(other, STR("key 1"), b);
    CHECK(strcmp(a, b) != 0);
}

static void test_it_is_found_by_its_whole_id_only(void)
{
    struct sessions sessions;
    char id[SESSION_ID_LEN + 1];
    dce_sessions_init(&sessions, on_end, NULL);
    struct session *session = add(&sessions, "lib1", 7, id);
    CHECK(session != NULL && dce_session_find(&sessions, str_of(id)) == session);
    CHECK(dce_session_find(&sessions, (struct str){ id, SESSION_ID_LEN - 1 }) == NULL);
    CHECK(dce_session_find(&sessions, str_of("")) == NULL);
    CHECK(dce_session_find(&sessions, str_of(session->mark)) == NULL);
    CHECK(strstr(session->mark, id) == NULL && strlen(session->mark) == SESSION_MARK_LEN);
    id[0] = id[0] == 'A' ? 'B' : 'A';
    CHECK(dce_session_find(&sessions, str_of(id)) == NULL);
    dce_sessions_fini(&sessions);
}

static void test_a_device_has_one_person(void)
{
    struct sessions sessions;
    char first[SESSION_ID_LEN + 1];
    char second[SESSION_ID_LEN + 1];
    dce_sessions_init(&sessions, on_end, NULL);
    ended = 0;
    CHECK(add(&sessions, "lib1", 7, first) != NULL);
    struct session *session = add(&sessions, "lib1", 8, second);
    CHECK(ended == 1 && strcmp(last_why, "replaced") == 0);
    CHECK(dce_session_find(&sessions, str_of(first)) == NULL);
    CHECK(dce_session_at(&sessions, STR("lib1")) == session && sessions.count == 1);
    CHECK(add(&sessions, "lib2", 8, first) != NULL && sessions.count == 2);
    dce_sessions_fini(&sessions);
}

static void test_what_waits_for_a_pin_takes_nobodys_place(void)
{
    struct sessions sessions;
    char id[SESSION_ID_LEN + 1];
    char other[SESSION_ID_LEN + 1];
    uint8_t secret[CRYPTO_HASH_LEN] = { 9 };
    struct session *pending = NULL;
    dce_sessions_init(&sessions, on_end, NULL);
    struct session *open = add(&sessions, "lib1", 7, id);
    dce_session_id(secret, STR("pin"), other);
    const struct session_new made = { .kind = SESSION_WANTS_PIN,
                                      .id = str_of(other),
                                      .device = STR("lib1"),
                                      .secret = STR("0102"),
                                      .by = "card" };
    CHECK(dce_session_add(&sessions, &made, &pending, &err));
    CHECK(dce_session_at(&sessions, STR("lib1")) == open);
    CHECK(sessions.count == 2 && sessions.open == 1);
    CHECK(dce_session_until(pending) - clk_mono_ms() <= SESSION_PENDING_S * 1000);
    dce_session_end(&sessions, pending, "replaced");
    CHECK(dce_session_at(&sessions, STR("lib1")) == open);
    dce_sessions_fini(&sessions);
}

static void test_times_end_it(void)
{
    struct sessions sessions;
    char id[SESSION_ID_LEN + 1];
    dce_sessions_init(&sessions, on_end, NULL);
    ended = 0;
    struct session *session = add(&sessions, "lib1", 7, id);
    dce_sessions_tick(&sessions);
    CHECK(ended == 0);
    session->idle_ms = -1;
    dce_session_touch(&sessions, session);
    dce_sessions_tick(&sessions);
    CHECK(ended == 1 && strcmp(last_why, "idle") == 0 && sessions.count == 0);
    session = add(&sessions, "lib1", 7, id);
    session->longest_until = clk_mono_ms() - 1;
    dce_session_touch(&sessions, session); // touching does not make it live for ever
    dce_sessions_tick(&sessions);
    CHECK(ended == 2 && strcmp(last_why, "longest") == 0);
    dce_sessions_fini(&sessions);
}

static void test_a_card_that_ends_ends_its_session(void)
{
    static const struct {
        int64_t until; // from now, in ms; 0: without end
        bool is_short;
    } rows[] = { { 0, false }, { -5, true }, { 1000, true }, { 3600000, false } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sessions sessions;
        struct session *session = NULL;
        char id[SESSION_ID_LEN + 1];
        uint8_t secret[CRYPTO_HASH_LEN];
        rnd_bytes(secret, sizeof(secret));
        dce_session_id(secret, STR("a key"), id);
        dce_sessions_init(&sessions, on_end, NULL);
        struct session_new made = { .kind = SESSION_OPEN,
                                    .id = { id, SESSION_ID_LEN },
                                    .device = STR("lib1"),
                                    .proof = proof_of(7, 1),
                                    .secret = STR(""),
                                    .by = "card" };
        made.proof->until = rows[i].until == 0 ? 0 : clk_wall_ms() + rows[i].until;
        CHECK(dce_session_add(&sessions, &made, &session, &err));
        int64_t left = session->longest_until - clk_mono_ms();
        CHECK(rows[i].is_short ? left <= 1000 : left > 500 * 1000);
        dce_session_touch(&sessions, session); // and nobody makes it longer
        CHECK(!rows[i].is_short || dce_session_until(session) - clk_mono_ms() <= 1000);
        dce_sessions_tick(&sessions);
        CHECK((dce_session_at(&sessions, STR("lib1")) == NULL) == (rows[i].until < 0));
        dce_sessions_fini(&sessions);
    }
}

static void test_who_changed_is_out_everywhere(void)
{
    struct sessions sessions;
    char id[SESSION_ID_LEN + 1];
    dce_sessions_init(&sessions, on_end, NULL);
    (void)add(&sessions, "lib1", 7, id);
    (void)add(&sessions, "lib2", 7, id);
    (void)add(&sessions, "", 7, id);
    (void)add(&sessions, "lib3", 8, id);
    CHECK(dce_sessions_end_person(&sessions, 7, 1, "revoked") == 0); // they are of that version
    CHECK(dce_sessions_end_person(&sessions, 7, 2, "revoked") == 3);
    CHECK(sessions.count == 1 && strcmp(last_why, "revoked") == 0);
    CHECK(dce_sessions_end_person(&sessions, 8, -1, "ended-by-administrator") == 1);
    dce_sessions_fini(&sessions);
}

static void test_nobody_has_too_many(void)
{
    struct sessions sessions;
    char first[SESSION_ID_LEN + 1];
    char id[SESSION_ID_LEN + 1];
    dce_sessions_init(&sessions, NULL, NULL);
    (void)add(&sessions, "", 7, first);
    for (int i = 0; i < SESSIONS_PERSON_MAX; i++) {
        CHECK(add(&sessions, "", 7, id) != NULL);
    }
    CHECK(sessions.count == SESSIONS_PERSON_MAX);
    CHECK(dce_session_find(&sessions, str_of(first)) == NULL); // the oldest went
    for (int i = 0; i < 1000; i++) {
        CHECK(add(&sessions, "", 1000 + i, id) != NULL);
    }
    CHECK(sessions.count == SESSIONS_PERSON_MAX + 1000);
    dce_sessions_fini(&sessions);
}

int main(void)
{
    test_an_id_is_of_its_key_and_of_our_secret();
    test_it_is_found_by_its_whole_id_only();
    test_a_device_has_one_person();
    test_what_waits_for_a_pin_takes_nobodys_place();
    test_times_end_it();
    test_a_card_that_ends_ends_its_session();
    test_who_changed_is_out_everywhere();
    test_nobody_has_too_many();
    return tap_done();
}
