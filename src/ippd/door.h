// door: the IPP face over HTTP: what comes to paths under /ipp/. The engine's server hands over
// each request whose path begins so; the body streams through with back-pressure both ways.
//
// Loop thread. POST /ipp/print/QUEUE with application/ipp is IPP; GET of the same is a short page
// for people; GET /ipp/icon/SIZE.png is printer-icons.
#pragma once

#include "base/buf.h"
#include "httpio/server.h"
#include "ippd/exchange.h"

struct ippd_door_settings {
    const struct ippd_backend *backend; // borrowed
    bool tls_offered;                   // the server has TLS, so ipps works
    // Who is proven to ask: adds the name to user, sets *admin. NULL: nobody is proven; names are
    // then as claimed, and nobody is an administrator.
    void (*identify)(void *arg, struct httpio_exchange *exchange, struct buf *user, bool *admin);
    void *arg; // borrowed
};

struct ippd_door;

struct ippd_door *ippd_door_new(const struct ippd_door_settings *settings); // copied
// After the server has been freed: exchanges under way use it until their end.
void ippd_door_free(struct ippd_door **door);

// Takes a request over, from within the server's on_request. False: it is not for here, and nothing
// was done with it.
bool ippd_door_take(struct ippd_door *door, struct httpio_exchange *exchange) CC_MUST_USE;
