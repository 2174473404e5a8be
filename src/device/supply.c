// supply: when a supply runs out, by the median of slopes (Theil and Sen). See supply.h.

#include "device/supply.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS ((int64_t)86400000)
enum {
    SAMPLES = 96, // what is left of many, evenly
    LEAST_SAMPLES = 4,
    LEAST_USED = 2,
    REFILL = 3,
    SLOPES = SAMPLES * (SAMPLES - 1) / 2,
    DAYS_MOST = 730,
    MICRO = 1000000,
};

struct samples {
    struct device_level levels[DEVICE_LEVELS_MAX];
    size_t count;
};

static int64_t middle(int64_t a, int64_t b, int64_t c)
{
    int64_t low = a < b ? a : b;
    int64_t high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

// What is known, as what is left, without readings that are off alone.
static void samples_take(struct samples *samples, const struct device_level *levels, size_t count,
                         bool fills)
{
    size_t from = count > DEVICE_LEVELS_MAX ? count - DEVICE_LEVELS_MAX : 0;
    struct device_level raw[DEVICE_LEVELS_MAX];
    size_t n = 0;
    for (size_t i = from; i < count; i++) {
        bool later = n == 0 || levels[i].at > raw[n - 1].at;
        if (levels[i].level >= 0 && levels[i].level <= 100 && later) {
            raw[n] = levels[i];
            raw[n].level = fills ? 100 - raw[n].level : raw[n].level;
            n++;
        }
    }
    samples->count = n;
    for (size_t i = 0; i < n; i++) {
        samples->levels[i] = raw[i];
        if (i > 0 && i + 1 < n) {
            samples->levels[i].level = middle(raw[i - 1].level, raw[i].level, raw[i + 1].level);
        }
    }
    if (n >= 3) { // the last has one neighbour only: a jump of it waits for the next
        int64_t before = samples->levels[n - 2].level;
        int64_t last = raw[n - 1].level;
        samples->levels[n - 1].level = last > before + REFILL || last < before - 30 ? before : last;
    }
}

// Drops what was before the last refill.
static void samples_cut(struct samples *samples, int64_t *refilled_at)
{
    size_t from = 0;
    for (size_t i = 1; i < samples->count; i++) {
        if (samples->levels[i].level >= samples->levels[i - 1].level + REFILL) {
            from = i;
            *refilled_at = samples->levels[i].at;
        }
    }
    samples->count -= from;
    memmove(samples->levels, samples->levels + from, samples->count * sizeof(*samples->levels));
}

static void samples_thin(struct samples *samples)
{
    if (samples->count <= SAMPLES) {
        return;
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        samples->levels[i] = samples->levels[i * (samples->count - 1) / (SAMPLES - 1)];
    }
    samples->count = SAMPLES;
}

static int order(const void *a, const void *b)
{
    const int64_t *one = a;
    const int64_t *two = b;
    return (*one > *two) - (*one < *two);
}

// Millionths of a percent a day; negative while it is used.
static int64_t samples_slope(const struct samples *samples)
{
    int64_t slopes[SLOPES];
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        for (size_t k = i + 1; k < samples->count; k++) {
            const struct device_level *a = &samples->levels[i];
            const struct device_level *b = &samples->levels[k];
            int64_t apart = b->at - a->at;
            // Neighbours say little of something that moves in steps.
            if (apart >= DAY_MS / 4 || samples->count < 12) {
                slopes[count++] = (b->level - a->level) * MICRO * (DAY_MS / 1000) /
                                  (apart / 1000 > 0 ? apart / 1000 : 1);
            }
        }
    }
    if (count == 0) {
        return 0;
    }
    qsort(slopes, count, sizeof(slopes[0]), order);
    return slopes[count / 2];
}

void device_supply_forecast(const struct device_level *levels, size_t count, bool fills,
                            int64_t now, struct device_forecast *forecast)
{
    struct samples samples = { .count = 0 };
    memset(forecast, 0, sizeof(*forecast));
    samples_take(&samples, levels, count, fills);
    samples_cut(&samples, &forecast->refilled_at);
    if (samples.count == 0) {
        return;
    }
    struct device_level first = samples.levels[0];
    struct device_level last = samples.levels[samples.count - 1];
    int64_t used = first.level - last.level;
    forecast->first_at = first.at;
    if (used >= LEAST_USED && first.pages >= 0 && last.pages > first.pages) {
        forecast->pages_a_percent = (last.pages - first.pages) * 100 / used;
    }
    if (last.level == 0) {
        forecast->known = true;
        forecast->runs_out_at = last.at < now ? now : last.at;
        return;
    }
    if (samples.count < LEAST_SAMPLES || used < LEAST_USED || last.at - first.at < DAY_MS) {
        return;
    }
    samples_thin(&samples);
    int64_t slope = samples_slope(&samples);
    int64_t whole = -used * MICRO * (DAY_MS / 1000) / ((last.at - first.at) / 1000);
    if (slope > whole / 3) { // mostly steps, or mostly rest: from end to end
        slope = whole;
    }
    int64_t seconds = last.level * MICRO / -slope * (DAY_MS / 1000) +
                      last.level * MICRO % -slope * (DAY_MS / 1000) / -slope;
    if (seconds > (int64_t)DAYS_MOST * (DAY_MS / 1000)) {
        return;
    }
    forecast->known = true;
    forecast->permille_a_day = -slope / (MICRO / 10);
    forecast->runs_out_at = last.at + seconds * 1000;
    forecast->runs_out_at = forecast->runs_out_at < now ? now : forecast->runs_out_at;
}
