// people: the sessions that there are, asked for, extended and ended; and those whose person's
// rights have changed, which end within a second. Loop thread.
//
// no unit test: needs a running CAS; tests/it/test_dce.py runs it.

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dce/people_int.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 1000, VERSIONS_PAGE = 1000 };

// --- told ---------------------------------------------------------------------------------------

static int64_t wall_of(int64_t mono_ms)
{
    return clk_wall_ms() + (mono_ms - clk_mono_ms());
}

void dce_session_fill(struct arena *arena, const struct session *session, Quoin__V1__Session *out)
{
    quoin__v1__session__init(out);
    out->device = dce_text(arena, session->device);
    if (session->proof != NULL) {
        out->person = (Quoin__V1__Proof *)(uintptr_t)dce_copy(arena, &session->proof->base);
    }
    out->since = session->since;
    out->until = wall_of(session->idle_until);
    out->longest_until = wall_of(session->longest_until);
    out->by = dce_text(arena, session->by);
    out->card_unknown = session->kind == SESSION_CARD_UNKNOWN;
    out->pin_needed = session->kind == SESSION_WANTS_PIN;
    out->released = session->released;
    out->mark = dce_text(arena, session->mark);
}

struct session *dce_session_asked(struct dce_op *op, const char *id, struct dce_device **device)
{
    struct dce *dce = op->dce;
    struct session *session = dce_session_find(&dce->sessions, str_of(id));
    bool good = session != NULL && session->kind == SESSION_OPEN;
    *device = good && session->device[0] != '\0' ? dce_device_find(dce, session->device) : NULL;
    if (good && session->device[0] != '\0') {
        good = *device != NULL && dce_device_is_for(*device, op->role, op->host);
    } else if (good) { // what the web opened is the web's
        good = strcmp(op->role, "panel") != 0;
    }
    if (!good) {
        dce_op_deny(op, ERR_DENIED, "session-ended", "nobody is signed in with this; sign in");
        return NULL;
    }
    return session;
}

// --- extended and ended -------------------------------------------------------------------------

static struct dce_op *session_call(struct dce *dce, struct wire_call *call,
                                   const ProtobufCMessage *asked, struct session **session)
{
    const ProtobufCMessage *kept = NULL;
    struct dce_device *device = NULL;
    struct dce_op *op = dce_op_new(dce, sizeof(*op), call, asked, &kept);
    const Quoin__V1__SessionRequest *ask = (const void *)kept;
    if (dce_op_once(op, ask->key, asked)) {
        return NULL;
    }
    *session = dce_session_asked(op, ask->session, &device);
    return *session == NULL ? NULL : op;
}

void dce_sign_out(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    struct session *session = NULL;
    Quoin__V1__Session reply;
    struct dce_op *op = session_call(dce, call, asked, &session);
    if (op == NULL) {
        return;
    }
    dce_session_fill(&op->arena, session, &reply);
    reply.ended = true;
    reply.why = dce_text(&op->arena, "signed-out");
    dce_session_end(&dce->sessions, session, "signed-out");
    dce_op_answer(op, &reply.base);
}

void dce_extend(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    struct session *session = NULL;
    Quoin__V1__Session reply;
    struct dce_op *op = session_call(dce, call, asked, &session);
    if (op == NULL) {
        return;
    }
    dce_session_touch(&dce->sessions, session);
    dce_session_fill(&op->arena, session, &reply);
    dce_op_answer(op, &reply.base);
}

// --- listed -------------------------------------------------------------------------------------

static bool is_wanted(const struct session *session, const char *device, const char *user)
{
    const char *who = session->proof == NULL ? "" : session->proof->user;
    return session->kind == SESSION_OPEN &&
           (device[0] == '\0' || strcmp(session->device, device) == 0) &&
           (user[0] == '\0' || strcmp(who, user) == 0);
}

static int mark_order(const void *a, const void *b)
{
    return strcmp((*(const struct session *const *)a)->mark,
                  (*(const struct session *const *)b)->mark);
}

// Those behind a mark, in the order of marks; the caller frees the list.
static struct session **sessions_sorted(const struct dce *dce, const char *device, const char *user,
                                        const char *after, size_t *count)
{
    struct session **list = mem_new((dce->sessions.count + 1) * sizeof(*list));
    *count = 0;
    for (struct session *at = dce->sessions.first; at != NULL; at = at->next) {
        if (is_wanted(at, device, user) && strcmp(at->mark, after) > 0) {
            list[(*count)++] = at;
        }
    }
    qsort(list, *count, sizeof(*list), mark_order);
    return list;
}

static bool list_add(struct arena *arena, const struct session *session,
                     Quoin__V1__ListSessionsReply *reply)
{
    Quoin__V1__Session *out = arena_new(arena, sizeof(*out));
    if (out == NULL || arena->used > arena->cap / 2) {
        return false;
    }
    dce_session_fill(arena, session, out);
    reply->sessions[reply->n_sessions++] = out;
    return true;
}

void dce_list_sessions(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const Quoin__V1__ListSessionsRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListSessionsReply reply = QUOIN__V1__LIST_SESSIONS_REPLY__INIT;
    size_t most = ask->limit == 0 ? LIST_DEFAULT : ask->limit > LIST_MAX ? LIST_MAX : ask->limit;
    size_t count = 0;
    struct session **list = sessions_sorted(engine, ask->device, ask->user, ask->after, &count);
    reply.sessions = arena_new_array(arena, most, sizeof(*reply.sessions));
    for (size_t at = 0; at < count && reply.sessions != NULL; at++) {
        if (reply.n_sessions == most || !list_add(arena, list[at], &reply)) {
            reply.more = true;
            break;
        }
    }
    free(list);
    wire_call_answer(call, &reply.base);
}

void dce_end_sessions(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const ProtobufCMessage *kept = NULL;
    struct dce_op *op = dce_op_new(dce, sizeof(*op), call, asked, &kept);
    const Quoin__V1__EndSessionsRequest *ask = (const void *)kept;
    Quoin__V1__ListSessionsReply reply = QUOIN__V1__LIST_SESSIONS_REPLY__INIT;
    if (dce_op_once(op, ask->key, asked)) {
        return;
    }
    if (ask->device[0] == '\0' && ask->user[0] == '\0') {
        dce_op_deny(op, ERR_INVALID, "nothing-named", "say whose: a device's, or a person's");
        return;
    }
    size_t count = 0;
    struct session **list = sessions_sorted(dce, ask->device, ask->user, "", &count);
    reply.sessions = arena_new_array(&op->arena, count + 1, sizeof(*reply.sessions));
    for (size_t at = 0; at < count && reply.sessions != NULL; at++) {
        reply.more = !list_add(&op->arena, list[at], &reply) || reply.more;
        if (!ask->dry_run) {
            dce_session_end(&dce->sessions, list[at], "ended-by-administrator");
        }
    }
    for (size_t at = 0; at < reply.n_sessions && !ask->dry_run; at++) {
        reply.sessions[at]->ended = true;
        reply.sessions[at]->why = dce_text(&op->arena, "ended-by-administrator");
    }
    free(list);
    dce_op_answer(op, &reply.base);
}

// --- rights that changed ------------------------------------------------------------------------

struct asking {
    struct dce_op op; // first
    struct dce_asked *asked;
};

bool dce_versions_is_old(const struct dce *dce, const Quoin__V1__Proof *proof)
{
    for (size_t at = 0; at < DCE_VERSIONS_KEPT; at++) {
        const struct dce_version *kept = &dce->versions[at];
        if (kept->person == proof->person && kept->person != 0 && kept->version > proof->version) {
            return true;
        }
    }
    return false;
}

static void versions_freed(struct dce_op *op)
{
    op->dce->versions_asking = false;
}

static void versions_take(struct dce *dce, const Quoin__V1__ListVersionsReply *page)
{
    for (size_t at = 0; at < page->n_people; at++) {
        const Quoin__V1__PersonVersion *one = page->people[at];
        size_t ended =
            dce_sessions_end_person(&dce->sessions, one->person, one->version, "revoked");
        dce->versions[dce->versions_at++ % DCE_VERSIONS_KEPT] =
            (struct dce_version){ one->person, one->version };
        if (ended > 0) {
            log_event(LOG_INFO, "session.revoked", log_int("person", one->person),
                      log_int("sessions", (int64_t)ended));
        }
    }
}

static void versions_asked(struct dce_op *op)
{
    struct asking *asking = (struct asking *)op;
    struct dce *dce = op->dce;
    const Quoin__V1__ListVersionsReply *page = (const void *)asking->asked->reply;
    if (page == NULL) {
        dce_pace_bad(&dce->cas_pace, clk_mono_ms(), (uint32_t)rnd_below(UINT32_MAX));
        dce_op_end(op);
        return;
    }
    if (dce->versions_seen >= 0 && page->newest < dce->versions_seen) { // an older store
        dce->versions_seen = 0;
    } else if (dce->versions_seen < 0) {
        dce->versions_seen = page->newest;
    } else {
        versions_take(dce, page);
        size_t count = page->n_people;
        dce->versions_seen =
            page->more && count > 0 ? page->people[count - 1]->change : page->newest;
    }
    dce_op_end(op);
}

void dce_versions_follow(struct dce *dce)
{
    Quoin__V1__ListVersionsRequest ask = QUOIN__V1__LIST_VERSIONS_REQUEST__INIT;
    if (dce->versions_asking) {
        return;
    }
    struct asking *asking = dce_op_new(dce, sizeof(*asking), NULL, NULL, NULL);
    dce->versions_asking = true;
    asking->op.on_free = versions_freed;
    ask.after = dce->versions_seen > 0 ? dce->versions_seen : 0;
    ask.limit = VERSIONS_PAGE;
    asking->asked = dce_op_ask(&asking->op, svc_cas(dce->svc), "/quoin.v1.Credentials/ListVersions",
                               &ask.base, 0);
    dce_op_go(&asking->op, versions_asked);
}
