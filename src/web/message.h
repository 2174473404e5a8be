// web/message: JSON into messages of the protocol and back, by their descriptors alone. Names are
// those of the fields; money is a decimal text, a time RFC 3339 or null, bytes base64url, a thing
// of the configuration the object that it is. Strict: what is not a field is refused by name.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/json.h"
#include "web/tree.h"
#include <protobuf-c/protobuf-c.h>

// A new, empty one in the arena; NULL: it is full.
ProtobufCMessage *web_message_new(const ProtobufCMessageDescriptor *descriptor,
                                  struct arena *arena);

// A whole copy in the arena; NULL: it is full.
const ProtobufCMessage *web_message_copy(const ProtobufCMessage *message, struct arena *arena);

// Fills in what the object says. Fields that are taken already (their names, NULL-ended, or NULL)
// are refused. ERR_INVALID: "people[0].limit: …".
bool web_message_read(const struct web_node *object, const char *const *taken, struct arena *arena,
                      ProtobufCMessage *message, struct err *err) CC_MUST_USE;

// One field from a text as it stands in a path or query; a repeated one gets one more.
bool web_message_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                     struct str text, struct arena *arena, struct err *err) CC_MUST_USE;

// The members of the message's object, without the braces.
void web_message_write_fields(struct json *json, const ProtobufCMessage *message);
void web_message_write(struct json *json, const ProtobufCMessage *message);
// One value of a field, also one of many.
size_t web_message_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
void web_message_write_one(struct json *json, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, size_t at);
// As text, as in a cursor or a path; false: it is none of text and numbers.
bool web_message_text(const ProtobufCMessage *message, const char *name, struct buf *text);

const ProtobufCFieldDescriptor *web_message_field(const ProtobufCMessage *message,
                                                  const char *name); // NULL: absent
// The one at that place of a repeated field of messages.
const ProtobufCMessage *web_message_at(const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field, size_t at);
// A text field; "" where it is empty.
const char *web_message_word(const ProtobufCMessage *message, const char *name);
