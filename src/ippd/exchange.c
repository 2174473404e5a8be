// exchange: see exchange.h. Takes the attributes off the body's front, runs the operation, and lets
// a document through to the engine, decompressed.

#include "http/head.h"
#include "ippd/exchange_int.h"

#include "base/clk.h"
#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct ippd_exchange *ippd_exchange_new(const struct ippd_backend *backend,
                                        const struct ippd_facts *facts,
                                        const struct ippd_exchange_events *events, void *arg)
{
    struct ippd_exchange *exchange = mem_new(sizeof(*exchange));
    exchange->backend = backend;
    exchange->events = events;
    exchange->arg = arg;
    exchange->arena = ARENA_CAP(IPPD_ARENA_MAX);
    exchange->head = BUF_CAP(IPP_REQUEST_BYTES_MAX + (1 << 20));
    exchange->pending = BUF_CAP(IPPD_PENDING_MAX);
    struct str host = arena_copy(&exchange->arena, facts->host);
    exchange->place = (struct ippd_place){ .host = host.len > 0 ? host : STR("localhost"),
                                           .secret = STR(""),
                                           .tls = facts->tls,
                                           .tls_offered = facts->tls_offered,
                                           .now = clk_wall_ms() };
    exchange->vouch = facts->vouch;
    exchange->asker = (struct ippd_asker){
        .user = arena_copy(&exchange->arena, facts->authenticated),
        .authenticated = facts->authenticated.len > 0,
        .admin = facts->admin,
        .tls = facts->tls,
        .address = arena_copy(&exchange->arena, facts->address),
        .host = exchange->place.host,
        .program = facts->vouch == IPPD_VOUCH_NONE ? STR("")
                                                   : arena_copy(&exchange->arena, facts->program),
    };
    return exchange;
}

static void exchange_free(struct ippd_exchange *exchange)
{
    ippd_inflate_free(&exchange->inflate);
    buf_free(&exchange->head);
    buf_free(&exchange->pending);
    arena_free(&exchange->arena);
    free(exchange);
}

static void enter(struct ippd_exchange *exchange)
{
    exchange->busy++;
}

static void leave(struct ippd_exchange *exchange)
{
    exchange->busy--;
    if (exchange->busy == 0 && exchange->dropped) {
        exchange_free(exchange);
    }
}

struct ippd_call *ippd_exchange_call(struct ippd_exchange *exchange)
{
    assert(exchange->call == NULL);
    struct ippd_call *call = mem_new(sizeof(*call));
    call->backend = exchange->backend;
    call->exchange = exchange;
    exchange->call = call;
    exchange->step = IPPD_STEP_WAIT;
    return call;
}

// The document is not wanted any more: by the client, or by us.
static void document_abort(struct ippd_exchange *exchange, const struct err *why)
{
    if (!exchange->has_document) {
        return;
    }
    exchange->has_document = false;
    free(exchange->call);
    exchange->call = NULL;
    exchange->backend->document_abort(exchange->backend->context, exchange->document, why);
}

// --- the answer ---------------------------------------------------------------------------------

struct ipp_out ippd_exchange_begin(struct ippd_exchange *exchange, struct buf *buf,
                                   enum ipp_status status, struct str text)
{
    const struct ipp_msg *msg = &exchange->msg;
    bool known = msg->major == 1 || msg->major == 2;
    struct ipp_out out = ipp_out_of(buf);
    ipp_out_head(&out, known ? msg->major : 2, known ? msg->minor : 0, (uint16_t)status,
                 msg->request_id);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    if (text.len > 0) {
        ipp_out_text(&out, IPP_TAG_TEXT, "status-message", text);
    }
    return out;
}

void ippd_exchange_send(struct ippd_exchange *exchange, struct ipp_out *out)
{
    assert(exchange->step != IPPD_STEP_DONE);
    ipp_out_end(out);
    if (!ipp_out_ok(out)) {
        struct buf *buf = out->buf;
        buf_free(buf);
        *out = ippd_exchange_begin(exchange, buf, IPP_STATUS_REQUEST_ENTITY_TOO_LARGE,
                                   STR("The answer would be too long; ask with a limit."));
        ipp_out_end(out);
    }
    exchange->step = IPPD_STEP_DONE;
    if (!exchange->dropped) {
        exchange->events->on_answer(exchange->arg, buf_str(out->buf));
    }
}

bool ippd_exchange_owns(const struct ippd_exchange *exchange, const struct ippd_job *job)
{
    const struct ippd_backend *backend = exchange->backend;
    return http_word_eq(exchange->asker.user, job->user) &&
           (!job->proven || backend->job_knows == NULL ||
            backend->job_knows(backend->context, job->id, &exchange->asker));
}

void ippd_exchange_reply(struct ippd_exchange *exchange, enum ipp_status status, const char *fmt,
                         ...)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    char text[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    bool fits = len >= 0 && (size_t)len < sizeof(text);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, status, fits ? str_of(text) : STR(""));
    ippd_exchange_send(exchange, &out);
}

struct ippd_call *ippd_call_new(const struct ippd_caller *caller, void *arg)
{
    struct ippd_call *call = mem_new(sizeof(*call));
    call->caller = caller;
    call->arg = arg;
    return call;
}

void ippd_call_leave(struct ippd_call *call)
{
    call->caller = NULL;
}

void ippd_call_answer(struct ippd_call *call, const struct ippd_outcome *outcome)
{
    struct ippd_exchange *exchange = call->exchange;
    const struct ippd_caller *caller = call->caller;
    void *arg = call->arg;
    free(call);
    if (caller != NULL) {
        caller->on_answer(arg, outcome);
        return;
    }
    if (exchange == NULL) {
        return; // the client has gone
    }
    enter(exchange);
    exchange->call = NULL;
    exchange->has_document = false;
    ippd_op_answer(exchange, outcome);
    leave(exchange);
}

void ippd_call_refuse(struct ippd_call *call, enum ipp_status status, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    bool fits = len >= 0 && (size_t)len < sizeof(text);
    struct ippd_outcome outcome = { .status = status, .text = fits ? str_of(text) : STR("") };
    ippd_call_answer(call, &outcome);
}

// --- the document -------------------------------------------------------------------------------

// False: there is no sink (the engine answered at once), or no more after this.
static bool document_ready(struct ippd_exchange *exchange)
{
    if (exchange->has_document) {
        return true;
    }
    if (exchange->step != IPPD_STEP_DATA) {
        return false;
    }
    struct ippd_call *call = ippd_exchange_call(exchange);
    exchange->step = IPPD_STEP_DATA;
    exchange->has_document = true; // an answer from within clears it
    void *document =
        exchange->backend->document_open(exchange->backend->context, &exchange->intake, call);
    if (!exchange->has_document) {
        return false;
    }
    assert(document != NULL); // or the call was answered
    exchange->document = document;
    return true;
}

static void document_write(struct ippd_exchange *exchange, struct str bytes)
{
    if (bytes.len > 0 &&
        !exchange->backend->document_write(exchange->backend->context, exchange->document, bytes)) {
        exchange->blocked = exchange->has_document;
    }
}

static void compression_error(struct ippd_exchange *exchange, const struct err *err)
{
    document_abort(exchange, err);
    ippd_exchange_reply(exchange, IPP_STATUS_COMPRESSION_ERROR, "%s.", err->text);
}

static void pending_overrun(struct ippd_exchange *exchange)
{
    struct err err;
    if (!err_set(&err, ERR_LIMIT, "the compressed document came faster than it was asked for")) {
        compression_error(exchange, &err);
    }
}

// Takes what the sink has room for; the rest stays pending.
static void document_inflate(struct ippd_exchange *exchange, struct str bytes)
{
    size_t len = 0;
    struct str piece = { "", 1 };
    struct err err;
    while (exchange->has_document && !exchange->blocked && (bytes.len > 0 || piece.len > 0)) {
        if (!ippd_inflate_step(exchange->inflate, bytes, &len, &piece, &err)) {
            compression_error(exchange, &err);
            return;
        }
        bytes = (struct str){ bytes.ptr + len, bytes.len - len };
        document_write(exchange, piece);
    }
    if (!exchange->has_document) {
        return;
    }
    OWN(buf_free) struct buf rest = BUF_CAP(IPPD_PENDING_MAX);
    buf_add(&rest, bytes);
    bool fits = buf_ok(&rest);
    struct buf old = exchange->pending; // bytes may lie in it: freed last
    exchange->pending = rest;
    rest = old;
    if (!fits) {
        pending_overrun(exchange);
    }
}

// Everything has come and gone to the sink: is it whole?
static void document_finish(struct ippd_exchange *exchange)
{
    struct err err;
    if (exchange->inflate != NULL && !ippd_inflate_end(exchange->inflate, &err)) {
        compression_error(exchange, &err);
        return;
    }
    exchange->has_document = false;
    exchange->step = IPPD_STEP_WAIT;
    exchange->backend->document_end(exchange->backend->context, exchange->document);
}

static void document_take(struct ippd_exchange *exchange, struct str bytes)
{
    exchange->received += bytes.len;
    if (bytes.len == 0 || !document_ready(exchange)) {
        return;
    }
    if (exchange->inflate == NULL) {
        document_write(exchange, bytes);
    } else if (exchange->blocked) {
        buf_add(&exchange->pending, bytes);
        if (!buf_ok(&exchange->pending)) {
            pending_overrun(exchange);
        }
    } else {
        document_inflate(exchange, bytes);
    }
}

// Called whenever something changed: ends the document once all of it has gone through.
static void document_settle(struct ippd_exchange *exchange)
{
    if (!exchange->ended || exchange->step != IPPD_STEP_DATA) {
        return;
    }
    if (exchange->received == 0) {
        ippd_op_empty(exchange);
        return;
    }
    bool through = exchange->inflate == NULL || (!exchange->blocked && exchange->pending.len == 0);
    if (exchange->has_document && through) {
        document_finish(exchange);
    }
}

void ippd_call_room(struct ippd_call *call)
{
    struct ippd_exchange *exchange = call->exchange;
    if (call->caller != NULL && call->caller->on_room != NULL) {
        call->caller->on_room(call->arg);
        return;
    }
    if (exchange == NULL || !exchange->blocked) {
        return;
    }
    enter(exchange);
    exchange->blocked = false;
    if (exchange->inflate != NULL) {
        document_inflate(exchange, buf_str(&exchange->pending));
    }
    document_settle(exchange);
    if (exchange->quiet && !exchange->blocked && !exchange->dropped && !exchange->ended) {
        exchange->quiet = false;
        exchange->events->on_room(exchange->arg);
    }
    leave(exchange);
}

// --- the body -----------------------------------------------------------------------------------

static void head_refuse(struct ippd_exchange *exchange, const struct err *err)
{
    (void)ipp_msg_head(buf_str(&exchange->head), &exchange->msg); // zeroes answer zeroes
    ippd_exchange_reply(exchange,
                        err->code == ERR_LIMIT ? IPP_STATUS_REQUEST_ENTITY_TOO_LARGE
                                               : IPP_STATUS_BAD_REQUEST,
                        "The request cannot be read: %s.", err->text);
}

static void head_take(struct ippd_exchange *exchange, size_t end)
{
    struct err err;
    struct str all = buf_str(&exchange->head);
    if (!ipp_msg_decode((struct str){ all.ptr, end }, &IPP_CAPS_REQUEST, &exchange->arena,
                        &exchange->msg, &err)) {
        head_refuse(exchange, &err);
        return;
    }
    if (ippd_request_check(exchange)) {
        ippd_op_run(exchange);
    }
    if (exchange->step == IPPD_STEP_DATA) {
        document_take(exchange, (struct str){ all.ptr + end, all.len - end });
    }
}

static void head_feed(struct ippd_exchange *exchange, struct str bytes)
{
    struct err err;
    size_t end = 0;
    buf_add(&exchange->head, bytes);
    switch (ipp_finder_step(&exchange->finder, buf_str(&exchange->head), &IPP_CAPS_REQUEST, &end,
                            &err)) {
    case IPP_FOUND_MORE: return;
    case IPP_FOUND_BAD: head_refuse(exchange, &err); return;
    case IPP_FOUND_END: head_take(exchange, end); return;
    }
}

// A piece of body is at most so long as the head's buffer has room for behind the largest head.
static struct str cut(struct str *bytes)
{
    struct str piece = { bytes->ptr, bytes->len < (1 << 20) ? bytes->len : (1 << 20) };
    *bytes = (struct str){ bytes->ptr + piece.len, bytes->len - piece.len };
    return piece;
}

bool ippd_exchange_feed(struct ippd_exchange *exchange, struct str bytes)
{
    enter(exchange);
    while (bytes.len > 0 && !exchange->dropped) {
        struct str piece = cut(&bytes);
        if (exchange->step == IPPD_STEP_HEAD) {
            head_feed(exchange, piece);
        } else if (exchange->step == IPPD_STEP_DATA) {
            document_take(exchange, piece);
        }
    }
    bool room = !exchange->blocked || exchange->step == IPPD_STEP_DONE;
    exchange->quiet = !room;
    leave(exchange);
    return room;
}

void ippd_exchange_end(struct ippd_exchange *exchange)
{
    enter(exchange);
    exchange->ended = true;
    if (exchange->step == IPPD_STEP_HEAD) {
        struct err err;
        if (!err_set(&err, ERR_INVALID, "the IPP message is cut short")) {
            head_refuse(exchange, &err);
        }
    } else {
        document_settle(exchange);
    }
    leave(exchange);
}

void ippd_exchange_drop(struct ippd_exchange **dropped)
{
    struct ippd_exchange *exchange = *dropped;
    *dropped = NULL;
    if (exchange == NULL) {
        return;
    }
    enter(exchange);
    exchange->dropped = true;
    struct err err;
    if (exchange->has_document && !err_set(&err, ERR_UNAVAILABLE, "the client has gone")) {
        document_abort(exchange, &err);
    }
    if (exchange->call != NULL) {
        exchange->call->exchange = NULL;
        exchange->call = NULL;
    }
    leave(exchange);
}
