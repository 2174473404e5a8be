// http2/session: see session.h. Owns the nghttp2 session and the streams. nghttp2 keeps flow
// control and HPACK; here stand the caps, the heads put together, and the queues of what is to be
// sent.

#include "http2/session.h"

#include "base/clk.h"
#include "base/mem.h"
#include <assert.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>

// Streams that are over are kept for the next ones, with their small buffers; not where a sanitizer
// is to see who still uses one.
enum { HTTP2_SPARES_MAX = 32, HTTP2_SPARE_BYTES = 1024 };

// So many tokens, refilled by so many a second: what a flood empties.
struct http2_bucket {
    uint32_t left;
    int64_t at_ms;
};

struct http2_stream {
    struct http2_stream *next;   // borrowed
    struct http2_stream *before; // borrowed
    struct http2 *session;       // borrowed
    void *user;                  // borrowed from the owner of the session
    int32_t id;
    bool answered;  // server: the head was submitted
    bool ending;    // no more bytes after those queued
    bool deferred;  // nghttp2 waits for http2_send
    bool peer_done; // END_STREAM came
    bool broken;    // its head went over a cap
    bool unsent;    // client: its head never left
    struct buf out; // queued bytes; out_at of them taken
    size_t out_at;
    struct buf trailers; // names and values behind their lengths
    size_t trailer_count;
};

struct http2 {
    nghttp2_session *nghttp2; // owned
    bool server;
    bool went_away; // GOAWAY came
    bool draining;  // GOAWAY was sent
    bool flooded;
    const struct http2_events *events; // borrowed
    void *arg;                         // borrowed
    struct http2_stream *streams;      // owned, newest first
    size_t stream_count;
    struct http2_stream *spares[HTTP2_SPARES_MAX + 1]; // owned
    size_t spare_count;
    size_t asked_count; // client: streams of our own, open
    struct http2_bucket control;
    struct http2_bucket resets;
    // The head that is being received; heads do not interleave on a connection.
    size_t head_used;
    size_t field_count;
    size_t offsets[HTTP2_FIELDS_MAX]; // of the name; the value follows
    struct http2_field fields[HTTP2_FIELDS_MAX];
    char head[HTTP2_HEAD_MAX];
};

static bool http2_bucket_take(struct http2_bucket *bucket, uint32_t burst, uint32_t each_s)
{
    if (bucket->left > 0) {
        bucket->left--;
        return true;
    }
    int64_t now = clk_mono_ms();
    int64_t grown = (now - bucket->at_ms) * each_s / 1000;
    if (grown <= 0) {
        return false;
    }
    bucket->left = grown > burst ? burst : (uint32_t)grown;
    bucket->at_ms = now;
    bucket->left--;
    return true;
}

// --- streams ------------------------------------------------------------------------------------

static struct http2_stream *http2_stream_new(struct http2 *session, int32_t id)
{
    struct http2_stream *stream = session->spare_count > 0 ? session->spares[--session->spare_count]
                                                           : mem_new(sizeof(*stream));
    stream->session = session;
    stream->id = id;
    stream->out.cap = HTTP2_OUT_MAX;
    stream->trailers.cap = HTTP2_HEAD_MAX;
    stream->next = session->streams;
    if (stream->next != NULL) {
        stream->next->before = stream;
    }
    session->streams = stream;
    session->stream_count++;
    return stream;
}

static void http2_stream_forget(struct http2_stream *stream)
{
    buf_free(&stream->out);
    buf_free(&stream->trailers);
    free(stream);
}

static void http2_stream_free(struct http2_stream *stream)
{
    if (stream->before != NULL) {
        stream->before->next = stream->next;
    } else {
        stream->session->streams = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->before = stream->before;
    }
    struct http2 *session = stream->session;
    session->stream_count--;
    if (!CC_SANITIZED && session->spare_count < HTTP2_SPARES_MAX &&
        stream->out.size <= HTTP2_SPARE_BYTES && stream->trailers.size <= HTTP2_SPARE_BYTES) {
        *stream = (struct http2_stream){
            .out = { .ptr = stream->out.ptr, .size = stream->out.size },
            .trailers = { .ptr = stream->trailers.ptr, .size = stream->trailers.size },
        };
        session->spares[session->spare_count++] = stream;
    } else {
        http2_stream_forget(stream);
    }
}

static void http2_stream_close(struct http2_stream *stream, uint32_t error)
{
    struct http2 *session = stream->session;
    session->events->on_close(session->arg, stream, error);
    http2_stream_free(stream);
}

static struct http2_stream *http2_stream_of(nghttp2_session *nghttp2, int32_t id)
{
    return id == 0 ? NULL : nghttp2_session_get_stream_user_data(nghttp2, id);
}

// --- what comes ---------------------------------------------------------------------------------

static int http2_on_begin(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    struct http2 *session = arg;
    session->head_used = 0;
    session->field_count = 0;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        struct http2_stream *stream = http2_stream_new(session, frame->hd.stream_id);
        int set = nghttp2_session_set_stream_user_data(nghttp2, stream->id, stream);
        assert(set == 0);
        (void)set;
    }
    return 0;
}

static int http2_on_field(nghttp2_session *nghttp2, const nghttp2_frame *frame, const uint8_t *name,
                          size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                          void *arg)
{
    (void)flags;
    struct http2 *session = arg;
    struct http2_stream *stream = http2_stream_of(nghttp2, frame->hd.stream_id);
    if (stream == NULL || stream->broken) {
        return 0;
    }
    size_t left = sizeof(session->head) - session->head_used;
    if (session->field_count == HTTP2_FIELDS_MAX || name_len > left ||
        value_len > left - name_len) {
        stream->broken = true;
        http2_reset(stream, HTTP2_ENHANCE_YOUR_CALM);
        return 0; // the rest is still decoded: HPACK's table is the connection's
    }
    char *at = session->head + session->head_used;
    struct http2_field *field = &session->fields[session->field_count++];
    memcpy(at, name, name_len);
    field->name = (struct str){ at, name_len };
    if (value_len > 0) {
        memcpy(at + name_len, value, value_len);
    }
    field->value = (struct str){ at + name_len, value_len };
    session->head_used += name_len + value_len;
    return 0;
}

static void http2_on_stream_frame(struct http2 *session, struct http2_stream *stream,
                                  const nghttp2_frame *frame)
{
    if (stream->broken) {
        return;
    }
    if (frame->hd.type == NGHTTP2_HEADERS &&
        !(session->server && frame->headers.cat != NGHTTP2_HCAT_REQUEST)) {
        session->events->on_head(session->arg, stream, session->fields, session->field_count);
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
        stream->peer_done = true;
        session->events->on_end(session->arg, stream);
    }
}

static bool http2_is_control(const nghttp2_frame *frame)
{
    if (frame->hd.type == NGHTTP2_DATA) {
        return frame->hd.length == 0 && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    }
    return frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_WINDOW_UPDATE;
}

// False: the peer sends more of these than an honest one would.
static bool http2_is_calm(struct http2 *session, const nghttp2_frame *frame)
{
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
        return http2_bucket_take(&session->resets, HTTP2_RESETS_BURST, HTTP2_RESETS_BURST / 30);
    }
    return !http2_is_control(frame) ||
           http2_bucket_take(&session->control, HTTP2_CONTROL_BURST, HTTP2_CONTROL_BURST / 10);
}

static int http2_on_frame(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    struct http2 *session = arg;
    if (!http2_is_calm(session, frame)) {
        session->flooded = true;
        (void)nghttp2_session_terminate_session(nghttp2, NGHTTP2_ENHANCE_YOUR_CALM);
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (frame->hd.type == NGHTTP2_SETTINGS && session->events->on_room != NULL) {
        session->events->on_room(session->arg);
    } else if (frame->hd.type == NGHTTP2_GOAWAY) {
        session->went_away = true;
    } else if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) {
        struct http2_stream *stream = http2_stream_of(nghttp2, frame->hd.stream_id);
        if (stream != NULL) {
            http2_on_stream_frame(session, stream, frame);
        }
    }
    return 0;
}

static int http2_on_chunk(nghttp2_session *nghttp2, uint8_t flags, int32_t id, const uint8_t *bytes,
                          size_t len, void *arg)
{
    (void)flags;
    struct http2 *session = arg;
    struct http2_stream *stream = http2_stream_of(nghttp2, id);
    if (stream != NULL && !stream->broken) {
        struct str run = { (const char *)bytes, len };
        session->events->on_data(session->arg, stream, run);
    }
    return 0;
}

static int http2_on_stream_close(nghttp2_session *nghttp2, int32_t id, uint32_t error, void *arg)
{
    struct http2 *session = arg;
    struct http2_stream *stream = http2_stream_of(nghttp2, id);
    if (stream != NULL) {
        session->asked_count -= session->server ? 0 : 1;
        http2_stream_close(stream, stream->unsent ? (uint32_t)HTTP2_REFUSED_STREAM : error);
    }
    return 0;
}

// --- what goes ----------------------------------------------------------------------------------

// Server: the answer is out whole though the request is not in: tells the peer to stop sending.
static int http2_on_frame_sent(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    struct http2 *session = arg;
    if (!session->server || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 ||
        (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)) {
        return 0;
    }
    struct http2_stream *stream = http2_stream_of(nghttp2, frame->hd.stream_id);
    if (stream != NULL && !stream->peer_done) {
        (void)nghttp2_submit_rst_stream(nghttp2, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
    }
    return 0;
}

// Client: a request that could not be sent, because GOAWAY came first. nghttp2 closes it next.
static int http2_on_frame_unsent(nghttp2_session *nghttp2, const nghttp2_frame *frame, int error,
                                 void *arg)
{
    (void)error;
    const struct http2 *session = arg;
    struct http2_stream *stream = http2_stream_of(nghttp2, frame->hd.stream_id);
    if (!session->server && frame->hd.type == NGHTTP2_HEADERS && stream != NULL) {
        stream->unsent = true;
    }
    return 0;
}

static void http2_trailers_submit(struct http2_stream *stream)
{
    nghttp2_nv fields[HTTP2_FIELDS_MAX];
    char *at = stream->trailers.ptr;
    for (size_t i = 0; i < stream->trailer_count; i++) {
        size_t len[2];
        memcpy(len, at, sizeof(len));
        at += sizeof(len);
        fields[i] = (nghttp2_nv){ (uint8_t *)at, (uint8_t *)at + len[0], len[0], len[1], 0 };
        at += len[0] + len[1];
    }
    (void)nghttp2_submit_trailer(stream->session->nghttp2, stream->id, fields,
                                 stream->trailer_count);
}

static ssize_t http2_on_pull(nghttp2_session *nghttp2, int32_t id, uint8_t *bytes, size_t len,
                             uint32_t *flags, nghttp2_data_source *source, void *arg)
{
    (void)nghttp2;
    (void)id;
    (void)arg;
    struct http2_stream *stream = source->ptr;
    size_t left = stream->out.len - stream->out_at;
    size_t count = left < len ? left : len;
    if (count == 0 && !stream->ending) {
        stream->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (count > 0) {
        memcpy(bytes, stream->out.ptr + stream->out_at, count);
        stream->out_at += count;
    }
    if (stream->out_at == stream->out.len) {
        stream->out.len = 0;
        stream->out_at = 0;
        if (stream->ending) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
            if (stream->trailer_count > 0) {
                *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
                http2_trailers_submit(stream);
            }
        } else {
            stream->session->events->on_sent(stream->session->arg, stream);
        }
    }
    return (ssize_t)count;
}

static void http2_fields_of(const struct http2_field *fields, size_t count, nghttp2_nv *out)
{
    assert(count <= HTTP2_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) { // nghttp2 copies; its members are not const by history
        out[i] = (nghttp2_nv){ (uint8_t *)(uintptr_t)fields[i].name.ptr,
                               (uint8_t *)(uintptr_t)fields[i].value.ptr, fields[i].name.len,
                               fields[i].value.len, NGHTTP2_NV_FLAG_NONE };
    }
}

bool http2_may_ask(const struct http2 *session)
{
    return !session->server && !http2_is_draining(session) && !session->flooded &&
           session->asked_count < HTTP2_STREAMS_MAX &&
           session->asked_count < nghttp2_session_get_remote_settings(
                                      session->nghttp2, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

bool http2_is_draining(const struct http2 *session)
{
    return session->went_away || session->draining ||
           nghttp2_session_get_next_stream_id(session->nghttp2) > INT32_MAX;
}

struct http2_stream *http2_ask(struct http2 *session, const struct http2_field *fields,
                               size_t count, void *user)
{
    if (!http2_may_ask(session)) {
        return NULL;
    }
    nghttp2_nv copies[HTTP2_FIELDS_MAX];
    http2_fields_of(fields, count, copies);
    struct http2_stream *stream = http2_stream_new(session, 0);
    stream->user = user;
    nghttp2_data_provider body = { .source = { .ptr = stream }, .read_callback = http2_on_pull };
    stream->id = nghttp2_submit_request(session->nghttp2, NULL, copies, count, &body, stream);
    if (stream->id <= 0) {
        http2_stream_free(stream);
        return NULL;
    }
    session->asked_count++;
    return stream;
}

void http2_answer(struct http2_stream *stream, const struct http2_field *fields, size_t count,
                  bool end)
{
    assert(!stream->answered);
    nghttp2_nv copies[HTTP2_FIELDS_MAX];
    http2_fields_of(fields, count, copies);
    nghttp2_data_provider body = { .source = { .ptr = stream }, .read_callback = http2_on_pull };
    stream->answered = true;
    stream->ending = end;
    (void)nghttp2_submit_response(stream->session->nghttp2, stream->id, copies, count,
                                  end ? NULL : &body);
}

static void http2_stream_wake(struct http2_stream *stream)
{
    if (stream->deferred) {
        stream->deferred = false;
        (void)nghttp2_session_resume_data(stream->session->nghttp2, stream->id);
    }
}

void http2_send(struct http2_stream *stream, struct str bytes)
{
    assert(!stream->ending);
    buf_add(&stream->out, bytes);
    if (!buf_ok(&stream->out)) {
        http2_reset(stream, HTTP2_INTERNAL_ERROR);
        return;
    }
    http2_stream_wake(stream);
}

void http2_end(struct http2_stream *stream, const struct http2_field *trailers, size_t count)
{
    assert(!stream->ending);
    assert(count <= HTTP2_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t len[2] = { trailers[i].name.len, trailers[i].value.len };
        buf_add(&stream->trailers, (struct str){ (const char *)len, sizeof(len) });
        buf_add(&stream->trailers, trailers[i].name);
        buf_add(&stream->trailers, trailers[i].value);
    }
    if (!buf_ok(&stream->trailers)) {
        http2_reset(stream, HTTP2_INTERNAL_ERROR);
        return;
    }
    stream->trailer_count = count;
    stream->ending = true;
    http2_stream_wake(stream);
}

void http2_reset(struct http2_stream *stream, uint32_t error)
{
    (void)nghttp2_submit_rst_stream(stream->session->nghttp2, NGHTTP2_FLAG_NONE, stream->id, error);
}

size_t http2_stream_queued(const struct http2_stream *stream)
{
    return stream->out.len - stream->out_at;
}

void *http2_stream_user(const struct http2_stream *stream)
{
    return stream->user;
}

void http2_stream_set_user(struct http2_stream *stream, void *user)
{
    stream->user = user;
}

// --- the connection -----------------------------------------------------------------------------

static nghttp2_session_callbacks *http2_callbacks(void)
{
    nghttp2_session_callbacks *calls = NULL;
    int made = nghttp2_session_callbacks_new(&calls);
    assert(made == 0);
    (void)made;
    nghttp2_session_callbacks_set_on_begin_headers_callback(calls, http2_on_begin);
    nghttp2_session_callbacks_set_on_header_callback(calls, http2_on_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, http2_on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, http2_on_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, http2_on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(calls, http2_on_frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(calls, http2_on_frame_unsent);
    return calls;
}

static void http2_settings_submit(struct http2 *session)
{
    nghttp2_settings_entry entries[] = {
        { NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, session->server ? HTTP2_STREAMS_MAX : 0 },
        { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, HTTP2_WINDOW },
        { NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HTTP2_HEAD_MAX },
        { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
    };
    size_t count = sizeof(entries) / sizeof(entries[0]) - (session->server ? 1 : 0);
    (void)nghttp2_submit_settings(session->nghttp2, NGHTTP2_FLAG_NONE, entries, count);
    (void)nghttp2_session_set_local_window_size(session->nghttp2, NGHTTP2_FLAG_NONE, 0,
                                                HTTP2_WINDOW_ALL);
}

struct http2 *http2_new(bool server, const struct http2_events *events, void *arg)
{
    struct http2 *session = mem_new(sizeof(*session));
    session->server = server;
    session->events = events;
    session->arg = arg;
    session->control = (struct http2_bucket){ HTTP2_CONTROL_BURST, clk_mono_ms() };
    session->resets = (struct http2_bucket){ HTTP2_RESETS_BURST, clk_mono_ms() };

    nghttp2_session_callbacks *calls = http2_callbacks();
    nghttp2_option *option = NULL;
    int made = nghttp2_option_new(&option);
    assert(made == 0);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_max_settings(option, 16);
    nghttp2_option_set_max_continuations(option, 8);
    made = server ? nghttp2_session_server_new2(&session->nghttp2, calls, session, option)
                  : nghttp2_session_client_new2(&session->nghttp2, calls, session, option);
    assert(made == 0);
    (void)made;
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(calls);
    http2_settings_submit(session);
    return session;
}

static void http2_mute_stream(void *arg, struct http2_stream *stream)
{
    (void)arg;
    (void)stream;
}

static void http2_mute_head(void *arg, struct http2_stream *stream,
                            const struct http2_field *fields, size_t count)
{
    (void)arg;
    (void)stream;
    (void)fields;
    (void)count;
}

static void http2_mute_data(void *arg, struct http2_stream *stream, struct str bytes)
{
    (void)arg;
    (void)stream;
    (void)bytes;
}

static void http2_mute_close(void *arg, struct http2_stream *stream, uint32_t error)
{
    (void)arg;
    (void)stream;
    (void)error;
}

void http2_mute(struct http2 *session)
{
    static const struct http2_events mute = {
        .on_head = http2_mute_head,
        .on_data = http2_mute_data,
        .on_end = http2_mute_stream,
        .on_sent = http2_mute_stream,
        .on_close = http2_mute_close,
    };
    const struct http2_events *events = session->events;
    session->events = &mute;
    if (events == &mute) {
        return;
    }
    for (struct http2_stream *at = session->streams; at != NULL; at = at->next) {
        events->on_close(session->arg, at, HTTP2_CANCEL);
    }
}

void http2_free(struct http2 **session)
{
    struct http2 *old = *session;
    *session = NULL;
    if (old == NULL) {
        return;
    }
    http2_mute(old);
    while (old->streams != NULL) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        http2_stream_free(old->streams);
    }
    while (old->spare_count > 0) {
        http2_stream_forget(old->spares[--old->spare_count]);
    }
    nghttp2_session_del(old->nghttp2);
    free(old);
}

bool http2_feed(struct http2 *session, struct str bytes, struct err *err)
{
    ssize_t used =
        nghttp2_session_mem_recv(session->nghttp2, (const uint8_t *)bytes.ptr, bytes.len);
    if (session->flooded) {
        return err_set(err, ERR_LIMIT,
                       "the peer floods the connection with resets or control frames");
    }
    if (used < 0) {
        return err_set(err, ERR_INVALID, "the peer does not speak HTTP/2 as it should: %s",
                       nghttp2_strerror((int)used));
    }
    return true;
}

void http2_take(struct http2 *session, struct buf *out, size_t most)
{
    size_t until = out->len + most;
    while (out->len < until) {
        const uint8_t *bytes = NULL;
        ssize_t count = nghttp2_session_mem_send(session->nghttp2, &bytes);
        if (count <= 0) {
            return;
        }
        buf_add(out, (struct str){ (const char *)bytes, (size_t)count });
    }
}

bool http2_has_output(const struct http2 *session)
{
    return nghttp2_session_want_write(session->nghttp2) != 0;
}

bool http2_is_done(const struct http2 *session)
{
    return nghttp2_session_want_read(session->nghttp2) == 0 &&
           nghttp2_session_want_write(session->nghttp2) == 0;
}

void http2_drain(struct http2 *session)
{
    if (!session->draining) {
        session->draining = true;
        (void)nghttp2_submit_goaway(session->nghttp2, NGHTTP2_FLAG_NONE,
                                    nghttp2_session_get_last_proc_stream_id(session->nghttp2),
                                    NGHTTP2_NO_ERROR, NULL, 0);
    }
}

void http2_ping(struct http2 *session)
{
    (void)nghttp2_submit_ping(session->nghttp2, NGHTTP2_FLAG_NONE, NULL);
}

size_t http2_stream_count(const struct http2 *session)
{
    return session->stream_count;
}
