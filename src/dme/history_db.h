// history_db: devices as they were last seen, their samples and their faults. Runs on the store's
// thread. The only place of this subject where SQL stands.
//
// Samples: a value is kept in the minute, the hour and the day in which it was seen; minutes for
// two days, hours for sixty, days for five years. Whoever writes only what changed keeps a quiet
// device's space at one row a day.
#pragma once

#include "base/arena.h"
#include "dme/store.h"

enum {
    HISTORY_NAME_MAX = 160,
    HISTORY_TEXT_MAX = 400,
    HISTORY_SAMPLES_MAX = 3000, // of one question
    HISTORY_FAULTS_MAX = 1000,  // of one question
    HISTORY_AGAIN_MS = 60000,   // a fault that comes again so soon is the same one, once more
};

extern const struct store_part_kind dme_history_part;
struct history; // the statements; dme_store_part(store, STORE_HISTORY)

// --- devices ------------------------------------------------------------------------------------

// told: packed MonitoredDevice.
bool dme_history_put_device(struct history *history, struct str name, struct str told, int64_t now,
                            struct err *err) CC_MUST_USE;
struct history_device {
    struct str name;
    struct str told;
};
// In order of names, from behind `after`; in the arena.
bool dme_history_devices(struct history *history, struct str after, size_t most,
                         struct arena *arena, struct history_device *devices, size_t *count,
                         struct err *err) CC_MUST_USE;

// --- samples ------------------------------------------------------------------------------------

struct history_sample {
    struct str device;
    struct str series;
    int64_t at;
    int64_t value;
    int64_t gain; // what sums are made of: for a meter what it went up by, else the value
};
bool dme_history_sample(struct history *history, const struct history_sample *sample,
                        struct err *err) CC_MUST_USE;

struct history_point {
    int64_t at;
    int64_t least;
    int64_t most;
    int64_t last;
    int64_t sum;
    int64_t count;
};
struct history_span {
    struct str device;
    struct str series;
    int64_t from;
    int64_t until;
    int64_t step_ms; // 0: chosen by the span's length; else at least so long
    size_t most;     // what there is room for; 0: HISTORY_SAMPLES_MAX
};
// In order of time; a step in which nothing changed is not there. step_ms: as it was chosen.
// `first` is what held before the span; its count is 0 where nothing is known.
bool dme_history_samples(struct history *history, struct history_span *span,
                         struct history_point *points, size_t *count, struct history_point *first,
                         struct err *err) CC_MUST_USE;

// The series of a device, in the arena.
bool dme_history_series(struct history *history, struct str device, struct arena *arena,
                        struct str *series, size_t most, size_t *count,
                        struct err *err) CC_MUST_USE;

// --- faults -------------------------------------------------------------------------------------

struct history_fault {
    int64_t id;
    struct str device;
    struct str keyword;
    struct str text;
    int64_t severity;
    int64_t began;
    int64_t ended; // 0: it is open
    int64_t times;
};
// The open fault of this device and keyword as it is now; where there is none it begins.
bool dme_history_fault_put(struct history *history, const struct history_fault *fault,
                           struct err *err) CC_MUST_USE;
bool dme_history_fault_end(struct history *history, struct str device, struct str keyword,
                           int64_t now, struct err *err) CC_MUST_USE;
struct history_faults {
    struct str device; // empty: of all
    int64_t from;
    int64_t until; // 0: now
    bool open_only;
    int64_t before; // ids below; 0: from the newest
};
bool dme_history_faults(struct history *history, const struct history_faults *asked, size_t most,
                        struct arena *arena, struct history_fault *faults, size_t *count,
                        struct err *err) CC_MUST_USE;

// --- space --------------------------------------------------------------------------------------

// Forgets what is too old, of so many series at a time; *more: the round is not through.
bool dme_history_forget(struct history *history, int64_t now, int64_t most, bool *more,
                        struct err *err) CC_MUST_USE;
bool dme_history_rows(struct history *history, int64_t *samples, struct err *err) CC_MUST_USE;
