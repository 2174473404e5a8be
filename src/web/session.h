// web/session: who is signed in. In memory only, by the hash of the cookie's value; bounded. Pure
// but for random bytes; the caller tells the time.
#pragma once

#include "base/cc.h"
#include "base/enc.h"
#include "base/str.h"
#include <stdint.h>

enum {
    WEB_SESSIONS_MAX = 20000, // past it the one longest idle ends
    WEB_SESSIONS_A_PERSON_MAX = 20,
    WEB_IDLE_ROLE_MS = 15 * 60 * 1000,
    WEB_IDLE_PERSON_MS = 60 * 60 * 1000,
    WEB_LONGEST_MS = 12 * 60 * 60 * 1000,
    WEB_SECRET_LEN = ENC_BASE64_LEN(32), // 256 bits
};

struct web_session {
    struct web_session *prev; // by use, longest idle first; of a ring
    struct web_session *next;
    struct web_session *older; // of the same person
    uint8_t hash[32];
    char csrf[WEB_SECRET_LEN + 1];
    unsigned roles;   // bits of enum web_role, WEB_PERSON among them
    bool must_change; // only the password may be changed before anything else
    int64_t person;
    int64_t version;
    int64_t password_at; // when the password was set that began it; -1: not known
    int64_t began_ms;    // clk_mono_ms
    int64_t used_ms;
    int64_t proved_ms; // when who it is was proved last
    char dce[80];      // the session at DCE; empty: none yet
    char *user;        // owned, as the next
    char *full_name;
    char *language;
    char *preferences; // JSON
};

struct web_sessions;
struct web_sessions *web_sessions_new(void);
void web_sessions_free(struct web_sessions **sessions);

struct web_session_of {
    int64_t person;
    int64_t version;
    unsigned roles;
    bool must_change;
    const char *user;
    const char *full_name;
    const char *language;
    const char *preferences;
};

// A new one; its id is told this once. It may end an older one.
struct web_session *web_session_begin(struct web_sessions *sessions,
                                      const struct web_session_of *of, int64_t now_ms,
                                      char id[static WEB_SECRET_LEN + 1]);
// NULL: unknown, or its time was over (it is gone then). A find is a use.
struct web_session *web_session_find(struct web_sessions *sessions, struct str id, int64_t now_ms);
// By its hash, after a wait; no use.
struct web_session *web_session_again(struct web_sessions *sessions, const uint8_t hash[static 32]);
void web_session_end(struct web_sessions *sessions, struct web_session *session);
// All of a person whose version is older; gives how many ended.
size_t web_session_end_person(struct web_sessions *sessions, int64_t person, int64_t version);
// Its person prefers otherwise now: JSON.
void web_session_prefer(struct web_session *session, struct str preferences);
// What was found of a person whose version grew: the sessions that were begun with what still holds
// go on with the new version, the others end.
struct web_session_found {
    int64_t person;
    int64_t version;
    int64_t password_at;
    unsigned roles;
    bool is_out; // locked or removed
};
size_t web_session_judge(struct web_sessions *sessions, const struct web_session_found *found);
// Whose it is; NULL: nobody of that number is signed in with an older version.
const char *web_session_user(const struct web_sessions *sessions, int64_t person, int64_t version);
// Ends those whose time is over.
void web_session_sweep(struct web_sessions *sessions, int64_t now_ms);
size_t web_session_count(const struct web_sessions *sessions);
// The numbers of people who are signed in, once each, from a place on; gives how many.
size_t web_session_people(const struct web_sessions *sessions, size_t *at, int64_t *people,
                          size_t most);
// When it ends if it is not used: clk_mono_ms.
int64_t web_session_until(const struct web_session *session);
// 43 letters of 256 random bits.
void web_secret_new(char text[static WEB_SECRET_LEN + 1]);
