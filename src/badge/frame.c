// frame: see frame.h, which has the layout.

#include "badge/frame.h"

#include "base/cur.h"

static const char frame_mark[] = { 'Q', 'B', 1 };

uint32_t badge_checksum(struct str bytes)
{
    uint32_t sum = 0xffffffffU;
    for (size_t at = 0; at < bytes.len; at++) {
        sum ^= (uint8_t)bytes.ptr[at];
        for (int bit = 0; bit < 8; bit++) {
            sum = (sum >> 1) ^ (0xedb88320U & (0U - (sum & 1U)));
        }
    }
    return ~sum;
}

static bool frame_is_name(struct str name)
{
    for (size_t at = 0; at < name.len; at++) {
        char byte = name.ptr[at];
        bool good = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
        if (!good) {
            return false;
        }
    }
    return name.len > 0 && name.len <= BADGE_NAME_MAX;
}

static bool frame_is_card(struct str card)
{
    for (size_t at = 0; at < card.len; at++) {
        if (card.ptr[at] < 0x20 || card.ptr[at] > 0x7e) {
            return false;
        }
    }
    return card.len <= BADGE_CARD_MAX;
}

// The head as far as it is there.
static bool frame_head(struct str bytes, size_t *body, struct err *err)
{
    const uint8_t *b = (const uint8_t *)bytes.ptr;
    size_t len = bytes.len < sizeof(frame_mark) ? bytes.len : sizeof(frame_mark);
    if (memcmp(bytes.ptr, frame_mark, len) != 0) {
        return err_set(err, ERR_INVALID, "not a card reader's frame");
    }
    if (bytes.len > 3 && b[3] != BADGE_HERE && b[3] != BADGE_CARD) {
        return err_set(err, ERR_INVALID, "a frame of unknown kind %u", b[3]);
    }
    if (bytes.len >= BADGE_HEAD_BYTES) {
        *body = (size_t)b[4] << 8 | b[5];
        if (*body < BADGE_BODY_MIN || *body > BADGE_BODY_MAX) {
            return err_set(err, ERR_INVALID, "a frame of %zu bytes", *body);
        }
    }
    return true;
}

static bool frame_body(struct str body, struct badge_frame *frame, struct err *err)
{
    struct cur cur = cur_of(body.ptr, body.len);
    struct str name_len = cur_take(&cur, 1);
    frame->name = cur_take(&cur, name_len.len == 1 ? (uint8_t)name_len.ptr[0] : 0);
    uint16_t card_len = cur_u16be(&cur);
    frame->card = cur_take(&cur, card_len);
    if (!cur_ok(&cur) || cur_left(&cur) > 0) {
        return err_set(err, ERR_INVALID, "the lengths in a frame do not add up");
    }
    if (!frame_is_name(frame->name) || !frame_is_card(frame->card)) {
        return err_set(err, ERR_INVALID, "a reader's name or a card with other characters");
    }
    return (frame->card.len > 0) == (frame->kind == BADGE_CARD) ||
           err_set(err, ERR_INVALID, "a frame with a card has one, one without has none");
}

bool badge_frame_read(struct str bytes, struct badge_frame *frame, size_t *used, struct err *err)
{
    size_t body = 0;
    *used = 0;
    if (!frame_head(bytes, &body, err)) {
        return false;
    }
    if (bytes.len < BADGE_HEAD_BYTES || bytes.len < BADGE_HEAD_BYTES + body + 4) {
        return true;
    }
    struct cur cur = cur_of(bytes.ptr + BADGE_HEAD_BYTES + body, 4);
    const struct str summed = { bytes.ptr, BADGE_HEAD_BYTES + body };
    if (cur_u32be(&cur) != badge_checksum(summed)) {
        return err_set(err, ERR_INVALID, "the checksum of a frame is wrong");
    }
    frame->kind = (enum badge_kind)bytes.ptr[3];
    const struct str content = { bytes.ptr + BADGE_HEAD_BYTES, body };
    if (!frame_body(content, frame, err)) {
        return false;
    }
    *used = BADGE_HEAD_BYTES + body + 4;
    return true;
}

static void add_u16(struct buf *bytes, size_t number)
{
    const char two[] = { (char)(number >> 8), (char)number };
    buf_add(bytes, (struct str){ two, sizeof(two) });
}

void badge_frame_write(const struct badge_frame *frame, struct buf *bytes)
{
    size_t begin = bytes->len;
    const char kind = (char)frame->kind;
    const char name_len = (char)frame->name.len;
    buf_add(bytes, (struct str){ frame_mark, sizeof(frame_mark) });
    buf_add(bytes, (struct str){ &kind, 1 });
    add_u16(bytes, 1 + frame->name.len + 2 + frame->card.len);
    buf_add(bytes, (struct str){ &name_len, 1 });
    buf_add(bytes, frame->name);
    add_u16(bytes, frame->card.len);
    buf_add(bytes, frame->card);
    if (buf_ok(bytes)) {
        uint32_t sum = badge_checksum((struct str){ bytes->ptr + begin, bytes->len - begin });
        add_u16(bytes, sum >> 16);
        add_u16(bytes, sum & 0xffff);
    }
}
