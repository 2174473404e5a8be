// ask: asks a printer once: what it says of itself (Get-Printer-Attributes, RFC 8011 4.2.5), or
// whatever else the caller has written. Loop thread; nothing blocks.
#pragma once

#include "base/err.h"
#include "httpio/client.h"
#include "ipp/msg.h"
#include "ippc/uri.h"

struct ippc_ask;

struct ippc_ask_settings {
    const char *uri; // what it is told that it is called; borrowed for the call
    struct ippc_uri at;
    struct net_tls *tls;       // for ipps; borrowed while it runs
    const char *const *wanted; // requested-attributes; borrowed for the call
    size_t wanted_count;
    uint32_t wait_ms;   // for all of it
    struct str request; // another one, whole; borrowed for the call. Empty: the attributes
    bool any_status;    // an answer that refuses is told as an answer
    struct httpio_client *client; // borrowed: who asks, and nobody beside; NULL: one of its own,
                                  // whose connection is closed behind the answer
};

// msg NULL: err says why, in words. Both are borrowed for the call.
typedef void ippc_told(void *arg, const struct ipp_msg *msg, const struct err *err);

// told runs once, never from within; after that, and after a cancel, the ask is gone.
struct ippc_ask *ippc_ask_start(struct net_loop *loop, const struct ippc_ask_settings *settings,
                                ippc_told *told, void *arg);
void ippc_ask_cancel(struct ippc_ask **ask); // told does not run any more; of NULL: nothing
