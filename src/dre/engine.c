// engine: carries out what the step function of a job wants, and tells it what came of it. Owns
// what is under way (struct live). Loop thread.
//
// no unit test: needs the whole engine; test_print.py and test_kill.py in tests/it run it.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "dre/door_raw.h"
#include <assert.h>
#include <stdlib.h>

enum { EVENTS_MAX = 16 << 10, SHORT_TEXT_MAX = 1024, PREPARED_SOON_MS = 3000 };

// --- what is under way --------------------------------------------------------------------------

struct live *dre_live(struct dre *dre, struct job *job)
{
    (void)dre; // all of one engine
    if (job->live == NULL) {
        struct live *live = mem_new(sizeof(*live));
        live->job = job;
        live->facts = BUF_CAP(DRE_FACTS_BYTES_MAX);
        live->work = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->course = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->before_choice.work = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->before_choice.ticket = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->before_choice.account = BUF_CAP(TABLE_TEXT_MAX);
        live->plan = BUF_CAP(8192);
        live->reservation = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->settlement = BUF_CAP(DRE_WORK_BYTES_MAX);
        live->refusal = BUF_CAP(SHORT_TEXT_MAX);
        live->events = BUF_CAP(EVENTS_MAX);
        live->claimed_user = BUF_CAP(SHORT_TEXT_MAX);
        live->address = BUF_CAP(SHORT_TEXT_MAX);
        job->live = live;
    }
    return job->live;
}

static void unwait(struct dre *dre, struct live *live)
{
    if (!live->is_waiting) {
        return;
    }
    live->is_waiting = false;
    *(live->prev_waiting == NULL ? &dre->waiting : &live->prev_waiting->next_waiting) =
        live->next_waiting;
    if (live->next_waiting != NULL) {
        live->next_waiting->prev_waiting = live->prev_waiting;
    }
}

static void uncache(struct dre *dre, struct live *live)
{
    if (live->is_cached) {
        dre->cached_bytes -= live->document->bytes.len;
        live->is_cached = false;
    }
}

void dre_live_free(struct dre *dre, struct job *job)
{
    struct live *live = job->live;
    if (live == NULL) {
        return;
    }
    unwait(dre, live);
    dre_ability_stop(live);
    dre_copy_stop(live);
    dre_preview_stop(live);
    uncache(dre, live);
    dre_spool_document_drop(&live->document);
    mem_wipe(live->pin, sizeof(live->pin));
    dre_charge_taken(job);
    free(live->refusal_kept);
    struct buf *const bufs[] = { &live->facts,   &live->work,        &live->course,
                                 &live->plan,    &live->reservation, &live->settlement,
                                 &live->refusal, &live->events,      &live->claimed_user,
                                 &live->address };
    for (size_t at = 0; at < sizeof(bufs) / sizeof(bufs[0]); at++) {
        buf_free(bufs[at]);
    }
    free(live);
    job->live = NULL;
}

// A small document of a job that is about to be sent need not be read back.
static bool keeps_document(struct dre *dre, struct job *job)
{
    struct live *live = job->live;
    if (live->is_cached) {
        return job->core.state == JOB_READY;
    }
    if (job->core.state != JOB_READY || live->document == NULL || live->document->in_file ||
        dre->cached_bytes + live->document->bytes.len > DRE_CACHE_BYTES_MAX) {
        return false;
    }
    live->is_cached = true;
    dre->cached_bytes += live->document->bytes.len;
    return true;
}

void dre_rest(struct dre *dre, struct job *job)
{
    struct live *live = job->live;
    if (live == NULL || live->busy > 0 || live->is_waiting || live->call != NULL ||
        live->act != NULL || live->asker.v != 0 || live->copying != NULL ||
        live->drawings != NULL || live->intake != NULL || live->delivery != NULL ||
        live->document_is_new || live->events.len > 0 || live->pin[0] != '\0' ||
        job->core.state == JOB_SENDING || keeps_document(dre, job)) {
        return;
    }
    dre_live_free(dre, job);
}

// --- the journal --------------------------------------------------------------------------------

void dre_disk_failed(struct dre *dre)
{
    if (dre->disk_failed) {
        return;
    }
    log_event(LOG_ERROR, "journal.failed", log_text("folder", dre->spool.folder),
              log_text("what", "the disk refused to make the journal durable; the engine ends and "
                               "reads it anew"));
    dre->disk_failed = true;
    net_loop_stop(dre->loop);
}

static void on_stored(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    struct dre *dre = arg;
    if (!ok && dre_journal_must_stop(dre->journal)) {
        dre_disk_failed(dre);
    }
    struct job *job = dre_table_job_find(&dre->table, dre_journal_write_job(write));
    if (job == NULL) {
        return;
    }
    job->live->busy--;
    if (!ok) {
        log_event(LOG_WARNING, "job.not_stored", log_int("job", job->id),
                  log_text("why", err->text));
    }
    if (ok) {
        dre_note_stored(dre, job);
        dre_answer_stored(dre, job);
    }
    if (dre_journal_write_number(write) == job->store_count) {
        if (ok && job->live->erase && job->in_file && !job->live->file_gone) {
            job->live->file_gone = true;
            dre_spool_remove(&dre->spool, job->id);
        }
        dre_answer_act(dre, job);
        dre_event(dre, job, ok ? JOB_STORED : JOB_STORE_FAILED);
        return; // the job may be gone
    }
    dre_rest(dre, job);
}

static void take_run(struct str *run, const struct buf *buf)
{
    *run = buf_str(buf);
}

static void add_detail(struct journal_write *write, struct live *live)
{
    struct journal_detail detail = { 0 };
    struct {
        struct str *run;
        struct buf *buf;
    } const all[] = {
        { &detail.claimed_user, &live->claimed_user },
        { &detail.address, &live->address },
        { &detail.facts, &live->facts },
        { &detail.plan, &live->plan },
        { &detail.reservation, &live->reservation },
        { &detail.settlement, &live->settlement },
        { &detail.refusal, &live->refusal },
        { &detail.events, &live->events },
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        take_run(all[at].run, all[at].buf);
    }
    if (live->work_is_new) { // they stay in memory too: they are asked with
        take_run(&detail.work, &live->work);
    }
    if (live->course_is_new) {
        take_run(&detail.course, &live->course);
    }
    live->work_is_new = false;
    live->course_is_new = false;
    dre_journal_add_detail(write, &detail);
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        buf_free(all[at].buf);
    }
}

struct not_stored {
    struct dre *dre;
    uint32_t id;
};

static void on_not_stored(void *arg)
{
    struct not_stored told = *(struct not_stored *)arg;
    free(arg);
    struct job *job = dre_table_job_find(&told.dre->table, told.id);
    if (job != NULL) {
        job->live->busy--;
        dre_answer_act(told.dre, job);
        dre_event(told.dre, job, JOB_STORE_FAILED);
    }
}

static void store(struct dre *dre, struct job *job, bool later)
{
    struct live *live = dre_live(dre, job);
    job->store_count++;
    struct journal_write *write = dre_journal_job(job, on_stored, dre);
    add_detail(write, live);
    if (live->head.sequence > 0) {
        dre_journal_add_head(write, &live->head);
        live->head.sequence = 0;
    }
    if (live->note.at > 0) {
        dre_journal_add_note(write, &live->note);
        live->note.at = 0;
    }
    if (live->erase) {
        dre_journal_drop_document(write);
    } else if (live->keep_until > 0) {
        dre_journal_keep_document(write, live->keep_until);
    } else if (live->document_is_new) {
        dre_journal_add_document(write, live->document);
        live->document_is_new = false;
    }
    live->busy++;
    if (!(later ? dre_journal_submit_later : dre_journal_submit)(dre->journal, write)) {
        struct not_stored *told = mem_new(sizeof(*told));
        *told = (struct not_stored){ dre, job->id };
        net_loop_post(dre->loop, on_not_stored, told);
    }
}

// --- waiting ------------------------------------------------------------------------------------

static void wait_until(struct dre *dre, struct job *job)
{
    struct live *live = dre_live(dre, job);
    unwait(dre, live);
    live->due_at = clk_mono_ms() + (job->core.wait_until - clk_wall_ms());
    live->is_waiting = true;
    live->prev_waiting = NULL;
    live->next_waiting = dre->waiting;
    if (dre->waiting != NULL) {
        dre->waiting->prev_waiting = live;
    }
    dre->waiting = live;
}

void dre_prepared_soon(struct dre *dre)
{
    int64_t soon = clk_mono_ms() + PREPARED_SOON_MS;
    for (struct live *live = dre->waiting; live != NULL; live = live->next_waiting) {
        if (dre_job_is_prepared(&live->job->core) && live->due_at > soon) {
            live->due_at = soon;
        }
    }
}

void dre_cas_is_back(struct dre *dre)
{
    for (struct live *live = dre->waiting; live != NULL; live = live->next_waiting) {
        enum job_state state = (enum job_state)live->job->core.state;
        if (state == JOB_RESERVING || state == JOB_SETTLING || state == JOB_VOIDING) {
            live->due_at = 0;
        }
    }
}

void dre_tick(void *arg)
{
    struct dre *dre = arg;
    int64_t now = clk_mono_ms();
    for (struct live *live = dre->waiting; live != NULL;) {
        struct live *next = live->next_waiting;
        if (live->due_at <= now) {
            struct job *job = live->job;
            unwait(dre, live);
            if (live->intake != NULL) { // the time while a document is coming in does not count
                job->core.wait_until = clk_wall_ms() + (int64_t)IPPD_OPEN_JOB_S * 1000;
                wait_until(dre, job);
                live = next;
                continue;
            }
            // Whatever the event does, other waits may come and go: begin again.
            dre_event(dre, job, JOB_DUE);
            next = dre->waiting;
        }
        live = next;
    }
    dre_keep_tick(dre);
    dre_expire_tick(dre);
    dre_watch_tick(dre);
    dre_witness_tick(dre);
    dre_follow_tick(dre);
    dre_raw_tick(dre);
    dre_noting_tick(dre);
    void *printer = NULL;
    for (size_t at = 0; map_next(&dre->table.printers, &at, &printer);) {
        if (((struct printer *)printer)->waiting.count > 0) {
            dre_deliver_kick(dre, printer);
        }
    }
}

// --- steps --------------------------------------------------------------------------------------

void dre_tell(struct dre *dre, struct job *job, const char *what, struct str detail)
{
    struct live *live = dre_live(dre, job);
    buf_addf(&live->events, "%lld %s ", (long long)clk_wall_ms(), what);
    size_t before = live->events.len;
    buf_add(&live->events, detail);
    if (buf_ok(&live->events)) { // a line is a line, whatever a printer says
        enc_make_plain(live->events.ptr + before, live->events.len - before);
    }
    buf_add(&live->events, STR("\n"));
}

// A guest's job is found by its key from now on; one that was claimed is nobody's no more.
static void mark_change(struct dre *dre, struct job *job, const struct job_core *before)
{
    unsigned marks = JOB_FLAG_GUEST | JOB_FLAG_UNCLAIMED;
    if (((before->flags ^ job->core.flags) & marks) == 0) {
        return;
    }
    if ((job->core.flags & JOB_FLAG_GUEST) != 0) {
        dre_release_key_make(dre, job);
    } else {
        job->release_key[0] = '\0';
        free(job->key_told);
        job->key_told = NULL;
    }
    dre_table_job_mark(&dre->table, job);
}

static void tell_change(struct dre *dre, struct job *job, const struct job_core *before)
{
    if (before->state == job->core.state && before->reason == job->core.reason) {
        return;
    }
    enum job_state state = (enum job_state)job->core.state;
    if (state == JOB_SENDING && job->processing_at == 0) {
        job->processing_at = clk_wall_ms();
    }
    bool is_over = dre_job_has_ended(&job->core) || dre_job_is_observed(&job->core);
    if (is_over && job->completed_at == 0) {
        job->completed_at = clk_wall_ms();
        job->processing_at = job->processing_at == 0 ? job->completed_at : job->processing_at;
        dre_copy_ended(dre, job);
    }
    if (state == JOB_UNCERTAIN && before->state != JOB_UNCERTAIN) {
        dre->counters.uncertain++;
        log_event(LOG_WARNING, "job.uncertain", log_int("job", job->id),
                  log_text("queue", job->queue->name));
    }
    if (before->reason == JOB_REASON_ACCOUNT_REFUSED || before->state != job->core.state) {
        bool keeps = state == JOB_HELD || state == JOB_ABORTED || state == JOB_READY ||
                     state == JOB_VOIDING || state == JOB_COMPLETED || state == JOB_CANCELED;
        if (!keeps) {
            dre_table_job_set_message(job, (struct str){ "", 0 });
        }
    }
    bool tells_key = state == JOB_HELD && (job->core.flags & JOB_FLAG_GUEST) != 0;
    dre_tell(dre, job, dre_job_state_name(state),
             tells_key ? str_of(dre_job_reason_sentence(JOB_REASON_GUEST)) : dre_job_message(job));
}

static void carry_out_money(struct dre *dre, struct job *job, unsigned todo)
{
    if ((todo & JOB_DO_RESERVE) != 0) {
        dre_reserve(dre, job);
    }
    if ((todo & JOB_DO_OBSERVE) != 0) {
        dre_observe(dre, job);
    }
    if ((todo & JOB_DO_SETTLE) != 0) {
        dre_settle(dre, job);
    }
    if ((todo & JOB_DO_VOID) != 0) {
        dre_void(dre, job);
    }
}

static void carry_out_delivery(struct dre *dre, struct job *job, unsigned todo)
{
    if ((todo & JOB_DO_UNQUEUE) != 0) {
        dre_deliver_unqueue(dre, job);
    }
    if ((todo & JOB_DO_SEND) != 0) {
        dre_deliver_send(dre, job);
    }
    if ((todo & JOB_DO_STOP) != 0) {
        dre_deliver_stop(dre, job);
    }
    if ((todo & JOB_DO_ASK) != 0) {
        dre_deliver_ask(dre, job);
    }
}

// Last, for it may be another job's turn then.
static void carry_out_turns(struct dre *dre, struct job *job, unsigned todo)
{
    struct printer *printer = job->printer;
    if ((todo & JOB_DO_QUEUE) != 0) {
        dre_deliver_queue(dre, job);
    }
    if ((todo & JOB_DO_FREE) != 0) {
        dre_deliver_free(dre, job);
    }
    if ((todo & (JOB_DO_QUEUE | JOB_DO_FREE)) != 0) {
        dre_deliver_kick(dre, printer);
    }
}

static void carry_out(struct dre *dre, struct job *job, unsigned todo)
{
    uint32_t id = job->id;
    if ((todo & JOB_DO_ERASE) != 0) {
        dre_live(dre, job)->erase = !dre_keeps(job, &dre_live(dre, job)->keep_until);
        dre_live(dre, job)->document_is_new = false;
    }
    bool later = (todo & JOB_DO_LATER) != 0;
    uint32_t stores = job->store_count;
    if ((todo & JOB_DO_STORE) != 0 && !later) {
        store(dre, job, false);
    }
    if ((todo & JOB_DO_COUNT) != 0) {
        dre_count(dre, job);
    }
    carry_out_money(dre, job, todo);
    if ((todo & JOB_DO_WAIT) != 0) {
        wait_until(dre, job);
    }
    carry_out_delivery(dre, job, todo);
    if ((todo & (JOB_DO_ACCEPT | JOB_DO_REFUSE)) != 0) {
        dre_answer(dre, job, (todo & JOB_DO_ACCEPT) != 0);
    }
    if ((todo & JOB_DO_DROP) != 0) {
        dre_refuse_asker(dre, job);
        dre_spool_remove(&dre->spool, job->id);
        dre_live_free(dre, job);
        dre_table_job_free(&dre->table, job);
        return;
    }
    dre_table_job_update(&dre->table, job);
    dre_answer_asker(dre, job);
    carry_out_turns(dre, job, todo);
    job = dre_table_job_find(&dre->table, id);
    if (job != NULL && later && job->store_count == stores) { // or its turn has stored more
        store(dre, job, true);
    }
    if (job != NULL) {
        dre_rest(dre, job);
    }
}

// A Print-Job whose document is still coming in: it is nothing yet, and nothing of it is stored;
// only its being told to wait or not is remembered. (Storing it would answer its client.)
static bool is_arriving(const struct job *job)
{
    return job->core.state == JOB_INCOMING && job->live != NULL && job->live->is_print_job;
}

void dre_happen(struct dre *dre, struct job *job, const struct job_happened *happened)
{
    bool is_hold = happened->event == JOB_HOLD;
    if (is_arriving(job) && (is_hold || happened->event == JOB_RELEASE)) {
        unsigned others = job->core.flags & ~(unsigned)JOB_FLAG_HOLD;
        job->core.flags = (others | (is_hold ? JOB_FLAG_HOLD : 0));
        return;
    }
    struct job_core before = job->core;
    struct job_happened now = *happened;
    now.now = clk_wall_ms();
    now.random = (uint32_t)rnd_below(UINT32_MAX);
    // A printer without a meter keeps nobody waiting for what it would say.
    now.is_metered =
        dre_monitored_client(dre) != NULL && job->printer != NULL && job->printer->has_meter;
    unsigned todo = dre_job_step(&job->core, &now);
    if (before.state != job->core.state && job->live != NULL) {
        unwait(dre, job->live); // it waited for something else
    }
    mark_change(dre, job, &before);
    if (job->core.state == JOB_HELD) {
        dre_expire_note(dre, job);
    }
    tell_change(dre, job, &before);
    dre_note_change(dre, job, &before);
    if (memcmp(&before, &job->core, sizeof(before)) != 0) {
        dre_watch_note(dre, job);
    }
    carry_out(dre, job, todo);
}

void dre_event(struct dre *dre, struct job *job, enum job_event event)
{
    const struct job_happened happened = { .event = event };
    dre_happen(dre, job, &happened);
}

void dre_event_reason(struct dre *dre, struct job *job, enum job_event event,
                      enum job_reason reason)
{
    const struct job_happened happened = { .event = event, .reason = reason };
    dre_happen(dre, job, &happened);
}

void dre_begin(struct dre *dre, struct job *job, uint32_t flags, bool document)
{
    unsigned todo = dre_job_begin(&job->core, flags, document, clk_wall_ms());
    if (!document) {
        job->core.wait_until = clk_wall_ms() + (int64_t)IPPD_OPEN_JOB_S * 1000;
        todo |= JOB_DO_WAIT;
    }
    dre_tell(dre, job, "created", STR(""));
    carry_out(dre, job, todo);
}

void dre_begin_copy(struct dre *dre, struct job *job, bool is_prepared)
{
    unsigned flags = dre_deliver_is_askable(job->printer) ? JOB_FLAG_ASKABLE : 0;
    flags |= is_prepared ? JOB_FLAG_PREPARED : 0;
    unsigned todo = dre_job_begin_copy(&job->core, flags);
    dre_tell(dre, job, "created", STR(""));
    carry_out(dre, job, todo);
}
