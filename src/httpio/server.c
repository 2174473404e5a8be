// httpio/server: listening, the caps on connections, and the sweep that cuts the slow ones. See
// server.h; one connection's life is in conn.c.

#include "httpio/server.h"

#include "base/clk.h"
#include "base/mem.h"
#include "http/write.h"
#include "httpio/server_int.h"
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>

enum {
    SERVER_SLACK = 256, // connections past the cap that may be told so at one time
    SERVER_SWEEP_MS = 1000,
};

// --- rings --------------------------------------------------------------------------------------

void httpio_link_init(struct httpio_link *link)
{
    link->prev = link;
    link->next = link;
}

void httpio_link_drop(struct httpio_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    httpio_link_init(link);
}

void httpio_link_add(struct httpio_link *ring, struct httpio_link *link)
{
    httpio_link_drop(link);
    link->prev = ring->prev;
    link->next = ring;
    ring->prev->next = link;
    ring->prev = link;
}

// --- connections come ---------------------------------------------------------------------------

// One address is one IPv4 address, or the 64-bit network of an IPv6 one: who has one has them all.
static struct str address_key(struct str peer, char key[static 48])
{
    char text[48] = { 0 };
    memcpy(text, peer.ptr, peer.len < 47 ? peer.len : 47);
    struct in6_addr wide;
    if (inet_pton(AF_INET6, text, &wide) == 1) {
        memcpy(key, &wide, 8);
        return (struct str){ key, 8 };
    }
    memcpy(key, text, sizeof(text));
    return (struct str){ key, strlen(text) };
}

static struct httpio_address *address_get(struct httpio_server *server, struct str peer)
{
    char text[48] = { 0 };
    struct str key = address_key(peer, text);
    struct httpio_address *address = map_find(&server->addresses, key);
    if (address == NULL) {
        address = mem_new(sizeof(*address));
        memcpy(address->key, text, sizeof(text));
        address->key_len = (uint32_t)key.len;
        map_set(&server->addresses, key, address);
    }
    return address;
}

static void address_put(struct httpio_server *server, struct httpio_address *address)
{
    if (address->count == 0) {
        (void)map_drop(&server->addresses, (struct str){ address->key, address->key_len });
        free(address);
    }
}

static void refuse_busy(struct httpio_server *server, struct net_stream *stream)
{
    static const struct str body = { "The server is busy. Try again in a moment.\n", 43 };
    OWN(buf_free) struct buf buf = BUF_CAP(1024);
    server->counts.refused_busy++;
    http_write_status(&buf, 503);
    buf_add(&buf, buf_str(httpio_server_date(server)));
    http_write_number(&buf, STR("Retry-After"), server->settings.retry_after_s);
    http_write_field(&buf, STR("Content-Type"), STR("text/plain"));
    http_write_number(&buf, STR("Content-Length"), body.len);
    http_write_field(&buf, STR("Connection"), STR("close"));
    http_write_end(&buf);
    buf_add(&buf, body);
    net_stream_write(stream, buf_str(&buf));
    net_stream_close(stream); // nobody listens to it any more
}

static void server_on_accept(void *arg, struct net_stream *stream)
{
    struct httpio_server *server = arg;
    struct httpio_address *address = address_get(server, net_stream_peer(stream));
    bool room = address->count < server->settings.address_max;
    if (room && server->open >= server->settings.connections_max) {
        room = server->idle.next != &server->idle;
        if (room) { // the one that was of no use for longest makes way
            httpio_conn_leave((struct httpio_conn *)(void *)server->idle.next);
        }
    }
    if (!room) {
        address_put(server, address);
        refuse_busy(server, stream);
        return;
    }
    address->count++;
    httpio_conn_new(server, stream, address);
}

void httpio_server_conn_gone(struct httpio_conn *conn)
{
    conn->address->count--;
    address_put(conn->server, conn->address);
    conn->address = NULL;
}

// --- the sweep ----------------------------------------------------------------------------------

static void ring_move(struct httpio_link *to, struct httpio_link *from) // to the ring's end
{
    while (from->next != from) {
        httpio_link_add(to, from->next);
    }
}

// Works on a ring by way of another, so that it may change under us: an event that one connection
// brings may end others.
static void ring_work(struct httpio_server *server, struct httpio_link *ring, int64_t now_ms)
{
    struct httpio_link work;
    httpio_link_init(&work);
    ring_move(&work, ring);
    while (work.next != &work) {
        struct httpio_conn *conn = (struct httpio_conn *)(void *)work.next;
        httpio_link_add(&server->busy, &conn->link);
        if (ring == &server->busy) {
            httpio_conn_sweep(conn, now_ms);
        } else {
            httpio_conn_take_turn(conn);
        }
    }
}

static void server_on_sweep(void *arg)
{
    struct httpio_server *server = arg;
    int64_t now_ms = clk_mono_ms();
    int64_t idle_ms = server->settings.idle_ms;
    while (server->idle.next != &server->idle) {
        struct httpio_conn *conn = (struct httpio_conn *)(void *)server->idle.next;
        if (now_ms - conn->since_ms < idle_ms) {
            break;
        }
        httpio_conn_leave(conn);
    }
    ring_work(server, &server->busy, now_ms);
}

// --- turns --------------------------------------------------------------------------------------

static void server_on_turn(void *arg)
{
    struct httpio_server *server = arg;
    server->posted = false;
    if (server->gone) {
        free(server);
        return;
    }
    ring_work(server, &server->turn, 0);
}

void httpio_server_turn(struct httpio_conn *conn)
{
    struct httpio_server *server = conn->server;
    httpio_link_add(&server->turn, &conn->link);
    if (!server->posted) {
        server->posted = true;
        net_loop_post(server->loop, server_on_turn, server);
    }
}

const struct buf *httpio_server_date(struct httpio_server *server)
{
    int64_t now_ms = clk_wall_ms();
    if (server->date_s != now_ms / 1000 || server->date.len == 0) {
        server->date_s = now_ms / 1000;
        server->date.len = 0;
        http_write_date(&server->date, now_ms);
    }
    return &server->date;
}

// --- life ---------------------------------------------------------------------------------------

static void default_set(uint32_t *value, uint32_t usual)
{
    *value = *value == 0 ? usual : *value;
}

static uint64_t sweep_period(const struct httpio_server_settings *settings)
{
    const uint32_t times[] = { settings->head_ms, settings->idle_ms, settings->rate_ms,
                               settings->drain_ms };
    uint64_t period = SERVER_SWEEP_MS;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        period = times[i] / 4 < period ? times[i] / 4 : period;
    }
    return period == 0 ? 1 : period;
}

bool httpio_server_new(struct net_loop *loop, const struct httpio_server_settings *settings,
                       struct httpio_server **server, struct err *err)
{
    assert(settings->on_request != NULL);
    struct httpio_server *made = mem_new(sizeof(*made));
    struct httpio_server_settings *own = &made->settings;
    *own = *settings;
    default_set(&own->connections_max, 12000);
    default_set(&own->address_max, 64);
    default_set(&own->head_ms, 10000);
    default_set(&own->idle_ms, 60000);
    default_set(&own->rate_ms, 30000);
    default_set(&own->rate_bytes, 1024);
    default_set(&own->drain_ms, 5000);
    default_set(&own->drain_bytes, 1 << 20);
    default_set(&own->retry_after_s, 5);
    made->loop = loop;
    made->date = BUF_CAP(64);
    httpio_link_init(&made->idle);
    httpio_link_init(&made->busy);
    httpio_link_init(&made->leaving);
    httpio_link_init(&made->turn);
    const struct net_listen_settings listen = {
        .host = settings->host,
        .port = settings->port,
        .tls = settings->tls,
        .plain_too = settings->tls != NULL,
        .most = own->connections_max + SERVER_SLACK,
        .handshake_ms = own->head_ms,
    };
    if (!net_listen(loop, &listen, server_on_accept, made, &made->listener, err)) {
        buf_free(&made->date);
        free(made);
        return false;
    }
    made->port = net_listener_port(made->listener);
    made->sweep = net_timer_new(loop, server_on_sweep, made);
    net_timer_every(made->sweep, sweep_period(own));
    *server = made;
    return true;
}

void httpio_server_set_tls(struct httpio_server *server, struct net_tls *tls)
{
    net_listener_set_tls(server->listener, tls);
}

uint16_t httpio_server_port(const struct httpio_server *server)
{
    return server->port;
}

void httpio_server_drain(struct httpio_server *server)
{
    server->draining = true;
    net_listener_close(&server->listener);
    while (server->idle.next != &server->idle) {
        httpio_conn_leave((struct httpio_conn *)(void *)server->idle.next);
    }
}

static void ring_free(struct httpio_link *ring, const struct err *err)
{
    while (ring->next != ring) {
        httpio_conn_free((struct httpio_conn *)(void *)ring->next, err);
    }
}

void httpio_server_free(struct httpio_server **at)
{
    struct httpio_server *server = *at;
    if (server == NULL) {
        return;
    }
    *at = NULL;
    struct err err;
    err_fill(&err, ERR_UNAVAILABLE, "the server is ending");
    server->draining = true;
    net_listener_close(&server->listener);
    net_timer_free(&server->sweep);
    ring_free(&server->busy, &err);
    ring_free(&server->turn, &err);
    ring_free(&server->idle, &err);
    ring_free(&server->leaving, &err);
    map_free(&server->addresses);
    map_free(&server->exchanges);
    buf_free(&server->date);
    server->gone = true;
    if (!server->posted) {
        free(server);
    }
}

struct httpio_server_counts httpio_server_counts(const struct httpio_server *server)
{
    struct httpio_server_counts counts = server->counts;
    counts.connections = server->open;
    counts.exchanges = server->exchanges.count;
    return counts;
}
