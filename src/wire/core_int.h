// wire/core: what its modules share.
#pragma once

#include "base/arena.h"
#include "wire/calls.h"
#include "wire/core.h"
#include "wire/due.h"
#include "wire/frame.h"
#include "wire/status.h"

struct wire_slot {
    struct wire_call *call; // owned; NULL: free
    uint32_t generation;    // of the call that is or will be in it
    uint32_t next_free;     // index + 1; 0: none
};

// Calls that are over are kept for the next ones, with a block of memory each; not where a
// sanitizer is to see who still uses one.
#if defined(__SANITIZE_ADDRESS__)
enum { WIRE_SPARES_MAX = 0 };
#else
enum { WIRE_SPARES_MAX = 64 };
#endif

struct wire_core {
    wire_handler **handlers; // owned; by index in wire_kinds; NULL: not ours
    void *engine;            // borrowed
    void (*on_refused)(void *engine, const struct wire_refused *what);
    void (*on_called)(void *engine, const struct wire_called *what);
    void (*on_due)(void *arg);
    void *arg;               // borrowed
    struct wire_slot *slots; // owned
    uint32_t slot_count;
    uint32_t first_free; // index + 1
    size_t call_count;
    struct wire_call *spares[WIRE_SPARES_MAX + 1]; // owned
    size_t spare_count;
    size_t bytes; // of all calls' arenas
    struct wire_dues dues;
    bool serving;
};

struct wire_conn {
    struct wire_core *core; // borrowed
    struct wire_peer peer;
    char *identity; // owned
    char *from;     // owned
    void (*flush)(void *arg);
    void *arg; // borrowed
};

struct wire_call {
    struct wire_due due; // first
    struct wire_call_id id;
    struct wire_core *core;       // borrowed
    struct wire_conn *conn;       // borrowed
    struct http2_stream *stream;  // borrowed from the session
    const struct wire_kind *kind; // lives for ever
    int64_t began_ns;             // monotonic
    struct arena arena;
    size_t counted; // of arena.used, in core->bytes
    struct wire_frame frame;
    struct str body; // in the arena
    bool got;        // a whole message is in body
    bool head_sent;
    void (*on_ready)(void *engine, struct wire_call *call);
    const Quoin__V1__Seen *seen; // in the arena, or NULL
    const char *person;          // in the arena, or NULL
    char *watched;               // health: the service's name, in the arena
};

// NULL: too many calls.
struct wire_call *wire_call_new(struct wire_conn *conn, struct http2_stream *stream,
                                const struct wire_kind *kind, int64_t deadline_ms);
void wire_call_drop(struct wire_call *call); // without a word to the asker
// False: the calls together hold too much.
bool wire_call_count_bytes(struct wire_call *call) CC_MUST_USE;
void wire_call_finish(struct wire_call *call, enum wire_status status, const struct err *err,
                      const char *const *reasons);
void wire_core_tell_refused(const struct wire_conn *conn, struct str path, const char *why);

// The services that every engine has.
bool wire_core_has_service(const struct wire_core *core, const char *service);
void wire_health_ask(struct wire_call *call, const ProtobufCMessage *ask);
void wire_health_changed(struct wire_core *core);
void wire_reflect_ask(struct wire_call *call, const ProtobufCMessage *ask, struct arena *arena);
