// What serve.c and walks.c share: how work goes to the writer and comes back.
#pragma once

#include "cas/serve.h"
#include "db/group.h"

enum { SERVE_TOKENS_MAX = 64 };

struct cas_walk;

struct cas_serve {
    struct net_loop *loop; // borrowed
    struct cas *cas;       // owned; the writer's while it runs
    struct net_batch *batch;
    struct net_timer *timer;
    struct wire_server *server; // borrowed
    struct cas_token tokens[SERVE_TOKENS_MAX];
    size_t token_count;
    struct cas_walk *walks; // owned, under way
    size_t walk_count;
    struct net_pool *slow_pool; // owned; hashes secrets
    size_t slow_count;          // requests that it may be needed for
    bool lapsing;               // a lapse waits or runs
    bool scheduling;            // a step of the schedules does
    bool has_to_look;           // and when it is back, another one is wanted at once
    bool must_stop;
    void (*on_broken)(void *arg);
    void *broken_arg; // borrowed
    struct cas_serve_counts counts;
};

// What goes to the writer and back.
struct serve_item {
    struct net_batch_item item; // first
    struct db_task task;
    struct cas_serve *serve;
    bool must_stop; // the writer's word
};

struct serve_item *cas_serve_item_of(struct db_task *task);
// On the loop, when an item is back: the first failure of the store is told.
void cas_serve_note(struct cas_serve *serve, const struct serve_item *item);
// Refuses a call that there is no room for.
void cas_serve_busy(struct cas_serve *serve, struct wire_call *call);

// Who asks, and for whom, now; its texts in the arena.
struct cas_turn cas_turn_of(const struct wire_call *call, struct arena *arena);

// slow_wire.c: requests that hash a secret between two turns.
void cas_slow_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask);
void cas_slow_start(struct cas_serve *serve);
void cas_slow_stop(struct cas_serve *serve);
