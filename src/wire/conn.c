// wire/conn: one asker's connection: judges the head of each request against the table before a
// byte of its body is kept, puts the message together, and hands it to the engine.
//
// gRPC over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
//
// no unit test: tests/unit/wire/test_core.c, which has the matrix of roles and calls.

#include "wire/core_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "wire/person.h"
#include "wire/seen.h"
#include "wire/timeout.h"
#include "wire/unpack.h"
#include <stdlib.h>

struct wire_conn *wire_conn_new(struct wire_core *core, const struct wire_peer *peer,
                                struct str identity, struct str from, void (*flush)(void *arg),
                                void *arg)
{
    struct wire_conn *conn = mem_new(sizeof(*conn));
    conn->core = core;
    conn->peer = *peer;
    conn->identity = mem_new(identity.len + 1);
    conn->from = mem_new(from.len + 1);
    if (identity.len > 0) {
        memcpy(conn->identity, identity.ptr, identity.len);
    }
    if (from.len > 0) {
        memcpy(conn->from, from.ptr, from.len);
    }
    conn->flush = flush;
    conn->arg = arg;
    return conn;
}

void *wire_conn_owner(const struct wire_conn *conn)
{
    return conn->arg;
}

void wire_conn_free(struct wire_conn **conn)
{
    struct wire_conn *old = *conn;
    *conn = NULL;
    if (old != NULL) {
        free(old->identity);
        free(old->from);
        free(old);
    }
}

// --- the head -----------------------------------------------------------------------------------

struct conn_head {
    struct str method;
    struct str path;
    struct str type;
    struct str timeout;
    struct str encoding;
    struct str seen;
    struct str person;
};

static void conn_head_read(const struct http2_field *fields, size_t count, struct conn_head *head)
{
    const struct {
        struct str name;
        struct str *value;
    } wanted[] = {
        { STR(":method"), &head->method },         { STR(":path"), &head->path },
        { STR("content-type"), &head->type },      { STR("grpc-timeout"), &head->timeout },
        { STR("grpc-encoding"), &head->encoding }, { STR(WIRE_SEEN_FIELD), &head->seen },
        { STR(WIRE_PERSON_FIELD), &head->person },
    };
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++) {
            if (str_eq(fields[i].name, wanted[n].name)) {
                *wanted[n].value = fields[i].value;
            }
        }
    }
}

static bool conn_is_grpc(struct str type)
{
    struct str want = STR("application/grpc");
    if (type.len < want.len || memcmp(type.ptr, want.ptr, want.len) != 0) {
        return false;
    }
    struct str rest = { type.ptr + want.len, type.len - want.len };
    return rest.len == 0 || rest.ptr[0] == ';' || str_eq(rest, STR("+proto")) ||
           (rest.len > 6 && memcmp(rest.ptr, "+proto;", 7) == 0);
}

// An answer without a call: the request was turned away by its head.
static void conn_turn_away(struct wire_conn *conn, struct http2_stream *stream, const char *http,
                           enum wire_status status, const struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(16 << 10);
    struct http2_field fields[3 + WIRE_STATUS_FIELDS] = {
        { STR(":status"), str_of(http) },
        { STR("content-type"), STR("application/grpc") },
    };
    size_t count = 0;
    wire_status_write(&arena, status, err, NULL, fields + 2, &count);
    count += 2;
    if (status == WIRE_UNIMPLEMENTED) {
        fields[count++] = (struct http2_field){ STR("grpc-accept-encoding"), STR("identity") };
    }
    http2_answer(stream, fields, count, true);
    conn->flush(conn->arg);
}

static bool conn_refuse(enum wire_status *status, enum wire_status is)
{
    *status = is;
    return false;
}

// Whether this asker may make this call at all. The role goes first: who may not ask does not learn
// what would be there.
static bool conn_may(const struct wire_conn *conn, const struct conn_head *head,
                     const struct wire_kind **kind, enum wire_status *status, struct err *err)
{
    const struct wire_kind *found = wire_kind_find(head->path);
    if (found != NULL && (found->roles & conn->peer.role) == 0) {
        return err_set(err, ERR_DENIED, "the role %s may not call %s", conn->peer.role_name,
                       found->path) ||
               conn_refuse(status, WIRE_PERMISSION_DENIED);
    }
    if (found == NULL ||
        ((found->flags & CALL_OWN) == 0 && conn->core->handlers[found - wire_kinds] == NULL)) {
        return err_set(err, ERR_INVALID, "this engine has no such call") ||
               conn_refuse(status, WIRE_UNIMPLEMENTED);
    }
    if (head->encoding.len > 0 && !str_eq(head->encoding, STR("identity"))) {
        return err_set(err, ERR_INVALID, "messages are not compressed here") ||
               conn_refuse(status, WIRE_UNIMPLEMENTED);
    }
    if (head->seen.len > 0 && (found->flags & CALL_SEEN) == 0) {
        return err_set(err, ERR_INVALID, "%s does not take what was seen", found->path) ||
               conn_refuse(status, WIRE_UNIMPLEMENTED);
    }
    *kind = found;
    return true;
}

static bool conn_deadline(const struct conn_head *head, const struct wire_kind *kind,
                          int64_t *at_ms, struct err *err)
{
    uint64_t most = kind->deadline_ms == 0 ? (uint64_t)INT64_MAX : kind->deadline_ms;
    uint64_t wait = most;
    if (head->timeout.len > 0 && !wire_timeout_read(head->timeout, &wait)) {
        return err_set(err, ERR_INVALID, "the header grpc-timeout is malformed");
    }
    wait = wait < most ? wait : most;
    *at_ms = wait == (uint64_t)INT64_MAX ? INT64_MAX : clk_mono_ms() + (int64_t)wait;
    return true;
}

// What an asker says that it has seen, it must be allowed to see, of the same engine.
static bool conn_seen(struct wire_call *call, struct str text, struct err *err)
{
    if (!wire_seen_read(&call->arena, text, &call->seen, err)) {
        return false;
    }
    const struct wire_kind *kind = wire_kind_find(str_of(call->seen->call));
    return ((kind->roles & call->conn->peer.role) != 0 &&
            call->core->handlers[kind - wire_kinds] != NULL) ||
           err_set(err, ERR_DENIED, "the role %s may not call %s here", call->conn->peer.role_name,
                   kind->path);
}

// What an asker says beside its question.
static bool conn_said(struct wire_call *call, const struct conn_head *head, struct err *err)
{
    return (head->seen.len == 0 || conn_seen(call, head->seen, err)) &&
           (head->person.len == 0 || wire_person_read(&call->arena, call->conn->peer.role,
                                                      head->person, &call->person, err));
}

static void conn_on_head(void *arg, struct http2_stream *stream, const struct http2_field *fields,
                         size_t count)
{
    struct wire_conn *conn = arg;
    struct conn_head head = { .path = { "", 0 } };
    conn_head_read(fields, count, &head);
    struct err err = { 0 };
    if (!str_eq(head.method, STR("POST")) || !conn_is_grpc(head.type)) {
        bool post = str_eq(head.method, STR("POST"));
        (void)!err_set(&err, ERR_INVALID, "only gRPC is spoken here");
        conn_turn_away(conn, stream, post ? "415" : "405", WIRE_INVALID_ARGUMENT, &err);
        wire_core_tell_refused(conn, head.path, err.text);
        return;
    }
    const struct wire_kind *kind = NULL;
    enum wire_status status = WIRE_INVALID_ARGUMENT;
    int64_t deadline_ms = 0;
    if (!conn_may(conn, &head, &kind, &status, &err) ||
        !conn_deadline(&head, kind, &deadline_ms, &err)) {
        conn_turn_away(conn, stream, "200", status, &err);
        wire_core_tell_refused(conn, head.path, err.text);
        return;
    }
    struct wire_call *call = wire_call_new(conn, stream, kind, deadline_ms);
    if (call != NULL && !conn_said(call, &head, &err)) {
        wire_call_refuse(call, &err, NULL);
    } else if (call == NULL) {
        (void)!err_set(&err, ERR_UNAVAILABLE, "%d calls are under way; try again later",
                       WIRE_CALLS_MAX);
        conn_turn_away(conn, stream, "200", WIRE_UNAVAILABLE, &err);
    }
}

// --- the body -----------------------------------------------------------------------------------

// A message of a call that takes many, each in an arena of its own.
static bool conn_talk(struct wire_call *call, struct str body, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(WIRE_CALL_BYTES);
    const ProtobufCMessage *ask = NULL;
    if (!wire_unpack(&arena, call->kind->request, body, true, &ask, err)) {
        return false;
    }
    wire_reflect_ask(call, ask, &arena);
    return true;
}

static bool conn_take(struct http2_stream *stream, struct str bytes, struct err *err)
{
    struct wire_call *call = http2_stream_user(stream);
    while (bytes.len > 0) {
        bool whole = false;
        if (call->got) {
            return err_set(err, ERR_INVALID, "one message was expected and more came");
        }
        if (!wire_frame_read(&call->frame, &call->arena, &bytes, &whole, err)) {
            return false;
        }
        if (!wire_call_count_bytes(call)) {
            return err_set(err, ERR_UNAVAILABLE, "too many bytes are under way; try again later");
        }
        if (!whole) {
            continue;
        }
        struct str body = wire_frame_take(&call->frame);
        if ((call->kind->flags & CALL_TALK) != 0) {
            if (!conn_talk(call, body, err)) {
                return false;
            }
            if (http2_stream_user(stream) == NULL) {
                return true; // it ended by that
            }
        } else {
            call->body = body;
            call->got = true;
        }
    }
    return true;
}

static void conn_on_data(void *arg, struct http2_stream *stream, struct str bytes)
{
    (void)arg;
    struct wire_call *call = http2_stream_user(stream);
    struct err err;
    if (call != NULL && !conn_take(stream, bytes, &err)) {
        wire_call_refuse(call, &err, NULL);
    }
}

static bool conn_unpack(struct wire_call *call, const ProtobufCMessage **ask, struct err *err)
{
    if (!call->got) {
        return err_set(err, ERR_INVALID, "the request ended before its message did");
    }
    if (!wire_unpack(&call->arena, call->kind->request, call->body, true, ask, err)) {
        return false;
    }
    if (!wire_call_count_bytes(call)) {
        return err_set(err, ERR_UNAVAILABLE, "too many bytes are under way; try again later");
    }
    if ((call->kind->flags & CALL_KEYED) != 0 && !wire_has_key(*ask)) {
        return err_set(err, ERR_INVALID,
                       "the key is missing: %d random bytes, the same ones when asking again",
                       WIRE_KEY_LEN);
    }
    return true;
}

static void conn_on_end(void *arg, struct http2_stream *stream)
{
    struct wire_conn *conn = arg;
    struct wire_call *call = http2_stream_user(stream);
    if (call == NULL) {
        return;
    }
    if ((call->kind->flags & CALL_TALK) != 0) {
        wire_call_end(call);
        return;
    }
    struct err err;
    const ProtobufCMessage *ask = NULL;
    if (!conn_unpack(call, &ask, &err)) {
        wire_call_refuse(call, &err, NULL);
    } else if (call->due.at_ms <= clk_mono_ms()) {
        wire_core_expire(conn->core);
    } else if ((call->kind->flags & CALL_OWN) != 0) {
        wire_health_ask(call, ask);
    } else {
        conn->core->handlers[call->kind - wire_kinds](conn->core->engine, call, ask);
    }
}

static void conn_on_sent(void *arg, struct http2_stream *stream)
{
    struct wire_conn *conn = arg;
    struct wire_call *call = http2_stream_user(stream);
    if (call != NULL && call->on_ready != NULL) {
        void (*ready)(void *engine, struct wire_call *of) = call->on_ready;
        call->on_ready = NULL;
        ready(conn->core->engine, call);
    }
}

static void conn_on_close(void *arg, struct http2_stream *stream, uint32_t error)
{
    (void)arg;
    (void)error;
    struct wire_call *call = http2_stream_user(stream);
    if (call != NULL) {
        wire_call_drop(call);
    }
}

const struct http2_events wire_conn_events = {
    .on_head = conn_on_head,
    .on_data = conn_on_data,
    .on_end = conn_on_end,
    .on_sent = conn_on_sent,
    .on_close = conn_on_close,
};
