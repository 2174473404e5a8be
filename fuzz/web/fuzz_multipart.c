// Whatever bytes come as a form, and however they are cut: they are read or refused, and what is
// told does not depend on the cuts.
#include "web/multipart.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_field(void *arg, struct str name, struct str value)
{
    buf_add(arg, name);
    buf_add(arg, value);
}

static void on_file(void *arg, const struct web_multipart_part *part)
{
    buf_add(arg, part->filename);
    buf_add(arg, part->type);
}

static void on_bytes(void *arg, struct str bytes)
{
    buf_add(arg, bytes);
}

static void on_file_end(void *arg)
{
    buf_add(arg, STR("."));
}

static bool read_in(struct str body, size_t piece, struct buf *seen)
{
    static const struct web_multipart_events events = { on_field, on_file, on_bytes, on_file_end };
    struct web_multipart form;
    struct err err;
    bool good = web_multipart_begin(&form, STR("multipart/form-data; boundary=b"));
    for (size_t at = 0; good && at < body.len; at += piece) {
        size_t len = body.len - at < piece ? body.len - at : piece;
        good = web_multipart_read(&form, (struct str){ body.ptr + at, len }, &events, seen, &err);
    }
    web_multipart_free(&form);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = BUF_CAP(1 << 22);
    struct buf pieces = BUF_CAP(1 << 22);
    struct str body = { (const char *)data, size };
    if (size < WEB_MULTIPART_FIELD_MAX && read_in(body, size + 1, &whole)) {
        bool same = read_in(body, 3, &pieces);
        assert(same && str_eq(buf_str(&whole), buf_str(&pieces)));
    }
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
