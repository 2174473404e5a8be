// session: who is signed in where, since when and until when. In memory only: an engine that is
// started anew knows nobody, and every station is free.
//
// A session is found by its id, which only its holder has: kept is its hash. At a device there is
// one session, and a new one takes its place. What waits for its PIN or to be registered is a
// session that is not open yet: it has an id and a card, and no rights.
//
// Loop thread. Times are the monotonic clock's.
#pragma once

#include "base/cc.h"
#include "base/enc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "proto/credential.pb-c.h"
#include "wire/due.h"
#include <stdint.h>

enum {
    SESSION_ID_LEN = ENC_BASE64_LEN(32),
    SESSION_MARK_LEN = 32,
    SESSION_DEVICE_MAX = 128,
    SESSION_CARD_MAX = 512,
    SESSIONS_MAX = 24576,     // at devices and beside them
    SESSIONS_PERSON_MAX = 64, // beside devices, of one person; the oldest goes
    SESSION_IDLE_S = 60,      // of a device that says nothing
    SESSION_LONGEST_S = 600,
    SESSION_WEB_IDLE_S = 1800,
    SESSION_WEB_LONGEST_S = 12 * 3600,
    SESSION_PENDING_S = 120, // to type a PIN, or user and password
};

enum session_kind {
    SESSION_OPEN,
    SESSION_WANTS_PIN,
    SESSION_CARD_UNKNOWN,
};

struct session {
    struct wire_due due;                 // first; the earlier of its two ends
    uint8_t hash[CRYPTO_HASH_LEN];       // of its id
    uint8_t asked_hash[CRYPTO_HASH_LEN]; // of what was asked, to know the same question again
    char mark[SESSION_MARK_LEN + 1];
    enum session_kind kind;
    uint64_t serial;
    char device[SESSION_DEVICE_MAX + 1]; // empty: at none
    Quoin__V1__Proof *proof;             // owned; NULL: nobody is known
    char *secret;                        // owned, wiped: the card, or the release key
    char *reader;                        // owned: what kind of reader read the card
    const char *by;                      // "card", "web", "release-key"; lives for ever
    int64_t since;                       // wall clock
    int64_t idle_ms;
    int64_t idle_until;
    int64_t longest_until;
    uint32_t released;
    struct session *prev, *next; // by serial; borrowed
};

// why: "signed-out", "idle", "longest", "revoked", "replaced", "ended-by-administrator". The
// session is still whole, and not found any more.
typedef void session_ended(void *arg, const struct session *session, const char *why);

struct sessions {
    struct map by_hash;
    struct map by_device; // open ones
    struct wire_dues dues;
    struct session *first, *last; // oldest first
    size_t count;
    size_t open;
    uint64_t serial;
    session_ended *on_end;
    void *arg;
};

struct session_new {
    enum session_kind kind;
    struct str id;           // SESSION_ID_LEN letters
    struct str device;       // empty: at none
    Quoin__V1__Proof *proof; // becomes the session's also where it is refused; NULL: nobody's
    struct str secret;
    struct str reader;
    const char *by;
    uint32_t idle_s;           // 0: what is usual there
    uint32_t longest_s;        // 0: what is usual there
    const uint8_t *asked_hash; // CRYPTO_HASH_LEN; NULL: none
};

void dce_sessions_init(struct sessions *sessions, session_ended *on_end, void *arg);
void dce_sessions_fini(struct sessions *sessions); // tells nobody

// The id that belongs to a key of its asker: the same key names the same session, and nobody who
// does not have our secret can say which.
void dce_session_id(const uint8_t secret[static CRYPTO_HASH_LEN], struct str key,
                    char id[static SESSION_ID_LEN + 1]);
void dce_session_hash(struct str id, uint8_t hash[static CRYPTO_HASH_LEN]);

// ERR_LIMIT: there are as many as may be. Ends who was there before.
bool dce_session_add(struct sessions *sessions, const struct session_new *made,
                     struct session **session, struct err *err) CC_MUST_USE;

// NULL: no such session (any more). By id also one that is not open yet.
struct session *dce_session_find(const struct sessions *sessions, struct str id);
struct session *dce_session_of_hash(const struct sessions *sessions,
                                    const uint8_t hash[static CRYPTO_HASH_LEN]);
struct session *dce_session_at(const struct sessions *sessions, struct str device);

void dce_session_touch(struct sessions *sessions, struct session *session); // somebody is there
void dce_session_end(struct sessions *sessions, struct session *session, const char *why);
void dce_sessions_tick(struct sessions *sessions); // ends those whose time is over
// Of the person with this number, whatever device; with a version: only older sessions.
size_t dce_sessions_end_person(struct sessions *sessions, int64_t person, int64_t version,
                               const char *why);
int64_t dce_session_until(const struct session *session); // the earlier of its ends
