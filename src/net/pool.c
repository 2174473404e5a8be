// pool: worker threads, and the thread of its own that works in batches. See net.h.
//
// Both keep a list that waits and a list that is done, each under the lock; an async handle tells
// the loop that something is done. Here and in base/log.c stand all threads and locks of Quoin.

#include "net/net_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// --- pool ---------------------------------------------------------------------------------------

struct pool_job {
    struct pool_job *next;
    void (*work)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

struct pool_list {
    struct pool_job *first;
    struct pool_job *last;
    size_t count;
};

struct net_pool {
    uv_async_t async; // first; freed with it
    uv_mutex_t lock;
    uv_cond_t more;
    struct pool_list waiting; // under lock
    struct pool_list done;    // under lock
    bool ending;              // under lock
    unsigned thread_count;
    uv_thread_t *threads; // owned
};

static void list_add(struct pool_list *list, struct pool_job *job)
{
    job->next = NULL;
    if (list->last == NULL) {
        list->first = job;
    } else {
        list->last->next = job;
    }
    list->last = job;
    list->count++;
}

static struct pool_job *list_take(struct pool_list *list)
{
    struct pool_job *job = list->first;
    if (job != NULL) {
        list->first = job->next;
        list->last = job->next == NULL ? NULL : list->last;
        list->count--;
    }
    return job;
}

static void pool_finish(struct pool_list *list)
{
    for (struct pool_job *job = list_take(list); job != NULL; job = list_take(list)) {
        job->done(job->arg);
        free(job);
    }
}

static void pool_thread(void *arg)
{
    struct net_pool *pool = arg;
    uv_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->waiting.count == 0 && !pool->ending) {
            uv_cond_wait(&pool->more, &pool->lock);
        }
        if (pool->ending) {
            break;
        }
        struct pool_job *job = list_take(&pool->waiting);
        uv_mutex_unlock(&pool->lock);
        job->work(job->arg);
        uv_mutex_lock(&pool->lock);
        list_add(&pool->done, job);
        (void)uv_async_send(&pool->async); // lives until this thread is joined
    }
    uv_mutex_unlock(&pool->lock);
}

static void pool_on_async(uv_async_t *async)
{
    struct net_pool *pool = (struct net_pool *)async;
    uv_mutex_lock(&pool->lock);
    struct pool_list done = pool->done;
    pool->done = (struct pool_list){ 0 };
    uv_mutex_unlock(&pool->lock);
    pool_finish(&done); // may free the pool: it is not looked at any more
}

struct net_pool *net_pool_new(struct net_loop *loop, unsigned threads)
{
    assert(threads > 0);
    struct net_pool *pool = mem_new(sizeof(*pool));
    pool->threads = mem_new(threads * sizeof(*pool->threads));
    if (uv_async_init(&loop->uv, &pool->async, pool_on_async) != 0 ||
        uv_mutex_init(&pool->lock) != 0 || uv_cond_init(&pool->more) != 0) {
        abort();
    }
    for (; pool->thread_count < threads; pool->thread_count++) {
        if (uv_thread_create(&pool->threads[pool->thread_count], pool_thread, pool) != 0) {
            abort(); // at start, and without workers nothing works
        }
    }
    return pool;
}

bool net_pool_run(struct net_pool *pool, void (*work)(void *arg), void (*done)(void *arg),
                  void *arg)
{
    uv_mutex_lock(&pool->lock);
    bool ok = pool->waiting.count < NET_WORK_QUEUE_MAX && !pool->ending;
    if (ok) {
        struct pool_job *job = mem_new(sizeof(*job));
        job->work = work;
        job->done = done;
        job->arg = arg;
        list_add(&pool->waiting, job);
        uv_cond_signal(&pool->more);
    }
    uv_mutex_unlock(&pool->lock);
    return ok;
}

void net_pool_free(struct net_pool **at)
{
    struct net_pool *pool = *at;
    if (pool == NULL) {
        return;
    }
    *at = NULL;
    uv_mutex_lock(&pool->lock);
    pool->ending = true;
    uv_cond_broadcast(&pool->more);
    uv_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++) {
        (void)uv_thread_join(&pool->threads[i]); // ours, and joined once
    }
    pool_finish(&pool->done); // net_pool_run refuses by now
    pool_finish(&pool->waiting);
    uv_mutex_destroy(&pool->lock);
    uv_cond_destroy(&pool->more);
    free(pool->threads);
    uv_close((uv_handle_t *)&pool->async, net_handle_free);
}

// --- batch --------------------------------------------------------------------------------------

enum { BATCH_LATER_MS = 10 }; // the longest that net_batch_add_later may be waited with

struct batch_list {
    struct net_batch_item *first;
    struct net_batch_item *last;
    size_t count;
};

struct net_batch {
    uv_async_t async; // first; freed with it
    uv_mutex_t lock;
    uv_cond_t more;
    struct batch_list waiting;  // under lock
    struct batch_list done;     // under lock
    size_t urgent;              // under lock: so many of those that wait do not wait any longer
    int64_t later_at;           // under lock: the end of the others' patience, monotonic
    void (*on_rest)(void *arg); // under lock; NULL: none
    uint32_t rest_after_ms;     // under lock
    bool rested;                // under lock: on_rest has run since the last batch
    bool ending;                // under lock
    void (*take)(void *arg, struct net_batch_item *first);
    void *arg;
    size_t most;
    size_t queue_max;
    char name[16];
    uv_thread_t thread;
};

static void batch_append(struct batch_list *to, struct batch_list from)
{
    if (from.first == NULL) {
        return;
    }
    if (to->last == NULL) {
        to->first = from.first;
    } else {
        to->last->next = from.first;
    }
    to->last = from.last;
    to->count += from.count;
}

static struct batch_list batch_cut(struct batch_list *list, size_t most)
{
    struct batch_list cut = { list->first, list->first, 1 };
    while (cut.count < most && cut.last->next != NULL) {
        cut.last = cut.last->next;
        cut.count++;
    }
    list->first = cut.last->next;
    list->last = list->first == NULL ? NULL : list->last;
    list->count -= cut.count;
    cut.last->next = NULL;
    return cut;
}

// Returns when something is to be taken, or the thread is to end. Under lock.
static void batch_wait(struct net_batch *batch)
{
    while (batch->urgent == 0 && !batch->ending) {
        int64_t left = batch->waiting.count > 0 ? batch->later_at - clk_mono_ms()
                                                : (int64_t)batch->rest_after_ms;
        bool can_rest = batch->waiting.count == 0 && batch->on_rest != NULL && !batch->rested;
        if (batch->waiting.count == 0 && !can_rest) {
            uv_cond_wait(&batch->more, &batch->lock);
            continue;
        }
        if (left > 0 &&
            uv_cond_timedwait(&batch->more, &batch->lock, (uint64_t)left * 1000000) == 0) {
            continue;
        }
        if (!can_rest) {
            return;
        }
        batch->rested = true;
        uv_mutex_unlock(&batch->lock);
        batch->on_rest(batch->arg);
        uv_mutex_lock(&batch->lock);
    }
}

static void batch_thread(void *arg)
{
    struct net_batch *batch = arg;
    (void)pthread_setname_np(pthread_self(), batch->name); // for ps and gdb; may be refused
    uv_mutex_lock(&batch->lock);
    for (;;) {
        batch_wait(batch);
        if (batch->waiting.count == 0) {
            break;
        }
        struct batch_list now = batch_cut(&batch->waiting, batch->most);
        batch->urgent -= batch->urgent < now.count ? batch->urgent : now.count;
        batch->rested = false;
        uv_mutex_unlock(&batch->lock);
        batch->take(batch->arg, now.first);
        uv_mutex_lock(&batch->lock);
        batch_append(&batch->done, now);
        (void)uv_async_send(&batch->async); // lives until this thread is joined
    }
    uv_mutex_unlock(&batch->lock);
}

static void batch_finish(struct net_batch_item *item)
{
    while (item != NULL) {
        struct net_batch_item *next = item->next; // done may free the item
        item->done(item);
        item = next;
    }
}

static void batch_on_async(uv_async_t *async)
{
    struct net_batch *batch = (struct net_batch *)async;
    uv_mutex_lock(&batch->lock);
    struct net_batch_item *first = batch->done.first;
    batch->done = (struct batch_list){ 0 };
    uv_mutex_unlock(&batch->lock);
    batch_finish(first); // may free the batch: it is not looked at any more
}

struct net_batch *net_batch_new(struct net_loop *loop, const char *name,
                                void (*take)(void *arg, struct net_batch_item *first), void *arg,
                                size_t most, size_t queue_max)
{
    assert(most > 0 && queue_max > 0);
    struct net_batch *batch = mem_new(sizeof(*batch));
    (void)snprintf(batch->name, sizeof(batch->name), "%s", name);
    batch->take = take;
    batch->arg = arg;
    batch->most = most;
    batch->queue_max = queue_max;
    if (uv_async_init(&loop->uv, &batch->async, batch_on_async) != 0 ||
        uv_mutex_init(&batch->lock) != 0 || uv_cond_init(&batch->more) != 0 ||
        uv_thread_create(&batch->thread, batch_thread, batch) != 0) {
        abort(); // at start, and without its writer nothing works
    }
    return batch;
}

static bool batch_add(struct net_batch *batch, struct net_batch_item *item, bool later)
{
    uv_mutex_lock(&batch->lock);
    bool ok = batch->waiting.count < batch->queue_max && !batch->ending;
    if (ok) {
        bool is_first = batch->waiting.count == batch->urgent;
        item->next = NULL;
        batch_append(&batch->waiting, (struct batch_list){ item, item, 1 });
        if (!later) {
            batch->urgent = batch->waiting.count;
        } else if (is_first) {
            batch->later_at = clk_mono_ms() + BATCH_LATER_MS;
        }
        if (!later || is_first) {
            uv_cond_signal(&batch->more);
        }
    }
    uv_mutex_unlock(&batch->lock);
    return ok;
}

bool net_batch_add(struct net_batch *batch, struct net_batch_item *item)
{
    return batch_add(batch, item, false);
}

bool net_batch_add_later(struct net_batch *batch, struct net_batch_item *item)
{
    return batch_add(batch, item, true);
}

void net_batch_on_rest(struct net_batch *batch, void (*fn)(void *arg), uint32_t after_ms)
{
    uv_mutex_lock(&batch->lock);
    batch->on_rest = fn;
    batch->rest_after_ms = after_ms;
    uv_cond_signal(&batch->more);
    uv_mutex_unlock(&batch->lock);
}

void net_batch_free(struct net_batch **at)
{
    struct net_batch *batch = *at;
    if (batch == NULL) {
        return;
    }
    *at = NULL;
    uv_mutex_lock(&batch->lock);
    batch->ending = true;
    uv_cond_signal(&batch->more);
    uv_mutex_unlock(&batch->lock);
    (void)uv_thread_join(&batch->thread); // ours, and joined once
    batch_finish(batch->done.first);      // net_batch_add refuses by now
    uv_mutex_destroy(&batch->lock);
    uv_cond_destroy(&batch->more);
    uv_close((uv_handle_t *)&batch->async, net_handle_free);
}
