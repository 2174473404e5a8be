// exchange_int: what exchange.c, request.c and the op files of ippd share.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "ippd/attr.h"
#include "ippd/exchange.h"
#include "ippd/inflate.h"

enum {
    IPPD_ARENA_MAX = 1 << 20,
    IPPD_ANSWER_MAX = 64 << 20,
    IPPD_PENDING_MAX = 4 << 20, // compressed bytes that wait for the sink
};

struct ippd_call {
    const struct ippd_backend *backend;
    struct ippd_exchange *exchange;   // NULL: the client has gone, or it is another door's
    const struct ippd_caller *caller; // of another door; NULL: it has gone, or came by IPP
    void *arg;                        // the caller's
};

enum ippd_step {
    IPPD_STEP_HEAD, // the attributes are coming in
    IPPD_STEP_DATA, // the document is
    IPPD_STEP_WAIT, // the engine has it
    IPPD_STEP_DONE, // answered
};

struct ippd_exchange {
    const struct ippd_backend *backend; // borrowed
    const struct ippd_exchange_events *events;
    void *arg;
    struct arena arena; // facts, message, ticket
    struct ippd_asker asker;
    enum ippd_vouch vouch; // for the name in the request
    struct ippd_place place;
    enum ippd_step step;
    unsigned busy; // calls under way in here: it may not be freed
    bool dropped;
    bool ended;      // the body is whole
    bool blocked;    // the sink holds back
    bool quiet;      // … and our feeder was told so
    struct buf head; // until it is whole; then its document bytes are given on
    struct ipp_finder finder;
    struct ipp_msg msg;
    struct str queue_name;   // in the arena
    struct ippd_queue queue; // while the request is taken up
    struct ippd_job job;     // as above, for operations on a job
    struct ippd_intake intake;
    struct ippd_ticket ticket;
    struct ippd_checked checked;
    struct ippd_call *call; // owned while the engine has it
    bool has_document;      // document_open was called and neither ended nor aborted
    void *document;
    struct ippd_inflate *inflate; // owned; NULL: the document comes plain
    struct buf pending;           // compressed bytes, while the sink holds back
    uint64_t received;            // document bytes, as they came
};

// A refusal, or a plain success: status, sentence, no groups.
void ippd_exchange_reply(struct ippd_exchange *exchange, enum ipp_status status, const char *fmt,
                         ...) CC_PRINTF(3, 4);

// Is it the asker's job? The name alone is enough only where nobody proved more.
bool ippd_exchange_owns(const struct ippd_exchange *exchange, const struct ippd_job *job);

// An answer with groups: begin, write them, send. text may be empty.
struct ipp_out ippd_exchange_begin(struct ippd_exchange *exchange, struct buf *buf,
                                   enum ipp_status status, struct str text);
void ippd_exchange_send(struct ippd_exchange *exchange, struct ipp_out *out);

// A call that the engine is to answer.
struct ippd_call *ippd_exchange_call(struct ippd_exchange *exchange);

// request.c: what RFC 8011 4.1 asks of every request. False: it was answered.
bool ippd_request_check(struct ippd_exchange *exchange) CC_MUST_USE;
// What an operation is on.
enum ippd_needs {
    IPPD_NEEDS_PRINTER,
    IPPD_NEEDS_JOB,
    IPPD_NEEDS_QUEUES,  // one queue, or all of them: queue_name is empty
    IPPD_NEEDS_NOTHING, // no target is named
};
// The target: fills queue_name and queue, and job where the operation is on one. As above.
bool ippd_request_target(struct ippd_exchange *exchange, enum ippd_needs needs) CC_MUST_USE;
struct ippd_target {
    struct str queue;  // empty: all
    struct str secret; // of a person's own address; empty: of none
    int32_t id;        // 0: no job
};
// A printer-uri or job-uri: its path is "/ipp/print/NAME", maybe with "/u-SECRET", maybe with "/ID"
// behind it. Clients of CUPS say "/printers/NAME", "/jobs/ID" and "/".
bool ippd_request_uri(struct str uri, struct ippd_target *target) CC_MUST_USE;
// "NAME" or "NAME/u-SECRET", with "/ID" behind it where that may be.
bool ippd_request_place(struct str rest, struct ippd_target *target) CC_MUST_USE;

// op.c: does what the message asks; it or the engine answers, or the document is awaited.
void ippd_op_run(struct ippd_exchange *exchange);
// The call that was made for it is answered.
void ippd_op_answer(struct ippd_exchange *exchange, const struct ippd_outcome *outcome);
// A document operation's body has ended without a byte of document.
void ippd_op_empty(struct ippd_exchange *exchange);

// intake.c: a job that wants to come in. False: it was answered.
bool ippd_intake_read(struct ippd_exchange *exchange) CC_MUST_USE;
// joblist.c
void ippd_joblist_get(struct ippd_exchange *exchange);
void ippd_joblist_cancel(struct ippd_exchange *exchange, bool mine);
// cups.c: what the clients of CUPS ask before they print.
void ippd_cups_printers(struct ippd_exchange *exchange);
void ippd_cups_default(struct ippd_exchange *exchange);
