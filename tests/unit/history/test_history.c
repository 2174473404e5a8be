// Works are noted in the order of their times, once; they can be corrected by rows beside them and
// made nameless; a failure of the database leaves nothing half-done.
#include "unit/history/fixture.h"

static void test_rows_are_numbered_in_the_order_of_their_times(void)
{
    int64_t at;
    CHECK(add("mary", "science", 1000, 4, 20000) == 1);
    CHECK(history_clock(history, 900, &at, &err) && at == 1000);
    CHECK(history_clock(history, 1001, &at, &err) && at == 1001);
    struct sample sample;
    sample_make(&sample, "john", "", 700, 1, 0); // the clock was set back
    CHECK(add_row(&sample.row) && sample.row.number == 2 && sample.row.at == 1000);
    sample_make(&sample, "john", "", 2000, 1, 5);
    sample.row.entry = 2001; // an entry ends one work
    CHECK(!add_row(&sample.row) && err.code == ERR_EXISTS);
}

static void test_legs_are_the_amount(void)
{
    struct sample sample;
    sample_make(&sample, "john", "", 2000, 1, 5);
    sample.row.amount.units = 6;
    CHECK(!add_row(&sample.row) && err.code == ERR_INTERNAL);
    sample.row.amount.units = INT64_MAX;
    sample.legs[0].amount.units = sample.legs[1].amount.units = INT64_MAX;
    sample.legs[1].account = STR("allotment:john");
    sample.row.leg_count = 2;
    CHECK(!add_row(&sample.row) && err.code == ERR_LIMIT);
}

static void test_a_denied_work_is_kept_once(void)
{
    struct sample sample;
    sample_make(&sample, "john", "", 2100, 1, 0);
    sample.row.entry = 0;
    sample.row.outcome = HISTORY_DENIED;
    CHECK(add_row(&sample.row) && sample.row.number == 3);
    CHECK(add_row(&sample.row) && sample.row.number == 0);
}

static void test_a_work_under_way_is_counted_and_taken_once(void)
{
    struct history_counts counts;
    struct sample sample;
    struct history_row row;
    bool found;
    int64_t same;
    sample_make(&sample, "anna", "arts", 3000, 10, 500);
    sample.row.entry = 77;
    CHECK(db_begin(db, &err) && history_begin(history, &sample.row, &err) && db_commit(db, &err));
    CHECK(history_count(history, STR("anna"), 0, 0, &counts, &err));
    CHECK(counts.jobs == 1 && counts.pages == 10 && counts.color_pages == 5);
    CHECK(counts.amount.units == 500);
    struct str digest = sample.row.work.digest;
    CHECK(history_count_same(history, STR("anna"), digest, 2990, 0, &same, &err) && same == 1);
    CHECK(history_count_same(history, STR("anna"), digest, 3001, 0, &same, &err) && same == 0);
    CHECK(db_begin(db, &err) && history_take(history, 77, &arena, &row, &found, &err) && found);
    CHECK(db_commit(db, &err));
    CHECK_STR(row.work.department, "arts");
    CHECK(row.work.group_count == 2 && row.work.digest.len == 8);
    CHECK(history_take(history, 77, &arena, &row, &found, &err) && !found);
    CHECK(history_count(history, STR("anna"), 0, 0, &counts, &err) && counts.jobs == 0);
}

static void test_a_correction_is_a_row_of_its_own(void)
{
    const struct history_correction refund = { .of = 1,
                                               .entry = 50,
                                               .at = 3100,
                                               .account = STR("user:mary"),
                                               .amount = { -8000 },
                                               .why = STR("paper jam") };
    struct history_correction none = refund;
    struct history_row row;
    struct money sum;
    int64_t number = 0;
    bool found;
    CHECK(db_begin(db, &err) && history_correct(history, &refund, &number, &err));
    CHECK(db_commit(db, &err));
    CHECK(history_corrected(history, 1, &sum, &err) && sum.units == -8000);
    CHECK(history_corrected(history, 2, &sum, &err) && sum.units == 0);
    CHECK(history_get(history, number, &arena, &row, &found, &err) && found);
    CHECK(row.refers == 1 && row.outcome == HISTORY_CORRECTED && row.amount.units == -8000);
    CHECK_STR(row.work.department, "science");
    none.of = number; // a correction is no work
    CHECK(!history_correct(history, &none, &number, &err) && err.code == ERR_NOT_FOUND);
    none.of = 4000;
    CHECK(!history_correct(history, &none, &number, &err) && err.code == ERR_NOT_FOUND);
}

static bool forget_all(struct history_forget *walk, size_t most)
{
    for (bool done = false; !done;) {
        if (!db_begin(db, &err)) {
            return false;
        }
        if (!history_forget(history, walk, most, &done, &err)) {
            db_rollback(db);
            return false;
        }
        if (!db_commit(db, &err)) {
            return false;
        }
    }
    return true;
}

static bool forget(const char *name, size_t most, size_t *rows)
{
    struct history_forget walk = { .person = str_of(name) };
    bool ok = forget_all(&walk, most);
    *rows = (size_t)walk.works;
    return ok;
}

static void test_a_person_is_forgotten(void)
{
    struct history_row row;
    struct history_counts counts;
    size_t rows;
    bool found;
    int64_t number = 0;
    for (int i = 0; i < 5; i++) {
        number = add("gone", "science", 4000 + i, 2, 100);
    }
    struct history_forget dry = { .person = STR("gone"), .is_dry = true };
    CHECK(forget_all(&dry, 2) && dry.works == 5);
    CHECK(history_get(history, number, &arena, &row, &found, &err) && found);
    CHECK_STR(row.work.user, "gone");
    CHECK(forget("gone", 2, &rows) && rows == 5);
    CHECK(history_get(history, number, &arena, &row, &found, &err) && found);
    CHECK(row.work.user.len > 10 && memcmp(row.work.user.ptr, "(forgotten ", 11) == 0);
    CHECK(row.job.len == 0 && row.work.from.len == 0 && row.work.group_count == 0);
    CHECK(row.leg_count == 1 && memcmp(row.legs[0].account.ptr, "user:(forgotten ", 16) == 0);
    CHECK(row.amount.units == 100 && work_sums(&row.work).pages == 2);
    CHECK_STR(row.work.department, "science");
    CHECK(history_count(history, STR("gone"), 0, 0, &counts, &err) && counts.jobs == 0);
    CHECK(add("gone", "", 5000, 1, 3) > number); // who comes back is somebody new
    CHECK(history_count(history, STR("gone"), 0, 0, &counts, &err) && counts.jobs == 1);
    CHECK(forget("nobody", 10, &rows) && rows == 0);
    struct sample sample;
    sample_make(&sample, "gone", "", 5100, 1, 0);
    CHECK(db_begin(db, &err) && history_begin(history, &sample.row, &err) && db_commit(db, &err));
    CHECK(!forget("gone", 10, &rows) && err.code == ERR_CONFLICT);
}

// A work of somebody else for which two paid; the second leg is `account`'s.
static int64_t add_paid_by(const char *user, int64_t at, const char *first, const char *second)
{
    struct sample sample;
    sample_make(&sample, user, "science", at, 2, 100);
    sample.legs[0] = (struct history_leg){ str_of(first), { 60 } };
    sample.legs[1] = (struct history_leg){ str_of(second), { 40 } };
    sample.row.leg_count = 2;
    sample.row.work.account = str_of(second);
    sample.row.why = STR("Payer asked; payer.old and payers did not");
    CHECK(add_row(&sample.row));
    return sample.row.number;
}

static struct history_row row_of(int64_t number)
{
    struct history_row row = { 0 };
    bool found;
    CHECK(history_get(history, number, &arena, &row, &found, &err) && found);
    return row;
}

static bool begins(struct str text, const char *with)
{
    return text.len >= strlen(with) && memcmp(text.ptr, with, strlen(with)) == 0;
}

static void test_a_forgotten_payer_is_nameless_in_works_of_others(void)
{
    // Of a time when the payer was called so; no alias says it any more.
    int64_t before = add_paid_by("other", 6900, "code:a/1", "user:earlier");
    CHECK(db_begin(db, &err) && history_rename(history, STR("earlier"), STR("payer"), &err) &&
          db_commit(db, &err));
    int64_t own = add("payer", "science", 7000, 2, 100);
    int64_t first = add_paid_by("other", 7001, "user:payer", "code:a/1");
    int64_t second = add_paid_by("other", 7002, "code:a/1", "allotment:payer");
    int64_t alias = add_paid_by("other", 7004, "user:also", "code:a/1");
    int64_t last = add_paid_by("other", 7005, "user:payers", "code:a/1");
    const struct str names[] = { STR("also") };
    struct history_forget walk = { .person = STR("payer"), .names = names, .name_count = 1 };
    struct history_forget dry = walk;
    dry.is_dry = true;
    CHECK(forget_all(&dry, 3) && dry.others >= 4);
    CHECK_STR(row_of(first).legs[0].account, "user:payer");
    // Ended by a crash after the first slice, and begun again.
    bool done;
    struct history_forget broken = walk;
    CHECK(db_begin(db, &err) && history_forget(history, &broken, 1, &done, &err) && !done &&
          db_commit(db, &err));
    CHECK(forget_all(&walk, 2) && walk.works == 1 && walk.others == dry.others);
    struct history_row row = row_of(first);
    CHECK(begins(row.legs[0].account, "user:(forgotten "));
    CHECK_STR(row.legs[1].account, "code:a/1");
    CHECK(begins(row.why, "(forgotten ") && row.why.len > 40);
    CHECK(memcmp(row.why.ptr + row.why.len - 35, "asked; payer.old and payers did not", 35) == 0);
    CHECK_STR(row.work.user, "other");
    CHECK_STR(row.job, "ipp://localhost/jobs/17");
    row = row_of(second);
    CHECK(begins(row.legs[1].account, "allotment:(forgotten "));
    CHECK(begins(row.work.account, "allotment:(forgotten "));
    CHECK(begins(row_of(before).legs[1].account, "user:(forgotten "));
    CHECK(begins(row_of(alias).legs[0].account, "user:(forgotten "));
    CHECK(begins(row_of(own).legs[0].account, "user:(forgotten "));
    CHECK_STR(row_of(last).legs[0].account, "user:payers");
    struct history_forget again = { .person = STR("payer"), .names = names, .name_count = 1 };
    CHECK(forget_all(&again, 2) && again.works == 0 && again.others == 0);
}

// Once the sums alone were nameless: forgetting again mends the rows.
static void test_rows_of_before_are_mended(void)
{
    int64_t number = add_paid_by("other", 8000, "user:leftover", "code:a/1");
    CHECK(db_begin(db, &err) &&
          history_rename(history, STR("leftover"), STR("(forgotten 9)"), &err) &&
          db_commit(db, &err));
    size_t rows;
    CHECK(forget("leftover", 10, &rows));
    CHECK_STR(row_of(number).legs[0].account, "user:(forgotten 9)");
}

static int64_t jobs_of(const char *name)
{
    struct history_counts counts;
    return history_count(history, str_of(name), 0, 0, &counts, &err) ? counts.jobs : -1;
}

static void test_a_person_gets_another_name(void)
{
    struct sample sample;
    struct history_row row;
    bool found;
    sample_make(&sample, "eve", "arts", 6000, 2, 100);
    sample.row.work.queue = STR("eve"); // a queue of the same name is another thing
    CHECK(add_row(&sample.row) && add("adam", "arts", 6001, 2, 100) > 0);
    CHECK(db_begin(db, &err) && history_rename(history, STR("eve"), STR("eva"), &err));
    CHECK(db_commit(db, &err) && jobs_of("eve") == 0 && jobs_of("eva") == 1);
    const struct history_filter queue = { .queue = STR("eve") };
    size_t count;
    int64_t next;
    CHECK(history_page(history, &queue, 0, 1, &arena, &row, &count, &next, &err) && count == 1);
    CHECK(db_begin(db, &err) && history_rename(history, STR("adam"), STR("eva"), &err));
    CHECK(db_commit(db, &err) && jobs_of("adam") == 0 && jobs_of("eva") == 2);
    CHECK(db_begin(db, &err) && history_rename(history, STR("nobody"), STR("eva"), &err));
    CHECK(history_rename(history, STR("eva"), STR("eva"), &err));
    CHECK(db_commit(db, &err) && jobs_of("eva") == 2);
    CHECK(history_get(history, sample.row.number, &arena, &row, &found, &err) && found);
    CHECK_STR(row.work.user, "eve"); // as it was then
}

static bool all_of_it(int64_t at)
{
    const struct history_correction refund = {
        1, at * 2 + 2, at, STR("user:mary"), { -1 }, STR("")
    };
    struct sample sample;
    struct history_row row;
    int64_t number;
    bool found;
    bool done;
    char user[32];
    (void)snprintf(user, sizeof(user), "user%lld", (long long)at);
    struct history_forget walk = { .person = str_of(user) };
    sample_make(&sample, user, user, at, 3, 9);
    sample.legs[0].amount.units = 4;
    sample.legs[1] = (struct history_leg){ STR("code:x/1"), { 5 } };
    sample.row.leg_count = 2;
    if (!db_begin(db, &err)) {
        return false;
    }
    if (history_begin(history, &sample.row, &err) &&
        history_take(history, sample.row.entry, &arena, &row, &found, &err) &&
        history_add(history, &sample.row, &err) &&
        history_correct(history, &refund, &number, &err) &&
        history_forget(history, &walk, 10, &done, &err) && // the person's own
        history_forget(history, &walk, 500, &done, &err)) {
        return db_commit(db, &err);
    }
    db_rollback(db);
    return false;
}

static void test_every_failing_call_leaves_nothing(void)
{
    int64_t number = add("mary", "science", 9000, 1, 1);
    int refused = 0;
    bool ok = false;
    for (int n = 1; n < 200 && !ok; n++) {
        struct history_row row;
        bool found;
        db_fault_at(db, n, n % 2 == 0);
        ok = all_of_it(10000);
        bool due = db_fault_is_due(db);
        db_fault_at(db, 0, false);
        if (ok) {
            CHECK(due);
            break;
        }
        refused++;
        bool read = history_get(history, number + 1, &arena, &row, &found, &err);
        if (!read || found) {
            CHECK(false); // a failure left a row
        }
    }
    CHECK(ok && refused > 20);
}

int main(void)
{
    history_setup();
    test_rows_are_numbered_in_the_order_of_their_times();
    test_legs_are_the_amount();
    test_a_denied_work_is_kept_once();
    test_a_work_under_way_is_counted_and_taken_once();
    test_a_correction_is_a_row_of_its_own();
    test_a_person_is_forgotten();
    test_a_forgotten_payer_is_nameless_in_works_of_others();
    test_rows_of_before_are_mended();
    test_a_person_gets_another_name();
    test_every_failing_call_leaves_nothing();
    return history_teardown();
}
