// The history is told in pages, one by one and in sums that agree with the ledger; a person can be
// forgotten.
#include "cas/past.h"

#include "cas/cas_int.h"
#include "cas/walks.h"
#include "proto/history.pb-c.h"
#include "unit/cas/fixture.h"

static const Quoin__V1__ListWorksReply *list(const char *user, const char *outcome, int64_t before,
                                             uint32_t limit)
{
    Quoin__V1__ListWorksRequest request = QUOIN__V1__LIST_WORKS_REQUEST__INIT;
    request.user = text_of(user);
    request.outcome = text_of(outcome);
    request.before = before;
    request.limit = limit;
    return ask(&request.base);
}

struct heard {
    int64_t sums;
    int64_t works;
    int64_t amount;
    int64_t named; // of the name looked for
    const char *name;
    bool done;
    int64_t all;
    int64_t income;
    int64_t forgotten;
};

static void hear(void *arg, const ProtobufCMessage *part)
{
    struct heard *heard = arg;
    if (part->descriptor == &quoin__v1__forget_person_reply__descriptor) {
        const Quoin__V1__ForgetPersonReply *forget = (const Quoin__V1__ForgetPersonReply *)part;
        heard->forgotten = forget->works;
        heard->done = forget->done;
        return;
    }
    const Quoin__V1__TotalsReply *reply = (const Quoin__V1__TotalsReply *)part;
    for (size_t i = 0; i < reply->n_sums; i++) {
        heard->sums++;
        heard->works += reply->sums[i]->works;
        heard->amount += reply->sums[i]->amount;
        if (strcmp(reply->sums[i]->name, heard->name) == 0) {
            heard->named = reply->sums[i]->amount;
        }
    }
    heard->done = reply->done;
    if (reply->done) {
        heard->all = reply->all->amount;
        heard->income = reply->income;
    }
}

static bool walk(const ProtobufCMessage *request, struct heard *heard)
{
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now };
    memset(&err, 0, sizeof(err));
    if (!db_begin(cas_db(cas), &err)) {
        return false;
    }
    if (!cas_walk_run(cas, &turn, request, hear, heard, &err)) {
        db_rollback(cas_db(cas));
        return false;
    }
    return db_commit(cas_db(cas), &err);
}

static struct heard totals(const char *by, const char *period, const char *name)
{
    Quoin__V1__TotalsRequest request = QUOIN__V1__TOTALS_REQUEST__INIT;
    struct heard heard = { .name = name };
    request.by = text_of(by);
    request.period = text_of(period);
    CHECK(walk(&request.base, &heard) && heard.done);
    return heard;
}

static void test_pages_are_told(void)
{
    for (uint8_t i = 0; i < 10; i++) {
        CHECK(reserve((uint8_t)(10 + i), i % 2 == 0 ? "Mary" : "tom", 2, 0) != NULL);
        CHECK(i == 9 ? give_back(60, 19) != NULL
                     : settle((uint8_t)(30 + i), (uint8_t)(10 + i), i == 0 ? 1 : 2, 0) != NULL);
    }
    const Quoin__V1__ListWorksReply *page = list("", "", 0, 4);
    CHECK(page != NULL && page->n_works == 4 && page->next == 7 && page->works[0]->number == 10);
    CHECK(strcmp(page->works[0]->outcome, "voided") == 0 && page->works[0]->amount == 0);
    CHECK(strcmp(page->works[1]->user, "mary") == 0 && page->works[1]->amount == 10000);
    CHECK(page->works[1]->pages == 2 && page->works[1]->n_legs == 1);
    page = list("", "", page->next, 100);
    CHECK(page != NULL && page->n_works == 6 && page->next == 0);
    page = list("MARY", "", 0, 0);
    CHECK(page != NULL && page->n_works == 5 && page->works[4]->number == 1);
    page = list("tom", "voided", 0, 0);
    CHECK(page != NULL && page->n_works == 1);
    page = list("nobody", "", 0, 0);
    CHECK(page != NULL && page->n_works == 0);
    CHECK(list("", "printed", 0, 0) == NULL && err.code == ERR_INVALID);
    CHECK(list("bad\nname", "", 0, 0) == NULL && err.code == ERR_INVALID);
}

static void hear_works(void *arg, const ProtobufCMessage *part)
{
    const Quoin__V1__ListWorksReply *reply = (const Quoin__V1__ListWorksReply *)part;
    *(size_t *)arg += reply->n_works;
}

static void test_all_are_told_as_a_stream(void)
{
    Quoin__V1__ListWorksRequest request = QUOIN__V1__LIST_WORKS_REQUEST__INIT;
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now };
    size_t heard = 0;
    CHECK(cas_walk_run(cas, &turn, &request.base, hear_works, &heard, &err) && heard == 10);
    request.limit = 3;
    heard = 0;
    CHECK(cas_walk_run(cas, &turn, &request.base, hear_works, &heard, &err) && heard == 3);
    request.limit = 0;
    request.user = text_of("mary");
    heard = 0;
    CHECK(cas_walk_run(cas, &turn, &request.base, hear_works, &heard, &err) && heard == 5);
}

static void test_one_work_is_told(void)
{
    Quoin__V1__GetPastWorkRequest request = QUOIN__V1__GET_PAST_WORK_REQUEST__INIT;
    request.reservation = key_of(10);
    const Quoin__V1__PastWork *work = ask(&request.base);
    CHECK(work != NULL && work->number == 1 && work->pages == 1 && work->amount == 5000);
    CHECK(work->n_lines == 1 && work->lines[0]->each == 5000 && work->entry > 0);
    const struct history_correction refund = { 1,         work->entry, now, STR("user:mary"),
                                               { -5000 }, STR("jam") };
    int64_t number;
    CHECK(db_begin(cas_db(cas), &err));
    // Beside the ledger, for this test alone; taken back below.
    CHECK(history_correct(cas->history, &refund, &number, &err));
    CHECK(history_corrected(cas->history, 1, &(struct money){ 0 }, &err));
    db_rollback(cas_db(cas));
    request.reservation = key_of(99);
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
    request.number = 3;
    work = ask(&request.base);
    CHECK(work != NULL && work->number == 3 && work->corrected == 0);
    request.number = 300;
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_sums_agree_with_the_ledger(void)
{
    struct heard heard = totals("user", "", "mary");
    CHECK(heard.sums == 2 && heard.works == 9 && heard.named == 45000);
    CHECK(heard.amount == 85000 && heard.all == 85000 && heard.income == 85000);
    heard = totals("account", "", "user:tom");
    CHECK(heard.sums == 2 && heard.named == 40000 && heard.income == heard.all);
    heard = totals("code", "", "");
    CHECK(heard.sums == 1 && heard.named == 85000 && heard.all == 85000); // without a code
    heard = totals("", "", "");
    CHECK(heard.sums == 0 && heard.all == 85000);
    heard = totals("department", "1971-03", "");
    CHECK(heard.sums == 0 && heard.all == 0 && heard.income == 0);
    Quoin__V1__TotalsRequest request = QUOIN__V1__TOTALS_REQUEST__INIT;
    request.by = text_of("colour");
    CHECK(!walk(&request.base, &heard) && err.code == ERR_INVALID);
    request.by = text_of("user");
    request.period = text_of("2026-13");
    CHECK(!walk(&request.base, &heard) && err.code == ERR_INVALID);
}

static void test_periods(void)
{
    static const struct {
        const char *text;
        int64_t from;
        int64_t until;
    } cases[] = {
        { "1970-01-02", 86400000, 172800000 },
        { "1970-01", 0, 31LL * 86400000 },
        { "1970", 0, 365LL * 86400000 },
        { "1972-02", 760 * 86400000LL + 86400000, 790 * 86400000LL },
        { "1970-1", -1, 0 },
        { "1970-02-30", -1, 0 },
        { "now", -1, 0 },
        { "", -1, 0 },
    };
    const struct calendar_site site = { .zone = calendar_zone_utc(), .week_begins = 1 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t from = 0;
        int64_t until = 0;
        bool ok = cas_past_period(cases[i].text, &site, &from, &until, &err);
        CHECK(ok ? from == cases[i].from && until == cases[i].until : cases[i].from == -1);
    }
}

static void test_a_person_is_forgotten(void)
{
    Quoin__V1__ForgetPersonRequest request = QUOIN__V1__FORGET_PERSON_REQUEST__INIT;
    struct heard heard = { 0 };
    request.key = key_of(90);
    request.name = text_of("Mary");
    request.dry_run = true;
    CHECK(walk(&request.base, &heard) && heard.done && heard.forgotten == 5);
    CHECK(list("mary", "", 0, 0)->n_works == 5);
    request.dry_run = false;
    CHECK(reserve(91, "mary", 1, 0) != NULL);
    CHECK(!walk(&request.base, &heard) && err.code == ERR_CONFLICT);
    CHECK(give_back(92, 91) != NULL);
    CHECK(walk(&request.base, &heard) && heard.done && heard.forgotten == 6);
    CHECK(list("mary", "", 0, 0)->n_works == 0);
    const Quoin__V1__ListWorksReply *page = list("", "", 0, 50);
    CHECK(page != NULL && page->n_works == 11);
    heard = totals("user", "", "tom");
    CHECK(heard.sums == 2 && heard.named == 40000 && heard.all == 85000 && heard.income == 85000);
    request.name = text_of("");
    CHECK(!walk(&request.base, &heard) && err.code == ERR_INVALID);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(1, "mary", 1000000) != NULL);
    CHECK(add_person(2, "tom", 1000000) != NULL);
    test_pages_are_told();
    test_all_are_told_as_a_stream();
    test_one_work_is_told();
    test_sums_agree_with_the_ledger();
    test_periods();
    test_a_person_is_forgotten();
    return fixture_end();
}
