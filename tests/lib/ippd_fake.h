// ippd_fake: an engine behind the IPP face that keeps everything in memory, for unit tests and for
// the demo server. It does what struct ippd_backend asks; jobs move when fake_tick is called.
#pragma once

#include "base/clk.h"
#include "base/mem.h"
#include "ippd/ippd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAKE_JOBS_MAX = 20000, FAKE_TEXT = 256 };

struct fake_job {
    struct ippd_job shown;
    char user[FAKE_TEXT];
    char name[FAKE_TEXT];
    char document[FAKE_TEXT];
    char format[64];
    char uuid[37];
    char *ticket; // owned
    bool held;    // its ticket says so
};

struct fake {
    struct ippd_queue queue;
    int queue_count;       // 1
    struct fake_job *jobs; // owned; index is id - 1
    int32_t count;
    int64_t print_ms; // how long a job is pending, and then processing
    // What tests set …
    enum ipp_status refuse; // document_end, job_create, job_validate: refuse with this; 0: do not
    bool hold_answers;      // keep the call in `call` instead of answering
    bool hold_back;         // document_write says false
    bool refuse_early;      // document_write answers with a refusal
    bool proves;            // who asks is known well enough for jobs that were proven
    // … and look at.
    struct ippd_call *call;
    struct fake_job *open; // the document that is coming in
    uint64_t written;
    unsigned char sum; // of all document bytes
    int aborts;
    int own_asks;
    int acts;
    enum ippd_act_kind act;
    struct ippd_ticket act_ticket;
    int queue_acts;
    int32_t canceled;
};

static inline void fake_copy(char *to, size_t size, struct str from, struct str *shown)
{
    (void)snprintf(to, size, "%.*s", (int)from.len, from.ptr); // cut where it is too long
    *shown = str_of(to);
}

static inline bool fake_queue_find(void *context, struct str name, struct ippd_queue *queue)
{
    struct fake *fake = context;
    if (!str_eq(name, fake->queue.name)) {
        return false;
    }
    *queue = fake->queue;
    return true;
}

// Mary's is "/ipp/print/office/u-marys", and nobody else has any.
static inline bool fake_own_find(void *context, const struct ippd_own *own, struct str *user)
{
    struct fake *fake = context;
    fake->own_asks++;
    *user = STR("mary");
    return str_eq(own->queue, fake->queue.name) && str_eq(own->secret, STR("marys")) &&
           own->from.len > 0;
}

static inline void fake_queue_list(void *context, ippd_each_queue *each, void *arg)
{
    struct fake *fake = context;
    for (int i = 0; i < fake->queue_count; i++) { // the same one over again, where tests ask for it
        if (!each(arg, &fake->queue)) {
            return;
        }
    }
}

static inline struct fake_job *fake_job_of(struct fake *fake, int32_t id)
{
    return id >= 1 && id <= fake->count ? &fake->jobs[id - 1] : NULL;
}

static inline bool fake_job_find(void *context, int32_t id, struct ippd_job *job)
{
    struct fake_job *found = fake_job_of(context, id);
    if (found != NULL) {
        *job = found->shown;
    }
    return found != NULL;
}

static inline bool fake_job_knows(void *context, int32_t id, const struct ippd_asker *asker)
{
    struct fake *fake = context;
    return fake->proves && fake_job_of(fake, id) != NULL && asker->user.len > 0;
}

static inline void fake_job_list(void *context, const struct ippd_query *query, ippd_each *each,
                                 void *arg)
{
    struct fake *fake = context;
    for (int32_t i = 0; i < fake->count; i++) {
        int32_t at = query->newest_first ? fake->count - 1 - i : i;
        const struct ippd_job *job = &fake->jobs[at].shown;
        bool fits = (1U << job->state & query->states) != 0 &&
                    (query->user.len == 0 || str_eq(query->user, job->user));
        if (fits && !each(arg, job)) {
            return;
        }
    }
}

static inline void fake_answer(struct fake *fake, struct ippd_call *call, struct fake_job *job)
{
    struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
    if (fake->hold_answers) {
        fake->call = call;
        return;
    }
    if (fake->refuse != IPP_STATUS_OK) {
        ippd_call_refuse(call, fake->refuse, "The balance is %d short.", 7);
        return;
    }
    outcome.job = job == NULL ? NULL : &job->shown;
    ippd_call_answer(call, &outcome);
}

static inline struct fake_job *fake_job_new(struct fake *fake, const struct ippd_intake *intake)
{
    if (fake->count == FAKE_JOBS_MAX) {
        exit(1);
    }
    struct fake_job *job = &fake->jobs[fake->count++];
    struct ippd_job *shown = &job->shown;
    shown->id = fake->count;
    shown->queue = fake->queue.name;
    fake_copy(job->user, sizeof(job->user), intake->asker->user, &shown->user);
    fake_copy(job->name, sizeof(job->name), intake->name, &shown->name);
    (void)snprintf(job->uuid, sizeof(job->uuid), "00000000-0000-4000-8000-%012d", (int)shown->id);
    shown->uuid = str_of(job->uuid);
    if (intake->ticket != NULL && intake->ticket->attrs.len > 0) {
        job->ticket = mem_new(intake->ticket->attrs.len);
        memcpy(job->ticket, intake->ticket->attrs.ptr, intake->ticket->attrs.len);
        shown->ticket = (struct str){ job->ticket, intake->ticket->attrs.len };
    }
    bool held = intake->ticket != NULL && intake->ticket->hold == IPPD_HOLD_INDEFINITE;
    job->held = held;
    shown->state = held ? IPP_JOB_PENDING_HELD : IPP_JOB_PENDING;
    shown->reasons = held ? IPP_REASON_BIT(IPP_REASON_JOB_HOLD_UNTIL_SPECIFIED) : 0;
    shown->created_at = clk_wall_ms();
    return job;
}

static inline void fake_job_validate(void *context, const struct ippd_intake *intake,
                                     struct ippd_call *call)
{
    (void)intake;
    fake_answer(context, call, NULL);
}

static inline void fake_job_create(void *context, const struct ippd_intake *intake,
                                   struct ippd_call *call)
{
    struct fake_job *job = fake_job_new(context, intake);
    job->shown.open = true;
    job->shown.state = IPP_JOB_PENDING_HELD;
    job->shown.reasons = IPP_REASON_BIT(IPP_REASON_JOB_INCOMING);
    fake_answer(context, call, job);
}

static inline void *fake_document_open(void *context, const struct ippd_intake *intake,
                                       struct ippd_call *call)
{
    struct fake *fake = context;
    struct fake_job *job =
        intake->job_id > 0 ? fake_job_of(fake, intake->job_id) : fake_job_new(fake, intake);
    fake_copy(job->document, sizeof(job->document), intake->document, &job->shown.document);
    fake_copy(job->format, sizeof(job->format), intake->format, &job->shown.format);
    fake->open = job;
    fake->call = call;
    return job;
}

static inline bool fake_document_write(void *context, void *document, struct str bytes)
{
    struct fake *fake = context;
    struct fake_job *job = document;
    job->shown.bytes += bytes.len;
    fake->written += bytes.len;
    for (size_t i = 0; i < bytes.len; i++) {
        fake->sum = (unsigned char)(fake->sum * 31 + (unsigned char)bytes.ptr[i]);
    }
    if (fake->refuse_early) {
        ippd_call_refuse(fake->call, IPP_STATUS_REQUEST_ENTITY_TOO_LARGE, "The disk is full.");
    }
    return !fake->hold_back;
}

static inline void fake_document_end(void *context, void *document)
{
    struct fake *fake = context;
    struct fake_job *job = document;
    job->shown.open = false;
    job->shown.documents = 1;
    job->shown.counted = true;
    job->shown.pages = job->shown.impressions = job->shown.sheets = 1;
    job->shown.state = job->held ? IPP_JOB_PENDING_HELD : IPP_JOB_PENDING;
    job->shown.reasons = job->held ? IPP_REASON_BIT(IPP_REASON_JOB_HOLD_UNTIL_SPECIFIED) : 0;
    fake_answer(fake, fake->call, job);
}

static inline void fake_document_abort(void *context, void *document, const struct err *why)
{
    struct fake *fake = context;
    (void)why;
    (void)document;
    fake->aborts++;
    fake->open = NULL;
}

static inline void fake_cancel(struct fake_job *job)
{
    job->shown.state = IPP_JOB_CANCELED;
    job->shown.reasons = IPP_REASON_BIT(IPP_REASON_JOB_CANCELED_BY_USER);
    job->shown.completed_at = clk_wall_ms();
    job->shown.open = false;
}

static inline void fake_job_act(void *context, const struct ippd_act *act, struct ippd_call *call)
{
    struct fake *fake = context;
    struct fake_job *job = fake_job_of(fake, act->job_id);
    fake->acts++;
    fake->act = act->kind;
    switch (act->kind) {
    case IPPD_CANCEL: fake_cancel(job); break;
    case IPPD_HOLD:
        job->shown.state = IPP_JOB_PENDING_HELD;
        job->shown.reasons = IPP_REASON_BIT(IPP_REASON_JOB_HOLD_UNTIL_SPECIFIED);
        break;
    case IPPD_RELEASE:
        job->shown.state = IPP_JOB_PENDING;
        job->shown.reasons = 0;
        break;
    case IPPD_CLOSE:
        fake_cancel(job); // it has no document
        break;
    case IPPD_CHANGE:
        fake->act_ticket = *act->ticket;
        free(job->ticket);
        job->ticket = mem_new(act->ticket->attrs.len + 1);
        memcpy(job->ticket, act->ticket->attrs.ptr, act->ticket->attrs.len);
        job->shown.ticket = (struct str){ job->ticket, act->ticket->attrs.len };
        break;
    }
    fake_answer(fake, call, job);
}

static inline void fake_jobs_cancel(void *context, const struct ippd_asker *asker,
                                    const int32_t *ids, size_t count, struct ippd_call *call)
{
    struct fake *fake = context;
    (void)asker;
    for (size_t i = 0; i < count; i++) {
        fake_cancel(fake_job_of(fake, ids[i]));
        fake->canceled++;
    }
    fake_answer(fake, call, NULL);
}

static inline void fake_queue_act(void *context, enum ippd_queue_act act, struct str queue,
                                  const struct ippd_asker *asker, struct ippd_call *call)
{
    struct fake *fake = context;
    (void)queue;
    (void)asker;
    fake->queue_acts++;
    if (act != IPPD_IDENTIFY) {
        fake->queue.state = act == IPPD_PAUSE ? IPP_PRINTER_STOPPED : IPP_PRINTER_IDLE;
        fake->queue.state_reason = act == IPPD_PAUSE ? "paused" : "none";
    }
    fake_answer(fake, call, NULL);
}

static inline void fake_tick(struct fake *fake)
{
    int64_t now = clk_wall_ms();
    for (int32_t i = 0; i < fake->count; i++) {
        struct ippd_job *job = &fake->jobs[i].shown;
        if (job->open && now - job->created_at > IPPD_OPEN_JOB_S * 1000) {
            fake_cancel(&fake->jobs[i]);
            job->state = IPP_JOB_ABORTED;
            job->reasons = IPP_REASON_BIT(IPP_REASON_JOB_CANCELED_AFTER_TIMEOUT);
        } else if (job->state == IPP_JOB_PENDING && now - job->created_at >= fake->print_ms) {
            job->state = IPP_JOB_PROCESSING;
            job->reasons = IPP_REASON_BIT(IPP_REASON_JOB_PRINTING);
            job->processing_at = now;
        } else if (job->state == IPP_JOB_PROCESSING && now - job->processing_at >= fake->print_ms) {
            job->state = IPP_JOB_COMPLETED;
            job->reasons = IPP_REASON_BIT(IPP_REASON_JOB_COMPLETED_SUCCESSFULLY);
            job->completed_at = now;
            job->impressions_completed = job->impressions;
            job->sheets_completed = job->sheets;
        }
    }
}

static inline void fake_init(struct fake *fake, struct ippd_backend *backend)
{
    *fake = (struct fake){ .print_ms = 100, .queue_count = 1 };
    fake->jobs = mem_new(FAKE_JOBS_MAX * sizeof(*fake->jobs));
    fake->queue = (struct ippd_queue){
        .name = STR("office"),
        .info = STR("The office queue"),
        .location = STR("Second floor"),
        .uuid = STR("0d6a5a3e-4f0b-4a30-8f4d-7c1d6d1b2a11"),
        .state = IPP_PRINTER_IDLE,
        .state_reason = "none",
        .accepting = true,
        .color = true,
        .duplex = true,
        .monochrome = true,
        .uncollated = true,
        .number_up = true,
        .page_ranges = true,
        .formats = IPPD_PDF | IPPD_PWG_RASTER | IPPD_JPEG,
        .state_changed_at = clk_wall_ms(),
        .config_changed_at = clk_wall_ms(),
    };
    *backend = (struct ippd_backend){
        .context = fake,
        .queue_find = fake_queue_find,
        .job_find = fake_job_find,
        .job_knows = fake_job_knows,
        .job_list = fake_job_list,
        .own_find = fake_own_find,
        .queue_list = fake_queue_list,
        .job_validate = fake_job_validate,
        .job_create = fake_job_create,
        .document_open = fake_document_open,
        .document_write = fake_document_write,
        .document_end = fake_document_end,
        .document_abort = fake_document_abort,
        .job_act = fake_job_act,
        .jobs_cancel = fake_jobs_cancel,
        .queue_act = fake_queue_act,
    };
}

static inline void fake_fini(struct fake *fake)
{
    for (int32_t i = 0; i < fake->count; i++) {
        free(fake->jobs[i].ticket);
    }
    free(fake->jobs);
}
