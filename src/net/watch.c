// watch: the descriptor of a library's socket on the loop. See net.h.

#include "net/net_int.h"

#include "base/mem.h"
#include <stdlib.h>

struct net_watch {
    struct net_poll *poll; // owned
    void (*on_ready)(void *arg);
    void *arg;
};

static void watch_on_ready(void *arg, int status, int events)
{
    const struct net_watch *watch = arg;
    (void)status; // what failed is seen by who reads
    (void)events;
    watch->on_ready(watch->arg);
}

struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*on_ready)(void *arg),
                                void *arg)
{
    struct net_watch *watch = mem_new(sizeof(*watch));
    watch->on_ready = on_ready;
    watch->arg = arg;
    watch->poll = net_poll_new(loop, fd, watch_on_ready, watch);
    net_poll_watch(watch->poll, UV_READABLE);
    return watch;
}

void net_watch_free(struct net_watch **watch)
{
    if (*watch != NULL) {
        net_poll_free(&(*watch)->poll);
        free(*watch);
        *watch = NULL;
    }
}
