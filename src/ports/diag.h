// ports/diag: the kernel's sock_diag answers as values. Pure.
#pragma once

#include "base/str.h"
#include "ports/ports.h"

// Walks netlink messages. False: there is no further one, or *bad: the bytes are none.
struct ports_message {
    uint16_t type;
    struct str body;
};
bool ports_message_next(struct str *bytes, struct ports_message *message, bool *bad) CC_MUST_USE;
// Is it the end of a dump? *fault: the kernel's error number, 0 for none.
bool ports_message_ends(const struct ports_message *message, int *fault) CC_MUST_USE;
// The value of an attribute (struct nlattr) in a run of them; false: it is not there.
bool ports_attribute(struct str attributes, unsigned type, struct str *value);
// Each attribute in turn; flags of nesting and order are taken off *type.
bool ports_attribute_next(struct str *attributes, unsigned *type, struct str *value) CC_MUST_USE;

// Reads one datagram of a dump. Calls take for each socket; *done: the dump has ended; *fault: the
// kernel's error number, 0 for none. False: the bytes are not netlink messages.
bool ports_diag_read(struct str bytes, enum ports_state udp_or_tcp,
                     void (*take)(void *arg, const struct ports_holder *holder), void *arg,
                     bool *done, int *fault) CC_MUST_USE;
bool ports_diag_holder(struct str body, enum ports_state udp_or_tcp,
                       struct ports_holder *holder) CC_MUST_USE;

// The kernel's own filter: local port in one of the ranges. In code of at least PORTS_FILTER_MAX
// bytes; returns how many.
enum { PORTS_FILTER_MAX = PORTS_RANGES_MAX * 20 };
size_t ports_diag_filter(const struct ports_range *ranges, size_t count, uint8_t *code);
