// field: see field.h. The table is looked through by a small cache: descriptors live for ever, so
// their addresses are its keys.

#include "web/field.h"

#include "base/str.h"
#include "proto/config.pb-c.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"
#include "proto/dme.pb-c.h"
#include "proto/payers.pb-c.h"
#include "proto/policy.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"

static const struct field_rule {
    const char *message;
    const char *name;
    enum web_sort sort;
} field_rules[] = {
#define FIELD(message, name, sort) { message, name, WEB_SORT_##sort },
#include "web/field.tbl.h"
#undef FIELD
};

static bool fits_type(enum web_sort sort, const ProtobufCFieldDescriptor *field)
{
    bool of_bytes = sort == WEB_SORT_BYTES || sort == WEB_SORT_TEXT || sort == WEB_SORT_THING;
    return sort == WEB_SORT_HIDDEN ||
           (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BOOL &&
            of_bytes == (field->type == PROTOBUF_C_TYPE_BYTES));
}

static const struct field_rule *rule_find(const char *message,
                                          const ProtobufCFieldDescriptor *field)
{
    const struct field_rule *general = NULL;
    for (size_t i = 0; i < sizeof(field_rules) / sizeof(field_rules[0]); i++) {
        const struct field_rule *rule = &field_rules[i];
        if (strcmp(rule->name, field->name) == 0 && fits_type(rule->sort, field)) {
            if (strcmp(rule->message, message) == 0) {
                return rule;
            }
            general = rule->message[0] == '*' ? rule : general;
        }
    }
    return general;
}

enum { CACHE_SIZE = 4096 };

static struct field_cache {
    const ProtobufCFieldDescriptor *field;
    const struct field_rule *rule;
} field_cache[CACHE_SIZE]; // loop thread only

static bool is_ruled(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_BOOL: // may be hidden
    case PROTOBUF_C_TYPE_STRING: return true;
    default: return false;
    }
}

static const struct field_rule *rule_of(const ProtobufCMessageDescriptor *message,
                                        const ProtobufCFieldDescriptor *field)
{
    if (!is_ruled(field)) {
        return NULL;
    }
    struct field_cache *slot = &field_cache[((uintptr_t)field >> 4) % CACHE_SIZE];
    if (slot->field != field) {
        *slot = (struct field_cache){ field, rule_find(message->short_name, field) };
    }
    return slot->rule;
}

bool web_field_is_known(const ProtobufCMessageDescriptor *message,
                        const ProtobufCFieldDescriptor *field)
{
    return !is_ruled(field) || field->type == PROTOBUF_C_TYPE_STRING ||
           field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_BYTES ||
           rule_of(message, field) != NULL;
}

enum web_sort web_field_sort(const ProtobufCMessageDescriptor *message,
                             const ProtobufCFieldDescriptor *field)
{
    const struct field_rule *rule = rule_of(message, field);
    bool is_bytes = field->type == PROTOBUF_C_TYPE_BYTES;
    return rule != NULL ? rule->sort : is_bytes ? WEB_SORT_BYTES : WEB_SORT_PLAIN;
}

static bool says(const ProtobufCMessage *message, const char *name, const char *word)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING) {
        return false;
    }
    const char *const *text =
        (const char *const *)(const void *)((const char *)message + field->offset);
    return *text != NULL && strcmp(*text, word) == 0;
}

bool web_field_is_money(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    enum web_sort sort = web_field_sort(message->descriptor, field);
    return sort == WEB_SORT_MONEY || (sort == WEB_SORT_BY_UNIT && says(message, "unit", "money"));
}

bool web_field_is_decimal(const ProtobufCMessageDescriptor *message)
{
    return strcmp(message->short_name, "Decimal") == 0;
}

const ProtobufCMessageDescriptor *web_field_thing(const char *kind, const char *name)
{
    static const struct {
        const char *kind;
        const char *name;
        const ProtobufCMessageDescriptor *message;
    } things[] = {
#define THING(kind, name, stem) { kind, name, &quoin__v1__##stem##__descriptor },
#include "model/thing.tbl.h"
#undef THING
    };
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
        if (strcmp(things[i].kind, kind) == 0 &&
            (things[i].name == NULL || (name != NULL && strcmp(things[i].name, name) == 0))) {
            return things[i].message;
        }
    }
    return NULL;
}
