// Totals agree with what was added, by every name, in slices of any size.
#include "unit/history/fixture.h"

static const struct history_sum *totals_of(enum history_by by, int64_t from, int64_t until,
                                           size_t most, struct history_totals **totals,
                                           size_t *count)
{
    bool done = false;
    bool more;
    int64_t left;
    *totals = history_totals_new(by, from, until, -1);
    while (!done) {
        if (!history_totals_step(history, *totals, most, &done, &left, &err)) {
            return NULL;
        }
    }
    const struct history_sum *sums = history_totals_of(*totals, count, &more);
    CHECK(!more);
    return sums;
}

static struct history_sum sum_of(enum history_by by, const char *name, int64_t from, int64_t until,
                                 size_t most)
{
    OWN(history_totals_free) struct history_totals *totals = NULL;
    size_t count = 0;
    const struct history_sum *sums = totals_of(by, from, until, most, &totals, &count);
    for (size_t i = 0; sums != NULL && i < count; i++) {
        struct str text;
        if (history_name_of(history, sums[i].name, &arena, &text, &err) &&
            str_eq(text, str_of(name))) {
            return sums[i];
        }
    }
    return (struct history_sum){ .name = -1 };
}

static void fill(void)
{
    for (int i = 1; i <= 40; i++) {
        struct sample sample;
        sample_make(&sample, i % 4 == 0 ? "mary" : "john", i % 2 == 0 ? "science" : "arts", i * 10,
                    2, 100);
        if (i % 5 == 0) {
            sample.legs[0].amount.units = 30;
            sample.legs[1] = (struct history_leg){ STR("code:acme/7"), { 70 } };
            sample.row.leg_count = 2;
        }
        if (i == 7) {
            sample.row.outcome = HISTORY_DENIED;
            sample.row.amount.units = sample.row.real_cost.units = 0;
            sample.row.leg_count = 0;
            sample.row.entry = 0;
        }
        CHECK(add_row(&sample.row));
    }
    const struct history_correction moved[] = {
        { 8, 900, 410, STR("user:mary"), { -100 }, STR("") },
        { 8, 900, 410, STR("department:science"), { 100 }, STR("") },
    };
    for (size_t i = 0; i < 2; i++) {
        int64_t number;
        CHECK(db_begin(db, &err) && history_correct(history, &moved[i], &number, &err));
        CHECK(db_commit(db, &err));
    }
}

static void test_totals_by_every_name(void)
{
    const struct {
        enum history_by by;
        const char *name;
        int64_t works;
        int64_t amount;
    } cases[] = {
        { HISTORY_BY_ALL, "", 39, 3900 },
        { HISTORY_BY_DEPARTMENT, "science", 20, 2000 },
        { HISTORY_BY_DEPARTMENT, "arts", 19, 1900 },
        { HISTORY_BY_USER, "user:mary", 10, 1000 },
        { HISTORY_BY_QUEUE, "main", 39, 3900 },
        { HISTORY_BY_PRINTER, "laser", 39, 3900 },
        { HISTORY_BY_ACCOUNT, "user:mary", 10, 1000 - 2 * 70 - 100 },
        { HISTORY_BY_ACCOUNT, "user:john", 29, 2900 - 6 * 70 },
        { HISTORY_BY_ACCOUNT, "code:acme/7", 0, 8 * 70 },
        { HISTORY_BY_ACCOUNT, "department:science", 0, 100 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t most = 1; most < 60; most += 29) {
            struct history_sum sum = sum_of(cases[i].by, cases[i].name, 0, 0, most);
            CHECK(sum.works == cases[i].works && sum.amount.units == cases[i].amount);
            CHECK(sum.pages == sum.works * 2 && sum.color_pages == sum.works);
        }
    }
    struct history_sum sum = sum_of(HISTORY_BY_DEPARTMENT, "science", 100, 200, 7);
    CHECK(sum.works == 5 && sum.real_cost.units == 250);
}

static void test_an_empty_time_has_no_sums(void)
{
    OWN(history_totals_free) struct history_totals *totals = NULL;
    size_t count;
    CHECK(totals_of(HISTORY_BY_DEPARTMENT, 5000, 0, 10, &totals, &count) != NULL && count == 0);
    CHECK(sum_of(HISTORY_BY_ALL, "", 5000, 0, 10).amount.units <= 0);
}

// More names than may be held: page after page has all of them, once.
static void test_more_names_than_may_be_held(void)
{
    enum { MANY = 2 * HISTORY_SUMS_MOST + 1000 };
    int64_t from_name = -1;
    int64_t works = 0;
    int64_t names = 0;
    bool more = true;
    int rounds = 0;
    CHECK(db_begin(db, &err));
    bool ok = true;
    for (int i = 0; ok && i < MANY; i++) {
        struct sample sample;
        char user[16];
        (void)snprintf(user, sizeof(user), "many%d", i);
        sample_make(&sample, user, "", 1000000 + i, 2, 1);
        ok = history_add(history, &sample.row, &err);
        arena_reset(&arena);
    }
    CHECK(ok && db_commit(db, &err));
    while (more && rounds++ < 10) {
        OWN(history_totals_free)
        struct history_totals *totals = history_totals_new(HISTORY_BY_USER, 1000000, 0, from_name);
        size_t count;
        int64_t left;
        bool done = false;
        while (!done && history_totals_step(history, totals, 10000, &done, &left, &err)) {
        }
        const struct history_sum *sums = history_totals_of(totals, &count, &more);
        names += (int64_t)count;
        for (size_t i = 0; i < count; i++) {
            works += sums[i].works;
            from_name = sums[i].name > from_name ? sums[i].name : from_name;
        }
    }
    CHECK(rounds == 3 && works == MANY && names == MANY);
}

static void test_a_failing_call_is_told(void)
{
    for (int n = 1; n < 12; n++) {
        OWN(history_totals_free)
        struct history_totals *totals = history_totals_new(HISTORY_BY_ACCOUNT, 0, 500, -1);
        bool done;
        int64_t left;
        db_fault_at(db, n, false);
        bool ok = history_totals_step(history, totals, 100, &done, &left, &err);
        CHECK(ok == db_fault_is_due(db));
        db_fault_at(db, 0, false);
    }
}

int main(void)
{
    history_setup();
    fill();
    test_totals_by_every_name();
    test_an_empty_time_has_no_sums();
    test_a_failing_call_is_told();
    if (!store_is_postgres()) { // minutes there, and the same code
        test_more_names_than_may_be_held();
    }
    return history_teardown();
}
