// Reads one HTTP message, head and body, in pieces as the caller cuts it, and keeps what came out,
// so that tests and fuzz targets can hold one way of cutting against another.
#pragma once

#include "http/body.h"
#include "http/head.h"
#include <stdint.h>
#include <string.h>

struct message_kind {
    bool response;
    bool to_head;
};

struct message {
    enum http_reason reason;
    bool whole;      // head and body are there
    size_t head_len; // bytes of the head, once it is whole
    size_t used;     // bytes of the message, as far as it was read
    uint64_t body_len;
    uint64_t body_print; // FNV-1a of the body's bytes
    bool head_ok;
    struct http_request request;
    struct http_response response;
    struct arena arena; // owned; what request or response point into
};

static inline void message_free(struct message *message)
{
    arena_free(&message->arena);
}

struct message_reader {
    struct message_kind kind;
    struct http_scan scan;
    struct http_body body;
    char head[HTTP_HEAD_MAX];
};

static inline void message_head_end(struct message_reader *reader, struct message *out)
{
    struct str head = { reader->head, reader->scan.len };
    out->head_len = head.len;
    enum http_framing framing = HTTP_BODY_NONE;
    uint64_t length = 0;
    if (reader->kind.response) {
        out->reason = http_response_read(head, reader->kind.to_head, &out->arena, &out->response);
        framing = out->response.framing;
        length = out->response.length;
    } else {
        out->reason = http_request_read(head, &out->arena, &out->request);
        framing = out->request.framing;
        length = out->request.length;
    }
    out->head_ok = out->reason == HTTP_FINE;
    if (out->head_ok) {
        http_body_init(&reader->body, framing, length);
        out->whole = reader->body.done;
    }
}

static inline void message_piece(struct message_reader *reader, struct str piece,
                                 struct message *out)
{
    while (piece.len > 0 && out->reason == HTTP_FINE && !out->whole) {
        size_t used = 0;
        if (!out->head_ok) {
            uint32_t before = reader->scan.len;
            used = http_scan_feed(&reader->scan, piece);
            memcpy(reader->head + before, piece.ptr, used);
            out->reason = reader->scan.reason;
            if (reader->scan.done) {
                message_head_end(reader, out);
            }
        } else {
            struct str data;
            used = http_body_feed(&reader->body, piece, &data);
            for (size_t i = 0; i < data.len; i++) {
                out->body_print = (out->body_print ^ (uint8_t)data.ptr[i]) * 1099511628211u;
            }
            out->body_len += data.len;
            out->reason = reader->body.reason;
            out->whole = reader->body.done;
        }
        out->used += used;
        piece = (struct str){ piece.ptr + used, piece.len - used };
    }
}

// Pieces of `first`, then `step` bytes each; end: the connection ends after them.
static inline void message_read(struct message_kind kind, struct str bytes, size_t first,
                                size_t step, struct message *out)
{
    static struct message_reader reader;
    reader.kind = kind;
    reader.scan = kind.response ? HTTP_SCAN_RESPONSE : HTTP_SCAN_REQUEST;
    *out =
        (struct message){ .arena = ARENA_CAP(HTTP_ARENA_MAX), .body_print = 14695981039346656037u };
    size_t at = 0;
    for (size_t len = first; at < bytes.len; len = step) {
        len = len > bytes.len - at ? bytes.len - at : len;
        message_piece(&reader, (struct str){ bytes.ptr + at, len }, out);
        at += len;
        if (step == 0) {
            step = bytes.len;
        }
    }
    if (out->reason == HTTP_FINE && !out->whole) {
        out->reason = out->head_ok ? http_body_end(&reader.body) : HTTP_CUT;
        out->whole = out->head_ok && reader.body.done;
    }
}

static inline bool message_fields_same(struct http_fields a, struct http_fields b)
{
    bool same = a.count == b.count;
    for (size_t i = 0; same && i < a.count; i++) {
        same = str_eq(a.at[i].name, b.at[i].name) && str_eq(a.at[i].value, b.at[i].value);
    }
    return same;
}

static inline bool message_same(const struct message *a, const struct message *b)
{
    const struct http_request *p = &a->request;
    const struct http_request *q = &b->request;
    const struct http_response *v = &a->response;
    const struct http_response *w = &b->response;
    return a->reason == b->reason && a->whole == b->whole && a->head_len == b->head_len &&
           a->used == b->used && a->body_len == b->body_len && a->body_print == b->body_print &&
           a->head_ok == b->head_ok && str_eq(p->method, q->method) &&
           str_eq(p->target, q->target) && str_eq(p->path, q->path) && str_eq(p->query, q->query) &&
           str_eq(p->host, q->host) && p->framing == q->framing && p->length == q->length &&
           p->minor == q->minor && p->keep_alive == q->keep_alive &&
           p->expect_continue == q->expect_continue && v->status == w->status &&
           str_eq(v->text, w->text) && v->framing == w->framing && v->length == w->length &&
           v->keep_alive == w->keep_alive && message_fields_same(p->fields, q->fields) &&
           message_fields_same(v->fields, w->fields);
}
