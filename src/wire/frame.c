// wire/frame: see frame.h. frame = compressed:1 length:4 message:length (gRPC over HTTP/2,
// Requests).

#include "wire/frame.h"

static bool frame_read_head(struct wire_frame *frame, struct arena *arena, struct str *bytes,
                            struct err *err)
{
    size_t left = WIRE_FRAME_HEAD - frame->head_len;
    size_t count = bytes->len < left ? bytes->len : left;
    memcpy(frame->head + frame->head_len, bytes->ptr, count);
    frame->head_len += count;
    bytes->ptr += count;
    bytes->len -= count;
    if (frame->head_len < WIRE_FRAME_HEAD) {
        return true;
    }
    const uint8_t *head = frame->head;
    size_t len = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
    if (head[0] != 0) {
        return err_set(err, ERR_INVALID, "the message is compressed, which was not agreed on");
    }
    if (len > WIRE_MESSAGE_MAX) {
        return err_set(err, ERR_LIMIT, "a message of %zu bytes; at most %d are taken", len,
                       WIRE_MESSAGE_MAX);
    }
    frame->want = len;
    frame->len = 0;
    frame->body = arena_new(arena, len);
    if (frame->body == NULL) {
        return err_set(err, ERR_LIMIT, "too many bytes in one call");
    }
    return true;
}

bool wire_frame_read(struct wire_frame *frame, struct arena *arena, struct str *bytes, bool *whole,
                     struct err *err)
{
    *whole = false;
    if (frame->head_len < WIRE_FRAME_HEAD && bytes->len > 0 &&
        !frame_read_head(frame, arena, bytes, err)) {
        return false;
    }
    if (frame->head_len < WIRE_FRAME_HEAD) {
        return true;
    }
    size_t left = frame->want - frame->len;
    size_t count = bytes->len < left ? bytes->len : left;
    if (count > 0) {
        memcpy(frame->body + frame->len, bytes->ptr, count);
    }
    frame->len += count;
    bytes->ptr += count;
    bytes->len -= count;
    *whole = frame->len == frame->want;
    return true;
}

struct str wire_frame_take(struct wire_frame *frame)
{
    struct str body = { frame->body, frame->len };
    *frame = (struct wire_frame){ 0 };
    return body;
}

bool wire_frame_is_empty(const struct wire_frame *frame)
{
    return frame->head_len == 0;
}

bool wire_frame_pack(struct arena *arena, const ProtobufCMessage *message, struct str *bytes,
                     struct err *err)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    if (len > WIRE_MESSAGE_MAX) {
        return err_set(err, ERR_LIMIT, "the answer would be %zu bytes; ask for less at once", len);
    }
    uint8_t *at = arena_new(arena, WIRE_FRAME_HEAD + len);
    if (at == NULL) {
        return err_set(err, ERR_LIMIT, "no room is left in this call for its answer");
    }
    at[0] = 0;
    at[1] = (uint8_t)(len >> 24);
    at[2] = (uint8_t)(len >> 16);
    at[3] = (uint8_t)(len >> 8);
    at[4] = (uint8_t)len;
    (void)protobuf_c_message_pack(message, at + WIRE_FRAME_HEAD); // gives len again
    *bytes = (struct str){ (const char *)at, WIRE_FRAME_HEAD + len };
    return true;
}
