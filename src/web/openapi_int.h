// What openapi.c (paths) and openapi_schema.c (messages) share.
#pragma once

#include "base/json.h"
#include "base/map.h"
#include "web/route.h"
#include <protobuf-c/protobuf-c.h>

struct openapi {
    struct json json;
    struct map seen; // the messages that are referred to
    const ProtobufCMessageDescriptor *order[1024];
    size_t count; // of them
    size_t told;
};

void web_openapi_ref(struct openapi *api, const ProtobufCMessageDescriptor *message);
// What one value of the field is, or all of a repeated one.
void web_openapi_field(struct openapi *api, const ProtobufCMessageDescriptor *message,
                       const ProtobufCFieldDescriptor *field, bool repeated);
// An object of the message's fields, without those that the row says by itself (NULL: of all).
void web_openapi_object(struct openapi *api, const ProtobufCMessageDescriptor *message,
                        const struct web_route *without);
// "schemas" of all that was referred to, and of what they refer to.
void web_openapi_schemas(struct openapi *api);
