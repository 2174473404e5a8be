// message: messages of the protocol into JSON. See message.h.

#include "web/message.h"

#include "base/clk.h"
#include "base/enc.h"
#include "model/money.h"
#include "web/field.h"

enum { THING_BYTES_MAX = 1 << 20 };

static const void *place_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (const char *)message + field->offset;
}

size_t web_message_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
    }
    return field->type != PROTOBUF_C_TYPE_MESSAGE ||
                   *(const void *const *)place_of(message, field) != NULL
               ? 1
               : 0;
}

static const void *value_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            size_t at)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        return place_of(message, field);
    }
    const char *values = *(const char *const *)place_of(message, field);
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: return values + at * sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return values + at * sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return values + at * sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64: return values + at * sizeof(int64_t);
    default: return values + at * sizeof(int32_t);
    }
}

const ProtobufCMessage *web_message_at(const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field, size_t at)
{
    return *(const ProtobufCMessage *const *)value_at(message, field, at);
}

const char *web_message_word(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = web_message_field(message, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING ||
        field->label == PROTOBUF_C_LABEL_REPEATED) {
        return "";
    }
    const char *text = *(const char *const *)place_of(message, field);
    return text == NULL ? "" : text;
}

static int64_t number_at(const ProtobufCFieldDescriptor *field, const void *value)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64: return *(const int64_t *)value;
    case PROTOBUF_C_TYPE_UINT64: {
        uint64_t number = *(const uint64_t *)value;
        return number > INT64_MAX ? INT64_MAX : (int64_t)number;
    }
    case PROTOBUF_C_TYPE_UINT32: return *(const uint32_t *)value;
    default: return *(const int32_t *)value;
    }
}

// --- one value ----------------------------------------------------------------------------------

static void write_money(struct json *json, int64_t units)
{
    char text[MONEY_TEXT_MAX];
    json_str(json, str_of(money_text((struct money){ units }, text)));
}

static void write_time(struct json *json, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(64);
    if (at == 0) {
        json_null(json);
        return;
    }
    clk_add_utc(&text, at);
    json_str(json, buf_str(&text));
}

static void write_number(struct json *json, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field, int64_t number)
{
    if (web_field_is_money(message, field)) {
        write_money(json, number);
    } else if (web_field_sort(message->descriptor, field) == WEB_SORT_TIME) {
        write_time(json, number);
    } else {
        json_int(json, number);
    }
}

static void write_base64(struct json *json, const ProtobufCBinaryData *bytes)
{
    OWN(buf_free) struct buf text = BUF_CAP(bytes->len * 2 + 16);
    enc_base64url_add(&text, bytes->data, bytes->len);
    json_str(json, buf_str(&text));
}

// A thing that does not unpack, or of a kind that we do not know yet, is shown as its bytes.
static void write_thing(struct json *json, const ProtobufCMessage *message,
                        const ProtobufCBinaryData *bytes)
{
    const ProtobufCMessageDescriptor *thing =
        web_field_thing(web_message_word(message, "kind"), web_message_word(message, "name"));
    ProtobufCMessage *made = thing == NULL || bytes->len > THING_BYTES_MAX
                                 ? NULL
                                 : protobuf_c_message_unpack(thing, NULL, bytes->len, bytes->data);
    if (made == NULL) {
        write_base64(json, bytes);
        return;
    }
    web_message_write(json, made);
    protobuf_c_message_free_unpacked(made, NULL);
}

static void write_bytes(struct json *json, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, const ProtobufCBinaryData *bytes)
{
    switch ((int)web_field_sort(message->descriptor, field)) {
    case WEB_SORT_TEXT:
        json_str(json, (struct str){ bytes->len > 0 ? (const char *)bytes->data : "", bytes->len });
        return;
    case WEB_SORT_THING: write_thing(json, message, bytes); return;
    default: write_base64(json, bytes); return;
    }
}

void web_message_write_one(struct json *json, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, size_t at)
{
    const void *value = value_at(message, field, at);
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: json_bool(json, *(const protobuf_c_boolean *)value != 0); return;
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(const char *const *)value;
        json_str(json, text == NULL ? STR("") : str_of(text));
        return;
    }
    case PROTOBUF_C_TYPE_BYTES: write_bytes(json, message, field, value); return;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *child = *(const ProtobufCMessage *const *)value;
        if (web_field_is_decimal(child->descriptor)) {
            write_money(json, *(const int64_t *)place_of(child, &child->descriptor->fields[0]));
        } else {
            web_message_write(json, child);
        }
        return;
    }
    default: write_number(json, message, field, number_at(field, value)); return;
    }
}

void web_message_write_fields(struct json *json, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        size_t count = web_message_count(message, field);
        if (web_field_sort(descriptor, field) == WEB_SORT_HIDDEN) {
            continue;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            json_key(json, field->name);
            json_array(json);
            for (size_t at = 0; at < count; at++) {
                web_message_write_one(json, message, field, at);
            }
            json_end(json);
        } else if (count > 0) {
            json_key(json, field->name);
            web_message_write_one(json, message, field, 0);
        }
    }
}

void web_message_write(struct json *json, const ProtobufCMessage *message)
{
    json_object(json);
    web_message_write_fields(json, message);
    json_end(json);
}

bool web_message_text(const ProtobufCMessage *message, const char *name, struct buf *text)
{
    const ProtobufCFieldDescriptor *field = web_message_field(message, name);
    if (field == NULL || field->label == PROTOBUF_C_LABEL_REPEATED) {
        return false;
    }
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        buf_add(text, str_of(web_message_word(message, name)));
        return true;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        buf_addf(text, "%lld", (long long)number_at(field, place_of(message, field)));
        return true;
    default: return false;
    }
}

static void *copy_alloc(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void copy_free(void *arena, void *bytes) // all goes with the arena
{
    (void)arena;
    (void)bytes;
}

const ProtobufCMessage *web_message_copy(const ProtobufCMessage *message, struct arena *arena)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = arena_new(arena, len + 1);
    ProtobufCAllocator allocator = { copy_alloc, copy_free, arena };
    if (packed == NULL) {
        return NULL;
    }
    (void)protobuf_c_message_pack(message, packed);
    return protobuf_c_message_unpack(message->descriptor, &allocator, len, packed);
}
