// device/fault: what a device has now, since when, and what it had: from looks to begins and ends.
// Pure: the caller keeps the struct (for each device) and stores what is told.
//
// A fault that is gone ends only when it stayed away for end_after_ms, so that a cover that is
// opened three times is one fault of three times. A witness that is away ends nothing: what was
// open stays open. Flapping: a state that changed more than DEVICE_FLAPS_MAX times in 10 minutes;
// it is over when it was quiet for 10 minutes.
#pragma once

#include "device/truth.h"

enum {
    DEVICE_FAULTS_MAX = 16, // open at once; the mildest are let go for worse ones
    DEVICE_KEYWORD_MAX = 63,
    DEVICE_FLAPS_MAX = 6,
};
#define DEVICE_FLAP_MS ((int64_t)600000)

struct device_fault {
    char keyword[DEVICE_KEYWORD_MAX + 1];
    uint8_t severity; // enum device_severity, the worst it had
    bool here;        // in the last look
    int64_t began;    // wall clock, ms
    int64_t seen;     // when it was last there
    uint32_t times;   // how often it came
    int64_t id;       // the caller's, kept
};

struct device_faults {
    struct device_fault *faults; // owned, by mem_grow; device_faults_free
    uint8_t count;
    uint8_t state; // enum device_state
    uint8_t flap_at;
    bool flapping;
    int64_t state_since;
    int64_t changes[DEVICE_FLAPS_MAX]; // when the state last changed
};

enum device_fault_event { DEVICE_FAULT_BEGAN, DEVICE_FAULT_AGAIN, DEVICE_FAULT_ENDED };

// Calls tell for each fault that began, came again or ended; tell may set fault->id. After ENDED
// the fault is gone.
void device_faults_look(struct device_faults *faults, const struct device_truth *truth, int64_t now,
                        int64_t end_after_ms,
                        void (*tell)(void *arg, enum device_fault_event event,
                                     struct device_fault *fault),
                        void *arg);
// After a restart: an open fault that the caller had stored.
void device_faults_restore(struct device_faults *faults, const struct device_fault *fault);
void device_faults_free(struct device_faults *faults);
