// walks: see walks.h.

#include "cas/walks.h"

#include "base/clk.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "cas/serve_int.h"
#include <stdlib.h>

enum { WALKS_MAX = 4 };

static const struct cas_walk_kind *const cas_walk_kinds[] = {
    &cas_walk_verify, &cas_walk_what_if, &cas_walk_export, &cas_walk_totals,
    &cas_walk_forget, &cas_walk_try,     &cas_walk_close,
};

const struct cas_walk_kind *cas_walk_find(const ProtobufCMessageDescriptor *ask)
{
    for (size_t i = 0; i < sizeof(cas_walk_kinds) / sizeof(cas_walk_kinds[0]); i++) {
        if (cas_walk_kinds[i]->ask == ask) {
            return cas_walk_kinds[i];
        }
    }
    return NULL;
}

// ---- one slice, wherever it runs ---------------------------------------------------------------

struct walk_state {
    const struct cas_walk_kind *kind;
    const ProtobufCMessage *ask; // in the arena
    struct arena arena;          // as long as the walk
    struct arena parts;          // until the part is sent
    struct cas_turn turn;
    void *state; // kind's; NULL: not begun
    const ProtobufCMessage *part;
    bool done;
};

static void walk_end(struct walk_state *walk)
{
    if (walk->state != NULL && walk->kind->end != NULL) {
        walk->kind->end(walk->state);
    }
    walk->state = NULL;
}

static bool walk_slice(struct cas *cas, struct walk_state *walk, struct err *err)
{
    struct cas_turn turn = walk->turn;
    walk->part = NULL;
    walk->done = false;
    if (walk->state == NULL && !walk->kind->begin(cas, &walk->turn, walk->ask, &walk->state, err)) {
        walk->state = NULL;
        return false;
    }
    arena_reset(&walk->parts);
    turn.arena = &walk->parts;
    bool ok = walk->kind->step(cas, &turn, walk->state, &walk->part, &walk->done, err);
    walk->turn.reasons = turn.reasons;
    return ok;
}

bool cas_walk_run(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                  void (*each)(void *arg, const ProtobufCMessage *part), void *arg, struct err *err)
{
    struct walk_state walk = { .kind = cas_walk_find(ask->descriptor),
                               .ask = ask,
                               .parts = ARENA_CAP(CAS_ARENA_MAX),
                               .turn = *turn };
    bool ok = walk.kind != NULL ||
              err_set(err, ERR_INTERNAL, "nothing here answers %s", ask->descriptor->name);
    while (ok && !walk.done) {
        ok = walk_slice(cas, &walk, err);
        if (ok && walk.part != NULL && each != NULL) {
            each(arg, walk.part);
        }
    }
    if (walk.kind != NULL) {
        walk_end(&walk);
    }
    arena_free(&walk.parts);
    return ok;
}

// ---- on the wire -------------------------------------------------------------------------------

struct cas_walk {
    struct serve_item base; // first
    struct cas_walk *next;
    struct wire_call_id id;
    struct walk_state state; // the writer's while it runs
    bool held_back;          // the asker does not read: go on when it does
};

static void walk_drop(struct cas_walk *walk)
{
    struct cas_serve *serve = walk->base.serve;
    for (struct cas_walk **at = &serve->walks; *at != NULL; at = &(*at)->next) {
        if (*at == walk) {
            *at = walk->next;
            serve->walk_count--;
            break;
        }
    }
    walk_end(&walk->state);
    arena_free(&walk->state.arena);
    arena_free(&walk->state.parts);
    free(walk);
}

static bool walk_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct cas_walk *walk = (struct cas_walk *)cas_serve_item_of(task);
    if (task->runs > 1) {
        walk_end(&walk->state); // how far the first run came nobody knows: from the start
    }
    return walk_slice(walk->base.serve->cas, &walk->state, err);
}

static void walk_on(struct cas_walk *walk)
{
    struct cas_serve *serve = walk->base.serve;
    struct wire_call *call = wire_call_find(serve->server, walk->id);
    if (call != NULL && net_batch_add(serve->batch, &walk->base.item)) {
        return;
    }
    if (call != NULL) {
        cas_serve_busy(serve, call);
    }
    walk_drop(walk);
}

static void walk_ready(void *engine, struct wire_call *call)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    uint64_t id = wire_call_id(call).v;
    for (struct cas_walk *walk = serve->walks; walk != NULL; walk = walk->next) {
        if (walk->id.v == id && walk->held_back) {
            walk->held_back = false;
            walk_on(walk);
            return;
        }
    }
}

static void walk_done(struct net_batch_item *item)
{
    struct cas_walk *walk = (struct cas_walk *)item;
    struct cas_serve *serve = walk->base.serve;
    struct wire_call *call = wire_call_find(serve->server, walk->id);
    cas_serve_note(serve, &walk->base);
    if (call == NULL || !walk->base.task.ok) {
        if (call != NULL) {
            wire_call_refuse(call, &walk->base.task.err, walk->state.turn.reasons);
        }
        walk_drop(walk);
        return;
    }
    bool more = walk->state.part == NULL || wire_call_part(call, walk->state.part, walk_ready);
    if (walk->state.done) {
        wire_call_end(call);
        walk_drop(walk);
    } else if (more) {
        walk_on(walk);
    } else {
        walk->held_back = true;
    }
}

// A walk whose asker went away while it was held back has nobody who wakes it.
void cas_walks_sweep(struct cas_serve *serve, bool all)
{
    for (struct cas_walk *walk = serve->walks; walk != NULL;) {
        struct cas_walk *next = walk->next;
        if (all || (walk->held_back && wire_call_find(serve->server, walk->id) == NULL)) {
            walk_drop(walk);
        }
        walk = next;
    }
}

void cas_walks_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    struct err err = { 0 };
    cas_walks_sweep(serve, false);
    if (serve->walk_count == WALKS_MAX || serve->must_stop) {
        cas_serve_busy(serve, call);
        return;
    }
    struct cas_walk *walk = mem_new(sizeof(*walk));
    struct walk_state *state = &walk->state;
    ProtobufCMessage *kept = NULL;
    walk->base = (struct serve_item){ .item = { .done = walk_done },
                                      .task = { .run = walk_run },
                                      .serve = serve };
    walk->id = wire_call_id(call);
    walk->next = serve->walks;
    serve->walks = walk;
    serve->walk_count++;
    state->kind = cas_walk_find(ask->descriptor);
    state->arena = ARENA_CAP(CAS_ARENA_MAX);
    state->parts = ARENA_CAP(CAS_ARENA_MAX);
    state->turn = cas_turn_of(call, &state->arena);
    if (state->kind == NULL) {
        err_fill(&err, ERR_INTERNAL, "nothing here answers %s", ask->descriptor->name);
    }
    if (state->kind == NULL ||
        !cas_unpack(&state->arena, ask->descriptor, cas_pack(&state->arena, ask), &kept, &err)) {
        wire_call_refuse(call, &err, NULL);
        walk_drop(walk);
        return;
    }
    state->ask = kept;
    walk_on(walk);
}
