// wire/health: grpc.health.v1, for every service of the engine and for the engine itself ("").
//
// no unit test: tests/unit/wire/test_core.c.

#include "wire/core_int.h"

#include "proto/health.pb-c.h"

typedef Grpc__Health__V1__HealthCheckResponse health_reply; // a name that fits a line

static void health_fill(const struct wire_call *call, const char *service, health_reply *reply)
{
    const struct wire_core *core = call->core;
    *reply = (health_reply)GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    if (service[0] != '\0' && !wire_core_has_service(core, service)) {
        reply->status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN;
    } else if (core->serving) {
        reply->status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    } else {
        reply->status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
    }
}

void wire_health_ask(struct wire_call *call, const ProtobufCMessage *ask)
{
    const char *service = ((const Grpc__Health__V1__HealthCheckRequest *)ask)->service;
    health_reply reply;
    health_fill(call, service, &reply);
    if ((call->kind->flags & CALL_PARTS) != 0) { // Watch: now, and at every change
        call->watched = arena_text(&call->arena, str_of(service));
        (void)wire_call_part(call, &reply.base, NULL); // changes are few: nothing to hold back
    } else if (reply.status ==
               GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN) {
        const struct err err = { .code = ERR_NOT_FOUND, .text = "this engine has no such service" };
        wire_call_refuse(call, &err, NULL);
    } else {
        wire_call_answer(call, &reply.base);
    }
}

void wire_health_changed(struct wire_core *core)
{
    for (uint32_t i = 0; i < core->slot_count; i++) {
        struct wire_call *call = core->slots[i].call;
        if (call != NULL && call->watched != NULL) {
            health_reply reply;
            health_fill(call, call->watched, &reply);
            (void)wire_call_part(call, &reply.base, NULL);
        }
    }
}
