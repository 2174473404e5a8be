// ports_db: see ports_db.h.

#include "dme/ports_db.h"

#include "base/mem.h"

#include <stdlib.h>

enum { SHARE_EVERY = 500 }; // events: who tells many is looked at often

static const struct db_migration steps[] = {
    { 1, NULL,
      "CREATE TABLE dme_port_host (name {text} PRIMARY KEY, heard_at {integer} NOT NULL,"
      " key {bytes} NOT NULL, told {bytes} NOT NULL) {table};"
      "CREATE TABLE dme_port_event (id {id}, host {text} NOT NULL, port {integer} NOT NULL,"
      " transport {text} NOT NULL, at {integer} NOT NULL, is_verdict {integer} NOT NULL,"
      " told {bytes} NOT NULL) {table};"
      "CREATE INDEX dme_port_event_port ON dme_port_event (port, id);"
      "CREATE INDEX dme_port_event_verdict ON dme_port_event (host, port, transport, id)"
      " WHERE is_verdict = 1" },
    { 2, NULL, "CREATE INDEX dme_port_event_host ON dme_port_event (host, id)" },
};

struct ports_db {
    struct db_stmt *find;
    struct db_stmt *put;
    struct db_stmt *hosts;
    struct db_stmt *drop;
    struct db_stmt *add;
    struct db_stmt *events;
    struct db_stmt *of_port;
    struct db_stmt *held;
    struct db_stmt *forget;
    struct db_stmt *highest;
    struct db_stmt *share;
    size_t added; // since a host's share was looked at
};

#define EVENT_WHERE " WHERE id < $1 AND ($2 = '' OR host = $2) AND at >= $3 AND at < $4"

static bool prepare_hosts(struct ports_db *p, struct db *db, struct err *err)
{
    return db_prepare(db, &p->find, "SELECT key FROM dme_port_host WHERE name = $1", err) &&
           db_prepare(db, &p->put,
                      "INSERT INTO dme_port_host (name, heard_at, key, told)"
                      " VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET"
                      " heard_at = excluded.heard_at, key = excluded.key, told = excluded.told",
                      err) &&
           db_prepare(db, &p->hosts,
                      "SELECT name, told, heard_at FROM dme_port_host WHERE name > $1"
                      " ORDER BY name LIMIT $2",
                      err) &&
           db_prepare(db, &p->drop, "DELETE FROM dme_port_host WHERE name = $1", err);
}

static bool prepare_events(struct ports_db *p, struct db *db, struct err *err)
{
    return db_prepare(db, &p->add,
                      "INSERT INTO dme_port_event (host, port, transport, at, is_verdict, told)"
                      " VALUES ($1, $2, $3, $4, $5, $6)",
                      err) &&
           db_prepare(db, &p->events,
                      "SELECT id, at, port, transport, told FROM dme_port_event" EVENT_WHERE
                      " ORDER BY id DESC LIMIT $5",
                      err) &&
           db_prepare(db, &p->of_port,
                      // What is of every port, of 0, is of this one too; each by the index.
                      "SELECT id, at, port, transport, told FROM ("
                      "SELECT * FROM (SELECT * FROM dme_port_event" EVENT_WHERE
                      " AND port = $6 ORDER BY id DESC LIMIT $5) AS own UNION ALL "
                      "SELECT * FROM (SELECT * FROM dme_port_event" EVENT_WHERE
                      " AND port = 0 AND is_verdict = 0 ORDER BY id DESC LIMIT $5) AS every)"
                      " AS both_kinds ORDER BY id DESC LIMIT $5",
                      err) &&
           db_prepare(db, &p->held,
                      "SELECT id, at, port, transport, told FROM dme_port_event WHERE id IN"
                      " (SELECT MAX(id) FROM dme_port_event WHERE is_verdict = 1 AND at < $1"
                      " AND ($2 = '' OR host = $2) AND ($3 = 0 OR port = $3)"
                      " GROUP BY host, port, transport) ORDER BY id DESC LIMIT $4",
                      err) &&
           db_prepare(db, &p->forget,
                      "DELETE FROM dme_port_event WHERE id IN (SELECT id FROM dme_port_event AS old"
                      " WHERE (old.at < $1 OR old.id <= $2) AND (old.is_verdict = 0 OR EXISTS"
                      " (SELECT 1 FROM dme_port_event AS newer WHERE newer.is_verdict = 1"
                      " AND newer.host = old.host AND newer.port = old.port"
                      " AND newer.transport = old.transport AND newer.id > old.id"
                      " AND newer.at < $3)) ORDER BY old.id LIMIT $4)",
                      err) &&
           db_prepare(db, &p->share,
                      "DELETE FROM dme_port_event WHERE host = $1 AND id <= (SELECT id FROM"
                      " dme_port_event WHERE host = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
                      err) &&
           db_prepare(db, &p->highest, "SELECT COALESCE(MAX(id), 0) FROM dme_port_event", err);
}

static bool open_part(struct db *db, void **part, struct err *err)
{
    struct ports_db *made = mem_new(sizeof(*made));
    *part = made; // its statements go with the connection
    return prepare_hosts(made, db, err) && prepare_events(made, db, err);
}

static void close_part(void **part)
{
    free(*part);
    *part = NULL;
}

const struct store_part_kind dme_ports_part = {
    .room = "dme_port",
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(steps[0]),
    .open = open_part,
    .close = close_part,
};

// --- reports ------------------------------------------------------------------------------------

static bool was_told(struct ports_db *ports, const struct ports_db_report *report, bool *told,
                     struct err *err)
{
    bool row = false;
    db_bind_text(ports->find, 1, report->host);
    if (!db_step(ports->find, &row, err)) {
        return false;
    }
    *told = row && str_eq(db_col_bytes(ports->find, 0), report->key);
    db_reset(ports->find);
    return true;
}

static bool add_event(struct ports_db *ports, struct str host, const struct ports_db_event *event,
                      struct err *err)
{
    db_bind_text(ports->add, 1, host);
    db_bind_int(ports->add, 2, event->port);
    db_bind_text(ports->add, 3, event->transport);
    db_bind_int(ports->add, 4, event->at);
    db_bind_int(ports->add, 5, str_eq(event->what, STR("verdict")) ? 1 : 0);
    db_bind_bytes(ports->add, 6, event->told.ptr, event->told.len);
    return db_run(ports->add, err);
}

bool dme_ports_share(struct ports_db *ports, struct str host, int64_t most, struct err *err)
{
    db_bind_text(ports->share, 1, host);
    db_bind_int(ports->share, 2, most);
    return db_run(ports->share, err);
}

bool dme_ports_put(struct ports_db *ports, const struct ports_db_report *report, struct err *err)
{
    bool told = false;
    if (!was_told(ports, report, &told, err)) {
        return false;
    }
    for (size_t at = 0; !told && at < report->event_count; at++) {
        if (!add_event(ports, report->host, &report->events[at], err)) {
            return false;
        }
    }
    ports->added += told ? 0 : report->event_count;
    if (ports->added >= SHARE_EVERY) {
        ports->added = 0;
        if (!dme_ports_share(ports, report->host, PORTS_DB_OF_HOST_MOST, err)) {
            return false;
        }
    }
    db_bind_text(ports->put, 1, report->host);
    db_bind_int(ports->put, 2, report->at);
    db_bind_bytes(ports->put, 3, report->key.ptr, report->key.len);
    db_bind_bytes(ports->put, 4, report->told.ptr, report->told.len);
    return db_run(ports->put, err);
}

bool dme_ports_hosts(struct ports_db *ports, struct str after, size_t most, struct arena *arena,
                     struct ports_db_host *hosts, size_t *count, struct err *err)
{
    struct db_stmt *stmt = ports->hosts;
    bool row = true;
    *count = 0;
    db_bind_text(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row && *count < most) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            hosts[(*count)++] = (struct ports_db_host){
                .name = arena_copy(arena, db_col_text(stmt, 0)),
                .told = arena_copy(arena, db_col_bytes(stmt, 1)),
                .heard_at = db_col_int(stmt, 2),
            };
        }
    }
    db_reset(stmt);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too many hosts are kept");
}

bool dme_ports_drop_host(struct ports_db *ports, struct str host, struct err *err)
{
    db_bind_text(ports->drop, 1, host);
    return db_run(ports->drop, err);
}

// --- events -------------------------------------------------------------------------------------

static bool read_events(struct db_stmt *stmt, size_t most, struct arena *arena,
                        struct ports_db_event *events, size_t *count, struct err *err)
{
    bool row = true;
    *count = 0;
    while (row && *count < most) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            events[(*count)++] = (struct ports_db_event){
                .id = db_col_int(stmt, 0),
                .at = db_col_int(stmt, 1),
                .port = (uint16_t)db_col_int(stmt, 2),
                .transport = arena_copy(arena, db_col_text(stmt, 3)),
                .told = arena_copy(arena, db_col_bytes(stmt, 4)),
            };
        }
    }
    db_reset(stmt);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "ask for fewer events at a time");
}

bool dme_ports_events(struct ports_db *ports, const struct ports_db_asked *asked, size_t most,
                      struct arena *arena, struct ports_db_event *events, size_t *count,
                      struct err *err)
{
    struct db_stmt *stmt = asked->port == 0 ? ports->events : ports->of_port;
    db_bind_int(stmt, 1, asked->before == 0 ? INT64_MAX : asked->before);
    db_bind_text(stmt, 2, asked->host);
    db_bind_int(stmt, 3, asked->from);
    db_bind_int(stmt, 4, asked->until == 0 ? INT64_MAX : asked->until);
    db_bind_int(stmt, 5, (int64_t)most);
    if (asked->port != 0) {
        db_bind_int(stmt, 6, asked->port);
    }
    return read_events(stmt, most, arena, events, count, err);
}

bool dme_ports_held(struct ports_db *ports, const struct ports_db_asked *asked, size_t most,
                    struct arena *arena, struct ports_db_event *events, size_t *count,
                    struct err *err)
{
    db_bind_int(ports->held, 1, asked->from);
    db_bind_text(ports->held, 2, asked->host);
    db_bind_int(ports->held, 3, asked->port);
    db_bind_int(ports->held, 4, (int64_t)most);
    return read_events(ports->held, most, arena, events, count, err);
}

bool dme_ports_forget(struct ports_db *ports, int64_t now, int64_t keep_most, int64_t most,
                      struct err *err)
{
    bool row = false;
    if (!db_step(ports->highest, &row, err)) {
        return false;
    }
    int64_t highest = row ? db_col_int(ports->highest, 0) : 0;
    db_reset(ports->highest);
    db_bind_int(ports->forget, 1, now - PORTS_DB_KEEP_MS);
    db_bind_int(ports->forget, 2, highest - keep_most);
    db_bind_int(ports->forget, 3, now);
    db_bind_int(ports->forget, 4, most);
    return db_run(ports->forget, err);
}
