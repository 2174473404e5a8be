// grpc: the Jobs service of dre.proto, and the list of all calls. Loop thread.
//
// What changes something is answered once it is durable. It is idempotent by the keys of the last
// DRE_KEYS_MAX calls and, also after a crash, by the key of the last of them kept with its job.
//
// no unit test: needs the whole engine; test_cli.py and test_join.py in tests/it call it.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "ipp/name.h"
#include "proto/dre.pb-c.h"
#include <stdio.h>
#include <stdlib.h>

enum { REASONS_MAX = 18, REASON_MAX = 240 };
enum { LIST_DEFAULT = 500, LIST_MAX = 2000, LINES_MAX = 1000, DETAIL_TRIES = 3 };

char *dre_call_text(struct arena *arena, struct str run)
{
    char *text = arena_text(arena, run);
    return text == NULL ? (char *)(uintptr_t) "" : text;
}

void dre_call_refuse(struct wire_call *call, enum err_code code, const char *text)
{
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, NULL);
}

void dre_call_refuse_why(struct wire_call *call, enum err_code code, const char *reason,
                         const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

uint32_t dre_call_limit(uint32_t asked)
{
    return asked == 0 ? LIST_DEFAULT : asked > LIST_MAX ? LIST_MAX : asked;
}

// --- jobs ---------------------------------------------------------------------------------------

struct job_filter {
    const Quoin__V1__ListJobsRequest *ask;
    char owner[TABLE_NAME_MAX * 2];
};

static bool is_wanted(const struct job_filter *filter, const struct job *job)
{
    return (filter->ask->queue[0] == '\0' || strcmp(job->queue->name, filter->ask->queue) == 0) &&
           (filter->owner[0] == '\0' || strcmp(job->owner->name, filter->owner) == 0);
}

// The first of the heads of two lists by their ids; NULL at the end of both.
static struct job *next_of(struct job **a, struct job **b, bool newest)
{
    bool second = *a == NULL || (*b != NULL && ((*b)->id < (*a)->id) != newest);
    struct job **from = second ? b : a;
    struct job *job = *from;
    if (job != NULL) {
        *from = newest ? job->link[TABLE_BY_AGE].prev : job->link[TABLE_BY_AGE].next;
    }
    return job;
}

// Where a list goes on; after 0: where it begins.
static struct job *head_of(const struct table *table, const struct table_list *list, uint32_t after,
                           bool newest)
{
    return newest
               ? dre_table_list_before(table, list, after == 0 ? UINT32_MAX : after, TABLE_BY_AGE)
               : dre_table_list_after(table, list, after, TABLE_BY_AGE);
}

static bool list_is_good(struct wire_call *call, const Quoin__V1__ListJobsRequest *ask)
{
    static const char *const which[] = { "", "all", "completed", "not-completed" };
    static const char *const orders[] = { "", "oldest", "newest" };
    bool is_which = false;
    bool is_order = false;
    for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
        is_which = is_which || strcmp(ask->which, which[i]) == 0;
    }
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        is_order = is_order || strcmp(ask->order, orders[i]) == 0;
    }
    if (!is_which || !is_order) {
        dre_call_refuse(call, ERR_INVALID,
                        is_which ? "order is \"oldest\" or \"newest\""
                                 : "which is \"all\", \"not-completed\" or \"completed\"");
    }
    return is_which && is_order;
}

static void list_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ListJobsRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    struct job_filter filter = { .ask = ask };
    (void)dre_table_owner_name(str_of(ask->user), filter.owner, sizeof(filter.owner));
    if (!list_is_good(call, ask)) {
        return;
    }
    bool newest = strcmp(ask->order, "newest") == 0;
    uint32_t after = ask->after < 0            ? 0
                     : ask->after > UINT32_MAX ? UINT32_MAX
                                               : (uint32_t)ask->after;
    const struct table *table = &dre->table;
    struct job *a =
        strcmp(ask->which, "completed") == 0 ? NULL : head_of(table, &table->open, after, newest);
    struct job *b = strcmp(ask->which, "not-completed") == 0
                        ? NULL
                        : head_of(table, &table->ended, after, newest);
    Quoin__V1__ListJobsReply reply = QUOIN__V1__LIST_JOBS_REPLY__INIT;
    uint32_t limit = dre_call_limit(ask->limit);
    reply.jobs = arena_new_array(arena, limit, sizeof(*reply.jobs));
    for (struct job *job = next_of(&a, &b, newest); job != NULL && reply.jobs != NULL;
         job = next_of(&a, &b, newest)) {
        if (!is_wanted(&filter, job)) {
            continue;
        }
        Quoin__V1__Job *out = arena_new(arena, sizeof(*out));
        if (reply.n_jobs == limit || out == NULL || arena->used > arena->cap / 2) {
            reply.more = true;
            break;
        }
        dre_call_fill_job(call, job, ask->with_key, out);
        reply.jobs[reply.n_jobs++] = out;
    }
    wire_call_answer(call, &reply.base);
}

struct job *dre_call_job(struct dre *dre, struct wire_call *call, int64_t id)
{
    struct job *job =
        id > 0 && id <= UINT32_MAX ? dre_table_job_find(&dre->table, (uint32_t)id) : NULL;
    if (job == NULL) {
        struct err err;
        err_fill(&err, ERR_NOT_FOUND, "there is no job %lld", (long long)id);
        wire_call_refuse(call, &err, NULL);
    }
    return job;
}

// --- the story of a job -------------------------------------------------------------------------

static size_t split(struct str text, struct arena *arena, char ***lines)
{
    *lines = arena_new_array(arena, LINES_MAX, sizeof(**lines));
    size_t count = 0;
    while (text.len > 0 && *lines != NULL && count < LINES_MAX) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        (*lines)[count++] = dre_call_text(arena, (struct str){ text.ptr, len });
        size_t past = end == NULL ? len : len + 1;
        text = (struct str){ text.ptr + past, text.len - past };
    }
    return count;
}

static void fill_events(struct str text, struct arena *arena, Quoin__V1__JobDetail *out)
{
    char **lines = NULL;
    size_t count = split(text, arena, &lines);
    out->events = arena_new_array(arena, count + 1, sizeof(*out->events));
    for (size_t at = 0; at < count && out->events != NULL; at++) {
        char *what = strchr(lines[at], ' ');
        char *detail = what == NULL ? NULL : strchr(what + 1, ' ');
        Quoin__V1__JobEvent *event = arena_new(arena, sizeof(*event));
        if (detail == NULL || event == NULL) {
            continue;
        }
        quoin__v1__job_event__init(event);
        *what = '\0';
        *detail = '\0';
        if (num_i64(str_of(lines[at]), 0, INT64_MAX, &event->at)) {
            event->what = what + 1;
            event->detail = detail + 1;
            out->events[out->n_events++] = event;
        }
    }
}

// What is unpacked lives until the answer is sent.
struct unpacked {
    Quoin__V1__DocumentFacts *facts;
    Quoin__V1__Work *work;
    Quoin__V1__Reservation *reservation;
    Quoin__V1__Settlement *settlement;
    Quoin__V1__JobCourse *course;
};

static void unpacked_free(struct unpacked *unpacked)
{
    quoin__v1__document_facts__free_unpacked(unpacked->facts, NULL);
    quoin__v1__work__free_unpacked(unpacked->work, NULL);
    quoin__v1__reservation__free_unpacked(unpacked->reservation, NULL);
    quoin__v1__settlement__free_unpacked(unpacked->settlement, NULL);
    quoin__v1__job_course__free_unpacked(unpacked->course, NULL);
}

static void unpack(const struct journal_detail *detail, struct unpacked *unpacked)
{
    const uint8_t *facts = (const uint8_t *)detail->facts.ptr;
    const uint8_t *work = (const uint8_t *)detail->work.ptr;
    const uint8_t *reservation = (const uint8_t *)detail->reservation.ptr;
    const uint8_t *settlement = (const uint8_t *)detail->settlement.ptr;
    if (detail->facts.len > 0) {
        unpacked->facts = quoin__v1__document_facts__unpack(NULL, detail->facts.len, facts);
    }
    unpacked->course = dre_course_read(detail->course);
    if (detail->work.len > 0) {
        unpacked->work = quoin__v1__work__unpack(NULL, detail->work.len, work);
    }
    if (detail->reservation.len > 0) {
        unpacked->reservation =
            quoin__v1__reservation__unpack(NULL, detail->reservation.len, reservation);
    }
    if (detail->settlement.len > 0) {
        unpacked->settlement =
            quoin__v1__settlement__unpack(NULL, detail->settlement.len, settlement);
    }
}

static void answer_detail(struct wire_call *call, const struct job *job, bool with_key,
                          const struct journal_detail *detail)
{
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__Job basic;
    dre_call_fill_job(call, job, with_key, &basic);
    OWN(unpacked_free) struct unpacked unpacked = { 0 };
    unpack(detail, &unpacked);
    Quoin__V1__JobDetail out = QUOIN__V1__JOB_DETAIL__INIT;
    out.job = &basic;
    out.uuid = dre_call_text(arena, str_of(job->uuid_text));
    out.claimed_user = dre_call_text(arena, detail->claimed_user);
    out.identity = dre_call_text(arena, detail->identity);
    out.from = dre_call_text(arena, detail->address);
    out.facts = unpacked.facts;
    out.work = unpacked.work;
    out.n_plan = split(detail->plan, arena, &out.plan);
    out.reservation = unpacked.reservation;
    out.settlement = unpacked.settlement;
    out.printer = dre_call_text(arena, str_of(job->printer->name));
    out.printer_uri = dre_call_text(arena, str_of(job->printer->uri));
    fill_events(detail->events, arena, &out);
    out.refusal = dre_call_text(arena, detail->refusal);
    out.claimed = job->claimed;
    out.computed = job->core.computed;
    out.observed = job->core.observed;
    out.observed_known = (job->core.flags & JOB_FLAG_OBSERVED) != 0;
    out.course = unpacked.course;
    out.decision = unpacked.reservation != NULL && unpacked.reservation->decision != NULL
                       ? unpacked.reservation->decision
                   : unpacked.course != NULL ? unpacked.course->decision
                                             : NULL;
    wire_call_answer(call, &out.base);
}

// A call that waits to read a job of the journal.
struct detail_turn {
    struct dre *dre; // borrowed
    struct wire_call_id call;
    uint32_t job;
    uint32_t stores; // the job's when it was asked
    unsigned tries;
    bool with_key;
};

static void read_turn(const struct detail_turn *turn);

static void on_detail(struct dre *dre, void *arg, struct job *job,
                      const struct journal_detail *detail, const struct err *err)
{
    struct detail_turn turn = *(struct detail_turn *)arg;
    free(arg);
    struct wire_call *call = wire_call_find(svc_server(dre->svc), turn.call);
    bool is_old = job != NULL && job->store_count != turn.stores;
    if (call != NULL && err == NULL && is_old && turn.tries < DETAIL_TRIES) {
        turn.tries++;
        read_turn(&turn); // it went on meanwhile: its state and its story are told of one moment
        return;
    }
    if (call != NULL && err != NULL) {
        wire_call_refuse(call, err, NULL);
    } else if (call != NULL && job == NULL) {
        dre_call_refuse_why(call, ERR_NOT_FOUND, "job-gone", "the job is gone");
    } else if (call != NULL) {
        answer_detail(call, job, turn.with_key, detail);
    }
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

static void on_detail_turn(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write;
    (void)ok; // what is there can be told also when the disk takes no more
    (void)err;
    struct detail_turn *turn = arg;
    if (wire_call_find(svc_server(turn->dre->svc), turn->call) == NULL) {
        free(turn);
        return;
    }
    dre_read_detail(turn->dre, turn->job, on_detail, turn);
}

// Rows that nobody waits for are stored a little later: what is told must hold them.
static void read_turn(const struct detail_turn *like)
{
    const struct job *job = dre_table_job_find(&like->dre->table, like->job);
    struct detail_turn *turn = mem_new(sizeof(*turn));
    *turn = *like;
    turn->stores = job == NULL ? 0 : job->store_count;
    if (!dre_journal_submit(turn->dre->journal, dre_journal_nothing(on_detail_turn, turn))) {
        on_detail_turn(turn, NULL, false, NULL);
    }
}

static void get_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__GetJobRequest *ask = (const void *)asked;
    const struct job *job = dre_call_job(dre, call, ask->id);
    if (job != NULL) {
        read_turn(&(struct detail_turn){
            .dre = dre, .call = wire_call_id(call), .job = job->id, .with_key = ask->with_key });
    }
}

// --- acts on jobs -------------------------------------------------------------------------------

struct dre_refusal {
    struct err err;
    size_t count;
    char texts[REASONS_MAX][REASON_MAX];
};

void dre_refusal_keep(struct live *live, const struct err *why, const char *const *reasons)
{
    if (live->refusal_kept == NULL) {
        live->refusal_kept = mem_new(sizeof(*live->refusal_kept));
    }
    struct dre_refusal *kept = live->refusal_kept;
    *kept = (struct dre_refusal){ .err = *why };
    while (reasons != NULL && kept->count < REASONS_MAX && reasons[kept->count] != NULL) {
        (void)snprintf(kept->texts[kept->count], REASON_MAX, "%s", reasons[kept->count]);
        kept->count++;
    }
}

// Tells why not, and what is short.
static void refuse_kept(struct wire_call *call, const struct live *live)
{
    const struct dre_refusal *kept = live->refusal_kept;
    const char *reasons[REASONS_MAX + 1] = { NULL };
    struct err err;
    for (size_t at = 0; at < kept->count; at++) {
        reasons[at] = kept->texts[at];
    }
    const struct job *job = live->job;
    err_fill(&err, kept->err.code, "job %u stays held: %s",
             (unsigned)(job->origin != 0 && job->core.state == JOB_ABORTED ? job->origin : job->id),
             kept->err.text);
    wire_call_refuse(call, &err, reasons);
}

void dre_refuse_asker(struct dre *dre, struct job *job)
{
    struct wire_call *call =
        job->live == NULL ? NULL : wire_call_find(svc_server(dre->svc), job->live->asker);
    if (call != NULL) {
        job->live->asker.v = 0;
        dre_call_refuse(call, ERR_UNAVAILABLE, dre_job_reason_sentence(JOB_REASON_STORE_FAILED));
    }
}

void dre_answer_asker(struct dre *dre, struct job *job)
{
    if (job->live == NULL || job->live->asker.v == 0 || !dre_job_is_at_rest(&job->core)) {
        return;
    }
    struct wire_call *call = wire_call_find(svc_server(dre->svc), job->live->asker);
    job->live->asker.v = 0;
    if (call == NULL) {
        return;
    }
    enum job_reason reason = (enum job_reason)job->core.reason;
    bool is_short = job->core.state == JOB_HELD &&
                    (reason == JOB_REASON_MONEY_SHORT || reason == JOB_REASON_USER_UNKNOWN ||
                     reason == JOB_REASON_ACCOUNT_REFUSED || reason == JOB_REASON_ACCOUNT_NEEDED ||
                     reason == JOB_REASON_ACCOUNT_CLOSED || reason == JOB_REASON_POLICY_HOLDS ||
                     reason == JOB_REASON_NO_WAY || reason == JOB_REASON_GUEST ||
                     reason == JOB_REASON_UNCOUNTED);
    bool is_copy = (job->core.flags & JOB_FLAG_COPY) != 0;
    if (is_copy && job->core.state == JOB_RESERVING) {
        dre_call_refuse_why(call, ERR_UNAVAILABLE, "accounting-away",
                            "the accounting server does not answer; nothing is printed");
        dre_event_reason(dre, job, JOB_CANCEL, JOB_REASON_CAS_AWAY);
        return;
    }
    bool is_refused = job->core.state == JOB_HELD || (is_copy && job->core.state == JOB_ABORTED);
    if (is_refused && job->live->refusal_kept != NULL) {
        refuse_kept(call, job->live);
        return;
    }
    if (is_short) {
        const char *reasons[] = { dre_job_reason_keyword(reason), NULL };
        struct err err;
        struct str message = dre_job_message(job);
        err_fill(&err, ERR_LIMIT, "job %u stays held: %.*s", (unsigned)job->id, (int)message.len,
                 message.ptr);
        wire_call_refuse(call, &err, reasons);
        return;
    }
    dre_call_answer_job(call, job);
}

bool dre_call_is_repeat(struct dre *dre, struct wire_call *call, struct job *job,
                        ProtobufCBinaryData key)
{
    bool is_last = job->is_asked && memcmp(job->asked_by, key.data, sizeof(job->asked_by)) == 0;
    if (is_last || map_find(&dre->keys, map_key(key.data, key.len)) != NULL) {
        dre_call_answer_job(call, job);
        return true;
    }
    return false;
}

void dre_call_remember(struct dre *dre, ProtobufCBinaryData key)
{
    if (dre->keys.count >= DRE_KEYS_MAX) {
        map_free(&dre->keys);
        dre->keys = (struct map){ 0 };
    }
    map_set(&dre->keys, map_key(key.data, key.len), dre);
}

static void remember(struct dre *dre, struct job *job, ProtobufCBinaryData key)
{
    dre_call_remember(dre, key);
    memcpy(job->asked_by, key.data, sizeof(job->asked_by));
    job->is_asked = true;
}

void dre_call_act(struct dre *dre, struct wire_call *call, const struct dre_call_act *act)
{
    struct job *job = act->job;
    uint32_t id = job->id;
    bool ends = act->event == JOB_CANCEL || act->event == JOB_SAY_NOT_PRINTED;
    struct live *live = dre_live(dre, job);
    if (live->asker.v != 0) {
        dre_call_refuse_why(call, ERR_CONFLICT, "being-changed",
                            "somebody else is changing this job; ask again");
        return;
    }
    live->asker = wire_call_id(call);
    free(live->refusal_kept);
    live->refusal_kept = NULL;
    remember(dre, job, act->key); // before what it does is written
    dre_event_reason(dre, job, act->event, ends ? JOB_REASON_CANCELED_BY_ADMIN : JOB_REASON_NONE);
    job = dre_table_job_find(&dre->table, id);
    if (job != NULL && job->live != NULL) {
        dre_answer_asker(dre, job);
        dre_rest(dre, job);
    }
}

bool dre_call_is_uncertain(struct wire_call *call, const struct job *job)
{
    if (job->core.state != JOB_UNCERTAIN) {
        return false;
    }
    enum job_reason reason = (enum job_reason)job->core.reason;
    struct err err;
    err_fill(&err, ERR_CONFLICT, "job %u is left as it is: %s See quoin job resolve.",
             (unsigned)job->id, dre_job_reason_sentence(reason));
    const char *reasons[] = { dre_job_reason_keyword(reason), NULL };
    wire_call_refuse(call, &err, reasons);
    return true;
}

static void cancel_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__CancelJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (dre_call_is_uncertain(call, job)) {
        return;
    }
    if (!dre_job_may_cancel(&job->core)) {
        dre_call_refuse_why(call, ERR_CONFLICT, "not-waiting",
                            "the job has ended, or is being charged");
        return;
    }
    dre_call_act(dre, call, &(struct dre_call_act){ job, ask->key, JOB_CANCEL });
}

static void resolve_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dre *dre = engine;
    const Quoin__V1__ResolveJobRequest *ask = (const void *)asked;
    struct job *job = dre_call_job(dre, call, ask->id);
    if (job == NULL || dre_call_is_repeat(dre, call, job, ask->key)) {
        return;
    }
    if (job->core.state != JOB_UNCERTAIN) {
        dre_call_refuse(call, ERR_CONFLICT,
                        "only a job of unknown outcome is resolved by a person");
        return;
    }
    if (ask->again && ask->printed) {
        dre_call_refuse(call, ERR_INVALID, "a job that was printed is not sent again");
        return;
    }
    if (ask->again && !dre_job_may_send_again(&job->core)) {
        dre_call_refuse(call, ERR_CONFLICT, "the job came out; print it again as a job of its own");
        return;
    }
    dre_call_act(dre, call,
                 &(struct dre_call_act){ job, ask->key,
                                         ask->again     ? JOB_SAY_AGAIN
                                         : ask->printed ? JOB_SAY_PRINTED
                                                        : JOB_SAY_NOT_PRINTED });
}

const struct wire_method dre_methods[] = {
    { "/quoin.v1.Printers/AddPrinter", dre_printer_add },
    { "/quoin.v1.Printers/ListPrinters", dre_printer_list },
    { "/quoin.v1.Printers/RemovePrinter", dre_printer_remove },
    { "/quoin.v1.Printers/SetPrinter", dre_printer_set },
    { "/quoin.v1.Queues/AddQueue", dre_queue_add },
    { "/quoin.v1.Queues/ListQueues", dre_queue_list },
    { "/quoin.v1.Queues/RemoveQueue", dre_queue_remove },
    { "/quoin.v1.Queues/SetQueue", dre_queue_set },
    { "/quoin.v1.Jobs/ListJobs", list_jobs },
    { "/quoin.v1.Jobs/GetJob", get_job },
    { "/quoin.v1.Jobs/ReleaseJob", dre_release_job },
    { "/quoin.v1.Jobs/CancelJob", cancel_job },
    { "/quoin.v1.Jobs/ResolveJob", resolve_job },
    { "/quoin.v1.Jobs/ChargeJob", dre_charge_job },
    { "/quoin.v1.Jobs/ChangeJob", dre_change_job },
    { "/quoin.v1.Jobs/ClaimJob", dre_claim_job },
    { "/quoin.v1.Jobs/GetPreview", dre_get_preview },
    { "/quoin.v1.Jobs/ListHeld", dre_list_held },
    { "/quoin.v1.Jobs/SendJob", dre_send_job },
    { "/quoin.v1.Jobs/WatchJobs", dre_watch_jobs },
    { "/quoin.v1.Jobs/QuoteJob", dre_quote_job },
    { "/quoin.v1.Jobs/RecountJobs", dre_recount_jobs },
    { "/quoin.v1.Witness/GetWitness", dre_witness_get },
};
const size_t dre_method_count = sizeof(dre_methods) / sizeof(dre_methods[0]);
