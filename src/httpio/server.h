// httpio/server: HTTP/1.1 on a port, plain and TLS on the same one. Bodies stream both ways with
// back-pressure; answers may come at any time, also before the body and long after it.
//
// All on the loop thread. An exchange is one request and its answer; it lives until its on_close.
// Across a wait keep its id: the asker may be gone by then (httpio_exchange_find). No event comes
// from inside a call of yours; they come from the loop.
#pragma once

#include "base/err.h"
#include "http/head.h"
#include "net/net.h"

struct httpio_server;
struct httpio_exchange;

struct httpio_exchange_id {
    uint64_t v;
};

// Every member but on_request may be NULL. Give them in on_request with httpio_exchange_set.
struct httpio_exchange_events {
    // Body bytes, in order; only after httpio_exchange_want_body.
    void (*on_data)(void *arg, struct httpio_exchange *exchange, struct str bytes);
    // The whole body has come (soon after want_body when there is none).
    void (*on_end)(void *arg, struct httpio_exchange *exchange);
    // httpio_exchange_write may go on (also once, soon after httpio_exchange_start).
    void (*on_room)(void *arg, struct httpio_exchange *exchange);
    // Last, exactly once, however it ended; the exchange is gone after it. ERR_NONE: the whole
    // answer went to the peer's connection. Otherwise: the peer left, was cut for being slow
    // (ERR_TIMEOUT), sent a malformed body (ERR_INVALID), or the server was freed.
    void (*on_close)(void *arg, struct httpio_exchange *exchange, const struct err *err);
};

// 0 in any number means the default that is named beside it; nothing is unlimited.
struct httpio_server_settings {
    const char *host;
    uint16_t port;            // 0: the kernel chooses
    struct net_tls *tls;      // borrowed while serving; NULL: plain only. With it: both
    uint32_t connections_max; // 12000; past it the longest idle one is closed for the new one,
                              // or, when all are at work, the new one gets 503 with Retry-After
    uint32_t address_max;     // 64 a peer address; past it 503 with Retry-After
    uint32_t head_ms;         // 10000 from a head's first byte to its last
    uint32_t idle_ms;         // 60000 without a request, or without any byte in a body or answer
    uint32_t rate_ms;         // 30000: in each such span of a body or answer under way …
    uint32_t rate_bytes;      // 1024 a second: … this much must pass on average, or it is cut
    uint32_t drain_ms;        // 5000 and
    uint32_t drain_bytes;     // 1 MiB: how much of a body is read and thrown away after an early
                              // answer, so that the peer gets to read it
    uint32_t retry_after_s;   // 5
    // A request's head was read: look at httpio_exchange_request, set the events, and ask for the
    // body, answer, or note the id and do so later.
    void (*on_request)(void *arg, struct httpio_exchange *exchange);
    void *arg; // borrowed
};

bool httpio_server_new(struct net_loop *loop, const struct httpio_server_settings *settings,
                       struct httpio_server **server, struct err *err) CC_MUST_USE;
uint16_t httpio_server_port(const struct httpio_server *server);
// For connections made from now on: a renewed certificate. Borrowed while serving.
void httpio_server_set_tls(struct httpio_server *server, struct net_tls *tls);
// No new connections; idle ones are closed, the others after the answer that is under way.
void httpio_server_drain(struct httpio_server *server);
// Aborts what is open: every exchange gets its on_close (ERR_UNAVAILABLE) before this returns.
void httpio_server_free(struct httpio_server **server);

struct httpio_server_counts {
    uint64_t connections;       // open now
    uint64_t exchanges;         // under way now
    uint64_t requests;          // whole heads read, ever
    uint64_t refused_malformed; // by the strict reader
    uint64_t refused_busy;      // 503 for a full server or address
    uint64_t cut_slow;          // too slow in head, body or answer
};
struct httpio_server_counts httpio_server_counts(const struct httpio_server *server);

// --- an exchange --------------------------------------------------------------------------------

struct httpio_exchange_id httpio_exchange_id(const struct httpio_exchange *exchange);
struct httpio_exchange *httpio_exchange_find(struct httpio_server *server,
                                             struct httpio_exchange_id id); // NULL: gone
const struct http_request *httpio_exchange_request(const struct httpio_exchange *exchange);
struct str httpio_exchange_peer(const struct httpio_exchange *exchange); // "127.0.0.1"
bool httpio_exchange_is_tls(const struct httpio_exchange *exchange);
struct str httpio_exchange_identity(const struct httpio_exchange *exchange); // net_stream_identity

void httpio_exchange_set(struct httpio_exchange *exchange,
                         const struct httpio_exchange_events *events, void *arg); // both borrowed

// Sends 100 Continue where it was asked for, then on_data and on_end come. Not called: the body is
// thrown away within the drain bounds after the answer.
void httpio_exchange_want_body(struct httpio_exchange *exchange);
// Stops on_data and on_end (and, a little later, the peer). Twice is as once. The peer's rate is
// not measured meanwhile.
void httpio_exchange_pause(struct httpio_exchange *exchange);
void httpio_exchange_resume(struct httpio_exchange *exchange);

struct httpio_answer {
    unsigned status;
    struct str type;                 // Content-Type; empty: none
    const struct http_field *fields; // further ones, not framing and not Connection; borrowed
    size_t field_count;
    bool close; // close the connection after it
};

// The whole answer at once. The exchange ends when it has gone out; do not touch it afterwards but
// in its events. Answering a second time is our own mistake, as is a field that does not fit into
// a head: check a stranger's words before they go into one.
void httpio_exchange_answer(struct httpio_exchange *exchange, const struct httpio_answer *answer,
                            struct str body);

// The answer in parts: start, then any number of writes, then finish. length: of the whole body,
// or HTTPIO_CHUNKED (HTTP/1.0 peers then get it until close).
#define HTTPIO_CHUNKED UINT64_MAX
void httpio_exchange_start(struct httpio_exchange *exchange, const struct httpio_answer *answer,
                           uint64_t length);
// Copies. False: it was taken, but hold back until on_room.
bool httpio_exchange_write(struct httpio_exchange *exchange, struct str bytes);
void httpio_exchange_finish(struct httpio_exchange *exchange);
// After start, of an answer that goes on for long: the request's words are not needed any more, and
// httpio_exchange_request is not asked again.
void httpio_exchange_forget(struct httpio_exchange *exchange);
// Something went wrong after start: the connection is cut, so that the peer sees a broken answer.
void httpio_exchange_abort(struct httpio_exchange *exchange, const struct err *err);
