// listen: accepts streams. See net.h.
//
// A stream is its listener's until it is open: shaken hands with TLS, or, where plain streams are
// taken too, its first byte seen. Only then on_accept hears of it.

#include "net/net_int.h"

#include "base/mem.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LISTENER_ACCEPTS_A_TURN = 64,
    LISTENER_BACKLOG = 4096,
    TLS_RECORD_HANDSHAKE = 0x16, // RFC 8446 5.1
};

struct net_listener {
    struct net_own own; // in loop->own while it is open
    struct net_loop *loop;
    struct net_poll *poll; // owned; NULL: closed
    struct net_tls *tls;   // a reference; NULL: plain
    void (*on_accept)(void *arg, struct net_stream *stream);
    void (*on_failed)(void *arg, struct str peer, const struct err *err); // NULL: nobody is told
    void *arg;
    int fd;
    int spare; // a descriptor to give up when there are no others, so that a caller can be turned
               // away instead of waking us for ever
    uint16_t port;
    bool plain_too;
    uint32_t most;
    uint32_t handshake_ms;
    uint32_t open;    // streams that live, before and after on_accept
    uint64_t refused; // closed because there were too many
    uint64_t failed;  // gone before they were open
};

static void listener_release(struct net_listener *listener)
{
    if (listener->poll == NULL && listener->open == 0) {
        net_tls_free(&listener->tls);
        free(listener);
    }
}

void net_listener_lost(struct net_stream *stream)
{
    struct net_listener *listener = stream->listener;
    stream->listener = NULL;
    listener->open--;
    if (!stream->was_open) {
        const struct err hung_up = { .code = ERR_NONE };
        listener->failed++;
        if (listener->on_failed != NULL && listener->poll != NULL) {
            listener->on_failed(listener->arg, str_of(stream->peer),
                                stream->err != NULL ? stream->err : &hung_up);
        }
    }
    listener_release(listener);
}

void net_listener_opened(struct net_stream *stream)
{
    struct net_listener *listener = stream->listener;
    if (listener->poll == NULL) {
        net_stream_fail(stream, NULL); // closed meanwhile: nobody takes it
        return;
    }
    listener->on_accept(listener->arg, stream);
}

void net_listener_ready(struct net_stream *stream)
{
    unsigned char first = 0;
    ssize_t got = recv(stream->fd, &first, 1, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        net_stream_fail(stream, NULL);
    } else if (first == TLS_RECORD_HANDSHAKE) {
        net_tls_start(stream, stream->listener->tls, NULL);
    } else {
        net_stream_opened(stream);
    }
}

static void listener_take(struct net_listener *listener, int fd,
                          const struct sockaddr_storage *from)
{
    if (listener->open >= listener->most) {
        listener->refused++;
        (void)close(fd); // nothing was said on it
        return;
    }
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); // we coalesce
    struct net_stream *stream = net_stream_new(listener->loop, NET_STREAM_SNIFFING);
    net_stream_attach(stream, fd);
    net_address_text(from, stream->peer);
    stream->listener = listener;
    listener->open++;
    if (listener->tls == NULL) {
        net_stream_opened(stream);
        return;
    }
    net_stream_deadline(stream, listener->handshake_ms);
    if (listener->plain_too) {
        net_poll_watch(stream->poll, UV_READABLE);
    } else {
        net_tls_start(stream, listener->tls, NULL);
    }
}

static bool listener_is_out_of_descriptors(struct net_listener *listener, int number)
{
    if (number != EMFILE && number != ENFILE) {
        return false;
    }
    (void)close(listener->spare);
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0) {
        (void)close(fd);
        listener->refused++;
    }
    listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return true;
}

static void listener_on_ready(void *arg, int status, int events)
{
    struct net_listener *listener = arg;
    (void)status; // accept says it too
    (void)events;
    for (int i = 0; i < LISTENER_ACCEPTS_A_TURN && listener->poll != NULL; i++) {
        struct sockaddr_storage from = { 0 };
        socklen_t len = sizeof(from);
        void *address = &from;
        int fd = accept4(listener->fd, address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EAGAIN) {
            return;
        }
        if (fd >= 0) {
            listener_take(listener, fd, &from);
        } else if (listener_is_out_of_descriptors(listener, errno)) {
            return;
        } // else: that caller has hung up already
    }
}

static int listener_socket(const struct net_listen_settings *settings, struct err *err)
{
    struct sockaddr_storage at;
    if (!net_address_read(settings->host, settings->port, &at)) {
        err_fill(err, ERR_INVALID, "\"%s\" is not a numeric address to listen on", settings->host);
        return -1;
    }
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        net_errno_fill(err, errno, "cannot make a socket");
        return -1;
    }
    int on = 1;
    int only = strcmp(settings->host, "::") == 0 ? 0 : 1; // "::" is one socket for both: with two,
                                                          // another program could have one of them
    const void *address = &at;
    // SO_REUSEADDR lets us start again while old connections still close; two listeners on one port
    // it does not allow.
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (at.ss_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) != 0) ||
        bind(fd, address, net_address_len(&at)) != 0 || listen(fd, LISTENER_BACKLOG) != 0) {
        net_errno_fill(err, errno, "cannot listen on %s port %u", settings->host, settings->port);
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool net_listen(struct net_loop *loop, const struct net_listen_settings *settings,
                void (*on_accept)(void *arg, struct net_stream *stream), void *arg,
                struct net_listener **listener, struct err *err)
{
    assert(settings->most > 0);
    assert(settings->tls == NULL || net_tls_is_server(settings->tls));
    int fd = listener_socket(settings, err);
    if (fd < 0) {
        return false;
    }
    struct sockaddr_storage at = { 0 };
    socklen_t len = sizeof(at);
    void *address = &at;
    (void)getsockname(fd, address, &len); // a bound socket has a name
    struct net_listener *made = mem_new(sizeof(*made));
    made->loop = loop;
    made->fd = fd;
    made->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    made->port = net_address_port(&at);
    made->own = (struct net_own){ .fd = fd, .port = made->port };
    net_own_add(loop, &made->own);
    made->tls = settings->tls == NULL ? NULL : net_tls_ref(settings->tls);
    made->plain_too = settings->plain_too;
    made->most = settings->most;
    made->handshake_ms = settings->handshake_ms;
    made->on_accept = on_accept;
    made->on_failed = settings->on_failed;
    made->arg = arg;
    made->poll = net_poll_new(loop, fd, listener_on_ready, made);
    net_poll_watch(made->poll, UV_READABLE);
    *listener = made;
    return true;
}

uint16_t net_listener_port(const struct net_listener *listener)
{
    return listener->port;
}

void net_listener_set_tls(struct net_listener *listener, struct net_tls *tls)
{
    assert(listener->tls != NULL && net_tls_is_server(tls));
    struct net_tls *old = listener->tls;
    listener->tls = net_tls_ref(tls);
    net_tls_free(&old);
}

struct net_listener_counts net_listener_counts(const struct net_listener *listener)
{
    return (struct net_listener_counts){ listener->open, listener->refused, listener->failed };
}

void net_listener_close(struct net_listener **at)
{
    struct net_listener *listener = *at;
    if (listener == NULL) {
        return;
    }
    *at = NULL;
    net_link_drop(&listener->own.link);
    net_poll_free(&listener->poll);
    (void)close(listener->fd);
    if (listener->spare >= 0) {
        (void)close(listener->spare);
    }
    listener_release(listener);
}
