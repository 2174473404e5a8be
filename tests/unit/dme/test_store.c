// What is given to the store is on disk when it is told of, is there when it is opened again, and
// takes bounded space whatever the years bring; where a call of the database fails, the task is
// refused and nothing of it is kept.

#include "dme/history_db.h"
#include "dme/store.h"

#include "base/mem.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define BEGIN_MS 1700006400000LL // a day begins

static char path[300];

struct write {
    struct store_task task; // first
    struct net_loop *loop;
    bool ok;
    enum err_code code;
    unsigned runs;
};

static bool run(struct store_task *task, struct err *err)
{
    struct history *history = dme_store_part(task->store, STORE_HISTORY);
    const struct history_sample sample = {
        .device = STR("p1"), .series = STR("pages"), .at = BEGIN_MS, .value = 7, .gain = 7
    };
    const struct history_fault fault = { .device = STR("p1"),
                                         .keyword = STR("media-jam"),
                                         .text = STR("Paper is jammed."),
                                         .severity = 3,
                                         .began = BEGIN_MS,
                                         .times = 1 };
    ((struct write *)(void *)task)->runs++;
    return dme_history_put_device(history, STR("p1"), STR("told"), BEGIN_MS, err) &&
           dme_history_sample(history, &sample, err) && dme_history_fault_put(history, &fault, err);
}

static void done(struct store_task *task, bool ok, const struct err *err)
{
    struct write *write = (struct write *)(void *)task;
    write->ok = ok;
    write->code = ok ? ERR_NONE : err->code;
    net_loop_stop(write->loop);
}

static struct write write_once(struct net_loop *loop, struct store *store)
{
    struct write write = { .task = { .run = run, .done = done }, .loop = loop };
    if (dme_store_add(store, &write.task)) {
        net_loop_run(loop);
    }
    return write;
}

static int64_t sample_count(struct store *store)
{
    int64_t count = -1;
    struct err err;
    CHECK(dme_history_rows(dme_store_part(store, STORE_HISTORY), &count, &err));
    return count;
}

static void test_what_is_told_of_is_there_when_it_is_opened_again(void)
{
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    CHECK(dme_store_open(loop, path, &store, &err));
    CHECK(write_once(loop, store).ok);
    dme_store_close(&store);
    CHECK(dme_store_open(loop, path, &store, &err));
    struct history *history = dme_store_part(store, STORE_HISTORY);
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct history_device devices[4];
    struct history_fault faults[4];
    size_t count = 0;
    CHECK(dme_history_devices(history, STR(""), 4, &arena, devices, &count, &err));
    CHECK(count == 1 && str_eq(devices[0].name, STR("p1")) && str_eq(devices[0].told, STR("told")));
    const struct history_faults asked = { .open_only = true };
    CHECK(dme_history_faults(history, &asked, 4, &arena, faults, &count, &err));
    CHECK(count == 1 && str_eq(faults[0].keyword, STR("media-jam")) && faults[0].ended == 0);
    CHECK(sample_count(store) == 3);
    dme_store_close(&store);
    net_loop_free(&loop);
}

// Every call of the database in turn: a refusal, and afterwards a store that works.
static void test_a_call_that_fails_keeps_nothing_of_the_task(void)
{
    struct err err;
    for (int lose = 0; lose < 2; lose++) {
        for (int64_t n = 1;; n++) {
            struct store *store = NULL;
            struct net_loop *loop = net_loop_new();
            (void)remove(path);
            CHECK(dme_store_open(loop, path, &store, &err));
            db_fault_at(dme_store_db(store), n, lose != 0);
            struct write write = write_once(loop, store);
            bool due = db_fault_is_due(dme_store_db(store));
            db_fault_at(dme_store_db(store), 0, false);
            CHECK(write.ok || sample_count(store) == 0);
            CHECK(write.ok || write.code == ERR_UNAVAILABLE);
            CHECK(dme_store_is_stuck(store) == !write.ok);
            CHECK(write.ok || write_once(loop, store).ok);
            CHECK(!dme_store_is_stuck(store));
            CHECK(sample_count(store) == 3);
            dme_store_close(&store);
            net_loop_free(&loop);
            if (due) {
                CHECK(write.ok && n > 5);
                break;
            }
        }
    }
}

static void add(struct history *history, int64_t at, int64_t value)
{
    struct err err;
    const struct history_sample sample = {
        .device = STR("p2"), .series = STR("pages"), .at = at, .value = value, .gain = 1
    };
    if (!dme_history_sample(history, &sample, &err)) {
        CHECK(false);
    }
}

static void forget(struct history *history, int64_t now)
{
    bool more = true;
    struct err err;
    while (more) {
        CHECK(dme_history_forget(history, now, 1, &more, &err));
    }
}

static struct history_point ask(struct history *history, int64_t from, int64_t until, int64_t step,
                                int64_t *step_ms, size_t *count)
{
    static struct history_point points[HISTORY_SAMPLES_MAX];
    struct history_point first;
    struct err err;
    struct history_span span = {
        .device = STR("p2"), .series = STR("pages"), .from = from, .until = until, .step_ms = step
    };
    CHECK(dme_history_samples(history, &span, points, count, &first, &err));
    *step_ms = span.step_ms;
    return *count == 0 ? first : points[*count - 1];
}

static void test_five_years_take_bounded_space(void)
{
    enum { YEARS = 7, HOURS = 90 * 24, MINUTES = 4 * 24 * 60 };
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    int64_t now = BEGIN_MS;
    int64_t value = 0;
    (void)remove(path);
    CHECK(dme_store_open(loop, path, &store, &err));
    struct history *history = dme_store_part(store, STORE_HISTORY);
    CHECK(db_begin(dme_store_db(store), &err));
    for (int day = 0; day < YEARS * 365; day++, now += DAY_MS) {
        add(history, now, ++value);
    }
    for (int hour = 0; hour < HOURS; hour++, now += HOUR_MS) {
        add(history, now, ++value);
    }
    for (int minute = 0; minute < MINUTES; minute++, now += MINUTE_MS) {
        add(history, now, ++value);
    }
    forget(history, now);
    CHECK(db_commit(dme_store_db(store), &err));
    int64_t rows = sample_count(store);
    CHECK(rows >= 5 * 365 && rows <= 2 * 24 * 60 + 60 * 24 + 5 * 365 + 10);

    int64_t step = 0;
    size_t count = 0;
    struct history_point last = ask(history, now - DAY_MS, now, 0, &step, &count);
    CHECK(step == MINUTE_MS && count == 24 * 60 && last.last == value && last.count == 1);
    last = ask(history, now - 7 * DAY_MS, now, 0, &step, &count);
    CHECK(step == HOUR_MS && last.last == value && last.sum == 60);
    last = ask(history, now - 3 * 365 * DAY_MS, now, 0, &step, &count);
    CHECK(step == DAY_MS && last.last == value && last.sum == 24 * 60);
    last = ask(history, now - DAY_MS, now, HOUR_MS, &step, &count);
    CHECK(step == HOUR_MS && count == 24 && last.least == value - 59 && last.most == value);
    last = ask(history, now, now + DAY_MS, 0, &step, &count);
    CHECK(count == 0 && last.count == 1 && last.last == value); // what held before

    forget(history, now + 6 * 365 * DAY_MS); // nothing for years: nothing of it is left
    CHECK(sample_count(store) == 0);
    dme_store_close(&store);
    net_loop_free(&loop);
}

static void test_a_fault_that_comes_again_while_it_is_open_is_one(void)
{
    struct store *store = NULL;
    struct err err;
    struct net_loop *loop = net_loop_new();
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct history_fault faults[4];
    size_t count = 0;
    (void)remove(path);
    CHECK(dme_store_open(loop, path, &store, &err));
    struct history *history = dme_store_part(store, STORE_HISTORY);
    struct history_fault fault = { .device = STR("p1"),
                                   .keyword = STR("cover-open"),
                                   .text = STR("A cover is open."),
                                   .severity = 2,
                                   .began = 1000,
                                   .times = 1 };
    CHECK(dme_history_fault_put(history, &fault, &err));
    fault.times = 3;
    fault.severity = 3;
    CHECK(dme_history_fault_put(history, &fault, &err));
    CHECK(dme_history_fault_end(history, STR("p1"), STR("cover-open"), 5000, &err));
    fault.began = 9000;
    fault.times = 1;
    CHECK(dme_history_fault_put(history, &fault, &err));
    struct history_faults asked = { .device = STR("p1") };
    CHECK(dme_history_faults(history, &asked, 4, &arena, faults, &count, &err));
    CHECK(count == 2 && faults[0].ended == 0 && faults[0].times == 1);
    CHECK(faults[1].began == 1000 && faults[1].ended == 5000 && faults[1].times == 3 &&
          faults[1].severity == 3);
    asked.from = 6000;
    CHECK(dme_history_faults(history, &asked, 4, &arena, faults, &count, &err) && count == 1);
    asked = (struct history_faults){ .device = STR("p1"), .until = 2000 };
    CHECK(dme_history_faults(history, &asked, 4, &arena, faults, &count, &err) && count == 1);
    asked = (struct history_faults){ .device = STR("p3") };
    CHECK(dme_history_faults(history, &asked, 4, &arena, faults, &count, &err) && count == 0);
    dme_store_close(&store);
    net_loop_free(&loop);
}

int main(void)
{
    const char *folder = folder_make();
    (void)snprintf(path, sizeof(path), "%s/dme.db", folder);
    test_what_is_told_of_is_there_when_it_is_opened_again();
    test_a_call_that_fails_keeps_nothing_of_the_task();
    test_five_years_take_bounded_space();
    test_a_fault_that_comes_again_while_it_is_open_is_one();
    folder_end();
    return tap_done();
}
