// Whatever is read as a quota is written so that it reads as the same quota again.
#include "manifest/message.h"
#include "proto/quota.pb-c.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str packed(struct arena *arena, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(arena, len);
    assert(bytes != NULL);
    (void)protobuf_c_message_pack(message, bytes);
    return (struct str){ (const char *)bytes, len };
}

static bool read_quota(struct str text, struct arena *arena, ProtobufCMessage **message)
{
    struct manifest_node *root;
    struct err err;
    return manifest_read(text, "f", arena, &root, &err) &&
           manifest_message(root, &quoin__v1__quota__descriptor, STR("q"), calendar_zone_utc(), "f",
                            arena, message, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
    OWN(buf_free) struct buf out = BUF_CAP(64 << 20);
    ProtobufCMessage *first;
    ProtobufCMessage *again;
    if (size > (64 << 10) ||
        !read_quota((struct str){ (const char *)data, size }, &arena, &first)) {
        return 0;
    }
    manifest_add_message(&out, 0, first, calendar_zone_utc());
    bool good = read_quota(buf_str(&out), &arena, &again);
    if (!good || !str_eq(packed(&arena, first), packed(&arena, again))) {
        abort();
    }
    return 0;
}
