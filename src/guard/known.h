// guard/known: the ports that are ours by their role: the engines' own and the front doors. Pure.
#pragma once

#include "model/engine.h"
#include "ports/ports.h"

struct guard_known {
    uint16_t port;
    enum engine engine;
    bool is_engine;      // gRPC: it can be asked who it is; false: a front door
    const char *service; // "sm-pas-3", "ipp front door"
};

enum { GUARD_KNOWN_MAX = ENGINE_COUNT + 4 };

// known: room for GUARD_KNOWN_MAX. Ports past 65535 are left out. Returns how many.
size_t guard_known_ports(uint16_t offset, struct guard_known *known);
const struct guard_known *guard_known_find(const struct guard_known *known, size_t count,
                                           uint16_t port);
