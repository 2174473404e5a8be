// session: see session.h.

#include "web/session.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "crypto/hash.h"
#include "web/route.h"
#include <stdlib.h>

struct web_sessions {
    struct map by_hash;      // to owned sessions
    struct map by_person;    // number to the newest one
    struct web_session ring; // its head
};

void web_secret_new(char text[static WEB_SECRET_LEN + 1])
{
    uint8_t bytes[32];
    rnd_bytes(bytes, sizeof(bytes));
    enc_base64url_write(bytes, sizeof(bytes), text);
    mem_wipe(bytes, sizeof(bytes));
}

static char *text_new(const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);
    char *copy = mem_new(len + 1);
    if (len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

static void session_free(struct web_session *session)
{
    free(session->user);
    free(session->full_name);
    free(session->language);
    free(session->preferences);
    mem_wipe(session, sizeof(*session));
    free(session);
}

static void ring_drop(struct web_session *session)
{
    session->prev->next = session->next;
    session->next->prev = session->prev;
}

static void ring_add(struct web_sessions *sessions, struct web_session *session)
{
    session->prev = sessions->ring.prev;
    session->next = &sessions->ring;
    session->prev->next = session;
    sessions->ring.prev = session;
}

struct web_sessions *web_sessions_new(void)
{
    struct web_sessions *sessions = mem_new(sizeof(*sessions));
    sessions->ring.prev = &sessions->ring;
    sessions->ring.next = &sessions->ring;
    return sessions;
}

void web_sessions_free(struct web_sessions **sessions)
{
    if (*sessions == NULL) {
        return;
    }
    while ((*sessions)->ring.next != &(*sessions)->ring) {
        web_session_end(*sessions, (*sessions)->ring.next);
    }
    map_free(&(*sessions)->by_hash);
    map_free(&(*sessions)->by_person);
    free(*sessions);
    *sessions = NULL;
}

void web_session_end(struct web_sessions *sessions, struct web_session *session)
{
    struct str key = map_key(&session->person, sizeof(session->person));
    struct web_session *newest = map_find(&sessions->by_person, key);
    if (newest == session) {
        if (session->older != NULL) {
            map_set(&sessions->by_person, key, session->older);
        } else {
            (void)map_drop(&sessions->by_person, key);
        }
    } else {
        while (newest != NULL && newest->older != session) {
            newest = newest->older;
        }
        if (newest != NULL) {
            newest->older = session->older;
        }
    }
    (void)map_drop(&sessions->by_hash, map_key(session->hash, sizeof(session->hash)));
    ring_drop(session);
    session_free(session);
}

static void end_oldest_of(struct web_sessions *sessions, int64_t person)
{
    struct web_session *at = map_find(&sessions->by_person, map_key(&person, sizeof(person)));
    size_t count = 0;
    struct web_session *oldest = NULL;
    for (; at != NULL; at = at->older) {
        oldest = at;
        count++;
    }
    if (count >= WEB_SESSIONS_A_PERSON_MAX) {
        web_session_end(sessions, oldest);
    }
}

struct web_session *web_session_begin(struct web_sessions *sessions,
                                      const struct web_session_of *of, int64_t now_ms,
                                      char id[static WEB_SECRET_LEN + 1])
{
    end_oldest_of(sessions, of->person);
    if (sessions->by_hash.count >= WEB_SESSIONS_MAX) {
        web_session_end(sessions, sessions->ring.next);
    }
    struct web_session *session = mem_new(sizeof(*session));
    web_secret_new(id);
    web_secret_new(session->csrf);
    crypto_hash_of(str_of(id), session->hash);
    session->roles = of->roles | WEB_PERSON;
    session->must_change = of->must_change;
    session->person = of->person;
    session->version = of->version;
    session->password_at = -1;
    session->began_ms = now_ms;
    session->used_ms = now_ms;
    session->proved_ms = now_ms;
    session->user = text_new(of->user);
    session->full_name = text_new(of->full_name);
    session->language = text_new(of->language);
    session->preferences = text_new(of->preferences);
    struct str key = map_key(&session->person, sizeof(session->person));
    session->older = map_find(&sessions->by_person, key);
    map_set(&sessions->by_person, key, session);
    map_set(&sessions->by_hash, map_key(session->hash, sizeof(session->hash)), session);
    ring_add(sessions, session);
    return session;
}

int64_t web_session_until(const struct web_session *session)
{
    int64_t idle = session->roles == WEB_PERSON ? WEB_IDLE_PERSON_MS : WEB_IDLE_ROLE_MS;
    int64_t longest = session->began_ms + WEB_LONGEST_MS;
    return session->used_ms + idle < longest ? session->used_ms + idle : longest;
}

struct web_session *web_session_find(struct web_sessions *sessions, struct str id, int64_t now_ms)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    if (id.len != WEB_SECRET_LEN) {
        return NULL;
    }
    crypto_hash_of(id, hash);
    struct web_session *session = web_session_again(sessions, hash);
    if (session == NULL) {
        return NULL;
    }
    if (now_ms >= web_session_until(session)) {
        web_session_end(sessions, session);
        return NULL;
    }
    session->used_ms = now_ms;
    ring_drop(session);
    ring_add(sessions, session);
    return session;
}

struct web_session *web_session_again(struct web_sessions *sessions, const uint8_t hash[static 32])
{
    return map_find(&sessions->by_hash, map_key(hash, 32));
}

size_t web_session_end_person(struct web_sessions *sessions, int64_t person, int64_t version)
{
    size_t ended = 0;
    struct web_session *at = map_find(&sessions->by_person, map_key(&person, sizeof(person)));
    while (at != NULL) {
        struct web_session *older = at->older;
        if (at->version < version) {
            web_session_end(sessions, at);
            ended++;
        }
        at = older;
    }
    return ended;
}

size_t web_session_judge(struct web_sessions *sessions, const struct web_session_found *found)
{
    size_t ended = 0;
    struct str key = map_key(&found->person, sizeof(found->person));
    struct web_session *at = map_find(&sessions->by_person, key);
    while (at != NULL) {
        struct web_session *older = at->older;
        bool holds = !found->is_out && at->password_at == found->password_at &&
                     (at->roles & WEB_ROLES) == (found->roles & WEB_ROLES);
        if (at->version < found->version && !holds) {
            web_session_end(sessions, at);
            ended++;
        } else if (at->version < found->version) {
            at->version = found->version;
        }
        at = older;
    }
    return ended;
}

const char *web_session_user(const struct web_sessions *sessions, int64_t person, int64_t version)
{
    struct web_session *at = map_find(&sessions->by_person, map_key(&person, sizeof(person)));
    for (; at != NULL; at = at->older) {
        if (at->version < version) {
            return at->user;
        }
    }
    return NULL;
}

void web_session_sweep(struct web_sessions *sessions, int64_t now_ms)
{
    for (struct web_session *at = sessions->ring.next; at != &sessions->ring;) {
        struct web_session *next = at->next;
        if (now_ms >= web_session_until(at)) {
            web_session_end(sessions, at);
        }
        at = next;
    }
}

void web_session_prefer(struct web_session *session, struct str preferences)
{
    char *text = mem_new(preferences.len + 1);
    memcpy(text, preferences.ptr, preferences.len);
    free(session->preferences);
    session->preferences = text;
}

size_t web_session_count(const struct web_sessions *sessions)
{
    return sessions->by_hash.count;
}

size_t web_session_people(const struct web_sessions *sessions, size_t *at, int64_t *people,
                          size_t most)
{
    size_t count = 0;
    void *value = NULL;
    while (count < most && map_next(&sessions->by_person, at, &value)) {
        people[count++] = ((const struct web_session *)value)->person;
    }
    return count;
}
