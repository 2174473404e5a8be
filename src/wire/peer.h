// wire/peer: who is on the other side, by the one URI name of its certificate.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"

enum wire_role { // bits, for the table's sets
    ROLE_CAS = 1 << 0,
    ROLE_DRE = 1 << 1,
    ROLE_DCE = 1 << 2,
    ROLE_DME = 1 << 3,
    ROLE_SPE = 1 << 4,
    ROLE_WEB = 1 << 5,
    ROLE_ADMIN = 1 << 6,
    ROLE_JOINER = 1 << 7, // no certificate yet, but a join token
    ROLE_PANEL = 1 << 8,  // a maker's panel application
    ROLE_AGENT = 1 << 9,  // a host without an engine: its CUPS, its ports
    ROLE_ENGINE = ROLE_CAS | ROLE_DRE | ROLE_DCE | ROLE_DME | ROLE_SPE,
};

enum { WIRE_SITE_MAX = 16, WIRE_HOST_MAX = 63 };

struct wire_peer {
    unsigned role;         // one bit
    const char *role_name; // "dre"; lives for ever
    char site[WIRE_SITE_MAX + 1];
    char host[WIRE_HOST_MAX + 1]; // of a joiner: the token's identity
};

// "quoin://SITE/ROLE/HOST" as crypto/cert.h defines it, or "psk:IDENTITY" as net gives it for a
// proven join token. Anything more, less or else is ERR_DENIED.
bool wire_peer_read(struct str identity, struct wire_peer *peer, struct err *err) CC_MUST_USE;

// 0: no such role.
unsigned wire_role_find(struct str name);
const char *wire_role_name(unsigned role); // of one bit
