// job: the life of a job as a state and one step function. Pure: no store, no clock, no sockets.
//
// What happened is an event; what is to be done about it is a set of actions that the engine
// carries out in the order of enum job_action's bits. A state change is written to the journal
// (JOB_DO_STORE) before it counts for anybody else; where an act must wait for that, the step waits
// for JOB_STORED and acts then. Invariants (N1 one fate, N5 charged once, N8 paper is never sent
// twice by itself) hold for every sequence of events and a crash between any two of them.
#pragma once

#include "base/cc.h"
#include <stdbool.h>
#include <stdint.h>

// Numbers stand in the journal.
enum job_state {
    JOB_INCOMING = 0,  // made by Create-Job; the document is to come
    JOB_ACCEPTING = 1, // the document is being stored and counted
    JOB_RESERVING = 2, // the accounting server is asked
    JOB_HELD = 3,      // waits for a person; `reason` says for what
    JOB_READY = 4,     // waits for its turn at the printer
    JOB_SENDING = 5,   // bytes may be on their way to paper
    JOB_PRINTING = 6,  // the printer has all of it
    JOB_ASKING = 7,    // the printer is asked what became of it
    JOB_UNCERTAIN = 8, // paper may have come out; a person decides
    JOB_SETTLING = 9,  // the outcome is known and is being charged
    JOB_VOIDING = 10,  // nothing came out; the reservation is being given back
    JOB_COMPLETED = 11,
    JOB_CANCELED = 12,
    JOB_ABORTED = 13,
    JOB_STATE_COUNT
};

enum job_reason {
#define REASON(NAME, keyword, sentence) JOB_REASON_##NAME,
#include "dre/reason.tbl.h"
#undef REASON
    JOB_REASON_COUNT
};

enum job_event {
    JOB_DOCUMENT,        // a document has wholly arrived (from JOB_INCOMING)
    JOB_STORED,          // what the last JOB_DO_STORE wrote is on disk
    JOB_STORE_FAILED,    // the disk refused it
    JOB_COUNTED,         // the pages are known
    JOB_UNCOUNTED,       // they cannot be; reason says why
    JOB_RESERVED,        // the accounting server set the cost aside
    JOB_REFUSED,         // it said no; reason says why
    JOB_DENIED,          // policy says no
    JOB_STOPPED,         // policy, or who pays, wants a person first; reason says for what
    JOB_CHANGED,         // policy had the job changed: it is asked for again, as it is now
    JOB_DIFFERS,         // it was asked for otherwise under this key: before a crash
    JOB_RECHARGE,        // a person changed it: it is given back and asked for again
    JOB_CLAIMED,         // its owner is known now: it is asked for
    JOB_NOTED,           // something was written down of a job that waits
    JOB_PREPARE,         // it is to go with others: it waits for that alone, for a while
    JOB_GO,              // all of them can: it goes
    JOB_PUT_BACK,        // one of them cannot: it waits as before
    JOB_NO_ANSWER,       // it did not answer: the outcome of what was asked is not known
    JOB_DUE,             // a wait is over
    JOB_HOLD,            // asked to wait
    JOB_RELEASE,         // asked to go on; of an uncertain job nobody knows what was meant: nothing
    JOB_CANCEL,          // asked to end; of an uncertain job: nothing
    JOB_SAY_PRINTED,     // a person who looked says that an uncertain job came out
    JOB_SAY_NOT_PRINTED, // and that it did not: it ends
    JOB_SAY_AGAIN,       // and that it is to be sent once more, whatever came out
    JOB_TURN,            // the printer is free for this job
    JOB_SENT_NOTHING,    // delivery failed before any byte could reach paper; later again
    JOB_SENT_ALL,        // the printer took all of it
    JOB_PRINTER_REFUSES, // it never will take it; no byte reached paper
    JOB_PRINTED,         // the end: impressions as observed, or not known
    JOB_FAILED,    // the printer ended it before its end: impressions as observed, or not known
    JOB_LOST,      // nobody can tell what became of it
    JOB_METERED,   // the printer's own meter was read: impressions as observed, or not known
    JOB_SETTLED,   // the accounting server charged it
    JOB_VOIDED,    // the accounting server gave the reservation back
    JOB_LAPSED,    // the accounting server holds no such reservation any more
    JOB_RESTARTED, // the engine was started and read this job from the journal
    JOB_EVENT_COUNT
};

// In the order in which they are carried out.
enum job_action {
    JOB_DO_STORE = 1 << 0,    // write the job; JOB_STORED or JOB_STORE_FAILED follows
    JOB_DO_COUNT = 1 << 1,    // ask for the pages; JOB_COUNTED or JOB_UNCOUNTED follows
    JOB_DO_RESERVE = 1 << 2,  // with the key of `attempt`; JOB_RESERVED, _REFUSED or _NO_ANSWER
    JOB_DO_SETTLE = 1 << 3,   // JOB_SETTLED, _LAPSED or _NO_ANSWER
    JOB_DO_VOID = 1 << 4,     // JOB_VOIDED or _NO_ANSWER
    JOB_DO_WAIT = 1 << 5,     // JOB_DUE at wait_until
    JOB_DO_QUEUE = 1 << 6,    // joins the printer's queue; JOB_TURN follows some day
    JOB_DO_UNQUEUE = 1 << 7,  // leaves it
    JOB_DO_SEND = 1 << 8,     // deliver; JOB_SENT_*, _PRINTED, _FAILED, _LOST, _PRINTER_REFUSES
    JOB_DO_STOP = 1 << 9,     // cancel the delivery, at the printer too
    JOB_DO_ASK = 1 << 10,     // ask the printer; JOB_SENT_ALL, _PRINTED, _FAILED, _LOST
    JOB_DO_ACCEPT = 1 << 11,  // tell the client that the job was accepted
    JOB_DO_REFUSE = 1 << 12,  // tell the client that it was not
    JOB_DO_FREE = 1 << 13,    // leave the printer to others
    JOB_DO_ERASE = 1 << 14,   // destroy the document and its key
    JOB_DO_DROP = 1 << 15,    // forget the job: it was never accepted
    JOB_DO_OBSERVE = 1 << 17, // ask what the printer's meter says; JOB_METERED or JOB_NO_ANSWER
    // With JOB_DO_STORE: neither anybody nor the next step waits for it, and a crash before it
    // leads here again, because the same keys give the same answers. It may share the next commit.
    JOB_DO_LATER = 1 << 16,
};

enum {
    JOB_FLAG_HOLD = 1 << 0,       // to be held once it is reserved
    JOB_FLAG_HOLD_SHORT = 1 << 1, // hold rather than refuse when money is short
    JOB_FLAG_COUNTED = 1 << 2,
    JOB_FLAG_RESERVED = 1 << 3,   // a reservation is known to stand
    JOB_FLAG_CANCEL = 1 << 4,     // somebody asked to end it
    JOB_FLAG_OBSERVED = 1 << 5,   // `observed` is what the printer said
    JOB_FLAG_ASKABLE = 1 << 6,    // the printer can be asked what became of a job
    JOB_FLAG_QUEUE_HOLD = 1 << 7, // the queue's mode is hold
    JOB_FLAG_MAYBE =
        1 << 8, // read from the journal: a reservation may stand that we did not hear of
    JOB_FLAG_UNCLAIMED = 1 << 9,    // waits for its owner, before anything else is asked
    JOB_FLAG_GUESTS = 1 << 10,      // a user who is not known is a guest, whose job waits
    JOB_FLAG_GUEST = 1 << 11,       // waits with a release key
    JOB_FLAG_SENDER_PAYS = 1 << 12, // for the copies of those whom it was sent to
    JOB_FLAG_WARNED = 1 << 13,      // its end was told
    JOB_FLAG_GOES = 1 << 15,        // a guest's that is printed as soon as it is paid for
    JOB_FLAG_COPY = 1 << 14,        // of a job that waits on: printed at once or not at all
    JOB_FLAG_WAITED = 1 << 16,      // for a person, who let it go: where nobody pays, it waits on
    JOB_FLAG_BY_KEY = 1 << 20, // a guest's let go by its key: where nobody pays, that opens it on
    JOB_FLAG_METER = 1 << 18,  // its meter is asked, or was: what is observed comes from there
    JOB_FLAG_METER_COUNTS = 1 << 19, // and is what is charged
    JOB_FLAG_PREPARED = 1 << 17, // waits for JOB_GO, at most JOB_LEASE_MS; nobody else changes it
};

enum { JOB_LEASE_MS = 30000, JOB_LEASE_LEFT_MS = 10000 }; // left: of it, after a crash

struct job_core {
    int64_t wait_until; // wall time, ms; with JOB_DO_WAIT
    uint32_t computed;  // impressions, copies included
    uint32_t observed;  // impressions that the printer said it made
    uint32_t flags;
    uint8_t state;         // enum job_state
    uint8_t reason;        // enum job_reason
    uint8_t ends_as;       // enum job_state: what it becomes once charged or given back
    uint8_t end_reason;    // enum job_reason
    uint16_t attempt;      // of the reservation; its key is made from this
    uint8_t tries;         // of what is being asked, for back-off
    bool stored;           // not in the journal: what JOB_DO_STORE wrote is on disk
    bool answered;         // not in the journal: the client has its answer
    uint8_t printer_tries; // not in the journal
};

struct job_happened {
    enum job_event event;
    enum job_reason
        reason; // of JOB_UNCOUNTED, _REFUSED, _STOPPED, _PRINTER_REFUSES, _FAILED, _CANCEL, _HOLD
    uint32_t observed; // of JOB_PRINTED, JOB_FAILED, JOB_METERED
    bool observed_known;
    bool meter_counts; // of JOB_METERED: that is what is charged
    bool is_metered;   // of JOB_PRINTED: somebody reads its printer's meter
    int64_t now;       // wall time, ms
    uint32_t random;   // for jitter
};

// A new job: INCOMING when its document is to come by itself, else ACCEPTING.
unsigned dre_job_begin(struct job_core *job, uint32_t flags, bool document, int64_t now);

// A copy of a job that was counted: it is asked for once it is stored.
unsigned dre_job_begin_copy(struct job_core *job, uint32_t flags); // also JOB_FLAG_PREPARED

// What is to be done: a set of enum job_action. Events that mean nothing in a state do nothing.
unsigned dre_job_step(struct job_core *job, const struct job_happened *happened);

bool dre_job_has_ended(const struct job_core *job);
bool dre_job_may_cancel(const struct job_core *job);
bool dre_job_may_send_again(const struct job_core *job);
bool dre_job_may_release(const struct job_core *job);
bool dre_job_may_hold(const struct job_core *job);
bool dre_job_may_recharge(const struct job_core *job);
bool dre_job_may_claim(const struct job_core *job);
bool dre_job_may_prepare(const struct job_core *job);
bool dre_job_is_prepared(const struct job_core *job);
// Nothing is under way that somebody who asked waits for, and where it stands is on disk.
bool dre_job_is_at_rest(const struct job_core *job);
// What is charged is what was observed, not what was computed.
bool dre_job_charges_observed(const struct job_core *job);
// It is over for its user, and is charged when its printer's meter rests.
bool dre_job_is_observed(const struct job_core *job);
const char *dre_job_reason_keyword(enum job_reason reason);
const char *dre_job_reason_sentence(enum job_reason reason);
const char *dre_job_state_name(enum job_state state); // ours, for logs and events
int dre_job_state_ipp(const struct job_core *job);    // 3 to 9, RFC 8011 5.3.7

// The 16-byte key under which an act of this job is asked of the accounting server: made from the
// job's uuid, so that it is known before it is asked and after every crash.
enum job_act { JOB_ACT_RESERVE = 1, JOB_ACT_SETTLE = 2, JOB_ACT_VOID = 3, JOB_ACT_NOTE = 4 };
void dre_job_key(const uint8_t uuid[static 16], enum job_act act, uint16_t attempt,
                 uint8_t key[static 16]);
