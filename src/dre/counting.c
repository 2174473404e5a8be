// counting: from a job's document to its pages, its plan and its classes. The document is read by a
// jailed quoin-pdl; here are only checked facts. Work runs on the counting pool, its end on the
// loop.
//
// no unit test: needs quoin-pdl; tests/it/test_print.py counts with it.

#include "dre/dre_int.h"

#include "base/mem.h"
#include "plan/plan.h"
#include "proto/cas.pb-c.h"
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
    bool is_plain; // the printer gets nothing but the document
    // What came of it:
    bool good;
    enum job_reason reason; // where not
    char message[240];      // a sentence, where the reason's own is not enough
    struct buf facts;       // packed
    struct buf packed_classes;
    struct buf steps;
    struct plan plan;
    uint32_t copies;
};

// --- pure: facts and ticket to a plan -----------------------------------------------------------

static bool plan_runs(const Quoin__V1__DocumentFacts *facts, struct arena *arena,
                      struct plan_ask *ask)
{
    struct page_run *runs = arena_new_array(arena, facts->n_pages, sizeof(*runs));
    if (runs == NULL) {
        return false;
    }
    for (size_t at = 0; at < facts->n_pages; at++) {
        const Quoin__V1__PageRun *run = facts->pages[at];
        runs[at] = (struct page_run){ .count = run->count,
                                      .width = run->width,
                                      .height = run->height,
                                      .color = run->color,
                                      .blank = run->blank };
    }
    ask->runs = runs;
    ask->run_count = facts->n_pages;
    return true;
}

static bool plan_ranges(const struct ippd_ticket *ticket, struct arena *arena, struct plan_ask *ask)
{
    if (ticket->range_count == 0) {
        return true;
    }
    struct plan_range *ranges = arena_new_array(arena, ticket->range_count, sizeof(*ranges));
    if (ranges == NULL) {
        return false;
    }
    for (size_t at = 0; at < ticket->range_count; at++) {
        ranges[at] = (struct plan_range){ ticket->ranges[at].first, ticket->ranges[at].last };
    }
    ask->ranges = ranges;
    ask->range_count = ticket->range_count;
    return true;
}

// What the document itself says counts where the ticket is silent.
static enum page_sides sides_of(const Quoin__V1__DocumentFacts *facts,
                                const struct ippd_ticket *ticket)
{
    bool says = memmem(ticket->attrs.ptr, ticket->attrs.len, "\0\5sides", 7) != NULL;
    if (says || facts->sides < 2) {
        return ticket->sides;
    }
    return facts->sides == 2 ? PAGE_TWO_SIDED_LONG : PAGE_TWO_SIDED_SHORT;
}

static bool make_plan(const Quoin__V1__DocumentFacts *facts, struct str attrs, bool is_plain,
                      struct plan_ask *ask, struct arena *arena, struct plan *plan, struct err *err)
{
    struct ippd_ticket ticket;
    if (!ippd_ticket_read(attrs, arena, &ticket, err)) {
        return false;
    }
    ask->copies = ticket.copies > 1 ? ticket.copies : facts->copies;
    ask->number_up = 1;
    ask->uncollated = !ticket.collate;
    if (!plan_runs(facts, arena, ask) || (!is_plain && !plan_ranges(&ticket, arena, ask))) {
        return err_set(err, ERR_LIMIT, "the job has too many page ranges or kinds of pages");
    }
    if (!is_plain) {
        ask->number_up = ticket.number_up == 0 ? 1 : ticket.number_up;
        ask->sides = sides_of(facts, &ticket);
        ask->mono = ticket.color == IPPD_COLOR_MONOCHROME;
        ask->media_width = ticket.width;
        ask->media_height = ticket.height;
    }
    return plan_make(ask, arena, plan, err);
}

bool dre_plan(const struct dre_plan_ask *ask, struct page_class classes[static PAGE_CLASS_MAX],
              size_t *class_count, struct err *err)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts =
        quoin__v1__document_facts__unpack(NULL, ask->facts.len, (const uint8_t *)ask->facts.ptr);
    if (facts == NULL) {
        return err_set(err, ERR_INTERNAL, "the facts of the document in the journal are damaged");
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX + DRE_FACTS_BYTES_MAX);
    struct plan_ask pages = { .is_partial = ask->is_partial, .completed = ask->completed };
    struct plan plan;
    if (!make_plan(facts, ask->ticket, ask->is_plain, &pages, &arena, &plan, err)) {
        return false;
    }
    memcpy(classes, plan.classes, sizeof(plan.classes));
    *class_count = plan.class_count;
    return true;
}

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

static void pack_classes(struct counting *counting)
{
    Quoin__V1__PageClass classes[PAGE_CLASS_MAX];
    Quoin__V1__PageClass *list[PAGE_CLASS_MAX];
    Quoin__V1__QuoteRequest packed = QUOIN__V1__QUOTE_REQUEST__INIT;
    for (size_t at = 0; at < counting->plan.class_count; at++) {
        const struct page_class *from = &counting->plan.classes[at];
        quoin__v1__page_class__init(&classes[at]);
        classes[at].size = (uint32_t)from->size;
        classes[at].color = from->color;
        classes[at].two_sided = from->two_sided;
        classes[at].pages = from->pages;
        classes[at].sheets = from->sheets;
        list[at] = &classes[at];
    }
    packed.classes = list;
    packed.n_classes = counting->plan.class_count;
    uint8_t bytes[PAGE_CLASS_MAX * 64];
    size_t len = quoin__v1__quote_request__get_packed_size(&packed);
    if (len <= sizeof(bytes)) {
        (void)quoin__v1__quote_request__pack(&packed, bytes);
        buf_add(&counting->packed_classes, (struct str){ (const char *)bytes, len });
    }
}

static void keep_facts(struct counting *counting, const Quoin__V1__DocumentFacts *facts)
{
    size_t len = quoin__v1__document_facts__get_packed_size(facts);
    if (len > DRE_FACTS_BYTES_MAX) {
        return;
    }
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__document_facts__pack(facts, bytes);
    buf_add(&counting->facts, (struct str){ (const char *)bytes, len });
    free(bytes);
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
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX + DRE_FACTS_BYTES_MAX);
    struct plan_ask ask = { 0 };
    struct err err;
    if (!make_plan(facts, buf_str(&counting->ticket), counting->is_plain, &ask, &arena,
                   &counting->plan, &err)) {
        no_facts(counting, JOB_REASON_UNCOUNTED, err.text);
        return;
    }
    for (size_t at = 0; at < counting->plan.step_count; at++) {
        buf_addf(&counting->steps, "%s\n", counting->plan.steps[at]);
    }
    counting->copies = ask.copies;
    pack_classes(counting);
    counting->good = counting->plan.impressions > 0;
    if (!counting->good) {
        no_facts(counting, JOB_REASON_FORMAT_ERROR, "Nothing of the document would be printed.");
    }
}

static void work(void *arg)
{
    struct counting *counting = arg;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    struct dre_examination examination = { .count = counting->dre->count,
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
    buf_free(&counting->packed_classes);
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
    const struct plan *plan = &counting->plan;
    memcpy(live->classes, plan->classes, sizeof(live->classes));
    live->class_count = plan->class_count;
    buf_add(&live->packed_classes, buf_str(&counting->packed_classes));
    buf_add(&live->plan, buf_str(&counting->steps));
    job->core.computed = plan->impressions;
    job->pages = plan->pages;
    job->color_pages = plan->color_pages;
    job->sheets = plan->sheets;
    job->copies = counting->copies;
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
    counting->is_plain = dre_deliver_is_plain(job->queue->printer);
    counting->document = dre_spool_document_use(job->live->document);
    counting->arrival = counting->document->arrival;
    counting->document->arrival = NULL;
    counting->deaths = job->deaths;
    counting->ticket = BUF_CAP(IPPD_TICKET_MAX);
    counting->facts = BUF_CAP(DRE_FACTS_BYTES_MAX);
    counting->packed_classes = BUF_CAP(4096);
    counting->steps = BUF_CAP(8192);
    struct job_text text = dre_table_job_text(job);
    buf_add(&counting->ticket, text.ticket);
    (void)snprintf(counting->hint, sizeof(counting->hint), "%.*s", (int)text.format.len,
                   text.format.ptr);
    job->live->busy++;
    if (!net_pool_run(dre->counting, work, done, counting)) {
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
