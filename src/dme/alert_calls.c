// alert_calls: service Alerts. Lists are read by the store's thread; what changes an alert is done
// on the loop, where alerts are. A watcher that does not keep up is let go: it asks again, and
// lists.
//
// no unit test: answers calls of a running engine; tests/it/test_alerts.py makes them.

#include "dme/dme_int.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_USUAL = 100, LIST_ARENA = 16 << 20 };

// --- lists --------------------------------------------------------------------------------------

struct asking {             // of the store
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    struct arena arena;
    bool is_deliveries;
    bool is_again; // one delivery, to be sent again
    struct alerts_asked alerts;
    struct deliveries_asked deliveries;
    size_t most;
    size_t count;
    struct alert_row *alert_rows;
    struct delivery_row *delivery_rows;
};

static bool asking_run(struct store_task *task, struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct alerts_db *db = dme_store_part(task->store, STORE_ALERTS);
    size_t size = asking->is_deliveries ? sizeof(struct delivery_row) : sizeof(struct alert_row);
    void *rows = arena_new_array(&asking->arena, asking->most + 1, size);
    if (rows == NULL) {
        return err_set(err, ERR_LIMIT, "too much for one answer");
    }
    if (asking->is_deliveries) {
        asking->delivery_rows = rows;
        return dme_delivery_list(db, &asking->deliveries, asking->most + 1, &asking->arena,
                                 asking->delivery_rows, &asking->count, err);
    }
    asking->alert_rows = rows;
    return dme_alerts_list(db, &asking->alerts, asking->most + 1, &asking->arena,
                           asking->alert_rows, &asking->count, err);
}

static void answer_alerts(struct asking *asking, struct wire_call *call)
{
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListAlertsReply reply = QUOIN__V1__LIST_ALERTS_REPLY__INIT;
    size_t count = asking->count > asking->most ? asking->most : asking->count;
    reply.more = asking->count > asking->most;
    reply.alerts = arena_new_array(arena, count + 1, sizeof(Quoin__V1__Alert *));
    for (size_t at = 0; at < count && reply.alerts != NULL; at++) {
        reply.alerts[at] = dme_alert_told(&asking->alert_rows[at], arena);
        reply.n_alerts += reply.alerts[at] != NULL;
    }
    wire_call_answer(call, &reply.base);
}

static void answer_deliveries(struct asking *asking, struct wire_call *call)
{
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListDeliveriesReply reply = QUOIN__V1__LIST_DELIVERIES_REPLY__INIT;
    size_t count = asking->count > asking->most ? asking->most : asking->count;
    reply.more = asking->count > asking->most;
    reply.deliveries = arena_new_array(arena, count + 1, sizeof(Quoin__V1__Delivery *));
    for (size_t at = 0; at < count && reply.deliveries != NULL; at++) {
        reply.deliveries[at] = dme_delivery_told(&asking->delivery_rows[at], arena);
        reply.n_deliveries += reply.deliveries[at] != NULL;
    }
    wire_call_answer(call, &reply.base);
}

static void answer_again(struct asking *asking, struct wire_call *call)
{
    struct err err = { 0 };
    if (asking->count == 0) {
        err_fill(&err, ERR_NOT_FOUND,
                 "there is no such delivery; those that there are: quoin alert deliveries");
        wire_call_refuse(call, &err, NULL);
        return;
    }
    struct delivery_row row = asking->delivery_rows[0];
    if (!dme_deliver_again(dme_alerts_deliver(asking->dme->alerts), &row, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    row.state = DELIVERY_WAITS;
    const Quoin__V1__Delivery *told = dme_delivery_told(&row, wire_call_arena(call));
    if (told != NULL) {
        wire_call_answer(call, &told->base);
    }
}

static void asking_done(struct store_task *task, bool ok, const struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct wire_call *call = wire_call_find(svc_server(asking->dme->svc), asking->call);
    if (call != NULL && !ok) {
        wire_call_refuse(call, err, NULL);
    } else if (call != NULL && asking->is_again) {
        answer_again(asking, call);
    } else if (call != NULL && asking->is_deliveries) {
        answer_deliveries(asking, call);
    } else if (call != NULL) {
        answer_alerts(asking, call);
    }
    arena_free(&asking->arena);
    free(asking);
}

static struct asking *asking_new(struct dme *dme, struct wire_call *call, uint32_t limit)
{
    struct asking *asking = mem_new(sizeof(*asking));
    asking->task = (struct store_task){ .run = asking_run, .done = asking_done };
    asking->dme = dme;
    asking->call = wire_call_id(call);
    asking->arena = ARENA_CAP(LIST_ARENA);
    asking->most = limit == 0 ? LIST_USUAL : limit > ALERTS_LIST_MAX ? ALERTS_LIST_MAX : limit;
    return asking;
}

static void asking_go(struct asking *asking, struct wire_call *call)
{
    struct err err = { 0 };
    if (!dme_store_add(asking->dme->store, &asking->task)) {
        err_fill(&err, ERR_UNAVAILABLE, "too much waits for the store; try again");
        wire_call_refuse(call, &err, NULL);
        arena_free(&asking->arena);
        free(asking);
    }
}

void dme_list_alerts(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__ListAlertsRequest *asked = (const void *)ask;
    struct asking *asking = asking_new(engine, call, asked->limit);
    asking->alerts =
        (struct alerts_asked){ .open_only = asked->open_only,
                               .about = arena_copy(&asking->arena, str_of(asked->about)),
                               .before = asked->before };
    asking_go(asking, call);
}

void dme_list_deliveries(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__ListDeliveriesRequest *asked = (const void *)ask;
    struct asking *asking = asking_new(engine, call, asked->limit);
    asking->is_deliveries = true;
    asking->deliveries =
        (struct deliveries_asked){ .alert = asked->alert,
                                   .target = arena_copy(&asking->arena, str_of(asked->target)),
                                   .before = asked->before };
    asking_go(asking, call);
}

void dme_redeliver(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__RedeliverRequest *asked = (const void *)ask;
    struct asking *asking = asking_new(engine, call, 1);
    asking->is_deliveries = true;
    asking->is_again = true;
    // No delivery has the number 0, which would ask for any.
    asking->deliveries = (struct deliveries_asked){ .id = asked->id > 0 ? asked->id : INT64_MAX };
    asking_go(asking, call);
}

// --- what changes -------------------------------------------------------------------------------

void dme_change_alert(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct dme *dme = engine;
    struct err err = { 0 };
    Quoin__V1__Alert *alert = NULL;
    if (!dme_alerts_change(dme->alerts, (const void *)ask, wire_call_arena(call), &alert, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    wire_call_answer(call, &alert->base);
}

void dme_test_target(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__TestTargetRequest *asked = (const void *)ask;
    struct dme *dme = engine;
    struct err err = { 0 };
    char json[400];
    (void)snprintf(json, sizeof(json),
                   "{\"type\":\"alert.test\",\"data\":{\"text\":\"A trial of this target.\"}}");
    const struct deliver_news news = { .severity = ALERT_CRITICAL,
                                       .subject = "trial: Quoin reaches you here",
                                       .text = "This is a trial of the target, asked for by hand. "
                                               "Alerts will come the same way.\n",
                                       .json = json };
    int64_t id = dme_deliver_send(dme_alerts_deliver(dme->alerts), asked->target, &news);
    if (id == 0) {
        err_fill(&err, ERR_NOT_FOUND,
                 "nothing can be sent to \"%.100s\": there is no such target, or it is turned off",
                 asked->target);
        wire_call_refuse(call, &err, NULL);
        return;
    }
    Quoin__V1__Delivery reply = QUOIN__V1__DELIVERY__INIT;
    reply.id = id;
    reply.target = asked->target;
    wire_call_answer(call, &reply.base);
}

void dme_set_target_secret(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__SetTargetSecretRequest *asked = (const void *)ask;
    struct dme *dme = engine;
    struct err err = { 0 };
    if (!dme_deliver_secret(dme_alerts_deliver(dme->alerts), asked->target, asked->secret, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    Quoin__V1__Empty reply = QUOIN__V1__EMPTY__INIT;
    wire_call_answer(call, &reply.base);
}

// --- watching -----------------------------------------------------------------------------------

struct alert_watch {
    struct alert_watch *next;
    struct wire_call_id call;
    bool held; // it does not keep up
};

static void on_ready(void *engine, struct wire_call *call)
{
    struct dme *dme = engine;
    for (struct alert_watch *at = dme->alert_watches; at != NULL; at = at->next) {
        if (at->call.v == wire_call_id(call).v) {
            at->held = false;
        }
    }
}

void dme_alerts_changed(void *arg, const Quoin__V1__Alert *alert)
{
    struct dme *dme = arg;
    for (struct alert_watch **at = &dme->alert_watches; *at != NULL;) {
        struct alert_watch *watch = *at;
        struct wire_call *call = wire_call_find(svc_server(dme->svc), watch->call);
        if (call != NULL && watch->held) {
            wire_call_end(call);
            call = NULL;
        }
        if (call == NULL) {
            *at = watch->next;
            free(watch);
            continue;
        }
        watch->held = !wire_call_part(call, &alert->base, on_ready);
        at = &watch->next;
    }
}

void dme_watch_alerts(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct dme *dme = engine;
    struct alert_watch *watch = mem_new(sizeof(*watch));
    (void)ask; // it asks for all
    *watch = (struct alert_watch){ .next = dme->alert_watches, .call = wire_call_id(call) };
    dme->alert_watches = watch;
}

void dme_alerts_watch_end(struct dme *dme)
{
    while (dme->alert_watches != NULL) {
        struct alert_watch *next = dme->alert_watches->next;
        struct wire_call *call = wire_call_find(svc_server(dme->svc), dme->alert_watches->call);
        if (call != NULL) {
            wire_call_end(call);
        }
        free(dme->alert_watches);
        dme->alert_watches = next;
    }
}
