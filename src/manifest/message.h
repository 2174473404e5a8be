// manifest/message: messages of the protocol as a person writes them in a file, by their
// descriptors alone: field page_cost is the key page-cost, a Decimal "0.05", a time
// "2026-12-01" or "2026-12-01T10:00:00Z", parts of a million a percentage; what is empty or zero is
// left out. Any thread.
#pragma once

#include "base/buf.h"
#include "calendar/zone.h"
#include "manifest/tree.h"
#include <protobuf-c/protobuf-c.h>

// The message that a map stands for; in the arena. name is the thing's, for the field that repeats
// it. A date without a time is midnight in the zone. ERR_INVALID: "FILE:LINE:COLUMN: …", with the
// nearest key for one that is unknown.
bool manifest_message(const struct manifest_node *map, const ProtobufCMessageDescriptor *descriptor,
                      struct str name, const struct calendar_zone *zone, const char *file,
                      struct arena *arena, ProtobufCMessage **message, struct err *err) CC_MUST_USE;

// The lines of the message's fields, each indented so far. Nothing for an empty message.
void manifest_add_message(struct buf *out, int indent, const ProtobufCMessage *message,
                          const struct calendar_zone *zone);
// A text as a key or value, quoted where it must be.
void manifest_add_text(struct buf *out, struct str text);

// Which of the words is meant; NULL: none is near.
const char *manifest_nearest(struct str word, const char *const *words, size_t count);
