// counting: from a job's document to its pages, its plan and its classes. The document is read by a
// jailed quoin-pdl; here are only checked facts, and planning.c plans them. Work runs on the
// counting pool, its end on the loop.
//
// no unit test: needs quoin-pdl; tests/it/test_print.py counts with it.

#include "dre/dre_int.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

struct counting {
    struct dre *dre; // borrowed
    uint32_t id;
    struct spool_document *document; // one use
    struct dre_arrival *arrival;     // owned; NULL: it does not arrive just now
    uint8_t deaths;                  // of readers over this document
    bool was_streamed;
    struct buf ticket;
    char hint[64];
    enum dre_way way;
    struct count *count; // borrowed
    // What came of it:
    bool good;
    enum job_reason reason; // where not
    char message[240];      // a sentence, where the reason's own is not enough
    struct buf facts;       // packed
    struct buf steps;
    uint8_t digest[32]; // SHA-256 of the document
    size_t digest_len;  // 0: not known
    struct dre_planned planned;
};

// --- on the counting pool -----------------------------------------------------------------------

static void no_facts(struct counting *counting, enum job_reason reason, const char *message)
{
    counting->good = false;
    counting->reason = reason;
    (void)snprintf(counting->message, sizeof(counting->message), "%s", message);
}

static bool says(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

// A document that nobody can print is refused; one that only we cannot count is held.
static void judge_unknown(struct counting *counting, const Quoin__V1__DocumentFacts *facts)
{
    const char *why = facts->n_reasons > 0 ? facts->reasons[facts->n_reasons - 1] : "";
    enum job_reason reason = JOB_REASON_UNCOUNTED;
    for (size_t at = 0; at < facts->n_reasons; at++) {
        if (says(facts->reasons[at], "password")) {
            reason = JOB_REASON_PASSWORD;
            why = facts->reasons[at];
        }
    }
    bool is_unknown_format =
        facts->format[0] == '\0' || strcmp(facts->format, "application/octet-stream") == 0;
    if (reason == JOB_REASON_UNCOUNTED && is_unknown_format && facts->n_pages == 0 &&
        !says(why, "cannot be counted")) {
        reason = JOB_REASON_FORMAT_UNSUPPORTED;
    }
    no_facts(counting, reason, why);
}

static void keep_facts(struct counting *counting, const Quoin__V1__DocumentFacts *facts)
{
    if (quoin__v1__document_facts__get_packed_size(facts) <= DRE_FACTS_BYTES_MAX) {
        dre_pack(&facts->base, &counting->facts);
    }
}

static void judge(struct counting *counting, const Quoin__V1__DocumentFacts *facts)
{
    keep_facts(counting, facts);
    (void)snprintf(counting->hint, sizeof(counting->hint), "%s", facts->format);
    if (facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN ||
        facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNSPECIFIED) {
        judge_unknown(counting, facts);
        return;
    }
    if (facts->n_pages == 0) {
        no_facts(counting, JOB_REASON_FORMAT_ERROR, "The document has no pages.");
        return;
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    const struct dre_plan_ask with = { .ticket = buf_str(&counting->ticket), .way = counting->way };
    struct err err;
    if (!dre_plan_make(facts, &with, &arena, &counting->planned, &err)) {
        no_facts(counting, JOB_REASON_UNCOUNTED, err.text);
        return;
    }
    const struct dre_planned *planned = &counting->planned;
    for (size_t at = 0; at < planned->plan.step_count; at++) {
        buf_addf(&counting->steps, "%s\n", planned->plan.steps[at]);
    }
    for (size_t at = 0; at < planned->note_count; at++) {
        buf_addf(&counting->steps, "%s\n", planned->notes[at]);
    }
    if (facts->sha256.len == sizeof(counting->digest)) {
        memcpy(counting->digest, facts->sha256.data, sizeof(counting->digest));
        counting->digest_len = sizeof(counting->digest);
    }
    counting->good = planned->plan.impressions > 0;
    if (!counting->good) {
        no_facts(counting, JOB_REASON_FORMAT_ERROR, "Nothing of the document would be printed.");
    }
}

static void work(void *arg)
{
    struct counting *counting = arg;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    struct dre_examination examination = { .count = counting->count,
                                           .spool = &counting->dre->spool,
                                           .document = counting->document,
                                           .format = counting->hint,
                                           .arrival = counting->arrival,
                                           .deaths = counting->deaths };
    enum dre_examined how = dre_examine(&examination, &facts, &err);
    counting->deaths = examination.deaths;
    counting->was_streamed = examination.was_streamed;
    switch (how) {
    case DRE_EXAMINED: judge(counting, facts); break;
    case DRE_UNREADABLE: no_facts(counting, JOB_REASON_DOCUMENT_LOST, err.text); break;
    case DRE_UNCOUNTED: no_facts(counting, JOB_REASON_UNCOUNTED, err.text); break;
    }
}

// --- on the loop --------------------------------------------------------------------------------

static void counting_free(struct counting *counting)
{
    dre_arrival_free(&counting->arrival);
    dre_spool_document_drop(&counting->document);
    buf_free(&counting->ticket);
    buf_free(&counting->facts);
    buf_free(&counting->steps);
    free(counting);
}

static void set_format(struct job *job, const char *format)
{
    struct job_text text = dre_table_job_text(job);
    if (format[0] != '\0' && !str_eq(text.format, str_of(format))) {
        text.format = str_of(format);
        dre_table_job_set_text(job, &text);
    }
}

static void take_plan(struct job *job, struct counting *counting)
{
    struct live *live = job->live;
    const struct plan *plan = &counting->planned.plan;
    buf_free(&live->plan);
    buf_add(&live->plan, buf_str(&counting->steps));
    job->core.computed = plan->impressions;
    job->pages = plan->pages;
    job->color_pages = plan->color_pages;
    job->sheets = plan->sheets;
    job->copies = counting->planned.copies;
    struct str digest = { (const char *)counting->digest, counting->digest_len };
    dre_work_make(job, &counting->planned, digest, &live->work);
    live->work_is_new = true;
}

static void done(void *arg)
{
    struct counting *counting = arg;
    struct dre *dre = counting->dre;
    struct job *job = dre_table_job_find(&dre->table, counting->id);
    dre->counters.streamed += counting->was_streamed;
    if (job != NULL) {
        job->live->busy--;
        job->deaths = counting->deaths;
        set_format(job, counting->hint);
        buf_add(&job->live->facts, buf_str(&counting->facts));
        if (counting->good) {
            take_plan(job, counting);
        } else if (counting->message[0] != '\0') {
            dre_table_job_set_message(job, str_of(counting->message));
        }
    }
    bool good = counting->good;
    enum job_reason reason = counting->reason;
    counting_free(counting);
    if (job != NULL) {
        dre_event_reason(dre, job, good ? JOB_COUNTED : JOB_UNCOUNTED, reason);
    }
}

static void start(struct dre *dre, struct job *job, const struct err *err)
{
    if (job == NULL) {
        return;
    }
    if (err != NULL) {
        dre_table_job_set_message(job, str_of(err->text));
        dre_event_reason(dre, job, JOB_UNCOUNTED, JOB_REASON_DOCUMENT_LOST);
        return;
    }
    struct counting *counting = mem_new(sizeof(*counting));
    counting->dre = dre;
    counting->id = job->id;
    counting->way = dre_deliver_way(job->printer);
    counting->document = dre_spool_document_use(job->live->document);
    counting->arrival = counting->document->arrival;
    counting->document->arrival = NULL;
    if (job->queue->measure_ink) { // what came in was read without its ink
        dre_arrival_free(&counting->arrival);
    }
    counting->deaths = job->deaths;
    counting->ticket = BUF_CAP(IPPD_TICKET_MAX);
    counting->facts = BUF_CAP(DRE_FACTS_BYTES_MAX);
    counting->steps = BUF_CAP(8192);
    struct job_text text = dre_table_job_text(job);
    buf_add(&counting->ticket, text.ticket);
    (void)snprintf(counting->hint, sizeof(counting->hint), "%.*s", (int)text.format.len,
                   text.format.ptr);
    job->live->busy++;
    struct err trouble;
    counting->count = dre_counter(dre, job->queue->measure_ink, &trouble);
    if (counting->count == NULL) {
        no_facts(counting, JOB_REASON_UNCOUNTED, trouble.text);
        net_loop_post(dre->loop, done, counting);
    } else if (!net_pool_run(dre->counting, work, done, counting)) {
        no_facts(counting, JOB_REASON_UNCOUNTED, "Too many documents are being counted.");
        net_loop_post(dre->loop, done, counting);
    }
}

void dre_count(struct dre *dre, struct job *job)
{
    if (dre_live(dre, job)->document != NULL) {
        start(dre, job, NULL);
        return;
    }
    dre_read_document(dre, job, start);
}
