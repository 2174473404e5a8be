// enc: hex and UTF-8 at the edges. Text from outside is checked here once, then trusted inside.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

void enc_hex_add(struct buf *buf, const void *bytes, size_t len);        // lower case
bool enc_hex_read(struct str text, void *bytes, size_t len) CC_MUST_USE; // exactly len bytes

// Well-formed UTF-8: no surrogates, no overlong forms, nothing past U+10FFFF.
bool enc_is_utf8(struct str text);

// As above, and no control characters (C0, DEL, C1): what may be shown, logged and stored as a
// name.
bool enc_is_plain(struct str text);

// Makes text plain in place, without changing its length: a space for each line end and tab, '?'
// for each other byte that does not belong to a plain character.
void enc_make_plain(char *text, size_t len);
