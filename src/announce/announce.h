// announce: tells the network of queues by DNS-SD (RFC 6763), through avahi-daemon: what AirPrint,
// Mopria and IPP Everywhere clients look for. Where there is no avahi-daemon, or no D-Bus, that is
// logged once and tried again now and then; nothing waits for it.
//
// Owns a thread, which alone speaks with avahi. Any thread may call; strings are copied.
#pragma once

#include "announce/txt.h"

enum { ANNOUNCE_QUEUES_MAX = 1000 };

struct announce;

// only_here: the engine listens on this machine's loopback alone, so only that is told.
struct announce *announce_new(bool only_here);
// From now on these and no others.
void announce_set(struct announce *announce, const struct announce_queue *queues, size_t count);
void announce_free(struct announce **announce); // says goodbye to the network
