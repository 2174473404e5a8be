// store: see store.h.

#include "dme/store.h"

#include "base/log.h"
#include "base/mem.h"
#include "dme/alerts_db.h"
#include "dme/history_db.h"
#include "dme/meters_db.h"
#include "dme/ports_db.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STORE_QUEUE_MAX = 16384,
    STORE_GROUP_MAX = 512,
    STORE_REST_MS = 500,
    STORE_CACHE_KIB = 2048
};

static const struct store_part_kind *const kinds[STORE_PARTS] = {
    [STORE_HISTORY] = &dme_history_part,
    [STORE_ALERTS] = &dme_alerts_part,
    [STORE_METERS] = &dme_meters_part,
    [STORE_PORTS] = &dme_ports_part,
};

struct store {
    struct db *db; // owned; the batch's thread's once that runs
    struct net_batch *batch;
    void *parts[STORE_PARTS]; // owned
    bool has_taken;           // the batch's thread: since it rested last
    bool has_failed;          // loop thread
    bool is_stuck;            // loop thread: the last that was asked of it could not be written
};

static struct store_task *task_of(struct db_task *task)
{
    return (struct store_task *)(void *)((char *)task - offsetof(struct store_task, task));
}

static bool run_task(struct db_task *task, struct db *db, struct err *err)
{
    (void)db; // the task asks for its part
    struct store_task *asked = task_of(task);
    return asked->run(asked, err);
}

static void take(void *arg, struct net_batch_item *first)
{
    struct store *store = arg;
    store->has_taken = true;
    for (struct net_batch_item *at = first; at != NULL; at = at->next) {
        struct store_task *next = (struct store_task *)(void *)at->next;
        ((struct store_task *)(void *)at)->task.next = next == NULL ? NULL : &next->task;
    }
    db_group_run(store->db, &((struct store_task *)(void *)first)->task);
}

static void rest(void *arg)
{
    struct store *store = arg;
    struct err unheard;     // what is wrong with the disk is told by the next commit
    if (store->has_taken) { // else the connection may still be another thread's, who began
        store->has_taken = false;
        (void)!db_checkpoint(store->db, 1, &unheard);
    }
}

static void done(struct net_batch_item *item)
{
    struct store_task *task = (struct store_task *)(void *)item;
    struct store *store = task->store;
    if (!task->task.ok && task->task.err.code == ERR_INTERNAL && !store->has_failed) {
        store->has_failed = true;
        log_event(LOG_ERROR, "store.failed", log_text("why", task->task.err.text));
    }
    // A disk that is full is no end: what comes when there is room again is kept.
    store->is_stuck = !task->task.ok && task->task.err.code == ERR_UNAVAILABLE;
    if (task->done == NULL) {
        free(task);
        return;
    }
    task->done(task, task->task.ok, &task->task.err);
}

static bool add(struct store *store, struct store_task *task,
                bool (*batch_add)(struct net_batch *batch, struct net_batch_item *item))
{
    task->item = (struct net_batch_item){ .done = done };
    task->task = (struct db_task){ .run = run_task };
    task->store = store;
    return store->batch != NULL && !store->has_failed && batch_add(store->batch, &task->item);
}

bool dme_store_add(struct store *store, struct store_task *task)
{
    return add(store, task, net_batch_add);
}

bool dme_store_add_later(struct store *store, struct store_task *task)
{
    return add(store, task, net_batch_add_later);
}

bool dme_store_has_failed(const struct store *store)
{
    return store->has_failed;
}

bool dme_store_is_stuck(const struct store *store)
{
    return store->is_stuck;
}

void *dme_store_part(struct store *store, enum store_part part)
{
    return store->parts[part];
}

struct db *dme_store_db(struct store *store)
{
    return store->db;
}

static void store_free(struct store **store)
{
    if (*store == NULL) {
        return;
    }
    net_batch_free(&(*store)->batch);
    for (size_t at = 0; at < STORE_PARTS; at++) {
        if ((*store)->parts[at] != NULL) {
            kinds[at]->close(&(*store)->parts[at]);
        }
    }
    db_close(&(*store)->db);
    free(*store);
    *store = NULL;
}

bool dme_store_open(struct net_loop *loop, const char *path, struct store **store, struct err *err)
{
    OWN(store_free) struct store *opened = mem_new(sizeof(*opened));
    char dsn[4200];
    (void)snprintf(dsn, sizeof(dsn), "sqlite:%s", path);
    const struct db_options options = { .dsn = dsn, .cache_kib = STORE_CACHE_KIB };
    if (!db_open(&opened->db, &options, err)) {
        return false;
    }
    for (size_t at = 0; at < STORE_PARTS; at++) {
        const struct store_part_kind *kind = kinds[at];
        if (!db_migrate(opened->db, kind->room, kind->steps, kind->step_count, err) ||
            !kind->open(opened->db, &opened->parts[at], err)) {
            return false;
        }
    }
    opened->batch =
        net_batch_new(loop, "dme-store", take, opened, STORE_GROUP_MAX, STORE_QUEUE_MAX);
    net_batch_on_rest(opened->batch, rest, STORE_REST_MS);
    *store = opened;
    opened = NULL;
    return true;
}

void dme_store_close(struct store **store)
{
    store_free(store);
}
