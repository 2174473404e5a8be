// What server.c (listening, counting, cutting) and conn.c (one connection and its exchange) share.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "http/body.h"
#include "httpio/server.h"

struct httpio_link { // of a ring; the ring's head is one, too
    struct httpio_link *prev;
    struct httpio_link *next;
};

void httpio_link_init(struct httpio_link *link);
void httpio_link_drop(struct httpio_link *link);
void httpio_link_add(struct httpio_link *ring, struct httpio_link *link); // at the end

struct httpio_address { // connections of one peer address
    uint32_t count;
    uint32_t key_len;
    char key[48];
};

struct httpio_server {
    struct net_loop *loop;                  // borrowed
    struct httpio_server_settings settings; // with the defaults in place
    struct net_listener *listener;          // owned; NULL: draining
    struct net_timer *sweep;                // owned
    struct httpio_link idle;                // connections without a request, the longest first
    struct httpio_link busy;
    struct httpio_link turn;    // busy ones with something to do that no event of the stream brings
    struct httpio_link leaving; // closed by us, on_close not yet heard
    uint32_t open;              // in idle and busy
    struct map addresses;       // text to owned httpio_address
    struct map exchanges;       // id to borrowed exchange
    uint64_t last_id;
    struct httpio_server_counts counts;
    int64_t date_s;
    struct buf date; // the Date line of that second
    uint16_t port;
    bool draining;
    bool posted; // server_on_turn will run
    bool gone;   // it frees the server
};

enum httpio_conn_state {
    CONN_IDLE,
    CONN_HEAD, // some of a head is there
    CONN_EXCHANGE,
    CONN_DRAIN,   // answered early; the rest of the body is thrown away for a while
    CONN_LEAVING, // closed by us
};

struct httpio_conn {
    struct httpio_link link; // first
    struct httpio_server *server;
    struct net_stream *stream;
    struct httpio_address *address;   // borrowed from server->addresses
    struct httpio_exchange *exchange; // owned; NULL: none
    struct str ahead;                 // while stepping: what came behind what is being worked on
    struct buf in;    // what came and could not be used yet: part of a head, or what is behind a
                      // request under way
    int64_t since_ms; // in this state
    uint64_t drained; // bytes thrown away
    struct http_scan scan;
    uint8_t state;
    bool stepping;
    bool ended; // the peer sends no more
};

// Whether bytes move fast enough; looked at from time to time.
struct httpio_meter {
    int64_t span_ms; // this span began; 0: it is not measured now
    int64_t moved_ms;
    uint64_t span_at; // bytes when it began
    uint64_t last;
};

struct httpio_exchange {
    struct httpio_exchange_id id;
    struct httpio_conn *conn;
    const struct httpio_exchange_events *events; // borrowed; NULL: none
    void *arg;
    struct arena arena;
    struct http_request request;
    struct http_body body;
    struct httpio_meter in;
    struct httpio_meter out;
    uint64_t left;    // of an answer with a length
    uint64_t written; // bytes of the answer given to the stream
    bool wanted;
    bool paused;
    bool end_told;
    bool started;
    bool finished;
    bool chunked;
    bool no_body; // the answer to HEAD, 204, 304
    bool close;
};

void httpio_conn_new(struct httpio_server *server, struct net_stream *stream,
                     struct httpio_address *address);
// Looks at one connection's time; cuts it when it is too slow.
void httpio_conn_sweep(struct httpio_conn *conn, int64_t now_ms);
void httpio_conn_leave(struct httpio_conn *conn); // closes it in peace, after what is queued
// At once, without hearing from the stream any more. Its exchange gets on_close with err.
void httpio_conn_free(struct httpio_conn *conn, const struct err *err);

// Its turn came: see httpio_server_turn.
void httpio_conn_take_turn(struct httpio_conn *conn);

void httpio_server_turn(struct httpio_conn *conn);      // soon, from the loop
void httpio_server_conn_gone(struct httpio_conn *conn); // its place is free again
const struct buf *httpio_server_date(struct httpio_server *server);
