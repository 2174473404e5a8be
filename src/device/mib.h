// device/mib: what a device says by SNMP, as it says it: Printer-MIB (RFC 3805), Host-Resources
// (RFC 2790), Finisher-MIB (RFC 3806), Job-Monitoring-MIB (RFC 2707). The room snmp fills it, and
// device_sight_mib reads it. Numbers are the MIBs' own; DEVICE_ABSENT where the device has none.
// Texts are plain (enc_is_plain) and at most DEVICE_TEXT_MAX bytes. Everything lives in an arena.
#pragma once

#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_ABSENT INT64_MIN

enum {
    DEVICE_TEXT_MAX = 255,
    DEVICE_ROWS_MAX = 64,  // of one table; what is more is left out
    DEVICE_ALERTS_MAX = 32 // the newest
};

struct device_mib_supply { // prtMarkerSupplies, finSupply
    int64_t index;
    int64_t class; // 3 is consumed, 4 is a receptacle that is filled
    int64_t type;
    int64_t unit; // 7 impressions, 8 sheets, 19 percent, …
    int64_t max;
    int64_t level; // -1 no limit, -2 not known, -3 some is left
    int64_t colorant;
    struct str description;
    struct str color;
    bool finisher;
};

struct device_mib_marker {
    int64_t index;
    int64_t unit; // prtMarkerCounterUnit
    int64_t life; // prtMarkerLifeCount
    int64_t since_power_on;
    int64_t status;
};

struct device_mib_tray { // prtInput, prtOutput
    int64_t index;
    int64_t type;
    int64_t unit;
    int64_t max;
    int64_t level; // of an output: what still fits
    int64_t status;
    struct str media;
    struct str name;
    bool output;
};

struct device_mib_cover {
    int64_t index;
    int64_t status; // 3 open, 4 closed, 5 interlock open, 6 interlock closed
    struct str description;
};

struct device_mib_alert {
    int64_t index;
    int64_t severity; // 1 other, 3 critical, 4 warning, 5 warning that a binary change was made
    int64_t group;
    int64_t group_index;
    int64_t code; // PrtAlertCodeTC
    int64_t ticks;
    struct str description;
};

struct device_mib_finisher {
    int64_t index;
    int64_t type;
    int64_t unit;
    int64_t max;
    int64_t level;
    int64_t status;
    struct str description;
};

struct device_mib_job {
    int64_t index;
    int64_t state; // jmJobState: 5 processing
    int64_t impressions_completed;
};

struct device_mib {
    int64_t at;   // wall clock, ms: when the last answer came
    bool partial; // the device stopped answering, or lied, before everything was told
    // system
    struct str description; // sysDescr
    struct str object_id;   // sysObjectID, dotted
    struct str name;
    struct str location;
    int64_t uptime_ticks; // hundredths of a second
    // the printer
    struct str model; // hrDeviceDescr
    struct str serial;
    struct str printer_name;
    struct str firmware;
    struct str device_id;   // IEEE 1284
    int64_t device_status;  // hrDeviceStatus: 2 running, 3 warning, 4 testing, 5 down
    int64_t printer_status; // hrPrinterStatus: 3 idle, 4 printing, 5 warming up
    bool has_errors;
    uint16_t errors; // hrPrinterDetectedErrorState, bit 0 is lowPaper, bit 14 overduePreventMaint
    int64_t config_changes;
    int64_t active_jobs;
    // tables, in the order of their indexes
    struct str *console;
    size_t console_count;
    struct device_mib_marker *markers;
    size_t marker_count;
    struct device_mib_supply *supplies;
    size_t supply_count;
    struct device_mib_tray *trays; // inputs, then outputs
    size_t tray_count;
    struct device_mib_cover *covers;
    size_t cover_count;
    struct device_mib_alert *alerts;
    size_t alert_count;
    struct device_mib_finisher *finishers;
    size_t finisher_count;
    struct device_mib_job *jobs;
    size_t job_count;
};
