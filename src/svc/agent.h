// agent: a host without an engine, and its certificate of role "agent" in DIR/pki, which nothing
// else there keeps good. Blocking, with a loop of its own where one is needed.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "net/net.h"
#include <stdbool.h>
#include <stdint.h>

// Where the site's accounting server is, as quoin engine join wrote it (DIR/joined).
bool svc_agent_cas(const char *data, struct net_address *cas, struct err *err) CC_MUST_USE;
// What the host asks the site's engines with.
bool svc_agent_tls(const char *data, struct net_tls **tls, struct err *err) CC_MUST_USE;
// Asks the site's CAS for a new certificate if the one in DIR/pki ends soon. *renewed: it did.
bool svc_agent_renew(const char *data, uint64_t wait_ms, bool *renewed, int64_t *ends_at,
                     struct err *err) CC_MUST_USE;
