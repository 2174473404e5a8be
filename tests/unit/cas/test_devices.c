// What a device may be configured as, row by row.
#include "cas/devices.h"

#include "lib/tap.h"

static char *words(const char *text)
{
    return (char *)(uintptr_t)text;
}

static const struct {
    const char *name;
    const char *printer;
    const char *group;
    const char *ways[3];
    uint32_t idle;
    uint32_t longest;
    const char *reader;
    const char *language;
    const char *panel;
    bool good;
} rows[] = {
    { "lib1", "p1", "", { NULL }, 0, 0, "", "", "", true },
    { "lib1", "", "floor1", { "card", "pin", NULL }, 30, 300, "", "de", "panel-7", true },
    { "lib1", "p1", "", { "release-key", NULL }, 0, 0, "desk-1@10.0.0.7", "pt-BR", "", true },
    { "lib1", "p1", "", { NULL }, 0, 0, "desk-1@fe80::1", "", "", true },
    { "lib1", "p1", "", { NULL }, 0, 0, "pcsc:ACS ACR122U 00 00", "", "", true },
    { "lib1", "", "", { NULL }, 0, 0, "", "", "", false },
    { "lib 1", "p1", "", { NULL }, 0, 0, "", "", "", false },
    { "../x", "p1", "", { NULL }, 0, 0, "", "", "", false },
    { "", "p1", "", { NULL }, 0, 0, "", "", "", false },
    { "lib1", "p1", "", { "nonsense", NULL }, 0, 0, "", "", "", false },
    { "lib1", "p1", "", { "card", "card", NULL }, 0, 0, "", "", "", false },
    { "lib1", "p1", "", { NULL }, 4, 0, "", "", "", false },
    { "lib1", "p1", "", { NULL }, 4000, 0, "", "", "", false },
    { "lib1", "p1", "", { NULL }, 60, 30, "", "", "", false },
    { "lib1", "p1", "", { NULL }, 60, 90000, "", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "desk", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "desk@host.example", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "a b@10.0.0.7", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "@10.0.0.7", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "pcsc:", "", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "", "d e", "", false },
    { "lib1", "p1", "", { NULL }, 0, 0, "", "", "a/b", false },
};

int main(void)
{
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        Quoin__V1__Device device = QUOIN__V1__DEVICE__INIT;
        char *printers[] = { words(rows[row].printer) };
        char *ways[3] = { NULL };
        struct err err = { .code = ERR_NONE };
        device.printers = printers;
        device.n_printers = rows[row].printer[0] != '\0';
        device.pull_group = words(rows[row].group);
        device.sign_in = ways;
        while (device.n_sign_in < 3 && rows[row].ways[device.n_sign_in] != NULL) {
            ways[device.n_sign_in] = words(rows[row].ways[device.n_sign_in]);
            device.n_sign_in++;
        }
        device.idle_seconds = rows[row].idle;
        device.longest_seconds = rows[row].longest;
        device.reader_address = words(rows[row].reader);
        device.language = words(rows[row].language);
        device.panel = words(rows[row].panel);
        CHECK(cas_device_check(rows[row].name, &device, &err) == rows[row].good);
        CHECK(rows[row].good || err.code == ERR_INVALID);
    }
    return tap_done();
}
