// Counters in the database: taken all or none, settled in their period, given back, and whole when
// any call of the database fails.
#include "quota/quota.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct db *db;
static struct quota *quota;
static struct err err;
static struct calendar_site site;
static struct quota_rule color = { .name = STR_INIT("color"),
                                   .unit = QUOTA_COLOR_PAGES,
                                   .most = 10,
                                   .period = CALENDAR_MONTH,
                                   .each = QUOTA_EACH_USER };
static struct quota_rule total = { .name = STR_INIT("total"),
                                   .unit = QUOTA_PAGES,
                                   .most = 100,
                                   .period = CALENDAR_DAY,
                                   .each = QUOTA_EACH_ALL };
static size_t refused;

static int64_t day(int year, int month, int number)
{
    return calendar_days_of((struct calendar_date){ year, month, number }) * CALENDAR_DAY_MS;
}

static const uint8_t *key_of(uint8_t number)
{
    static uint8_t key[QUOTA_KEY_LEN];
    memset(key, 'k', sizeof(key));
    key[0] = number;
    return key;
}

// In a transaction of its own, undone where it is refused.
static bool take(uint8_t key, int64_t at, int64_t colors, int64_t pages, struct quota_take takes[2])
{
    takes[0] = (struct quota_take){ &color, STR("user:mary"), .amount = colors };
    takes[1] = (struct quota_take){ &total, STR("all"), .amount = pages };
    refused = SIZE_MAX;
    bool ok = db_begin(db, &err) &&
              quota_reserve(quota, &site, key_of(key), at, takes, 2, &refused, &err) &&
              db_commit(db, &err);
    if (!ok) {
        db_rollback(db);
    }
    return ok;
}

static bool settle(uint8_t key, int64_t colors, int64_t pages)
{
    struct quota_amounts amounts = { { 0 } };
    amounts.of[QUOTA_COLOR_PAGES] = colors;
    amounts.of[QUOTA_PAGES] = pages;
    bool ok = db_begin(db, &err) && quota_settle(quota, key_of(key), &amounts, &err) &&
              db_commit(db, &err);
    if (!ok) {
        db_rollback(db);
    }
    return ok;
}

static bool has(const struct quota_rule *rule, const char *subject, int64_t at, int64_t used,
                int64_t reserved, int64_t carried)
{
    struct quota_use use;
    CHECK(quota_use_of(quota, &site, rule, str_of(subject), 0, at, &use, &err));
    bool same = use.state.used == used && use.state.reserved == reserved &&
                use.state.carried == carried && use.state.most == rule->most;
    if (!same) {
        printf("# %lld used, %lld reserved, %lld carried\n", (long long)use.state.used,
               (long long)use.state.reserved, (long long)use.state.carried);
    }
    return same;
}

static void test_all_or_none(void)
{
    struct quota_take takes[2];
    int64_t at = day(2026, 11, 22);
    CHECK(take(1, at, 8, 60, takes));
    CHECK(has(&color, "user:mary", at, 0, 8, 0) && has(&total, "all", at, 0, 60, 0));
    CHECK(!take(2, at, 3, 1, takes) && err.code == ERR_LIMIT && refused == 0);
    CHECK(strstr(err.text, "2 colour pages left, this needs 3") != NULL);
    CHECK(!take(2, at, 2, 41, takes) && refused == 1);
    CHECK(strstr(err.text, "\"total\" allows 100 pages a day for all together: 40 pages") != NULL);
    CHECK(has(&color, "user:mary", at, 0, 8, 0)); // what the first one took is undone
    CHECK(take(2, at, 2, 40, takes));
    CHECK(settle(1, 5, 30) && has(&color, "user:mary", at, 5, 2, 0));
    CHECK(has(&total, "all", at, 30, 40, 0));
    CHECK(settle(1, 5, 30) && has(&color, "user:mary", at, 5, 2, 0));  // once
    CHECK(settle(2, 99, 99) && has(&color, "user:mary", at, 7, 0, 0)); // never more than reserved
    CHECK(quota_settle(quota, key_of(77), NULL, &err));
}

static void test_a_lower_limit_acts_at_once_and_loses_nothing(void)
{
    struct quota_take takes[2];
    int64_t at = day(2026, 11, 22);
    color.most = 5;
    CHECK(!take(3, at, 1, 1, takes) && strstr(err.text, "0 colour pages left") != NULL);
    color.most = 9;
    CHECK(take(3, at, 2, 1, takes) && !take(4, at, 1, 1, takes));
    CHECK(db_begin(db, &err) && quota_settle(quota, key_of(3), NULL, &err) && db_commit(db, &err));
    CHECK(has(&color, "user:mary", at, 7, 0, 0));
    color.most = 10;
}

static void test_the_period_of_the_reservation(void)
{
    struct quota_take takes[2];
    int64_t last = day(2026, 12, 1) - 1;
    CHECK(take(10, last, 2, 10, takes) && takes[0].span.until == day(2026, 12, 1));
    CHECK(take(11, day(2026, 12, 1), 9, 10, takes)); // a new month
    CHECK(settle(10, 2, 10) && has(&color, "user:mary", last, 9, 0, 0));
    CHECK(has(&color, "user:mary", day(2026, 12, 1), 0, 9, 0) && settle(11, 0, 0));
}

static void test_carried_over_and_kept_for_some_periods(void)
{
    struct quota_take takes[2];
    color.carry_parts = QUOTA_PARTS / 2;
    color.carry_most = 6;
    CHECK(has(&color, "user:mary", day(2027, 1, 5), 0, 0, 5)); // told before it is used
    CHECK(take(20, day(2027, 1, 5), 15, 1, takes) && takes[0].state.carried == 5);
    CHECK(!take(21, day(2027, 1, 6), 1, 1, takes) && settle(20, 15, 1));
    for (int month = 2; month <= 12; month++) {
        for (int year = 2027; year <= 2028; year++) {
            CHECK(take(22, day(year, month, 1), 1, 1, takes) && settle(22, 1, 1));
        }
    }
    CHECK(has(&color, "user:mary", day(2028, 12, 1), 1, 0, 6));
    CHECK(has(&color, "user:mary", day(2026, 11, 1), 0, 0, 0)); // long gone
    color.carry_parts = 0;
    color.carry_most = 0;
}

static void test_levels_are_told_once(void)
{
    struct quota_take takes[2];
    int64_t at = day(2030, 1, 1);
    color.warn_count = 2;
    color.warn_at[0] = 50;
    color.warn_at[1] = 90;
    CHECK(take(30, at, 4, 1, takes) && takes[0].level == 0);
    CHECK(take(31, at, 1, 1, takes) && takes[0].level == 50);
    CHECK(take(32, at, 1, 1, takes) && takes[0].level == 0);
    CHECK(take(33, at, 4, 1, takes) && takes[0].level == 90);
    CHECK(quota_reset(quota, &site, &color, STR("user:mary"), at, &err));
    CHECK(has(&color, "user:mary", at, 0, 10, 0)); // what is reserved stays so
    for (uint8_t key = 30; key <= 33; key++) {
        CHECK(settle(key, 10, 10));
    }
    CHECK(has(&color, "user:mary", at, 10, 0, 0));
    CHECK(quota_reset(quota, &site, &color, STR("user:mary"), at, &err));
    CHECK(has(&color, "user:mary", at, 0, 0, 0));
    CHECK(take(34, at, 9, 1, takes) && takes[0].level == 90 && settle(34, 0, 0));
    color.warn_count = 0;
}

static void test_listing(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct quota_use uses[3];
    struct quota_take one = { &color, STR(""), .amount = 1 };
    static const char *const names[] = { "user:a", "user:b", "user:c", "user:d" };
    int64_t at = day(2031, 1, 1);
    size_t count;
    bool enough;
    for (uint8_t i = 0; i < 4; i++) {
        one.subject = str_of(names[i]);
        CHECK(quota_reserve(quota, &site, key_of((uint8_t)(40 + i)), at, &one, 1, &refused, &err));
    }
    CHECK(quota_use_list(quota, &site, &color, at, STR(""), 3, &arena, uses, &count, &err));
    CHECK(count == 3 && str_eq(uses[2].subject, STR("user:c")) && uses[0].state.reserved == 1);
    CHECK(quota_use_list(quota, &site, &color, at, STR("user:c"), 3, &arena, uses, &count, &err));
    CHECK(count == 1 && str_eq(uses[0].subject, STR("user:d")) && uses[0].state.most == 10);
    one.amount = 9;
    CHECK(quota_ask(quota, &site, at, &one, 1, &enough, &refused, &err) && enough);
    one.amount = 10;
    CHECK(quota_ask(quota, &site, at, &one, 1, &enough, &refused, &err) && !enough && refused == 0);
    CHECK(has(&color, "user:d", at, 0, 1, 0));
}

// Each call of the database fails once; afterwards nothing has happened, and then all of it.
static void test_any_call_may_fail(void)
{
    int64_t at = day(2032, 1, 1);
    color.warn_count = 1;
    color.warn_at[0] = 10;
    color.carry_parts = QUOTA_PARTS;
    color.carry_most = 5;
    for (int lose = 0; lose < 2; lose++) {
        bool failed = true;
        for (int64_t n = 1; failed; n++) {
            struct quota_take takes[2];
            db_fault_at(db, n, lose == 1);
            bool done = take((uint8_t)(50 + lose), at, 3, 3, takes);
            failed = !done;
            db_fault_at(db, 0, false);
            CHECK(done || err.code == ERR_UNAVAILABLE);
            CHECK(has(&color, "user:mary", at, 0, (lose + (done ? 1 : 0)) * 3, 5));
            CHECK(n < 100);
        }
    }
    for (int lose = 0; lose < 2; lose++) {
        bool failed = true;
        for (int64_t n = 1; failed; n++) {
            db_fault_at(db, n, lose == 1);
            bool done = settle((uint8_t)(50 + lose), 2, 2);
            failed = !done;
            db_fault_at(db, 0, false);
            int64_t settled = lose + (done ? 1 : 0);
            CHECK(has(&color, "user:mary", at, settled * 2, 6 - settled * 3, 5));
            CHECK(n < 100);
        }
    }
}

// Another connection took the last of it between two statements of ours.
static void test_two_writers(void)
{
    struct db *other = NULL;
    struct quota *theirs = NULL;
    struct quota_take mine = { &color, STR("user:two"), .amount = 6 };
    struct quota_take yours = { &color, STR("user:two"), .amount = 6 };
    int64_t at = day(2033, 1, 1);
    const struct db_options options = { .dsn = dsn };
    color.carry_parts = 0;
    color.carry_most = 0;
    CHECK(db_open(&other, &options, &err) && quota_open(other, &theirs, &err));
    CHECK(db_begin(other, &err));
    CHECK(quota_reserve(theirs, &site, key_of(60), at, &yours, 1, &refused, &err));
    CHECK(db_commit(other, &err));
    CHECK(!quota_reserve(quota, &site, key_of(61), at, &mine, 1, &refused, &err));
    CHECK(err.code == ERR_LIMIT && mine.state.reserved == 6);
    CHECK(quota_settle(theirs, key_of(60), NULL, &err));
    CHECK(quota_reserve(quota, &site, key_of(61), at, &mine, 1, &refused, &err));
    quota_close(&theirs);
    db_close(&other);
}

// Every period moves; where both have a counter of one they are summed, holds too.
static void test_one_subject_becomes_another(void)
{
    int64_t before = day(2034, 1, 5);
    int64_t at = day(2034, 2, 5);
    struct quota_take old = { &color, STR("user:old"), .amount = 4 };
    struct quota_take new = { &color, STR("user:new"), .amount = 3 };
    struct quota_amounts amounts = { { 0 } };
    amounts.of[QUOTA_COLOR_PAGES] = 2;
    CHECK(quota_reserve(quota, &site, key_of(70), before, &old, 1, &refused, &err));
    CHECK(quota_settle(quota, key_of(70), &amounts, &err));
    CHECK(quota_reserve(quota, &site, key_of(71), at, &old, 1, &refused, &err));
    CHECK(quota_reserve(quota, &site, key_of(72), at, &new, 1, &refused, &err));
    CHECK(quota_rename(quota, STR("user:old"), STR("user:new"), &err));
    CHECK(has(&color, "user:old", before, 0, 0, 0) && has(&color, "user:old", at, 0, 0, 0));
    CHECK(has(&color, "user:new", before, 2, 0, 0) && has(&color, "user:new", at, 0, 7, 0));
    CHECK(quota_settle(quota, key_of(71), &amounts, &err));
    CHECK(quota_settle(quota, key_of(72), NULL, &err) && has(&color, "user:new", at, 2, 0, 0));
    CHECK(quota_rename(quota, STR("user:none"), STR("user:new"), &err));
    CHECK(quota_rename(quota, STR("user:new"), STR("user:new"), &err));
    CHECK(has(&color, "user:new", at, 2, 0, 0));
}

int main(void)
{
    const char *folder = folder_make();
    store_make(dsn, folder);
    site = (struct calendar_site){ .zone = calendar_zone_utc(), .week_begins = 1 };
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && quota_open(db, &quota, &err));
    test_all_or_none();
    test_a_lower_limit_acts_at_once_and_loses_nothing();
    test_the_period_of_the_reservation();
    test_carried_over_and_kept_for_some_periods();
    test_levels_are_told_once();
    test_listing();
    test_any_call_may_fail();
    test_two_writers();
    test_one_subject_becomes_another();
    quota_close(&quota);
    db_close(&db);
    folder_end();
    return tap_done();
}
