// frame: what a network card reader sends, and what it hears. Pure.
//
//   "QB" 1  kind u8  length u16  name-length u8  name  card-length u16  card  checksum u32
//
// Numbers are big-endian. length counts what stands between it and the checksum, so that a frame is
// whole or is none: no part of a card's number is ever taken for a shorter one. The checksum is the
// CRC-32 of IEEE 802.3 (zlib's) of all bytes before it. kind: 1 the reader is there (no card), 2 a
// card was shown. name: 1 to 63 letters, digits, dots, dashes, underscores. card: as the reader
// read it, 1 to 512 printable ASCII characters.
//
// The engine answers each frame with five bytes, "QB" 1 kind result: 0 taken, 1 refused.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    BADGE_HEAD_BYTES = 6,
    BADGE_NAME_MAX = 63,
    BADGE_CARD_MAX = 512,
    BADGE_BODY_MIN = 1 + 1 + 2,
    BADGE_BODY_MAX = 1 + BADGE_NAME_MAX + 2 + BADGE_CARD_MAX,
    BADGE_FRAME_MAX = BADGE_HEAD_BYTES + BADGE_BODY_MAX + 4,
    BADGE_ANSWER_BYTES = 5,
};

enum badge_kind {
    BADGE_HERE = 1,
    BADGE_CARD = 2,
};

struct badge_frame {
    enum badge_kind kind;
    struct str name; // borrowed from the bytes, as is the card
    struct str card;
};

// *used: how many bytes the frame took; 0: it is not whole yet, and as far as it is there it is
// good. ERR_INVALID: what is there can never become a frame.
bool badge_frame_read(struct str bytes, struct badge_frame *frame, size_t *used,
                      struct err *err) CC_MUST_USE;
void badge_frame_write(const struct badge_frame *frame, struct buf *bytes);
uint32_t badge_checksum(struct str bytes);
