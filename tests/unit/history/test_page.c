// Pages for people: newest first, by any filter, on from where the last ended.
#include "unit/history/fixture.h"

static struct history_row rows[HISTORY_PAGE_MOST];

static size_t pages_of(struct history_filter filter, size_t most, int64_t *first, int64_t *last)
{
    int64_t before = 0;
    size_t all = 0;
    *first = *last = 0;
    do {
        size_t count;
        if (!history_page(history, &filter, before, most, &arena, rows, &count, &before, &err)) {
            return 0;
        }
        for (size_t i = 0; i < count; i++) {
            if (all++ == 0) {
                *first = rows[i].number;
            }
            if (*last != 0 && rows[i].number >= *last) {
                CHECK(false); // not in order
            }
            *last = rows[i].number;
        }
        arena_reset(&arena);
    } while (before != 0);
    return all;
}

static void fill(void)
{
    for (int i = 1; i <= 60; i++) {
        struct sample sample;
        char user[16];
        (void)snprintf(user, sizeof(user), "user%d", i % 3);
        sample_make(&sample, user, i % 2 == 0 ? "science" : "arts", i * 10, 1, 10);
        if (i % 5 == 0) {
            sample.row.work.queue = STR("other");
            sample.legs[0].amount.units = 4;
            sample.legs[1] = (struct history_leg){ STR("code:acme/7"), { 6 } };
            sample.row.leg_count = 2;
        }
        sample.row.outcome = i % 10 == 1 ? HISTORY_VOIDED : HISTORY_CHARGED;
        CHECK(add_row(&sample.row));
    }
}

static void test_every_filter(void)
{
    const struct {
        struct history_filter filter;
        size_t count;
        int64_t first;
        int64_t last;
    } cases[] = {
        { { .since = 0 }, 60, 60, 1 },
        { { .person = STR("user0") }, 20, 60, 3 },
        { { .person = STR("user0"), .department = STR("science") }, 10, 60, 6 },
        { { .person = STR("user0"), .since = 100, .until = 300 }, 6, 27, 12 },
        { { .department = STR("arts") }, 30, 59, 1 },
        { { .queue = STR("other") }, 12, 60, 5 },
        { { .printer = STR("laser"), .since = 600 }, 1, 60, 60 },
        { { .account = STR("user:user1") }, 20, 58, 1 },
        { { .account = STR("code:acme/7") }, 12, 60, 5 },
        { { .outcome = HISTORY_VOIDED }, 6, 51, 1 },
        { { .person = STR("nobody") }, 0, 0, 0 },
        { { .department = STR("nowhere") }, 0, 0, 0 },
        { { .since = 700 }, 0, 0, 0 },
        { { .since = 300, .until = 200 }, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t most = 1; most <= 61; most += 20) {
            int64_t first;
            int64_t last;
            size_t count = pages_of(cases[i].filter, most, &first, &last);
            CHECK(count == cases[i].count && first == cases[i].first && last == cases[i].last);
        }
    }
}

static void test_a_work_is_found_by_its_entry(void)
{
    struct history_row row;
    bool found;
    CHECK(history_find(history, 10 * 10 * 2 + 1, &arena, &row, &found, &err) && found);
    CHECK(row.number == 10 && row.leg_count == 2 && row.line_count == 1);
    CHECK(history_find(history, 12, &arena, &row, &found, &err) && !found);
    CHECK(history_find(history, 0, &arena, &row, &found, &err) && !found);
    CHECK(history_get(history, 61, &arena, &row, &found, &err) && !found);
}

static void test_a_failing_call_is_told(void)
{
    int refused = 0;
    for (int n = 1; n < 120; n++) {
        const struct history_filter filter = { .person = STR("user0"),
                                               .account = STR("code:acme/7") };
        int64_t next;
        size_t count;
        db_fault_at(db, n, false);
        bool ok = history_page(history, &filter, 50, 50, &arena, rows, &count, &next, &err);
        refused += !ok;
        CHECK(ok == db_fault_is_due(db));
        db_fault_at(db, 0, false);
        arena_reset(&arena);
    }
    CHECK(refused > 20);
}

int main(void)
{
    history_setup();
    fill();
    test_every_filter();
    test_a_work_is_found_by_its_entry();
    test_a_failing_call_is_told();
    return history_teardown();
}
