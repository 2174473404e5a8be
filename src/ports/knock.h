// knock: who calls the ports, also where nobody answers: a refused connection leaves no socket. A
// packet socket whose filter, in the kernel, lets through the first packets of TCP connections and
// datagrams to the ports, and of these the headers alone. Needs CAP_NET_RAW. One thread at a time.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "ports/ports.h"

enum { PORTS_KNOCK_SOCKETS = 2 }; // IPv4, IPv6

struct ports_knock {
    int fds[PORTS_KNOCK_SOCKETS];
    uint64_t cookies[PORTS_KNOCK_SOCKETS];
};

struct ports_call {
    bool udp;
    uint16_t port;
    char from[46]; // numeric
    uint16_t from_port;
};

// ERR_DENIED: not permitted.
bool ports_knock_open(const struct ports_range *ranges, size_t count, struct ports_knock *knock,
                      struct err *err) CC_MUST_USE;
void ports_knock_close(struct ports_knock *knock); // accepts one that was never opened, of fds -1
// What has come since, without waiting. *lost: so many more came that were not read.
void ports_knock_read(struct ports_knock *knock,
                      void (*tell)(void *arg, const struct ports_call *call), void *arg,
                      uint64_t *lost);
// Is this packet socket the one? The watch is not to be afraid of itself.
bool ports_knock_is(const struct ports_knock *knock, uint64_t cookie);

// A packet from its IP header on. False: it is none of these, or cut. Pure.
bool ports_call_read(struct str packet, struct ports_call *call) CC_MUST_USE;
