// Jobs and meters' words that are not settled yet are read again, gaps that follow each other are
// one, what comes late makes the gap smaller that it explains, and where a call of the database
// fails nothing of the task is kept.

#include "dme/meters_db.h"

#include "base/mem.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>

#define MINUTE_MS 60000LL
#define DAY_MS (24LL * 3600 * 1000)
#define BEGIN_MS 1700006400000LL // a day begins

static char path[300];
static struct net_loop *loop;
static struct store *store;
static struct meters_db *meters;

static void open_store(bool anew)
{
    struct err err;
    if (anew) {
        (void)remove(path);
    }
    loop = net_loop_new();
    CHECK(dme_store_open(loop, path, &store, &err));
    meters = dme_store_part(store, STORE_METERS);
}

static void close_store(void)
{
    dme_store_close(&store);
    net_loop_free(&loop);
}

static struct device_gap gap_of(int64_t minute, int64_t minutes, int64_t counted, int64_t tracked)
{
    return (struct device_gap){ .from = BEGIN_MS + minute * MINUTE_MS,
                                .until = BEGIN_MS + (minute + minutes) * MINUTE_MS,
                                .counted = counted,
                                .tracked = tracked,
                                .untracked = counted - tracked,
                                .unit = DEVICE_UNIT_IMPRESSIONS };
}

static bool settle(const char *device, const struct device_gap *gap, struct meters_gap *last,
                   struct err *err)
{
    const struct meters_settled settled = {
        .device = str_of(device),
        .sums = { .counted = gap->counted,
                  .tracked = gap->tracked,
                  .untracked = gap->untracked > 0 ? gap->untracked : 0,
                  .unexplained_back = gap->untracked < 0 ? -gap->untracked : 0,
                  .done_until = gap->until },
        .unit = DEVICE_UNIT_IMPRESSIONS,
        .gaps = gap,
        .gap_count = gap->untracked != 0,
    };
    return dme_meters_settle(meters, &settled, last, err);
}

static size_t gaps_of(const char *device, struct meters_gap *gaps)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct err err;
    size_t count = 0;
    const struct meters_asked asked = { .device = str_of(device) };
    CHECK(dme_meters_gaps(meters, &asked, 10, &arena, gaps, &count, &err));
    return count;
}

static struct meters_sum sum_of(const char *device)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct err err;
    size_t count = 0;
    struct meters_sum sums[4] = { { .counted = -1 } };
    const struct meters_asked asked = { .device = str_of(device) };
    CHECK(dme_meters_sums(meters, &asked, 4, &arena, sums, &count, &err));
    return sums[0];
}

static struct meters_job job_of(uint8_t id, int64_t began, int64_t ended, int64_t pages)
{
    return (struct meters_job){ .uuid = { id },
                                .device = STR("p1"),
                                .tracked = { .began = BEGIN_MS + began * MINUTE_MS,
                                             .ended = ended == 0 ? 0 : BEGIN_MS + ended * MINUTE_MS,
                                             .impressions = pages,
                                             .sheets = pages } };
}

static bool put(const struct meters_job *job)
{
    struct err err;
    bool late = false;
    CHECK(dme_meters_put_job(meters, job, MINUTE_MS, &late, &err));
    return late;
}

static void test_gaps_that_follow_are_one(void)
{
    struct meters_gap last;
    struct meters_gap gaps[10];
    struct err err;
    open_store(true);
    const struct device_gap first = gap_of(0, 5, 20, 0);
    const struct device_gap second = gap_of(15, 1, 15, 0);
    const struct device_gap third = gap_of(40, 1, 3, 0);
    const struct device_gap with_job = gap_of(42, 1, 10, 8);
    const struct device_gap back = gap_of(43, 1, 8, 10);
    CHECK(settle("p1", &first, &last, &err) && last.gap.untracked == 20);
    CHECK(settle("p1", &second, &last, &err) && last.gap.untracked == 35);
    CHECK(last.gap.from == first.from && last.gap.until == second.until);
    CHECK(settle("p1", &third, &last, &err) && last.gap.untracked == 3);
    CHECK(settle("p1", &with_job, &last, &err) && last.gap.untracked == 2);
    CHECK(settle("p1", &back, &last, &err) && last.gap.untracked == -2);
    CHECK(settle("p2", &second, &last, &err) && last.gap.untracked == 15);
    CHECK(gaps_of("p1", gaps) == 4 && gaps[3].gap.untracked == 35);
    CHECK(gaps_of("", gaps) == 5);
    struct meters_sum sum = sum_of("p1");
    CHECK(sum.counted == 56 && sum.tracked == 18 && sum.untracked == 40 && sum.back == 2);
    close_store();
    open_store(false);
    CHECK(gaps_of("p1", gaps) == 4 && sum_of("p1").counted == 56);
    close_store();
}

static void test_what_comes_late_explains_a_gap(void)
{
    struct meters_gap last;
    struct meters_gap gaps[10];
    struct err err;
    open_store(true);
    const struct device_gap gap = gap_of(0, 30, 35, 0);
    CHECK(settle("p1", &gap, &last, &err));
    struct meters_job job = job_of(1, 5, 0, 0);
    CHECK(!put(&job)); // it prints still: nothing is explained
    job = job_of(1, 5, 6, 10);
    CHECK(put(&job) && put(&job)); // told twice, it is one
    CHECK(gaps_of("p1", gaps) == 1 && gaps[0].gap.untracked == 25 && gaps[0].gap.tracked == 10);
    struct meters_sum sum = sum_of("p1");
    CHECK(sum.counted == 35 && sum.tracked == 10 && sum.untracked == 25 && sum.back == 0);
    job = job_of(2, 8, 9, 40); // more than is missing
    CHECK(put(&job) && gaps_of("p1", gaps) == 0);
    sum = sum_of("p1");
    CHECK(sum.tracked == 50 && sum.untracked == 0 && sum.back == 15);
    job = job_of(3, 45, 46, 4); // not settled yet
    CHECK(!put(&job));
    job = job_of(3, 45, 0, 0); // an older word
    CHECK(!put(&job));
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct meters_job jobs[4];
    size_t count = 0;
    CHECK(
        dme_meters_jobs(meters, STR(""), BEGIN_MS + 40 * MINUTE_MS, 4, &arena, jobs, &count, &err));
    CHECK(count == 1 && jobs[0].uuid[0] == 3 && jobs[0].tracked.impressions == 4);
    CHECK(dme_meters_jobs(meters, (struct str){ (const char *)jobs[0].uuid, 16 }, 0, 4, &arena,
                          jobs, &count, &err));
    CHECK(count == 0);
    close_store();
}

static void test_words_of_meters_wait_until_they_are_settled(void)
{
    struct err err;
    struct meters_gap last;
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct meters_change changes[4];
    size_t count = 0;
    open_store(true);
    for (int64_t at = 0; at < 3; at++) {
        const struct meters_change change = {
            .device = STR("p1"),
            .change = { .counted = true,
                        .from = BEGIN_MS + at * MINUTE_MS,
                        .until = BEGIN_MS + (at + 1) * MINUTE_MS,
                        .pages = at,
                        .unit = DEVICE_UNIT_SHEETS },
        };
        CHECK(dme_meters_put_change(meters, &change, &err)); // and again: it is one
        CHECK(dme_meters_put_change(meters, &change, &err));
    }
    struct meters_change after = { .device = STR("") };
    CHECK(dme_meters_changes(meters, &after, 2, &arena, changes, &count, &err) && count == 2);
    after = changes[1];
    CHECK(dme_meters_changes(meters, &after, 2, &arena, changes, &count, &err) && count == 1);
    CHECK(changes[0].change.pages == 2 && changes[0].change.unit == DEVICE_UNIT_SHEETS);
    const struct device_gap gap = gap_of(0, 2, 1, 0);
    CHECK(settle("p1", &gap, &last, &err));
    after = (struct meters_change){ .device = STR("") };
    CHECK(dme_meters_changes(meters, &after, 4, &arena, changes, &count, &err) && count == 1);
    CHECK(dme_meters_forget(meters, BEGIN_MS + 50 * DAY_MS, 100, &err));
    CHECK(dme_meters_changes(meters, &after, 4, &arena, changes, &count, &err) && count == 0);
    CHECK(sum_of("p1").counted == 1);
    CHECK(dme_meters_forget(meters, BEGIN_MS + 6 * 366 * DAY_MS, 100, &err));
    CHECK(sum_of("p1").counted == -1);
    close_store();
}

// --- calls that fail ----------------------------------------------------------------------------

struct write {
    struct store_task task; // first
    bool ok;
};

static bool run(struct store_task *task, struct err *err)
{
    const struct device_gap gap = gap_of(0, 5, 20, 0);
    const struct meters_job job = job_of(7, 1, 2, 5);
    const struct meters_change change = { .device = STR("p1"), .change = { .until = BEGIN_MS } };
    struct meters_gap last;
    bool late = false;
    meters = dme_store_part(task->store, STORE_METERS);
    return dme_meters_put_change(meters, &change, err) && settle("p1", &gap, &last, err) &&
           dme_meters_put_job(meters, &job, MINUTE_MS, &late, err);
}

static void done(struct store_task *task, bool ok, const struct err *err)
{
    (void)err;
    ((struct write *)(void *)task)->ok = ok;
    net_loop_stop(loop);
}

static bool write_once(void)
{
    struct write write = { .task = { .run = run, .done = done } };
    if (dme_store_add(store, &write.task)) {
        net_loop_run(loop);
    }
    return write.ok;
}

static void test_a_call_that_fails_keeps_nothing_of_the_task(void)
{
    struct meters_gap gaps[10];
    for (int lose = 0; lose < 2; lose++) {
        bool due = false;
        for (int64_t n = 1; !due && n < 200; n++) {
            open_store(true);
            db_fault_at(dme_store_db(store), n, lose != 0);
            bool ok = write_once();
            due = db_fault_is_due(dme_store_db(store));
            db_fault_at(dme_store_db(store), 0, false);
            CHECK(ok || gaps_of("p1", gaps) == 0);
            CHECK(ok || write_once());
            CHECK(gaps_of("p1", gaps) == 1 && gaps[0].gap.untracked == 15);
            CHECK(sum_of("p1").tracked == 5);
            CHECK(!due || (ok && n > 8));
            close_store();
        }
        CHECK(due);
    }
}

int main(void)
{
    const char *folder = folder_make();
    (void)snprintf(path, sizeof(path), "%s/dme.db", folder);
    test_gaps_that_follow_are_one();
    test_what_comes_late_explains_a_gap();
    test_words_of_meters_wait_until_they_are_settled();
    test_a_call_that_fails_keeps_nothing_of_the_task();
    folder_end();
    return tap_done();
}
