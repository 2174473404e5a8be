// http/body: see body.h.
//
// chunk      = 1*HEXDIG [ ";" extensions ] CRLF data CRLF            RFC 9112 7.1
// last-chunk = 1*"0" [ ";" extensions ] CRLF trailer-section CRLF

#include "http/body.h"

#include <assert.h>

enum body_state {
    BODY_LENGTH,
    BODY_UNTIL_CLOSE,
    BODY_SIZE,
    BODY_EXTENSION,
    BODY_SIZE_LF,
    BODY_DATA,
    BODY_DATA_CR,
    BODY_DATA_LF,
    BODY_TRAILER,       // at the start of a line
    BODY_TRAILER_NAME,  // in a name
    BODY_TRAILER_VALUE, // behind its colon
    BODY_TRAILER_LF,
    BODY_LAST_LF,
};

void http_body_init(struct http_body *body, enum http_framing framing, uint64_t length)
{
    static const uint8_t first[] = {
        [HTTP_BODY_NONE] = BODY_LENGTH,
        [HTTP_BODY_LENGTH] = BODY_LENGTH,
        [HTTP_BODY_CHUNKED] = BODY_SIZE,
        [HTTP_BODY_UNTIL_CLOSE] = BODY_UNTIL_CLOSE,
    };
    *body = (struct http_body){ .state = first[framing] };
    body->left = framing == HTTP_BODY_LENGTH ? length : 0;
    body->done = body->state == BODY_LENGTH && body->left == 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static enum http_reason size_byte(struct http_body *body, char c)
{
    int digit = hex_digit(c);
    if (digit >= 0) {
        if (body->line_len == HTTP_CHUNK_LINE_MAX || body->left >> 58 != 0) {
            return HTTP_CHUNK_SIZE;
        }
        body->left = body->left << 4 | (unsigned)digit;
        body->line_len++;
        return HTTP_FINE;
    }
    if (body->line_len == 0) {
        return HTTP_CHUNK_SIZE;
    }
    body->state = c == ';' ? BODY_EXTENSION : BODY_SIZE_LF;
    return c == ';' || c == '\r' ? HTTP_FINE : c == '\n' ? HTTP_BARE_LF : HTTP_CHUNK_SIZE;
}

static enum http_reason extension_byte(struct http_body *body, char c)
{
    if (c == '\r') {
        body->state = BODY_SIZE_LF;
        return HTTP_FINE;
    }
    if (c == '\n') {
        return HTTP_BARE_LF;
    }
    body->line_len++;
    body->extensions++;
    return is_control(c) || body->line_len > HTTP_CHUNK_LINE_MAX ||
                   body->extensions > HTTP_EXTENSIONS_MAX
               ? HTTP_CHUNK_EXTENSION
               : HTTP_FINE;
}

static enum http_reason trailer_byte(struct http_body *body, char c)
{
    bool start = body->state == BODY_TRAILER;
    body->line_len++;
    if (c == '\n') {
        return HTTP_BARE_LF;
    }
    if (body->line_len > HTTP_TRAILER_MAX || (is_control(c) && c != '\r')) {
        return HTTP_TRAILER;
    }
    if (body->state == BODY_TRAILER_VALUE) {
        body->state = c == '\r' ? BODY_TRAILER_LF : BODY_TRAILER_VALUE;
        return HTTP_FINE;
    }
    if (start && c == '\r') {
        body->state = BODY_LAST_LF;
        return HTTP_FINE;
    }
    if (!start && c == ':') {
        body->state = BODY_TRAILER_VALUE;
        return HTTP_FINE;
    }
    body->state = BODY_TRAILER_NAME;
    return http_word_is((struct str){ &c, 1 }) ? HTTP_FINE : HTTP_TRAILER;
}

static enum http_reason line_feed(struct http_body *body, char c)
{
    bool last = body->left == 0;
    if (c != '\n') {
        return HTTP_BARE_CR;
    }
    if (body->state == BODY_LAST_LF) {
        body->done = true;
    } else if (body->state == BODY_SIZE_LF) {
        body->state = last ? BODY_TRAILER : BODY_DATA;
        body->line_len = 0;
    } else {
        body->state = body->state == BODY_DATA_LF ? BODY_SIZE : BODY_TRAILER;
    }
    return HTTP_FINE;
}

static enum http_reason framing_byte(struct http_body *body, char c)
{
    switch ((enum body_state)body->state) {
    case BODY_SIZE: return size_byte(body, c);
    case BODY_EXTENSION: return extension_byte(body, c);
    case BODY_DATA_CR: body->state = BODY_DATA_LF; return c == '\r' ? HTTP_FINE : HTTP_CHUNK_END;
    case BODY_TRAILER:
    case BODY_TRAILER_NAME:
    case BODY_TRAILER_VALUE: return trailer_byte(body, c);
    case BODY_SIZE_LF:
    case BODY_DATA_LF:
    case BODY_TRAILER_LF:
    case BODY_LAST_LF: return line_feed(body, c);
    case BODY_LENGTH:
    case BODY_UNTIL_CLOSE:
    case BODY_DATA: break;
    }
    assert(false);
    return HTTP_FINE;
}

static size_t data_take(struct http_body *body, struct str bytes, struct str *data)
{
    bool endless = body->state == BODY_UNTIL_CLOSE;
    size_t len = endless || body->left > bytes.len ? bytes.len : (size_t)body->left;
    *data = (struct str){ bytes.ptr, len };
    body->taken += len;
    if (!endless) {
        body->left -= len;
        body->done = body->left == 0 && body->state == BODY_LENGTH;
        if (body->left == 0 && body->state == BODY_DATA) {
            body->state = BODY_DATA_CR;
        }
    }
    return len;
}

size_t http_body_feed(struct http_body *body, struct str bytes, struct str *data)
{
    size_t at = 0;
    *data = STR("");
    while (at < bytes.len && !body->done && body->reason == HTTP_FINE) {
        if (body->state == BODY_DATA || body->state == BODY_LENGTH ||
            body->state == BODY_UNTIL_CLOSE) {
            return at + data_take(body, (struct str){ bytes.ptr + at, bytes.len - at }, data);
        }
        body->reason = framing_byte(body, bytes.ptr[at]);
        at++;
    }
    return at;
}

enum http_reason http_body_end(struct http_body *body)
{
    if (body->state == BODY_UNTIL_CLOSE && body->reason == HTTP_FINE) {
        body->done = true;
    }
    if (!body->done && body->reason == HTTP_FINE) {
        body->reason = HTTP_CUT;
    }
    return body->reason;
}
