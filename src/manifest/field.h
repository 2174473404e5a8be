// manifest/field: what a field holds, beyond its type.
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

enum manifest_sort {
    MANIFEST_PLAIN,
    MANIFEST_DECIMAL, // a message Decimal, or an integer of money
    MANIFEST_TIME,    // milliseconds since 1970 UTC
    MANIFEST_PARTS,   // of a million, written in per cent
    MANIFEST_NAME,    // the name of the thing, which stands above it
    MANIFEST_HIDDEN,  // what an engine fills in by itself
    MANIFEST_BY_UNIT, // money where the message's unit is "money", else plain
};

struct manifest_field {
    enum manifest_sort sort;
    const char *key; // NULL: the field's name with '-' for '_'
};

struct manifest_field manifest_field_of(const ProtobufCMessageDescriptor *message,
                                        const ProtobufCFieldDescriptor *field);
// Whether it stands in a file at all.
bool manifest_is_shown(const ProtobufCMessageDescriptor *message,
                       const ProtobufCFieldDescriptor *field);

// The key into text, of at least MANIFEST_KEY_MAX bytes.
enum { MANIFEST_KEY_MAX = 64 };
const char *manifest_key_of(const ProtobufCMessageDescriptor *message,
                            const ProtobufCFieldDescriptor *field, char *text);
