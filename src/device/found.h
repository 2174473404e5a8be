// device/found: many finds in, each device once. Pure.
//
// The same UUID, serial number (of one maker), hardware address, or network address is the same
// device, but not where the UUIDs differ. What several say differently is told in words; nothing of
// it is hidden, for a device may lie about who it is.
#pragma once

#include "device/find.h"

enum { DEVICE_FOUND_DISAGREEMENTS_MAX = 6 };

struct device_found {
    const struct device_find **finds; // those believed most first
    size_t find_count;
    struct str address;
    struct str uri; // to print to it; empty: none
    struct str name;
    struct str make_and_model;
    struct str serial;
    struct str uuid;
    struct str mac;
    struct str location;
    struct str disagreements[DEVICE_FOUND_DISAGREEMENTS_MAX];
    size_t disagreement_count;
};

// In the order of their addresses. False: the arena is full.
bool device_found_merge(const struct device_find *finds, size_t count, struct arena *arena,
                        struct device_found **list, size_t *list_count) CC_MUST_USE;

// Whether it is the one that is known by this address ("10.0.0.7", "HOST", or a uri) or serial
// number; either may be empty.
bool device_found_is(const struct device_found *found, struct str address, struct str serial);

// What both sides of that are found by, in the arena: the host of an address, and a serial number
// that tells devices apart; lower case; empty: none.
struct str device_found_host_key(struct str address, struct arena *arena);
struct str device_found_serial_key(struct str serial, struct arena *arena);

// "kyocera-m2540": letters, digits and dashes, of its name or make; never empty.
struct str device_found_name(const struct device_found *found, struct arena *arena);
