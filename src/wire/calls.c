// wire/calls: see calls.h.

#include "wire/calls.h"

#include "proto/accounts.pb-c.h"
#include "proto/cas.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"
#include "proto/dme.pb-c.h"
#include "proto/dre.pb-c.h"
#include "proto/engine.pb-c.h"
#include "proto/health.pb-c.h"
#include "proto/history.pb-c.h"
#include "proto/payers.pb-c.h"
#include "proto/policy.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/proofs.pb-c.h"
#include "proto/quota.pb-c.h"
#include "proto/reflection.pb-c.h"
#include "proto/voucher.pb-c.h"

enum { ROLE_ALL = ROLE_ENGINE | ROLE_ADMIN | ROLE_WEB | ROLE_PANEL | ROLE_AGENT }; // not the joiner

const struct wire_kind wire_kinds[] = {
#define CALL(service, method, request, reply, engine, roles, deadline_ms, flags)                   \
    { "/quoin.v1." #service "/" #method,                                                           \
      sizeof("/quoin.v1." #service "/" #method) - 1,                                               \
      "quoin.v1." #service,                                                                        \
      &quoin__v1__##request##__descriptor,                                                         \
      &quoin__v1__##reply##__descriptor,                                                           \
      engine,                                                                                      \
      roles,                                                                                       \
      deadline_ms,                                                                                 \
      flags },
#include "wire/calls.tbl.h"
#undef CALL
    { "/grpc.health.v1.Health/Check", sizeof("/grpc.health.v1.Health/Check") - 1,
      "grpc.health.v1.Health", &grpc__health__v1__health_check_request__descriptor,
      &grpc__health__v1__health_check_response__descriptor, "*", ROLE_ALL, 2000, CALL_OWN },
    { "/grpc.health.v1.Health/Watch", sizeof("/grpc.health.v1.Health/Watch") - 1,
      "grpc.health.v1.Health", &grpc__health__v1__health_check_request__descriptor,
      &grpc__health__v1__health_check_response__descriptor, "*", ROLE_ALL, 0,
      CALL_OWN | CALL_PARTS },
    { "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      sizeof("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo") - 1,
      "grpc.reflection.v1.ServerReflection",
      &grpc__reflection__v1__server_reflection_request__descriptor,
      &grpc__reflection__v1__server_reflection_response__descriptor, "*", ROLE_ALL, 600000,
      CALL_OWN | CALL_TALK },
    { "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      sizeof("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo") - 1,
      "grpc.reflection.v1alpha.ServerReflection",
      &grpc__reflection__v1__server_reflection_request__descriptor,
      &grpc__reflection__v1__server_reflection_response__descriptor, "*", ROLE_ALL, 600000,
      CALL_OWN | CALL_TALK },
};
const size_t wire_kind_count = sizeof(wire_kinds) / sizeof(wire_kinds[0]);

const struct wire_kind *wire_kind_find(struct str path)
{
    for (size_t i = 0; i < wire_kind_count; i++) {
        if (path.len == wire_kinds[i].path_len &&
            memcmp(path.ptr, wire_kinds[i].path, path.len) == 0) {
            return &wire_kinds[i];
        }
    }
    return NULL;
}
