// job: see job.h. One function a state; the table at the end says which.

#include "dre/job.h"

#include <string.h>

enum {
    ASK_TRIES_BEFORE_PERSON = 8,
    OBSERVE_TRIES = 8,
    WAIT_FIRST_MS = 200,
    WAIT_MOST_MS = 30000,
    WAIT_CAS_MS = 5000,
    CAS_TRIES_BEFORE_ANSWER =
        3, // then the client is told: accepted, waits for the accounting server
};

static unsigned enter(struct job_core *job, enum job_state state, enum job_reason reason)
{
    job->state = (uint8_t)state;
    job->reason = (uint8_t)reason;
    job->tries = 0;
    job->stored = false;
    return JOB_DO_STORE;
}

// Doubles from WAIT_FIRST_MS to WAIT_MOST_MS (of our own accounting server: WAIT_CAS_MS), less up
// to half of it by chance.
static unsigned wait_more(struct job_core *job, uint8_t *tries, const struct job_happened *happened)
{
    int64_t wait = WAIT_MOST_MS;
    if (*tries < 8) {
        wait = (int64_t)WAIT_FIRST_MS << *tries;
        *tries = (uint8_t)(*tries + 1);
    }
    bool is_cas =
        job->state == JOB_RESERVING || job->state == JOB_SETTLING || job->state == JOB_VOIDING;
    int64_t most = is_cas ? WAIT_CAS_MS : WAIT_MOST_MS;
    wait = wait > most ? most : wait;
    job->wait_until = happened->now + wait - (int64_t)(happened->random % (uint32_t)(wait / 2));
    return JOB_DO_WAIT;
}

static unsigned answer(struct job_core *job, unsigned how)
{
    if (job->answered) {
        return 0;
    }
    job->answered = true;
    return how;
}

// Ends the job without a charge: gives back the reservation first, if there may be one.
static unsigned end_free(struct job_core *job, enum job_state state, enum job_reason reason)
{
    job->ends_as = (uint8_t)state;
    job->end_reason = (uint8_t)reason;
    if ((job->flags & (JOB_FLAG_RESERVED | JOB_FLAG_MAYBE)) != 0) {
        return enter(job, JOB_VOIDING, reason);
    }
    return enter(job, state, reason) | JOB_DO_ERASE;
}

static enum job_reason cancel_reason(const struct job_happened *happened)
{
    return happened->reason == JOB_REASON_NONE ? JOB_REASON_CANCELED : happened->reason;
}

static unsigned note_cancel(struct job_core *job, const struct job_happened *happened)
{
    job->flags |= JOB_FLAG_CANCEL;
    job->end_reason = (uint8_t)cancel_reason(happened);
    return 0;
}

static unsigned hold(struct job_core *job, enum job_reason reason)
{
    return enter(job, JOB_HELD, reason);
}

static unsigned ready(struct job_core *job, enum job_reason reason)
{
    return enter(job, JOB_READY, reason) | JOB_DO_QUEUE;
}

static unsigned on_incoming(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_DOCUMENT:
        job->answered = false;
        return enter(job, JOB_ACCEPTING, JOB_REASON_COUNTING) | JOB_DO_COUNT;
    case JOB_STORED: job->stored = true; return answer(job, JOB_DO_ACCEPT);
    case JOB_STORE_FAILED: return answer(job, JOB_DO_REFUSE) | JOB_DO_DROP;
    case JOB_HOLD: job->flags |= JOB_FLAG_HOLD; return JOB_DO_STORE;
    case JOB_RELEASE: job->flags &= (uint32_t)~JOB_FLAG_HOLD; return JOB_DO_STORE;
    case JOB_CANCEL: return end_free(job, JOB_CANCELED, cancel_reason(happened));
    case JOB_DUE: return end_free(job, JOB_ABORTED, JOB_REASON_TIMED_OUT);
    case JOB_RESTARTED: return end_free(job, JOB_ABORTED, JOB_REASON_RESTARTED);
    default: return 0;
    }
}

// Both the journal and the count are in.
static unsigned accepted(struct job_core *job)
{
    if ((job->flags & JOB_FLAG_CANCEL) != 0) {
        return answer(job, JOB_DO_ACCEPT) | end_free(job, JOB_CANCELED, job->end_reason);
    }
    if ((job->flags & JOB_FLAG_COUNTED) == 0) {
        bool is_copy = (job->flags & JOB_FLAG_COPY) != 0; // printed at once or not at all
        if (job->end_reason == JOB_REASON_UNCOUNTED && !is_copy) {
            return hold(job, JOB_REASON_UNCOUNTED) | answer(job, JOB_DO_ACCEPT);
        }
        return end_free(job, JOB_ABORTED,
                        job->end_reason); // the client is told once that is stored
    }
    if ((job->flags & JOB_FLAG_UNCLAIMED) != 0) {
        return hold(job, JOB_REASON_UNCLAIMED) | answer(job, JOB_DO_ACCEPT);
    }
    job->state = JOB_RESERVING;
    job->reason = JOB_REASON_RESERVING;
    job->tries = 0;
    return JOB_DO_RESERVE; // after a crash it is counted and asked again, with the same key
}

static unsigned on_accepting(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; break;
    case JOB_STORE_FAILED: return answer(job, JOB_DO_REFUSE) | JOB_DO_DROP;
    case JOB_COUNTED:
        job->flags |= JOB_FLAG_COUNTED;
        job->end_reason = JOB_REASON_NONE;
        break;
    case JOB_UNCOUNTED: job->end_reason = (uint8_t)happened->reason; break;
    case JOB_HOLD: job->flags |= JOB_FLAG_HOLD; return 0;
    case JOB_RELEASE: job->flags &= (uint32_t)~JOB_FLAG_HOLD; return 0;
    case JOB_CANCEL: return note_cancel(job, happened);
    case JOB_RESTARTED:
        job->stored = true;
        job->flags &= (uint32_t)~JOB_FLAG_COUNTED;
        job->flags |= JOB_FLAG_MAYBE;
        job->end_reason = JOB_REASON_NONE;
        return JOB_DO_COUNT;
    default: return 0;
    }
    bool is_counted = (job->flags & JOB_FLAG_COUNTED) != 0 || job->end_reason != JOB_REASON_NONE;
    return job->stored && is_counted ? accepted(job) : 0;
}

// Nobody but who prepared it may do something with it meanwhile. A crash of whoever that was ends
// it by time.
static unsigned lease(struct job_core *job, const struct job_happened *happened)
{
    bool is_left = happened->event == JOB_RESTARTED;
    job->flags |= JOB_FLAG_PREPARED;
    job->wait_until = happened->now + (is_left ? JOB_LEASE_LEFT_MS : JOB_LEASE_MS);
    return JOB_DO_WAIT;
}

static unsigned reserved(struct job_core *job, const struct job_happened *happened)
{
    job->flags |= JOB_FLAG_RESERVED;
    job->flags &= (uint32_t) ~(JOB_FLAG_MAYBE | JOB_FLAG_BY_KEY);
    if ((job->flags & JOB_FLAG_CANCEL) != 0) {
        return answer(job, JOB_DO_ACCEPT) | end_free(job, JOB_CANCELED, job->end_reason);
    }
    if ((job->flags & JOB_FLAG_PREPARED) != 0) { // a copy that is to go with others
        return answer(job, JOB_DO_ACCEPT) | hold(job, JOB_REASON_PREPARED) | lease(job, happened);
    }
    unsigned todo = answer(job, JOB_DO_ACCEPT) | JOB_DO_LATER; // asked again, it answers the same
    if ((job->flags & JOB_FLAG_HOLD) != 0) {
        return todo | hold(job, JOB_REASON_HOLD_ASKED);
    }
    if ((job->flags & JOB_FLAG_QUEUE_HOLD) != 0) {
        return todo | hold(job, JOB_REASON_QUEUE_HOLDS);
    }
    return todo | ready(job, JOB_REASON_QUEUED);
}

// The accounting server set nothing aside and said why.
static unsigned refused(struct job_core *job, const struct job_happened *happened)
{
    enum job_reason reason = happened->reason;
    job->flags &= (uint32_t)~JOB_FLAG_MAYBE;
    if ((job->flags & JOB_FLAG_CANCEL) != 0) {
        return answer(job, JOB_DO_ACCEPT) | end_free(job, JOB_CANCELED, job->end_reason);
    }
    if ((job->flags & JOB_FLAG_COPY) != 0) {
        return end_free(job, JOB_ABORTED, reason);
    }
    if (reason == JOB_REASON_USER_UNKNOWN && (job->flags & JOB_FLAG_GUESTS) != 0) {
        job->flags |= JOB_FLAG_GUEST;
        return hold(job, JOB_REASON_GUEST) | answer(job, JOB_DO_ACCEPT);
    }
    // Whether its client was told meanwhile that it came in makes no difference.
    bool holds = (job->flags & (JOB_FLAG_HOLD_SHORT | JOB_FLAG_WAITED)) != 0;
    if (happened->event == JOB_STOPPED || (happened->event == JOB_REFUSED && holds)) {
        if ((job->flags & JOB_FLAG_BY_KEY) != 0) { // still nobody's: the key is the only way to it
            job->flags |= JOB_FLAG_GUEST;
        }
        return hold(job, reason) | answer(job, JOB_DO_ACCEPT);
    }
    return end_free(job, JOB_ABORTED, reason);
}

// Asked for anew, under a key of its own, once that is stored.
static unsigned reserve_anew(struct job_core *job)
{
    job->attempt++;
    return enter(job, JOB_RESERVING, JOB_REASON_RESERVING);
}

// What may stand under the last key is given back first.
static unsigned void_and_reserve(struct job_core *job)
{
    job->ends_as = JOB_RESERVING;
    job->end_reason = JOB_REASON_RESERVING;
    return enter(job, JOB_VOIDING, JOB_REASON_RESERVING);
}

// The job was changed before it was told: that and the new attempt are one row.
static unsigned changed(struct job_core *job)
{
    job->flags &= (uint32_t)~JOB_FLAG_MAYBE;
    if ((job->flags & JOB_FLAG_CANCEL) != 0) {
        return answer(job, JOB_DO_ACCEPT) | end_free(job, JOB_CANCELED, job->end_reason);
    }
    return reserve_anew(job);
}

// A copy was made for this alone.
static unsigned put_back(struct job_core *job)
{
    job->flags &= (uint32_t)~JOB_FLAG_PREPARED;
    if ((job->flags & JOB_FLAG_COPY) != 0) {
        return end_free(job, JOB_CANCELED, JOB_REASON_NOT_LET_GO);
    }
    job->stored = false;
    return JOB_DO_STORE;
}

static unsigned on_reserving(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED:
        if (job->stored) {
            return 0;
        }
        job->stored = true;
        return JOB_DO_RESERVE;
    case JOB_DUE: return JOB_DO_RESERVE;
    case JOB_STORE_FAILED:
        return (job->flags & JOB_FLAG_COPY) != 0
                   ? end_free(job, JOB_ABORTED, JOB_REASON_STORE_FAILED)
                   : hold(job, JOB_REASON_STORE_FAILED);
    case JOB_RESERVED: return reserved(job, happened);
    case JOB_REFUSED:
    case JOB_STOPPED:
    case JOB_DENIED: return refused(job, happened);
    case JOB_CHANGED: return changed(job);
    case JOB_DIFFERS: return void_and_reserve(job);
    case JOB_NO_ANSWER: {
        job->reason = JOB_REASON_CAS_AWAY;
        unsigned todo = wait_more(job, &job->tries, happened);
        return todo | (job->tries >= CAS_TRIES_BEFORE_ANSWER ? answer(job, JOB_DO_ACCEPT) : 0);
    }
    case JOB_HOLD: job->flags |= JOB_FLAG_HOLD; return 0;
    case JOB_RELEASE: job->flags &= (uint32_t) ~(JOB_FLAG_HOLD | JOB_FLAG_QUEUE_HOLD); return 0;
    case JOB_CANCEL: return note_cancel(job, happened); // the outcome must be known first
    case JOB_RESTARTED: job->stored = true; return JOB_DO_RESERVE;
    default: return 0;
    }
}

static unsigned release(struct job_core *job)
{
    if ((job->flags & (JOB_FLAG_UNCLAIMED | JOB_FLAG_GUEST)) != 0) {
        return 0; // nobody pays yet
    }
    job->flags &= (uint32_t) ~(JOB_FLAG_HOLD | JOB_FLAG_QUEUE_HOLD);
    job->flags |= JOB_FLAG_WAITED;
    if ((job->flags & JOB_FLAG_COUNTED) == 0) {
        job->end_reason = JOB_REASON_NONE;
        return enter(job, JOB_ACCEPTING, JOB_REASON_COUNTING) | JOB_DO_COUNT;
    }
    if ((job->flags & JOB_FLAG_RESERVED) == 0) {
        return reserve_anew(job);
    }
    return ready(job, JOB_REASON_QUEUED);
}

static unsigned on_prepared(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_STORE_FAILED: // whoever prepared it is told, and does without it
    case JOB_DUE:
    case JOB_PUT_BACK: return put_back(job);
    case JOB_GO: job->flags &= (uint32_t)~JOB_FLAG_PREPARED; return release(job);
    case JOB_NOTED: job->stored = false; return JOB_DO_STORE;
    case JOB_RESTARTED: job->stored = true; return lease(job, happened);
    default: return 0;
    }
}

static unsigned on_held(struct job_core *job, const struct job_happened *happened)
{
    if ((job->flags & JOB_FLAG_PREPARED) != 0) {
        return on_prepared(job, happened);
    }
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_RELEASE: return release(job);
    case JOB_RECHARGE:
        if (!dre_job_may_recharge(job)) {
            return 0;
        }
        job->flags |= JOB_FLAG_WAITED;
        return (job->flags & JOB_FLAG_RESERVED) != 0 ? void_and_reserve(job) : reserve_anew(job);
    case JOB_CLAIMED:
        if (!dre_job_may_claim(job)) {
            return 0;
        }
        job->flags &= (uint32_t) ~(JOB_FLAG_UNCLAIMED | JOB_FLAG_GUEST);
        job->flags |= JOB_FLAG_QUEUE_HOLD | JOB_FLAG_WAITED;
        if ((job->flags & JOB_FLAG_GOES) != 0) {
            job->flags &= (uint32_t) ~(JOB_FLAG_GOES | JOB_FLAG_QUEUE_HOLD | JOB_FLAG_HOLD);
        }
        return reserve_anew(job);
    case JOB_PREPARE:
        if (!dre_job_may_prepare(job)) {
            return 0;
        }
        job->stored = false;
        return JOB_DO_STORE | lease(job, happened);
    case JOB_NOTED: job->stored = false; return JOB_DO_STORE;
    case JOB_STORE_FAILED: return wait_more(job, &job->tries, happened);
    case JOB_DUE: return job->stored ? 0 : JOB_DO_STORE;
    case JOB_CANCEL: return end_free(job, JOB_CANCELED, cancel_reason(happened));
    case JOB_RESTARTED: job->stored = true; return 0;
    default: return 0;
    }
}

static unsigned on_ready(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_STORE_FAILED: return wait_more(job, &job->tries, happened);
    case JOB_DUE: return JOB_DO_QUEUE | (job->stored ? 0 : JOB_DO_STORE);
    case JOB_TURN: return enter(job, JOB_SENDING, JOB_REASON_SENDING);
    case JOB_HOLD: return JOB_DO_UNQUEUE | hold(job, JOB_REASON_HOLD_ASKED);
    case JOB_CANCEL: return JOB_DO_UNQUEUE | end_free(job, JOB_CANCELED, cancel_reason(happened));
    case JOB_RESTARTED:
        job->stored = true;
        job->printer_tries = 0;
        return JOB_DO_QUEUE;
    default: return 0;
    }
}

static bool is_canceled(const struct job_core *job)
{
    return (job->flags & JOB_FLAG_CANCEL) != 0;
}

// The printer's last word: so much came out, and the job ended well or badly.
static unsigned outcome(struct job_core *job, const struct job_happened *happened)
{
    bool good = happened->event == JOB_PRINTED;
    if (!good && !happened->observed_known) {
        return enter(job, JOB_UNCERTAIN, JOB_REASON_UNCERTAIN) | JOB_DO_FREE;
    }
    if (!good) {
        job->ends_as = is_canceled(job) || happened->reason == JOB_REASON_CANCELED_AT_DEVICE
                           ? JOB_CANCELED
                           : JOB_ABORTED;
        job->end_reason = is_canceled(job) ? job->end_reason : (uint8_t)happened->reason;
    } else {
        job->ends_as = JOB_COMPLETED;
        job->end_reason = JOB_REASON_DONE;
    }
    if (happened->observed_known) {
        job->observed = happened->observed;
        job->flags |= JOB_FLAG_OBSERVED;
        if (good && job->observed != job->computed) {
            job->end_reason =
                job->observed < job->computed ? JOB_REASON_DONE_LESS : JOB_REASON_DONE_MORE;
        }
    }
    if (happened->observed_known && happened->observed == 0 && !good) {
        return enter(job, JOB_VOIDING, job->end_reason) | JOB_DO_FREE;
    }
    if (!happened->observed_known && happened->is_metered) {
        job->flags |= JOB_FLAG_METER;
        return enter(job, JOB_SETTLING, JOB_REASON_OBSERVING) | JOB_DO_FREE;
    }
    return enter(job, JOB_SETTLING, JOB_REASON_SETTLING) | JOB_DO_FREE;
}

static unsigned lost(struct job_core *job)
{
    if ((job->flags & JOB_FLAG_ASKABLE) != 0 && job->state != JOB_ASKING) {
        return enter(job, JOB_ASKING, JOB_REASON_ASKING) | JOB_DO_ASK;
    }
    return enter(job, JOB_UNCERTAIN, JOB_REASON_UNCERTAIN) | JOB_DO_FREE;
}

// The row "sending" is on its way to disk: no byte has left.
static unsigned before_sending(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED:
        job->stored = true;
        if (is_canceled(job)) {
            return end_free(job, JOB_CANCELED, job->end_reason) | JOB_DO_FREE;
        }
        return JOB_DO_SEND;
    case JOB_STORE_FAILED:
        job->state = JOB_READY;
        job->reason = JOB_REASON_STORE_FAILED;
        return JOB_DO_FREE | wait_more(job, &job->printer_tries, happened);
    case JOB_CANCEL: return note_cancel(job, happened);
    case JOB_RESTARTED: job->stored = true; return lost(job);
    default: return 0;
    }
}

static unsigned on_sending(struct job_core *job, const struct job_happened *happened)
{
    if (!job->stored) {
        return before_sending(job, happened);
    }
    switch ((int)happened->event) {
    case JOB_SENT_NOTHING:
        if (is_canceled(job)) {
            return end_free(job, JOB_CANCELED, job->end_reason) | JOB_DO_FREE;
        }
        return enter(job, JOB_READY, JOB_REASON_PRINTER_AWAY) | JOB_DO_FREE |
               wait_more(job, &job->printer_tries, happened);
    case JOB_SENT_ALL: return enter(job, JOB_PRINTING, JOB_REASON_PRINTING) | JOB_DO_LATER;
    case JOB_PRINTER_REFUSES: return end_free(job, JOB_ABORTED, happened->reason) | JOB_DO_FREE;
    case JOB_PRINTED:
    case JOB_FAILED: return outcome(job, happened);
    case JOB_LOST: return lost(job);
    case JOB_CANCEL: return note_cancel(job, happened) | JOB_DO_STOP;
    case JOB_RESTARTED: return lost(job);
    default: return 0;
    }
}

static unsigned on_printing(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_PRINTED:
    case JOB_FAILED: return outcome(job, happened);
    case JOB_LOST: return lost(job);
    case JOB_CANCEL: return note_cancel(job, happened) | JOB_DO_STOP;
    case JOB_RESTARTED: return lost(job);
    default: return 0;
    }
}

static unsigned on_asking(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_SENT_ALL: return enter(job, JOB_PRINTING, JOB_REASON_PRINTING);
    case JOB_PRINTED:
    case JOB_FAILED: return outcome(job, happened);
    case JOB_LOST: return lost(job);
    case JOB_NO_ANSWER: {
        unsigned todo = wait_more(job, &job->tries, happened);
        if (job->tries < ASK_TRIES_BEFORE_PERSON) {
            return todo;
        }
        return enter(job, JOB_UNCERTAIN, JOB_REASON_UNCERTAIN) | JOB_DO_FREE | JOB_DO_WAIT;
    }
    case JOB_DUE: return JOB_DO_ASK;
    case JOB_CANCEL: return note_cancel(job, happened);
    case JOB_RESTARTED: job->stored = true; return JOB_DO_ASK;
    default: return 0;
    }
}

// A printer that can be asked is asked on, so that one that comes back settles the job by itself.
static unsigned uncertain_asked(struct job_core *job, const struct job_happened *happened)
{
    bool is_askable = (job->flags & JOB_FLAG_ASKABLE) != 0 && job->reason == JOB_REASON_UNCERTAIN;
    switch ((int)happened->event) {
    case JOB_DUE: return is_askable ? JOB_DO_ASK : 0;
    case JOB_NO_ANSWER: return is_askable ? wait_more(job, &job->tries, happened) : 0;
    case JOB_PRINTED: return outcome(job, happened);
    case JOB_FAILED: return happened->observed_known ? outcome(job, happened) : 0;
    case JOB_SENT_ALL: return enter(job, JOB_PRINTING, JOB_REASON_PRINTING);
    default: return 0;
    }
}

static unsigned on_uncertain(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED: job->stored = true; return 0;
    case JOB_SAY_NOT_PRINTED: return end_free(job, JOB_CANCELED, cancel_reason(happened));
    case JOB_SAY_AGAIN:
        if (!dre_job_may_send_again(job)) {
            return 0;
        }
        job->flags &= (uint32_t)~JOB_FLAG_CANCEL;
        return ready(job, JOB_REASON_QUEUED);
    case JOB_SAY_PRINTED:
        job->ends_as = JOB_COMPLETED;
        job->end_reason = JOB_REASON_DONE;
        return enter(job, JOB_SETTLING, JOB_REASON_SETTLING);
    case JOB_RESTARTED:
        job->stored = true;
        return (job->flags & JOB_FLAG_ASKABLE) != 0 ? wait_more(job, &job->tries, happened) : 0;
    default: return uncertain_asked(job, happened);
    }
}

// Of a job that goes on: it is asked for again.
static unsigned given_back(struct job_core *job)
{
    job->flags &= (uint32_t) ~(JOB_FLAG_RESERVED | JOB_FLAG_MAYBE);
    return changed(job);
}

// What the meter told is on disk before anything is charged by it.
static unsigned metered(struct job_core *job, const struct job_happened *happened)
{
    if (happened->observed_known) {
        job->observed = happened->observed;
        job->flags |= JOB_FLAG_OBSERVED;
        job->flags |= happened->meter_counts ? JOB_FLAG_METER_COUNTS : 0u;
    }
    if (dre_job_charges_observed(job) && job->observed != job->computed) {
        job->end_reason =
            job->observed < job->computed ? JOB_REASON_DONE_LESS : JOB_REASON_DONE_MORE;
    }
    return enter(job, JOB_SETTLING, JOB_REASON_SETTLING);
}

// The printer's meter is read; nobody but the charge waits for it.
static unsigned on_observing(struct job_core *job, const struct job_happened *happened)
{
    static const struct job_happened nothing = { .event = JOB_METERED };
    switch ((int)happened->event) {
    case JOB_STORED:
        if (job->stored) {
            return 0;
        }
        job->stored = true;
        return JOB_DO_OBSERVE;
    case JOB_STORE_FAILED: return wait_more(job, &job->tries, happened);
    case JOB_NO_ANSWER:
        return job->tries < OBSERVE_TRIES ? wait_more(job, &job->tries, happened)
                                          : metered(job, &nothing);
    case JOB_DUE: return job->stored ? JOB_DO_OBSERVE : JOB_DO_STORE;
    case JOB_RESTARTED: job->stored = true; return JOB_DO_OBSERVE;
    case JOB_METERED: return metered(job, happened);
    default: return 0;
    }
}

// Asks only once the outcome is on disk: what is charged can be explained after any crash.
static unsigned on_settling(struct job_core *job, const struct job_happened *happened)
{
    if (job->state == JOB_SETTLING && job->reason == JOB_REASON_OBSERVING) {
        return on_observing(job, happened);
    }
    unsigned ask = job->state == JOB_SETTLING ? JOB_DO_SETTLE : JOB_DO_VOID;
    switch ((int)happened->event) {
    case JOB_STORED:
        if (job->stored) {
            return 0;
        }
        job->stored = true;
        return ask;
    case JOB_STORE_FAILED:
    case JOB_NO_ANSWER: return wait_more(job, &job->tries, happened);
    case JOB_DUE: return job->stored ? ask : JOB_DO_STORE;
    case JOB_RESTARTED: job->stored = true; return ask;
    case JOB_SETTLED:
    case JOB_VOIDED:
        if (job->ends_as == JOB_RESERVING) {
            return given_back(job);
        }
        job->flags &= (uint32_t) ~(JOB_FLAG_RESERVED | JOB_FLAG_MAYBE);
        return enter(job, job->ends_as, job->end_reason) | JOB_DO_ERASE | JOB_DO_LATER;
    case JOB_LAPSED:
        if (job->ends_as == JOB_RESERVING) {
            return given_back(job);
        }
        if (job->state == JOB_VOIDING) {
            job->flags &= (uint32_t) ~(JOB_FLAG_RESERVED | JOB_FLAG_MAYBE);
            return enter(job, job->ends_as, job->end_reason) | JOB_DO_ERASE;
        }
        return enter(job, JOB_UNCERTAIN, JOB_REASON_LAPSED);
    default: return 0;
    }
}

static unsigned on_ended(struct job_core *job, const struct job_happened *happened)
{
    switch ((int)happened->event) {
    case JOB_STORED:
        job->stored = true;
        return answer(job, JOB_DO_REFUSE); // who was told before is not told again
    case JOB_STORE_FAILED:
        return answer(job, JOB_DO_REFUSE) | wait_more(job, &job->tries, happened);
    case JOB_DUE: return job->stored ? 0 : JOB_DO_STORE;
    default: return 0;
    }
}

static unsigned (*const on_state[JOB_STATE_COUNT])(struct job_core *,
                                                   const struct job_happened *) = {
    [JOB_INCOMING] = on_incoming, [JOB_ACCEPTING] = on_accepting, [JOB_RESERVING] = on_reserving,
    [JOB_HELD] = on_held,         [JOB_READY] = on_ready,         [JOB_SENDING] = on_sending,
    [JOB_PRINTING] = on_printing, [JOB_ASKING] = on_asking,       [JOB_UNCERTAIN] = on_uncertain,
    [JOB_SETTLING] = on_settling, [JOB_VOIDING] = on_settling,    [JOB_COMPLETED] = on_ended,
    [JOB_CANCELED] = on_ended,    [JOB_ABORTED] = on_ended,
};

unsigned dre_job_begin(struct job_core *job, uint32_t flags, bool document, int64_t now)
{
    *job = (struct job_core){ .flags = flags, .wait_until = now };
    if (document) {
        return enter(job, JOB_ACCEPTING, JOB_REASON_COUNTING) | JOB_DO_COUNT;
    }
    return enter(job, JOB_INCOMING, JOB_REASON_INCOMING);
}

unsigned dre_job_begin_copy(struct job_core *job, uint32_t flags)
{
    *job = (struct job_core){ .flags = flags | JOB_FLAG_COPY | JOB_FLAG_COUNTED,
                              .computed = job->computed };
    return enter(job, JOB_ACCEPTING, JOB_REASON_RESERVING);
}

unsigned dre_job_step(struct job_core *job, const struct job_happened *happened)
{
    if (happened->event == JOB_RESTARTED) {
        job->answered = true; // or the client is gone
    }
    return on_state[job->state](job, happened);
}

bool dre_job_has_ended(const struct job_core *job)
{
    return job->state >= JOB_COMPLETED;
}

// Who cancels or releases a job means one that waits. When it has become uncertain meanwhile, a
// second sheet or a free one would be what nobody asked for: of that a person decides (JOB_SAY_*).
bool dre_job_may_cancel(const struct job_core *job)
{
    return job->state < JOB_SETTLING && job->state != JOB_UNCERTAIN && !dre_job_is_prepared(job);
}

// Where the reservation lapsed it came out; sending it again would be a second job.
bool dre_job_may_send_again(const struct job_core *job)
{
    return job->state == JOB_UNCERTAIN && job->reason != JOB_REASON_LAPSED;
}

bool dre_job_may_release(const struct job_core *job)
{
    bool waits = job->state == JOB_HELD || job->state == JOB_INCOMING ||
                 job->state == JOB_ACCEPTING || job->state == JOB_RESERVING;
    return waits && (job->flags & (JOB_FLAG_UNCLAIMED | JOB_FLAG_GUEST)) == 0 &&
           !dre_job_is_prepared(job);
}

bool dre_job_may_hold(const struct job_core *job)
{
    return job->state <= JOB_READY;
}

// What was counted and waits for a person.
bool dre_job_may_recharge(const struct job_core *job)
{
    return job->state == JOB_HELD && (job->flags & JOB_FLAG_COUNTED) != 0 &&
           (job->flags & (JOB_FLAG_UNCLAIMED | JOB_FLAG_GUEST)) == 0 && !dre_job_is_prepared(job);
}

// What needs nothing more but to be let go.
bool dre_job_may_prepare(const struct job_core *job)
{
    return dre_job_may_recharge(job) && (job->flags & JOB_FLAG_RESERVED) != 0;
}

bool dre_job_is_prepared(const struct job_core *job)
{
    return job->state == JOB_HELD && (job->flags & JOB_FLAG_PREPARED) != 0;
}

bool dre_job_may_claim(const struct job_core *job)
{
    return job->state == JOB_HELD && (job->flags & JOB_FLAG_COUNTED) != 0 &&
           (job->flags & (JOB_FLAG_UNCLAIMED | JOB_FLAG_GUEST)) != 0;
}

bool dre_job_is_at_rest(const struct job_core *job)
{
    switch ((enum job_state)job->state) {
    case JOB_ACCEPTING:
    case JOB_VOIDING: return false;
    case JOB_RESERVING: return job->reason == JOB_REASON_CAS_AWAY;
    case JOB_INCOMING:
    case JOB_HELD:
    case JOB_READY:
    case JOB_SENDING: // the first of its rows says that it was released
    case JOB_UNCERTAIN:
    case JOB_COMPLETED:
    case JOB_CANCELED:
    case JOB_ABORTED: return job->stored;
    case JOB_PRINTING:
    case JOB_ASKING:
    case JOB_SETTLING:
    case JOB_STATE_COUNT: break;
    }
    return true;
}

bool dre_job_charges_observed(const struct job_core *job)
{
    bool is_meter = (job->flags & JOB_FLAG_METER) != 0;
    return (job->flags & JOB_FLAG_OBSERVED) != 0 &&
           (!is_meter || (job->flags & JOB_FLAG_METER_COUNTS) != 0);
}

bool dre_job_is_observed(const struct job_core *job)
{
    return job->state == JOB_SETTLING && (job->flags & JOB_FLAG_METER) != 0;
}

const char *dre_job_reason_keyword(enum job_reason reason)
{
    static const char *const keywords[] = {
#define REASON(NAME, keyword, sentence) keyword,
#include "dre/reason.tbl.h"
#undef REASON
    };
    return keywords[reason];
}

const char *dre_job_reason_sentence(enum job_reason reason)
{
    static const char *const sentences[] = {
#define REASON(NAME, keyword, sentence) sentence,
#include "dre/reason.tbl.h"
#undef REASON
    };
    return sentences[reason];
}

const char *dre_job_state_name(enum job_state state)
{
    static const char *const names[JOB_STATE_COUNT] = {
        [JOB_INCOMING] = "incoming", [JOB_ACCEPTING] = "accepting", [JOB_RESERVING] = "reserving",
        [JOB_HELD] = "held",         [JOB_READY] = "ready",         [JOB_SENDING] = "sending",
        [JOB_PRINTING] = "printing", [JOB_ASKING] = "asking",       [JOB_UNCERTAIN] = "uncertain",
        [JOB_SETTLING] = "settling", [JOB_VOIDING] = "voiding",     [JOB_COMPLETED] = "completed",
        [JOB_CANCELED] = "canceled", [JOB_ABORTED] = "aborted",
    };
    return names[state];
}

int dre_job_state_ipp(const struct job_core *job)
{
    enum { PENDING = 3, PENDING_HELD, PROCESSING, STOPPED, CANCELED, ABORTED, COMPLETED };
    switch ((enum job_state)job->state) {
    case JOB_INCOMING: return (job->flags & JOB_FLAG_HOLD) != 0 ? PENDING_HELD : PENDING;
    case JOB_ACCEPTING: return PENDING;
    case JOB_RESERVING: return job->reason == JOB_REASON_CAS_AWAY ? PENDING_HELD : PENDING;
    case JOB_HELD: return PENDING_HELD;
    case JOB_READY: return PENDING;
    case JOB_SENDING:
    case JOB_PRINTING:
    case JOB_VOIDING: return PROCESSING;
    case JOB_SETTLING: return dre_job_is_observed(job) ? COMPLETED : PROCESSING;
    case JOB_ASKING:
    case JOB_UNCERTAIN: return STOPPED;
    case JOB_COMPLETED: return COMPLETED;
    case JOB_CANCELED: return CANCELED;
    case JOB_ABORTED:
    case JOB_STATE_COUNT: break;
    }
    return ABORTED;
}

void dre_job_key(const uint8_t uuid[static 16], enum job_act act, uint16_t attempt,
                 uint8_t key[static 16])
{
    memcpy(key, uuid, 16);
    key[0] ^= (uint8_t)act;
    key[1] ^= (uint8_t)(attempt & 0xff);
    key[2] ^= (uint8_t)(attempt >> 8);
}
