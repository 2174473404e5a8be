// ports/forward: rules of the packet filter that take a port elsewhere, so that no socket shows it:
// nftables (iptables-nft among it), IPVS. The old iptables are named as not seen where they are
// used.
#pragma once

#include "ports/ask.h"

void ports_forwards_find(void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                         const struct ports_range *ranges, size_t count, uint32_t *blind);

// One rule's expressions (NFTA_RULE_EXPRESSIONS). False: it forwards nothing, or no port of the
// ranges. Pure.
bool ports_rule_read(struct str expressions, const struct ports_range *ranges, size_t count,
                     struct ports_holder *holder) CC_MUST_USE;

// A line of /proc/net/ip_vs: "TCP  7F000001:0B7C rr". Pure.
bool ports_ipvs_read(struct str line, struct ports_holder *holder) CC_MUST_USE;
