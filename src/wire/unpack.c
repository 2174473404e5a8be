// wire/unpack: see unpack.h. The bytes are scanned before protobuf-c unpacks them, because it loses
// the length of text (and so what hides behind a NUL) and allocates before it judges.
//
// message = (tag value)*; tag = varint(field << 3 | type); types: 0 varint, 1 eight bytes, 2 length
// and bytes, 5 four bytes (https://protobuf.dev/programming-guides/encoding/).

#include "wire/unpack.h"

#include "base/cur.h"
#include "base/enc.h"
#include "wire/calls.h"
#include <assert.h>

enum { SCAN_FIELDS_MAX = 64 };

enum scan_type { SCAN_VARINT = 0, SCAN_EIGHT = 1, SCAN_RUN = 2, SCAN_FOUR = 5 };

static uint64_t scan_varint(struct cur *cur)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        struct str byte = cur_take(cur, 1);
        if (byte.len == 0) {
            return 0;
        }
        value |= shift < 64 ? (uint64_t)((uint8_t)byte.ptr[0] & 0x7f) << shift : 0;
        if (((uint8_t)byte.ptr[0] & 0x80) == 0) {
            return value;
        }
    }
    cur->fault = true; // longer than any number
    return 0;
}

static enum scan_type scan_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return SCAN_EIGHT;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT: return SCAN_FOUR;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE: return SCAN_RUN;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_BOOL: break;
    }
    return SCAN_VARINT;
}

static bool scan_skip(struct cur *cur, unsigned type)
{
    switch (type) {
    case SCAN_VARINT: (void)scan_varint(cur); return true;
    case SCAN_EIGHT: (void)cur_take(cur, 8); return true;
    case SCAN_FOUR: (void)cur_take(cur, 4); return true;
    case SCAN_RUN: {
        uint64_t len = scan_varint(cur);
        (void)cur_take(cur, len);
        return true;
    }
    default: return false; // groups are not of proto3
    }
}

static bool scan_enum(const ProtobufCFieldDescriptor *field, uint64_t value, struct err *err)
{
    if (value > INT32_MAX ||
        protobuf_c_enum_descriptor_get_value(field->descriptor, (int)value) == NULL) {
        return err_set(err, ERR_INVALID, "%s has a value that is not known here", field->name);
    }
    return true;
}

// One number after another where one field may hold many. False: malformed or an unknown enum.
static bool scan_packed(const ProtobufCFieldDescriptor *field, struct str run, struct err *err)
{
    struct cur cur = cur_of(run.ptr, run.len);
    size_t count = 0;
    while (cur_left(&cur) > 0 && cur_ok(&cur)) {
        if (++count > WIRE_REPEATED_MAX) {
            return err_set(err, ERR_LIMIT, "%s is repeated too often", field->name);
        }
        if (field->type == PROTOBUF_C_TYPE_ENUM) {
            uint64_t value = scan_varint(&cur);
            if (cur_ok(&cur) && !scan_enum(field, value, err)) {
                return false;
            }
        } else {
            (void)scan_skip(&cur, scan_type_of(field->type));
        }
    }
    return cur_ok(&cur) || err_set(err, ERR_INVALID, "%s is malformed", field->name);
}

static bool scan_message(const ProtobufCMessageDescriptor *kind, struct str bytes, bool strict,
                         unsigned depth, struct err *err);

static bool scan_run(const ProtobufCFieldDescriptor *field, struct str run, bool strict,
                     unsigned depth, struct err *err)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return scan_message(field->descriptor, run, strict, depth + 1, err);
    }
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return run.len <= WIRE_BYTES_MAX ||
               err_set(err, ERR_LIMIT, "%s is longer than %d bytes", field->name, WIRE_BYTES_MAX);
    }
    if (field->type != PROTOBUF_C_TYPE_STRING) {
        return scan_packed(field, run, err);
    }
    if (run.len > WIRE_TEXT_MAX) {
        return err_set(err, ERR_LIMIT, "%s is longer than %d bytes", field->name, WIRE_TEXT_MAX);
    }
    return enc_is_plain(run) ||
           err_set(err, ERR_INVALID, "%s is not plain text in UTF-8", field->name);
}

static bool scan_field(const ProtobufCFieldDescriptor *field, unsigned type, struct cur *cur,
                       bool strict, unsigned depth, struct err *err)
{
    bool packed = type == SCAN_RUN && field->label == PROTOBUF_C_LABEL_REPEATED;
    if (type != (unsigned)scan_type_of(field->type) && !packed) {
        return err_set(err, ERR_INVALID, "%s is of another type than it should be", field->name);
    }
    if (type == SCAN_RUN) {
        uint64_t len = scan_varint(cur);
        struct str run = cur_take(cur, len);
        return !cur_ok(cur) || scan_run(field, run, strict, depth, err);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        uint64_t value = scan_varint(cur);
        return !cur_ok(cur) || scan_enum(field, value, err);
    }
    return scan_skip(cur, type);
}

static bool scan_message(const ProtobufCMessageDescriptor *kind, struct str bytes, bool strict,
                         unsigned depth, struct err *err)
{
    assert(kind->n_fields <= SCAN_FIELDS_MAX);
    if (depth > WIRE_DEPTH_MAX) {
        return err_set(err, ERR_LIMIT, "the message is nested too deeply");
    }
    uint32_t counts[SCAN_FIELDS_MAX] = { 0 };
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    while (cur_left(&cur) > 0 && cur_ok(&cur)) {
        uint64_t tag = scan_varint(&cur);
        uint64_t number = tag >> 3;
        const ProtobufCFieldDescriptor *field =
            number == 0 || number > 0x1fffffff
                ? NULL
                : protobuf_c_message_descriptor_get_field(kind, (unsigned)number);
        if (field != NULL && ++counts[field - kind->fields] > WIRE_REPEATED_MAX) {
            return err_set(err, ERR_LIMIT, "%s is repeated too often", field->name);
        }
        if (field == NULL && strict && cur_ok(&cur) && number != 0) {
            return err_set(err, ERR_INVALID, "%s has no field %llu here: upgrade this engine first",
                           kind->name, (unsigned long long)number);
        }
        bool good = field != NULL ? scan_field(field, tag & 7, &cur, strict, depth, err)
                                  : number != 0 && scan_skip(&cur, tag & 7);
        if (!good) {
            return field != NULL ? false : err_set(err, ERR_INVALID, "%s is malformed", kind->name);
        }
    }
    return cur_ok(&cur) || err_set(err, ERR_INVALID, "%s is cut short", kind->name);
}

static void *unpack_alloc(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void unpack_free(void *arena, void *bytes)
{
    (void)arena; // goes all at once
    (void)bytes;
}

bool wire_unpack(struct arena *arena, const ProtobufCMessageDescriptor *kind, struct str bytes,
                 bool strict, const ProtobufCMessage **message, struct err *err)
{
    if (!scan_message(kind, bytes, strict, 0, err)) {
        return false;
    }
    ProtobufCAllocator allocator = { unpack_alloc, unpack_free, arena };
    const ProtobufCMessage *made =
        protobuf_c_message_unpack(kind, &allocator, bytes.len, (const uint8_t *)bytes.ptr);
    if (made == NULL && !arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "%s takes more memory than a call may", kind->name);
    }
    if (made == NULL) {
        return err_set(err, ERR_INVALID, "%s is malformed", kind->name);
    }
    *message = made;
    return true;
}

bool wire_has_key(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(message->descriptor, 1);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_BYTES ||
        field->label == PROTOBUF_C_LABEL_REPEATED) {
        return false;
    }
    ProtobufCBinaryData key;
    memcpy(&key, (const char *)message + field->offset, sizeof(key));
    return key.len == WIRE_KEY_LEN;
}
