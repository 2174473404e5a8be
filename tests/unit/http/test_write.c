// Written heads are read back as what they were made of, and nothing can split one.
#include "http/write.h"

#include "http/head.h"
#include "lib/tap.h"

static void test_an_answer_is_read_back(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    http_write_status(&buf, 431);
    http_write_date(&buf, INT64_C(784111777000));
    http_write_field(&buf, STR("Content-Type"), STR("application/ipp"));
    http_write_number(&buf, STR("Content-Length"), UINT64_C(1234567890123));
    http_write_end(&buf);
    CHECK_STR(buf_str(&buf), "HTTP/1.1 431 Request Header Fields Too Large\r\n"
                             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                             "Content-Type: application/ipp\r\n"
                             "Content-Length: 1234567890123\r\n\r\n");
    OWN(arena_free) struct arena arena = ARENA_CAP(HTTP_ARENA_MAX);
    struct http_response response = { .status = 0 };
    CHECK(http_response_read(buf_str(&buf), false, &arena, &response) == HTTP_FINE);
    CHECK(response.status == 431 && response.length == UINT64_C(1234567890123));
}

static void test_a_request_is_read_back(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    http_write_request(&buf, STR("POST"), STR("/ipp/print"));
    http_write_field(&buf, STR("Host"), STR("printer:631"));
    http_write_end(&buf);
    OWN(arena_free) struct arena arena = ARENA_CAP(HTTP_ARENA_MAX);
    struct http_request request = { .minor = 0 };
    CHECK(http_request_read(buf_str(&buf), &arena, &request) == HTTP_FINE);
    CHECK_STR(request.path, "/ipp/print");
    CHECK_STR(request.host, "printer:631");
}

static void test_what_would_split_a_head_is_refused(void)
{
    static const struct str values[] = {
        { "a\r\nX: b", 7 }, { "a\nb", 3 }, { "a\rb", 3 }, { "a\0b", 3 }, { "\x7f", 1 }
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        OWN(buf_free) struct buf field = BUF_CAP(4096);
        http_write_field(&field, STR("X"), values[i]);
        CHECK(!buf_ok(&field) && field.len == 0);
        OWN(buf_free) struct buf name = BUF_CAP(4096);
        http_write_field(&name, values[i], STR("x"));
        CHECK(!buf_ok(&name) && name.len == 0);
        OWN(buf_free) struct buf target = BUF_CAP(4096);
        http_write_request(&target, STR("GET"), values[i]);
        CHECK(!buf_ok(&target) && target.len == 0);
    }
    OWN(buf_free) struct buf spaced = BUF_CAP(4096);
    http_write_request(&spaced, STR("GET"), STR("/a b"));
    CHECK(!buf_ok(&spaced));
}

static void test_dates(void)
{
    static const struct {
        int64_t wall_ms;
        const char *want;
    } rows[] = {
        { 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
        { 951782399999, "Mon, 28 Feb 2000 23:59:59 GMT" },
        { 951782400000, "Tue, 29 Feb 2000 00:00:00 GMT" },
        { 951868800000, "Wed, 01 Mar 2000 00:00:00 GMT" },
        { 1735689599000, "Tue, 31 Dec 2024 23:59:59 GMT" },
        { 4107542400000, "Mon, 01 Mar 2100 00:00:00 GMT" },
        { -5, "Thu, 01 Jan 1970 00:00:00 GMT" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(128);
        http_write_date(&buf, rows[i].wall_ms);
        OWN(buf_free) struct buf want = BUF_CAP(128);
        buf_addf(&want, "Date: %s\r\n", rows[i].want);
        tap_result(str_eq(buf_str(&buf), buf_str(&want)), rows[i].want, __FILE__, __LINE__);
    }
}

static void test_chunks_and_words(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(128);
    http_write_chunk(&buf, 0xabc);
    CHECK_STR(buf_str(&buf), "abc\r\n");
    CHECK(strcmp(http_status_text(404), "Not Found") == 0);
    CHECK(strcmp(http_status_text(599), "Status") == 0);
}

int main(void)
{
    test_an_answer_is_read_back();
    test_a_request_is_read_back();
    test_what_would_split_a_head_is_refused();
    test_dates();
    test_chunks_and_words();
    return tap_done();
}
