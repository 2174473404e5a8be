// wire/seen: what an asker has seen of what it changes (message Seen of common.proto), and whether
// it is still so.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "proto/common.pb-c.h"

#define WIRE_SEEN_FIELD "quoin-seen-bin"

// The header's value, in the arena. Empty: no room.
struct str wire_seen_write(struct arena *arena, const Quoin__V1__Seen *seen);
// ERR_INVALID: malformed, or it names no call that only reads.
bool wire_seen_read(struct arena *arena, struct str text, const Quoin__V1__Seen **seen,
                    struct err *err) CC_MUST_USE;

// What stands in Seen.hash.
enum { WIRE_SEEN_HASH = 32 };
void wire_seen_hash(const ProtobufCMessage *message, uint8_t hash[static WIRE_SEEN_HASH]);
// Whether the reply of now is what was seen, or has it.
bool wire_seen_holds(const Quoin__V1__Seen *seen, const ProtobufCMessage *reply);
// ERR_CONFLICT and its reasons.
bool wire_seen_refuse(const char *const **reasons, struct err *err) CC_MUST_USE;
