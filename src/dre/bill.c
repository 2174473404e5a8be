// bill: asks the accounting server to reserve, settle and give back, each under a key that is made
// from the job and so known before it is asked; no answer means the same question again. Loop
// thread.
//
// no unit test: needs an accounting server; test_print.py and test_kill.py in tests/it ask one.

#include "dre/dre_int.h"

#include "base/log.h"
#include "base/mem.h"
#include "proto/cas.pb-c.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct asking {      // one question under way
    struct dre *dre; // borrowed
    uint32_t id;
    enum job_act act;
};

struct wire_classes { // as the messages want them
    Quoin__V1__PageClass made[PAGE_CLASS_MAX];
    Quoin__V1__PageClass *list[PAGE_CLASS_MAX];
};

static size_t to_wire(const struct page_class *classes, size_t count, struct wire_classes *wire)
{
    for (size_t at = 0; at < count; at++) {
        quoin__v1__page_class__init(&wire->made[at]);
        wire->made[at].size = (uint32_t)classes[at].size;
        wire->made[at].color = classes[at].color;
        wire->made[at].blank = classes[at].blank;
        wire->made[at].two_sided = classes[at].two_sided;
        wire->made[at].pages = classes[at].pages;
        wire->made[at].sheets = classes[at].sheets;
        wire->list[at] = &wire->made[at];
    }
    return count;
}

static bool from_packed(struct str packed, struct live *live)
{
    Quoin__V1__Work *read = quoin__v1__work__unpack(NULL, packed.len, (const uint8_t *)packed.ptr);
    if (read == NULL || read->n_classes == 0 || read->n_classes > PAGE_CLASS_MAX) {
        quoin__v1__work__free_unpacked(read, NULL);
        return false;
    }
    live->class_count = read->n_classes;
    for (size_t at = 0; at < read->n_classes; at++) {
        const Quoin__V1__PageClass *from = read->classes[at];
        live->classes[at] = (struct page_class){ .size = (enum page_size)from->size,
                                                 .color = from->color,
                                                 .blank = from->blank,
                                                 .two_sided = from->two_sided,
                                                 .pages = from->pages,
                                                 .sheets = from->sheets };
    }
    quoin__v1__work__free_unpacked(read, NULL);
    return true;
}

// --- answers ------------------------------------------------------------------------------------

static void pack(const ProtobufCMessage *message, struct buf *to)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_new(len + 1);
    (void)protobuf_c_message_pack(message, bytes);
    buf_free(to);
    buf_add(to, (struct str){ (const char *)bytes, len });
    free(bytes);
}

// Keeps the end of the ledger's chain as it was shown: a ledger that lost its tail cannot show it
// again. Two hashes for one place are proof that it was rewritten.
static void keep_head(struct dre *dre, struct live *live, const Quoin__V1__Head *head)
{
    if (head == NULL || head->hash.len != sizeof(dre->head.hash) ||
        head->sequence < dre->head.sequence) {
        return;
    }
    bool same = memcmp(head->hash.data, dre->head.hash, sizeof(dre->head.hash)) == 0;
    if (head->sequence == dre->head.sequence) {
        if (!same) {
            log_event(LOG_ERROR, "ledger.rewritten", log_int("sequence", head->sequence),
                      log_text("what", "the accounting server shows another entry at a place of "
                                       "the chain that it had shown before: run quoin ledger "
                                       "verify and look at its backups"));
        }
        return;
    }
    dre->head.sequence = head->sequence;
    memcpy(dre->head.hash, head->hash.data, sizeof(dre->head.hash));
    live->head = dre->head;
}

static bool is_no_answer(const struct wire_answer *answer)
{
    enum err_code code = answer->err.code;
    return code == ERR_TIMEOUT || code == ERR_UNAVAILABLE || code == ERR_INTERNAL ||
           (code == ERR_LIMIT && answer->reasons[0] == NULL);
}

static bool has_reason(const struct wire_answer *answer, const char *reason)
{
    for (size_t at = 0; answer->reasons[at] != NULL; at++) {
        if (strcmp(answer->reasons[at], reason) == 0) {
            return true;
        }
    }
    return false;
}

static enum job_reason refusal_reason(const struct wire_answer *answer)
{
    if (answer->err.code == ERR_LIMIT || has_reason(answer, "account-limit-reached")) {
        return JOB_REASON_MONEY_SHORT;
    }
    if (answer->err.code == ERR_NOT_FOUND) {
        return JOB_REASON_USER_UNKNOWN;
    }
    return JOB_REASON_ACCOUNT_REFUSED;
}

// --- asking -------------------------------------------------------------------------------------

static void ask(struct dre *dre, struct job *job, enum job_act act, const char *path,
                const ProtobufCMessage *request,
                void (*done)(void *arg, const struct wire_answer *answer))
{
    struct asking *asking = mem_new(sizeof(*asking));
    *asking = (struct asking){ dre, job->id, act };
    dre_live(dre, job)->busy++;
    (void)wire_ask(dre->cas, path, request, 0, done, asking); // not cancelled: busy counts it
}

// The job that was asked for; NULL: it is gone. Frees the asking.
static struct job *asked(struct asking *asking, const struct wire_answer *answer, struct dre **dre)
{
    *dre = asking->dre;
    bool was_away = (*dre)->cas_away;
    (*dre)->cas_away = answer->reply == NULL && is_no_answer(answer);
    if (was_away && !(*dre)->cas_away) {
        dre_cas_is_back(*dre);
    }
    struct job *job = dre_table_job_find(&asking->dre->table, asking->id);
    free(asking);
    if (job != NULL) {
        job->live->busy--;
    }
    return job;
}

static void voided_anyway(void *arg, const struct wire_answer *answer)
{
    // It lapses by itself where this fails.
    struct dre *dre = NULL;
    struct job *job = asked(arg, answer, &dre);
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

static void send_void(struct dre *dre, struct job *job, const char *why,
                      void (*done)(void *arg, const struct wire_answer *answer))
{
    uint8_t key[16];
    uint8_t reservation[16];
    dre_job_key(job->uuid, JOB_ACT_VOID, job->core.attempt, key);
    dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, reservation);
    Quoin__V1__VoidRequest request = QUOIN__V1__VOID_REQUEST__INIT;
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.reservation = (ProtobufCBinaryData){ sizeof(reservation), reservation };
    char text[128];
    (void)snprintf(text, sizeof(text), "%s", why);
    request.why = text;
    ask(dre, job, JOB_ACT_VOID, "/quoin.v1.Charging/VoidReservation", &request.base, done);
}

static void on_reserved(void *arg, const struct wire_answer *answer)
{
    struct dre *dre = NULL;
    struct job *job = asked(arg, answer, &dre);
    if (job == NULL) {
        return;
    }
    if (answer->reply != NULL) {
        const Quoin__V1__Reservation *reservation = (const void *)answer->reply;
        job->cost = reservation->amount;
        pack(answer->reply, &job->live->reservation);
        keep_head(dre, job->live, reservation->head);
        dre_event(dre, job, JOB_RESERVED);
        return;
    }
    if (is_no_answer(answer)) {
        dre_event(dre, job, JOB_NO_ANSWER);
        return;
    }
    buf_free(&job->live->refusal);
    buf_add(&job->live->refusal, str_of(answer->err.text));
    dre_table_job_set_message(job, str_of(answer->err.text));
    if (answer->err.code == ERR_CONFLICT) { // counted anew after a crash, and otherwise
        send_void(dre, job, "the pages were counted anew", voided_anyway);
    }
    dre_event_reason(dre, job, JOB_REFUSED, refusal_reason(answer));
}

static void send_reserve(struct dre *dre, struct job *job)
{
    struct live *live = dre_live(dre, job);
    struct wire_classes wire;
    uint8_t key[16];
    char name[32];
    dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, key);
    (void)snprintf(name, sizeof(name), "%" PRIu32, job->id);
    char document[256];
    struct job_text text = dre_table_job_text(job);
    (void)snprintf(document, sizeof(document), "%.*s", (int)text.name.len, text.name.ptr);
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = job->owner->name;
    work.queue = job->queue->name;
    work.printer = job->queue->printer->name;
    work.document = document;
    work.n_classes = to_wire(live->classes, live->class_count, &wire);
    work.classes = wire.list;
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.job = name;
    request.work = &work;
    ask(dre, job, JOB_ACT_RESERVE, "/quoin.v1.Charging/Reserve", &request.base, on_reserved);
}

static void reserve_with(struct dre *dre, void *arg, struct job *job,
                         const struct journal_detail *detail, const struct err *err)
{
    (void)arg;
    if (job == NULL) {
        return;
    }
    if (err != NULL || !from_packed(detail->classes, job->live)) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
        return;
    }
    send_reserve(dre, job);
}

void dre_reserve(struct dre *dre, struct job *job)
{
    if (dre_live(dre, job)->class_count > 0) {
        send_reserve(dre, job);
        return;
    }
    dre_read_detail(dre, job->id, reserve_with, NULL);
}

// --- settling -----------------------------------------------------------------------------------

static void on_settled(void *arg, const struct wire_answer *answer)
{
    struct asking *asking = arg;
    enum job_act act = asking->act;
    struct dre *dre = NULL;
    struct job *job = asked(asking, answer, &dre);
    if (job == NULL) {
        return;
    }
    if (answer->reply != NULL) {
        const Quoin__V1__Settlement *settlement = (const void *)answer->reply;
        job->cost = settlement->charged;
        pack(answer->reply, &job->live->settlement);
        keep_head(dre, job->live, settlement->head);
        dre_event(dre, job, act == JOB_ACT_SETTLE ? JOB_SETTLED : JOB_VOIDED);
        return;
    }
    if (is_no_answer(answer)) {
        dre_event(dre, job, JOB_NO_ANSWER);
        return;
    }
    log_event(act == JOB_ACT_SETTLE ? LOG_ERROR : LOG_WARNING, "job.reservation_gone",
              log_int("job", job->id), log_text("why", answer->err.text));
    if (act == JOB_ACT_SETTLE) {
        dre_table_job_set_message(job, str_of(answer->err.text));
    }
    job->cost = act == JOB_ACT_VOID ? 0 : job->cost;
    dre_event(dre, job, JOB_LAPSED);
}

static void send_settle(struct dre *dre, struct job *job, const struct page_class *classes,
                        size_t class_count)
{
    struct live *live = dre_live(dre, job);
    struct wire_classes wire;
    uint8_t key[16];
    uint8_t reservation[16];
    dre_job_key(job->uuid, JOB_ACT_SETTLE, job->core.attempt, key);
    dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, reservation);
    char evidence[200];
    if ((job->core.flags & JOB_FLAG_OBSERVED) != 0) {
        (void)snprintf(evidence, sizeof(evidence), "the printer says %" PRIu32 " impressions",
                       job->core.observed);
    } else {
        (void)snprintf(evidence, sizeof(evidence),
                       "the printer does not count: %" PRIu32 " impressions as computed",
                       job->core.computed);
    }
    Quoin__V1__SettleRequest request = QUOIN__V1__SETTLE_REQUEST__INIT;
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.reservation = (ProtobufCBinaryData){ sizeof(reservation), reservation };
    request.n_classes = to_wire(classes, class_count, &wire);
    request.classes = wire.list;
    request.evidence = evidence;
    (void)live;
    ask(dre, job, JOB_ACT_SETTLE, "/quoin.v1.Charging/Settle", &request.base, on_settled);
}

static bool is_partial(const struct job *job)
{
    return (job->core.flags & JOB_FLAG_OBSERVED) != 0 && job->core.observed < job->core.computed;
}

// The classes of what came out.
static bool plan_again(const struct job *job, const struct journal_detail *detail,
                       struct page_class classes[static PAGE_CLASS_MAX], size_t *class_count)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts = quoin__v1__document_facts__unpack(
        NULL, detail->facts.len, (const uint8_t *)detail->facts.ptr);
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    const struct dre_plan_ask with = {
        .ticket = dre_table_job_text(job).ticket,
        .way = dre_deliver_way(job->queue->printer),
        .is_partial = true,
        .completed = job->core.observed,
    };
    struct dre_planned planned;
    struct err why;
    if (facts == NULL || !dre_plan_make(facts, &with, &arena, &planned, &why)) {
        return false;
    }
    memcpy(classes, planned.plan.classes, sizeof(planned.plan.classes));
    *class_count = planned.plan.class_count;
    return true;
}

static void settle_with(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *err)
{
    (void)arg;
    if (job == NULL) {
        return;
    }
    struct page_class classes[PAGE_CLASS_MAX];
    size_t class_count = 0;
    bool good = err == NULL;
    if (good && is_partial(job)) {
        good = plan_again(job, detail, classes, &class_count);
    } else if (good) {
        good = from_packed(detail->classes, job->live);
        memcpy(classes, job->live->classes, sizeof(classes));
        class_count = job->live->class_count;
    }
    if (!good) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
        return;
    }
    send_settle(dre, job, classes, class_count);
}

void dre_settle(struct dre *dre, struct job *job)
{
    struct live *live = dre_live(dre, job);
    if (live->class_count > 0 && !is_partial(job)) {
        send_settle(dre, job, live->classes, live->class_count);
        return;
    }
    dre_read_detail(dre, job->id, settle_with, NULL);
}

void dre_void(struct dre *dre, struct job *job)
{
    send_void(dre, job, dre_job_reason_sentence((enum job_reason)job->core.end_reason), on_settled);
}

// --- Validate-Job -------------------------------------------------------------------------------

static void on_quoted(void *arg, const struct wire_answer *answer)
{
    struct ippd_call *call = arg;
    if (answer->reply == NULL && !is_no_answer(answer)) {
        ippd_call_refuse(call, IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED, "%s", answer->err.text);
        return;
    }
    const Quoin__V1__QuoteReply *quote = (const void *)answer->reply;
    if (quote != NULL && !quote->enough) {
        ippd_call_refuse(call, IPP_STATUS_ACCOUNT_LIMIT_REACHED, "%s",
                         dre_job_reason_sentence(JOB_REASON_MONEY_SHORT));
        return;
    }
    const struct ippd_outcome outcome = { .status = IPP_STATUS_OK };
    ippd_call_answer(call, &outcome);
}

void dre_quote(struct dre *dre, const struct ippd_intake *intake, struct ippd_call *call)
{
    char user[IPPD_NAME_MAX + 1];
    char queue[TABLE_NAME_MAX + 1];
    struct page_class pages = { .size = PAGE_NORMAL,
                                .pages = intake->claimed_impressions,
                                .sheets = intake->claimed_impressions };
    struct wire_classes wire;
    pages.pages = pages.pages == 0 ? 1 : pages.pages;
    pages.sheets = pages.pages;
    (void)dre_table_owner_name(intake->asker->user, user, sizeof(user));
    (void)snprintf(queue, sizeof(queue), "%.*s", (int)intake->queue.len, intake->queue.ptr);
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = user;
    work.queue = queue;
    work.n_classes = to_wire(&pages, 1, &wire);
    work.classes = wire.list;
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    request.work = &work;
    (void)wire_ask(dre->cas, "/quoin.v1.Charging/Quote", &request.base, 2000, on_quoted, call);
}
