// bill: asks the accounting server to reserve, settle and give back, each under a key that is made
// from the job and so known before it is asked; no answer means the same question again. Loop
// thread.
//
// no unit test: needs an accounting server; test_print.py and test_kill.py in tests/it ask one.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "proto/cas.pb-c.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define LONG_WAIT_MS (25 * DAY_MS)
#define AFTER_WAIT_MS (5 * DAY_MS)

struct asking {      // one question under way
    struct dre *dre; // borrowed
    uint32_t id;
    enum job_act act;
};

// --- answers ------------------------------------------------------------------------------------

// Keeps the end of the ledger's chain as it was shown: a ledger that lost its tail cannot show it
// again. Two hashes for one place are proof that it was rewritten.
static void keep_head(struct dre *dre, struct live *live, const Quoin__V1__Head *head)
{
    if (head == NULL || head->hash.len != sizeof(dre->head.hash) ||
        head->sequence < dre->head.sequence || dre->witness.is_shortened) {
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
    dre->witness.seen_at = clk_wall_ms();
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
    if (has_reason(answer, "account-info-needed")) {
        return JOB_REASON_ACCOUNT_NEEDED;
    }
    if (has_reason(answer, "account-closed")) {
        return JOB_REASON_ACCOUNT_CLOSED;
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

static void take_reservation(struct dre *dre, struct job *job,
                             const Quoin__V1__Reservation *reservation)
{
    struct job_text text = dre_table_job_text(job);
    OWN(buf_free) struct buf payers = BUF_CAP(TABLE_TEXT_MAX);
    job->cost = reservation->amount;
    dre_pack(&reservation->base, &job->live->reservation);
    keep_head(dre, job->live, reservation->head);
    dre_take_notices(job, reservation->decision);
    dre_work_payers(reservation->n_legs, reservation->legs, &payers);
    text = dre_table_job_text(job);
    if (payers.len > 0 && buf_ok(&payers)) {
        text.account = buf_str(&payers);
        dre_table_job_set_text(job, &text);
    }
    dre_event(dre, job, JOB_RESERVED);
}

void dre_refuse_job(struct dre *dre, struct job *job, enum job_event event, enum job_reason reason,
                    const char *text)
{
    const char *const reasons[] = { dre_job_reason_keyword(reason), NULL };
    struct err err;
    err_fill(&err, ERR_LIMIT, "%s", text[0] != '\0' ? text : dre_job_reason_sentence(reason));
    if (dre_change_undo(dre, job, &err, reasons)) {
        return;
    }
    dre_table_job_set_message(job, str_of(text));
    dre_refusal_keep(job->live, &err, reasons);
    dre_event_reason(dre, job, event, reason);
}

static void on_reserved(void *arg, const struct wire_answer *answer)
{
    struct dre *dre = NULL;
    struct job *job = asked(arg, answer, &dre);
    if (job == NULL) {
        return;
    }
    if (answer->reply == NULL && is_no_answer(answer)) {
        dre_event(dre, job, JOB_NO_ANSWER);
        return;
    }
    mem_wipe(job->live->pin, sizeof(job->live->pin));
    if (answer->reply != NULL) {
        dre_charge_taken(job);
        const Quoin__V1__Reservation *reservation = (const void *)answer->reply;
        if (reservation->id.len > 0) {
            dre_change_taken(job);
            take_reservation(dre, job, reservation);
        } else {
            dre_decide(dre, job, reservation);
        }
        return;
    }
    if (answer->err.code == ERR_CONFLICT && (job->core.flags & JOB_FLAG_MAYBE) != 0) {
        dre_event(dre, job, JOB_DIFFERS); // counted anew after a crash, and otherwise
        return;
    }
    if (dre_change_undo(dre, job, &answer->err, answer->reasons)) {
        return;
    }
    buf_free(&job->live->refusal);
    buf_add(&job->live->refusal, str_of(answer->err.text));
    dre_table_job_set_message(job, str_of(answer->err.text));
    dre_refusal_keep(job->live, &answer->err, answer->reasons);
    enum job_reason reason = refusal_reason(answer);
    bool is_open = reason == JOB_REASON_ACCOUNT_NEEDED || reason == JOB_REASON_ACCOUNT_CLOSED;
    if (is_open || reason == JOB_REASON_ACCOUNT_REFUSED) {
        dre_charge_undo(job);
    }
    dre_event_reason(dre, job, is_open ? JOB_STOPPED : JOB_REFUSED, reason);
}

static bool must_choose(const struct job *job, const Quoin__V1__Work *work)
{
    return job->queue->must_choose && work->account[0] == '\0' && work->n_shares == 0;
}

// Asks with what live holds.
static void send_reserve(struct dre *dre, struct job *job, Quoin__V1__Work *work)
{
    struct live *live = job->live;
    uint8_t key[16];
    char name[32];
    Quoin__V1__JobCourse *course = dre_course_read(buf_str(&live->course));
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    struct job_text text = dre_table_job_text(job);
    const Quoin__V1__Work kept = *work;
    dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, key);
    (void)snprintf(name, sizeof(name), "%" PRIu32, job->id);
    work->account_pin = live->pin;
    work->released_by = dre_call_text(&arena, text.by);
    work->device = dre_call_text(&arena, text.device);
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.job = name;
    request.work = work;
    if (job->expires_at - job->created_at > LONG_WAIT_MS) { // else it would lapse while it waits
        request.lapses_at = job->expires_at + AFTER_WAIT_MS;
    }
    request.decided = course != NULL && course->done ? course->decision : NULL;
    ask(dre, job, JOB_ACT_RESERVE, "/quoin.v1.Charging/Reserve", &request.base, on_reserved);
    *work = kept;
    quoin__v1__job_course__free_unpacked(course, NULL);
}

static void reserve_now(struct dre *dre, struct job *job)
{
    Quoin__V1__Work *work = dre_work_read(buf_str(&job->live->work));
    if (work == NULL) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
    } else if (must_choose(job, work)) {
        dre_refuse_job(dre, job, JOB_STOPPED, JOB_REASON_ACCOUNT_NEEDED, "");
    } else if (!dre_decide_again(dre, job)) {
        send_reserve(dre, job, work);
    }
    quoin__v1__work__free_unpacked(work, NULL);
}

static void reserve_with(struct dre *dre, void *arg, struct job *job,
                         const struct journal_detail *detail, const struct err *err)
{
    (void)arg;
    if (job == NULL) {
        return;
    }
    if (err != NULL || !dre_live_take(job->live, detail)) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
        return;
    }
    reserve_now(dre, job);
}

void dre_reserve(struct dre *dre, struct job *job)
{
    if (dre_live(dre, job)->work.len > 0) {
        reserve_now(dre, job);
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
        if (job->core.ends_as != JOB_RESERVING) { // else it goes on, and nothing is settled yet
            dre_pack(answer->reply, &job->live->settlement);
        }
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

static void send_settle(struct dre *dre, struct job *job, Quoin__V1__PageClass **classes,
                        size_t class_count)
{
    uint8_t key[16];
    uint8_t reservation[16];
    dre_job_key(job->uuid, JOB_ACT_SETTLE, job->core.attempt, key);
    dre_job_key(job->uuid, JOB_ACT_RESERVE, job->core.attempt, reservation);
    char evidence[200];
    bool is_observed = (job->core.flags & JOB_FLAG_OBSERVED) != 0;
    bool is_meter = (job->core.flags & JOB_FLAG_METER) != 0;
    if (is_observed && !is_meter) {
        (void)snprintf(evidence, sizeof(evidence), "the printer says %" PRIu32 " impressions",
                       job->core.observed);
    } else if (is_observed) {
        bool counts = dre_job_charges_observed(&job->core);
        (void)snprintf(evidence, sizeof(evidence),
                       "%s: %" PRIu32 " impressions as computed, %" PRIu32
                       " by the printer's meter",
                       counts ? "by the printer's meter" : "as computed", job->core.computed,
                       job->core.observed);
    } else {
        (void)snprintf(evidence, sizeof(evidence),
                       "the printer does not count: %" PRIu32 " impressions as computed",
                       job->core.computed);
    }
    Quoin__V1__SettleRequest request = QUOIN__V1__SETTLE_REQUEST__INIT;
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.reservation = (ProtobufCBinaryData){ sizeof(reservation), reservation };
    request.n_classes = class_count;
    request.classes = classes;
    request.evidence = evidence;
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    struct job_text text = dre_table_job_text(job);
    request.released_by = dre_call_text(&arena, text.by);
    request.device = dre_call_text(&arena, text.device);
    ask(dre, job, JOB_ACT_SETTLE, "/quoin.v1.Charging/Settle", &request.base, on_settled);
}

static bool is_partial(const struct job *job)
{
    return dre_job_charges_observed(&job->core) && job->core.observed < job->core.computed;
}

// What came out of it is planned, and charged.
static bool settle_partly(struct dre *dre, struct job *job, const struct journal_detail *detail)
{
    OWN(count_facts_free)
    Quoin__V1__DocumentFacts *facts = quoin__v1__document_facts__unpack(
        NULL, detail->facts.len, (const uint8_t *)detail->facts.ptr);
    OWN(arena_free) struct arena arena = ARENA_CAP(DRE_PLAN_ARENA_MAX);
    const struct dre_plan_ask with = {
        .ticket = dre_table_job_text(job).ticket,
        .way = dre_deliver_way(job->printer),
        .is_partial = true,
        .completed = job->core.observed,
    };
    struct dre_planned planned;
    struct err why;
    if (facts == NULL || !dre_plan_make(facts, &with, &arena, &planned, &why)) {
        return false;
    }
    Quoin__V1__PageClass **classes = dre_work_classes(&planned.plan, &arena);
    if (classes == NULL) {
        return false;
    }
    send_settle(dre, job, classes, planned.plan.class_count);
    return true;
}

static bool settle_wholly(struct dre *dre, struct job *job)
{
    Quoin__V1__Work *work = dre_work_read(buf_str(&job->live->work));
    if (work == NULL) {
        return false;
    }
    send_settle(dre, job, work->classes, work->n_classes);
    quoin__v1__work__free_unpacked(work, NULL);
    return true;
}

static void settle_with(struct dre *dre, void *arg, struct job *job,
                        const struct journal_detail *detail, const struct err *err)
{
    (void)arg;
    if (job == NULL) {
        return;
    }
    bool good = err == NULL && dre_live_take(job->live, detail) &&
                (is_partial(job) ? settle_partly(dre, job, detail) : settle_wholly(dre, job));
    if (!good) {
        dre_event(dre, job, JOB_NO_ANSWER); // asked again later
    }
}

void dre_settle(struct dre *dre, struct job *job)
{
    if (is_partial(job) || dre_live(dre, job)->work.len == 0 || !settle_wholly(dre, job)) {
        dre_read_detail(dre, job->id, settle_with, NULL);
    }
}

void dre_void(struct dre *dre, struct job *job)
{
    send_void(dre, job, dre_job_reason_sentence((enum job_reason)job->core.end_reason), on_settled);
}

// --- Validate-Job -------------------------------------------------------------------------------

static void on_quoted(void *arg, const struct wire_answer *answer)
{
    struct ippd_call *call = arg;
    const Quoin__V1__QuoteReply *quote = (const void *)answer->reply;
    const Quoin__V1__Decision *decision = quote == NULL ? NULL : quote->decision;
    if (quote == NULL && !is_no_answer(answer)) {
        ippd_call_refuse(call,
                         refusal_reason(answer) == JOB_REASON_ACCOUNT_NEEDED
                             ? IPP_STATUS_ACCOUNT_INFO_NEEDED
                             : IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED,
                         "%s", answer->err.text);
        return;
    }
    if (decision != NULL && strcmp(decision->verdict, "deny") == 0) {
        ippd_call_refuse(call, IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED, "%s",
                         decision->text[0] != '\0' ? decision->text
                                                   : dre_job_reason_sentence(JOB_REASON_DENIED));
        return;
    }
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
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    const struct queue *queue = dre_table_queue_find(&dre->table, intake->queue);
    uint64_t pages = intake->claimed_impressions == 0 ? 1 : intake->claimed_impressions;
    Quoin__V1__PageClass class = QUOIN__V1__PAGE_CLASS__INIT;
    Quoin__V1__PageClass *classes[] = { &class };
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    class.size = PAGE_NORMAL;
    class.pages = (uint32_t)pages;
    class.sheets = (uint32_t)pages;
    (void)dre_table_owner_name(intake->asker->user, user, sizeof(user));
    work.user = user;
    work.queue = arena_text(&arena, str_of(queue->name));
    work.printer = arena_text(&arena, str_of(queue->printer->name));
    work.pull_group = arena_text(&arena, str_of(queue->printer->pull_group));
    work.account = arena_text(&arena, intake->ticket->account.len > 0 ? intake->ticket->account
                                                                      : str_of(queue->account));
    work.media = arena_text(&arena, intake->ticket->media);
    work.document = arena_text(&arena, intake->name);
    work.copies = intake->ticket->copies;
    work.n_classes = 1;
    work.classes = classes;
    work.n_finishings = dre_work_finishings(intake->ticket, &queue->printer->finishings,
                                            work.copies, &arena, &work.finishings);
    request.work = &work;
    if (queue->must_choose && work.account[0] == '\0') {
        ippd_call_refuse(call, IPP_STATUS_ACCOUNT_INFO_NEEDED, "%s",
                         dre_job_reason_sentence(JOB_REASON_ACCOUNT_NEEDED));
        return;
    }
    (void)wire_ask(dre->cas, "/quoin.v1.Charging/Quote", &request.base, 2000, on_quoted, call);
}
