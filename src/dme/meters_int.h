// meters_int: what meters.c and its calls share. Loop thread.
#pragma once

#include "base/map.h"
#include "dme/meters.h"

enum {
    METERS_CHANGES_MAX = 512, // of a device, not settled
    METERS_JOBS_MAX = 4096,
    METERS_LATE_S = 120, // where the monitor says nothing
    METERS_TROUBLE_MAX = 64,
};

// Of one device. Both lists are in the order of time.
struct meters_book {
    char name[METERS_NAME_MAX + 1];
    struct device_meter_change *changes; // owned
    size_t change_count;
    struct device_tracked *jobs; // owned
    uint8_t (*uuids)[16];        // owned; of the jobs
    size_t job_count;
    int64_t done_until; // what is before is settled
    int64_t read_at;    // the last reading; 0: never
    int64_t trouble_at; // when it was last seen broken; 0: never
    char trouble[METERS_TROUBLE_MAX];
    enum device_unit unit;
    unsigned observers;
    bool settling;
    bool has_to_settle;
};

struct meters_observer;

struct dme_meters {
    struct map books;                  // by name, of owned struct meters_book
    struct meters_observer *observers; // owned
    size_t observer_count;
    struct map told; // gaps that an alert tells of: by name, of owned struct meters_told
    int64_t tick_ms; // monotonic
    int64_t forget_ms;
    bool has_loaded;
    bool ending;
};

struct meters_book *dme_meters_book(struct dme_meters *meters, const char *name); // made if needed
int64_t dme_meters_late_ms(const struct dme *dme, const char *name);
void dme_meters_add_job(struct meters_book *book, const uint8_t uuid[static 16],
                        const struct device_tracked *tracked);
// How a gap is told, in the arena: by the site's clock.
char *dme_meters_gap_text(const struct dme *dme, const struct device_gap *gap, struct arena *arena);
// --- meters_observe.c
void dme_meters_observe_tick(struct dme *dme, struct dme_meters *meters);
void dme_meters_observe_free(struct dme_meters *meters);
