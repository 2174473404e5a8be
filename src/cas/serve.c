// serve: see serve.h. A call is copied into a task of its own, because the asker may be gone before
// the writer has worked on it; the task goes to the writer, comes back to the loop and finds its
// call again.

#include "cas/serve.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "cas/cas_int.h"
#include "cas/serve_int.h"
#include "cas/walks.h"
#include "proto/quota.pb-c.h"
#include "svc/token.h"
#include <stdlib.h>

enum {
    SERVE_QUEUE_MAX = 4096,
    SERVE_GROUP_MAX = 256,
    SERVE_LAPSE_EVERY_MS = 10000,
    SERVE_REST_MS = 100, // without a request: then the log is copied home
    SERVE_REST_PAGES = 256,
};

struct serve_item *cas_serve_item_of(struct db_task *task)
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

static void serve_call_ahead(struct db_task *task, struct db *db, int round)
{
    (void)db;
    struct serve_call *call = (struct serve_call *)cas_serve_item_of(task);
    cas_ahead(call->base.serve->cas, call->ask, round);
}

static bool serve_call_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_call *call = (struct serve_call *)cas_serve_item_of(task);
    call->turn.refused = NULL;
    call->turn.reasons = NULL; // it may run again
    return cas_answer(call->base.serve->cas, &call->turn, call->ask, &call->reply, err);
}

// What was refused is undone with its part; that it was refused is noted in another.
static bool serve_refused_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_call *call = (struct serve_call *)cas_serve_item_of(task);
    return cas_refused(call->base.serve->cas, &call->turn, err);
}

static void serve_refused_done(struct net_batch_item *item)
{
    OWN(serve_call_free) struct serve_call *call = (struct serve_call *)item;
    cas_serve_note(call->base.serve, &call->base);
    if (!call->base.task.ok) {
        log_event(LOG_WARNING, "cas.refusal-not-noted", log_text("why", call->base.task.err.text));
    }
}

void cas_serve_note(struct cas_serve *serve, const struct serve_item *item)
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

// ---- schedules ---------------------------------------------------------------------------------

struct serve_step {
    struct serve_item base; // first
    bool more;
};

static bool serve_step_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_step *step = (struct serve_step *)cas_serve_item_of(task);
    return cas_schedule_step(step->base.serve->cas, clk_wall_ms(), &step->more, err);
}

static void serve_schedule(struct cas_serve *serve);

// Another CAS that was quicker is no trouble.
static void serve_step_done(struct net_batch_item *item)
{
    struct serve_step *step = (struct serve_step *)item;
    struct cas_serve *serve = step->base.serve;
    const struct db_task *task = &step->base.task;
    cas_serve_note(serve, &step->base);
    serve->scheduling = false;
    if (!task->ok && task->err.code != ERR_CONFLICT) {
        log_event(LOG_WARNING, "cas.schedule-failed", log_text("why", task->err.text));
    }
    bool again = (task->ok && step->more) || serve->has_to_look;
    free(step);
    if (again && !serve->must_stop) {
        serve_schedule(serve);
    }
}

// One step at a time, behind the requests that wait: a long run goes on between their groups.
static void serve_schedule(struct cas_serve *serve)
{
    if (serve->scheduling) {
        serve->has_to_look = true;
        return;
    }
    struct serve_step *step = mem_new(sizeof(*step));
    step->base = (struct serve_item){ .item = { .done = serve_step_done },
                                      .task = { .run = serve_step_run },
                                      .serve = serve };
    serve->has_to_look = false;
    serve->scheduling = net_batch_add(serve->batch, &step->base.item);
    if (!serve->scheduling) {
        free(step);
    }
}

static void serve_call_done(struct net_batch_item *item)
{
    OWN(serve_call_free) struct serve_call *call = (struct serve_call *)item;
    struct cas_serve *serve = call->base.serve;
    struct wire_call *at = wire_call_find(serve->server, call->id);
    cas_serve_note(serve, &call->base);
    if (call->base.task.ok && call->reply->descriptor == &quoin__v1__join_token__descriptor) {
        serve_token_made(serve, (const Quoin__V1__JoinToken *)call->reply);
    }
    if (call->base.task.ok &&
        call->ask->descriptor == &quoin__v1__run_schedule_request__descriptor) {
        serve_schedule(serve);
    }
    // No call: cancelled or its time was over; the same key gives the answer again.
    if (at != NULL && call->base.task.ok) {
        wire_call_answer(at, call->reply);
    } else if (at != NULL) {
        wire_call_refuse(at, &call->base.task.err, call->turn.reasons);
    }
    if (!call->base.task.ok && call->turn.refused != NULL) {
        call->base.item.done = serve_refused_done;
        call->base.task.run = serve_refused_run;
        if (net_batch_add(serve->batch, &call->base.item)) {
            call = NULL; // the batch's until it is noted
        }
    }
}

struct cas_turn cas_turn_of(const struct wire_call *call, struct arena *arena)
{
    const char *person = wire_call_person(call);
    return (struct cas_turn){ .arena = arena,
                              .role = cas_text(arena, str_of(wire_call_role(call))),
                              .host = cas_text(arena, str_of(wire_call_host(call))),
                              .person = person == NULL ? NULL : cas_text(arena, str_of(person)),
                              .now = clk_wall_ms() };
}

void cas_serve_busy(struct cas_serve *serve, struct wire_call *call)
{
    struct err err;
    serve->counts.refused++;
    err_fill(&err, ERR_UNAVAILABLE,
             serve->must_stop ? "the store has failed and CAS is ending; ask again"
                              : "CAS has too much to do at the moment; ask again");
    wire_call_refuse(call, &err, NULL);
}

static bool serve_copy_seen(struct serve_call *call, const Quoin__V1__Seen *seen, struct err *err)
{
    ProtobufCMessage *copy = NULL;
    if (seen == NULL) {
        return true;
    }
    if (!cas_unpack(&call->arena, seen->base.descriptor, cas_pack(&call->arena, &seen->base), &copy,
                    err)) {
        return false;
    }
    call->turn.seen = (const Quoin__V1__Seen *)copy;
    return true;
}

static void serve_handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct cas_serve *serve = *(struct cas_serve **)engine;
    OWN(serve_call_free) struct serve_call *made = mem_new(sizeof(*made));
    struct err err = { 0 };
    made->base = (struct serve_item){ .item = { .done = serve_call_done },
                                      .task = { .run = serve_call_run, .ahead = serve_call_ahead },
                                      .serve = serve };
    made->id = wire_call_id(call);
    made->arena = ARENA_CAP(CAS_ARENA_MAX);
    made->turn = cas_turn_of(call, &made->arena);
    if (!cas_unpack(&made->arena, ask->descriptor, cas_pack(&made->arena, ask), &made->ask, &err) ||
        !serve_copy_seen(made, wire_call_seen(call), &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    serve->counts.requests++;
    if (serve->must_stop || !net_batch_add(serve->batch, &made->base.item)) {
        cas_serve_busy(serve, call);
        return;
    }
    made = NULL; // the batch's until it is done
}

// ---- reservations whose time is over -----------------------------------------------------------

// How far the ledger is goes along, for whoever measures.
struct serve_lapse {
    struct serve_item base; // first
    int64_t entries;
};

static bool serve_lapse_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db;
    struct serve_lapse *lapse = (struct serve_lapse *)cas_serve_item_of(task);
    struct cas *cas = lapse->base.serve->cas;
    struct ledger_head head;
    if (!cas_lapse(cas, clk_wall_ms(), err) || !ledger_head(cas->ledger, &head, err)) {
        return false;
    }
    lapse->entries = head.sequence;
    return true;
}

static void serve_lapse_done(struct net_batch_item *item)
{
    struct serve_lapse *lapse = (struct serve_lapse *)item;
    struct cas_serve *serve = lapse->base.serve;
    serve->lapsing = false;
    cas_serve_note(serve, &lapse->base);
    if (lapse->base.task.ok) {
        serve->counts.entries = (uint64_t)lapse->entries;
    } else {
        log_event(LOG_WARNING, "cas.lapse-failed", log_text("why", lapse->base.task.err.text));
    }
    free(lapse);
}

static void serve_tick(void *arg)
{
    struct cas_serve *serve = arg;
    cas_walks_sweep(serve, false);
    serve_schedule(serve);
    if (serve->lapsing) {
        return;
    }
    struct serve_lapse *lapse = mem_new(sizeof(*lapse));
    lapse->base = (struct serve_item){ .item = { .done = serve_lapse_done },
                                       .task = { .run = serve_lapse_run },
                                       .serve = serve };
    serve->lapsing = net_batch_add(serve->batch, &lapse->base.item);
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
    { "/quoin.v1.PriceBooks/ListPriceBooks", serve_handle },
    { "/quoin.v1.PriceBooks/PriceHistory", serve_handle },
    { "/quoin.v1.Ledger/Balance", serve_handle },
    { "/quoin.v1.Ledger/ListEntries", serve_handle },
    { "/quoin.v1.Ledger/Verify", cas_walks_handle },
    { "/quoin.v1.Proofs/MakeCheckpoint", serve_handle },
    { "/quoin.v1.Proofs/ListCheckpoints", serve_handle },
    { "/quoin.v1.Proofs/CheckHead", serve_handle },
    { "/quoin.v1.Proofs/ListBalances", serve_handle },
    { "/quoin.v1.Proofs/ClosePeriod", cas_walks_handle },
    { "/quoin.v1.Proofs/ListPeriods", serve_handle },
    { "/quoin.v1.Proofs/GetStatement", serve_handle },
    { "/quoin.v1.PriceBooks/WhatIf", cas_walks_handle },
    { "/quoin.v1.History/ListWorks", serve_handle },
    { "/quoin.v1.History/ExportWorks", cas_walks_handle },
    { "/quoin.v1.History/GetPastWork", serve_handle },
    { "/quoin.v1.History/Totals", cas_walks_handle },
    { "/quoin.v1.History/ForgetPerson", cas_walks_handle },
    { "/quoin.v1.Policies/SetPolicy", serve_handle },
    { "/quoin.v1.Policies/GetPolicy", serve_handle },
    { "/quoin.v1.Policies/ListPolicies", serve_handle },
    { "/quoin.v1.Policies/PolicyHistory", serve_handle },
    { "/quoin.v1.Policies/RollbackPolicy", serve_handle },
    { "/quoin.v1.Policies/RemovePolicy", serve_handle },
    { "/quoin.v1.Policies/TryPolicy", cas_walks_handle },
    { "/quoin.v1.Configuration/ListThings", serve_handle },
    { "/quoin.v1.Configuration/ApplyThings", serve_handle },
    { "/quoin.v1.Configuration/UndoChange", serve_handle },
    { "/quoin.v1.Configuration/ListChanges", serve_handle },
    { "/quoin.v1.Configuration/GetChange", serve_handle },
    { "/quoin.v1.Vouchers/MakeVouchers", serve_handle },
    { "/quoin.v1.Vouchers/ListVoucherBatches", serve_handle },
    { "/quoin.v1.Vouchers/ListVouchers", serve_handle },
    { "/quoin.v1.Vouchers/CheckVoucher", serve_handle },
    { "/quoin.v1.Vouchers/RedeemVoucher", serve_handle },
    { "/quoin.v1.Vouchers/VoidVouchers", serve_handle },
    { "/quoin.v1.Enrolment/CreateJoinToken", serve_handle },
    { "/quoin.v1.Enrolment/Join", serve_handle },
    { "/quoin.v1.Enrolment/Renew", serve_handle },
    { "/quoin.v1.Accounts/PutPeople", serve_handle },
    { "/quoin.v1.Accounts/RenamePerson", serve_handle },
    { "/quoin.v1.Accounts/SetAlias", serve_handle },
    { "/quoin.v1.Accounts/MergePeople", serve_handle },
    { "/quoin.v1.Accounts/CountPeople", serve_handle },
    { "/quoin.v1.Accounts/PutPayers", serve_handle },
    { "/quoin.v1.Accounts/GetPayer", serve_handle },
    { "/quoin.v1.Accounts/ListPayers", serve_handle },
    { "/quoin.v1.Accounts/MovePayer", serve_handle },
    { "/quoin.v1.Accounts/PutGroups", serve_handle },
    { "/quoin.v1.Accounts/ListGroups", serve_handle },
    { "/quoin.v1.Accounts/SetMembers", serve_handle },
    { "/quoin.v1.Accounts/SetFavourite", serve_handle },
    { "/quoin.v1.Accounts/ListMine", serve_handle },
    { "/quoin.v1.Accounts/ListChanges", serve_handle },
    { "/quoin.v1.Payers/GetPurses", serve_handle },
    { "/quoin.v1.Payers/Grant", serve_handle },
    { "/quoin.v1.Payers/GrantMany", serve_handle },
    { "/quoin.v1.Payers/Adjust", serve_handle },
    { "/quoin.v1.Payers/Transfer", serve_handle },
    { "/quoin.v1.Payers/Cash", serve_handle },
    { "/quoin.v1.Payers/ListCash", serve_handle },
    { "/quoin.v1.Payers/GetMoneySettings", serve_handle },
    { "/quoin.v1.Payers/SetMoneySettings", serve_handle },
    { "/quoin.v1.Charges/GetCharge", serve_handle },
    { "/quoin.v1.Charges/MoveCharge", serve_handle },
    { "/quoin.v1.Charges/AskRefund", serve_handle },
    { "/quoin.v1.Charges/ListRefunds", serve_handle },
    { "/quoin.v1.Charges/DecideRefund", serve_handle },
    { "/quoin.v1.Quotas/GetSiteTime", serve_handle },
    { "/quoin.v1.Quotas/SetSiteTime", serve_handle },
    { "/quoin.v1.PayerRules/SetPayerRule", serve_handle },
    { "/quoin.v1.PayerRules/ListPayerRules", serve_handle },
    { "/quoin.v1.Quotas/ListQuotas", serve_handle },
    { "/quoin.v1.Quotas/SetQuota", serve_handle },
    { "/quoin.v1.Quotas/RemoveQuota", serve_handle },
    { "/quoin.v1.Quotas/ListQuotaUse", serve_handle },
    { "/quoin.v1.Quotas/ResetQuota", serve_handle },
    { "/quoin.v1.Schedules/ListSchedules", serve_handle },
    { "/quoin.v1.Schedules/SetSchedule", serve_handle },
    { "/quoin.v1.Schedules/RemoveSchedule", serve_handle },
    { "/quoin.v1.Schedules/RunSchedule", serve_handle },
    { "/quoin.v1.Schedules/GetScheduleRun", serve_handle },
    { "/quoin.v1.Schedules/ListScheduleRuns", serve_handle },
    { "/quoin.v1.Credentials/Prove", cas_slow_handle },
    { "/quoin.v1.Credentials/SetSecret", cas_slow_handle },
    { "/quoin.v1.Credentials/UseSetup", cas_slow_handle },
    { "/quoin.v1.Credentials/GetCredentials", serve_handle },
    { "/quoin.v1.Credentials/Unlock", serve_handle },
    { "/quoin.v1.Credentials/MakeTicket", serve_handle },
    { "/quoin.v1.Credentials/AddCard", serve_handle },
    { "/quoin.v1.Credentials/PutCards", serve_handle },
    { "/quoin.v1.Credentials/RemoveCard", serve_handle },
    { "/quoin.v1.Credentials/ListCards", serve_handle },
    { "/quoin.v1.Credentials/TryCard", serve_handle },
    { "/quoin.v1.Credentials/SetRoles", serve_handle },
    { "/quoin.v1.Credentials/ListRoles", serve_handle },
    { "/quoin.v1.Credentials/SetDelegate", serve_handle },
    { "/quoin.v1.Credentials/ListDelegates", serve_handle },
    { "/quoin.v1.Credentials/GetPreferences", serve_handle },
    { "/quoin.v1.Credentials/SetPreferences", serve_handle },
    { "/quoin.v1.Credentials/MakeToken", serve_handle },
    { "/quoin.v1.Credentials/ListTokens", serve_handle },
    { "/quoin.v1.Credentials/RevokeToken", serve_handle },
    { "/quoin.v1.Credentials/CheckToken", serve_handle },
    { "/quoin.v1.Credentials/MakeAddress", serve_handle },
    { "/quoin.v1.Credentials/ListAddresses", serve_handle },
    { "/quoin.v1.Credentials/RevokeAddress", serve_handle },
    { "/quoin.v1.Credentials/FollowAddresses", serve_handle },
    { "/quoin.v1.Credentials/WhoIs", serve_handle },
    { "/quoin.v1.Credentials/ListVersions", serve_handle },
    { "/quoin.v1.Credentials/MakeSetup", serve_handle },
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
    cas_slow_start(serve);
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
    cas_slow_stop(*serve);
    net_batch_free(&(*serve)->batch); // works off what waits, so that their askers get an answer
    cas_walks_sweep(*serve, true);
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
