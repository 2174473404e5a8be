// udp: datagrams, small ones. See net.h.

#include "net/net_int.h"

#include "base/buf.h"
#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct net_udp {
    uv_udp_t uv; // first
    struct net_own own;
    struct net_loop *loop;
    void (*on_read)(void *arg, struct net_udp *udp, const struct net_address *from,
                    struct str bytes);
    void *arg;
    uint16_t port;
    bool takes_both; // an IPv6 socket that has IPv4 too
};

static void udp_on_alloc(uv_handle_t *uv, size_t wanted, uv_buf_t *room)
{
    const struct net_udp *udp = (struct net_udp *)uv;
    (void)wanted;
    *room = uv_buf_init(udp->loop->read_buffer, NET_READ_BUFFER);
}

static void udp_on_read(uv_udp_t *uv, ssize_t len, const uv_buf_t *room,
                        const struct sockaddr *from, unsigned flags)
{
    struct net_udp *udp = (struct net_udp *)uv;
    if (from == NULL || len < 0 || (flags & UV_UDP_PARTIAL) != 0) {
        return; // nothing more now, or an answer of the network's to something we sent
    }
    struct sockaddr_storage address = { 0 };
    memcpy(&address, from,
           from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    struct net_address sender = { .port = net_address_port(&address) };
    net_address_text(&address, sender.host);
    udp->on_read(udp->arg, udp, &sender, (struct str){ room->base, (size_t)len });
}

static bool udp_bind(struct net_udp *udp, const struct sockaddr_storage *at)
{
    const void *address = at;
    struct sockaddr_storage bound = { 0 };
    void *name = &bound;
    int len = sizeof(bound);
    // No address is shared: with SO_REUSEADDR another program could take our datagrams.
    unsigned flags = at->ss_family == AF_INET6 && !udp->takes_both ? UV_UDP_IPV6ONLY : 0;
    if (uv_udp_bind(&udp->uv, address, flags) != 0 ||
        uv_udp_getsockname(&udp->uv, name, &len) != 0) {
        return false;
    }
    udp->port = net_address_port(&bound);
    return uv_udp_recv_start(&udp->uv, udp_on_alloc, udp_on_read) == 0;
}

bool net_udp_new(struct net_loop *loop, const char *host, uint16_t port,
                 void (*on_read)(void *arg, struct net_udp *udp, const struct net_address *from,
                                 struct str bytes),
                 void *arg, struct net_udp **udp, struct err *err)
{
    struct sockaddr_storage at;
    if (!net_address_read(host, port, &at)) {
        return err_set(err, ERR_INVALID, "\"%s\" is not a numeric address for datagrams", host);
    }
    struct net_udp *made = mem_new(sizeof(*made));
    made->loop = loop;
    made->on_read = on_read;
    made->arg = arg;
    made->takes_both = strcmp(host, "::") == 0;
    (void)uv_udp_init(&loop->uv, &made->uv); // makes no socket yet
    if (!udp_bind(made, &at)) {
        uv_close((uv_handle_t *)&made->uv, net_handle_free);
        return err_set(err, ERR_CONFLICT, "cannot take datagrams on %s port %u: is it in use?",
                       host, port);
    }
    uv_os_fd_t fd = -1;
    (void)uv_fileno((const uv_handle_t *)&made->uv, &fd); // a bound one has a descriptor
    made->own = (struct net_own){ .fd = fd, .port = made->port, .udp = true };
    net_own_add(loop, &made->own);
    *udp = made;
    return true;
}

uint16_t net_udp_port(const struct net_udp *udp)
{
    return udp->port;
}

void net_udp_send(struct net_udp *udp, const struct net_address *to, struct str bytes)
{
    struct sockaddr_storage address;
    OWN(buf_free) struct buf mapped = BUF_CAP(64);
    if (udp->takes_both && strchr(to->host, ':') == NULL) {
        buf_addf(&mapped, "::ffff:%s", to->host);
    }
    if (net_address_read(mapped.len > 0 ? mapped.ptr : to->host, to->port, &address)) {
        const void *name = &address;
        OWN(buf_free) struct buf copy = BUF_CAP(NET_READ_BUFFER);
        buf_add(&copy, bytes);
        uv_buf_t part = uv_buf_init(copy.ptr, (unsigned)copy.len);
        (void)uv_udp_try_send(&udp->uv, &part, 1, name); // or it is dropped: that is what it is for
    }
}

void net_udp_close(struct net_udp **udp)
{
    if (*udp != NULL) {
        net_link_drop(&(*udp)->own.link);
        uv_close((uv_handle_t *)&(*udp)->uv, net_handle_free); // no callback comes after this
        *udp = NULL;
    }
}
