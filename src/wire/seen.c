// wire/seen: see seen.h.

#include "wire/seen.h"

#include "base/buf.h"
#include "base/enc.h"
#include "crypto/hash.h"
#include "wire/calls.h"
#include "wire/unpack.h"

static const char *const seen_reasons[] = { "changed", NULL };

// protobuf-c's way to pack without knowing how long it will be.
struct seen_sum {
    ProtobufCBuffer base; // first
    struct crypto_hash *hash;
};

static void seen_append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
    crypto_hash_add(((struct seen_sum *)buffer)->hash, (struct str){ (const char *)data, len });
}

void wire_seen_hash(const ProtobufCMessage *message, uint8_t hash[static WIRE_SEEN_HASH])
{
    OWN(crypto_hash_free) struct crypto_hash *made = crypto_hash_new();
    struct seen_sum sum = { { seen_append }, made };
    (void)protobuf_c_message_pack_to_buffer(message, &sum.base);
    crypto_hash_end(made, hash);
}

struct str wire_seen_write(struct arena *arena, const Quoin__V1__Seen *seen)
{
    size_t len = quoin__v1__seen__get_packed_size(seen);
    uint8_t *bytes = arena_new(arena, len + 1);
    if (bytes == NULL) {
        return (struct str){ "", 0 };
    }
    OWN(buf_free) struct buf text = BUF_CAP(ENC_BASE64_LEN(len) + 1);
    (void)quoin__v1__seen__pack(seen, bytes);
    enc_base64_add(&text, bytes, len);
    return arena_copy(arena, buf_str(&text));
}

bool wire_seen_read(struct arena *arena, struct str text, const Quoin__V1__Seen **seen,
                    struct err *err)
{
    char *bytes = arena_new(arena, text.len + 1);
    size_t len = 0;
    const ProtobufCMessage *message = NULL;
    if (bytes == NULL || !enc_base64_read(text, bytes, &len)) {
        return err_set(err, ERR_INVALID, "the header " WIRE_SEEN_FIELD " is malformed");
    }
    if (!wire_unpack(arena, &quoin__v1__seen__descriptor, (struct str){ bytes, len }, true,
                     &message, err)) {
        return false;
    }
    const Quoin__V1__Seen *made = (const Quoin__V1__Seen *)message;
    const struct wire_kind *kind = wire_kind_find(str_of(made->call));
    unsigned others = CALL_KEYED | CALL_PARTS | CALL_TALK | CALL_OWN;
    if (kind == NULL || (kind->flags & others) != 0 || made->hash.len != WIRE_SEEN_HASH) {
        return err_set(err, ERR_INVALID, "the header " WIRE_SEEN_FIELD " names no call that reads");
    }
    *seen = made;
    return true;
}

static bool seen_is(const Quoin__V1__Seen *seen, const ProtobufCMessage *message)
{
    uint8_t hash[WIRE_SEEN_HASH];
    wire_seen_hash(message, hash);
    return seen->hash.len == sizeof(hash) && memcmp(hash, seen->hash.data, sizeof(hash)) == 0;
}

static bool seen_is_named(const Quoin__V1__Seen *seen, const ProtobufCMessage *row)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(row->descriptor, seen->field);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING ||
        field->label == PROTOBUF_C_LABEL_REPEATED) {
        return false;
    }
    const void *at = (const char *)row + field->offset;
    return strcmp(*(const char *const *)at, seen->name) == 0;
}

bool wire_seen_holds(const Quoin__V1__Seen *seen, const ProtobufCMessage *reply)
{
    if (seen->items[0] == '\0') {
        return seen_is(seen, reply);
    }
    const ProtobufCFieldDescriptor *items =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, seen->items);
    if (items == NULL || items->type != PROTOBUF_C_TYPE_MESSAGE ||
        items->label != PROTOBUF_C_LABEL_REPEATED) {
        return false;
    }
    const void *list = (const char *)reply + items->offset;
    const void *many = (const char *)reply + items->quantifier_offset;
    const ProtobufCMessage *const *rows = *(const ProtobufCMessage *const *const *)list;
    for (size_t i = 0; i < *(const size_t *)many; i++) {
        if (seen_is_named(seen, rows[i])) {
            return seen_is(seen, rows[i]);
        }
    }
    return false;
}

bool wire_seen_refuse(const char *const **reasons, struct err *err)
{
    *reasons = seen_reasons;
    return err_set(err, ERR_CONFLICT, "it was changed since it was read; read it again");
}
