// wire/reflect: server reflection over the descriptors that the build embedded. One request, one
// reply; a file is given alone, its imports are asked for by name.
//
// no unit test: tests/unit/wire/test_core.c.

#include "wire/core_int.h"

#include "proto/reflection.pb-c.h"
#include "wire/descriptors_int.h"

typedef Grpc__Reflection__V1__ServerReflectionRequest reflect_ask; // names that fit a line
typedef Grpc__Reflection__V1__ServerReflectionResponse reflect_reply;
#define REFLECT_ASKED(what) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##what
#define REFLECT_REPLIED(what)                                                                      \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##what

#define REFLECT_SIZE                                                                               \
    _GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST__CASE_IS_INT_SIZE

static const struct wire_descriptor *reflect_file(const char *name)
{
    for (size_t i = 0; i < wire_descriptor_count; i++) {
        if (strcmp(wire_descriptors[i].name, name) == 0) {
            return &wire_descriptors[i];
        }
    }
    return NULL;
}

static const struct wire_descriptor *reflect_symbol(const char *name)
{
    for (size_t i = 0; i < wire_descriptor_count; i++) {
        for (const char *const *at = wire_descriptors[i].names; *at != NULL; at++) {
            if (strcmp(*at, name) == 0) {
                return &wire_descriptors[i];
            }
        }
    }
    return NULL;
}

static void reflect_send(struct wire_call *call, const reflect_ask *ask, reflect_reply *reply)
{
    reply->valid_host = ask->host;
    reply->original_request = (reflect_ask *)(uintptr_t)ask; // only read
    (void)wire_call_part(call, &reply->base, NULL);          // held back by http2's cap
}

static void reflect_error(struct wire_call *call, const reflect_ask *ask, enum wire_status status,
                          const char *text)
{
    Grpc__Reflection__V1__ErrorResponse error = GRPC__REFLECTION__V1__ERROR_RESPONSE__INIT;
    error.error_code = (int32_t)status;
    error.error_message = (char *)(uintptr_t)text; // only read
    reflect_reply reply = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    reply.message_response_case = REFLECT_REPLIED(ERROR_RESPONSE);
    reply.error_response = &error;
    reflect_send(call, ask, &reply);
}

static void reflect_give(struct wire_call *call, const reflect_ask *ask,
                         const struct wire_descriptor *file)
{
    if (file == NULL) {
        reflect_error(call, ask, WIRE_NOT_FOUND, "no such file or symbol");
        return;
    }
    ProtobufCBinaryData bytes = { file->len, (uint8_t *)(uintptr_t)file->bytes }; // only read
    Grpc__Reflection__V1__FileDescriptorResponse files =
        GRPC__REFLECTION__V1__FILE_DESCRIPTOR_RESPONSE__INIT;
    files.n_file_descriptor_proto = 1;
    files.file_descriptor_proto = &bytes;
    reflect_reply reply = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    reply.message_response_case = REFLECT_REPLIED(FILE_DESCRIPTOR_RESPONSE);
    reply.file_descriptor_response = &files;
    reflect_send(call, ask, &reply);
}

static void reflect_list(struct wire_call *call, const reflect_ask *ask, struct arena *arena)
{
    Grpc__Reflection__V1__ListServiceResponse list =
        GRPC__REFLECTION__V1__LIST_SERVICE_RESPONSE__INIT;
    list.service = arena_new_array(arena, wire_kind_count, sizeof(list.service[0]));
    for (size_t i = 0; i < wire_kind_count && list.service != NULL; i++) {
        const char *service = wire_kinds[i].service;
        bool again =
            i > 0 && strcmp(wire_kinds[i - 1].service, service) == 0; // they stand together
        if (again || !wire_core_has_service(call->core, service)) {
            continue;
        }
        Grpc__Reflection__V1__ServiceResponse *one = arena_new(arena, sizeof(*one));
        if (one != NULL) {
            grpc__reflection__v1__service_response__init(one);
            one->name = (char *)(uintptr_t)service; // only read
            list.service[list.n_service++] = one;
        }
    }
    reflect_reply reply = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    reply.message_response_case = REFLECT_REPLIED(LIST_SERVICES_RESPONSE);
    reply.list_services_response = &list;
    reflect_send(call, ask, &reply);
}

void wire_reflect_ask(struct wire_call *call, const ProtobufCMessage *message, struct arena *arena)
{
    const reflect_ask *ask = (const reflect_ask *)message;
    switch (ask->message_request_case) {
    case REFLECT_ASKED(FILE_BY_FILENAME):
        reflect_give(call, ask, reflect_file(ask->file_by_filename));
        return;
    case REFLECT_ASKED(FILE_CONTAINING_SYMBOL):
        reflect_give(call, ask, reflect_symbol(ask->file_containing_symbol));
        return;
    case REFLECT_ASKED(LIST_SERVICES): reflect_list(call, ask, arena); return;
    case REFLECT_ASKED(FILE_CONTAINING_EXTENSION):
    case REFLECT_ASKED(ALL_EXTENSION_NUMBERS_OF_TYPE):
        reflect_error(call, ask, WIRE_NOT_FOUND, "the protocol has no extensions");
        return;
    case REFLECT_ASKED(_NOT_SET):
    case REFLECT_SIZE: break;
    }
    reflect_error(call, ask, WIRE_INVALID_ARGUMENT, "nothing was asked");
}
