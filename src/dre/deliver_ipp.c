// deliver_ipp: a job to an IPP printer (RFC 8011): Print-Job, then its state is watched until the
// end. After a break the printer is asked what it knows, by its job-id or by the job's name, which
// carries our uuid. Loop thread.
//
// no unit test: needs a printer; tests/it/test_print.py has a virtual one.

#include "dre/deliver_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "httpio/client.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    REQUEST_MAX = 64 << 10,
    ANSWER_MAX = 2 << 20,
    ARENA_MAX = 4 << 20,
    CONNECT_MS = 10000,
    IDLE_MS = 120000,
    POLL_FIRST_MS = 100,
    POLL_MOST_MS = 3000,
    WATCH_TRIES_MAX = 6, // polls in a row without an answer, until the job is lost sight of
    JOBS_MAX = 500,      // asked of a printer's lists
};

enum ipp_step {
    STEP_PRINT,     // Print-Job, with the document
    STEP_WATCH,     // Get-Job-Attributes of printer_job, again and again
    STEP_CANCEL,    // Cancel-Job, then on with STEP_WATCH
    STEP_FIND_OPEN, // Get-Jobs: which of those not completed is ours?
    STEP_FIND_DONE, // Get-Jobs: of those completed?
};

struct ipp_delivery {
    struct delivery *delivery; // borrowed
    struct httpio_client *client;
    struct deliver_feed *feed;
    struct net_timer *timer; // between polls
    enum ipp_step step;
    struct buf request; // what goes before the document
    bool head_sent;
    bool is_fed;      // the last piece was given
    bool feed_failed; // our document broke off
    struct buf answer;
    unsigned http_status; // 0: no answer
    uint32_t poll_ms;
    uint32_t failures;
    bool is_asking; // the job is ASKING: no answer is JOB_NO_ANSWER
    bool canceled;  // the printer was told
    bool is_told;   // JOB_SENT_ALL was said, in this life of the engine
};

static void ask(struct ipp_delivery *ipp, enum ipp_step step);

// --- requests -----------------------------------------------------------------------------------

static void uri_text(const struct delivery *delivery, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", delivery->printer->uri);
}

// "NAME #0123456789ab": what a printer's own list is searched for. The front of the uuid is the
// time, which two jobs may share; its end is their own.
static void marked_name(const struct job *job, char *text, size_t size)
{
    const char *uuid = job->uuid_text;
    struct str name = dre_table_job_text(job).name;
    size_t len = name.len > 200 ? 200 : name.len;
    while (len > 0 && len < name.len && ((uint8_t)name.ptr[len] & 0xc0) == 0x80) {
        len--; // not in the middle of a character
    }
    (void)snprintf(text, size, "%.*s #%.12s", (int)len, name.ptr, uuid + 24);
}

static void begin_request(struct ipp_delivery *ipp, struct ipp_out *out, enum ipp_op op)
{
    char uri[TABLE_URI_MAX + 1];
    const struct job *job = dre_deliver_job(ipp->delivery);
    uri_text(ipp->delivery, uri, sizeof(uri));
    buf_free(&ipp->request);
    *out = ipp_out_of(&ipp->request);
    ipp_out_head(out, 2, 0, (uint16_t)op, 1);
    ipp_out_group(out, IPP_TAG_OPERATION);
    ipp_out_text(out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", str_of(uri));
    if (op == IPP_OP_GET_JOB_ATTRIBUTES || op == IPP_OP_CANCEL_JOB) {
        ipp_out_int(out, "job-id", (int32_t)job->printer_job);
    }
    ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", str_of(job->owner->name));
}

static void want(struct ipp_out *out)
{
    static const char *const wanted[] = { "job-id",
                                          "job-name",
                                          "job-state",
                                          "job-state-reasons",
                                          "job-state-message",
                                          "job-impressions-completed" };
    ipp_out_texts(out, IPP_TAG_KEYWORD, "requested-attributes", wanted,
                  sizeof(wanted) / sizeof(wanted[0]));
}

static void write_print(struct ipp_delivery *ipp, struct ipp_out *out)
{
    char name[256];
    const struct job *job = dre_deliver_job(ipp->delivery);
    struct job_text text = dre_table_job_text(job);
    begin_request(ipp, out, IPP_OP_PRINT_JOB);
    marked_name(job, name, sizeof(name));
    ipp_out_text(out, IPP_TAG_NAME, "job-name", str_of(name));
    ipp_out_bool(out, "ipp-attribute-fidelity", false);
    ipp_out_text(out, IPP_TAG_MIME, "document-format",
                 text.format.len > 0 ? text.format : STR("application/octet-stream"));
    OWN(arena_free) struct arena arena = ARENA_CAP(256 << 10);
    struct str told = text.ticket; // as it was accepted, already encoded
    struct err err;
    bool good = ippd_ticket_forward(text.ticket, text.format, &arena, &told, &err);
    if (good && told.len > 0) { // it was read when it was planned
        ipp_out_group(out, IPP_TAG_JOB);
        buf_add(&ipp->request, told);
    }
    ipp_out_end(out);
}

static void write_list(struct ipp_delivery *ipp, struct ipp_out *out, const char *which)
{
    begin_request(ipp, out, IPP_OP_GET_JOBS);
    ipp_out_int(out, "limit", JOBS_MAX);
    want(out);
    ipp_out_keyword(out, "which-jobs", which);
    ipp_out_end(out);
}

static void write_request(struct ipp_delivery *ipp)
{
    struct ipp_out out;
    switch (ipp->step) {
    case STEP_PRINT: write_print(ipp, &out); return;
    case STEP_WATCH:
        begin_request(ipp, &out, IPP_OP_GET_JOB_ATTRIBUTES);
        want(&out);
        ipp_out_end(&out);
        return;
    case STEP_CANCEL:
        begin_request(ipp, &out, IPP_OP_CANCEL_JOB);
        ipp_out_end(&out);
        return;
    case STEP_FIND_OPEN: write_list(ipp, &out, "not-completed"); return;
    case STEP_FIND_DONE: write_list(ipp, &out, "completed"); return;
    }
}

// --- what a printer says of a job ---------------------------------------------------------------

struct seen {
    int32_t id;
    int32_t state;       // enum ipp_job_state; 0: it does not say
    int32_t impressions; // -1: it does not say
    char message[160];
};

static int32_t attr_int(struct ipp_attr *attrs, const char *name, uint8_t tag, int32_t absent)
{
    const struct ipp_attr *attr = ipp_attr_find(attrs, name, tag);
    return attr == NULL ? absent : attr->values->integer;
}

static void read_seen(struct ipp_attr *attrs, struct seen *seen)
{
    *seen = (struct seen){
        .id = attr_int(attrs, "job-id", IPP_TAG_INTEGER, 0),
        .state = attr_int(attrs, "job-state", IPP_TAG_ENUM, 0),
        .impressions = attr_int(attrs, "job-impressions-completed", IPP_TAG_INTEGER, -1),
    };
    const struct ipp_attr *message = ipp_attr_find(attrs, "job-state-message", IPP_TAG_NONE);
    if (message != NULL && ipp_tag_is_text(message->values->tag)) {
        struct str text = message->values->text;
        (void)snprintf(seen->message, sizeof(seen->message), "%.*s", (int)text.len, text.ptr);
    }
}

// A printer that completed a job with no impressions does not count them: that is no evidence.
static void end_seen(struct ipp_delivery *ipp, const struct seen *seen)
{
    bool good = seen->state == IPP_JOB_COMPLETED;
    const struct job_happened happened = {
        .event = good ? JOB_PRINTED : JOB_FAILED,
        .reason = seen->state == IPP_JOB_CANCELED ? JOB_REASON_CANCELED_AT_DEVICE
                                                  : JOB_REASON_PRINTER_FAILED,
        .observed = seen->impressions > 0 ? (uint32_t)seen->impressions : 0,
        .observed_known = seen->impressions > 0 || (seen->impressions == 0 && !good),
    };
    char line[240];
    (void)snprintf(line, sizeof(line),
                   "job %" PRId32 " is %s, job-impressions-completed %" PRId32 "%s%s", seen->id,
                   ipp_job_state_name(seen->state), seen->impressions,
                   seen->message[0] == '\0' ? "" : ": ", seen->message);
    struct job *job = dre_deliver_job(ipp->delivery);
    if (job != NULL) {
        dre_tell(ipp->delivery->dre, job, "printer", str_of(line));
    }
    dre_deliver_end(ipp->delivery, &happened);
}

static void watch(struct ipp_delivery *ipp)
{
    ipp->step = ipp->delivery->cancel && !ipp->canceled ? STEP_CANCEL : STEP_WATCH;
    net_timer_start(ipp->timer, ipp->poll_ms);
    ipp->poll_ms = ipp->poll_ms * 3 / 2 > POLL_MOST_MS ? POLL_MOST_MS : ipp->poll_ms * 3 / 2;
}

// The printer has the job: what state is it in?
static void take_seen(struct ipp_delivery *ipp, const struct seen *seen)
{
    struct job *job = dre_deliver_job(ipp->delivery);
    if (job == NULL) {
        dre_deliver_end_event(ipp->delivery, JOB_LOST, JOB_REASON_NONE, "");
        return;
    }
    ipp->failures = 0;
    job->printer_job = seen->id > 0 ? (uint32_t)seen->id : job->printer_job;
    if (seen->state >= IPP_JOB_CANCELED) {
        end_seen(ipp, seen);
        return;
    }
    ipp->is_asking = false;
    if (!ipp->is_told) {
        ipp->is_told = true;
        dre_event(ipp->delivery->dre, job, JOB_SENT_ALL);
    }
    watch(ipp);
}

// --- answers ------------------------------------------------------------------------------------

static bool is_for_later(uint16_t status)
{
    return status == IPP_STATUS_BUSY || status == IPP_STATUS_TEMPORARY_ERROR ||
           status == IPP_STATUS_SERVICE_UNAVAILABLE || status == IPP_STATUS_NOT_ACCEPTING_JOBS ||
           status == IPP_STATUS_PRINTER_IS_DEACTIVATED || status == IPP_STATUS_DEVICE_ERROR ||
           status == IPP_STATUS_TOO_MANY_JOBS || status == IPP_STATUS_INTERNAL_ERROR;
}

// The printer refused the job: nothing of it is printed.
static void take_refusal(struct ipp_delivery *ipp, const struct ipp_msg *msg)
{
    struct str text = ipp_msg_text(msg, IPP_TAG_OPERATION, "status-message");
    char message[200];
    while (text.len > 0 && memchr(". ", text.ptr[text.len - 1], 2) != NULL) {
        text.len--; // the sentence ends with a full stop of ours
    }
    (void)snprintf(message, sizeof(message), "The printer says %s%s%.*s.",
                   ipp_status_name(msg->code), text.len > 0 ? ": " : "",
                   (int)(text.len > 100 ? 100 : text.len), text.ptr);
    bool later = is_for_later(msg->code);
    dre_deliver_end_event(ipp->delivery, later ? JOB_SENT_NOTHING : JOB_PRINTER_REFUSES,
                          JOB_REASON_PRINTER_REFUSED, message);
}

// Lost sight of it: the printer is asked by name, or, when that was done, nobody knows.
static void lost(struct ipp_delivery *ipp, const char *why)
{
    dre_deliver_end_event(ipp->delivery, JOB_LOST, JOB_REASON_NONE, why);
}

static void no_answer(struct ipp_delivery *ipp, const char *why)
{
    if (ipp->is_asking) {
        dre_deliver_end_event(ipp->delivery, JOB_NO_ANSWER, JOB_REASON_NONE, why);
        return;
    }
    ipp->failures++;
    if (ipp->failures >= WATCH_TRIES_MAX) {
        lost(ipp, why);
        return;
    }
    watch(ipp);
}

static void find_ours(struct ipp_delivery *ipp, const struct ipp_msg *msg)
{
    char name[256];
    marked_name(dre_deliver_job(ipp->delivery), name, sizeof(name));
    for (struct ipp_group *group = msg->groups; group != NULL; group = group->next) {
        const struct ipp_attr *attr = ipp_attr_find(group->attrs, "job-name", IPP_TAG_NONE);
        if (group->tag == IPP_TAG_JOB && attr != NULL && ipp_attr_has(attr, name)) {
            struct seen seen;
            read_seen(group->attrs, &seen);
            take_seen(ipp, &seen);
            return;
        }
    }
    if (ipp->step == STEP_FIND_OPEN) {
        ask(ipp, STEP_FIND_DONE);
        return;
    }
    lost(ipp, "The printer does not know the job.");
}

// After we or the printer were gone, its job number may be another job's. A name that is neither
// ours nor the beginning of ours (printers cut names) tells.
static bool is_another_job(const struct ipp_delivery *ipp, const struct ipp_group *group)
{
    char name[256];
    const struct ipp_attr *attr = ipp_attr_find(group->attrs, "job-name", IPP_TAG_NONE);
    if ((!ipp->is_asking && ipp->failures == 0) || attr == NULL ||
        !ipp_tag_is_text(attr->values->tag)) {
        return false;
    }
    struct str said = attr->values->text;
    marked_name(dre_deliver_job(ipp->delivery), name, sizeof(name));
    return said.len > 0 && strncmp(name, said.ptr, said.len) != 0;
}

static void take_answer(struct ipp_delivery *ipp, const struct ipp_msg *msg)
{
    bool good = ipp_status_is_ok(msg->code);
    struct ipp_group *group = ipp_msg_group(msg, IPP_TAG_JOB);
    struct seen seen;
    switch (ipp->step) {
    case STEP_PRINT:
        if (!good || group == NULL) {
            take_refusal(ipp, msg);
            return;
        }
        read_seen(group->attrs, &seen);
        take_seen(ipp, &seen);
        return;
    case STEP_WATCH:
        if (good && group != NULL && is_another_job(ipp, group)) {
            lost(ipp, "The printer has another job under this job's number.");
        } else if (good && group != NULL) {
            read_seen(group->attrs, &seen);
            take_seen(ipp, &seen);
        } else if (msg->code == IPP_STATUS_NOT_FOUND || msg->code == IPP_STATUS_GONE) {
            lost(ipp, "The printer does not know the job any more.");
        } else {
            no_answer(ipp, ipp_status_name(msg->code));
        }
        return;
    case STEP_CANCEL:
        ipp->canceled = true; // or it is past that: its state tells
        watch(ipp);
        return;
    case STEP_FIND_OPEN:
    case STEP_FIND_DONE:
        if (good) {
            find_ours(ipp, msg);
        } else {
            no_answer(ipp, ipp_status_name(msg->code));
        }
        return;
    }
}

// Print-Job ended without an answer: was anything sent?
static void print_broke(struct ipp_delivery *ipp, const struct err *err,
                        const struct httpio_sent *sent)
{
    // The head of the request is in the body: without document bytes nothing can be printed.
    bool nothing = !sent->body || (sent->body_bytes <= ipp->request.len && !sent->whole);
    if (ipp->http_status >= 300) {
        char message[128];
        (void)snprintf(message, sizeof(message), "The printer answers HTTP status %u.",
                       ipp->http_status);
        bool later = ipp->http_status >= 500;
        dre_deliver_end_event(ipp->delivery, later ? JOB_SENT_NOTHING : JOB_PRINTER_REFUSES,
                              JOB_REASON_PRINTER_REFUSED, message);
        return;
    }
    if (ipp->feed_failed && nothing) {
        dre_deliver_end_event(ipp->delivery, JOB_PRINTER_REFUSES, JOB_REASON_DOCUMENT_LOST,
                              err->text);
        return;
    }
    dre_deliver_end_event(ipp->delivery, nothing ? JOB_SENT_NOTHING : JOB_LOST, JOB_REASON_NONE,
                          err->text);
}

static void on_done(void *arg, struct httpio_client *client, const struct err *err,
                    const struct httpio_sent *sent)
{
    (void)client; // it is ipp's
    struct ipp_delivery *ipp = arg;
    if (ipp->delivery == NULL) {
        return;
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct ipp_msg msg;
    struct err why = *err;
    bool good = err->code == ERR_NONE && ipp->http_status == 200 &&
                ipp_msg_decode(buf_str(&ipp->answer), &IPP_CAPS_RESPONSE, &arena, &msg, &why);
    if (good) {
        take_answer(ipp, &msg);
    } else if (ipp->step == STEP_PRINT) {
        print_broke(ipp, &why, sent);
    } else if (ipp->step == STEP_CANCEL) {
        watch(ipp);
    } else {
        no_answer(ipp, why.code == ERR_NONE ? "The printer answers with an HTTP error." : why.text);
    }
}

// --- the request's way out ----------------------------------------------------------------------

static void on_piece(void *arg, struct str bytes, bool last, const struct err *err)
{
    struct ipp_delivery *ipp = arg;
    if (err != NULL) {
        ipp->feed_failed = true;
        httpio_client_abort(ipp->client, err);
        return;
    }
    bool has_room = httpio_client_write(ipp->client, bytes);
    if (last) {
        ipp->is_fed = true;
        httpio_client_finish(ipp->client);
    } else if (has_room) {
        dre_deliver_feed_next(ipp->feed);
    }
}

static void on_room(void *arg, struct httpio_client *client)
{
    struct ipp_delivery *ipp = arg;
    if (ipp->delivery == NULL) {
        return;
    }
    if (!ipp->head_sent) {
        ipp->head_sent = true;
        (void)httpio_client_write(client, buf_str(&ipp->request)); // the feed waits for room
        if (ipp->step != STEP_PRINT) {
            ipp->is_fed = true;
            httpio_client_finish(client);
            return;
        }
    }
    if (!ipp->is_fed && ipp->feed != NULL) {
        dre_deliver_feed_next(ipp->feed);
    }
}

static void on_head(void *arg, struct httpio_client *client, const struct http_response *response)
{
    (void)client; // it is ipp's
    struct ipp_delivery *ipp = arg;
    ipp->http_status = response->status;
    dre_deliver_feed_close(&ipp->feed); // an early answer: the rest is not wanted
}

static void on_data(void *arg, struct httpio_client *client, struct str bytes)
{
    struct ipp_delivery *ipp = arg;
    buf_add(&ipp->answer, bytes);
    if (ipp->delivery != NULL && !buf_ok(&ipp->answer)) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "the printer's answer is too large");
        httpio_client_abort(client, &err);
    }
}

static const struct httpio_client_events events = { on_room, on_head, on_data, on_done };

static void ask(struct ipp_delivery *ipp, enum ipp_step step)
{
    static const struct http_field fields[] = {
        { { "Content-Type", 12 }, { "application/ipp", 15 } },
    };
    ipp->step = step;
    ipp->head_sent = false;
    ipp->is_fed = false;
    ipp->http_status = 0;
    buf_free(&ipp->answer);
    write_request(ipp);
    struct job *job = dre_deliver_job(ipp->delivery);
    uint64_t document = step == STEP_PRINT ? job->bytes : 0;
    const struct httpio_ask request = {
        .method = STR("POST"),
        .target = str_of(ipp->delivery->uri.path),
        .fields = fields,
        .field_count = 1,
        .length = ipp->request.len + document,
        .fresh = step == STEP_PRINT,
    };
    httpio_client_ask(ipp->client, &request, &events, ipp);
}

static void on_timer(void *arg)
{
    struct ipp_delivery *ipp = arg;
    if (ipp->delivery != NULL && dre_deliver_job(ipp->delivery) != NULL) {
        ask(ipp, ipp->step);
    }
}

// --- life ---------------------------------------------------------------------------------------

static struct ipp_delivery *ipp_new(struct delivery *delivery)
{
    struct dre *dre = delivery->dre;
    const struct httpio_client_settings settings = {
        .to = delivery->uri.to,
        .tls = delivery->uri.way == IPPC_IPPS ? dre->printer_tls : NULL,
        .connect_ms = CONNECT_MS,
        .idle_ms = IDLE_MS,
    };
    struct ipp_delivery *ipp = mem_new(sizeof(*ipp));
    ipp->delivery = delivery;
    ipp->client = httpio_client_new(dre->loop, &settings);
    ipp->timer = net_timer_new(dre->loop, on_timer, ipp);
    ipp->request = BUF_CAP(REQUEST_MAX);
    ipp->answer = BUF_CAP(ANSWER_MAX);
    ipp->poll_ms = POLL_FIRST_MS;
    delivery->ipp = ipp;
    return ipp;
}

// Not from inside a callback of the client or the timer.
static void free_later(void *arg)
{
    struct ipp_delivery *ipp = arg;
    net_timer_free(&ipp->timer);
    httpio_client_free(&ipp->client);
    buf_free(&ipp->request);
    buf_free(&ipp->answer);
    free(ipp);
}

void dre_deliver_ipp_free(struct delivery *delivery)
{
    struct ipp_delivery *ipp = delivery->ipp;
    delivery->ipp = NULL;
    ipp->delivery = NULL;
    dre_deliver_feed_close(&ipp->feed);
    net_timer_stop(ipp->timer);
    net_loop_post(delivery->dre->loop, free_later, ipp);
}

void dre_deliver_ipp_start(struct delivery *delivery)
{
    struct ipp_delivery *ipp = ipp_new(delivery);
    dre_deliver_printer_state(delivery->printer, "processing", "");
    ipp->feed = dre_deliver_feed_open(delivery->dre, dre_deliver_job(delivery)->live->document,
                                      on_piece, ipp);
    ask(ipp, STEP_PRINT);
}

void dre_deliver_ipp_ask(struct delivery *delivery)
{
    struct ipp_delivery *ipp = ipp_new(delivery);
    ipp->is_asking = true;
    ask(ipp, dre_deliver_job(delivery)->printer_job != 0 ? STEP_WATCH : STEP_FIND_OPEN);
}

void dre_deliver_ipp_cancel(struct delivery *delivery)
{
    struct ipp_delivery *ipp = delivery->ipp;
    if (ipp->is_told && !httpio_client_is_busy(ipp->client)) {
        ipp->step = STEP_CANCEL;
        net_timer_start(ipp->timer, 1);
    }
}
