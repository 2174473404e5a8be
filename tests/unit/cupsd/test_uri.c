// The addresses of CUPS queues: ours there and back, others' without their passwords.
#include "cupsd/uri.h"

#include "lib/tap.h"

static void test_ours(void)
{
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
        const char *queue;
        const char *written;
    } rows[] = {
        { "quoin://print.example:9000/office", "print.example", 9000, "office",
          "quoin://print.example:9000/office" },
        { "quoin://print.example/a%20b", "print.example", 8631, "a b",
          "quoin://print.example:8631/a%20b" },
        { "quoin:/office", "localhost", 8631, "office", "quoin://localhost:8631/office" },
        { "quoin://[::1]:8632/%C3%A4", "::1", 8632, "ä", "quoin://[::1]:8632/%C3%A4" },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct cupsd_uri uri;
        struct err err;
        OWN(buf_free) struct buf text = BUF_CAP(CUPSD_URI_MAX);
        CHECK(cupsd_uri_read(str_of(rows[at].text), &uri, &err));
        CHECK(strcmp(uri.host, rows[at].host) == 0 && uri.port == rows[at].port);
        CHECK(strcmp(uri.queue, rows[at].queue) == 0);
        cupsd_uri_write(&uri, &text);
        tap_result(str_eq(buf_str(&text), str_of(rows[at].written)), rows[at].written, __FILE__,
                   __LINE__);
    }
}

static void test_not_ours(void)
{
    static const char *const rows[] = {
        "",
        "quoin",
        "quoin:",
        "quoin:/",
        "quoin://",
        "quoin://host",
        "quoin:///office",
        "quoin://host/",
        "quoin://host:0/office",
        "quoin://host:65536/office",
        "quoin://host:x/office",
        "quoin://host:/office",
        "quoin://ho st/office",
        "quoin://user@host/office",
        "quoin://[::1/office",
        "quoin://[::1]x/office",
        "quoin://host/a/b",
        "quoin://host/a?b",
        "quoin://host/%0a",
        "quoin://host/%00",
        "quoin://host/%2",
        "quoin://host/%zz",
        "quoin://host/%ff",
        "ipp://host/office",
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct cupsd_uri uri;
        struct err err;
        tap_result(!cupsd_uri_read(str_of(rows[at]), &uri, &err), rows[at], __FILE__, __LINE__);
    }
    char queue[CUPSD_QUEUE_MAX + 20] = "quoin:/";
    memset(queue + 7, 'q', CUPSD_QUEUE_MAX + 1);
    struct cupsd_uri uri;
    struct err err;
    CHECK(!cupsd_uri_read((struct str){ queue, 7 + CUPSD_QUEUE_MAX + 1 }, &uri, &err));
    CHECK(cupsd_uri_read((struct str){ queue, 7 + CUPSD_QUEUE_MAX }, &uri, &err));
}

static void test_bare(void)
{
    static const struct {
        const char *text;
        const char *bare;
    } rows[] = {
        { "ipp://root:secret@printer:631/ipp/print", "ipp://printer:631/ipp/print" },
        { "smb://a:b@c@host/share@home", "smb://host/share@home" },
        { "socket://printer", "socket://printer" },
        { "usb:/dev/lp0@x", "usb:/dev/lp0@x" },
        { "ipp://", "ipp://" },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        OWN(buf_free) struct buf text = BUF_CAP(CUPSD_URI_MAX);
        cupsd_uri_bare(str_of(rows[at].text), &text);
        tap_result(str_eq(buf_str(&text), str_of(rows[at].bare)), rows[at].bare, __FILE__,
                   __LINE__);
    }
}

static void test_what_may_be_kept(void)
{
    CHECK(cupsd_uri_is_fit(STR("ipp://root:secret@printer/ipp/print?x=1")));
    CHECK(cupsd_uri_is_fit(STR("file:///dev/null")));
    CHECK(!cupsd_uri_is_fit(STR("")));
    CHECK(!cupsd_uri_is_fit(STR("printer")));
    CHECK(!cupsd_uri_is_fit(STR(":x")));
    CHECK(!cupsd_uri_is_fit(STR("-v:x")));
    CHECK(!cupsd_uri_is_fit(STR("ipp://a b")));
    CHECK(!cupsd_uri_is_fit(STR("ipp://a\nqueue x")));
    CHECK(cupsd_queue_is_fit(STR("office_2.a")));
    CHECK(!cupsd_queue_is_fit(STR("")));
    CHECK(!cupsd_queue_is_fit(STR("-E")));
    CHECK(!cupsd_queue_is_fit(STR("a b")));
    CHECK(!cupsd_queue_is_fit(STR("a/b")));
    CHECK(!cupsd_queue_is_fit(STR("a\nb")));
}

int main(void)
{
    test_ours();
    test_not_ours();
    test_bare();
    test_what_may_be_kept();
    return tap_done();
}
