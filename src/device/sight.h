// device/sight: what one witness says of a device, in our words. Pure: a printer's IPP attributes,
// its SNMP tables or its PJL status in, a sight out, in the caller's arena. Nothing a device says
// can fail this: what is wrong or too much is left out.
#pragma once

#include "base/arena.h"
#include "device/mib.h"
#include "device/reason.h"
#include "ipp/msg.h"

enum device_source { DEVICE_BY_IPP, DEVICE_BY_SNMP, DEVICE_BY_PJL };
enum { DEVICE_SOURCE_COUNT = 3 };
const char *device_source_name(enum device_source source); // "ipp", "snmp", "pjl"

enum device_state {
    DEVICE_UNKNOWN,
    DEVICE_IDLE,
    DEVICE_PRINTING,
    DEVICE_STOPPED, // by a person or by its program: nothing is broken
    DEVICE_ERROR,   // somebody must go there
    DEVICE_AWAY,    // it answers nobody
};
const char *device_state_name(enum device_state state); // "unknown", "idle", …

enum { DEVICE_LEVEL_UNKNOWN = -1, DEVICE_LEVEL_SOME = -2 };

struct device_seen { // one reason, as this witness gives it
    struct str keyword;
    enum device_severity severity;
    const struct device_reason *reason; // NULL: not a registered keyword
    bool stops;
    struct str detail; // the device's own words, or empty
};

struct device_supply {
    struct str name;
    const char *kind; // "toner", "ink", "drum", "waste-toner", "staples", …, "other"
    struct str color; // "black", "cyan", …; empty: none
    int64_t level;    // percent of full; DEVICE_LEVEL_*
    int64_t left;     // in its unit; DEVICE_LEVEL_*
    int64_t capacity; // in its unit; DEVICE_LEVEL_*
    const char *unit; // "impressions", "percent", "grams/10", …; "" where not known
    bool fills;       // a waste box: level says how full it is, and 100 is bad
};

struct device_tray {
    struct str name;
    struct str media;
    int64_t level; // sheets; DEVICE_LEVEL_*. Of an output: how many lie in it
    int64_t capacity;
    const char *status; // "ready", "empty", "missing", "full", "unknown", …
    bool output;
};

struct device_cover {
    struct str name;
    const char *status; // "open", "closed", "unknown"
};

struct device_count {
    const char *kind; // "total", "color", "monochrome", "marker-2"
    const char *unit; // "impressions", "sheets", "other"
    int64_t count;
    enum device_source source;
};

enum {
    DEVICE_REASONS_MAX = 32,
    DEVICE_SUPPLIES_MAX = 32,
    DEVICE_TRAYS_MAX = 32,
    DEVICE_COVERS_MAX = 16,
    DEVICE_COUNTS_MAX = 12,
};

struct device_sight {
    enum device_source source;
    int64_t at; // wall clock, ms
    struct str
        trouble; // why it told nothing; empty: it told. Only source, at and this are set then
    enum device_state state;
    bool accepting;     // IPP: takes jobs; true where not said
    int64_t jobs;       // waiting or printing there; DEVICE_ABSENT
    int64_t up_seconds; // DEVICE_ABSENT
    struct str make_and_model;
    struct str serial;
    struct str firmware;
    struct str name;
    struct str location;
    struct str console;
    struct device_seen *reasons;
    size_t reason_count;
    struct device_supply *supplies;
    size_t supply_count;
    struct device_tray *trays;
    size_t tray_count;
    struct device_cover *covers;
    size_t cover_count;
    struct device_count *counts;
    size_t count_count;
};

// Text runs of msg are borrowed: it must live as long as the sight.
void device_sight_ipp(const struct ipp_msg *msg, int64_t at, struct arena *arena,
                      struct device_sight *sight);
void device_sight_mib(const struct device_mib *mib, struct arena *arena,
                      struct device_sight *sight);
// What a printer answers to "@PJL INFO STATUS", "@PJL INFO PAGECOUNT", "@PJL INFO ID" and USTATUS,
// one after the other or alone.
void device_sight_pjl(struct str answer, int64_t at, struct arena *arena,
                      struct device_sight *sight);
// A witness that told nothing.
void device_sight_none(enum device_source source, int64_t at, const char *trouble,
                       struct arena *arena, struct device_sight *sight);

// What to ask, so that the readers above find it.
extern const char *const device_ipp_attributes[]; // requested-attributes, NULL-ended
extern const char device_pjl_ask[];               // what to send to port 9100
