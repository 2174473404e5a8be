// lookup: the addresses of a name, for who opens no stream. See net.h.
//
// The look-up runs in libuv's threads and may outlive who asked: what was cancelled is told
// nothing, and goes when the answer comes.

#include "net/net_int.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct net_lookup {
    uv_getaddrinfo_t uv; // first
    struct net_address name;
    void (*on_found)(void *arg, const struct net_address *found, size_t count,
                     const struct err *err); // NULL: cancelled
    void *arg;
};

static void lookup_tell(struct net_lookup *lookup, const struct net_address *found, size_t count,
                        const struct err *err)
{
    if (lookup->on_found != NULL) {
        lookup->on_found(lookup->arg, found, count, err);
    }
    free(lookup);
}

static void lookup_on_answer(uv_getaddrinfo_t *uv, int status, struct addrinfo *answer)
{
    struct net_lookup *lookup = (struct net_lookup *)uv;
    struct net_address found[NET_ADDRESSES_MAX];
    size_t count = 0;
    for (struct addrinfo *one = answer; one != NULL && count < NET_ADDRESSES_MAX;
         one = one->ai_next) {
        struct sockaddr_storage address = { 0 };
        if (one->ai_addrlen <= sizeof(address)) {
            memcpy(&address, one->ai_addr, one->ai_addrlen);
            found[count] = (struct net_address){ .port = lookup->name.port };
            net_address_text(&address, found[count].host);
            count++;
        }
    }
    uv_freeaddrinfo(answer);
    struct err err = { .code = ERR_NONE };
    if (count == 0) {
        err_fill(&err, ERR_UNAVAILABLE, "cannot find the address of \"%s\": %s", lookup->name.host,
                 status == 0 ? "it has none" : uv_strerror(status));
    }
    lookup_tell(lookup, found, count, &err);
}

// Numbers, and localhost, which is the loopback whatever a resolver says (RFC 6761, 6.3).
static void lookup_know(void *arg)
{
    struct net_lookup *lookup = arg;
    struct net_address found = lookup->name;
    struct sockaddr_storage address;
    struct err err = { .code = ERR_NONE };
    if (strcasecmp(found.host, "localhost") == 0) {
        (void)snprintf(found.host, sizeof(found.host), "127.0.0.1");
    }
    if (net_address_read(found.host, found.port, &address)) {
        lookup_tell(lookup, &found, 1, &err);
    } else {
        err_fill(&err, ERR_INVALID, "\"%s\" is not a host name", found.host);
        lookup_tell(lookup, NULL, 0, &err);
    }
}

struct net_lookup *net_lookup_start(struct net_loop *loop, const struct net_address *name,
                                    void (*on_found)(void *arg, const struct net_address *found,
                                                     size_t count, const struct err *err),
                                    void *arg)
{
    struct net_lookup *lookup = mem_new(sizeof(*lookup));
    lookup->name = *name;
    lookup->on_found = on_found;
    lookup->arg = arg;
    struct sockaddr_storage address;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM };
    bool known = strcasecmp(name->host, "localhost") == 0 ||
                 net_address_read(name->host, name->port, &address);
    if (known || uv_getaddrinfo(&loop->uv, &lookup->uv, lookup_on_answer, lookup->name.host, NULL,
                                &hints) != 0) {
        net_loop_post(loop, lookup_know, lookup);
    }
    return lookup;
}

void net_lookup_cancel(struct net_lookup **lookup)
{
    if (*lookup != NULL) {
        (*lookup)->on_found = NULL;
        *lookup = NULL;
    }
}
