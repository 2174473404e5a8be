// What the readers of a sight share. Not for other rooms.
#pragma once

#include "device/sight.h"

void device_sight_start(struct device_sight *sight, enum device_source source, int64_t at);

// Adds, or makes worse, a reason. keyword: with or without its -error; plain text.
struct sight_reason {
    struct str keyword;
    struct str detail;
    enum device_severity severity; // where the keyword says none
    bool said;                     // severity is the device's own word
};
void device_sight_add_reason(struct device_sight *sight, struct arena *arena,
                             const struct sight_reason *reason);

// One more row; NULL: there are enough.
struct device_supply *device_sight_add_supply(struct device_sight *sight, struct arena *arena);
struct device_tray *device_sight_add_tray(struct device_sight *sight, struct arena *arena);
struct device_cover *device_sight_add_cover(struct device_sight *sight, struct arena *arena);
void device_sight_add_count(struct device_sight *sight, struct arena *arena, const char *kind,
                            const char *unit, int64_t count);

// A plain copy of at most DEVICE_TEXT_MAX bytes.
struct str device_sight_text(struct arena *arena, struct str text);

// What a supply's numbers of the Printer-MIB say.
struct sight_numbers {
    int64_t class;
    int64_t unit;
    int64_t max;
    int64_t level;
};
void device_sight_supply_level(struct device_supply *supply, const struct sight_numbers *numbers);
const char *device_sight_supply_kind(int64_t type);              // of PrtMarkerSuppliesTypeTC
int64_t device_sight_supply_type(struct str name);               // "tonerCartridge"; 1: other
struct str device_sight_color(struct str said, struct str name); // "black" of "Black Toner 305A"
const char *device_sight_unit_name(int64_t unit);                // of PrtSupplyUnitTC
const char *device_sight_tray_status(int64_t status, int64_t level); // of PrtSubUnitStatusTC
void device_sight_tray_level(struct device_tray *tray, int64_t unit, int64_t max, int64_t level);

// "MFG:HP;MDL:LaserJet;SN:X;": the value of a key of an IEEE 1284 device id, or empty.
struct str device_sight_device_id(struct str id, const char *key);

bool device_sight_stops(const struct device_sight *sight); // a reason that stops it
