// beacon: says on the engine's UDP port that it is there, and keeps who else said so. What it knows
// has no authority: it is for people and for finding out, never for deciding.
//
// All on the loop thread. A datagram that is not signed by this site is counted and never answered;
// a signed probe is answered with at most as many bytes as came.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "net/net.h"
#include <stdint.h>

struct svc_beacon;

enum { SVC_BEACON_PEERS_MAX = 64, SVC_BEACON_CHECKS_A_SECOND = 200 };

struct svc_beacon_settings {
    const char *host;       // numeric
    uint16_t port;          // of UDP; 0: the kernel chooses
    uint16_t serves;        // the TCP port we tell
    struct str certificate; // PEM; borrowed for the call, as are the next two
    struct str key;
    struct str authority;
    uint64_t every_ms; // to all that svc_beacon_tell named; 0: never by itself
};

struct svc_beacon_peer {
    struct crypto_identity who;
    struct net_address at; // where it came from
    uint16_t serves;
    int64_t seen_ms; // clk_mono_ms
};

struct svc_beacon_counts {
    uint64_t heard;   // good ones
    uint64_t foreign; // malformed, unsigned, of another site, or false
    uint64_t stale;   // old or repeated
    uint64_t dropped; // more than we care to check in a second
    uint64_t answered;
};

bool svc_beacon_new(struct net_loop *loop, const struct svc_beacon_settings *settings,
                    struct svc_beacon **beacon, struct err *err) CC_MUST_USE;
uint16_t svc_beacon_port(const struct svc_beacon *beacon);
void svc_beacon_tell(struct svc_beacon *beacon, const struct net_address *to); // from now on
void svc_beacon_probe(struct svc_beacon *beacon, const struct net_address *to);
size_t svc_beacon_peers(const struct svc_beacon *beacon, struct svc_beacon_peer *peers, size_t max);
struct svc_beacon_counts svc_beacon_counts(const struct svc_beacon *beacon);
void svc_beacon_free(struct svc_beacon **beacon);
