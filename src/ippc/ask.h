// ask: asks a printer what it says of itself (Get-Printer-Attributes, RFC 8011 4.2.5), once, over a
// connection of its own. Loop thread; nothing blocks.
#pragma once

#include "base/err.h"
#include "ipp/msg.h"
#include "ippc/uri.h"

struct ippc_ask;

struct ippc_ask_settings {
    const char *uri; // what it is told that it is called; borrowed for the call
    struct ippc_uri at;
    struct net_tls *tls;       // for ipps; borrowed while it runs
    const char *const *wanted; // requested-attributes; borrowed for the call
    size_t wanted_count;
    uint32_t wait_ms; // for all of it
};

// msg NULL: err says why, in words. Both are borrowed for the call.
typedef void ippc_told(void *arg, const struct ipp_msg *msg, const struct err *err);

// told runs once, never from within; after that, and after a cancel, the ask is gone.
struct ippc_ask *ippc_ask_start(struct net_loop *loop, const struct ippc_ask_settings *settings,
                                ippc_told *told, void *arg);
void ippc_ask_cancel(struct ippc_ask **ask); // told does not run any more; of NULL: nothing
