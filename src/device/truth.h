// device/truth: several witnesses in, one truth out, with what they disagree about in words. Pure.
//
// The worse word wins: a broken device that one witness still calls idle gets no jobs. A witness
// that told nothing outvotes nobody; when none told, the device is away. Supplies, trays and covers
// are taken whole from the one witness that knows most of them, never mixed. Text is from IPP
// first.
#pragma once

#include "device/sight.h"

enum { DEVICE_DISAGREEMENTS_MAX = 8 };

struct device_truth {
    enum device_state state;
    enum device_severity severity;
    bool can_print; // nothing that stops it: an engine may release to it
    bool accepting;
    struct str make_and_model;
    struct str serial;
    struct str firmware;
    struct str name;
    struct str location;
    struct str console;
    int64_t up_seconds;          // DEVICE_ABSENT
    int64_t jobs;                // DEVICE_ABSENT
    struct device_seen *reasons; // the worst first, each keyword once
    size_t reason_count;
    struct device_supply *supplies;
    size_t supply_count;
    struct device_tray *trays;
    size_t tray_count;
    struct device_cover *covers;
    size_t cover_count;
    struct device_count *counts; // of all witnesses; device_truth_meter picks one
    size_t count_count;
    struct str disagreements[DEVICE_DISAGREEMENTS_MAX]; // "IPP says idle, SNMP says stopped"
    size_t disagreement_count;
};

struct device_truth_settings {
    const char *counter_unit; // "impressions", "sheets": instead of what the device says; NULL
};

// What is in the truth is borrowed from the sights or lives in the arena.
void device_truth(const struct device_sight *sights, size_t count,
                  const struct device_truth_settings *settings, struct arena *arena,
                  struct device_truth *truth);

// The one count that pages are reconciled with: always from the same source while that tells
// (prefer: the source it was read from before, or -1). NULL: there is none.
const struct device_count *device_truth_meter(const struct device_truth *truth, int prefer);
