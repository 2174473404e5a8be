// Who was said to belong on a port: by its file, its port, its transport, and for so long.
#include "guard/expect.h"

#include "lib/tap.h"
#include <stdio.h>

static struct ports_holder holder_of(uint16_t port, bool udp, const char *program)
{
    struct ports_holder holder = { .port = port, .udp = udp, .command = "p910nd" };
    (void)snprintf(holder.program, sizeof(holder.program), "%s", program);
    return holder;
}

int main(void)
{
    enum { NOW = 1000 };
    static const struct {
        uint32_t first;
        uint32_t last;
        const char *transport;
        const char *program;
        int64_t until;
        uint16_t port;
        bool udp;
        const char *is;
        bool allowed;
    } rows[] = {
        { 9100, 0, "", "p910nd", 0, 9100, false, "/usr/sbin/p910nd", true },
        { 9100, 0, "", "p910nd", 0, 9101, false, "/usr/sbin/p910nd", false },
        { 9100, 9109, "", "p910nd", 0, 9109, true, "/usr/sbin/p910nd", true },
        { 9100, 0, "udp", "p910nd", 0, 9100, false, "/usr/sbin/p910nd", false },
        { 9100, 0, "tcp", "/usr/sbin/p910nd", 0, 9100, false, "/usr/sbin/p910nd", true },
        { 9100, 0, "tcp", "/usr/sbin/p910nd", 0, 9100, false, "/tmp/p910nd", false },
        { 9100, 0, "", "p910nd", NOW + 1, 9100, false, "/usr/sbin/p910nd", true },
        { 9100, 0, "", "p910nd", NOW, 9100, false, "/usr/sbin/p910nd", false },
        { 9100, 0, "", "p910nd", 0, 9100, false, "/usr/sbin/nginx",
          false }, // by its own word it is
        { 9100, 0, "", "p910nd", 0, 9100, false, "", false },
        { 9100, 0, "", "*", 0, 9100, false, "", true },
        { 0, 65535, "", "*", 0, 9100, false, "/x", false },
        { 1, 70000, "", "*", 0, 9100, false, "/x", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[GUARD_TEXT_MAX];
        Quoin__V1__PortAllowed allowed = QUOIN__V1__PORT_ALLOWED__INIT;
        Quoin__V1__PortAllowed *list[] = { &allowed };
        Quoin__V1__Expectation told = QUOIN__V1__EXPECTATION__INIT;
        allowed.first = rows[i].first;
        allowed.last = rows[i].last;
        allowed.transport = (char *)(uintptr_t)rows[i].transport;
        allowed.program = (char *)(uintptr_t)rows[i].program;
        allowed.until = rows[i].until;
        told.allowed = list;
        told.n_allowed = 1;
        struct ports_holder holder = holder_of(rows[i].port, rows[i].udp, rows[i].is);
        CHECK((guard_expect_allowed(&told, &holder, NOW, text) != NULL) == rows[i].allowed);
    }
    Quoin__V1__Expectation told = QUOIN__V1__EXPECTATION__INIT;
    char *engines[] = { (char *)(uintptr_t) "dre", (char *)(uintptr_t) "dme" };
    told.engines = engines;
    told.n_engines = 2;
    CHECK(guard_expect_engine(&told, ENGINE_DRE) && !guard_expect_engine(&told, ENGINE_CAS));
    CHECK(!guard_expect_engine(NULL, ENGINE_DRE));
    struct ports_range ranges[PORTS_RANGES_MAX];
    Quoin__V1__PortAllowed one = QUOIN__V1__PORT_ALLOWED__INIT;
    Quoin__V1__PortAllowed *many[PORTS_RANGES_MAX + 5];
    one.first = 515;
    for (size_t i = 0; i < PORTS_RANGES_MAX + 5; i++) {
        many[i] = &one;
    }
    told.allowed = many;
    told.n_allowed = PORTS_RANGES_MAX + 5;
    CHECK(guard_expect_ranges(&told, NOW, ranges, 3) == PORTS_RANGES_MAX);
    CHECK(ranges[3].first == 515 && ranges[3].last == 515);
    return tap_done();
}
