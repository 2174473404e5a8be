// web/field: what a field of the protocol's messages holds, beyond its type. Pure.
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

enum web_sort {
    WEB_SORT_PLAIN,
    WEB_SORT_MONEY,   // a decimal text
    WEB_SORT_TIME,    // RFC 3339; 0 is null
    WEB_SORT_BY_UNIT, // money where the message's unit is "money", else plain
    WEB_SORT_BYTES,   // base64url
    WEB_SORT_TEXT,    // bytes that are a text with line ends
    WEB_SORT_THING,   // a packed message, of the kind that the message says
    WEB_SORT_HIDDEN,  // neither shown nor taken
};

// In the table, where it must be: every number of 64 bits.
bool web_field_is_known(const ProtobufCMessageDescriptor *message,
                        const ProtobufCFieldDescriptor *field);
enum web_sort web_field_sort(const ProtobufCMessageDescriptor *message,
                             const ProtobufCFieldDescriptor *field);
// For BY_UNIT: by what this message says.
bool web_field_is_money(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
// A message that is written as one text: Decimal.
bool web_field_is_decimal(const ProtobufCMessageDescriptor *message);
// Of a thing of the configuration; NULL: no such kind or name.
const ProtobufCMessageDescriptor *web_field_thing(const char *kind, const char *name);
