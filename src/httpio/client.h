// httpio/client: asks one HTTP/1.1 peer (a printer), one request at a time, over a connection that
// is kept between requests. Bodies stream both ways with back-pressure.
//
// All on the loop thread. What matters most here: after a failure it says whether the peer may have
// got any of the body, for a document that may have reached paper is never sent twice.
#pragma once

#include "base/err.h"
#include "http/head.h"
#include "net/net.h"

struct httpio_client;

// 0 in any number means the default beside it.
struct httpio_client_settings {
    struct net_address to;
    struct net_tls *tls;   // borrowed for the client's life; NULL: plain
    const char *peer_name; // copied; what the certificate must be for; NULL: as `tls` says
    uint32_t connect_ms;   // 10000, TLS included
    uint32_t idle_ms;      // 60000 without a byte either way while a request is under way
    uint32_t keep_ms;      // 10000 that an idle connection is kept for the next request
};

struct httpio_client *httpio_client_new(struct net_loop *loop,
                                        const struct httpio_client_settings *settings);
// A request under way ends with on_done (ERR_UNAVAILABLE) before this returns.
void httpio_client_free(struct httpio_client **client);

// What became of a request's body. A peer that answered has of course read what it wanted of it.
struct httpio_sent {
    bool connected; // there was a connection, and TLS on it where asked for
    bool head;      // some of the head may have reached the peer
    bool body;      // some of the body may have reached the peer. False is certain: not one byte
                    // of it was handed to the kernel
    bool whole;     // all of the body, its end included, was handed to the kernel
    uint64_t body_bytes; // given to httpio_client_write and out of our own queue
};

struct httpio_client_events {
    // The body is wanted: write until false, then finish; called again when there is room. Not
    // called before the connection stands, nor, with expect_continue, before the peer agreed or
    // two seconds passed.
    void (*on_room)(void *arg, struct httpio_client *client);
    // The final answer's head (1xx are not shown); may come while the body is still being sent: the
    // rest of it is then no longer wanted and on_room comes no more. Borrowed until on_done.
    void (*on_head)(void *arg, struct httpio_client *client, const struct http_response *response);
    void (*on_data)(void *arg, struct httpio_client *client, struct str bytes);
    // Last, exactly once a request, never before httpio_client_ask has returned. ERR_NONE: the
    // whole answer came. A new request may be asked from within.
    void (*on_done)(void *arg, struct httpio_client *client, const struct err *err,
                    const struct httpio_sent *sent);
};

struct httpio_ask {
    struct str method;
    struct str target;               // "/ipp/print"
    const struct http_field *fields; // further ones, not Host, framing or Connection; borrowed
    size_t field_count;
    uint64_t length;      // of the body; HTTPIO_CLIENT_CHUNKED: not known; 0: none, no on_room
    bool expect_continue; // asks the peer first
    bool fresh;           // on a new connection. For documents: a kept one may be dead already,
                          // and then nobody could say whether the body arrived
    uint32_t whole_ms;    // for all of it; 0: only idle_ms counts
};
#define HTTPIO_CLIENT_CHUNKED UINT64_MAX

// Asks. No request may be under way. events and arg are borrowed until on_done.
void httpio_client_ask(struct httpio_client *client, const struct httpio_ask *ask,
                       const struct httpio_client_events *events, void *arg);
// Whom the connection of the request under way leads to, as net_stream_identity; empty: none, or no
// proof. From on_room on.
struct str httpio_client_identity(const struct httpio_client *client);
bool httpio_client_is_busy(const struct httpio_client *client);
// Copies. False: it was taken, but hold back until on_room.
bool httpio_client_write(struct httpio_client *client, struct str bytes);
void httpio_client_finish(struct httpio_client *client); // the body is whole
// Back-pressure on the answer's body.
void httpio_client_pause(struct httpio_client *client);
void httpio_client_resume(struct httpio_client *client);
// Gives it up: on_done comes with this error, soon. The connection is closed.
void httpio_client_abort(struct httpio_client *client, const struct err *err);
