// op: a call under way: what it asks others, what it was asked, and its one answer. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_dce.py and test_release.py run it.

#include "dce/dce_int.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

// --- messages -----------------------------------------------------------------------------------

static void *arena_take(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void arena_leave(void *arena, void *at)
{
    (void)arena; // it goes with all of it
    (void)at;
}

const ProtobufCMessage *dce_copy(struct arena *arena, const ProtobufCMessage *message)
{
    ProtobufCAllocator from = { arena_take, arena_leave, arena };
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(arena, len + 1);
    if (bytes == NULL) {
        return NULL;
    }
    (void)protobuf_c_message_pack(message, bytes);
    return protobuf_c_message_unpack(message->descriptor, &from, len, bytes);
}

char *dce_text(struct arena *arena, const char *text)
{
    char *made = arena_text(arena, str_of(text));
    return made == NULL ? (char *)(uintptr_t) "" : made;
}

void *dce_message(struct arena *arena, const ProtobufCMessageDescriptor *kind, size_t size)
{
    void *message = arena_new(arena, size);
    assert(kind->sizeof_message == size);
    if (message == NULL) { // the arena's cap is far above what one call needs
        return NULL;
    }
    protobuf_c_message_init(kind, message);
    return message;
}

bool dce_has_reason(const char *const *reasons, const char *reason)
{
    for (size_t at = 0; reasons[at] != NULL; at++) {
        if (strcmp(reasons[at], reason) == 0) {
            return true;
        }
    }
    return false;
}

// --- beginning and end --------------------------------------------------------------------------

void *dce_op_new(struct dce *dce, size_t size, struct wire_call *call, const ProtobufCMessage *ask,
                 const ProtobufCMessage **kept)
{
    struct dce_op *op = mem_new(size);
    op->dce = dce;
    op->arena = ARENA_CAP(DCE_OP_BYTES);
    op->role = "";
    op->host = "";
    if (call != NULL) {
        op->call = wire_call_id(call);
        op->role = dce_text(&op->arena, wire_call_role(call));
        op->host = dce_text(&op->arena, wire_call_host(call));
    }
    if (ask != NULL) {
        *kept = dce_copy(&op->arena, ask);
        assert(*kept != NULL); // a question is at most 1 MiB
    }
    return op;
}

void dce_op_end(struct dce_op *op)
{
    if (op->on_free != NULL) {
        op->on_free(op);
    }
    arena_free(&op->arena);
    free(op);
}

static struct wire_call *call_of(struct dce_op *op, uint64_t id)
{
    const struct wire_call_id call = { id };
    return id == 0 || op->dce->ending ? NULL : wire_call_find(svc_server(op->dce->svc), call);
}

void dce_op_answer(struct dce_op *op, const ProtobufCMessage *reply)
{
    struct dce *dce = op->dce;
    uint64_t waiters[ONCE_WAITERS];
    size_t count = 0;
    struct wire_call *call = call_of(op, op->call.v);
    if (op->has_once) {
        size_t len = protobuf_c_message_get_packed_size(reply);
        uint8_t *bytes = mem_new(len + 1);
        (void)protobuf_c_message_pack(reply, bytes);
        count = dce_once_done(&dce->once, op->once, (struct str){ (char *)bytes, len }, waiters);
        mem_wipe(bytes, len);
        free(bytes);
    }
    if (call != NULL) {
        wire_call_answer(call, reply);
    }
    for (size_t at = 0; at < count; at++) {
        call = call_of(op, waiters[at]);
        if (call != NULL) {
            wire_call_answer(call, reply);
        }
    }
    dce_op_end(op);
}

void dce_op_refuse(struct dce_op *op, const struct err *err, const char *const *reasons)
{
    uint64_t waiters[ONCE_WAITERS];
    size_t count = 0;
    struct wire_call *call = call_of(op, op->call.v);
    if (op->has_once) {
        count = dce_once_failed(&op->dce->once, op->once, waiters);
    }
    if (call != NULL) {
        wire_call_refuse(call, err, reasons);
    }
    for (size_t at = 0; at < count; at++) {
        call = call_of(op, waiters[at]);
        if (call != NULL) {
            wire_call_refuse(call, err, reasons);
        }
    }
    dce_op_end(op);
}

void dce_op_deny(struct dce_op *op, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    dce_op_refuse(op, &err, reasons);
}

// --- once ---------------------------------------------------------------------------------------

static void hash_of(const struct dce *dce, const ProtobufCMessage *ask,
                    uint8_t hash[static CRYPTO_HASH_LEN])
{
    size_t len = protobuf_c_message_get_packed_size(ask);
    uint8_t *bytes = mem_new(len + 1);
    (void)protobuf_c_message_pack(ask, bytes);
    crypto_mac_of((struct str){ (const char *)dce->secret, sizeof(dce->secret) },
                  (struct str){ (const char *)bytes, len }, hash);
    mem_wipe(bytes, len);
    free(bytes);
}

// A program has a session of its own for each question: what a person asks beside devices is the
// person's, by whichever session. False: it names a session that is not there (any more).
static bool ask_of_person(struct dce_op *op, const ProtobufCMessage **ask)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name((*ask)->descriptor, "session");
    size_t size = (*ask)->descriptor->sizeof_message;
    if (field == NULL || (*ask)->descriptor == &quoin__v1__session_request__descriptor) {
        return true; // of one session: who signs out twice has signed out
    }
    const char *id = *(char *const *)(const void *)((const char *)*ask + field->offset);
    const struct session *session = dce_session_find(&op->dce->sessions, str_of(id));
    bool is_persons = session != NULL && session->device[0] == '\0' && session->proof != NULL;
    ProtobufCMessage *asked = is_persons ? arena_new(&op->arena, size) : NULL;
    const char *whose =
        asked == NULL ? NULL
                      : arena_textf(&op->arena, "person %lld", (long long)session->proof->person);
    if (whose != NULL) {
        memcpy(asked, *ask, size); // which only lends what it points to
        *(const char **)(void *)((char *)asked + field->offset) = whose;
        *ask = asked;
    }
    return session != NULL;
}

static const ProtobufCMessageDescriptor *reply_kind(const ProtobufCMessage *ask)
{
    return ask->descriptor == &quoin__v1__session_request__descriptor
               ? &quoin__v1__session__descriptor
           : ask->descriptor == &quoin__v1__end_sessions_request__descriptor
               ? &quoin__v1__list_sessions_reply__descriptor
               : &quoin__v1__release_jobs_reply__descriptor;
}

bool dce_op_once(struct dce_op *op, ProtobufCBinaryData key, const ProtobufCMessage *ask)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    enum once_state state;
    struct str answer = { "", 0 };
    struct err err;
    assert(key.len == sizeof(op->once.bytes)); // the table of calls demands it
    memcpy(op->once.bytes, key.data, sizeof(op->once.bytes));
    bool is_there = ask_of_person(op, &ask);
    hash_of(op->dce, ask, hash);
    if (!dce_once_ask(&op->dce->once, op->once, hash, op->call.v, &state, &answer, &err)) {
        if (!is_there) { // whose it was cannot be told: the same again with a session that is
            dce_op_deny(op, ERR_DENIED, "session-ended", "nobody is signed in with this; sign in");
        } else {
            dce_op_refuse(op, &err, NULL);
        }
        return true;
    }
    if (state == ONCE_NEW) {
        op->has_once = true;
        return false;
    }
    if (state == ONCE_DONE) {
        ProtobufCAllocator from = { arena_take, arena_leave, &op->arena };
        const ProtobufCMessage *reply = protobuf_c_message_unpack(
            reply_kind(ask), &from, answer.len, (const uint8_t *)answer.ptr);
        assert(reply != NULL); // we packed it
        dce_op_answer(op, reply);
        return true;
    }
    dce_op_end(op); // the other one answers for it
    return true;
}

ProtobufCBinaryData dce_op_key(struct dce_op *op, ProtobufCBinaryData key, const char *what,
                               const char *engine, int64_t id)
{
    uint8_t *made = arena_new(&op->arena, CRYPTO_HASH_LEN);
    const char *part = arena_textf(&op->arena, "%s %s %lld", what, engine, (long long)id);
    assert(made != NULL && part != NULL);
    crypto_mac_of((struct str){ (const char *)key.data, key.len }, str_of(part), made);
    return (ProtobufCBinaryData){ 16, made };
}

// --- asking -------------------------------------------------------------------------------------

static void step_if_done(struct dce_op *op)
{
    if (op->open > 0 || op->step == NULL) {
        return;
    }
    if (op->dce->ending) {
        dce_op_end(op);
        return;
    }
    void (*step)(struct dce_op * op) = op->step;
    op->step = NULL;
    step(op);
}

static const char *const no_reasons[] = { NULL };

static const char *const *keep_reasons(struct arena *arena, const char *const *reasons)
{
    size_t count = 0;
    while (reasons[count] != NULL) {
        count++;
    }
    const char **kept = arena_new_array(arena, count + 1, sizeof(*kept));
    for (size_t at = 0; at < count && kept != NULL; at++) {
        kept[at] = dce_text(arena, reasons[at]);
    }
    return kept == NULL ? no_reasons : kept;
}

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct dce_asked *asked = arg;
    struct dce_op *op = asked->op;
    asked->is_done = true;
    asked->reasons = answer->reply == NULL ? keep_reasons(&op->arena, answer->reasons) : no_reasons;
    if (answer->reply != NULL) {
        asked->reply = dce_copy(&op->arena, answer->reply);
        if (asked->engine == NULL) { // CAS answers: what is asked of it again and again is too
            dce_pace_good(&op->dce->cas_pace);
        }
        if (asked->reply == NULL) {
            err_fill(&asked->err, ERR_LIMIT, "more was answered than fits");
        }
    } else {
        asked->err = answer->err;
    }
    op->open--;
    step_if_done(op);
}

static void on_nobody(void *arg)
{
    struct dce_asked *asked = arg;
    asked->op->open--;
    step_if_done(asked->op);
}

struct dce_asked *dce_op_ask(struct dce_op *op, struct wire_client *client, const char *path,
                             const ProtobufCMessage *request, uint64_t wait_ms)
{
    struct dce_asked *asked = arena_new(&op->arena, sizeof(*asked));
    assert(asked != NULL);
    asked->op = op;
    asked->reasons = no_reasons;
    op->open++;
    if (client == NULL) { // we are ending
        err_fill(&asked->err, ERR_UNAVAILABLE, "the engine is ending");
        asked->is_done = true;
        net_loop_post(op->dce->loop, on_nobody, asked);
        return asked;
    }
    (void)wire_ask(client, path, request, wait_ms, on_answer, asked);
    return asked;
}

struct dce_asked *dce_op_ask_engine(struct dce_op *op, struct dce_engine *engine, const char *path,
                                    const ProtobufCMessage *request, uint64_t wait_ms)
{
    struct dce_asked *asked = dce_op_ask(op, engine->client, path, request, wait_ms);
    asked->engine = engine;
    return asked;
}

void dce_op_go(struct dce_op *op, void (*step)(struct dce_op *op))
{
    op->step = step;
    step_if_done(op);
}
