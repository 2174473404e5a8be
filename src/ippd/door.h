// door: the IPP face over HTTP. The engine's server hands over its requests; bodies stream through
// with back-pressure both ways.
//
// Loop thread. POST of application/ipp is IPP whatever the path (what it is about stands in the
// message; clients of CUPS post to "/" and "/printers/NAME"). GET /ipp/print/QUEUE is a short page
// for people, GET /ipp/icon/SIZE.png printer-icons.
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
    // What the program that asks has proven to be. NULL: nothing.
    enum ippd_vouch (*vouch)(void *arg, struct httpio_exchange *exchange);
    void *arg; // borrowed
};

struct ippd_door;

struct ippd_door *ippd_door_new(const struct ippd_door_settings *settings); // copied
// After the server has been freed: exchanges under way use it until their end.
void ippd_door_free(struct ippd_door **door);

// Takes a request over, from within the server's on_request. False: it is not for here, and nothing
// was done with it.
bool ippd_door_take(struct ippd_door *door, struct httpio_exchange *exchange) CC_MUST_USE;
