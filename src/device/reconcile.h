// device/reconcile: what a device counted against what we tracked: gaps with their times, and the
// count of one job. Pure.
//
// Meters tell late, so differences are compared over spans that begin and end in rest: differences
// which a job touches (from its begin until late_ms after its end) belong with it. What is over the
// error of the meter is a gap; pages that came while no job of ours was there are one of their own.
#pragma once

#include "base/buf.h"
#include "device/meter.h"
#include <stddef.h>

struct device_tracked { // a job of ours on this device
    int64_t began;      // ms: its first byte
    int64_t ended;      // ms; 0: it prints still
    int64_t impressions;
    int64_t sheets;
};

struct device_gap {
    int64_t from; // ms
    int64_t until;
    int64_t counted;
    int64_t tracked;
    int64_t untracked; // > 0: nobody was charged; < 0: charged, and not counted
    uint32_t caveats;
    enum device_unit unit;
};

struct device_reconcile_settings {
    int64_t late_ms;  // how late a meter may tell; 0: 120 s
    int64_t merge_ms; // gaps closer than this are one; 0: 15 min
    int64_t settled;  // ms: what may still change after this is left for the next time; 0: all
};

struct device_reconciled {
    int64_t counted;
    int64_t tracked;
    int64_t untracked;        // sum of the gaps above 0
    int64_t unexplained_back; // sum of the others, as a positive number
    int64_t done_until;       // ms: changes up to here are settled and need not be given again
    size_t gap_count;
    bool more; // there were more gaps than fit
};

// changes: in the order of time, each after the last; jobs: by began. gaps: in the order of time.
void device_reconcile(const struct device_meter_change *changes, size_t change_count,
                      const struct device_tracked *jobs, size_t job_count,
                      const struct device_reconcile_settings *settings, struct device_gap *gaps,
                      size_t gap_room, struct device_reconciled *reconciled);

// "35 pages between 09:12 and 09:40 that nobody was charged for"; times in UTC unless offset_ms
// says how far the site's clock is ahead.
void device_gap_text(struct buf *buf, const struct device_gap *gap, int64_t offset_ms);

// --- the observed count of one job --------------------------------------------------------------

struct device_observe {
    const struct device_tracked *job; // the one that is asked for; ended is set
    const struct device_tracked *others;
    size_t other_count; // jobs of ours on the device at any time near
    const struct device_meter_change *changes;
    size_t change_count; // around the job, in the order of time
    int64_t now;
    int64_t late_ms; // 0: 120 s
    bool prints_elsewhere;
    bool is_idle; // the device says that it rests
};

struct device_observed {
    bool known; // it can be believed
    bool wait;  // not yet: ask again when the meter was read once more
    int64_t pages;
    int64_t least;
    int64_t most;
    enum device_unit unit;
    char why[240]; // why not, or how sure
};

void device_observe(const struct device_observe *ask, struct device_observed *observed);
