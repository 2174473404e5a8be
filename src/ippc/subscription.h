// subscription: one subscription to a printer's events, pulled with Get-Notifications (RFC 3995,
// 3996), as a state: it says what is to be asked next, and is told what came of it. Pure: no clock,
// no network. Times are the caller's monotonic milliseconds.
//
// What a printer may cost is bounded here, whatever it answers: it is asked at most twice a second,
// ever later (to five minutes) while it fails, and left alone for ten minutes once it told old
// events eight times in a row. A lease is asked for five minutes, so one that is forgotten by us is
// soon forgotten there too.
#pragma once

#include "base/buf.h"
#include "ipp/msg.h"

enum {
    IPPC_SUBSCRIPTION_WAIT_MS = 60000, // that a printer may hold its answer
    IPPC_SUBSCRIPTION_LEASE_S = 300,
    IPPC_SUBSCRIPTION_TURN_MS = 500, // between two questions for events
};

// What a printer has to be asked for so that ippc_subscription_events can tell; NULL at the end.
extern const char *const ippc_subscription_attributes[];

// Those of the events we want that this printer offers to be pulled: bits. 0: it offers none.
uint32_t ippc_subscription_events(const struct ipp_msg *printer);

enum ippc_subscription_step {
    IPPC_SUBSCRIPTION_REST, // nothing before due_ms
    IPPC_SUBSCRIPTION_CREATE,
    IPPC_SUBSCRIPTION_ASK, // for events; the printer may hold its answer
    IPPC_SUBSCRIPTION_RENEW,
    IPPC_SUBSCRIPTION_CANCEL, // only when the caller wants to
};

// Zeroed: none yet.
struct ippc_subscription {
    int32_t id;   // 0: none
    int32_t next; // the sequence number that is asked for
    int64_t lease_ends_ms;
    int64_t renew_ms;
    int64_t due_ms;
    unsigned failures; // in a row
    unsigned stale;    // answers in a row with old events alone
    unsigned hurried;  // answers in a row that came at once, with events
    bool at_once;      // it answers before anything happens: it is asked seldom
};

// What is to be asked now. wait_ms: for how long at most.
enum ippc_subscription_step ippc_subscription_next(struct ippc_subscription *subscription,
                                                   int64_t now, uint32_t *wait_ms);

// The whole request, into an empty buf with a cap.
void ippc_subscription_write(const struct ippc_subscription *subscription,
                             enum ippc_subscription_step step, const char *uri, uint32_t events,
                             struct buf *request);

struct ippc_subscription_answer {
    const struct ipp_msg *msg; // NULL: none came
    bool waited;               // none came, for as long as it could have
    int64_t took_ms;
};
// True: look at the printer, for something happened there, or may have been missed.
bool ippc_subscription_took(struct ippc_subscription *subscription,
                            enum ippc_subscription_step step,
                            const struct ippc_subscription_answer *answer, int64_t now);
