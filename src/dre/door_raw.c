// door_raw: see door_raw.h.
//
// no unit test: needs the whole engine; tests/it/test_doors.py prints to it, as does CUPS.

#include "dre/door_raw.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "dre/door.h"
#include "dre/dre_int.h"
#include "dre/entry.h"
#include "dre/identity.h"
#include "dre/pjl_head.h"
#include <stdio.h>
#include <stdlib.h>

enum { RETRY_MS = 10000, NAMES_MAX = 2 * IPPD_NAME_MAX + 2 };

struct raw_port {
    struct raw_port *next;
    struct door *door; // NULL: another program holds the port
    bool was_told;     // that it does
    uint16_t port;
    char queue[TABLE_NAME_MAX + 1];
};

struct raw_in {              // a document, and the connection that brings it
    struct dre *dre;         // borrowed
    struct door_conn *conn;  // NULL: all was sent, and the client has gone since
    struct dre_entry *entry; // NULL: no byte came yet
    struct pjl_head head;
    char queue[TABLE_NAME_MAX + 1];
    char peer[46];
    bool is_full; // the spool holds back
    bool has_ended;
    bool is_done;
};

// --- a document ---------------------------------------------------------------------------------

static void raw_free(struct raw_in *raw)
{
    dre_entry_free(&raw->entry);
    dre_pjl_head_free(&raw->head);
    free(raw);
}

// The last thing that is done with it in a callback.
static void end(struct raw_in *raw, const struct err *why)
{
    raw->is_done = true;
    if (raw->conn == NULL) {
        raw_free(raw);
    } else if (why == NULL) {
        net_stream_close(raw->conn->stream); // what a client that waits for our end waits for
    } else {
        net_stream_abort(raw->conn->stream, why); // a reset is all that there is for a no
    }
}

static void give_up(struct raw_in *raw, const char *why)
{
    struct err err;
    err_fill(&err, ERR_UNAVAILABLE, "%s", why);
    log_event(LOG_INFO, "raw.refused", log_text("peer", raw->peer), log_text("queue", raw->queue),
              log_text("why", why));
    raw->dre->counters.raw_refused++;
    end(raw, &err);
}

static void submit(struct raw_in *raw)
{
    OWN(buf_free) struct buf user = BUF_CAP(NAMES_MAX);
    OWN(buf_free) struct buf title = BUF_CAP(NAMES_MAX);
    struct str claimed = dre_identity_text(str_of(raw->head.user), &user);
    struct str name = dre_identity_text(str_of(raw->head.title), &title);
    struct ippd_ticket ticket = { .attrs = STR(""), .copies = 1 }; // PJL is the document's
    const struct ippd_asker asker = {
        .user = claimed.len > 0 ? claimed : STR("anonymous"),
        .claimed = claimed,
        .address = str_of(raw->peer),
    };
    const struct ippd_intake intake = {
        .op = IPP_OP_PRINT_JOB,
        .asker = &asker,
        .queue = str_of(raw->queue),
        .name = name.len > 0 ? name : STR("Untitled"),
        .document = STR(""),
        .format = STR("application/octet-stream"),
        .ticket = &ticket,
    };
    dre_entry_submit(raw->entry, &intake);
}

static void on_room(void *arg)
{
    struct raw_in *raw = arg;
    raw->is_full = false;
    if (!raw->is_done && !raw->has_ended) {
        dre_door_hold(raw->conn, false);
    }
}

static void on_whole(void *arg, const struct err *why)
{
    struct raw_in *raw = arg;
    if (why != NULL) {
        give_up(raw, why->text);
    } else {
        submit(raw);
    }
}

static void on_taken(void *arg, enum ipp_status status, struct str text)
{
    struct raw_in *raw = arg;
    char why[256];
    (void)snprintf(why, sizeof(why), "%.*s", (int)text.len, text.ptr);
    if (dre_entry_is_settled(status)) {
        end(raw, NULL);
    } else {
        give_up(raw, why);
    }
}

// --- bytes --------------------------------------------------------------------------------------

static void raw_opened(struct door_conn *conn)
{
    struct raw_in *raw = mem_new(sizeof(*raw));
    const struct raw_port *port = dre_door_arg(conn->door);
    struct str peer = net_stream_peer(conn->stream);
    raw->dre = dre_door_engine(conn->door);
    raw->conn = conn;
    (void)snprintf(raw->queue, sizeof(raw->queue), "%s", port->queue);
    (void)snprintf(raw->peer, sizeof(raw->peer), "%.*s", (int)peer.len, peer.ptr);
    raw->head = dre_pjl_head_of();
    conn->own = raw;
}

static void answer(struct raw_in *raw, const struct buf *text)
{
    if (text->len > 0 && buf_ok(text)) {
        net_stream_write(raw->conn->stream, buf_str(text));
    }
}

static bool begin(struct raw_in *raw)
{
    static const struct dre_entry_events events = { on_room, on_whole, on_taken };
    const struct queue *queue = dre_table_queue_find(&raw->dre->table, str_of(raw->queue));
    if (raw->entry == NULL && queue == NULL) {
        give_up(raw, "the queue was removed");
        return false;
    }
    if (raw->entry == NULL) {
        raw->entry = dre_entry_new(raw->dre, queue, &events, raw);
    }
    return true;
}

static void raw_bytes(struct door_conn *conn, struct str bytes)
{
    struct raw_in *raw = conn->own;
    OWN(buf_free) struct buf text = BUF_CAP(2 * PJL_HEAD_ANSWERS_MAX);
    if (raw->is_done || raw->has_ended || !begin(raw)) {
        return;
    }
    dre_pjl_head_feed(&raw->head, bytes, &text);
    conn->is_at_work |= raw->head.has_document;
    answer(raw, &text);
    if (!dre_entry_write(raw->entry, bytes) && !raw->is_done) {
        raw->is_full = true;
        dre_door_hold(conn, true);
    }
}

static void raw_ended(struct door_conn *conn)
{
    struct raw_in *raw = conn->own;
    OWN(buf_free) struct buf text = BUF_CAP(2 * PJL_HEAD_ANSWERS_MAX);
    if (raw->is_done || raw->has_ended) {
        return;
    }
    dre_pjl_head_end(&raw->head, &text);
    answer(raw, &text);
    raw->has_ended = true;
    if (raw->entry == NULL || !raw->head.has_document) { // nothing, or questions only
        raw->is_done = true;
        net_stream_close(conn->stream);
        return;
    }
    conn->waits_for_us = true;
    dre_entry_end(raw->entry);
}

static void raw_closed(struct door_conn *conn, const struct err *why)
{
    struct raw_in *raw = conn->own;
    raw->conn = NULL;
    if (raw->has_ended && !raw->is_done && !raw->dre->stopping) {
        return; // the client sent all of it and left without waiting: it is printed all the same
    }
    if (!raw->is_done && raw->head.has_document) {
        log_event(LOG_INFO, "raw.cut", log_text("peer", raw->peer), log_text("queue", raw->queue),
                  log_text("why", why->text));
    }
    raw_free(raw);
}

// --- the ports ----------------------------------------------------------------------------------

static const struct door_kind raw_kind = {
    .name = "raw",
    // Hosts draw pages while they send them, and keep a connection silent meanwhile.
    .rules = { .most = 256,
               .address_most = 128,
               .first_ms = 30000,
               .idle_ms = 90000,
               .rate_ms = 120000,
               .rate_bytes = 64 },
    .opened = raw_opened,
    .bytes = raw_bytes,
    .ended = raw_ended,
    .closed = raw_closed,
};

static struct raw_port *find_port(const struct dre *dre, uint16_t port)
{
    for (struct raw_port *open = dre->raw_ports; open != NULL; open = open->next) {
        if (open->port == port) {
            return open;
        }
    }
    return NULL;
}

bool dre_raw_check(struct dre *dre, uint16_t port, struct err *err)
{
    const struct raw_port *open = find_port(dre, port);
    struct door *door = NULL;
    if (open != NULL && open->door != NULL) {
        return true;
    }
    if (!dre_door_open(dre, &raw_kind, port, NULL, &door, err)) {
        return err_in(err, "the raw port cannot be opened");
    }
    dre_door_close(&door);
    return true;
}

static void open_port(struct dre *dre, struct raw_port *port)
{
    struct err err;
    if (dre_door_open(dre, &raw_kind, port->port, port, &port->door, &err)) {
        log_event(LOG_INFO, "raw.open", log_text("queue", port->queue),
                  log_int("port", port->port));
    } else if (!port->was_told) {
        port->was_told = true;
        log_event(LOG_WARNING, "raw.not_open", log_text("queue", port->queue),
                  log_int("port", port->port), log_text("why", err.text));
    }
}

static bool is_wanted(const struct dre *dre, const struct raw_port *port)
{
    const struct queue *queue = dre_table_queue_find(&dre->table, str_of(port->queue));
    return queue != NULL && queue->raw_port == port->port;
}

void dre_raw_follow(struct dre *dre)
{
    for (struct raw_port **at = &dre->raw_ports; *at != NULL;) {
        struct raw_port *port = *at;
        if (is_wanted(dre, port)) {
            at = &port->next;
            continue;
        }
        *at = port->next;
        dre_door_close(&port->door);
        free(port);
    }
    void *value = NULL;
    for (size_t at = 0; map_next(&dre->table.queues, &at, &value);) {
        const struct queue *queue = value;
        if (queue->raw_port == 0 || find_port(dre, queue->raw_port) != NULL) {
            continue;
        }
        struct raw_port *port = mem_new(sizeof(*port));
        port->port = queue->raw_port;
        (void)snprintf(port->queue, sizeof(port->queue), "%s", queue->name);
        port->next = dre->raw_ports;
        dre->raw_ports = port;
        open_port(dre, port);
    }
    dre->raw_due_at = clk_mono_ms() + RETRY_MS;
}

void dre_raw_tick(struct dre *dre)
{
    if (dre->stopping || clk_mono_ms() < dre->raw_due_at) {
        return;
    }
    dre->raw_due_at = clk_mono_ms() + RETRY_MS;
    for (struct raw_port *port = dre->raw_ports; port != NULL; port = port->next) {
        if (port->door == NULL) {
            open_port(dre, port);
        }
    }
}

void dre_raw_close(struct dre *dre)
{
    while (dre->raw_ports != NULL) {
        struct raw_port *port = dre->raw_ports;
        dre->raw_ports = port->next;
        dre_door_close(&port->door);
        free(port);
    }
}
