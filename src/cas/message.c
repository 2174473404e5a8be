// message: generated messages in an arena, and comparing two of a kind field by field.

#include "cas/cas_int.h"
#include <assert.h>
#include <stdlib.h>

void *cas_message(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_new(arena, descriptor->sizeof_message);
    assert(message != NULL);
    protobuf_c_message_init(descriptor, message);
    return message;
}

struct str cas_pack(struct arena *arena, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    char *bytes = arena_new(arena, len);
    assert(bytes != NULL);
    (void)protobuf_c_message_pack(message, (uint8_t *)bytes); // its len was asked above
    return (struct str){ bytes, len };
}

static void *message_alloc(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void message_free(void *arena, void *at)
{
    (void)arena;
    (void)at;
}

bool cas_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, struct str bytes,
                ProtobufCMessage **message, struct err *err)
{
    ProtobufCAllocator allocator = { message_alloc, message_free, arena };
    *message =
        protobuf_c_message_unpack(descriptor, &allocator, bytes.len, (const uint8_t *)bytes.ptr);
    return *message != NULL ||
           err_set(err, ERR_INTERNAL, "what was stored is no %s", descriptor->name);
}

static size_t message_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return 8;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM: return 4;
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    }
    return 0;
}

static bool message_is_same_value(ProtobufCType type, const char *a, const char *b)
{
    if (type == PROTOBUF_C_TYPE_STRING) {
        const char *const *left = (const char *const *)(const void *)a;
        const char *const *right = (const char *const *)(const void *)b;
        return strcmp(*left == NULL ? "" : *left, *right == NULL ? "" : *right) == 0;
    }
    if (type == PROTOBUF_C_TYPE_BYTES) {
        const ProtobufCBinaryData *left = (const ProtobufCBinaryData *)(const void *)a;
        const ProtobufCBinaryData *right = (const ProtobufCBinaryData *)(const void *)b;
        return left->len == right->len &&
               (left->len == 0 || memcmp(left->data, right->data, left->len) == 0);
    }
    if (type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *const *left = (const ProtobufCMessage *const *)(const void *)a;
        const ProtobufCMessage *const *right = (const ProtobufCMessage *const *)(const void *)b;
        return *left == *right ||
               (*left != NULL && *right != NULL && cas_difference(*left, *right) == NULL);
    }
    return memcmp(a, b, message_size(type)) == 0;
}

// In depth as the messages nest, which our own protocol bounds.
const char *cas_difference(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    const ProtobufCMessageDescriptor *descriptor = a->descriptor;
    if (descriptor != b->descriptor) {
        return "method";
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const char *left = (const char *)a + field->offset;
        const char *right = (const char *)b + field->offset;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            if (!message_is_same_value(field->type, left, right)) {
                return field->name;
            }
            continue;
        }
        const size_t *left_count =
            (const size_t *)(const void *)((const char *)a + field->quantifier_offset);
        const size_t *right_count =
            (const size_t *)(const void *)((const char *)b + field->quantifier_offset);
        if (*left_count != *right_count) {
            return field->name;
        }
        const char *const *left_items = (const char *const *)(const void *)left;
        const char *const *right_items = (const char *const *)(const void *)right;
        size_t size = message_size(field->type);
        for (size_t k = 0; k < *left_count; k++) {
            if (!message_is_same_value(field->type, *left_items + k * size,
                                       *right_items + k * size)) {
                return field->name;
            }
        }
    }
    return NULL;
}
