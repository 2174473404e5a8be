// Which jobs a session sees and what it may do with them: a generated matrix of who by whose by
// what.
#include "dce/view.h"

#include "base/clk.h"
#include "lib/tap.h"

#include <stdio.h>

static char *words(const char *text)
{
    return (char *)(uintptr_t)text;
}

static struct dce_printer printers[] = {
    { "a", "idle", "", "floor1", NULL },
    { "b", "processing", "", "floor1", NULL },
    { "c", "stopped", "no paper", "floor1", NULL },
    { "d", "idle", "", "floor2", NULL },
    { "e", "idle", "", "", NULL },
};
static struct dce_engine engine = { .name = "one", .printers = printers, .printer_count = 5 };

// Who looks: mary (in staff, tom's delegate), zoe (nobody's), a guest with a key.
enum who { MARY, ZOE, GUEST, NOBODY, WHO_COUNT };
// Whose the job is.
enum what {
    HERS,
    ZOES,
    TOMS,
    SENT_MARY,
    SENT_STAFF,
    SENT_OTHERS,
    TOMS_SENT_MARY,
    FREE,
    WHAT_COUNT
};

static void seer_of(enum who who, struct dce_seer *seer, Quoin__V1__Proof *proof)
{
    static char *delegators[] = { NULL };
    static char *groups[] = { NULL };
    delegators[0] = words("tom");
    groups[0] = words("staff");
    quoin__v1__proof__init(proof);
    *seer = (struct dce_seer){ .proof = proof, .release_key = "", .device = "lib1" };
    proof->user = words(who == MARY ? "mary" : "zoe");
    if (who == MARY) {
        proof->n_delegators = 1;
        proof->delegators = delegators;
        proof->n_groups = 1;
        proof->groups = groups;
    }
    if (who >= GUEST) {
        seer->proof = NULL;
        seer->release_key = who == GUEST ? "abc" : "";
    }
}

static void job_of(enum what what, Quoin__V1__Job *job)
{
    static char *sent[1];
    quoin__v1__job__init(job);
    job->id = 5;
    job->state = words("pending-held");
    job->printer = words("a");
    job->pull_group = words("floor1");
    job->document = words("secret.pdf");
    job->user = words(what == HERS                             ? "mary"
                      : what == ZOES                           ? "zoe"
                      : what == TOMS || what == TOMS_SENT_MARY ? "tom"
                                                               : "joe");
    job->unclaimed = what == FREE;
    if (what == SENT_MARY || what == SENT_STAFF || what == SENT_OTHERS || what == TOMS_SENT_MARY) {
        sent[0] = words(what == SENT_STAFF    ? "group:staff"
                        : what == SENT_OTHERS ? "user:mary2"
                                              : "user:mary");
        job->n_sent_to = 1;
        job->sent_to = sent;
    }
}

static const char *expected(enum who who, enum what what)
{
    static const char *const mary[WHAT_COUNT] = {
        [HERS] = "own",
        [ZOES] = NULL,
        [TOMS] = "delegator",
        [SENT_MARY] = "sent",
        [SENT_STAFF] = "sent",
        [SENT_OTHERS] = NULL,
        [TOMS_SENT_MARY] = "sent",
        [FREE] = "unclaimed",
    };
    switch (who) {
    case MARY: return mary[what];
    case ZOE: return what == ZOES ? "own" : what == FREE ? "unclaimed" : NULL;
    case GUEST: return "release-key"; // its engine listed it for the key
    case NOBODY:
    case WHO_COUNT: break;
    }
    return NULL;
}

static bool expected_may(const char *whose, enum dce_act act)
{
    static const struct {
        const char *whose;
        bool may[5]; // release change delete send claim
    } rows[] = {
        { "own", { true, true, true, true, false } },
        { "delegator", { true, true, false, false, false } },
        { "sent", { true, false, false, false, false } },
        { "release-key", { true, true, true, false, false } },
        { "unclaimed", { false, false, false, false, true } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].whose, whose) == 0) {
            return rows[i].may[act];
        }
    }
    return false;
}

static void test_the_matrix_of_who_and_whose_and_what(void)
{
    for (int who = 0; who < WHO_COUNT; who++) {
        for (int what = 0; what < WHAT_COUNT; what++) {
            struct dce_seer seer;
            Quoin__V1__Proof proof;
            Quoin__V1__Job job;
            seer_of((enum who)who, &seer, &proof);
            job_of((enum what)what, &job);
            const char *whose = dce_whose(&seer, &job);
            const char *wanted = expected((enum who)who, (enum what)what);
            CHECK((whose == NULL) == (wanted == NULL));
            CHECK(whose == NULL || strcmp(whose, wanted) == 0);
            for (int act = DCE_RELEASE; act <= DCE_CLAIM && whose != NULL; act++) {
                CHECK(dce_may(whose, (enum dce_act)act) == expected_may(whose, (enum dce_act)act));
            }
        }
    }
}

static void test_why_a_job_is_not_printed_here(void)
{
    static const struct {
        const char *printer;
        const char *own;
        const char *state;
        const char *reason;
        const char *now;
        const char *final;
    } rows[] = {
        { "", "a", "pending-held", "", "", "" },
        { "a", "a", "pending-held", "job-held-for-release", "", "" },
        { "b", "a", "pending-held", "", "", "" },
        { "c", "a", "pending-held", "", "printer-stopped", "" },
        { "", "c", "pending-held", "", "printer-stopped", "" },
        { "d", "a", "pending-held", "", "wrong-pull-group", "wrong-pull-group" },
        { "e", "a", "pending-held", "", "wrong-pull-group", "wrong-pull-group" },
        { "a", "e", "pending-held", "", "", "" }, // the job itself says floor1
        { "zzz", "a", "pending-held", "", "printer-elsewhere", "printer-elsewhere" },
        { "", "zzz", "pending-held", "", "no-such-printer", "no-such-printer" },
        { "a", "a", "processing", "", "not-waiting", "not-waiting" },
        { "a", "a", "pending-held", "account-limit-reached", "money-short", "" },
        { "a", "a", "pending-held", "account-info-needed", "account-needed", "" },
        { "c", "a", "pending-held", "account-limit-reached", "printer-stopped", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Quoin__V1__Job job;
        char *reasons[] = { words(rows[i].reason) };
        job_of(HERS, &job);
        job.printer = words(rows[i].own);
        job.state = words(rows[i].state);
        job.n_reasons = rows[i].reason[0] == '\0' ? 0 : 1;
        job.reasons = reasons;
        CHECK(strcmp(dce_why_not(&engine, rows[i].printer, &job, "own", false), rows[i].now) == 0);
        CHECK(strcmp(dce_why_not(&engine, rows[i].printer, &job, "own", true), rows[i].final) == 0);
    }
    Quoin__V1__Job job;
    job_of(FREE, &job);
    CHECK(strcmp(dce_why_not(&engine, "a", &job, "unclaimed", false), "unclaimed") == 0);
}

static void test_titles_stay_off_screens(void)
{
    static const struct {
        enum what what;
        const char *device;
        bool shows;
        bool is_seen;
    } rows[] = {
        { HERS, "lib1", false, false }, { HERS, "lib1", true, true }, { HERS, "", false, true },
        { TOMS, "lib1", false, false }, { TOMS, "", false, true },    { FREE, "", false, false },
        { SENT_MARY, "", false, true },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
        struct dce_seer seer;
        Quoin__V1__Proof proof;
        Quoin__V1__Job job;
        Quoin__V1__HeldJob held;
        seer_of(MARY, &seer, &proof);
        seer.device = rows[i].device;
        seer.shows_titles = rows[i].shows;
        job_of(rows[i].what, &job);
        job.release_key = words("abc");
        dce_held_fill(&arena, &engine, &seer, "a", &job, &held);
        CHECK((held.job->document[0] != '\0') == rows[i].is_seen);
        bool has_key = rows[i].what == HERS && rows[i].device[0] == '\0'; // to hand on
        CHECK((held.job->release_key[0] != '\0') == has_key && held.ref->id == 5);
    }
}

static void test_a_delegation_ends_by_itself(void)
{
    const int64_t now = clk_wall_ms();
    char *users[] = { words("tom"), words("ann"), words("eve"), words("joe") };
    int64_t until[] = { now - 1, 0, now + 60000, now };
    Quoin__V1__Proof proof = QUOIN__V1__PROOF__INIT;
    struct dce_seer seer = { .proof = &proof, .release_key = "", .device = "" };
    Quoin__V1__Job job = QUOIN__V1__JOB__INIT;
    proof.user = words("mary");
    proof.delegators = users;
    proof.n_delegators = 4;
    proof.delegator_until = until;
    proof.n_delegator_until = 4;
    CHECK(!dce_is_delegator(&proof, "tom", now) && dce_is_delegator(&proof, "tom", now - 2));
    CHECK(dce_is_delegator(&proof, "ann", now) && dce_is_delegator(&proof, "eve", now));
    CHECK(!dce_is_delegator(&proof, "joe", now) && !dce_is_delegator(&proof, "zoe", now));
    job.user = words("tom");
    CHECK(dce_whose(&seer, &job) == NULL);
    job.user = words("eve");
    CHECK(dce_whose(&seer, &job) != NULL && strcmp(dce_whose(&seer, &job), "delegator") == 0);
    dce_proof_trim(&proof, now);
    CHECK(proof.n_delegators == 2 && proof.n_delegator_until == 2);
    CHECK(strcmp(proof.delegators[0], "ann") == 0 && strcmp(proof.delegators[1], "eve") == 0);
    dce_proof_trim(&proof, now + 60000);
    CHECK(proof.n_delegators == 1 && strcmp(proof.delegators[0], "ann") == 0);
    proof.n_delegator_until = 0; // an accounting server that says nothing of ends
    dce_proof_trim(&proof, now);
    CHECK(proof.n_delegators == 1 && dce_is_delegator(&proof, "ann", now));
}

static void test_a_cursor_is_read_as_it_was_written(void)
{
    static const char *const bad[] = { "=1",  "a", "a=",       "a=-1",
                                       "a=x", ";", "a=1;;b=2", "a=99999999999999999999" };
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct dce_cursor cursors[DCE_ENGINES_MAX] = { { "one", 12 }, { "two.example", 7 } };
    struct dce_cursor back[DCE_ENGINES_MAX];
    size_t count = 0;
    char *text = dce_cursor_write(&arena, cursors, 2);
    CHECK(dce_cursor_read(&arena, text, back, &count) && count == 2);
    CHECK(strcmp(back[1].name, "two.example") == 0 && back[1].after == 7 && back[0].after == 12);
    CHECK(dce_cursor_read(&arena, "", back, &count) && count == 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!dce_cursor_read(&arena, bad[i], back, &count));
    }
    char many[DCE_ENGINES_MAX * 8 + 16] = "";
    for (size_t i = 0; i <= DCE_ENGINES_MAX; i++) {
        (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "e%zu=1;", i);
    }
    CHECK(!dce_cursor_read(&arena, many, back, &count));
}

static void test_lists_become_one_by_age(void)
{
    Quoin__V1__Job jobs[6];
    Quoin__V1__Job *a[] = { &jobs[0], &jobs[2], &jobs[5] };
    Quoin__V1__Job *b[] = { &jobs[1], &jobs[3], &jobs[4] };
    struct dce_part parts[] = { { &engine, a, 3, 0 },
                                { &engine, b, 3, 0 },
                                { &engine, NULL, 0, 0 } };
    for (size_t i = 0; i < 6; i++) {
        quoin__v1__job__init(&jobs[i]);
        jobs[i].created_at = (int64_t)i * 10;
    }
    for (size_t i = 0; i < 6; i++) {
        struct dce_part *part = dce_oldest(parts, 3);
        CHECK(part != NULL && part->jobs[part->at] == &jobs[i]);
        if (part != NULL) {
            part->at++;
        }
    }
    CHECK(dce_oldest(parts, 3) == NULL);
}

static void test_what_is_short_is_read(void)
{
    static const char *const wrong[] = { "",
                                         "short",
                                         "short;",
                                         "short;quota;pages;8;3",
                                         "short;quota;pages;8;3;",
                                         "short;quota;pages;x;3;a",
                                         "short;quota;pages;8;;a",
                                         "short;quota;;8;3;a",
                                         "short;quota;pages",
                                         "short;quota;a-unit-of-thirty-two-letters-here;8;3;a",
                                         "short;other;pages;8;3;a",
                                         "short;quotas;pages;8;3;a",
                                         "short;quota;pages;99999999999999999999;3;a",
                                         "account-limit-reached" };
    struct dce_short one;
    CHECK(dce_short_read("short;quota;pages;8;3;students", &one) && strcmp(one.what, "quota") == 0);
    CHECK(strcmp(one.name, "students") == 0 && strcmp(one.unit, "pages") == 0 && one.need == 8 &&
          one.have == 3);
    CHECK(dce_short_read("short;account;money;35000;-20;user:a;b", &one) && one.have == -20);
    CHECK(strcmp(one.what, "account") == 0 && strcmp(one.name, "user:a;b") == 0);
    for (size_t at = 0; at < sizeof(wrong) / sizeof(wrong[0]); at++) {
        printf("# %s\n", wrong[at]);
        CHECK(!dce_short_read(wrong[at], &one));
    }
}

int main(void)
{
    test_what_is_short_is_read();
    test_the_matrix_of_who_and_whose_and_what();
    test_why_a_job_is_not_printed_here();
    test_titles_stay_off_screens();
    test_a_delegation_ends_by_itself();
    test_a_cursor_is_read_as_it_was_written();
    test_lists_become_one_by_age();
    return tap_done();
}
