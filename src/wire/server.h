// wire/server: an engine's gRPC side. The call table says who may ask what, with which deadline and
// whether a key is needed; what the table does not allow is refused before engine code runs.
//
// All on the loop thread. A call lives until it is answered, refused or cancelled; engines keep its
// id across a wait and look it up again (wire_call_find), for the asker may be gone by then.
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "net/net.h"
#include "proto/common.pb-c.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct wire_server;
struct wire_call; // one request under way

struct wire_call_id {
    uint64_t v;
};

// ask: unpacked into the call's arena and checked (UTF-8 without control characters, lengths,
// enums, key of 16 bytes where the table wants one). Answer with wire_call_answer or
// wire_call_refuse, now or later.
typedef void wire_handler(void *engine, struct wire_call *call, const ProtobufCMessage *ask);

struct wire_method {
    const char *path; // "/quoin.v1.People/AddPerson"; must stand in wire/calls.tbl.h
    wire_handler *handle;
};

// Who asked what and was turned away before engine code ran. Borrowed for the callback.
struct wire_refused {
    struct str from;     // address; empty in tests without sockets
    struct str identity; // of the certificate; empty: none
    struct str path;     // as asked; empty: the connection itself was refused
    const char *why;
    bool broke; // it went before it showed who it is; may have been anybody
};

// A call that is over.
struct wire_called {
    size_t kind;     // index in wire_kinds (wire/calls.h)
    unsigned status; // of gRPC
    int64_t ns;      // since it was asked
    bool is_stream;
};

struct wire_server_settings {
    const char *host;
    uint16_t port;
    struct net_tls *tls;               // borrowed while serving
    const struct wire_method *methods; // borrowed; count of them
    size_t method_count;
    void *engine;     // borrowed; given to every handler
    const char *site; // borrowed; whose certificates may ask; NULL: any site that tls believes
    uint32_t most;    // connections at once; 0: 1024
    // Told of every request that the table did not allow, for the log; may be NULL.
    void (*on_refused)(void *engine, const struct wire_refused *what);
    // Told of every call that the table allowed, when it is over; may be NULL.
    void (*on_called)(void *engine, const struct wire_called *what);
};

bool wire_server_new(struct net_loop *loop, const struct wire_server_settings *settings,
                     struct wire_server **server, struct err *err) CC_MUST_USE;
uint16_t wire_server_port(const struct wire_server *server);
void wire_server_serving(struct wire_server *server, bool serving); // what grpc.health.v1 says
// Connections made from now on get this certificate; for a renewed one.
void wire_server_set_tls(struct wire_server *server, struct net_tls *tls);
void wire_server_drain(struct wire_server *server); // GOAWAY; finishes what is under way
size_t wire_server_call_count(const struct wire_server *server); // under way
void wire_server_free(struct wire_server **server);

struct wire_call_id wire_call_id(const struct wire_call *call);
struct wire_call *wire_call_find(struct wire_server *server, struct wire_call_id id); // NULL: gone
struct arena *wire_call_arena(struct wire_call *call);
const char *wire_call_role(const struct wire_call *call); // "dre", "admin", …
const char *wire_call_host(const struct wire_call *call);
// What the asker has seen of what it changes, in the call's arena; NULL: it does not say.
const Quoin__V1__Seen *wire_call_seen(const struct wire_call *call);
// For whom the asker asks, by wire/person.h, in the call's arena; NULL: for itself.
const char *wire_call_person(const struct wire_call *call);
int64_t wire_call_deadline_ms(const struct wire_call *call); // clk_mono_ms when it must be answered

void wire_call_answer(struct wire_call *call, const ProtobufCMessage *reply);
// Server streaming: any number of parts, then wire_call_end. False: hold back until asked again
// (on_ready is called on the loop).
bool wire_call_part(struct wire_call *call, const ProtobufCMessage *part,
                    void (*on_ready)(void *engine, struct wire_call *call));
void wire_call_end(struct wire_call *call);
// err->code becomes the gRPC status; code, text and reasons ride in grpc-status-details-bin.
// reasons: NULL-ended IPP job-state-reasons keywords, or NULL.
void wire_call_refuse(struct wire_call *call, const struct err *err, const char *const *reasons);
