// wire/frame: gRPC's framing: a byte that says whether the message is compressed (it is not: we
// offer no compression), its length in four bytes, big-endian, and the message.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

enum { WIRE_FRAME_HEAD = 5, WIRE_MESSAGE_MAX = 1 << 20 };

struct wire_frame { // being read; zeroed at first
    uint8_t head[WIRE_FRAME_HEAD];
    size_t head_len;
    char *body; // in the arena
    size_t len;
    size_t want;
};

// Takes from *bytes up to the end of one message. *whole: wire_frame_take gives it. ERR_LIMIT: over
// WIRE_MESSAGE_MAX; ERR_INVALID: compressed.
bool wire_frame_read(struct wire_frame *frame, struct arena *arena, struct str *bytes, bool *whole,
                     struct err *err) CC_MUST_USE;
struct str wire_frame_take(struct wire_frame *frame);     // in the arena; begins anew
bool wire_frame_is_empty(const struct wire_frame *frame); // between two messages

// The message, packed behind its frame's head, in the arena. ERR_LIMIT: too large.
bool wire_frame_pack(struct arena *arena, const ProtobufCMessage *message, struct str *bytes,
                     struct err *err) CC_MUST_USE;
