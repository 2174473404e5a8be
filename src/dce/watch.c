// watch: who is told what happens: at a device, in a session, or (the web) everywhere. Loop thread.
//
// A watch that does not take what it is told is told less: that something changed, once. Every 15
// seconds it hears that it still is heard.
//
// no unit test: needs a running engine; tests/it/test_dce.py watches.

#include "dce/view.h"

#include "base/clk.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { WATCHES_MAX = 7000, JOBS_EVERY_MS = 100, NEWS_BYTES = 256 << 10 };

struct dce_watch {
    struct dce *dce; // borrowed
    struct wire_call_id call;
    char device[SESSION_DEVICE_MAX + 1];
    uint8_t session[CRYPTO_HASH_LEN];
    bool has_session;
    bool is_all;
    bool is_blocked; // it has not taken what it was told
    bool jobs_due;   // to be told that jobs changed
    bool printers_due;
    int64_t told_ms;
    struct dce_watch *next; // owned
};

static struct wire_call *call_of(const struct dce_watch *watch)
{
    return wire_call_find(svc_server(watch->dce->svc), watch->call);
}

static void on_ready(void *engine, struct wire_call *call)
{
    struct dce *dce = engine;
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        if (watch->call.v == wire_call_id(call).v) {
            watch->is_blocked = false;
            return;
        }
    }
}

static void tell(struct dce_watch *watch, const char *what, Quoin__V1__Session *session,
                 const char *text)
{
    struct wire_call *call = call_of(watch);
    Quoin__V1__News news = QUOIN__V1__NEWS__INIT;
    if (call == NULL) {
        watch->call.v = 0; // dropped by the next tick
        return;
    }
    news.what = (char *)(uintptr_t)what;
    news.session = session;
    news.at = clk_wall_ms();
    news.text = (char *)(uintptr_t)text;
    watch->told_ms = clk_mono_ms();
    if (!wire_call_part(call, &news.base, on_ready)) {
        watch->is_blocked = true;
    }
}

static bool watches_session(const struct dce_watch *watch, const struct session *session)
{
    return watch->is_all ||
           (watch->has_session &&
            crypto_is_same(watch->session, session->hash, sizeof(session->hash))) ||
           (watch->device[0] != '\0' && strcmp(watch->device, session->device) == 0);
}

void dce_watch_session(struct dce *dce, const struct session *session, const char *what,
                       const char *why)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(NEWS_BYTES);
    Quoin__V1__Session told;
    bool is_filled = false;
    if (session->kind != SESSION_OPEN) {
        return;
    }
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        if (!watches_session(watch, session) || watch->call.v == 0) {
            continue;
        }
        if (!is_filled) {
            dce_session_fill(&arena, session, &told);
            told.ended = strcmp(what, "ended") == 0;
            told.why = dce_text(&arena, why);
            is_filled = true;
        }
        tell(watch, what, &told, "");
        if (watch->has_session && told.ended && call_of(watch) != NULL) {
            wire_call_end(call_of(watch));
            watch->call.v = 0;
        }
    }
}

void dce_watch_reader(struct dce *dce, const char *device, const char *what,
                      const Quoin__V1__Session *session, const char *text)
{
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        bool is_there = strcmp(watch->device, device) == 0 && !watch->has_session;
        if (watch->call.v != 0 && (is_there || watch->is_all)) {
            tell(watch, what, (Quoin__V1__Session *)(uintptr_t)session, text);
        }
    }
}

// --- jobs and devices ---------------------------------------------------------------------------

static bool is_in(char **list, size_t count, const char *word)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(list[at], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool concerns(const struct session *session, const Quoin__V1__Job *job)
{
    const Quoin__V1__Proof *proof = session->proof;
    if (proof == NULL) {
        return session->secret != NULL && strcmp(job->release_key, session->secret) == 0;
    }
    if (job->unclaimed || strcmp(job->user, proof->user) == 0 ||
        dce_is_delegator(proof, job->user, clk_wall_ms())) {
        return true;
    }
    for (size_t at = 0; at < job->n_sent_to; at++) {
        const char *to = job->sent_to[at];
        if (strncmp(to, "user:", 5) == 0
                ? strcmp(to + 5, proof->user) == 0
                : strncmp(to, "group:", 6) == 0 && is_in(proof->groups, proof->n_groups, to + 6)) {
            return true;
        }
    }
    return false;
}

// The web knows whose sessions it has: it is told which job of whom.
static void tell_job(struct dce_watch *watch, const char *engine, const Quoin__V1__Job *job)
{
    struct wire_call *call = call_of(watch);
    Quoin__V1__News news = QUOIN__V1__NEWS__INIT;
    Quoin__V1__HeldJob held = QUOIN__V1__HELD_JOB__INIT;
    Quoin__V1__JobRef ref = QUOIN__V1__JOB_REF__INIT;
    Quoin__V1__HeldJob *list[] = { &held };
    if (call == NULL) {
        return;
    }
    ref.engine = (char *)(uintptr_t)engine;
    ref.id = job->id;
    held.ref = &ref;
    held.job = (Quoin__V1__Job *)(uintptr_t)job;
    news.what = (char *)(uintptr_t) "jobs";
    news.jobs = list;
    news.n_jobs = 1;
    news.at = clk_wall_ms();
    watch->told_ms = clk_mono_ms();
    watch->is_blocked = !wire_call_part(call, &news.base, on_ready);
}

void dce_watch_job(struct dce *dce, const char *engine, const Quoin__V1__Job *job)
{
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        if (watch->is_all && watch->call.v != 0 && !watch->is_blocked) {
            tell_job(watch, engine, job);
            continue;
        }
        const struct session *session = watch->has_session
                                            ? dce_session_of_hash(&dce->sessions, watch->session)
                                            : dce_session_at(&dce->sessions, str_of(watch->device));
        if (watch->is_all || (session != NULL && concerns(session, job))) {
            watch->jobs_due = true;
        }
    }
}

void dce_watch_device(struct dce *dce, const char *device, const char *what)
{
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        bool is_meant = device == NULL || watch->is_all || strcmp(watch->device, device) == 0;
        if (is_meant && strcmp(what, "jobs") == 0) {
            watch->jobs_due = true;
        } else if (is_meant && strcmp(what, "printers") == 0) {
            watch->printers_due = true;
        } else if (is_meant && !watch->has_session && watch->call.v != 0 && !watch->is_blocked) {
            tell(watch, what, NULL, "");
        }
    }
}

void dce_watch_tick(struct dce *dce)
{
    int64_t now = clk_mono_ms();
    struct dce_watch **at = &dce->watches;
    while (*at != NULL) {
        struct dce_watch *watch = *at;
        if (watch->call.v != 0 && !watch->is_blocked) {
            if (watch->jobs_due) {
                watch->jobs_due = false;
                tell(watch, "jobs", NULL, "");
            }
            if (watch->printers_due) {
                watch->printers_due = false;
                tell(watch, "printers", NULL, "");
            }
            if (now - watch->told_ms >= DCE_HERE_MS) {
                tell(watch, "here", NULL, "");
            }
        }
        if (watch->call.v == 0 || call_of(watch) == NULL) {
            *at = watch->next;
            free(watch);
            dce->watch_count--;
        } else {
            at = &watch->next;
        }
    }
}

void dce_watch_end(struct dce *dce)
{
    for (struct dce_watch *watch = dce->watches; watch != NULL; watch = watch->next) {
        struct wire_call *call = watch->call.v == 0 ? NULL : call_of(watch);
        watch->call.v = 0;
        if (call != NULL) {
            wire_call_end(call);
        }
    }
}

void dce_watch_fini(struct dce *dce)
{
    while (dce->watches != NULL) {
        struct dce_watch *watch = dce->watches;
        dce->watches = watch->next;
        free(watch);
    }
}

// --- the call -----------------------------------------------------------------------------------

static void refuse(struct wire_call *call, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

static bool may_watch(struct dce *dce, struct wire_call *call, const Quoin__V1__WatchRequest *ask,
                      const struct session **session)
{
    const char *role = wire_call_role(call);
    const char *host = wire_call_host(call);
    const struct dce_device *device = dce_device_find(dce, ask->device);
    *session = dce_session_find(&dce->sessions, str_of(ask->session));
    if (ask->session[0] != '\0') {
        device = *session == NULL ? NULL : dce_device_find(dce, (*session)->device);
        bool good =
            *session != NULL && (*session)->kind == SESSION_OPEN &&
            (device != NULL ? dce_device_is_for(device, role, host) : strcmp(role, "panel") != 0);
        if (!good) {
            refuse(call, ERR_DENIED, "session-ended", "nobody is signed in with this; sign in");
        }
        return good;
    }
    bool good = ask->device[0] == '\0' ? strcmp(role, "web") == 0
                                       : device != NULL && dce_device_is_for(device, role, host);
    if (!good) {
        refuse(call, ERR_NOT_FOUND, "no-such-device", "there is no such device");
    }
    return good;
}

void dce_watch_start(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const Quoin__V1__WatchRequest *ask = (const void *)asked;
    const struct session *session = NULL;
    if (dce->watch_count >= WATCHES_MAX) {
        refuse(call, ERR_LIMIT, "try-again", "too many watch already; try again in a while");
        return;
    }
    if (!may_watch(dce, call, ask, &session)) {
        return;
    }
    struct dce_watch *watch = mem_new(sizeof(*watch));
    watch->dce = dce;
    watch->call = wire_call_id(call);
    watch->has_session = ask->session[0] != '\0';
    watch->is_all = ask->session[0] == '\0' && ask->device[0] == '\0';
    if (watch->has_session) {
        memcpy(watch->session, session->hash, sizeof(watch->session));
    } else {
        (void)snprintf(watch->device, sizeof(watch->device), "%s", ask->device);
    }
    watch->next = dce->watches;
    dce->watches = watch;
    dce->watch_count++;
    tell(watch, "here", NULL, "");
}
