// What an engine tells of a queue becomes the address that a person's computer is given.

#include "model/own.h"

#include "lib/tap.h"

static void test_addresses(void)
{
    static const struct {
        const char *uri;
        const char *host;
        const char *address;
    } rows[] = {
        { "ipp://127.0.0.1:8631/ipp/print/office", "print",
          "ipps://localhost:8631/ipp/print/office/u-s" },
        { "ipp://0.0.0.0:8631/ipp/print/a", "print.example",
          "ipps://print.example:8631/ipp/print/a/u-s" },
        { "ipp://0.0.0.0:8631/ipp/print/a", "", "ipps://localhost:8631/ipp/print/a/u-s" },
        { "ipp://::1:8631/ipp/print/a", "", "ipps://localhost:8631/ipp/print/a/u-s" },
        { "ipp://:::8631/ipp/print/a", "p", "ipps://p:8631/ipp/print/a/u-s" },
        { "ipp://2001:db8::5:8631/ipp/print/a", "p", "ipps://[2001:db8::5]:8631/ipp/print/a/u-s" },
        { "ipp://[2001:db8::5]:8631/ipp/print/a", "", "ipps://[2001:db8::5]:8631/ipp/print/a/u-s" },
        { "ipps://192.0.2.7/ipp/print/a", "p", "ipps://192.0.2.7/ipp/print/a/u-s" },
        { "http://h/ipp/print/a", "p", "" },
        { "ipp://h", "p", "" },
        { "", "p", "" },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        OWN(buf_free) struct buf to = BUF_CAP(1000);
        model_own_address(str_of(rows[at].uri), str_of(rows[at].host), STR("s"), &to);
        CHECK(str_eq(buf_str(&to), str_of(rows[at].address)));
    }
}

static void test_commands(void)
{
    OWN(buf_free) struct buf to = BUF_CAP(1000);
    model_own_cups(STR("-a b'c"), STR("ipps://h/x"), &to);
    CHECK_STR(buf_str(&to), "lpadmin -p _a_b_c -E -m everywhere -v 'ipps://h/x'");
    buf_free(&to);
    model_own_windows(STR("ipps://h/x"), &to);
    CHECK_STR(buf_str(&to), "Add-Printer -IppURL 'ipps://h/x'");
}

int main(void)
{
    test_addresses();
    test_commands();
    return tap_done();
}
