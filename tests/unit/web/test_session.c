// Sessions: bounded, ended by time, by their person's version, and known only by a hash.
#include "web/route.h"
#include "web/session.h"

#include "lib/tap.h"

static struct web_session *begin(struct web_sessions *sessions, int64_t person, unsigned roles,
                                 int64_t now, char *id)
{
    const struct web_session_of of = {
        .person = person, .version = 5, .roles = roles, .user = "m"
    };
    return web_session_begin(sessions, &of, now, id);
}

static void test_time(void)
{
    char id[WEB_SECRET_LEN + 1];
    struct web_sessions *sessions = web_sessions_new();
    (void)begin(sessions, 1, 0, 0, id);
    CHECK(web_session_find(sessions, str_of(id), WEB_IDLE_PERSON_MS - 1) != NULL);
    CHECK(web_session_find(sessions, str_of(id), 2 * WEB_IDLE_PERSON_MS - 2) !=
          NULL); // it was used
    CHECK(web_session_find(sessions, str_of(id), 3 * WEB_IDLE_PERSON_MS) == NULL);
    CHECK(web_session_count(sessions) == 0);
    (void)begin(sessions, 1, WEB_DESK, 0, id);
    CHECK(web_session_find(sessions, str_of(id), WEB_IDLE_ROLE_MS) == NULL);
    (void)begin(sessions, 1, 0, 0, id);
    for (int64_t now = 0; now < WEB_LONGEST_MS; now += WEB_IDLE_PERSON_MS / 2) {
        CHECK(web_session_find(sessions, str_of(id), now) != NULL);
    }
    CHECK(web_session_find(sessions, str_of(id), WEB_LONGEST_MS) == NULL); // however it was used
    (void)begin(sessions, 1, 0, 0, id);
    web_session_sweep(sessions, WEB_IDLE_PERSON_MS);
    CHECK(web_session_count(sessions) == 0);
    web_sessions_free(&sessions);
}

static void test_end(void)
{
    char first[WEB_SECRET_LEN + 1];
    char second[WEB_SECRET_LEN + 1];
    char other[WEB_SECRET_LEN + 1];
    struct web_sessions *sessions = web_sessions_new();
    (void)begin(sessions, 1, 0, 0, first);
    (void)begin(sessions, 1, 0, 0, second);
    (void)begin(sessions, 2, 0, 0, other);
    CHECK(strcmp(first, second) != 0 && strlen(first) == WEB_SECRET_LEN);
    CHECK(web_session_end_person(sessions, 1, 5) == 0);
    web_session_end(sessions, web_session_find(sessions, str_of(second), 1));
    CHECK(web_session_find(sessions, str_of(second), 1) == NULL);
    CHECK(web_session_end_person(sessions, 1, 6) == 1);
    CHECK(web_session_find(sessions, str_of(first), 1) == NULL);
    CHECK(web_session_find(sessions, str_of(other), 1) != NULL);
    CHECK(web_session_find(sessions, STR(""), 1) == NULL);
    CHECK(web_session_find(sessions, STR("short"), 1) == NULL);
    int64_t people[4];
    size_t at = 0;
    CHECK(web_session_people(sessions, &at, people, 4) == 1 && people[0] == 2);
    web_sessions_free(&sessions);
}

static void test_bounds(void)
{
    char ids[WEB_SESSIONS_A_PERSON_MAX + 1][WEB_SECRET_LEN + 1];
    char id[WEB_SECRET_LEN + 1];
    struct web_sessions *sessions = web_sessions_new();
    for (int i = 0; i <= WEB_SESSIONS_A_PERSON_MAX; i++) {
        (void)begin(sessions, 1, 0, i, ids[i]);
    }
    CHECK(web_session_count(sessions) == WEB_SESSIONS_A_PERSON_MAX);
    CHECK(web_session_find(sessions, str_of(ids[0]), 30) == NULL); // the oldest gave way
    CHECK(web_session_find(sessions, str_of(ids[1]), 30) != NULL);
    for (int64_t i = 2; i < WEB_SESSIONS_MAX + 100; i++) {
        (void)begin(sessions, i, 0, 40, id);
    }
    CHECK(web_session_count(sessions) == WEB_SESSIONS_MAX);
    CHECK(web_session_find(sessions, str_of(id), 41) != NULL);
    CHECK(web_session_find(sessions, str_of(ids[2]), 41) == NULL); // longest idle
    web_sessions_free(&sessions);
}

static void test_judged(void)
{
    char first[WEB_SECRET_LEN + 1];
    char second[WEB_SECRET_LEN + 1];
    struct web_sessions *sessions = web_sessions_new();
    struct web_session_found found = { .person = 1, .version = 6, .password_at = 77 };
    begin(sessions, 1, WEB_DESK, 0, first)->password_at = 77;
    begin(sessions, 1, 0, 0, second)->password_at = 77;
    found.roles = WEB_DESK;
    CHECK(web_session_user(sessions, 1, 5) == NULL && web_session_user(sessions, 1, 6) != NULL);
    CHECK(web_session_judge(sessions, &found) == 1); // of other roles
    CHECK(web_session_find(sessions, str_of(second), 1) == NULL);
    CHECK(web_session_find(sessions, str_of(first), 1)->version == 6);
    found.version = 7;
    found.password_at = 78; // another password
    CHECK(web_session_judge(sessions, &found) == 1 && web_session_count(sessions) == 0);
    begin(sessions, 1, WEB_DESK, 0, first)->password_at = 78;
    found.is_out = true;
    CHECK(web_session_judge(sessions, &found) == 1);
    (void)begin(sessions, 1, WEB_DESK, 0, first); // of which it is not known
    found.is_out = false;
    CHECK(web_session_judge(sessions, &found) == 1);
    web_sessions_free(&sessions);
}

int main(void)
{
    test_judged();
    test_time();
    test_end();
    test_bounds();
    return tap_done();
}
