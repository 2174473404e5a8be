// ports/ask: questions to the kernel over netlink, in the network namespace of the calling thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "ports/ports.h"

struct ports_ask {
    int fd;
    char *answer;                     // owned
    const struct ports_range *ranges; // borrowed
    size_t count;
};

// protocol: NETLINK_SOCK_DIAG, NETLINK_NETFILTER.
bool ports_ask_open(struct ports_ask *ask, int protocol, struct err *err) CC_MUST_USE;
void ports_ask_close(struct ports_ask *ask);

// Listeners and UDP sockets, and by `what` bound and connected ones; take for each.
bool ports_ask_sockets(struct ports_ask *ask, unsigned what,
                       void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                       struct err *err) CC_MUST_USE;

// TCP's connected ones alone, or the bound ones: what is PORTS_ASK_CONNECTED or PORTS_ASK_BOUND.
bool ports_ask_more(struct ports_ask *ask, unsigned what,
                    void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                    struct err *err) CC_MUST_USE;

// Sends a request that dumps, and calls take for each message. *fault: the kernel's error number;
// 0: none.
bool ports_ask_dump(struct ports_ask *ask, struct str request,
                    void (*take)(void *arg, uint16_t type, struct str body), void *arg, int *fault,
                    struct err *err) CC_MUST_USE;

// Does this kernel list sockets that are bound and do not listen?
bool ports_ask_lists_bound(void);
// By its release ("6.8.0-31-generic")? Some older ones do, too. Pure.
bool ports_kernel_lists_bound(const char *release);
