// act: deleting, sending on and claiming jobs that wait. Each is done for itself: what was refused
// is told beside what was done. Loop thread.
//
// no unit test: needs running engines; tests/it/test_release.py does each of them.

#include "dce/held.h"

#include "base/log.h"

#include <assert.h>

struct acting {
    struct dce_op op;                          // first
    const Quoin__V1__DeleteJobsRequest *names; // also of a claim
    const Quoin__V1__SendJobsRequest *sends;
    ProtobufCBinaryData key;
    enum dce_act act;
    struct dce_seer seer;
    struct dce_item *items;
    size_t count;
};

static void acted(struct dce_op *op)
{
    struct acting *acting = (struct acting *)op;
    Quoin__V1__ReleaseJobsReply reply = QUOIN__V1__RELEASE_JOBS_REPLY__INIT;
    reply.jobs = arena_new_array(&op->arena, acting->count, sizeof(*reply.jobs));
    for (size_t at = 0; at < acting->count && reply.jobs != NULL; at++) {
        struct dce_item *item = &acting->items[at];
        if (item->reason != NULL) {
            continue;
        }
        if (item->asked->reply == NULL) {
            const char *reason = item->asked->reasons[0];
            dce_items_fail(item, reason == NULL ? err_name(item->asked->err.code) : reason,
                           item->asked->err.text);
            continue;
        }
        Quoin__V1__HeldJob *held = arena_new(&op->arena, sizeof(*held));
        if (held != NULL) {
            dce_held_fill(&op->arena, item->engine, &acting->seer, "",
                          (Quoin__V1__Job *)(uintptr_t)item->asked->reply, held);
            reply.jobs[reply.n_jobs++] = held;
        }
    }
    dce_items_troubles(op, acting->items, acting->count, &reply);
    reply.done = reply.n_troubles == 0;
    dce_op_answer(op, &reply.base);
}

static void item_delete(struct acting *acting, struct dce_item *item)
{
    Quoin__V1__CancelJobRequest ask = QUOIN__V1__CANCEL_JOB_REQUEST__INIT;
    ask.key = dce_op_key(&acting->op, acting->key, "delete", item->engine->name, item->ref->id);
    ask.id = item->ref->id;
    item->asked =
        dce_op_ask_engine(&acting->op, item->engine, "/quoin.v1.Jobs/CancelJob", &ask.base, 0);
}

static void item_send(struct acting *acting, struct dce_item *item)
{
    const Quoin__V1__SendJobsRequest *sends = acting->sends;
    Quoin__V1__SendJobRequest ask = QUOIN__V1__SEND_JOB_REQUEST__INIT;
    ask.key = dce_op_key(&acting->op, acting->key, "send", item->engine->name, item->ref->id);
    ask.id = item->ref->id;
    ask.users = sends->users;
    ask.n_users = sends->n_users;
    ask.groups = sends->groups;
    ask.n_groups = sends->n_groups;
    ask.sender_pays = sends->sender_pays;
    ask.by = acting->seer.proof->user;
    item->asked =
        dce_op_ask_engine(&acting->op, item->engine, "/quoin.v1.Jobs/SendJob", &ask.base, 0);
}

static void item_claim(struct acting *acting, struct dce_item *item)
{
    Quoin__V1__ClaimJobRequest ask = QUOIN__V1__CLAIM_JOB_REQUEST__INIT;
    ask.key = dce_op_key(&acting->op, acting->key, "claim", item->engine->name, item->ref->id);
    ask.id = item->ref->id;
    ask.user = acting->seer.proof->user;
    item->asked =
        dce_op_ask_engine(&acting->op, item->engine, "/quoin.v1.Jobs/ClaimJob", &ask.base, 0);
}

static void act_found(struct dce_op *op)
{
    struct acting *acting = (struct acting *)op;
    dce_items_found(&acting->seer, acting->items, acting->count);
    for (size_t at = 0; at < acting->count; at++) {
        struct dce_item *item = &acting->items[at];
        if (item->reason != NULL) {
            continue;
        }
        if (!dce_may(item->whose, acting->act)) {
            dce_items_fail(item, "not-yours", "only its owner may do this");
            continue;
        }
        switch (acting->act) {
        case DCE_DELETE: item_delete(acting, item); break;
        case DCE_SEND: item_send(acting, item); break;
        case DCE_CLAIM: item_claim(acting, item); break;
        case DCE_RELEASE:
        case DCE_CHANGE: assert(false); break; // done elsewhere
        }
    }
    dce_op_go(op, acted);
}

static void act_begin(struct acting *acting, const char *id, Quoin__V1__JobRef **refs, size_t count)
{
    struct dce_op *op = &acting->op;
    struct dce_device *device = NULL;
    struct session *session = dce_session_asked(op, id, &device);
    if (session == NULL) {
        return;
    }
    dce_session_touch(&op->dce->sessions, session);
    if (session->proof == NULL && acting->act != DCE_DELETE) {
        dce_op_deny(op, ERR_DENIED, "not-yours", "sign in to do this");
        return;
    }
    dce_seer_fill(op, session, device, &acting->seer);
    acting->items = arena_new_array(&op->arena, count + 1, sizeof(*acting->items));
    assert(acting->items != NULL);
    acting->count = count;
    for (size_t at = 0; at < count; at++) {
        acting->items[at].ref = refs[at];
    }
    if (!dce_items_are_good(op, acting->items, count)) {
        return;
    }
    dce_items_ask(op, &acting->seer, acting->items, count);
    dce_op_go(op, act_found);
}

static void act_on_names(struct dce *dce, struct wire_call *call, const ProtobufCMessage *asked,
                         enum dce_act act)
{
    const ProtobufCMessage *kept = NULL;
    struct acting *acting = dce_op_new(dce, sizeof(*acting), call, asked, &kept);
    acting->names = (const void *)kept;
    acting->key = acting->names->key;
    acting->act = act;
    if (!dce_op_once(&acting->op, acting->key, asked)) {
        act_begin(acting, acting->names->session, acting->names->jobs, acting->names->n_jobs);
    }
}

void dce_delete(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    act_on_names(engine, call, asked, DCE_DELETE);
}

void dce_claim(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    act_on_names(engine, call, asked, DCE_CLAIM);
}

void dce_send(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const ProtobufCMessage *kept = NULL;
    struct acting *acting = dce_op_new(engine, sizeof(*acting), call, asked, &kept);
    acting->sends = (const void *)kept;
    acting->key = acting->sends->key;
    acting->act = DCE_SEND;
    if (dce_op_once(&acting->op, acting->key, asked)) {
        return;
    }
    if (acting->sends->n_users + acting->sends->n_groups == 0) {
        dce_op_deny(&acting->op, ERR_INVALID, "nobody-named", "say to whom: users or groups");
        return;
    }
    act_begin(acting, acting->sends->session, acting->sends->jobs, acting->sends->n_jobs);
}
