// iana_int: how a registry lies in memory. For this room.
#pragma once

#include "iana/iana.h"
#include <stdint.h>

struct iana_packed {
    uint16_t first;
    uint16_t last;
    uint8_t transport;
    uint8_t has_port;
    uint32_t order;             // in its file
    uint32_t text[IANA_FIELDS]; // from texts on
};

struct iana_registry {
    const struct iana_packed *rows; // by has_port, first, last, transport, order
    size_t count;
    size_t numbered;       // these come first
    const char *texts;     // NUL-ended ones; the one at 0 is empty
    const uint16_t *names; // rows that have a name, by name without capitals
    size_t name_count;
    const char *date;
    size_t back; // how many rows before a port's place may be ranges that hold it
};

// -1, 0, 1; ASCII capitals do not matter.
int iana_name_order(const char *left, size_t left_len, const char *right, size_t right_len);
