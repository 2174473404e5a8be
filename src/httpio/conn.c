// httpio/conn: one connection of a server and the exchange on it. See server.h.
// no unit test: test_server.c drives it through real sockets.
//
// idle -> head -> exchange -> idle, or -> drain -> leaving. Bytes that cannot be used yet are kept
// in `in` and the stream is paused, so a peer that sends ahead fills the kernel's buffer, not ours.
// The stream tells of its end only between turns, never inside a call: nothing here dies underfoot.

#include "base/clk.h"
#include "base/mem.h"
#include "http/write.h"
#include "httpio/server_int.h"
#include <assert.h>
#include <stdlib.h>

enum {
    CONN_IN_MAX = 1 << 20,       // never reached: a head is at most 32 KiB, a read 64 KiB
    CONN_OUT_ENOUGH = 256 << 10, // queued for a slow reader before the producer waits
    CONN_HEAD_OUT_MAX = 64 << 10,
};

// --- states -------------------------------------------------------------------------------------

static void conn_enter(struct httpio_conn *conn, enum httpio_conn_state state)
{
    struct httpio_server *server = conn->server;
    bool was_open = conn->state != CONN_LEAVING;
    bool is_open = state != CONN_LEAVING;
    conn->state = (uint8_t)state;
    conn->since_ms = clk_mono_ms();
    server->open -= was_open && !is_open ? 1 : 0;
    httpio_link_add(state == CONN_IDLE      ? &server->idle
                    : state == CONN_LEAVING ? &server->leaving
                                            : &server->busy,
                    &conn->link);
}

static void exchange_end(struct httpio_conn *conn, const struct err *err)
{
    struct httpio_exchange *exchange = conn->exchange;
    if (exchange == NULL) {
        return;
    }
    (void)map_drop(&conn->server->exchanges, map_key(&exchange->id, sizeof(exchange->id)));
    if (exchange->events != NULL && exchange->events->on_close != NULL) {
        exchange->events->on_close(exchange->arg, exchange, err);
    }
    conn->exchange = NULL;
    arena_free(&exchange->arena);
    free(exchange);
}

void httpio_conn_leave(struct httpio_conn *conn)
{
    if (conn->state != CONN_LEAVING) {
        conn_enter(conn, CONN_LEAVING);
        buf_free(&conn->in);
        net_stream_close(conn->stream);
    }
}

void httpio_conn_free(struct httpio_conn *conn, const struct err *err)
{
    assert(!conn->stepping); // a server is not freed from inside one of its events
    net_stream_set(conn->stream, NULL, NULL);
    net_stream_abort(conn->stream, err);
    exchange_end(conn, err);
    conn->server->open -= conn->state != CONN_LEAVING ? 1 : 0;
    httpio_server_conn_gone(conn);
    httpio_link_drop(&conn->link);
    buf_free(&conn->in);
    free(conn);
}

// At once, in the middle of something. The exchange hears of it when the stream is gone.
static void conn_abort(struct httpio_conn *conn, const struct err *err)
{
    if (conn->state != CONN_LEAVING) {
        conn_enter(conn, CONN_LEAVING);
    }
    net_stream_abort(conn->stream, err);
}

// An answer of our own that ends the connection; to a request that no handler has seen or will
// answer any more.
static void conn_refuse(struct httpio_conn *conn, unsigned status, const char *text,
                        const struct err *err)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    http_write_status(&buf, status);
    buf_add(&buf, buf_str(httpio_server_date(conn->server)));
    http_write_field(&buf, STR("Content-Type"), STR("text/plain"));
    http_write_number(&buf, STR("Content-Length"), strlen(text) + 2);
    http_write_field(&buf, STR("Connection"), STR("close"));
    http_write_end(&buf);
    buf_addf(&buf, "%s.\n", text);
    net_stream_write(conn->stream, buf_str(&buf));
    exchange_end(conn, err);
    httpio_conn_leave(conn);
}

static void conn_refuse_malformed(struct httpio_conn *conn, enum http_reason reason)
{
    struct err err;
    const char *text = http_reason_text(reason);
    err_fill(&err, ERR_INVALID, "the request is malformed: %s", text);
    conn->server->counts.refused_malformed++;
    if (conn->exchange != NULL && conn->exchange->finished) {
        return; // the answer goes out, and what follows is thrown away
    }
    if (conn->exchange != NULL && conn->exchange->started) {
        conn_abort(conn, &err); // an answer is under way: it cannot be taken back
        return;
    }
    conn_refuse(conn, http_reason_status(reason), text, &err);
}

static void conn_cut_slow(struct httpio_conn *conn, const char *text)
{
    struct err err;
    err_fill(&err, ERR_TIMEOUT, "%s", text);
    conn->server->counts.cut_slow++;
    if (conn->exchange != NULL && conn->exchange->started) {
        conn_abort(conn, &err);
        return;
    }
    conn_refuse(conn, 408, text, &err);
}

// --- reading ------------------------------------------------------------------------------------

static void exchange_begin(struct httpio_conn *conn, struct httpio_exchange *exchange)
{
    struct httpio_server *server = conn->server;
    exchange->conn = conn;
    exchange->id.v = ++server->last_id;
    exchange->close = !exchange->request.keep_alive;
    http_body_init(&exchange->body, exchange->request.framing, exchange->request.length);
    conn->exchange = exchange;
    conn_enter(conn, CONN_EXCHANGE);
    map_set(&server->exchanges, map_key(&exchange->id, sizeof(exchange->id)), exchange);
    server->counts.requests++;
    server->settings.on_request(server->settings.arg, exchange);
}

static bool step_head(struct httpio_conn *conn, struct str rest, size_t *used)
{
    if (rest.len <= conn->scan.len) {
        return false;
    }
    if (conn->state == CONN_IDLE) {
        conn_enter(conn, CONN_HEAD);
    }
    size_t seen = conn->scan.len;
    (void)http_scan_feed(&conn->scan, (struct str){ rest.ptr + seen, rest.len - seen });
    if (conn->scan.reason != HTTP_FINE) {
        conn_refuse_malformed(conn, conn->scan.reason);
        return false;
    }
    if (!conn->scan.done) {
        return false;
    }
    struct httpio_exchange *exchange = mem_new(sizeof(*exchange));
    exchange->arena = ARENA_CAP(HTTP_ARENA_MAX);
    struct str head = { rest.ptr, conn->scan.len };
    enum http_reason reason = http_request_read(head, &exchange->arena, &exchange->request);
    *used = head.len;
    conn->ahead = (struct str){ rest.ptr + head.len, rest.len - head.len };
    conn->scan = HTTP_SCAN_REQUEST;
    if (reason != HTTP_FINE) {
        arena_free(&exchange->arena);
        free(exchange);
        conn_refuse_malformed(conn, reason);
        return false;
    }
    exchange_begin(conn, exchange);
    return true;
}

static void tell_end(struct httpio_exchange *exchange)
{
    if (exchange->wanted && !exchange->paused && !exchange->end_told && !exchange->finished) {
        exchange->end_told = true;
        if (exchange->events != NULL && exchange->events->on_end != NULL) {
            exchange->events->on_end(exchange->arg, exchange);
        }
    }
}

// Takes some of the request's body: for its handler, or, once that has answered, for nobody.
static bool step_body(struct httpio_conn *conn, struct str rest, size_t *used)
{
    struct httpio_exchange *exchange = conn->exchange;
    if (exchange->body.reason != HTTP_FINE) {
        *used = rest.len;
        return false;
    }
    if (exchange->body.done) {
        conn->ahead = rest;
        tell_end(exchange);
        return false;
    }
    if (rest.len == 0 || (!exchange->finished && (!exchange->wanted || exchange->paused))) {
        return false;
    }
    struct str data;
    *used = http_body_feed(&exchange->body, rest, &data);
    if (exchange->body.reason != HTTP_FINE) {
        conn_refuse_malformed(conn, exchange->body.reason);
        return false;
    }
    conn->ahead = (struct str){ rest.ptr + *used, rest.len - *used };
    if (!exchange->finished && data.len > 0 && exchange->events != NULL &&
        exchange->events->on_data != NULL) {
        exchange->events->on_data(exchange->arg, exchange, data);
    }
    return true;
}

static bool step_drain(struct httpio_conn *conn, struct str rest, size_t *used)
{
    *used = rest.len;
    conn->drained += rest.len;
    if (conn->drained > conn->server->settings.drain_bytes) {
        httpio_conn_leave(conn);
    }
    return false;
}

static bool conn_step(struct httpio_conn *conn, struct str rest, size_t *used)
{
    switch ((enum httpio_conn_state)conn->state) {
    case CONN_IDLE:
    case CONN_HEAD: return step_head(conn, rest, used);
    case CONN_EXCHANGE: return step_body(conn, rest, used);
    case CONN_DRAIN: return step_drain(conn, rest, used);
    case CONN_LEAVING: *used = rest.len; break;
    }
    return false;
}

static void conn_keep(struct httpio_conn *conn, struct str rest)
{
    if (rest.len == 0) {
        buf_free(&conn->in);
    } else if (conn->in.len > 0) { // rest is the end of it
        memmove(conn->in.ptr, rest.ptr, rest.len);
        conn->in.len = rest.len;
    } else {
        buf_add(&conn->in, rest);
    }
    if (conn->state == CONN_EXCHANGE && (rest.len > 0 || conn->exchange->paused)) {
        net_stream_pause(conn->stream); // what comes next waits in the kernel
    } else {
        net_stream_resume(conn->stream);
    }
}

// The peer sends no more: what is still needed will not come.
static void conn_check_end(struct httpio_conn *conn)
{
    const struct httpio_exchange *exchange = conn->exchange;
    if (conn->state == CONN_EXCHANGE) {
        if (!exchange->body.done && !exchange->paused && exchange->wanted && !exchange->finished) {
            conn_refuse_malformed(conn, HTTP_CUT);
        }
    } else {
        httpio_conn_leave(conn);
    }
}

// Works on what was kept and then on fresh bytes, as far as it goes.
static void conn_pump(struct httpio_conn *conn, struct str fresh)
{
    assert(!conn->stepping);
    conn->stepping = true;
    if (conn->in.len > 0) {
        buf_add(&conn->in, fresh);
        assert(buf_ok(&conn->in));
        fresh = buf_str(&conn->in);
    }
    for (bool more = true; more;) {
        size_t used = 0;
        more = conn_step(conn, fresh, &used);
        fresh = (struct str){ fresh.ptr + used, fresh.len - used };
    }
    conn->stepping = false;
    if (conn->state == CONN_LEAVING) {
        buf_free(&conn->in);
        return;
    }
    conn_keep(conn, fresh);
    if (conn->ended) {
        conn_check_end(conn);
    }
}

static void conn_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)stream;
    conn_pump(arg, bytes);
}

static void conn_on_end(void *arg, struct net_stream *stream)
{
    struct httpio_conn *conn = arg;
    (void)stream;
    conn->ended = true;
    conn_check_end(conn);
}

// --- the end of an exchange ---------------------------------------------------------------------

static void conn_after_answer(struct httpio_conn *conn)
{
    static const struct err fine = { .code = ERR_NONE };
    conn_pump(conn, STR("")); // what is here of an unwanted body
    if (conn->state != CONN_EXCHANGE) {
        return;
    }
    bool whole = conn->exchange->body.done;
    bool close =
        conn->exchange->close || conn->server->draining || (conn->ended && conn->in.len == 0);
    exchange_end(conn, &fine);
    if (whole && close) {
        httpio_conn_leave(conn);
        return;
    }
    if (!whole) { // it is told that no more comes, and gets a while to read why
        conn_enter(conn, CONN_DRAIN);
        net_stream_shut(conn->stream);
    } else {
        conn_enter(conn, CONN_IDLE);
    }
    conn_pump(conn, STR(""));
}

static void conn_on_drain(void *arg, struct net_stream *stream)
{
    struct httpio_conn *conn = arg;
    (void)stream;
    struct httpio_exchange *exchange = conn->exchange;
    if (conn->state != CONN_EXCHANGE || !exchange->started) {
        return;
    }
    if (exchange->finished) {
        conn_after_answer(conn);
    } else if (exchange->events != NULL && exchange->events->on_room != NULL) {
        exchange->events->on_room(exchange->arg, exchange);
    }
}

void httpio_conn_take_turn(struct httpio_conn *conn)
{
    conn_pump(conn, STR(""));
    if (conn->state == CONN_EXCHANGE && conn->exchange->finished &&
        net_stream_pending(conn->stream) == 0) {
        conn_after_answer(conn); // no drain tells of it
    }
}

static void conn_on_close(void *arg, const struct err *err)
{
    struct httpio_conn *conn = arg;
    struct err gone;
    if (err->code == ERR_NONE) {
        err_fill(&gone, ERR_UNAVAILABLE, "the peer closed the connection");
        err = &gone;
    }
    exchange_end(conn, err);
    conn->server->open -= conn->state != CONN_LEAVING ? 1 : 0;
    httpio_server_conn_gone(conn);
    httpio_link_drop(&conn->link);
    buf_free(&conn->in);
    free(conn);
}

void httpio_conn_new(struct httpio_server *server, struct net_stream *stream,
                     struct httpio_address *address)
{
    static const struct net_stream_events events = {
        .on_read = conn_on_read,
        .on_end = conn_on_end,
        .on_drain = conn_on_drain,
        .on_close = conn_on_close,
    };
    struct httpio_conn *conn = mem_new(sizeof(*conn));
    conn->server = server;
    conn->stream = stream;
    conn->address = address;
    conn->in = BUF_CAP(CONN_IN_MAX);
    conn->scan = HTTP_SCAN_REQUEST;
    httpio_link_init(&conn->link);
    server->open++;
    conn_enter(conn, CONN_IDLE);
    net_stream_set(stream, &events, conn);
}

// --- time ---------------------------------------------------------------------------------------

static bool meter_is_slow(struct httpio_meter *meter, const struct httpio_server_settings *settings,
                          int64_t now_ms, uint64_t bytes)
{
    if (meter->span_ms == 0) {
        *meter = (struct httpio_meter){ now_ms, now_ms, bytes, bytes };
        return false;
    }
    if (bytes != meter->last) {
        meter->last = bytes;
        meter->moved_ms = now_ms;
    }
    int64_t span_ms = now_ms - meter->span_ms;
    if (span_ms < settings->rate_ms) {
        return now_ms - meter->moved_ms >= settings->idle_ms;
    }
    bool slow = (bytes - meter->span_at) * 1000 < (uint64_t)span_ms * settings->rate_bytes;
    meter->span_ms = now_ms;
    meter->span_at = bytes;
    return slow;
}

static void sweep_exchange(struct httpio_conn *conn, int64_t now_ms)
{
    struct httpio_exchange *exchange = conn->exchange;
    const struct httpio_server_settings *settings = &conn->server->settings;
    if (!exchange->wanted || exchange->paused || exchange->body.done || exchange->finished) {
        exchange->in.span_ms = 0;
    } else if (meter_is_slow(&exchange->in, settings, now_ms, exchange->body.taken)) {
        conn_cut_slow(conn, "The document came too slowly");
        return;
    }
    size_t pending = net_stream_pending(conn->stream);
    if (pending == 0) {
        exchange->out.span_ms = 0;
    } else if (meter_is_slow(&exchange->out, settings, now_ms, exchange->written - pending)) {
        conn_cut_slow(conn, "The answer was taken too slowly");
    }
}

void httpio_conn_sweep(struct httpio_conn *conn, int64_t now_ms)
{
    const struct httpio_server_settings *settings = &conn->server->settings;
    int64_t here_ms = now_ms - conn->since_ms;
    switch ((enum httpio_conn_state)conn->state) {
    case CONN_HEAD:
        if (here_ms >= settings->head_ms) {
            conn_cut_slow(conn, "The request's head came too slowly");
        }
        break;
    case CONN_EXCHANGE: sweep_exchange(conn, now_ms); break;
    case CONN_DRAIN:
        if (here_ms >= settings->drain_ms) {
            httpio_conn_leave(conn);
        }
        break;
    case CONN_IDLE:
    case CONN_LEAVING: break;
    }
}

// --- what handlers call -------------------------------------------------------------------------

struct httpio_exchange_id httpio_exchange_id(const struct httpio_exchange *exchange)
{
    return exchange->id;
}

struct httpio_exchange *httpio_exchange_find(struct httpio_server *server,
                                             struct httpio_exchange_id id)
{
    return map_find(&server->exchanges, map_key(&id, sizeof(id)));
}

const struct http_request *httpio_exchange_request(const struct httpio_exchange *exchange)
{
    return &exchange->request;
}

struct str httpio_exchange_peer(const struct httpio_exchange *exchange)
{
    return net_stream_peer(exchange->conn->stream);
}

struct str httpio_exchange_identity(const struct httpio_exchange *exchange)
{
    return net_stream_identity(exchange->conn->stream);
}

bool httpio_exchange_is_tls(const struct httpio_exchange *exchange)
{
    return net_stream_is_tls(exchange->conn->stream);
}

void httpio_exchange_set(struct httpio_exchange *exchange,
                         const struct httpio_exchange_events *events, void *arg)
{
    exchange->events = events;
    exchange->arg = arg;
}

// What came of the body and what stands behind it, not yet worked on.
static struct str exchange_ahead(const struct httpio_exchange *exchange)
{
    const struct httpio_conn *conn = exchange->conn;
    return conn->stepping ? conn->ahead : buf_str(&conn->in);
}

// Whether the rest of the body is here already, so that the connection can be kept whatever becomes
// of it.
static bool exchange_body_is_here(const struct httpio_exchange *exchange)
{
    struct http_body probe = exchange->body;
    struct str rest = exchange_ahead(exchange);
    while (rest.len > 0 && !probe.done && probe.reason == HTTP_FINE) {
        struct str data;
        size_t used = http_body_feed(&probe, rest, &data);
        rest = (struct str){ rest.ptr + used, rest.len - used };
    }
    return probe.done;
}

static void exchange_turn(struct httpio_exchange *exchange)
{
    struct httpio_conn *conn = exchange->conn;
    if (!conn->stepping && conn->state == CONN_EXCHANGE) {
        httpio_server_turn(conn);
    }
}

static void exchange_send(struct httpio_exchange *exchange, struct str bytes)
{
    exchange->written += bytes.len;
    net_stream_write(exchange->conn->stream, bytes);
}

void httpio_exchange_want_body(struct httpio_exchange *exchange)
{
    if (exchange->wanted) {
        return;
    }
    exchange->wanted = true;
    // Also when some of the body is here already: libcups sends the IPP attributes, then waits a
    // second for this before the document.
    if (exchange->request.expect_continue && !exchange->started) {
        exchange_send(exchange, STR("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    exchange_turn(exchange);
}

void httpio_exchange_pause(struct httpio_exchange *exchange)
{
    exchange->paused = true;
    net_stream_pause(exchange->conn->stream);
}

void httpio_exchange_resume(struct httpio_exchange *exchange)
{
    exchange->paused = false;
    exchange_turn(exchange);
}

static void head_write(struct httpio_exchange *exchange, const struct httpio_answer *answer,
                       uint64_t length, struct buf *buf)
{
    http_write_status(buf, answer->status);
    buf_add(buf, buf_str(httpio_server_date(exchange->conn->server)));
    if (answer->type.len > 0) {
        http_write_field(buf, STR("Content-Type"), answer->type);
    }
    for (size_t i = 0; i < answer->field_count; i++) {
        http_write_field(buf, answer->fields[i].name, answer->fields[i].value);
    }
    if (exchange->chunked) {
        http_write_field(buf, STR("Transfer-Encoding"), STR("chunked"));
    } else if (length != HTTPIO_CHUNKED && answer->status != 204) {
        http_write_number(buf, STR("Content-Length"), length);
    }
    if (exchange->close) {
        http_write_field(buf, STR("Connection"), STR("close"));
    }
    http_write_end(buf);
}

void httpio_exchange_start(struct httpio_exchange *exchange, const struct httpio_answer *answer,
                           uint64_t length)
{
    assert(!exchange->started && answer->status >= 200 && answer->status <= 599);
    bool old = exchange->request.minor == 0;
    exchange->started = true;
    exchange->no_body = str_eq(exchange->request.method, STR("HEAD")) || answer->status == 204 ||
                        answer->status == 304;
    exchange->chunked = length == HTTPIO_CHUNKED && !old && !exchange->no_body;
    exchange->left = length;
    exchange->close |= answer->close || exchange->conn->server->draining ||
                       !exchange_body_is_here(exchange) || (old && length == HTTPIO_CHUNKED);
    OWN(buf_free) struct buf buf = BUF_CAP(CONN_HEAD_OUT_MAX);
    head_write(exchange, answer, length, &buf);
    assert(buf_ok(&buf)); // whoever puts a stranger's words into a field checks them first
    exchange_send(exchange, buf_str(&buf));
}

bool httpio_exchange_write(struct httpio_exchange *exchange, struct str bytes)
{
    assert(exchange->started && !exchange->finished);
    if (exchange->left != HTTPIO_CHUNKED) {
        assert(bytes.len <= exchange->left);
        exchange->left -= bytes.len;
    }
    if (!exchange->no_body && bytes.len > 0) {
        if (exchange->chunked) {
            OWN(buf_free) struct buf size = BUF_CAP(32);
            http_write_chunk(&size, bytes.len);
            exchange_send(exchange, buf_str(&size));
        }
        exchange_send(exchange, bytes);
        if (exchange->chunked) {
            exchange_send(exchange, STR("\r\n"));
        }
    }
    return net_stream_pending(exchange->conn->stream) < CONN_OUT_ENOUGH;
}

void httpio_exchange_finish(struct httpio_exchange *exchange)
{
    struct httpio_conn *conn = exchange->conn;
    assert(exchange->started && !exchange->finished);
    assert(exchange->left == 0 || exchange->left == HTTPIO_CHUNKED || exchange->no_body);
    if (exchange->chunked) {
        exchange_send(exchange, STR("0\r\n\r\n"));
    }
    exchange->finished = true;
    exchange->paused = false;
    if (conn->state == CONN_EXCHANGE &&
        (net_stream_pending(conn->stream) == 0 || !exchange->body.done)) {
        httpio_server_turn(conn); // no drain will tell, or there is a body to throw away
    }
}

void httpio_exchange_answer(struct httpio_exchange *exchange, const struct httpio_answer *answer,
                            struct str body)
{
    httpio_exchange_start(exchange, answer, body.len);
    (void)httpio_exchange_write(exchange, body);
    httpio_exchange_finish(exchange);
}

void httpio_exchange_forget(struct httpio_exchange *exchange)
{
    assert(exchange->started);
    exchange->request.method = STR("");
    exchange->request.target = STR("");
    exchange->request.path = STR("");
    exchange->request.query = STR("");
    exchange->request.host = STR("");
    exchange->request.fields = (struct http_fields){ .at = NULL };
    arena_free(&exchange->arena);
}

void httpio_exchange_abort(struct httpio_exchange *exchange, const struct err *err)
{
    conn_abort(exchange->conn, err);
}
