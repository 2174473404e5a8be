// message: see message.h.

#include "dme/message.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *arena_take(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void arena_leave(void *arena, void *at)
{
    (void)arena; // it goes with all of it
    (void)at;
}

void dme_arena_allocator(ProtobufCAllocator *allocator, struct arena *arena)
{
    *allocator = (ProtobufCAllocator){ arena_take, arena_leave, arena };
}

static uint8_t *packed(const ProtobufCMessage *message, size_t *len)
{
    *len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_new(*len + 1);
    (void)protobuf_c_message_pack(message, bytes);
    return bytes;
}

ProtobufCMessage *dme_message_copy(const ProtobufCMessage *message)
{
    size_t len = 0;
    uint8_t *bytes = packed(message, &len);
    ProtobufCMessage *copy = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
    free(bytes);
    return copy;
}

bool dme_message_same(const ProtobufCMessage *one, const ProtobufCMessage *other)
{
    size_t len = 0;
    size_t other_len = 0;
    uint8_t *bytes = packed(one, &len);
    uint8_t *others = packed(other, &other_len);
    bool same = len == other_len && memcmp(bytes, others, len) == 0;
    free(bytes);
    free(others);
    return same;
}

uint64_t dme_message_hash(const ProtobufCMessage *message)
{
    size_t len = 0;
    uint8_t *bytes = packed(message, &len);
    uint64_t hash = 14695981039346656037u; // FNV-1a
    for (size_t at = 0; at < len; at++) {
        hash = (hash ^ bytes[at]) * 1099511628211u;
    }
    free(bytes);
    return hash;
}
