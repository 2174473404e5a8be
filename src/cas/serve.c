// serve: see serve.h. A call is copied into a task of its own, because the asker may be gone before
// the writer has worked on it; the task goes to the writer, comes back to the loop and finds its
// call again.

#include "cas/serve.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "db/group.h"
#include "svc/token.h"
#include <stdlib.h>

enum {
    SERVE_QUEUE_MAX = 4096,
    SERVE_GROUP_MAX = 256,
    SERVE_LAPSE_EVERY_MS = 10000,
    SERVE_REST_MS = 100, // without a request: then the log is copied home
    SERVE_REST_PAGES = 256,
    SERVE_TOKENS_MAX = 64,
    SERVE_WALKS_MAX = 4,
    SERVE_SLICE = 2000, // entries that are verified between two groups
};

struct serve_walk;

struct cas_serve {
    struct net_loop *loop; // borrowed
    struct cas *cas;       // owned; the writer's while it runs
    struct net_batch *batch;
    struct net_timer *timer;
    struct wire_server *server; // borrowed
    struct cas_token tokens[SERVE_TOKENS_MAX];
    size_t token_count;
    struct serve_walk *walks; // owned, under way
    size_t walk_count;
    bool lapsing; // a lapse waits or runs
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

static struct serve_item *serve_item_of(struct db_task *task)
{
    return (struct serve_item *)(void *)((char *)task - offsetof(struct serve_item, task));
}

// ---- the writer's thread -----------------------------------------------------------------------

static void serve_take(void *arg, struct net_batch_item *first)
{
    struct cas_serve *serve = arg;
    struct db *db = cas_db(serve->cas);
    bool wrote = false;
    for (struct net_batch_item *at = first; at != NULL; at = at->next) {
        struct serve_item *next = (struct serve_item *)at->next;
        ((struct serve_item *)at)->task.next = next == NULL ? NULL : &next->task;
    }
    db_group_run(db, &((struct serve_item *)first)->task);
    for (struct net_batch_item *at = first; at != NULL; at = at->next) {
        struct serve_item *item = (struct serve_item *)at;
        item->must_stop = db_must_stop(db);
        wrote = wrote || item->task.ok;
    }
    if (wrote) {
        cas_committed(serve->cas);
    }
}

static void serve_rest(void *arg)
{
    struct cas_serve *serve = arg;
    struct err unheard; // what is wrong with the disk is told by the next commit
    (void)!db_checkpoint(cas_db(serve->cas), SERVE_REST_PAGES, &unheard);
}

// ---- one call ----------------------------------------------------------------------------------

struct serve_call {
    struct serve_item base; // first
    struct wire_call_id id;
    struct arena arena;
    ProtobufCMessage *ask; // in the arena, as all it needs
    struct cas_turn turn;
    const ProtobufCMessage *reply;
};

static void serve_call_free(struct serve_call **call)
{
    if (*call != NULL) {
        arena_free(&(*call)->arena);
        free(*call);
        *call = NULL;
    }
}

static bool serve_call_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_call *call = (struct serve_call *)serve_item_of(task);
    return cas_answer(call->base.serve->cas, &call->turn, call->ask, &call->reply, err);
}

static void serve_note_stop(struct cas_serve *serve, const struct serve_item *item)
{
    if (item->must_stop && !serve->must_stop) {
        serve->must_stop = true;
        log_event(LOG_ERROR, "cas.store-failed", log_text("why", item->task.err.text));
        if (serve->on_broken != NULL) {
            serve->on_broken(serve->broken_arg);
        }
    }
}

// The loop knows the tokens that TLS may be offered: those at the start, and those made since.
static void serve_token_made(struct cas_serve *serve, const Quoin__V1__JoinToken *made)
{
    struct svc_token token;
    struct err unheard;
    size_t kept = 0;
    for (size_t i = 0; i < serve->token_count; i++) {
        if (serve->tokens[i].expires_at > clk_wall_ms()) {
            serve->tokens[kept++] = serve->tokens[i];
        }
    }
    serve->token_count = kept;
    if (kept == SERVE_TOKENS_MAX || !svc_token_read(str_of(made->token), &token, &unheard)) {
        return; // the token will not be accepted: 64 that are good still are more than a site needs
    }
    struct cas_token *added = &serve->tokens[serve->token_count++];
    *added = (struct cas_token){ .expires_at = made->expires_at };
    memcpy(added->identity, token.id, SVC_TOKEN_ID_LEN);
    memcpy(added->key, token.key, SVC_TOKEN_KEY_LEN);
    svc_token_wipe(&token);
}

static void serve_call_done(struct net_batch_item *item)
{
    OWN(serve_call_free) struct serve_call *call = (struct serve_call *)item;
    struct cas_serve *serve = call->base.serve;
    struct wire_call *at = wire_call_find(serve->server, call->id);
    serve_note_stop(serve, &call->base);
    if (call->base.task.ok && call->reply->descriptor == &quoin__v1__join_token__descriptor) {
        serve_token_made(serve, (const Quoin__V1__JoinToken *)call->reply);
    }
    if (at == NULL) {
        return; // cancelled or its time was over; the same key gives the answer again
    }
    if (call->base.task.ok) {
        wire_call_answer(at, call->reply);
    } else {
        wire_call_refuse(at, &call->base.task.err, call->turn.reasons);
    }
}

static void serve_busy(struct cas_serve *serve, struct wire_call *call)
{
    struct err err;
    serve->counts.refused++;
    err_fill(&err, ERR_UNAVAILABLE,
             serve->must_stop ? "the store has failed and CAS is ending; ask again"
                              : "CAS has too much to do at the moment; ask again");
    wire_call_refuse(call, &err, NULL);
}

static void serve_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    OWN(serve_call_free) struct serve_call *made = mem_new(sizeof(*made));
    struct err err = { 0 };
    made->base = (struct serve_item){ .item = { .done = serve_call_done },
                                      .task = { .run = serve_call_run },
                                      .serve = serve };
    made->id = wire_call_id(call);
    made->arena = ARENA_CAP(CAS_ARENA_MAX);
    made->turn = (struct cas_turn){
        .arena = &made->arena,
        .role = cas_text(&made->arena, str_of(wire_call_role(call))),
        .host = cas_text(&made->arena, str_of(wire_call_host(call))),
        .now = clk_wall_ms(),
    };
    if (!cas_unpack(&made->arena, ask->descriptor, cas_pack(&made->arena, ask), &made->ask, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    serve->counts.requests++;
    if (serve->must_stop || !net_batch_add(serve->batch, &made->base.item)) {
        serve_busy(serve, call);
        return;
    }
    made = NULL; // the batch's until it is done
}

// ---- verifying: a stream, slice by slice between the groups
// --------------------------------------

struct serve_walk {
    struct serve_item base; // first
    struct serve_walk *next;
    struct wire_call_id id;
    struct ledger_verify *verify; // the writer's while it runs
    struct ledger_verdict verdict;
    bool held_back; // the asker does not read: go on when it does
};

static void serve_walk_drop(struct serve_walk *walk)
{
    struct cas_serve *serve = walk->base.serve;
    for (struct serve_walk **at = &serve->walks; *at != NULL; at = &(*at)->next) {
        if (*at == walk) {
            *at = walk->next;
            serve->walk_count--;
            break;
        }
    }
    ledger_verify_free(&walk->verify);
    free(walk);
}

static bool serve_walk_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_walk *walk = (struct serve_walk *)serve_item_of(task);
    return ledger_verify_step(cas_ledger(walk->base.serve->cas), walk->verify, SERVE_SLICE,
                              &walk->verdict, err);
}

static void serve_walk_on(struct serve_walk *walk)
{
    struct cas_serve *serve = walk->base.serve;
    struct wire_call *call = wire_call_find(serve->server, walk->id);
    if (call != NULL && net_batch_add(serve->batch, &walk->base.item)) {
        return;
    }
    if (call != NULL) {
        serve_busy(serve, call);
    }
    serve_walk_drop(walk);
}

static void serve_walk_ready(void *engine, struct wire_call *call)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    uint64_t id = wire_call_id(call).v;
    for (struct serve_walk *walk = serve->walks; walk != NULL; walk = walk->next) {
        if (walk->id.v == id && walk->held_back) {
            walk->held_back = false;
            serve_walk_on(walk);
            return;
        }
    }
}

static void serve_walk_done(struct net_batch_item *item)
{
    struct serve_walk *walk = (struct serve_walk *)item;
    struct cas_serve *serve = walk->base.serve;
    struct wire_call *call = wire_call_find(serve->server, walk->id);
    serve_note_stop(serve, &walk->base);
    if (call == NULL || !walk->base.task.ok) {
        if (call != NULL) {
            wire_call_refuse(call, &walk->base.task.err, NULL);
        }
        serve_walk_drop(walk);
        return;
    }
    Quoin__V1__VerifyReply part = QUOIN__V1__VERIFY_REPLY__INIT;
    Quoin__V1__Head head = QUOIN__V1__HEAD__INIT;
    head.sequence = walk->verdict.head.sequence;
    head.hash = (ProtobufCBinaryData){ CRYPTO_HASH_LEN, walk->verdict.head.hash };
    part.checked = walk->verdict.checked;
    part.total = walk->verdict.total;
    part.done = walk->verdict.done;
    part.good = walk->verdict.good;
    part.finding = walk->verdict.finding;
    part.head = &head;
    bool more = wire_call_part(call, &part.base, serve_walk_ready);
    if (walk->verdict.done) {
        if (!walk->verdict.good) {
            log_event(LOG_ERROR, "cas.ledger-broken", log_text("finding", walk->verdict.finding));
        }
        wire_call_end(call);
        serve_walk_drop(walk);
    } else if (more) {
        serve_walk_on(walk);
    } else {
        walk->held_back = true;
    }
}

// A walk whose asker went away while it was held back has nobody who wakes it.
static void serve_walks_sweep(struct cas_serve *serve)
{
    for (struct serve_walk *walk = serve->walks; walk != NULL;) {
        struct serve_walk *next = walk->next;
        if (walk->held_back && wire_call_find(serve->server, walk->id) == NULL) {
            serve_walk_drop(walk);
        }
        walk = next;
    }
}

static void serve_verify(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    (void)ask;
    struct cas_serve *serve = *(struct cas_serve **)engine;
    serve_walks_sweep(serve);
    if (serve->walk_count == SERVE_WALKS_MAX) {
        serve_busy(serve, call);
        return;
    }
    struct serve_walk *walk = mem_new(sizeof(*walk));
    walk->base = (struct serve_item){ .item = { .done = serve_walk_done },
                                      .task = { .run = serve_walk_run },
                                      .serve = serve };
    walk->id = wire_call_id(call);
    walk->verify = ledger_verify_new();
    walk->next = serve->walks;
    serve->walks = walk;
    serve->walk_count++;
    serve_walk_on(walk);
}

// ---- reservations whose time is over -----------------------------------------------------------

static bool serve_lapse_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    return cas_lapse(serve_item_of(task)->serve->cas, clk_wall_ms(), err);
}

static void serve_lapse_done(struct net_batch_item *item)
{
    struct serve_item *lapse = (struct serve_item *)item;
    lapse->serve->lapsing = false;
    serve_note_stop(lapse->serve, lapse);
    if (!lapse->task.ok) {
        log_event(LOG_WARNING, "cas.lapse-failed", log_text("why", lapse->task.err.text));
    }
    free(lapse);
}

static void serve_tick(void *arg)
{
    struct cas_serve *serve = arg;
    serve_walks_sweep(serve);
    if (serve->lapsing) {
        return;
    }
    struct serve_item *lapse = mem_new(sizeof(*lapse));
    *lapse = (struct serve_item){ .item = { .done = serve_lapse_done },
                                  .task = { .run = serve_lapse_run },
                                  .serve = serve };
    serve->lapsing = net_batch_add(serve->batch, &lapse->item);
    if (!serve->lapsing) {
        free(lapse);
    }
}

// ---- the whole ---------------------------------------------------------------------------------

static const struct wire_method serve_methods[] = {
    { "/quoin.v1.People/AddPerson", serve_handle },
    { "/quoin.v1.People/GetPerson", serve_handle },
    { "/quoin.v1.People/ListPeople", serve_handle },
    { "/quoin.v1.People/Deposit", serve_handle },
    { "/quoin.v1.People/SetLimit", serve_handle },
    { "/quoin.v1.Charging/Quote", serve_handle },
    { "/quoin.v1.Charging/Reserve", serve_handle },
    { "/quoin.v1.Charging/Settle", serve_handle },
    { "/quoin.v1.Charging/VoidReservation", serve_handle },
    { "/quoin.v1.Prices/GetPrices", serve_handle },
    { "/quoin.v1.Prices/SetPrices", serve_handle },
    { "/quoin.v1.Ledger/Balance", serve_handle },
    { "/quoin.v1.Ledger/ListEntries", serve_handle },
    { "/quoin.v1.Ledger/Verify", serve_verify },
    { "/quoin.v1.Enrolment/CreateJoinToken", serve_handle },
    { "/quoin.v1.Enrolment/Join", serve_handle },
    { "/quoin.v1.Enrolment/Renew", serve_handle },
    { "/quoin.v1.Payers/GetPurses", serve_handle },
    { "/quoin.v1.Payers/Grant", serve_handle },
    { "/quoin.v1.Quotas/GetSiteTime", serve_handle },
    { "/quoin.v1.Quotas/SetSiteTime", serve_handle },
};

const struct wire_method *cas_serve_methods(size_t *count)
{
    *count = sizeof(serve_methods) / sizeof(serve_methods[0]);
    return serve_methods;
}

struct cas_serve *cas_serve_new(struct net_loop *loop, struct cas *cas)
{
    struct cas_serve *serve = mem_new(sizeof(*serve));
    struct err err;
    serve->loop = loop;
    serve->cas = cas;
    if (!cas_tokens(cas, clk_wall_ms(), serve->tokens, SERVE_TOKENS_MAX, &serve->token_count,
                    &err)) {
        log_event(LOG_WARNING, "cas.tokens-unread", log_text("why", err.text));
    }
    serve->batch =
        net_batch_new(loop, "cas-writer", serve_take, serve, SERVE_GROUP_MAX, SERVE_QUEUE_MAX);
    net_batch_on_rest(serve->batch, serve_rest, SERVE_REST_MS);
    serve->timer = net_timer_new(loop, serve_tick, serve);
    net_timer_every(serve->timer, SERVE_LAPSE_EVERY_MS);
    return serve;
}

void cas_serve_on(struct cas_serve *serve, struct wire_server *server)
{
    serve->server = server;
}

void cas_serve_free(struct cas_serve **serve)
{
    if (*serve == NULL) {
        return;
    }
    net_timer_free(&(*serve)->timer);
    net_batch_free(&(*serve)->batch); // works off what waits, so that their askers get an answer
    while ((*serve)->walks != NULL) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        serve_walk_drop((*serve)->walks);
    }
    cas_close(&(*serve)->cas);
    free(*serve);
    *serve = NULL;
}

size_t cas_serve_psk(struct cas_serve *serve, struct str identity, uint8_t key[static 64])
{
    for (size_t i = 0; i < serve->token_count; i++) {
        if (str_eq(str_of(serve->tokens[i].identity), identity) &&
            serve->tokens[i].expires_at > clk_wall_ms()) {
            memcpy(key, serve->tokens[i].key, CRYPTO_HASH_LEN);
            return CRYPTO_HASH_LEN;
        }
    }
    return 0;
}

void cas_serve_on_broken(struct cas_serve *serve, void (*fn)(void *arg), void *arg)
{
    serve->on_broken = fn;
    serve->broken_arg = arg;
}

bool cas_serve_must_stop(const struct cas_serve *serve)
{
    return serve->must_stop;
}

struct cas_serve_counts cas_serve_counts(const struct cas_serve *serve)
{
    return serve->counts;
}
