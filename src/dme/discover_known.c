// discover_known: whether what was found is watched here already, by its address, its host's name
// or its serial number. Loop thread.
//
// no unit test: needs watched devices; tests/it/test_discover.py has some.

#include "dme/discover.h"

static void note(struct discovery *discovery, const struct discover_known *told, struct str address)
{
    struct str key = device_found_host_key(address, &discovery->merged);
    struct discover_known *known = arena_new(&discovery->merged, sizeof(*known));
    if (key.len == 0 || known == NULL) {
        return; // the end tells that there was more
    }
    *known = *told;
    known->next = map_find(&discovery->by_host, key);
    map_set(&discovery->by_host, key, known);
}

static void read_one(struct discovery *discovery, const struct watched *watched,
                     struct arena *scratch)
{
    struct arena *arena = &discovery->merged;
    const char *address = watched->monitor == NULL ? "" : watched->monitor->address;
    const char *serial = watched->packed == NULL ? "" : dme_told(watched, scratch)->serial;
    struct discover_known *known = arena_new(arena, sizeof(*known));
    char *name = arena_text(arena, str_of(watched->name));
    if (known == NULL || name == NULL) {
        return;
    }
    known->name = name;
    known->addresses[0] = arena_copy(arena, str_of(address));
    known->addresses[1] = arena_copy(arena, str_of(watched->uri == NULL ? "" : watched->uri));
    known->is_printer = watched->uri != NULL;
    struct str key = device_found_serial_key(str_of(serial), arena);
    if (key.len > 0) {
        map_set(&discovery->by_serial, key, known);
    }
    note(discovery, known, known->addresses[0]);
    note(discovery, known, known->addresses[1]);
}

void dme_discover_known_read(struct discovery *discovery)
{
    const struct dme *dme = discovery->dme;
    OWN(arena_free) struct arena scratch = ARENA_CAP(4 * DME_TOLD_MAX);
    for (size_t at = 0; at < dme->list_count; at++) {
        read_one(discovery, dme->list[at], &scratch);
        arena_reset(&scratch);
    }
}

static const struct discover_known *by_host(const struct discovery *discovery,
                                            const struct device_found *found, struct str host,
                                            struct arena *scratch)
{
    struct str key = device_found_host_key(host, scratch);
    const struct discover_known *known = key.len == 0 ? NULL : map_find(&discovery->by_host, key);
    while (known != NULL && !device_found_is(found, known->addresses[0], STR("")) &&
           !device_found_is(found, known->addresses[1], STR(""))) {
        known = known->next;
    }
    return known;
}

const struct discover_known *dme_discover_known(const struct discovery *discovery,
                                                const struct device_found *found)
{
    OWN(arena_free) struct arena scratch = ARENA_CAP(256 << 10);
    struct str serial = device_found_serial_key(found->serial, &scratch);
    const struct discover_known *known =
        serial.len == 0 ? NULL : map_find(&discovery->by_serial, serial);
    for (size_t at = 0; known == NULL && at < found->find_count; at++) {
        known = by_host(discovery, found, found->finds[at]->address, &scratch);
        known = known != NULL ? known : by_host(discovery, found, found->finds[at]->host, &scratch);
    }
    return known;
}
