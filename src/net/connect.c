// connect: addresses, and opening a stream to one. See net.h.
//
// A name may have several addresses; they are tried in the resolver's order, all within the one
// deadline. The look-up runs in libuv's threads and may outlive the stream that asked.

#include "net/net_int.h"

#include "base/mem.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPENING_ADDRESSES = 8 };

struct opening_lookup {
    uv_getaddrinfo_t uv;       // first
    struct net_stream *stream; // NULL: it is gone
};

struct net_opening {
    struct opening_lookup *lookup; // owned by uv while it runs
    struct sockaddr_storage addresses[OPENING_ADDRESSES];
    size_t count;
    size_t next;
    struct err last;     // why the address before did not do
    struct net_tls *tls; // a reference
    char *peer_name;     // owned; NULL: none
    struct net_address to;
};

// --- addresses ----------------------------------------------------------------------------------

void net_errno_fill(struct err *err, int number, const char *fmt, ...)
{
    enum err_code code = number == EACCES || number == EPERM           ? ERR_DENIED
                         : number == EADDRINUSE                        ? ERR_CONFLICT
                         : number == EADDRNOTAVAIL || number == EINVAL ? ERR_INVALID
                         : number == ETIMEDOUT                         ? ERR_TIMEOUT
                                                                       : ERR_UNAVAILABLE;
    char what[160];
    char reason[80];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    err_fill(err, code, "%s: %s", what, strerror_r(number, reason, sizeof(reason)));
}

bool net_address_read(const char *host, uint16_t port, struct sockaddr_storage *to)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    memset(to, 0, sizeof(*to));
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(to, &v4, sizeof(v4));
        return true;
    }
    if (uv_ip6_addr(host, port, &v6) == 0) { // takes a scope: fe80::1%eth0
        memcpy(to, &v6, sizeof(v6));
        return true;
    }
    return false;
}

socklen_t net_address_len(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

void net_address_text(const struct sockaddr_storage *address, char text[static 46])
{
    const void *bytes = address;
    text[0] = '\0';
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = bytes;
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
            (void)inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, 46);
        } else {
            (void)inet_ntop(AF_INET6, &v6->sin6_addr, text, 46);
        }
    } else if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = bytes;
        (void)inet_ntop(AF_INET, &v4->sin_addr, text, 46);
    }
}

uint16_t net_address_port(const struct sockaddr_storage *address)
{
    const void *bytes = address;
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = bytes;
        return ntohs(v6->sin6_port);
    }
    const struct sockaddr_in *v4 = bytes;
    return ntohs(v4->sin_port);
}

// --- opening ------------------------------------------------------------------------------------

void net_opening_free(struct net_opening **at)
{
    struct net_opening *opening = *at;
    if (opening == NULL) {
        return;
    }
    *at = NULL;
    if (opening->lookup != NULL) {
        opening->lookup->stream = NULL;
        (void)uv_cancel((uv_req_t *)&opening->lookup->uv); // if it runs already, its end is ignored
    }
    net_tls_free(&opening->tls);
    free(opening->peer_name);
    free(opening);
}

static void opening_connected(struct net_stream *stream)
{
    struct net_opening *opening = stream->opening;
    int on = 1;
    (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); // we coalesce
    if (opening->tls == NULL) {
        net_stream_opened(stream);
    } else {
        net_tls_start(stream, opening->tls, opening->peer_name);
    }
}

static bool opening_try(struct net_stream *stream, const struct sockaddr_storage *to)
{
    struct net_opening *opening = stream->opening;
    int fd = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        net_errno_fill(&opening->last, errno, "cannot make a socket");
        return false;
    }
    net_stream_attach(stream, fd);
    net_address_text(to, stream->peer);
    const void *address = to;
    if (connect(fd, address, net_address_len(to)) != 0 && errno != EINPROGRESS) {
        int number = errno;
        net_stream_detach(stream);
        net_errno_fill(&opening->last, number, "cannot reach %s port %u", stream->peer,
                       opening->to.port);
        return false;
    }
    stream->state = NET_STREAM_CONNECTING;
    net_poll_watch(stream->poll, UV_WRITABLE); // also where it is connected already
    return true;
}

bool net_opening_retry(struct net_stream *stream)
{
    struct net_opening *opening = stream->opening;
    while (opening->next < opening->count) {
        if (opening_try(stream, &opening->addresses[opening->next++])) {
            return true;
        }
    }
    return false;
}

static void opening_next(struct net_stream *stream)
{
    if (!net_opening_retry(stream)) {
        struct err err = stream->opening->last;
        net_stream_fail(stream, &err);
    }
}

void net_opening_ready(struct net_stream *stream)
{
    int number = 0;
    socklen_t len = sizeof(number);
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &number, &len) != 0) {
        number = errno;
    }
    if (number == 0) {
        opening_connected(stream);
        return;
    }
    net_errno_fill(&stream->opening->last, number, "cannot reach %s port %u", stream->peer,
                   stream->opening->to.port);
    net_stream_detach(stream);
    opening_next(stream);
}

// --- names --------------------------------------------------------------------------------------

static void opening_on_lookup(uv_getaddrinfo_t *uv, int status, struct addrinfo *found)
{
    struct opening_lookup *lookup = (struct opening_lookup *)uv;
    struct net_stream *stream = lookup->stream;
    free(lookup);
    if (stream != NULL) {
        struct net_opening *opening = stream->opening;
        opening->lookup = NULL;
        for (struct addrinfo *one = found; one != NULL && opening->count < OPENING_ADDRESSES;
             one = one->ai_next) {
            memcpy(&opening->addresses[opening->count++], one->ai_addr, one->ai_addrlen);
        }
        err_fill(&opening->last, ERR_UNAVAILABLE, "cannot find the address of \"%s\": %s",
                 opening->to.host, status == 0 ? "it has none" : uv_strerror(status));
        opening_next(stream);
    }
    uv_freeaddrinfo(found);
}

static void opening_lookup_start(struct net_stream *stream)
{
    struct net_opening *opening = stream->opening;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", opening->to.port);
    struct opening_lookup *lookup = mem_new(sizeof(*lookup));
    lookup->stream = stream;
    int status = uv_getaddrinfo(&stream->loop->uv, &lookup->uv, opening_on_lookup, opening->to.host,
                                port, &hints);
    if (status != 0) { // the name is not one that could be looked up
        free(lookup);
        struct err err;
        err_fill(&err, ERR_INVALID, "\"%s\" is not a host name", opening->to.host);
        net_stream_fail(stream, &err);
        return;
    }
    opening->lookup = lookup;
}

// Addresses that no resolver is asked for: numbers, and localhost, which is the loopback whatever a
// resolver says or does not know (RFC 6761, 6.3).
static void opening_know(struct net_opening *opening)
{
    const struct net_address *to = &opening->to;
    if (net_address_read(to->host, to->port, &opening->addresses[0])) {
        opening->count = 1;
    } else if (strcasecmp(to->host, "localhost") == 0) {
        opening->count = net_address_read("127.0.0.1", to->port, &opening->addresses[0]) ? 1 : 0;
        opening->count += net_address_read("::1", to->port, &opening->addresses[1]) ? 1 : 0;
    }
}

struct net_stream *net_connect(struct net_loop *loop, const struct net_address *to,
                               struct net_tls *tls, const char *peer_name, uint64_t timeout_ms,
                               const struct net_stream_events *events, void *arg)
{
    assert(tls == NULL || !net_tls_is_server(tls));
    uv_update_time(&loop->uv); // the deadline counts from now, not from when this turn began
    struct net_stream *stream = net_stream_new(loop, NET_STREAM_RESOLVING);
    struct net_opening *opening = mem_new(sizeof(*opening));
    stream->events = events;
    stream->arg = arg;
    stream->opening = opening;
    opening->to = *to;
    opening->tls = tls == NULL ? NULL : net_tls_ref(tls);
    if (peer_name != NULL) {
        opening->peer_name = mem_new(strlen(peer_name) + 1);
        memcpy(opening->peer_name, peer_name, strlen(peer_name) + 1);
    }
    (void)snprintf(stream->peer, sizeof(stream->peer), "%.45s", to->host);
    net_stream_deadline(stream, timeout_ms);
    opening_know(opening);
    if (opening->count > 0) {
        opening_next(stream);
    } else {
        opening_lookup_start(stream);
    }
    return stream;
}
