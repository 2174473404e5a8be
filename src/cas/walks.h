// walks: requests that read for long and answer with a stream: verifying, trying a policy or prices
// against the history, totals. The reading is done in slices on the writer's thread, between the
// groups, so that nobody waits for it longer than for one slice (keep it under 20 ms); each slice
// may send a part, which tells how far it is.
//
// To add one: a struct cas_walk_kind beside its code, its name in cas_walk_kinds (walks.c), its
// method in serve.c with cas_walks_handle, and its call with CALL_PARTS.
#pragma once

#include "cas/cas.h"
#include "wire/server.h"

struct cas_walk_kind {
    const ProtobufCMessageDescriptor *ask; // the request that it answers
    // In the transaction of the first slice. Makes *state, in turn->arena, which lives as long as
    // the walk, or elsewhere; what it made before it fails it must free itself. May be called again
    // after end, where a transaction is run again.
    bool (*begin)(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask, void **state,
                  struct err *err);
    // One slice. *part: in turn->arena, which here lives until the part is sent; NULL: nothing to
    // tell. *done: it was the last.
    bool (*step)(struct cas *cas, struct cas_turn *turn, void *state, const ProtobufCMessage **part,
                 bool *done, struct err *err);
    void (*end)(void *state); // frees what is not in the arena; NULL: there is nothing
};

// NULL: no walk answers this request.
const struct cas_walk_kind *cas_walk_find(const ProtobufCMessageDescriptor *ask);

// All of a walk at once, each part handed to `each` (may be NULL), inside the caller's transaction:
// for tests and tools.
bool cas_walk_run(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                  void (*each)(void *arg, const ProtobufCMessage *part), void *arg,
                  struct err *err) CC_MUST_USE;

extern const struct cas_walk_kind cas_walk_what_if; // what_if.c
extern const struct cas_walk_kind cas_walk_verify;  // verify.c
extern const struct cas_walk_kind cas_walk_export;  // past.c
extern const struct cas_walk_kind cas_walk_totals;
extern const struct cas_walk_kind cas_walk_forget;
extern const struct cas_walk_kind cas_walk_try;   // try.c
extern const struct cas_walk_kind cas_walk_close; // closing.c

// --- on the wire, with serve.c ------------------------------------------------------------------

struct cas_serve;
void cas_walks_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask);
// Drops walks whose asker is gone; with `all`, every one (the batch is at rest).
void cas_walks_sweep(struct cas_serve *serve, bool all);
