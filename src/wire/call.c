// wire/call: what an engine does with a call that it was given (server.h), and how a call ends.
//
// no unit test: tests/unit/wire/test_core.c.

#include "wire/core_int.h"

#include "base/clk.h"
#include "model/money.h"
#include <assert.h>

enum { CALL_HEAD_FIELDS = 2 };

static const struct http2_field call_head[CALL_HEAD_FIELDS] = {
    { { ":status", 7 }, { "200", 3 } },
    { { "content-type", 12 }, { "application/grpc", 16 } },
};

// The head of an answer with a message. Where it is known how the site's money is shown, it says
// so: whoever shows an amount of this answer need not ask.
static void call_answer_head(struct wire_call *call)
{
    char text[MONEY_STYLE_TEXT_MAX];
    struct money_style style;
    struct http2_field fields[CALL_HEAD_FIELDS + 1];
    bool known = money_style_known(&style);
    memcpy(fields, call_head, sizeof(call_head));
    fields[CALL_HEAD_FIELDS] =
        (struct http2_field){ STR("quoin-money"), str_of(money_style_text(style, text)) };
    http2_answer(call->stream, fields, CALL_HEAD_FIELDS + (known ? 1 : 0), false);
}

struct wire_call_id wire_call_id(const struct wire_call *call)
{
    return call->id;
}

struct arena *wire_call_arena(struct wire_call *call)
{
    return &call->arena;
}

const char *wire_call_role(const struct wire_call *call)
{
    return call->conn->peer.role_name;
}

const char *wire_call_host(const struct wire_call *call)
{
    return call->conn->peer.host;
}

const Quoin__V1__Seen *wire_call_seen(const struct wire_call *call)
{
    return call->seen;
}

const char *wire_call_person(const struct wire_call *call)
{
    return call->person;
}

int64_t wire_call_deadline_ms(const struct wire_call *call)
{
    return call->due.at_ms;
}

static void call_tell(const struct wire_call *call, enum wire_status status)
{
    const struct wire_called called = {
        .kind = (size_t)(call->kind - wire_kinds),
        .status = (unsigned)status,
        .ns = clk_mono_ns() - call->began_ns,
        .is_stream = (call->kind->flags & (CALL_PARTS | CALL_TALK)) != 0,
    };
    if (call->core->on_called != NULL) {
        call->core->on_called(call->core->engine, &called);
    }
}

void wire_call_finish(struct wire_call *call, enum wire_status status, const struct err *err,
                      const char *const *reasons)
{
    struct wire_conn *conn = call->conn;
    OWN(arena_free) struct arena arena = ARENA_CAP(16 << 10); // the call's own may be full
    call_tell(call, status);
    struct http2_field fields[CALL_HEAD_FIELDS + WIRE_STATUS_FIELDS];
    size_t count = 0;
    wire_status_write(&arena, status, err, reasons, fields + CALL_HEAD_FIELDS, &count);
    if (call->head_sent) {
        http2_end(call->stream, fields + CALL_HEAD_FIELDS, count);
    } else {
        memcpy(fields, call_head, sizeof(call_head));
        http2_answer(call->stream, fields, CALL_HEAD_FIELDS + count, true);
    }
    wire_call_drop(call);
    conn->flush(conn->arg);
}

static bool call_send(struct wire_call *call, const ProtobufCMessage *message, struct err *err)
{
    assert(message->descriptor == call->kind->reply);
    struct str bytes = { "", 0 };
    if (!wire_frame_pack(&call->arena, message, &bytes, err)) {
        return false;
    }
    if (!call->head_sent) {
        call->head_sent = true;
        call_answer_head(call);
    }
    http2_send(call->stream, bytes);
    return true;
}

void wire_call_answer(struct wire_call *call, const ProtobufCMessage *reply)
{
    struct err err;
    if (!call_send(call, reply, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    wire_call_end(call);
}

bool wire_call_part(struct wire_call *call, const ProtobufCMessage *part,
                    void (*on_ready)(void *engine, struct wire_call *call))
{
    struct err err;
    struct wire_conn *conn = call->conn;
    OWN(arena_free)
    struct arena kept = call->arena; // parts may be many: each in an arena of its own
    call->arena = ARENA_CAP(WIRE_CALL_BYTES);
    bool sent = call_send(call, part, &err);
    struct arena used = call->arena;
    call->arena = kept;
    kept = used;
    if (!sent) {
        wire_call_refuse(call, &err, NULL);
        return true;
    }
    bool more = http2_stream_queued(call->stream) < WIRE_PARTS_QUEUED;
    call->on_ready = more ? NULL : on_ready;
    conn->flush(conn->arg);
    return more;
}

void wire_call_end(struct wire_call *call)
{
    const struct err none = { 0 };
    wire_call_finish(call, WIRE_OK, &none, NULL);
}

void wire_call_refuse(struct wire_call *call, const struct err *err, const char *const *reasons)
{
    assert(err->code != ERR_NONE);
    const char *const own[] = { err->reason, NULL };
    bool has_any = reasons != NULL && reasons[0] != NULL;
    wire_call_finish(call, wire_status_of(err->code), err,
                     has_any || err->reason == NULL ? reasons : own);
}
