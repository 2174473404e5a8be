// device/range: the IPv4 addresses that are asked for devices, as an administrator gives them:
// "10.1.0.0/22", "10.1.0.10-10.1.0.99", "10.1.0.7". Pure.
//
// Never asked: a network's own address and its broadcast (of /30 and wider the first and the last;
// of first and last what ends in .0 or .255), 0.0.0.0/8, multicast and what lies above it. What is
// given twice is asked once.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum { DEVICE_RANGE_MOST = 4096, DEVICE_ADDRESS_TEXT = 16 };

struct device_range {                 // zeroed: none
    uint32_t list[DEVICE_RANGE_MOST]; // ascending; host byte order
    size_t count;
    uint64_t left_out; // of networks and broadcasts
};

// ERR_INVALID: it is none; ERR_LIMIT: too many, with what to do. Then nothing was added.
bool device_range_add(struct device_range *range, struct str text, struct err *err) CC_MUST_USE;

bool device_address_read(struct str text, uint32_t *address) CC_MUST_USE;
void device_address_text(uint32_t address, char text[static DEVICE_ADDRESS_TEXT]);
bool device_address_is_loopback(uint32_t address);
