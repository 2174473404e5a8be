// http2/link: see link.h. Loop thread. Owns the stream, the session and the buffer between them.
//
// no unit test: tests/unit/wire/test_client.c and test_server.c run every path over TLS.

#include "http2/link.h"

#include "base/mem.h"
#include <stdlib.h>

enum { HTTP2_WRITE_MOST = 64 << 10 };
_Static_assert(HTTP2_PING_MS + HTTP2_PONG_MS == 40000, "the text in http2_link_on_timer says so");

struct http2_link {
    struct net_stream *stream; // owned until its on_close
    struct http2 *session;     // owned until lost
    struct net_timer *timer;   // owned; silence
    void (*on_lost)(void *arg, const struct err *err);
    void *arg; // borrowed
    struct buf out;
    bool feeding; // inside the session's callbacks: flushed afterwards
    bool ended;   // the owner let go; freed with the last callback
    bool closing; // the stream was told to
    bool pinged;
    bool heard; // since the timer was started
    struct err why;
};

static void http2_link_done(struct http2_link *link)
{
    if (!link->ended || link->feeding) {
        return;
    }
    http2_free(&link->session);
    if (link->stream != NULL && !link->closing) {
        link->closing = true;
        net_stream_close(link->stream);
    }
    if (link->stream == NULL) {
        buf_free(&link->out);
        free(link);
    }
}

static void http2_link_close(struct http2_link *link)
{
    if (!link->closing) {
        link->closing = true;
        net_stream_close(link->stream);
    }
}

static void http2_link_write(struct http2_link *link)
{
    while (link->session != NULL && link->stream != NULL && !link->closing &&
           net_stream_pending(link->stream) < HTTP2_PENDING_MAX) {
        link->out.len = 0;
        http2_take(link->session, &link->out, HTTP2_WRITE_MOST);
        if (link->out.len == 0) {
            break;
        }
        net_stream_write(link->stream, buf_str(&link->out));
    }
    if (link->session != NULL && link->stream != NULL && http2_is_done(link->session)) {
        http2_link_close(link);
    }
}

// The session's callbacks run in here, and their owner may let go of the link.
static void http2_link_pump(struct http2_link *link)
{
    link->feeding = true;
    http2_link_write(link);
    link->feeding = false;
    http2_link_done(link);
}

void http2_link_flush(struct http2_link *link)
{
    if (!link->feeding && link->session != NULL) {
        http2_link_pump(link);
    }
}

static void http2_link_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)stream;
    struct http2_link *link = arg;
    if (link->session == NULL || link->ended) {
        return;
    }
    link->heard = true;
    struct err err = { 0 };
    link->feeding = true;
    bool good = http2_feed(link->session, bytes, &err);
    http2_link_write(link);
    link->feeding = false;
    if (!good) {
        link->why = err;
        http2_link_close(link);
    }
    http2_link_done(link);
}

static void http2_link_on_end(void *arg, struct net_stream *stream)
{
    (void)stream;
    http2_link_close(arg);
}

static void http2_link_on_drain(void *arg, struct net_stream *stream)
{
    (void)stream;
    struct http2_link *link = arg;
    if (!link->feeding) {
        http2_link_pump(link);
    }
}

static void http2_link_on_close(void *arg, const struct err *err)
{
    struct http2_link *link = arg;
    link->stream = NULL;
    if (!link->ended) {
        struct err why = err->code == ERR_NONE ? link->why : *err;
        link->feeding = true; // the owner may let go of the link in his callbacks
        net_timer_free(&link->timer);
        http2_free(&link->session);
        if (!link->ended) {
            link->on_lost(link->arg, &why);
        }
        link->feeding = false;
    }
    http2_link_done(link);
}

static void http2_link_on_timer(void *arg)
{
    struct http2_link *link = arg;
    if (link->pinged && !link->heard) {
        const struct err err = { .code = ERR_UNAVAILABLE,
                                 .text = "the peer has said nothing for 40 seconds" };
        net_stream_abort(link->stream, &err);
        return;
    }
    link->pinged = !link->heard;
    link->heard = false;
    net_timer_start(link->timer, link->pinged ? HTTP2_PONG_MS : HTTP2_PING_MS);
    if (link->pinged) {
        http2_ping(link->session);
        http2_link_flush(link); // the owner may let go of the link in his callbacks
    }
}

static const struct net_stream_events http2_link_events = {
    .on_read = http2_link_on_read,
    .on_end = http2_link_on_end,
    .on_drain = http2_link_on_drain,
    .on_close = http2_link_on_close,
};

struct http2_link *http2_link_new(struct net_loop *loop, struct net_stream *stream, bool server,
                                  const struct http2_events *events,
                                  void (*on_lost)(void *arg, const struct err *err), void *arg)
{
    struct http2_link *link = mem_new(sizeof(*link));
    link->stream = stream;
    link->on_lost = on_lost;
    link->arg = arg;
    link->out = BUF_CAP(HTTP2_WRITE_MOST + (64 << 10)); // one frame past what was asked for
    link->session = http2_new(server, events, arg);
    link->timer = net_timer_new(loop, http2_link_on_timer, link);
    net_timer_start(link->timer, HTTP2_PING_MS);
    net_stream_set(stream, &http2_link_events, link);
    net_stream_keep(stream);
    http2_link_flush(link); // our preface and settings
    // A new link has no streams, so nobody was told of anything and nobody let go of it.
    return link; // NOLINT(clang-analyzer-unix.Malloc)
}

void http2_link_free(struct http2_link **link)
{
    struct http2_link *old = *link;
    *link = NULL;
    if (old == NULL) {
        return;
    }
    old->ended = true;
    net_timer_free(&old->timer);
    if (old->session != NULL) {
        http2_mute(old->session);
    }
    http2_link_done(old);
}

struct http2 *http2_link_session(struct http2_link *link)
{
    return link->session;
}

void http2_link_drain(struct http2_link *link)
{
    if (link->session != NULL) {
        http2_drain(link->session);
        http2_link_flush(link);
    }
}
