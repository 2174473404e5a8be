// net: the loop of a process, its timers, workers and byte streams. The only room with libuv,
// sockets and OpenSSL's connections.
//
// One loop thread a process. Every call but net_loop_post, net_pool_* from inside work, and
// net_tls_new runs on it; callbacks run on it. Nothing here blocks.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stddef.h>
#include <stdint.h>

struct net_loop;

struct net_loop *net_loop_new(void);
void net_loop_run(struct net_loop *loop);  // until net_loop_stop
void net_loop_stop(struct net_loop *loop); // from a callback
// What was posted runs, streams that are still open get their on_close (ERR_UNAVAILABLE), what
// nobody freed is closed. Free what has a free function of its own before this.
void net_loop_free(struct net_loop **loop);
void net_assert_loop(void);
void net_assert_worker(void);

// Any thread: runs fn(arg) on the loop thread soon, in the order of posting.
void net_loop_post(struct net_loop *loop, void (*fn)(void *arg), void *arg);

// SIGINT, SIGTERM and their kind, on the loop.
void net_loop_on_signal(struct net_loop *loop, int signal_number, void (*fn)(void *arg), void *arg);

// --- timers -------------------------------------------------------------------------------------

struct net_timer;
struct net_timer *net_timer_new(struct net_loop *loop, void (*fn)(void *arg), void *arg);
void net_timer_start(struct net_timer *timer, uint64_t wait_ms); // again: moves it
void net_timer_every(struct net_timer *timer, uint64_t period_ms);
void net_timer_stop(struct net_timer *timer);
void net_timer_free(struct net_timer **timer); // its callback does not run any more

// --- workers ------------------------------------------------------------------------------------

// work runs on a worker thread and may block; done runs on the loop thread afterwards, always.
// False: the queue is full (NET_WORK_QUEUE_MAX waiting); neither runs.
enum { NET_WORK_QUEUE_MAX = 4096 };
struct net_pool;
struct net_pool *net_pool_new(struct net_loop *loop, unsigned threads);
bool net_pool_run(struct net_pool *pool, void (*work)(void *arg), void (*done)(void *arg),
                  void *arg) CC_MUST_USE;
void net_pool_free(struct net_pool **pool); // finishes what runs, drops and `done`s what waits

// A thread of its own with a queue, for the one writer of a database: take is given all that waits
// (a list in order, at most `most`), works on the whole batch, then each item's done runs on the
// loop.
struct net_batch_item {
    struct net_batch_item *next; // borrowed; the batch thread's while it works
    void (*done)(struct net_batch_item *item);
};
struct net_batch;
struct net_batch *net_batch_new(struct net_loop *loop, const char *name,
                                void (*take)(void *arg, struct net_batch_item *first), void *arg,
                                size_t most, size_t queue_max);
bool net_batch_add(struct net_batch *batch, struct net_batch_item *item) CC_MUST_USE; // false: full
// For what nobody waits for: in its order, but taken with what is added next, or a little later.
bool net_batch_add_later(struct net_batch *batch, struct net_batch_item *item) CC_MUST_USE;
// Each time that the thread had nothing to do for so long, it calls fn once, with the arg of take.
void net_batch_on_rest(struct net_batch *batch, void (*fn)(void *arg), uint32_t after_ms);
void net_batch_free(struct net_batch **batch); // works off what waits first

// --- TLS ----------------------------------------------------------------------------------------

enum net_tls_peer {
    NET_TLS_PEER_NONE,     // server: asks for no certificate (front doors)
    NET_TLS_PEER_ASKED,    // server: one of the authority's is proven and shown as the stream's
                           // identity; who shows none comes in without
    NET_TLS_PEER_REQUIRED, // both: nothing passes before the peer's certificate is proven
};

// TLS 1.3 only for engines; front doors take 1.2 too. Files are PEM. Read anew by net_tls_new only.
struct net_tls_settings {
    const char *certificate; // path; chain after the leaf
    const char *key;         // path
    const char *authority;   // path; whom we believe. NULL with NET_TLS_PEER_NONE
    enum net_tls_peer peer;
    bool tls_1_2;
    const char *const *alpn; // NULL-ended, in order of preference; NULL: none
    // Servers: external pre-shared keys (join tokens). Gives the key's length, 0: unknown identity.
    size_t (*psk_find)(void *arg, struct str identity, uint8_t key[static 64]);
    // Clients: the one key to offer.
    struct str psk_identity;
    struct str psk_key;
    void *psk_arg;
    // Clients that talk to printers: accept any certificate (stated in the printer's record).
    bool any_peer;
};

struct net_tls;
bool net_tls_new(const struct net_tls_settings *settings, bool server, struct net_tls **tls,
                 struct err *err) CC_MUST_USE;
void net_tls_free(struct net_tls **tls); // streams made from it may live on

// --- streams ------------------------------------------------------------------------------------

// A connected byte stream, plain or TLS. Owned by who opened or accepted it, freed with
// net_stream_close; on_close runs once, last, and after it the stream is gone.
//
// No callback runs inside a call of its owner's: what a call causes comes before the loop waits
// again. After net_stream_close or net_stream_abort nothing comes but on_close, so both may be
// called in any callback, and twice.
//
// A TLS 1.3 client's on_open means that the server is proven, not that the server took our
// certificate: only a byte read from it says that. A refusal comes as on_close with ERR_DENIED.
struct net_stream;

struct net_stream_events {
    void (*on_open)(void *arg, struct net_stream *stream); // of net_connect; may be NULL
    void (*on_read)(void *arg, struct net_stream *stream, struct str bytes);
    void (*on_end)(void *arg, struct net_stream *stream);   // the peer sends no more; NULL: closes
    void (*on_drain)(void *arg, struct net_stream *stream); // pending fell to 0; may be NULL
    void (*on_close)(void *arg, const struct err *err);     // err->code ERR_NONE: we closed it
};

struct net_address {
    char host[254]; // a name or a numeric address
    uint16_t port;
};

// Connects and, with tls, shakes hands. Resolves names off the loop. tls: borrowed for the call.
// peer_name: what the certificate must be for (a DNS name or address), NULL: the caller checks.
struct net_stream *net_connect(struct net_loop *loop, const struct net_address *to,
                               struct net_tls *tls, const char *peer_name, uint64_t timeout_ms,
                               const struct net_stream_events *events, void *arg);

// events: borrowed; NULL: nobody listens and nothing is read, also when it closes.
void net_stream_set(struct net_stream *stream, const struct net_stream_events *events, void *arg);
// Copies the bytes into the stream's queue. The caller looks at net_stream_pending and holds back;
// past NET_STREAM_QUEUE_MAX the stream is closed with ERR_LIMIT.
enum { NET_STREAM_QUEUE_MAX = 16 << 20 };
void net_stream_write(struct net_stream *stream, struct str bytes);
// Bytes queued and not yet handed to the kernel. In on_close: those that never were.
size_t net_stream_pending(const struct net_stream *stream);
void net_stream_pause(struct net_stream *stream); // stops reading: back-pressure
void net_stream_resume(struct net_stream *stream);
void net_stream_shut(struct net_stream *stream);  // after what is queued: we send no more
void net_stream_close(struct net_stream *stream); // after what is queued, within 5 s
void net_stream_abort(struct net_stream *stream, const struct err *err); // at once
// Closes with ERR_TIMEOUT when no byte came or went for so long; 0: never.
void net_stream_idle(struct net_stream *stream, uint64_t idle_ms);
// Used all the time: keeps its TLS buffers (some 34 KiB) instead of giving them back after every
// record.
void net_stream_keep(struct net_stream *stream);
struct str net_stream_peer(const struct net_stream *stream); // "127.0.0.1", "::1"
bool net_stream_is_tls(const struct net_stream *stream);
struct str net_stream_alpn(const struct net_stream *stream); // empty: none
// The one URI name of the peer's proven certificate ("quoin://SITE/ROLE/HOST"); "psk:IDENTITY" for
// a pre-shared key; empty: none.
struct str net_stream_identity(const struct net_stream *stream);

// --- listening ----------------------------------------------------------------------------------

struct net_listener;
struct net_listen_settings {
    const char *host;      // numeric: "127.0.0.1", "::1", "0.0.0.0"; "::" takes IPv4 too
    uint16_t port;         // 0: the kernel chooses
    struct net_tls *tls;   // borrowed while listening; NULL: plain
    bool plain_too;        // with tls: the first byte decides (0x16 is a TLS record)
    uint32_t most;         // open streams at once; further ones are closed at once, and counted
    uint32_t handshake_ms; // to have a whole handshake, or the first byte
    // One went, or was refused, before on_accept: from where, and of what it died (ERR_NONE: it
    // hung up). May be NULL.
    void (*on_failed)(void *arg, struct str peer, const struct err *err);
};
bool net_listen(struct net_loop *loop, const struct net_listen_settings *settings,
                void (*on_accept)(void *arg, struct net_stream *stream), void *arg,
                struct net_listener **listener, struct err *err) CC_MUST_USE;
uint16_t net_listener_port(const struct net_listener *listener);
void net_listener_close(struct net_listener **listener); // its streams live on
// Streams accepted from now on; those that are there keep theirs. For a renewed certificate.
void net_listener_set_tls(struct net_listener *listener, struct net_tls *tls);

struct net_listener_counts {
    uint64_t open;    // now, also those that still shake hands
    uint64_t refused; // closed at once: too many, or no descriptors left
    uint64_t failed;  // gone before they were open
};
struct net_listener_counts net_listener_counts(const struct net_listener *listener);

// --- datagrams ----------------------------------------------------------------------------------

// As with net_listen, "::" takes IPv4 too, so that nobody else can have that half of the port.
struct net_udp;
bool net_udp_new(struct net_loop *loop, const char *host, uint16_t port,
                 void (*on_read)(void *arg, struct net_udp *udp, const struct net_address *from,
                                 struct str bytes),
                 void *arg, struct net_udp **udp, struct err *err) CC_MUST_USE;
uint16_t net_udp_port(const struct net_udp *udp);
void net_udp_send(struct net_udp *udp, const struct net_address *to,
                  struct str bytes); // or drops it
void net_udp_close(struct net_udp **udp);

// --- what is ours -------------------------------------------------------------------------------

// What the loop has open that others call: listeners and datagram sockets. Their cookies are how
// the watch on the ports knows that they are ours.
struct net_socket {
    uint16_t port;
    bool udp;
    uint64_t cookie; // SO_COOKIE: a socket's number for as long as the machine runs
};
// Returns how many of them fit.
size_t net_sockets(const struct net_loop *loop, struct net_socket *sockets, size_t most);

// --- descriptors of libraries -------------------------------------------------------------------

// A socket that a library of another room owns: on_ready runs whenever it has something to read,
// or failed. The owner stops the watch before the socket is closed.
struct net_watch;
struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*on_ready)(void *arg),
                                void *arg);
void net_watch_free(struct net_watch **watch);

// --- names --------------------------------------------------------------------------------------

// Looks a name up off the loop. Numeric addresses and localhost ask nobody. on_found runs once, on
// the loop, never inside the call, unless it is cancelled before: with numeric addresses, in the
// resolver's order, or none and *err.
enum { NET_ADDRESSES_MAX = 8 };
struct net_lookup;
struct net_lookup *net_lookup_start(struct net_loop *loop, const struct net_address *name,
                                    void (*on_found)(void *arg, const struct net_address *found,
                                                     size_t count, const struct err *err),
                                    void *arg);
void net_lookup_cancel(struct net_lookup **lookup); // until on_found, which makes it go

// --- child processes ----------------------------------------------------------------------------

// A program of ours or a peer in a test, in a process group of its own. Not for documents: those
// go to `jail`.
struct net_child;
struct net_child_settings {
    const char *program;            // path
    const char *const *args;        // NULL-ended, args[0] is the program's name
    const char *const *environment; // NULL-ended "NAME=VALUE" added to ours; NULL: none
    const char *output; // file that standard output and error are appended to; NULL: ours
    bool quiet;         // standard output to nowhere
};
bool net_child_start(struct net_loop *loop, const struct net_child_settings *settings,
                     void (*on_exit)(void *arg, int status, int signal_number), void *arg,
                     struct net_child **child, struct err *err) CC_MUST_USE;
int net_child_pid(const struct net_child *child);
void net_child_signal(struct net_child *child, int signal_number);
void net_child_free(struct net_child **child); // kills it if it still runs
