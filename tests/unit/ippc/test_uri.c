// Printers' addresses: what is read, and what is refused with a sentence.

#include "ippc/uri.h"

#include "lib/tap.h"

static void test_addresses_are_read(void)
{
    static const struct {
        const char *text;
        enum ippc_way way;
        const char *host;
        uint16_t port;
        const char *path;
        bool pjl;
    } rows[] = {
        { "ipp://printer.example/ipp/print", IPPC_IPP, "printer.example", 631, "/ipp/print", 0 },
        { "ipp://10.0.0.9:8000", IPPC_IPP, "10.0.0.9", 8000, "/ipp/print", 0 },
        { "ipps://[::1]:631/x", IPPC_IPPS, "::1", 631, "/x", 0 },
        { "socket://p", IPPC_RAW, "p", 9100, "", 0 },
        { "socket://p:9101/", IPPC_RAW, "p", 9101, "", 0 },
        { "socket://p?pjl=1", IPPC_RAW, "p", 9100, "", 1 },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct ippc_uri uri = { 0 };
        struct err err;
        bool good = ippc_uri_read(str_of(rows[at].text), &uri, &err);
        CHECK(good && uri.way == rows[at].way && uri.to.port == rows[at].port &&
              strcmp(uri.to.host, rows[at].host) == 0 && strcmp(uri.path, rows[at].path) == 0 &&
              uri.pjl == rows[at].pjl);
    }
}

static void test_what_is_no_address_is_refused(void)
{
    static const char *const rows[] = {
        "",
        "ipp",
        "http://p/",
        "ipp://",
        "ipp://:631/",
        "ipp://p:0/",
        "ipp://p:65536/",
        "ipp://p:x/",
        "ipp://p /x",
        "ipp://p/a b",
        "ipp://p/\x80",
        "socket://p/x",
        "socket://p:9100x",
        "ipp://[::1/x",
        "ipp://user@p/x",
        "socket://p?pjl=2",
        "ipp://p?x",
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct err err = { 0 };
        CHECK(!ippc_uri_check(str_of(rows[at]), &err) && err.code == ERR_INVALID);
    }
    char text[IPPC_URI_MAX + 20];
    memset(text, 'a', sizeof(text));
    memcpy(text, "ipp://p/", 8);
    struct err err;
    CHECK(!ippc_uri_check((struct str){ text, sizeof(text) }, &err));
}

int main(void)
{
    test_addresses_are_read();
    test_what_is_no_address_is_refused();
    return tap_done();
}
