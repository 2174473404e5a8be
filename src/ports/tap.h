// ports/tap: packet sockets that read a port's packets without holding it.
#pragma once

#include "ports/ask.h"

// Calls take for each packet socket that reads IP and whose filter names a port of ask's ranges, or
// that has no filter; holder.rule says which. Sets PORTS_BLIND_TAPS where filters are not told.
void ports_taps_find(void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     const struct ports_range *ranges, size_t count, uint32_t *blind);

// The first port of the ranges that a classic BPF program (struct sock_filter) compares with. Pure.
bool ports_filter_names(struct str code, const struct ports_range *ranges, size_t count,
                        uint16_t *port) CC_MUST_USE;
