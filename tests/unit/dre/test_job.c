// The life of a job, event by event, and a world of random events and crashes in which the
// invariants must hold: one fate, charged once, never on paper twice by itself.

#include "dre/job.h"

#include <stdint.h>

#include "base/str.h"
#include "lib/tap.h"

static unsigned step(struct job_core *job, enum job_event event)
{
    struct job_happened happened = { .event = event, .now = 1000, .random = 7 };
    return dre_job_step(job, &happened);
}

static unsigned step_reason(struct job_core *job, enum job_event event, enum job_reason reason)
{
    struct job_happened happened = { .event = event, .reason = reason, .now = 1000 };
    return dre_job_step(job, &happened);
}

static unsigned step_seen(struct job_core *job, enum job_event event, uint32_t observed)
{
    struct job_happened happened = {
        .event = event, .observed = observed, .observed_known = true, .now = 1000
    };
    return dre_job_step(job, &happened);
}

static void test_direct_job_is_accepted_sent_and_charged(void)
{
    struct job_core job;
    CHECK(dre_job_begin(&job, 0, true, 1) == (JOB_DO_STORE | JOB_DO_COUNT));
    CHECK(step(&job, JOB_COUNTED) == 0);
    job.computed = 3;
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK(step(&job, JOB_RESERVED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_QUEUE | JOB_DO_ACCEPT));
    CHECK(step(&job, JOB_TURN) == JOB_DO_STORE);
    CHECK(step(&job, JOB_STORED) == JOB_DO_SEND);
    CHECK(step(&job, JOB_SENT_ALL) == (JOB_DO_STORE | JOB_DO_LATER));
    CHECK(step_seen(&job, JOB_PRINTED, 3) == (JOB_DO_STORE | JOB_DO_FREE));
    CHECK(step(&job, JOB_STORED) == JOB_DO_SETTLE);
    CHECK(step(&job, JOB_SETTLED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_ERASE));
    CHECK(job.state == JOB_COMPLETED && job.reason == JOB_REASON_DONE);
    CHECK(step(&job, JOB_STORED) == 0);
    CHECK(dre_job_state_ipp(&job) == 9);
}

// Over for its user at once; charged when its printer's meter has told, which is on disk before.
static void printed_by_meter(struct job_core *job)
{
    const struct job_happened printed = { .event = JOB_PRINTED, .is_metered = true };
    *job = (struct job_core){ .state = JOB_PRINTING, .computed = 3, .stored = true };
    CHECK(dre_job_step(job, &printed) == (JOB_DO_STORE | JOB_DO_FREE));
    CHECK(job->state == JOB_SETTLING && dre_job_is_observed(job) && dre_job_state_ipp(job) == 9);
    CHECK(step(job, JOB_STORED) == JOB_DO_OBSERVE);
}

static void test_a_meter_is_heard_before_the_charge(void)
{
    struct job_core job;
    struct job_happened told = { .event = JOB_METERED, .observed_known = true, .observed = 2 };
    printed_by_meter(&job);
    CHECK(dre_job_step(&job, &told) == JOB_DO_STORE); // known, and not what is charged
    CHECK(job.observed == 2 && !dre_job_charges_observed(&job));
    CHECK(job.end_reason == JOB_REASON_DONE && dre_job_state_ipp(&job) == 9);
    CHECK(step(&job, JOB_RESTARTED) == JOB_DO_SETTLE);
    CHECK(dre_job_step(&job, &told) == 0); // told once more, it is late
    CHECK(step(&job, JOB_SETTLED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_ERASE));
    CHECK(job.state == JOB_COMPLETED);
    printed_by_meter(&job);
    told.meter_counts = true;
    CHECK(step(&job, JOB_RESTARTED) == JOB_DO_OBSERVE); // asked again
    CHECK(dre_job_step(&job, &told) == JOB_DO_STORE && dre_job_charges_observed(&job));
    CHECK(job.end_reason == JOB_REASON_DONE_LESS);
    CHECK(step(&job, JOB_STORED) == JOB_DO_SETTLE);
}

static void test_a_meter_that_nobody_reads_is_not_waited_for_for_ever(void)
{
    struct job_core job;
    int waits = 0;
    printed_by_meter(&job);
    while (waits < 20 && step(&job, JOB_NO_ANSWER) == JOB_DO_WAIT) {
        CHECK(step(&job, JOB_DUE) == JOB_DO_OBSERVE);
        waits++;
    }
    CHECK(waits == 8 && job.reason == JOB_REASON_SETTLING && !dre_job_charges_observed(&job));
    CHECK(step(&job, JOB_STORED) == JOB_DO_SETTLE);
}

static void test_refusal_is_told_only_once_it_is_stored(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    CHECK(step(&job, JOB_COUNTED) == JOB_DO_RESERVE);
    CHECK(step_reason(&job, JOB_REFUSED, JOB_REASON_MONEY_SHORT) == (JOB_DO_STORE | JOB_DO_ERASE));
    CHECK(job.state == JOB_ABORTED && job.reason == JOB_REASON_MONEY_SHORT);
    CHECK(step(&job, JOB_STORED) == JOB_DO_REFUSE);
}

static void test_short_money_holds_and_a_release_asks_anew_with_another_key(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_HOLD_SHORT, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    CHECK(step_reason(&job, JOB_REFUSED, JOB_REASON_MONEY_SHORT) == (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD && job.attempt == 0);
    CHECK(step(&job, JOB_RELEASE) == JOB_DO_STORE);
    CHECK(job.attempt == 1);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK(step(&job, JOB_RESERVED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_QUEUE));
    uint8_t uuid[16] = { 1, 2, 3 };
    uint8_t first[16];
    uint8_t second[16];
    dre_job_key(uuid, JOB_ACT_RESERVE, 0, first);
    dre_job_key(uuid, JOB_ACT_RESERVE, 1, second);
    CHECK(memcmp(first, second, 16) != 0);
    dre_job_key(uuid, JOB_ACT_SETTLE, 0, second);
    CHECK(memcmp(first, second, 16) != 0);
}

// Its client heard after a second that it came in, or is gone: where the queue refuses, it ends.
static void test_short_money_refuses_also_when_the_answer_came_late(void)
{
    for (int crash = 0; crash < 2; crash++) {
        for (int changes = 0; changes < 2; changes++) {
            struct job_core job;
            (void)dre_job_begin(&job, 0, true, 1);
            (void)step(&job, JOB_STORED);
            if (crash == 1) {
                CHECK(step(&job, JOB_RESTARTED) == JOB_DO_COUNT);
            }
            CHECK(step(&job, JOB_COUNTED) == JOB_DO_RESERVE);
            for (int tries = 0; tries < 3; tries++) {
                bool told = crash == 0 && tries == 2;
                CHECK(step(&job, JOB_NO_ANSWER) == (JOB_DO_WAIT | (told ? JOB_DO_ACCEPT : 0)));
                CHECK(step(&job, JOB_DUE) == JOB_DO_RESERVE);
            }
            if (changes == 1) { // by the rules: asked for anew, and it never waited for a person
                CHECK(step(&job, JOB_CHANGED) == JOB_DO_STORE);
                CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
                job.answered = true;
            }
            CHECK(step_reason(&job, JOB_REFUSED, JOB_REASON_MONEY_SHORT) ==
                  (JOB_DO_STORE | JOB_DO_ERASE));
            CHECK(job.state == JOB_ABORTED && job.reason == JOB_REASON_MONEY_SHORT);
            CHECK(step(&job, JOB_STORED) == 0); // it is told once
        }
    }
}

// What a person let go waits on where money is short, over a crash too.
static void test_what_was_let_go_waits_on(void)
{
    static const enum job_event let[] = { JOB_RELEASE, JOB_RECHARGE };
    for (size_t at = 0; at < sizeof(let) / sizeof(let[0]); at++) {
        struct job_core job;
        (void)dre_job_begin(&job, 0, true, 1);
        (void)step(&job, JOB_STORED);
        (void)step(&job, JOB_COUNTED);
        (void)step_reason(&job, JOB_STOPPED, JOB_REASON_ACCOUNT_NEEDED);
        CHECK(job.state == JOB_HELD && step(&job, JOB_STORED) == 0);
        CHECK(step(&job, let[at]) == JOB_DO_STORE);
        CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
        CHECK(step(&job, JOB_RESTARTED) == JOB_DO_RESERVE);
        CHECK(step_reason(&job, JOB_REFUSED, JOB_REASON_MONEY_SHORT) == JOB_DO_STORE);
        CHECK(job.state == JOB_HELD && job.reason == JOB_REASON_MONEY_SHORT);
    }
}

static void test_what_policy_denies_ends_also_where_short_money_holds(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_HOLD_SHORT, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    CHECK(step_reason(&job, JOB_DENIED, JOB_REASON_DENIED) == (JOB_DO_STORE | JOB_DO_ERASE));
    CHECK(job.state == JOB_ABORTED && job.reason == JOB_REASON_DENIED);
    CHECK(step(&job, JOB_STORED) == JOB_DO_REFUSE);
    CHECK_STR(str_of(dre_job_reason_keyword(JOB_REASON_DENIED)), "account-authorization-failed");
}

static void test_what_policy_stops_is_accepted_and_waits(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    CHECK(step_reason(&job, JOB_STOPPED, JOB_REASON_ACCOUNT_NEEDED) ==
          (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD && dre_job_state_ipp(&job) == 4 && !dre_job_is_at_rest(&job));
    CHECK(step(&job, JOB_STORED) == 0 && dre_job_is_at_rest(&job));
    CHECK(step(&job, JOB_RECHARGE) == JOB_DO_STORE);
    CHECK(job.state == JOB_RESERVING && job.attempt == 1);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
}

static void test_a_changed_job_is_asked_for_anew_once_that_is_stored(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    CHECK(step(&job, JOB_COUNTED) == JOB_DO_RESERVE);
    CHECK(step(&job, JOB_CHANGED) == JOB_DO_STORE && job.attempt == 1);
    struct job_core kept = job; // a crash behind it
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK(step(&kept, JOB_RESTARTED) == JOB_DO_RESERVE && kept.attempt == 1);
    CHECK(step(&job, JOB_RESERVED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_QUEUE | JOB_DO_ACCEPT));
}

static void test_who_pays_is_changed_by_giving_back_and_asking_anew(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_QUEUE_HOLD, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    (void)step(&job, JOB_RESERVED);
    (void)step(&job, JOB_STORED);
    CHECK(job.state == JOB_HELD && (job.flags & JOB_FLAG_RESERVED) != 0);
    CHECK(step(&job, JOB_RECHARGE) == JOB_DO_STORE && job.state == JOB_VOIDING);
    CHECK(step(&job, JOB_STORED) == JOB_DO_VOID && job.attempt == 0);
    CHECK(step(&job, JOB_VOIDED) == JOB_DO_STORE && job.state == JOB_RESERVING);
    CHECK(job.attempt == 1 && (job.flags & JOB_FLAG_RESERVED) == 0);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK((step(&job, JOB_RESERVED) & JOB_DO_QUEUE) == 0 && job.state == JOB_HELD);
}

static void test_what_is_not_claimed_is_asked_for_by_nobody(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_UNCLAIMED, true, 1);
    (void)step(&job, JOB_STORED);
    CHECK(step(&job, JOB_COUNTED) == (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD && job.reason == JOB_REASON_UNCLAIMED);
    (void)step(&job, JOB_STORED);
    CHECK(!dre_job_may_release(&job) && !dre_job_may_recharge(&job) && dre_job_may_claim(&job));
    CHECK(step(&job, JOB_RELEASE) == 0 && step(&job, JOB_RECHARGE) == 0);
    CHECK(step(&job, JOB_CLAIMED) == JOB_DO_STORE && job.state == JOB_RESERVING);
    CHECK(!dre_job_may_claim(&job) && job.attempt == 1);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK((step(&job, JOB_RESERVED) & JOB_DO_QUEUE) == 0 && job.state == JOB_HELD);
    CHECK(job.reason == JOB_REASON_QUEUE_HOLDS && dre_job_may_release(&job));
}

static void test_a_guest_is_held_where_guests_are_taken_and_refused_elsewhere(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    (void)step_reason(&job, JOB_REFUSED, JOB_REASON_USER_UNKNOWN);
    CHECK(job.state == JOB_ABORTED);
    (void)dre_job_begin(&job, JOB_FLAG_GUESTS, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    CHECK(step_reason(&job, JOB_REFUSED, JOB_REASON_USER_UNKNOWN) ==
          (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD && job.reason == JOB_REASON_GUEST && !dre_job_may_release(&job));
    job.flags |= JOB_FLAG_GOES;
    (void)step(&job, JOB_STORED);
    CHECK(step(&job, JOB_CLAIMED) == JOB_DO_STORE);
    (void)step(&job, JOB_STORED);
    CHECK((step(&job, JOB_RESERVED) & JOB_DO_QUEUE) != 0 && job.state == JOB_READY);
}

static void test_a_guests_key_outlives_a_refusal(void)
{
    static const bool by_key[] = { true, false };
    for (size_t i = 0; i < sizeof(by_key) / sizeof(by_key[0]); i++) {
        struct job_core job;
        (void)dre_job_begin(&job, JOB_FLAG_GUESTS, true, 1);
        (void)step(&job, JOB_STORED);
        (void)step(&job, JOB_COUNTED);
        (void)step_reason(&job, JOB_REFUSED, JOB_REASON_USER_UNKNOWN);
        (void)step(&job, JOB_STORED);
        for (unsigned tries = 0; tries < 2 && dre_job_may_claim(&job); tries++) {
            job.flags |= JOB_FLAG_GOES | (by_key[i] ? JOB_FLAG_BY_KEY : 0);
            (void)step(&job, JOB_CLAIMED);
            (void)step(&job, JOB_STORED);
            (void)step_reason(&job, JOB_REFUSED, JOB_REASON_MONEY_SHORT);
            CHECK(job.state == JOB_HELD && job.reason == JOB_REASON_MONEY_SHORT);
            CHECK(((job.flags & JOB_FLAG_GUEST) != 0) == by_key[i]);
            (void)step(&job, JOB_STORED);
        }
        CHECK(dre_job_may_claim(&job) == by_key[i] && dre_job_may_release(&job) != by_key[i]);
        if (by_key[i]) { // and money came
            job.flags |= JOB_FLAG_GOES | JOB_FLAG_BY_KEY;
            (void)step(&job, JOB_CLAIMED);
            (void)step(&job, JOB_STORED);
            CHECK((step(&job, JOB_RESERVED) & JOB_DO_QUEUE) != 0 && job.state == JOB_READY);
            CHECK((job.flags & (JOB_FLAG_GUEST | JOB_FLAG_BY_KEY)) == 0);
        }
    }
}

static void test_a_copy_is_printed_or_ends(void)
{
    static const enum job_event noes[] = { JOB_REFUSED, JOB_STOPPED, JOB_DENIED };
    struct job_core job = { .computed = 4 };
    CHECK(dre_job_begin_copy(&job, 0) == JOB_DO_STORE && job.computed == 4);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK((step(&job, JOB_RESERVED) & JOB_DO_QUEUE) != 0 && job.state == JOB_READY);
    for (size_t at = 0; at < sizeof(noes) / sizeof(noes[0]); at++) {
        (void)dre_job_begin_copy(&job, JOB_FLAG_HOLD_SHORT);
        (void)step(&job, JOB_STORED);
        CHECK((step_reason(&job, noes[at], JOB_REASON_MONEY_SHORT) & JOB_DO_ERASE) != 0);
        CHECK(job.state == JOB_ABORTED);
    }
    (void)dre_job_begin_copy(&job, 0);
    CHECK(step(&job, JOB_RESTARTED) == JOB_DO_COUNT); // its facts may not be there: read again
}

static struct job_core held_job(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_QUEUE_HOLD, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    (void)step(&job, JOB_RESERVED);
    (void)step(&job, JOB_STORED);
    return job;
}

// Several jobs go together: what is prepared is nobody else's until it goes, is put back, or
// whoever prepared it has gone.
static void test_what_is_prepared_waits_for_that_alone(void)
{
    static const enum job_event others[] = { JOB_RELEASE, JOB_CANCEL,  JOB_RECHARGE,
                                             JOB_CLAIMED, JOB_PREPARE, JOB_HOLD };
    struct job_core job = held_job();
    CHECK(dre_job_may_prepare(&job) && !dre_job_is_prepared(&job));
    CHECK(step(&job, JOB_PREPARE) == (JOB_DO_STORE | JOB_DO_WAIT));
    CHECK(job.state == JOB_HELD && dre_job_is_prepared(&job) && !dre_job_is_at_rest(&job));
    CHECK(job.wait_until == 1000 + JOB_LEASE_MS);
    CHECK(step(&job, JOB_STORED) == 0 && dre_job_is_at_rest(&job));
    CHECK(!dre_job_may_release(&job) && !dre_job_may_cancel(&job) && !dre_job_may_recharge(&job));
    for (size_t at = 0; at < sizeof(others) / sizeof(others[0]); at++) {
        CHECK(step(&job, others[at]) == 0 && dre_job_is_prepared(&job));
    }
    struct job_core back = job;
    CHECK(step(&back, JOB_PUT_BACK) == JOB_DO_STORE && !dre_job_is_prepared(&back));
    CHECK(back.state == JOB_HELD && dre_job_may_release(&back));
    struct job_core lapsed = job;
    CHECK(step(&lapsed, JOB_DUE) == JOB_DO_STORE && dre_job_may_release(&lapsed));
    struct job_core crashed = job;
    CHECK(step(&crashed, JOB_RESTARTED) == JOB_DO_WAIT && dre_job_is_prepared(&crashed));
    CHECK(step(&crashed, JOB_GO) == (JOB_DO_STORE | JOB_DO_QUEUE) && crashed.state == JOB_READY);
    CHECK(step(&job, JOB_GO) == (JOB_DO_STORE | JOB_DO_QUEUE) && job.state == JOB_READY);
    CHECK(step(&job, JOB_PUT_BACK) == 0 && job.state == JOB_READY); // too late
    CHECK(dre_job_may_cancel(&job));
}

static void test_what_is_not_paid_for_or_cannot_be_stored_is_not_prepared(void)
{
    struct job_core job = held_job();
    job.flags &= (uint32_t)~JOB_FLAG_RESERVED;
    CHECK(!dre_job_may_prepare(&job) && step(&job, JOB_PREPARE) == 0);
    job = held_job();
    (void)step(&job, JOB_PREPARE);
    CHECK(step(&job, JOB_STORE_FAILED) == JOB_DO_STORE && !dre_job_is_prepared(&job));
    CHECK(step(&job, JOB_GO) == 0 && job.state == JOB_HELD);
}

static void test_a_prepared_copy_goes_or_ends(void)
{
    struct job_core job = { .computed = 4 };
    CHECK(dre_job_begin_copy(&job, JOB_FLAG_PREPARED) == JOB_DO_STORE);
    CHECK(step(&job, JOB_STORED) == JOB_DO_RESERVE);
    CHECK(step(&job, JOB_RESERVED) == (JOB_DO_STORE | JOB_DO_WAIT | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD && dre_job_is_prepared(&job));
    (void)step(&job, JOB_STORED);
    struct job_core back = job;
    CHECK((step(&back, JOB_PUT_BACK) & JOB_DO_STORE) != 0 && back.state == JOB_VOIDING);
    (void)step(&back, JOB_STORED);
    (void)step(&back, JOB_VOIDED);
    CHECK(back.state == JOB_CANCELED);
    struct job_core lapsed = job;
    (void)step(&lapsed, JOB_DUE);
    CHECK(lapsed.state == JOB_VOIDING);
    struct job_core crashed = job;
    CHECK(step(&crashed, JOB_RESTARTED) == JOB_DO_WAIT && dre_job_is_prepared(&crashed));
    CHECK(step(&job, JOB_GO) == (JOB_DO_STORE | JOB_DO_QUEUE) && job.state == JOB_READY);
}

static void test_what_is_noted_is_stored_before_it_is_told(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_QUEUE_HOLD, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    (void)step(&job, JOB_RESERVED);
    (void)step(&job, JOB_STORED);
    CHECK(dre_job_is_at_rest(&job));
    CHECK(step(&job, JOB_NOTED) == JOB_DO_STORE && !dre_job_is_at_rest(&job));
    CHECK(step(&job, JOB_STORED) == 0 && dre_job_is_at_rest(&job) && job.state == JOB_HELD);
    (void)step_reason(&job, JOB_CANCEL, JOB_REASON_EXPIRED);
    CHECK(job.state == JOB_VOIDING && job.end_reason == JOB_REASON_EXPIRED);
    CHECK(step(&job, JOB_NOTED) == 0);
}

static void test_a_release_is_told_only_once_its_row_is_on_disk(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, JOB_FLAG_QUEUE_HOLD, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    (void)step(&job, JOB_RESERVED);
    (void)step(&job, JOB_STORED);
    CHECK(step(&job, JOB_RELEASE) == (JOB_DO_STORE | JOB_DO_QUEUE) && job.state == JOB_READY);
    CHECK(!dre_job_is_at_rest(&job));
    struct job_core sent = job;
    CHECK(step(&sent, JOB_TURN) == JOB_DO_STORE && !dre_job_is_at_rest(&sent));
    CHECK(step(&sent, JOB_STORED) == JOB_DO_SEND && dre_job_is_at_rest(&sent));
    CHECK(step(&job, JOB_STORE_FAILED) == JOB_DO_WAIT && !dre_job_is_at_rest(&job));
    CHECK(step(&job, JOB_DUE) == (JOB_DO_STORE | JOB_DO_QUEUE));
    CHECK(step(&job, JOB_STORED) == 0 && dre_job_is_at_rest(&job));
}

static void test_cancel_while_the_outcome_is_unknown_waits_for_it(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step(&job, JOB_COUNTED);
    CHECK(step(&job, JOB_CANCEL) == 0);
    CHECK(step(&job, JOB_NO_ANSWER) == JOB_DO_WAIT);
    CHECK(job.wait_until > 1000);
    CHECK(step(&job, JOB_DUE) == JOB_DO_RESERVE);
    CHECK(step(&job, JOB_RESERVED) == (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_VOIDING);
    CHECK(step(&job, JOB_STORED) == JOB_DO_VOID);
    CHECK(step(&job, JOB_VOIDED) == (JOB_DO_STORE | JOB_DO_LATER | JOB_DO_ERASE));
    CHECK(job.state == JOB_CANCELED);
}

static void test_a_crash_while_sending_never_sends_again(void)
{
    struct job_core job = { .state = JOB_SENDING, .flags = JOB_FLAG_RESERVED };
    unsigned todo = step(&job, JOB_RESTARTED);
    CHECK((todo & (JOB_DO_SEND | JOB_DO_QUEUE)) == 0 && job.state == JOB_UNCERTAIN);
    CHECK(step(&job, JOB_SAY_PRINTED) == JOB_DO_STORE);
    CHECK(step(&job, JOB_STORED) == JOB_DO_SETTLE);

    job = (struct job_core){ .state = JOB_SENDING, .flags = JOB_FLAG_RESERVED | JOB_FLAG_ASKABLE };
    todo = step(&job, JOB_RESTARTED);
    CHECK(todo == (JOB_DO_STORE | JOB_DO_ASK) && job.state == JOB_ASKING);
    todo = step(&job, JOB_LOST);
    CHECK((todo & (JOB_DO_SEND | JOB_DO_QUEUE)) == 0 && job.state == JOB_UNCERTAIN);
}

static void test_only_a_person_who_looked_decides_on_an_uncertain_job(void)
{
    struct job_core job = { .state = JOB_UNCERTAIN,
                            .reason = JOB_REASON_UNCERTAIN,
                            .flags = JOB_FLAG_COUNTED | JOB_FLAG_RESERVED };
    CHECK(!dre_job_may_release(&job) && !dre_job_may_cancel(&job) && dre_job_may_send_again(&job));
    CHECK(step(&job, JOB_RELEASE) == 0 && job.state == JOB_UNCERTAIN);
    CHECK(step(&job, JOB_CANCEL) == 0 && job.state == JOB_UNCERTAIN);
    struct job_core other = job;
    CHECK(step(&other, JOB_SAY_AGAIN) == (JOB_DO_STORE | JOB_DO_QUEUE));
    CHECK(other.state == JOB_READY);
    other = job;
    CHECK(step(&other, JOB_SAY_NOT_PRINTED) == JOB_DO_STORE);
    CHECK(other.state == JOB_VOIDING && other.ends_as == JOB_CANCELED);
    job.reason = JOB_REASON_LAPSED; // it came out
    CHECK(!dre_job_may_send_again(&job));
    CHECK(step(&job, JOB_SAY_AGAIN) == 0 && job.state == JOB_UNCERTAIN);
}

static void test_what_was_not_printed_is_given_back(void)
{
    struct job_core job = { .state = JOB_PRINTING, .flags = JOB_FLAG_RESERVED, .computed = 9 };
    CHECK(step(&job, JOB_CANCEL) == JOB_DO_STOP);
    (void)step_seen(&job, JOB_FAILED, 4);
    CHECK(job.state == JOB_SETTLING && job.ends_as == JOB_CANCELED && job.observed == 4);

    job = (struct job_core){ .state = JOB_PRINTING, .flags = JOB_FLAG_RESERVED, .computed = 9 };
    (void)step_seen(&job, JOB_FAILED, 0);
    CHECK(job.state == JOB_VOIDING && job.ends_as == JOB_ABORTED);

    job = (struct job_core){ .state = JOB_PRINTING, .flags = JOB_FLAG_RESERVED, .computed = 9 };
    (void)step(&job, JOB_FAILED); // nobody knows how much
    CHECK(job.state == JOB_UNCERTAIN && (job.flags & JOB_FLAG_RESERVED) != 0);
}

static void test_uncounted_is_held_and_damaged_is_refused(void)
{
    struct job_core job;
    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    CHECK(step_reason(&job, JOB_UNCOUNTED, JOB_REASON_UNCOUNTED) == (JOB_DO_STORE | JOB_DO_ACCEPT));
    CHECK(job.state == JOB_HELD);
    CHECK(step(&job, JOB_RELEASE) == (JOB_DO_STORE | JOB_DO_COUNT)); // counts again, never prints

    (void)dre_job_begin(&job, 0, true, 1);
    (void)step(&job, JOB_STORED);
    (void)step_reason(&job, JOB_UNCOUNTED, JOB_REASON_PASSWORD);
    CHECK(job.state == JOB_ABORTED);
    CHECK(step(&job, JOB_STORED) == JOB_DO_REFUSE);
}

// --- a world ------------------------------------------------------------------------------------

static uint64_t seed = 1;

static uint32_t chance(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 11) % below);
}

// What is under way outside the job; a crash forgets it. Paper and the accounting server remember.
struct world {
    struct job_core job;
    struct job_core disk;
    struct job_core writing[8];
    int writing_count;
    bool on_disk;
    bool counting;
    bool asking_cas;
    unsigned cas_ask;
    bool waiting;
    bool queued;
    bool sending;
    bool asking_printer;
    bool asking_meter;
    bool dropped;
    int sent;         // times that bytes went to paper
    int sent_allowed; // one, and one more for each time that a person said so
    int accepted_told;
    int refused_told;
    bool reserved[256]; // by attempt
    bool refused[256];
    bool stopped[256]; // refused by policy, or to be changed first
    bool changed[256];
    bool gone[256]; // posted or voided
    int attempt_max;
    int charged;
    bool at_printer;
    bool unsound;
};

static void world_send(struct world *world)
{
    world->sending = true;
    world->sent++;
    world->unsound = world->unsound || world->disk.state != JOB_SENDING;
}

static void world_act(struct world *world, unsigned todo)
{
    if ((todo & JOB_DO_STORE) != 0) {
        if (world->writing_count == 8) {
            memmove(world->writing, world->writing + 1, sizeof(world->writing[0]) * 7);
            world->writing_count = 7;
        }
        world->writing[world->writing_count++] = world->job;
    }
    world->counting = world->counting || (todo & JOB_DO_COUNT) != 0;
    unsigned cas = todo & (JOB_DO_RESERVE | JOB_DO_SETTLE | JOB_DO_VOID);
    if (cas != 0) {
        world->asking_cas = true;
        world->cas_ask = cas;
    }
    world->waiting = (world->waiting || (todo & JOB_DO_WAIT) != 0);
    world->queued = (world->queued || (todo & JOB_DO_QUEUE) != 0) && (todo & JOB_DO_UNQUEUE) == 0;
    if ((todo & JOB_DO_SEND) != 0) {
        world_send(world);
    }
    world->asking_printer = world->asking_printer || (todo & JOB_DO_ASK) != 0;
    world->asking_meter = world->asking_meter || (todo & JOB_DO_OBSERVE) != 0;
    world->accepted_told += (todo & JOB_DO_ACCEPT) != 0;
    world->refused_told += (todo & JOB_DO_REFUSE) != 0;
    world->dropped = world->dropped || (todo & JOB_DO_DROP) != 0;
}

static void world_event(struct world *world, struct job_happened happened)
{
    happened.now = 1000;
    happened.random = chance(1000);
    uint8_t before = world->job.state;
    unsigned todo = dre_job_step(&world->job, &happened);
    world->waiting = world->waiting && before == world->job.state; // it waited for something else
    world_act(world, todo);
}

static void world_disk(struct world *world)
{
    if (world->writing_count == 0) {
        return;
    }
    if (chance(20) == 0 && world->writing_count == 1) {
        world->writing_count = 0;
        world_event(world, (struct job_happened){ .event = JOB_STORE_FAILED });
        return;
    }
    world->disk = world->writing[0];
    world->on_disk = true;
    world->writing_count--;
    memmove(world->writing, world->writing + 1,
            sizeof(world->writing[0]) * (size_t)world->writing_count);
    if (world->writing_count == 0) { // only the last one speaks
        world_event(world, (struct job_happened){ .event = JOB_STORED });
    }
}

// The accounting server: the same key gives the same answer; answers may be lost after the act.
static void world_cas(struct world *world)
{
    if (!world->asking_cas) {
        return;
    }
    world->asking_cas = false;
    uint16_t attempt = world->job.attempt;
    world->attempt_max = attempt > world->attempt_max ? attempt : world->attempt_max;
    enum job_event event = JOB_NO_ANSWER;
    if (chance(4) != 0) {
        if (world->cas_ask == JOB_DO_RESERVE) {
            if (!world->reserved[attempt] && !world->refused[attempt]) {
                world->refused[attempt] = chance(3) == 0;
                world->reserved[attempt] = !world->refused[attempt];
                world->stopped[attempt] = chance(2) == 0;
                world->changed[attempt] = chance(2) == 0 && attempt < 200;
            }
            bool differs = (world->job.flags & JOB_FLAG_MAYBE) != 0 && chance(2) == 0;
            event = world->reserved[attempt] ? differs && attempt < 200 ? JOB_DIFFERS : JOB_RESERVED
                    : world->changed[attempt] ? JOB_CHANGED
                    : world->stopped[attempt] ? chance(4) == 0 ? JOB_DENIED : JOB_STOPPED
                                              : JOB_REFUSED;
        } else if (world->cas_ask == JOB_DO_SETTLE) {
            world->charged += world->gone[attempt] ? 0 : 1;
            world->gone[attempt] = true;
            event = JOB_SETTLED;
        } else {
            world->gone[attempt] = true;
            event = JOB_VOIDED;
        }
        world->unsound = world->unsound || (event == JOB_SETTLED && !world->reserved[attempt]);
    }
    if (chance(5) == 0) {
        event = JOB_NO_ANSWER;
    }
    world_event(world, (struct job_happened){ .event = event, .reason = JOB_REASON_MONEY_SHORT });
}

static void world_printer(struct world *world)
{
    static const enum job_event sending[] = { JOB_SENT_NOTHING, JOB_SENT_ALL, JOB_PRINTED,
                                              JOB_FAILED,       JOB_LOST,     JOB_PRINTER_REFUSES };
    static const enum job_event asked[] = { JOB_SENT_ALL, JOB_PRINTED, JOB_FAILED, JOB_LOST,
                                            JOB_NO_ANSWER };
    static const enum job_event later[] = { JOB_PRINTED, JOB_FAILED, JOB_LOST };
    struct job_happened happened = { .event = JOB_EVENT_COUNT,
                                     .reason = JOB_REASON_PRINTER_FAILED,
                                     .observed = chance(4),
                                     .observed_known = chance(2) == 0,
                                     .is_metered = chance(2) == 0 };
    if (world->sending) {
        world->sending = false;
        happened.event = sending[chance(6)];
        bool nothing = happened.event == JOB_SENT_NOTHING || happened.event == JOB_PRINTER_REFUSES;
        world->sent -= nothing;
        world->at_printer = happened.event == JOB_SENT_ALL;
    } else if (world->asking_printer) {
        world->asking_printer = false;
        happened.event = asked[chance(5)];
        world->at_printer = happened.event == JOB_SENT_ALL;
    } else if (world->at_printer) {
        world->at_printer = false;
        happened.event = later[chance(3)];
    }
    if (happened.event != JOB_EVENT_COUNT) {
        world_event(world, happened);
    }
}

static void world_meter(struct world *world)
{
    if (world->asking_meter) {
        world->asking_meter = false;
        const struct job_happened happened = {
            .event = chance(3) == 0 ? JOB_NO_ANSWER : JOB_METERED,
            .observed = chance(4),
            .observed_known = chance(2) == 0,
            .meter_counts = chance(2) == 0,
        };
        world_event(world, happened);
    }
}

static void world_person(struct world *world)
{
    static const enum job_event asks[] = {
        JOB_HOLD,      JOB_RELEASE,  JOB_CANCEL,  JOB_SAY_PRINTED, JOB_SAY_NOT_PRINTED,
        JOB_SAY_AGAIN, JOB_RECHARGE, JOB_CLAIMED, JOB_NOTED,       JOB_PREPARE,
        JOB_GO,        JOB_PUT_BACK
    };
    enum job_event event = asks[chance(12)];
    if ((event == JOB_RELEASE || event == JOB_RECHARGE || event == JOB_CLAIMED) &&
        world->job.attempt > 200) {
        return;
    }
    if (event == JOB_SAY_AGAIN && world->job.state == JOB_UNCERTAIN) {
        world->sent_allowed++;
    }
    world_event(world, (struct job_happened){ .event = event });
}

static void world_crash(struct world *world)
{
    if (!world->on_disk) {
        world->dropped = true;
        return;
    }
    world->job = world->disk;
    world->writing_count = 0;
    world->counting = world->asking_cas = world->waiting = world->queued = false;
    world->sending = world->asking_printer = world->at_printer = false;
    world->asking_meter = false;
    world_event(world, (struct job_happened){ .event = JOB_RESTARTED });
}

static void world_tick(struct world *world)
{
    switch (chance(40)) {
    case 0: world_crash(world); return;
    case 1:
    case 2: world_person(world); return;
    default: break;
    }
    switch (chance(7)) {
    case 6: world_meter(world); return;
    case 0: world_disk(world); return;
    case 1:
        if (world->counting) {
            world->counting = false;
            bool good = chance(4) != 0;
            world->job.computed = 3;
            world_event(world,
                        (struct job_happened){ .event = good ? JOB_COUNTED : JOB_UNCOUNTED,
                                               .reason = chance(2) == 0 ? JOB_REASON_UNCOUNTED
                                                                        : JOB_REASON_PASSWORD });
        }
        return;
    case 2: world_cas(world); return;
    case 3:
        if (world->waiting) {
            world->waiting = false;
            world_event(world, (struct job_happened){ .event = JOB_DUE });
        }
        return;
    case 4:
        if (world->queued) {
            world->queued = false;
            world_event(world, (struct job_happened){ .event = JOB_TURN });
        }
        return;
    default: world_printer(world); return;
    }
}

static bool world_moves(const struct world *world)
{
    return world->writing_count > 0 || world->counting || world->asking_cas || world->waiting ||
           world->queued || world->sending || world->asking_printer || world->at_printer ||
           world->asking_meter;
}

static bool world_is_sound(const struct world *world)
{
    int open = 0;
    for (int at = 0; at <= world->attempt_max; at++) {
        open += world->reserved[at] && !world->gone[at];
    }
    bool ended = dre_job_has_ended(&world->job) && dre_job_has_ended(&world->disk) &&
                 world->disk.state == world->job.state;
    bool is_sound =
        !world->unsound && world->charged <= 1 && world->sent <= world->sent_allowed && open <= 1;
    is_sound = is_sound && (world->accepted_told == 0 || world->refused_told == 0);
    if (ended) {
        is_sound = is_sound && open == 0;
        is_sound = is_sound && (world->job.state != JOB_COMPLETED || world->charged == 1);
    }
    // One fate: what has not ended waits for a person in a state that says so, or moves.
    bool waits = (world->job.state == JOB_HELD && !dre_job_is_prepared(&world->job)) ||
                 world->job.state == JOB_UNCERTAIN;
    return is_sound && (ended || waits || world_moves(world));
}

static void test_random_worlds_keep_the_invariants(void)
{
    int bad = 0;
    int completed = 0;
    int crashes_survived = 0;
    for (uint64_t round = 1; round <= 30000; round++) {
        seed = round * 0x9e3779b97f4a7c15u + 1;
        struct world world = { .sent_allowed = 1 };
        uint32_t flags = (uint32_t)((chance(3) == 0 ? JOB_FLAG_QUEUE_HOLD : 0) |
                                    (chance(2) == 0 ? JOB_FLAG_HOLD_SHORT : 0) |
                                    (chance(5) == 0 ? JOB_FLAG_UNCLAIMED : 0) |
                                    (chance(2) == 0 ? JOB_FLAG_ASKABLE : 0));
        world_act(&world, chance(10) == 0
                              ? dre_job_begin_copy(&world.job,
                                                   (flags & JOB_FLAG_ASKABLE) | JOB_FLAG_PREPARED)
                              : dre_job_begin(&world.job, flags, true, 1));
        int ticks = 0;
        for (; ticks < 2000 && !world.dropped; ticks++) {
            world_tick(&world);
            if (!world.dropped && !world_is_sound(&world)) {
                printf("# round %d tick %d state %s disk %s\n", (int)round, ticks,
                       dre_job_state_name(world.job.state), dre_job_state_name(world.disk.state));
                bad++;
                break;
            }
        }
        completed += world.job.state == JOB_COMPLETED;
        crashes_survived += world.on_disk;
    }
    CHECK(bad == 0);
    CHECK(completed > 1000);
    CHECK(crashes_survived > 20000);
}

int main(void)
{
    test_direct_job_is_accepted_sent_and_charged();
    test_a_meter_is_heard_before_the_charge();
    test_a_meter_that_nobody_reads_is_not_waited_for_for_ever();
    test_refusal_is_told_only_once_it_is_stored();
    test_short_money_holds_and_a_release_asks_anew_with_another_key();
    test_short_money_refuses_also_when_the_answer_came_late();
    test_what_was_let_go_waits_on();
    test_what_policy_denies_ends_also_where_short_money_holds();
    test_what_policy_stops_is_accepted_and_waits();
    test_a_changed_job_is_asked_for_anew_once_that_is_stored();
    test_who_pays_is_changed_by_giving_back_and_asking_anew();
    test_what_is_not_claimed_is_asked_for_by_nobody();
    test_a_guest_is_held_where_guests_are_taken_and_refused_elsewhere();
    test_a_guests_key_outlives_a_refusal();
    test_a_copy_is_printed_or_ends();
    test_what_is_prepared_waits_for_that_alone();
    test_what_is_not_paid_for_or_cannot_be_stored_is_not_prepared();
    test_a_prepared_copy_goes_or_ends();
    test_what_is_noted_is_stored_before_it_is_told();
    test_a_release_is_told_only_once_its_row_is_on_disk();
    test_cancel_while_the_outcome_is_unknown_waits_for_it();
    test_a_crash_while_sending_never_sends_again();
    test_only_a_person_who_looked_decides_on_an_uncertain_job();
    test_what_was_not_printed_is_given_back();
    test_uncounted_is_held_and_damaged_is_refused();
    test_random_worlds_keep_the_invariants();
    return tap_done();
}
