// enc: hex, base64 and UTF-8 at the edges. Text from outside is checked here once, then trusted
// inside.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

void enc_hex_add(struct buf *buf, const void *bytes, size_t len);        // lower case
bool enc_hex_read(struct str text, void *bytes, size_t len) CC_MUST_USE; // exactly len bytes

// Base64 (RFC 4648 4), and the one whose letters go into paths and cookies (5). Written without
// padding; of what is read there is one way to write it. Only the first may come with padding.
#define ENC_BASE64_LEN(bytes) (((bytes)*8 + 5) / 6)
void enc_base64_add(struct buf *buf, const void *bytes, size_t len);
void enc_base64url_add(struct buf *buf, const void *bytes, size_t len);
// ENC_BASE64_LEN(len) letters and a NUL: for secrets, which leave no copy on the heap.
void enc_base64url_write(const void *bytes, size_t len, char *text);
// bytes has room for text.len of them; *len: how many there are.
bool enc_base64_read(struct str text, void *bytes, size_t *len) CC_MUST_USE;
bool enc_base64url_read(struct str text, void *bytes, size_t *len) CC_MUST_USE;

// Well-formed UTF-8: no surrogates, no overlong forms, nothing past U+10FFFF.
bool enc_is_utf8(struct str text);

// As above, and no control characters (C0, DEL, C1): what may be shown, logged and stored as a
// name.
bool enc_is_plain(struct str text);

// Makes text plain in place, without changing its length: a space for each line end and tab, '?'
// for each other byte that does not belong to a plain character.
void enc_make_plain(char *text, size_t len);
