// message: messages in arenas, copies of them, and whether two say the same. Pure; any thread.
#pragma once

#include "base/arena.h"
#include "proto/dme.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

void dme_arena_allocator(ProtobufCAllocator *allocator, struct arena *arena);
// Owned by the caller: protobuf_c_message_free_unpacked without an allocator.
ProtobufCMessage *dme_message_copy(const ProtobufCMessage *message);
bool dme_message_same(const ProtobufCMessage *one, const ProtobufCMessage *other);
uint64_t dme_message_hash(const ProtobufCMessage *message); // another one: it says something else
