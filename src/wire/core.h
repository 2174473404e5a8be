// wire/core: the gRPC server without sockets: who may ask what, calls under way, deadlines, health
// and reflection. wire/server binds it to streams; tests and fuzzers feed it bytes.
//
// A connection is a wire_conn, which is the owner (arg) of an HTTP/2 session made with
// wire_conn_events. One thread.
#pragma once

#include "base/cc.h"
#include "http2/session.h"
#include "wire/peer.h"
#include "wire/server.h"
#include <stdint.h>

enum {
    WIRE_CALLS_MAX = 8192,       // under way in one server
    WIRE_CALL_BYTES = 16 << 20,  // the arena of one call
    WIRE_BYTES_ALL = 256 << 20,  // of all calls together
    WIRE_PARTS_QUEUED = 64 << 10 // of one stream, then wire_call_part says: hold back
};

struct wire_core;
struct wire_conn;

// Of the settings it uses methods, method_count, engine and on_refused. on_due is called when the
// earliest deadline has become earlier.
bool wire_core_new(const struct wire_server_settings *settings, void (*on_due)(void *arg),
                   void *arg, struct wire_core **core, struct err *err) CC_MUST_USE;
void wire_core_free(struct wire_core **core); // after its connections
void wire_core_serving(struct wire_core *core, bool serving);
int64_t wire_core_next_ms(const struct wire_core *core); // clk_mono_ms; INT64_MAX: no deadline
void wire_core_expire(struct wire_core *core);           // ends the calls whose deadline has passed
size_t wire_core_call_count(const struct wire_core *core);
struct wire_call *wire_core_find(struct wire_core *core, struct wire_call_id id); // NULL: gone

// flush: what was sent is to go out; also called inside the session's callbacks.
struct wire_conn *wire_conn_new(struct wire_core *core, const struct wire_peer *peer,
                                struct str identity, struct str from, void (*flush)(void *arg),
                                void *arg);
void *wire_conn_owner(const struct wire_conn *conn); // arg
void wire_conn_free(struct wire_conn **conn);        // after its session was muted or freed
extern const struct http2_events wire_conn_events;
