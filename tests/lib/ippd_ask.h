// ippd_ask: puts one request to the IPP face over a fake engine and reads the answer.
#pragma once

#include "ipp/out.h"
#include "ippd/exchange.h"
#include "lib/ippd_fake.h"

struct ask {
    struct fake fake;
    struct ippd_backend backend;
    struct ippd_facts facts;
    struct ippd_exchange *exchange;
    struct buf request;
    struct ipp_out out;
    struct buf answer;
    struct arena arena;
    struct ipp_msg msg; // the answer
    int answers;
    int rooms;
    const char *user; // requesting-user-name; NULL: none is sent
};

static inline void ask_on_answer(void *arg, struct str body)
{
    struct ask *ask = arg;
    ask->answers++;
    buf_free(&ask->answer);
    ask->answer = BUF_CAP(64 << 20);
    buf_add(&ask->answer, body);
}

static inline void ask_on_room(void *arg)
{
    struct ask *ask = arg;
    ask->rooms++;
}

static const struct ippd_exchange_events ask_events = { ask_on_answer, ask_on_room };

static inline void ask_init(struct ask *ask)
{
    *ask = (struct ask){ .user = "alice" };
    ask->facts = (struct ippd_facts){ .address = STR("127.0.0.1"),
                                      .host = STR("print.example:8631"),
                                      .tls_offered = true };
    ask->request = BUF_CAP(1 << 20);
    ask->answer = BUF_CAP(64 << 20);
    fake_init(&ask->fake, &ask->backend);
}

static inline void ask_fini(struct ask *ask)
{
    ippd_exchange_drop(&ask->exchange);
    buf_free(&ask->request);
    buf_free(&ask->answer);
    arena_free(&ask->arena);
    fake_fini(&ask->fake);
}

// The head of a request, up to and without the target.
static inline struct ipp_out *ask_head(struct ask *ask, uint16_t op)
{
    buf_free(&ask->request);
    ask->request = BUF_CAP(1 << 20);
    ask->out = ipp_out_of(&ask->request);
    ipp_out_head(&ask->out, 2, 0, op, 7);
    ipp_out_group(&ask->out, IPP_TAG_OPERATION);
    ipp_out_text(&ask->out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&ask->out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    return &ask->out;
}

static inline struct ipp_out *ask_begin(struct ask *ask, uint16_t op)
{
    struct ipp_out *out = ask_head(ask, op);
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", STR("ipp://print.example:8631/ipp/print/office"));
    if (ask->user != NULL) {
        ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", str_of(ask->user));
    }
    return out;
}

static inline void ask_open(struct ask *ask)
{
    ippd_exchange_drop(&ask->exchange);
    ask->answers = 0;
    ask->rooms = 0;
    ask->exchange = ippd_exchange_new(&ask->backend, &ask->facts, &ask_events, ask);
}

// The answer's status; 0xffff: none came, or it is not IPP.
static inline uint16_t ask_status(struct ask *ask)
{
    struct err err;
    arena_free(&ask->arena);
    ask->arena = ARENA_CAP(64 << 20);
    bool ok = ask->answers == 1 && ipp_msg_decode(buf_str(&ask->answer), &IPP_CAPS_RESPONSE,
                                                  &ask->arena, &ask->msg, &err);
    return ok ? ask->msg.code : 0xffff;
}

// Sends the request with this document behind it, in pieces of so many bytes.
static inline uint16_t ask_send(struct ask *ask, struct str document, size_t piece)
{
    ipp_out_end(&ask->out);
    buf_add(&ask->request, document);
    ask_open(ask);
    for (size_t at = 0; at < ask->request.len; at += piece) {
        size_t left = ask->request.len - at;
        (void)ippd_exchange_feed(
            ask->exchange, (struct str){ ask->request.ptr + at, left < piece ? left : piece });
    }
    ippd_exchange_end(ask->exchange);
    return ask_status(ask);
}

static inline uint16_t ask_run(struct ask *ask)
{
    return ask_send(ask, STR(""), 1 << 20);
}

// A job of this user's, made through Print-Job. Its id.
static inline int32_t ask_print(struct ask *ask, const char *user)
{
    const char *before = ask->user;
    ask->user = user;
    (void)ask_begin(ask, IPP_OP_PRINT_JOB);
    uint16_t status = ask_send(ask, STR("%PDF-1.4 small"), 1 << 20);
    ask->user = before;
    return status == IPP_STATUS_OK ? ipp_msg_int(&ask->msg, IPP_TAG_JOB, "job-id", 0) : 0;
}

static inline size_t ask_groups(const struct ask *ask, uint8_t tag)
{
    size_t count = 0;
    for (const struct ipp_group *group = ask->msg.groups; group != NULL; group = group->next) {
        count += group->tag == tag ? 1 : 0;
    }
    return count;
}
