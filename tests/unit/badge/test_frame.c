// A reader's frame is whole or none: no part, no spoiled byte and no other length is ever a card.
#include "badge/frame.h"

#include "lib/tap.h"

#include <stdio.h>

static struct err err;

static void frame_of(enum badge_kind kind, const char *name, const char *card, struct buf *bytes)
{
    const struct badge_frame frame = { kind, str_of(name), str_of(card) };
    badge_frame_write(&frame, bytes);
}

static void test_what_was_written_is_read(void)
{
    static const struct {
        enum badge_kind kind;
        const char *name;
        const char *card;
    } rows[] = {
        { BADGE_CARD, "desk-1", "04A1B2C3D4E5F6" },
        { BADGE_CARD, "a", "1" },
        { BADGE_HERE, "desk_1.floor2", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(BADGE_FRAME_MAX);
        struct badge_frame frame;
        size_t used = 0;
        frame_of(rows[i].kind, rows[i].name, rows[i].card, &bytes);
        CHECK(badge_frame_read(buf_str(&bytes), &frame, &used, &err) && used == bytes.len);
        CHECK(frame.kind == rows[i].kind && str_eq(frame.name, str_of(rows[i].name)));
        CHECK(str_eq(frame.card, str_of(rows[i].card)));
    }
    CHECK(badge_checksum(STR("123456789")) == 0xcbf43926U); // the check value of CRC-32
}

static void test_no_part_is_a_card(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(BADGE_FRAME_MAX);
    frame_of(BADGE_CARD, "desk-1", "0400112233", &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        struct badge_frame frame;
        size_t used = 1;
        CHECK(badge_frame_read((struct str){ bytes.ptr, len }, &frame, &used, &err) && used == 0);
    }
}

static void test_no_spoiled_byte_is_a_card(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(BADGE_FRAME_MAX);
    frame_of(BADGE_CARD, "desk-1", "0400112233", &bytes);
    size_t taken = 0;
    for (size_t at = 0; at < bytes.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            struct badge_frame frame;
            size_t used = 0;
            bytes.ptr[at] = (char)(bytes.ptr[at] ^ (1 << bit));
            taken += badge_frame_read(buf_str(&bytes), &frame, &used, &err) && used > 0;
            bytes.ptr[at] = (char)(bytes.ptr[at] ^ (1 << bit));
        }
    }
    CHECK(taken == 0);
}

// With a checksum that fits: what the sender itself says wrongly.
static void sealed(struct buf *bytes, const char *raw, size_t len)
{
    buf_add(bytes, (struct str){ raw, len });
    uint32_t sum = badge_checksum(buf_str(bytes));
    const char four[] = { (char)(sum >> 24), (char)(sum >> 16), (char)(sum >> 8), (char)sum };
    buf_add(bytes, (struct str){ four, 4 });
}

static void test_what_is_no_frame_is_refused(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
    } rows[] = {
        { "another mark",
          "QX\x01\x02\x00\x05\x01"
          "a\x00\x01"
          "1",
          11 },
        { "another version",
          "QB\x02\x02\x00\x05\x01"
          "a\x00\x01"
          "1",
          11 },
        { "an unknown kind",
          "QB\x01\x07\x00\x05\x01"
          "a\x00\x01"
          "1",
          11 },
        { "no name",
          "QB\x01\x02\x00\x04\x00\x00\x01"
          "1",
          10 },
        { "a name with a space",
          "QB\x01\x02\x00\x05\x01 \x00\x01"
          "1",
          11 },
        { "a card with a line's end",
          "QB\x01\x02\x00\x05\x01"
          "a\x00\x01\n",
          11 },
        { "a card that is not there",
          "QB\x01\x02\x00\x04\x01"
          "a\x00\x00",
          10 },
        { "a card where none belongs",
          "QB\x01\x01\x00\x05\x01"
          "a\x00\x01"
          "1",
          11 },
        { "a name beyond the end",
          "QB\x01\x02\x00\x05\x09"
          "a\x00\x01"
          "1",
          11 },
        { "a card shorter than the rest",
          "QB\x01\x02\x00\x06\x01"
          "a\x00\x01"
          "12",
          12 },
        { "too short a body",
          "QB\x01\x02\x00\x03\x01"
          "a\x00",
          9 },
        { "too long a body",
          "QB\x01\x02\xff\xff\x01"
          "a\x00",
          9 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(BADGE_FRAME_MAX);
        struct badge_frame frame;
        size_t used = 0;
        sealed(&bytes, rows[i].bytes, rows[i].len);
        err.code = ERR_NONE;
        bool good = badge_frame_read(buf_str(&bytes), &frame, &used, &err);
        CHECK(!good && err.code == ERR_INVALID);
        if (good) {
            printf("# %s\n", rows[i].name);
        }
    }
}

int main(void)
{
    test_what_was_written_is_read();
    test_no_part_is_a_card();
    test_no_spoiled_byte_is_a_card();
    test_what_is_no_frame_is_refused();
    return tap_done();
}
