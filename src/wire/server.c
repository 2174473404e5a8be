// wire/server: see server.h. Binds wire/core to TLS streams: proves who connects, owns the
// connections and the timer of the deadlines.

#include "wire/server.h"

#include "base/clk.h"
#include "base/mem.h"
#include "http2/link.h"
#include "wire/core.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVER_HANDSHAKE_MS = 10000, SERVER_MOST = 1024 };

struct server_peer {          // one connection
    struct server_peer *next; // borrowed
    struct server_peer *before;
    struct wire_server *server; // borrowed
    struct http2_link *link;    // owned
    struct wire_conn *conn;     // owned
};

struct wire_server {
    struct net_loop *loop;         // borrowed
    struct wire_core *core;        // owned
    struct net_listener *listener; // owned; NULL: draining
    struct net_timer *timer;       // owned; the next deadline
    int64_t timer_ms;              // when it runs; INT64_MAX: it does not
    struct server_peer *peers;     // owned
    char *site;                    // owned; NULL: any
    void *engine;                  // borrowed
    void (*on_refused)(void *engine, const struct wire_refused *what);
    uint16_t port;
    bool draining;
};

// --- deadlines ----------------------------------------------------------------------------------

static void server_on_due(void *arg)
{
    struct wire_server *server = arg;
    int64_t next = wire_core_next_ms(server->core);
    if (next < server->timer_ms) {
        int64_t wait = next - clk_mono_ms();
        server->timer_ms = next;
        net_timer_start(server->timer, wait > 0 ? (uint64_t)wait : 0);
    }
}

static void server_on_timer(void *arg)
{
    struct wire_server *server = arg;
    server->timer_ms = INT64_MAX;
    wire_core_expire(server->core);
    server_on_due(server);
}

// --- connections --------------------------------------------------------------------------------

static void server_peer_free(struct server_peer *peer)
{
    if (peer->before != NULL) {
        peer->before->next = peer->next;
    } else {
        peer->server->peers = peer->next;
    }
    if (peer->next != NULL) {
        peer->next->before = peer->before;
    }
    http2_link_free(&peer->link);
    wire_conn_free(&peer->conn);
    free(peer);
}

static void server_on_flush(void *arg)
{
    struct server_peer *peer = arg;
    if (peer->link != NULL) {
        http2_link_flush(peer->link);
    }
}

static void server_on_lost(void *arg, const struct err *err)
{
    (void)err; // of the peer's going; its calls are gone with it
    struct wire_conn *conn = arg;
    server_peer_free(wire_conn_owner(conn));
}

static bool server_admits(const struct wire_server *server, const struct net_stream *stream,
                          struct wire_peer *peer, struct err *err)
{
    if (server->draining) {
        return err_set(err, ERR_UNAVAILABLE, "this engine is about to end");
    }
    if (!wire_peer_read(net_stream_identity(stream), peer, err)) {
        return false;
    }
    if (server->site != NULL && peer->role != ROLE_JOINER &&
        strcmp(peer->site, server->site) != 0) {
        return err_set(err, ERR_DENIED, "the peer is of another site, %s", peer->site);
    }
    if (!str_eq(net_stream_alpn(stream), STR("h2"))) {
        return err_set(err, ERR_INVALID, "the peer does not offer HTTP/2 (ALPN \"h2\")");
    }
    return true;
}

static void server_on_failed(void *arg, struct str from, const struct err *err)
{
    const struct wire_server *server = arg;
    const char *colon = strstr(err->text, ": "); // "TLS with 192.0.2.7: ..."
    const char *why = colon != NULL ? colon + 2 : err->text;
    const struct wire_refused what = { .from = from,
                                       .identity = { "", 0 },
                                       .path = { "", 0 },
                                       .why = err->code == ERR_NONE ? "it hung up" : why,
                                       .broke = err->code != ERR_DENIED };
    if (server->on_refused != NULL) {
        server->on_refused(server->engine, &what);
    }
}

static void server_on_accept(void *arg, struct net_stream *stream)
{
    struct wire_server *server = arg;
    struct str identity = net_stream_identity(stream);
    struct wire_peer who;
    struct err err = { 0 };
    if (!server_admits(server, stream, &who, &err)) {
        if (server->on_refused != NULL) {
            const struct wire_refused what = { .from = net_stream_peer(stream),
                                               .identity = identity,
                                               .path = { "", 0 },
                                               .why = err.text };
            server->on_refused(server->engine, &what);
        }
        net_stream_abort(stream, &err);
        return;
    }
    struct server_peer *peer = mem_new(sizeof(*peer));
    peer->server = server;
    peer->next = server->peers;
    if (peer->next != NULL) {
        peer->next->before = peer;
    }
    server->peers = peer;
    peer->conn =
        wire_conn_new(server->core, &who, identity, net_stream_peer(stream), server_on_flush, peer);
    peer->link =
        http2_link_new(server->loop, stream, true, &wire_conn_events, server_on_lost, peer->conn);
}

// --- life ---------------------------------------------------------------------------------------

bool wire_server_new(struct net_loop *loop, const struct wire_server_settings *settings,
                     struct wire_server **server, struct err *err)
{
    assert(settings->tls != NULL);
    struct wire_server *made = mem_new(sizeof(*made));
    if (!wire_core_new(settings, server_on_due, made, &made->core, err)) {
        free(made);
        return false;
    }
    const struct net_listen_settings listen = {
        .host = settings->host,
        .port = settings->port,
        .tls = settings->tls,
        .most = settings->most == 0 ? SERVER_MOST : settings->most,
        .handshake_ms = SERVER_HANDSHAKE_MS,
        .on_failed = server_on_failed,
    };
    if (!net_listen(loop, &listen, server_on_accept, made, &made->listener, err)) {
        wire_core_free(&made->core);
        free(made);
        return false;
    }
    made->loop = loop;
    made->port = net_listener_port(made->listener);
    made->timer = net_timer_new(loop, server_on_timer, made);
    made->timer_ms = INT64_MAX;
    made->engine = settings->engine;
    made->on_refused = settings->on_refused;
    if (settings->site != NULL) {
        made->site = mem_new(strlen(settings->site) + 1);
        memcpy(made->site, settings->site, strlen(settings->site));
    }
    *server = made;
    return true;
}

uint16_t wire_server_port(const struct wire_server *server)
{
    return server->port;
}

void wire_server_serving(struct wire_server *server, bool serving)
{
    wire_core_serving(server->core, serving);
}

void wire_server_set_tls(struct wire_server *server, struct net_tls *tls)
{
    if (server->listener != NULL) {
        net_listener_set_tls(server->listener, tls);
    }
}

void wire_server_drain(struct wire_server *server)
{
    server->draining = true;
    wire_server_serving(server, false);
    net_listener_close(&server->listener);
    for (struct server_peer *peer = server->peers; peer != NULL;) {
        struct server_peer *next = peer->next; // draining may be the end of it
        http2_link_drain(peer->link);
        peer = next;
    }
}

size_t wire_server_call_count(const struct wire_server *server)
{
    return wire_core_call_count(server->core);
}

void wire_server_free(struct wire_server **server)
{
    struct wire_server *old = *server;
    *server = NULL;
    if (old == NULL) {
        return;
    }
    net_listener_close(&old->listener);
    while (old->peers != NULL) {
        // The dropped one has left the list: its first is another.
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        server_peer_free(old->peers);
    }
    net_timer_free(&old->timer);
    wire_core_free(&old->core);
    free(old->site);
    free(old);
}

struct wire_call *wire_call_find(struct wire_server *server, struct wire_call_id id)
{
    return wire_core_find(server->core, id);
}
