// ports/diag: the kernel's sock_diag answers as values. Pure.
#pragma once

#include "base/str.h"
#include "ports/ports.h"

// Reads one datagram of a dump. Calls take for each socket; *done: the dump has ended; *fault: the
// kernel's error number, 0 for none. False: the bytes are not netlink messages.
bool ports_diag_read(struct str bytes, enum ports_state udp_or_tcp,
                     void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     bool *done, int *fault) CC_MUST_USE;
