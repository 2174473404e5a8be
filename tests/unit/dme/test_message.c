// Two messages differ where they say something else, and not where they lie elsewhere.

#include "dme/dme_int.h"

#include "lib/tap.h"

int main(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    ProtobufCAllocator from;
    Quoin__V1__MonitoredDevice one = QUOIN__V1__MONITORED_DEVICE__INIT;
    uint8_t packed[256];
    one.name = (char *)(uintptr_t) "hall";
    one.severity = 2;
    size_t len = quoin__v1__monitored_device__pack(&one, packed);
    dme_arena_allocator(&from, &arena);
    Quoin__V1__MonitoredDevice *other = quoin__v1__monitored_device__unpack(&from, len, packed);
    CHECK(other != NULL && dme_message_hash(&one.base) == dme_message_hash(&other->base));
    CHECK(dme_message_same(&one.base, &other->base));
    ProtobufCMessage *copy = dme_message_copy(&one.base);
    CHECK(copy != NULL && dme_message_same(copy, &one.base));
    protobuf_c_message_free_unpacked(copy, NULL);
    other->severity = 3;
    CHECK(!dme_message_same(&one.base, &other->base));
    CHECK(dme_message_hash(&one.base) != dme_message_hash(&other->base));
    other->severity = 2;
    other->console = (char *)(uintptr_t) "Ready";
    CHECK(dme_message_hash(&one.base) != dme_message_hash(&other->base));
    return tap_done();
}
