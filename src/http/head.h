// http/head: a strict reader of HTTP/1.1 heads (RFC 9112). What two readers could take in two ways
// is refused with a named reason. Pure: bytes in, facts out.
//
// A head is found first, byte by byte and in pieces of any size (http_scan), then read whole.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum {
    HTTP_LINE_MAX = 8192,  // the first line, its CRLF included
    HTTP_HEAD_MAX = 32768, // the whole head, its empty line included
    HTTP_FIELDS_MAX = 100,
    HTTP_METHOD_MAX = 32,
    HTTP_ARENA_MAX = 128 << 10, // enough for any head that is accepted
};

enum http_reason {
    HTTP_FINE, // nothing to refuse
#define HTTP_REASON(name, status, text) HTTP_##name,
#include "http/reason.tbl.h"
#undef HTTP_REASON
};

unsigned
http_reason_status(enum http_reason reason); // 400, 414, 431, 501, 505 …; 200 for HTTP_FINE
const char *http_reason_name(enum http_reason reason); // "LENGTH_TWICE"
const char *http_reason_text(enum http_reason reason); // a sentence without its full stop

// --- where the head ends ------------------------------------------------------------------------

struct http_scan {
    enum http_reason reason; // set: refused
    bool done;               // the empty line was seen
    bool response;           // no empty line may stand before the status line
    uint8_t state;           // the scan's own
    uint16_t lines;          // lines with something in them so far, the first included
    uint32_t len;            // bytes taken so far
};

#define HTTP_SCAN_REQUEST ((struct http_scan){ .reason = HTTP_FINE })
#define HTTP_SCAN_RESPONSE ((struct http_scan){ .response = true })

// Gives how many of the bytes belong to the head: all of them until it is done or refused. The
// caller keeps them. One empty line before a request is taken as part of it (RFC 9112 2.2).
size_t http_scan_feed(struct http_scan *scan, struct str bytes);

// --- what it says -------------------------------------------------------------------------------

struct http_field {
    struct str name;  // as sent; compare with http_word_eq
    struct str value; // without the spaces around it; no control characters, maybe not UTF-8
};

enum http_framing {
    HTTP_BODY_NONE,
    HTTP_BODY_LENGTH,
    HTTP_BODY_CHUNKED,
    HTTP_BODY_UNTIL_CLOSE, // responses only
};

struct http_fields {
    const struct http_field *at; // in the arena
    size_t count;
};

struct http_request {
    struct str method;
    struct str target; // as sent
    struct str path;   // decoded once; begins with '/' (or is "*"); UTF-8, unambiguous
    struct str query;  // behind '?', as sent; empty: none
    struct str host;   // the Host field; empty only for HTTP/1.0
    struct http_fields fields;
    enum http_framing framing;
    uint64_t length; // of a body with HTTP_BODY_LENGTH
    uint8_t minor;   // 0 or 1
    bool keep_alive;
    bool expect_continue;
};

struct http_response {
    unsigned status; // 100 to 599
    struct str text; // the reason phrase
    struct http_fields fields;
    enum http_framing framing;
    uint64_t length;
    uint8_t minor;
    bool keep_alive;
};

// head: a whole one, as http_scan found it. Everything in *request lies in the arena (of
// HTTP_ARENA_MAX or more), also copies of the head's bytes. Not HTTP_FINE: *request is not set.
enum http_reason http_request_read(struct str head, struct arena *arena,
                                   struct http_request *request) CC_MUST_USE;

// to_head: it answers a HEAD request, so no body follows.
enum http_reason http_response_read(struct str head, bool to_head, struct arena *arena,
                                    struct http_response *response) CC_MUST_USE;

// The first field of that name; an empty run with a NULL pointer: absent.
struct str http_field_find(struct http_fields fields, struct str name);

bool http_word_is(struct str text);            // a token of RFC 9110 5.6.2
bool http_word_eq(struct str a, struct str b); // the same but for the case of A to Z
