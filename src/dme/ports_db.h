// ports_db: hosts as their watches told them last, and what changed on their ports. Runs on the
// store's thread. The only place of this subject where SQL stands.
//
// Events are kept for 400 days, and not more of them than there is room for; of one host not more
// than its share, so that none pushes out the others'.
#pragma once

#include "base/arena.h"
#include "dme/store.h"

#define PORTS_DB_KEEP_MS (400LL * 24 * 3600 * 1000)
enum {
    PORTS_DB_EVENTS_MOST = 1000000,
    PORTS_DB_OF_HOST_MOST = 50000,
    PORTS_DB_HELD_MAX = 200,
    PORTS_DB_LIST_MAX = 1000,
};

extern const struct store_part_kind dme_ports_part;
struct ports_db; // the statements; dme_store_part(store, STORE_PORTS)

struct ports_db_event {
    int64_t id;
    int64_t at;
    uint16_t port;
    struct str transport;
    struct str what;
    struct str told; // packed PortEvent
};

struct ports_db_report {
    struct str host;
    struct str key;  // 16 bytes; told twice, it is noted once
    struct str told; // packed PortReport without its events
    int64_t at;      // when we heard it
    const struct ports_db_event *events;
    size_t event_count;
};
bool dme_ports_put(struct ports_db *ports, const struct ports_db_report *report,
                   struct err *err) CC_MUST_USE;

struct ports_db_host {
    struct str name;
    struct str told;
    int64_t heard_at;
};
// In order of names, from behind `after`; in the arena.
bool dme_ports_hosts(struct ports_db *ports, struct str after, size_t most, struct arena *arena,
                     struct ports_db_host *hosts, size_t *count, struct err *err) CC_MUST_USE;
bool dme_ports_drop_host(struct ports_db *ports, struct str host, struct err *err) CC_MUST_USE;

struct ports_db_asked {
    struct str host; // empty: all
    uint16_t port;   // 0: all
    int64_t from;
    int64_t until;
    int64_t before; // ids below; 0: from the newest
};
// The newest first.
bool dme_ports_events(struct ports_db *ports, const struct ports_db_asked *asked, size_t most,
                      struct arena *arena, struct ports_db_event *events, size_t *count,
                      struct err *err) CC_MUST_USE;
// What held when the span began: of each port the last verdict before it.
bool dme_ports_held(struct ports_db *ports, const struct ports_db_asked *asked, size_t most,
                    struct arena *arena, struct ports_db_event *events, size_t *count,
                    struct err *err) CC_MUST_USE;

// Forgets of the host what is beyond the newest `most`.
bool dme_ports_share(struct ports_db *ports, struct str host, int64_t most,
                     struct err *err) CC_MUST_USE;
// Forgets what is too old, or too much, so many at a time. The last verdict of a port stays.
bool dme_ports_forget(struct ports_db *ports, int64_t now, int64_t keep_most, int64_t most,
                      struct err *err) CC_MUST_USE;
