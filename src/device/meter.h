// device/meter: a device's life counter, read again and again, and what may be believed of it.
// Pure.
//
// The traps, each with a test: saved only each 10 pages (coarse; up to 9 lost at a power cut),
// wraps at 999,999, 2^24 or 2^32, told late or twice, running back, another unit than said, another
// device behind the same address (the serial changed), a reset. A difference is evidence with an
// error: how many pages came out is at least `least` and at most `most`, and is `pages` by our best
// guess.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum device_unit { DEVICE_UNIT_UNKNOWN, DEVICE_UNIT_IMPRESSIONS, DEVICE_UNIT_SHEETS };
enum device_unit device_unit_of(const char *name);
const char *device_unit_name(enum device_unit unit);

enum device_meter_caveat {
    DEVICE_METER_COARSE = 1 << 0,  // it moves in steps
    DEVICE_METER_WRAPPED = 1 << 1, // it went over its end
    DEVICE_METER_BACK = 1 << 2,    // it ran back a little: pages forgotten at a power cut, or a lie
    DEVICE_METER_RESET = 1 << 3,   // it began anew: what was printed between is not known
    DEVICE_METER_REPLACED = 1 << 4, // another serial number: another device
    DEVICE_METER_UNIT = 1 << 5,     // its unit changed, or is not said
    DEVICE_METER_JUMP = 1 << 6,     // more than the device can print in the time
    DEVICE_METER_OLD = 1 << 7,      // an answer from before the last one
    DEVICE_METER_LONG = 1 << 8,     // nobody looked for long
};

// Kept a device by the caller, also in its database. Zeroed: never read.
struct device_meter {
    int64_t count;    // the last that was believed; -1: none after a reset
    int64_t at;       // ms
    int64_t total;    // pages since the first reading, wraps taken out
    int64_t wraps_at; // the count after which it is 0; 0: not known
    int64_t top;      // the highest that was ever believed
    uint64_t serial;  // of the device, hashed; 0: not known
    int64_t back;     // a count under the last one that was seen once: -1 or it
    uint16_t step;    // it moves by this; 1 or, not known, 0
    uint16_t moves;   // how many differences the step was learnt from, at most 1000
    uint8_t unit;     // enum device_unit
    bool known;
};

struct device_meter_reading {
    int64_t at; // ms
    int64_t count;
    enum device_unit unit;
    uint64_t serial;      // device_meter_serial of its text; 0: not said
    int64_t wraps_at;     // the administrator's word; 0: none
    int64_t pages_minute; // how fast it can print; 0: 250
};

struct device_meter_change {
    bool counted; // a difference there is; false: first reading, a reset, an old answer, a lie
    int64_t from; // ms: the time it is for
    int64_t until;
    int64_t pages;
    int64_t least;
    int64_t most;
    uint32_t caveats;
    enum device_unit unit;
};

void device_meter_read(struct device_meter *meter, const struct device_meter_reading *reading,
                       struct device_meter_change *change);
uint64_t device_meter_serial(const char *text, unsigned long len); // 0 only for an empty one
// "it moves in steps of 10; it went over its end": for people, "" for none. At most 240 bytes.
void device_meter_caveats(uint32_t caveats, char *text, unsigned long size);
