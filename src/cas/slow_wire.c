// slow_wire: brings requests that hash a secret to the wire: a turn of the writer, a worker, a turn
// of the writer. At most two hashes at once, for each wants 64 MiB, and few that wait: who comes
// when there is no place is refused before a try is counted.
// no unit test: tests/it/test_credentials.py asks a real site

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "cas/credentials.h"
#include "cas/serve_int.h"
#include <stdlib.h>

enum { SLOW_THREADS = 2, SLOW_WAIT_MAX = 40 };

struct slow_call {
    struct serve_item base; // first
    struct wire_call_id id;
    struct arena arena;
    struct cas_turn turn;
    struct cas_slow slow;
    const ProtobufCMessage *reply;
    bool has_place; // of those that a worker may be needed for
};

// What was compared or hashed stands in the call's arena.
static void slow_wipe(struct str secret)
{
    if (secret.len > 0) {
        mem_wipe((char *)(uintptr_t)secret.ptr, secret.len);
    }
}

static void slow_free(struct slow_call *call)
{
    if (call->has_place) {
        call->base.serve->slow_count--;
    }
    slow_wipe(call->slow.secret);
    slow_wipe(call->slow.fresh);
    arena_free(&call->arena);
    free(call);
}

static bool slow_first_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct slow_call *call = (struct slow_call *)cas_serve_item_of(task);
    return cas_slow_begin(call->base.serve->cas, &call->turn, &call->slow, &call->reply, err);
}

static bool slow_second_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct slow_call *call = (struct slow_call *)cas_serve_item_of(task);
    call->turn.reasons = NULL;
    return cas_slow_end(call->base.serve->cas, &call->turn, &call->slow, &call->reply, err);
}

static bool slow_note_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct slow_call *call = (struct slow_call *)cas_serve_item_of(task);
    return cas_slow_note(call->base.serve->cas, &call->turn, &call->slow, err);
}

static void slow_note_done(struct net_batch_item *item)
{
    struct slow_call *call = (struct slow_call *)item;
    cas_serve_note(call->base.serve, &call->base);
    slow_free(call);
}

static void slow_log(const struct slow_call *call, bool ok)
{
    if (call->slow.ask->descriptor != &quoin__v1__prove_request__descriptor) {
        return;
    }
    const Quoin__V1__ProveRequest *prove = (const Quoin__V1__ProveRequest *)call->slow.ask;
    log_event(ok ? LOG_INFO : LOG_WARNING, ok ? "credential.proved" : "credential.refused",
              log_text("by", call->slow.by), log_int("person", call->slow.person),
              log_int("card", call->slow.card), log_text("device", prove->device),
              log_text("address", prove->address),
              log_text("why", !ok && call->turn.reasons != NULL ? call->turn.reasons[0] : ""));
}

// The asker gets the answer; a lock-out is noted after it, so that nobody learns of it by the time
// that it takes.
static void slow_finish(struct slow_call *call, const struct err *refusal)
{
    struct cas_serve *serve = call->base.serve;
    struct wire_call *at = wire_call_find(serve->server, call->id);
    slow_log(call, refusal == NULL);
    if (at != NULL && refusal == NULL) {
        wire_call_answer(at, call->reply);
    } else if (at != NULL) {
        wire_call_refuse(at, refusal, call->turn.reasons);
    }
    if (refusal != NULL && call->slow.is_locked_out && call->slow.person != 0 &&
        call->slow.checks) {
        call->base.item.done = slow_note_done;
        call->base.task.run = slow_note_run;
        if (net_batch_add(serve->batch, &call->base.item)) {
            return;
        }
    }
    slow_free(call);
}

static void slow_second_done(struct net_batch_item *item)
{
    struct slow_call *call = (struct slow_call *)item;
    cas_serve_note(call->base.serve, &call->base);
    slow_finish(call, !call->base.task.ok     ? &call->base.task.err
                      : call->slow.is_refused ? &call->slow.refusal
                                              : NULL);
}

static void slow_work(void *arg)
{
    cas_slow_work(&((struct slow_call *)arg)->slow);
}

static void slow_worked(void *arg)
{
    struct slow_call *call = arg;
    struct err busy;
    if (cas_slow_is_over(&call->slow, &call->turn)) {
        slow_finish(call, &call->slow.refusal);
        return;
    }
    call->base.item.done = slow_second_done;
    call->base.task.run = slow_second_run;
    if (!net_batch_add(call->base.serve->batch, &call->base.item)) {
        err_fill(&busy, ERR_UNAVAILABLE, "CAS has too much to do at the moment; ask again");
        slow_finish(call, &busy);
    }
}

static void slow_first_done(struct net_batch_item *item)
{
    struct slow_call *call = (struct slow_call *)item;
    struct cas_serve *serve = call->base.serve;
    cas_serve_note(serve, &call->base);
    if (!call->base.task.ok || call->slow.is_refused || call->reply != NULL) {
        slow_second_done(item);
        return;
    }
    if (serve->slow_pool == NULL || !net_pool_run(serve->slow_pool, slow_work, slow_worked, call)) {
        struct err ending;
        err_fill(&ending, ERR_UNAVAILABLE, "CAS is ending; ask again");
        slow_finish(call, &ending);
    }
}

void cas_slow_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    struct slow_call *made = mem_new(sizeof(*made));
    ProtobufCMessage *kept = NULL;
    struct err err = { 0 };
    made->base = (struct serve_item){ .item = { .done = slow_first_done },
                                      .task = { .run = slow_first_run },
                                      .serve = serve };
    made->id = wire_call_id(call);
    made->arena = ARENA_CAP(CAS_ARENA_MAX);
    made->turn = cas_turn_of(call, &made->arena);
    serve->counts.requests++;
    if (!cas_unpack(&made->arena, ask->descriptor, cas_pack(&made->arena, ask), &kept, &err)) {
        wire_call_refuse(call, &err, NULL);
        slow_free(made);
        return;
    }
    made->slow.ask = kept;
    if (cas_slow_hashes(kept)) {
        if (serve->slow_count == SLOW_WAIT_MAX) {
            serve->counts.refused++;
            err_fill(&err, ERR_UNAVAILABLE,
                     "too many people sign in at this moment; try again in a few seconds");
            wire_call_refuse(call, &err, NULL);
            slow_free(made);
            return;
        }
        made->has_place = true;
        serve->slow_count++;
    }
    if (serve->must_stop || !net_batch_add(serve->batch, &made->base.item)) {
        cas_serve_busy(serve, call);
        slow_free(made);
    }
}

void cas_slow_start(struct cas_serve *serve)
{
    serve->slow_pool = net_pool_new(serve->loop, SLOW_THREADS);
}

// Before the batch ends: what was hashed must find it.
void cas_slow_stop(struct cas_serve *serve)
{
    net_pool_free(&serve->slow_pool);
}
