// cli/uri: host and port of a printer's address. Pure.
#pragma once

#include "base/str.h"
#include <stdint.h>

struct cli_uri {
    char scheme[16];
    char host[254]; // brackets of IPv6 removed
    uint16_t port;  // the scheme's own where none is named
};

// "ipp://host[:port]/…", ipps, http, https, socket; "host:port" has no scheme.
bool cli_uri_read(struct str text, struct cli_uri *uri);

// "HOST[:PORT]" of an option. False: not one.
bool cli_address_read(struct str text, uint16_t otherwise, struct cli_uri *uri);
