// uri: a printer's address: ipp://HOST[:PORT]/PATH, ipps://…, socket://HOST[:PORT][?pjl=1]. Pure.
// The host is a name, an IPv4 address, or an IPv6 address in brackets; nothing is decoded.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "net/net.h"

enum { IPPC_URI_MAX = 511 };

enum ippc_way { IPPC_IPP, IPPC_IPPS, IPPC_RAW };

struct ippc_uri {
    enum ippc_way way;
    struct net_address to;
    char path[256]; // of ipp, ipps; begins with '/'
    bool pjl;       // of socket: "?pjl=1": the printer speaks PJL and tells pages
};
bool ippc_uri_read(struct str uri, struct ippc_uri *out, struct err *err) CC_MUST_USE;
bool ippc_uri_check(struct str uri, struct err *err) CC_MUST_USE;
