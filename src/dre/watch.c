// watch: who wants to know what becomes of jobs is told soon, each job once however often it
// changed meanwhile. A watcher of some people is found by their names, so that many of them cost
// nothing where nothing of theirs happens. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py watches jobs.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    WATCHERS_MAX = 4096,
    USERS_MAX = 512,
    NEWS_MAX = 256,
    HERE_MS = 20000,
    WATCH_NAME_MAX = 512
};

struct watcher {
    struct watcher *next;
    struct watcher *prev;
    struct watcher *next_dirty;
    struct wire_call_id call;
    char **users; // owned, each; NULL: everybody
    size_t user_count;
    uint32_t news[NEWS_MAX]; // jobs, in the order in which they changed first
    size_t news_count;
    int64_t here_at; // monotonic: when it is told that we are still here
    bool is_dirty;
    bool is_blocked; // it takes no more for now
    bool is_lost;    // more changed than it took: it is to look anew
};

struct watch_list {        // of one name
    struct watcher **list; // owned array of borrowed
    size_t count;
    size_t size;
};

struct dre_watch {
    struct dre *dre;         // borrowed
    struct watcher *all;     // every watcher
    struct watcher *dirty;   // that have something to be told
    struct watch_list every; // those of everybody
    struct map by_user;      // name -> struct watch_list
    uint32_t count;
    int64_t here_at; // of the first to be told so
};

static struct dre_watch *watch_of(struct dre *dre)
{
    if (dre->watch == NULL) {
        dre->watch = mem_new(sizeof(*dre->watch));
        dre->watch->dre = dre;
        dre->watch->here_at = INT64_MAX;
    }
    return dre->watch;
}

// --- who watches whom ---------------------------------------------------------------------------

static void list_add(struct watch_list *list, struct watcher *watcher)
{
    if (list->count == list->size) {
        list->size = list->size == 0 ? 4 : list->size * 2;
        list->list = mem_grow(list->list, list->size * sizeof(struct watcher *));
    }
    list->list[list->count++] = watcher;
}

static void list_drop(struct watch_list *list, const struct watcher *watcher)
{
    for (size_t at = 0; at < list->count; at++) {
        if (list->list[at] == watcher) {
            list->list[at] = list->list[--list->count];
            return;
        }
    }
}

static void user_drop(struct dre_watch *watch, const struct watcher *watcher, const char *name)
{
    struct watch_list *list = map_find(&watch->by_user, str_of(name));
    if (list == NULL) {
        return;
    }
    list_drop(list, watcher);
    if (list->count == 0) {
        (void)map_drop(&watch->by_user, str_of(name)); // we hold it
        free(list->list);
        free(list);
    }
}

static void undirty(struct dre_watch *watch, const struct watcher *watcher)
{
    struct watcher **at = &watch->dirty;
    while (*at != NULL && *at != watcher) {
        at = &(*at)->next_dirty;
    }
    if (*at != NULL) {
        *at = watcher->next_dirty;
    }
}

static void watcher_drop(struct dre_watch *watch, struct watcher *watcher)
{
    if (watcher->is_dirty) {
        undirty(watch, watcher);
    }
    if (watcher->users == NULL) {
        list_drop(&watch->every, watcher);
    }
    for (size_t at = 0; at < watcher->user_count; at++) {
        user_drop(watch, watcher, watcher->users[at]);
        free(watcher->users[at]);
    }
    *(watcher->prev == NULL ? &watch->all : &watcher->prev->next) = watcher->next;
    if (watcher->next != NULL) {
        watcher->next->prev = watcher->prev;
    }
    watch->count--;
    free(watcher->users);
    free(watcher);
}

void dre_watch_free(struct dre *dre)
{
    struct dre_watch *watch = dre->watch;
    while (watch != NULL && watch->all != NULL) {
        watcher_drop(watch, watch->all);
    }
    if (watch != NULL) {
        map_free(&watch->by_user);
        free(watch->every.list);
        free(watch);
        dre->watch = NULL;
    }
}

uint32_t dre_watch_count(const struct dre *dre)
{
    return dre->watch == NULL ? 0 : dre->watch->count;
}

// --- what happens -------------------------------------------------------------------------------

static void note(struct dre_watch *watch, struct watcher *watcher, uint32_t job)
{
    if (!watcher->is_dirty) {
        watcher->is_dirty = true;
        watcher->next_dirty = watch->dirty;
        watch->dirty = watcher;
    }
    for (size_t at = 0; at < watcher->news_count; at++) {
        if (watcher->news[at] == job) {
            return;
        }
    }
    if (watcher->news_count == NEWS_MAX) {
        watcher->is_lost = true;
        return;
    }
    watcher->news[watcher->news_count++] = job;
}

static void note_user(struct dre_watch *watch, struct str user, uint32_t job)
{
    const struct watch_list *list = map_find(&watch->by_user, user);
    for (size_t at = 0; list != NULL && at < list->count; at++) {
        note(watch, list->list[at], job);
    }
}

void dre_watch_note(struct dre *dre, const struct job *job)
{
    struct dre_watch *watch = dre->watch;
    if (watch == NULL || watch->count == 0) {
        return;
    }
    for (size_t at = 0; at < watch->every.count; at++) {
        note(watch, watch->every.list[at], job->id);
    }
    if (watch->by_user.count == 0) {
        return;
    }
    note_user(watch, str_of(job->owner->name), job->id);
    struct str sent = dre_table_job_text(job).sent;
    size_t kind = sizeof("user:") - 1;
    while (sent.len > 0) { // "user:anna" by the name, "group:staff" as it is
        const char *end = memchr(sent.ptr, '\n', sent.len);
        size_t len = end == NULL ? sent.len : (size_t)(end - sent.ptr);
        bool is_user = len > kind && memcmp(sent.ptr, "user:", kind) == 0;
        size_t skip = is_user ? kind : 0;
        note_user(watch, (struct str){ sent.ptr + skip, len - skip }, job->id);
        size_t past = end == NULL ? len : len + 1;
        sent = (struct str){ sent.ptr + past, sent.len - past };
    }
}

// --- told ---------------------------------------------------------------------------------------

static void on_ready(void *engine, struct wire_call *call)
{
    struct dre *dre = engine;
    struct dre_watch *watch = watch_of(dre);
    struct wire_call_id id = wire_call_id(call);
    for (struct watcher *watcher = watch->all; watcher != NULL; watcher = watcher->next) {
        if (watcher->call.v == id.v) {
            watcher->is_blocked = false;
        }
    }
}

static bool tell(struct watcher *watcher, struct wire_call *call, const struct job *job, bool here)
{
    Quoin__V1__JobNews news = QUOIN__V1__JOB_NEWS__INIT;
    Quoin__V1__Job shown;
    OWN(arena_free) struct arena arena = ARENA_CAP(256 << 10);
    news.at = clk_wall_ms();
    news.here = here;
    if (job != NULL) {
        dre_job_fill(job, &arena, &shown);
        news.job = &shown;
    }
    watcher->here_at = clk_mono_ms() + HERE_MS;
    watcher->is_blocked = !wire_call_part(call, &news.base, on_ready);
    return !watcher->is_blocked;
}

// Tells what it takes; what is left is told later.
static void tell_news(struct dre *dre, struct watcher *watcher, struct wire_call *call)
{
    size_t told = 0;
    bool takes = !watcher->is_blocked;
    while (takes && told < watcher->news_count) {
        const struct job *job = dre_table_job_find(&dre->table, watcher->news[told++]);
        takes = job == NULL || tell(watcher, call, job, false);
    }
    watcher->news_count -= told;
    memmove(watcher->news, watcher->news + told, watcher->news_count * sizeof(*watcher->news));
    if (takes && watcher->is_lost) {
        watcher->is_lost = false;
        (void)tell(watcher, call, NULL, false); // what is still to come is told later
    }
}

static void tell_dirty(struct dre_watch *watch)
{
    struct watcher *next = NULL;
    struct watcher *dirty = watch->dirty;
    watch->dirty = NULL;
    for (struct watcher *watcher = dirty; watcher != NULL; watcher = next) {
        next = watcher->next_dirty;
        watcher->is_dirty = false;
        struct wire_call *call = wire_call_find(svc_server(watch->dre->svc), watcher->call);
        if (call == NULL) {
            watcher_drop(watch, watcher);
            continue;
        }
        tell_news(watch->dre, watcher, call);
        if (watcher->news_count > 0 || watcher->is_lost) {
            watcher->is_dirty = true;
            watcher->next_dirty = watch->dirty;
            watch->dirty = watcher;
        }
    }
}

static void tell_here(struct dre_watch *watch, int64_t now)
{
    struct watcher *next = NULL;
    watch->here_at = INT64_MAX;
    for (struct watcher *watcher = watch->all; watcher != NULL; watcher = next) {
        next = watcher->next;
        struct wire_call *call = wire_call_find(svc_server(watch->dre->svc), watcher->call);
        if (call == NULL) {
            watcher_drop(watch, watcher);
            continue;
        }
        if (watcher->here_at <= now && !watcher->is_blocked) {
            (void)tell(watcher, call, NULL, true); // blocked: it is seen next time
        }
        int64_t due = watcher->here_at <= now ? now + HERE_MS : watcher->here_at;
        watch->here_at = due < watch->here_at ? due : watch->here_at;
    }
}

// Who watches everybody's jobs lets them go, too. Where one has gone, what it prepared is soon
// free.
static void drop_lost(struct dre_watch *watch)
{
    bool is_lost = false;
    for (size_t at = watch->every.count; at > 0; at--) {
        struct watcher *watcher = watch->every.list[at - 1];
        if (wire_call_find(svc_server(watch->dre->svc), watcher->call) == NULL) {
            watcher_drop(watch, watcher);
            is_lost = true;
        }
    }
    if (is_lost) {
        dre_prepared_soon(watch->dre);
    }
}

void dre_watch_tick(struct dre *dre)
{
    struct dre_watch *watch = dre->watch;
    if (watch == NULL || watch->count == 0) {
        return;
    }
    drop_lost(watch);
    if (watch->dirty != NULL) {
        tell_dirty(watch);
    }
    int64_t now = clk_mono_ms();
    if (now >= watch->here_at) {
        tell_here(watch, now);
    }
}

// The name is the watcher's from now on.
static void name_add(struct dre_watch *watch, struct watcher *watcher, char *name)
{
    struct watch_list *list = map_find(&watch->by_user, str_of(name));
    if (list == NULL) {
        list = mem_new(sizeof(*list));
        map_set(&watch->by_user, str_of(name), list);
    }
    list_add(list, watcher);
    watcher->users[watcher->user_count++] = name;
}

void dre_watch_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    struct dre_watch *watch = watch_of(dre);
    const Quoin__V1__WatchJobsRequest *ask = (const void *)asked;
    size_t names = ask->n_users + ask->n_groups;
    if (watch->count >= WATCHERS_MAX || names > USERS_MAX) {
        dre_call_refuse(call, ERR_LIMIT, "too many watch already, or too many people are watched");
        return;
    }
    struct watcher *watcher = mem_new(sizeof(*watcher));
    watcher->call = wire_call_id(call);
    watcher->next = watch->all;
    if (watch->all != NULL) {
        watch->all->prev = watcher;
    }
    watch->all = watcher;
    watch->count++;
    if (names == 0) {
        list_add(&watch->every, watcher);
    } else {
        watcher->users = mem_new(names * sizeof(*watcher->users));
    }
    for (size_t at = 0; at < ask->n_users; at++) {
        char *name = mem_new(TABLE_NAME_MAX * 2);
        (void)dre_table_owner_name(str_of(ask->users[at]), name, TABLE_NAME_MAX * 2);
        name_add(watch, watcher, name);
    }
    for (size_t at = 0; at < ask->n_groups; at++) {
        char *name = mem_new(WATCH_NAME_MAX);
        (void)snprintf(name, WATCH_NAME_MAX, "group:%s", ask->groups[at]);
        name_add(watch, watcher, name);
    }
    (void)tell(watcher, call, NULL, true); // from now on
    watch->here_at = watcher->here_at < watch->here_at ? watcher->here_at : watch->here_at;
}
