// meters_db: jobs that were noted, what meters counted, and the gaps between the two. Runs on the
// store's thread. The only place of this subject where SQL stands.
//
// A difference of a meter is a row until it was held against the jobs; what came of that are the
// gaps, kept for five years, and one row a device and day with the sums.
#pragma once

#include "base/arena.h"
#include "device/reconcile.h"
#include "dme/store.h"

enum {
    METERS_NAME_MAX = 128,
    METERS_GAPS_MAX = 500,   // of one question
    METERS_SUMS_MAX = 2000,  // devices of one question
    METERS_SETTLED_MAX = 32, // gaps of one settling
    METERS_MERGE_MS = 900000,
};

extern const struct store_part_kind dme_meters_part;
struct meters_db; // the statements; dme_store_part(store, STORE_METERS)

// --- jobs ---------------------------------------------------------------------------------------

struct meters_job {
    uint8_t uuid[16];
    struct str device;
    struct device_tracked tracked; // ended 0: it prints still
};
// As it is now; word of its beginning that comes after that of its end changes nothing. *late: its
// time was held against the meter already; the gap that it explains, if one names that time, is
// smaller by it, and the day's sums know it.
bool dme_meters_put_job(struct meters_db *meters, const struct meters_job *job, int64_t late_ms,
                        bool *late, struct err *err) CC_MUST_USE;
// Those that may touch what is not settled yet, in the order of their uuids from behind `after`
// (16 bytes; empty: from the first). In the arena.
bool dme_meters_jobs(struct meters_db *meters, struct str after, int64_t since, size_t most,
                     struct arena *arena, struct meters_job *jobs, size_t *count,
                     struct err *err) CC_MUST_USE;

// --- differences --------------------------------------------------------------------------------

struct meters_change {
    struct str device;
    struct device_meter_change change;
};
bool dme_meters_put_change(struct meters_db *meters, const struct meters_change *change,
                           struct err *err) CC_MUST_USE;
// Those that are not settled yet, in the order of device and time, from behind the one that is
// given (device empty: from the first).
bool dme_meters_changes(struct meters_db *meters, const struct meters_change *after, size_t most,
                        struct arena *arena, struct meters_change *changes, size_t *count,
                        struct err *err) CC_MUST_USE;

// --- what came of it ----------------------------------------------------------------------------

struct meters_gap {
    int64_t id;
    struct str device;
    struct device_gap gap;
};
struct meters_settled {
    struct str device;
    struct device_reconciled sums;
    enum device_unit unit;
    const struct device_gap *gaps;
    size_t gap_count;
};
// The sums go to their day, the gaps to the others: one that follows another of nobody's pages soon
// makes that longer. *last: the newest of them as it is kept now; id 0: there was none.
bool dme_meters_settle(struct meters_db *meters, const struct meters_settled *settled,
                       struct meters_gap *last, struct err *err) CC_MUST_USE;

struct meters_asked {
    struct str device; // empty: of all
    int64_t from;
    int64_t until;  // 0: now
    int64_t before; // ids below; 0: from the newest
};
bool dme_meters_gaps(struct meters_db *meters, const struct meters_asked *asked, size_t most,
                     struct arena *arena, struct meters_gap *gaps, size_t *count,
                     struct err *err) CC_MUST_USE;
struct meters_sum {
    struct str device;
    int64_t counted;
    int64_t tracked;
    int64_t untracked;
    int64_t back;
    enum device_unit unit;
};
// Of the days that the time touches; those with the most untracked pages first.
bool dme_meters_sums(struct meters_db *meters, const struct meters_asked *asked, size_t most,
                     struct arena *arena, struct meters_sum *sums, size_t *count,
                     struct err *err) CC_MUST_USE;

// Forgets jobs and differences of long ago, and gaps and sums of five years ago.
bool dme_meters_forget(struct meters_db *meters, int64_t now, int64_t most,
                       struct err *err) CC_MUST_USE;
