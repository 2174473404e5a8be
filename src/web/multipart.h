// multipart: the body of a form that carries a file (RFC 7578), read as it arrives: fields are
// kept, the file's bytes are passed on. Pure; nothing is kept of the file but what may be a
// boundary.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

enum {
    WEB_MULTIPART_BOUNDARY_MAX = 70, // RFC 2046 5.1.1
    WEB_MULTIPART_HEAD_MAX = 8 << 10,
    WEB_MULTIPART_FIELD_MAX = 8 << 10,
    WEB_MULTIPART_FIELDS_MAX = 32,
};

struct web_multipart_part {
    struct str name;     // borrowed for the call
    struct str filename; // as the browser sent it; empty: none
    struct str type;     // empty: not said
    bool is_file;
};

struct web_multipart_events {
    void (*on_field)(void *arg, struct str name, struct str value);
    void (*on_file)(void *arg, const struct web_multipart_part *part);
    void (*on_bytes)(void *arg, struct str bytes); // of the file that began last
    void (*on_file_end)(void *arg);
};

enum web_multipart_at {
    WEB_MULTIPART_PREAMBLE,
    WEB_MULTIPART_HEAD,
    WEB_MULTIPART_FIELD,
    WEB_MULTIPART_FILE,
    WEB_MULTIPART_END,
};

struct web_multipart {
    char mark[WEB_MULTIPART_BOUNDARY_MAX + 5]; // CR LF - - boundary
    size_t mark_len;
    enum web_multipart_at at;
    unsigned fields;
    char name[128];
    struct buf held; // what is not decided yet
};

// type: the Content-Type of the body. False: it is no form with a boundary.
bool web_multipart_begin(struct web_multipart *form, struct str type);
void web_multipart_free(struct web_multipart *form);
// The next bytes. False: it is no form that is understood.
bool web_multipart_read(struct web_multipart *form, struct str bytes,
                        const struct web_multipart_events *events, void *arg,
                        struct err *err) CC_MUST_USE;
static inline bool web_multipart_is_whole(const struct web_multipart *form)
{
    return form->at == WEB_MULTIPART_END;
}
