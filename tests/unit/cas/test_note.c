// What ends stands in the history: charged, given back, lapsed, refused; its sums are the ledger's.
#include "cas/cas_int.h"
#include "unit/cas/fixture.h"

static struct history_row rows[20];

static size_t newest(size_t most)
{
    const struct history_filter all = { .outcome = 0 };
    size_t count = 0;
    int64_t next;
    CHECK(history_page(cas->history, &all, 0, most, &arena, rows, &count, &next, &err));
    return count;
}

// The amounts of the history are what the ledger moved to the site's income.
static void check_sums(void)
{
    struct history_totals *totals = history_totals_new(HISTORY_BY_ALL, 0, 0, -1);
    struct ledger_account income;
    bool done = false;
    bool found;
    bool more;
    int64_t left;
    size_t count;
    while (!done) {
        if (!history_totals_step(cas->history, totals, 3, &done, &left, &err)) {
            break;
        }
    }
    const struct history_sum *sums = history_totals_of(totals, &count, &more);
    CHECK(done && count == 1);
    CHECK(ledger_account_find(cas->ledger, STR("income:print"), &income, &found, &err) && found);
    CHECK(count == 1 && sums[0].amount.units == income.state.balance.units);
    history_totals_free(&totals);
}

static void test_a_charge_is_noted(void)
{
    struct history_counts counts;
    CHECK(reserve(10, "Mary", 2, 1) != NULL);
    CHECK(newest(20) == 0);
    CHECK(history_count(cas->history, STR("mary"), 0, 0, &counts, &err));
    CHECK(counts.jobs == 1 && counts.pages == 3 && counts.color_pages == 1);
    now += 60000;
    const Quoin__V1__Settlement *done = settle(11, 10, 1, 1);
    CHECK(done != NULL);
    CHECK(newest(20) == 1 && rows[0].outcome == HISTORY_CHARGED && rows[0].number == 1);
    CHECK(rows[0].amount.units == 25000 && rows[0].at == done->at &&
          rows[0].work.at == now - 60000);
    CHECK(work_sums(&rows[0].work).pages == 2 && rows[0].leg_count == 1 && rows[0].line_count == 2);
    CHECK_STR(rows[0].work.user, "mary");
    CHECK_STR(rows[0].legs[0].account, "user:mary");
    CHECK(settle(11, 10, 1, 1) != NULL && newest(20) == 1); // the same again
    CHECK(history_count(cas->history, STR("mary"), 0, 0, &counts, &err));
    CHECK(counts.jobs == 1 && counts.pages == 2 && counts.amount.units == 25000);
    check_sums();
}

static void test_what_was_given_back_is_noted(void)
{
    CHECK(reserve(20, "mary", 1, 0) != NULL && give_back(21, 20) != NULL);
    CHECK(newest(20) == 2 && rows[0].outcome == HISTORY_VOIDED && rows[0].amount.units == 0);
    CHECK(work_sums(&rows[0].work).pages == 1); // those that were asked
    CHECK(give_back(21, 20) != NULL && newest(20) == 2);
    check_sums();
}

static void test_what_lapsed_is_noted(void)
{
    CHECK(reserve(30, "mary", 1, 0) != NULL);
    CHECK(db_begin(cas_db(cas), &err) && cas_lapse(cas, now + 31LL * 24 * 3600 * 1000, &err));
    CHECK(db_commit(cas_db(cas), &err));
    CHECK(newest(20) == 3 && rows[0].outcome == HISTORY_LAPSED && rows[0].amount.units == 0);
    int64_t lapsed_at = rows[0].at;
    CHECK(reserve(31, "mary", 1, 0) != NULL && settle(32, 31, 1, 0) != NULL); // by an older clock
    CHECK(newest(20) == 4 && rows[0].at == lapsed_at);
    check_sums();
}

static void test_a_refusal_is_noted_once(void)
{
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    const ProtobufCMessage *reply;
    for (int i = 0; i < 2; i++) {
        struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
        request.key = key_of(40);
        request.work = &work;
        work.user = text_of("mary");
        work.classes = classes_of(0, 100, &work.n_classes);
        CHECK(db_begin(cas_db(cas), &err));
        CHECK(!cas_answer(cas, &turn, &request.base, &reply, &err) && err.code == ERR_LIMIT);
        db_rollback(cas_db(cas));
        CHECK(turn.refused != NULL && db_begin(cas_db(cas), &err));
        CHECK(cas_refused(cas, &turn, &err) && db_commit(cas_db(cas), &err));
        CHECK(newest(20) == 5 && rows[0].outcome == HISTORY_REFUSED);
        CHECK(rows[0].amount.units == 0 && rows[0].work.cost.units == 2000000);
        CHECK(strstr(rows[0].why.ptr, "available") != NULL);
    }
    struct cas_turn none = { .arena = &arena, .role = role, .host = host, .now = now };
    CHECK(cas_refused(cas, &none, &err) && newest(20) == 5);
    check_sums();
}

static void test_every_failing_call_leaves_nothing(void)
{
    for (int step = 0; step < 2; step++) {
        bool ok = false;
        int refused = 0;
        for (int n = 1; n < 100 && !ok; n++) {
            db_fault_at(cas_db(cas), n, n % 2 == 0);
            ok = step == 0 ? reserve(50, "mary", 1, 0) != NULL : settle(51, 50, 1, 0) != NULL;
            CHECK(ok || !db_fault_is_due(cas_db(cas)));
            db_fault_at(cas_db(cas), 0, false);
            refused += !ok;
            if (!ok && newest(20) != 5) {
                CHECK(false); // a failure left a row
            }
        }
        CHECK(ok && refused > 12);
    }
    CHECK(newest(20) == 6);
    check_sums();
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(1, "Mary", 100000) != NULL);
    test_a_charge_is_noted();
    test_what_was_given_back_is_noted();
    test_what_lapsed_is_noted();
    test_a_refusal_is_noted_once();
    test_every_failing_call_leaves_nothing();
    return fixture_end();
}
