// httpio/client: see client.h.
//
// The body begins only when the head has left our queue, so what the stream still holds when it
// dies tells whether any of the body was handed to the kernel.

#include "httpio/client.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "http/body.h"
#include "http/write.h"
#include <assert.h>
#include <stdlib.h>

enum {
    CLIENT_IN_MAX = 1 << 20, // never reached: a head is at most 32 KiB, a read 64 KiB
    CLIENT_OUT_ENOUGH = 256 << 10,
    CLIENT_INTERIM_MAX = 16, // 1xx answers to one request
    CLIENT_CONTINUE_MS = 2000,
};

struct httpio_client {
    struct net_loop *loop; // borrowed
    struct httpio_client_settings settings;
    char *peer_name;           // owned; NULL: none
    struct buf host;           // the Host field's value
    struct net_stream *stream; // NULL: none
    struct net_timer *whole;   // owned
    struct net_timer *agree;   // owned
    struct net_timer *turn;    // owned; soon, from the loop
    bool open;                 // the stream is connected
    bool busy;
    bool ending; // being freed
    // Of the request under way:
    const struct httpio_client_events *events; // borrowed
    void *arg;
    struct buf head; // until it is written
    struct httpio_sent sent;
    struct err failed; // what it could not begin for
    uint64_t length;
    uint64_t left; // of a body by length
    uint64_t body_given;
    uint64_t given; // bytes written to the stream
    uint64_t head_len;
    bool to_head;
    bool holds;    // waits for the peer to agree to the body
    bool finished; // the body is whole
    // Of its answer:
    struct buf in; // part of a head
    struct http_scan scan;
    struct arena arena;
    struct http_response response;
    struct http_body body;
    unsigned interim;
    bool answered; // the final head has come
    bool paused;
    bool stepping;
    bool ended; // the peer sends no more
};

static void client_drop_stream(struct httpio_client *client)
{
    if (client->stream != NULL) {
        net_stream_set(client->stream, NULL, NULL);
        if (net_stream_pending(client->stream) > 0) {
            net_stream_abort(client->stream, NULL); // what nobody wants any more is not sent
        } else {
            net_stream_close(client->stream);
        }
        client->stream = NULL;
    }
    client->open = false;
}

// Counts what the stream has not handed over yet.
static void client_note_sent(struct httpio_client *client)
{
    size_t pending = client->stream == NULL ? 0 : net_stream_pending(client->stream);
    struct httpio_sent *sent = &client->sent;
    uint64_t gone = client->given - pending;
    sent->head = gone > 0;
    sent->body = gone > client->head_len && client->head_len > 0;
    sent->whole = client->given > 0 && pending == 0 && client->finished;
    sent->body_bytes = !sent->body                    ? 0
                       : client->body_given > pending ? client->body_given - pending
                                                      : 0;
}

// The last thing for a request: the client may be gone when it returns.
static void client_done(struct httpio_client *client, const struct err *err)
{
    struct err own = *err;
    if (client->stream != NULL) {
        client_note_sent(client);
    }
    struct httpio_sent sent = client->sent;
    bool keep = err->code == ERR_NONE && client->response.keep_alive && sent.whole &&
                client->in.len == 0 && !client->ended && client->open;
    net_timer_stop(client->whole);
    net_timer_stop(client->agree);
    buf_free(&client->in);
    buf_free(&client->head);
    if (keep) {
        net_stream_resume(client->stream);
        net_stream_idle(client->stream, client->settings.keep_ms);
    } else {
        client_drop_stream(client);
    }
    client->busy = false;
    client->stepping = false;
    struct arena arena = client->arena; // on_head's response is borrowed until on_done has returned
    client->arena = ARENA_CAP(HTTP_ARENA_MAX);
    if (client->events->on_done != NULL) {
        client->events->on_done(client->arg, client, &own, &sent);
    }
    arena_free(&arena);
}

static void client_fail(struct httpio_client *client, enum err_code code, const char *text)
{
    struct err err;
    err_fill(&err, code, "%s", text);
    client_done(client, &err);
}

// --- sending ------------------------------------------------------------------------------------

static void client_send(struct httpio_client *client, struct str bytes)
{
    client->given += bytes.len;
    net_stream_write(client->stream, bytes);
}

static void client_room(struct httpio_client *client)
{
    if (client->busy && client->open && !client->holds && !client->finished && !client->answered &&
        net_stream_pending(client->stream) < CLIENT_OUT_ENOUGH && client->events->on_room != NULL) {
        client->events->on_room(client->arg, client);
    }
}

static void client_agreed(struct httpio_client *client)
{
    if (client->holds) {
        client->holds = false;
        net_timer_stop(client->agree);
        client_room(client);
    }
}

static void client_begin(struct httpio_client *client)
{
    client->sent.connected = true;
    client->head_len = client->head.len;
    net_stream_idle(client->stream, client->settings.idle_ms);
    client_send(client, buf_str(&client->head));
    buf_free(&client->head);
    if (client->holds) {
        net_timer_start(client->agree, CLIENT_CONTINUE_MS);
    }
}

static void client_on_agree(void *arg)
{
    client_agreed(arg); // a peer that never heard of Expect waits for the body
}

static void client_on_whole(void *arg)
{
    struct httpio_client *client = arg;
    if (client->failed.code != ERR_NONE) {
        struct err err = client->failed;
        client_done(client, &err);
    } else {
        client_fail(client, ERR_TIMEOUT, "the peer did not answer in the time given");
    }
}

// --- the answer ---------------------------------------------------------------------------------

enum answer_step {
    ANSWER_MORE,
    ANSWER_WAIT, // for bytes, or for the asker
    ANSWER_OVER, // the client may be gone
};

static enum answer_step answer_malformed(struct httpio_client *client, enum http_reason reason)
{
    struct err err;
    err_fill(&err, ERR_INVALID, "the answer is not HTTP that can be trusted: %s",
             http_reason_text(reason));
    client_done(client, &err);
    return ANSWER_OVER;
}

static enum answer_step answer_whole(struct httpio_client *client)
{
    static const struct err fine = { .code = ERR_NONE };
    client_done(client, &fine);
    return ANSWER_OVER;
}

static void answer_took(struct httpio_client *client, size_t len)
{
    client->in.len -= len;
    memmove(client->in.ptr, client->in.ptr + len, client->in.len);
}

static enum answer_step answer_head(struct httpio_client *client)
{
    struct str head = { client->in.ptr, client->scan.len };
    arena_free(&client->arena);
    enum http_reason reason =
        http_response_read(head, client->to_head, &client->arena, &client->response);
    client->scan = HTTP_SCAN_RESPONSE;
    if (reason != HTTP_FINE) {
        return answer_malformed(client, reason);
    }
    answer_took(client, head.len);
    if (client->response.status == 101 || ++client->interim > CLIENT_INTERIM_MAX) {
        client_fail(client, ERR_INVALID, "the peer answers with what nobody asked for");
        return ANSWER_OVER;
    }
    if (client->response.status == 100) {
        client_agreed(client);
    }
    if (client->response.status >= 200) {
        client->answered = true;
        http_body_init(&client->body, client->response.framing, client->response.length);
        if (client->events->on_head != NULL) {
            client->events->on_head(client->arg, client, &client->response);
        }
    }
    return ANSWER_MORE;
}

static enum answer_step answer_body(struct httpio_client *client)
{
    if (client->paused || !client->open) {
        return ANSWER_WAIT;
    }
    if (client->body.done) {
        return answer_whole(client);
    }
    if (client->in.len == 0) {
        return ANSWER_WAIT;
    }
    struct str data;
    size_t used = http_body_feed(&client->body, buf_str(&client->in), &data);
    if (client->body.reason != HTTP_FINE) {
        return answer_malformed(client, client->body.reason);
    }
    if (data.len > 0 && client->events->on_data != NULL) {
        client->events->on_data(client->arg, client, data);
    }
    answer_took(client, used);
    return ANSWER_MORE;
}

static enum answer_step answer_step(struct httpio_client *client)
{
    if (client->answered) {
        return answer_body(client);
    }
    size_t seen = client->scan.len;
    if (client->in.len == seen || !client->open) {
        return ANSWER_WAIT;
    }
    (void)http_scan_feed(&client->scan,
                         (struct str){ client->in.ptr + seen, client->in.len - seen });
    if (client->scan.reason != HTTP_FINE) {
        return answer_malformed(client, client->scan.reason);
    }
    return client->scan.done ? answer_head(client) : ANSWER_WAIT;
}

// The peer sends no more.
static void answer_end(struct httpio_client *client)
{
    if (!client->answered) {
        client_fail(client, ERR_UNAVAILABLE,
                    client->in.len == 0 ? "the peer closed the connection without an answer"
                                        : "the peer closed the connection within its answer");
    } else if (!client->paused && client->open) {
        enum http_reason reason = http_body_end(&client->body);
        if (reason == HTTP_FINE) {
            (void)answer_whole(client);
        } else {
            (void)answer_malformed(client, reason);
        }
    }
}

static void answer_pump(struct httpio_client *client)
{
    enum answer_step step = ANSWER_MORE;
    client->stepping = true;
    while (step == ANSWER_MORE) {
        step = answer_step(client);
    }
    if (step == ANSWER_OVER) {
        return;
    }
    client->stepping = false;
    if (client->ended) {
        answer_end(client);
    }
}

// --- the stream ---------------------------------------------------------------------------------

static void client_on_open(void *arg, struct net_stream *stream)
{
    struct httpio_client *client = arg;
    (void)stream;
    client->open = true;
    client_begin(client);
}

static void client_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct httpio_client *client = arg;
    (void)stream;
    if (!client->busy) {
        client_drop_stream(client); // nobody asked
        return;
    }
    buf_add(&client->in, bytes);
    assert(buf_ok(&client->in));
    answer_pump(client);
}

static void client_on_end(void *arg, struct net_stream *stream)
{
    struct httpio_client *client = arg;
    (void)stream;
    if (!client->busy) {
        client_drop_stream(client); // it kept the connection for long enough
        return;
    }
    client->ended = true;
    answer_end(client);
}

static void client_on_drain(void *arg, struct net_stream *stream)
{
    (void)stream;
    client_room(arg);
}

static void client_on_close(void *arg, const struct err *err)
{
    struct httpio_client *client = arg;
    client_note_sent(client);
    client->stream = NULL;
    client->open = false;
    if (!client->busy) {
        return;
    }
    if (err->code == ERR_NONE) {
        client_fail(client, ERR_UNAVAILABLE, "the connection was closed");
    } else {
        client_done(client, err);
    }
}

// Runs what a call of the asker's made possible, from the loop.
static void client_on_turn(void *arg)
{
    struct httpio_client *client = arg;
    if (client->busy && client->answered) {
        answer_pump(client);
    }
}

// --- life ---------------------------------------------------------------------------------------

static void host_write(struct httpio_client *client)
{
    const struct net_address *to = &client->settings.to;
    bool wide = strchr(to->host, ':') != NULL;
    const char *scope = strchr(to->host, '%');
    int len = scope == NULL ? (int)strlen(to->host) : (int)(scope - to->host);
    client->host = BUF_CAP(300);
    buf_addf(&client->host, wide ? "[%.*s]" : "%.*s", len, to->host);
    if (to->port != (client->settings.tls == NULL ? 80 : 443)) {
        buf_addf(&client->host, ":%u", to->port);
    }
}

struct httpio_client *httpio_client_new(struct net_loop *loop,
                                        const struct httpio_client_settings *settings)
{
    struct httpio_client *client = mem_new(sizeof(*client));
    struct httpio_client_settings *own = &client->settings;
    *own = *settings;
    own->connect_ms = own->connect_ms == 0 ? 10000 : own->connect_ms;
    own->idle_ms = own->idle_ms == 0 ? 60000 : own->idle_ms;
    own->keep_ms = own->keep_ms == 0 ? 10000 : own->keep_ms;
    if (settings->peer_name != NULL) {
        size_t size = strlen(settings->peer_name) + 1;
        client->peer_name = mem_new(size);
        memcpy(client->peer_name, settings->peer_name, size);
    }
    client->loop = loop;
    client->in = BUF_CAP(CLIENT_IN_MAX);
    client->head = BUF_CAP(HTTP_HEAD_MAX);
    client->arena = ARENA_CAP(HTTP_ARENA_MAX);
    client->whole = net_timer_new(loop, client_on_whole, client);
    client->agree = net_timer_new(loop, client_on_agree, client);
    client->turn = net_timer_new(loop, client_on_turn, client);
    host_write(client);
    return client;
}

void httpio_client_free(struct httpio_client **at)
{
    struct httpio_client *client = *at;
    if (client == NULL) {
        return;
    }
    *at = NULL;
    assert(!client->stepping); // from on_head or on_data: abort it instead
    if (client->busy) {
        client->ending = true;
        client_fail(client, ERR_UNAVAILABLE, "the request was given up");
    }
    client_drop_stream(client);
    net_timer_free(&client->whole);
    net_timer_free(&client->agree);
    net_timer_free(&client->turn);
    buf_free(&client->host);
    buf_free(&client->head);
    buf_free(&client->in);
    arena_free(&client->arena);
    free(client->peer_name);
    free(client);
}

// --- asking -------------------------------------------------------------------------------------

static void head_write(struct httpio_client *client, const struct httpio_ask *ask)
{
    struct buf *buf = &client->head;
    *buf = BUF_CAP(HTTP_HEAD_MAX);
    http_write_request(buf, ask->method, ask->target);
    http_write_field(buf, STR("Host"), buf_str(&client->host));
    for (size_t i = 0; i < ask->field_count; i++) {
        http_write_field(buf, ask->fields[i].name, ask->fields[i].value);
    }
    if (ask->length == HTTPIO_CLIENT_CHUNKED) {
        http_write_field(buf, STR("Transfer-Encoding"), STR("chunked"));
    } else if (ask->length > 0 || str_eq(ask->method, STR("POST"))) {
        http_write_number(buf, STR("Content-Length"), ask->length);
    }
    if (client->holds) {
        http_write_field(buf, STR("Expect"), STR("100-continue"));
    }
    http_write_end(buf);
    if (!buf_ok(buf)) {
        err_fill(&client->failed, ERR_INVALID,
                 "the request cannot be written: its target or a field has characters that "
                 "HTTP does not allow");
    }
}

static void request_reset(struct httpio_client *client, const struct httpio_ask *ask)
{
    client->sent = (struct httpio_sent){ .connected = false };
    client->failed = (struct err){ .code = ERR_NONE };
    client->response = (struct http_response){ .status = 0 };
    client->scan = HTTP_SCAN_RESPONSE;
    client->length = ask->length;
    client->left = ask->length;
    client->body_given = 0;
    client->given = 0;
    client->head_len = 0;
    client->interim = 0;
    client->to_head = str_eq(ask->method, STR("HEAD"));
    client->holds = ask->expect_continue && ask->length > 0;
    client->finished = ask->length == 0;
    client->answered = false;
    client->paused = false;
    client->ended = false;
    client->busy = true;
}

void httpio_client_ask(struct httpio_client *client, const struct httpio_ask *ask,
                       const struct httpio_client_events *events, void *arg)
{
    static const struct net_stream_events stream_events = {
        .on_open = client_on_open,
        .on_read = client_on_read,
        .on_end = client_on_end,
        .on_drain = client_on_drain,
        .on_close = client_on_close,
    };
    assert(!client->busy && !client->ending);
    client->events = events;
    client->arg = arg;
    request_reset(client, ask);
    head_write(client, ask);
    if (client->failed.code != ERR_NONE) {
        net_timer_start(client->whole, 0);
        return;
    }
    if (ask->whole_ms > 0) {
        net_timer_start(client->whole, ask->whole_ms);
    }
    if (client->stream != NULL && client->open && !ask->fresh) {
        client_begin(client);
        return;
    }
    client_drop_stream(client);
    client->stream =
        net_connect(client->loop, &client->settings.to, client->settings.tls, client->peer_name,
                    client->settings.connect_ms, &stream_events, client);
}

struct str httpio_client_identity(const struct httpio_client *client)
{
    return client->stream == NULL ? STR("") : net_stream_identity(client->stream);
}

bool httpio_client_is_busy(const struct httpio_client *client)
{
    return client->busy;
}

bool httpio_client_write(struct httpio_client *client, struct str bytes)
{
    assert(client->busy && !client->finished);
    if (!client->open || client->answered) {
        return false; // it is not wanted any more
    }
    bool chunked = client->length == HTTPIO_CLIENT_CHUNKED;
    if (!chunked) {
        assert(bytes.len <= client->left);
        client->left -= bytes.len;
    }
    if (bytes.len > 0) {
        OWN(buf_free) struct buf size = BUF_CAP(32);
        http_write_chunk(&size, bytes.len);
        client_send(client, chunked ? buf_str(&size) : STR(""));
        client_send(client, bytes);
        client_send(client, chunked ? STR("\r\n") : STR(""));
        client->body_given += bytes.len;
    }
    return net_stream_pending(client->stream) < CLIENT_OUT_ENOUGH;
}

void httpio_client_finish(struct httpio_client *client)
{
    assert(client->busy && !client->finished);
    if (!client->open || client->answered) {
        return; // it will not be known as whole
    }
    if (client->length == HTTPIO_CLIENT_CHUNKED) {
        client_send(client, STR("0\r\n\r\n"));
    } else {
        assert(client->left == 0);
    }
    client->finished = true;
}

void httpio_client_pause(struct httpio_client *client)
{
    assert(client->busy);
    client->paused = true;
    if (client->stream != NULL) {
        net_stream_pause(client->stream);
        net_stream_idle(client->stream, 0); // it is not the peer who waits
    }
}

void httpio_client_resume(struct httpio_client *client)
{
    assert(client->busy);
    client->paused = false;
    if (client->stream != NULL) {
        net_stream_resume(client->stream);
        net_stream_idle(client->stream, client->settings.idle_ms);
    }
    if (!client->stepping) {
        net_timer_start(client->turn, 0);
    }
}

void httpio_client_abort(struct httpio_client *client, const struct err *err)
{
    if (!client->busy) {
        return;
    }
    client->failed = *err;
    if (client->stream == NULL) {
        net_timer_start(client->whole, 0);
        return;
    }
    client_note_sent(client);
    client->open = false; // no event comes but on_done
    net_stream_abort(client->stream, err);
}
