// Work runs off the loop, done on it, always and once; a full queue says so; a batch takes what
// waits and keeps the order.
#include "net/net.h"

#include "base/mem.h"
#include "lib/tap.h"
#include <pthread.h>

enum { JOBS = 500 };

struct job {
    struct work *all;
    pthread_t worker;
    bool worked;
    bool done;
};

struct work {
    struct net_loop *loop;
    struct net_pool *pool;
    struct job jobs[JOBS];
    int done;
    int wrong;
};

static void job_work(void *arg)
{
    struct job *job = arg;
    net_assert_worker();
    job->worker = pthread_self();
    job->worked = true;
}

static void job_done(void *arg)
{
    struct job *job = arg;
    net_assert_loop();
    job->all->wrong += job->done || !job->worked || pthread_equal(job->worker, pthread_self());
    job->done = true;
    if (++job->all->done == JOBS) {
        net_pool_free(&job->all->pool); // from inside done
        net_loop_stop(job->all->loop);
    }
}

static void test_pool_does_each_job_once(void)
{
    struct work *work = mem_new(sizeof(*work));
    work->loop = net_loop_new();
    work->pool = net_pool_new(work->loop, 3);
    bool all = true;
    for (int i = 0; i < JOBS; i++) {
        work->jobs[i].all = work;
        all = net_pool_run(work->pool, job_work, job_done, &work->jobs[i]) && all;
    }
    CHECK(all);
    net_loop_run(work->loop);
    CHECK(work->done == JOBS);
    CHECK(work->wrong == 0);
    CHECK(work->pool == NULL);
    net_loop_free(&work->loop);
    free(work);
}

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t turned;
    bool running;
    bool open;
    int worked;
    int done;
};

static void gate_work(void *arg)
{
    struct gate *gate = arg;
    (void)pthread_mutex_lock(&gate->lock);
    gate->running = true;
    gate->worked++;
    (void)pthread_cond_broadcast(&gate->turned);
    while (!gate->open) {
        (void)pthread_cond_wait(&gate->turned, &gate->lock);
    }
    (void)pthread_mutex_unlock(&gate->lock);
}

static void gate_done(void *arg)
{
    struct gate *gate = arg;
    gate->done++;
}

static void gate_turn(struct gate *gate, bool open, bool wait)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->open = open;
    (void)pthread_cond_broadcast(&gate->turned);
    while (wait && !gate->running) {
        (void)pthread_cond_wait(&gate->turned, &gate->lock);
    }
    (void)pthread_mutex_unlock(&gate->lock);
}

static void *gate_open_later(void *arg)
{
    gate_turn(arg, true, false);
    return NULL;
}

static void test_a_full_pool_refuses_and_its_end_tells_all_that_wait(void)
{
    struct gate gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .turned = PTHREAD_COND_INITIALIZER };
    struct net_loop *loop = net_loop_new();
    struct net_pool *pool = net_pool_new(loop, 1);
    CHECK(net_pool_run(pool, gate_work, gate_done, &gate));
    gate_turn(&gate, false, true); // it runs and does not come back
    bool all = true;
    for (int i = 0; i < NET_WORK_QUEUE_MAX; i++) {
        all = net_pool_run(pool, gate_work, gate_done, &gate) && all;
    }
    CHECK(all);
    CHECK(!net_pool_run(pool, gate_work, gate_done, &gate));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, gate_open_later, &gate) == 0);
    net_pool_free(&pool);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(gate.done == NET_WORK_QUEUE_MAX + 1);
    CHECK(gate.worked >= 1);
    net_loop_free(&loop);
}

struct entry {
    struct net_batch_item item; // first
    struct ledger *all;
    int number;
};

struct ledger {
    struct net_loop *loop;
    struct entry entries[JOBS];
    int taken; // these two are the batch thread's
    size_t largest;
    int taken_wrong;
    int done;
    int wrong;
    bool stop_at_end;
};

static void ledger_take(void *arg, struct net_batch_item *first)
{
    struct ledger *ledger = arg;
    size_t count = 0;
    net_assert_worker();
    for (; first != NULL; first = first->next) {
        const struct entry *entry = (struct entry *)first;
        ledger->taken_wrong += entry->number != ledger->taken++;
        count++;
    }
    ledger->largest = count > ledger->largest ? count : ledger->largest;
}

static void entry_done(struct net_batch_item *item)
{
    struct entry *entry = (struct entry *)item;
    net_assert_loop();
    entry->all->wrong += entry->number != entry->all->done++;
    if (entry->all->done == JOBS && entry->all->stop_at_end) {
        net_loop_stop(entry->all->loop);
    }
}

static void test_batch_keeps_the_order(bool run)
{
    struct ledger *ledger = mem_new(sizeof(*ledger));
    ledger->loop = net_loop_new();
    ledger->stop_at_end = run;
    struct net_batch *batch = net_batch_new(ledger->loop, "ledger", ledger_take, ledger, 64, JOBS);
    bool all = true;
    for (int i = 0; i < JOBS; i++) {
        ledger->entries[i] = (struct entry){ { NULL, entry_done }, ledger, i };
        all = net_batch_add(batch, &ledger->entries[i].item) && all;
    }
    CHECK(all);
    if (run) {
        net_loop_run(ledger->loop);
    }
    net_batch_free(&batch); // works off what waits
    CHECK(batch == NULL);
    CHECK(ledger->done == JOBS);
    CHECK(ledger->wrong == 0 && ledger->taken_wrong == 0);
    CHECK(ledger->largest >= 1 && ledger->largest <= 64);
    net_loop_free(&ledger->loop);
    free(ledger);
}

static void gate_take(void *arg, struct net_batch_item *first)
{
    (void)first;
    gate_work(arg);
}

static void nothing_done(struct net_batch_item *item)
{
    (void)item;
}

static void test_a_full_batch_refuses(void)
{
    struct gate gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .turned = PTHREAD_COND_INITIALIZER };
    struct net_batch_item items[4] = {
        { NULL, nothing_done }, { NULL, nothing_done }, { NULL, nothing_done }, { NULL, NULL }
    };
    struct net_loop *loop = net_loop_new();
    struct net_batch *batch = net_batch_new(loop, "full", gate_take, &gate, 1, 2);
    CHECK(net_batch_add(batch, &items[0]));
    gate_turn(&gate, false, true); // the thread has the first
    CHECK(net_batch_add(batch, &items[1]));
    CHECK(net_batch_add(batch, &items[2]));
    CHECK(!net_batch_add(batch, &items[3]));
    gate_turn(&gate, true, false);
    net_batch_free(&batch);
    CHECK(gate.worked == 3);
    net_loop_free(&loop);
}

static void stop_loop(void *arg)
{
    net_loop_stop(arg);
}

static void rest_stop(void *arg)
{
    struct ledger *ledger = arg;
    net_assert_worker();
    CHECK(ledger->taken == 3); // all were taken before
    net_loop_post(ledger->loop, stop_loop, ledger->loop);
}

static void test_what_may_wait_keeps_its_place_and_is_taken_at_last(void)
{
    struct ledger *ledger = mem_new(sizeof(*ledger));
    ledger->loop = net_loop_new();
    struct net_batch *batch = net_batch_new(ledger->loop, "later", ledger_take, ledger, 64, JOBS);
    for (int i = 0; i < 3; i++) {
        ledger->entries[i] = (struct entry){ { NULL, entry_done }, ledger, i };
    }
    CHECK(net_batch_add_later(batch, &ledger->entries[0].item));
    CHECK(net_batch_add(batch, &ledger->entries[1].item));
    CHECK(net_batch_add_later(batch, &ledger->entries[2].item)); // nothing comes after it
    net_batch_on_rest(batch, rest_stop, 30);
    net_loop_run(ledger->loop);
    net_batch_free(&batch);
    CHECK(ledger->done == 3 && ledger->wrong == 0 && ledger->taken_wrong == 0);
    net_loop_free(&ledger->loop);
    free(ledger);
}

static void test_what_may_wait_is_worked_off_at_the_end(void)
{
    struct ledger *ledger = mem_new(sizeof(*ledger));
    ledger->loop = net_loop_new();
    struct net_batch *batch = net_batch_new(ledger->loop, "later", ledger_take, ledger, 64, JOBS);
    ledger->entries[0] = (struct entry){ { NULL, entry_done }, ledger, 0 };
    CHECK(net_batch_add_later(batch, &ledger->entries[0].item));
    net_batch_free(&batch);
    CHECK(ledger->done == 1 && ledger->wrong == 0);
    net_loop_free(&ledger->loop);
    free(ledger);
}

int main(void)
{
    test_pool_does_each_job_once();
    test_a_full_pool_refuses_and_its_end_tells_all_that_wait();
    test_batch_keeps_the_order(true);
    test_batch_keeps_the_order(false);
    test_a_full_batch_refuses();
    test_what_may_wait_keeps_its_place_and_is_taken_at_last();
    test_what_may_wait_is_worked_off_at_the_end();
    return tap_done();
}
