// own_address: people's own addresses of queues. Loop thread.
#pragma once

#include "proto/credential.pb-c.h"
#include "web/web_int.h"

struct web_own_address {               // all in the visit's arena
    const Quoin__V1__Address *address; // the answer's; NULL: it was refused
    const char *uri;                   // told this once, and so are these
    const char *cups;                  // commands
    const char *windows;
    const char *svg; // a QR code; empty: none
};

typedef void web_own_address_made(struct web_visit *visit, const struct wire_answer *answer,
                                  const struct web_own_address *made);

// Looks for the queue, and makes one there; visit->job is its own meanwhile. A queue that is not
// there is answered here.
void web_own_address_make(struct web_visit *visit, const Quoin__V1__MakeAddressRequest *request,
                          web_own_address_made *then);
