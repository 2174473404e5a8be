// door: see door.h.
//
// no unit test: is sockets and time; tests/it/test_doors.py knocks on it.

#include "dre/door.h"

#include "dre/dre_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>

enum { SWEEP_MS = 1000, EVICT_MS = 500 };

struct door {
    struct dre *dre; // borrowed, as the next two
    const struct door_kind *kind;
    void *arg;
    struct net_listener *listener; // NULL: closed
    struct net_timer *sweep;
    struct door_conn *first;
    uint32_t open;
};

static void leave(struct door_conn *conn)
{
    struct door *door = conn->door;
    *(conn->prev == NULL ? &door->first : &conn->prev->next) = conn->next;
    if (conn->next != NULL) {
        conn->next->prev = conn->prev;
    }
    door->open--;
    free(conn);
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct door_conn *conn = arg;
    (void)stream; // the connection's
    conn->moved_at = clk_mono_ms();
    conn->span_at = conn->has_spoken ? conn->span_at : conn->moved_at;
    conn->has_spoken = true;
    conn->taken += bytes.len;
    conn->door->kind->bytes(conn, bytes);
}

static void on_end(void *arg, struct net_stream *stream)
{
    struct door_conn *conn = arg;
    (void)stream; // the connection's
    conn->door->kind->ended(conn);
}

static void on_close(void *arg, const struct err *err)
{
    struct door_conn *conn = arg;
    conn->door->kind->closed(conn, err);
    leave(conn);
}

// Room for one more: the one that has been silent for longest, and has nothing under way, goes.
static bool evict(struct door *door)
{
    struct door_conn *oldest = NULL;
    for (struct door_conn *conn = door->first; conn != NULL; conn = conn->next) {
        bool is_free = !conn->is_at_work && !conn->waits_for_us;
        if (is_free && (oldest == NULL || conn->moved_at < oldest->moved_at)) {
            oldest = conn;
        }
    }
    if (oldest == NULL || clk_mono_ms() - oldest->moved_at < EVICT_MS) {
        return false;
    }
    struct err err;
    err_fill(&err, ERR_LIMIT, "its place was given to another");
    oldest->waits_for_us = true; // not again
    net_stream_abort(oldest->stream, &err);
    return true;
}

static bool may_enter(struct door *door, struct str peer)
{
    uint32_t same = 0;
    for (const struct door_conn *conn = door->first; conn != NULL; conn = conn->next) {
        same += str_eq(net_stream_peer(conn->stream), peer);
    }
    return same < door->kind->rules.address_most &&
           (door->open < door->kind->rules.most || evict(door));
}

static void on_accept(void *arg, struct net_stream *stream)
{
    static const struct net_stream_events events = { .on_read = on_read,
                                                     .on_end = on_end,
                                                     .on_close = on_close };
    struct door *door = arg;
    if (door->dre->stopping || !may_enter(door, net_stream_peer(stream))) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "there is no place");
        net_stream_abort(stream, &err); // a friendly end would cost a place
        return;
    }
    struct door_conn *conn = mem_new(sizeof(*conn));
    conn->door = door;
    conn->stream = stream;
    conn->moved_at = clk_mono_ms();
    conn->next = door->first;
    if (door->first != NULL) {
        door->first->prev = conn;
    }
    door->first = conn;
    door->open++;
    net_stream_set(stream, &events, conn);
    door->kind->opened(conn);
}

static bool is_slow(struct door_conn *conn, int64_t now)
{
    const struct door_rules *rules = &conn->door->kind->rules;
    if (conn->waits_for_us) {
        conn->moved_at = now;
        conn->span_at = now;
        conn->span_taken = conn->taken;
        return false;
    }
    if (now - conn->moved_at >= (conn->has_spoken ? rules->idle_ms : rules->first_ms)) {
        return true;
    }
    int64_t span = now - conn->span_at;
    if (!conn->has_spoken || span < rules->rate_ms) {
        return false;
    }
    bool slow = (conn->taken - conn->span_taken) * 1000 < (uint64_t)span * rules->rate_bytes;
    conn->span_at = now;
    conn->span_taken = conn->taken;
    return slow;
}

static void on_sweep(void *arg)
{
    struct door *door = arg;
    int64_t now = clk_mono_ms();
    for (struct door_conn *conn = door->first; conn != NULL; conn = conn->next) {
        if (is_slow(conn, now)) { // it closes when the loop turns, not here
            struct err err;
            err_fill(&err, ERR_TIMEOUT, "it sent too little for too long");
            conn->waits_for_us = true; // not again
            net_stream_abort(conn->stream, &err);
        }
    }
}

bool dre_door_open(struct dre *dre, const struct door_kind *kind, uint16_t port, void *arg,
                   struct door **door, struct err *err)
{
    struct door *own = mem_new(sizeof(*own));
    const struct net_listen_settings listen = {
        .host = svc_settings(dre->svc)->listen,
        .port = port,
        .most = kind->rules.most + kind->rules.address_most, // ours say who is one too many
        .handshake_ms = kind->rules.first_ms,
    };
    own->dre = dre;
    own->kind = kind;
    own->arg = arg;
    if (!net_listen(dre->loop, &listen, on_accept, own, &own->listener, err)) {
        free(own);
        return false;
    }
    own->sweep = net_timer_new(dre->loop, on_sweep, own);
    net_timer_every(own->sweep, SWEEP_MS);
    *door = own;
    return true;
}

void dre_door_close(struct door **door)
{
    struct door *own = *door;
    if (own == NULL) {
        return;
    }
    *door = NULL;
    net_listener_close(&own->listener);
    struct err err;
    err_fill(&err, ERR_UNAVAILABLE, "the port is being closed");
    while (own->first != NULL) { // now: what they hold is the engine's, which may be ending
        struct net_stream *stream = own->first->stream;
        own->kind->closed(own->first, &err);
        leave(own->first);
        net_stream_set(stream, NULL, NULL);
        net_stream_abort(stream, &err);
    }
    net_timer_free(&own->sweep);
    free(own);
}

struct dre *dre_door_engine(const struct door *door)
{
    return door->dre;
}

void *dre_door_arg(const struct door *door)
{
    return door->arg;
}

uint16_t dre_door_port(const struct door *door)
{
    return net_listener_port(door->listener);
}

uint32_t dre_door_open_count(const struct door *door)
{
    return door->open;
}

void dre_door_hold(struct door_conn *conn, bool waits_for_us)
{
    conn->waits_for_us = waits_for_us;
    (waits_for_us ? net_stream_pause : net_stream_resume)(conn->stream);
}
