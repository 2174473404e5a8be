// session: see session.h.

#include "dce/session.h"

#include "base/clk.h"
#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void dce_sessions_init(struct sessions *sessions, session_ended *on_end, void *arg)
{
    *sessions = (struct sessions){ .on_end = on_end, .arg = arg };
}

static void session_free(struct session *session)
{
    quoin__v1__proof__free_unpacked(session->proof, NULL);
    if (session->secret != NULL) {
        mem_wipe(session->secret, strlen(session->secret));
    }
    free(session->secret);
    free(session->reader);
    mem_wipe(session, sizeof(*session));
    free(session);
}

void dce_sessions_fini(struct sessions *sessions)
{
    while (sessions->first != NULL) {
        struct session *session = sessions->first;
        sessions->first = session->next;
        wire_due_drop(&sessions->dues, &session->due);
        session_free(session);
    }
    wire_due_free(&sessions->dues);
    map_free(&sessions->by_hash);
    map_free(&sessions->by_device);
    *sessions = (struct sessions){ .on_end = NULL };
}

// --- ids ----------------------------------------------------------------------------------------

void dce_session_id(const uint8_t secret[static CRYPTO_HASH_LEN], struct str key,
                    char id[static SESSION_ID_LEN + 1])
{
    uint8_t mac[CRYPTO_HASH_LEN];
    crypto_mac_of((struct str){ (const char *)secret, CRYPTO_HASH_LEN }, key, mac);
    enc_base64url_write(mac, sizeof(mac), id);
    mem_wipe(mac, sizeof(mac));
}

void dce_session_hash(struct str id, uint8_t hash[static CRYPTO_HASH_LEN])
{
    crypto_hash_of(id, hash);
}

// --- coming -------------------------------------------------------------------------------------

static char *text_new(struct str run)
{
    if (run.len == 0) {
        return NULL;
    }
    char *text = mem_new(run.len + 1);
    memcpy(text, run.ptr, run.len);
    return text;
}

static void due_set(struct sessions *sessions, struct session *session)
{
    wire_due_add(&sessions->dues, &session->due, dce_session_until(session));
}

static void link_last(struct sessions *sessions, struct session *session)
{
    session->prev = sessions->last;
    *(sessions->last == NULL ? &sessions->first : &sessions->last->next) = session;
    sessions->last = session;
    sessions->count++;
    sessions->open += session->kind == SESSION_OPEN;
}

// A person who opens one after the other beside the devices loses the oldest.
static void make_room(struct sessions *sessions, const struct session_new *made)
{
    struct session *oldest = NULL;
    size_t count = 0;
    if (made->proof == NULL || made->device.len > 0 || sessions->count < SESSIONS_PERSON_MAX) {
        return;
    }
    for (struct session *at = sessions->last; at != NULL; at = at->prev) {
        if (at->proof != NULL && at->device[0] == '\0' &&
            at->proof->person == made->proof->person) {
            oldest = at;
            count++;
        }
    }
    if (count >= SESSIONS_PERSON_MAX) {
        dce_session_end(sessions, oldest, "replaced");
    }
}

static void times_set(const struct session_new *made, struct session *session)
{
    bool at_device = session->device[0] != '\0';
    int64_t idle_s = made->idle_s > 0 ? made->idle_s
                     : at_device      ? SESSION_IDLE_S
                                      : SESSION_WEB_IDLE_S;
    int64_t longest_s = made->longest_s > 0 ? made->longest_s
                        : at_device         ? SESSION_LONGEST_S
                                            : SESSION_WEB_LONGEST_S;
    if (made->kind != SESSION_OPEN) {
        idle_s = SESSION_PENDING_S;
        longest_s = SESSION_PENDING_S;
    }
    int64_t now = clk_mono_ms();
    session->since = clk_wall_ms();
    session->idle_ms = idle_s * 1000;
    session->idle_until = now + session->idle_ms;
    session->longest_until = now + longest_s * 1000;
    if (session->proof != NULL && session->proof->until > 0) { // its card's end is its own
        int64_t left = session->proof->until - session->since;
        left = left < 0 ? 0 : left;
        session->longest_until =
            now + left < session->longest_until ? now + left : session->longest_until;
    }
}

static struct session *session_make(struct sessions *sessions, const struct session_new *made)
{
    struct session *session = mem_new(sizeof(*session));
    static const char digits[] = "0123456789abcdef";
    session->kind = made->kind;
    session->proof = made->proof;
    session->by = made->by;
    session->serial = ++sessions->serial;
    session->secret = text_new(made->secret);
    session->reader = text_new(made->reader);
    memcpy(session->device, made->device.ptr, made->device.len);
    dce_session_hash(made->id, session->hash);
    for (size_t at = 0; at < SESSION_MARK_LEN; at++) {
        session->mark[at] = digits[(session->hash[at / 2] >> (at % 2 == 0 ? 4 : 0)) & 15];
    }
    if (made->asked_hash != NULL) {
        memcpy(session->asked_hash, made->asked_hash, CRYPTO_HASH_LEN);
    }
    times_set(made, session);
    return session;
}

bool dce_session_add(struct sessions *sessions, const struct session_new *made,
                     struct session **session, struct err *err)
{
    assert(made->id.len == SESSION_ID_LEN && made->device.len <= SESSION_DEVICE_MAX);
    bool is_open = made->kind == SESSION_OPEN;
    struct session *before = dce_session_at(sessions, made->device);
    if (is_open && before != NULL) {
        dce_session_end(sessions, before, "replaced");
    }
    make_room(sessions, made);
    if (sessions->count >= SESSIONS_MAX || dce_session_find(sessions, made->id) != NULL) {
        quoin__v1__proof__free_unpacked(made->proof, NULL);
        return err_why(err, ERR_LIMIT, "try-again",
                       "too many people are signed in; try again in a while");
    }
    struct session *added = session_make(sessions, made);
    map_set(&sessions->by_hash, map_key(added->hash, sizeof(added->hash)), added);
    if (is_open && added->device[0] != '\0') {
        map_set(&sessions->by_device, str_of(added->device), added);
    }
    link_last(sessions, added);
    due_set(sessions, added);
    *session = added;
    return true;
}

// --- being there --------------------------------------------------------------------------------

struct session *dce_session_of_hash(const struct sessions *sessions,
                                    const uint8_t hash[static CRYPTO_HASH_LEN])
{
    return map_find(&sessions->by_hash, map_key(hash, CRYPTO_HASH_LEN));
}

struct session *dce_session_find(const struct sessions *sessions, struct str id)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    if (id.len != SESSION_ID_LEN) {
        return NULL;
    }
    dce_session_hash(id, hash);
    struct session *session = dce_session_of_hash(sessions, hash);
    return session != NULL && crypto_is_same(session->hash, hash, sizeof(hash)) ? session : NULL;
}

struct session *dce_session_at(const struct sessions *sessions, struct str device)
{
    return device.len == 0 ? NULL : map_find(&sessions->by_device, device);
}

int64_t dce_session_until(const struct session *session)
{
    return session->idle_until < session->longest_until ? session->idle_until
                                                        : session->longest_until;
}

void dce_session_touch(struct sessions *sessions, struct session *session)
{
    session->idle_until = clk_mono_ms() + session->idle_ms;
    due_set(sessions, session);
}

// --- going --------------------------------------------------------------------------------------

void dce_session_end(struct sessions *sessions, struct session *session, const char *why)
{
    (void)map_drop(&sessions->by_hash, map_key(session->hash, sizeof(session->hash)));
    if (dce_session_at(sessions, str_of(session->device)) == session) {
        (void)map_drop(&sessions->by_device, str_of(session->device));
    }
    wire_due_drop(&sessions->dues, &session->due);
    *(session->prev == NULL ? &sessions->first : &session->prev->next) = session->next;
    *(session->next == NULL ? &sessions->last : &session->next->prev) = session->prev;
    sessions->count--;
    sessions->open -= session->kind == SESSION_OPEN;
    if (sessions->on_end != NULL) {
        sessions->on_end(sessions->arg, session, why);
    }
    session_free(session);
}

void dce_sessions_tick(struct sessions *sessions)
{
    int64_t now = clk_mono_ms();
    struct wire_due *due;
    while ((due = wire_due_first(&sessions->dues)) != NULL && due->at_ms <= now) {
        struct session *session = (struct session *)due; // it stands first
        dce_session_end(sessions, session,
                        session->idle_until <= session->longest_until ? "idle" : "longest");
    }
}

size_t dce_sessions_end_person(struct sessions *sessions, int64_t person, int64_t version,
                               const char *why)
{
    size_t count = 0;
    struct session *next = NULL;
    for (struct session *at = sessions->first; at != NULL; at = next) {
        next = at->next;
        if (at->proof != NULL && at->proof->person == person &&
            (version < 0 || at->proof->version != version)) {
            dce_session_end(sessions, at, why);
            count++;
        }
    }
    return count;
}
