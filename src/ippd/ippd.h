// ippd: what the printers' IPP face asks of the engine behind it. The face reads requests, checks
// them, answers from what it is shown, and hands over what changes something; the engine owns the
// queues, the jobs and the documents.
//
// Everything runs on the loop thread. Runs of bytes that one side is given are the other side's,
// until the function that was called returns: copy what you keep. What queue_find and job_find show
// stays as it is until the face calls something that changes the engine, or the loop turns. Times
// are wall milliseconds, 0: not yet. Users are as claimed or authenticated; names that differ only
// in the case of A to Z are one user's.
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "ipp/name.h"
#include "ippd/finishing.h"
#include "ippd/ticket.h"
#include <stdint.h>

enum {
    // A job that Create-Job made and that gets no document for so long is to be aborted by the
    // engine (multiple-operation-time-out, action abort-job) with job-canceled-after-timeout.
    // The time while a document is coming in does not count.
    IPPD_OPEN_JOB_S = 120,
    IPPD_NAME_MAX = 255, // bytes of a job's, document's or user's name
};

// --- what the engine shows ----------------------------------------------------------------------

enum ippd_format {
    IPPD_PDF = 1,
    IPPD_PWG_RASTER = 2,
    IPPD_JPEG = 4,
    IPPD_URF = 8,
};

struct ippd_queue {
    struct str name;
    struct str info;     // "" stands for the name
    struct str location; // may be empty
    struct str make;     // printer-make-and-model; "" stands for "Quoin Queue"
    struct str uuid;     // 36 characters, made once for the queue
    struct str message;  // printer-state-message; may be empty
    enum ipp_printer_state state;
    const char *state_reason; // a keyword: "none", "paused", …
    bool accepting;
    bool color;
    bool duplex;
    bool monochrome;                          // the way to paper can be told to use black only
    bool uncollated;                          // … to print all copies of a page before the next
    bool number_up;                           // the way to paper can put several pages on a side
    bool page_ranges;                         // … and can leave pages out
    bool holds;                               // jobs wait for their owner's release
    bool must_choose;                         // a job waits until an account is named
    struct str account;                       // pays where a job names none; may be empty
    const struct ippd_finishings *finishings; // what the printer can do; NULL: nothing
    uint32_t formats;                         // enum ippd_format: what can really be counted
    uint32_t job_count;                       // not completed
    int64_t state_changed_at;
    int64_t config_changed_at;
};

struct ippd_job {
    int32_t id; // above 0
    struct str queue;
    struct str uuid; // 36 characters
    struct str user;
    bool proven; // whose it is was known better than by what a client says
    struct str name;
    struct str document; // document-name; may be empty
    struct str format;   // what it was found to be, else as declared
    struct str message;  // job-state-message: a sentence for a person; may be empty
    struct str told_to;  // it is for this address alone, whose job it is; empty: for all who see it
    struct str told_others; // then the others are told this
    struct str notice;      // what it says besides; may be empty
    struct str ticket;      // struct ippd_ticket's attrs
    struct str printer;     // output-device-assigned; empty: none yet
    enum ipp_job_state state;
    uint64_t reasons; // a mask of IPP_REASON_BIT; 0: none
    bool open;        // made by Create-Job, and its document is not whole yet
    uint32_t documents;
    uint64_t bytes;
    bool counted;         // the next three are known
    uint32_t impressions; // of all copies
    uint32_t sheets;
    uint32_t pages; // of the document
    uint32_t impressions_completed;
    uint32_t sheets_completed;
    int64_t created_at;
    int64_t processing_at;
    int64_t completed_at;
};

struct ippd_query {
    struct str queue;
    struct str user;   // empty: anyone's
    uint32_t states;   // a mask of 1 << enum ipp_job_state
    bool newest_first; // else oldest first
};

// Called once a queue; false: enough, call no more.
typedef bool ippd_each_queue(void *arg, const struct ippd_queue *queue);

// Called once a job; false: enough, call no more.
typedef bool ippd_each(void *arg, const struct ippd_job *job);

// --- people's own addresses
// -----------------------------------------------------------------------

// "/ipp/print/QUEUE/u-SECRET": who prints there is the person whose address it is.
struct ippd_own {
    struct str queue;
    struct str secret; // without "u-"
    struct str from;   // who asks: "127.0.0.1"
};

// --- what the face hands over -------------------------------------------------------------------

struct ippd_asker {
    struct str user;    // whose address it is, else the authenticated name, else the claimed one,
                        // else "anonymous"
    struct str claimed; // requesting-user-name; may be empty
    bool authenticated;
    bool agent; // … not the user: a program of the site's that says who the user is
    bool own;   // … whose the address is that was asked: user is that person
    bool admin;
    bool tls;
    struct str address; // "127.0.0.1"
    struct str host;    // "print.example:8631", as the client names us
    struct str program; // who a program of the site's proved to be; empty: it is none
};

// A job, and a document of it, that wants to come in. Print-Job: both; Create-Job, Validate-Job:
// the job alone; Send-Document: the document of job_id, with no ticket.
struct ippd_intake {
    enum ipp_op op;
    const struct ippd_asker *asker;
    struct str queue;
    int32_t job_id;      // of Send-Document, else 0
    struct str name;     // job-name; never empty
    struct str document; // document-name; may be empty
    struct str format;   // as declared: "application/pdf"; "application/octet-stream": look at it
    const struct ippd_ticket *ticket; // NULL for Send-Document
    // Of Print-Job: what the asker's program calls this job, the same each time that it sends it
    // because it did not hear what became of it. Empty: nothing, and where there is no program.
    struct str sent_as;
    // What the client says, never believed, only compared; 0: it does not say.
    uint32_t claimed_impressions;
    uint32_t claimed_sheets;
    uint32_t claimed_k_octets;
};

enum ippd_act_kind {
    IPPD_CANCEL,
    IPPD_HOLD,    // hold_until is set
    IPPD_RELEASE, // the owner asked; whether that is proof enough is the engine's to say
    IPPD_CLOSE,   // Close-Job, or Send-Document that brings nothing but last-document
    IPPD_CHANGE,  // Set-Job-Attributes: ticket is the whole new one
};

// The face has checked that the job is there, of this queue, the asker's own (or the asker is
// admin), and in a state that allows it; the engine may still refuse.
struct ippd_act {
    enum ippd_act_kind kind;
    const struct ippd_asker *asker;
    int32_t job_id;
    enum ippd_hold hold_until;
    const struct ippd_ticket *ticket; // of IPPD_CHANGE
    struct str message;               // the client's reason; may be empty
};

enum ippd_queue_act {
    IPPD_PAUSE, // admin only, as is
    IPPD_RESUME,
    IPPD_IDENTIFY,
};

// --- answers ------------------------------------------------------------------------------------

// One request that waits for the engine. It lives until it is answered, also when the client has
// gone meanwhile.
struct ippd_call;
struct ippd_outcome;

// A request that did not come by IPP: another door asks the same things of the engine.
struct ippd_caller {
    void (*on_answer)(void *arg, const struct ippd_outcome *outcome); // once; the call is gone
    void (*on_room)(void *arg);                                       // may be NULL
};
struct ippd_call *ippd_call_new(const struct ippd_caller *caller, void *arg); // both borrowed
void ippd_call_leave(struct ippd_call *call); // who asked has gone: no event comes any more

struct ippd_outcome {
    enum ipp_status status;
    struct str text;            // a sentence for the person who asked; may be empty
    const struct ippd_job *job; // as it is now; NULL: there is none
    struct str charge; // charge-info-message of Validate-Job: "2 pages, 0.10"; may be empty
};

// Exactly once a call, from within the function that got it or any time later. The call is gone.
// While a document is open it may be answered before document_end (disk full, too large): the
// document is then the engine's alone to clear away, and no document_* is called for it any more.
void ippd_call_answer(struct ippd_call *call, const struct ippd_outcome *outcome);

// A sentence and a status; with no job.
void ippd_call_refuse(struct ippd_call *call, enum ipp_status status, const char *fmt, ...)
    CC_PRINTF(3, 4);

// The document's sink has room again, after document_write said false.
void ippd_call_room(struct ippd_call *call);

// --- the engine's side --------------------------------------------------------------------------

struct ippd_backend {
    void *context; // handed to each function

    // From memory, at once. False: there is none.
    bool (*queue_find)(void *context, struct str name, struct ippd_queue *queue);
    // Whose address it is; *user is shown as above. False: nobody's. NULL: nobody has any.
    bool (*own_find)(void *context, const struct ippd_own *own, struct str *user);
    bool (*job_find)(void *context, int32_t id, struct ippd_job *job);
    // Is the asker known as well as the job's owner was? Asked where the names agree and the job is
    // proven. NULL: no job is proven.
    bool (*job_knows)(void *context, int32_t id, const struct ippd_asker *asker);
    void (*job_list)(void *context, const struct ippd_query *query, ippd_each *each, void *arg);
    // All queues. NULL: the clients of CUPS (lp -h, lpstat -h) find none.
    void (*queue_list)(void *context, ippd_each_queue *each, void *arg);

    // Validate-Job: would it be taken, and what would it cost?
    void (*job_validate)(void *context, const struct ippd_intake *intake, struct ippd_call *call);
    // Create-Job: answer when it is durable.
    void (*job_create)(void *context, const struct ippd_intake *intake, struct ippd_call *call);
    // Print-Job, Send-Document: a document begins. Gives what the other three are handed, or
    // answers the call (a refusal) and gives NULL.
    void *(*document_open)(void *context, const struct ippd_intake *intake, struct ippd_call *call);
    // The document's bytes, decompressed. False: taken, but hold back until ippd_call_room.
    bool (*document_write)(void *context, void *document, struct str bytes);
    // It is whole. Answer the call when it is counted, decided, reserved and durable.
    void (*document_end)(void *context, void *document);
    // It broke off: the client left, or sent what cannot be decompressed. The call is gone: do not
    // answer it. A job of Print-Job never was; one of Create-Job waits on.
    void (*document_abort)(void *context, void *document, const struct err *why);

    void (*job_act)(void *context, const struct ippd_act *act, struct ippd_call *call);
    // Cancel-Jobs, Cancel-My-Jobs: all of these, checked as for job_act. Answer when all are.
    void (*jobs_cancel)(void *context, const struct ippd_asker *asker, const int32_t *ids,
                        size_t count, struct ippd_call *call);
    void (*queue_act)(void *context, enum ippd_queue_act act, struct str queue,
                      const struct ippd_asker *asker, struct ippd_call *call);
};
