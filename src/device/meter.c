// meter: a life counter that is read again and again, with its traps. See meter.h.

#include "device/meter.h"

#include "base/buf.h"
#include <stdio.h>
#include <string.h>

enum {
    MINUTE_MS = 60000,
    LONG_MS = 3600000,
    PAGES_MINUTE = 250,
    BURST = 100,      // pages that may be counted in no time
    LOST_MOST = 10,   // what a power cut forgets, where no step is known
    MOVES_LEARNT = 5, // differences until a step is believed
    MOVES_MOST = 1000,
    STEP_MOST = 100,
};

enum device_unit device_unit_of(const char *name)
{
    return name == NULL                       ? DEVICE_UNIT_UNKNOWN
           : strcmp(name, "impressions") == 0 ? DEVICE_UNIT_IMPRESSIONS
           : strcmp(name, "sheets") == 0      ? DEVICE_UNIT_SHEETS
                                              : DEVICE_UNIT_UNKNOWN;
}

const char *device_unit_name(enum device_unit unit)
{
    return unit == DEVICE_UNIT_IMPRESSIONS ? "impressions"
           : unit == DEVICE_UNIT_SHEETS    ? "sheets"
                                           : "pages";
}

uint64_t device_meter_serial(const char *text, unsigned long len)
{
    uint64_t hash = 14695981039346656037u; // FNV-1a: only to tell one device from the next
    for (unsigned long i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    }
    return len == 0 ? 0 : hash == 0 ? 1 : hash;
}

// --- steps
// ----------------------------------------------------------------------------------------

static int64_t common(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void step_learn(struct device_meter *meter, int64_t pages)
{
    if (pages > 0) {
        int64_t step = common(meter->step == 0 ? pages : meter->step, pages);
        meter->step = (uint16_t)(step > UINT16_MAX ? common(step, 1000) : step);
        meter->moves = meter->moves < MOVES_MOST ? (uint16_t)(meter->moves + 1) : meter->moves;
    }
}

// How far a difference may be off: a counter that moves by 10 hides up to 9. Until enough was seen,
// the steps that are known of devices are thought possible.
static int64_t step_error(const struct device_meter *meter)
{
    if (meter->step == 0) {
        return 0;
    }
    if (meter->moves >= MOVES_LEARNT) {
        return meter->step <= STEP_MOST ? meter->step - 1 : LOST_MOST - 1;
    }
    return meter->step % 10 == 0 ? 9 : meter->step % 5 == 0 ? 4 : 0;
}

static int64_t most_in(const struct device_meter *meter, const struct device_meter_reading *reading)
{
    int64_t rate = reading->pages_minute > 0 ? reading->pages_minute : PAGES_MINUTE;
    int64_t minutes = (reading->at - meter->at) / MINUTE_MS + 1;
    return minutes > INT64_MAX / rate - BURST ? INT64_MAX : minutes * rate + BURST;
}

// --- what a reading is
// ----------------------------------------------------------------------------

static void anew(struct device_meter *meter, const struct device_meter_reading *reading)
{
    int64_t total = meter->total;
    uint64_t serial = reading->serial != 0 ? reading->serial : meter->serial;
    *meter = (struct device_meter){ .count = reading->count,
                                    .at = reading->at,
                                    .total = total,
                                    .wraps_at = reading->wraps_at,
                                    .top = reading->count,
                                    .serial = serial,
                                    .back = -1,
                                    .unit = (uint8_t)reading->unit,
                                    .known = true };
}

static void forward(struct device_meter *meter, const struct device_meter_reading *reading,
                    int64_t pages, struct device_meter_change *change)
{
    step_learn(meter, pages);
    int64_t error = step_error(meter);
    change->counted = true;
    change->pages = pages;
    change->least = pages > error ? pages - error : 0;
    change->most = pages + error;
    change->caveats |= error > 0 ? DEVICE_METER_COARSE : 0u;
    change->caveats |= reading->at - meter->at > LONG_MS ? DEVICE_METER_LONG : 0u;
    change->caveats |= change->unit == DEVICE_UNIT_UNKNOWN ? DEVICE_METER_UNIT : 0u;
    meter->count = reading->count;
    meter->at = reading->at;
    meter->total += pages;
    meter->top = reading->count > meter->top ? reading->count : meter->top;
    meter->back = -1;
    if (reading->serial != 0) {
        meter->serial = reading->serial;
    }
    if (reading->unit != DEVICE_UNIT_UNKNOWN) {
        meter->unit = (uint8_t)reading->unit;
    }
}

// Over its end: the one that the administrator named, or one that is known of devices and near.
static bool wraps(struct device_meter *meter, const struct device_meter_reading *reading,
                  int64_t *pages)
{
    static const int64_t ends[] = { 999999, 9999999, ((int64_t)1 << 24) - 1,
                                    ((int64_t)1 << 32) - 1 };
    int64_t named = reading->wraps_at > 0 ? reading->wraps_at : meter->wraps_at;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        int64_t end = named > 0 ? named : ends[i];
        int64_t over = end - meter->count + 1 + reading->count;
        if (meter->count <= end && reading->count <= end && over <= most_in(meter, reading)) {
            meter->wraps_at = end;
            *pages = over;
            return true;
        }
        if (named > 0) {
            return false;
        }
    }
    return false;
}

// It was once less, or far more, than can be: what comes next decides. Seen once, it is an old
// answer or a lie, and the next one goes on from before; seen again, it is so.
static void doubt(struct device_meter *meter, const struct device_meter_reading *reading,
                  struct device_meter_change *change)
{
    bool again = meter->back >= 0 && reading->count >= meter->back &&
                 reading->count - meter->back <= most_in(meter, reading);
    bool under = reading->count < meter->count;
    change->caveats |= under ? DEVICE_METER_BACK : DEVICE_METER_JUMP;
    if (!again) {
        meter->back = reading->count;
        return;
    }
    int64_t lost = meter->count - meter->back;
    int64_t forgets = step_error(meter) > LOST_MOST ? step_error(meter) : LOST_MOST;
    int64_t pages = reading->count - meter->back;
    if (lost > 0 && lost <= forgets) { // a power cut: what it had not saved
        int64_t most = reading->count - meter->count + 2 * forgets;
        int64_t step = meter->step;
        forward(meter, reading, pages, change);
        meter->step = (uint16_t)step; // what is left of a step teaches nothing
        change->least = 0;
        change->most = most > pages ? most : pages;
        return;
    }
    change->caveats |= DEVICE_METER_RESET;
    anew(meter, reading);
}

void device_meter_read(struct device_meter *meter, const struct device_meter_reading *reading,
                       struct device_meter_change *change)
{
    enum device_unit unit =
        reading->unit != DEVICE_UNIT_UNKNOWN ? reading->unit : (enum device_unit)meter->unit;
    *change = (struct device_meter_change){ .from = meter->at, .until = reading->at, .unit = unit };
    if (reading->count < 0) {
        change->caveats = DEVICE_METER_BACK;
        return;
    }
    if (!meter->known) {
        change->from = reading->at;
        anew(meter, reading);
        return;
    }
    if (reading->at <= meter->at) {
        change->caveats = DEVICE_METER_OLD;
        return;
    }
    if (reading->serial != 0 && meter->serial != 0 && reading->serial != meter->serial) {
        change->caveats = DEVICE_METER_REPLACED;
        anew(meter, reading);
        return;
    }
    if (meter->unit != DEVICE_UNIT_UNKNOWN && unit != (enum device_unit)meter->unit) {
        change->caveats = DEVICE_METER_UNIT;
        anew(meter, reading);
        return;
    }
    int64_t pages = reading->count - meter->count;
    if (pages >= 0 && pages <= most_in(meter, reading)) {
        forward(meter, reading, pages, change);
    } else if (pages < 0 && wraps(meter, reading, &pages)) {
        change->caveats = DEVICE_METER_WRAPPED;
        int64_t step = meter->step;
        forward(meter, reading, pages, change);
        meter->step = (uint16_t)step; // an end that no step divides teaches nothing
    } else {
        doubt(meter, reading, change);
    }
}

void device_meter_caveats(uint32_t caveats, char *text, unsigned long size)
{
    static const char *const words[] = {
        "it moves in steps",
        "it went over its end",
        "it ran back",
        "it began anew",
        "another device stands there now",
        "what it counts is not sure",
        "it jumped further than the device can print",
        "an old answer came late",
        "nobody looked for long",
    };
    OWN(buf_free) struct buf line = BUF_CAP(400);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((caveats >> i & 1) != 0) {
            buf_addf(&line, "%s%s", line.len > 0 ? "; " : "", words[i]);
        }
    }
    struct str run = buf_str(&line);
    (void)snprintf(text, size, "%.*s", (int)run.len, run.ptr);
}
