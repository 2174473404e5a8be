// noting: tells the device monitoring engine which job a printer prints from when to when, so that
// its meter can be held against them. A note is a row of the journal, in the commit that says that
// the job is sent, or what became of it; it stays until it was taken. Printing waits for none of
// this. Loop thread.
//
// no unit test: needs both engines; tests/it/test_meters.py has them, and takes one away.

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "proto/dme.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

enum { AGAIN_MS = 2000, PAGE_MS = 2000, END_MS = 60000 };

struct dre_noting {
    struct dre *dre;
    bool has_new;
    bool busy;
    int64_t due_ms; // monotonic
    struct journal_note notes[JOURNAL_NOTES_MAX];
    size_t count;
    bool good;
    struct err err;
    size_t open; // questions
    struct journal_note taken[JOURNAL_NOTES_MAX];
    size_t taken_count;
};

struct note_asking {
    struct dre_noting *noting;
    struct journal_note note;
};

static struct dre_noting *need(struct dre *dre)
{
    if (dre->noting == NULL) {
        dre->noting = mem_new(sizeof(*dre->noting));
        dre->noting->dre = dre;
    }
    return dre->noting;
}

// --- what is noted ------------------------------------------------------------------------------

static bool is_out(enum job_state state)
{
    return state == JOB_SENDING || state == JOB_PRINTING || state == JOB_ASKING ||
           state == JOB_UNCERTAIN;
}

// What is charged of it; the sheets in the same measure.
static void note_pages(const struct job *job, struct journal_note *note)
{
    enum job_state state = (enum job_state)job->core.state;
    uint32_t computed = job->core.computed;
    bool comes_out = state == JOB_UNCERTAIN || state == JOB_SETTLING || state == JOB_COMPLETED;
    bool is_observed = dre_job_charges_observed(&job->core);
    if (!comes_out) {
        return;
    }
    note->impressions = is_observed ? job->core.observed : computed;
    note->sheets =
        note->impressions >= computed || computed == 0
            ? job->sheets
            : (uint32_t)(((uint64_t)job->sheets * note->impressions + computed - 1) / computed);
}

void dre_note_change(struct dre *dre, struct job *job, const struct job_core *before)
{
    enum job_state was = (enum job_state)before->state;
    enum job_state is = (enum job_state)job->core.state;
    int64_t now = clk_wall_ms();
    bool begins = is == JOB_SENDING && was != JOB_SENDING;
    bool ends = is_out(was) && (!is_out(is) || (is == JOB_UNCERTAIN && was != is));
    bool is_settled =
        was == JOB_SETTLING && is == JOB_SETTLING && before->reason != job->core.reason;
    if (!begins && !ends && !is_settled) {
        return;
    }
    struct journal_note *note = &dre_live(dre, job)->note;
    if (begins) {
        job->sending_at = now;
        job->out_at = 0;
    }
    *note = (struct journal_note){ .job = job->id, .at = now };
    note->began = job->sending_at > 0 ? job->sending_at : job->processing_at;
    memcpy(note->uuid, job->uuid, sizeof(note->uuid));
    (void)snprintf(note->printer, sizeof(note->printer), "%s", job->printer->name);
    if (!begins) {
        // Of what was out before a crash nobody knows when it ended.
        int64_t guess = note->began + END_MS + (int64_t)job->core.computed * PAGE_MS;
        job->out_at = job->out_at > 0                       ? job->out_at
                      : job->sending_at == 0 && guess < now ? guess
                                                            : now;
        note->ended = job->out_at < note->began ? note->began : job->out_at;
        note_pages(job, note);
    }
}

void dre_note_stored(struct dre *dre, const struct job *job)
{
    if (job->core.state >= JOB_READY) {
        need(dre)->has_new = true;
    }
}

// --- and told -----------------------------------------------------------------------------------

static void again(struct dre_noting *noting)
{
    noting->busy = false;
    noting->has_new = true;
    noting->due_ms = clk_mono_ms() + AGAIN_MS;
}

static void on_dropped(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    struct dre_noting *noting = arg;
    (void)write;
    (void)err; // the next write that fails tells
    if (!ok || noting->taken_count < noting->count) {
        again(noting);
        return;
    }
    noting->busy = false;
    noting->has_new = noting->has_new || noting->count == JOURNAL_NOTES_MAX;
}

static void all_told(struct dre_noting *noting)
{
    struct dre *dre = noting->dre;
    if (noting->taken_count == 0 || dre->stopping ||
        !dre_journal_submit_later(
            dre->journal,
            dre_journal_noted(noting->taken, noting->taken_count, on_dropped, noting))) {
        again(noting);
    }
}

static void on_noted(void *arg, const struct wire_answer *answer)
{
    struct note_asking *asking = arg;
    struct dre_noting *noting = asking->noting;
    // What it will never take is not told for ever.
    bool is_refused = answer->reply == NULL &&
                      (answer->err.code == ERR_INVALID || answer->err.code == ERR_DENIED);
    if (is_refused) {
        log_event(LOG_WARNING, "note.refused", log_int("job", asking->note.job),
                  log_text("why", answer->err.text));
    }
    if (answer->reply != NULL || is_refused) {
        noting->taken[noting->taken_count++] = asking->note;
    }
    free(asking);
    noting->open--;
    if (noting->open == 0) {
        all_told(noting);
    }
}

static void tell(struct dre_noting *noting, struct wire_client *client,
                 const struct journal_note *note)
{
    uint8_t key[16];
    char printer[TABLE_NAME_MAX + 1];
    uint8_t uuid[16];
    Quoin__V1__NoteJobRequest ask = QUOIN__V1__NOTE_JOB_REQUEST__INIT;
    struct note_asking *asking = mem_new(sizeof(*asking));
    *asking = (struct note_asking){ noting, *note };
    memcpy(uuid, note->uuid, sizeof(uuid));
    memcpy(printer, note->printer, sizeof(printer));
    dre_job_key(uuid, JOB_ACT_NOTE, (uint16_t)note->at, key); // one a moment
    ask.key = (ProtobufCBinaryData){ sizeof(key), key };
    ask.job_uuid = (ProtobufCBinaryData){ sizeof(uuid), uuid };
    ask.device = printer;
    ask.began = note->began;
    ask.ended = note->ended;
    ask.impressions = note->impressions;
    ask.sheets = note->sheets;
    (void)wire_ask(client, "/quoin.v1.Devices/NoteJob", &ask.base, 0, on_noted, asking);
}

static void on_read(void *arg)
{
    struct dre_noting *noting = arg;
    struct wire_client *client = dre_monitored_client(noting->dre);
    if (!noting->good || client == NULL) {
        again(noting);
        return;
    }
    if (noting->count == 0) {
        noting->busy = false;
        return;
    }
    noting->taken_count = 0;
    noting->open = noting->count + 1; // until all are asked
    for (size_t at = 0; at < noting->count; at++) {
        tell(noting, client, &noting->notes[at]);
    }
    noting->open--;
    if (noting->open == 0) {
        all_told(noting);
    }
}

static void read_work(void *arg)
{
    struct dre_noting *noting = arg;
    noting->good = dre_journal_read_notes(noting->dre->reader, noting->notes, JOURNAL_NOTES_MAX,
                                          &noting->count, &noting->err);
}

void dre_noting_tick(struct dre *dre)
{
    struct dre_noting *noting = need(dre);
    bool is_first = noting->due_ms == 0;
    if (noting->busy || (!noting->has_new && !is_first) || dre->stopping ||
        clk_mono_ms() < noting->due_ms || dre_monitored_client(dre) == NULL) {
        return;
    }
    noting->due_ms = noting->due_ms == 0 ? 1 : noting->due_ms;
    noting->has_new = false;
    noting->busy = true;
    if (!net_pool_run(dre->reading, read_work, on_read, noting)) {
        again(noting);
    }
}

void dre_noting_free(struct dre *dre)
{
    free(dre->noting);
    dre->noting = NULL;
}
