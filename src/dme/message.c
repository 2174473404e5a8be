// message: messages in arenas, and whether two of them say the same. Pure.

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

bool dme_messages_differ(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    size_t len = protobuf_c_message_get_packed_size(a);
    if (len != protobuf_c_message_get_packed_size(b)) {
        return true;
    }
    uint8_t *one = mem_new(2 * len + 1);
    (void)protobuf_c_message_pack(a, one);
    (void)protobuf_c_message_pack(b, one + len);
    bool differ = memcmp(one, one + len, len) != 0;
    free(one);
    return differ;
}
