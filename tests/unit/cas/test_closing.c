// Periods that are over are closed once, by the site's clock; the answer is always the same, the
// totals are the history's, and what comes later is dated later.
#include "cas/closing.h"

#include "base/clk.h"
#include "cas/walks.h"
#include "proto/history.pb-c.h"
#include "proto/quota.pb-c.h"
#include "svc/pki.h"
#include "unit/cas/fixture.h"

#define DAY ((int64_t)86400000)
static char paths[4][240];
static int64_t begin; // of the month before this one, in UTC

struct heard {
    int parts;
    bool done;
    bool was_closed;
    int64_t number;
    int64_t at;
    int64_t last;
    int64_t accounts;
    int64_t from;
    int64_t until;
    char lines[4096];
    int64_t income;
};

static void hear(void *arg, const ProtobufCMessage *part)
{
    struct heard *heard = arg;
    heard->parts++;
    if (part->descriptor == &quoin__v1__totals_reply__descriptor) {
        heard->income = ((const Quoin__V1__TotalsReply *)part)->income;
        return;
    }
    const Quoin__V1__ClosePeriodReply *reply = (const Quoin__V1__ClosePeriodReply *)part;
    heard->done = reply->done;
    if (reply->done) {
        heard->was_closed = reply->was_closed;
        heard->number = reply->period->checkpoint;
        heard->at = reply->period->at;
        heard->last = reply->period->last;
        heard->from = reply->period->from;
        heard->until = reply->period->until;
        heard->accounts = reply->period->accounts;
        (void)snprintf(heard->lines, sizeof(heard->lines), "%.*s", (int)reply->period->signed_.len,
                       (const char *)reply->period->signed_.data);
    }
}

// As the writer does, but in one transaction.
static bool walk(const ProtobufCMessage *request, struct heard *heard)
{
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now };
    memset(&err, 0, sizeof(err));
    *heard = (struct heard){ 0 };
    if (!db_begin(cas_db(cas), &err)) {
        return false;
    }
    if (!cas_walk_run(cas, &turn, request, hear, heard, &err)) {
        db_rollback(cas_db(cas));
        return false;
    }
    return db_commit(cas_db(cas), &err);
}

static struct heard close_it(const char *period, const char *why, bool is_dry)
{
    Quoin__V1__ClosePeriodRequest request = QUOIN__V1__CLOSE_PERIOD_REQUEST__INIT;
    struct heard heard;
    request.key = key_of(200);
    request.period = text_of(period);
    request.why = text_of(why);
    request.dry_run = is_dry;
    heard.done = false;
    heard.done = walk(&request.base, &heard) && heard.done;
    return heard;
}

static bool refuses(const char *period, enum err_code code, const char *told)
{
    return !close_it(period, "", false).done && err.code == code && strstr(err.text, told) != NULL;
}

static void make_keys(const char *folder)
{
    static const char *const names[] = { "ca.crt", "ca.key", "cas.crt", "cas.key" };
    CHECK(svc_pki_make(folder, &err));
    for (int i = 0; i < 4; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/pki/%s", folder, names[i]);
    }
}

static bool open_site(void)
{
    const struct cas_options options = { .dsn = fixture_dsn,
                                         .authority_certificate = paths[0],
                                         .authority_key = paths[1],
                                         .believed = paths[0] };
    cas_close(&cas);
    memset(&err, 0, sizeof(err));
    return cas_open(&cas, &options, &err);
}

static void period_name(char name[static LEDGER_PERIOD_MAX + 1], enum calendar_period kind,
                        bool is_quarter, int64_t at)
{
    const struct calendar_site site = { .zone = calendar_zone_utc() };
    cas_closing_name(&site, kind, is_quarter, at, name);
}

// The founding entries are dated today, so it all happens in the months after this one.
static void test_only_what_is_over(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    char told[80];
    static const char *const bad[] = { "", "2026-13", "2026-Q5", "2026-q1", "26-01", "2026-11-31" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tap_result(refuses(bad[i], ERR_INVALID, "is no day, month"), bad[i], __FILE__, __LINE__);
    }
    period_name(name, CALENDAR_MONTH, false, now);
    (void)snprintf(told, sizeof(told), "%s is not over yet", name);
    CHECK(refuses(name, ERR_INVALID, told));
    period_name(name, CALENDAR_YEAR, false, now);
    CHECK(refuses(name, ERR_INVALID, "is not over yet: it ends on"));
    CHECK(refuses("2019-01", ERR_INVALID, "the ledger has no entry before its end"));
}

static int64_t totals_income(const char *period)
{
    Quoin__V1__TotalsRequest request = QUOIN__V1__TOTALS_REQUEST__INIT;
    struct heard heard;
    request.by = text_of("");
    request.period = text_of(period);
    CHECK(walk(&request.base, &heard));
    return heard.income;
}

static void test_a_month_is_closed_once(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    char income[80];
    char amount[MONEY_TEXT_MAX];
    struct ledger_period kept;
    bool found;
    period_name(name, CALENDAR_MONTH, false, now);
    CHECK(add_person(1, "mary", 10 * MONEY_SCALE) != NULL);
    CHECK(reserve(10, "mary", 3, 0) != NULL && settle(11, 10, 2, 0) != NULL);
    CHECK(reserve(12, "mary", 4, 0) != NULL);
    now += 31 * DAY;
    struct heard dry = close_it(name, "", true);
    CHECK(dry.done && dry.at == 0 && dry.number == 0 && dry.accounts > 1);
    CHECK(ledger_period_find(cas_ledger(cas), str_of(name), &kept, &found, &err) && !found);
    struct heard heard = close_it(name, "end of month", false);
    CHECK(heard.done && !heard.was_closed && heard.number == 1 && heard.at == now);
    CHECK(strcmp(heard.lines, dry.lines) == 0);
    (void)snprintf(income, sizeof(income), "\nclass income 1 0.00 %s ",
                   money_text((struct money){ totals_income(name) }, amount));
    CHECK(totals_income(name) > 0 && strstr(heard.lines, income) != NULL);
    now += 1000;
    struct heard again = close_it(name, "another reason", false);
    CHECK(again.done && again.was_closed && again.number == 1 && again.at == heard.at);
    CHECK(strcmp(again.lines, heard.lines) == 0);
    begin = heard.until;
}

static int64_t newest_at(void)
{
    struct ledger_head head;
    CHECK(ledger_head(cas_ledger(cas), &head, &err));
    return head.at;
}

// Of a clock that jumps back into the closed month, and of what belongs to a job of it.
static void test_what_comes_later_is_dated_later(void)
{
    int64_t then = now;
    now -= 40 * DAY;
    CHECK(settle(13, 12, 4, 0) != NULL);
    CHECK(newest_at() >= begin);
    now = then;
    struct ledger_bounds bounds;
    struct ledger_period kept;
    char name[LEDGER_PERIOD_MAX + 1];
    bool found;
    period_name(name, CALENDAR_MONTH, false, begin - 1);
    CHECK(ledger_period_find(cas_ledger(cas), str_of(name), &kept, &found, &err) && found);
    CHECK(ledger_bounds_find(cas_ledger(cas), kept.bounds.from, kept.bounds.until, &bounds, &err) &&
          bounds.last == kept.bounds.last);
}

static const char *proven(int64_t *checked)
{
    static struct ledger_periods_proof proof;
    proof = (struct ledger_periods_proof){ 0 };
    bool good = true;
    while (good && !proof.done) {
        good = ledger_periods_prove(cas_ledger(cas), 1000, &proof, &err);
    }
    ledger_periods_proof_end(&proof);
    *checked = proof.checked;
    return good ? proof.finding : err.text;
}

// A quarter, a year and days beside the month, in any order; an empty one too.
static void test_any_that_is_over_in_any_order(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    int64_t checked;
    now += 400 * DAY;
    period_name(name, CALENDAR_YEAR, false, begin);
    CHECK(close_it(name, "", false).done);
    period_name(name, CALENDAR_MONTH, true, begin);
    CHECK(close_it(name, "", false).done);
    period_name(name, CALENDAR_DAY, false, begin + 3 * DAY);
    CHECK(close_it(name, "", false).done);
    period_name(name, CALENDAR_DAY, false, begin + 2 * DAY);
    CHECK(close_it(name, "", false).done);
    CHECK_STR(str_of(proven(&checked)), "");
    CHECK(checked == 5);
}

static const Quoin__V1__GetStatementReply *statement(const char *period, int64_t part)
{
    Quoin__V1__GetStatementRequest request = QUOIN__V1__GET_STATEMENT_REQUEST__INIT;
    request.period = text_of(period);
    request.part = part;
    return ask(&request.base);
}

static void test_statements_are_told(void)
{
    Quoin__V1__ListPeriodsRequest request = QUOIN__V1__LIST_PERIODS_REQUEST__INIT;
    request.after = text_of("");
    request.limit = 2;
    const Quoin__V1__ListPeriodsReply *page = ask(&request.base);
    CHECK(page != NULL && page->n_periods == 2 && page->more);
    request.after = page->periods[1]->name;
    request.limit = 100;
    page = ask(&request.base);
    CHECK(page != NULL && page->n_periods == 3 && !page->more);
    const char *name = page->periods[0]->name;
    const Quoin__V1__GetStatementReply *got = statement(name, 0);
    uint8_t digest[CRYPTO_HASH_LEN];
    CHECK(got != NULL && got->text.len > 100 && got->checkpoint->number == got->period->checkpoint);
    crypto_hash_of((struct str){ (const char *)got->text.data, got->text.len }, digest);
    CHECK(memcmp(digest, got->period->digest.data, sizeof(digest)) == 0);
    got = statement(name, 1);
    CHECK(got != NULL && got->text.len == 0);
    CHECK(statement("1999", 0) == NULL && err.code == ERR_NOT_FOUND);
}

// Each failure leaves it open, and the next try closes it.
static void test_the_nth_failure_leaves_all_or_nothing(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    struct ledger_period kept;
    bool went = false;
    bool found;
    period_name(name, CALENDAR_DAY, false, begin - DAY / 2);
    int n = 0;
    while (!went && n < 2000) {
        n++;
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        went = close_it(name, "", false).done;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(ledger_period_find(cas_ledger(cas), str_of(name), &kept, &found, &err));
        if (found != went) {
            CHECK(false); // half of it was done
        }
    }
    printf("# %d calls failed, each left it open\n", n - 1);
    CHECK(went && n > 40);
}

static bool step(bool *more)
{
    bool ok = db_begin(cas_db(cas), &err) && cas_schedule_step(cas, now, more, &err) &&
              db_commit(cas_db(cas), &err);
    if (!ok) {
        db_rollback(cas_db(cas));
    }
    return ok;
}

// By itself, on the first of the month, though slices of it fail and CAS starts anew amid it.
static void test_a_schedule_closes_the_month(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    struct ledger_period kept;
    bool found = false;
    bool more = true;
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    Quoin__V1__SetScheduleRequest request = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    schedule.name = text_of("months");
    schedule.when = text_of("@monthly");
    schedule.task = text_of("close");
    request.key = key_of(90);
    request.schedule = &schedule;
    CHECK(ask(&request.base) != NULL);
    period_name(name, CALENDAR_MONTH, false, now);
    now += 32 * DAY;
    for (int n = 1; n < 400 && !found; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        (void)step(&more);
        db_fault_at(cas_db(cas), 0, false);
        if (n % 50 == 0) {
            CHECK(open_site());
        }
        CHECK(ledger_period_find(cas_ledger(cas), str_of(name), &kept, &found, &err));
    }
    CHECK(found);
    for (int i = 0; i < 100 && more; i++) {
        CHECK(step(&more));
    }
    Quoin__V1__ListScheduleRunsRequest runs = QUOIN__V1__LIST_SCHEDULE_RUNS_REQUEST__INIT;
    runs.name = text_of("months");
    const Quoin__V1__ListScheduleRunsReply *told = ask(&runs.base);
    CHECK(told != NULL && told->n_runs == 1 && told->runs[0]->done_at != 0 &&
          told->runs[0]->count == 1 && told->runs[0]->failed == 0 &&
          strstr(told->runs[0]->result, " closed, checkpoint ") != NULL);
}

// By the site's clock: the day beside one that was closed by another clock begins where that ended,
// and a month in which clocks are set has its own length.
static void test_the_site_has_a_clock(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    Quoin__V1__SetSiteTimeRequest request = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__SiteTime site = QUOIN__V1__SITE_TIME__INIT;
    site.zone = text_of("Europe/Berlin");
    request.key = key_of(91);
    request.time = &site;
    CHECK(ask(&request.base) != NULL);
    period_name(name, CALENDAR_DAY, false, begin + 4 * DAY); // the one before it was closed by UTC
    struct heard heard = close_it(name, "", false);
    CHECK(heard.done && heard.from == begin + 4 * DAY);
    int64_t ahead = begin + 5 * DAY - heard.until;
    CHECK(ahead == 3600000 || ahead == 7200000); // winter or summer
    now += 400 * DAY;
    (void)snprintf(name, sizeof(name), "%d-03",
                   calendar_local_of(calendar_zone_utc(), begin).date.year + 1);
    heard = close_it(name, "", true);
    CHECK(heard.done && heard.until - heard.from == 31 * DAY - 3600000);
}

// What is not good is not closed.
static void test_a_broken_ledger_is_not_closed(void)
{
    char name[LEDGER_PERIOD_MAX + 1];
    CHECK(db_run_text(cas_db(cas),
                      store_is_postgres() ? "SET session_replication_role = replica"
                                          : "DROP TRIGGER ledger_entry_keep",
                      &err));
    CHECK(db_run_text(cas_db(cas), "UPDATE ledger_entry SET why = 'forged' WHERE seq = 5", &err));
    period_name(name, CALENDAR_DAY, false, begin + 8 * DAY);
    CHECK(refuses(name, ERR_CONFLICT, "is not closed, for the ledger is not good: entry 5"));
    CHECK(
        db_run_text(cas_db(cas), "UPDATE ledger_entry SET why = 'a new site' WHERE seq = 5", &err));
}

int main(void)
{
    fixture_begin();
    make_keys(folder_make());
    CHECK(open_site());
    now = clk_wall_ms() + 1000;
    test_only_what_is_over();
    test_a_month_is_closed_once();
    test_what_comes_later_is_dated_later();
    test_any_that_is_over_in_any_order();
    test_statements_are_told();
    test_the_nth_failure_leaves_all_or_nothing();
    test_a_schedule_closes_the_month();
    test_the_site_has_a_clock();
    test_a_broken_ledger_is_not_closed();
    return fixture_end();
}
