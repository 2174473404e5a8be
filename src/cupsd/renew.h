// renew: the agent's certificate on a host without an engine, which nothing else there keeps good:
// the backend after a job, and quoin cups renew. Blocking, with a loop of its own.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

// Asks the site's CAS for a new certificate if the one in DIR/pki ends soon. *renewed: it did.
bool cupsd_renew(const char *data, uint64_t wait_ms, bool *renewed, int64_t *ends_at,
                 struct err *err) CC_MUST_USE;
