// wire/unpack: a message's bytes, checked field by field against its descriptor and unpacked into
// an arena. After it an engine may trust what it reads:
//
// - text is UTF-8 without control characters (none hidden behind a NUL), at most WIRE_TEXT_MAX
// bytes;
// - bytes at most WIRE_BYTES_MAX; a repeated field at most WIRE_REPEATED_MAX times; depth
// WIRE_DEPTH_MAX;
// - enums are values that we know;
// - a request has no field that we do not know: to act on half of what is asked is worse than to
//   refuse. (Whoever answers is upgraded before whoever asks.) A reply may have some.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include <protobuf-c/protobuf-c.h>

enum {
    WIRE_TEXT_MAX = 4096,
    WIRE_BYTES_MAX = 64 << 10,
    WIRE_REPEATED_MAX = 65536,
    WIRE_DEPTH_MAX = 16,
};

// ERR_INVALID names the field; ERR_LIMIT: past a cap or the arena's. *message lives in the arena.
bool wire_unpack(struct arena *arena, const ProtobufCMessageDescriptor *kind, struct str bytes,
                 bool strict, const ProtobufCMessage **message, struct err *err) CC_MUST_USE;

// Whether field 1 is a key of 16 bytes.
bool wire_has_key(const ProtobufCMessage *message);
