// http/body: takes a body out of the bytes after a head: by length, in chunks (RFC 9112 7.1) or
// until the connection ends. Pieces of any size; nothing is kept.
#pragma once

#include "base/str.h"
#include "http/head.h"
#include <stdint.h>

enum {
    HTTP_CHUNK_LINE_MAX = 256,   // a chunk's size line, its CRLF not counted
    HTTP_EXTENSIONS_MAX = 16384, // all chunk extensions of one body together
    HTTP_TRAILER_MAX = 8192,     // read, checked and thrown away
};

struct http_body {
    enum http_reason reason; // set: refused
    bool done;
    uint8_t state;       // the reader's own, as is the rest
    uint16_t line_len;   // of the size line or trailer
    uint16_t extensions; // bytes of extensions so far
    uint64_t left;       // of the body by length, or of the chunk
    uint64_t taken;      // body bytes given out
};

void http_body_init(struct http_body *body, enum http_framing framing, uint64_t length);

// Takes the next bytes; gives how many were used and the run of body bytes among them in *data,
// maybe empty. Call again with the rest until nothing is left, or it is done or refused.
size_t http_body_feed(struct http_body *body, struct str bytes, struct str *data);

// The connection ended. HTTP_CUT when something was still to come.
enum http_reason http_body_end(struct http_body *body);
