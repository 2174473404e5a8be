// network: card readers that connect over TCP and send frames (badge/frame.h).
//
// Only readers that are expected, by their name and from their address, are heard; everybody else
// is closed, and counted. A frame that is not whole within some seconds, or is none, ends its
// connection; so does silence: a reader says every 30 seconds that it is there. Loop thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "net/net.h"
#include <stdint.h>

enum {
    BADGE_READERS_MAX = 2048, // connected
    BADGE_ADDRESS_MAX = 16,   // of them from one address
};

struct badge_network;

struct badge_network_settings {
    const char *host;  // numeric
    uint16_t port;     // 0: the kernel chooses
    uint32_t frame_ms; // to have a whole frame; 0: 5 s
    uint32_t idle_ms;  // without any; 0: 90 s
    // Whether such a reader is expected from there, and then: it is there, or read a card (empty:
    // none). False: it is closed.
    bool (*on_frame)(void *arg, struct str name, struct str address, struct str card);
    void *arg; // borrowed
};

struct badge_network_counts {
    uint64_t open;
    uint64_t cards;
    uint64_t garbage;    // closed: no frames, or spoiled ones
    uint64_t slow;       // closed: a frame that did not become whole, or silence
    uint64_t unexpected; // closed: nobody that is configured
    uint64_t crowded;    // closed: too many
};

bool badge_network_new(struct net_loop *loop, const struct badge_network_settings *settings,
                       struct badge_network **network, struct err *err) CC_MUST_USE;
uint16_t badge_network_port(const struct badge_network *network);
struct badge_network_counts badge_network_counts(const struct badge_network *network);
void badge_network_free(struct badge_network **network);
