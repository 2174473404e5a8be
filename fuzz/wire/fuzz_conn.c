// The bytes that an engine's port takes once TLS is done: HTTP/2, gRPC's framing, protobuf, the
// call table. The first byte chooses the role, the second how many bytes are fed at a time.
#include "wire/core_int.h"

#include <assert.h>
#include <stdlib.h>

static void handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    (void)engine;
    assert(ask->descriptor == call->kind->request);
    ProtobufCMessage *reply = arena_new(wire_call_arena(call), call->kind->reply->sizeof_message);
    if (reply == NULL) { // the request filled the call's memory
        const struct err err = { .code = ERR_LIMIT, .text = "no room" };
        wire_call_refuse(call, &err, NULL);
        return;
    }
    protobuf_c_message_init(call->kind->reply, reply);
    if ((call->kind->flags & CALL_PARTS) != 0) {
        (void)wire_call_part(call, reply, NULL);
        wire_call_end(call);
    } else {
        wire_call_answer(call, reply);
    }
}

static void on_refused(void *engine, const struct wire_refused *what)
{
    (void)engine;
    assert(what->why[0] != '\0');
}

static void on_nothing(void *arg)
{
    (void)arg;
}

static void feed(struct http2 *session, struct str bytes, size_t step)
{
    struct err err;
    for (size_t at = 0; at < bytes.len; at += step) {
        size_t left = bytes.len - at;
        OWN(buf_free) struct buf out = BUF_CAP(64 << 20);
        bool good =
            http2_feed(session, (struct str){ bytes.ptr + at, left < step ? left : step }, &err);
        http2_take(session, &out, 1 << 20);
        if (!good || http2_is_done(session)) {
            return;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct wire_method methods[512];
    size_t count = 0;
    for (size_t i = 0; i < wire_kind_count && count < 512; i++) {
        if ((wire_kinds[i].flags & CALL_OWN) == 0) {
            methods[count++] = (struct wire_method){ wire_kinds[i].path, handle };
        }
    }
    const struct wire_server_settings settings = { .methods = methods,
                                                   .method_count = count,
                                                   .on_refused = on_refused };
    const struct wire_peer peer = { .role = 1u << (data[0] & 7),
                                    .role_name = wire_role_name(1u << (data[0] & 7)) };
    struct wire_core *core = NULL;
    struct err err;
    if (!wire_core_new(&settings, on_nothing, NULL, &core, &err)) {
        abort();
    }
    struct wire_conn *conn = wire_conn_new(core, &peer, STR("x"), STR("y"), on_nothing, NULL);
    struct http2 *session = http2_new(true, &wire_conn_events, conn);
    feed(session, (struct str){ (const char *)data + 2, size - 2 }, data[1] == 0 ? size : data[1]);
    wire_core_serving(core, true);
    http2_free(&session);
    wire_conn_free(&conn);
    assert(wire_core_call_count(core) == 0);
    wire_core_free(&core);
    return 0;
}
