// Rows are read one after the other, from a time until a time, in slices; counters go by person and
// time.
#include "unit/history/fixture.h"

struct seen {
    int64_t count;
    int64_t last;
    int64_t pages;
    size_t lines;
    int64_t stop_at; // refuse here
};

static bool each(void *arg, const struct history_row *row, struct err *why)
{
    struct seen *seen = arg;
    seen->count++;
    if (row->number <= seen->last || row->number == seen->stop_at) {
        return err_set(why, ERR_CONFLICT, "stopped");
    }
    seen->last = row->number;
    seen->pages += (int64_t)work_sums(&row->work).pages;
    seen->lines += row->line_count;
    return true;
}

static int64_t walk(struct history_range range, size_t most, struct seen *seen)
{
    bool done = false;
    int64_t left = -1;
    *seen = (struct seen){ .last = range.after };
    while (!done) {
        if (!history_read(history, &range, most, each, seen, &done, &left, &err)) {
            return -1;
        }
    }
    return left;
}

static void test_a_time_is_read_in_slices(void)
{
    struct seen seen;
    for (int i = 1; i <= 50; i++) {
        CHECK(add(i % 2 == 0 ? "mary" : "john", "science", i * 10, (uint32_t)i, i) == i);
    }
    const struct history_correction refund = { 3, 9, 505, STR("user:john"), { -1 }, STR("") };
    int64_t number;
    CHECK(db_begin(db, &err) && history_correct(history, &refund, &number, &err));
    CHECK(db_commit(db, &err) && number == 51);
    for (size_t most = 1; most < 60; most += 13) {
        CHECK(walk((struct history_range){ 0 }, most, &seen) == 0);
        CHECK(seen.count == 50 && seen.pages == 50 * 51 / 2 && seen.lines == 0);
        CHECK(walk((struct history_range){ .all = true, .lines = true }, most, &seen) == 0);
        CHECK(seen.count == 51 && seen.lines == 50);
        CHECK(walk((struct history_range){ .from = 100, .until = 200 }, most, &seen) == 0);
        CHECK(seen.count == 10 && seen.last == 19);
        CHECK(walk((struct history_range){ .from = 101, .until = 0 }, most, &seen) == 0);
        CHECK(seen.count == 40);
    }
    CHECK(walk((struct history_range){ .from = 600 }, 5, &seen) == 0 && seen.count == 0);
    CHECK(walk((struct history_range){ .from = 300, .until = 200 }, 5, &seen) == 0);
    CHECK(seen.count == 0);
}

static void test_a_reader_may_stop(void)
{
    struct history_range range = { 0 };
    struct seen seen = { .stop_at = 3 };
    bool done;
    int64_t left;
    CHECK(!history_read(history, &range, 10, each, &seen, &done, &left, &err));
    CHECK(err.code == ERR_CONFLICT && seen.count == 3);
    seen.stop_at = 0;
    seen.last = 0;
    CHECK(history_read(history, &range, 10, each, &seen, &done, &left, &err) && !done &&
          left == 41);
}

static void test_counters_go_by_person_and_time(void)
{
    struct history_counts counts;
    struct sample sample;
    int64_t same;
    sample_make(&sample, "x", "", 1, 1, 1);
    struct str digest = sample.row.work.digest;
    CHECK(history_count(history, STR("mary"), 0, 0, &counts, &err));
    CHECK(counts.jobs == 25 && counts.pages == 650 && counts.amount.units == 650);
    CHECK(history_count(history, STR("mary"), 400, 420, &counts, &err));
    CHECK(counts.jobs == 1 && counts.pages == 40);
    CHECK(history_count(history, STR("john"), 0, 0, &counts, &err));
    CHECK(counts.jobs == 25 && counts.amount.units == 625 - 1); // a refund counts
    CHECK(history_count(history, STR("nobody"), 0, 0, &counts, &err) && counts.jobs == 0);
    CHECK(history_count_same(history, STR("mary"), digest, 400, 0, &same, &err) && same == 6);
    CHECK(history_count_same(history, STR("mary"), STR("12345678"), 0, 0, &same, &err));
    CHECK(same == 0);
    CHECK(history_count_same(history, STR("mary"), STR(""), 0, 0, &same, &err) && same == 0);
}

static void test_a_sum_past_64_bits_is_told(void)
{
    struct history_counts counts;
    for (int i = 0; i < 3; i++) {
        CHECK(add("rich", "bank", 1000 + i, 1, INT64_MAX / 2) > 0);
    }
    CHECK(!history_count(history, STR("rich"), 0, 0, &counts, &err) && err.code == ERR_LIMIT);
    CHECK(history_count(history, STR("rich"), 0, 1002, &counts, &err));
    CHECK(counts.amount.units == INT64_MAX / 2 * 2);
}

static void test_a_failing_call_is_told(void)
{
    int refused = 0;
    for (int n = 1; n < 60; n++) {
        struct history_counts counts;
        struct seen seen;
        int64_t same;
        db_fault_at(db, n, false);
        bool ok = walk((struct history_range){ .from = 100, .until = 130 }, 5, &seen) == 0 &&
                  history_count(history, STR("mary"), 0, 0, &counts, &err) &&
                  history_count_same(history, STR("mary"), STR("12345678"), 0, 0, &same, &err);
        refused += !ok;
        CHECK(ok == db_fault_is_due(db));
        db_fault_at(db, 0, false);
    }
    CHECK(refused > 20);
}

int main(void)
{
    history_setup();
    test_a_time_is_read_in_slices();
    test_a_reader_may_stop();
    test_counters_go_by_person_and_time();
    test_a_sum_past_64_bits_is_told();
    test_a_failing_call_is_told();
    return history_teardown();
}
