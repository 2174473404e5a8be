// message: messages in arenas, and whether one still says the same. Pure.

#include "dme/dme_int.h"

#include "base/mem.h"

#include <stdlib.h>

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

uint64_t dme_message_hash(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = mem_new(len + 1);
    uint64_t hash = 14695981039346656037u; // FNV-1a
    (void)protobuf_c_message_pack(message, packed);
    for (size_t at = 0; at < len; at++) {
        hash = (hash ^ packed[at]) * 1099511628211u;
    }
    free(packed);
    return hash;
}
