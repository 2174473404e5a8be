// wire/client: asks other engines. One kept TLS connection a peer, opened when first needed and
// again after a loss with back-off and jitter; calls beyond the window wait in a bounded queue.
//
// While the peer is away, a call waits for the next attempt to connect and is answered
// ERR_UNAVAILABLE with its reason when that fails.
//
// All on the loop thread. Every call has a deadline. ERR_TIMEOUT and ERR_UNAVAILABLE mean that the
// outcome is not known: ask again with the same key.
#pragma once

#include "base/err.h"
#include "net/net.h"
#include "proto/common.pb-c.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct wire_client;

struct wire_client_settings {
    struct net_address to;
    struct net_tls *tls; // borrowed while the client lives
    const char *role;    // the peer's certificate must say this role; NULL with a join token
    const char *site;    // and this site; NULL: any that tls believes
    uint32_t queue_max;  // calls waiting for the connection; 0: 1024
};

struct wire_answer {
    const ProtobufCMessage *reply; // borrowed for the callback; NULL: err is set
    struct err err;
    const char *const *reasons; // of a refusal; NULL-ended; borrowed for the callback; never NULL
    bool is_absent;             // the peer has no such call
    bool more;                  // server streaming: another part or the end follows
};

struct wire_client *wire_client_new(struct net_loop *loop,
                                    const struct wire_client_settings *settings);
// The next connection is made with this one; for a renewed certificate.
void wire_client_set_tls(struct wire_client *client, struct net_tls *tls);
bool wire_client_is_connected(const struct wire_client *client);
// Open calls are answered ERR_UNAVAILABLE first. May be called from inside a done.
void wire_client_free(struct wire_client **client);

struct wire_ask {
    uint64_t v; // 0: none
};

// path stands in wire/calls.tbl.h, which gives the reply's descriptor and the deadline (wait_ms 0).
// done runs exactly once for a unary call (never from inside wire_ask), on the loop.
struct wire_ask wire_ask(struct wire_client *client, const char *path,
                         const ProtobufCMessage *request, uint64_t wait_ms,
                         void (*done)(void *arg, const struct wire_answer *answer), void *arg);
// What is said beside a question.
struct wire_said {
    uint64_t wait_ms;            // as of wire_ask
    const Quoin__V1__Seen *seen; // only if this is still so (common.proto), else ERR_CONFLICT with
                                 // the reason "changed"; NULL: whatever is so
    const char *person;          // for whom is asked (wire/person.h); NULL: for ourselves
};
struct wire_ask wire_ask_saying(struct wire_client *client, const char *path,
                                const ProtobufCMessage *request, const struct wire_said *said,
                                void (*done)(void *arg, const struct wire_answer *answer),
                                void *arg);
void wire_ask_cancel(struct wire_client *client, struct wire_ask ask); // done does not run any more
