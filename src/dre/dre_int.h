// What the modules of dre share: the engine, and what is under way for a job. Loop thread.
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "count/count.h"
#include "dre/addresses.h"
#include "dre/examine.h"
#include "dre/job.h"
#include "dre/journal.h"
#include "dre/spool.h"
#include "dre/table.h"
#include "ippd/ippd.h"
#include "model/page.h"
#include "net/net.h"
#include "plan/plan.h"
#include "proto/dre.pb-c.h"
#include "svc/svc.h"
#include "wire/client.h"

enum {
    DRE_EXIT_DISK = 74,
    DRE_TICK_MS = 50,
    DRE_CACHE_BYTES_MAX = 16 << 20, // of small documents kept until they are sent
    DRE_FACTS_BYTES_MAX = 4 << 20,  // packed
    DRE_PLAN_ARENA_MAX = 16 << 20,  // the runs of the largest facts
    DRE_KEYS_MAX = 4096,            // of calls that are remembered
    DRE_KEEP_HOURS_MAX = 366 * 24,
    DRE_EXPIRE_HOURS_MAX = 366 * 24,
    DRE_WORK_BYTES_MAX = 256 << 10, // packed
    DRE_PIN_MAX = 63,
    DRE_SHARES_MAX = 16,
    DRE_SENT_MAX = 50, // people and groups that a job is sent to
};

struct delivery;
struct ability;
struct door;
struct raw_port;
struct announce;
struct copying;
struct drawing;
struct dre_watch;
struct dre_refusal;

// What is under way for a job. A job that rests has none; nothing outside the loop holds one:
// whatever comes back looks its job up by id.
struct live {
    struct job *job; // borrowed: the owner
    struct live *next_waiting;
    struct live *prev_waiting;
    bool is_waiting;           // for due_at
    int64_t due_at;            // monotonic
    uint32_t busy;             // things asked of others that will come back
    struct ippd_call *call;    // who waits for the fate of this job; NULL: nobody
    struct ippd_call *act;     // who waits for a change of it to be stored; NULL: nobody
    struct wire_call_id asker; // a gRPC call that waits for it to come to rest; v 0: none
    bool is_print_job;         // call is a Print-Job: the job is nothing until it is stored
    bool answers_stored;       // call is answered once the job is on disk, whatever its fate
    struct spool_intake *intake;
    struct spool_document *document; // one use; NULL: not in memory
    bool document_is_new;            // the journal has not got it yet
    bool is_cached;                  // counted in dre->cached_bytes
    bool erase;                      // the next write takes the document away
    int64_t keep_until;              // the next write says so of the document; 0: nothing
    bool file_gone;
    // What is asked of the accounting server, packed; empty: read it from the journal.
    struct buf work;   // Work
    struct buf course; // JobCourse; may be empty when work is not
    // Who paid before a person chose otherwise, until that choice is taken; work empty: none.
    struct {
        struct buf work;
        struct buf ticket;
        struct buf account;
    } before_choice;
    bool work_is_new; // the journal has not got it yet
    bool course_is_new;
    struct dre_refusal *refusal_kept; // owned; NULL: none
    char pin[DRE_PIN_MAX + 1];        // of a protected account, until it was used; wiped
    struct drawing *drawings;         // owned: wait for the document; NULL: none
    struct copying *copying;          // owned: waits for the document; NULL: none
    struct delivery *delivery;        // deliver's; NULL: none
    struct ability *ability;          // a question to a printer; NULL: none
    // For the next write:
    struct buf facts;
    struct buf plan;
    struct buf reservation;
    struct buf settlement;
    struct buf refusal;
    struct buf events;
    struct buf claimed_user;
    struct buf address;
    struct journal_head head;
    struct journal_note note; // at 0: none
    char evidence[160];       // what the printer said, for Settle
};

struct dre_witness {
    struct journal_head asked; // under way, or asked last
    struct journal_head seen;  // what the ledger no longer held
    int64_t due_at;            // monotonic
    int64_t seen_at;           // wall; of dre->head; 0: before this start
    int64_t checked_at;        // wall; 0: never
    bool is_asking;
    bool was_there;
    bool is_shortened;
};

struct dre_follow {   // following.c's
    int64_t due_at;   // monotonic, as below
    int64_t write_at; // not before
    bool was_there;   // it answered last
    bool is_asking;
    bool is_writing;
};

struct dre {
    struct svc *svc;         // borrowed
    struct net_loop *loop;   // borrowed
    struct wire_client *cas; // borrowed
    struct table table;
    struct spool spool;
    struct journal *journal;
    struct journal_reader *reader; // the reading pool's
    struct net_pool *reading;      // one thread
    struct net_pool *counting;
    struct net_pool *disk;
    struct count *count;
    struct count *ink_count; // with the ink on each page; NULL: no queue wanted it yet
    struct net_timer *tick;
    struct live *waiting;
    struct net_tls *printer_tls;
    struct net_tls *door_tls;
    struct ippd_backend backend;
    struct httpio_server *http;
    struct ippd_door *door;
    struct door *lpd;                // NULL: none
    struct announce *announce;       // NULL: no queue was ever announced
    struct raw_port *raw_ports;      // door_raw's
    struct dre_monitored *monitored; // owned; NULL: not begun
    struct dre_noting *noting;       // owned; NULL: nothing was ever noted
    int64_t raw_due_at;              // monotonic: when ports that are not open are tried again
    struct map keys;                 // of calls that were answered: key -> struct seen_key
    struct journal_head head;
    struct dre_witness witness;
    struct addresses addresses;
    struct dre_follow follow;
    int64_t started_at;
    uint64_t cached_bytes;
    bool stopping;
    bool cas_away; // it did not answer the last question
    bool is_recounting;
    struct dre_watch *watch; // owned; NULL: nobody ever did
    uint32_t drawing_count;  // pages that are drawn for people
    bool is_expiring;        // expired documents are being looked for
    int64_t expire_at;       // monotonic: when they are looked for next
    int64_t held_due_at;     // wall time: when the first job that waits ends, or is warned
    bool disk_failed;        // the journal's: the process ends with DRE_EXIT_DISK
    struct {
        int64_t accepted;
        int64_t refused;
        int64_t delivered;
        int64_t uncertain;
        int64_t expired; // jobs that nobody released
        int64_t lpd_refused;
        int64_t raw_refused;
        int64_t streamed; // documents that were counted while they came in
    } counters;
};

// --- witness.c ----------------------------------------------------------------------------------

void dre_witness_tick(struct dre *dre);

// --- following.c: people's own addresses ---------------------------------------------------------

void dre_follow_open(struct dre *dre);
void dre_follow_tick(struct dre *dre);

// --- engine.c: the step function's events in, its actions out -----------------------------------

struct live *dre_live(struct dre *dre, struct job *job); // made if it is not there
// Lets the job rest if nothing is under way any more.
void dre_rest(struct dre *dre, struct job *job);
void dre_happen(struct dre *dre, struct job *job, const struct job_happened *happened);
void dre_event(struct dre *dre, struct job *job, enum job_event event); // without more to say
void dre_event_reason(struct dre *dre, struct job *job, enum job_event event,
                      enum job_reason reason);
void dre_begin(struct dre *dre, struct job *job, uint32_t flags, bool document);
// Whoever prepares jobs may have died: it has little time to say otherwise.
void dre_prepared_soon(struct dre *dre);
void dre_begin_copy(struct dre *dre, struct job *job, bool is_prepared);
// A line of the job's story, kept with its next write.
void dre_tell(struct dre *dre, struct job *job, const char *what, struct str detail);
// The journal's disk cannot be believed any more: the process ends, and its successor reads on.
void dre_disk_failed(struct dre *dre);
void dre_tick(void *arg);
// The accounting server is back: who waits for it asks at the next tick.
void dre_cas_is_back(struct dre *dre);
// Frees all that is under way; nothing comes back after it.
void dre_live_free(struct dre *dre, struct job *job);

// --- counting.c ---------------------------------------------------------------------------------

void dre_count(struct dre *dre, struct job *job);
// Whom to ask about documents. Loop thread. NULL: the readers of ink cannot be started.
struct count *dre_counter(struct dre *dre, bool measure_ink, struct err *err) CC_MUST_USE;
// --- planning.c: pure ---------------------------------------------------------------------------

// What reaches the printer besides the document.
enum dre_way {
    DRE_WAY_IPP,   // the ticket
    DRE_WAY_PJL,   // copies, sides and black only, in PJL before it
    DRE_WAY_PLAIN, // nothing; copies are sent one by one
};

struct dre_plan_ask {
    struct str ticket; // encoded
    enum dre_way way;
    bool is_partial; // only so many impressions came out
    uint64_t completed;
};

enum { DRE_PLAN_NOTES_MAX = 4 };

struct dre_planned {
    struct plan plan;
    uint32_t copies;                       // of the job: what the printer is asked for
    const char *notes[DRE_PLAN_NOTES_MAX]; // what was left out and why; in the arena, or literals
    size_t note_count;
};

// The plan of a job, or of what came out of it.
bool dre_plan_make(const Quoin__V1__DocumentFacts *facts, const struct dre_plan_ask *with,
                   struct arena *arena, struct dre_planned *planned, struct err *err) CC_MUST_USE;

// --- work.c: what is asked of the accounting server ----------------------------------------------

// Of a job that was counted. digest: SHA-256 of its document; may be empty.
void dre_work_make(const struct job *job, const struct dre_planned *planned, struct str digest,
                   struct buf *packed);
// Where it goes now, and what comes out there: into a work that was made.
void dre_work_replan(const struct printer *printer, struct str ticket,
                     const struct dre_planned *planned, struct arena *arena, Quoin__V1__Work *work);
// The classes of a plan as messages want them, in the arena; NULL: it is full.
Quoin__V1__PageClass **dre_work_classes(const struct plan *plan, struct arena *arena);
// Finishings that the printer can do, counted; in the arena. Gives how many kinds there are.
size_t dre_work_finishings(const struct ippd_ticket *ticket, const struct ippd_finishings *can,
                           uint32_t sets, struct arena *arena, Quoin__V1__Finishing ***list);
// Reads what live holds; NULL: nothing, or damaged. Owned: free it with
// quoin__v1__…__free_unpacked.
Quoin__V1__Work *dre_work_read(struct str packed);
Quoin__V1__JobCourse *dre_course_read(struct str packed);
void dre_pack(const ProtobufCMessage *message, struct buf *to);
// Takes what the journal holds, where live has nothing. False: there is no work in it.
bool dre_live_take(struct live *live, const struct journal_detail *detail);
// The accounts of shares, each once, for people.
void dre_work_payers(size_t count, Quoin__V1__Share *const *shares, struct buf *text);

// --- decide.c: what policy says is carried out ---------------------------------------------------

// Nothing was reserved: the decision in the answer says what to do.
void dre_decide(struct dre *dre, struct job *job, const Quoin__V1__Reservation *answer);
// A job that was sent to a printer that was not there: what was decided is done now, and nobody is
// asked again. False: nothing waits to be done; live holds the work and the course.
bool dre_decide_again(struct dre *dre, struct job *job);
// What the user is told of a job that asked for more copies than can be, before all else.
#define DRE_NOTICE_COPIES "This number of copies cannot be printed: one copy is printed."
// Keeps what the user is to be told of a decision.
void dre_take_notices(struct job *job, const Quoin__V1__Decision *decision);

// --- change.c: a job that waits, otherwise
// ---------------------------------------------------------

// The change that is under way is refused: the job is what it was, as soon as that is reserved.
// False: there is none.
bool dre_change_undo(struct dre *dre, struct job *job, const struct err *why,
                     const char *const *reasons);
void dre_change_taken(struct job *job); // it was reserved so
// Did a person let it go that the rules held, before it was changed?
bool dre_change_was_let_go(const struct job *job);
// Released to another printer.
void dre_change_release(struct dre *dre, struct wire_call *call, struct job *job,
                        const Quoin__V1__ReleaseJobRequest *ask);
// Errors go with a reason's keyword; NULL: none.
// --- monitored.c: what the device monitoring engine says of printers
// ------------------------------

// Whom to ask about printers; NULL: it is not there.
struct wire_client *dre_monitored_client(const struct dre *dre);

// --- noting.c: what the device monitoring engine is told of jobs
// ----------------------------------

void dre_observe(struct dre *dre, struct job *job); // observing.c: JOB_METERED, JOB_NO_ANSWER

struct dre_noting;
void dre_note_change(struct dre *dre, struct job *job, const struct job_core *before);
void dre_note_stored(struct dre *dre, const struct job *job);
void dre_noting_tick(struct dre *dre);
void dre_noting_free(struct dre *dre); // after the journal and the reading are closed

struct svc_metrics;
void dre_measure(void *state, struct svc_metrics *metrics); // measure.c
bool dre_is_ready(void *state, const char **word);
struct dre_monitored;
void dre_monitored_start(struct dre *dre);
void dre_monitored_renewed(struct dre *dre);
void dre_monitored_free(struct dre *dre);
// As it is shown: what either of us knows, the worse of it.
const char *dre_printer_state(const struct printer *printer);
const char *dre_printer_message(const struct printer *printer);

bool dre_printer_is_ready(const struct printer *printer, struct err *err,
                          const char **reason) CC_MUST_USE;
bool dre_printer_may_stand_in(const struct job *job, const struct printer *printer, struct err *err,
                              const char **reason) CC_MUST_USE;

// --- copy.c: a job of its own, of one that waits -------------------------------------------------

void dre_copy_print(struct dre *dre, struct wire_call *call, struct job *job,
                    const Quoin__V1__ReleaseJobRequest *ask);
void dre_copy_stop(struct live *live); // the job goes
// Who got nothing of a copy that the sender was to pay may have another one.
void dre_copy_ended(struct dre *dre, const struct job *copy);

// --- watch.c ------------------------------------------------------------------------------------

void dre_watch_note(struct dre *dre, const struct job *job); // something of it is otherwise
void dre_watch_tick(struct dre *dre);
void dre_watch_free(struct dre *dre);
uint32_t dre_watch_count(const struct dre *dre);

// --- preview.c -----------------------------------------------------------------------------------

void dre_preview_stop(struct live *live); // the job goes

// --- claim.c ------------------------------------------------------------------------------------

// A guest's job is released: by who pays for it, or by its key alone where its queue pays.
void dre_claim_release(struct dre *dre, struct wire_call *call, struct job *job,
                       const Quoin__V1__ReleaseJobRequest *ask);

// --- expire.c -----------------------------------------------------------------------------------

void dre_expire_note(struct dre *dre, const struct job *job); // it may wait from now on
void dre_expire_tick(struct dre *dre);

// --- shown.c: keys of guests' jobs
// ----------------------------------------------------------------

// Into the job; it is the same each time.
void dre_release_key_make(const struct dre *dre, struct job *job);
// What a person typed, as keys are; false: it cannot be one.
bool dre_release_key_read(struct str typed, char key[static RELEASE_KEY_LEN + 1]) CC_MUST_USE;

// --- charge.c: who pays --------------------------------------------------------------------------

void dre_charge_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
// The choice that was made last was refused, or taken.
void dre_charge_undo(struct job *job);
void dre_charge_taken(struct job *job);
// The owner named another account in a new ticket. The call is answered once that is stored.
void dre_charge_by_ticket(struct dre *dre, struct job *job, const struct ippd_ticket *ticket,
                          struct ippd_call *call);

// --- keep.c: documents that outlive their jobs --------------------------------------------------

// Whether the document of this job that has just ended is kept, and until when (wall time, ms).
bool dre_keeps(const struct job *job, int64_t *until);
// Now and then: those that were kept long enough go.
void dre_keep_tick(struct dre *dre);

// --- recount.c ----------------------------------------------------------------------------------

void dre_recount_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked);

// --- bill.c -------------------------------------------------------------------------------------

void dre_reserve(struct dre *dre, struct job *job);
// What the rules, or who pays, say to a job that was asked for: a change is put back, else it
// stops. text empty: the reason's sentence.
void dre_refuse_job(struct dre *dre, struct job *job, enum job_event event, enum job_reason reason,
                    const char *text);
void dre_settle(struct dre *dre, struct job *job);
void dre_void(struct dre *dre, struct job *job);
// Validate-Job: what so many normal pages would cost; answers the call.
void dre_quote(struct dre *dre, const struct ippd_intake *intake, struct ippd_call *call);

// --- reading.c: what rests in the journal -------------------------------------------------------

typedef void dre_document_read(struct dre *dre, struct job *job, const struct err *err);
// Makes live->document. done runs soon on the loop, never from within; job is NULL when it is gone.
void dre_read_document(struct dre *dre, struct job *job, dre_document_read *done);
typedef void dre_detail_read(struct dre *dre, void *arg, struct job *job,
                             const struct journal_detail *detail, const struct err *err);
void dre_read_detail(struct dre *dre, uint32_t id, dre_detail_read *done, void *arg);

// --- deliver.c ----------------------------------------------------------------------------------

void dre_deliver_queue(struct dre *dre, struct job *job);        // JOB_DO_QUEUE
void dre_deliver_unqueue(struct dre *dre, struct job *job);      // JOB_DO_UNQUEUE
void dre_deliver_send(struct dre *dre, struct job *job);         // JOB_DO_SEND
void dre_deliver_stop(struct dre *dre, struct job *job);         // JOB_DO_STOP
void dre_deliver_ask(struct dre *dre, struct job *job);          // JOB_DO_ASK
void dre_deliver_free(struct dre *dre, struct job *job);         // JOB_DO_FREE
void dre_deliver_kick(struct dre *dre, struct printer *printer); // gives the turn, if it is free
void dre_deliver_drop(struct dre *dre, struct printer *printer); // the printer's runner goes
bool dre_deliver_is_askable(const struct printer *printer);
enum dre_way dre_deliver_way(const struct printer *printer);

// --- ability.c: what a printer can do, as it says itself -----------------------------------------

typedef void dre_ability_known(struct dre *dre, void *arg, struct job *job); // job NULL: it is gone
// False: it is known, or cannot be asked; done is not called. Else done runs later, also when the
// printer did not answer; it frees arg.
// fresh: how it is now must be known too.
bool dre_ability_ask(struct dre *dre, struct job *job, struct printer *printer, bool fresh,
                     dre_ability_known *done, void *arg) CC_MUST_USE;
// Calls done once more, with no job: the engine ends.
void dre_ability_stop(struct live *live);
// It said what it can do, and this is not of it.
bool dre_ability_lacks_sides(const struct printer *printer, const char *keyword);

// --- backend.c, grpc.c --------------------------------------------------------------------------

// announcing.c: the network is told of the queues as they are now.
void dre_announce_follow(struct dre *dre);

void dre_backend_init(struct dre *dre);
// A document that came whole by another door than IPP's becomes a job of this number. Takes the
// document; the call is answered as Print-Job's is.
void dre_document_take(struct dre *dre, const struct ippd_intake *intake, uint32_t id,
                       struct spool_document *document, struct ippd_call *call);
void dre_answer(struct dre *dre, struct job *job, bool accepted); // JOB_DO_ACCEPT, JOB_DO_REFUSE
void dre_answer_after_store(struct dre *dre, struct job *job, uint32_t stores_before,
                            struct ippd_call *call);
// The job is on disk: whoever wants to know no more is told.
void dre_answer_stored(struct dre *dre, struct job *job);
void dre_answer_act(struct dre *dre, struct job *job);
// What is told to who asked, instead of how the job stands then.
void dre_refusal_keep(struct live *live, const struct err *why, const char *const *reasons);
// Who lets it go, and where; empty: its owner, nowhere.
void dre_release_note(struct job *job, const char *by, const char *device);
void dre_release_tell(struct dre *dre, struct job *job); // what was noted, in its story
void dre_refuse_asker(struct dre *dre, struct job *job); // the job goes: it was never stored
void dre_answer_asker(struct dre *dre, struct job *job); // once the job has come to rest
struct str dre_job_message(const struct job *job);
const char *dre_ipp_state_name(const struct job *job);

extern const struct wire_method dre_methods[];
extern const size_t dre_method_count;
