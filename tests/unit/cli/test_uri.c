#include "cli/uri.h"
#include "lib/tap.h"

int main(void)
{
    static const struct {
        const char *text;
        bool good;
        const char *host;
        unsigned port;
    } rows[] = {
        { "ipp://printer.example/ipp/print", true, "printer.example", 631 },
        { "ipps://printer:8443/", true, "printer", 8443 },
        { "socket://192.0.2.7", true, "192.0.2.7", 9100 },
        { "ipp://[2001:db8::1]:9/ipp", true, "2001:db8::1", 9 },
        { "ftp://x/", false, "", 0 },
        { "ipp://", false, "", 0 },
        { "ipp:///x", false, "", 0 },
        { "ipp://user@host/", false, "", 0 },
        { "ipp://host:0/", false, "", 0 },
        { "ipp://host:99999/", false, "", 0 },
        { "ipp://[::1/", false, "", 0 },
        { "host", false, "", 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cli_uri uri = { .port = 0 };
        bool good = cli_uri_read(str_of(rows[i].text), &uri);
        tap_result(good == rows[i].good &&
                       (!good || (strcmp(uri.host, rows[i].host) == 0 && uri.port == rows[i].port)),
                   rows[i].text, __FILE__, __LINE__);
    }
    struct cli_uri uri;
    CHECK(cli_address_read(STR("cas.example"), 2938, &uri) && uri.port == 2938);
    CHECK(cli_address_read(STR("cas.example:3000"), 2938, &uri) && uri.port == 3000);
    CHECK(!cli_address_read(STR(""), 2938, &uri));
    return tap_done();
}
