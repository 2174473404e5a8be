// backend: what the printers' IPP face is shown and may ask (struct ippd_backend). Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_ipptool.py asks all of it of a site.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"
#include "dre/identity.h"
#include "ipp/name.h"
#include <assert.h>
#include <stdio.h>

// --- shown --------------------------------------------------------------------------------------

struct str dre_job_message(const struct job *job)
{
    struct str own = dre_table_job_text(job).message;
    if (job->key_told != NULL && job->core.state == JOB_HELD) {
        return str_of(job->key_told);
    }
    return own.len > 0 ? own : str_of(dre_job_reason_sentence((enum job_reason)job->core.reason));
}

const char *dre_ipp_state_name(const struct job *job)
{
    return ipp_job_state_name(dre_job_state_ipp(&job->core));
}

static uint64_t reason_bit(enum job_reason reason)
{
    enum ipp_reason found = IPP_REASON_COUNT;
    return ipp_reason_find(str_of(dre_job_reason_keyword(reason)), &found) ? IPP_REASON_BIT(found)
                                                                           : 0;
}

static uint64_t reasons_of(const struct job *job)
{
    static uint64_t bits[JOB_REASON_COUNT];
    static bool is_known;
    if (!is_known) {
        for (int reason = 0; reason < JOB_REASON_COUNT; reason++) {
            bits[reason] = reason_bit((enum job_reason)reason);
        }
        is_known = true;
    }
    uint64_t mask = bits[job->core.reason];
    if (job->core.state == JOB_INCOMING && (job->core.flags & JOB_FLAG_HOLD) != 0) {
        mask |= IPP_REASON_BIT(IPP_REASON_JOB_HOLD_UNTIL_SPECIFIED);
    }
    return mask;
}

static void show_queue(const struct dre *dre, const struct queue *queue, struct ippd_queue *shown)
{
    const struct printer *printer = queue->printer;
    bool is_busy = strcmp(printer->state, "processing") == 0;
    bool is_stopped = strcmp(dre_printer_state(printer), "stopped") == 0;
    enum dre_way way = dre_deliver_way(printer);
    *shown = (struct ippd_queue){
        .name = str_of(queue->name),
        .uuid = str_of(queue->uuid_text),
        .message = str_of(dre_printer_message(printer)),
        .state = queue->paused || is_stopped ? IPP_PRINTER_STOPPED
                 : is_busy                   ? IPP_PRINTER_PROCESSING
                                             : IPP_PRINTER_IDLE,
        .state_reason = queue->paused                       ? "paused"
                        : printer->device_reason[0] != '\0' ? printer->device_reason
                        : is_stopped                        ? "connecting-to-device"
                                                            : "none",
        .accepting = !dre->stopping,
        .color = true, // what is printed in black of it is the document's and the printer's to say
        .duplex = way != DRE_WAY_PLAIN, // what the printer can be told, and nothing else
        .monochrome = way != DRE_WAY_PLAIN,
        .number_up = way == DRE_WAY_IPP,
        .page_ranges = way == DRE_WAY_IPP,
        .uncollated = way == DRE_WAY_IPP,
        .holds = queue->holds,
        .must_choose = queue->must_choose,
        .account = str_of(queue->account),
        .finishings = &printer->finishings,
        .formats = IPPD_PDF | IPPD_PWG_RASTER | IPPD_JPEG | IPPD_URF,
        .job_count = queue->open.count,
        .state_changed_at =
            printer->changed_at > queue->changed_at ? printer->changed_at : queue->changed_at,
        .config_changed_at = queue->created_at,
    };
}

static bool queue_find(void *context, struct str name, struct ippd_queue *shown)
{
    struct dre *dre = context;
    const struct queue *queue = dre_table_queue_find(&dre->table, name);
    if (queue == NULL) {
        return false;
    }
    show_queue(dre, queue, shown);
    return true;
}

static bool own_find(void *context, const struct ippd_own *own, struct str *user)
{
    struct dre *dre = context;
    const char *name = dre_addresses_find(&dre->addresses, own, clk_wall_ms(), clk_mono_ms());
    *user = str_of(name == NULL ? "" : name);
    return name != NULL;
}

static void queue_list(void *context, ippd_each_queue *each, void *arg)
{
    struct dre *dre = context;
    void *queue = NULL;
    for (size_t at = 0; map_next(&dre->table.queues, &at, &queue);) {
        struct ippd_queue shown;
        show_queue(dre, queue, &shown);
        if (!each(arg, &shown)) {
            return;
        }
    }
}

static uint32_t completed_of(const struct job *job, bool sheets)
{
    bool is_known = (job->core.flags & JOB_FLAG_OBSERVED) != 0;
    bool is_done = job->core.state == JOB_COMPLETED || job->core.state == JOB_SETTLING;
    if (!is_known) {
        return !is_done ? 0 : sheets ? job->sheets : job->core.computed;
    }
    if (!sheets) {
        return job->core.observed;
    }
    if (job->core.computed == 0 || job->core.observed >= job->core.computed) {
        return job->sheets;
    }
    uint64_t share = (uint64_t)job->sheets * job->core.observed;
    return (uint32_t)((share + job->core.computed - 1) / job->core.computed);
}

static void show_job(const struct job *job, struct ippd_job *shown)
{
    struct job_text text = dre_table_job_text(job);
    bool is_open = job->core.state == JOB_INCOMING;
    // Anybody may claim a guest's name: the key is for where the job came from.
    bool has_key = job->key_told != NULL && job->core.state == JOB_HELD;
    *shown = (struct ippd_job){
        .id = (int32_t)job->id,
        .queue = str_of(job->queue->name),
        .uuid = str_of(job->uuid_text),
        .user = str_of(job->owner->name),
        .proven = dre_trust_of(text.identity) >= TRUST_ADDRESS,
        .name = text.name,
        .document = text.document,
        .format = text.format,
        .message = dre_job_message(job),
        .told_to = !has_key               ? STR("")
                   : job->from[0] != '\0' ? str_of(job->from)
                                          : STR("nobody"),
        .told_others = str_of(dre_job_reason_sentence(JOB_REASON_GUEST)),
        .notice = text.notice,
        .ticket = text.ticket,
        .printer = text.printer,
        .state = (enum ipp_job_state)dre_job_state_ipp(&job->core),
        .reasons = reasons_of(job),
        .open = is_open,
        .documents = is_open ? 0 : 1,
        .bytes = job->bytes,
        .counted = (job->core.flags & JOB_FLAG_COUNTED) != 0,
        .impressions = job->core.computed,
        .sheets = job->sheets,
        .pages = job->pages,
        .impressions_completed = completed_of(job, false),
        .sheets_completed = completed_of(job, true),
        .created_at = job->created_at,
        .processing_at = job->processing_at,
        .completed_at = job->completed_at,
    };
}

// A job that was proven is its owner's only to who proves it too, and as well as the queue asks.
static bool job_knows(void *context, int32_t id, const struct ippd_asker *asker)
{
    struct dre *dre = context;
    const struct job *job = id > 0 ? dre_table_job_find(&dre->table, (uint32_t)id) : NULL;
    if (job == NULL) {
        return false;
    }
    struct job_text text = dre_table_job_text(job);
    enum trust known = dre_trust_of(text.identity);
    enum trust needed = job->queue->trust > TRUST_ADDRESS ? job->queue->trust : TRUST_ADDRESS;
    return dre_identity_of(asker) >= (known < needed ? known : needed);
}

static bool job_find(void *context, int32_t id, struct ippd_job *shown)
{
    struct dre *dre = context;
    const struct job *job = id > 0 ? dre_table_job_find(&dre->table, (uint32_t)id) : NULL;
    if (job == NULL) {
        return false;
    }
    show_job(job, shown);
    return true;
}

struct listing {
    const struct ippd_query *query;
    const struct queue *queue; // NULL: all
    ippd_each *each;
    void *arg;
};

static bool list_some(const struct listing *listing, const struct table_list *list,
                      enum table_link link)
{
    bool newest_first = listing->query->newest_first;
    const struct job *job = newest_first ? list->last : list->first;
    for (; job != NULL; job = newest_first ? job->link[link].prev : job->link[link].next) {
        bool is_wanted = (listing->queue == NULL || job->queue == listing->queue) &&
                         (listing->query->states & (1u << dre_job_state_ipp(&job->core))) != 0;
        if (!is_wanted) {
            continue;
        }
        struct ippd_job shown;
        show_job(job, &shown);
        if (!listing->each(listing->arg, &shown)) {
            return false;
        }
    }
    return true;
}

static void job_list(void *context, const struct ippd_query *query, ippd_each *each, void *arg)
{
    enum { ENDED = 1 << IPP_JOB_CANCELED | 1 << IPP_JOB_ABORTED | 1 << IPP_JOB_COMPLETED };
    struct dre *dre = context;
    struct queue *queue = dre_table_queue_find(&dre->table, query->queue);
    char name[IPPD_NAME_MAX + 1];
    const struct owner *owner =
        query->user.len == 0
            ? NULL
            : map_find(&dre->table.owners, dre_table_owner_name(query->user, name, sizeof(name)));
    if ((queue == NULL && query->queue.len > 0) || (query->user.len > 0 && owner == NULL)) {
        return;
    }
    const struct listing listing = { query, queue, each, arg };
    enum table_link link = owner != NULL   ? TABLE_BY_OWNER
                           : queue != NULL ? TABLE_BY_QUEUE
                                           : TABLE_BY_AGE;
    const struct table_list *open = owner != NULL   ? &owner->open
                                    : queue != NULL ? &queue->open
                                                    : &dre->table.open;
    const struct table_list *ended = owner != NULL   ? &owner->ended
                                     : queue != NULL ? &queue->ended
                                                     : &dre->table.ended;
    bool wants_open = (query->states & ~(uint32_t)ENDED) != 0;
    bool wants_ended = (query->states & ENDED) != 0;
    const struct table_list *first = query->newest_first ? open : ended;
    const struct table_list *second = query->newest_first ? ended : open;
    bool goes_on = true;
    if (first == open ? wants_open : wants_ended) {
        goes_on = list_some(&listing, first, link);
    }
    if (goes_on && (second == open ? wants_open : wants_ended)) {
        (void)list_some(&listing, second, link); // nothing follows
    }
}

// --- answers ------------------------------------------------------------------------------------

static enum ipp_status refusal_status(const struct job *job)
{
    switch ((int)job->core.reason) {
    case JOB_REASON_MONEY_SHORT: return IPP_STATUS_ACCOUNT_LIMIT_REACHED;
    case JOB_REASON_ACCOUNT_NEEDED: return IPP_STATUS_ACCOUNT_INFO_NEEDED;
    case JOB_REASON_ACCOUNT_CLOSED: return IPP_STATUS_ACCOUNT_CLOSED;
    case JOB_REASON_DENIED:
    case JOB_REASON_USER_UNKNOWN:
    case JOB_REASON_ACCOUNT_REFUSED: return IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED;
    case JOB_REASON_PASSWORD: return IPP_STATUS_DOCUMENT_PASSWORD_ERROR;
    case JOB_REASON_FORMAT_ERROR: return IPP_STATUS_DOCUMENT_FORMAT_ERROR;
    case JOB_REASON_FORMAT_UNSUPPORTED: return IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED;
    case JOB_REASON_CANCELED:
    case JOB_REASON_CANCELED_BY_ADMIN: return IPP_STATUS_JOB_CANCELED;
    default: return IPP_STATUS_INTERNAL_ERROR;
    }
}

static void answer_ok(struct ippd_call *call, const struct job *job)
{
    struct ippd_job shown;
    show_job(job, &shown);
    const struct ippd_outcome outcome = { .status = IPP_STATUS_OK, .job = &shown };
    ippd_call_answer(call, &outcome);
}

void dre_answer(struct dre *dre, struct job *job, bool accepted)
{
    struct live *live = dre_live(dre, job);
    struct ippd_call *call = live->call;
    live->call = NULL;
    dre->counters.accepted += accepted;
    dre->counters.refused += !accepted;
    if (call == NULL) {
        return;
    }
    if (accepted) {
        answer_ok(call, job);
        return;
    }
    bool is_nothing = !dre_job_has_ended(&job->core); // never stored
    const struct ippd_outcome outcome = {
        .status = is_nothing ? IPP_STATUS_TEMPORARY_ERROR : refusal_status(job),
        .text = is_nothing ? str_of(dre_job_reason_sentence(JOB_REASON_STORE_FAILED))
                           : dre_job_message(job),
    };
    ippd_call_answer(call, &outcome);
}

void dre_answer_stored(struct dre *dre, struct job *job)
{
    struct live *live = job->live;
    (void)dre; // of which the call is
    if (live != NULL && live->answers_stored && live->call != NULL) {
        struct ippd_call *call = live->call;
        live->call = NULL;
        answer_ok(call, job);
    }
}

void dre_answer_act(struct dre *dre, struct job *job)
{
    (void)dre; // of which the call is
    struct ippd_call *call = job->live == NULL ? NULL : job->live->act;
    if (call != NULL) {
        job->live->act = NULL;
        answer_ok(call, job);
    }
}

// --- coming in ----------------------------------------------------------------------------------

static uint32_t flags_of(const struct queue *queue, const struct ippd_ticket *ticket)
{
    unsigned flags = queue->holds ? JOB_FLAG_QUEUE_HOLD : 0;
    flags |= queue->guests ? JOB_FLAG_GUESTS : 0;
    flags |= queue->hold_short ? JOB_FLAG_HOLD_SHORT : 0;
    flags |= ticket != NULL && ticket->hold != IPPD_HOLD_NONE ? JOB_FLAG_HOLD : 0;
    flags |= dre_deliver_is_askable(queue->printer) ? JOB_FLAG_ASKABLE : 0;
    return flags;
}

static void keep_plain(struct buf *buf, struct str text)
{
    if (enc_is_plain(text)) {
        buf_add(buf, text);
    }
}

// id: 0: the next one.
static struct job *make_job(struct dre *dre, struct queue *queue, const struct ippd_intake *intake,
                            uint32_t id)
{
    char name[IPPD_NAME_MAX + 1];
    struct str owner = dre_table_owner_name(intake->asker->user, name, sizeof(name));
    enum trust trust = dre_identity_of(intake->asker);
    const struct job_text text = {
        .name = intake->name,
        .document = intake->document,
        .format = intake->format,
        .ticket = intake->ticket == NULL ? (struct str){ "", 0 } : intake->ticket->attrs,
        .printer = str_of(queue->printer->name),
        .account = intake->ticket != NULL && intake->ticket->account.len > 0
                       ? intake->ticket->account
                       : str_of(queue->account),
        .notice = str_of(
            intake->ticket != NULL && intake->ticket->copies_refused ? DRE_NOTICE_COPIES : ""),
        .identity = str_of(dre_trust_name(trust)),
    };
    struct job *job = dre_table_job_new(&dre->table, id, queue, owner, &text);
    job->created_at = clk_wall_ms();
    if (intake->sent_as.len > 0) {
        dre_sent_key(intake->asker->program, str_of(queue->name), intake->sent_as, job->uuid);
        dre_sent_add(&dre->table.sent, job->uuid, job->id);
    } else {
        rnd_uuid(job->uuid, job->created_at);
    }
    dre_table_uuid_text(job->uuid, job->uuid_text);
    job->claimed = intake->claimed_impressions;
    job->core.state = JOB_INCOMING;
    job->core.reason = JOB_REASON_INCOMING;
    job->core.flags = flags_of(queue, intake->ticket);
    job->core.flags |= trust < queue->trust ? JOB_FLAG_UNCLAIMED : 0;
    job->expires_at = job->created_at + (int64_t)queue->expire_hours * 3600 * 1000;
    dre_table_job_mark(&dre->table, job);
    struct live *live = dre_live(dre, job);
    keep_plain(&live->claimed_user, intake->asker->claimed);
    keep_plain(&live->address, intake->asker->address);
    (void)snprintf(job->from, sizeof(job->from), "%.*s", (int)live->address.len,
                   live->address.len > 0 ? live->address.ptr : "");
    return job;
}

// The queue that takes jobs; NULL: the call is refused.
static struct queue *intake_queue(struct dre *dre, const struct ippd_intake *intake,
                                  struct ippd_call *call)
{
    struct queue *queue = dre_table_queue_find(&dre->table, intake->queue);
    if (queue == NULL) {
        ippd_call_refuse(call, IPP_STATUS_NOT_FOUND, "There is no such queue.");
    } else if (dre->stopping || dre_journal_must_stop(dre->journal)) {
        ippd_call_refuse(call, IPP_STATUS_SERVICE_UNAVAILABLE,
                         "The server is being stopped. Print again in a minute.");
        queue = NULL;
    }
    return queue;
}

static void job_validate(void *context, const struct ippd_intake *intake, struct ippd_call *call)
{
    struct dre *dre = context;
    const struct queue *queue = intake_queue(dre, intake, call);
    if (queue == NULL) {
        return;
    }
    if (queue->hold_short) { // it would be taken anyhow
        const struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
        ippd_call_answer(call, &outcome);
        return;
    }
    dre_quote(dre, intake, call);
}

static void job_create(void *context, const struct ippd_intake *intake, struct ippd_call *call)
{
    struct dre *dre = context;
    struct queue *queue = intake_queue(dre, intake, call);
    if (queue == NULL) {
        return;
    }
    struct job *job = make_job(dre, queue, intake, 0);
    dre_live(dre, job)->call = call;
    dre_begin(dre, job, job->core.flags, false);
}

static void on_room(void *arg)
{
    struct live *live = arg;
    if (live->call != NULL) {
        ippd_call_room(live->call);
    }
}

static struct dre *dre_of_backend; // one engine a process

static void drop_incoming(struct dre *dre, struct job *job)
{
    dre_live_free(dre, job);
    dre_table_job_free(&dre->table, job);
}

static void on_arrived(void *arg, struct spool_document *document, const struct err *err)
{
    struct live *live = arg;
    struct dre *dre = dre_of_backend;
    struct job *job = live->job;
    live->intake = NULL;
    bool is_waited_for = job->core.state == JOB_INCOMING;
    if (document == NULL || !is_waited_for) {
        struct ippd_call *call = live->call;
        live->call = NULL;
        if (document != NULL && document->in_file) {
            dre_spool_remove(&dre->spool, job->id);
        }
        dre_spool_document_drop(&document);
        ippd_call_refuse(call,
                         !is_waited_for           ? IPP_STATUS_JOB_CANCELED
                         : err->code == ERR_LIMIT ? IPP_STATUS_REQUEST_ENTITY_TOO_LARGE
                                                  : IPP_STATUS_TEMPORARY_ERROR,
                         "%s", !is_waited_for ? "The job was cancelled." : err->text);
        if (live->is_print_job && is_waited_for) {
            drop_incoming(dre, job);
        } else {
            dre_rest(dre, job);
        }
        return;
    }
    live->document = document;
    live->document_is_new = true;
    job->bytes = document->len;
    job->in_file = document->in_file;
    if (live->is_print_job) {
        dre_begin(dre, job, job->core.flags, true);
    } else {
        dre_event(dre, job, JOB_DOCUMENT);
    }
}

void dre_document_take(struct dre *dre, const struct ippd_intake *intake, uint32_t id,
                       struct spool_document *document, struct ippd_call *call)
{
    struct queue *queue = intake_queue(dre, intake, call);
    if (queue == NULL) {
        if (document->in_file) {
            dre_spool_remove(&dre->spool, id);
        }
        dre_spool_document_drop(&document);
        return;
    }
    struct job *job = make_job(dre, queue, intake, id);
    struct live *live = dre_live(dre, job);
    live->is_print_job = true;
    live->answers_stored = true;
    live->call = call;
    live->document = document;
    live->document_is_new = true;
    job->bytes = document->len;
    job->in_file = document->in_file;
    dre_begin(dre, job, job->core.flags, true);
}

// A job that its program has sent before: the call is answered by what became of it, and nothing is
// made. False: it is a new one.
static bool answer_sent(struct dre *dre, const struct queue *queue,
                        const struct ippd_intake *intake, struct ippd_call *call)
{
    uint8_t uuid[16];
    dre_sent_key(intake->asker->program, str_of(queue->name), intake->sent_as, uuid);
    uint32_t id = dre_sent_find(&dre->table.sent, uuid);
    struct job *job = id == 0 ? NULL : dre_table_job_find(&dre->table, id);
    if (id == 0) {
        return false;
    }
    bool is_open = job != NULL && (job->core.state == JOB_INCOMING ||
                                   (job->live != NULL && job->live->call != NULL));
    if (job == NULL) {
        ippd_call_refuse(call, IPP_STATUS_GONE, "That job ended long ago, as job %u.", id);
    } else if (is_open) { // its fate is not on disk: the asker of before may still be there
        ippd_call_refuse(call, IPP_STATUS_BUSY, "That job is coming in already, as job %u.", id);
    } else {
        answer_ok(call, job);
    }
    return true;
}

static void *document_open(void *context, const struct ippd_intake *intake, struct ippd_call *call)
{
    static const struct spool_intake_events events = { on_room, on_arrived };
    struct dre *dre = context;
    struct queue *queue = intake_queue(dre, intake, call);
    if (queue == NULL || (intake->sent_as.len > 0 && answer_sent(dre, queue, intake, call))) {
        return NULL;
    }
    struct job *job = NULL;
    if (intake->op == IPP_OP_SEND_DOCUMENT) {
        job = dre_table_job_find(&dre->table, (uint32_t)intake->job_id);
        bool is_busy = job != NULL && job->live != NULL &&
                       (job->live->intake != NULL || job->live->call != NULL);
        if (job == NULL || job->core.state != JOB_INCOMING || is_busy) {
            ippd_call_refuse(call, IPP_STATUS_NOT_POSSIBLE,
                             "The job does not wait for a document.");
            return NULL;
        }
        struct job_text text = dre_table_job_text(job);
        text.document = intake->document;
        text.format = intake->format;
        dre_table_job_set_text(job, &text);
    } else {
        job = make_job(dre, queue, intake, 0);
        dre_live(dre, job)->is_print_job = true;
    }
    struct live *live = dre_live(dre, job);
    live->call = call;
    live->intake = dre_spool_intake_new(&dre->spool, job->id, &events, live);
    if (!job->queue->measure_ink) { // the ink is told of a document that is all there
        dre_spool_intake_learn(live->intake, dre_arrival_new(dre->count, intake->format));
    }
    return live;
}

static bool document_write(void *context, void *document, struct str bytes)
{
    (void)context; // the document knows
    struct live *live = document;
    return dre_spool_intake_write(live->intake, bytes);
}

static void document_end(void *context, void *document)
{
    (void)context; // the document knows
    struct live *live = document;
    dre_spool_intake_end(live->intake);
}

static void document_abort(void *context, void *document, const struct err *why)
{
    struct dre *dre = context;
    struct live *live = document;
    struct job *job = live->job;
    (void)why; // nobody is there to be told
    if (live->intake != NULL) {
        dre_spool_intake_abort(live->intake);
        live->intake = NULL;
    }
    live->call = NULL;
    if (live->is_print_job && job->core.state == JOB_INCOMING) {
        drop_incoming(dre, job);
        return;
    }
    dre_rest(dre, job);
}

// --- acts ---------------------------------------------------------------------------------------

void dre_answer_after_store(struct dre *dre, struct job *job, uint32_t stores_before,
                            struct ippd_call *call)
{
    struct live *live = job->live;
    if (job->store_count == stores_before || live == NULL || live->act != NULL) {
        answer_ok(call, job);
        return;
    }
    live->act = call;
    (void)dre; // answered when it is stored
}

static void change_ticket(struct dre *dre, struct job *job, const struct ippd_act *act,
                          struct ippd_call *call)
{
    if (dre_job_may_recharge(&job->core)) {
        dre_charge_by_ticket(dre, job, act->ticket, call);
        return;
    }
    if (job->core.state != JOB_INCOMING) {
        ippd_call_refuse(call, IPP_STATUS_NOT_POSSIBLE,
                         "The job is counted and reserved already: print it again instead.");
        return;
    }
    struct job_text text = dre_table_job_text(job);
    text.ticket = act->ticket->attrs;
    if (act->ticket->account.len > 0) {
        text.account = act->ticket->account;
    }
    dre_table_job_set_text(job, &text);
    uint32_t before = job->store_count;
    dre_event(dre, job, act->ticket->hold != IPPD_HOLD_NONE ? JOB_HOLD : JOB_RELEASE);
    dre_answer_after_store(dre, job, before, call);
}

static void job_act(void *context, const struct ippd_act *act, struct ippd_call *call)
{
    struct dre *dre = context;
    struct job *job = dre_table_job_find(&dre->table, (uint32_t)act->job_id);
    if (job == NULL) {
        ippd_call_refuse(call, IPP_STATUS_NOT_FOUND, "There is no such job.");
        return;
    }
    uint32_t id = job->id;
    uint32_t before = job->store_count;
    bool may = true;
    switch (act->kind) {
    case IPPD_CANCEL:
        may = dre_job_may_cancel(&job->core);
        if (may) {
            dre_event_reason(dre, job, JOB_CANCEL,
                             act->asker->admin ? JOB_REASON_CANCELED_BY_ADMIN
                                               : JOB_REASON_CANCELED);
        }
        break;
    case IPPD_HOLD:
        may = dre_job_may_hold(&job->core);
        if (may) {
            dre_event_reason(dre, job, act->hold_until == IPPD_HOLD_NONE ? JOB_RELEASE : JOB_HOLD,
                             JOB_REASON_HOLD_ASKED);
        }
        break;
    case IPPD_RELEASE:
        may = dre_job_may_release(&job->core);
        if (may) {
            dre_event(dre, job, JOB_RELEASE);
        }
        break;
    case IPPD_CLOSE: // a job without a document prints nothing
        if (job->core.state == JOB_INCOMING && (job->live == NULL || job->live->intake == NULL)) {
            dre_event_reason(dre, job, JOB_CANCEL, JOB_REASON_INTERRUPTED);
        }
        break;
    case IPPD_CHANGE: change_ticket(dre, job, act, call); return;
    }
    job = dre_table_job_find(&dre->table, id);
    if (job == NULL || !may) {
        ippd_call_refuse(call, IPP_STATUS_NOT_POSSIBLE, "The job is past that.");
        return;
    }
    dre_answer_after_store(dre, job, before, call);
}

static void jobs_cancel(void *context, const struct ippd_asker *asker, const int32_t *ids,
                        size_t count, struct ippd_call *call)
{
    struct dre *dre = context;
    for (size_t at = 0; at < count; at++) {
        struct job *job = dre_table_job_find(&dre->table, (uint32_t)ids[at]);
        if (job != NULL && dre_job_may_cancel(&job->core)) {
            dre_event_reason(dre, job, JOB_CANCEL,
                             asker->admin ? JOB_REASON_CANCELED_BY_ADMIN : JOB_REASON_CANCELED);
        }
    }
    const struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
    ippd_call_answer(call, &outcome);
}

static void on_queue_stored(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write; // of a queue
    struct ippd_call *call = arg;
    if (!ok) {
        ippd_call_refuse(call, IPP_STATUS_TEMPORARY_ERROR, "%s", err->text);
        return;
    }
    const struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
    ippd_call_answer(call, &outcome);
}

static void queue_act(void *context, enum ippd_queue_act act, struct str name,
                      const struct ippd_asker *asker, struct ippd_call *call)
{
    (void)asker; // the face has checked
    struct dre *dre = context;
    struct queue *queue = dre_table_queue_find(&dre->table, name);
    if (queue == NULL) {
        ippd_call_refuse(call, IPP_STATUS_NOT_FOUND, "There is no such queue.");
        return;
    }
    if (act == IPPD_IDENTIFY) {
        log_event(LOG_INFO, "queue.identify", log_text("queue", queue->name));
        const struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
        ippd_call_answer(call, &outcome);
        return;
    }
    queue->paused = act == IPPD_PAUSE;
    queue->changed_at = clk_wall_ms();
    if (!dre_journal_submit(dre->journal, dre_journal_queue(queue, false, on_queue_stored, call))) {
        ippd_call_refuse(call, IPP_STATUS_BUSY, "The server has too much to do. Try again.");
    }
    dre_deliver_kick(dre, queue->printer);
}

void dre_backend_init(struct dre *dre)
{
    dre_of_backend = dre;
    dre->backend = (struct ippd_backend){
        .context = dre,
        .queue_find = queue_find,
        .own_find = own_find,
        .job_knows = job_knows,
        .queue_list = queue_list,
        .job_find = job_find,
        .job_list = job_list,
        .job_validate = job_validate,
        .job_create = job_create,
        .document_open = document_open,
        .document_write = document_write,
        .document_end = document_end,
        .document_abort = document_abort,
        .job_act = job_act,
        .jobs_cancel = jobs_cancel,
        .queue_act = queue_act,
    };
}
