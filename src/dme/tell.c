// tell: what a look found, as all who ask are told: the truth of its witnesses, what changed since,
// and what of it is written down. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_dme.py looks at real printers.

#include "dme/dme_int.h"
#include "dme/meters.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TELL_BYTES = 512 << 10,
    FAULT_ENDS_AFTER_MS = 8000,
    AWAY_AFTER_LOOKS = 2,
    BUSY_YET_MS = 60000,
};
#define DAY_MS (24LL * 3600 * 1000)
#define RECKON_EVERY_MS (30LL * 60 * 1000)

// --- copies -------------------------------------------------------------------------------------

static void *array_copy(struct arena *arena, const void *from, size_t count, size_t size)
{
    void *made = arena_new_array(arena, count, size);
    if (made != NULL && count > 0) {
        memcpy(made, from, count * size);
    }
    return made;
}

static size_t keep_all(void *const *to, size_t count)
{
    return *to == NULL ? 0 : count;
}

static void keep_text(struct str *text, struct arena *arena)
{
    *text = arena_copy(arena, *text);
}

static void keep_rows(struct device_sight *kept, struct arena *arena)
{
    for (size_t at = 0; at < kept->reason_count; at++) {
        keep_text(&kept->reasons[at].keyword, arena);
        keep_text(&kept->reasons[at].detail, arena);
    }
    for (size_t at = 0; at < kept->supply_count; at++) {
        keep_text(&kept->supplies[at].name, arena);
        keep_text(&kept->supplies[at].color, arena);
    }
    for (size_t at = 0; at < kept->tray_count; at++) {
        keep_text(&kept->trays[at].name, arena);
        keep_text(&kept->trays[at].media, arena);
    }
    for (size_t at = 0; at < kept->cover_count; at++) {
        keep_text(&kept->covers[at].name, arena);
    }
}

void dme_sight_keep(const struct device_sight *sight, struct arena *arena,
                    struct device_sight *kept)
{
    struct str *const texts[] = { &kept->trouble,  &kept->make_and_model, &kept->serial,
                                  &kept->firmware, &kept->name,           &kept->location,
                                  &kept->console };
    *kept = *sight;
    for (size_t at = 0; at < sizeof(texts) / sizeof(texts[0]); at++) {
        keep_text(texts[at], arena);
    }
    kept->reasons = array_copy(arena, sight->reasons, sight->reason_count, sizeof(*kept->reasons));
    kept->supplies =
        array_copy(arena, sight->supplies, sight->supply_count, sizeof(*kept->supplies));
    kept->trays = array_copy(arena, sight->trays, sight->tray_count, sizeof(*kept->trays));
    kept->covers = array_copy(arena, sight->covers, sight->cover_count, sizeof(*kept->covers));
    kept->counts = array_copy(arena, sight->counts, sight->count_count, sizeof(*kept->counts));
    kept->reason_count = keep_all((void *const *)&kept->reasons, sight->reason_count);
    kept->supply_count = keep_all((void *const *)&kept->supplies, sight->supply_count);
    kept->tray_count = keep_all((void *const *)&kept->trays, sight->tray_count);
    kept->cover_count = keep_all((void *const *)&kept->covers, sight->cover_count);
    kept->count_count = keep_all((void *const *)&kept->counts, sight->count_count);
    keep_rows(kept, arena);
}

// --- the message --------------------------------------------------------------------------------

// Only texts that a message may carry.
static char *plain(struct arena *arena, struct str text)
{
    char *made = enc_is_plain(text) ? arena_text(arena, text) : NULL;
    return made == NULL ? (char *)(uintptr_t) "" : made;
}

static void *message(struct arena *arena, const ProtobufCMessageDescriptor *kind)
{
    void *made = arena_new(arena, kind->sizeof_message);
    if (made != NULL) {
        protobuf_c_message_init(kind, made);
    }
    return made;
}

#define ROWS(arena, out, rows, count, kind)                                                        \
    ((out)->rows = arena_new_array((arena), (count), sizeof(*(out)->rows)));                       \
    for (size_t row = 0; (out)->rows != NULL && row < (count); row++) {                            \
        (out)->rows[row] = message((arena), &quoin__v1__##kind##__descriptor);                     \
        if ((out)->rows[row] == NULL) {                                                            \
            break;                                                                                 \
        }                                                                                          \
        (out)->n_##rows++;                                                                         \
    }

static void fill_reasons(Quoin__V1__MonitoredDevice *out, const struct device_truth *truth,
                         struct arena *arena)
{
    ROWS(arena, out, reasons, truth->reason_count, device_reason)
    for (size_t at = 0; at < out->n_reasons; at++) {
        const struct device_seen *seen = &truth->reasons[at];
        Quoin__V1__DeviceReason *reason = out->reasons[at];
        reason->keyword = plain(arena, seen->keyword);
        reason->text = seen->reason != NULL   ? plain(arena, str_of(seen->reason->text))
                       : seen->detail.len > 0 ? plain(arena, seen->detail)
                                              : plain(arena, seen->keyword);
        reason->what_to_do = seen->reason != NULL ? plain(arena, str_of(seen->reason->what_to_do))
                                                  : plain(arena, STR(""));
        reason->severity = seen->severity;
    }
}

static const struct dme_level *level_find(const struct watched *watched, struct str name)
{
    for (size_t at = 0; at < watched->level_count; at++) {
        if (str_eq(str_of(watched->levels[at].name), name)) {
            return &watched->levels[at];
        }
    }
    return NULL;
}

static void fill_supplies(Quoin__V1__MonitoredDevice *out, const struct watched *watched,
                          const struct device_truth *truth, struct arena *arena)
{
    ROWS(arena, out, supplies, truth->supply_count, supply)
    for (size_t at = 0; at < out->n_supplies; at++) {
        const struct device_supply *seen = &truth->supplies[at];
        const struct dme_level *level = level_find(watched, seen->name);
        Quoin__V1__Supply *supply = out->supplies[at];
        supply->name = plain(arena, seen->name);
        supply->kind = plain(arena, str_of(seen->kind));
        supply->color = plain(arena, seen->color);
        supply->level = seen->level;
        supply->fills = seen->fills;
        supply->runs_out_at = level == NULL ? 0 : level->runs_out_at;
        supply->pages_a_percent = level == NULL ? 0 : level->pages_a_percent;
    }
}

static void fill_parts(Quoin__V1__MonitoredDevice *out, const struct device_truth *truth,
                       int64_t now, struct arena *arena)
{
    ROWS(arena, out, trays, truth->tray_count, tray)
    for (size_t at = 0; at < out->n_trays; at++) {
        const struct device_tray *seen = &truth->trays[at];
        out->trays[at]->name = plain(arena, seen->name);
        out->trays[at]->media = plain(arena, seen->media);
        out->trays[at]->level = seen->level;
        out->trays[at]->capacity = seen->capacity;
        out->trays[at]->status = plain(arena, str_of(seen->status));
        out->trays[at]->output = seen->output;
    }
    ROWS(arena, out, covers, truth->cover_count, cover)
    for (size_t at = 0; at < out->n_covers; at++) {
        out->covers[at]->name = plain(arena, truth->covers[at].name);
        out->covers[at]->status = plain(arena, str_of(truth->covers[at].status));
    }
    ROWS(arena, out, meters, truth->count_count, meter)
    for (size_t at = 0; at < out->n_meters; at++) {
        const struct device_count *seen = &truth->counts[at];
        out->meters[at]->kind = plain(arena, str_of(seen->kind));
        out->meters[at]->unit = plain(arena, str_of(seen->unit));
        out->meters[at]->count = seen->count;
        out->meters[at]->source = plain(arena, str_of(device_source_name(seen->source)));
        out->meters[at]->read_at = now;
    }
}

static void fill_faults(Quoin__V1__MonitoredDevice *out, const struct watched *watched,
                        struct arena *arena)
{
    ROWS(arena, out, open_faults, watched->faults.count, fault)
    for (size_t at = 0; at < out->n_open_faults; at++) {
        const struct device_fault *seen = &watched->faults.faults[at];
        enum device_severity severity = DEVICE_WELL;
        bool said = false;
        const struct device_reason *reason =
            device_reason_find(device_reason_split(str_of(seen->keyword), &severity, &said));
        out->open_faults[at]->device = plain(arena, str_of(watched->name));
        out->open_faults[at]->keyword = plain(arena, str_of(seen->keyword));
        out->open_faults[at]->text =
            plain(arena, str_of(reason == NULL ? seen->keyword : reason->text));
        out->open_faults[at]->severity = seen->severity;
        out->open_faults[at]->began = seen->began;
        out->open_faults[at]->times = seen->times;
    }
}

static void fill_witnesses(Quoin__V1__MonitoredDevice *out, const struct dme_sights *sights,
                           const struct device_truth *truth, struct arena *arena)
{
    ROWS(arena, out, witnesses, sights->count, device_witness)
    for (size_t at = 0; at < out->n_witnesses; at++) {
        const struct device_sight *sight = &sights->sights[at];
        out->witnesses[at]->source = plain(arena, str_of(device_source_name(sight->source)));
        out->witnesses[at]->state = sight->trouble.len > 0
                                        ? plain(arena, STR(""))
                                        : plain(arena, str_of(device_state_name(sight->state)));
        out->witnesses[at]->looked_at = sight->at;
        out->witnesses[at]->trouble = plain(arena, sight->trouble);
    }
    out->disagreements =
        arena_new_array(arena, truth->disagreement_count + 1, sizeof(*out->disagreements));
    for (size_t at = 0; out->disagreements != NULL && at < truth->disagreement_count; at++) {
        out->disagreements[out->n_disagreements++] = plain(arena, truth->disagreements[at]);
    }
}

static void fill(Quoin__V1__MonitoredDevice *out, const struct watched *watched,
                 const struct dme_sights *sights, const struct device_truth *truth,
                 struct arena *arena)
{
    int64_t now = clk_wall_ms();
    out->name = plain(arena, str_of(watched->name));
    out->state = plain(arena, str_of(device_state_name(truth->state)));
    out->state_since = watched->faults.state_since;
    out->looked_at = watched->looked_at;
    out->make_and_model = plain(arena, truth->make_and_model);
    out->serial = plain(arena, truth->serial);
    out->firmware = plain(arena, truth->firmware);
    out->location = plain(arena, truth->location);
    out->console = plain(arena, truth->console);
    out->severity = truth->severity;
    out->can_print = truth->can_print;
    out->flapping = watched->faults.flapping;
    if (truth->up_seconds != DEVICE_ABSENT) {
        out->up_since = (now / 1000 - truth->up_seconds) * 1000;
    }
    fill_reasons(out, truth, arena);
    fill_supplies(out, watched, truth, arena);
    fill_parts(out, truth, now, arena);
    fill_faults(out, watched, arena);
    fill_witnesses(out, sights, truth, arena);
}

// Nobody there answers: what was known of it stays, but for its state.
static void fill_away(Quoin__V1__MonitoredDevice *out, const struct watched *watched,
                      const struct dme_sights *sights, const struct device_truth *truth,
                      struct arena *arena)
{
    out->state = plain(arena, str_of(device_state_name(truth->state)));
    out->state_since = watched->faults.state_since;
    out->severity = truth->severity;
    out->can_print = truth->can_print;
    out->flapping = watched->faults.flapping;
    out->n_reasons = 0;
    out->n_open_faults = 0;
    out->n_witnesses = 0;
    out->n_disagreements = 0;
    fill_reasons(out, truth, arena);
    fill_faults(out, watched, arena);
    fill_witnesses(out, sights, truth, arena);
}

Quoin__V1__MonitoredDevice *dme_told(const struct watched *watched, struct arena *arena)
{
    static Quoin__V1__MonitoredDevice none = QUOIN__V1__MONITORED_DEVICE__INIT;
    const Quoin__V1__Monitor *monitor = watched->monitor;
    ProtobufCAllocator from = { .alloc = NULL };
    Quoin__V1__MonitoredDevice *out = NULL;
    dme_arena_allocator(&from, arena);
    if (watched->packed != NULL) {
        out = quoin__v1__monitored_device__unpack(&from, watched->packed_len,
                                                  (const uint8_t *)watched->packed);
    }
    if (out == NULL) {
        out = message(arena, &quoin__v1__monitored_device__descriptor);
        if (out == NULL) {
            return &none;
        }
        out->name = plain(arena, str_of(watched->name));
        out->state = plain(arena, str_of(device_state_name(DEVICE_UNKNOWN)));
        out->can_print = true;
    }
    out->looked_at = watched->looked_at;
    out->answered_ms = watched->answered_ms;
    out->changes = plain(arena, str_of(dme_news_way(watched)));
    out->monitor = (Quoin__V1__Monitor *)(uintptr_t)monitor; // the call copies it
    out->address = monitor != NULL && monitor->address[0] != '\0' ? monitor->address
                   : watched->uri != NULL                         ? watched->uri
                                                                  : plain(arena, STR(""));
    if (out->location[0] == '\0' && monitor != NULL) {
        out->location = monitor->location;
    }
    return out;
}

// --- what changed -------------------------------------------------------------------------------

struct telling {
    struct watched *watched;
    struct record *record;
    int64_t now;
};

static void on_fault(void *arg, enum device_fault_event event, struct device_fault *fault)
{
    struct telling *telling = arg;
    enum device_severity severity = DEVICE_WELL;
    bool said = false;
    const struct device_reason *reason =
        device_reason_find(device_reason_split(str_of(fault->keyword), &severity, &said));
    const struct history_fault row = {
        .device = str_of(telling->watched->name),
        .keyword = str_of(fault->keyword),
        .text = str_of(reason == NULL ? fault->keyword : reason->text),
        .severity = fault->severity,
        .began = fault->began,
        .ended = telling->now,
        .times = fault->times,
    };
    dme_record_fault(telling->record, &row, event == DEVICE_FAULT_ENDED);
    if (event != DEVICE_FAULT_AGAIN) {
        log_event(LOG_INFO, event == DEVICE_FAULT_BEGAN ? "fault.began" : "fault.ended",
                  log_text("device", telling->watched->name), log_text("what", fault->keyword));
    }
}

static void write_sample(struct telling *telling, struct str series, int64_t value, int64_t gain)
{
    const struct history_sample sample = { .device = str_of(telling->watched->name),
                                           .series = series,
                                           .at = telling->now,
                                           .value = value,
                                           .gain = gain };
    dme_record_sample(telling->record, &sample);
}

static void write_pages(struct telling *telling, const struct device_truth *truth, bool anew)
{
    struct watched *watched = telling->watched;
    const struct device_count *count = device_truth_meter(truth, watched->meter_source);
    struct device_meter_change change = { .counted = false };
    if (count == NULL) {
        dme_meters_looked(watched, NULL, truth);
        return;
    }
    watched->meter_source = (int)count->source;
    const struct device_meter_reading reading = {
        .at = telling->now,
        .count = count->count,
        .unit = device_unit_of(count->unit),
        .serial = device_meter_serial(truth->serial.ptr, truth->serial.len),
        .wraps_at = watched->monitor == NULL ? 0 : watched->monitor->counter_wraps_at,
    };
    device_meter_read(&watched->meter, &reading, &change);
    dme_meters_looked(watched, &change, truth);
    if (anew || watched->pages != count->count) {
        write_sample(telling, STR("pages"), count->count, change.counted ? change.pages : 0);
        watched->pages = count->count;
    }
}

static struct dme_level *level_need(struct watched *watched, struct str name)
{
    struct dme_level *known = (struct dme_level *)(uintptr_t)level_find(watched, name);
    if (known != NULL || watched->level_count == DME_SUPPLIES_MAX ||
        name.len >= sizeof(known->name)) {
        return known;
    }
    watched->levels =
        mem_grow(watched->levels, (watched->level_count + 1) * sizeof(*watched->levels));
    known = &watched->levels[watched->level_count++];
    *known = (struct dme_level){ .value = INT64_MIN };
    (void)snprintf(known->name, sizeof(known->name), "%.*s", (int)name.len, name.ptr);
    return known;
}

static void write_levels(struct telling *telling, const struct device_truth *truth, bool anew)
{
    for (size_t at = 0; at < truth->supply_count; at++) {
        const struct device_supply *supply = &truth->supplies[at];
        struct dme_level *level = level_need(telling->watched, supply->name);
        char series[HISTORY_NAME_MAX];
        if (level == NULL || supply->level < 0 || (!anew && level->value == supply->level)) {
            continue;
        }
        if (level->value != supply->level) {
            telling->watched->reckoned_ms = 0; // soon
        }
        level->value = supply->level;
        (void)snprintf(series, sizeof(series), "supply:%s", level->name);
        write_sample(telling, str_of(series), supply->level, supply->level);
    }
}

static void write_samples(struct telling *telling, const struct device_truth *truth)
{
    struct watched *watched = telling->watched;
    int64_t day = telling->now / DAY_MS;
    bool anew = day != watched->written_day;
    watched->written_day = day;
    write_pages(telling, truth, anew);
    write_levels(telling, truth, anew);
    if (anew || watched->severity_written != truth->severity) {
        watched->severity_written = truth->severity;
        write_sample(telling, STR("state"), truth->severity, 0);
    }
}

// Of all that who watches would see: not when it was looked at, or how it counts on.
static uint64_t told_hash(const Quoin__V1__MonitoredDevice *told)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(TELL_BYTES);
    Quoin__V1__MonitoredDevice copy = *told;
    copy.looked_at = copy.answered_ms = copy.up_since = 0;
    copy.monitor = NULL;
    copy.address = copy.changes = (char *)(uintptr_t) "";
    copy.meters = arena_new_array(&arena, told->n_meters + 1, sizeof(*copy.meters));
    copy.witnesses = arena_new_array(&arena, told->n_witnesses + 1, sizeof(*copy.witnesses));
    for (size_t at = 0; copy.meters != NULL && at < told->n_meters; at++) {
        copy.meters[at] = array_copy(&arena, told->meters[at], 1, sizeof(**copy.meters));
        copy.meters[at]->read_at = 0;
    }
    for (size_t at = 0; copy.witnesses != NULL && at < told->n_witnesses; at++) {
        copy.witnesses[at] = array_copy(&arena, told->witnesses[at], 1, sizeof(**copy.witnesses));
        copy.witnesses[at]->looked_at = 0;
    }
    return dme_message_hash(&copy.base);
}

void dme_told_keep(struct watched *watched, const Quoin__V1__MonitoredDevice *told)
{
    size_t len = quoin__v1__monitored_device__get_packed_size(told);
    watched->severity = (uint8_t)(told->severity > DEVICE_WORST ? DEVICE_WORST : told->severity);
    watched->can_print = told->can_print != 0;
    watched->is_flapping = told->flapping != 0;
    watched->has_to_order = false;
    watched->first_out_at = 0;
    for (size_t at = 0; at < told->n_supplies; at++) {
        const Quoin__V1__Supply *supply = told->supplies[at];
        bool is_low =
            supply->level >= 0 && (supply->fills ? supply->level >= 85 : supply->level <= 15);
        bool is_soon =
            supply->runs_out_at != 0 && supply->runs_out_at < clk_wall_ms() + 21 * DAY_MS;
        watched->has_to_order = watched->has_to_order || is_low || is_soon;
        if (supply->runs_out_at != 0 &&
            (watched->first_out_at == 0 || supply->runs_out_at < watched->first_out_at)) {
            watched->first_out_at = supply->runs_out_at;
        }
    }
    free(watched->packed);
    watched->packed = mem_new(len + 1);
    (void)quoin__v1__monitored_device__pack(told, (uint8_t *)watched->packed);
    watched->packed_len = len;
    watched->told_hash = told_hash(told);
}

// A raw printer or one of LPD that never told anything: many have nothing that could be asked. That
// is no fault of theirs, and nobody is told that they are away.
static bool is_mute(const struct watched *watched)
{
    return watched->looked_at == 0 && watched->uri != NULL &&
           (strncmp(watched->uri, "socket:", 7) == 0 || strncmp(watched->uri, "lpd:", 4) == 0);
}

// Right behind a job a printer with one line for all may still be busy with it, and answer nobody.
static bool is_busy_yet(const struct watched *watched)
{
    return watched->uri != NULL && strncmp(watched->uri, "socket:", 7) == 0 &&
           watched->printed_ms != 0 && clk_mono_ms() - watched->printed_ms < BUSY_YET_MS;
}

void dme_tell(struct watched *watched, const struct dme_sights *sights, int64_t answered_ms)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(TELL_BYTES);
    struct device_truth truth;
    const struct device_truth_settings settings = {
        .counter_unit = watched->monitor == NULL || watched->monitor->counter_unit[0] == '\0'
                            ? NULL
                            : watched->monitor->counter_unit
    };
    struct telling telling = { .watched = watched, .now = clk_wall_ms() };
    bool is_lost =
        answered_ms < 0 && (watched->failures < AWAY_AFTER_LOOKS || is_busy_yet(watched));
    if (is_lost && watched->packed != NULL) {
        return; // one that was lost is not yet one that is away
    }
    device_truth(sights->sights, sights->count, &settings, &arena, &truth);
    if (is_lost || (answered_ms < 0 && is_mute(watched))) {
        truth.state = DEVICE_UNKNOWN;
        truth.severity = DEVICE_WELL;
        truth.can_print = true;
        truth.reason_count = 0;
    }
    telling.record = dme_record_new(watched->dme);
    device_faults_look(&watched->faults, &truth, telling.now, FAULT_ENDS_AFTER_MS, on_fault,
                       &telling);
    if (watched->state != (uint8_t)truth.state && watched->looked_at != 0) {
        dme_news_state_changed(watched);
    }
    watched->state = (uint8_t)truth.state;
    Quoin__V1__MonitoredDevice *out = NULL;
    if (answered_ms >= 0) {
        watched->looked_at = telling.now;
        watched->answered_ms = answered_ms;
        write_samples(&telling, &truth);
        out = message(&arena, &quoin__v1__monitored_device__descriptor);
        fill(out, watched, sights, &truth, &arena);
    } else {
        out = dme_told(watched, &arena);
        out->monitor = NULL;
        fill_away(out, watched, sights, &truth, &arena);
    }
    if (watched->packed == NULL || watched->told_hash != told_hash(out)) {
        dme_told_keep(watched, out);
        dme_watched_changed(watched);
        dme_record_device(telling.record, str_of(watched->name),
                          (struct str){ watched->packed, watched->packed_len });
    }
    dme_record_send(&telling.record);
    dme_alerts_device(watched->dme->alerts, out);
    if (clk_mono_ms() - watched->reckoned_ms > RECKON_EVERY_MS || watched->reckoned_ms == 0) {
        dme_record_reckon(watched);
    }
}
