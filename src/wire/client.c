// wire/client: see client.h. Owns the connection to one peer and the questions asked of it.
//
// A question waits, is open (it has a stream), or is over (its answer is told by the timer, so that
// nobody is called back from inside wire_ask). It is freed when its answer was told.

#include "wire/client.h"

#include "base/arena.h"
#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "http2/link.h"
#include "model/money.h"
#include "wire/calls.h"
#include "wire/due.h"
#include "wire/frame.h"
#include "wire/person.h"
#include "wire/seen.h"
#include "wire/status.h"
#include "wire/timeout.h"
#include "wire/unpack.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CLIENT_QUEUE_MAX = 1024,
    CLIENT_CONNECT_MS = 10000,
    CLIENT_BACKOFF_MS = 100, // doubled with every failure
    CLIENT_BACKOFF_MAX_MS = 10000,
    CLIENT_TRIES_MAX = 3, // of a question that the peer refused to look at
    CLIENT_ASK_BYTES = 16 << 20,
};

// Not where a sanitizer is to see who still uses one.
#if defined(__SANITIZE_ADDRESS__)
enum { CLIENT_SPARES_MAX = 0 };
#else
enum { CLIENT_SPARES_MAX = 64 };
#endif

enum question_state { QUESTION_WAITS, QUESTION_OPEN, QUESTION_OVER };

struct question {
    struct wire_due due; // first
    struct question *next;
    struct question *before;
    struct wire_client *client; // borrowed
    uint64_t id;
    enum question_state state;
    const struct wire_kind *kind;
    struct http2_stream *stream; // borrowed; while open
    struct arena arena;
    struct str packed;
    struct str seen;   // the header; empty: none
    struct str person; // the same
    struct wire_frame frame;
    struct str body; // the reply of a unary call
    bool got;
    bool started; // a byte of the answer came
    bool whole;   // all of it came, and all of the question went
    bool cut;     // its stream went before the answer was whole
    bool telling; // inside done
    bool dropped; // cancelled inside done
    unsigned tries;
    struct str status; // of the trailers, in the arena
    struct str text;
    struct str details;
    struct err err; // when over
    void (*done)(void *arg, const struct wire_answer *answer);
    void *arg; // borrowed
};

struct question_list {
    struct question *first;
    struct question *last;
    size_t count;
};

enum client_state {
    CLIENT_IDLE,
    CLIENT_CONNECTING,
    CLIENT_OPEN,
    CLIENT_RESTING, // after a failure, until the back-off is over
};

struct wire_client {
    struct net_loop *loop; // borrowed
    struct net_address to;
    char authority[300];
    struct net_tls *tls; // borrowed
    char *role;          // owned; NULL: any
    char *site;          // owned; NULL: any
    size_t queue_max;
    enum client_state state;
    struct net_stream *stream; // while connecting
    struct http2_link *link;   // owned; while open
    struct net_timer *timer;   // owned; deadlines
    struct net_timer *rest;    // owned; back-off
    struct wire_dues dues;
    struct question_list waiting;
    struct question_list open;                      // and over
    struct question *spares[CLIENT_SPARES_MAX + 1]; // owned; for the next ones
    size_t spare_count;
    int64_t timer_ms;  // when the timer runs; INT64_MAX: it does not
    unsigned failures; // since the last answer
    uint64_t last_id;
    bool fresh; // no answer came on this connection yet
    bool ended; // freed as soon as nobody is inside
    unsigned inside;
};

static const char *const client_no_reasons[] = { NULL };

static void client_pump(struct wire_client *client);
static void client_connect(struct wire_client *client);

// --- questions ----------------------------------------------------------------------------------

static void list_add(struct question_list *list, struct question *question)
{
    question->next = NULL;
    question->before = list->last;
    if (list->last != NULL) {
        list->last->next = question;
    } else {
        list->first = question;
    }
    list->last = question;
    list->count++;
}

static void list_drop(struct question_list *list, struct question *question)
{
    if (question->before != NULL) {
        question->before->next = question->next;
    } else {
        list->first = question->next;
    }
    if (question->next != NULL) {
        question->next->before = question->before;
    } else {
        list->last = question->before;
    }
    list->count--;
}

// Sets the timer where it runs too late. Where it runs too early it finds nothing to do, once.
static void client_set_timer(struct wire_client *client)
{
    const struct wire_due *first = wire_due_first(&client->dues);
    if (first != NULL && first->at_ms < client->timer_ms) {
        int64_t wait = first->at_ms - clk_mono_ms();
        client->timer_ms = first->at_ms;
        net_timer_start(client->timer, wait > 0 ? (uint64_t)wait : 0);
    }
}

static void client_due_add(struct question *question, int64_t at_ms)
{
    wire_due_add(&question->client->dues, &question->due, at_ms);
    client_set_timer(question->client);
}

// Lets go of the stream: what comes on it is not for this question any more.
static void question_detach(struct question *question)
{
    if (question->stream != NULL) {
        http2_stream_set_user(question->stream, NULL);
        if (!question->whole) {
            http2_reset(question->stream, HTTP2_CANCEL);
        }
        question->stream = NULL;
    }
}

static void question_free(struct question *question)
{
    struct wire_client *client = question->client;
    list_drop(question->state == QUESTION_WAITS ? &client->waiting : &client->open, question);
    wire_due_drop(&client->dues, &question->due);
    if (client->spare_count < CLIENT_SPARES_MAX) {
        arena_reset(&question->arena);
        *question = (struct question){ .arena = question->arena };
        client->spares[client->spare_count++] = question;
    } else {
        arena_free(&question->arena);
        free(question);
    }
}

static void client_release(struct wire_client *client)
{
    if (!client->ended || client->inside > 0) {
        return;
    }
    while (client->spare_count > 0) {
        struct question *spare = client->spares[--client->spare_count];
        arena_free(&spare->arena);
        free(spare);
    }
    wire_due_free(&client->dues);
    free(client->role);
    free(client->site);
    free(client);
}

static void question_tell(struct question *question, const ProtobufCMessage *reply, bool more,
                          const char *const *reasons)
{
    struct wire_answer answer = { .reply = reply, .reasons = reasons, .more = more };
    if (reply == NULL) {
        answer.is_absent = str_eq(question->status, STR("12")); // UNIMPLEMENTED
        answer.err = question->err;
    }
    question->telling = true;
    question->done(question->arg, &answer);
    question->telling = false;
}

// The last word. The question is gone afterwards.
static void question_end(struct question *question, const ProtobufCMessage *reply,
                         const char *const *reasons)
{
    struct wire_client *client = question->client;
    question_detach(question);
    wire_due_drop(&client->dues, &question->due);
    if (!question->dropped) {
        question_tell(question, reply, false, reasons);
    }
    question_free(question);
}

static void question_fail(struct question *question, enum err_code code, const char *text)
{
    err_fill(&question->err, code, "%s", text);
    question_end(question, NULL, client_no_reasons);
}

// As question_fail, but in a turn of its own.
static void question_fail_soon(struct question *question, const struct err *err)
{
    question->err = *err;
    if (question->state == QUESTION_WAITS) {
        list_drop(&question->client->waiting, question);
        list_add(&question->client->open, question);
    }
    question->state = QUESTION_OVER;
    client_due_add(question, 0);
}

static void client_on_timer(void *arg)
{
    struct wire_client *client = arg;
    int64_t now = clk_mono_ms();
    client->timer_ms = INT64_MAX;
    client->inside++;
    for (struct wire_due *first = wire_due_first(&client->dues);
         first != NULL && first->at_ms <= now; first = wire_due_first(&client->dues)) {
        struct question *question = (struct question *)first;
        if (question->state == QUESTION_OVER) {
            question_end(question, NULL, client_no_reasons);
        } else {
            question_fail(question, ERR_TIMEOUT,
                          "no answer came in time; the outcome is not known");
        }
    }
    client->inside--;
    if (!client->ended) {
        client_set_timer(client);
        client_pump(client);
        if (client->link != NULL) {
            http2_link_flush(client->link); // the resets
        }
    }
    client_release(client);
}

// --- the answer ---------------------------------------------------------------------------------

// Where a trailer's value is kept; NULL: nowhere.
static struct str *question_slot(struct question *question, struct str name)
{
    if (str_eq(name, STR("grpc-status"))) {
        return &question->status;
    }
    if (str_eq(name, STR("grpc-message"))) {
        return &question->text;
    }
    return str_eq(name, STR("grpc-status-details-bin")) ? &question->details : NULL;
}

// The accounting server knows; of others what they learnt is better than nothing.
static void client_learn_money(const struct wire_client *client, struct str value)
{
    struct money_style style;
    struct money_style told;
    bool is_source = client->role != NULL && strcmp(client->role, "cas") == 0;
    if (money_style_read(value, &told) && (is_source || !money_style_known(&style))) {
        money_style_set(told);
    }
}

static void client_on_head(void *arg, struct http2_stream *stream, const struct http2_field *fields,
                           size_t count)
{
    struct wire_client *client = arg;
    struct question *question = http2_stream_user(stream);
    client->fresh = false;
    client->failures = 0;
    if (question == NULL) {
        return;
    }
    question->started = true;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(fields[i].name, STR("quoin-money"))) {
            client_learn_money(client, fields[i].value);
        }
        struct str *to = question_slot(question, fields[i].name);
        if (to != NULL) {
            *to = arena_copy(&question->arena, fields[i].value);
        }
    }
}

// A part of a stream, in an arena of its own. False: the question is gone.
static bool question_part(struct question *question, struct str body)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CLIENT_ASK_BYTES);
    const ProtobufCMessage *part = NULL;
    struct err err;
    if (!wire_unpack(&arena, question->kind->reply, body, false, &part, &err)) {
        question_fail(question, ERR_INTERNAL, err.text);
        return false;
    }
    question_tell(question, part, true, client_no_reasons);
    if (question->dropped) {
        question_end(question, NULL, client_no_reasons);
        return false;
    }
    return true;
}

static void client_take(struct question *question, struct str bytes)
{
    bool parts = (question->kind->flags & CALL_PARTS) != 0;
    while (bytes.len > 0) {
        struct err err;
        bool whole = false;
        OWN(arena_free) struct arena old = ARENA_CAP(1);
        if (question->got) {
            question_fail(question, ERR_INTERNAL, "the peer gave two answers to one question");
            return;
        }
        if (!wire_frame_read(&question->frame, &question->arena, &bytes, &whole, &err)) {
            question_fail(question, ERR_INTERNAL, err.text);
            return;
        }
        if (!whole) {
            continue;
        }
        question->body = wire_frame_take(&question->frame);
        question->got = !parts;
        if (parts) {
            old = question->arena; // parts may be many: none outlives its telling
            question->arena = ARENA_CAP(CLIENT_ASK_BYTES);
            if (!question_part(question, question->body)) {
                return;
            }
        }
    }
}

static void client_on_data(void *arg, struct http2_stream *stream, struct str bytes)
{
    struct wire_client *client = arg;
    struct question *question = http2_stream_user(stream);
    if (question != NULL) {
        client->inside++;
        client_take(question, bytes);
        client->inside--;
        client_release(client);
    }
}

static void question_finish(struct question *question)
{
    const char *const *reasons = client_no_reasons;
    const ProtobufCMessage *reply = NULL;
    struct err err;
    wire_status_read(&question->arena, question->status, question->text, question->details,
                     &question->err, &reasons);
    if (question->err.code != ERR_NONE || (question->kind->flags & CALL_PARTS) != 0) {
        question_end(question, NULL, reasons); // of a stream: ERR_NONE is its good end
    } else if (!question->got) {
        question_fail(question, ERR_INTERNAL, "the peer's answer has no message");
    } else if (!wire_unpack(&question->arena, question->kind->reply, question->body, false, &reply,
                            &err)) {
        question_fail(question, ERR_INTERNAL, err.text);
    } else {
        question_end(question, reply, reasons);
    }
}

static void client_on_end(void *arg, struct http2_stream *stream)
{
    struct wire_client *client = arg;
    struct question *question = http2_stream_user(stream);
    if (question != NULL) {
        client->inside++;
        question->whole = http2_stream_queued(stream) == 0;
        question_finish(question);
        client->inside--;
        client_release(client);
    }
}

static void client_on_sent(void *arg, struct http2_stream *stream)
{
    (void)arg;
    (void)stream;
}

static void client_on_close(void *arg, struct http2_stream *stream, uint32_t error)
{
    struct wire_client *client = arg;
    struct question *question = http2_stream_user(stream);
    client->inside++;
    if (question != NULL) {
        question->stream = NULL;
        if (error == HTTP2_REFUSED_STREAM && !question->started &&
            ++question->tries < CLIENT_TRIES_MAX) {
            list_drop(&client->open, question); // the peer did not look at it: ask again
            question->state = QUESTION_WAITS;
            list_add(&client->waiting, question);
        } else {
            const struct err err = { .code = ERR_UNAVAILABLE,
                                     .text = "the connection was lost, the outcome is not known" };
            question->cut = true;
            question_fail_soon(question, &err);
        }
    }
    if (!client->ended) {
        client_pump(client);
    }
    client->inside--;
    client_release(client);
}

static void client_on_room(void *arg)
{
    client_pump(arg);
}

static const struct http2_events client_http2_events = {
    .on_head = client_on_head,
    .on_data = client_on_data,
    .on_end = client_on_end,
    .on_sent = client_on_sent,
    .on_room = client_on_room,
    .on_close = client_on_close,
};

// --- asking -------------------------------------------------------------------------------------

static bool question_send(struct question *question)
{
    struct wire_client *client = question->client;
    int64_t left = question->due.at_ms - clk_mono_ms();
    char timeout[WIRE_TIMEOUT_TEXT];
    struct http2_field fields[9] = {
        { STR(":method"), STR("POST") },
        { STR(":scheme"), STR("https") },
        { STR(":path"), str_of(question->kind->path) },
        { STR(":authority"), str_of(client->authority) },
        { STR("te"), STR("trailers") },
        { STR("content-type"), STR("application/grpc") },
        { STR("grpc-timeout"), wire_timeout_write(left > 0 ? (uint64_t)left : 1, timeout) },
    };
    size_t count = 7; // so far
    if (question->seen.len > 0) {
        fields[count++] = (struct http2_field){ STR(WIRE_SEEN_FIELD), question->seen };
    }
    if (question->person.len > 0) {
        fields[count++] = (struct http2_field){ STR(WIRE_PERSON_FIELD), question->person };
    }
    struct http2 *session = http2_link_session(client->link);
    question->stream = http2_ask(session, fields, count, question);
    if (question->stream == NULL) {
        return false;
    }
    list_drop(&client->waiting, question);
    question->state = QUESTION_OPEN;
    list_add(&client->open, question);
    http2_send(question->stream, question->packed);
    http2_end(question->stream, NULL, 0);
    return true;
}

// Sends what waits, as far as the peer's limit goes, or sees to it that there is a connection.
static void client_pump(struct wire_client *client)
{
    if (client->waiting.first != NULL && client->state == CLIENT_IDLE) {
        client_connect(client);
        return;
    }
    if (client->state != CLIENT_OPEN || http2_link_session(client->link) == NULL) {
        return;
    }
    bool sent = false;
    while (client->waiting.first != NULL && question_send(client->waiting.first)) {
        sent = true;
    }
    if (sent) {
        http2_link_flush(client->link);
    }
}

static const struct wire_kind *client_kind(const char *path)
{
    const struct wire_kind *kind = wire_kind_find(str_of(path));
    assert(kind != NULL && (kind->flags & CALL_TALK) == 0);
    return kind;
}

static struct question *question_new(struct wire_client *client, const struct wire_kind *kind,
                                     void (*done)(void *arg, const struct wire_answer *answer),
                                     void *arg)
{
    struct question *question = client->spare_count > 0 ? client->spares[--client->spare_count]
                                                        : mem_new(sizeof(*question));
    question->client = client;
    question->id = ++client->last_id;
    question->kind = kind;
    question->arena.cap = CLIENT_ASK_BYTES;
    question->done = done;
    question->arg = arg;
    return question;
}

static struct wire_ask question_start(struct question *question, const ProtobufCMessage *request,
                                      uint64_t wait_ms)
{
    struct wire_client *client = question->client;
    const struct wire_kind *kind = question->kind;
    assert(request->descriptor == kind->request);
    uint64_t wait = wait_ms == 0 ? kind->deadline_ms : wait_ms;
    wait = wait == 0 || wait > WIRE_TIMEOUT_MAX_MS ? WIRE_TIMEOUT_MAX_MS : wait;
    const struct wire_ask ask = { question->id };
    struct err err;
    bool full = client->waiting.count >= client->queue_max;
    list_add(&client->waiting, question);
    if (!wire_frame_pack(&question->arena, request, &question->packed, &err)) {
        question_fail_soon(question, &err);
    } else if (full) {
        const struct err busy = { .code = ERR_UNAVAILABLE,
                                  .text = "too many questions wait for that engine" };
        question_fail_soon(question, &busy);
    } else {
        client_due_add(question, clk_mono_ms() + (int64_t)wait);
        client_pump(client);
    }
    return ask;
}

struct wire_ask wire_ask(struct wire_client *client, const char *path,
                         const ProtobufCMessage *request, uint64_t wait_ms,
                         void (*done)(void *arg, const struct wire_answer *answer), void *arg)
{
    return question_start(question_new(client, client_kind(path), done, arg), request, wait_ms);
}

struct wire_ask wire_ask_saying(struct wire_client *client, const char *path,
                                const ProtobufCMessage *request, const struct wire_said *said,
                                void (*done)(void *arg, const struct wire_answer *answer),
                                void *arg)
{
    struct question *question = question_new(client, client_kind(path), done, arg);
    if (said->seen != NULL) {
        question->seen = wire_seen_write(&question->arena, said->seen);
    }
    question->person = wire_person_write(&question->arena, said->person);
    return question_start(question, request, said->wait_ms);
}

static struct question *client_find(const struct wire_client *client, uint64_t id)
{
    const struct question_list *lists[] = { &client->open, &client->waiting };
    for (size_t i = 0; i < 2; i++) {
        for (struct question *at = lists[i]->first; at != NULL; at = at->next) {
            if (at->id == id) {
                return at;
            }
        }
    }
    return NULL;
}

void wire_ask_cancel(struct wire_client *client, struct wire_ask ask)
{
    struct question *question = client_find(client, ask.v);
    if (question == NULL) {
        return;
    }
    question->dropped = true;
    if (!question->telling) {
        question_end(question, NULL, client_no_reasons);
        if (client->link != NULL) {
            http2_link_flush(client->link);
        }
    }
}

// --- the connection -----------------------------------------------------------------------------

static void client_on_rest(void *arg)
{
    struct wire_client *client = arg;
    client->state = CLIENT_IDLE;
    client_pump(client);
}

static void client_rest(struct wire_client *client)
{
    unsigned doublings = client->failures < 8 ? client->failures : 8;
    uint64_t wait = (uint64_t)CLIENT_BACKOFF_MS << doublings;
    wait = wait > CLIENT_BACKOFF_MAX_MS ? CLIENT_BACKOFF_MAX_MS : wait;
    client->failures++;
    client->state = CLIENT_RESTING;
    net_timer_start(client->rest, wait / 2 + rnd_below(wait)); // half to one and a half of it
}

// The peer could not be reached, or was not who it should be: those who wait are told why.
static void client_failed(struct wire_client *client, const struct err *err)
{
    char text[sizeof(err->text)];
    (void)snprintf(text, sizeof(text), "%.120s does not answer: %.100s", client->authority,
                   err->text);
    client_rest(client);
    client->inside++;
    for (size_t count = client->waiting.count; count > 0 && client->waiting.first != NULL;
         count--) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        question_fail(client->waiting.first, ERR_UNAVAILABLE, text); // new ones may come meanwhile
    }
    client->inside--;
    client_release(client);
}

// Those that were open are to be told that, and why.
static void client_say_why(struct wire_client *client, const struct err *err)
{
    for (struct question *at = client->open.first; at != NULL; at = at->next) {
        if (at->state == QUESTION_OVER && at->err.code == ERR_UNAVAILABLE && at->cut) {
            (void)snprintf(at->err.text, sizeof(at->err.text),
                           "the connection was lost, the outcome is not known: %.150s", err->text);
        }
    }
}

static void client_on_lost(void *arg, const struct err *err)
{
    struct wire_client *client = arg;
    http2_link_free(&client->link);
    client->state = CLIENT_IDLE;
    if (err->code != ERR_NONE) {
        client_say_why(client, err);
    }
    if (client->fresh) { // never answered anything: most likely it does not want us
        const struct err silent = { .code = ERR_UNAVAILABLE,
                                    .text = "it closed the connection without an answer" };
        client_failed(client, err->code == ERR_NONE ? &silent : err);
        return;
    }
    client_pump(client);
}

static bool client_admits(const struct wire_client *client, const struct net_stream *stream,
                          struct err *err)
{
    struct wire_peer peer;
    if (!str_eq(net_stream_alpn(stream), STR("h2"))) {
        return err_set(err, ERR_INVALID, "the peer does not offer HTTP/2 (ALPN \"h2\")");
    }
    if (client->role == NULL) {
        return true; // the pre-shared key has proven both
    }
    if (!wire_peer_read(net_stream_identity(stream), &peer, err)) {
        return false;
    }
    if (strcmp(peer.role_name, client->role) != 0 ||
        (client->site != NULL && strcmp(peer.site, client->site) != 0)) {
        return err_set(err, ERR_DENIED, "the peer is %s of site %s, not %s", peer.role_name,
                       peer.site, client->role);
    }
    return true;
}

static void client_on_open(void *arg, struct net_stream *stream)
{
    struct wire_client *client = arg;
    struct err err = { 0 };
    if (!client_admits(client, stream, &err)) {
        net_stream_abort(stream, &err);
        return;
    }
    client->stream = NULL;
    client->state = CLIENT_OPEN;
    client->fresh = true;
    client->link =
        http2_link_new(client->loop, stream, false, &client_http2_events, client_on_lost, client);
    client_pump(client);
}

static void client_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg; // the link takes over before a byte is read
    (void)stream;
    (void)bytes;
}

static void client_on_refused(void *arg, const struct err *err)
{
    struct wire_client *client = arg;
    const struct err closed = { .code = ERR_UNAVAILABLE, .text = "it closed the connection" };
    client->stream = NULL;
    client_failed(client, err->code == ERR_NONE ? &closed : err);
}

static void client_on_nothing(void *arg, const struct err *err)
{
    (void)arg; // the client is gone
    (void)err;
}

static const struct net_stream_events client_stream_events = {
    .on_open = client_on_open,
    .on_read = client_on_read,
    .on_close = client_on_refused,
};

static void client_connect(struct wire_client *client)
{
    client->state = CLIENT_CONNECTING;
    client->stream = net_connect(client->loop, &client->to, client->tls, NULL, CLIENT_CONNECT_MS,
                                 &client_stream_events, client);
}

// --- life ---------------------------------------------------------------------------------------

static char *client_text(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    char *copy = mem_new(strlen(text) + 1);
    memcpy(copy, text, strlen(text));
    return copy;
}

struct wire_client *wire_client_new(struct net_loop *loop,
                                    const struct wire_client_settings *settings)
{
    struct wire_client *client = mem_new(sizeof(*client));
    client->loop = loop;
    client->to = settings->to;
    bool v6 = strchr(settings->to.host, ':') != NULL;
    (void)snprintf(client->authority, sizeof(client->authority), v6 ? "[%s]:%u" : "%s:%u",
                   settings->to.host, settings->to.port);
    client->tls = settings->tls;
    client->role = client_text(settings->role);
    client->site = client_text(settings->site);
    client->queue_max = settings->queue_max == 0 ? CLIENT_QUEUE_MAX : settings->queue_max;
    client->timer = net_timer_new(loop, client_on_timer, client);
    client->timer_ms = INT64_MAX;
    client->rest = net_timer_new(loop, client_on_rest, client);
    return client;
}

bool wire_client_is_connected(const struct wire_client *client)
{
    return client->state == CLIENT_OPEN;
}

void wire_client_set_tls(struct wire_client *client, struct net_tls *tls)
{
    client->tls = tls;
}

static struct question *list_quiet(const struct question_list *list)
{
    struct question *at = list->first;
    while (at != NULL && at->telling) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        at->dropped = true; // we are inside its done: it ends when that returns
        at = at->next;
    }
    return at;
}

static void client_end_all(struct question_list *list)
{
    for (struct question *at = list_quiet(list); at != NULL; at = list_quiet(list)) {
        question_fail(at, ERR_UNAVAILABLE, "the asker is about to end");
    }
}

void wire_client_free(struct wire_client **client)
{
    struct wire_client *old = *client;
    *client = NULL;
    if (old == NULL) {
        return;
    }
    static const struct net_stream_events nobody = { .on_read = client_on_read,
                                                     .on_close = client_on_nothing };
    old->inside++;
    old->ended = true;
    http2_link_free(&old->link); // its streams go; their questions are over
    client_end_all(&old->waiting);
    client_end_all(&old->open);
    if (old->stream != NULL) {
        net_stream_set(old->stream, &nobody, NULL);
        net_stream_close(old->stream);
    }
    net_timer_free(&old->timer);
    net_timer_free(&old->rest);
    old->inside--;
    client_release(old);
}
