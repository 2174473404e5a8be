// deliver: one job at a time to each printer, in the order of their ids. A printer that is away is
// left alone for a while; whose turn it is then is the job's that came first. Loop thread.
//
// no unit test: needs printers; test_print.py and test_kill.py in tests/it have some.

#include "dre/deliver_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// Where jobs leave faster than the journal can say so one by one, the next one is claimed (its row
// says "sending") while one is being sent. A crash then leaves two jobs in doubt instead of one, so
// it is done only behind a printer that just took a job within AHEAD_TOOK_MS, with AHEAD_WAITING
// more behind it.
enum { AHEAD_TOOK_MS = 50, AHEAD_WAITING = 4 };

struct runner {
    uint32_t busy;    // the job that has the printer; 0: none
    uint32_t next;    // the job that is claimed ahead; 0: none
    bool next_waits;  // its claim is durable: it can go
    bool starts;      // busy was next and can go
    int64_t since;    // monotonic; of busy
    int64_t took_ms;  // of the job before; 0: none yet
    int64_t retry_at; // monotonic; not before this
};

static void go(struct dre *dre, struct job *job);

static struct runner *runner_of(struct printer *printer)
{
    if (printer->runner == NULL) {
        printer->runner = mem_new(sizeof(struct runner));
    }
    return printer->runner;
}

void dre_deliver_printer_state(struct printer *printer, const char *state, const char *message)
{
    if (strcmp(printer->state, state) != 0) {
        printer->changed_at = clk_wall_ms();
    }
    (void)snprintf(printer->state, sizeof(printer->state), "%s", state);
    (void)snprintf(printer->message, sizeof(printer->message), "%s", message);
    enc_make_plain(printer->message, strlen(printer->message));
}

bool dre_deliver_is_askable(const struct printer *printer)
{
    return strncmp(printer->uri, "ipp", 3) == 0;
}

enum dre_way dre_deliver_way(const struct printer *printer)
{
    struct ippc_uri uri;
    struct err err;
    bool raw = ippc_uri_read(str_of(printer->uri), &uri, &err) && uri.way == IPPC_RAW;
    return !raw ? DRE_WAY_IPP : uri.pjl ? DRE_WAY_PJL : DRE_WAY_PLAIN;
}

// --- turns --------------------------------------------------------------------------------------

static struct job *first_waiting(const struct printer *printer)
{
    struct job *job = printer->waiting.first;
    while (job != NULL && job->queue->paused) {
        job = job->link[TABLE_BY_TURN].next;
    }
    return job;
}

static void claim_ahead(struct dre *dre, struct printer *printer, struct runner *runner)
{
    struct job *job = first_waiting(printer);
    bool is_fast = runner->took_ms > 0 && runner->took_ms <= AHEAD_TOOK_MS;
    if (runner->next != 0 || job == NULL || !is_fast || printer->waiting.count < AHEAD_WAITING) {
        return;
    }
    dre_deliver_unqueue(dre, job);
    runner->next = job->id;
    dre_event(dre, job, JOB_TURN);
}

void dre_deliver_kick(struct dre *dre, struct printer *printer)
{
    struct runner *runner = runner_of(printer);
    struct job *job = dre_table_job_find(&dre->table, runner->busy);
    if (runner->starts && job != NULL) {
        runner->starts = false;
        go(dre, job);
    }
    if (dre->stopping || clk_mono_ms() < runner->retry_at) {
        return;
    }
    if (runner->busy != 0) {
        claim_ahead(dre, printer, runner);
        return;
    }
    job = first_waiting(printer);
    if (job == NULL) {
        if (strcmp(printer->state, "processing") == 0) {
            dre_deliver_printer_state(printer, "idle", "");
        }
        return;
    }
    dre_deliver_unqueue(dre, job);
    runner->busy = job->id;
    runner->since = clk_mono_ms();
    dre_deliver_printer_state(printer, "processing", "");
    dre_event(dre, job, JOB_TURN);
}

void dre_deliver_queue(struct dre *dre, struct job *job)
{
    (void)dre; // of which the printer is
    if (!job->is_ready) {
        job->is_ready = true;
        dre_table_list_add(&job->printer->waiting, job, TABLE_BY_TURN);
    }
}

void dre_deliver_unqueue(struct dre *dre, struct job *job)
{
    (void)dre; // of which the printer is
    if (job->is_ready) {
        dre_table_list_drop(&job->printer->waiting, job, TABLE_BY_TURN);
        job->is_ready = false;
    }
}

void dre_deliver_free(struct dre *dre, struct job *job)
{
    struct printer *printer = job->printer;
    struct runner *runner = runner_of(printer);
    if (runner->next == job->id) {
        runner->next = 0;
        runner->next_waits = false;
        return;
    }
    if (runner->busy != job->id) {
        return;
    }
    bool is_away = job->core.state == JOB_READY && job->core.wait_until > clk_wall_ms();
    runner->took_ms = is_away ? 0 : clk_mono_ms() - runner->since + 1;
    runner->retry_at = is_away ? clk_mono_ms() + (job->core.wait_until - clk_wall_ms()) - 1 : 0;
    runner->busy = runner->next;
    runner->starts = runner->next_waits;
    runner->since = clk_mono_ms();
    runner->next = 0;
    runner->next_waits = false;
    (void)dre; // kicked by who called
}

void dre_deliver_drop(struct dre *dre, struct printer *printer)
{
    (void)dre; // of which the printer is
    free(printer->runner);
    printer->runner = NULL;
}

// --- one delivery -------------------------------------------------------------------------------

struct job *dre_deliver_job(const struct delivery *delivery)
{
    return dre_table_job_find(&delivery->dre->table, delivery->id);
}

static void delivery_free(struct delivery *delivery)
{
    if (delivery->raw != NULL) {
        dre_deliver_raw_free(delivery);
    }
    if (delivery->ipp != NULL) {
        dre_deliver_ipp_free(delivery);
    }
    free(delivery);
}

// A job has one delivery: a question to the printer that is still open, while a person has decided
// to send the job once more, is dropped.
static struct delivery *delivery_new(struct dre *dre, struct job *job, struct err *err)
{
    if (dre_live(dre, job)->delivery != NULL) {
        delivery_free(job->live->delivery);
        job->live->delivery = NULL;
    }
    struct delivery *delivery = mem_new(sizeof(*delivery));
    *delivery = (struct delivery){ .dre = dre, .id = job->id, .printer = job->printer };
    if (!ippc_uri_read(str_of(delivery->printer->uri), &delivery->uri, err)) {
        free(delivery);
        return NULL;
    }
    dre_live(dre, job)->delivery = delivery;
    return delivery;
}

void dre_deliver_end(struct delivery *delivery, const struct job_happened *happened)
{
    struct dre *dre = delivery->dre;
    struct job *job = dre_deliver_job(delivery);
    struct printer *printer = delivery->printer;
    delivery_free(delivery);
    if (job == NULL) {
        return;
    }
    job->live->delivery = NULL;
    if (happened->event == JOB_PRINTED) {
        printer->delivered++;
        dre->counters.delivered++;
    }
    dre_happen(dre, job, happened);
}

void dre_deliver_end_event(struct delivery *delivery, enum job_event event, enum job_reason reason,
                           const char *message)
{
    struct job *job = dre_deliver_job(delivery);
    if (job != NULL && message[0] != '\0') {
        dre_tell(delivery->dre, job, "printer", str_of(message));
        if (event == JOB_PRINTER_REFUSES || event == JOB_FAILED) {
            dre_table_job_set_message(job, str_of(message));
        }
    }
    if (event == JOB_SENT_NOTHING) {
        dre_deliver_printer_state(delivery->printer, "stopped", message);
    }
    const struct job_happened happened = { .event = event, .reason = reason };
    dre_deliver_end(delivery, &happened);
}

static void start(struct dre *dre, struct job *job, const struct err *err)
{
    struct err why;
    if (job == NULL) {
        return;
    }
    if (err != NULL) {
        dre_table_job_set_message(job, str_of(err->text));
        dre_event_reason(dre, job, JOB_PRINTER_REFUSES, JOB_REASON_DOCUMENT_LOST);
        return;
    }
    bool is_canceled = (job->core.flags & JOB_FLAG_CANCEL) != 0;
    struct delivery *delivery = is_canceled ? NULL : delivery_new(dre, job, &why);
    if (delivery == NULL) {
        dre_event(dre, job, JOB_SENT_NOTHING);
        return;
    }
    struct job_text text = dre_table_job_text(job);
    text.printer = str_of(delivery->printer->name);
    dre_table_job_set_text(job, &text);
    if (delivery->uri.way == IPPC_RAW) {
        dre_deliver_raw_start(delivery);
    } else {
        dre_deliver_ipp_start(delivery);
    }
}

static void go(struct dre *dre, struct job *job)
{
    if (dre_live(dre, job)->document != NULL) {
        start(dre, job, NULL);
        return;
    }
    dre_read_document(dre, job, start);
}

void dre_deliver_send(struct dre *dre, struct job *job)
{
    struct runner *runner = runner_of(job->printer);
    if (runner->next == job->id) {
        runner->next_waits = true;
        return;
    }
    go(dre, job);
}

void dre_deliver_stop(struct dre *dre, struct job *job)
{
    struct runner *runner = runner_of(job->printer);
    struct delivery *delivery = job->live == NULL ? NULL : job->live->delivery;
    if (delivery == NULL && runner->next == job->id && runner->next_waits) {
        dre_event(dre, job, JOB_SENT_NOTHING);
        return;
    }
    if (delivery == NULL) {
        return; // before it begins, it looks
    }
    delivery->cancel = true;
    if (delivery->ipp != NULL) {
        dre_deliver_ipp_cancel(delivery);
    } else if (delivery->raw != NULL) {
        dre_deliver_raw_cancel(delivery);
    }
}

struct no_asking {
    struct dre *dre;
    uint32_t id;
};

static void on_no_asking(void *arg)
{
    struct no_asking told = *(struct no_asking *)arg;
    free(arg);
    struct job *job = dre_table_job_find(&told.dre->table, told.id);
    if (job != NULL) {
        job->live->busy--;
        dre_event(told.dre, job, JOB_LOST);
    }
}

void dre_deliver_ask(struct dre *dre, struct job *job)
{
    struct err err;
    struct delivery *delivery =
        dre_live(dre, job)->delivery == NULL && dre_deliver_is_askable(job->printer)
            ? delivery_new(dre, job, &err)
            : NULL;
    if (delivery != NULL) {
        dre_deliver_ipp_ask(delivery);
        return;
    }
    struct no_asking *told = mem_new(sizeof(*told));
    *told = (struct no_asking){ dre, job->id };
    job->live->busy++;
    net_loop_post(dre->loop, on_no_asking, told);
}
