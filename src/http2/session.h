// http2/session: one HTTP/2 connection without its transport (RFC 9113, by nghttp2): bytes in,
// bytes out, so that tests and fuzzers drive it without sockets. Client or server.
//
// Everything has a cap: the head of a message, open streams, bytes that a peer may send ahead,
// resets and control frames a second. Past a cap the stream or the connection ends with
// ENHANCE_YOUR_CALM. Callbacks run inside http2_feed, http2_take and http2_free; they may call what
// sends, but not those three. Not thread-safe; no callback after http2_free.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    HTTP2_STREAMS_MAX = 1024,    // open at once, a connection
    HTTP2_HEAD_MAX = 16 << 10,   // bytes of one head, names and values
    HTTP2_FIELDS_MAX = 64,       // fields of one head
    HTTP2_WINDOW = 256 << 10,    // a peer may send ahead, a stream
    HTTP2_WINDOW_ALL = 4 << 20,  // and a connection
    HTTP2_RESETS_BURST = 1000,   // RST_STREAM frames at once, and 33 a second
    HTTP2_CONTROL_BURST = 10000, // PING, SETTINGS, PRIORITY and empty DATA, and 1,000 a second
    HTTP2_OUT_MAX = 8 << 20,     // bytes queued on one stream
};

enum http2_error { // RFC 9113, 7: those that we send or act on
    HTTP2_NO_ERROR = 0,
    HTTP2_PROTOCOL_ERROR = 1,
    HTTP2_INTERNAL_ERROR = 2,
    HTTP2_REFUSED_STREAM = 7,
    HTTP2_CANCEL = 8,
    HTTP2_ENHANCE_YOUR_CALM = 11,
};

struct http2;
struct http2_stream; // lives until its on_close

struct http2_field {
    struct str name; // lower case
    struct str value;
};

struct http2_events {
    // A whole head, in the order of the wire, pseudo-header fields first; borrowed for the
    // callback. A server gets one a stream, a client the response's and perhaps the trailers. A
    // server's request trailers are dropped.
    void (*on_head)(void *arg, struct http2_stream *stream, const struct http2_field *fields,
                    size_t count);
    void (*on_data)(void *arg, struct http2_stream *stream, struct str bytes);
    void (*on_end)(void *arg, struct http2_stream *stream);  // the peer sends no more on it
    void (*on_sent)(void *arg, struct http2_stream *stream); // nothing is queued any more
    // Client: the peer's limit on open streams came or changed. May be NULL.
    void (*on_room)(void *arg);
    // Last; error is of enum http2_error or what the peer sent. HTTP2_REFUSED_STREAM: the peer
    // has not acted on it, so it is safe to ask again.
    void (*on_close)(void *arg, struct http2_stream *stream, uint32_t error);
};

// events: borrowed for the session's life.
struct http2 *http2_new(bool server, const struct http2_events *events, void *arg);
void http2_free(struct http2 **session); // mutes it first
// Closes the open streams (CANCEL) for their owner; afterwards no callback runs. May be called from
// a callback, where http2_free may not.
void http2_mute(struct http2 *session);

// Bytes from the peer. False: the connection is beyond help; what http2_take still gives says why.
bool http2_feed(struct http2 *session, struct str bytes, struct err *err) CC_MUST_USE;

// Adds what is to be sent, until about `most` bytes were added or nothing is left.
void http2_take(struct http2 *session, struct buf *out, size_t most);
bool http2_has_output(const struct http2 *session);

bool http2_is_done(const struct http2 *session); // nothing more will come or go: close
void http2_drain(struct http2 *session);         // GOAWAY: takes no new streams, finishes the open
void http2_ping(struct http2 *session);
size_t http2_stream_count(const struct http2 *session);

// Client: whether a stream may be opened now (the peer's limit, GOAWAY, stream numbers left).
bool http2_may_ask(const struct http2 *session);
bool http2_is_draining(const struct http2 *session); // either side said GOAWAY, or ids ran out

// Opens a stream with a request head; fields are copied. NULL: http2_may_ask is false.
struct http2_stream *http2_ask(struct http2 *session, const struct http2_field *fields,
                               size_t count, void *user);
// Server: the response's head. With end there is no body: gRPC's "trailers only".
void http2_answer(struct http2_stream *stream, const struct http2_field *fields, size_t count,
                  bool end);
// Queues a copy of the bytes; past HTTP2_OUT_MAX the stream is reset.
void http2_send(struct http2_stream *stream, struct str bytes);
// No more bytes from us. count 0: no trailers.
void http2_end(struct http2_stream *stream, const struct http2_field *trailers, size_t count);
void http2_reset(struct http2_stream *stream, uint32_t error);

size_t http2_stream_queued(const struct http2_stream *stream); // bytes not yet taken
void *http2_stream_user(const struct http2_stream *stream);
void http2_stream_set_user(struct http2_stream *stream, void *user); // borrowed
