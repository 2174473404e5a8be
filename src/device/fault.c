// fault: from looks to begins and ends. See fault.h.

#include "device/fault.h"

#include "base/mem.h"
#include <stdlib.h>

typedef void tell_fn(void *arg, enum device_fault_event event, struct device_fault *fault);

static struct device_fault *fault_find(struct device_faults *faults, struct str keyword)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct str own = { faults->faults[i].keyword, strlen(faults->faults[i].keyword) };
        if (str_eq(own, keyword)) {
            return &faults->faults[i];
        }
    }
    return NULL;
}

static struct device_fault *fault_add(struct device_faults *faults)
{
    if (faults->count == DEVICE_FAULTS_MAX) {
        return NULL;
    }
    faults->faults = mem_grow(faults->faults, (faults->count + 1u) * sizeof(*faults->faults));
    struct device_fault *fault = &faults->faults[faults->count++];
    memset(fault, 0, sizeof(*fault));
    return fault;
}

static void fault_drop(struct device_faults *faults, size_t index)
{
    faults->count--;
    memmove(&faults->faults[index], &faults->faults[index + 1],
            (faults->count - index) * sizeof(*faults->faults));
}

// A worse one takes the place of the mildest.
static struct device_fault *fault_place(struct device_faults *faults, unsigned severity,
                                        tell_fn *tell, void *arg)
{
    if (faults->count == DEVICE_FAULTS_MAX) {
        size_t mildest = 0;
        for (size_t i = 1; i < faults->count; i++) {
            mildest = faults->faults[i].severity < faults->faults[mildest].severity ? i : mildest;
        }
        if (faults->faults[mildest].severity >= severity) {
            return NULL;
        }
        tell(arg, DEVICE_FAULT_ENDED, &faults->faults[mildest]);
        fault_drop(faults, mildest);
    }
    return fault_add(faults);
}

static void take_reason(struct device_faults *faults, struct str keyword, unsigned severity,
                        int64_t now, tell_fn *tell, void *arg)
{
    if (severity < DEVICE_WARNING || keyword.len == 0) {
        return;
    }
    keyword.len = keyword.len > DEVICE_KEYWORD_MAX ? DEVICE_KEYWORD_MAX : keyword.len;
    struct device_fault *fault = fault_find(faults, keyword);
    if (fault != NULL) {
        bool again = fault->seen != now && !fault->here;
        fault->severity = severity > fault->severity ? (uint8_t)severity : fault->severity;
        fault->here = true;
        fault->seen = now;
        if (again) {
            fault->times++;
            tell(arg, DEVICE_FAULT_AGAIN, fault);
        }
        return;
    }
    fault = fault_place(faults, severity, tell, arg);
    if (fault != NULL) {
        memcpy(fault->keyword, keyword.ptr, keyword.len);
        fault->severity = (uint8_t)severity;
        fault->here = true;
        fault->began = now;
        fault->seen = now;
        fault->times = 1;
        tell(arg, DEVICE_FAULT_BEGAN, fault);
    }
}

static void take_state(struct device_faults *faults, enum device_state state, int64_t now)
{
    // Between jobs it rests: that is no change of how it is.
    bool works = state == DEVICE_IDLE || state == DEVICE_PRINTING;
    bool worked = faults->state == DEVICE_IDLE || faults->state == DEVICE_PRINTING;
    bool first = faults->state_since == 0;
    if (state != (enum device_state)faults->state || first) {
        faults->state = (uint8_t)state;
        faults->state_since = now;
    }
    if (!first && works != worked) {
        faults->changes[faults->flap_at] = now;
        faults->flap_at = (uint8_t)((faults->flap_at + 1) % DEVICE_FLAPS_MAX);
    }
    int64_t newest = 0;
    bool many = true;
    for (size_t i = 0; i < DEVICE_FLAPS_MAX; i++) {
        int64_t at = faults->changes[i];
        newest = at > newest ? at : newest;
        many = many && at != 0 && now - at < DEVICE_FLAP_MS;
    }
    if (many) {
        faults->flapping = true;
    } else if (now - newest >= DEVICE_FLAP_MS) {
        faults->flapping = false;
    }
}

void device_faults_look(struct device_faults *faults, const struct device_truth *truth, int64_t now,
                        int64_t end_after_ms,
                        void (*tell)(void *arg, enum device_fault_event event,
                                     struct device_fault *fault),
                        void *arg)
{
    bool away = truth->state == DEVICE_AWAY;
    take_state(faults, truth->state, now);
    for (size_t i = 0; i < truth->reason_count; i++) {
        take_reason(faults, truth->reasons[i].keyword, truth->reasons[i].severity, now, tell, arg);
    }
    if (away) {
        take_reason(faults, STR("away"), DEVICE_WORST, now, tell, arg);
    }
    for (size_t i = faults->count; i > 0; i--) {
        struct device_fault *fault = &faults->faults[i - 1];
        if (fault->seen == now) {
            continue;
        }
        fault->here = fault->here && away; // nobody said that it is gone
        if (!fault->here && now - fault->seen >= end_after_ms) {
            tell(arg, DEVICE_FAULT_ENDED, fault);
            fault_drop(faults, i - 1);
        }
    }
}

void device_faults_restore(struct device_faults *faults, const struct device_fault *fault)
{
    struct device_fault *row = fault_add(faults);
    if (row != NULL) {
        *row = *fault;
        row->keyword[DEVICE_KEYWORD_MAX] = '\0';
        row->here = true; // until a look says otherwise
    }
}

void device_faults_free(struct device_faults *faults)
{
    free(faults->faults);
    *faults = (struct device_faults){ .count = 0 };
}
