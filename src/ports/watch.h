// watch: looks at ports again and again and tells what changed. One thread at a time.
//
// A quick look costs a tenth of a millisecond and one kept netlink socket of our own namespace: ten
// a second are a thousandth of a core. A full one looks into all namespaces (none is kept alive by
// it), at bound sockets, taps and forwards, and finds the processes; once a second, or after a
// change.
#pragma once

#include "ports/ports.h"

struct ports_watch;

// ranges: copied. ERR_UNAVAILABLE: the kernel does not answer.
bool ports_watch_new(const struct ports_range *ranges, size_t count, struct ports_watch **watch,
                     struct err *err) CC_MUST_USE;
void ports_watch_free(struct ports_watch **watch);

enum ports_change {
    PORTS_OPENED,
    PORTS_CLOSED,
    PORTS_CHANGED,  // the same socket: another process has it, or one more
    PORTS_FLEETING, // opened and closed between two looks: its port, user and transport are known
};

// what: PORTS_ASK_…; holders of kinds that were not asked stand as they were. tell is called for
// each difference to the look before; the first look tells all. A new socket is told with its owner
// when PORTS_ASK_OWNERS is asked: only then is /proc walked.
bool ports_watch_look(struct ports_watch *watch, unsigned what,
                      void (*tell)(void *arg, enum ports_change change,
                                   const struct ports_holder *holder),
                      void *arg, struct err *err) CC_MUST_USE;

// As of the last look. Borrowed until the next.
const struct ports_view *ports_watch_view(const struct ports_watch *watch);

// Readable when a socket of any port went (SKNLGRP_INET_*_DESTROY); -1: not permitted
// (CAP_NET_ADMIN).
int ports_watch_descriptor(const struct ports_watch *watch);
// Reads what is there, without waiting: tells sockets of our ports that no look has seen as
// PORTS_FLEETING. *lost: so many events came that some were dropped.
bool ports_watch_gone(struct ports_watch *watch,
                      void (*tell)(void *arg, enum ports_change change,
                                   const struct ports_holder *holder),
                      void *arg, bool *lost, struct err *err) CC_MUST_USE;
