// stream: connected byte streams, plain or TLS, and the wheel of their deadlines. See net.h.
//
// A stream reads into its loop's one buffer and queues output in chunks that all streams share, so
// that an idle one costs its struct, its descriptor and its poll handle. Nothing is sent or closed
// from inside a call: net_stream_write puts the stream on the loop's list of turns, and a stream
// that dies on its list of dead; both are worked off before the loop waits again. So a caller's
// stream outlives every callback that it is in.

#include "net/net_int.h"

#include "base/mem.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    STREAM_READS_A_TURN = 4,     // of the loop's buffer; then others come
    STREAM_CLOSE_MS = 5000,      // to send what is queued
    STREAM_LINGER_MS = 1000,     // for the peer's end
    STREAM_SEGMENTS = 16,        // chunks in one system call
    STREAM_TURN_BYTES = 1 << 20, // sent a turn
};

// --- poll ---------------------------------------------------------------------------------------

static void poll_on_ready(uv_poll_t *uv, int status, int events)
{
    struct net_poll *poll = (struct net_poll *)uv;
    if (status < 0) {
        poll->events = 0; // libuv has stopped it
    }
    poll->on_ready(poll->arg, status, events);
}

struct net_poll *net_poll_new(struct net_loop *loop, int fd,
                              void (*on_ready)(void *arg, int status, int events), void *arg)
{
    struct net_poll *poll = mem_new(sizeof(*poll));
    poll->on_ready = on_ready;
    poll->arg = arg;
    int status = uv_poll_init(&loop->uv, &poll->uv, fd);
    assert(status == 0); // fd is an open socket of ours
    (void)status;
    return poll;
}

void net_poll_watch(struct net_poll *poll, int events)
{
    if (events != poll->events) {
        poll->events = events;
        int status = uv_poll_start(&poll->uv, events, poll_on_ready); // 0 stops
        assert(status == 0);
        (void)status;
    }
}

void net_poll_free(struct net_poll **poll)
{
    if (*poll != NULL) {
        uv_close((uv_handle_t *)&(*poll)->uv, net_handle_free); // no callback comes after this
        *poll = NULL;
    }
}

// --- wheel --------------------------------------------------------------------------------------

static uint64_t stream_due(const struct net_stream *stream)
{
    uint64_t due = stream->deadline == 0 ? UINT64_MAX : stream->deadline;
    if (stream->idle_ms > 0) {
        uint64_t idle = stream->moved_at + stream->idle_ms;
        due = idle < due ? idle : due;
    }
    return due;
}

static void wheel_set_timer(struct net_loop *loop, uint64_t tick)
{
    uint64_t at = tick * NET_WHEEL_TICK_MS;
    uint64_t now = net_loop_now(loop);
    loop->tick_next = tick;
    (void)uv_timer_start(&loop->wheel, net_wheel_on_timer, at > now ? at - now : 0, 0);
}

void net_wheel_drop(struct net_stream *stream)
{
    if (!net_link_is_alone(&stream->slot)) {
        net_link_drop(&stream->slot);
        stream->loop->armed--;
    }
}

static void wheel_add(struct net_stream *stream, uint64_t due)
{
    struct net_loop *loop = stream->loop;
    uint64_t tick = due / NET_WHEEL_TICK_MS + 1; // never early
    if (loop->armed == 0) {
        loop->tick = net_loop_now(loop) / NET_WHEEL_TICK_MS;
        loop->tick_next = 0;
    }
    uint64_t first = loop->tick + 1;
    uint64_t last = loop->tick + NET_WHEEL_SLOTS - 1; // later ones are looked at then, and go on
    tick = tick < first ? first : tick > last ? last : tick;
    stream->slot_tick = tick;
    net_link_add(&loop->slots[tick % NET_WHEEL_SLOTS], &stream->slot);
    loop->armed++;
    if (loop->tick_next == 0 || tick < loop->tick_next) {
        wheel_set_timer(loop, tick);
    }
}

// A stream that is on the wheel early enough stays: its slot looks again at what is due. So bytes
// that move cost no timer.
void net_stream_arm(struct net_stream *stream)
{
    uint64_t due = stream_due(stream);
    if (due == UINT64_MAX || stream->state == NET_STREAM_DEAD) {
        return;
    }
    if (!net_link_is_alone(&stream->slot)) {
        if (stream->slot_tick <= due / NET_WHEEL_TICK_MS + 1) {
            return;
        }
        net_wheel_drop(stream);
    }
    wheel_add(stream, due);
}

static void stream_expire(struct net_stream *stream)
{
    struct err err;
    if (stream->state == NET_STREAM_LINGERING) {
        net_stream_fail(stream, NULL);
        return;
    }
    if (stream->state == NET_STREAM_FLUSHING) {
        err_fill(&err, ERR_TIMEOUT, "%s took no more of what was sent", stream->peer);
    } else if (stream->state == NET_STREAM_OPEN) {
        err_fill(&err, ERR_TIMEOUT, "nothing was heard from %s for %u s", stream->peer,
                 stream->idle_ms / 1000);
    } else {
        err_fill(&err, ERR_TIMEOUT, "the connection with %s was not made in time", stream->peer);
    }
    net_stream_fail(stream, &err);
}

void net_wheel_on_timer(uv_timer_t *timer)
{
    struct net_loop *loop = timer->data;
    uint64_t now = net_loop_now(loop);
    struct net_link due;
    net_link_init(&due);
    loop->tick_next = 0;
    for (uint64_t end = now / NET_WHEEL_TICK_MS; loop->tick < end; loop->tick++) {
        struct net_link *slot = &loop->slots[(loop->tick + 1) % NET_WHEEL_SLOTS];
        while (!net_link_is_alone(slot)) {
            net_link_add(&due, slot->next);
        }
    }
    while (!net_link_is_alone(&due)) {
        struct net_stream *stream = NET_LINK_OF(struct net_stream, slot, due.next);
        net_link_drop(&stream->slot);
        loop->armed--;
        uint64_t at = stream_due(stream);
        if (at <= now) {
            stream_expire(stream);
        } else if (at != UINT64_MAX) {
            wheel_add(stream, at);
        }
    }
    for (uint64_t i = 1; loop->armed > 0 && i < NET_WHEEL_SLOTS; i++) {
        if (!net_link_is_alone(&loop->slots[(loop->tick + i) % NET_WHEEL_SLOTS])) {
            wheel_set_timer(loop, loop->tick + i);
            return;
        }
    }
}

void net_stream_deadline(struct net_stream *stream, uint64_t wait_ms)
{
    stream->deadline = wait_ms == 0 ? 0 : net_loop_now(stream->loop) + wait_ms;
    net_stream_arm(stream);
}

// --- life ---------------------------------------------------------------------------------------

struct net_stream *net_stream_new(struct net_loop *loop, enum net_stream_state state)
{
    struct net_stream *stream = mem_new(sizeof(*stream));
    stream->loop = loop;
    stream->state = state;
    stream->fd = -1;
    stream->moved_at = net_loop_now(loop);
    net_link_init(&stream->all);
    net_link_init(&stream->turn);
    net_link_init(&stream->slot);
    net_link_add(&loop->streams, &stream->all);
    return stream;
}

static void stream_drop_queue(struct net_stream *stream)
{
    while (stream->first != NULL) {
        struct net_chunk *chunk = stream->first;
        stream->first = chunk->next;
        net_chunk_free(stream->loop, chunk);
    }
    stream->last = NULL; // pending stays: on_close may ask how much never left us
}

void net_stream_detach(struct net_stream *stream)
{
    net_poll_free(&stream->poll);
    if (stream->fd >= 0) {
        (void)close(stream->fd); // a socket: nothing to lose that was not lost
        stream->fd = -1;
    }
}

void net_stream_fail(struct net_stream *stream, const struct err *err)
{
    if (stream->state == NET_STREAM_DEAD) {
        return;
    }
    stream->state = NET_STREAM_DEAD;
    if (err != NULL && stream->err == NULL) { // the first reason stays
        stream->err = mem_new(sizeof(*stream->err));
        *stream->err = *err;
    }
    net_tls_release(stream);
    net_stream_detach(stream);
    stream_drop_queue(stream);
    net_wheel_drop(stream);
    net_link_drop(&stream->all);
    net_link_add(&stream->loop->dead, &stream->turn);
    net_opening_free(&stream->opening);
}

void net_stream_bury(struct net_stream *stream)
{
    static const struct err peace = { .code = ERR_NONE };
    net_link_drop(&stream->turn);
    if (stream->listener != NULL) {
        net_listener_lost(stream);
    }
    if (stream->events != NULL && stream->events->on_close != NULL) {
        stream->events->on_close(stream->arg, stream->err == NULL ? &peace : stream->err);
    }
    free(stream->err);
    free(stream->identity);
    free(stream);
}

void net_stream_turn(struct net_stream *stream)
{
    if (stream->state != NET_STREAM_DEAD && net_link_is_alone(&stream->turn)) {
        net_link_add(&stream->loop->turn, &stream->turn);
    }
}

void net_stream_opened(struct net_stream *stream)
{
    stream->state = NET_STREAM_OPEN;
    stream->deadline = 0;
    stream->moved_at = net_loop_now(stream->loop);
    stream->was_open = true;
    net_opening_free(&stream->opening);
    if (stream->listener != NULL) {
        net_listener_opened(stream);
    } else if (stream->events != NULL && stream->events->on_open != NULL) {
        stream->events->on_open(stream->arg, stream);
    }
    if (stream->state == NET_STREAM_DEAD) {
        return;
    }
    stream->read_waits = net_tls_has_bytes(stream);
    net_stream_turn(stream);
    net_stream_arm(stream);
    net_stream_watch(stream);
}

// --- reading ------------------------------------------------------------------------------------

static bool stream_wants_bytes(const struct net_stream *stream)
{
    return stream->state == NET_STREAM_LINGERING ||
           (stream->state == NET_STREAM_OPEN && !stream->paused && !stream->ended &&
            stream->events != NULL);
}

void net_stream_watch(struct net_stream *stream)
{
    if (stream->poll == NULL || stream->state == NET_STREAM_CONNECTING ||
        stream->state == NET_STREAM_SNIFFING || stream->state == NET_STREAM_SHAKING) {
        return; // those who open it say what they wait for
    }
    int events = stream_wants_bytes(stream) ? UV_READABLE : 0;
    events |= stream->write_waits ? UV_WRITABLE : 0;
    net_poll_watch(stream->poll, events);
}

static enum net_io plain_recv(struct net_stream *stream, size_t *len, struct err *err)
{
    ssize_t got = recv(stream->fd, stream->loop->read_buffer, NET_READ_BUFFER, 0);
    if (got > 0) {
        *len = (size_t)got;
        return NET_IO_MOVED;
    }
    if (got == 0) {
        return NET_IO_END;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return NET_IO_WAIT;
    }
    net_errno_fill(err, errno, "the connection with %s broke", stream->peer);
    return NET_IO_FAILED;
}

static void stream_on_end(struct net_stream *stream)
{
    stream->ended = true;
    if (stream->events != NULL && stream->events->on_end != NULL) {
        stream->events->on_end(stream->arg, stream);
    } else {
        net_stream_close(stream);
    }
}

static void stream_read(struct net_stream *stream)
{
    stream->read_waits = false;
    for (int i = 0; i < STREAM_READS_A_TURN && stream_wants_bytes(stream); i++) {
        size_t len = 0;
        struct err err;
        enum net_io io =
            stream->ssl != NULL ? net_tls_recv(stream, &len, &err) : plain_recv(stream, &len, &err);
        if (io == NET_IO_WAIT) {
            return;
        }
        if (io == NET_IO_FAILED) {
            net_stream_fail(stream, &err);
            return;
        }
        if (io == NET_IO_END) {
            stream_on_end(stream);
            return;
        }
        stream->moved_at = net_loop_now(stream->loop);
        stream->events->on_read(stream->arg, stream,
                                (struct str){ stream->loop->read_buffer, len });
        if (stream->state == NET_STREAM_DEAD) {
            return;
        }
        if (stream->ssl == NULL ? len < NET_READ_BUFFER : !net_tls_has_bytes(stream)) {
            return; // most likely nothing is left, and poll tells if there is
        }
    }
    if (net_tls_has_bytes(stream) && stream_wants_bytes(stream)) {
        stream->read_waits = true;
        net_stream_turn(stream);
    }
}

// Closed by its owner and all sent: what the peer still sends is thrown away, below TLS.
static void stream_discard(struct net_stream *stream)
{
    for (int i = 0; i < STREAM_READS_A_TURN; i++) {
        ssize_t got = recv(stream->fd, stream->loop->read_buffer, NET_READ_BUFFER, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got <= 0) {
            net_stream_fail(stream, stream->err);
            return;
        }
    }
}

// --- writing ------------------------------------------------------------------------------------

static enum net_io plain_send(struct net_stream *stream, size_t *len, struct err *err)
{
    struct iovec parts[STREAM_SEGMENTS];
    size_t count = 0;
    for (struct net_chunk *chunk = stream->first; chunk != NULL && count < STREAM_SEGMENTS;
         chunk = chunk->next) {
        parts[count].iov_base = chunk->bytes + chunk->start;
        parts[count].iov_len = chunk->end - chunk->start;
        count++;
    }
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    ssize_t sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL);
    if (sent >= 0) {
        *len = (size_t)sent;
        return NET_IO_MOVED;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return NET_IO_WAIT;
    }
    net_errno_fill(err, errno, "the connection with %s broke", stream->peer);
    return NET_IO_FAILED;
}

static void stream_sent(struct net_stream *stream, size_t len)
{
    stream->pending -= len;
    while (len > 0) {
        struct net_chunk *chunk = stream->first;
        assert(chunk != NULL); // no more is sent than was queued
        uint32_t have = chunk->end - chunk->start;
        uint32_t part = len < have ? (uint32_t)len : have;
        chunk->start += part;
        len -= part;
        if (chunk->start == chunk->end) {
            stream->first = chunk->next;
            stream->last = chunk->next == NULL ? NULL : stream->last;
            net_chunk_free(stream->loop, chunk);
        }
    }
}

// Sends until all is sent, the descriptor is full or others should have a turn. False: it died.
static bool stream_flush(struct net_stream *stream)
{
    size_t total = 0;
    stream->write_waits = false;
    while (stream->pending > 0) {
        size_t len = 0;
        struct err err;
        enum net_io io =
            stream->ssl != NULL ? net_tls_send(stream, &len, &err) : plain_send(stream, &len, &err);
        if (io == NET_IO_FAILED) {
            net_stream_fail(stream, &err);
            return false;
        }
        if (io != NET_IO_MOVED) {
            stream->write_waits = true;
            break;
        }
        stream_sent(stream, len);
        stream->moved_at = net_loop_now(stream->loop);
        total += len;
        if (total >= STREAM_TURN_BYTES && stream->pending > 0) {
            net_stream_turn(stream);
            break;
        }
    }
    return true;
}

static void stream_send_end(struct net_stream *stream)
{
    if (!stream->shut_sent) {
        stream->shut_sent = true;
        if (stream->ssl != NULL) {
            net_tls_shut(stream);
        }
        (void)shutdown(stream->fd, SHUT_WR); // the peer may have gone: then nothing is to be told
    }
}

void net_stream_linger(struct net_stream *stream)
{
    stream_send_end(stream);
    if (stream->ended) {
        net_stream_fail(stream, NULL);
        return;
    }
    stream->state = NET_STREAM_LINGERING;
    stream->idle_ms = 0;
    net_stream_deadline(stream, STREAM_LINGER_MS);
    net_stream_watch(stream);
}

static void stream_send(struct net_stream *stream)
{
    bool had = stream->pending > 0;
    if (!stream_flush(stream)) {
        return;
    }
    if (stream->pending == 0 && stream->state == NET_STREAM_FLUSHING) {
        net_stream_linger(stream);
        return;
    }
    if (stream->pending == 0 && stream->shut) {
        stream_send_end(stream);
    }
    if (had && stream->pending == 0 && stream->events != NULL && stream->events->on_drain != NULL &&
        stream->state == NET_STREAM_OPEN) {
        stream->events->on_drain(stream->arg, stream);
    }
}

static bool stream_is_connected(const struct net_stream *stream)
{
    return stream->state == NET_STREAM_OPEN || stream->state == NET_STREAM_FLUSHING;
}

void net_stream_work(struct net_stream *stream)
{
    if (stream_is_connected(stream) && !stream->write_waits) {
        stream_send(stream);
    }
    if (stream->state == NET_STREAM_OPEN && stream->read_waits) {
        stream_read(stream);
    }
    if (stream->state != NET_STREAM_DEAD) {
        net_stream_watch(stream);
    }
}

// --- readiness ----------------------------------------------------------------------------------

static void stream_ready(struct net_stream *stream, int events)
{
    if (stream->state == NET_STREAM_LINGERING) {
        stream_discard(stream);
        net_stream_watch(stream);
        return;
    }
    if ((events & UV_WRITABLE) != 0 && stream->write_waits) {
        stream_send(stream);
    }
    if ((events & UV_READABLE) != 0 && stream->state == NET_STREAM_OPEN) {
        stream_read(stream);
    }
    if (stream->state != NET_STREAM_DEAD) {
        net_stream_watch(stream);
    }
}

static void stream_on_ready(void *arg, int status, int events)
{
    struct net_stream *stream = arg;
    if (status < 0) { // an error is there to be read: let the call that is due meet it
        events = UV_READABLE | UV_WRITABLE;
    }
    switch (stream->state) {
    case NET_STREAM_CONNECTING: net_opening_ready(stream); break;
    case NET_STREAM_SNIFFING:
        net_listener_ready(stream);
        if (stream->state == NET_STREAM_SNIFFING) {
            net_poll_watch(stream->poll, UV_READABLE);
        }
        break;
    case NET_STREAM_SHAKING: net_tls_shake(stream); break;
    case NET_STREAM_OPEN:
    case NET_STREAM_FLUSHING:
    case NET_STREAM_LINGERING: stream_ready(stream, events); break;
    case NET_STREAM_RESOLVING:
    case NET_STREAM_DEAD: break;
    }
}

void net_stream_attach(struct net_stream *stream, int fd)
{
    stream->fd = fd;
    stream->poll = net_poll_new(stream->loop, fd, stream_on_ready, stream);
}

// --- what owners call ---------------------------------------------------------------------------

// Somebody wants bytes again: some may wait inside the TLS layer, where poll does not see them.
static void stream_wake(struct net_stream *stream)
{
    if (stream_wants_bytes(stream) && net_tls_has_bytes(stream)) {
        stream->read_waits = true;
        net_stream_turn(stream);
    }
    net_stream_watch(stream);
}

void net_stream_set(struct net_stream *stream, const struct net_stream_events *events, void *arg)
{
    stream->events = events;
    stream->arg = arg;
    stream_wake(stream);
}

void net_stream_write(struct net_stream *stream, struct str bytes)
{
    if (stream->shut || stream->state >= NET_STREAM_FLUSHING) {
        return;
    }
    if (bytes.len > NET_STREAM_QUEUE_MAX - stream->pending) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "%s does not take what it asked for", stream->peer);
        net_stream_fail(stream, &err);
        return;
    }
    stream->pending += bytes.len;
    while (bytes.len > 0) {
        if (stream->last == NULL || stream->last->end == NET_CHUNK_BYTES) {
            struct net_chunk *chunk = net_chunk_new(stream->loop);
            if (stream->last == NULL) {
                stream->first = chunk;
            } else {
                stream->last->next = chunk;
            }
            stream->last = chunk;
        }
        struct net_chunk *chunk = stream->last;
        uint32_t room = NET_CHUNK_BYTES - chunk->end;
        uint32_t part = bytes.len < room ? (uint32_t)bytes.len : room;
        memcpy(chunk->bytes + chunk->end, bytes.ptr, part);
        chunk->end += part;
        bytes.ptr += part;
        bytes.len -= part;
    }
    net_stream_turn(stream);
}

size_t net_stream_pending(const struct net_stream *stream)
{
    return stream->pending;
}

void net_stream_pause(struct net_stream *stream)
{
    stream->paused = true;
    net_stream_watch(stream);
}

void net_stream_resume(struct net_stream *stream)
{
    if (!stream->paused) {
        return;
    }
    stream->paused = false;
    stream_wake(stream);
}

void net_stream_shut(struct net_stream *stream)
{
    stream->shut = true;
    net_stream_turn(stream);
}

void net_stream_close(struct net_stream *stream)
{
    if (stream->state >= NET_STREAM_FLUSHING) {
        return;
    }
    if (stream->state != NET_STREAM_OPEN) {
        net_stream_fail(stream, NULL); // nobody was told of anything yet
        return;
    }
    stream->state = NET_STREAM_FLUSHING;
    stream->idle_ms = 0;
    net_stream_deadline(stream, STREAM_CLOSE_MS);
    net_stream_watch(stream);
    net_stream_turn(stream);
}

void net_stream_abort(struct net_stream *stream, const struct err *err)
{
    net_stream_fail(stream, err);
}

void net_stream_idle(struct net_stream *stream, uint64_t idle_ms)
{
    if (stream->state > NET_STREAM_OPEN) {
        return;
    }
    stream->idle_ms = idle_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)idle_ms;
    stream->moved_at = net_loop_now(stream->loop);
    net_stream_arm(stream);
}

struct str net_stream_peer(const struct net_stream *stream)
{
    return str_of(stream->peer);
}

bool net_stream_is_tls(const struct net_stream *stream)
{
    return stream->tls != NULL;
}

struct str net_stream_identity(const struct net_stream *stream)
{
    return stream->identity == NULL ? STR("") : str_of(stream->identity);
}
