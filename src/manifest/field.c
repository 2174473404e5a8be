// manifest/field: see field.h.

#include "manifest/field.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

// What types alone do not tell.
static const struct {
    const char *message; // without its package
    const char *field;
    enum manifest_sort sort;
    const char *key;
} field_rules[] = {
    { "Share", "parts", MANIFEST_PARTS, "percent" },
    { "Quota", "name", MANIFEST_NAME, NULL },
    { "Quota", "most", MANIFEST_BY_UNIT, NULL },
    { "Quota", "carry_most", MANIFEST_BY_UNIT, NULL },
    { "Quota", "carry_parts", MANIFEST_PARTS, "carry-percent" },
    { "Quota", "since", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "name", MANIFEST_NAME, NULL },
    { "PolicySet", "version", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "set_at", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "set_by", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "why", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "rules", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "examples", MANIFEST_HIDDEN, NULL },
    { "PolicySet", "is_removed", MANIFEST_HIDDEN, NULL },
    { "Schedule", "name", MANIFEST_NAME, NULL },
    { "Schedule", "since", MANIFEST_HIDDEN, NULL },
    { "Schedule", "next", MANIFEST_HIDDEN, NULL },
    { "Schedule", "last", MANIFEST_HIDDEN, NULL },
    { "ScheduleGrant", "amount", MANIFEST_DECIMAL, NULL },
    { "ScheduleGrant", "cap", MANIFEST_DECIMAL, NULL },
    { "PayerRule", "scope", MANIFEST_NAME, NULL },
    { "MoneySettings", "transfer_most", MANIFEST_DECIMAL, NULL },
    { "MoneySettings", "transfer_leaves", MANIFEST_DECIMAL, NULL },
    { "MoneySettings", "transfer_reaches", MANIFEST_DECIMAL, NULL },
    { "MoneySettings", "refund_most", MANIFEST_DECIMAL, NULL },
    { "Device", "removed", MANIFEST_HIDDEN, NULL },
    { "Monitor", "removed", MANIFEST_HIDDEN, NULL },
    { "AlertRule", "removed", MANIFEST_HIDDEN, NULL },
    { "AlertTarget", "removed", MANIFEST_HIDDEN, NULL },
    { "Expectation", "removed", MANIFEST_HIDDEN, NULL },
    { "PortAllowed", "until", MANIFEST_TIME, NULL },
    { "PriceBook", "valid_from", MANIFEST_TIME, NULL },
    { "PriceBook", "valid_until", MANIFEST_TIME, NULL },
};

static const char *field_message(const ProtobufCMessageDescriptor *message)
{
    const char *dot = strrchr(message->name, '.');
    return dot == NULL ? message->name : dot + 1;
}

bool manifest_is_shown(const ProtobufCMessageDescriptor *message,
                       const ProtobufCFieldDescriptor *field)
{
    enum manifest_sort sort = manifest_field_of(message, field).sort;
    return sort != MANIFEST_NAME && sort != MANIFEST_HIDDEN;
}

struct manifest_field manifest_field_of(const ProtobufCMessageDescriptor *message,
                                        const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < sizeof(field_rules) / sizeof(field_rules[0]); i++) {
        if (strcmp(field_rules[i].message, field_message(message)) == 0 &&
            strcmp(field_rules[i].field, field->name) == 0) {
            return (struct manifest_field){ field_rules[i].sort, field_rules[i].key };
        }
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
        strcmp(field_message(field->descriptor), "Decimal") == 0) {
        return (struct manifest_field){ .sort = MANIFEST_DECIMAL };
    }
    return (struct manifest_field){ .sort = MANIFEST_PLAIN };
}

const char *manifest_key_of(const ProtobufCMessageDescriptor *message,
                            const ProtobufCFieldDescriptor *field, char *text)
{
    const char *key = manifest_field_of(message, field).key;
    (void)snprintf(text, MANIFEST_KEY_MAX, "%s", key == NULL ? field->name : key);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return text;
}
