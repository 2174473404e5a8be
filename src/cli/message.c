// cli/message: see message.h.
// no unit test: needs messages of engines; tests/it/test_dme.py reads what it writes

#include "cli/message.h"

#include "cli/out.h"

#include <assert.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static bool is_time(const ProtobufCFieldDescriptor *field)
{
    static const char *const names[] = { "at", "from", "until", "began", "ended" };
    for (size_t at = 0; at < sizeof(names) / sizeof(names[0]); at++) {
        if (strcmp(field->name, names[at]) == 0) {
            return field->type == PROTOBUF_C_TYPE_INT64;
        }
    }
    return field->type == PROTOBUF_C_TYPE_INT64 && strcmp(field->name, "counter_wraps_at") != 0 &&
           (ends_with(field->name, "_at") || ends_with(field->name, "_since"));
}

// One value; the key, where there is one, is written.
static void write_value(struct json *json, const ProtobufCFieldDescriptor *field, const void *at)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *const *inner = at;
        if (*inner == NULL) {
            json_null(json);
        } else {
            cli_message_json(json, *inner);
        }
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        json_str(json, str_of(*(const char *const *)at));
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        json_bool(json, *(const protobuf_c_boolean *)at != 0);
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        json_int(json, *(const uint32_t *)at);
    } else {
        assert(field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_UINT64);
        json_int(json, *(const int64_t *)at);
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_BOOL     ? sizeof(protobuf_c_boolean)
           : field->type == PROTOBUF_C_TYPE_UINT32 ? sizeof(uint32_t)
           : field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_UINT64
               ? sizeof(int64_t)
               : sizeof(void *);
}

void cli_message_json_fields(struct json *json, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *kind = message->descriptor;
    for (unsigned i = 0; i < kind->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &kind->fields[i];
        const char *at = (const char *)message + field->offset;
        if (field->type == PROTOBUF_C_TYPE_BYTES) {
            continue; // keys and the like: nothing for people
        }
        if (field->label != PROTOBUF_C_LABEL_REPEATED && is_time(field)) {
            cli_json_time(json, field->name, *(const int64_t *)(const void *)at);
            continue;
        }
        json_key(json, field->name);
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            write_value(json, field, at);
            continue;
        }
        size_t count =
            *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
        const char *list = *(const char *const *)(const void *)at;
        json_array(json);
        for (size_t n = 0; n < count; n++) {
            write_value(json, field, list + n * size_of(field));
        }
        json_end(json);
    }
}

void cli_message_json(struct json *json, const ProtobufCMessage *message)
{
    json_object(json);
    cli_message_json_fields(json, message);
    json_end(json);
}
