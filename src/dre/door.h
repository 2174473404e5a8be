// door: a port of TCP that is not IPP's, its connections, and how patient it is with them: what
// LPD (door_lpd.c) and raw printing (door_raw.c) share. Loop thread.
//
// A connection that has nothing under way is closed for a new one where all places are taken; one
// that sends nothing, or less than the door's rate, is cut. While the engine itself is what a
// connection waits for, it is not measured.
#pragma once

#include "base/err.h"
#include "net/net.h"
#include <stdint.h>

struct dre;
struct door;

struct door_rules {
    uint32_t most;         // connections at once
    uint32_t address_most; // … of one address; past it they are closed at once
    uint32_t first_ms;     // without a byte, from the beginning
    uint32_t idle_ms;      // … later
    uint32_t rate_ms;      // in each such span …
    uint32_t rate_bytes;   // … so much a second, on average, once something is under way
};

struct door_conn {
    struct door *door; // borrowed
    struct door_conn *next;
    struct door_conn *prev;
    struct net_stream *stream;
    void *own;       // the kind's; freed in its closed
    bool is_at_work; // a document is under way
    bool waits_for_us;
    bool has_spoken;
    int64_t moved_at; // monotonic
    int64_t span_at;
    uint64_t taken; // bytes
    uint64_t span_taken;
};

struct door_kind {
    const char *name; // for logs
    struct door_rules rules;
    void (*opened)(struct door_conn *conn);
    void (*bytes)(struct door_conn *conn, struct str bytes);
    void (*ended)(struct door_conn *conn); // the client sends no more, but may still read
    void (*closed)(struct door_conn *conn, const struct err *why); // last
};

// kind and arg: borrowed. *err names the port.
bool dre_door_open(struct dre *dre, const struct door_kind *kind, uint16_t port, void *arg,
                   struct door **door, struct err *err) CC_MUST_USE;
// The port is free, its connections are cut, and each has had its `closed`; NULL: nothing.
void dre_door_close(struct door **door);
struct dre *dre_door_engine(const struct door *door);
void *dre_door_arg(const struct door *door);
uint16_t dre_door_port(const struct door *door);
uint32_t dre_door_open_count(const struct door *door);

void dre_door_hold(struct door_conn *conn, bool waits_for_us); // stops and starts reading
