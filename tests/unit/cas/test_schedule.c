// Schedules: what is due runs once, what was missed is made up for once, a run that is interrupted
// goes on, and no jump of the clock makes a storm or loses a run.
#include "unit/cas/fixture.h"

#include "accounts/edit.h"
#include "cas/schedule.h"

static int64_t utc(int year, int month, int day, int hour)
{
    return calendar_days_of((struct calendar_date){ year, month, day }) * CALENDAR_DAY_MS +
           (int64_t)hour * 3600000;
}

static Quoin__V1__Schedule schedule_of(const char *name, const char *when,
                                       Quoin__V1__ScheduleGrant *grant)
{
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    quoin__v1__schedule_grant__init(grant);
    grant->mode = text_of("add");
    grant->amount = 100;
    grant->all = 1;
    schedule.name = text_of(name);
    schedule.when = text_of(when);
    schedule.zone = text_of("UTC");
    schedule.task = text_of("grant");
    schedule.grant = grant;
    return schedule;
}

static const Quoin__V1__Schedule *set(uint8_t key, Quoin__V1__Schedule *schedule)
{
    Quoin__V1__SetScheduleRequest request = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    request.key = key_of(key);
    request.schedule = schedule;
    return ask(&request.base);
}

static bool step(int64_t at, bool *more)
{
    bool ok = db_begin(cas_db(cas), &err) && cas_schedule_step(cas, at, more, &err) &&
              db_commit(cas_db(cas), &err);
    if (!ok) {
        db_rollback(cas_db(cas));
    }
    return ok;
}

// All that is to do at an instant. Returns how many steps it took.
static int work(int64_t at)
{
    bool more = true;
    int steps = 0;
    while (more && steps < 1000) {
        CHECK(step(at, &more));
        steps++;
    }
    return steps;
}

static int64_t allotment_of(const char *user)
{
    Quoin__V1__GetPursesRequest request = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    request.name = text_of(user);
    const Quoin__V1__Purses *purses = ask(&request.base);
    return purses == NULL || purses->allotment == NULL ? 0 : purses->allotment->balance;
}

static const Quoin__V1__ListScheduleRunsReply *runs_of(const char *name)
{
    Quoin__V1__ListScheduleRunsRequest request = QUOIN__V1__LIST_SCHEDULE_RUNS_REQUEST__INIT;
    request.name = text_of(name);
    return ask(&request.base);
}

static void test_what_is_due_runs_once(void)
{
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("monthly", "0 6 1 * *", &grant);
    now = utc(2026, 10, 15, 0);
    const Quoin__V1__Schedule *made = set(1, &schedule);
    CHECK(made != NULL && made->next == utc(2026, 11, 1, 6) && made->last == NULL);
    CHECK(work(utc(2026, 11, 1, 6) - 1) == 1 && allotment_of("mary") == 0);
    CHECK(work(utc(2026, 11, 1, 6)) > 1 && allotment_of("mary") == 100);
    CHECK(work(utc(2026, 11, 1, 6)) == 1 && work(utc(2026, 11, 30, 6)) == 1);
    CHECK(allotment_of("mary") == 100 && allotment_of("tom") == 100);
    const Quoin__V1__ListScheduleRunsReply *runs = runs_of("monthly");
    CHECK(runs->n_runs == 1 && runs->runs[0]->count == 3 && runs->runs[0]->amount == 300);
    CHECK(strcmp(runs->runs[0]->how, "due") == 0 && runs->runs[0]->done_at != 0);
    CHECK(strcmp(runs->runs[0]->due, "2026-11-01 06:00") == 0 && runs->runs[0]->failed == 0);
}

static void test_missed_runs_are_made_up_for_once(void)
{
    CHECK(work(utc(2027, 3, 10, 0)) > 1 && allotment_of("mary") == 200); // of four the latest
    CHECK(work(utc(2027, 3, 10, 0)) == 1);
    const Quoin__V1__ListScheduleRunsReply *runs = runs_of("monthly");
    CHECK(runs->n_runs == 2 && strcmp(runs->runs[0]->how, "missed") == 0);
    CHECK(runs->runs[0]->due_at == utc(2027, 3, 1, 6));
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("monthly", "0 6 1 * *", &grant);
    schedule.missed = text_of("all");
    now = utc(2027, 3, 10, 1);
    CHECK(set(2, &schedule) != NULL);
    CHECK(work(utc(2027, 7, 10, 0)) > 4 && allotment_of("mary") == 600); // April to July
    CHECK(runs_of("monthly")->n_runs == 6);
}

static void test_a_clock_that_jumps(void)
{
    static const int64_t hours[] = { 1, -1, 24, -24, -400 * 24 };
    int64_t at = utc(2027, 8, 15, 0);
    CHECK(work(at) > 1 && allotment_of("mary") == 700); // of August
    for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
        CHECK(work(at + hours[i] * 3600000) == 1 && work(at) == 1);
    }
    CHECK(allotment_of("mary") == 700);
    // To 2038 and back: no more than it makes up for, and what becomes due then still comes.
    CHECK(work(utc(2038, 1, 20, 0)) > 1);
    int64_t after = allotment_of("mary");
    CHECK(after == 700 + CAS_SCHEDULE_MISSED_MOST * 100);
    CHECK(work(at) == 1 && work(utc(2027, 9, 1, 6)) > 1 && allotment_of("mary") == after + 100);
    CHECK(work(utc(2027, 9, 1, 7)) == 1);
    Quoin__V1__RemoveScheduleRequest gone = QUOIN__V1__REMOVE_SCHEDULE_REQUEST__INIT;
    gone.key = key_of(3);
    gone.name = text_of("monthly");
    now = utc(2027, 9, 1, 8);
    CHECK(ask(&gone.base) != NULL && ask(&gone.base) == NULL);
    CHECK(work(utc(2027, 10, 5, 0)) == 1 && allotment_of("mary") == after + 100);
}

static void test_suspended_is_not_made_up_for(void)
{
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("daily", "@daily", &grant);
    int64_t before = allotment_of("mary");
    grant.all = 0;
    char *users[] = { text_of("Mary"), text_of("nobody") };
    grant.users = users;
    grant.n_users = 2;
    schedule.suspended = 1;
    now = utc(2028, 1, 1, 12);
    const Quoin__V1__Schedule *made = set(10, &schedule);
    CHECK(made != NULL && made->next == 0);
    CHECK(work(utc(2028, 1, 5, 1)) == 1);
    schedule.suspended = 0;
    now = utc(2028, 1, 5, 12);
    CHECK(set(11, &schedule) != NULL && work(utc(2028, 1, 5, 13)) == 1);
    CHECK(work(utc(2028, 1, 6, 1)) > 1 && allotment_of("mary") == before + 100);
    const Quoin__V1__ListScheduleRunsReply *runs = runs_of("daily");
    CHECK(runs->n_runs == 1 && runs->runs[0]->count == 1 && runs->runs[0]->failed == 1);
    CHECK(strcmp(runs->runs[0]->result, "nobody: is not known here") == 0);
}

static void test_run_now(void)
{
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    int64_t before = allotment_of("mary");
    now = utc(2028, 1, 6, 12);
    request.key = key_of(20);
    request.name = text_of("daily");
    request.dry_run = 1;
    const Quoin__V1__ScheduleRun *run = ask(&request.base);
    CHECK(run != NULL && run->count == 1 && run->amount == 100 && run->failed == 1);
    CHECK(work(now) == 1 && allotment_of("mary") == before);
    request.key = key_of(21);
    request.dry_run = 0;
    run = ask(&request.base);
    CHECK(run != NULL && run->done_at == 0 && strcmp(run->how, "now") == 0);
    const Quoin__V1__ScheduleRun *again = ask(&request.base); // the same key: the same run
    CHECK(again != NULL && again->due_at == run->due_at);
    work(now);
    Quoin__V1__GetScheduleRunRequest get = QUOIN__V1__GET_SCHEDULE_RUN_REQUEST__INIT;
    get.name = text_of("daily");
    get.due_at = run->due_at;
    run = ask(&get.base);
    CHECK(run != NULL && run->done_at != 0 && allotment_of("mary") == before + 100);
    get.due_at++;
    CHECK(ask(&get.base) == NULL && err.code == ERR_NOT_FOUND);
    // By hand it does not count as the one that is due.
    CHECK(work(utc(2028, 1, 7, 1)) > 1 && allotment_of("mary") == before + 200);
    request.key = key_of(22);
    request.name = text_of("none");
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
}

// More people than a slice: it fails at each call of the database, and goes on; the schedule is
// changed meanwhile, which does not touch a run that has begun; a second CAS is in the way.
static void test_a_run_that_is_interrupted(void)
{
    enum { MANY = CAS_RUN_SLICE + 40 };
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("many", "@yearly", &grant);
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    bool more = true;
    grant.mode = text_of("up-to");
    grant.amount = 1000;
    grant.cap = 1500;
    now = utc(2028, 2, 1, 0);
    for (int i = 0; i < MANY; i++) {
        Quoin__V1__AddPersonRequest add = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
        char name[20];
        add.key = key_of(0);
        memcpy(add.key.data + 1, &i, sizeof(i));
        (void)snprintf(name, sizeof(name), "x%04d", i);
        add.name = text_of(name);
        CHECK(ask(&add.base) != NULL);
    }
    CHECK(set(30, &schedule) != NULL);
    request.key = key_of(31);
    request.name = text_of("many");
    const Quoin__V1__ScheduleRun *run = ask(&request.base);
    CHECK(run != NULL);
    grant.amount = 7;
    CHECK(set(32, &schedule) != NULL);
    for (int64_t n = 1; n < 60; n += 7) { // each fails, none does anything
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        CHECK(!step(now, &more));
        db_fault_at(cas_db(cas), 0, false);
    }
    CHECK(allotment_of("x0000") == 0 && allotment_of("mary") > 0);
    CHECK(step(now, &more) && more); // one slice
    CHECK(allotment_of("x0000") == 1000 && allotment_of("x0139") == 0);
    db_fault_at(cas_db(cas), 40, true);
    CHECK(!step(now, &more));
    db_fault_at(cas_db(cas), 0, false);
    cas_close(&cas); // as if it had been killed here
    CHECK(fixture_open());
    work(now);
    bool good = true;
    for (int i = 0; i < MANY; i += 13) {
        char name[20];
        (void)snprintf(name, sizeof(name), "x%04d", i);
        good = good && allotment_of(name) == 1000;
    }
    CHECK(good);
    const Quoin__V1__ListScheduleRunsReply *runs = runs_of("many");
    CHECK(runs->n_runs == 1 && runs->runs[0]->count == MANY + 3 && runs->runs[0]->failed == 0);
    CHECK(allotment_of("x0139") == 1000 && runs->runs[0]->amount == MANY * 1000); // others had more
}

static void test_two_at_once_do_it_once(void)
{
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    OWN(arena_free) struct arena scratch = ARENA_CAP(1 << 20);
    struct cas_run mine;
    struct cas_run after;
    bool found;
    bool kept;
    request.key = key_of(40);
    request.name = text_of("many");
    now += 1000;
    CHECK(ask(&request.base) != NULL);
    CHECK(cas_run_open(cas, &scratch, &mine, &found, &err) && found);
    work(now); // the other one was quicker
    after = mine;
    after.count = 5;
    CHECK(cas_run_keep(cas, &mine, &after, &kept, &err) && !kept);
    CHECK(cas_run_add(cas, &mine, &kept, &err) && !kept); // the same run is made once
}

// Only PostgreSQL lets two of them have one database.
static void test_two_instances_share_a_run(void)
{
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    const struct cas_options options = { .dsn = fixture_dsn };
    struct cas *both[2] = { cas, NULL };
    bool more[2] = { true, true };
    int64_t before = allotment_of("x0139");
    if (!store_is_postgres()) {
        return;
    }
    CHECK(cas_open(&both[1], &options, &err));
    request.key = key_of(43);
    request.name = text_of("many");
    now += 1000;
    CHECK(ask(&request.base) != NULL);
    for (int i = 0; more[0] || more[1]; i++) {
        struct db *db = cas_db(both[i % 2]);
        CHECK(db_begin(db, &err) && cas_schedule_step(both[i % 2], now, &more[i % 2], &err) &&
              db_commit(db, &err));
    }
    cas_close(&both[1]);
    CHECK(allotment_of("x0139") == before + 7);
    CHECK(runs_of("many")->runs[0]->count == CAS_RUN_SLICE + 43);
}

static void test_grants_to_groups_and_departments(void)
{
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("some", "@yearly", &grant);
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    static const char *const people[] = { "mary", "tom", "zoe" };
    static const char *const paths[] = { "science/physics", "sciences", "arts" };
    int64_t before[3];
    for (int i = 0; i < 3; i++) {
        struct str groups[] = { STR("staff") };
        struct accounts_person after;
        enum accounts_outcome outcome;
        const struct accounts_person_edit edit = {
            .sets =
                ACCOUNTS_SET_GROUPS | ACCOUNTS_SET_DEPARTMENT | (i == 2 ? ACCOUNTS_SET_LOCKED : 0),
            .groups = groups,
            .group_count = i == 0 ? 0 : 1,
            .department = str_of(paths[i]),
            .is_locked = true,
        };
        const struct accounts_by by = { .asker = STR("test"), .at = now, .make_missing = true };
        CHECK(db_begin(cas_db(cas), &err) &&
              accounts_person_put(cas->accounts, str_of(people[i]), ACCOUNTS_CHANGE, &edit, &by,
                                  &arena, &after, &outcome, &err) &&
              db_commit(cas_db(cas), &err));
        before[i] = allotment_of(people[i]);
    }
    char *staff[] = { text_of("Staff") };
    char *science[] = { text_of("science") };
    grant.all = 0;
    grant.groups = staff;
    grant.n_groups = 1;
    grant.departments = science;
    grant.n_departments = 1;
    CHECK(set(45, &schedule) != NULL);
    request.key = key_of(46);
    request.name = text_of("some");
    now += 1000;
    CHECK(ask(&request.base) != NULL);
    work(now);
    CHECK(runs_of("some")->runs[0]->count == 2); // zoe is locked
    CHECK(allotment_of("mary") == before[0] + 100 && allotment_of("tom") == before[1] + 100);
    CHECK(allotment_of("zoe") == before[2]);
}

static void test_other_tasks(void)
{
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("reset", "@daily", &grant);
    Quoin__V1__RunScheduleRequest request = QUOIN__V1__RUN_SCHEDULE_REQUEST__INIT;
    schedule.grant = NULL;
    schedule.task = text_of("quota-reset");
    CHECK(set(50, &schedule) == NULL && err.code == ERR_INVALID);
    schedule.quota = text_of("color");
    CHECK(set(50, &schedule) != NULL);
    request.key = key_of(51);
    request.name = text_of("reset");
    now += 1000;
    CHECK(ask(&request.base) != NULL);
    work(now);
    const Quoin__V1__ScheduleRun *run = runs_of("reset")->runs[0]; // there is no such quota
    CHECK(run->done_at != 0 && run->failed == 1 && strstr(run->result, "color") != NULL);
    schedule = schedule_of("lapse", "@hourly", &grant);
    schedule.grant = NULL;
    schedule.task = text_of("lapse");
    CHECK(set(52, &schedule) != NULL);
    Quoin__V1__ListSchedulesRequest list = QUOIN__V1__LIST_SCHEDULES_REQUEST__INIT;
    const Quoin__V1__ListSchedulesReply *all = ask(&list.base);
    CHECK(all != NULL && all->n_schedules == 5 && !all->more);
    CHECK(strcmp(all->schedules[0]->name, "daily") == 0 && all->schedules[0]->last != NULL);
    list.limit = 1;
    list.after = text_of("lapse");
    all = ask(&list.base);
    CHECK(all->n_schedules == 1 && all->more && strcmp(all->schedules[0]->name, "many") == 0);
}

static void test_what_makes_no_sense_is_refused(void)
{
    Quoin__V1__ScheduleGrant grant;
    Quoin__V1__Schedule schedule = schedule_of("bad", "0 0 30 2 *", &grant);
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID);
    schedule.when = text_of("@daily");
    schedule.zone = text_of("Europe/Atlantis");
    CHECK(set(60, &schedule) == NULL && err.code == ERR_NOT_FOUND);
    schedule.zone = text_of("UTC");
    schedule.task = text_of("coffee");
    CHECK(set(60, &schedule) == NULL && strstr(err.text, "quota-reset") != NULL);
    schedule.task = text_of("grant");
    schedule.missed = text_of("some");
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID);
    schedule.missed = text_of("");
    grant.mode = text_of("take");
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID);
    grant.mode = text_of("up-to");
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID); // without a cap
    grant.mode = text_of("add");
    grant.amount = -1;
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID);
    grant.amount = 0;
    CHECK(set(60, &schedule) == NULL && strstr(err.text, "how much") != NULL);
    grant.mode = text_of("up-to");
    grant.cap = 5;
    CHECK(set(60, &schedule) == NULL && strstr(err.text, "how much") != NULL);
    grant.mode = text_of("add");
    grant.cap = 0;
    grant.amount = 1;
    grant.all = 0;
    CHECK(set(60, &schedule) == NULL && strstr(err.text, "to whom") != NULL);
    schedule.grant = NULL;
    CHECK(set(60, &schedule) == NULL && err.code == ERR_INVALID);
    Quoin__V1__SetScheduleRequest none = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    none.key = key_of(61);
    CHECK(ask(&none.base) == NULL && err.code == ERR_INVALID);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(251, "mary", 0) != NULL && add_person(252, "tom", 0) != NULL);
    CHECK(add_person(253, "zoe", 0) != NULL);
    test_what_is_due_runs_once();
    test_missed_runs_are_made_up_for_once();
    test_a_clock_that_jumps();
    test_suspended_is_not_made_up_for();
    test_run_now();
    test_a_run_that_is_interrupted();
    test_two_at_once_do_it_once();
    test_two_instances_share_a_run();
    test_grants_to_groups_and_departments();
    test_other_tasks();
    test_what_makes_no_sense_is_refused();
    return fixture_end();
}
