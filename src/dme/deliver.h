// deliver: what goes to mail boxes, webhooks and the system's log, until it has arrived. A delivery
// is on disk before it is tried, and is tried again, later and later, for a day. Each target has a
// place of its own (place.h). Loop thread; the sending itself is done by a few threads, of which
// targets that fail or are slow get the smaller part.
#pragma once

#include "dme/alerts_db.h"
#include "net/net.h"
#include "proto/dme.pb-c.h"

enum {
    DELIVER_TRIES_MAX = 12,
    DELIVER_THREADS = 12,
    DELIVER_SUSPECTS_MAX = 4, // of them, for targets that failed or were slow last
};

struct deliver;

// Reads what waits from the store: before its first task.
bool dme_deliver_new(struct net_loop *loop, struct store *store, struct deliver **deliver,
                     struct err *err) CC_MUST_USE;
void dme_deliver_free(struct deliver **deliver); // what is being sent ends first

// The targets that there are, borrowed for the call.
struct deliver_target {
    const char *name;
    const Quoin__V1__AlertTarget *told;
};
void dme_deliver_targets(struct deliver *deliver, const struct deliver_target *targets,
                         size_t count);
bool dme_deliver_has(const struct deliver *deliver, const char *target);

struct deliver_news {
    int64_t alert; // 0: a trial, which waits for nothing
    enum alert_severity severity;
    const char *subject;
    const char *text; // for people: a mail's
    const char *json; // for programs: a webhook's
};
// The delivery's number; 0: there is no such target, or it is off. Where too much waits for the
// target the least important oldest one gives way, which is on disk and in the log.
int64_t dme_deliver_send(struct deliver *deliver, const char *target,
                         const struct deliver_news *news);
// Once more, at once, whatever became of it. done is told when it was tried.
bool dme_deliver_again(struct deliver *deliver, const struct delivery_row *row,
                       struct err *err) CC_MUST_USE;
// Called when a delivery was tried; one a deliver.
void dme_deliver_on_tried(struct deliver *deliver,
                          void (*tried)(void *arg, const struct delivery_row *row), void *arg);

// A secret changes: NULL or "" takes it away. On disk when it is told of by the store's task order.
bool dme_deliver_secret(struct deliver *deliver, const char *target, const char *secret,
                        struct err *err) CC_MUST_USE;

Quoin__V1__Delivery *dme_delivery_told(const struct delivery_row *row, struct arena *arena);
