// serve: brings cas to the wire. The loop thread takes calls and answers them; the writer's thread,
// which owns the database, works on all that wait as one group: one transaction, one sync.
#pragma once

#include "cas/cas.h"
#include "net/net.h"
#include "wire/server.h"

struct cas_serve;

// The engine's methods, for svc_engine. Their handlers take a struct cas_serve ** as the engine.
const struct wire_method *cas_serve_methods(size_t *count);

// cas is owned from now on. server finds the calls again; borrowed, set before the first call.
struct cas_serve *cas_serve_new(struct net_loop *loop, struct cas *cas);
void cas_serve_on(struct cas_serve *serve, struct wire_server *server);
void cas_serve_free(struct cas_serve **serve); // answers what waits, closes the database

// On the loop: the key of a join token that may still be used, for TLS. 0: unknown.
size_t cas_serve_psk(struct cas_serve *serve, struct str identity, uint8_t key[static 64]);

// The database's disk failed: nothing is accepted any more and the process must end. on_broken is
// told once, on the loop.
void cas_serve_on_broken(struct cas_serve *serve, void (*fn)(void *arg), void *arg);
bool cas_serve_must_stop(const struct cas_serve *serve);

struct cas_serve_counts {
    uint64_t requests;
    uint64_t refused; // the queue was full
    uint64_t entries; // of the ledger, some seconds ago
};
struct cas_serve_counts cas_serve_counts(const struct cas_serve *serve);
