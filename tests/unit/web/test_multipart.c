// Forms with a file: as browsers send them, cut into pieces anywhere, and what is refused.
#include "web/multipart.h"

#include "lib/tap.h"
#include <stdio.h>
#include <string.h>

#define TYPE "multipart/form-data; boundary=----WebKitFormBoundaryAbC123"
#define MARK "------WebKitFormBoundaryAbC123"

struct seen {
    struct buf text; // "name=value;" and "file(name,type):bytes."
};

static void on_field(void *arg, struct str name, struct str value)
{
    buf_addf(&((struct seen *)arg)->text, "%.*s=%.*s;", (int)name.len, name.ptr, (int)value.len,
             value.ptr);
}

static void on_file(void *arg, const struct web_multipart_part *part)
{
    buf_addf(&((struct seen *)arg)->text, "file(%.*s,%.*s):", (int)part->filename.len,
             part->filename.ptr, (int)part->type.len, part->type.ptr);
}

static void on_bytes(void *arg, struct str bytes)
{
    buf_add(&((struct seen *)arg)->text, bytes);
}

static void on_file_end(void *arg)
{
    buf_add(&((struct seen *)arg)->text, STR("."));
}

static const struct web_multipart_events events = { on_field, on_file, on_bytes, on_file_end };

static bool read_in(struct str body, size_t piece, struct seen *seen, bool *whole)
{
    struct web_multipart form;
    struct err err;
    bool good = web_multipart_begin(&form, STR(TYPE));
    for (size_t at = 0; good && at < body.len; at += piece) {
        size_t len = body.len - at < piece ? body.len - at : piece;
        good = web_multipart_read(&form, (struct str){ body.ptr + at, len }, &events, seen, &err);
    }
    *whole = web_multipart_is_whole(&form);
    web_multipart_free(&form);
    return good;
}

static const char usual[] =
    MARK "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n" MARK
         "\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n" MARK
         "\r\nContent-Disposition: form-data; name=\"file\"; "
         "filename=\"a b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
         "%PDF\r\n--\r\n------WebKit not the end\r\n" MARK "--\r\nbehind";
static const char want[] =
    "csrf=abc;empty=;file(a b.pdf,application/pdf):%PDF\r\n--\r\n------WebKit not the end.";

static void test_it_is_the_same_however_it_is_cut(void)
{
    bool same = true;
    for (size_t piece = 1; piece <= sizeof(usual); piece++) {
        struct seen seen = { BUF_CAP(4096) };
        bool whole = false;
        same = same && read_in(STR(usual), piece, &seen, &whole) && whole &&
               str_eq(buf_str(&seen.text), STR(want));
        buf_free(&seen.text);
    }
    CHECK(same);
}

static void test_what_ends_too_early_is_not_whole(void)
{
    bool none = true;
    for (size_t len = 0; len < sizeof(usual) - sizeof("--\r\nbehind"); len++) {
        struct seen seen = { BUF_CAP(4096) };
        bool whole = false;
        (void)!read_in((struct str){ usual, len }, 7, &seen, &whole);
        none = none && !whole;
        buf_free(&seen.text);
    }
    CHECK(none);
}

static void test_what_is_no_form_is_refused(void)
{
    static const char *const types[] = { "application/json", "multipart/form-data",
                                         "multipart/form-data; boundary=",
                                         "multipart/form-data; boundary=\"open", "" };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct web_multipart form;
        CHECK(!web_multipart_begin(&form, str_of(types[i])));
        web_multipart_free(&form);
    }
    static const char *const bodies[] = {
        MARK "garbage",
        MARK "\r\nContent-Disposition: form-data\r\n\r\nx\r\n" MARK "--\r\n",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct seen seen = { BUF_CAP(4096) };
        bool whole = false;
        CHECK(!read_in(str_of(bodies[i]), 5, &seen, &whole));
        buf_free(&seen.text);
    }
}

static void test_heads_and_fields_without_end_are_refused(void)
{
    static const char *const begins[] = {
        MARK "\r\nX: ", MARK "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
    };
    for (size_t i = 0; i < 2; i++) {
        struct buf body = BUF_CAP(1 << 20);
        struct seen seen = { BUF_CAP(4096) };
        bool whole = false;
        buf_addf(&body, "%s", begins[i]);
        for (int k = 0; k < 2000; k++) {
            buf_add(&body, STR("0123456789"));
        }
        CHECK(!read_in(buf_str(&body), 512, &seen, &whole));
        buf_free(&body);
        buf_free(&seen.text);
    }
}

int main(void)
{
    test_it_is_the_same_however_it_is_cut();
    test_what_ends_too_early_is_not_whole();
    test_what_is_no_form_is_refused();
    test_heads_and_fields_without_end_are_refused();
    return tap_done();
}
