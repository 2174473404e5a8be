// What the modules of net share. Not for other rooms.
#pragma once

#include "net/net.h"
#include <sys/socket.h>
#include <uv.h>

struct ssl_st;

// --- intrusive lists ----------------------------------------------------------------------------

struct net_link {
    struct net_link *prev;
    struct net_link *next;
};

static inline void net_link_init(struct net_link *link)
{
    link->prev = link;
    link->next = link;
}

static inline bool net_link_is_alone(const struct net_link *link)
{
    return link->next == link;
}

static inline void net_link_drop(struct net_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    net_link_init(link);
}

static inline void net_link_add(struct net_link *list, struct net_link *link) // at the end
{
    net_link_drop(link);
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

// All of from goes behind to's, which is empty before.
static inline void net_link_move(struct net_link *to, struct net_link *from)
{
    if (net_link_is_alone(from)) {
        return;
    }
    *to = *from;
    to->prev->next = to;
    to->next->prev = to;
    net_link_init(from);
}

#define NET_LINK_OF(type, member, link) ((type *)(void *)((char *)(link)-offsetof(type, member)))

// --- the loop -----------------------------------------------------------------------------------

enum {
    NET_READ_BUFFER = 64 << 10, // shared by all streams of a loop
    NET_CHUNK_BYTES = 16 << 10, // of queued output; what one TLS record takes
    NET_CHUNK_SPARES = 64,      // kept for the next write
    NET_WHEEL_SLOTS = 1024,
    NET_WHEEL_TICK_MS = 50,
};

struct net_chunk {
    struct net_chunk *next;
    uint32_t start;
    uint32_t end;
    char bytes[NET_CHUNK_BYTES];
};

struct net_post;

struct net_loop {
    uv_loop_t uv;
    uv_prepare_t prepare; // before each wait: writes out what was queued, buries what died
    uv_idle_t kick;       // active while the next wait must not block
    uv_async_t mail;
    uv_timer_t wheel; // runs at the next slot that holds a stream
    uv_mutex_t post_lock;
    struct net_post *post_first; // under post_lock
    struct net_post *post_last;
    struct net_link own;     // listeners and datagram sockets that are open
    struct net_link streams; // all that live
    struct net_link turn;    // streams with something to do before the next wait
    struct net_link dead;    // streams whose on_close is due
    struct net_link slots[NET_WHEEL_SLOTS];
    uint64_t tick;      // the wheel's last tick that was worked off
    uint64_t tick_next; // when the wheel's timer runs; 0: it does not
    size_t armed;       // streams on the wheel
    struct net_chunk *spare;
    unsigned spare_count;
    char *read_buffer; // owned, NET_READ_BUFFER
};

// A listener's or datagram socket's place in loop->own.
struct net_own {
    struct net_link link; // first
    int fd;
    uint16_t port;
    bool udp;
};
void net_own_add(struct net_loop *loop, struct net_own *own);

uint64_t net_loop_now(const struct net_loop *loop); // ms, of this turn
struct net_chunk *net_chunk_new(struct net_loop *loop);
void net_chunk_free(struct net_loop *loop, struct net_chunk *chunk);
void net_handle_free(
    uv_handle_t *handle); // uv_close's callback for what is alone in its allocation

// --- streams ------------------------------------------------------------------------------------

enum net_stream_state {
    NET_STREAM_RESOLVING,
    NET_STREAM_CONNECTING,
    NET_STREAM_SNIFFING, // accepted: the first byte says whether it is TLS
    NET_STREAM_SHAKING,
    NET_STREAM_OPEN,
    NET_STREAM_FLUSHING,  // closed by its owner, output waits
    NET_STREAM_LINGERING, // closed and all sent; the peer's last bytes are thrown away, so that no
                          // reset overtakes what we sent
    NET_STREAM_DEAD,      // on_close is due
};

// A descriptor on the loop. Outlives its stream until libuv has let go of it.
struct net_poll {
    uv_poll_t uv; // first
    int events;   // what uv waits for now
    void (*on_ready)(void *arg, int status, int events);
    void *arg; // borrowed; not used after net_poll_free
};

struct net_poll *net_poll_new(struct net_loop *loop, int fd,
                              void (*on_ready)(void *arg, int status, int events), void *arg);
void net_poll_watch(struct net_poll *poll, int events);
void net_poll_free(struct net_poll **poll); // the descriptor may be closed at once

struct net_opening; // what a stream needs only until it is connected

struct net_stream {
    struct net_link all;
    struct net_link turn; // of loop->turn or loop->dead
    struct net_link slot; // of the wheel
    struct net_loop *loop;
    const struct net_stream_events *events; // borrowed; NULL: nobody listens
    void *arg;
    struct net_poll *poll;         // owned
    struct ssl_st *ssl;            // owned; NULL: plain
    struct net_tls *tls;           // a reference; NULL: plain
    struct net_listener *listener; // a reference; NULL: we connected
    struct net_opening *opening;   // owned; NULL once connected
    struct net_chunk *first;       // owned
    struct net_chunk *last;
    struct err *err; // owned; what it died of
    char *identity;  // owned; NULL: none
    size_t pending;
    uint64_t moved_at; // when a byte last came or went
    uint64_t deadline; // 0: none
    uint64_t slot_tick;
    uint32_t idle_ms;
    int fd;
    enum net_stream_state state;
    bool paused;
    bool ended; // the peer sends no more
    bool shut;  // we send no more after what is queued
    bool shut_sent;
    bool write_waits; // for the descriptor to take more
    bool read_waits;  // bytes wait inside the TLS layer, where poll does not see them
    bool was_open;
    char peer[46];
};

struct net_stream *net_stream_new(struct net_loop *loop, enum net_stream_state state);
void net_stream_attach(struct net_stream *stream, int fd); // takes the descriptor
void net_stream_detach(struct net_stream *stream);         // closes it
void net_stream_opened(struct net_stream *stream);
void net_stream_watch(struct net_stream *stream);
void net_stream_arm(struct net_stream *stream); // after deadline, idle_ms or moved_at changed
void net_stream_deadline(struct net_stream *stream, uint64_t wait_ms);
void net_stream_fail(struct net_stream *stream, const struct err *err); // as abort; NULL: in peace
void net_stream_linger(struct net_stream *stream);
void net_stream_turn(struct net_stream *stream);
void net_stream_work(struct net_stream *stream); // its turn before the wait
void net_stream_bury(struct net_stream *stream); // on_close, and it is gone
void net_wheel_drop(struct net_stream *stream);
void net_wheel_on_timer(uv_timer_t *timer);

// --- moving bytes: plain in stream.c, TLS in tls.c ----------------------------------------------

enum net_io {
    NET_IO_MOVED,
    NET_IO_WAIT, // until the descriptor is ready
    NET_IO_END,  // the peer said that it sends no more
    NET_IO_FAILED,
};

enum net_io net_tls_recv(struct net_stream *stream, size_t *len, struct err *err);
enum net_io net_tls_send(struct net_stream *stream, size_t *len, struct err *err);
void net_tls_shut(struct net_stream *stream);
bool net_tls_has_bytes(const struct net_stream *stream);

// Both start a handshake on an attached stream and go on with it when the descriptor is ready.
void net_tls_start(struct net_stream *stream, struct net_tls *tls, const char *peer_name);
void net_tls_shake(struct net_stream *stream);
void net_tls_release(struct net_stream *stream);
struct net_tls *net_tls_ref(struct net_tls *tls);
bool net_tls_is_server(const struct net_tls *tls);

// --- connecting and accepting -------------------------------------------------------------------

void net_opening_ready(struct net_stream *stream); // the descriptor of a CONNECTING stream
bool net_opening_retry(struct net_stream *stream); // with the next address; false: there is none
void net_opening_free(struct net_opening **opening);
void net_listener_ready(struct net_stream *stream); // of a SNIFFING stream
void net_listener_opened(struct net_stream *stream);
void net_listener_lost(struct net_stream *stream); // an accepted stream is gone

bool net_address_read(const char *host, uint16_t port, struct sockaddr_storage *to);
socklen_t net_address_len(const struct sockaddr_storage *address);
void net_address_text(const struct sockaddr_storage *address, char text[static 46]);
uint16_t net_address_port(const struct sockaddr_storage *address);
void net_errno_fill(struct err *err, int number, const char *fmt, ...) CC_PRINTF(3, 4);
