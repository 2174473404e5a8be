// Which ports are ours by their role.
#include "guard/known.h"

#include "lib/tap.h"

int main(void)
{
    struct guard_known known[GUARD_KNOWN_MAX];
    size_t count = guard_known_ports(0, known);
    CHECK(count == GUARD_KNOWN_MAX);
    const struct guard_known *dre = guard_known_find(known, count, 2940);
    CHECK(dre != NULL && dre->engine == ENGINE_DRE && dre->is_engine);
    const struct guard_known *door = guard_known_find(known, count, ENGINE_IPP_PORT);
    CHECK(door != NULL && door->engine == ENGINE_DRE && !door->is_engine);
    CHECK(guard_known_find(known, count, 9100) == NULL);
    count = guard_known_ports(10000, known);
    CHECK(guard_known_find(known, count, 12940) != NULL &&
          guard_known_find(known, count, 2940) == NULL);
    CHECK(guard_known_ports(60000, known) < GUARD_KNOWN_MAX); // no port is past 65535
    return tap_done();
}
